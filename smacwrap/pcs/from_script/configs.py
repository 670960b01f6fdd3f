"""Parameters from the YAML file of a script with hydra or OmegaConf: `optim.lr=0.1` sets one."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.from_script.literals import Constants, UnreadableError
from smacwrap.pcs.from_script.names import Names, called, keywords
from smacwrap.pcs.from_script.options import UNKNOWN, Option

_LARGEST_FILE = 1_000_000  # bytes
_DEEPEST = 10  # config groups inside of config groups
_SCALARS = (bool, int, float, str)


@dataclass(frozen=True)
class Config:
    """The leaves of a configuration as options, the file, and what a run needs beside the script.

    `needs` are relative to the script's folder.
    """

    options: tuple[Option, ...]
    file: Path
    needs: tuple[str, ...]


def read_config(names: Names, constants: Constants, script: Path) -> Config | None:
    """The configuration of a script, None if it uses none that a command line can change.

    Raises:
        UserError: its file cannot be read.
    """
    found = _hydra(names, constants, script.parent) or _omegaconf(names, constants, script.parent)
    if found is None:
        return None
    file, folder = found
    leaves = dict(_leaves(_load(file), file, folder, 0))
    options = tuple(_option(name, *place) for name, place in leaves.items())
    below = folder.relative_to(script.parent) if folder.is_relative_to(script.parent) else None
    if below is None:
        needs: tuple[str, ...] = ()
    elif below == Path():
        needs = tuple(dict.fromkeys(name.name for _, (_, name, _) in leaves.items()))
        needs = needs or (file.name,)
    else:
        needs = (below.parts[0],)
    return Config(options, file, needs)


def _hydra(names: Names, constants: Constants, folder: Path) -> tuple[Path, Path] | None:
    for function in names.functions:
        for decorator in names.decorators(function):
            if names.full(called(decorator)) != "hydra.main":
                continue
            given = keywords(decorator)
            path = _text(constants, given.get("config_path")) or "."
            name = _text(constants, given.get("config_name"))
            if name:
                name = name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"
                return folder / path / name, folder / path
    return None


def _omegaconf(names: Names, constants: Constants, folder: Path) -> tuple[Path, Path] | None:
    calls = {names.full(call.func): call for call in names.calls}
    load = calls.get("omegaconf.OmegaConf.load")
    if load is None or "omegaconf.OmegaConf.from_cli" not in calls or not load.args:
        return None
    name = _text(constants, load.args[0])
    return (folder / name, (folder / name).parent) if name else None


def _text(constants: Constants, node: ast.expr | None) -> str | None:
    try:
        value = None if node is None else constants.value(node)
    except UnreadableError:
        return None
    return value if isinstance(value, str) else None


def _load(file: Path) -> Any:
    try:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError
    except ImportError:
        install = 'pip install "smacwrap[yaml]"'
        raise UserError(Problem(f"to read it needs ruamel.yaml: {install}", file)) from None
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise UserError(Problem("too large for a configuration", file))
        return YAML().load(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(Problem(f"cannot be read: {error.strerror}", file)) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise UserError(Problem(f"not valid YAML: {' '.join(str(error).split())}", file)) from None


_Place = tuple[Any, Path, int]


def _leaves(document: Any, file: Path, folder: Path, depth: int) -> Iterator[tuple[str, _Place]]:
    """The leaves with their places; those of config groups first, as the file overrides them."""
    if not isinstance(document, dict):
        return
    defaults = document.get("defaults")
    for entry in defaults if isinstance(defaults, list) and depth < _DEEPEST else []:
        group, option = next(iter(entry.items())) if isinstance(entry, dict) else ("", entry)
        group = str(group).removeprefix("override ").removeprefix("optional ")
        if option in ("_self_", None) or group.startswith("hydra/") or not isinstance(option, str):
            continue
        other = folder / group / f"{option}.yaml"
        if other.is_file():
            prefix = group.split("@")[0].replace("/", ".")
            for name, place in _leaves(_load(other), other, folder / group, depth + 1):
                yield (f"{prefix}.{name}" if prefix else name), place
    for name, value in _flat(document, "", 0):
        if not name.startswith(("defaults", "hydra.")):
            yield name, (value[0], file, value[1])


def _flat(node: Any, prefix: str, depth: int) -> Iterator[tuple[str, tuple[Any, int]]]:
    for key, value in node.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < _DEEPEST:
            yield from _flat(value, f"{name}.", depth + 1)
        else:
            yield name, (value, node.lc.key(key)[0] + 1 if key in node.lc.data else 1)


def _option(name: str, value: Any, file: Path, line: int) -> Option:
    """A leaf as an option; what stands for something else, as `${lr}`, has no readable value."""
    kind = next((t.__name__ for t in _SCALARS if isinstance(value, t)), None)
    plain: Any = value
    if isinstance(value, float) and not isinstance(value, bool):
        plain = float(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        plain = int(value)
    is_open = isinstance(value, str) and ("${" in value or value == "???")
    return Option(
        flags=(name,),
        line=line,
        is_named=True,
        dest=name,
        type=None if is_open else kind,
        default=UNKNOWN if is_open else plain if kind else None,
        nargs=None if kind or value is None else "list",
        required=value == "???",
    )
