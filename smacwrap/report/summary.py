"""The summary that ends a launch: the incumbent, how to repeat it, where everything lies."""

from rich.console import Console
from rich.table import Table

from smacwrap.history import Study
from smacwrap.history.objective import Incumbent


def print_summary(
    console: Console,
    study: Study,
    reason: str,
    runs: int,
    incumbent: Incumbent | None,
    sample_call: str,
) -> None:
    """Print how a launch ended; without an incumbent it says so."""
    console.print(f"\n{runs} runs. The launch ended: {reason}.", markup=False, soft_wrap=True)
    if incumbent is None:
        console.print("No run succeeded: there is no incumbent.", style="bold red")
    else:
        console.print(_incumbent(study, incumbent), soft_wrap=True)
        console.print("Sample call:", style="bold")
        # To be copied: never wrapped, never cut.
        console.print(sample_call, markup=False, soft_wrap=True)
    console.print(_places(study), soft_wrap=True)


def _incumbent(study: Study, incumbent: Incumbent) -> Table:
    table = Table(title="Incumbent", title_justify="left", title_style="bold green", box=None)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in incumbent.run.configuration.items():
        table.add_row(name, value)
    table.add_section()
    table.add_row("quality", f"{incumbent.cost:g}" + _mean_of(incumbent.runs))
    for name, value in incumbent.run.details.get("metrics", {}).items():
        table.add_row(name, str(value))
    if bundle := incumbent.run.details.get("zip"):
        table.add_row("its files", str(study.runs / bundle))
    return table


def _mean_of(runs: int) -> str:
    return f" (mean of {runs} runs)" if runs > 1 else ""


def _places(study: Study) -> Table:
    table = Table(title="Study", title_justify="left", title_style="bold", box=None)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("all runs", str(study.results))
    table.add_row("their files", f"{study.runs}/run-*.zip")
    table.add_row("trajectories", f"{study.folder}/traj-run-*.txt")
    table.add_row("logs", f"{study.folder}/worker-*.log")
    return table
