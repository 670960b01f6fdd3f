"""The benchmark of the search: it compares, goes on where it was interrupted, and reports."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scripts.conftest import SCRIPTS


def bench(*words: object, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(SCRIPTS / "bench_search.py"), *map(str, words)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", "SMAC2_HOME": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


TINY = ("--problems", "branin,vessel", "--seeds", 2, "--runs", 10)
RESULTS = "bench-search.jsonl"


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / RESULTS).read_text().splitlines()]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> "subprocess.CompletedProcess[str]":
    folder = tmp_path_factory.mktemp("bench")
    done = bench(*TINY, "--peers", "smacwrap,random", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    done.args = folder
    return done


def test_a_comparison_prints_regrets_and_mean_ranks(compared) -> None:
    for runs in (2, 5, 10):
        assert f"median regret after {runs} runs" in compared.stdout
    ranks = re.findall(r"mean rank \(2 problems\) +│ +(\S+) │ +(\S+) │", compared.stdout)
    assert len(ranks) == 3
    assert all(float(ours) + float(random) == 3 for ours, random in ranks)


def test_each_search_is_one_line_whose_incumbents_never_get_worse(compared) -> None:
    found = lines(compared.args)
    keys = {(line["problem"], line["peer"], line["seed"]) for line in found}
    assert len(found) == len(keys) == 2 * 2 * 2
    for line in found:
        incumbents = line["incumbents"]
        assert len(incumbents) == 10
        assert incumbents == sorted(incumbents, reverse=True)
        assert incumbents[-1] > {"branin": 0.397887, "vessel": 6059.7}[line["problem"]]


def test_what_is_there_is_not_made_again(compared, tmp_path) -> None:
    kept = (compared.args / RESULTS).read_text().splitlines(keepends=True)
    (tmp_path / RESULTS).write_text("".join(kept[:-1]))
    again = bench(*TINY, "--peers", "smacwrap,random", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    made = (tmp_path / RESULTS).read_text().splitlines(keepends=True)
    assert made[:-1] == kept[:-1]
    assert json.loads(made[-1])["incumbents"] == json.loads(kept[-1])["incumbents"]
    assert again.stdout == compared.stdout


def test_a_report_makes_no_search(compared, tmp_path) -> None:
    words = ("--report", "--results", compared.args / RESULTS)
    assert bench(*TINY, *words, cwd=tmp_path).stdout == compared.stdout
    assert not list(tmp_path.iterdir())


def test_four_workers_share_the_budget(tmp_path) -> None:
    words = ("--problems", "levy", "--seeds", 1, "--runs", 10, "--peers", "smacwrap")
    done = bench(*words, "--workers", 4, cwd=tmp_path)
    assert "smacwrap, 4 workers" in done.stdout, done.stderr
    (line,) = lines(tmp_path)
    assert (line["workers"], len(line["incumbents"])) == (4, 10)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--problems", "branyn"), r"no problem 'branyn'.* did you mean 'branin'\?"),
        (("--peers", "smac4"), r"no peer 'smac4'"),
        (("--peers", "smac v2"), r"without smac v2: SMAC2_HOME is not set"),
        (("--peers", "smac3 hpo", "--workers", 2), r"without smac3 hpo: only our own engines"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(words, message, tmp_path) -> None:
    done = bench("--seeds", 1, "--runs", 2, "--problems", "levy", *words, cwd=tmp_path)
    assert re.search(message, done.stdout + done.stderr), done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_results_file_is_named_with_its_line(tmp_path) -> None:
    (tmp_path / RESULTS).write_text('{"half a li')
    done = bench(*TINY, "--report", cwd=tmp_path)
    assert done.returncode == 2
    assert f"{RESULTS}:1: not a line of results" in done.stdout


def test_peers_start_with_the_default_and_stay_inside_the_space(monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from searching.peers.registry import PEERS, missing, search_of
    from searching.problem import Problem, Target

    from smacwrap.pcs import from_text

    pcs = """\
    x real [0.001, 10] [1] log
    n integer [1, 50] [10] log
    m integer [-5, 5] [0]
    o ordinal {low, mid, high} [mid]
    kind categorical {a, b, c} [a]
    z real [0, 1] [0.25]
    inner categorical {u, v} [u]
    w integer [0, 9] [3]
    z | kind in {b, c}
    inner | kind == c
    w | inner == v
    {kind=c, o=low}
    """
    # SMAC3 takes our space as it is, and its time.
    for name in PEERS:
        if missing(name) or name.startswith("smac3"):
            continue
        seen = []

        def cost(values, seen=seen):
            seen.append(values)
            return None if values["x"] > 5 else values["x"] + values["m"]

        target = Target(Problem("all kinds", "mixed", pcs, cost), 1, 30)
        search_of(name)(target, 1)
        assert len(seen) == 30, name
        assert seen[0] == pytest.approx({"x": 1, "n": 10, "m": 0, "o": "mid", "kind": "a"}), name
        assert {values["kind"] for values in seen} == {"a", "b", "c"}, name
        for values in seen:
            texts = {key: str(value) for key, value in values.items()}
            assert set(dict(from_text(target.space, texts))) == set(values), name
