"""What all result lines of an output say together: the first one counts."""

from smacwrap.protocol.result_line import (
    Result,
    ResultLineError,
    is_result_line,
    parse_result_line,
)


class ResultLines:
    """The result lines of an output, taken from its lines as they come.

    Args:
        seed: the one that was sent.

    Attributes:
        result: what the first result line says, or why it cannot be read; None without one.
    """

    def __init__(self, seed: int) -> None:
        self.result: Result | ResultLineError | None = None
        self._sent = seed
        self._aclib = False
        self._repeated = False

    def add(self, line: str) -> None:
        """Take in a line; one that is no result line changes nothing."""
        if not is_result_line(line):
            return
        aclib = "{" in line
        try:
            result: Result | ResultLineError = parse_result_line(line, self._sent)
        except ResultLineError as error:
            result = error
        if self.result is None:
            self.result, self._aclib = result, aclib
        elif aclib == self._aclib or not _same(self.result, result):
            self._repeated = True

    def warnings(self) -> list[str]:
        """What a person should know of the answer."""
        warnings = []
        if self._repeated:
            warnings.append("the target printed more than one result line; the first one counts")
        # AClib 2's form has no seed.
        if isinstance(self.result, Result) and not self._aclib and self.result.seed != self._sent:
            warnings.append(
                f"the target echoed the seed {self.result.seed}, and was given {self._sent}"
            )
        return warnings


def _same(one: Result | ResultLineError, other: Result | ResultLineError) -> bool:
    """Whether AClib 2's form and SMAC's say the same; some wrappers print both."""
    if not (isinstance(one, Result) and isinstance(other, Result)):
        return False
    same_status = (one.status.decided, one.status.failed) == (
        other.status.decided,
        other.status.failed,
    )
    return same_status and (one.runtime, one.quality) == (other.runtime, other.quality)
