"""PCS files and configuration spaces, configurations and their texts.

>>> space = parse_pcs("lr real [0.0001, 1] [0.01] log")
>>> to_text(space.get_default_configuration())
{'lr': '0.01'}
>>> default_texts("lr real [0.0001, 1] [0.01] log").settings
{'lr': '0.01'}
"""

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
