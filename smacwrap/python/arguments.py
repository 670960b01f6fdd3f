"""From a call string to the arguments of a function, by the function's signature."""

import inspect
import keyword
import math
import re
from collections.abc import Callable
from typing import Any

from smacwrap.errors import did_you_mean
from smacwrap.protocol import CallString
from smacwrap.python.values import Converter, accepts_none, converter, type_name

OF_THE_CALL = ("instance", "instance_info", "cutoff", "run_length", "seed")
"""The keyword-only arguments that get what a call string says besides parameters."""


class ArgumentsError(Exception):
    """A configuration that does not fit the function; the message names every reason."""


class Arguments:
    """What a function takes: parameters of a configuration, and facts of the call.

    A parameter goes to the argument of its name, where `_` stands for what no Python name can
    hold: `opt-level` goes to `opt_level`, `lambda` to `lambda_`. `**parameters` takes those that
    have no argument, under their own names.

    Raises:
        TypeError: an argument that could never get its value.
    """

    def __init__(self, function: Callable[..., object]) -> None:
        self.function = getattr(function, "__name__", "function")
        try:
            self.signature = inspect.signature(function, eval_str=True)
        except NameError as error:
            raise TypeError(f"{self.function}(): an annotation has no meaning: {error}") from None
        self.facts: list[str] = []
        self.named: dict[str, Converter] = {}
        self.rest: tuple[str, Converter] | None = None
        for parameter in self.signature.parameters.values():
            try:
                self._sort(parameter)
            except TypeError as error:
                raise TypeError(f"{self.function}(), '{parameter.name}': {error}") from None

    def _sort(self, parameter: inspect.Parameter) -> None:
        name = parameter.name
        if parameter.kind is parameter.VAR_POSITIONAL:
            raise TypeError("it would get nothing: parameters are passed by name")
        if parameter.kind is parameter.KEYWORD_ONLY and name in OF_THE_CALL:
            self.facts.append(name)
        elif parameter.kind is parameter.VAR_KEYWORD:
            self.rest = name, converter(parameter.annotation)
        elif name in OF_THE_CALL:
            raise TypeError(
                "this comes with the call, not from the configuration: "
                f"write it behind a *, as in def {self.function}(…, *, {name})"
            )
        else:
            self.named[name] = converter(parameter.annotation)

    def bind(self, call: CallString) -> inspect.BoundArguments:
        """The arguments for a call string.

        Raises:
            ArgumentsError: parameters that are unknown or missing, or have a value that is not of
                the argument's type.
        """
        values: dict[str, Any] = {name: _fact(call, name) for name in self.facts}
        rest: dict[str, Any] = {}
        problems = []
        for parameter, text in call.parameters.items():
            name = self._argument(parameter)
            try:
                if name in values:
                    raise ArgumentsError(f"parameter '{parameter}' is a second one for {name}")
                value = self._value(parameter, text, name)
            except ArgumentsError as error:
                problems.append(str(error))
                value = None  # it is given, even if wrong
            if name:
                values[name] = value
            else:
                rest[parameter] = value
        problems += [
            f"parameter '{name}' is missing" for name in self._required() if name not in values
        ]
        if problems:
            raise ArgumentsError("; ".join(problems))
        if self.rest:
            values[self.rest[0]] = rest
        arguments = self.signature.bind_partial()
        for name, argument in self.signature.parameters.items():
            # What is not given and has no default is inactive here, and may be None.
            if name in values or argument.default is argument.empty:
                arguments.arguments[name] = values.get(name)
        arguments.apply_defaults()
        return arguments

    def _argument(self, parameter: str) -> str | None:
        """The name of the argument that a parameter goes to; None for `**parameters`."""
        if parameter in self.named:
            return parameter
        name = re.sub(r"\W", "_", parameter)
        name = f"{name}_" if keyword.iskeyword(name) else re.sub(r"^(?=\d)", "_", name)
        return name if name in self.named else None

    def _value(self, parameter: str, text: str, name: str | None) -> Any:
        if name:
            convert = self.named[name]
        elif parameter in self.facts:
            raise ArgumentsError(f"parameter '{parameter}' has a name that comes with the call")
        elif self.rest:
            name, convert = self.rest
        else:
            hint = did_you_mean(parameter, self.named)
            raise ArgumentsError(f"unknown parameter '{parameter}'{hint}")
        try:
            return convert(text)
        except ValueError:
            expected = type_name(self.signature.parameters[name].annotation)
            raise ArgumentsError(
                f"parameter '{parameter}': expected {expected}, found '{text}'"
            ) from None

    def _required(self) -> list[str]:
        parameters = [self.signature.parameters[name] for name in self.named]
        return [
            parameter.name
            for parameter in parameters
            if parameter.default is parameter.empty and not accepts_none(parameter.annotation)
        ]


def _fact(call: CallString, name: str) -> object:
    if name == "cutoff" and not call.has_cutoff:
        return math.inf
    return getattr(call, name)
