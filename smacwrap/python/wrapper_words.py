"""The words that start a wrapper of GenericWrapper4AC's kind, and the command it starts."""

import shlex
import sys
from argparse import (
    REMAINDER,
    SUPPRESS,
    ArgumentDefaultsHelpFormatter,
    ArgumentParser,
    Namespace,
)
from collections.abc import Sequence
from pathlib import Path

from smacwrap.protocol import CallString, parse_call_string
from smacwrap.wrapper.outcome import CRASHED_QUALITY

_ACLIB_WORDS = ("--instance", "--cutoff", "--seed", "--config")
_OF_A_SHELL = frozenset(";&|<>()$`\\\"'*?[]{}!#~\n")


def option_parser() -> ArgumentParser:
    """A parser with the options of every wrapper; a wrapper may add its own."""
    parser = ArgumentParser(
        formatter_class=ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
        add_help=False,  # -h may be a parameter
        usage="%(prog)s [OPTIONS] INSTANCE INSTANCE_INFO CUTOFF RUNLENGTH SEED -name value ...",
        epilog="Example: %(prog)s --mem-limit 512 no_instance 0 10.0 2147483647 1 -name value",
    )
    add = parser.add_argument
    add("--help", action="help", help="show this help message and exit")
    add("--mem-limit", type=int, default=3072, metavar="MB", help="memory of the target")
    add("--temp-file-dir", dest="tmp_dir", metavar="DIR", help="where temporary files go")
    add("--max_quality", type=float, default=CRASHED_QUALITY, help="quality of runs without one")
    add("--overwrite_cost_runtime", action="store_true", help="the quality is the run time")
    add("--runsolver-path", dest="runsolver", metavar="FILE", help="ignored, not needed")
    # From the first word that is no option, argparse leaves all words as they are.
    add("call_string", nargs=REMAINDER, help=SUPPRESS)
    return parser


def parse_words(parser: ArgumentParser, words: Sequence[str]) -> tuple[Namespace, CallString]:
    """The wrapper's own options, and the call string behind them, in either form.

    Raises:
        SystemExit: an option is wrong, or help was asked for.
        CallStringError: the rest is no call string.
    """
    own, call_words = _split_aclib(words)
    options = parser.parse_args(own)
    call_words = [*options.call_string, *call_words]
    if call_words[:1] == ["--"]:
        del call_words[0]
    if options.runsolver:
        note = "--runsolver-path is ignored: runsolver is not needed"
        print(f"{parser.prog}: {note}", file=sys.stderr)
    return options, parse_call_string(call_words)


def _split_aclib(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The wrapper's own options, which may stand between AClib 2's, and a call of its form."""
    first = next((i for i, word in enumerate(words) if word.split("=")[0] in _ACLIB_WORDS), None)
    if first is None:
        return list(words), []
    end = words.index("--config", first) if "--config" in words[first:] else first
    own, i = list(words[:first]), first
    call: list[str] = []
    while i < end:
        size = 1 if "=" in words[i] else 2
        ours = words[i].split("=")[0] in _ACLIB_WORDS
        (call if ours else own).extend(words[i : min(i + size, end)] if ours else [words[i]])
        i += size if ours else 1
    return own, [*call, *words[i:]]


class CommandError(Exception):
    """A command that cannot be started safely; the message says why."""


def command_words(command: object, call: CallString) -> tuple[str, ...]:
    """The words to start, in the current folder, for what a wrapper gives as its command.

    A list is started as it is, without a shell. A text is read by a shell, so values of the call
    that could mean something to a shell must be quoted in it.

    Raises:
        CommandError: neither a text nor a list, empty, or a text with such a value unquoted.
    """
    folder = str(Path.cwd())
    if isinstance(command, str) and command.strip():
        _check_quoting(command, call)
        return ("/bin/sh", "-c", f"cd {shlex.quote(folder)} || exit\n{command}")
    if isinstance(command, list | tuple) and command:
        words = [str(word) for word in command]
        return ("/bin/sh", "-c", 'cd "$0" && exec "$@"', folder, *words)
    raise CommandError(f"get_command_line_args gave no command: {command!r}")


def _check_quoting(command: str, call: CallString) -> None:
    texts = [("instance", call.instance), ("instance information", call.instance_info)]
    for name, value in call.parameters.items():
        texts += [("parameter's name", name), (f"value of {name}", value)]
    for what, text in texts:
        unquoted = command.replace(shlex.quote(text), "")
        if _OF_A_SHELL & set(text) and text in unquoted:
            raise CommandError(
                f"the {what}, '{text}', may mean something to a shell: "
                "get_command_line_args must quote it with shlex.quote, or give a list of words"
            )
