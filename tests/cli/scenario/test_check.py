"""`smacwrap scenario check`: everything that would stop or surprise a launch, in one go."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.scenario import find_option
from tests.conftest import SCENARIO, write_program

Check = Callable[..., str]

JOB = """\
[run]
input = ["train.sh"]
command = "./train.sh {flags}"
[result]
quality = "error"
metrics = { error = 'Val error: (\\S+)' }
"""


@pytest.fixture
def check(folder: Path, call) -> Check:
    """What `check quick.txt` prints once these lines stand at the scenario's end."""

    def check(*added: str, options: tuple[str, ...] = (), exit_code: int = 0) -> str:
        with (folder / "quick.txt").open("a") as file:
            file.writelines(f"{line}\n" for line in added)
        done = call("check", "quick.txt", *options)
        assert done.err == ""
        assert done.code == exit_code, done.out
        return done.out

    return check


@pytest.fixture
def job(folder: Path) -> Callable[[str], None]:
    """Makes the target a job with this command, which packs `train.sh`."""
    write_program(folder / "train.sh", "#!/bin/sh\necho Val error: 0.5\n")
    text = SCENARIO.replace("./target.sh", "smacwrap run job.toml")
    (folder / "quick.txt").write_text(text)

    def write(command: str = "./train.sh {flags}") -> None:
        (folder / "job.toml").write_text(JOB.replace("./train.sh {flags}", command))

    write()
    return write


def test_a_scenario_that_can_be_launched_is_ok(check: Check) -> None:
    assert check() == "quick.txt: ok\n"


