"""The summary that ends a launch: the incumbent, how to repeat it, where everything lies."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from smacwrap.history import Study
from smacwrap.history.objective import Incumbent
from smacwrap.protocol.direction import Direction

_MINIMISED = Direction()


def print_summary(
    console: Console,
    study: Study,
    reason: str,
    runs: int,
    incumbent: Incumbent | None,
    sample_call: str,
    direction: Direction = _MINIMISED,
    forgotten: int = 0,
) -> None:
    """Print how a launch ended; without an incumbent it says so.

    `direction` is that of the quality, which is shown in the target's own terms.

    Paths, values and the sample call are to be copied: they are printed as they are, never
    wrapped and never cut.
    """
    count = f"{runs} run" if runs == 1 else f"{runs} runs"
    but = f", {forgotten} of them forgotten" if forgotten else ""
    _print(console, Text(f"\n{count}{but}. The launch ended: {reason}."))
    if incumbent is None:
        _print(console, Text("No run succeeded: there is no incumbent.", "bold red"))
    else:
        _print(console, Text.assemble(("Incumbent", "bold green"), f" ({direction})"))
        _print_rows(console, list(_incumbent(study, incumbent, direction)))
        _print(console, Text("Sample call:", "bold"))
        _print(console, Text(sample_call))
    _print(console, Text("Study", "bold"))
    _print_rows(
        console,
        [
            ("all runs", str(study.results)),
            ("their files", f"{study.runs}/run-*.zip"),
            ("trajectories", f"{study.folder}/traj-run-*.txt"),
            ("logs", f"{study.folder}/worker-*.log"),
        ],
    )


def _incumbent(
    study: Study, incumbent: Incumbent, direction: Direction
) -> Iterator[tuple[str, str]]:
    yield from incumbent.run.configuration.items()
    yield "quality", incumbent.words(direction)
    for name, value in incumbent.run.details.get("metrics", {}).items():
        yield name, str(value)
    if bundle := incumbent.run.details.get("zip"):
        yield "its files", str(study.runs / bundle)


def _print_rows(console: Console, rows: Sequence[tuple[str, str]]) -> None:
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        _print(console, Text.assemble((f"  {name:<{width}}", "bold"), f"  {value}"))


def _print(console: Console, text: Text) -> None:
    # As a Text, it is not searched for markup and emoji codes.
    console.print(text, soft_wrap=True)
