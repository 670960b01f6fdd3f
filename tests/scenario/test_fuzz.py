"""Any bytes, and any overrides, give a scenario or our own error."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.scenario import OPTIONS, Scenario, load_scenario

DATA = Path(__file__).parent.parent / "data/scenarios"
SEEDS = [(DATA / name / "scenario.txt").read_bytes() for name in ("quality", "runtime")]
NAMES = [name for option in OPTIONS for name in option.names]


@pytest.fixture(scope="module", autouse=True)
def folder_of_the_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = Path.cwd()
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "params.pcs").touch()
    for name in ("train.txt", "test.txt", "features.csv"):
        shutil.copy(DATA / "runtime" / name, folder)
    os.chdir(folder)
    yield
    os.chdir(before)


def load(content: bytes, overrides: list[tuple[str, str]] | None = None) -> Scenario | str:
    """The scenario, or the text of our own error."""
    Path("tune.txt").write_bytes(content)
    try:
        return load_scenario("tune.txt", overrides or [])
    except UserError as error:
        return error.underlined()


@settings(deadline=None)
@given(st.binary())
@example(b"\xff\xfea\0l\0g\0o\0")
@example(b"\xef\xbb\xbf")
def test_any_bytes(content: bytes) -> None:
    assert load(content)


@settings(deadline=None)
@given(st.text())
def test_any_text(content: str) -> None:
    assert load(content.encode(errors="surrogatepass"))


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 8), st.binary(max_size=8))),
)
def test_a_damaged_scenario(seed: bytes, edits: list[tuple[int, int, bytes]]) -> None:
    content = seed
    for at, length, replacement in edits:
        content = content[:at] + replacement + content[at + length :]
    assert load(content)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(NAMES) | st.text(), st.text())))
@example([("algo-exec-dir", "\0"), ("pcs-file", "\0"), ("output-dir", "\0"), ("rungroup", "\0")])
@example([("algo-exec-dir", "x" * 5000), ("pcs-file", "x" * 5000), ("algo", "'")])
@example([("instances", "."), ("use-instances", "1"), ("instance-suffix", "((")])
@example([("instances", "."), ("use-instances", "1"), ("instance-suffix", "a|" * 50_000)])
@example([("terminate-on-delete", "x" * 5000), ("warmstart", "x" * 5000), ("rungroup", "\0")])
@example([("instances", "\0"), ("use-instances", "1"), ("feature-file", "\0")])
@example([("runcount-limit", "9" * 5000), ("cutoff_time", "9" * 5000)])
def test_any_options_on_the_command_line(overrides: list[tuple[str, str]]) -> None:
    assert load(SEEDS[0], overrides)
