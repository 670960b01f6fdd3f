"""Call strings: the words that SMAC appends to a target algorithm's command for one run.

SMAC v2.10.03 and ParamILS write `INSTANCE INSTANCE_INFO CUTOFF RUNLENGTH SEED -name value …`;
AClib 2 writes `[--instance NAME] [--cutoff S] [--seed N] --config -name value …`.
"""

import math
import shlex
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from smacwrap.frozen import Frozen

NO_CUTOFF = 1.7976931348623157e308
"""The largest double: what SMAC v2 sends where a run has no cutoff, in seconds."""

NO_RUN_LENGTH = 2147483647
"""The largest int: what SMAC v2 sends where a run has no limit on its length."""

NO_INSTANCE = "no_instance"
"""The instance's name where a scenario has no instances."""

_EXAMPLE = "no_instance 0 1.7976931348623157E308 2147483647 -1 -name value …"


class CallStringError(ValueError):
    """Words that are not a call string; the message says which word, and what was expected."""


class CallString(Frozen):
    """What SMAC asks of one target algorithm run.

    `cutoff` is in seconds; `seed` is -1 where the target algorithm is deterministic;
    `parameters` are the active ones, as text.
    """

    parameters: Mapping[str, str] = MappingProxyType({})
    instance: str = NO_INSTANCE
    instance_info: str = "0"
    cutoff: float = NO_CUTOFF
    run_length: int = NO_RUN_LENGTH
    seed: int = -1
    aclib: bool = False
    """Whether the words came in AClib 2's form, which also asks for its form of the result."""

    @property
    def has_cutoff(self) -> bool:
        """Whether the run's time is limited at all."""
        return self.cutoff < NO_CUTOFF

    @property
    def cpu_limit(self) -> float:
        """CPU seconds after which a run is ended; `math.inf` where it has no cutoff.

        A target that knows the cutoff stops itself there, and needs a moment to say what it found.
        """
        return self.cutoff + max(0.2, 0.02 * self.cutoff) if self.has_cutoff else math.inf

    @property
    def wall_limit(self) -> float:
        """Seconds after which a run is ended that has not used its CPU time; maybe `math.inf`.

        A cutoff is CPU time, of which a target on a busy machine gets less than a second a second.
        """
        return 2 * self.cutoff + 1 if self.has_cutoff else math.inf

    def words(self) -> list[str]:
        """The words in SMAC v2's form and order: parameters sorted by name, values bare."""
        cutoff = repr(self.cutoff).replace("e+", "E").replace("e", "E")
        head = [self.instance, self.instance_info, cutoff, str(self.run_length), str(self.seed)]
        return head + [
            word for name in sorted(self.parameters) for word in (f"-{name}", self.parameters[name])
        ]

    def __str__(self) -> str:
        """The words as one line for a shell, every parameter's value quoted as in SMAC's logs."""
        head = [shlex.quote(word) for word in self.words()[:5]]
        pairs = (f"{shlex.quote(f'-{n}')} {_quote(self.parameters[n])}" for n in self.parameters)
        return " ".join([*head, *sorted(pairs)])


def parse_call_string(words: Sequence[str]) -> CallString:
    """Read the words that follow the command of a target algorithm, in either form.

    Raises:
        CallStringError: a word is missing, not a number where one belongs, or without its pair.
    """
    if any(word.split("=")[0] in _ACLIB_OPTIONS for word in words[:1]):
        return _parse_aclib(words)
    if len(words) < 5:
        raise CallStringError(
            f"a call string starts with five words, found {len(words)}: "
            f"'{' '.join(words)}' (expected: {_EXAMPLE})"
        )
    instance, info, cutoff, run_length, seed = words[:5]
    return CallString(
        instance=instance,
        instance_info=info,
        cutoff=_seconds(cutoff),
        run_length=_integer("run length", run_length),
        seed=_integer("seed", seed),
        parameters=_parameters(words[5:]),
    )


_ACLIB_OPTIONS = {"--instance": "instance", "--cutoff": "cutoff", "--seed": "seed", "--config": ""}


def _parse_aclib(words: Sequence[str]) -> CallString:
    values: dict[str, str] = {}
    rest = list(words)
    while rest and rest[0] != "--config":
        option, equals, value = rest.pop(0).partition("=")
        if option not in _ACLIB_OPTIONS:
            raise CallStringError(f"found '{option}' before --config, expected --instance, …")
        if not equals:
            if not rest:
                raise CallStringError(f"{option} has no value")
            value = rest.pop(0)
        values[_ACLIB_OPTIONS[option]] = value
    if not rest:
        raise CallStringError("AClib 2's call string has no --config")
    return CallString(
        instance=values.get("instance", NO_INSTANCE),
        cutoff=_seconds(values["cutoff"]) if "cutoff" in values else NO_CUTOFF,
        seed=_integer("seed", values["seed"]) if "seed" in values else -1,
        parameters=_parameters(rest[1:]),
        aclib=True,
    )


def _parameters(words: Sequence[str]) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for i in range(0, len(words), 2):
        flag = words[i]
        if len(flag) < 2 or flag[0] != "-":
            raise CallStringError(f"found '{flag}' where a parameter, -name, was expected")
        if i + 1 == len(words):
            raise CallStringError(f"parameter {flag} has no value")
        if flag[1:] in parameters:
            raise CallStringError(f"parameter {flag} is given twice")
        parameters[flag[1:]] = _unquote(words[i + 1])
    return parameters


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = float("nan")
    if not seconds >= 0:
        raise CallStringError(f"cutoff '{text}' is not a number of seconds (expected: {_EXAMPLE})")
    return min(seconds, NO_CUTOFF)


def _integer(what: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        pass
    # ParamILS's callers write run lengths such as 2147483647.0
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not number.is_integer():
        raise CallStringError(f"{what} '{text}' is not an integer (expected: {_EXAMPLE})")
    return int(number)


def _quote(value: str) -> str:
    return "'" + value.replace("'", "'\"'\"'") + "'"


def _unquote(value: str) -> str:
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] == "'" else value
