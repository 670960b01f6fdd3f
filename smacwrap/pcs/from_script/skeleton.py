"""Writes the PCS file of a script's options: what is tunable, and in comments what is not."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.from_script.domains import check_word, domain_of
from smacwrap.pcs.from_script.functions import TargetFunction
from smacwrap.pcs.from_script.guesses import NoGuessError
from smacwrap.pcs.from_script.options import UNKNOWN, CommandNeededError, Option
from smacwrap.pcs.from_script.parsers import ANY, Group
from smacwrap.pcs.from_script.scripts import read_script
from smacwrap.pcs.from_script.tunable import is_switch, why_not
from smacwrap.pcs.layout import format_pcs
from smacwrap.pcs.reader import parse_tree

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

_VALUE = r"%\(\w+\)[-#0 +]*\d*(\.\d+)?[A-Za-z]"
_PLACEHOLDER = re.compile(rf"%%|\((default:?\s*)?{_VALUE}\)|(default:?\s*)?{_VALUE}")
_LONGEST_HELP = 60

_HEADER = """\
# Parameters of {script}, from {what}.
# Ranges are guesses around the defaults: go through them, and settle each TODO.
"""

_Words = tuple[str, ...]


@dataclass(frozen=True)
class Skeleton:
    """A first PCS file for a script.

    Attributes:
        pcs: its text.
        rules: a line of the table [parameters] of job.toml for each parameter whose value the
            script does not take as it is.
        subcommand: the words of the subcommand whose parameters these are.
        in_front: what a command must say in front of these words, where {flags} comes too late,
            as `{"train": "--lr {-lr}"}`.
        flags: what stands in a command for the parameters.
        needs: files and folders that a run needs, relative to the script's folder.
        function: the function with `@smacwrap.target` that gets them: it needs no job file.
    """

    pcs: str
    rules: tuple[str, ...]
    subcommand: _Words = ()
    in_front: Mapping[str, str] = field(default_factory=dict)
    flags: str = "{flags}"
    needs: tuple[str, ...] = ()
    function: TargetFunction | None = None


@dataclass(frozen=True)
class _Entry:
    """What becomes of an option: without a reason against it, `code` is its line.

    With one, the line is commented out; without a line the option is left out.
    """

    option: Option
    name: str
    code: str = ""
    todo: str = ""
    reason: str = ""

    @property
    def is_taken(self) -> bool:
        return not self.reason

    def line(self) -> str:
        """Its line of the PCS file, with all that there is to say about it."""
        option = self.option
        notes = (_takers(option), _shortened(option.help), self.todo, self.reason)
        comment = " … ".join(filter(None, dict.fromkeys(notes)))
        return f"{self.code}  # {comment}" if comment else self.code

    def why(self, subcommand: _Words) -> str:
        """The reason, and what to do about an option that the script insists on."""
        needed = self.option.required or (
            self.option.is_positional and self.option.nargs not in ("?", "*")
        )
        needed = needed and _is_of(self.option, subcommand)
        todo = " … TODO write it into the command of job.toml" if needed else ""
        return f"{self.option.flag}, line {self.option.line}: {self.reason}{todo}"


def skeleton_from_script(
    source: bytes, file: Path | str | None = None, words: Sequence[str] | None = None
) -> Skeleton:
    """The PCS file of a Python or shell script, which is read and never run.

    Choices and ranges that the script states are taken as they are; other ranges are guessed
    around the defaults. What must not be tuned (paths, seeds, epochs, …) or cannot be is listed
    in comments, and so is what cannot be given together with the parameters. With these names
    `smacwrap run` passes `--lr 0.1` for `-lr`, `-lr 0.1` for `lr`.

    Args:
        source: of the script, in any encoding that Python reads.
        file: for messages.
        words: of the command between the script and {flags}, which name the subcommand; without
            them it is the first one that has a parameter.

    Raises:
        UserError: the source is no Python or shell script, has no options, or none that can be
            tuned.
    """
    script = read_script(source, file)
    entries = [_entry(option) for option in script.options]
    subcommand = _first(entries) if words is None else _named(script.subcommands, words)
    entries = list(_selected(entries, subcommand))
    taken = [entry for entry in entries if entry.is_taken]
    if not taken:
        raise UserError(
            Problem(f"none of the {len(entries)} options can be tuned", file),
            *(Problem(f"{e.option.flag}: {e.reason}", file, e.option.line) for e in entries),
        )
    others = [entry for entry in entries if entry.code and not entry.is_taken]
    left_out = [entry.why(subcommand) for entry in entries if not entry.code]
    name = _comment(Path(file or "a script").name)
    text = _HEADER.format(script=name, what=_comment(script.what)) + "\n"
    text += "".join(f"{entry.line()}\n" for entry in taken)
    text += _listed("Cannot be given together with these", (entry.line() for entry in others))
    text += _listed("Left out", left_out)
    late = [entry for entry in taken if _word_behind(entry.option, subcommand)]
    rules = [f'{_key(entry.name)} = ""' for entry in late]
    rules += script.rules
    rules += [_rule(entry) for entry in taken if is_switch(entry.option)]
    rules += [f"# {_rule(entry)}" for entry in others if is_switch(entry.option)]
    return Skeleton(
        pcs=format_pcs(text),
        rules=tuple(rules),
        subcommand=subcommand,
        in_front=_in_front(late, subcommand),
        flags=_places(entries, len(words or ()), file) if script.by_place else "{flags}",
        needs=script.needs,
        function=script.function,
    )


def pcs_from_script(source: bytes, file: Path | str | None = None) -> str:
    """The text of a PCS file for a Python script, with all that a person must still do.

    See `skeleton_from_script`.
    """
    skeleton = skeleton_from_script(source, file)
    name = shlex.quote(Path(file or "script.py").name)
    if skeleton.function:
        call = [f"algo = python {name}"]
        return skeleton.pcs + _listed("It needs no job file; this in the scenario calls it", call)
    todo, lines = "Switches take no value; this in job.toml spells them", []
    if skeleton.needs:
        todo = "This in job.toml spells them, and links what the script reads"
        needs = ", ".join(json.dumps(need, ensure_ascii=False) for need in skeleton.needs)
        lines += ["[run]", f"data = [{needs}]"]
    if skeleton.flags != "{flags}":
        todo = "It takes these by their place; in job.toml"
        command = json.dumps(f"bash {name} {skeleton.flags}", ensure_ascii=False)
        lines += ["[run]", f"command = {command}"]
    if skeleton.subcommand:
        todo = f"These are for the subcommand {' '.join(skeleton.subcommand)}; in job.toml"
        command = _command(skeleton, Path(file or "script.py").name)
        lines += ["[run]", f"command = {json.dumps(command, ensure_ascii=False)}"]
    if skeleton.rules:
        lines += ["[parameters]", *skeleton.rules]
    return skeleton.pcs + _listed(f"TODO {_comment(todo)}", lines)


def _places(entries: Sequence[_Entry], given: int, file: Path | str | None) -> str:
    """The arguments of a script that takes them by their place, behind those that are given.

    Raises:
        CommandNeededError: one that cannot be tuned has no default.
    """
    words, last = [], 0
    for entry in entries[given:]:
        default = entry.option.default
        if entry.is_taken:
            words.append(f"{{{entry.name}}}")
            last = len(words)
        elif default is UNKNOWN or default is None:
            places = " ".join(f"{{{e.name}}}" if e.is_taken else e.name.upper() for e in entries)
            example = f"bash {Path(file or 'script.sh').name} {places}"
            message = f"its argument {entry.name} is not tuned: give a command such as '{example}'"
            raise CommandNeededError(Problem(message, file, entry.option.line))
        else:
            words.append(shlex.quote(str(default)))
    return " ".join(words[:last])


def _command(skeleton: Skeleton, script: str) -> str:
    words = ["python", shlex.quote(script)]
    for word in skeleton.subcommand:
        words += [skeleton.in_front.get(word, ""), shlex.quote(word)]
    return " ".join(filter(None, (*words, "{flags}")))


def _listed(title: str, items: Iterable[str]) -> str:
    lines = "".join(f"#   {_comment(item)}\n" for item in items)
    return f"\n# {title}:\n{lines}" if lines else ""


def _first(entries: Iterable[_Entry]) -> _Words:
    """The first subcommand that has a parameter of its own; none if there is none."""
    takers = (words for entry in entries if entry.is_taken for words in entry.option.subcommands)
    return next((words for words in takers if words and ANY not in words), ())


def _named(subcommands: Iterable[_Words], words: Iterable[str]) -> _Words:
    """The subcommand that the words of a command name."""
    known = set(subcommands)
    named: _Words = ()
    for word in words:
        if (*named, word) in known:
            named = (*named, word)
    return named


def _entry(option: Option) -> _Entry:
    entry = _Entry(option, option.flag.removeprefix("-"))
    reason = why_not(option)
    if reason:
        return replace(entry, reason=reason)
    try:
        check_word(entry.name, "name")
        guess = domain_of(option)
        code = f"{entry.name} {guess.domain}"
        parse_tree(code)
    except NoGuessError as error:
        return replace(entry, reason=f"{error} … TODO")
    except UserError as error:
        return replace(entry, reason=f"{error.problems[0].message} … TODO")
    return replace(entry, code=code, todo=guess.todo and f"TODO {guess.todo}")


def _selected(entries: Iterable[_Entry], subcommand: _Words) -> Iterator[_Entry]:
    """The entries; those that a command cannot give together with earlier ones get a reason."""
    entries = [entry if entry.reason else _of_subcommand(entry, subcommand) for entry in entries]
    chosen: dict[Group, _Entry] = {}
    for entry in sorted(entries, key=lambda entry: is_switch(entry.option)):
        if entry.option.group and entry.is_taken:
            chosen.setdefault(entry.option.group, entry)
    names: set[str] = set()
    for entry in entries:
        if entry.is_taken and entry.option.group:
            entry = _of_group(entry, chosen[entry.option.group])
        if entry.is_taken and entry.name in names:
            entry = replace(entry, code="", reason="another option has the same name")
        if entry.is_taken:
            names.add(entry.name)
        yield entry


def _of_subcommand(entry: _Entry, subcommand: _Words) -> _Entry:
    if not _is_of(entry.option, subcommand):
        return replace(entry, reason=_takers(entry.option))
    word = _word_behind(entry.option, subcommand)
    if word and is_switch(entry.option):
        reason = f"a switch in front of {word}, which {{flags}} cannot give … TODO"
        return replace(entry, code="", reason=reason)
    return entry


def _of_group(entry: _Entry, chosen: _Entry) -> _Entry:
    assert entry.option.group is not None
    if entry.option.group.required and is_switch(chosen.option):
        reason = "one of its group must be given … TODO write one into the command of job.toml"
        return replace(entry, code="", reason=reason)
    if entry is chosen:
        return entry
    return replace(entry, reason=f"TODO not together with {chosen.option.flag}: keep one")


def _is_of(option: Option, subcommand: _Words) -> bool:
    """Whether a command with this subcommand can give the option."""
    return any(_leads_to(words, subcommand) for words in option.subcommands)


def _leads_to(words: _Words, subcommand: _Words) -> bool:
    return ANY in words or subcommand[: len(words)] == words


def _word_behind(option: Option, subcommand: _Words) -> str:
    """The word of the subcommand that the option must come in front of, if there is one."""
    takers = [words for words in option.subcommands if _leads_to(words, subcommand)]
    depth = max(map(len, takers), default=len(subcommand))
    return subcommand[depth] if depth < len(subcommand) else ""


def _in_front(late: Iterable[_Entry], subcommand: _Words) -> dict[str, str]:
    texts: dict[str, str] = {}
    for entry in late:
        word = _word_behind(entry.option, subcommand)
        text = f"{shlex.quote(entry.option.flag)} {{{entry.name}}}"
        texts[word] = f"{texts[word]} {text}" if word in texts else text
    return texts


def _takers(option: Option) -> str:
    """`of train, predict` for an option of these subcommands, nothing for the main parser's."""
    takers = [" ".join(words) for words in option.subcommands]
    return f"of {_comment(', '.join(takers))}" if all(takers) else ""


def _rule(entry: _Entry) -> str:
    """How job.toml spells a switch: the flag for 1; for 0 nothing, or the flag that says no."""
    flag = entry.option.flag
    has_no = entry.option.action == "BooleanOptionalAction" and flag.startswith("--")
    off = entry.option.off or (f"--no-{flag[2:]}" if has_no else "")
    return f"{_key(entry.name)} = {{ 1 = {_spelled(flag)}, 0 = {_spelled(off)} }}"


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else json.dumps(name)


def _spelled(flag: str) -> str:
    return json.dumps(flag and shlex.quote(flag), ensure_ascii=False)


def _shortened(help_: str) -> str:
    """A help without its values, most of which are the default; `%%` in it is a `%`."""
    text = _PLACEHOLDER.sub(lambda match: "%" if match[0] == "%%" else "", help_)
    text = _comment(text)
    return text if len(text) <= _LONGEST_HELP else text[:_LONGEST_HELP].rsplit(" ", 1)[0] + "..."


def _comment(text: str) -> str:
    """In one line, and in characters that can be written."""
    return " ".join(text.encode(errors="backslashreplace").decode().split())