def test_the_shipped_scenarios_are_ok(call, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[3]
    monkeypatch.chdir(root)
    # Those that need no instances, which a script has to write first.
    files = [
        path.relative_to(root)
        for path in sorted(root.glob("scenarios/*/scenario.txt"))
        if path.parent.name != "clasp"
    ]
    done = call("check", *files, "--strict", "--outdir", "nowhere")
    assert done.code == 0
    assert [f"{file}: ok" for file in files] == [
        line for line in done.out.splitlines() if ": ok" in line
    ]


def test_what_does_not_load_is_shown_with_its_place_and_ends_in_2(check: Check) -> None:
    assert check("cutof = 3", "deterministic = yes", exit_code=2) == (
        "quick.txt:6:1: error: unknown option 'cutof' … did you mean 'cutoff_time'?\n"
        "    cutof = 3\n"
        "    ^^^^^\n"
        "quick.txt:7:17: error: deterministic: 'yes' is not true or false\n"
        "    deterministic = yes\n"
        "                    ^^^\n"
        "quick.txt: 2 errors (fix these first; the rest was not checked)\n"
    )


def test_several_files_are_checked_one_by_one_with_the_same_options(folder: Path, call) -> None:
    (folder / "other.txt").write_text(SCENARIO)
    done = call("check", "--runObj=RUNTIME", "quick.txt", "--cutoff-time", 5, "other.txt", "no.txt")
    assert done.code == 2
    assert done.out.splitlines() == [
        "quick.txt: ok",
        "other.txt: ok",
        "no.txt: error: cannot be read: No such file or directory",
        "no.txt: 1 error (fix these first; the rest was not checked)",
    ]


def test_an_option_that_no_scenario_has_is_an_error_of_the_command_line(folder: Path, call) -> None:
    done = call("check", "quick.txt", "--stict")
    assert (done.code, done.out) == (2, "")
    assert "unknown option '--stict' … did you mean '--strict'?" in done.err
    assert "name a scenario file" in call("check", "--outdir", "x").err


def test_warnings_pass_unless_they_are_taken_strictly(folder: Path, check: Check) -> None:
    text = SCENARIO.replace("numberOfRunsLimit = 12\n", "")
    (folder / "quick.txt").write_text(text)
    expected = (
        "quick.txt: warning: no limit is set, so a launch never ends: "
        "add a line such as runcount-limit = 100\n"
        "quick.txt: warning: nothing ends a target that hangs: "
        "add a line such as cutoff-time = 3600 (seconds)\n"
        "quick.txt: ok, 2 warnings\n"
    )
    assert check() == expected
    assert check(options=("--strict",), exit_code=1) == expected
    limits = ("--strict", "--wallclock-limit", "9", "--cutoff-time", "5")
    assert check(options=limits) == "quick.txt: ok\n"


@pytest.mark.parametrize("limit", ["wallclock-limit", "tunerTimeout"])
def test_a_limit_of_time_without_a_cutoff_is_a_warning_at_its_line(
    check: Check, limit: str
) -> None:
    until = "until then " if limit == "wallclock-limit" else ""
    place = f"quick.txt:6:{len(limit) + 4}: warning: {limit}"
    assert f"{place}: {until}nothing ends a target that hangs" in check(f"{limit} = 9")
    assert check("cutoff_time = 5", f"{limit} = 9") == "quick.txt: ok\n"


def test_a_jobs_own_limit_ends_a_target_that_hangs(folder: Path, job, check: Check) -> None:
    found = check("wallclock-limit = 9")
    assert "or wall_time = 3600 to [limits] in job.toml" in found
    with (folder / "job.toml").open("a") as file:
        file.write("\n[limits]\nwall_time = 60\n")
    assert "hangs" not in check("wallclock-limit = 9")


def test_runtime_without_a_cutoff_is_a_warning_at_its_line(check: Check) -> None:
    assert "quick.txt:6:10: warning: runObj: a slow run is never cut off" in check(
        "runObj = RUNTIME"
    )
    assert "a slow run" not in check("cutoff_time = 5")


def test_what_launch_refuses_is_refused_here_in_the_same_words(
    folder: Path, check: Check, smacwrap: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    (folder / "train.txt").write_text("train.txt\n")
    found = check("use-instances = true", "instances = train.txt", exit_code=2)
    refused = smacwrap("launch", "quick.txt").stderr
    assert "runs on instances are not supported yet: set use-instances = false" in found
    assert "runs on instances are not supported yet: set use-instances = false" in refused


def test_errors_of_the_pcs_file_are_shown_with_their_place(folder: Path, check: Check) -> None:
    (folder / "params.pcs").write_text("x real [0, 1] [0.5]\ny real [0, 1] [2]\n")
    found = check(exit_code=2)
    assert found.startswith("params.pcs:2:16: error: ")
    assert "\n    y real [0, 1] [2]\n                   ^" in found


def test_a_target_that_cannot_be_started_is_an_error_at_its_line(
    folder: Path, check: Check
) -> None:
    (folder / "target.sh").chmod(0o644)
    found = check(exit_code=2)
    assert "quick.txt:5:8: error: " in found
    assert f"{folder}/target.sh is not executable" in found
    assert "    algo = ./target.sh\n           ^^^^^^^^^^^\n" in found
    assert "no program 'targett'" in check(options=("--algo", "targett"), exit_code=2)


def test_options_without_effect_are_named_with_their_lines_and_the_reason(check: Check) -> None:
    *findings, summary = check("rf-num-trees = 3", "checkSATConsistency = 0").splitlines()
    why = [
        option.here
        for name in ("rf-num-trees", "check-sat-consistency")
        if (option := find_option(name))
    ]
    assert findings == [
        f"quick.txt:6:16: info: rf-num-trees: no effect here: {why[0]}",
        f"quick.txt:7:23: info: checkSATConsistency: no effect here: {why[1]}",
    ]
    assert summary == "quick.txt: ok"


def test_instances_without_features_are_told_of(folder: Path, check: Check) -> None:
    (folder / "train.txt").write_text("a\nb\n")
    (folder / "test.txt").write_text("a\nc\n")
    (folder / "features.csv").write_text("instance,size\na,1\nb,2\n")
    added = ("instances = train.txt", "test-instances = test.txt")
    assert check(*added).count("ignored, because use-instances is false") == 2
    with_instances = ("--use-instances", "true")
    found = check(options=with_instances, exit_code=2)
    assert "quick.txt:6:13: info: instances: add a feature-file" in found
    assert "quick.txt:1:17" not in found, "the command line's setting holds"
    assert "error: --use-instances: runs on instances are not supported yet" in found
    found = check("feature-file = features.csv", options=with_instances, exit_code=2)
    assert "quick.txt:7:18: info: test-instances: 1 of them have no features, such as 'c'" in found


def test_a_missing_instance_file_is_an_error_at_its_line(check: Check) -> None:
    found = check("instances = nowhere.txt", "use-instances = true", exit_code=2)
    assert "quick.txt:6:13: error: instances: no file or folder 'nowhere.txt'" in found


def test_an_existing_study_is_told_of(folder: Path, check: Check) -> None:
    study = folder / "smac-output" / "quick"
    study.mkdir(parents=True)
    assert check() == "quick.txt: ok\n"
    (study / "live-rundata-1.json").write_text("[]\n")
    assert f"info: the study {study} exists: a launch needs --resume or --overwrite" in check()


def test_a_relative_output_folder_is_told_of(folder: Path, check: Check) -> None:
    found = check("outdir = results")
    assert f"info: outdir: a relative folder: from here, {folder}/results" in found
    assert check(options=("--outdir", str(folder))) == "quick.txt: ok\n"


def test_an_output_folder_that_cannot_be_written_is_an_error(folder: Path, check: Check) -> None:
    assert "quick.txt is no folder that you may write to" in check(
        "outdir = quick.txt", exit_code=2
    )


def test_a_good_job_is_ok(job, check: Check) -> None:
    assert check() == "quick.txt: ok\n"


def test_a_job_that_is_missing_or_not_named_is_an_error(folder: Path, job, check: Check) -> None:
    (folder / "job.toml").unlink()
    assert "quick.txt:5:8: error: algo: no file 'job.toml', looked for from" in check(exit_code=2)
    assert "needs a job file" in check(options=("--algo", "smacwrap run"), exit_code=2)


def test_a_job_is_looked_for_where_a_run_looks_for_it(folder: Path, job, check: Check) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (folder / "job.toml").rename(elsewhere / "job.toml")
    assert "no file 'job.toml'" in check(exit_code=2)
    (elsewhere / "train.sh").touch()
    assert check("execdir = elsewhere") == "quick.txt: ok\n"


def test_all_problems_of_a_job_file_are_shown(folder: Path, job, check: Check) -> None:
    (folder / "job.toml").write_text("[run]\ncomand = 'x'\ninput = 'nowhere'\n")
    found = check(exit_code=2)
    assert "job.toml:2: error: unknown key in [run] 'comand' … did you mean 'command'?" in found
    assert "job.toml:3: error: input does not exist:" in found


def test_placeholders_that_no_parameter_has_are_errors(job, check: Check) -> None:
    job("./train.sh {x} {flag} {why} {seed}")
    found = check(exit_code=2)
    assert "{flag} is no parameter of" in found
    assert "did you mean 'flags'?" in found
    assert "{why} is no parameter of" in found
    assert "{seed}" not in found


def test_a_placeholder_that_is_not_always_active_is_a_warning(job, check: Check) -> None:
    job("./train.sh {flags} {z}")
    found = check()
    assert (
        "job.toml: warning: command: {z} is conditional: runs where it is inactive crash" in found
    )
    job("./train.sh {flags} {z:-1}")
    assert "is conditional" not in check()


def test_templates_are_checked_for_names_without_a_value(folder: Path, job, check: Check) -> None:
    (folder / "in.txt").write_text("${x} ${z:-1} $${HOME}\n${z}\n")
    files = 'input = ["train.sh", "in.txt"]\ntemplates = "in.txt"'
    (folder / "job.toml").write_text(JOB.replace('input = ["train.sh"]', files))
    warning = "job.toml: warning: templates: in.txt:2: ${z} is conditional: runs where it is"
    assert warning in check()
    (folder / "in.txt").write_text("${xx}")
    found = check(exit_code=2)
    assert "templates: in.txt:1: ${xx} is no parameter … did you mean 'x'?" in found


def test_parameters_that_the_command_does_not_use_are_a_warning(job, check: Check) -> None:
    job("./train.sh {x} {n}")
    assert "job.toml: warning: command: it does not use kind, y, z; {flags} stands" in check()


def test_what_the_command_needs_and_is_not_packed_is_a_warning(
    folder: Path, job, check: Check
) -> None:
    (folder / "data.csv").touch()
    job(f"python train.py data.csv other.csv {'long' * 99} {{flags}} | ./train.sh")
    found = check()
    assert "job.toml: warning: command: train.py is not among the files of input" in found
    assert "job.toml: warning: command: data.csv is not among the files of input" in found
    assert "other.csv" not in found, "a file that does not exist may be one to write"
    assert "train.sh" not in found


def test_a_program_of_the_job_that_does_not_exist_is_an_error(job, check: Check) -> None:
    job("train.sh {flags}")
    found = check(exit_code=2)
    assert "job.toml: error: command: no program 'train.sh' on the PATH" in found
    assert "did you mean './train.sh'?" in found


def test_inputs_left_out_and_outputs_never_kept_are_warnings(
    folder: Path, job, check: Check
) -> None:
    (folder / "src").mkdir()
    (folder / "src" / ".#train.py").symlink_to("user@host.4242:1700000000")
    (folder / "set").mkdir()
    text = (folder / "job.toml").read_text()
    more = "input = ['src', 'train.sh']\ndata = 'set'\noutputs = ['set/model', 'model']\n"
    (folder / "job.toml").write_text(re.sub(r"input = .*\n", more, text))
    found = check()
    left_out = "left out of the inputs: .#train.py (a link that leads nowhere)"
    assert f"job.toml: warning: input: {left_out}" in found
    assert "job.toml: warning: outputs: set/model is in data, which is linked" in found
    assert found.count("outputs:") == 1


def test_a_program_of_the_post_processing_that_does_not_exist_is_an_error(
    folder: Path, job, check: Check
) -> None:
    text = (folder / "job.toml").read_text()
    (folder / "job.toml").write_text(f"{text}postprocess = 'no-such-program model'\n")
    assert "postprocess: no program 'no-such-program' on the PATH" in check(exit_code=2)


def test_a_quality_that_no_expression_finds_is_told_of(folder: Path, job, check: Check) -> None:
    (folder / "job.toml").write_text(JOB.replace('"error"', '"eror"'))
    found = check()
    assert "job.toml: info: quality: 'eror' is none of the metrics" in found
    assert "did you mean 'error'?" in found


def test_a_file_of_the_current_folder_that_hides_the_scenarios_own_is_a_warning(
    folder: Path, job, call
) -> None:
    study = folder / "study"
    study.mkdir()
    for name in ("quick.txt", "params.pcs", "job.toml"):
        (study / name).write_bytes((folder / name).read_bytes())
    done = call("check", "study/quick.txt")
    assert done.code == 0
    for option, name in (("algo", "job.toml"), ("pcs-file", "params.pcs")):
        hidden = f"{folder}/{name} is used instead of {study}/{name}, because it is found first"
        assert f"warning: {option}: {hidden}" in done.out


def test_a_script_that_does_not_exist_is_a_warning(folder: Path, check: Check) -> None:
    (folder / "train.py").touch()
    text = (folder / "quick.txt").read_text()
    (folder / "quick.txt").write_text(text.replace("./target.sh", "python trian.py --seed 1"))
    found = check()
    assert f"{folder}/trian.py does not exist, but the command uses it" in found
    assert "did you mean 'train.py'?" in found


def test_a_command_before_the_launch_that_cannot_be_started_is_told_of(check: Check) -> None:
    found = check("pre_cmd = nosuchprogram 1")
    assert "warning: pre_cmd: there is no program nosuchprogram" in found
    found = check("exception-on-prepost-command = true", exit_code=2)
    assert "error: pre_cmd: there is no program nosuchprogram" in found


def test_a_line_that_a_later_one_overrules_is_a_warning(check: Check) -> None:
    limits = ("wallclock-limit = 60", "wallclock-limit = 70")
    found = check(*limits, "cutoff-time = 5", "cutoff-time = 5")
    assert "warning: wallclock-limit: ignored, because line" in found
    assert "sets it to '70'" in found
    assert "cutoff-time: line" not in found


def test_the_pcs_file_of_a_scenario_that_does_not_load_is_checked_too(
    folder: Path, check: Check
) -> None:
    (folder / "params.pcs").write_text("x real [0, 1] [2]\n")
    found = check("numberOfRunLimit = 5", exit_code=2)
    assert "unknown option 'numberOfRunLimit'" in found
    assert "params.pcs:1:16: error: default 2 is outside [0, 1]" in found
