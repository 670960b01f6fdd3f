"""A scenario: what to tune and within which limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

RunObj = Literal["RUNTIME", "QUALITY"]
IntraObj = Literal["MEAN", "MEAN10", "MEAN1000"]

# The options that a field of Scenario stands for; every other one is read and has no effect.
ACTED_ON = frozenset(
    {
        "abort-on-crash",
        "abort-on-first-run-crash",
        "algo-cutoff-time",
        "algo-deterministic",
        "algo-exec",
        "algo-exec-dir",
        "cli-call-params-with-quotes",
        "cputime-limit",
        "instances",
        "intra-obj",
        "output-dir",
        "pcs-file",
        "run-obj",
        "runcount-limit",
        "rungroup",
        "transform-crashed-quality",
        "transform-crashed-quality-value",
        "use-cpu-time-in-tunertime",
        "use-instances",
        "wallclock-limit",
    }
)


@dataclass(frozen=True)
class Scenario:
    """What smacwrap acts on, with SMAC v2's defaults for what was not set.

    Times and limits of time are in seconds, paths are absolute.

    - `file`: the scenario file.
    - `algo`, `algo_text`: the target algorithm's words, split as a shell would, and as written.
    - `exec_dir`: the folder that it is started in.
    - `pcs_file`: the parameters' file.
    - `run_obj`, `intra_obj`: what is minimised, and how the runs of a configuration are averaged;
      MEAN10 and MEAN1000 count a timeout as that many times the cutoff.
    - `use_instances`, `instance_file`: whether there are instances, and their list as written.
    - `deterministic`: the target algorithm ignores its seed.
    - `cutoff`: CPU time of one run. `run_limit`, `wallclock_limit`, `cputime_limit`: of them all;
      `use_cpu_time_in_tunertime` counts the optimiser's own CPU time too.
    - `output_dir`, `rungroup`: a study lies in `output_dir / rungroup`.
    - `abort_on_first_run_crash`, `abort_on_crash`: what a crash leads to.
    - `crashed_quality`: a crashed run's quality counts as at least this; -inf for as reported.
    - `cli_call_params_with_quotes`: values stand in single quotes in the call string.
    - `settings`: everything that was set, canonical option name to text.
    - `without_effect`: the names, as written, of settings that smacwrap does not act on.
    """

    file: Path
    algo: tuple[str, ...]
    algo_text: str
    exec_dir: Path
    pcs_file: Path
    run_obj: RunObj
    intra_obj: IntraObj
    use_instances: bool
    instance_file: str | None
    deterministic: bool
    cutoff: float
    run_limit: int
    wallclock_limit: float
    cputime_limit: float
    use_cpu_time_in_tunertime: bool
    output_dir: Path
    rungroup: str
    abort_on_first_run_crash: bool
    abort_on_crash: bool
    crashed_quality: float
    cli_call_params_with_quotes: bool
    settings: Mapping[str, str] = field(hash=False)
    without_effect: tuple[str, ...]
