"""Tables of what the peers reached: median regret on each problem, and mean ranks."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from rich.text import Text
from scipy.stats import rankdata
from searching.problem import Problem
from searching.results import Searched

Array = npt.NDArray[np.float64]

_SAME = 1e-9
"""Regrets below are as good as none: known optima have no more digits."""

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 50


@dataclass(frozen=True)
class Peer:
    """A column of the tables: a peer, and how many workers it had."""

    name: str
    workers: int

    def __str__(self) -> str:
        return self.name if self.workers == 1 else f"{self.name}, {self.workers} workers"


class Comparison:
    """Searches of equal budget, as regrets.

    Args:
        problems: the rows.
        results: searches; those of other problems and budgets are left out.
        runs: the budget.
    """

    def __init__(
        self, problems: Sequence[Problem], results: Collection[Searched], runs: int
    ) -> None:
        self.runs = runs
        self._incumbents: dict[tuple[str, Peer], list[tuple[float, ...]]] = {}
        names = {problem.name for problem in problems}
        for searched in results:
            task = searched.task
            if task.runs == runs and task.problem in names:
                key = task.problem, Peer(task.peer, task.workers)
                self._incumbents.setdefault(key, []).append(searched.incumbents)
        self.peers = list(dict.fromkeys(peer for _, peer in self._incumbents))
        done = {name for name, _ in self._incumbents}
        self.problems = [problem for problem in problems if problem.name in done]
        self._least = {problem.name: self._least_of(problem) for problem in self.problems}

    def _least_of(self, problem: Problem) -> float:
        """The optimum, or else the best that any peer found."""
        if problem.optimum is not None:
            return problem.optimum
        curves = [c for (name, _), c in self._incumbents.items() if name == problem.name]
        return min(min(curve) for seeds in curves for curve in seeds)

    def seeds(self, problem: Problem, peer: Peer) -> int:
        """How many searches there are."""
        return len(self._incumbents.get((problem.name, peer), []))

    def regret(self, problem: Problem, peer: Peer, run: int) -> float:
        """The median over the seeds after so many runs; NaN where there are no searches."""
        curves = self._incumbents.get((problem.name, peer))
        if not curves:
            return math.nan
        costs = np.array([curve[run - 1] for curve in curves])
        regret = float(np.median(costs)) - self._least[problem.name]
        return 0.0 if regret < _SAME else regret

    def ranked(self, peers: Sequence[Peer]) -> list[Problem]:
        """The problems that all these peers have searched on."""
        return [p for p in self.problems if all(self.seeds(p, peer) for peer in peers)]

    def ranks(self, peers: Sequence[Peer], run: int) -> Array:
        """The peers' ranks by median regret after so many runs, 1 for the least.

        Equals share the mean of their ranks. Shape (problems of `ranked`, at least one; peers).
        """
        problems = self.ranked(peers)
        regrets = [[self.regret(p, peer, run) for peer in peers] for p in problems]
        ranks: Array = rankdata(np.array(regrets), axis=1)
        return ranks


def print_report(console: Console, comparison: Comparison, budgets: Sequence[int]) -> None:
    """Prints a table for each budget, and how the mean ranks develop."""
    single = [peer for peer in comparison.peers if peer.workers == 1]
    for run in budgets:
        console.print(_regrets(comparison, comparison.peers, single, run))
    if len(single) > 1 and comparison.ranked(single):
        console.print(_development(comparison, single))


def _regrets(
    comparison: Comparison, peers: Sequence[Peer], single: Sequence[Peer], run: int
) -> Table:
    table = Table(title=f"median regret after {run} runs (of so many seeds)")
    table.add_column("problem")
    for peer in peers:
        table.add_column(str(peer), justify="right")
    for problem in comparison.problems:
        regrets = [comparison.regret(problem, peer, run) for peer in peers]
        found = [r for r in regrets if not math.isnan(r)]
        cells = []
        for peer, regret in zip(peers, regrets, strict=True):
            style = "bold green" if regret == min(found) else "red" if regret == max(found) else ""
            text = f"{regret:.3g} ({comparison.seeds(problem, peer)})"
            cells.append(Text("–" if math.isnan(regret) else text, style))
        table.add_row(problem.name, *cells)
    if len(single) > 1 and comparison.ranked(single):
        ranks = comparison.ranks(single, run)
        best = (ranks == ranks.min(axis=1, keepdims=True)).sum(axis=0)
        worst = (ranks == ranks.max(axis=1, keepdims=True)).sum(axis=0)
        summary = {
            f"mean rank ({len(ranks)} problems)": [f"{mean:.2f}" for mean in ranks.mean(axis=0)],
            "best on": best.astype(str),
            "worst on": worst.astype(str),
        }
        table.add_section()
        for name, figures in summary.items():
            figure_of = dict(zip(single, figures, strict=True))
            table.add_row(name, *(figure_of.get(peer, "") for peer in peers))
    return table


def _development(comparison: Comparison, peers: Sequence[Peer]) -> Table:
    """The mean ranks run by run as a line of small bars: the shorter, the better."""
    steps = np.unique(np.linspace(1, comparison.runs, _WIDTH).astype(int))
    means = np.array([comparison.ranks(peers, step).mean(axis=0) for step in steps])
    table = Table("peer", f"runs 1 to {comparison.runs}", title="mean rank, from 1 to the last")
    heights = np.rint((means - 1) / (len(peers) - 1) * (len(_BARS) - 1)).astype(int)
    for i in np.argsort(means[-1]):
        table.add_row(str(peers[i]), "".join(_BARS[height] for height in heights[:, i]))
    return table
