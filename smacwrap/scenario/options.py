"""The table of SMAC v2's options: names, aliases, domains and defaults.

`options.tsv` is what the help of SMAC v2.10.03 says (`--help-level DEVELOPER`, `--show-hidden`).
Where the help gives no domain but the program checks one, the table has the one it checks.
"""

import csv
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from types import MappingProxyType

from smacwrap.errors import did_you_mean
from smacwrap.scenario.domains import Domain, Value, read_domain

# ParamILS's names, which SMAC v2 takes without saying so in its help.
_SYNONYMS = {"run-obj": (("QUAL", "QUALITY"),), "intra-obj": (("PAR10", "MEAN10"),)}


@dataclass(frozen=True)
class Option:
    """One option of SMAC v2.

    `level` is how advanced SMAC v2 thinks it: basic, intermediate, advanced, developer or
    hidden. `domain` and `default` are the texts of the help; a default may be prose.
    """

    name: str
    aliases: tuple[str, ...]
    group: str
    level: str
    domain: str
    default: str

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
        return self.values.parse(text)


def _read_table() -> tuple[Option, ...]:
    table = resources.files(__package__).joinpath("options.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        Option(
            name=row["name"],
            aliases=tuple(filter(None, row["aliases"].split(","))),
            group=row["group"],
            level=row["level"],
            domain=row["domain"],
            default=row["default"],
        )
        for row in rows
    )


OPTIONS: tuple[Option, ...] = _read_table()

_BY_NAME = MappingProxyType({name: option for option in OPTIONS for name in option.names})


def find_option(name: str) -> Option | None:
    """The option of that name or alias; case counts, as in SMAC v2. None if there is none."""
    return _BY_NAME.get(name)


def nearest_name(name: str) -> str:
    """`" … did you mean 'x'?"` for the option name nearest to `name`, or an empty string."""
    return did_you_mean(name, _BY_NAME)
