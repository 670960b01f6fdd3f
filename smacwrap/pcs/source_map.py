"""Where a PCS file says what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smacwrap.errors import Problem
from smacwrap.pcs.clauses import Clauses
from smacwrap.pcs.forbidden import PcsClause
from smacwrap.pcs.lines import NAME, Line, read_lines
from smacwrap.pcs.parameters import Declarations
from smacwrap.pcs.tree import Tree

_NAME = re.compile(rf"\s*({NAME})")


@dataclass(frozen=True)
class Places:
    """The lines of a file that has no errors.

    Attributes:
        file: for messages.
        parameters: by name.
        conditions: the first line of each child's condition.
        clauses: each with its line.
        idle: one problem for each clause that is left out because it never matches.
    """

    file: Path | str | None
    parameters: Mapping[str, Line]
    conditions: Mapping[str, Line]
    clauses: Sequence[tuple[Line, PcsClause]]
    idle: Sequence[Problem]

    @classmethod
    def find(cls, tree: Tree, text: str, file: Path | str | None) -> "Places":
        """The places of `text`, which describes `tree`; `file` is for messages."""
        declared = Declarations()
        declared.parameters.update(tree)
        reader = Clauses(declared)
        parameters: dict[str, Line] = {}
        conditions: dict[str, Line] = {}
        clauses: list[tuple[Line, PcsClause]] = []
        for line in read_lines(text, file):
            if line.kind == "parameter":
                match = _NAME.match(line.code)
                assert match is not None, "a parameter's line begins with its name"
                parameters[match[1]] = line
            elif line.kind == "condition":
                conditions.setdefault(line.code.partition("|")[0].strip(), line)
            else:
                count = len(reader.read_so_far)
                reader.read(line)
                new = reader.read_so_far[count:]
                clauses += [(line, clause) for clause in new]
        return cls(file, parameters, conditions, clauses, reader.idle)
