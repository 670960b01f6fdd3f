"""Collects what is wrong with a file, so that all of it is reported in one go."""

from types import TracebackType

from smacwrap.errors import Problem, UserError


class Problems:
    """The problems of steps that do not wait for each other.

    Each step stands in a `with` statement of its own, which keeps its UserError for `check`.
    One without any problem counts as well: then what is wrong has been said elsewhere.

    Args:
        most: so many problems, and the rest is not read: nobody wants to know what is wrong with
            each line of another file than was meant.
        what: the file that is expected, such as `a PCS file`.

    >>> problems = Problems()
    >>> for text in ("a", "b"):
    ...     with problems:
    ...         raise UserError(f"no {text}")
    >>> problems.check()
    Traceback (most recent call last):
    smacwrap.errors.UserError: no a
    no b
    """

    def __init__(self, most: int = 1000, what: str = "the right file") -> None:
        self._most = most
        self._what = what
        self._found: list[Problem] = []
        self._failed = False

    def __enter__(self) -> None:
        """A step begins."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, UserError):
            return False
        self._failed = True
        self._found += error.problems
        if len(self._found) > self._most:
            found = _by_place(self._found[: self._most])
            many = f"more than {self._most:,} errors, the rest is not read"
            message = f"{many}: is this {self._what}?"
            raise UserError(*found, Problem(message, found[0].file)) from None
        return True

    def check(self) -> None:
        """Ends the steps.

        Raises:
            UserError: at least one has failed; with all their problems, by their place.
        """
        if self._failed:
            raise UserError(*_by_place(self._found))


def _by_place(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))
