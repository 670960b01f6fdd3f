"""PCS files from the argparse options in a script's source."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import parse_pcs, write_pcs
from smacwrap.pcs.from_script import pcs_from_script, skeleton_from_script

NOTHING = "no argparse, click or Typer options, hydra configuration or @smacwrap.target"


def from_script(*options: str, before: str = "") -> str:
    lines = [before, "p = ArgumentParser()", *(f"p.add_argument({option})" for option in options)]
    return pcs_from_script("\n".join(lines).encode(), "train.py")


def lines_of(text: str) -> list[str]:
    """The parameter lines, with single blanks."""
    return [" ".join(line.split()) for line in text.splitlines() if line and line[0] != "#"]


def line_of(option: str, before: str = "") -> str:
    (line,) = lines_of(from_script(option, before=before))
    return line


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ('"-nb_filters", type=int, default=32', "nb_filters integer [8, 128] [32] log"),
        ('"--layers", type=int, default=3', "-layers integer [1, 6] [3]"),
        ('"--warmup", type=int, default=0', "-warmup integer [0, 10] [0]"),
        ('"--lr", type=float, default=1e-3', "-lr real [1e-05, 0.1] [0.001] log"),
        ('"--learning-rate", default=0.1, type=float', "-learning-rate real [0.001, 1] [0.1] log"),
        ('"--weight_decay", type=float, default=0.0', "-weight_decay real [0, 0.1] [0]"),
        ('"--lr-decay", type=float, default=0.95', "-lr-decay real [0, 1] [0.95]"),
        ('"--temperature", type=float, default=20', "-temperature real [0.2, 2000] [20] log"),
        ('"--scale", type=float, default=0.3', "-scale real [0, 1] [0.3]"),
        ('"--eps", type=float, default="1e-8"', "-eps real [1e-10, 1e-06] [1e-08] log"),
        ('"-l", "--lr", "--rate", type=float, default=0.01', "-lr real [0.0001, 1] [0.01] log"),
        ('"-o", "-opt", choices=["a", "b"]', "opt categorical {a, b} [a]"),
    ],
)
def test_ranges_are_guessed_around_the_default_by_name_and_type(option, line):
    assert line_of(option).partition(" #")[0] == line


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ('"--dropout", type=float, default=0.5', "-dropout real [0, 1] [0.5]"),
        ('"--momentum", type=float, default=0.9', "-momentum real [0, 1] [0.9]"),
        ('"--d", type=int, choices=range(3), default=1', "-d integer [0, 2] [1]"),
        ('"--k", type=int, choices=range(9, 2**31), default=9.0', "-k integer [9, 2147483647] [9]"),
        ('"--k", type=int, choices=range(2**31), default="7"', "-k integer [0, 2147483647] [7]"),
        ('"--k", type=int, choices=range(1, 8, 2), default=5', "-k ordinal {1, 3, 5, 7} [5]"),
        ('"--k", type=int, choices=[16, 32], default=16', "-k ordinal {16, 32} [16]"),
        ('"--k", type=float, choices=(.5, .25), default=.5', "-k categorical {0.5, 0.25} [0.5]"),
        ('"--opt", choices=("sgd", None), default="sgd"', "-opt categorical {sgd} [sgd]"),
        ('"--k", type=int, choices=[1, 2], default="2"', "-k ordinal {1, 2} [2]"),
        ('"--k", type=float, choices=[0.5, 1], default="1.0"', "-k ordinal {0.5, 1} [1]"),
        ('"--k", nargs="?", choices=["a", "b"], default="b"', "-k categorical {a, b} [b]"),
        ('"--k", nargs=1, choices=["a", "b"], default=["b"]', "-k categorical {a, b} [b]"),
    ],
)
def test_what_the_script_states_or_the_name_tells_is_left_without_a_todo(option, line):
    assert line_of(option) == line


@pytest.mark.parametrize(
    ("option", "todo"),
    [
        ('"--units", type=int, default=32', "TODO check the range"),
        ('"--units", type=int', "TODO the default is made up"),
        ('"--units", type=int, choices=range(2**31), default=1e999', "TODO no default among the"),
        ('"--dropout", type=float, default=load()', "TODO the default is made up"),
        ('"--share", type=float, default="x"', "TODO the default is made up"),
        ('"--batch", type=positive, default=8', "TODO type positive is unknown; check the range"),
        ('"--clip", default=1.5', "TODO it has no type, so the script gets a text"),
        ('"--opt", choices=["a", "b"]', "TODO no default among the choices: this is the first"),
        ('"--wd", type=float, default=0', "TODO log, if it may start above 0"),
    ],
)
def test_todo_marks_what_a_person_must_decide(option, todo):
    assert f"# {todo}" in line_of(option)


@pytest.mark.parametrize(
    ("before", "option", "domain"),
    [
        ("LR = 1e-2", '"--lr", type=float, default=LR', "[0.0001, 1] [0.01] log"),
        ("A = 2\nB = A ** 5", '"--u", type=int, default=B * 2', "[16, 256] [64] log"),
        ("", '"--u", type=int, default=1 << 5', "[8, 128] [32] log"),
        ("", '"--u", type=int, default=int(1e2)', "[25, 400] [100] log"),
        ("M = {'x': f, 'y': g}", '"--m", choices=M, default="y"', "{x, y} [y]"),
        ("M = {'x': f, 'y': g}", '"--m", choices=list(M.keys()), default="y"', "{x, y} [y]"),
        ("M: tuple = ('y', 'x')", '"--m", choices=sorted(M), default="x"', "{x, y} [x]"),
    ],
)
def test_constants_of_the_module_and_simple_arithmetic_are_read(before, option, domain):
    assert domain in line_of(option, before)


@pytest.mark.parametrize("before", ["U = 1\nU = 2", "def f():\n    U = 2", "", "U = U + 1"])
def test_a_name_that_is_no_constant_of_the_module_is_not_guessed(before):
    assert "TODO the default is made up" in line_of('"--u", type=int, default=U', before)


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        (
            '"x", type=float',
            "a positional argument, which {flags} cannot give … TODO write it into",
        ),
        ('"--data", required=True', "data, a file or an address … TODO write it into"),
        ('"--train-file"', "data, a file or an address"),
        ('"--model", type=Path, default=Path()', "data, a file or an address"),
        ('"--epochs", type=int, default=9', "the budget of a run"),
        ('"--max_steps", type=int, default=9', "the budget of a run"),
        ('"--seed", type=int, default=9', "the seed"),
        ('"--num-workers", type=int, default=9', "where it runs"),
        ('"--device", default="cuda"', "where it runs"),
        ('"--verbose", type=int, default=1', "what it reports"),
        ('"--log-interval", type=int, default=1', "what it reports"),
        ('"--test-only", action="store_true"', "what the script does"),
        ('"--no-cuda", action="store_true"', "where it runs"),
        ('"--shuffle", default=True', "argparse takes any text, even False, for true"),
        ('"--shuffle", type=bool, default=True', "argparse takes any text, even False, for true"),
        ('"--bn", action="store_true", default=True', "to give it changes nothing: its default is"),
        ('"--bn", action="store_false", default=False', "to give it changes nothing: its default"),
        ('"--k", action="store_const", const=3, default=3', "its default is 3, too … TODO"),
        ('"--k", action="store_const"', "its default is None, too … TODO"),
        ('f"--{n}", type=float', "its name can only be known by running the script … TODO"),
        ('"--" + name, type=float', "its name can only be known by running the script … TODO"),
        ("*names", "its name can only be known by running the script … TODO"),
        ('"--tags", action="append"', "its action is append"),
        ('"--betas", type=float, nargs=2', "takes several values"),
        ('"--betas", type=float, nargs=N', "takes several values"),
        ('"--opt", default="adam"', "its values are unknown: give it choices or a range … TODO"),
        ('"--opt"', "its values are unknown"),
        ('"--opt", choices=models()', "its choices can only be known by running the script"),
        ('"--opt", choices=["a b", "c"]', "'a b' cannot be a value in a PCS file"),
        ('"--opt", choices=["a,b", "c"]', "'a,b' cannot be a value in a PCS file"),
        ('"--opt", choices=[]', "it has no choices"),
        ('"--k", type=int, choices=range(0)', "it has no choices"),
        ('"--k", type=int, choices=range(0, 10**9, 2)', "it has more than 1000 choices"),
        ('"--k", type=int, default=-1', "its default -1 suggests no range"),
        ('"--k", type=int, default=2.5', "its default 2.5 is not an integer, but its type is"),
        ('"--k", type=float, default=float("inf")', "its default is not a finite number"),
        ('"--k", type=int, default="nan"', "its default is not a finite number"),
        ('"--k", type=int, default=1e999', "its default is not a finite number"),
        ('"--k", type=float, default=1e-305', "too small"),
        ('"--é", type=int, default=3', "TODO"),
        ('"--a b", type=int, default=3', "'-a b' cannot be a name in a PCS file"),
        ('"--lr", type=int, default=3', "another option has the same name"),
    ],
)
def test_what_is_not_tunable_is_listed_with_its_line_and_reason(option, reason):
    text = from_script('"--lr", type=float, default=0.1', option)
    assert len(lines_of(text)) == 1
    (line,) = [line for line in text.splitlines() if ", line 4: " in line]
    assert line.startswith("#   ")
    assert reason in line


@pytest.mark.parametrize(
    ("option", "line", "rule"),
    [
        (
            '"--nesterov", action="store_true", help="look ahead"',
            "-nesterov categorical {0, 1} [0] # look ahead",
            '-nesterov = { 1 = "--nesterov", 0 = "" }',
        ),
        (
            '"--no.bias", "-b", action="store_false", dest="bias"',
            "-no.bias categorical {0, 1} [0]",
            '"-no.bias" = { 1 = "--no.bias", 0 = "" }',
        ),
        (
            '"--nobn", action="store_false", dest="bn", default=True',
            "-nobn categorical {0, 1} [0]",
            '-nobn = { 1 = "--nobn", 0 = "" }',
        ),
        (
            '"--bias", action="store_true", default=f()',
            "-bias categorical {0, 1} [0]",
            '-bias = { 1 = "--bias", 0 = "" }',
        ),
        (
            '"--bn", action=argparse.BooleanOptionalAction, default=f()',
            "-bn categorical {0, 1} [0] # TODO the default is made up",
            '-bn = { 1 = "--bn", 0 = "--no-bn" }',
        ),
        (
            '"--shuffle", action=argparse.BooleanOptionalAction, default=True',
            "-shuffle categorical {0, 1} [1]",
            '-shuffle = { 1 = "--shuffle", 0 = "--no-shuffle" }',
        ),
        (
            '"-it\'s", action="store_const", const=3',
            "it's categorical {0, 1} [0]",
            """"it's" = { 1 = "'-it'\\"'\\"'s'", 0 = "" }""",
        ),
    ],
)
def test_a_switch_is_0_or_1_and_a_rule_for_the_job_file_spells_it(option, line, rule):
    source = f"p.add_argument({option})".encode()
    skeleton = skeleton_from_script(source)
    assert lines_of(skeleton.pcs) == [line]
    assert skeleton.rules == (rule,)
    assert len(tomllib.loads(rule)) == 1
    assert pcs_from_script(source).endswith(
        "\n# TODO Switches take no value; this in job.toml spells them:\n"
        f"#   [parameters]\n#   {rule}\n"
    )


