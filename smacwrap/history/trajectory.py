"""The trajectory file: one worker's incumbents over time, in SMAC v2's format."""

from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.history.appended import AppendedFile
from smacwrap.history.objective import Incumbent
from smacwrap.protocol import NO_CUTOFF

_HEADER = (
    '"CPU Time Used","Estimated Training Performance","Wallclock Time","Incumbent ID",'
    '"Automatic Configurator (CPU) Time","Configuration..."\n'
)


class TrajectoryWriter:
    """Appends incumbents to `traj-run-<seed>.txt`.

    In an existing file a half-written last line is cut off; ids and times go on where it ended.

    Raises:
        OSError: the file cannot be read or written.
        UserError: it is no trajectory.
    """

    def __init__(self, path: Path) -> None:
        self._ids: dict[str, int] = {}
        self._last: tuple[int, float] | None = None
        self._cpu_time = self._wallclock_time = self._own_cpu_time = 0.0
        content = path.read_bytes() if path.exists() else b""
        whole = content.rfind(b"\n") + 1
        lines = content[:whole].decode(errors="surrogateescape").split("\n")[:-1]
        for number, line in enumerate(lines[1:], start=2):
            try:
                self._read(line)
            except ValueError as error:
                raise UserError(Problem(f"no trajectory: {error}", path, number)) from None
        self._file = AppendedFile(path, whole)
        self._file.append(b"" if whole else _HEADER.encode())

    def append(
        self, incumbent: Incumbent, cpu_time: float, wallclock_time: float, own_cpu_time: float
    ) -> None:
        """Append the incumbent, unless the file ends with it already.

        Args:
            incumbent: the configuration, with its estimated cost.
            cpu_time: seconds used by targets and worker together.
            wallclock_time: seconds since the worker started.
            own_cpu_time: seconds of `cpu_time` that the worker itself used.

        Raises:
            OSError: the disk is full; the file is left as it was.
        """
        settings = incumbent.run.settings
        text = ", ".join(f"{name}='{settings[name]}'" for name in sorted(settings))
        number = self._ids.get(text) or max(self._ids.values(), default=0) + 1
        cost = min(incumbent.cost, NO_CUTOFF)
        if (number, cost) == self._last:
            return
        line = (
            f"{self._cpu_time + cpu_time!r}, {cost!r}, {self._wallclock_time + wallclock_time!r},"
            f" {number}, {self._own_cpu_time + own_cpu_time!r},  {text}\n"
        )
        self._file.append(line.encode(errors="surrogateescape"))
        self._ids[text] = number
        self._last = (number, cost)

    def _read(self, line: str) -> None:
        cpu_time, cost, wallclock_time, number, own_cpu_time, settings = line.split(",", 5)
        self._cpu_time = float(cpu_time)
        self._wallclock_time = float(wallclock_time)
        self._own_cpu_time = float(own_cpu_time)
        self._last = (int(number), float(cost))
        self._ids[settings.strip()] = int(number)
