"""Crashed runs that a resumed launch makes again, and that count no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smacwrap.history import HistoryReader, Run, Study
from smacwrap.history.forgotten import Forgotten, run_id
from smacwrap.history.gc_pause import keeping
from smacwrap.history.running import RunningRun
from smacwrap.protocol import Status
from smacwrap.worker.budget import Budget
from smacwrap.worker.study_json import Description


@dataclass(frozen=True)
class Retry:
    """What is made again: runs with their workers' seeds.

    `after_first` says that the last launch ended since its first run crashed; `everything` that
    the study has no other runs, so that nothing is left to be compared with.
    """

    runs: Sequence[tuple[int, Run]] = ()
    after_first: bool = False
    everything: bool = False

    @property
    def ids(self) -> list[str]:
        """How a person names the runs."""
        return [run_id(seed, run) for seed, run in self.runs]

    def by_worker(self, seeds: Sequence[int]) -> dict[int, list[RunningRun]]:
        """The runs, by the seed of the worker that is to make them."""
        repeat: dict[int, list[RunningRun]] = {}
        for seed, run in self.runs:
            worker = seed if seed in seeds else seeds[seed % len(seeds)]
            repeat.setdefault(worker, []).append(_to_make(seed, run))
        return repeat


def crashed_runs(study: Study, before: Description | None, everyone: bool) -> Retry:
    """The crashed runs that are to be made again.

    That is the first run where the last launch ended with its crash: what a person has mended
    meanwhile is no fault of its configuration. Where all runs crashed it is all of them.

    Args:
        study: whose.
        before: its last launch.
        everyone: all crashed runs are, whatever happened.

    Raises:
        UserError: the study cannot be read.
    """
    after_first = Budget(study).first_run_crashed()
    if not (everyone or after_first):
        return Retry()
    forgotten, pcs_text = Forgotten(study).ids(), before.pcs_text if before else None
    with keeping():
        runs = [
            (seed, run)
            for seed, run in HistoryReader(study, pcs_text=pcs_text).poll()
            if run_id(seed, run) not in forgotten
        ]
    crashed = [(seed, run) for seed, run in runs if run.result.status is Status.CRASHED]
    everything = len(crashed) == len(runs)
    if not (everyone or everything):
        first = before.seeds[0] if before else 0
        crashed = [(seed, run) for seed, run in crashed if seed == first][-1:]
    return Retry(crashed, after_first, everything)


def merged(
    one: Mapping[int, Sequence[RunningRun]], other: Mapping[int, Sequence[RunningRun]]
) -> dict[int, list[RunningRun]]:
    """The runs of both, by the seeds of the workers that are to make them."""
    return {seed: [*one.get(seed, ()), *other.get(seed, ())] for seed in {**one, **other}}


def _to_make(seed: int, run: Run) -> RunningRun:
    details = run.details
    return RunningRun(
        worker=seed,
        number=details["number"],
        configuration=run.configuration,
        instance=run.instance,
        seed=run.seed,
        cutoff=run.cutoff,
        start=str(details.get("start", "")),
        host=str(details.get("host", "")),
        pid=int(details.get("worker", 0)),
    )
