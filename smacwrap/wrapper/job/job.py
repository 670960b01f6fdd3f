"""All that a job file can say, and what it means."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from smacwrap.executors import Limits
from smacwrap.frozen import Frozen
from smacwrap.protocol import Status
from smacwrap.wrapper.command import CommandTemplate
from smacwrap.wrapper.placeholders import names_in
from smacwrap.wrapper.settings_file import format_of
from smacwrap.wrapper.sources import Source
from smacwrap.wrapper.spelling import Spellings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smacwrap.wrapper.templates import Template


class Job(Frozen):
    """A job file that has been read and checked.

    Only `command` is needed. `[run]` says what a run is:

    - `command`: what to start in the run's own folder, with `{flags}` for the active parameters
      and `{name}` for one, or for `seed`, `instance`, `instance_info`, `cutoff`, `run_length`.
      Where a parameter is not active, `{name:-5}` is 5, and `{name}` an error.
    - `input`: folders (their contents are packed, without what runs leave there) and files,
      relative to the job file.
    - `outputs`: names or glob patterns of files to keep, relative to the run's folder.
    - `templates`: inputs in which `${name}` and `${name:-5}` are filled in; as a table,
      `template = "other name"`.
    - `config`: the JSON, YAML or TOML file for the parameters that are spelled `json:…`,
      `yaml:…` or `toml:…`; it may be an input.
    - `data`: files and folders that are linked into the run's folder, not packed.

    `[parameters]` says how parameters are spelled; by default `-{name} {value}`. A key is a
    parameter, or `"*"` for all others. Its value is a spelling, or a table of spellings by value:

    - `"--lr={value}"`, `"{value}"`, `""`: words for `{flags}`; other placeholders work too.
    - `"env:LR"`: an environment variable. `"json:optimizer.lr"`: a setting in `config`; in a
      YAML or TOML file `yaml:` or `toml:`.

    `[result]` says how to read a run's result:

    - `quality`: the metric that SMAC minimises. Leave it out where the target prints SMAC's
      result line.
    - `maximize`: true for an accuracy: SMAC gets the negated quality. None in the attributes
      where the job does not say.
    - `infeasible`: the quality of every UNSAT run, in the target's own terms.
    - `metrics`: by name, a regular expression whose first group is the value, or `json:place`.
      `name<TAB>value` lines of the output are metrics in any case.
    - `runtime`: the metric that is the run time, in seconds; by default `cpu_time`.
    - `json`: the file that `json:` places are in; by default the output's last JSON object.
    - `exit_codes`: statuses by exit code, as `{ 10 = "SAT", 20 = "UNSAT" }`; others are a crash.
    - `statuses`: regular expressions by status; the first line with a match decides.
    - `postprocess`: a command that is started after a successful run, in a folder with the run's
      inputs, outputs and `log.txt`. It prints metrics, too.

    `quality` and `runtime` may also be a `json:place` or a measurement: `cpu_time`,
    `wallclock_time`, `exit_code`.

    `[limits]` says what a run may use, its whole process tree together; the call string's cutoff
    is a limit of its CPU time in any case. `cpu_time` and `wall_time` are seconds; without a
    `wall_time` it is twice the cutoff and one second. `memory`, `disk` (by which
    the run's folder may grow) and `output` are bytes or texts such as `"2 GB"`; `grace` is the
    seconds between asking processes to end and killing them. `over_memory` is the status of a run
    that took more memory; UNSAT needs `infeasible`.

    In the attributes, `exit_codes` is None where any exit code is a success, and every metric
    that the job names itself is in `metrics`.
    """

    file: Path
    command: CommandTemplate
    inputs: tuple[Path, ...] = ()
    outputs: tuple[str, ...] = ()
    templates: "tuple[Template, ...]" = ()
    config: str | None = None
    data: tuple[Path, ...] = ()
    spellings: Spellings = Spellings()
    quality: str | None = None
    maximize: bool | None = None
    infeasible: float | None = None
    metrics: Mapping[str, Source] = MappingProxyType({})
    runtime: str | None = None
    json: str | None = None
    exit_codes: Mapping[int, Status] | None = MappingProxyType({0: Status.SAT})
    statuses: Mapping[Status, re.Pattern[str]] = MappingProxyType({})
    postprocess: CommandTemplate | None = None
    limits: Limits = Limits()
    over_memory: Status = Status.CRASHED

    @property
    def config_kind(self) -> str:
        """The format of `config`: `json`, `yaml` or `toml`."""
        return format_of(self.config or "") or self.spellings.settings_kinds()[0]

    def gives(self, name: str) -> bool:
        """Whether a parameter's value can reach the target, in whatever way."""
        named = names_in(self.command.text)
        return (
            name in named
            or self.spellings.gives(name, with_flags="flags" in named)
            or any(name in template.names() for template in self.templates)
        )
