"""What of a job decides on its results: any key but those that only say what is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.wrapper import read_job
from smacwrap.wrapper.job.meaning import meaning_of

JOB = """\
[run]
input = ["in"]
command = "python in.py {flags}"
[result]
quality = "error"
"""


@pytest.fixture
def meaning(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "conf").touch()

    def read(text: str) -> dict[str, str]:
        (tmp_path / "job.toml").write_text(text)
        return meaning_of(read_job(tmp_path / "job.toml"))

    return read


Meaning = Callable[[str], dict[str, str]]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("maximize = true", {"maximize": "true"}),
        ("infeasible = 3", {"infeasible": "3"}),
        ("runtime = 'wallclock_time'", {"runtime": "wallclock_time", "metrics.wallclock_time": ""}),
        ("metrics = { error = 'e: (.*)' }", {"metrics.error": "e: (.*)"}),
        ("metrics = { error = 'json:e' }\njson = 'o.json'", {"metrics.error": "", "json": ""}),
        ("exit_codes = { 0 = 'SAT', 3 = 'TIMEOUT' }", {"exit_codes.0": "", "exit_codes.3": ""}),
        ("statuses = { ABORT = 'stop' }", {"statuses.ABORT": "stop"}),
        ("postprocess = 'sh  p.sh'", {"postprocess": "sh p.sh"}),
        ("[limits]\nmemory = '1 GB'", {"limits.memory": "1000000000"}),
        (
            "[limits]\nwall_time = 5\nover_memory = 'ABORT'",
            {"limits.wall_time": "5", "over_memory": "ABORT"},
        ),
        ("[parameters]\nlr = 'env:LR'", {"parameters.lr": "env:LR"}),
        (
            "[parameters]\nb = '{value}'\na = '-a'",
            {"parameters.b": "", "parameters.a": "-a", "parameters (order)": "b, a"},
        ),
        (
            "[parameters]\nk = { x = '-x', '*' = '' }",
            {"parameters.k.x": "-x", "parameters.k.*": ""},
        ),
    ],
)
def test_a_key_that_decides_is_part_of_the_meaning(
    meaning: Meaning, more: str, expected: dict[str, str]
) -> None:
    plain, now = meaning(JOB), meaning(JOB + more + "\n")
    new = {key: value for key, value in now.items() if plain.get(key) != value}
    assert new.keys() == expected.keys()
    assert all(new[key] == value for key, value in expected.items() if value)
    assert plain == {"command": "python in.py '{flags}'", "quality": "error"}


@pytest.mark.parametrize(
    "same",
    [
        JOB + "maximize = false\nexit_codes = { 0 = 'SAT' }\n",
        JOB + "metrics = { other = 'o: (.*)' }\n",
        JOB + "[limits]\ngrace = 9\n",
        JOB.replace('["in"]', '"in"\noutputs = "*.h5"\ndata = "in"'),
        "# new\n" + JOB.replace(" = ", "   =   "),
    ],
)
def test_layout_defaults_and_what_is_only_kept_are_not(meaning: Meaning, same: str) -> None:
    assert meaning(same) == meaning(JOB)


def test_templates_config_and_outputs_of_postprocessing_count(meaning: Meaning) -> None:
    table = JOB.replace("[result]", 'templates = ["conf"]\noutputs = ["b", "a"]\n[result]')
    now = meaning(table + "postprocess = 'true'\n")
    assert now["templates"] == "conf as conf"
    assert now["outputs"] == "a, b"
    config = meaning(
        JOB.replace("[result]", "config = 'c.json'\n[parameters]\n'*' = 'json:{name}'\n[result]")
    )
    assert config["config"] == "c.json"
