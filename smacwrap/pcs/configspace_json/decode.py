"""Reads ConfigSpace's JSON as what a PCS file says."""

import json
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ConfigSpace.read_and_write.dictionary import (
    CONDITION_DECODERS,
    FORBIDDEN_DECODERS,
    HYPERPARAMETER_DECODERS,
)

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.configspace_json.clauses import clause_lines
from smacwrap.pcs.configspace_json.conditions import condition_line
from smacwrap.pcs.configspace_json.parameters import (
    UnsaidError,
    check_values,
    decode_real,
    parameter_line,
    unrounded,
    what_is_dropped,
)
from smacwrap.pcs.reader import parse_tree
from smacwrap.pcs.regions import Activity
from smacwrap.pcs.tree import Tree
from smacwrap.problems import Problems

_DECODERS = {**HYPERPARAMETER_DECODERS, "uniform_float": decode_real}

_LONGEST_SHOWN = 400

_Item = dict[str, Any]
_Decoders = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Decoded:
    """What it says, and what of the JSON a PCS file has no place for: one warning each."""

    tree: Tree
    warnings: tuple[str, ...]


def parse_configspace_json(text: str, file: Path | str | None = None) -> Decoded:
    """What ConfigSpace's JSON says; `file` is for messages.

    Raises:
        UserError: it is no such JSON, or a PCS file cannot say it: one problem each, naming the
            parameter, condition or clause.
    """
    return _Decoder(file).decode(_load(text, file))


def _load(text: str, file: Path | str | None) -> _Item:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(
            Problem(f"not JSON: {error.msg}", file, error.lineno, error.colno)
        ) from None
    except (RecursionError, ValueError) as error:
        raise UserError(Problem(f"not JSON that can be read: {error}", file)) from None
    if not isinstance(data, dict) or not isinstance(data.get("hyperparameters"), list):
        raise UserError(Problem('no list "hyperparameters": is this ConfigSpace\'s JSON?', file))
    return data


class _Decoder:
    """Goes through the items one by one, so that each problem can name its item.

    Conditions are not added to a plain ConfigSpace space: it takes minutes for a long chain.
    """

    def __init__(self, file: Path | str | None) -> None:
        self._file = file
        self._problems = Problems(what="ConfigSpace's JSON")
        self._parameters: dict[str, Any] = {}
        self._conditional: set[str] = set()
        self._warnings: list[str] = []

    def decode(self, data: _Item) -> Decoded:
        lines = self._each(data, "hyperparameters", self._parameter)
        self._problems.check()
        lines += self._each(data, "conditions", self._condition)
        self._problems.check()
        place = None if self._file is None else f"{self._file}, written as PCS"
        if data.get("forbiddens"):
            activity = Activity.of(parse_tree("\n".join(lines), place))
            lines += self._each(data, "forbiddens", lambda item: self._clause(item, activity))
            self._problems.check()
        return Decoded(parse_tree("\n".join(lines), place), tuple(self._warnings))

    def _each(self, data: _Item, key: str, read: Callable[[_Item], list[str]]) -> list[str]:
        items = data.get(key) or []
        if not isinstance(items, list):
            with self._problems:
                raise UserError(Problem(f'"{key}" is not a list', self._file))
            return []
        lines: list[str] = []
        for i, item in enumerate(items):
            with self._problems:
                lines += self._read(f"{key}[{i}]", item, read)
        return lines

    def _read(self, place: str, item: Any, read: Callable[[_Item], list[str]]) -> list[str]:
        try:
            if not isinstance(item, dict):
                raise UnsaidError("not an object")
            return read(item)
        except UnsaidError as reason:
            # JSON may name half a character, which cannot be printed.
            message = f"{place}{_name(item)}: {reason}".encode(errors="backslashreplace").decode()
            if len(message) > _LONGEST_SHOWN:
                message = f"{message[:_LONGEST_SHOWN]}…"
            raise UserError(Problem(message, self._file)) from None

    def _parameter(self, item: _Item) -> list[str]:
        check_values(item)
        parameter = unrounded(_decode(item, _DECODERS, self._parameters), item)
        if parameter.name in self._parameters:
            raise UnsaidError("there is another one of this name")
        given = item.get("default_value", item.get("default"))
        if isinstance(given, float) and math.isclose(given, parameter.default_value, rel_tol=1e-9):
            parameter.default_value = given  # ConfigSpace scales it, which alters large ones
        self._parameters[parameter.name] = parameter
        self._warnings += what_is_dropped(item)
        return [parameter_line(parameter)]

    def _condition(self, item: _Item) -> list[str]:
        condition = _decode(item, CONDITION_DECODERS, self._parameters)
        if condition.child.name in self._conditional:
            raise UnsaidError("there is another condition for it")
        self._conditional.add(condition.child.name)
        return [condition_line(condition)]

    def _clause(self, item: _Item, activity: Activity) -> list[str]:
        return clause_lines(_decode(item, FORBIDDEN_DECODERS, self._parameters), activity)


def _decode(item: _Item, decoders: _Decoders, parameters: Mapping[str, Any]) -> Any:
    def decode(item: _Item, parameters: Mapping[str, Any], _: Any) -> Any:
        kind = item.get("type")
        if not isinstance(kind, str) or kind not in decoders:
            raise UnsaidError(f"its type {kind!r} is none of {', '.join(decoders)}")
        fields = {key: value for key, value in item.items() if key != "type"}
        return decoders[kind](fields, parameters, decode)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what_is_dropped has better ones
            return decode(item, parameters, decode)
    except UnsaidError:
        raise
    except KeyError as error:
        raise UnsaidError(f"it lacks, or there is no parameter, {error}") from None
    except Exception as error:  # ConfigSpace takes what it finds: anything may come of it
        raise UnsaidError(str(error) or type(error).__name__) from None


def _name(item: Any) -> str:
    name = item.get("name") or item.get("child") if isinstance(item, dict) else None
    return f" '{name}'" if isinstance(name, str) else ""