def test_what_converts_texts_to_booleans_itself_gets_true_or_false():
    line = "-shuffle categorical {True, False} [False] # TODO type str2bool is unknown"
    assert line_of('"--shuffle", type=str2bool, default=False') == line


def test_help_is_kept_in_one_line_without_its_default():
    option = (
        '"--lr", type=float, default=1e-2,'
        ' help="step\\n  size of " "Adam # 1 (default: %(default)s)"'
    )
    assert "# step size of Adam # 1 … TODO check the range" in line_of(option)


@pytest.mark.parametrize(
    ("help_", "comment"),
    [
        ("of 100%% (default: %(default).3f)", "of 100%"),
        ("of 5%%, default %(default)+08.2e", "of 5%,"),
        ("not %%(default)s", "not %(default)s"),
    ],
)
def test_help_is_as_argparse_shows_it(help_, comment):
    line = line_of(f'"--lr", type=float, default=1e-2, help="{help_}"')
    assert line.partition("# ")[2] == f"{comment} … TODO check the range"


def script(text: str) -> bytes:
    return f"p = argparse.ArgumentParser()\n{text}".encode()


@pytest.mark.parametrize(
    "text",
    [
        "add = p.add_argument\nadd('--lr', type=float, default=0.1)",
        "def f(p):\n    add = p.add_argument_group('g').add_argument\n"
        "    add('--lr', type=float, default=0.1)",
        "p.add_argument('--lr', type=float, default=3)\np.set_defaults(lr=0.1)",
        "p.set_defaults(lr=0.1)\np.add_argument('--lr', type=float)",
        "p.set_defaults(lr=3)\np.add_argument('--lr', type=float, default=0.1)",
        "p.add_argument('--lr', dest='rate', type=float)\np.set_defaults(lr=3, rate=0.1)",
    ],
)
def test_other_names_of_add_argument_and_defaults_of_the_parser_are_followed(text):
    assert lines_of(pcs_from_script(script(text))) == [
        "-lr real [0.001, 1] [0.1] log # TODO check the range"
    ]


