"""Domains of very many values: no engine lists them."""

import json
import subprocess
import sys

import pytest

from smacwrap.engines import ENGINES

MANY = ", ".join(f"v{i}" for i in range(10_000))
SPACES = {
    "log": "n integer [2, 2147483647] [31] log\nx real [0, 1] [0.5]",
    "linear": "n integer [0, 2147483647] [31]\nx real [0, 1] [0.5]",
    "alone": "n integer [1, 2147483647] [31] log",
    "two": "n integer [0, 100000000000000] [1]\nm integer [1, 100000000000000] [1] log",
    "widest": "n integer [-9007199254740991, 9007199254740991] [9007199254740990]",
    "categorical": f"c categorical {{{MANY}}} [v7]\nx real [0, 1] [0.5]",
    "ordinal": f"o ordinal {{{MANY}}} [v7]\nk categorical {{a, b}} [a]",
    "two texts": f"o ordinal {{{MANY}}} [v7]\nc categorical {{{MANY}}} [v7]",
    "conditional": "k categorical {a, b} [a]\nn integer [1, 2147483647] [1]\nn | k == b",
    "forbidden": "n integer [1, 2147483647] [3]\nm integer [1, 2147483647] [3]\n{n > m + 1000}",
    "many small": "\n".join(f"p{i:03} categorical {{a, b}} [a]" for i in range(500)),
}

# Beyond the limits a process would be killed, and with it maybe others.
SCRIPT = """\
import json, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
from smacwrap.engines import Pending, Search, Seeds, make_engine
from smacwrap.history import Objective, Run
from smacwrap.pcs import parse_pcs, to_text
from smacwrap.protocol import Result, Status

def drive(name, space):
    default = space.get_default_configuration()
    search = Search(space, Objective("QUALITY"), 1, budget=100, initial=[default], seeds=Seeds())
    engine = make_engine(name, search)
    pending, made = [Pending(to_text(space.sample_configuration()))], []
    for i in range(9):
        suggestion = engine.ask(pending)
        made.append(json.dumps(suggestion.configuration))
        result = Result(Status.SAT, 1.0, 0, (i * 7 % 5) + 0.1 * i, suggestion.seed)
        settings, active = suggestion.settings, suggestion.active
        engine.tell(Run(settings, active, result, 1.0, seed=suggestion.seed))
    assert len(set(made)) == len(made), made

spaces = json.load(sys.stdin)
drive(sys.argv[1], parse_pcs("x real [0, 1] [0.5]"))
for name, text in spaces.items():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    drive(sys.argv[1], parse_pcs(text))
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(name, more // 1024, "MB")
    assert more < 150 * 1024, (name, more)
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_proposes_and_learns_in_little_memory(engine: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", SCRIPT, engine],
        input=json.dumps(SPACES),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
