"""Why a program failed, in its own words: the end of a traceback, or its last error message."""

import re

FAR = 65536
"""How many bytes of the end of an output are searched."""

_NEAR = 30  # lines from its end in which the words must be
_LONGEST = 300  # characters

_ESCAPES = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))"  # colours, links
_GROUP = r"^\s*[|+][-+]*\s?"  # in front of the lines of Python's exception groups
_TRACEBACK = re.compile(r"Traceback \(most recent call last\):\s*$")
_RAISED = re.compile(r"[A-Za-z_][\w.]*(?::\s|:?$)")
# "Val error: 0.25" is a metric, "error: no licence" is a reason.
_ERROR = re.compile(
    r"""(?xi)
    \b(?:\w*error|\w*exception|fatal|panic|failure)\b [^:]{0,60} : \s+ (?![-+.]?\d|nan\b|[-+]?inf)
      .*[a-z]{2}
    | ^(?:Exception\ in\ thread|Caused\ by:|thread\ '.*'\ panicked\ at|\s+what\(\):)
    | Assertion\ .*failed
    | (?:command\ not\ found|:\ not\ found|bad\ interpreter.*|Permission\ denied)$
    | No\ such\ file\ or\ directory|can(?:no|')t\ open|Exec\ format\ error
    | \((?:\w+::)*\w*(?:Error|Exception)\)$
    | \bat\ \S+\ line\ \d+\.?$
    """
)


def end_of(data: bytes) -> str:
    """The end of an output as text, in which words are looked for."""
    return re.sub(_ESCAPES, "", data[-FAR:].decode(errors="replace"))


def last_words(output: str) -> str:
    """Why a program says that it failed, in one line; an empty text if it does not say so.

    Of a Python program that is the exception that ended it, the last one of a chain; of others
    the last message of an error in the last lines.

    Args:
        output: the end of what it printed.
    """
    lines = output.rstrip().splitlines()
    return _shorten(_raised(lines) or _error(lines[-_NEAR:]))


def _raised(lines: list[str]) -> str:
    begin = next((i for i in reversed(range(len(lines))) if _TRACEBACK.search(lines[i])), None)
    if begin is None:
        return ""
    for number in range(begin + 1, len(lines)):
        line = re.sub(_GROUP, "", lines[number])
        if not line or line[0].isspace():
            continue  # where it happened
        is_near = len(lines) - number <= _NEAR
        return _whole(line, lines[number + 1 :]) if is_near and _RAISED.match(line) else ""
    return ""


def _error(lines: list[str]) -> str:
    for number in reversed(range(len(lines))):
        if _ERROR.search(lines[number]):
            return _whole(lines[number], lines[number + 1 :])
    return ""


def _whole(line: str, following: list[str]) -> str:
    """The line, with the next one where it only introduces that."""
    following = [text.strip() for text in following if text.strip()]
    return f"{line.strip()} {following[0]}" if line.rstrip()[-1:] == ":" and following else line


def _shorten(text: str) -> str:
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