def test_of_switches_for_one_value_the_one_that_is_its_default_is_left_out():
    text = pcs_from_script(
        script(
            "p.add_argument('--bn', action='store_true')\n"
            "p.add_argument('--no-bn', action='store_false', dest='bn')\n"
            "p.add_argument('--sgd', action='store_const', const='s', dest='o', default='s')\n"
            "p.add_argument('--adam', action='store_const', const='a', dest='o')\n"
            "p.set_defaults(bn=True)\n"
        )
    )
    assert lines_of(text) == ["-no-bn categorical {0, 1} [0]", "-adam categorical {0, 1} [0]"]
    assert "#   --bn, line 2: to give it changes nothing: its default is True, too" in text
    assert "#   --sgd, line 4: to give it changes nothing: its default is 's', too" in text


SUBCOMMANDS = """\
p.add_argument("--lr", type=float, default=0.1)
p.add_argument("--fast", action="store_true")
s = p.add_subparsers()
q = s.add_parser("train")
q.add_argument("--width", type=int, default=8)
q = s.add_parser("predict")
q.add_argument("--width", type=int, default=4)
q.add_argument("--greedy", action="store_true", help="no search")
q.add_argument("--weights", required=True)
"""


def test_the_first_subcommand_is_tuned_and_the_lines_of_the_others_are_commented_out():
    text = pcs_from_script(script(SUBCOMMANDS), "c.py")
    assert lines_of(text) == [
        "-lr real [0.001, 1] [0.1] log # TODO check the range",
        "-width integer [2, 32] [8] log # of train … TODO check the range",
    ]
    assert text.partition("\n\n#")[2].splitlines() == [
        " Cannot be given together with these:",
        "#   -width integer [1, 8] [4] # of predict … TODO check the range",
        "#   -greedy categorical {0, 1} [0] # of predict … no search",
        "",
        "# Left out:",
        "#   --fast, line 3: a switch in front of train, which {flags} cannot give … TODO",
        "#   --weights, line 10: data, a file or an address",
        "",
        "# TODO These are for the subcommand train; in job.toml:",
        "#   [run]",
        '#   command = "python c.py --lr {-lr} train {flags}"',
        "#   [parameters]",
        '#   -lr = ""',
        '#   # -greedy = { 1 = "--greedy", 0 = "" }',
    ]


