"""Configurations of a space as the rows of a matrix, for engines."""

from ConfigSpace import ConfigurationSpace

from smacwrap.pcs.rows import Mask, Matrix, Rows
from smacwrap.pcs.values import tree_of

__all__ = ["Mask", "Matrix", "Vectors"]


class Vectors(Rows):
    """The rows that ConfigSpace's vectors would be, for a space of `read_pcs`."""

    def __init__(self, space: ConfigurationSpace) -> None:
        super().__init__(tree_of(space))
        self.space = space
