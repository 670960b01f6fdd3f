"""A scenario: what to tune and within which limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from smacwrap.scenario.instances import Instance
from smacwrap.scenario.reader import Setting

RunObj = Literal["RUNTIME", "QUALITY"]
IntraObj = Literal["MEAN", "MEAN10", "MEAN1000"]
ExecMode = Literal["SMAC", "ROAR", "PSEL"]


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
    - `use_instances`: whether there are instances. `instances`, `test_instances`: those to tune
      and those to test on, in the order of their lists; empty where there are none.
    - `features`: each instance's feature values, by its name and in the order of `feature_names`;
      None where there are none. Test instances may lack them.
    - `deterministic`: the target algorithm ignores its seed. `max_incumbent_runs`: on how many
      seeds a configuration may be run if it does not.
    - `cutoff`: CPU time of one run. `run_limit`, `wallclock_limit`, `cputime_limit`: of them all;
      `use_cpu_time_in_tunertime` counts the optimiser's own CPU time too.
    - `output_dir`, `rungroup`: a study lies in `output_dir / rungroup`.
    - `seed`: the first worker's, if it was set. `warmstart`: a folder of earlier runs to learn
      from. `terminate_on_delete`: the launch ends when this file is gone.
    - `abort_on_first_run_crash`, `abort_on_crash`: what a crash leads to; `retry_crashed_count`:
      how often a run that crashed is made again before.
    - `crashed_quality`: a crashed run's quality counts as at least this; -inf for as reported.
    - `kill_factor`: a call that takes so many times the cutoff on the wall clock is ended; inf for
      never.
    - `exec_mode`: what proposes configurations if nobody names an engine.
    - `initial_incumbent`, `initial_challengers`: what is run first, as they are written: DEFAULT,
      RANDOM, or `-name value …`.
    - `pre_command`, `post_command`: what is started before and after a launch, in
      `prepost_exec_dir`; empty for nothing. `prepost_must_succeed`: a launch fails with it.
    - `cli_call_params_with_quotes`: values stand in single quotes in the call string.
    - `settings`: everything that was set: canonical option name to the setting that holds.
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
    instances: tuple[Instance, ...]
    test_instances: tuple[Instance, ...]
    feature_names: tuple[str, ...]
    features: Mapping[str, tuple[float, ...]] | None = field(hash=False)
    deterministic: bool
    max_incumbent_runs: int
    cutoff: float
    run_limit: int
    wallclock_limit: float
    cputime_limit: float
    use_cpu_time_in_tunertime: bool
    output_dir: Path
    rungroup: str
    seed: int | None
    warmstart: Path | None
    terminate_on_delete: Path | None
    abort_on_first_run_crash: bool
    abort_on_crash: bool
    retry_crashed_count: int
    crashed_quality: float
    kill_factor: float
    exec_mode: ExecMode
    initial_incumbent: str
    initial_challengers: tuple[str, ...]
    pre_command: tuple[str, ...]
    post_command: tuple[str, ...]
    prepost_exec_dir: Path
    prepost_must_succeed: bool
    cli_call_params_with_quotes: bool
    settings: Mapping[str, Setting] = field(hash=False)
    without_effect: tuple[str, ...]
