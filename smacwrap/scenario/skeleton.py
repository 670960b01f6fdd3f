"""The files that a new scenario starts with: scenario, parameters and job, ready to be run."""

import contextlib
import json
import os
import re
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from smacwrap.errors import Problem, UserError, did_you_mean
from smacwrap.pcs.from_script.shell import shell_of
from smacwrap.scenario.domains import quoted
from smacwrap.scenario.imports import with_local_modules

SCENARIO, PCS, JOB = "scenario.txt", "params.pcs", "job.toml"

_ENDINGS = (".sh", ".bash")
_LONGEST_LINE = 1000

_PLACEHOLDER = re.compile(r"\{[^{}]+\}")
_OPERATOR = re.compile(r"[();<>|&]+")
# A group with anything but plain text in it, which hardly any text before a number has.
_GROUP = re.compile(r"\([^()]*[\\\[*+][^()]*\)")
_METRIC = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_ANY_METRIC = "quality"
_MEANING = '# {flags} becomes "-name value ..." of the active parameters.\n'
_NUMBER = r"\s*([-+.\w]+)"


@dataclass(frozen=True)
class Command:
    """What a run starts, as a job file says it.

    `text` has placeholders for the parameters; `inputs` are packed for every run; `script` is
    the Python or shell script among them, if there is one.
    """

    text: str
    inputs: tuple[Path, ...]
    script: Path | None

    def words(self) -> list[str]:
        """What stands between the script and the parameters, or an operator of the shell."""
        words = shlex.split(self.text)
        names = [Path(word).name for word in words]
        if self.script and self.script.name in names:
            words = words[names.index(self.script.name) + 1 :]
        ends = (i for i, w in enumerate(words) if w == "{flags}" or _OPERATOR.fullmatch(w))
        return words[: next(ends, None)]

    def with_words(self, words: str, in_front_of: str) -> "Command":
        """The command with more words in it, in front of one behind the script."""
        script = self.script and re.search(_word(self.script.name), self.text)
        start = script.end() if script else 0
        pattern = _word(in_front_of)
        rest = re.sub(pattern, lambda word: f"{words} {word[0]}", self.text[start:], count=1)
        return replace(self, text=self.text[:start] + rest)


@dataclass(frozen=True)
class Quality:
    """How a run's quality is read off its output: the metric's name, and its regular expression.

    Without one, the target prints the metric itself as a line `name<TAB>value`. `maximize` is
    None where nothing was said of the direction: less is better.
    """

    metric: str
    pattern: str | None
    maximize: bool | None = None


def read_command(text: str) -> Command:
    """The command that a person means by `train.py`, `./solver` or `python train.py --epochs 3`.

    Scripts and a program in a folder of the user's are packed for every run; files and folders
    that are arguments are named by their absolute paths, since a run has a folder of its own.

    Raises:
        UserError: no such script or program, or it is not clear where the parameters go.
    """
    if _holds(Path(text).is_file):
        text = shlex.quote(text)  # one word, whatever is in it
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        words = list(lexer)
    except ValueError as error:
        raise UserError(f"{quoted(text)} is not a command: {str(error).lower()}") from None
    if not words:
        raise UserError("expected a script or a command, such as train.py")
    several = any(_OPERATOR.fullmatch(word) for word in words)
    if several and not _PLACEHOLDER.search(text):
        raise UserError(
            f"say where the parameters go in {quoted(text)}, "
            "as in: python train.py {flags} | python read_result.py"
        )
    program, *arguments = words
    packed: list[Path] = []
    is_program = _holds(lambda: os.access(program, os.X_OK))
    shell = None if is_program else _shell(Path(program))
    if program.endswith(".py"):
        text, arguments = f"python {text}", words
    elif shell and Path(program).suffix in _ENDINGS:
        text, arguments = f"{shell} {text}", words
    elif not several and not (os.sep not in program and shutil.which(program)):
        text = _replaced(text, program, _program(program, packed))
    for word in arguments:
        text = _replaced(text, word, _argument(word, packed))
    scripts = [path for path in packed if path.suffix == ".py"]
    modules = [module for script in scripts for module in with_local_modules(script)]
    scripts += [path for path in packed if path.suffix != ".py" and _shell(path)]
    if not _PLACEHOLDER.search(text):
        text += " {flags}"
    inputs = tuple(dict.fromkeys([*packed, *modules]))
    return Command(text, inputs, scripts[0] if scripts else None)


