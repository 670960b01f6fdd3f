"""Tells parameter files of other configurators from PCS files."""

import re

_IRACE = re.compile(
    r"""[ \t]*[._A-Za-z0-9]+[ \t]+"[^"\n]*"[ \t]*(?:[irco]|[ir],log)[ \t]*\(""", re.ASCII
)
_COMMENT = re.compile(r"[ \t]*(?:#.*)?")


def looks_like_irace(text: str) -> bool:
    """Whether the first line of a text that is no comment is a parameter of irace."""
    for line in text.split("\n", 10_000)[:10_000]:
        if not _COMMENT.fullmatch(line.rstrip("\r")):
            return _IRACE.match(line) is not None
    return False
