"""From the text of a PCS value to a Python value, by a type annotation."""

import inspect
import types
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

Converter = Callable[[str], Any]
"""Takes a value's text; raises ValueError where it is none of its type."""

_BOOLEANS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def converter(annotation: Any) -> Converter:
    """What turns a value's text into a value of the annotated type.

    `int`, `float`, `bool` (true, 1, yes, on and their opposites, any case), `str`, `Literal`,
    `Enum` (by value, else by name), `None` (the text `none`) and unions of these, whose members
    are tried in their order, `None` last. Without an annotation, and for `Any`, the text itself.

    Raises:
        TypeError: another type.
    """
    if annotation in (inspect.Parameter.empty, Any, str):
        return str
    if annotation in (int, float):
        return annotation  # type: ignore[no-any-return]
    if annotation is bool:
        return _boolean
    if annotation in (None, types.NoneType):
        return _none
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        by_name = {member.name: member for member in annotation}
        return _one_of(by_name | {str(member.value): member for member in annotation})
    arguments = get_args(annotation)
    if get_origin(annotation) is Literal:
        return _one_of({str(value): value for value in arguments}, arguments)
    if get_origin(annotation) is Annotated:
        return converter(arguments[0])
    if get_origin(annotation) in (Union, types.UnionType):
        members = sorted(arguments, key=lambda member: member is types.NoneType)
        return _first([converter(member) for member in members])
    raise TypeError(
        f"the type {type_name(annotation)} cannot be had from a text "
        "(expected int, float, bool, str, Literal, Enum, or one of them or None)"
    )


def accepts_none(annotation: Any) -> bool:
    """Whether `None` is of the annotated type: such a parameter may be inactive."""
    return annotation is None or types.NoneType in get_args(annotation)


def type_name(annotation: Any) -> str:
    """The annotated type as its author wrote it, near enough."""
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError(text) from None


def _none(text: str) -> None:
    if text.lower() != "none":
        raise ValueError(text)


def _one_of(by_text: dict[str, Any], values: tuple[Any, ...] = ()) -> Converter:
    def convert(text: str) -> Any:
        if text in by_text:
            return by_text[text]
        for value in values:  # 0.50 is a spelling of Literal[0.5], yes one of Literal[True]
            try:
                if converter(type(value))(text) == value:
                    return value
            except ValueError:
                continue
        raise ValueError(text)

    return convert


def _first(converters: list[Converter]) -> Converter:
    def convert(text: str) -> Any:
        for one in converters:
            try:
                return one(text)
            except ValueError:
                continue
        raise ValueError(text)

    return convert
