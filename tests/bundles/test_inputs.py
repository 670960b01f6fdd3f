"""Inputs: what is copied and packed, that equal inputs are packed once, and what tells them."""

import hashlib
import os
import socket
import stat
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from smacwrap.bundles.additions import add
from smacwrap.bundles.fingerprint import read_manifest
from smacwrap.bundles.inputs import (
    Inputs,
    Prepared,
    find_input,
    fingerprint_now,
    prepare_inputs,
)


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def content(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def work(tmp_path: Path) -> Path:
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
        self.prepared = Prepared("")

    def __call__(self, *paths: Path, **changes: tuple[str, ...]) -> Path:
        self.count += 1
        copies = self.runs / f"run-{self.count}"
        copies.mkdir()
        bundle = copies.with_suffix(".zip")
        inputs = Inputs(paths, **changes)
        self.prepared = prepare_inputs(inputs, copies, bundle, self.cache)
        packed = content(self.prepared.stored or bundle)
        files = {name: data for name, data in packed.items() if not name.endswith("/")}
        assert files_in(copies) == files, "the folder is what is in the zip"
        now = fingerprint_now(inputs, self.runs)
        assert (now.hash if now else "") == self.prepared.hash
        assert not now or read_manifest(self.runs, now.hash) == now.files
        return bundle

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

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


def test_files_keep_the_time_of_their_last_change(work: Path, pack: Packer) -> None:
    os.utime(work / "small", (1e9, 1e9))
    assert (pack.folder_of(work) / "small").stat().st_mtime == 1e9


def make_strange(folder: Path) -> dict[str, str]:
    """All that is neither a file nor a folder, by name, with what it is."""
    (folder / ".#t.sh").symlink_to("user@host.4242:1700000000")
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    (folder / "sub" / "around").symlink_to("..")
    (folder / "null").symlink_to(os.devnull)
    os.mkfifo(folder / "sub" / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "jupyter"))
    nowhere = "a link that leads nowhere"
    return {
        ".#t.sh": nowhere,
        "a": nowhere,
        "b": nowhere,
        "sub/around": "a link to a folder around it",
        "null": "a device",
        "sub/pipe": "a FIFO",
        "jupyter": "a socket",
    }


def test_what_is_neither_file_nor_folder_is_left_out_and_named(work: Path, pack: Packer) -> None:
    pack(work)
    before = pack.prepared
    strange = make_strange(work)
    bundle = pack(work)
    assert dict(pack.prepared.strange) == strange
    assert pack.prepared.hash == before.hash, "they are no inputs"
    assert set(content(bundle)) == {"small", "sub/", "sub/large"}
    pack(work / "sub" / "pipe")
    assert pack.prepared == Prepared("", None, (("pipe", "a FIFO"),))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_input_that_cannot_be_read_is_named(work: Path, pack: Packer) -> None:
    (work / "small").chmod(0)
    with pytest.raises(PermissionError, match="small"):
        pack(work)


def test_an_input_that_does_not_exist_is_named(work: Path, pack: Packer) -> None:
    with pytest.raises(FileNotFoundError, match="absent"):
        pack(work, work / "absent")


def test_a_file_that_vanishes_for_a_moment_is_waited_for(work: Path, pack: Packer) -> None:
    # Vim saves by a new file; until it is there, there is none.
    (work / "small").rename(work / "saved")
    timer = threading.Timer(0.02, (work / "saved").rename, [work / "small"])
    timer.start()
    pack(work, work / "small")
    timer.join()
    assert "small" in content(pack.runs / "run-1.zip")


def test_a_folder_that_changes_all_the_time_is_taken_as_it_is(work: Path, pack: Packer) -> None:
    over = threading.Event()

    def change() -> None:
        while not over.is_set():
            with (work / "small").open("a") as file:
                file.write("1")

    thread = threading.Thread(target=change)
    thread.start()
    try:
        copies = pack.runs / "run-1"
        copies.mkdir()
        prepare_inputs(Inputs([work]), copies, copies.with_suffix(".zip"), pack.cache)
    finally:
        over.set()
        thread.join()
    assert files_in(copies)["small"].strip(b"1") == b""
    assert content(copies.with_suffix(".zip"))["small"] == files_in(copies)["small"]


def test_inputs_are_told_by_names_contents_and_what_can_be_started(
    work: Path, pack: Packer
) -> None:
    pack(work)
    first = pack.prepared.hash
    assert len(first) == 12
    digest = hashlib.sha256(b"1").hexdigest()
    listed = read_manifest(pack.runs, first)
    assert listed is not None
    assert (listed["small"], listed["sub/"]) == (digest, "")
    os.utime(work / "small", (1e9, 1e9))
    pack(work)
    assert pack.prepared.hash == first, "another time is no other content"
    (work / "small").chmod(0o755)
    pack(work)
    changed = read_manifest(pack.runs, pack.prepared.hash)
    assert changed == {**listed, "small": f"{digest} executable"}
    assert read_manifest(pack.runs, "0" * 12) is None
    (pack.runs / f"inputs-{first}.json").write_text("{")
    assert read_manifest(pack.runs, first) is None


def test_a_file_to_be_filled_in_counts_but_is_not_packed(work: Path, pack: Packer) -> None:
    bundle = pack(work, filled=("small",))
    first = pack.prepared.hash
    assert set(content(bundle)) == {"sub/", "sub/large"}
    (work / "small").write_text("2")
    pack(work, filled=("small",))
    assert pack.prepared.hash != first


