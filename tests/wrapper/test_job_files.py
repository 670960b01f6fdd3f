"""Whole jobs as people write them: each way to give values to a target and to read its result."""

import json
import shlex
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.protocol import Result, Status, parse_result_line

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

HEAD = "no_instance 0 1.7976931348623157E308 2147483647 7".split()

HOSTILE = {
    "a": ";rm -rf ~; touch pwned",
    "b": "$(touch pwned)",
    "c": "`touch pwned`",
    "d": "two\nlines\n",
    "e": "--help",
    "f": "'\"\\ $HOME * | & > <",
    "g": "",
    "h": "{a} ${a} %s",
}


def run(
    smacwrap: Smacwrap, folder: Path, job: str, call: list[str] | None = None, **files: str
) -> tuple[Result, "subprocess.CompletedProcess[str]"]:
    """A job once, with these files (`a_py` is a.py) as its inputs."""
    (folder / "input").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "input" / name.replace("_", ".")).write_text(text)
    (folder / "job.toml").write_text(job)
    done = smacwrap("run", "job.toml", *(call or [*HEAD, "-x", "0.5"]))
    return parse_result_line(done.stdout.splitlines()[-1]), done


def kept(folder: Path, result: Result, name: str) -> bytes:
    """A file of the run's bundle."""
    bundle = result.additional.split("zip=")[1].split(";")[0]
    with zipfile.ZipFile(folder / "smacwrap-runs" / bundle) as archive:
        return archive.read(name)


def flags(parameters: dict[str, str]) -> list[str]:
    return [word for name, value in parameters.items() for word in (f"-{name}", value)]


SHOW = """
import json, os, sys
json.dump({"words": sys.argv[1:], "env": {k: os.environ[k] for k in os.environ if k[:3] == "HP_"},
           "config": json.load(open("config.json")) if os.path.exists("config.json") else None},
          open("seen.json", "w"))
print("loss\\t1")
"""


@pytest.mark.parametrize("tail", ["", " | cat"], ids=["without a shell", "in a shell"])
def test_hostile_values_reach_the_target_as_plain_text_however_they_are_spelled(
    tmp_path: Path, smacwrap: Smacwrap, tail: str
) -> None:
    for spelling, expected in (
        ("-{name} {value}", flags(HOSTILE)),
        ("--{name}={value}", [f"--{name}={value}" for name, value in HOSTILE.items()]),
        ("{value}", list(HOSTILE.values())),
        ("env:HP_{name}", []),
        ("json:{name}", []),
    ):
        config = "config = 'config.json'" if spelling.startswith("json") else ""
        job = f"""
            [run]
            input = "input"
            command = "python show.py {{flags}}{tail}"
            outputs = "seen.json"
            {config}
            [parameters]
            "*" = "{spelling}"
            [result]
            quality = "loss"
        """
        result, _ = run(smacwrap, tmp_path, job, [*HEAD, *flags(HOSTILE)], show_py=SHOW)
        assert result.status is Status.SAT
        seen = json.loads(kept(tmp_path, result, "outputs/seen.json"))
        assert seen["words"] == expected
        assert seen["env"] == (
            {f"HP_{k}": v for k, v in HOSTILE.items()} if spelling[:3] == "env" else {}
        )
        assert seen["config"] == (HOSTILE if config else None)
    assert not list(tmp_path.rglob("pwned"))


def test_names_with_odd_characters_are_names_everywhere(tmp_path: Path, smacwrap: Smacwrap) -> None:
    job = """
        [run]
        input = "input"
        command = "python show.py {flags} {@1:a.b+c/d} {-x}"
        outputs = ["seen.json", "out.txt"]
        templates = { "in.txt" = "out.txt" }
        [parameters]
        "@1:a.b+c/d" = "--first {value}"
        [result]
        quality = "loss"
    """
    call = [*HEAD, "-@1:a.b+c/d", "'1'", "--x", "2"]
    result, _ = run(
        smacwrap, tmp_path, job, call, show_py=SHOW, in_txt="${@1:a.b+c/d} ${-x} ${seed}"
    )
    seen = json.loads(kept(tmp_path, result, "outputs/seen.json"))
    assert seen["words"] == ["--x", "2", "--first", "1", "1", "2"]
    assert kept(tmp_path, result, "outputs/out.txt") == b"1 2 7"


