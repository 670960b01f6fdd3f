"""A job's command: its placeholders filled in, as words for the system or as a line for a shell."""

import re
import shlex
from collections.abc import Sequence

from smacwrap.protocol import CallString
from smacwrap.wrapper.placeholders import PLACEHOLDER, fill, values_of

_QUOTED_OR_ESCAPED = r"""(?s)'[^']*'|"(?:\\.|[^"\\])*"|\\[^\n]"""
_NEEDS_SHELL = r"[|&;<>$`*?~()\n]|^\w+="
# Where a shell would not read a quoted value as it was quoted.
_UNSAFE = r"""(?s)'[^']*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|[\\$]\{[^{}]*\}|\\.|(?<!<)<<(?!<).*"""


class CommandTemplate:
    """The text of a command with `{flags}`, `{name}` of a parameter, `{seed}`, `{instance}`, ….

    `{name:-fallback}` is for a parameter that is not always active.

    A command without shell syntax is started directly; one with it (a pipe, a redirection, a
    variable, a pattern, a second line) by a shell, every filled-in value quoted for it. `{{` and
    `}}` are braces.

    Raises:
        ValueError: unbalanced quotes, or a placeholder where a shell is needed and its value could
            not be quoted safely: inside quotes, backquotes or a here-document, or behind $ or \\.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        bare = PLACEHOLDER.sub("", text)
        unquoted = re.sub(_QUOTED_OR_ESCAPED, _keep_dollars_of_double_quotes, bare)
        self.uses_shell = bool(re.search(_NEEDS_SHELL, unquoted.strip()))
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise ValueError(f"{error} in '{text}'") from None
        if not words:
            raise ValueError("the command is empty")
        if "\0" in text:
            raise ValueError("a command cannot hold a null character")
        if self.uses_shell:
            for unsafe in re.finditer(_UNSAFE, text):
                inside = [m for m in PLACEHOLDER.finditer(unsafe.group()) if m.group(1)]
                if inside:
                    raise ValueError(
                        f"write {inside[0].group()} outside of quotes and without $ in front: "
                        "its value is quoted for the shell when it is filled in "
                        "({{ and }} are braces for the shell)"
                    )

    @property
    def chooses_program(self) -> bool:
        """Whether the program itself, not only what it is given, is another one in other runs."""
        program = "" if self.uses_shell else shlex.split(self.text)[0]
        return any(match[1] is not None for match in PLACEHOLDER.finditer(program))

    def fill(self, call: CallString, flags: Sequence[str] | None = None) -> list[str]:
        """The words to start for a call string.

        Args:
            call: the call string.
            flags: the words of `{flags}`; by default `-name value` of each parameter.

        Raises:
            KeyError: a placeholder names nothing that the call string has, with no fallback.
        """
        values = values_of(call)
        flags = call.words()[5:] if flags is None else list(flags)
        if self.uses_shell:
            quoted = {name: shlex.quote(value) for name, value in values.items()}
            return [*_shell(), fill(self.text, {**quoted, "flags": shlex.join(flags)}, shlex.quote)]
        values["flags"] = shlex.join(flags)
        words: list[str] = []
        for word in shlex.split(self.text):
            words += flags if word == "{flags}" else [fill(word, values)]
        return words


def _keep_dollars_of_double_quotes(match: re.Match[str]) -> str:
    quoted = match.group()
    return "$" if quoted[0] == '"' and re.search(r"(?<!\\)[$`]", quoted) else ""


def _shell() -> list[str]:
    import shutil  # few jobs need it

    # With pipefail a script that dies in front of a pipe is not hidden by what reads from it.
    bash = shutil.which("bash")
    return [bash, "-o", "pipefail", "-c"] if bash else ["/bin/sh", "-c"]