def test_large_inputs_are_stored_once_beside_the_bundles(work: Path, pack: Packer) -> None:
    (work / "huge").write_bytes(os.urandom(2_000_000))
    bundles = [pack(work) for _ in range(3)]  # also those of inputs that changed just now
    stored = pack.runs / f"inputs-{pack.prepared.hash}.zip"
    assert pack.prepared.stored == stored
    assert content(stored) == {"sub/": b"", **files_in(work)}
    assert list(pack.runs.glob("inputs-*.zip")) == [stored]
    for bundle in bundles:
        add(bundle, [], [("call.json", "{}")])
        assert content(bundle) == {"call.json": b"{}"}
    stored.unlink()
    pack(work)
    assert content(stored) == {"sub/": b"", **files_in(work)}, "who deletes it does no harm"


def test_no_inputs_have_no_hash(pack: Packer) -> None:
    assert content(pack()) == {}
    assert pack.prepared == Prepared("")
    assert not list(pack.runs.glob("inputs-*"))


def test_equal_inputs_are_packed_once_and_shared(work: Path, pack: Packer) -> None:
    first, second = pack(work), pack(work)
    assert first.samefile(second)
    assert content(first) == {"sub/": b"", **files_in(work)}
    assert pack.zips() == 1


def test_a_bundle_that_is_added_to_leaves_the_others_alone(work: Path, pack: Packer) -> None:
    first, second = pack(work), pack(work)
    add(first, [], [("call.json", "{}")])
    assert "call.json" in content(first)
    assert "call.json" not in content(second)
    assert "call.json" not in content(pack(work))


@pytest.mark.parametrize("what", ["content", "mode", "name", "new", "gone", "left out"])
def test_inputs_that_changed_are_packed_again(work: Path, pack: Packer, what: str) -> None:
    pack(work)
    file = work / "sub" / "large"
    leave_out: tuple[str, ...] = ()
    if what == "content":
        times = file.stat()
        file.write_bytes(os.urandom(200_000))
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # even if nobody would see it
    elif what == "mode":
        file.chmod(0o755)
    elif what == "name":
        (work / "small").rename(work / "other")
    elif what == "new":
        (work / "new").touch()
    elif what == "gone":
        (work / "small").unlink()
    else:
        leave_out = ("small",)
    time.sleep(0.15)
    bundle = pack(work, leave_out=leave_out)
    expected = {name: text for name, text in files_in(work).items() if name not in leave_out}
    assert content(bundle) == {"sub/": b"", **expected}
    assert pack.zips() == 2


def test_inputs_that_changed_just_now_are_told_by_their_content(work: Path, pack: Packer) -> None:
    for text in ("2", "3"):  # of the same size, in the same tick of the clock
        (work / "small").write_text(text)
        assert content(pack(work))["small"] == text.encode()
    assert pack.zips() == 2
    assert not list(pack.cache.glob("*.hash"))


def test_only_the_latest_zips_are_kept(work: Path, pack: Packer) -> None:
    bundles = []
    for i in range(6):
        (work / "small").write_text(str(i))
        time.sleep(0.12)
        bundles.append(pack(work))
    assert pack.zips() == len(list(pack.cache.glob("*.hash"))) == 4
    assert [content(bundle)["small"] for bundle in bundles] == [b"0", b"1", b"2", b"3", b"4", b"5"]


def test_processes_that_need_the_same_zip_make_it_once(work: Path, pack: Packer) -> None:
    # Each says when it builds; who comes later waits and takes what the first one made.
    code = f"""
import sys, time
from pathlib import Path
from smacwrap.bundles import bundle, inputs
build = bundle.write_zip
def slowly(folder, path):
    print("built", flush=True); time.sleep(0.5); build(folder, path)
bundle.write_zip = slowly
runs = Path({str(pack.folder / "runs")!r})
copies = runs / ("p" + sys.argv[1])
copies.mkdir()
taken = inputs.Inputs([Path({str(work)!r})])
inputs.prepare_inputs(taken, copies, copies.with_suffix(".zip"), runs / ".inputs")
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


def test_a_zip_that_its_maker_left_unfinished_is_made_anew(work: Path, pack: Packer) -> None:
    bundle = pack(work)
    (made,) = pack.cache.glob("*.zip")
    made.rename(made.with_suffix(".part"))
    made.with_suffix(".part").chmod(0o600)
    made.with_suffix(".part").write_bytes(b"PK half")
    assert content(pack(work)) == {"sub/": b"", **files_in(work)}
    assert pack.zips() == 1
    assert bundle.exists()


def test_a_zip_that_cannot_be_made_leaves_nothing(
    work: Path, pack: Packer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, path: Path) -> None:
        path.write_bytes(b"PK")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("smacwrap.bundles.bundle.write_zip", full)
    with pytest.raises(OSError, match="No space left"):
        pack(work)
    assert not list(pack.cache.glob("*.zip"))
    assert not list(pack.runs.rglob("*.part"))


def test_an_input_is_found_by_its_name_in_the_bundle(work: Path, tmp_path: Path) -> None:
    (tmp_path / "small").write_text("2")
    assert find_input([work], "sub/large") == work / "sub" / "large"
    assert find_input([work, tmp_path / "small"], "small") == tmp_path / "small"
    assert find_input([work], "absent") is None
