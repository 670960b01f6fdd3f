"""Loaded by every Python of a launch under test: a wall clock that the test can set.

The file that FAULT_CLOCK names says by how many seconds the clock is wrong.
"""

import datetime
import os
import time
from pathlib import Path

_true_time, _true_time_ns, _TrueDatetime = time.time, time.time_ns, datetime.datetime


def _error() -> float:
    try:
        return float(Path(os.environ["FAULT_CLOCK"]).read_text())
    except (KeyError, OSError):
        return 0.0


class _Datetime(_TrueDatetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
        return _TrueDatetime.now(tz) + datetime.timedelta(seconds=_error())


time.time = lambda: _true_time() + _error()
time.time_ns = lambda: _true_time_ns() + round(_error() * 1e9)
datetime.datetime = _Datetime