def _program(word: str, packed: list[Path]) -> str:
    path = Path(word)
    if not _holds(path.is_file):
        raise _missing(path, "no file and no program", word)
    if not os.access(path, os.X_OK):
        raise UserError(f"{word} is not executable: try chmod +x {word}, or say what runs it")
    if path.is_absolute():
        return word
    packed.append(path)
    return f"./{path.name}"


def _argument(word: str, packed: list[Path]) -> str:
    path = Path(word)
    is_shell = path.suffix in _ENDINGS and _holds(path.is_file)
    if word.endswith(".py") or is_shell:
        if not _holds(path.is_file):
            raise _missing(path, "no file", word)
        packed.append(path)
        return path.name
    # A plain word that is also a folder's name is more likely a word.
    if _holds(path.is_file) or (os.sep in word and _holds(path.is_dir)):
        return str(path.absolute())
    return word


def _shell(path: Path) -> str | None:
    """The shell that a script is for; None for what is none."""
    try:
        with path.open("rb") as file:
            return shell_of(file.readline(_LONGEST_LINE), path.name)
    except (OSError, ValueError):
        return None


def _missing(path: Path, what: str, word: str) -> UserError:
    if _holds(path.is_dir):
        return UserError(f"{quoted(word)} is a folder: name the script or program in it")
    beside: list[str] = []
    with contextlib.suppress(OSError, ValueError):
        beside = [str(other) for other in path.parent.iterdir() if other.is_file()]
    return UserError(f"{what} {quoted(word)}{did_you_mean(str(path), beside)}")


def _holds(is_kind: Callable[[], bool]) -> bool:
    try:
        return is_kind()
    except (OSError, ValueError):  # a name too long or with a null, a folder not to be entered
        return False


def _replaced(text: str, word: str, by: str) -> str:
    """`text` with another word, where it stands for itself or in quotes; the rest is untouched."""
    if word == by:
        return text
    return re.sub(_word(word), lambda _: shlex.quote(by), text)


def _word(word: str) -> str:
    """A regular expression for a word of a command, as it is or in quotes."""
    return rf"(?<!\S)(['\"]?){re.escape(word)}\1(?!\S)"


def read_quality(metric: str | None, pattern: str | None) -> Quality:
    r"""The quality that `pattern` finds: a regular expression, or the text before the number.

    >>> read_quality(None, "Val error:")
    Quality(metric='val_error', pattern='Val error:\\s*([-+.\\w]+)', maximize=None)
    >>> read_quality("loss", r"error=(\S+)")
    Quality(metric='loss', pattern='error=(\\S+)', maximize=None)

    Raises:
        UserError: a name that no metric can have, or a regular expression that does not compile.
    """
    if metric is not None and not _METRIC.fullmatch(metric):
        raise UserError(f"a metric's name has letters, digits, _ and -, found {quoted(metric)}")
    if pattern is None:
        return Quality(metric or _ANY_METRIC, None)
    if not pattern.strip():
        raise UserError("expected the text in front of the number, such as Val error:")
    if "\\" not in pattern and not _GROUP.search(pattern):
        name = re.sub(r"\W+", "_", pattern, flags=re.ASCII).strip("_").lower()
        metric = metric or (name if _METRIC.fullmatch(name) else None)
        pattern = re.escape(pattern.strip()).replace("\\ ", " ")
    try:
        has_group = re.compile(pattern).groups > 0
    except re.error as error:
        raise UserError(f"not a regular expression: {error} in {quoted(pattern)}") from None
    return Quality(metric or _ANY_METRIC, pattern if has_group else pattern + _NUMBER)


