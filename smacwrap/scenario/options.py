"""The table of SMAC v2's options, with what each means here, and other tools' names for them.

`options.tsv` is what the help of SMAC v2.10.03 says (`--help-level DEVELOPER`, `--show-hidden`).
Where the help gives no domain but the program checks one, the table has the one it checks. Its
columns `acts` and `here` are ours: whether smacwrap acts on the option, and what it then means,
or why not.

`foreign.tsv` has the names that scenario files of other tools use: the option that one stands
for, and words for its values; without an option, `here` says why it has no effect. A name of
SMAC v2's is never in it.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources

from smacwrap.errors import did_you_mean
from smacwrap.scenario.domains import Domain, Value, read_domain

# ParamILS's names, which SMAC v2 takes without saying so in its help.
_SYNONYMS = {"run-obj": (("QUAL", "QUALITY"),), "intra-obj": (("PAR10", "MEAN10"),)}

# The largest numbers of Java's types.
_NO_LIMIT = frozenset({"2147483647", "9223372036854775807", "1.7976931348623157E308"})
_WORDS_FOR_NO_LIMIT = frozenset({"max", "none", "null", "unlimited", "-1", "0", "infinity", "inf"})


@dataclass(frozen=True)
class Option:
    """One option of SMAC v2, or one of another tool's that SMAC v2 has no counterpart of.

    `level` is how advanced SMAC v2 thinks it: basic, intermediate, advanced, developer or
    hidden; another tool's is foreign. `domain` and `default` are the texts of the help; a default
    may be prose. `acts` tells whether smacwrap acts on it, `here` what it means here or why it
    has no effect.
    """

    name: str
    aliases: tuple[str, ...]
    group: str
    level: str
    domain: str
    default: str
    acts: bool
    here: str

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a scenario file may use: the canonical one, then the aliases."""
        return (self.name, *self.aliases)

    @cached_property
    def values(self) -> Domain:
        """The domain, able to parse."""
        return read_domain(self.domain, _SYNONYMS.get(self.name, ()))

    def parse(self, text: str) -> Value:
        """The value that `text` stands for: bool, int, float or str, by the domain.

        Raises ValueError with what was found and expected, to be put behind the option's name.
        """
        try:
            return self.values.parse(text)
        except ValueError as error:
            if self.default in _NO_LIMIT and text.lower() in _WORDS_FOR_NO_LIMIT:
                raise ValueError(f"{error}; for no limit leave it out") from None
            raise

    def shown(self, text: str) -> str:
        """The value `text`, or default, for people: `no limit` for the numbers that mean that."""
        if text in _NO_LIMIT or (self.default in _NO_LIMIT and text.lower() in ("inf", "infinity")):
            return "no limit"
        return "" if text == "null" else text


def _rows(name: str) -> Iterator[dict[str, str]]:
    table = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


OPTIONS: tuple[Option, ...] = tuple(
    Option(
        name=row["name"],
        aliases=tuple(filter(None, row["aliases"].split(","))),
        group=row["group"],
        level=row["level"],
        domain=row["domain"],
        default=row["default"],
        acts=row["acts"] == "yes",
        here=row["here"],
    )
    for row in _rows("options.tsv")
)

ACTED_ON = frozenset(option.name for option in OPTIONS if option.acts)
"""The options that smacwrap acts on; every other one is read, checked, and has no effect."""

_BY_NAME: Mapping[str, Option] = {name: option for option in OPTIONS for name in option.names}


@dataclass(frozen=True)
class ForeignName:
    """A name in another tool's scenario files, and SMAC v2's words for the values it has there."""

    name: str
    source: str
    option: Option
    values: Mapping[str, str] = field(hash=False)


def _foreign_name(row: dict[str, str]) -> ForeignName:
    option = _BY_NAME.get(row["option"]) or Option(
        row["name"], (), row["source"], "foreign", "", "", acts=False, here=row["here"]
    )
    pairs = (pair.partition("=") for pair in row["values"].split(",") if pair)
    values = {theirs: ours for theirs, _, ours in pairs}
    return ForeignName(row["name"], row["source"], option, values)


FOREIGN_NAMES: Mapping[str, ForeignName] = {
    row["name"]: _foreign_name(row) for row in _rows("foreign.tsv")
}


def find_option(name: str) -> Option | None:
    """The option of that name, alias or name in another tool; None if there is none.

    Case counts, as in SMAC v2; in other tools' names `-` and `_` are the same, as in SMAC3.
    """
    if option := _BY_NAME.get(name):
        return option
    foreign = FOREIGN_NAMES.get(_fold(name))
    return foreign.option if foreign else None


def is_foreign(name: str) -> bool:
    """Whether only another tool's scenario files have an option of that name."""
    return name not in _BY_NAME and _fold(name) in FOREIGN_NAMES


def translated(name: str, text: str) -> str:
    """The value `text` of an option that is called `name`, in SMAC v2's words."""
    foreign = FOREIGN_NAMES[_fold(name)] if is_foreign(name) else None
    return foreign.values.get(text.lower(), text) if foreign else text


def _fold(name: str) -> str:
    return name.replace("-", "_")


def nearest_name(name: str) -> str:
    """`" … did you mean 'x'?"` for the option that `name` may mean, or an empty string."""
    meant = MEANT.get(fold_name(name))
    return f" … did you mean '{meant}'?" if meant in _BY_NAME else did_you_mean(name, _BY_NAME)


def fold_name(name: str) -> str:
    """A name as it stands in `MEANT`."""
    return name.lower().replace("-", "").replace("_", "")


_BY_MEANING = {
    "numberOfRunsLimit": "runs nruns maxruns numruns runlimit runslimit limit trials ntrials "
    "maxtrials evals maxevals nevals evaluations maxevaluations iterations maxiter niter budget",
    "wallclock-limit": "time timeout timelimit maxtime walltime wallclock duration seconds",
    "cutoff-time": "runtimeout runtimelimit trialtimeout pertrialtimeout pertimelimit cutofftime",
    "parallel": "workers nworkers jobs njobs processes nprocesses procs nprocs concurrency j n",
    "cores": "threads nthreads cpus",
    "gpus": "gpu devices device",
    "overwrite": "force clean restart fresh",
    "resume": "continue goon restore",
    "detach": "background daemon bg",
    "rungroup": "name studyname study",
    "output-dir": "output out outputfolder folder dir",
    "pcs-file": "pcs params parameters space",
    "algo": "command cmd target program",
    "engine": "optimizer optimiser method sampler",
}

MEANT = {word: option for option, words in _BY_MEANING.items() for word in words.split()}
"""What people call options elsewhere, or would call them: the option, of a scenario or a launch."""