@pytest.mark.parametrize(
    ("words", "parameters", "in_front"),
    [
        (["train"], ["-lr", "-width"], {"train": "--lr {-lr}"}),
        (["-v", "predict", "--x"], ["-lr", "-width", "-greedy"], {"predict": "--lr {-lr}"}),
        ([], ["-lr", "-fast"], {}),
    ],
)
def test_the_subcommand_that_a_command_names_is_tuned(words, parameters, in_front):
    skeleton = skeleton_from_script(script(SUBCOMMANDS), "c.py", words)
    assert [line.split()[0] for line in lines_of(skeleton.pcs)] == parameters
    assert skeleton.in_front == in_front


@pytest.mark.parametrize(
    "text",
    [
        "def common(q):\n    q.add_argument('--n', type=int, default=3)\ncommon(a)\ncommon(b)",
        "for q in (a, b):\n    q.add_argument('--n', type=int, default=3)",
        "class App:\n    def __init__(self):\n        self.a = a\n        self.add(self.a)\n"
        "        self.add(q=b)\n"
        "    def add(self, q):\n        q.add_argument('--n', type=int, default=3)",
        "base = ArgumentParser()\nbase.add_argument('--n', type=int, default=3)\n"
        "s.add_parser('a', parents=[base])\ns.add_parser('b', parents=[base])",
        "def new(name):\n    if name:\n        return a\n    return b\nq = new(1)\n"
        "q.add_argument('--n', type=int, default=3)",
        "known = {}\nknown['b'] = b\n"
        "for q in [a, known['b']]:\n    q.add_argument('--n', type=int, default=3)",
    ],
)
def test_an_option_that_several_subcommands_take_is_told_once_with_all_of_them(text):
    parsers = "s = p.add_subparsers()\na = s.add_parser('a')\nb = s.add_parser('b')\n"
    for words in (None, ["a"], ["b"]):
        skeleton = skeleton_from_script(script(parsers + text), words=words)
        line = "-n integer [1, 6] [3] # of a, b … TODO check the range"
        assert lines_of(skeleton.pcs) == [line]


