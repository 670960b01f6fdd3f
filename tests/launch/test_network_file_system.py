"""What a network file system may lack, as far as one machine can show: locks and times."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.conftest import write_program
from tests.launch.conftest import recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

# Python loads it as it starts. Lustre, for one, answers so unless it is mounted with locks.
NO_LOCKS = """\
import errno
import fcntl

def flock(fd, operation):
    raise OSError(errno.ENOSYS, "Function not implemented")

fcntl.flock = flock
"""

HANG_FROM_THE_FOURTH = """\
mkdir started-$$
[ $(ls -d started-* | wc -l) -le 3 ] || [ -e go ] || sleep 600
"""

# A container's process 1 may never look at its dead: those would count as holders of their locks.
INIT = """\
import os, subprocess, sys
from smacwrap.processes import control
control.adopt_orphans()
subprocess.Popen(sys.argv[1:])
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
"""


def test_where_files_cannot_be_locked_a_launch_works_and_survives_a_kill(
    quick: Path, smacwrap: Smacwrap
) -> None:
    (quick.parent / "lib").mkdir()
    (quick.parent / "lib" / "sitecustomize.py").write_text(NO_LOCKS)
    path = os.pathsep.join([str(quick.parent / "lib"), os.environ.get("PYTHONPATH", "")])
    environment = {"PYTHONPATH": path, "PYTHONWARNINGS": "ignore"}
    target = quick.parent / "target.sh"
    write_program(target, target.read_text().replace("shift 5", f"shift 5; {HANG_FROM_THE_FOURTH}"))
    study = quick.parent / "smac-output" / "quick"
    launch = "-m smacwrap launch quick.txt --parallel 2 --runcount-limit 9".split()
    init = subprocess.Popen(
        [sys.executable, "-c", INIT, sys.executable, *launch],
        cwd=quick.parent,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    wait_for(lambda: len(recorded(study, 1)) + len(recorded(study, 2)) == 3)
    second = smacwrap("launch", quick, "--resume", env=environment)
    assert "another launch is at work on this study" in second.stderr
    for process in psutil.Process(init.pid).children(recursive=True):
        process.kill()
    init.wait(60)
    (quick.parent / "go").touch()
    assert "not running" in smacwrap("status", study, env=environment).stdout
    resumed = smacwrap("launch", quick, "--resume", env=environment)
    assert resumed.returncode == 0, resumed
    assert len(recorded(study, 1)) + len(recorded(study, 2)) == 9
