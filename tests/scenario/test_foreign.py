"""Names of other tools' scenario files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.scenario import FOREIGN_NAMES, OPTIONS, Option, Scenario, find_option
from smacwrap.scenario.smac3 import in_words_of_smac2

Load = Callable[..., Scenario]
NAMES = {name for option in OPTIONS for name in option.names}


def test_no_foreign_name_hides_one_of_smac_v2() -> None:
    assert not NAMES & FOREIGN_NAMES.keys()


def test_every_foreign_name_stands_for_an_option_or_says_why_it_has_no_effect() -> None:
    for name, foreign in FOREIGN_NAMES.items():
        assert foreign.option in OPTIONS or foreign.option.here, name
        for value in foreign.values.values():
            foreign.option.parse(value)


def test_a_scenario_of_smac3_means_what_it_meant_there(load: Load) -> None:
    smac3 = """\
use-instances = false
ta = ./target.py
pcs_fn = params.pcs
run_obj = quality
ta_run_limit = inf
tuner_timeout = 3600
cutoff = 5
cost_for_crash = 7
abort-on_first_run_crash = no
output_dir = out
shared_model = True
minR = 1
memory_limit = 3000
"""
    scenario = load(base=smac3)
    assert scenario.algo == ("./target.py",)
    assert scenario.pcs_file.name == "params.pcs"
    assert scenario.run_limit == 2**63 - 1
    assert (scenario.cputime_limit, scenario.cutoff) == (3600.0, 5.0)
    assert scenario.crashed_quality == 7.0
    assert not scenario.abort_on_first_run_crash
    assert scenario.output_dir.name == "out"
    assert scenario.without_effect == ("shared_model", "minR", "memory_limit")
    setting = scenario.settings["memory_limit"]
    assert setting.option.here == "the target algorithm's memory is not limited"
    assert scenario.settings["runcount-limit"].name == "ta_run_limit"


def test_foreign_names_work_on_the_command_line_too(load: Load) -> None:
    assert load(ta_run_limit="5").run_limit == 5


def test_a_wrong_value_is_reported_under_the_name_that_was_used(load: Load) -> None:
    with pytest.raises(UserError) as caught:
        load("cutoff = soon\n")
    assert str(caught.value) == (
        "tune.txt:5:10: cutoff: 'soon' is not a real number greater than 0"
    )


def test_smac3_writes_its_names_with_dashes_or_underscores() -> None:
    assert find_option("ta-run-limit") is find_option("ta_run_limit") is find_option("numRunsLimit")


def test_no_limit_is_written_as_smac3_writes_it(load: Load) -> None:
    smac3 = load(wallclock_limit="inf", cutoff="None")
    assert smac3.wallclock_limit == load().wallclock_limit
    assert smac3.cutoff == load().cutoff


WRITTEN_BY_SMAC3 = """\
run_obj = quality
overall_obj = par10
wallclock_limit = 1000.0
runcount_limit = 250.0   # with a comment
cutoff_time = None
deterministic = yes
ta = ./target.py
pcs_fn = params.pcs
feature_names = ['a', 'b']
output_dir =
"""


def test_a_scenario_that_smac3_wrote_is_read_by_smac3s_meaning(load: Load, folder: Path) -> None:
    scenario = load(base=WRITTEN_BY_SMAC3)
    assert (scenario.wallclock_limit, scenario.run_limit) == (1000, 250)
    assert scenario.cutoff == load().cutoff, "none"
    assert scenario.intra_obj == "MEAN"
    assert scenario.deterministic
    assert not scenario.use_instances
    assert scenario.output_dir == folder / "smac-output"
    assert scenario.without_effect == ("feature_names",)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("600.0", 600), ("0.5", 1), ("1e3", 1000), ("inf", 2**31 - 1), ("9e99", 2**31 - 1)],
)
def test_smac3s_limits_are_reals(load: Load, text: str, seconds: int) -> None:
    assert load(base=WRITTEN_BY_SMAC3, wallclock_limit=text).wallclock_limit == seconds


@pytest.mark.parametrize(
    ("run_obj", "overall_obj", "meant"),
    [
        ("quality", "par5", "MEAN"),
        ("quality", "mean", "MEAN"),
        ("runtime", "PAR10", "MEAN10"),
        ("runtime", "mean1000", "MEAN1000"),
        ("runtime", "par1", "MEAN"),
    ],
)
def test_smac3s_penalty_is_of_time_outs(
    load: Load, run_obj: str, overall_obj: str, meant: str
) -> None:
    scenario = load(base=WRITTEN_BY_SMAC3, run_obj=run_obj, overall_obj=overall_obj)
    assert scenario.intra_obj == meant


def test_a_penalty_that_we_have_not_is_an_error(load: Load) -> None:
    with pytest.raises(UserError, match=r"overall_obj: 'par5' is not one of MEAN, "):
        load(base=WRITTEN_BY_SMAC3, run_obj="runtime", overall_obj="par5")


SHARED = "algo = ./target.py\nparamfile = params.pcs\nrun_obj = quality\n"


def test_without_instances_a_file_of_names_that_smac3_knows_is_smac3s(load: Load) -> None:
    scenario = load(base=SHARED + "runcount_limit = 500.0\n")
    assert not scenario.use_instances
    assert scenario.run_limit == 500
    load(base="ta = ./target.py\npcs_fn = params.pcs\nrun_obj = quality\nuse-instances = 0\n")


@pytest.mark.parametrize(
    ("base", "message"),
    [
        (SHARED.replace("paramfile", "pcs-file"), "'instances' is missing"),
        (SHARED + "instances = i.txt\nwallclock_limit = 5.0\n", "did you mean '5'"),
        (SHARED + "use-instances = false\noverall_obj = par10\n", "with QUALITY it is MEAN"),
    ],
)
def test_a_file_of_smac_v2s_is_read_as_smac_v2_reads_it(
    load: Load, folder: Path, base: str, message: str
) -> None:
    (folder / "i.txt").write_text("a\n")
    with pytest.raises(UserError, match=message):
        load(base=base)


def test_a_list_of_smac3s_instances_has_no_seeds(load: Load, folder: Path) -> None:
    (folder / "i.txt").write_text("1 100\n2 101\n")
    theirs = load(base=WRITTEN_BY_SMAC3 + "train_inst_fn = i.txt\n").instances
    assert [(i.name, i.specifics, i.seeds) for i in theirs] == [("1", "100", ()), ("2", "101", ())]
    ours = load(base=SHARED + "instance_file = i.txt\n").instances
    assert [(i.name, i.specifics, i.seeds) for i in ours] == [
        ("100", "0", (1,)),
        ("101", "0", (2,)),
    ]


@given(st.text(), st.sampled_from([option for option in OPTIONS if option.acts]))
def test_smac3s_values_become_smac_v2s_or_stay_as_they_are(text: str, option: Option) -> None:
    ours = in_words_of_smac2(option, text, "quality")
    assert ours == text or option.shown(ours) in ("", "no limit") or option.parse(ours) is not None


def test_a_target_algorithm_evaluator_without_a_command_is_said_to_have_no_effect(
    load: Load,
) -> None:
    base = "run_obj = QUALITY\npcs-file = params.pcs\nuse-instances = false\ntae = ANALYTIC\n"
    with pytest.raises(UserError) as caught:
        load(base=base)
    missing, tae = sorted(map(str, caught.value.problems))
    assert "'algo-exec' is missing" in missing
    assert tae.startswith("tune.txt:4:7: tae: no effect here: the target algorithm is always")