def test_a_template_is_filled_in_the_runs_folder_only(tmp_path: Path, smacwrap: Smacwrap) -> None:
    job = """
        [run]
        input = "input"
        command = "sh ./model.sh"
        templates = "model.sh"
        [result]
        quality = "loss"
    """
    text = "printf 'loss\\t%s\\n' ${x}  # $${HOME}\n"
    result, _ = run(smacwrap, tmp_path, job, model_sh=text)
    assert (result.status, result.quality) == (Status.SAT, 0.5)
    assert (tmp_path / "input" / "model.sh").read_text() == text
    assert kept(tmp_path, result, "model.sh").endswith(b"0.5  # ${HOME}\n")


def test_an_undefined_name_in_a_template_is_crashed_with_file_and_line(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    job = "[run]\ninput = 'input'\ncommand = 'sh model.sh'\ntemplates = 'model.sh'\n"
    result, done = run(smacwrap, tmp_path, job, model_sh="echo ${x}\necho ${y}\n")
    assert result.status is Status.CRASHED
    assert f"{tmp_path}/input/model.sh:2: ${{y}} is not an active parameter" in done.stderr


def test_a_result_can_be_a_json_file_but_never_one_of_an_earlier_run(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    job = """
        [run]
        input = "input"
        command = "sh run.sh"
        [result]
        quality = "json:val.acc"
        json = "result.json"
        maximize = true
    """
    write = """echo '{"val": {"acc": 0.75}}' > result.json"""
    stale = '{"val": {"acc": 1}}'
    result, _ = run(smacwrap, tmp_path, job, run_sh=write, result_json=stale)
    assert (result.status, result.quality) == (Status.SAT, -0.75)
    assert "val.acc=0.75" in result.additional
    assert json.loads(kept(tmp_path, result, "outputs/result.json"))["val"]["acc"] == 0.75
    result, done = run(smacwrap, tmp_path, job, run_sh="true", result_json=stale)
    assert result.status is Status.CRASHED
    assert "quality 'val.acc' is nowhere in result.json" in done.stderr
    for names in ('["input/run.sh", "input/result.json"]', '"input"'):
        changed = job.replace('"input"', names).replace('"result.json"', '"./result.json"')
        result, _ = run(smacwrap, tmp_path, changed, run_sh="true", result_json=stale)
        assert result.status is Status.CRASHED
        result, _ = run(smacwrap, tmp_path, changed, run_sh=write, result_json=stale)
        assert result.quality == -0.75


def test_the_exit_code_or_the_plain_run_time_can_be_the_quality(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    job = "[run]\ncommand = 'sh -c \"exit 3\"'\n[result]\nquality = 'exit_code'\n"
    result, _ = run(smacwrap, tmp_path, job)
    assert (result.status, result.quality) == (Status.SAT, 3)
    job = "[run]\ncommand = 'sleep 0.3'\n[result]\nquality = 'wallclock_time'\n"
    result, _ = run(smacwrap, tmp_path, job)
    assert 0.3 <= result.quality < 30
    assert result.runtime < result.quality


POST = """
import pathlib
log = pathlib.Path("log.txt").read_text()
model = pathlib.Path("model.txt").read_text()
print("score", len(log) + float(model), sep="\\t")
"""


def test_post_processing_sees_inputs_outputs_and_log_and_prints_metrics(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    job = """
        [run]
        input = "input"
        command = "sh -c 'echo hello; echo 0.5 > model.txt'"
        outputs = "model.txt"
        [result]
        quality = "score"
        postprocess = "python post.py {flags}"
    """
    result, _ = run(smacwrap, tmp_path, job, post_py=POST)
    assert (result.status, result.quality) == (Status.SAT, 6.5)
    assert kept(tmp_path, result, "log.txt").startswith(b"hello\nsmacwrap: measured")
    assert kept(tmp_path, result, "postprocess.txt") == b"score\t6.5\n"
    assert [p.suffix for p in (tmp_path / "smacwrap-runs").glob("run-*")] == [".zip"]


@pytest.mark.parametrize(
    ("post", "reason"),
    [
        ("import sys; print('score\\t1'); sys.exit(4)", "post-processing ended with exit code 4"),
        ("print('hello')", "quality 'score' is nowhere in its output"),
        ("", "the post-processing cannot be started: "),
    ],
)
def test_post_processing_that_fails_is_crashed_with_its_reason(
    tmp_path: Path, smacwrap: Smacwrap, post: str, reason: str
) -> None:
    job = "[run]\ninput = 'input'\ncommand = 'echo hello'\n[result]\nquality = 'score'\n"
    job += f"postprocess = '{'python post.py' if post else 'no-such-program'}'\n"
    result, done = run(smacwrap, tmp_path, job, post_py=post)
    assert result.status is Status.CRASHED
    assert reason in done.stderr
    assert kept(tmp_path, result, "log.txt").startswith(b"hello\nsmacwrap: measured")


def test_a_solver_that_answers_by_its_exit_code_gives_run_times(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    job = """
        [run]
        command = "sh -c 'exit {code}'"
        [result]
        quality = "cpu_time"
        exit_codes = { 10 = "SAT", 20 = "UNSAT" }
    """.replace("'exit {code}'", "'exit $1' sh {code}")
    for code, status in ((10, Status.SAT), (20, Status.UNSAT), (0, Status.CRASHED)):
        result, _ = run(smacwrap, tmp_path, job, [*HEAD, "-code", str(code)])
        assert result.status is status


def test_an_infeasible_configuration_is_unsat_with_the_jobs_quality(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    job = """
        run.command = "echo does not fit"
        [result]
        quality = "acc"
        maximize = true
        infeasible = 0.0
        statuses = { UNSAT = "does not fit" }
    """
    result, _ = run(smacwrap, tmp_path, job)
    assert (result.status, result.quality) == (Status.UNSAT, 0.0)


def test_a_call_in_aclib_2s_form_is_answered_in_both_forms(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    job = "[run]\ncommand = 'printf \"loss\\\\t%s\\\\n\" {lr}'\n[result]\nquality = 'loss'\n"
    (tmp_path / "a.cnf").touch()
    call = ["--instance", "a.cnf", "--cutoff", "9", "--seed", "3", "--config", "-lr", "0.25"]
    result, done = run(smacwrap, tmp_path, job, call)
    aclib, classic = done.stdout.splitlines()
    assert aclib.startswith('Result of this algorithm run: {"status": "SUCCESS", "cost": 0.25')
    assert parse_result_line(aclib).quality == result.quality == 0.25
    assert (parse_result_line(classic).seed, result.status) == (3, Status.SAT)


def test_where_the_run_time_is_the_quality_a_timeout_costs_it_in_both_forms(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    job = "[run]\ncommand = 'sleep 30'\n[result]\nquality = 'cpu_time'\n"
    call = "--instance i --cutoff 0.2 --seed 3 --config -lr 0.25".split()
    result, done = run(smacwrap, tmp_path, job, call)
    assert '{"status": "TIMEOUT", "cost": 0.2, "runtime": 0.2' in done.stdout
    assert (result.status, result.runtime, result.quality) == (Status.TIMEOUT, 0.2, 0.2)


def test_a_target_that_stops_itself_at_its_cutoff_is_believed(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    # It has printed its answer, too, when it is ended.
    job = "[run]\ncommand = 'sleep {cutoff}; echo Result for SMAC: SAT, 1.01, 0, 7, {seed}; %s'"
    call = ["i", "0", "1.0", "0", "3", "-lr", "0.25"]
    result, done = run(smacwrap, tmp_path, job % "true", call)
    assert (result.status, result.quality, result.runtime) == (Status.SAT, 7, 1.01)
    result, done = run(smacwrap, tmp_path, job % "sleep 30", call)
    assert (result.status, result.quality) == (Status.SAT, 7)
    assert "the target printed its result, and ran on to the limit of wall time" in done.stderr
    strict = job % "sleep 30" + "\n[limits]\nwall_time = 0.5"
    result, done = run(smacwrap, tmp_path, strict, call)
    assert (result.status, result.runtime) == (Status.TIMEOUT, 1.0)


def test_quoted_values_are_the_same_as_bare_ones(tmp_path: Path, smacwrap: Smacwrap) -> None:
    job = "[run]\ncommand = 'printf \"loss\\\\t%s\\\\n\" {lr}'\n[result]\nquality = 'loss'\n"
    for value in ("0.25", "'0.25'"):
        assert run(smacwrap, tmp_path, job, [*HEAD, "-lr", value])[0].quality == 0.25


def test_an_instance_that_is_a_file_is_found_from_the_runs_folder(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    (tmp_path / "instances").mkdir()
    (tmp_path / "instances" / "a.txt").write_text("loss\t4\n")
    job = "[run]\ncommand = 'cat {instance}'\n[result]\nquality = 'loss'\n"
    result, _ = run(smacwrap, tmp_path, job, ["instances/a.txt", *HEAD[1:], "-x", "1"])
    assert result.quality == 4


def test_warnings_are_said_and_kept_and_do_not_change_the_result(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    line = "echo Result for SMAC: SAT, 1, 1, 0.5, "
    job = "[run]\ninput = 'input'\ncommand = 'sh run.sh'\noutputs = 'model.h5'\n"
    result, done = run(smacwrap, tmp_path, job, run_sh=f"{line}99\n{line}7\n")
    assert (result.status, result.quality, result.seed) == (Status.SAT, 0.5, 7)
    warnings = [
        "the target printed more than one result line; the first one counts",
        "the target echoed the seed 99, and was given 7",
        "there is no output file 'model.h5'",
    ]
    assert json.loads(kept(tmp_path, result, "call.json"))["warnings"] == warnings
    for warning in warnings:
        assert f"smacwrap run: {warning}\n" in done.stderr


def test_folders_among_the_outputs_are_kept_with_what_is_in_them(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    script = "mkdir -p m/assets; echo w > m/variables; printf 'loss\\t1\\n'"
    job = "[run]\ninput = 'input'\ncommand = 'sh run.sh'\noutputs = ['m', '*.keras']\n"
    job += "[result]\nquality = 'loss'\npostprocess = 'ls m/variables m'\n"
    result, done = run(smacwrap, tmp_path, job, run_sh=script)
    assert result.status is Status.SAT, done.stderr
    assert kept(tmp_path, result, "outputs/m/variables") == b"w\n"
    assert kept(tmp_path, result, "outputs/m/assets/") == b""
    assert kept(tmp_path, result, "postprocess.txt") == b"m/variables\n\nm:\nassets\nvariables\n"
    assert "smacwrap run: no output file matches '*.keras'\n" in done.stderr
    assert "warnings=no output file matches '*.keras'" in result.additional


def test_large_inputs_are_stored_once_and_every_run_names_them(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "large").write_bytes(2_000_000 * b"\0")
    job = "[run]\ninput = 'input'\ntemplates = ['t.sh']\ncommand = 'sh t.sh'\n"
    job += "[result]\nquality = 'loss'\npostprocess = 'wc -c large t.sh log.txt'\n"
    template = "printf 'loss\\t${x}\\n'"
    results = [
        run(smacwrap, tmp_path, job, [*HEAD, "-x", x], t_sh=template)[0] for x in ("1", "25")
    ]
    assert [result.quality for result in results] == [1, 25]
    (stored,) = (tmp_path / "smacwrap-runs").glob("inputs-*.zip")
    hash_ = stored.stem.removeprefix("inputs-")
    with zipfile.ZipFile(stored) as archive:
        assert archive.namelist() == ["large"], "what is filled in is each run's own"
    for result, x in zip(results, ("1", "25"), strict=True):
        assert f"inputs={hash_};" in result.additional
        call = json.loads(kept(tmp_path, result, "call.json"))
        assert (call["inputs"], call["inputs_zip"]) == (hash_, stored.name)
        assert kept(tmp_path, result, "t.sh").decode() == template.replace("${x}", x)
        assert b"2000000 large" in kept(tmp_path, result, "postprocess.txt")
    listed = json.loads(stored.with_suffix(".json").read_text())
    assert (listed["inputs"], set(listed["files"])) == (hash_, {"large", "t.sh"})
    changed, _ = run(smacwrap, tmp_path, job, t_sh=template + "\n")
    assert hash_ not in changed.additional, "a template is an input"


def test_what_is_left_in_an_input_folder_by_editors_does_no_harm(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    job = "[run]\ninput = 'input'\ncommand = 'sh run.sh'\n[result]\nquality = 'loss'\n"
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / ".#run.sh").symlink_to("user@host.4242:1700000000")
    result, done = run(smacwrap, tmp_path, job, run_sh="printf 'loss\\t1\\n'")
    assert (result.status, result.quality) == (Status.SAT, 1)
    warning = "left out of the inputs: .#run.sh (a link that leads nowhere)"
    assert f"smacwrap run: {warning}\n" in done.stderr
    assert json.loads(kept(tmp_path, result, "call.json"))["warnings"] == [warning]


def test_a_job_limits_the_memory_of_a_run(tmp_path: Path, smacwrap: Smacwrap) -> None:
    job = """
        [run]
        input = "input"
        command = "python eat.py"
        [result]
        quality = "loss"
        [limits]
        memory = "100 MB"
    """
    eat = "import time\nall = [bytearray(b'x' * 10_000_000) for _ in range(60)]\n"
    eat += "time.sleep(3)\nprint('loss\\t1')"
    result, done = run(smacwrap, tmp_path, job, eat_py=eat)
    assert result.status is Status.CRASHED
    assert "the target went over its limit of memory" in done.stderr


def test_abort_is_passed_on_with_its_reason(tmp_path: Path, smacwrap: Smacwrap) -> None:
    job = "run.command = 'echo no licence'\n[result]\nstatuses.ABORT = 'no licence'\n"
    result, done = run(smacwrap, tmp_path, job)
    assert result.status is Status.ABORT
    assert "smacwrap run: the target reported ABORT" in done.stderr


def test_secrets_of_the_environment_are_not_kept(tmp_path: Path, smacwrap: Smacwrap) -> None:
    (tmp_path / "job.toml").write_text("run.command = 'true'\nresult.quality = 'cpu_time'\n")
    done = smacwrap("run", "job.toml", *HEAD, "-x", "1", env={"API_TOKEN": "hunter2hunter2"})
    result = parse_result_line(done.stdout)
    assert "hunter2" not in kept(tmp_path, result, "call.json").decode()
    assert "hunter2" not in done.stdout + done.stderr


def test_a_line_for_the_shell_repeats_a_run(tmp_path: Path, smacwrap: Smacwrap) -> None:
    job = "[run]\ncommand = 'printf \"loss\\\\t%s\\\\n\" {lr} | cat'\n[result]\nquality = 'loss'\n"
    result, _ = run(smacwrap, tmp_path, job, [*HEAD, "-lr", "0.5"])
    call = json.loads(kept(tmp_path, result, "call.json"))
    again = subprocess.run(shlex.join(call["command"]), shell=True, capture_output=True, text=True)
    assert again.stdout == "loss\t0.5\n"
