"""Names of other tools' scenario files."""

from collections.abc import Callable

import pytest

from smacwrap.errors import UserError
from smacwrap.scenario import FOREIGN_NAMES, OPTIONS, Scenario, find_option

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
        "tune.txt:5:10: cutoff: 'soon' is not a real number in (0, Infinity)"
    )


def test_smac3_writes_its_names_with_dashes_or_underscores() -> None:
    assert find_option("ta-run-limit") is find_option("ta_run_limit") is find_option("numRunsLimit")


def test_no_limit_is_written_as_smac3_writes_it(load: Load) -> None:
    smac3 = load(wallclock_limit="inf", cutoff="None")
    assert smac3.wallclock_limit == load().wallclock_limit
    assert smac3.cutoff == load().cutoff