def scenario_text(
    pcs_file: str, runs: int, name: str | None, algo: str = f"smacwrap run {JOB}"
) -> str:
    """A scenario: `runs` runs of the job, its study in the folder `name` if there is one.

    `algo` is for a target that needs no job; it may be followed by more lines.

    Raises:
        UserError: no folder can have that name.
    """
    if name and (not name.isprintable() or "/" in name or name in (".", "..")):
        raise UserError(f"{quoted(name)} is not the name of a folder")
    return f"""\
# What to tune, and for how long. All options: smacwrap scenario show {SCENARIO} --all
algo = {algo}
pcs-file = {pcs_file}
runObj = QUALITY
use-instances = false
numberOfRunsLimit = {runs}
""" + (f"rungroup = {name}\n" if name else "")


def job_text(
    command: Command,
    quality: Quality,
    folder: Path,
    rules: Sequence[str] = (),
    data: Sequence[Path] = (),
) -> str:
    """The job file, for `folder`: relative paths in it are relative to that.

    `rules` are lines of its table of parameters, for those that `{flags}` has to spell otherwise;
    `data` is linked into every run's folder.
    """
    inputs = ", ".join(_toml(relative(path, folder)) for path in command.inputs)
    metrics = (
        f"metrics = {{ {quality.metric} = {_toml(quality.pattern)} }}\n" if quality.pattern else ""
    )
    linked = ", ".join(_toml(relative(path, folder)) for path in data)
    if linked:
        linked = f"# Linked into the run's folder.\ndata = [{linked}]\n"
    way = "" if quality.maximize is None else f"maximize = {str(quality.maximize).lower()}\n"
    parameters = ""
    if rules and "{flags}" in command.text:
        lines = "\n".join(rules)
        parameters = f"\n[parameters]\n# What {{flags}} says for each value of these.\n{lines}\n"
    return f"""\
# One run: what is packed for it, what it starts, and how its result is read.

[run]
# Packed for every run, which starts in a folder of its own: add whatever else it reads.
input = [{inputs}]
{linked}{_MEANING if "{flags}" in command.text else ""}command = {_toml(command.text)}
# Names or patterns of files to keep of every run, such as a trained model.
outputs = []
{parameters}
[result]
# The metric that is {"maximised" if quality.maximize else "minimised"}; of several values in the \
output the last one counts.
quality = {_toml(quality.metric)}
{way}{metrics}"""


def example_pcs(command: Command) -> str:
    """A PCS file to be filled in: one parameter, and how to write others."""
    return f"""\
# The parameters of: {" ".join(command.text.split())}
# One a line: name type domain [default]. For example
#
#   lr real [0.0001, 1] [0.01] log
#   layers integer [1, 5] [2]
#   optimizer categorical {{adam, sgd}} [adam]
#   momentum real [0, 1] [0.9]
#   momentum | optimizer == sgd
#
# The command gets lr as: -lr 0.01; a parameter called -lr becomes: --lr 0.01
# TODO: write your own parameters in place of this one.
example real [0, 1] [0.5]
"""


def relative(file: Path, folder: Path) -> str:
    """What `folder` calls a file; the `..` of a link to a folder is not that of its name."""
    return os.path.relpath(
        Path(os.path.realpath(file.parent)) / file.name, os.path.realpath(folder)
    )


def _toml(text: str) -> str:
    # A literal string keeps the backslashes of regular expressions as they are.
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_all(files: Mapping[Path, str], overwrite: bool = False) -> None:
    """Write texts to files: all of them or none. Their folders are made.

    Raises:
        UserError: one exists and `overwrite` does not allow for it, or cannot be written.
    """
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}") for path in files}
    try:
        kept = [path for path in files if path.exists() and not (overwrite and path.is_file())]
        if kept:
            raise UserError(*map(_exists, kept))
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            parts[path].write_text(text, encoding="utf-8")
        for path, part in parts.items():
            part.replace(path)
    except OSError as error:
        raise UserError(Problem(f"cannot be written: {error.strerror}", error.filename)) from None
    except UnicodeEncodeError:  # a name that is no UTF-8
        raise UserError(Problem("cannot be written as UTF-8 text", path)) from None
    finally:
        for part in parts.values():
            with contextlib.suppress(OSError):
                part.unlink()


def _exists(path: Path) -> Problem:
    return Problem("exists; --force replaces it" if path.is_file() else "exists, no file", path)
