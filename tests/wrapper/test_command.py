"""Command templates: whatever a value holds, the target gets it as exactly one plain word."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smacwrap.protocol import CallString
from smacwrap.wrapper.command import CommandTemplate

# Anything that the words of a process can hold; bytes that are no UTF-8 are surrogates.
_values = st.text(
    st.characters(exclude_characters="\0", codec="utf-8"), max_size=12
) | st.sampled_from(
    [
        "",
        "-",
        "--help",
        "$(id)",
        "`id`",
        ";id",
        "a b",
        "'",
        '"',
        "\\",
        "\n",
        "{x}",
        "{{",
        "*",
        "\udcff",
    ]
)
_names = st.from_regex(r"[A-Za-z_@.:+/-]{1,6}", fullmatch=True)


def words_of(template: str, call: CallString, folder: Path | None = None) -> list[str]:
    """What a real process gets: `printf '%s\\0'` as the command shows its own words."""
    done = subprocess.run(
        CommandTemplate(template).fill(call), stdout=subprocess.PIPE, check=True, cwd=folder
    )
    return [word.decode(errors="surrogateescape") for word in done.stdout.split(b"\0")][:-1]


def call(**parameters: str) -> CallString:
    return CallString(parameters)


@given(_values, _values)
@example("-n", "%s")
@example("a'b\"c$HOME", "$(touch pwned);`id`|&<>")
def test_a_value_is_one_plain_word_with_and_without_a_shell(x: str, y: str) -> None:
    given_words = call(x=x, y=y)
    plain = CommandTemplate(r"printf '%s\0' {x} {y} --x={x}")
    shell = CommandTemplate(r"printf '%s\0' {x} {y} --x={x} | cat")
    assert (plain.uses_shell, shell.uses_shell) == (False, True)
    for template in (plain, shell):
        assert words_of(template.text, given_words) == [x, y, f"--x={x}"]


@given(st.dictionaries(_names, _values, max_size=4))
def test_flags_are_a_name_and_a_value_of_each_active_parameter(parameters: dict[str, str]) -> None:
    expected = [word for name in sorted(parameters) for word in (f"-{name}", parameters[name])]
    for template in (r"printf '%s\0' end {flags}", r"printf '%s\0' end {flags} && true"):
        assert words_of(template, CallString(parameters)) == ["end", *expected]


@given(_values)
def test_a_value_stays_one_word_wherever_it_may_be_written(value: str) -> None:
    for template in (
        r"printf '%s\0' a{x}b $(true) ",
        r"printf '%s\0' 'a'{x}'b' | cat",
        r'printf "%s\0" "a"{x}"b" | cat',
        r"""for i in {x}; do printf '%s\0' a"$i"'b'; done""",
        "printf '%s\\0' \\\n  a{x}b",
        "true\nprintf '%s\\0' a{x}b",
    ):
        assert words_of(template, call(x=value)) == [f"a{value}b"]


def test_placeholders_are_parameters_and_what_the_call_string_has() -> None:
    given_words = CallString({"lr": "0.1"}, "a.cnf", "info", 5.0, 7, 3)
    template = "t {lr} {instance} {instance_info} {cutoff} {run_length} {seed} {{lr}}"
    expected = ["t", "0.1", "a.cnf", "info", "5.0", "7", "3", "{lr}"]
    assert CommandTemplate(template).fill(given_words) == expected
    assert CommandTemplate("t '{lr} x' \\{lr}").fill(given_words) == ["t", "0.1 x", "0.1"]
    with pytest.raises(KeyError, match="momentum"):
        CommandTemplate("t {momentum}").fill(given_words)


@pytest.mark.parametrize(
    "text",
    [
        "a | b",
        "a > b",
        "a $HOME",
        'a "$HOME"',
        "a ~/b",
        "a *.py",
        "a `b`",
        "a && b",
        "(a)",
        "OMP_NUM_THREADS=1 python a.py",
        "cd a\npython b",
        "a \\\n  b",
    ],
)
def test_shell_syntax_needs_a_shell(text: str) -> None:
    assert CommandTemplate(text).uses_shell


@pytest.mark.parametrize(
    "text",
    [
        "python train.py {flags}",
        "a 'b | c' \"d > e\" \\$f \\*",
        'a "\\$HOME"',
        "\n  python train.py --lr={lr}\n",
        "a --shape [1,2] -x=3 #4 {{}}",
    ],
)
def test_other_commands_are_started_without_one(text: str) -> None:
    assert not CommandTemplate(text).uses_shell


@pytest.mark.parametrize(
    "text",
    [
        "echo '{x}' | cat",
        'echo "{x}" | cat',
        'echo "a\nb {x}" | cat',
        "echo `echo {x}`",
        "echo ${x}",
        "echo \\{x} | cat",
        "cat <<END\n{x}\nEND",
        "cat {y} <<END\n{x}\nEND",
        "echo \"`echo '{flags}'`\"",
    ],
)
def test_a_value_where_it_cannot_be_quoted_safely_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write \{\w+\} outside of quotes and without \$"):
        CommandTemplate(text)


def test_braces_of_the_shell_are_doubled() -> None:
    given_words = call(x="a'b")
    template = "v=1; printf '%s\\0' ${{v}} {x} \\\\{x} $(cat <<<{x})"
    assert words_of(template, given_words) == ["1", "a'b", "\\a'b", "a'b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the command is empty"),
        (" \n", "the command is empty"),
        ("a 'b", "No closing quotation in 'a 'b'"),
        ("a \\", "No escaped character"),
        ("a\0b", "null character"),
    ],
)
def test_what_is_no_command_says_why(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        CommandTemplate(text)


@given(st.text(st.sampled_from("ab{}x'\"`$\\|;<\n *")), _values)
@example("{flags}{x}", "")
def test_any_template_is_filled_or_refused(text: str, value: str) -> None:
    try:
        template = CommandTemplate(text)
    except ValueError as error:
        assert str(error)
        return
    try:
        words = template.fill(call(x=value))
    except KeyError:
        return
    assert all(isinstance(word, str) for word in words)


def test_a_script_that_dies_in_front_of_a_pipe_is_not_hidden() -> None:
    words = CommandTemplate("false | cat").fill(call())
    assert subprocess.run(words).returncode == 1
    assert words[-1] == "false | cat"


def test_an_inactive_parameter_has_its_fallback_as_one_plain_word() -> None:
    plain = CommandTemplate(r"printf '%s\0' {x:-5} --m={momentum:-0.9} '{y:-a b}' {z:-}")
    shell = CommandTemplate(r"printf '%s\0' {x:-5} --m={momentum:-$(id)} {z:-} | cat")
    assert words_of(plain.text, call(x="1")) == ["1", "--m=0.9", "a b", ""]
    assert words_of(shell.text, call(x="1")) == ["1", "--m=$(id)", ""]
    assert words_of(plain.text, call(y="2", z="3"))[2:] == ["2", "3"]
