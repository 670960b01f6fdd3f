"""The user's own SMAC v2 as the workers of a launch: Java processes in shared-model mode."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

from smacwrap.errors import UserError
from smacwrap.files import replace_text
from smacwrap.history import Study
from smacwrap.launch.crew import Crew, last_line, worker_command
from smacwrap.pcs.sources import is_json
from smacwrap.scenario import Scenario, find_option
from smacwrap.worker.frozen_job import frozen_job_environment
from smacwrap.worker.study_json import Description
from smacwrap.worker.target import target_environment

_ERRORS = (">Error Message:", "[ERROR]")
"""How SMAC v2 begins the lines that tell why it ends, in front of much else."""

_FREQUENCY = "5"  # seconds between readings of what the others ran; SMAC v2's default is 300
_OPEN = "--add-opens=java.base/java.lang=ALL-UNNAMED"


class Smac2(Crew):
    """Processes of SMAC v2, each with its part of the limits that hold for the launch.

    Args:
        home: the unpacked SMAC v2, with the program `smac` in it.
        scenario: what to tune.
        study: where.
        description: of the launch.

    Raises:
        UserError: there is no SMAC v2 or no Java, or SMAC v2 does not know one of the options.
    """

    restarts = 0  # SMAC v2 would begin anew, and make its runs again
    claims = False
    has_commands = True
    reason = "SMAC v2 has ended, its logs in the study tell why"

    def __init__(
        self,
        home: str | None,
        scenario: Scenario,
        study: Study,
        description: Description,
    ) -> None:
        self._program = _program(home)
        self._java_options = _java_options()
        self._scenario = scenario
        self._study = study
        self._pcs_text = description.pcs_text
        self._shares = description.shares
        self._job = description.job
        self._options = {_canonical(name): value for name, value in description.overrides}
        self._nice = description.nice
        self._divisor = 1 if description.limits_per_process else len(description.seeds)
        for setting in scenario.settings.values():
            if setting.option.level == "foreign" or setting.name not in setting.option.names:
                raise UserError(setting.problem("SMAC v2 has no option of this name"))

    def start(self, seed: int) -> "subprocess.Popen[bytes]":
        """See `Crew.start`."""
        command = [*worker_command(self._study, seed, self._shares), "--"]
        with self._study.worker_log(seed).open("ab") as log:
            return subprocess.Popen(
                command + self._words(seed),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={
                    **target_environment(self._scenario, self._study.runs, self._shares[seed]),
                    **frozen_job_environment(self._study, self._job),
                    "JAVA_TOOL_OPTIONS": self._java_options,
                },
            )

    def last_words(self, log: str) -> str:
        """See `Crew.last_words`."""
        errors = [line for line in log.splitlines() if line.startswith(_ERRORS)]
        return errors[-1] if errors else last_line(log)

    def _words(self, seed: int) -> list[str]:
        options = {"shared-model-mode-frequency": _FREQUENCY, **self._options}
        options |= {
            "scenario-file": str(self._scenario.file),
            # Of several files with this name SMAC v2 would take another one.
            "pcs-file": str(self._pcs_file()),
            "num-run": str(seed),
            "shared-model-mode": "true",
            "output-dir": str(self._study.folder.parent),
            "rungroup": self._study.folder.name,
            "use-instances": str(self._scenario.use_instances).lower(),
            **self._limits(seed),
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return ["nice", "-n", str(self._nice), self._program, *words]

    def _pcs_file(self) -> Path:
        """The scenario's; SMAC v2 does not read JSON, and gets a PCS file in the study instead."""
        given = self._scenario.pcs_file
        if not is_json(given.read_text(errors="replace"), given):
            return given
        written = self._study.folder / "params.pcs"
        replace_text(written, self._pcs_text)
        return written

    def _limits(self, seed: int) -> dict[str, str]:
        """This process's part of the limits that processes use up together."""
        index = list(self._shares).index(seed)
        runs, rest = divmod(self._scenario.run_limit, self._divisor)
        limits = {"runcount-limit": str(runs + (index < rest))}
        if "cputime-limit" in self._scenario.settings:
            seconds = round(self._scenario.cputime_limit / self._divisor)
            limits["cputime-limit"] = str(max(1, seconds))
        return limits


def _canonical(name: str) -> str:
    option = find_option(name)
    assert option, "the scenario was loaded with it"
    return option.name


def _program(home: str | None) -> str:
    folder = home or os.environ.get("SMAC2_HOME")
    if not folder:
        raise UserError("--engine smac2 needs --smac2-home or SMAC2_HOME: SMAC v2's own folder")
    program = Path(folder) / "smac"
    if not program.is_file():
        raise UserError(f"no SMAC v2 in {folder}: expected the program {program}")
    if not os.access(program, os.X_OK):
        raise UserError(f"{program} is not executable (try: chmod +x {program})")
    return str(program.absolute())


def _java_options() -> str:
    """JAVA_TOOL_OPTIONS with what SMAC v2 needs: it looks into a package that Java 16 closed."""
    given = os.environ.get("JAVA_TOOL_OPTIONS", "")
    java = shutil.which("java")
    if java is None:
        raise UserError("--engine smac2 needs Java: there is no 'java' on the PATH")
    done = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    old = version is not None and int(version[1]) < 9
    return given if old or _OPEN in shlex.split(given) else f"{given} {_OPEN}".strip()
