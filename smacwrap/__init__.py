"""smacwrap tunes any program that starts from a command line, from SMAC v2's files."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from smacwrap.python.abstract_wrapper import AbstractWrapper
    from smacwrap.python.function import target
    from smacwrap.python.result import Result
    from smacwrap.python.sat_wrapper import SatWrapper

__version__ = "0.1.0"
__all__ = ["AbstractWrapper", "Result", "SatWrapper", "__version__", "target"]

_HOMES = {
    "AbstractWrapper": "abstract_wrapper",
    "Result": "result",
    "SatWrapper": "sat_wrapper",
    "target": "function",
}


def __getattr__(name: str) -> "Any":
    # Loaded when they are asked for: `smacwrap run` is started once per run and needs none.
    if name not in _HOMES:
        raise AttributeError(f"module 'smacwrap' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(f"smacwrap.python.{_HOMES[name]}"), name)
