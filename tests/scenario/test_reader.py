"""The lines of a scenario file, as SMAC v2 reads them, and what is said of wrong ones."""

from pathlib import Path

import pytest

from smacwrap.errors import UserError
from smacwrap.scenario import Setting, read_settings


def read(folder: Path, text: str | bytes) -> list[Setting]:
    file = folder / "tune.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_settings(file)


def errors(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(UserError) as caught:
        read(folder, text)
    return [str(p).removeprefix(f"{folder}/") for p in caught.value.problems]


@pytest.mark.parametrize(
    "line",
    [
        "numRunsLimit = 100",
        "numRunsLimit=100",
        "numRunsLimit 100",
        "numRunsLimit: 100",
        "numRunsLimit\t100",
        "numRunsLimit  :\t100  ",
        "  numRunsLimit = 100",
        'numRunsLimit = "100"',
    ],
)
def test_name_and_value_may_be_separated_in_every_way_of_smac_v2(tmp_path: Path, line: str) -> None:
    (setting,) = read(tmp_path, line)
    assert (setting.option.name, setting.name, setting.text) == (
        "runcount-limit",
        "numRunsLimit",
        "100",
    )


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("algo = a = b", "a = b"),
        ("algo == a", "= a"),
        ("algo = a # b", "a # b"),
        ('algo = "a" b', '"a" b'),
        ('algo = " a "', " a "),
        ('algo = ""a""', '"a"'),
        ("algo = 'a'", "'a'"),
        ('algo = "', '"'),
        ("algo = a\\", "a\\"),
        ("algo =", ""),
        ("algo", ""),
    ],
)
def test_a_value_is_the_rest_of_the_line_without_one_pair_of_double_quotes(
    tmp_path: Path, line: str, text: str
) -> None:
    (setting,) = read(tmp_path, line)
    assert setting.text == text


@pytest.mark.parametrize("line", ["", "   ", "# algo = a", "#", "  # algo", "! algo = a"])
def test_blank_lines_and_comments_say_nothing(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, line) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(tmp_path: Path, newline: str) -> None:
    settings = read(tmp_path, newline.join(["algo = a", "", "run_obj = QUALITY", ""]))
    assert [(s.name, s.text, s.line) for s in settings] == [
        ("algo", "a", 1),
        ("run_obj", "QUALITY", 3),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert [s.name for s in read(tmp_path, b"\xef\xbb\xbfalgo = a")] == ["algo"]


def test_a_setting_knows_its_place(tmp_path: Path) -> None:
    (setting,) = read(tmp_path, '# first\n  algo = "./x"')
    assert (setting.file, setting.line, setting.column, setting.source) == (
        tmp_path / "tune.txt",
        2,
        11,
        '  algo = "./x"',
    )


def test_a_name_that_is_set_twice_comes_twice(tmp_path: Path) -> None:
    assert [s.text for s in read(tmp_path, "algo = a\nalgo = b")] == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "numberOfRunLimit = 100",
            "unknown option 'numberOfRunLimit' … did you mean 'numberOfRunsLimit'?",
        ),
        ("ALGOEXEC = x", "unknown option 'ALGOEXEC' … did you mean 'algoExec'?"),
        ("xyzzy = 1", "unknown option 'xyzzy'"),
        ("--algo = x", "'--algo': options have no dashes in a file; write 'algo'"),
        ("-algo x", "'-algo': options have no dashes in a file; write 'algo'"),
        ("--agloexec x", "unknown option '--agloexec' … did you mean 'algoExec'?"),
        ("= x", "expected the name of an option before the value"),
        ('"algo" = x', "unknown option '\"algo\"' … did you mean 'algo'?"),
    ],
)
def test_a_line_without_a_known_name_is_told_the_likely_one(
    tmp_path: Path, line: str, message: str
) -> None:
    assert errors(tmp_path, line) == [f"tune.txt:1:1: {message}"]


def test_all_wrong_lines_are_reported_each_with_its_place(tmp_path: Path) -> None:
    assert errors(tmp_path, "algo = x\n  foo = 1\nrun_obj = QUALITY\nbaz: 2\n") == [
        "tune.txt:2:3: unknown option 'foo'",
        "tune.txt:4:1: unknown option 'baz'",
    ]


def test_the_wrong_name_is_underlined(tmp_path: Path) -> None:
    (tmp_path / "tune.txt").write_text("  foo = 1")
    with pytest.raises(UserError) as caught:
        read_settings(tmp_path / "tune.txt")
    assert caught.value.underlined().splitlines()[1:] == ["      foo = 1", "      ^^^"]


def test_a_file_that_is_not_utf_8_is_said_to_be_none_with_the_line(tmp_path: Path) -> None:
    assert errors(tmp_path, b"algo = a\n# caf\xe9") == [
        "tune.txt:2: not a UTF-8 text file: it has a byte 0xe9"
    ]


def test_a_binary_file_is_said_to_be_no_text(tmp_path: Path) -> None:
    assert errors(tmp_path, b"algo\0") == ["tune.txt:1: not a text file: it has a NUL character"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.txt", "missing.txt: cannot be read: No such file or directory"),
        (".", ".: cannot be read: Is a directory"),
        ("a\0b", "a\0b: cannot be read: embedded null byte"),
        ("x" * 5000, "x" * 5000 + ": cannot be read: File name too long"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(name: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        read_settings(Path(name))
    assert str(caught.value) == message


def test_a_line_of_any_length_is_refused_in_a_short_message(tmp_path: Path) -> None:
    (message,) = errors(tmp_path, "z" * 10_000_000)
    assert len(message) < 200


def test_a_file_that_is_no_scenario_is_given_up_after_a_hundred_wrong_lines(
    tmp_path: Path,
) -> None:
    messages = errors(tmp_path, "This is a letter, not a scenario.\n" * 100_000)
    assert len(messages) == 101
    assert messages[-1] == (
        "tune.txt:100: too many wrong lines, the rest is not read: is this a scenario file?"
    )
