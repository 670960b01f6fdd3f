"""A job's command: its placeholders filled in, as words for the system or as a line for a shell."""

import re
import shlex
import shutil
from collections.abc import Mapping

from smacwrap.protocol import CallString

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_QUOTED_OR_ESCAPED = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\[^\n]""", re.DOTALL)
_NEEDS_SHELL = re.compile(r"[|&;<>$`*?~()\n]|^\w+=")
# Where a shell would not read a quoted value as it was quoted.
_UNSAFE = re.compile(
    r"""'[^']*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[\\$]\{[^{}]*\}|\\.|(?<!<)<<(?!<).*""",
    re.DOTALL,
)


class CommandTemplate:
    """The text of a command with `{flags}`, `{name}` of a parameter, `{seed}`, `{instance}`, ….

    A command without shell syntax is started directly; one with it (a pipe, a redirection, a
    variable, a pattern, a second line) by a shell, every filled-in value quoted for it. `{{` and
    `}}` are braces.

    Raises:
        ValueError: unbalanced quotes, or a placeholder where a shell is needed and its value could
            not be quoted safely: inside quotes, backquotes or a here-document, or behind $ or \\.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        bare = _PLACEHOLDER.sub("", text)
        unquoted = _QUOTED_OR_ESCAPED.sub(_keep_dollars_of_double_quotes, bare)
        self.uses_shell = bool(_NEEDS_SHELL.search(unquoted.strip()))
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise ValueError(f"{error} in '{text}'") from None
        if not words:
            raise ValueError("the command is empty")
        if "\0" in text:
            raise ValueError("a command cannot hold a null character")
        if self.uses_shell:
            for unsafe in _UNSAFE.finditer(text):
                inside = [m for m in _PLACEHOLDER.finditer(unsafe.group()) if m.group(1)]
                if inside:
                    raise ValueError(
                        f"write {inside[0].group()} outside of quotes and without $ in front: "
                        "its value is quoted for the shell when it is filled in "
                        "({{ and }} are braces for the shell)"
                    )

    def fill(self, call: CallString) -> list[str]:
        """The words to start for a call string.

        Raises:
            KeyError: a placeholder names nothing that the call string has.
        """
        values = {
            "instance": call.instance,
            "instance_info": call.instance_info,
            "cutoff": repr(call.cutoff),
            "run_length": str(call.run_length),
            "seed": str(call.seed),
            **call.parameters,
        }
        flags = call.words()[5:]
        if self.uses_shell:
            line = _fill(self.text, {n: shlex.quote(v) for n, v in values.items()}, flags)
            return [*_shell(), line]
        words: list[str] = []
        for word in shlex.split(self.text):
            words += flags if word == "{flags}" else [_fill(word, values, flags)]
        return words


def _keep_dollars_of_double_quotes(match: re.Match[str]) -> str:
    quoted = match.group()
    return "$" if quoted[0] == '"' and re.search(r"(?<!\\)[$`]", quoted) else ""


def _fill(text: str, values: Mapping[str, str], flags: list[str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return match.group()[0]
        return shlex.join(flags) if name == "flags" else values[name]

    return _PLACEHOLDER.sub(value, text)


def _shell() -> list[str]:
    # With pipefail a script that dies in front of a pipe is not hidden by what reads from it.
    bash = shutil.which("bash")
    return [bash, "-o", "pipefail", "-c"] if bash else ["/bin/sh", "-c"]
