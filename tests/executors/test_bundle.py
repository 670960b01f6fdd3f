"""Bundles: what is packed comes back; no archive can write outside of its folder."""

import contextlib
import os
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.executors.bundle import BundleError, add, copy_inputs, pack, unpack


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder to unpack into, with nothing but itself around it."""
    folder = tmp_path / "outer" / "work"
    folder.mkdir(parents=True)
    return folder


def archive(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as bundle:
        for name, content in members:
            bundle.writestr(name, content)
    return path


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target.encode()


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_files_folders_and_permissions_come_back(tmp_path: Path, place: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub" / "empty").mkdir(parents=True)
    (folder / "sub" / "é \N{SNOWMAN}.txt").write_bytes(bytes(range(256)))
    (folder / "tool").write_text("#!/bin/sh\n")
    (folder / "tool").chmod(0o755)
    (folder / "read-only").write_text("x")
    (folder / "read-only").chmod(0o444)
    os.utime(folder / "tool", (0, 0))  # zip knows no time before 1980
    pack(folder, tmp_path / "run-1.zip")
    unpack(tmp_path / "run-1.zip", place)
    assert files_in(place) == files_in(folder)
    assert (place / "sub" / "empty").is_dir()
    assert stat.S_IMODE((place / "tool").stat().st_mode) == 0o755
    assert os.access(place / "read-only", os.W_OK), "a target may write over its inputs"
    assert list(tmp_path.glob("*.part")) == []


@given(st.dictionaries(st.text("ab./\\ é\n", min_size=1, max_size=6), st.binary(max_size=9)))
def test_no_name_leads_out_of_the_folder(
    tmp_path_factory: pytest.TempPathFactory, members: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("any") / "outer" / "work"
    folder.mkdir(parents=True)
    bundle = archive(folder.parent.parent / "run-1.zip", *members.items())
    with contextlib.suppress(BundleError, OSError):
        unpack(bundle, folder)
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (("../evil", b""), "'../evil' leads out of the folder"),
        (("a/../../evil", b""), "leads out of the folder"),
        (("/evil", b""), "'/evil' leads out of the folder"),
        (("..\\evil", b""), "leads out of the folder"),
        (link("evil", "/etc/passwd"), "'evil' is a link"),
        (link("evil", "inside"), "'evil' is a link"),
    ],
)
def test_a_hostile_member_is_named_and_writes_nothing(
    tmp_path: Path, place: Path, member: tuple[str | zipfile.ZipInfo, bytes], said: str
) -> None:
    bundle = archive(tmp_path / "run-1.zip", member)
    with pytest.raises(BundleError, match=f"run-1.zip: .*{said}"):
        unpack(bundle, place)
    assert list(place.parent.rglob("*")) == [place]


def test_special_modes_do_not_come_out_of_an_archive(tmp_path: Path, place: Path) -> None:
    members = []
    for name, kind in (("suid", stat.S_IFREG | 0o6777), ("pipe", stat.S_IFIFO | 0o644)):
        info = zipfile.ZipInfo(name)
        info.external_attr = kind << 16
        members.append((info, b"x"))
    unpack(archive(tmp_path / "run-1.zip", *members), place)
    assert stat.filemode((place / "suid").stat().st_mode) == "-rwxrwxrwx"
    assert stat.filemode((place / "pipe").stat().st_mode) == "-rw-r--r--"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_with_one_name_the_later_counts(tmp_path: Path, place: Path) -> None:
    info = zipfile.ZipInfo("x")
    info.external_attr = (stat.S_IFREG | 0o400) << 16
    unpack(archive(tmp_path / "run-1.zip", (info, b"first"), ("x", b"second")), place)
    assert files_in(place) == {"x": b"second"}


def test_a_file_that_is_also_a_folder_is_an_error_of_the_system(
    tmp_path: Path, place: Path
) -> None:
    with pytest.raises(OSError, match="x"):
        unpack(archive(tmp_path / "run-1.zip", ("x", b""), ("x/y", b"")), place)


def test_a_damaged_archive_is_named(tmp_path: Path, place: Path) -> None:
    bundle = archive(tmp_path / "run-1.zip", ("x", b"some content" * 50), ("y", b""))
    whole = bundle.read_bytes()
    for damaged in (b"", b"PK", whole[:-30], whole.replace(b"some", b"SOME", 1)):
        bundle.write_bytes(damaged)
        with pytest.raises(BundleError, match=r"run-1\.zip: "):
            unpack(bundle, place)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_any_damage_gives_files_or_our_own_error(
    tmp_path_factory: pytest.TempPathFactory, at: int, damage: bytes
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    bundle = folder / "run-1.zip"
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a/x", b"content" * 20)
        out.writestr("y", b"y")
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:at] + damage + whole[at + len(damage) :])
    with contextlib.suppress(BundleError, OSError):
        unpack(bundle, folder)


def test_to_add_keeps_the_inputs_and_the_latest_of_a_name(tmp_path: Path) -> None:
    bundle = archive(tmp_path / "run-1.zip", ("x", b"in"), ("log.txt", b"of the inputs"))
    log = tmp_path / "log"
    log.write_bytes(b"of the run")
    add(bundle, [("log.txt", log), ("outputs/m", log), ("outputs/m", log)], [("call.json", "{}")])
    with zipfile.ZipFile(bundle) as added:
        assert set(added.namelist()) == {"x", "log.txt", "outputs/m", "call.json"}
        assert added.namelist().count("outputs/m") == 1
        assert added.read("log.txt") == b"of the run"


def test_to_add_a_file_that_is_missing_leaves_the_bundle_as_it_was(tmp_path: Path) -> None:
    bundle = archive(tmp_path / "run-1.zip", ("x", b"in"))
    before = bundle.read_bytes()
    with pytest.raises(FileNotFoundError):
        add(bundle, [("m", tmp_path / "absent")], [])
    assert bundle.read_bytes() == before
    assert list(tmp_path.iterdir()) == [bundle]


def test_inputs_are_the_contents_of_folders_and_single_files(tmp_path: Path) -> None:
    (tmp_path / "in" / "__pycache__").mkdir(parents=True)
    (tmp_path / "in" / "__pycache__" / "x.pyc").touch()
    (tmp_path / "in" / "data").symlink_to(tmp_path / "big")
    (tmp_path / "big").mkdir()
    (tmp_path / "big" / "set").write_text("1")
    (tmp_path / "extra.py").write_text("2")
    folder = tmp_path / "run-1"
    folder.mkdir()
    copy_inputs([tmp_path / "in", tmp_path / "extra.py"], folder)
    assert files_in(folder) == {"data/set": b"1", "extra.py": b"2"}
    assert not (folder / "data").is_symlink()


def test_inputs_that_are_read_only_folders_can_be_added_to_and_removed(tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for path in (tmp_path / "in" / "sub", tmp_path / "in"):
        path.chmod(0o555)
    folder = tmp_path / "run-1"
    folder.mkdir()
    copy_inputs([tmp_path / "in"], folder)
    assert all(stat.S_IMODE(p.stat().st_mode) & 0o700 == 0o700 for p in (folder, folder / "sub"))


def test_an_input_that_cannot_be_copied_is_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "dangling").symlink_to("absent")
    folder = tmp_path / "run-1"
    folder.mkdir()
    with pytest.raises(OSError, match="in/dangling") as caught:
        copy_inputs([tmp_path / "in"], folder)
    assert "[(" not in str(caught.value)
