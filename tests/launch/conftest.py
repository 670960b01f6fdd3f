"""Launches that go on while a test looks at them."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Launch = Callable[..., "subprocess.Popen[str]"]


def wait_for(condition: Callable[[], object], seconds: float = 90) -> None:
    """Wait until `condition` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def recorded(study: Path, seed: int) -> list[dict[str, Any]]:
    """The runs of one worker, read by nothing of ours but the standard library."""
    try:
        text = (study / f"live-rundata-{seed}.json").read_text()
    except FileNotFoundError:
        return []
    lines = text.splitlines()
    assert not lines or json.loads(lines[0])[0]["pi-name"] == "no_instance"
    return [json.loads(line) for line in lines[1:]]


@pytest.fixture
def start_launch(quick: Path) -> Iterator[Launch]:
    """`start_launch("--parallel", 2)` launches the quick scenario in the background."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: object) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "smacwrap", "launch", quick.name, *map(str, words)],
            cwd=quick.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
