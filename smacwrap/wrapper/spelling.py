"""How parameters reach a target: as flags, environment variables or settings in a file."""

import shlex
from collections.abc import Mapping

from smacwrap.frozen import Frozen
from smacwrap.protocol import CallString
from smacwrap.wrapper.placeholders import FillError, fill, names_in, values_of

EVERY_OTHER = "*"
"""The name that stands for all parameters, or all values, that are not named themselves."""

_DEFAULT = "-{name} {value}"
_PREFIXES: "dict[str, Kind]" = {
    "env:": "env",
    "json:": "json",
    "yaml:": "yaml",
    "toml:": "toml",
}
_IN_A_FILE: "tuple[Kind, ...]" = ("json", "yaml", "toml")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["words", "env", "json", "yaml", "toml"]
    """Where a value goes: onto the command line, into the environment or into a file."""


class Spelling(Frozen):
    """One way to say a parameter's value, its placeholders not yet filled in.

    `kind` tells what `words` are: words of the command line (none says nothing at all), the name
    of an environment variable, or a place in a file of settings, `group.name`.
    """

    kind: "Kind"
    words: tuple[str, ...]


Rule = Mapping[str, Spelling]
"""The spellings of one parameter by its value; `*` is that of every other value."""


class Spelled(Frozen):
    """A configuration as the target gets it: flags, environment and settings by their place."""

    flags: list[str]
    environment: dict[str, str]
    settings: dict[str, str]


def parse_spelling(text: str) -> Spelling:
    """Read `--lr={value}`, `--lr {value}`, `{value}`, `env:LR`, `json:optimizer.lr` or nothing.

    `yaml:` and `toml:` are as `json:`, for files of these formats.

    Raises:
        ValueError: unbalanced quotes, or no name behind `env:`, `json:` and the like.
    """
    for prefix, kind in _PREFIXES.items():
        if text.startswith(prefix):
            name = text.removeprefix(prefix)
            if not name or "\0" in name or (kind == "env" and "=" in name):
                raise ValueError(f"'{text}' names no place for the value")
            return Spelling(kind, (name,))
    if "\0" in text:
        raise ValueError("a flag cannot hold a null character")
    try:
        return Spelling("words", tuple(shlex.split(text)))
    except ValueError as error:
        raise ValueError(f"{error} in '{text}'") from None


class Spellings:
    """How every parameter of a job is spelled.

    Parameters without a rule come first, sorted by name, then those with one in the rules'
    order: the last ones can be positional.

    Args:
        rules: by parameter; `*` is the rule of every other one, `-name value` if there is none.
    """

    def __init__(self, rules: Mapping[str, Rule] | None = None) -> None:
        self.given = dict(rules or {})
        self.rules = {name: rule for name, rule in self.given.items() if name != EVERY_OTHER}
        self._others = self.given.get(EVERY_OTHER, {EVERY_OTHER: parse_spelling(_DEFAULT)})

    def uses(self, kind: "Kind") -> bool:
        """Whether a rule spells any value in this way, and not by saying nothing."""
        spellings = (spelling for rule in self.given.values() for spelling in rule.values())
        return any(spelling.kind == kind and spelling.words for spelling in spellings)

    def settings_kinds(self) -> "list[Kind]":
        """The formats of files that rules spell parameters for."""
        return [kind for kind in _IN_A_FILE if self.uses(kind)]

    def gives(self, name: str, *, with_flags: bool) -> bool:
        """Whether a parameter's value can reach a target, which gets flags or does not."""
        own = self.rules.get(name, self._others).values()
        others = (spelling for rule in self.rules.values() for spelling in rule.values())
        mentions = (name in names_in(word) for spelling in others for word in spelling.words)
        return any(s.kind != "words" for s in own) or (
            with_flags and (any(s.words for s in own) or any(mentions))
        )

    def spell(self, call: CallString) -> Spelled:
        """Spell the active parameters of a call string.

        Raises:
            FillError: no spelling for a value, a placeholder that is no active parameter, or a
                name that no environment variable can have.
        """
        spelled = Spelled([], {}, {})
        values = values_of(call)
        others = sorted(name for name in call.parameters if name not in self.rules)
        for name in [*others, *(name for name in self.rules if name in call.parameters)]:
            value = call.parameters[name]
            spelling = self._spelling(name, value)
            try:
                words = [fill(w, {**values, "name": name, "value": value}) for w in spelling.words]
            except KeyError as error:
                raise FillError(
                    f"[parameters] {name} = {value}: {{{error.args[0]}}} is not an active "
                    f"parameter (write {{{error.args[0]}:-value}} for what it is then)"
                ) from None
            if spelling.kind == "words":
                spelled.flags.extend(words)
            elif spelling.kind in _IN_A_FILE:
                spelled.settings[words[0]] = value
            elif "=" in words[0]:
                raise FillError(f"[parameters] '{words[0]}' cannot name an environment variable")
            else:
                spelled.environment[words[0]] = value
        return spelled

    def _spelling(self, name: str, value: str) -> Spelling:
        rule = self.rules.get(name, self._others)
        spelling = rule.get(value) or rule.get(EVERY_OTHER)
        if spelling is None:
            known = ", ".join(rule)
            raise FillError(f"[parameters] {name}: no spelling of '{value}' (there are {known})")
        return spelling
