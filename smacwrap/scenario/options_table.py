"""Writes the table of options in docs/scenarios.md: `python -m smacwrap.scenario.options_table`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from smacwrap.scenario.domains import Interval
from smacwrap.scenario.options import FOREIGN_NAMES, OPTIONS, Option


def options_markdown() -> str:
    """Markdown: a table of the options that act, then the others by the reason why they do not.

    Names of other tools' scenario files come last.
    """
    acting = sorted((option for option in OPTIONS if option.acts), key=lambda option: option.name)
    foreign = FOREIGN_NAMES.values()
    idle = [(option.name, option.here) for option in OPTIONS if not option.acts]
    idle_foreign = [(other.name, other.option.here) for other in foreign if not other.option.acts]
    translations = [
        f"`{other.name}` for `{other.option.name}`" for other in foreign if other.option.acts
    ]
    lines = [
        "| option | other names | values | default | meaning |",
        "|---|---|---|---|---|",
        *map(_row, acting),
        "",
        f"These names of SMAC3 v0 and v1 work, too: {', '.join(translations)}.",
        "",
        "All other options of SMAC v2 are read and checked, and have no effect here:",
        "",
        *_by_reason(idle),
        "",
        "These names of SMAC3 v0 and v1 are ignored, too:",
        "",
        *_by_reason(idle_foreign),
    ]
    return "\n".join(lines) + "\n"


def _row(option: Option) -> str:
    aliases = ", ".join(f"`{alias}`" for alias in option.aliases)
    values = option.values.words if isinstance(option.values, Interval) else option.domain
    default = option.shown(option.default)
    cells = (f"`{option.name}`", aliases, values, default, option.here)
    return "| " + " | ".join(cell.replace("<", "&lt;") for cell in cells) + " |"


def _by_reason(names: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A line for each reason, those of the most names first; from pairs of name and reason."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for name, reason in names:
        by_reason[reason].append(f"`{name}`")
    for reason, same in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        yield f"- {reason}: {', '.join(same)}"


if __name__ == "__main__":
    print(options_markdown(), end="")
