"""From a scenario's options to its instances and features, wherever it is launched from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.errors import UserError
from smacwrap.scenario import Instance, Scenario, load_scenario

DATA = Path(__file__).parent.parent / "data/scenarios"
SCENARIO = "algo = ./target.py\nrun-obj = QUALITY\npcs-file = params.pcs\n"

Load = Callable[..., Scenario]


@pytest.mark.parametrize("where", ["aclib", "aclib/scenarios", "."])
def test_a_scenario_of_aclib_is_read_from_anywhere(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.chdir(DATA / where)
    scenario = load_scenario(DATA / "aclib/scenarios/sat/solver_swv/scenario.txt")
    swv = "./instances/sat/swv"
    assert scenario.pcs_file == DATA / "aclib/target_algorithms/sat/solver/params.pcs"
    assert scenario.instances == (
        Instance(f"{swv}/gzip vc1073.cnf", "SATISFIABLE"),
        Instance(f"{swv}/gzip vc1071.cnf", "UNSATISFIABLE"),
        Instance(f"{swv}/gzip vc1075.cnf", "UNSATISFIABLE"),
    )
    assert scenario.test_instances == (
        Instance(f"{swv}/itox_vc1130.cnf", "UNSATISFIABLE", (1173, 2203)),
        Instance(f"{swv}/itox_vc1131.cnf", "SATISFIABLE", (1173, 3315)),
    )
    assert scenario.feature_names == ("nvars", "vars-clauses-ratio")
    assert scenario.features == {
        f"{swv}/gzip vc1073.cnf": (15610.0, 0.25492),
        f"{swv}/gzip vc1071.cnf": (15610.0, 0.25491),
        f"{swv}/gzip vc1075.cnf": (15742.0, 0.25478),
    }
    assert (scenario.rungroup, scenario.cutoff, scenario.intra_obj) == (
        "solver_swv",
        300.0,
        "MEAN10",
    )
    assert scenario.without_effect == ("cutoff_length",)


@pytest.fixture
def with_instances(load: Load, folder: Path) -> Load:
    """Load a scenario with instances `a` and `b` and their features."""
    for name in ("a", "b"):
        (folder / name).touch()
    (folder / "list.txt").write_text("a\nb\n")
    (folder / "features.csv").write_text("instance,x\na,1\nb,2\n")
    base = f"{SCENARIO}instances = list.txt\nfeature-file = features.csv\n"
    return lambda added="", /, **overrides: load(added, base=base, **overrides)


def errors(load: Load, added: str = "", **overrides: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        load(added, **overrides)
    return [str(problem) for problem in caught.value.problems]


def test_without_instances_no_list_is_read(with_instances: Load) -> None:
    nowhere = dict.fromkeys(["instances", "test-instances", "feature-file"], "nothing")
    scenario = with_instances("use-instances = false\n", **nowhere)
    assert (scenario.instances, scenario.test_instances, scenario.features) == ((), (), None)


def test_skipped_features_are_not_read(with_instances: Load) -> None:
    scenario = with_instances("skip-features = true\n", **{"feature-file": "nothing"})
    assert len(scenario.instances) == 2
    assert scenario.features is None


def test_files_that_do_not_exist_are_looked_for_in_every_folder(
    with_instances: Load, folder: Path
) -> None:
    folders = ", ".join(map(str, (folder, *folder.parents)))
    assert errors(with_instances, "", instances="x.txt", **{"test-instances": "y.txt"}) == [
        f"--instances: no file or folder 'x.txt', looked for from {folders}",
        f"--test-instances: no file or folder 'y.txt', looked for from {folders}",
    ]
    assert errors(with_instances, "", **{"feature-file": "z.csv"}) == [
        f"--feature-file: no file 'z.csv', looked for from {folders}"
    ]


def test_what_is_wrong_in_all_files_is_told_at_once(with_instances: Load, folder: Path) -> None:
    (folder / "list.txt").write_text("a\nb c\n")
    (folder / "test.txt").write_text("# nothing\n")
    assert errors(with_instances, "test-instances = test.txt\ncutoff_time = soon\n") == [
        "tune.txt:7:15: cutoff_time: 'soon' is not a real number greater than 0",
        f"{folder}/list.txt:2: 2 parts, but line 1 has 1; all lines have the same form",
        f"{folder}/test.txt:1: a list of instances has no comments",
    ]


def test_a_folder_of_instances_is_named_as_it_is_written(
    with_instances: Load, folder: Path
) -> None:
    (folder / "inst").mkdir()
    for name in ("b.cnf", "a.cnf", "a.txt"):
        (folder / "inst" / name).touch()
    scenario = with_instances(
        "instance-suffix = cnf\ntest-instances = inst\ntest-instance-suffix = txt\n",
        **{"instances": "./inst/", "skip-features": "true"},
    )
    assert scenario.instances == (Instance("./inst/a.cnf"), Instance("./inst/b.cnf"))
    assert scenario.test_instances == (Instance("inst/a.txt"),)
    (error,) = errors(with_instances, "", instances="inst")
    assert error == (
        f"--instances: files of several kinds in {folder}/inst: .cnf, .txt; "
        "choose with instance-suffix"
    )


def test_instances_that_must_exist_keep_their_features_under_their_paths(
    with_instances: Load, folder: Path
) -> None:
    scenario = with_instances("check-instances-exist = true\n")
    assert scenario.instances == (Instance(f"{folder}/a"), Instance(f"{folder}/b"))
    assert scenario.features == {f"{folder}/a": (1.0,), f"{folder}/b": (2.0,)}
    (folder / "b").unlink()
    assert errors(with_instances, "check-instances-exist = true\n") == [
        f"{folder}/list.txt:2: no file 'b' in {folder}"
    ]


def test_test_instances_may_lack_features_and_the_others_may_not(
    with_instances: Load, folder: Path
) -> None:
    (folder / "test.txt").write_text("c\nb\n")
    scenario = with_instances("test-instances = test.txt\n")
    assert scenario.features == {"a": (1.0,), "b": (2.0,)}
    (folder / "list.txt").write_text("a\nc\n")
    assert errors(with_instances) == [
        f"{folder}/features.csv: no features for 1 of 2 instances: 'c'"
    ]


def test_the_experiment_dir_comes_first_for_inputs_and_is_the_base_of_the_output(
    with_instances: Load, folder: Path
) -> None:
    experiment = folder / "experiment"
    experiment.mkdir()
    (experiment / "list.txt").write_text("b\n")
    (experiment / "params.pcs").touch()
    (experiment / "other.pcs").touch()
    set_there = {"experiment-dir": "experiment"}
    scenario = with_instances(**set_there)
    assert scenario.instances == (Instance("b"),)
    assert scenario.features == {"b": (2.0,)}
    assert scenario.pcs_file == folder / "params.pcs"
    assert scenario.exec_dir == folder
    assert scenario.output_dir == folder / "smac-output"
    scenario = with_instances("outdir = out\n", **set_there, **{"pcs-file": "other.pcs"})
    assert scenario.output_dir == experiment / "out"
    assert scenario.pcs_file == experiment / "other.pcs"
    assert errors(with_instances, "experimentDir = nowhere") == [
        f"tune.txt:6:17: experimentDir: no folder 'nowhere' in {folder}"
    ]


def test_the_pcs_file_may_lie_with_the_target_algorithm(load: Load, folder: Path) -> None:
    (folder / "target/bin").mkdir(parents=True)
    (folder / "target/solver.pcs").touch()
    scenario = load(execdir="target/bin", **{"pcs-file": "solver.pcs"})
    assert scenario.pcs_file == folder / "target/solver.pcs"
