"""The numbers of a worker's runs, from 1: given when a run begins, and free again if it is none."""

from collections.abc import Iterable, Iterator, Set


class Numbers(Set[int]):
    """The numbers that are taken.

    Several runs of a worker may go on at once and end in any order, so the file's order is not
    that of the numbers; a run that is interrupted leaves a gap, which the next run fills.
    """

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self._lowest = 1  # no lower one is free

    def take(self, wanted: object = None) -> int:
        """Take the number that is wanted, or the lowest that is free if that is none, or taken."""
        if isinstance(wanted, int) and wanted > 0 and wanted not in self._taken:
            number = wanted
        else:
            while self._lowest in self._taken:
                self._lowest += 1
            number = self._lowest
        self._taken.add(number)
        return number

    def give_back(self, number: int) -> None:
        """The run with this number came to no record."""
        self._taken.discard(number)
        self._lowest = min(self._lowest, number)

    def fill(self) -> None:
        """Take all that are lower than one that is taken: nobody knows which runs were lost."""
        self._taken.update(range(1, max(self._taken, default=0)))

    def __contains__(self, number: object) -> bool:
        return number in self._taken

    def __iter__(self) -> Iterator[int]:
        return iter(self._taken)

    @classmethod
    def _from_iterable(cls, numbers: Iterable[int]) -> set[int]:  # type: ignore[override]
        return set(numbers)  # what is left of them after `-` and the like

    def __len__(self) -> int:
        return len(self._taken)
