"""Signals in words, also those that have no name."""

import signal

import pytest

from smacwrap.processes.control import signal_name


@pytest.mark.parametrize(
    ("number", "name"), [(9, "SIGKILL"), (32, "signal 32"), (33, "signal 33"), (70, "signal 70")]
)
def test_a_signal_without_a_name_has_its_number(number: int, name: str) -> None:
    assert signal_name(number) == name


def test_every_number_has_words() -> None:
    assert signal_name(signal.SIGRTMIN + 6) == "SIGRTMIN+6"
    assert all(signal_name(number) for number in range(256))
