"""Reads the files that describe a space: PCS files, and ConfigSpace's JSON in their place."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from smacwrap.errors import Problem, UserError
from smacwrap.files import read_at_most
from smacwrap.lookup import unreadable
from smacwrap.pcs.foreign.known import looks_like_irace
from smacwrap.pcs.lines import LARGEST_FILE
from smacwrap.pcs.reader import decode_pcs, parse_tree
from smacwrap.pcs.tree import Tree

if TYPE_CHECKING:
    from smacwrap.pcs.space import PcsSpace

_CONFIGSPACE = '"hyperparameters"'


@dataclass(frozen=True)
class Source:
    """What a file says, and where it comes from.

    Attributes:
        tree: what it says.
        text: of a PCS file that says it: the file itself, unless that is JSON.
        file: what messages call it.
        warnings: what of JSON a PCS file has no place for, one sentence each.
    """

    tree: Tree
    text: str
    file: Path | str | None
    warnings: tuple[str, ...] = ()


def read_source(path: Path | str) -> Source:
    """What a file describes, a PCS file or ConfigSpace's JSON.

    Raises:
        UserError: the file cannot be read, or has errors: one problem each, with its place.
    """
    path = Path(path)
    try:
        content = read_at_most(path, LARGEST_FILE)
    except OSError as error:
        raise unreadable(path, error) from None
    return parse_source(decode_pcs(content, path), path)


def parse_source(text: str, file: Path | str | None = None) -> Source:
    """What a text describes, of a PCS file or ConfigSpace's JSON; `file` is for messages.

    Raises:
        UserError: the text has errors, or is a parameter file of irace.
    """
    if is_json(text, file):
        # A file of JSON is rare, and ConfigSpace takes a second.
        from smacwrap.pcs.configspace_json import parse_configspace_json
        from smacwrap.pcs.writer import write_pcs

        decoded = parse_configspace_json(text, file)
        place = None if file is None else f"{file}, written as PCS"
        return Source(decoded.tree, write_pcs(decoded.tree), place, decoded.warnings)
    refuse_foreign(text, file)
    return Source(parse_tree(text, file), text, file)


def refuse_foreign(text: str, file: Path | str | None = None) -> None:
    """Says in one line what a file is that is known not to be a PCS file.

    Raises:
        UserError: it is a parameter file of irace.
    """
    if looks_like_irace(text):
        name = "FILE" if file is None else file
        message = (
            "not a PCS file, it looks like a parameter file of irace: convert it first, "
            f"smacwrap pcs convert {name} --from irace --to new -o params.pcs"
        )
        raise UserError(Problem(message, file))


def is_json(text: str, file: Path | str | None = None) -> bool:
    """Whether it is JSON: a PCS file, too, may begin with a brace."""
    if file is not None and Path(file).suffix == ".json":
        return True
    if not text.lstrip().startswith("{"):
        return False
    if _CONFIGSPACE in text:
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def read_tree(path: Path | str) -> Tree:
    """What a PCS file, or ConfigSpace's JSON, says.

    Raises:
        UserError: the file cannot be read, or has errors: one problem each, with its place.
    """
    return read_source(path).tree


def read_pcs(path: Path | str) -> "PcsSpace":
    """The configuration space that a PCS file, or ConfigSpace's JSON, describes.

    Raises:
        UserError: the file cannot be read, or has errors: one problem each, with its place.
    """
    from smacwrap.pcs.space import PcsSpace  # ConfigSpace takes a second: see `tree`

    return PcsSpace(read_tree(path))


def read_pcs_text(path: Path | str) -> str:
    """The text of a PCS file; for ConfigSpace's JSON, of one that describes the same.

    Raises:
        UserError: the file cannot be read, or has errors.
    """
    return read_source(path).text
