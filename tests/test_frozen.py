"""Frozen data classes behave like those of the standard library's dataclasses."""

import copy
import pickle

import pytest

from smacwrap.frozen import Frozen, replace


class Point(Frozen):
    x: int
    y: int = 2

    def norm(self) -> int:
        return abs(self.x) + abs(self.y)


class Named(Point):
    name: str = ""


def test_fields_are_given_by_place_or_by_name_and_have_defaults() -> None:
    assert (Point(1).x, Point(1).y, Point(y=3, x=1).norm()) == (1, 2, 4)
    assert repr(Named(1, 2, "p")) == "Named(x=1, y=2, name='p')"


@pytest.mark.parametrize(
    ("values", "named"), [((), {}), ((1, 2, 3), {}), ((1,), {"x": 2}), ((1,), {"z": 2})]
)
def test_missing_repeated_and_unknown_fields_are_refused(
    values: tuple[int, ...], named: dict[str, int]
) -> None:
    with pytest.raises(TypeError, match="Point has the fields x, y, found"):
        Point(*values, **named)


def test_nothing_changes_them() -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="a Point is frozen: cannot set 'x'"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="cannot delete 'x'"):
        del point.x
    assert (replace(point, y=5), point) == (Point(1, 5), Point(1, 2))


def test_equal_ones_have_one_class_and_equal_values() -> None:
    assert len({Point(1), Point(1, 2), Point(2)}) == 2
    assert Point(1) != Named(1)
    assert Point(1) == copy.deepcopy(Point(1)) == pickle.loads(pickle.dumps(Point(1)))
