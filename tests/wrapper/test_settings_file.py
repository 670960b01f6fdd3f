"""The JSON file of parameters: typed as JSON has it, among the settings that are already there."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smacwrap.wrapper.placeholders import FillError
from smacwrap.wrapper.settings_file import write_settings


def test_numbers_and_booleans_are_typed_and_the_rest_is_text(tmp_path: Path) -> None:
    file = tmp_path / "conf" / "config.json"
    values = {"a": "1", "b": "1.0E-5", "c": "true", "d": "adam", "e": "NaN", "f": "null", "g": "01"}
    write_settings(file, values)
    assert json.loads(file.read_text()) == {
        "a": 1,
        "b": 1e-5,
        "c": True,
        "d": "adam",
        "e": "NaN",
        "f": "null",
        "g": "01",
    }


def test_settings_go_into_groups_of_a_file_that_keeps_its_own(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"epochs": 5, "optimizer": {"name": "adam", "lr": 1}}')
    file = tmp_path / "config.json"
    write_settings(file, {"optimizer.lr": "0.1", "model.depth": "3"}, tmp_path / "in.json")
    assert json.loads(file.read_text()) == {
        "epochs": 5,
        "optimizer": {"name": "adam", "lr": 0.1},
        "model": {"depth": 3},
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "config.json is not valid JSON"),
        ("[" * 100_000, "config.json is not valid JSON"),
        ("[]", "cannot set 'a.b' inside of another value"),
        ('{"a": 1}', "cannot set 'a.b' inside of another value"),
    ],
)
def test_a_file_without_place_for_a_setting_is_named(
    tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(FillError, match=said):
        write_settings(tmp_path / "out.json", {"a.b": "1"}, tmp_path / "config.json")


@given(st.text(st.characters(codec="utf-8")) | st.floats().map(repr) | st.integers().map(str))
@example("true")
@example("1e400")
@example("9" * 5000)
@example("9007199254740993")
def test_any_text_is_written_as_itself_or_as_the_number_that_it_is(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.unlink(missing_ok=True)
    write_settings(file, {"x": text})
    found = json.loads(file.read_text(), parse_constant=pytest.fail)["x"]
    if isinstance(found, bool):
        assert text == ("true" if found else "false")
    else:
        assert found == text or type(found)(text) == found
