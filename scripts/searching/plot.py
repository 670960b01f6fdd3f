"""A picture of the searches: median regret by runs on each problem, and the mean ranks."""

import math
from pathlib import Path

from searching.report import Comparison

from smacwrap.errors import UserError

_COLUMNS = 4


def plot(comparison: Comparison, path: Path) -> None:
    """Writes the picture, in the format that the file's suffix names.

    Raises:
        UserError: matplotlib is missing, or does not know the format.
    """
    try:
        import matplotlib
    except ImportError:
        raise UserError("a plot needs matplotlib: pip install 'smacwrap[bench]'") from None
    matplotlib.use("agg")
    from matplotlib.figure import Figure

    steps = range(1, comparison.runs + 1)
    height = math.ceil((len(comparison.problems) + 1) / _COLUMNS)
    figure = Figure(figsize=(4 * _COLUMNS, 3 * height), layout="constrained")
    panels = figure.subplots(height, _COLUMNS, squeeze=False).flat
    colours = {peer: f"C{i}" for i, peer in enumerate(comparison.peers)}
    ranks, *rest = panels
    single = [peer for peer in comparison.peers if peer.workers == 1]
    if comparison.ranked(single):
        means = [comparison.ranks(single, step).mean(axis=0) for step in steps]
        for i, peer in enumerate(single):
            ranks.plot(steps, [mean[i] for mean in means], color=colours[peer])
    ranks.set_title("mean rank")
    for panel, problem in zip(rest, comparison.problems, strict=False):
        for peer in comparison.peers:
            regrets = [comparison.regret(problem, peer, step) or math.nan for step in steps]
            panel.plot(steps, regrets, color=colours[peer], label=str(peer))
        panel.set_yscale("log")
        panel.set_title(f"{problem.name}: median regret")
    for panel in rest[len(comparison.problems) :]:
        panel.set_axis_off()
    lines = [ranks.plot([], [], color=colour, label=str(p))[0] for p, colour in colours.items()]
    figure.legend(handles=lines, loc="outside lower center", ncols=len(lines))
    try:
        figure.savefig(path)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None
