"""Configurations as the rows of a matrix: drawn, made legal, listed and told apart by thousands."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from smacwrap.errors import UserError
from smacwrap.pcs.condition_term import Condition, signature
from smacwrap.pcs.entries import bounds, texts, to_entry
from smacwrap.pcs.lines import NUMBER
from smacwrap.pcs.model import Constant, Integer, Listed, Number, Ordinal, Parameter, Real
from smacwrap.pcs.network import holds
from smacwrap.pcs.scales import Scales
from smacwrap.pcs.settings import active_values
from smacwrap.pcs.tree import Tree

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_NUMBER = re.compile(NUMBER)

_MOST_DRAWN = 10_000_000

_LARGEST_DRAW = 4_000_000
"""So many numbers, 32 MB, are drawn at once."""


class Rows:
    """The rows that ConfigSpace's vectors would be, without it.

    Numbers lie in [0, 1], on the scale of their parameter; texts are their index; a parameter
    that is inactive is NaN. Integers have one entry each: `to_unit` of their value.

    Attributes:
        levels: how many values each parameter has, infinite for reals.
        categorical: which parameters have no order.
        ordinal: which are texts with an order.
        integer: which are integers with more than one value.
        conditional: which are inactive in some configurations.
        defaults: the entry of each parameter's default.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        parameters = list(tree.values())
        named = [texts(parameter) for parameter in parameters]
        self.integer: Mask = _mask(isinstance(p, Integer) for p in parameters)
        real = _mask(isinstance(p, Real) for p in parameters)
        text = _mask(names is not None for names in named)
        self.ordinal = text & _mask(isinstance(p, Ordinal) for p in parameters)
        self.categorical = text & ~self.ordinal
        self.conditional = _mask(p.name in tree.condition_of for p in parameters)
        self.levels: Matrix = np.array(
            [math.inf if r else float(p.size) for r, p in zip(real, parameters, strict=True)]
        )
        self.defaults: Matrix = np.array([to_entry(p, p.default_value) for p in parameters])
        self._constant = ~(self.integer | real | text)
        self._scales = Scales(parameters)
        self._numbers = self._scales.columns
        self._text = text
        self._places = {name: place for place, name in enumerate(tree)}
        # Once for all children of equal conditions; parents come before their children.
        groups: dict[object, tuple[Condition, list[int]]] = {}
        for name, condition in tree.condition_of.items():
            group = groups.setdefault(signature(condition), (condition, []))
            group[1].append(self._places[name])
        self._groups = [(condition, np.array(ids)) for condition, ids in groups.values()]

    def __len__(self) -> int:
        return len(self.levels)

    def from_texts(self, configurations: Sequence[Mapping[str, str]]) -> Matrix:
        """The rows of configurations that have been run, as `from_record`, but all at a time.

        Raises:
            UserError: one of them is none of the space.
        """
        rows = np.empty((len(configurations), len(self)))
        known = np.zeros(len(configurations), dtype=np.intp)
        for i, (name, parameter) in enumerate(self.tree.items()):
            column = [configuration.get(name) for configuration in configurations]
            known += np.array([text is not None for text in column], dtype=np.intp)
            rows[:, i] = _read_column(parameter, column)
        named = np.array([len(configuration) for configuration in configurations], dtype=np.intp)
        legal = self.activate(rows)
        missing = np.isnan(rows) & ~np.isnan(legal)
        doubtful = (known < named) | missing.any(axis=1)
        for row in np.flatnonzero(doubtful).tolist():
            # It says what is wrong, or takes it all the same.
            legal[row] = self.tree.entries(active_values(self.tree, configurations[row]))
        return legal

    def to_texts(self, rows: Matrix) -> dict[str, list[str | None]]:
        """The texts of configurations, as `to_text` writes them: a column for each parameter.

        A parameter is None in a configuration in which it is inactive.
        """
        values = rows.copy()
        values[:, self._numbers] = self._scales.numbers(rows[:, self._numbers])
        by_column = np.ascontiguousarray(values.T)
        active = ~np.isnan(by_column)
        whole = self._text | self.integer
        columns: dict[str, list[str | None]] = {}
        for i, (name, parameter) in enumerate(self.tree.items()):
            column: npt.NDArray[Any] = by_column[i]
            here = active[i]
            always = here.all()
            known = column if always else column[here]
            written = map(
                _writer(parameter), (known.astype(np.int64) if whole[i] else known).tolist()
            )
            columns[name] = (
                [*written] if always else [next(written) if yes else None for yes in here.tolist()]
            )
        return columns

    def from_unit(self, cube: Matrix) -> Matrix:
        """Points of the unit cube, shape (rows, parameters), as entries: all values as likely.

        All parameters are active; neither conditions nor forbidden clauses are looked at.
        """
        rows = cube.copy()
        share = cube[:, self._text]
        levels = self.levels[self._text]
        rows[:, self._text] = np.minimum(np.floor(share * levels), levels - 1)
        rows[:, self._constant] = 1.0
        rows[:, self._numbers] = self._scales.spread(cube[:, self._numbers])
        return rows

    def snap(self, rows: Matrix) -> Matrix:
        """The rows with numbers moved into [0, 1] and integers onto the nearest value."""
        rows = rows.copy()
        rows[:, self._numbers] = self._scales.snapped(rows[:, self._numbers])
        return rows

    def activate(self, rows: Matrix, fill: Matrix | None = None) -> Matrix:
        """The rows with parameters switched on and off as the conditions say.

        Args:
            rows: entries, shape (rows, parameters).
            fill: what parameters get that are NaN but active: entries, one row for all or one for
                each; the defaults if not given.
        """
        spare = self.defaults if fill is None else fill
        columns = np.ascontiguousarray(np.where(np.isnan(rows), spare, rows).T)
        named = _Named(columns, self._places)
        for condition, children in self._groups:
            columns[np.ix_(children, ~holds(condition, named))] = np.nan
        return np.ascontiguousarray(columns.T)

    def allowed(self, rows: Matrix) -> Mask:
        """Which rows no forbidden clause forbids."""
        named = _Named(rows.T, self._places)
        forbidden = np.zeros(len(rows), dtype=np.bool_)
        for clause in self.tree.clauses:
            forbidden |= clause.forbids([named[parameter.name] for parameter in clause.parameters])
        return ~forbidden

    def legalise(self, rows: Matrix) -> Matrix:
        """The rows with their parameters switched on and off, without those that are forbidden."""
        rows = self.activate(rows)
        return rows[self.allowed(rows)]

    def draw(self, count: int, rng: np.random.Generator) -> Matrix:
        """Those of `count` random configurations that are legal."""
        return self.legalise(self.from_unit(rng.random((count, len(self)))))

    def sample(self, count: int, rng: np.random.Generator) -> Matrix:
        """`count` random legal configurations.

        Raises:
            UserError: the forbidden clauses leave next to nothing.
        """
        found = [np.empty((0, len(self)))]
        have = drawn = 0
        while have < count:
            share = max(1, have) / max(1, drawn)
            wanted = int((count - have) / share) + 10
            wanted = min(wanted, max(1, _LARGEST_DRAW // max(1, len(self))))
            found.append(self.draw(wanted, rng))
            have += len(found[-1])
            drawn += wanted
            if not have and drawn > _MOST_DRAWN:
                raise UserError(f"the forbidden clauses left none of {drawn} random configurations")
        return np.concatenate(found)[:count]

    def list_all(self, most: int) -> Matrix | None:
        """All legal configurations of the space; None if there are (or may be) more than `most`."""
        if not np.isfinite(self.levels).all():
            return None
        most = min(most, _LARGEST_DRAW // max(1, len(self)))
        rows = np.full((1, len(self)), np.nan)
        for i, name in enumerate(self.tree):
            active = np.ones(len(rows), dtype=np.bool_)
            if name in self.tree.condition_of:
                active = holds(self.tree.condition_of[name], _Named(rows.T, self._places))
            # Before they are listed: there may be 2**31 of them.
            if len(rows) + int(active.sum()) * (self.levels[i] - 1) > most:
                return None
            values = self._values(i)
            expanded = np.repeat(rows[active], len(values), axis=0)
            expanded[:, i] = np.tile(values, int(active.sum()))
            rows = np.concatenate([rows[~active], expanded])
        return self.legalise(rows)

    def _values(self, i: int) -> Matrix:
        """The entries of all values of a parameter with finitely many."""
        if self._constant[i]:
            return np.ones(1)
        places = np.arange(self.levels[i])
        if self._text[i]:
            return places
        parameter = list(self.tree.values())[i]
        low, _ = bounds(parameter)
        return Scales([parameter]).entries((low + places)[:, None])[:, 0]

    def keys(self, rows: Matrix) -> list[bytes]:
        """What two rows of the same configuration have in common."""
        plain = rows.copy()
        numbers = self._scales.numbers(rows[:, self._numbers])
        plain[:, self._numbers] = self._scales.alike(numbers)
        # Adding 0 makes -0.0 and 0.0 the same bytes.
        plain = np.where(np.isnan(plain), -1.0, plain) + 0.0
        return [row.tobytes() for row in plain]


class _Named(dict[str, npt.NDArray[np.float64]]):
    """The rows of a matrix by the parameters' names, each looked up when it is asked for."""

    def __init__(self, columns: Matrix, places: Mapping[str, int]) -> None:
        super().__init__()
        self._columns = columns
        self._places = places

    def __missing__(self, name: str) -> npt.NDArray[np.float64]:
        row: npt.NDArray[np.float64] = self._columns[self._places[name]]
        return row


def _writer(parameter: Parameter) -> Callable[[Any], str]:
    """Writes a real, an integer, or the text at a place, as `to_text` does."""
    names = texts(parameter)
    if names is not None:
        return names.__getitem__
    if isinstance(parameter, Real):
        return repr
    if isinstance(parameter, Integer):
        return str
    return lambda _: str(parameter.default_value)


def _mask(answers: Iterable[object]) -> Mask:
    return np.array([bool(answer) for answer in answers], dtype=np.bool_)


def _read_column(parameter: Parameter, column: Sequence[str | None]) -> npt.NDArray[np.float64]:
    """The vector entries of many texts; NaN where there is none, or hardly one of the domain."""
    if isinstance(parameter, Listed):
        places = parameter.places
        found = [math.nan if text is None else places.get(text, math.nan) for text in column]
        return np.array(found, dtype=np.float64)
    numbers = np.array([float(t) if t and _NUMBER.fullmatch(t) else math.nan for t in column])
    if not isinstance(parameter, Number):
        assert isinstance(parameter, Constant)
        return np.where(numbers == float(parameter.value), 1.0, math.nan)
    low, high = float(parameter.lower), float(parameter.upper)
    numbers[~((low <= numbers) & (numbers <= high))] = math.nan
    if isinstance(parameter, Integer):
        numbers[numbers != np.rint(numbers)] = math.nan
    if parameter.log:
        numbers, low, high = np.log(numbers), math.log(low), math.log(high)
    return np.asarray((numbers - low) / (high - low))
