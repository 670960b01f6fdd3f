"""Inputs: what is copied and packed, and that equal inputs are packed once."""

import os
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from smacwrap.executors.additions import add
from smacwrap.executors.inputs import find_input, prepare_inputs


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def content(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Inputs that nobody is working on."""
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "large").write_bytes(os.urandom(200_000))
    (folder / "small").write_text("1")
    time.sleep(0.15)
    return folder


class Packer:
    """Copies and packs inputs again and again, each time for a new run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "runs" / ".inputs"
        (folder / "runs").mkdir()
        self.count = 0

    def __call__(self, *inputs: Path, leave_out: tuple[str, ...] = ()) -> Path:
        self.count += 1
        copies = self.folder / "runs" / f"run-{self.count}"
        copies.mkdir()
        bundle = copies.with_suffix(".zip")
        prepare_inputs(inputs, copies, bundle, self.cache, leave_out)
        packed = {name: data for name, data in content(bundle).items() if not name.endswith("/")}
        assert files_in(copies) == packed, "the folder is what is in the bundle"
        return bundle

    def folder_of(self, *inputs: Path) -> Path:
        """The folder of a new run with these inputs."""
        return self(*inputs).with_suffix("")

    def zips(self) -> int:
        assert not list(self.cache.glob("*.part"))
        return len(list(self.cache.glob("*.zip")))


@pytest.fixture
def pack(tmp_path: Path) -> Packer:
    return Packer(tmp_path)


def test_inputs_are_the_contents_of_folders_and_single_files(tmp_path: Path, pack: Packer) -> None:
    (tmp_path / "in" / "__pycache__").mkdir(parents=True)
    (tmp_path / "in" / "__pycache__" / "x.pyc").touch()
    (tmp_path / "in" / "data").symlink_to(tmp_path / "big")
    (tmp_path / "big").mkdir()
    (tmp_path / "big" / "set").write_text("1")
    (tmp_path / "extra.py").write_text("2")
    folder = pack.folder_of(tmp_path / "in", tmp_path / "extra.py")
    assert files_in(folder) == {"data/set": b"1", "extra.py": b"2"}
    assert not (folder / "data").is_symlink()


def test_what_runs_leave_in_the_folder_of_the_inputs_is_no_input(
    tmp_path: Path, pack: Packer
) -> None:
    (tmp_path / "train.py").touch()
    for name in ("smac-output/study/runs", "smacwrap-runs"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "run-1.zip").touch()
    (tmp_path / "sub" / "runs").mkdir(parents=True)
    (tmp_path / "sub" / "runs" / "log").touch()
    time.sleep(0.15)
    for _ in range(3):
        assert set(content(pack(tmp_path))) == {"train.py", "sub/", "sub/runs/", "sub/runs/log"}
    assert pack.zips() == 1


def test_inputs_that_are_read_only_can_be_written_to(tmp_path: Path, pack: Packer) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "tool").touch()
    (tmp_path / "in" / "tool").chmod(0o555)
    for path in (tmp_path / "in" / "sub", tmp_path / "in"):
        path.chmod(0o555)
    folder = pack.folder_of(tmp_path / "in")
    assert all(stat.S_IMODE(p.stat().st_mode) & 0o700 == 0o700 for p in (folder, folder / "sub"))
    assert stat.S_IMODE((folder / "tool").stat().st_mode) == 0o755


def test_files_keep_the_time_of_their_last_change(large: Path, pack: Packer) -> None:
    os.utime(large / "small", (1e9, 1e9))
    assert (pack.folder_of(large) / "small").stat().st_mtime == 1e9


@pytest.mark.parametrize("what", ["dangling", "pipe"])
def test_an_input_that_cannot_be_copied_is_named(tmp_path: Path, pack: Packer, what: str) -> None:
    (tmp_path / "in").mkdir()
    if what == "dangling":
        (tmp_path / "in" / what).symlink_to("absent")
    else:
        os.mkfifo(tmp_path / "in" / what)
    with pytest.raises(OSError, match=f"in/{what}"):
        pack(tmp_path / "in")


def test_equal_inputs_are_packed_once_and_shared(large: Path, pack: Packer) -> None:
    first, second = pack(large), pack(large)
    assert first.samefile(second)
    assert content(first) == {"sub/": b"", **files_in(large)}
    assert pack.zips() == 1


