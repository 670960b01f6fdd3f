"""`@smacwrap.target`: a typed function becomes a wrapper, and stays a function."""

import math
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, Protocol, TypeVar, cast, overload

from smacwrap.protocol import CallString, CallStringError, parse_call_string
from smacwrap.protocol.direction import to_minimise
from smacwrap.python.arguments import Arguments, ArgumentsError
from smacwrap.python.program import Program, own_output, used_cpu_time
from smacwrap.python.result import describe, outcome_of, refused
from smacwrap.wrapper.outcome import Outcome, crashed

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)
Exceptions = type[BaseException] | tuple[type[BaseException], ...]


class Target(Protocol[P, R_co]):
    """A function that is also a program."""

    main: Callable[..., NoReturn]
    """Run the function once for a call string, print the result line and end the process.

    The call string's words are those behind the program's name, or given as a list.
    """

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co:
        """Call the function itself, as if it had no decorator."""


@overload
def target(function: Callable[P, R_co]) -> Target[P, R_co]: ...


@overload
def target(
    *,
    maximize: bool = False,
    infeasible: Exceptions = (),
    infeasible_quality: float | None = None,
) -> Callable[[Callable[P, R_co]], Target[P, R_co]]: ...


def target(
    function: Callable[..., Any] | None = None,
    *,
    maximize: bool = False,
    infeasible: Exceptions = (),
    infeasible_quality: float | None = None,
) -> Any:
    """Make a function a target algorithm: its module can be called as SMAC calls a wrapper.

    The arguments are the parameters of a configuration, their types taken from the annotations:
    `int`, `float`, `bool`, `str`, `Literal`, `Enum`, and unions of these with `None`, which an
    inactive parameter is unless it has a default. `**parameters` takes all others. Keyword-only
    arguments named `instance`, `instance_info`, `cutoff` (in seconds, `math.inf` for none),
    `run_length` and `seed` get what comes with the call.

    The function returns a number, a number and a dict of metrics, or a `Result`. Anything else,
    NaN and infinity included, and any exception is CRASHED; the reason is in the result line,
    and on standard error with the traceback. What the function prints goes to standard error.

    Args:
        function: the function, where the decorator is used without brackets.
        maximize: the quality is one to maximise, such as an accuracy; SMAC gets it negated.
        infeasible: exceptions that mean a configuration cannot be used: UNSAT, not CRASHED.
        infeasible_quality: the quality of such a configuration, in the function's own terms.

    Raises:
        TypeError: an annotation or an option that cannot be.

    Example:
        >>> @target
        ... def train(lr: float, layers: int = 2, *, seed):
        ...     return (lr - 0.1) ** 2 + layers
        >>> train(0.1, 3, seed=1)
        3.0

        if __name__ == "__main__":
            train.main()
    """
    exceptions = infeasible if isinstance(infeasible, tuple) else (infeasible,)
    if not all(isinstance(kind, type) and issubclass(kind, BaseException) for kind in exceptions):
        raise TypeError(f"infeasible is one exception class or several, found {infeasible!r}")
    if bool(exceptions) != (infeasible_quality is not None):
        raise TypeError("infeasible and infeasible_quality are given together")
    quality = float(infeasible_quality or 0)
    if not math.isfinite(quality):
        raise TypeError(f"infeasible_quality is not a finite number: {quality}")

    def decorate(function: Callable[P, R_co]) -> Target[P, R_co]:
        run = _Run(function, Arguments(function), maximize, exceptions, quality)
        decorated = cast(Target[P, R_co], function)
        decorated.main = run.main
        return decorated

    return decorate if function is None else decorate(function)


@dataclass(frozen=True)
class _Run:
    function: Callable[..., object]
    arguments: Arguments
    maximize: bool
    infeasible: tuple[type[BaseException], ...]
    infeasible_quality: float

    def main(self, words: Sequence[str] | None = None) -> NoReturn:
        try:
            call = parse_call_string(sys.argv[1:] if words is None else words)
        except CallStringError as error:
            print(f"{Path(sys.argv[0]).name}: {error}", file=sys.stderr)
            sys.exit(2)
        with own_output() as output:
            program = Program(call, output)
            program.watch()
            program.end(self.outcome(call))

    def outcome(self, call: CallString) -> Outcome:
        try:
            arguments = self.arguments.bind(call)
        except ArgumentsError as error:
            return crashed(call, str(error))
        try:
            returned = self.function(*arguments.args, **arguments.kwargs)
        except BaseException as error:  # SystemExit and KeyboardInterrupt give no result either
            if isinstance(error, self.infeasible):
                quality = to_minimise(self.infeasible_quality, self.maximize)
                return refused(call, error, quality, used_cpu_time())
            # Its first place is this one, of no use to the function's author.
            places = error.__traceback__ and error.__traceback__.tb_next
            traceback.print_exception(error.with_traceback(places))
            return crashed(call, describe(error), used_cpu_time())
        return outcome_of(returned, call, used_cpu_time(), self.maximize)
