"""From a scenario file and the command line to a Scenario, or to all that is wrong."""

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from smacwrap.errors import UserError
from smacwrap.scenario import (
    ACTED_ON,
    OPTIONS,
    Instance,
    Option,
    Scenario,
    find_option,
    load_scenario,
)

DATA = Path(__file__).parent.parent / "data/scenarios"
MINIMAL = (DATA / "minimal.txt").read_text()

Load = Callable[..., Scenario]


def errors(load: Load, *args: str, **kwargs: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        load(*args, **kwargs)
    return [str(problem) for problem in caught.value.problems]


def test_the_minimal_scenario_has_the_defaults_of_smac_v2(load: Load, folder: Path) -> None:
    scenario = load()
    assert scenario == Scenario(
        file=folder / "tune.txt",
        algo=("./target.py",),
        algo_text="./target.py",
        exec_dir=folder,
        pcs_file=folder / "params.pcs",
        run_obj="QUALITY",
        intra_obj="MEAN",
        use_instances=False,
        instances=(),
        test_instances=(),
        feature_names=(),
        features=None,
        deterministic=True,
        max_incumbent_runs=2000,
        cutoff=sys.float_info.max,
        run_limit=2**63 - 1,
        wallclock_limit=2**31 - 1,
        cputime_limit=2**31 - 1,
        use_cpu_time_in_tunertime=True,
        output_dir=folder / "smac-output",
        rungroup="tune",
        seed=None,
        warmstart=None,
        terminate_on_delete=None,
        abort_on_first_run_crash=True,
        abort_on_crash=False,
        retry_crashed_count=0,
        crashed_quality=1e9,
        kill_factor=10.0,
        exec_mode="SMAC",
        initial_incumbent="DEFAULT",
        initial_challengers=(),
        pre_command=(),
        post_command=(),
        prepost_exec_dir=folder,
        prepost_must_succeed=False,
        cli_call_params_with_quotes=False,
        settings=scenario.settings,
        without_effect=(),
    )


def test_every_setting_is_kept_with_its_place(load: Load) -> None:
    settings = load("numRunsLimit = 5\n", outdir="out").settings
    assert {name: (s.name, s.text, s.file, s.line) for name, s in settings.items()} == {
        "use-instances": ("use-instances", "false", Path("tune.txt"), 1),
        "run-obj": ("run-obj", "QUALITY", Path("tune.txt"), 2),
        "algo-exec": ("algo", "./target.py", Path("tune.txt"), 4),
        "pcs-file": ("pcs-file", "params.pcs", Path("tune.txt"), 3),
        "runcount-limit": ("numRunsLimit", "5", Path("tune.txt"), 5),
        "output-dir": ("outdir", "out", None, None),
    }


def test_the_recorded_quality_scenario_has_its_meaning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario = load_scenario(DATA / "quality/scenario.txt")
    assert scenario.pcs_file == DATA / "quality/params.pcs"
    assert scenario.exec_dir == tmp_path
    assert scenario.output_dir == tmp_path / "smac-output"
    assert (scenario.rungroup, scenario.run_limit) == ("quality", 25)
    assert (scenario.run_obj, scenario.intra_obj) == ("QUALITY", "MEAN")
    assert scenario.without_effect == (
        "check-sat-consistency",
        "check-sat-consistency-exception",
    )


def test_the_recorded_runtime_scenario_has_its_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DATA / "runtime")
    scenario = load_scenario("scenario.txt")
    assert scenario.algo == ("./solver.py",)
    assert scenario.exec_dir == DATA / "runtime"
    assert (scenario.run_obj, scenario.intra_obj) == ("RUNTIME", "MEAN10")
    assert (scenario.cutoff, scenario.run_limit) == (5.0, 60)
    assert not scenario.deterministic
    assert scenario.use_instances
    assert scenario.instances == tuple(Instance(f"inst/uf-{k}.cnf") for k in range(1, 6))
    assert scenario.test_instances == (Instance("inst/uf-6.cnf"), Instance("inst/uf-7.cnf"))
    assert scenario.feature_names == ("nvars", "ratio")
    assert scenario.features is not None
    assert len(scenario.features) == 7
    assert scenario.features["inst/uf-3.cnf"] == (130.0, 4.15)
    assert scenario.without_effect == ("cutoff_length",)