def test_a_bundle_that_is_added_to_leaves_the_others_alone(large: Path, pack: Packer) -> None:
    first, second = pack(large), pack(large)
    add(first, [], [("call.json", "{}")])
    assert "call.json" in content(first)
    assert "call.json" not in content(second)
    assert "call.json" not in content(pack(large))


@pytest.mark.parametrize("what", ["content", "mode", "name", "new", "gone", "left out"])
def test_inputs_that_changed_are_packed_again(large: Path, pack: Packer, what: str) -> None:
    pack(large)
    file = large / "sub" / "large"
    leave_out: tuple[str, ...] = ()
    if what == "content":
        times = file.stat()
        file.write_bytes(os.urandom(200_000))
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # even if nobody would see it
    elif what == "mode":
        file.chmod(0o755)
    elif what == "name":
        (large / "small").rename(large / "other")
    elif what == "new":
        (large / "new").touch()
    elif what == "gone":
        (large / "small").unlink()
    else:
        leave_out = ("small",)
    time.sleep(0.15)
    bundle = pack(large, leave_out=leave_out)
    expected = {name: text for name, text in files_in(large).items() if name not in leave_out}
    assert content(bundle) == {"sub/": b"", **expected}
    assert pack.zips() == 2


def test_inputs_that_changed_just_now_are_not_shared(large: Path, pack: Packer) -> None:
    for text in ("2", "3"):  # of the same size, in the same tick of the clock
        (large / "small").write_text(text)
        assert content(pack(large))["small"] == text.encode()
    assert pack.zips() == 0


def test_only_the_latest_zips_are_kept(large: Path, pack: Packer) -> None:
    bundles = []
    for i in range(6):
        (large / "small").rename(large / "next")
        (large / "next").rename(large / "small")
        os.utime(large / "small", (i, i))
        time.sleep(0.12)
        bundles.append(pack(large))
    assert pack.zips() == 4
    assert all(content(bundle)["small"] == b"1" for bundle in bundles)


def test_processes_that_need_the_same_zip_make_it_once(large: Path, pack: Packer) -> None:
    # Each says when it builds; who comes later waits and takes what the first one made.
    code = f"""
import sys, time
from pathlib import Path
from smacwrap.executors import bundle, inputs
build = bundle.write_zip
def slowly(folder, path):
    print("built", flush=True); time.sleep(0.5); build(folder, path)
bundle.write_zip = slowly
runs = Path({str(pack.folder / "runs")!r})
copies = runs / ("p" + sys.argv[1])
copies.mkdir()
inputs.prepare_inputs([Path({str(large)!r})], copies, copies.with_suffix(".zip"), runs / ".inputs")
"""
    made = [
        subprocess.Popen([sys.executable, "-c", code, str(i)], stdout=subprocess.PIPE, text=True)
        for i in range(4)
    ]
    assert sorted(process.communicate()[0] for process in made) == ["", "", "", "built\n"]
    first, *others = (pack.folder / "runs").glob("p*.zip")
    assert len(others) == 3
    assert all(first.samefile(other) for other in others)
    assert pack.zips() == 1


def test_a_zip_that_its_maker_left_unfinished_is_made_anew(large: Path, pack: Packer) -> None:
    bundle = pack(large)
    (made,) = pack.cache.iterdir()
    made.rename(made.with_suffix(".part"))
    made.with_suffix(".part").chmod(0o600)
    made.with_suffix(".part").write_bytes(b"PK half")
    assert content(pack(large)) == {"sub/": b"", **files_in(large)}
    assert pack.zips() == 1
    assert bundle.exists()


def test_a_zip_that_cannot_be_made_leaves_nothing(large: Path, pack: Packer) -> None:
    (large / "dangling").symlink_to("absent")
    with pytest.raises(OSError, match="dangling"):
        pack(large)
    assert not pack.cache.exists()


def test_an_input_is_found_by_its_name_in_the_bundle(large: Path, tmp_path: Path) -> None:
    (tmp_path / "small").write_text("2")
    assert find_input([large], "sub/large") == large / "sub" / "large"
    assert find_input([large, tmp_path / "small"], "small") == tmp_path / "small"
    assert find_input([large], "absent") is None