def test_a_subcommand_that_only_running_the_script_would_name_may_be_any():
    text = "s = p.add_subparsers()\nfor n in names():\n    q = s.add_parser(n)\n"
    text += "    q.add_argument('--n', type=int, default=3)"
    for words in (None, ["train"]):
        skeleton = skeleton_from_script(script(text), words=words)
        assert lines_of(skeleton.pcs) == ["-n integer [1, 6] [3] # of ? … TODO check the range"]


def test_of_options_that_exclude_one_another_one_is_taken_a_value_before_a_switch():
    text = pcs_from_script(
        script(
            "g = p.add_mutually_exclusive_group()\n"
            "g.add_argument('--fast', action='store_true')\n"
            "g.add_argument('--n', type=int, default=3)\n"
            "g.add_argument('--m', type=int, default=3)\n"
            "p.add_mutually_exclusive_group().add_argument('--b', action='store_true')\n"
        )
    )
    assert lines_of(text) == [
        "-n integer [1, 6] [3] # TODO check the range",
        "-b categorical {0, 1} [0]",
    ]
    assert (
        "\n# Cannot be given together with these:\n"
        "#   -fast categorical {0, 1} [0] # TODO not together with --n: keep one\n"
        "#   -m integer [1, 6] [3] # TODO check the range … TODO not together with --n: keep one\n"
    ) in text
    assert '\n#   # -fast = { 1 = "--fast", 0 = "" }\n' in text


