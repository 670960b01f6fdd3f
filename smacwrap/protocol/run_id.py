"""How a person names a run: `2-14` is the 14th run of the worker with seed 2."""


def format_run_id(worker: int, number: int) -> str:
    """The ID of a worker's run.

    Args:
        worker: its seed.
        number: the run's, from 1, in the order in which the worker began them.
    """
    return f"{worker}-{number}"


def parse_run_id(text: str) -> tuple[int, int]:
    """The worker and the number of an ID.

    Raises:
        ValueError: the text is none.
    """
    worker, _, number = text.partition("-")
    return int(worker), int(number)
