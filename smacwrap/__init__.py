"""smacwrap tunes any program that starts from a command line, from SMAC v2's files."""

__version__ = "0.1.0"
