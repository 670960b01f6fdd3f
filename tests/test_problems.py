"""Problems of several steps are collected, up to a number that somebody reads."""

import pytest

from smacwrap.errors import Problem, UserError
from smacwrap.problems import Problems


def problems_of(problems):
    with pytest.raises(UserError) as caught:
        problems.check()
    return [str(problem) for problem in caught.value.problems]


def test_all_steps_are_made_and_their_problems_come_by_place():
    problems = Problems()
    for line in (3, 1, 2):
        with problems:
            raise UserError(Problem("wrong", "file", line))
    assert problems_of(problems) == ["file:1: wrong", "file:2: wrong", "file:3: wrong"]


def test_without_a_failure_nothing_is_raised():
    problems = Problems()
    with problems:
        pass
    problems.check()


def test_a_failure_without_problems_is_one():
    problems = Problems()
    with problems:
        raise UserError
    assert problems_of(problems) == []


def test_other_errors_pass():
    with pytest.raises(KeyError), Problems():
        raise KeyError


def test_too_many_problems_end_the_steps():
    problems = Problems(most=2, what="a letter")
    for line in (1, 2):
        with problems:
            raise UserError(Problem("wrong", "file", line))
    with pytest.raises(UserError) as caught, problems:
        raise UserError(Problem("wrong", "file", 3))
    assert [str(problem) for problem in caught.value.problems] == [
        "file:1: wrong",
        "file:2: wrong",
        "file: more than 2 errors, the rest is not read: is this a letter?",
    ]
