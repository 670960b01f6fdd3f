"""How long runs may go on that are running when a launch reaches a limit of time."""

import math

from smacwrap.scenario import Scenario

_LEAST = 60.0  # seconds


def time_beyond(scenario: Scenario, told: float | None, longest: float) -> float:
    """Seconds beyond the limit, after which a run is interrupted.

    A run with a cutoff ends soon enough by itself. Any other may take as long as the longest so
    far: what takes longer would not have ended sooner either if it hangs.

    Args:
        scenario: has the cutoff.
        told: what somebody wants it to be, in seconds, or None.
        longest: seconds that the longest run has taken so far.
    """
    if told is not None:
        return told
    ends_by_itself = math.isfinite(scenario.kill_factor * scenario.cutoff)
    return math.inf if ends_by_itself else max(_LEAST, longest)