NAMED = {
    "prepost-exec-dir": ".",
    "terminate-on-delete": "params.pcs",
    "warmstart": ".",
    "algo-exec-dir": ".",
    "experiment-dir": ".",
    "feature-file": "features.csv",
    "instances": "train",
    "pcs-file": "params.pcs",
    "test-instances": "test",
}


@pytest.fixture
def instances(folder: Path) -> None:
    """Folders of instances for training and test, and their features."""
    for name in ("train/a.cnf", "train/b.cnf", "test/c.cnf", "test/d.cnf"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    rows = "train/a.cnf,1\ntrain/b.cnf,2\ntest/c.cnf,3\ntest/d.cnf,4\n"
    (folder / "features.csv").write_text(f"instance,size\n{rows}")
    (folder / "other.csv").write_text(f"instance,length\n{rows}")


def sample(option: Option) -> str:
    """A text that the option's domain holds, its default if that is one."""
    if option.name in NAMED:
        return NAMED[option.name]
    for text in (option.default, option.domain.strip("{}").split(", ")[0], "1", "0.5"):
        try:
            option.parse(text)
        except ValueError:
            continue
        return text or "x"
    raise AssertionError(option)


@pytest.mark.usefixtures("instances")
def test_every_option_is_taken_by_every_name_from_file_and_command_line(load: Load) -> None:
    for option in OPTIONS:
        text = sample(option)
        lines = [*MINIMAL.splitlines(), "instances = train"]
        base = "".join(f"{s}\n" for s in lines if find_option(s.split(" = ")[0]) is not option)
        for name in option.names:
            from_file = load(f"{name} = {text}\n", base=base)
            assert from_file.settings[option.name].text == text, name
            assert from_file.without_effect == (() if option.name in ACTED_ON else (name,)), name
            over_file = load_scenario("tune.txt", [(name, text)])
            assert replace(over_file, settings=from_file.settings) == from_file, name


SET = {
    "run-obj": "RUNTIME",
    "use-instances": "true",
    "instances": "train",
    "test-instances": "test",
    "feature-file": "features.csv",
    "output-dir": "out",
}
CHANGED = {
    "abort-on-crash": "true",
    "abort-on-first-run-crash": "false",
    "algo-cutoff-time": "5",
    "algo-deterministic": "false",
    "algo-exec": "python train.py",
    "algo-exec-dir": "..",
    "check-instances-exist": "true",
    "cli-call-params-with-quotes": "true",
    "cputime-limit": "5",
    "experiment-dir": "..",
    "exception-on-prepost-command": "true",
    "exec-mode": "ROAR",
    "feature-file": "other.csv",
    "initial-challengers": "DEFAULT, RANDOM",
    "initial-incumbent": "RANDOM",
    "instance-suffix": "[ac].cnf",
    "instances": "all.txt",
    "intra-obj": "MEAN1000",
    "kill-run-exceeding-captime": "false",
    "kill-run-exceeding-captime-factor": "5",
    "max-incumbent-runs": "5",
    "num-run": "5",
    "output-dir": "other",
    "pcs-file": "tune.txt",
    "post-scenario-command": "echo bye",
    "pre-scenario-command": "echo hello",
    "prepost-exec-dir": "..",
    "retry-crashed-count": "2",
    "run-obj": "QUALITY",
    "runcount-limit": "5",
    "rungroup": "other",
    "skip-features": "true",
    "terminate-on-delete": "tune.txt",
    "warmstart": "..",
    "test-instance-suffix": "c.cnf",
    "test-instances": "train",
    "transform-crashed-quality": "false",
    "transform-crashed-quality-value": "5",
    "use-cpu-time-in-tunertime": "false",
    "use-instances": "false",
    "wallclock-limit": "5",
}


@pytest.mark.usefixtures("instances")
def test_an_option_changes_the_scenario_if_and_only_if_it_is_said_to_have_an_effect(
    load: Load, folder: Path
) -> None:
    (folder / "all.txt").write_text("train/b.cnf\n")
    before = load(**SET)
    for option in OPTIONS:
        after = load(**SET | {option.name: CHANGED.get(option.name) or sample(option)})
        same = replace(after, settings=before.settings, without_effect=()) == before
        assert same == (option.name not in ACTED_ON), option.name


def test_the_command_line_wins_over_the_file_by_any_alias(load: Load) -> None:
    assert load("numberOfRunsLimit = 5", **{"runcount-limit": "7"}).run_limit == 7


def test_the_last_word_on_the_command_line_wins(load: Load) -> None:
    load()
    overrides = [("runcount-limit", "7"), ("numRunsLimit", "8")]
    assert load_scenario("tune.txt", overrides).run_limit == 8


def test_a_wrong_value_that_is_replaced_does_not_matter(load: Load) -> None:
    assert load("numRunsLimit = ten\nnumRunsLimit = 10").run_limit == 10
    assert load("numRunsLimit = ten", **{"runcount-limit": "7"}).run_limit == 7


def test_the_last_of_two_settings_of_one_name_holds(load: Load) -> None:
    assert load("numRunsLimit = 5\ncutoff_time = 1\nnumRunsLimit = 10").run_limit == 10


def test_two_names_of_one_option_must_agree(load: Load) -> None:
    assert load("numRunsLimit = 5\nruncount_limit = 5").run_limit == 5
    assert errors(load, "numRunsLimit = 5\nruncount_limit = 6") == [
        "tune.txt:6:18: runcount_limit: the same option as 'numRunsLimit' in line 5"
    ]
    added = "numRunsLimit = 5\nruncount_limit = 6"
    assert load(added, **{"numberOfRunsLimit": "7"}).run_limit == 7


def test_the_algo_is_split_into_words_as_by_a_shell(load: Load) -> None:
    scenario = load(algo="python 'my train.py' \"a b\" c\\ d # $HOME *")
    assert scenario.algo == ("python", "my train.py", "a b", "c d", "#", "$HOME", "*")
    assert scenario.algo_text == "python 'my train.py' \"a b\" c\\ d # $HOME *"


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("tune.txt", "tune"),
        ("my.tune.txt", "my.tune"),
        ("tune", "tune"),
        ("scenario.txt", "study"),
        ("Scenario.txt", "Scenario"),
        ("scenario.scn", "scenario"),
    ],
)
def test_the_rungroup_is_the_scenarios_name_or_that_of_its_folder(
    folder: Path, name: str, group: str
) -> None:
    (folder / name).write_text(MINIMAL)
    assert load_scenario(name).rungroup == group
    assert load_scenario(f"../study/{name}").rungroup == group
    overrides = {"rungroup": "%SCENARIO_NAME-2"}
    assert load_scenario(name, overrides).rungroup == f"{group}-2"


