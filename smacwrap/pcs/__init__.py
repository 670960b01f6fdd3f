"""PCS files and configuration spaces, configurations and their texts.

>>> space = parse_pcs("lr real [0.0001, 1] [0.01] log")
>>> to_text(space.get_default_configuration())
{'lr': '0.01'}
>>> default_texts("lr real [0.0001, 1] [0.01] log").settings
{'lr': '0.01'}
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smacwrap.pcs.reader import default_texts, parse_pcs, parse_tree
    from smacwrap.pcs.sources import read_pcs, read_pcs_text, read_tree
    from smacwrap.pcs.tree import DefaultTexts, Tree, size_upper_bound
    from smacwrap.pcs.values import all_to_text, from_record, from_text, from_words, to_text
    from smacwrap.pcs.writer import write_pcs

__all__ = [
    "DefaultTexts",
    "Tree",
    "all_to_text",
    "default_texts",
    "from_record",
    "from_text",
    "from_words",
    "parse_pcs",
    "parse_tree",
    "read_pcs",
    "read_pcs_text",
    "read_tree",
    "size_upper_bound",
    "to_text",
    "write_pcs",
]

_MODULES = {
    "reader": ("default_texts", "parse_pcs", "parse_tree"),
    "sources": ("read_pcs", "read_pcs_text", "read_tree"),
    "tree": ("DefaultTexts", "Tree", "size_upper_bound"),
    "values": ("all_to_text", "from_record", "from_text", "from_words", "to_text"),
    "writer": ("write_pcs",),
}


def __getattr__(name: str) -> Any:
    # Each is loaded when it is asked for. Configurations are ConfigSpace's, which takes a second:
    # whoever reads, checks or shows files, and a worker's first run, does without.
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
