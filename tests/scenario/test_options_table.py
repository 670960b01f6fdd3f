"""The table of options in docs/scenarios.md is the code's."""

import subprocess
import sys
from pathlib import Path

from smacwrap.scenario import FOREIGN_NAMES, OPTIONS
from smacwrap.scenario.options_table import options_markdown

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"
BEGIN, END = "<!-- options: begin -->\n", "<!-- options: end -->\n"


def test_the_pages_table_is_the_codes() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert BEGIN in text, f"{PAGE.name} has no {BEGIN.strip()}"
    table = text.split(BEGIN, 1)[1].split(END, 1)[0]
    command = "python -m smacwrap.scenario.options_table"
    assert table.strip() == options_markdown().strip(), f"replace it by the output of {command}"


def test_the_command_prints_the_table() -> None:
    words = [sys.executable, "-m", "smacwrap.scenario.options_table"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == options_markdown()


def test_every_option_says_what_it_means_here_or_why_it_has_no_effect() -> None:
    assert [option.name for option in OPTIONS if not option.here] == []


def test_every_option_and_every_foreign_name_is_in_the_table() -> None:
    text = options_markdown()
    for option in OPTIONS:
        place = f"\n| `{option.name}` |" if option.acts else f" `{option.name}`"
        assert place in text, option.name
    for name in FOREIGN_NAMES:
        assert f" `{name}`" in text, name