def test_paths_start_from_the_current_folder_and_the_pcs_file_from_the_scenarios_too(
    load: Load, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("execdir = bin\noutdir = out", execdir=".")
    (folder.parent / "elsewhere/bin").mkdir(parents=True)
    monkeypatch.chdir(folder.parent / "elsewhere")
    scenario = load_scenario("../study/tune.txt")
    assert scenario.file == folder / "tune.txt"
    assert scenario.pcs_file == folder / "params.pcs"
    assert scenario.exec_dir == folder.parent / "elsewhere/bin"
    assert scenario.output_dir == folder.parent / "elsewhere/out"


def test_a_crashed_runs_quality_stays_as_reported_when_smac_is_told_so(load: Load) -> None:
    assert load("transform-crashed-quality-value = 7").crashed_quality == 7
    assert load("transform-crashed-quality = false").crashed_quality == -math.inf


def test_a_scenario_can_be_hashed(load: Load) -> None:
    assert len({load(), load()}) == 1


def test_each_missing_option_is_named_with_a_line_to_add(load: Load) -> None:
    assert errors(load, base="# nothing\n") == [
        "tune.txt: 'algo-exec' is missing; add a line such as: algo = python train.py",
        "tune.txt: 'pcs-file' is missing; add a line such as: pcs-file = params.pcs",
        "tune.txt: 'run-obj' is missing; add a line such as: run-obj = QUALITY",
        "tune.txt: 'instances' is missing; add a line such as: "
        "instances = instances.txt (or use-instances = false, if there are none)",
    ]


def test_the_command_line_can_give_what_the_file_lacks(load: Load) -> None:
    base = "use-instances = false\n"
    assert load(base=base, algo="a", paramfile="params.pcs", runObj="RUNTIME").algo == ("a",)


def test_a_misspelt_option_is_not_reported_as_missing_too(load: Load) -> None:
    assert errors(load, base=MINIMAL.replace("algo", "allgo")) == [
        "tune.txt:4:1: unknown option 'allgo' … did you mean 'algo'?"
    ]


def test_all_problems_of_file_values_and_command_line_come_at_once(
    load: Load, folder: Path
) -> None:
    added = """\
deterministic = maybe
  foo = 1
paramfile = "nothing.pcs"
execdir = nowhere
rungroup = a/b
overall_obj = mean10
cutoff_time = 5 # seconds
"""
    base = MINIMAL.replace("pcs-file = params.pcs\n", "").replace("./target.py", "./it's")
    assert errors(load, added, base=base, numberOfRunsLimit="ten", colour="red") == [
        'tune.txt:3:8: algo: "./it\'s" is not a command: no closing quotation',
        "tune.txt:4:17: deterministic: 'maybe' is not true or false",
        "tune.txt:5:3: unknown option 'foo'",
        "tune.txt:6:14: paramfile: no file 'nothing.pcs', looked for from "
        + ", ".join(map(str, (folder, *folder.parents))),
        f"tune.txt:7:11: execdir: no folder 'nowhere' in {folder}",
        "tune.txt:8:12: rungroup: 'a/b' is not the name of a folder",
        "tune.txt:9:15: overall_obj: 'mean10' is for run-obj = RUNTIME; with QUALITY it is MEAN",
        "tune.txt:10:15: cutoff_time: '5 # seconds' is not a real number greater than 0"
        "; a comment needs a line of its own",
        "--colour: unknown option",
        "--numberOfRunsLimit: 'ten' is not an integer greater than 0",
    ]


def test_a_wrong_average_is_one_problem_only(load: Load) -> None:
    (error,) = errors(load, "overall_obj = median")
    assert error.startswith(
        "tune.txt:5:15: overall_obj: 'median' is not one of MEAN, MEAN1000, MEAN10"
    )


def test_a_command_without_words_is_told_what_was_expected(load: Load) -> None:
    assert errors(load, algo="  ") == ["--algo: expected a command, such as python train.py"]


def test_a_command_or_path_that_no_system_would_take_is_refused_at_once(load: Load) -> None:
    assert errors(load, algo="x" * 10_000_000, outdir="/x" * 1_000_000) == [
        "--algo: a command of 10000000 characters is too long",
        "--outdir: a path of 2000000 characters is too long",
    ]


def test_a_scenario_that_cannot_be_read_is_named() -> None:
    with pytest.raises(UserError, match=r"^missing\.txt: cannot be read: No such file"):
        load_scenario("missing.txt")
