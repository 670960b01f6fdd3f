"""A scenario as plain data: it comes back as it was, without any of its files."""

import json
from pathlib import Path

import pytest

from smacwrap.scenario import load_scenario
from smacwrap.scenario.plain import scenario_from_plain, scenario_to_plain
from tests.conftest import ROOT

# That of clasp has instances that are still to be made.
SCENARIOS = sorted((ROOT / "scenarios").glob("[!c]*/scenario.txt"))


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda path: path.parent.name)
def test_a_shipped_scenario_comes_back_from_json(file: Path) -> None:
    check(file)


def test_instances_features_and_every_kind_of_option_come_back(quick: Path) -> None:
    folder = quick.parent
    for name in ("a.cnf", "b.cnf", "old"):
        (folder / name).touch() if "." in name else (folder / name).mkdir()
    (folder / "list").write_text("7 a.cnf\n8 b.cnf\n9 a.cnf\n10 b.cnf\n")
    (folder / "features").write_text("i,f,g\na.cnf,1,2\nb.cnf,3,0.5\n")
    quick.write_text(
        "algo = ./target.sh 'two words'\nexecdir = .\npcs-file = params.pcs\nrun-obj = RUNTIME\n"
        "use-instances = true\ninstances = list\ntest-instances = list\nfeature-file = features\n"
        f"cutoff-time = 5\nwarmstart = {folder}/old\ninitial-challengers = DEFAULT,RANDOM\n"
        "terminate-on-delete = list\nkill-run-exceeding-captime = false\nseed = 4\n"
        "pre-scenario-command = echo hi\ntransform-crashed-quality = false\n"
    )
    check(quick)


def check(file: Path) -> None:
    scenario = load_scenario(file)
    back = scenario_from_plain(json.loads(json.dumps(scenario_to_plain(scenario), allow_nan=False)))
    for name, value in vars(scenario).items():
        if name != "settings":
            assert getattr(back, name) == value, name
            assert type(getattr(back, name)) is type(value) or name == "features", name
    assert {n: (s.option, s.name, s.text) for n, s in back.settings.items()} == {
        n: (s.option, s.name, s.text) for n, s in scenario.settings.items()
    }
