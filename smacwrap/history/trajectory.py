"""The trajectory file: one worker's incumbents over time, in SMAC v2's format."""

from pathlib import Path

from smacwrap.history.objective import Incumbent
from smacwrap.protocol import NO_CUTOFF

_HEADER = (
    '"CPU Time Used","Estimated Training Performance","Wallclock Time","Incumbent ID",'
    '"Automatic Configurator (CPU) Time","Configuration..."\n'
)


class TrajectoryWriter:
    """Appends incumbents to `traj-run-<seed>.txt`; times go on where an existing file ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ids: dict[tuple[tuple[str, str], ...], int] = {}
        if not path.exists():
            path.write_text(_HEADER, encoding="utf-8")

    def append(
        self, incumbent: Incumbent, cpu_time: float, wallclock_time: float, own_cpu_time: float
    ) -> None:
        """Append the incumbent.

        Args:
            incumbent: the configuration, with its estimated cost.
            cpu_time: seconds used by targets and worker together.
            wallclock_time: seconds since the worker started.
            own_cpu_time: seconds of `cpu_time` that the worker itself used.
        """
        run = incumbent.run
        number = self._ids.setdefault(run.configuration_key, len(self._ids) + 1)
        cost = min(incumbent.cost, NO_CUTOFF)
        settings = ", ".join(f"{name}='{run.settings[name]}'" for name in sorted(run.settings))
        with self.path.open("a", encoding="utf-8") as file:
            file.write(
                f"{cpu_time!r}, {cost!r}, {wallclock_time!r}, {number}, {own_cpu_time!r},"
                f"  {settings}\n"
            )
