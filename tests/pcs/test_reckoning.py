"""Advanced clauses come to the same for one configuration, in doubles, and for many, in arrays."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.pcs.digits import number_at
from smacwrap.pcs.expressions import Expression
from smacwrap.pcs.model import Integer, Real
from smacwrap.pcs.reckoning import BINARY, UNARY
from smacwrap.pcs.reckoning_arrays import evaluate
from smacwrap.pcs.scales import Scales

ODD = st.sampled_from((
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, 1e308, -1e308, 800.0, -800.0, 5e-324,
    math.inf, -math.inf, math.nan, 1.5, -2.5, 1e16,
))  # fmt: skip
NUMBERS = ODD | st.floats()


def same(operation: str, *numbers: float) -> None:
    program = (*range(len(numbers)), operation)
    expression = Expression("", ("a", "b")[: len(numbers)], program, {})
    one = expression.evaluate(numbers)
    (many,) = evaluate(expression, [np.array([number]) for number in numbers])
    assert isinstance(one, float)
    if math.isnan(one) or math.isinf(one) or one == 0 or (operation in BINARY and operation != "^"):
        assert np.array_equal(one, many, equal_nan=True), (operation, numbers)
        assert math.isnan(one) or math.copysign(1, one) == math.copysign(1, many)
    else:  # NumPy's own functions may have another last digit
        assert one == pytest.approx(float(many), rel=1e-13, abs=1e-300), (operation, numbers)


@pytest.mark.parametrize("operation", UNARY)
@given(NUMBERS)
def test_functions_of_doubles_are_those_of_arrays(operation: str, number: float) -> None:
    if operation in ("sin", "cos", "tan") and abs(number) > 1e15:
        number = math.copysign(1e15, number)  # beyond, they are noise
    same(operation, number)


@pytest.mark.parametrize("operation", BINARY)
@given(NUMBERS, NUMBERS)
def test_operations_on_doubles_are_those_on_arrays(operation: str, a: float, b: float) -> None:
    same(operation, a, b)


@given(
    st.floats(-1e6, 1e6) | st.floats(1e-14, 1e14),
    st.floats(1e-3, 1e9),
    st.booleans(),
    st.floats(0, 1),
)
def test_the_number_of_one_entry_is_that_of_many(
    low: float, width: float, log: bool, entry: float
) -> None:
    log &= low > 0
    parameter = Real("x", low, low, low + width * (1 + abs(low) * 1e-3), log)
    (many,) = Scales([parameter]).numbers(np.array([[entry]]))[0]
    assert number_at(parameter, entry) == pytest.approx(float(many), rel=1e-15)


@given(st.integers(-1000, 10**6), st.integers(1, 10**6), st.booleans(), st.floats(0, 1))
def test_the_integer_of_one_entry_is_that_of_many(
    low: int, width: int, log: bool, entry: float
) -> None:
    parameter = Integer("n", low, low, low + width, log and low > 0)
    (many,) = Scales([parameter]).numbers(np.array([[entry]]))[0]
    assert number_at(parameter, entry) == many
