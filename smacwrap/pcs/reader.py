"""Reads the text of PCS files: text in, what it says or all of its errors out."""

from pathlib import Path
from typing import TYPE_CHECKING

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.clauses import Clauses
from smacwrap.pcs.conditions import Conditions, join
from smacwrap.pcs.lines import Kind, Line, read_lines, refuse
from smacwrap.pcs.parameters import Declarations
from smacwrap.pcs.tree import DefaultTexts, Tree
from smacwrap.problems import Problems

if TYPE_CHECKING:
    from smacwrap.pcs.space import PcsSpace


def decode_pcs(content: bytes, file: Path | str, errors: str = "replace") -> str:
    """The text of a PCS file, without a byte order mark.

    SMAC v2 takes any bytes in comments. Elsewhere what is not ASCII is an error of its line.

    Args:
        content: the file's.
        file: for messages.
        errors: what becomes of bytes that are not UTF-8, as in `bytes.decode`.

    Raises:
        UserError: it is no text.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in content:
            line = content.count(b"\n", 0, error.start) + 1
            raise UserError(Problem("not UTF-8 text: is this a PCS file?", file, line)) from None
    return content.decode("utf-8-sig", errors)


def parse_pcs(text: str, file: Path | str | None = None) -> "PcsSpace":
    """The configuration space that the text of a PCS file describes; `file` is for messages.

    Raises:
        UserError: as `parse_tree` does.
    """
    from smacwrap.pcs.space import PcsSpace  # ConfigSpace takes a second: see `tree`

    return PcsSpace(parse_tree(text, file))


def parse_tree(text: str, file: Path | str | None = None) -> Tree:
    """What the text of a PCS file says; `file` is for messages.

    Source of the format: the SMAC v2.10.03 manual, and what that program accepts.

    Raises:
        UserError: the text has errors: one problem each, with its place.
    """
    declared = Declarations()
    conditions = Conditions(declared)
    clauses = Clauses(declared)
    # What a line names may be declared below it.
    waiting: dict[Kind, list[Line]] = {"parameter": [], "condition": [], "forbidden": []}
    problems = Problems(what="a PCS file")
    for line in read_lines(text, file):
        if (kind := line.kind) in waiting:
            waiting[kind].append(line)
            continue
        with problems:
            refuse(line)
    for read, lines in (
        (declared.declare, waiting["parameter"]),
        (conditions.read, waiting["condition"]),
        (clauses.read, waiting["forbidden"]),
    ):
        for line in lines:
            with problems:
                read(line)
    order: list[str] = []
    with problems:
        order = conditions.parents_first()
    problems.check()
    return Tree(
        declared.parameters.values(),
        [join(conditions.of[child]) for child in order],
        clauses.read_so_far,
    )


def default_texts(text: str, file: Path | str | None = None) -> DefaultTexts:
    """The default configuration of the text of a PCS file, without its space.

    It is what `all_to_text` and `to_text` say of the space's default configuration.

    Raises:
        UserError: as `parse_tree` does.
    """
    return parse_tree(text, file).default_texts()
