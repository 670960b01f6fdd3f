"""What the benchmarks share: a space of five parameters, and a target that answers at once."""

from pathlib import Path

PCS = """\
x real [0, 1] [0.5]
y real [0.001, 10] [1] log
n integer [1, 50] [10]
kind categorical {a, b, c} [a]
z real [0, 1] [0.5]
z | kind == b
"""

TARGET = """\
#!/bin/sh
while [ $# -gt 0 ]; do
    [ "$1" = -x ] && x=$2
    shift
done
echo "Result of algorithm run: SAT, 0, 0, $x, 0"
"""


def write_target(folder: Path) -> None:
    """Write `params.pcs` and `target.sh`, whose quality is its parameter x."""
    (folder / "params.pcs").write_text(PCS)
    (folder / "target.sh").write_text(TARGET)
    (folder / "target.sh").chmod(0o755)
