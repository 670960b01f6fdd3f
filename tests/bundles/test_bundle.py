"""Bundles: what is packed comes back; no archive can write outside of its folder."""

import contextlib
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smacwrap.bundles.additions import add
from smacwrap.bundles.bundle import pack, unpack
from smacwrap.bundles.errors import BundleError


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
@example(174, b"\0")  # a member whose name is empty
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


_contents = st.dictionaries(st.text("aé/☃\n", min_size=1), st.binary(), max_size=4)


@settings(max_examples=50)
@given(_contents, _contents.map(dict.items).map(list))
def test_any_zip_can_be_added_to(
    tmp_path_factory: pytest.TempPathFactory,
    before: dict[str, bytes],
    more: list[tuple[str, bytes]],
) -> None:
    folder = tmp_path_factory.mktemp("any")
    bundle = archive(folder / "run-1.zip", *before.items())
    members = []
    for i, (name, content) in enumerate(more):
        (folder / str(i)).write_bytes(content)
        members.append((name, folder / str(i)))
    add(bundle, members)
    add(bundle, members[:1], [("call.json", "{}")])
    with zipfile.ZipFile(bundle) as added:
        assert added.testzip() is None
        expected = [*added.namelist()[: len(before)], *(n for n, _ in [*more, *more[:1]])]
        assert added.namelist() == [*expected, "call.json"]
        assert all(added.read(name) == content for name, content in more)
        assert added.getinfo("call.json").date_time[0] >= 2026


@pytest.mark.parametrize("size", [1000, 2_000_000])
def test_what_is_added_keeps_its_permissions_time_and_odd_name(
    tmp_path: Path, place: Path, size: int
) -> None:
    bundle = archive(tmp_path / "run-1.zip", ("x", b"in"))
    tool = tmp_path / "tool"
    tool.write_bytes(os.urandom(size))
    tool.chmod(0o755)
    os.utime(tool, (0, 0))  # zip knows no time before 1980
    add(bundle, [("a\udcff", tool)])
    unpack(bundle, place)
    assert (place / "a?").read_bytes() == tool.read_bytes()
    assert stat.S_IMODE((place / "a?").stat().st_mode) == 0o755


def test_an_archive_with_a_comment_can_be_added_to(tmp_path: Path) -> None:
    bundle = archive(tmp_path / "run-1.zip", ("x", b"in"))
    with zipfile.ZipFile(bundle, "a") as commented:
        commented.comment = b"of another tool"
    add(bundle, [], [("call.json", "{}")])
    with zipfile.ZipFile(bundle) as added:
        assert added.namelist() == ["x", "call.json"]


def test_to_add_a_file_that_is_missing_leaves_the_bundle_as_it_was(tmp_path: Path) -> None:
    bundle = archive(tmp_path / "run-1.zip", ("x", b"in"))
    before = bundle.read_bytes()
    with pytest.raises(FileNotFoundError):
        add(bundle, [("m", tmp_path / "absent")], [])
    assert bundle.read_bytes() == before
    assert list(tmp_path.iterdir()) == [bundle]


def test_an_archive_that_holds_more_than_the_disk_has_room_for_is_refused_at_once(
    tmp_path: Path, place: Path
) -> None:
    bundle = archive(tmp_path / "run-1.zip", ("x", b"0"), ("y", b"0"))
    # What the directory of the archive says of its last member: 2^50 bytes.
    whole = bundle.read_bytes()
    at = whole.rindex(b"PK\x01\x02")
    extra = struct.pack("<HHQ", 1, 8, 1 << 50)
    entry = bytearray(whole[at:-22])
    entry[24:28] = b"\xff" * 4
    entry[30:32] = struct.pack("<H", len(extra))
    end = bytearray(whole[-22:])
    end[12:16] = struct.pack("<I", struct.unpack("<I", end[12:16])[0] + len(extra))
    bundle.write_bytes(whole[:at] + entry + extra + end)
    with pytest.raises(OSError, match=r"no space left for 1125899906\.8 MB"):
        unpack(bundle, place)
    assert list(place.iterdir()) == []


def test_an_archive_of_more_members_than_any_folder_has_is_refused(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smacwrap.bundles.bundle._MOST_MEMBERS", 2)
    bundle = archive(tmp_path / "run-1.zip", ("x", b""), ("y", b""), ("z", b""))
    with pytest.raises(BundleError, match=r"run-1\.zip: 3 files, at most are 2"):
        unpack(bundle, place)
    assert list(place.iterdir()) == []


def test_an_output_that_would_fill_the_disk_is_not_added(tmp_path: Path) -> None:
    bundle = archive(tmp_path / "run-1.zip", ("x", b"in"))
    before = bundle.read_bytes()
    with (tmp_path / "sparse").open("wb") as sparse:
        sparse.truncate(1 << 43)
    with pytest.raises(OSError, match=r"no space left for 8796093\.0 MB"):
        add(bundle, [("sparse", tmp_path / "sparse")])
    assert bundle.read_bytes() == before


def test_what_cannot_be_made_smaller_is_stored(tmp_path: Path, place: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "random").write_bytes(os.urandom(100_000))
    (folder / "text").write_bytes(b"text" * 25_000)
    pack(folder, tmp_path / "run-1.zip")
    with zipfile.ZipFile(tmp_path / "run-1.zip") as packed:
        assert packed.getinfo("random").compress_type == zipfile.ZIP_STORED
        assert packed.getinfo("text").compress_size < 10_000
    unpack(tmp_path / "run-1.zip", place)
    assert files_in(place) == files_in(folder)
