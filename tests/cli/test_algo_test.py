"""`smacwrap algo-test`: the first thing that the author of a scenario does."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import write_program

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]


def test_it_shows_call_string_output_and_result_of_the_default_configuration(
    quick: Path, smacwrap: Smacwrap
) -> None:
    done = smacwrap("algo-test", quick)
    assert done.returncode == 0, done
    call, no_cutoff, output, line, result, *summary = done.stdout.splitlines()
    assert call.startswith("Call:   cd ")
    assert call.endswith(
        "./target.sh no_instance 0 1.7976931348623157E308 2147483647 -1 "
        "-kind 'a' -n '10' -x '0.5' -y '1.0'"
    )
    assert no_cutoff.strip() == "(1.7976931348623157E308 stands for no cutoff)"
    assert output == "Output:"
    assert line.startswith("Result of algorithm run: SAT, 0.01, 1, ")
    assert result.startswith("Result: Result of algorithm run: SAT, 0.01, 1, ")
    assert summary[0].split()[:2] == ["SAT", "after"]


def test_it_takes_values_that_differ_from_the_default(quick: Path, smacwrap: Smacwrap) -> None:
    done = smacwrap("algo-test", quick, "--config", "-kind b -z 0.25")
    assert done.returncode == 0, done
    assert "-kind 'b' -n '10' -x '0.5' -y '1.0' -z '0.25'" in done.stdout


def test_it_runs_on_the_first_instance_with_a_seed(quick: Path, smacwrap: Smacwrap) -> None:
    (quick.parent / "instances").write_text("7 a.cnf hard\n8 b.cnf easy\n")
    words = "--use-instances true --deterministic false --cutoff-time 5 --instance-file".split()
    done = smacwrap("algo-test", quick, *words, "instances")
    assert "./target.sh a.cnf hard 5.0 2147483647 7 -kind" in done.stdout, done


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("-xx 0.25", "unknown parameter 'xx' … did you mean 'x'?"),
        ("-x 7", "'7' is not in the domain of 'x', real [0.0, 1.0]"),
        ("-x", "expected '-name value …', found '-x'"),
        ("x 7", "expected '-name value …', found 'x 7'"),
        ("-x '7", "no closing quotation in '-x '7'"),
        ("-kind c -n 50", "forbidden by {kind=c, n=50}"),
    ],
)
def test_a_configuration_that_cannot_be_is_one_clear_line(
    quick: Path, smacwrap: Smacwrap, config: str, said: str
) -> None:
    done = smacwrap("algo-test", quick, "--config", config)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == "", "nothing was run"


def test_scenario_options_win_over_the_file(quick: Path, smacwrap: Smacwrap) -> None:
    done = smacwrap(
        "algo-test", quick, "--cutoff_time", 3, "--algo", "echo Result for SMAC: SAT, 1, 1, 4, 1,"
    )
    assert done.returncode == 0, done
    assert "Result of algorithm run: SAT, 1.0, 1, 4.0, -1, " in done.stdout
    assert "warning: the target echoed the seed 1, and was given -1" in done.stderr
    assert " no_instance 0 3.0 2147483647 " in done.stdout


def test_a_crash_shows_the_output_and_the_reason_and_exits_with_1(
    quick: Path, smacwrap: Smacwrap
) -> None:
    write_program(quick.parent / "target.sh", "#!/bin/sh\necho no module named keras; kill -9 $$\n")
    done = smacwrap("algo-test", quick)
    assert done.returncode == 1
    assert "no module named keras" in done.stdout
    assert "the target was killed by SIGKILL" in done.stderr


def test_a_missing_scenario_is_one_clear_line(smacwrap: Smacwrap) -> None:
    done = smacwrap("algo-test", "scenaro.txt")
    assert done.returncode == 2
    assert done.stderr.startswith("scenaro.txt: cannot be read: No such file")