def test_switches_of_which_one_must_be_given_are_for_the_command():
    text = pcs_from_script(
        script(
            "p.add_argument('--n', type=int, default=3)\n"
            "g = p.add_mutually_exclusive_group(required=True)\n"
            "g.add_argument('--sgd', action='store_true')\n"
            "g.add_argument('--adam', action='store_true')\n"
        )
    )
    assert len(lines_of(text)) == 1
    for flag, line in (("--sgd", 4), ("--adam", 5)):
        reason = "one of its group must be given … TODO write one into the command of job.toml"
        assert f"#   {flag}, line {line}: {reason}\n" in text


def test_options_of_groups_and_subparsers_come_in_the_order_of_the_lines():
    source = (
        "def main():\n    sub.add_parser('x').add_argument('--b', type=int, default=1)\n"
        "    p.add_argument_group('g').add_argument('--a', type=int, default=1)\n"
    )
    assert [line.split()[0] for line in lines_of(pcs_from_script(source.encode()))] == ["-b", "-a"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"print(1)", f"train.py: {NOTHING} in this file"),
        (b"", f"train.py: {NOTHING} in this file"),
        (b"x = 1\nif x\n  y", "train.py:2: not Python: expected ':'"),
        (b"\xff\xfe", "train.py: not Python"),
        (b"a\0b", "train.py: not Python"),
        (b"(" * 10**5, "train.py:1: not Python"),
    ],
)
def test_a_file_that_is_no_script_with_options_is_an_error(source, message):
    with pytest.raises(UserError) as caught:
        pcs_from_script(source, "train.py")
    assert (
        str(caught.value)
        .replace("train.py:1: not", "train.py: not")
        .startswith(message.replace("train.py:1: not", "train.py: not"))
    )


def test_a_script_without_tunable_options_is_an_error_that_says_why():
    with pytest.raises(UserError) as caught:
        from_script('"--seed", type=int', '"--data"')
    assert [str(problem) for problem in caught.value.problems] == [
        "train.py: none of the 2 options can be tuned",
        "train.py:3: --seed: the seed",
        "train.py:4: --data: data, a file or an address",
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
).map(repr) | st.sampled_from(
    ["1e-3", "2**5", "10**400", "2**-1", "1/0", "-x", "f()", "range(5)", "range(3, 9, 2)", "X", "Y",
     "int", "float", "bool", "str", "Path", "'store_true'", "'?'", "lambda s: s", "1j", "b''"]
)  # fmt: skip
flags = st.text(st.characters(codec="ascii"), min_size=1, max_size=6) | st.sampled_from(
    ["lr", "dropout", "n", "batch-size", "a_b", "p"]
)
keywords = st.dictionaries(
    st.sampled_from(["type", "default", "choices", "action", "nargs", "help", "required"]), values
)
plausible = st.fixed_dictionaries(
    {"type": st.sampled_from(["int", "float"])},
    optional={
        "default": st.one_of(st.integers(), st.floats(), st.floats(0, 1)).map(repr),
        "choices": st.lists(st.integers(-9, 9) | st.floats(-1, 1)).map(repr),
    },
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(flags, keywords | plausible), min_size=1, max_size=4))
def test_whatever_the_options_the_result_can_be_read_or_there_is_an_error(options):
    calls = (
        ", ".join([repr(f"--{flag}"), *(f"{key}={value}" for key, value in words.items())])
        for flag, words in options
    )
    try:
        text = from_script(*calls, before="X = [1, 2]\nY = 3")
    except UserError:
        return
    space = parse_pcs(text)
    assert set(space) <= {f"-{flag}" for flag, _ in options}
    assert parse_pcs(write_pcs(space.tree)) == space


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=30))
def test_any_bytes_give_a_file_or_an_error(noise):
    for source in (
        noise,
        b"p.add_argument(" + noise + b")",
        b"p.add_argument('--n'," + noise + b")",
    ):
        try:
            parse_pcs(pcs_from_script(source))
        except UserError:
            continue
