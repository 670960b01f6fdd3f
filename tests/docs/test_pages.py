"""The pages do what they say: their files are written, their commands run, their links lead on."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*sorted(ROOT.glob("*.md")), *DOCS]

NOT_RUN = re.compile(r"^<!-- not run: (.+) -->$", re.M)
FILE = re.compile(r"`([\w.-]+)`:")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """A fenced block of a page, and the line of text before it."""

    language: str
    text: str
    before: str

    @property
    def file(self) -> str:
        """The name of the file that it shows, or an empty string."""
        name = FILE.fullmatch(self.before)
        return name[1] if name else ""

    @property
    def is_run(self) -> bool:
        return self.language == "sh" and not NOT_RUN.fullmatch(self.before)


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = []
    for match in FENCE.finditer(text):
        before = text[: match.start()].rstrip().rpartition("\n")[2]
        found.append(Block(match[1], match[2], before))
    return found


def slugs(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with what a reader of the pages has."""
    for name in ("pcs", "scenarios", "scripts"):
        ignored = shutil.ignore_patterns("smac-output", "smacwrap-runs", "instances", "__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    return tmp_path


@pytest.mark.parametrize(
    "page", [page for page in DOCS if any(b.is_run for b in blocks(page))], ids=lambda p: p.stem
)
def test_the_commands_of_a_page_work_in_their_order(page: Path, copy: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for block in blocks(page):
        if block.file:
            (copy / block.file).write_text(block.text, encoding="utf-8")
        elif block.is_run:
            done = subprocess.run(
                ["bash", "-e", "-u", "-o", "pipefail", "-c", block.text],
                cwd=copy,
                env={**os.environ, "PATH": path},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=300,
            )
            assert done.returncode == 0, f"{block.text}\n{done.stdout}"


def test_all_commands_are_in_blocks_that_are_run_and_few_are_left_out() -> None:
    left_out = []
    for page in DOCS:
        text = page.read_text(encoding="utf-8")
        found = blocks(page)
        assert {block.language for block in found} <= {"sh", "text", "toml", "python"}, page
        assert len(NOT_RUN.findall(text)) == sum(bool(NOT_RUN.match(b.before)) for b in found)
        left_out += [b for b in found if b.language == "sh" and not b.is_run]
        assert not re.search(r"^ {4}(smacwrap|python|make|pip) ", FENCE.sub("", text), re.M), page
    assert len(left_out) <= 5, "too few commands of the pages are tried"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_all_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in slugs(target), f"{page.name}: {link}"


def test_the_recording_is_small_and_needs_no_network() -> None:
    svg = (ROOT / "docs" / "launch.svg").read_text(encoding="utf-8")
    assert len(svg.encode()) < 60_000
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", svg)


def test_every_page_is_in_the_navigation() -> None:
    names = re.findall(r'= "([\w-]+\.md)"', (ROOT / "zensical.toml").read_text(encoding="utf-8"))
    assert sorted(names) == [page.name for page in DOCS]


def test_the_front_page_is_short_and_links_every_page() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.encode()) < 8000
    linked = set(LINK.findall(text))
    for page in DOCS:
        assert page.stem in {"index", "contributing"} or f"docs/{page.name}" in linked, page.name
