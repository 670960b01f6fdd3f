"""Reads PCS files: text in, configuration space or all of its errors out."""

from pathlib import Path

from ConfigSpace import ConfigurationSpace

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.clauses import Clauses
from smacwrap.pcs.conditions import Conditions, join
from smacwrap.pcs.lines import Line, read_lines, unknown_line
from smacwrap.pcs.parameters import Declarations
from smacwrap.pcs.space import PcsSpace


def read_pcs(path: Path | str) -> ConfigurationSpace:
    """The configuration space that a PCS file describes.

    Source of the format: the SMAC v2.10.03 manual, and what that program accepts.

    Raises:
        UserError: the file cannot be read, or has errors: one problem each, with its place.
    """
    return parse_pcs(read_pcs_text(path), path)


def read_pcs_text(path: Path | str) -> str:
    """The text of a PCS file, without a byte order mark.

    Raises:
        UserError: the file cannot be read, or is not UTF-8.
    """
    path = Path(path)
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UserError(Problem(f"cannot read the PCS file: {error.strerror}", path)) from None
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        raise UserError(Problem("not UTF-8 text: is this a PCS file?", path, line)) from None


def parse_pcs(text: str, file: Path | str | None = None) -> ConfigurationSpace:
    """The configuration space that the text of a PCS file describes; `file` is for messages.

    Raises:
        UserError: the text has errors: one problem each, with its place.
    """
    problems: list[Problem] = []
    lines: dict[str, list[Line]] = {"parameter": [], "condition": [], "forbidden": []}
    for line in read_lines(text, file):
        kind = line.kind
        if kind == "unknown":
            problems += unknown_line(line).problems
        else:
            lines[kind].append(line)
    declared = Declarations()
    conditions = Conditions(declared)
    clauses = Clauses(declared)
    for kind, read in (
        ("parameter", declared.declare),
        ("condition", conditions.read),
        ("forbidden", clauses.read),
    ):
        for line in lines[kind]:
            try:
                read(line)
            except UserError as error:
                problems += error.problems
    order: list[str] = []
    try:
        order = conditions.parents_first()
    except UserError as error:
        problems += error.problems
    if problems:
        raise UserError(*sorted(problems, key=lambda p: (p.line or 0, p.column or 0)))
    space = PcsSpace()
    space.add(
        list(declared.parameters.values()),
        [join(conditions.of[child]) for child in order],
        clauses.read_so_far,
    )
    return space
