"""study.json: what a study was launched with, for its workers, for --resume and for people."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from smacwrap import __version__
from smacwrap.errors import Problem, UserError
from smacwrap.files import replace_text
from smacwrap.history import Study
from smacwrap.history.running import RunningRun
from smacwrap.lookup import unreadable
from smacwrap.scenario import Scenario, find_option, load_scenario
from smacwrap.scenario.plain import scenario_from_plain
from smacwrap.worker.frozen_job import FrozenJob
from smacwrap.worker.resources import Share

_PATHS = {
    *("algo-exec-dir", "experiment-dir", "feature-file", "instances", "output-dir", "pcs-file"),
    *("prepost-exec-dir", "terminate-on-delete", "test-instances", "warmstart"),
}
"""Options whose values are looked up from the current folder."""

FORMAT = 3
"""The version of study folders that this smacwrap writes; it reads none that is newer."""


@dataclass(frozen=True)
class Description:
    """What is known of the last launch of a study.

    - `scenario`, `overrides`, `cwd`: the scenario file, the command line's options as pairs of
      name and value, and the folder in which both were given.
    - `identity`: what all runs of a study must have in common, by scenario option.
    - `pcs_text`, `scenario_text`: the PCS file and the scenario file; `settings`: the scenario,
      as `scenario_to_plain` writes it; `job`: the job file. What is edited while a launch goes on
      changes nothing of it. An older smacwrap wrote the first of them only.
    - `seeds`: the workers'. `slots`: how many runs each of them makes at once.
    - `engine`, `limits_per_process`, `gpus`, `cores`, `nice`, `grace`, `detach`, `limit_grace`:
      as in LaunchOptions.
    - `shares`: what each worker's runs may use, by the worker's seed.
    - `repeat`: runs that were interrupted, by the seed of the worker that is to make them again.
    - `host`, `pid`, `start`: the launcher's; `start` is ISO 8601.
    """

    scenario: str
    overrides: Sequence[tuple[str, str]]
    cwd: str
    identity: Mapping[str, str]
    pcs_text: str
    scenario_text: str
    settings: Mapping[str, Any]
    job: FrozenJob | None
    seeds: Sequence[int]
    engine: str
    limits_per_process: bool
    gpus: str | None
    cores: int | None
    shares: Mapping[int, Share]
    nice: int
    grace: float
    detach: bool
    repeat: Mapping[int, Sequence[RunningRun]]
    host: str
    pid: int
    start: str
    limit_grace: float | None = None
    slots: int = 1

    def overrides_from_here(self) -> list[tuple[str, str]]:
        """The overrides, as they have to be given in the current folder to mean the same."""
        return [(name, self._from_here(name, value)) for name, value in self.overrides]

    def _from_here(self, name: str, value: str) -> str:
        option = find_option(name)
        path = Path(self.cwd, value)
        return str(path) if option and option.name in _PATHS and path.exists() else value

    def load_scenario(self) -> Scenario:
        """The scenario as it was launched, whatever happened to its files since.

        Where an older smacwrap launched it, they are looked up from where that was.

        Raises:
            UserError: so it was, and it cannot be loaded any more.
        """
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
            return scenario_from_plain(self.settings)
        with contextlib.chdir(self.cwd if Path(self.cwd).is_dir() else "."):
            return load_scenario(self.scenario, self.overrides)


def identity_of(scenario: Scenario) -> dict[str, str]:
    """What all runs of a study must have in common, by scenario option."""
    return {
        "algo": scenario.algo_text,
        "run-obj": scenario.run_obj,
        "intra-obj": scenario.intra_obj,
        "cutoff-time": repr(scenario.cutoff),
        "deterministic": str(scenario.deterministic).lower(),
        "use-instances": str(scenario.use_instances).lower(),
        "kill-run-exceeding-captime-factor": repr(scenario.kill_factor),
        "cli-call-params-with-quotes": str(scenario.cli_call_params_with_quotes).lower(),
    }


def write_description(study: Study, description: Description) -> None:
    """Write study.json.

    Raises:
        OSError: it cannot be written; an older one stays.
    """
    document: dict[str, Any] = {"smacwrap": __version__, "format": FORMAT, **asdict(description)}
    replace_text(study.description, json.dumps(document, indent=2) + "\n")


def read_description(study: Study) -> Description | None:
    """Read study.json; None where there is none.

    Raises:
        UserError: it cannot be read, is no such file, or was written by a newer smacwrap.
    """
    path = study.description
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] > FORMAT:
            message = (
                f"this study was made by smacwrap {document['smacwrap']}, which is newer than "
                f"this one ({__version__}): update with pip install -U smacwrap"
            )
            raise UserError(Problem(message, path))
        document = {"scenario_text": "", "settings": {}, "job": None, **document}
        document = {"limit_grace": None, "slots": 1, **document}
        values = {field.name: document[field.name] for field in fields(Description)}
        repeat = {
            int(seed): [RunningRun(**run) for run in runs]
            for seed, runs in values["repeat"].items()
        }
        shares = {int(seed): share_from_json(share) for seed, share in values["shares"].items()}
        overrides = [(name, value) for name, value in values["overrides"]]
        job = FrozenJob(**values["job"]) if values["job"] else None
        read = {"repeat": repeat, "shares": shares, "overrides": overrides, "job": job}
        return Description(**{**values, **read})
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise unreadable(path, error) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise UserError(Problem(f"not as smacwrap writes it: {what}", path)) from None


def share_from_json(value: Mapping[str, Any]) -> Share:
    """A share, as `asdict` and JSON make it plain."""
    gpus = value["gpus"]
    return Share(value["cores"], None if gpus is None else tuple(gpus))
