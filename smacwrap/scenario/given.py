"""What a scenario sets: the options' values or their defaults, and what is wrong with them."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from smacwrap.errors import Problem, UserError
from smacwrap.scenario.domains import Value
from smacwrap.scenario.options import find_option
from smacwrap.scenario.reader import Setting

_T = TypeVar("_T")


class Given:
    """What was set: the values, their defaults, and `problems`, where wrong ones are noted.

    A wrong value reads as the default, so that everything else can still be checked.
    """

    def __init__(self, settings: Mapping[str, Setting], problems: list[Problem]) -> None:
        self.settings = settings
        self.problems = problems
        self._values = {
            name: self.read(name, setting.option.parse, _default(name))
            for name, setting in settings.items()
        }

    def read(self, name: str, parse: Callable[[str], _T], default: _T) -> _T:
        """What `parse` makes of the option's text; `default` where it is not set or wrong.

        The problems of a UserError without a place of their own get the option's.
        """
        if setting := self.settings.get(name):
            try:
                return parse(setting.text)
            except ValueError as error:
                self.problems.append(setting.problem(str(error)))
            except UserError as error:
                self.problems += [
                    problem if problem.file else setting.problem(problem.message)
                    for problem in error.problems
                ]
        return default

    def flag(self, name: str) -> bool:
        """A boolean option's value."""
        return bool(self._value(name))

    def integer(self, name: str) -> int:
        """An option's value among the integers."""
        return int(self._value(name))

    def real(self, name: str) -> float:
        """An option's value among the reals."""
        return float(self._value(name))

    def text(self, name: str) -> str:
        """An option's value, or the prose of its default."""
        return str(self._value(name))

    def _value(self, name: str) -> Value:
        return self._values[name] if name in self._values else _default(name)


def _default(name: str) -> Value:
    """The table's default: a value of the domain, or prose where it depends on other options."""
    option = find_option(name)
    assert option is not None, name
    try:
        return option.parse(option.default)
    except ValueError:
        return option.default
