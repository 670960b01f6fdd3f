"""Reads a script's parameters by whatever it takes them: argparse, click, hydra, a shell, …."""

from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.from_script.commands import command_options
from smacwrap.pcs.from_script.configs import read_config
from smacwrap.pcs.from_script.functions import target_function
from smacwrap.pcs.from_script.literals import Constants
from smacwrap.pcs.from_script.names import Names
from smacwrap.pcs.from_script.options import CommandNeededError, Script, parse_module, read_argparse
from smacwrap.pcs.from_script.shell import read_shell, shell_of

_WRAPPERS = ("AbstractWrapper", "SatWrapper")
_OVERRIDE = '"*" = "{name}={value}"'
"""How hydra and OmegaConf take a parameter."""


def read_script(source: bytes, file: Path | str | None = None) -> Script:
    """What can be read of a script's parameters.

    Raises:
        CommandNeededError: it is a wrapper.
        UserError: the source is no Python or shell script, or takes no parameters in a known way.
    """
    if shell := shell_of(source, str(file or "")):
        script = _shell(source, shell)
    else:
        script = _python(source, file)
    if not script.options:
        known = (
            "no getopts, --name or $1 arguments"
            if shell
            else "no argparse, click or Typer options, hydra configuration or @smacwrap.target"
        )
        raise UserError(Problem(f"{known} in this file", file))
    return script


def _python(source: bytes, file: Path | str | None) -> Script:
    module = parse_module(source, file)
    constants = Constants(module)
    names = Names(module)
    if function := target_function(names, constants):
        what = f"the arguments of {function.name}()"
        return Script(function.options, (), what, function=function)
    for wrapper in names.classes.values():
        if any(names.full(base).rpartition(".")[2] in _WRAPPERS for base in wrapper.bases):
            program = Path(file or "wrapper.py").name
            message = f"{wrapper.name} is a wrapper already: it needs no job, but a scenario with"
            message += f" algo = python {program} and a PCS file of what it calls"
            raise CommandNeededError(Problem(message, file, wrapper.lineno))
    config = read_config(names, constants, Path(file or "."))
    if config:
        return Script(config.options, (), config.file.name, (_OVERRIDE,), config.needs)
    if (script := read_argparse(module, constants)).options:
        return script
    options = command_options(names, constants)
    library = "Typer" if "typer" in names.imported else "click"
    words = dict.fromkeys(words for option in options for words in option.subcommands if words)
    return Script(options, tuple(words), f"its {library} options")


def _shell(source: bytes, shell: str) -> Script:
    read = read_shell(source)
    what = f"its arguments, as {shell} reads them"
    return Script(read.options or read.positional, (), what, by_place=not read.options)
