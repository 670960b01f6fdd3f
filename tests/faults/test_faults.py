"""Real launches that something happens to: nothing is lost, counted twice or left running.

Each round draws its faults and moments from its seed. A dozen rounds are part of every test run;
`FAULT_ROUNDS=200 pytest tests/faults` makes more, `FAULT_SEED=1000` other ones.
"""

import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random

import psutil
import pytest

from smacwrap.history.running import read_running
from tests.faults import faults
from tests.faults.round import LIMIT, Round

INTERRUPTED = 130  # the exit code
ROUNDS = int(os.environ.get("FAULT_ROUNDS", "12"))
FIRST = int(os.environ.get("FAULT_SEED", "0"))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + ROUNDS))
def test_nothing_is_lost_counted_twice_or_left_running(
    quick: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    draw = Random(f"faults {seed}")
    # Successive rounds see each fault once, and mix it with others.
    chosen = [
        faults.FAULTS[seed % len(faults.FAULTS)],
        *draw.choices(faults.FAULTS, k=draw.randrange(3)),
    ]
    wrapped = faults.kill_a_wrapper in chosen or draw.random() < 0.3
    with ExitStack() as stack:
        if faults.fill_the_disk_for_a_while in chosen:
            stack.enter_context(faults.small_disk(quick.parent / "smac-output"))
        round_ = Round(quick, seed, wrapped)
        moments = sorted(draw.choices(range(LIMIT), k=len(chosen)))
        for fault, moment in zip(chosen, moments, strict=True):
            _let_it_happen(round_, fault, moment, last=moment == moments[-1])
        _finish(round_)
        record_property("faults", [fault.__name__ for fault in chosen])
        record_property("runs", len(round_.runs()))
        record_property("repeated", sum(log.count("made again") for log in _logs(round_).values()))


def _let_it_happen(round_: Round, fault: faults.Fault, runs: int, *, last: bool) -> None:
    """Launch, have the fault after so many runs and a while, and see the launch to its end."""
    launcher = round_.launch()
    round_.wait_for_runs(launcher, runs)
    time.sleep(round_.random.random() / 2)
    before, begun = _histories(round_), round_.has_begun()
    round_.told.append(f"{fault.__name__} after {len(round_.runs())} runs")
    with faults.gone_already():
        fault(round_, psutil.Process(launcher.pid))
    interrupted = round_.random.random() < (0.3 if last else 0.8)
    if interrupted:
        launcher.send_signal(signal.SIGINT)
    ending = launcher.wait(90)
    # A worker that was told to end leaves its run to the others, if they are still there.
    stopped = fault is faults.kill_a_worker and ending == INTERRUPTED
    if begun and not (interrupted or stopped or fault in faults.ON_THE_LAUNCHER):
        assert len(round_.runs()) == LIMIT, round_.told
        assert ending == 0 or "results.csv: cannot write" in round_.outputs[-1].read_text()
    # Who goes on at once may meet workers whose launcher was killed.
    if round_.random.random() < 0.5:
        _check_that_nothing_is_left_running(round_)
    _check_that_nothing_is_lost(round_, before)


def _finish(round_: Round) -> None:
    """Go on to the original limit: what was interrupted is made again first."""
    _check_that_nothing_is_left_running(round_)
    interrupted = round_.interrupted()
    before, already = _histories(round_), Counter(worker for worker, _ in round_.runs())
    assert round_.launch().wait(120) == 0, round_.told
    _check_that_nothing_is_left_running(round_)
    _check_that_nothing_is_lost(round_, before)
    runs = round_.runs()
    assert len(runs) == LIMIT, round_.told
    assert max(Counter(run.key for _, run in runs).values()) == 1, round_.told
    left, interrupted_runs = LIMIT - already.total(), sum(map(len, interrupted.values()))
    for worker, keys in interrupted.items():
        new = [run.key for other, run in runs if other == worker][already[worker] :]
        # Others may have used up the budget meanwhile.
        first = set(new[: len(keys)])
        assert first == keys if interrupted_runs <= left else first <= keys, round_.told
    assert not read_running(round_.study)
    assert not list(round_.study.folder.rglob("*.part"))
    assert not [path for path in round_.study.runs.glob("run-*") if path.is_dir()], round_.told


def _check_that_nothing_is_left_running(round_: Round) -> None:
    """Workers whose launcher was killed end within seconds, and so do their targets."""
    round_.wait(lambda: not round_.processes(), 20)


def _check_that_nothing_is_lost(round_: Round, before: Mapping[int, bytes]) -> None:
    """What was on disk, and what a worker said that it recorded, is there, and each run once."""
    logs = _logs(round_)  # before what they tell of, for workers may be at work
    recorded = Counter(worker for worker, _ in round_.runs())
    for seed, log in logs.items():
        if seed in round_.cut:
            continue
        said = [int(number) for number in re.findall(r"INFO run (\d+): ", log)]
        assert said == sorted(set(said)), (round_.told, seed, said)
        assert not said or said[-1] <= recorded[seed], (round_.told, seed, said)
        after = round_.study.live_rundata(seed).read_bytes()
        assert after.startswith(before.get(seed, b"")), (round_.told, seed)
    json.loads(round_.study.description.read_text())


def _histories(round_: Round) -> dict[int, bytes]:
    """The whole lines of the run histories, by the workers' seeds."""
    study = round_.study
    texts = {seed: study.live_rundata(seed).read_bytes() for seed in study.seeds()}
    return {seed: text[: text.rfind(b"\n") + 1] for seed, text in texts.items()}


def _logs(round_: Round) -> dict[int, str]:
    study = round_.study
    return {seed: study.worker_log(seed).read_text() for seed in study.seeds()}
