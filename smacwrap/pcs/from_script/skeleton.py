"""Writes the PCS file of a script's options: what is tunable, and in comments what is not."""

import json
import math
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.from_script.guesses import Guess, NoGuessError, guess_integer, guess_real
from smacwrap.pcs.from_script.options import UNKNOWN, Option, read_options
from smacwrap.pcs.from_script.tunable import is_switch, plain_name, why_not
from smacwrap.pcs.layout import format_pcs
from smacwrap.pcs.reader import parse_pcs

_WORD = re.compile(r"[^\s,#{}\[\]|&=<>]+")
"""What is safe as a name or value in all lines of a PCS file."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

_PLACEHOLDER = re.compile(r"\((default:?\s*)?%\(\w+\)\w\)|(default:?\s*)?%\(\w+\)\w")
_LONGEST_HELP = 60
_MOST_CHOICES = 1000

_HEADER = """\
# Parameters of {script}, from its argparse options.
# Ranges are guesses around the defaults: go through them, and settle each TODO.
"""


@dataclass(frozen=True)
class _LeftOut:
    option: Option
    reason: str

    def __str__(self) -> str:
        """The reason, and what to do about an option that the script insists on."""
        needed = self.option.required or (
            self.option.is_positional and self.option.nargs not in ("?", "*")
        )
        todo = " … TODO write it into the command of job.toml" if needed else ""
        return f"{self.option.flag}, line {self.option.line}: {self.reason}{todo}"


@dataclass(frozen=True)
class Skeleton:
    """A first PCS file for a script.

    Attributes:
        pcs: its text.
        rules: a line of the table [parameters] of job.toml for each parameter whose value the
            script does not take as it is.
    """

    pcs: str
    rules: tuple[str, ...]


def skeleton_from_script(source: bytes, file: Path | str | None = None) -> Skeleton:
    """The PCS file of a Python script, which is read and never run.

    Choices and ranges that the script states are taken as they are; other ranges are guessed
    around the defaults. What must not be tuned (paths, seeds, epochs, …) or cannot be is listed
    in comments. With these names `smacwrap run` passes `--lr 0.1` for `-lr`, `-lr 0.1` for `lr`.

    Args:
        source: of the script, in any encoding that Python reads.
        file: for messages.

    Raises:
        UserError: the source is not Python, has no argparse options, or none that can be tuned.
    """
    lines: dict[str, str] = {}
    rules: list[str] = []
    left_out: list[_LeftOut] = []
    for option in read_options(source, file):
        reason = why_not(option)
        name = option.flag.removeprefix("-")
        if reason is None and name in lines:
            reason = "another option has the same name"
        if reason is None:
            try:
                lines[name] = _line(name, option)
            except NoGuessError as error:
                reason = f"{error} … TODO"
        if reason is not None:
            left_out.append(_LeftOut(option, reason))
        elif is_switch(option):
            rules.append(_rule(name, option))
    if not lines:
        raise UserError(
            Problem(f"none of the {len(left_out)} argparse options can be tuned", file),
            *(Problem(f"{o.option.flag}: {o.reason}", file, o.option.line) for o in left_out),
        )
    text = _HEADER.format(script=_comment(Path(file or "a script").name)) + "\n"
    text += "".join(f"{line}\n" for line in lines.values())
    if left_out:
        text += "\n# Left out:\n" + "".join(f"#   {_comment(str(item))}\n" for item in left_out)
    return Skeleton(format_pcs(text), tuple(rules))


def pcs_from_script(source: bytes, file: Path | str | None = None) -> str:
    """The text of a PCS file for a Python script, with all that a person must still do.

    See `skeleton_from_script`.
    """
    skeleton = skeleton_from_script(source, file)
    if not skeleton.rules:
        return skeleton.pcs
    rules = "".join(f"#   {rule}\n" for rule in ("[parameters]", *skeleton.rules))
    return f"{skeleton.pcs}\n# TODO Switches take no value; this in job.toml spells them:\n{rules}"


def _rule(name: str, option: Option) -> str:
    """How job.toml spells a switch: the flag for 1; for 0 nothing, or the flag that says no."""
    has_no = option.action == "BooleanOptionalAction" and option.flag.startswith("--")
    on, off = option.flag, f"--no-{option.flag[2:]}" if has_no else ""
    key = name if _BARE_KEY.fullmatch(name) else json.dumps(name)
    return f"{key} = {{ 1 = {_spelled(on)}, 0 = {_spelled(off)} }}"


def _spelled(flag: str) -> str:
    return json.dumps(flag and shlex.quote(flag), ensure_ascii=False)


def _line(name: str, option: Option) -> str:
    """The parameter's line.

    Raises:
        NoGuessError: there is no sensible domain, or a PCS file cannot hold it.
    """
    _check_word(name, "name")
    if is_switch(option):
        guess = Guess(f"categorical {{0, 1}} [{int(option.default is True)}]")
    else:
        guess = _of_choices(option) if option.choices is not None else _of_type(option)
    line = f"{name} {guess.domain}"
    try:
        parse_pcs(line)
    except UserError as error:
        raise NoGuessError(error.problems[0].message) from None
    notes = [_shortened(option.help), guess.todo and f"TODO {guess.todo}"]
    comment = " … ".join(note for note in notes if note)
    return f"{line}  # {comment}" if comment else line


def _check_word(text: str, what: str) -> None:
    if not _WORD.fullmatch(text):
        raise NoGuessError(f"{text!r} cannot be a {what} in a PCS file")


def _shortened(help_: str) -> str:
    text = _comment(_PLACEHOLDER.sub("", help_))
    return text if len(text) <= _LONGEST_HELP else text[:_LONGEST_HELP].rsplit(" ", 1)[0] + "..."


def _comment(text: str) -> str:
    """In one line, and in characters that can be written."""
    return " ".join(text.encode(errors="backslashreplace").decode().split())


def _of_choices(option: Option) -> Guess:
    if option.choices is UNKNOWN:
        raise NoGuessError("its choices can only be known by running the script")
    if isinstance(option.choices, range) and option.choices.step == 1:
        default, todo = _default_among(option, option.choices)
        low, high = option.choices[0], option.choices[-1]
        return Guess(f"integer [{low}, {high}] [{default}]", todo)
    if not isinstance(option.choices, tuple | range):
        raise NoGuessError("its choices are not a list")
    if len(option.choices) > _MOST_CHOICES:
        raise NoGuessError(f"it has more than {_MOST_CHOICES} choices")
    choices = [choice for choice in option.choices if choice is not None]
    for choice in choices:
        _check_word(str(choice), "value")
    default, todo = _default_among(option, choices)
    ordered = all(_is_number(c) for c in choices) and choices == sorted(choices)
    kind = "ordinal" if ordered and len(choices) > 1 else "categorical"
    return Guess(f"{kind} {{{', '.join(map(str, choices))}}} [{default}]", todo)


def _default_among(option: Option, choices: Any) -> tuple[Any, str]:
    if not choices:
        raise NoGuessError("it has no choices")
    default = _first(option)
    if isinstance(choices, range) and not isinstance(default, int):
        number = _to_number(default) if isinstance(default, str | float) else None
        default = int(number) if number is not None and number.is_integer() else UNKNOWN
    # A range would compare each of its numbers with anything but an integer.
    if default is not UNKNOWN and default in choices:
        return choices[choices.index(default)], ""
    return choices[0], "no default among the choices: this is the first"


def _first(option: Option) -> Any:
    """The default; of a list with `nargs=1` its only value."""
    if option.nargs == 1 and isinstance(option.default, tuple) and len(option.default) == 1:
        return option.default[0]
    return option.default


def _of_type(option: Option) -> Guess:
    default, kind, doubt = _first(option), option.type, ""
    if isinstance(default, bool):
        return Guess(f"categorical {{True, False}} [{default}]", f"type {kind} is unknown")
    if kind not in ("int", "float"):
        if not _is_number(default):
            raise NoGuessError("its values are unknown: give it choices or a range")
        doubt = f"type {kind} is unknown" if kind else "it has no type, so the script gets a text"
        kind = "int" if isinstance(default, int) else "float"
    if default is UNKNOWN:
        default = None
    elif isinstance(default, str):  # which argparse converts
        default = _to_number(default)
    if default is not None and not (_is_number(default) and math.isfinite(default)):
        raise NoGuessError("its default is not a finite number")
    if kind == "float":
        guess = guess_real(plain_name(option), None if default is None else float(default))
    elif default is None or default == int(default):
        guess = guess_integer(None if default is None else int(default))
    else:
        raise NoGuessError(f"its default {default} is not an integer, but its type is")
    return Guess(guess.domain, "; ".join(filter(None, (doubt, guess.todo))))


def _to_number(text: str | float) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
