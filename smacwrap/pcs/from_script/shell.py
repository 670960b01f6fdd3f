"""Parameters of a shell script: `getopts`, `--name value` in a `case`, and `$1`, `$2`, …."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from smacwrap.pcs.from_script.options import UNKNOWN, Option

SHELLS = ("sh", "bash", "dash", "ksh", "zsh")

_SHEBANG = re.compile(rb"#!\s*(?:\S*/env\s+(?:-\S+\s+)*)?(?:\S*/)?(\w+)")
_GETOPTS = re.compile(r"""(?m)\bgetopts\s+["']?:?([A-Za-z0-9:]+)["']?\s+\w+""")
_BRANCH = re.compile(
    r"""(?mx)^[ \t]*(?:case\s.*?\sin\s+)?\(?["']?(?P<flags>-{0,2}[A-Za-z][\w|.-]*)["']?\)
    [ \t]*(?P<body>[^;]*(?:;(?!;)[^;]*)*);;"""
)
_INTO = r"""(?m)(?:^|[\s;{(])(?:local\s+|export\s+|readonly\s+|declare\s+)?(\w+)="""
_OPTARG = re.compile(_INTO + r"""["']?\$\{?OPTARG\b""")
_NEXT = re.compile(_INTO + r"""["']?\$\{?2\b""")
_ARGUMENT = r"""["']?\$(?:(\d)\b|\{(\d)(?::?[-=]([^{}"']*))?\})"""
_PLACES = (
    re.compile(_INTO + _ARGUMENT),  # lr=$1
    re.compile(r"(?<![\w-])--?([A-Za-z][\w-]*)(?:=|\s+)" + _ARGUMENT),  # train.py --lr $1
)
_FUNCTION = re.compile(r"(?ms)^[ \t]*(?:function\s+)?[\w-]+[ \t]*\(\)\s*\{.*?(?:^|[;\s])\}")
_ASSIGNED = re.compile(_INTO + r"""["']?([^\s"';$`()]*)["']?(?=[\s;]|$)""")
_WITH_DEFAULT = re.compile(_INTO + r"""["']?\$\{\w+:?[-=]([^{}"'$]*)\}""")


@dataclass(frozen=True)
class ShellScript:
    """The options of a shell script; `positional` are those that it takes by their place."""

    options: tuple[Option, ...]
    positional: tuple[Option, ...]


def shell_of(source: bytes, name: str) -> str | None:
    """The shell that a script is for, by its first line or the ending of its name; or None."""
    if match := _SHEBANG.match(source):
        shell = match[1].decode(errors="replace")
        return shell if shell in SHELLS else None
    ending = name.rpartition(".")[2] if "." in name else ""
    return ending if ending in SHELLS else None


def read_shell(source: bytes) -> ShellScript:
    """What can be read of a shell script's arguments."""
    text = "\n".join(_without_comment(line) for line in source.decode(errors="replace").split("\n"))
    defaults = _defaults(text)
    options = {option.flags[0]: option for option in _flags(text, defaults)}
    return ShellScript(tuple(options.values()), tuple(_positional(text)) if not options else ())


def _without_comment(line: str) -> str:
    return re.sub(r"(^|\s)#.*", "", line)


def _defaults(text: str) -> dict[str, str]:
    """The values that variables have first."""
    defaults: dict[str, str] = {}
    for pattern in (_ASSIGNED, _WITH_DEFAULT):
        for match in pattern.finditer(text):
            if match[2]:
                defaults.setdefault(match[1], match[2])
    return defaults


def _flags(text: str, defaults: dict[str, str]) -> Iterator[Option]:
    letters = "".join(match[1] for match in _GETOPTS.finditer(text))
    branches = list(_branches(text))
    for match in re.finditer(r"([A-Za-z0-9])(:?)", letters):
        letter, takes_value = match[1], bool(match[2])
        body, line = next(((b, n) for names, b, n in branches if letter in names), ("", 1))
        into = _OPTARG.search(body)
        yield _option(f"-{letter}", into[1] if into else letter, takes_value, defaults, line)
    for names, body, line in branches:
        flags = [name for name in names if name.startswith("-")]
        if flags:
            into = _NEXT.search(body)
            flag = max(flags, key=len)
            yield _option(flag, into[1] if into else flag.strip("-"), bool(into), defaults, line)


def _branches(text: str) -> Iterator[tuple[list[str], str, int]]:
    for match in _BRANCH.finditer(text):
        line = text.count("\n", 0, match.start("flags")) + 1
        yield match["flags"].split("|"), match["body"], line


def _option(
    flag: str, variable: str, takes_value: bool, defaults: dict[str, str], line: int
) -> Option:
    kind, default = _typed(defaults.get(variable))
    return Option(
        flags=(flag,),
        line=line,
        dest=variable,
        type=kind if takes_value else None,
        default=default if takes_value else False,
        const=None if takes_value else True,
        action=None if takes_value else "store_true",
    )


def _positional(text: str) -> Iterator[Option]:
    found: dict[int, Option] = {}
    text = _FUNCTION.sub(_blank, text)  # whose $1 is another
    for match in (match for pattern in _PLACES for match in pattern.finditer(text)):
        place = int(match[2] or match[3])
        if place and place not in found:
            kind, default = _typed(match[4])
            line = text.count("\n", 0, match.start(1)) + 1
            found[place] = Option(
                flags=(match[1],),
                line=line,
                is_named=True,
                dest=match[1],
                type=kind,
                default=default,
                required=match[4] is None,
            )
    for place in range(1, max(found, default=0) + 1):
        yield found.get(place) or Option(
            flags=(f"${place}",), line=1, has_name=False, required=True, is_named=True
        )


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _typed(text: str | None) -> tuple[str | None, Any]:
    """The type and the value of a default; a variable without a default may be any number."""
    if text is None:
        return "float", UNKNOWN
    for kind in (int, float):
        try:
            return kind.__name__, kind(text)
        except ValueError:
            continue
    return "str", text
