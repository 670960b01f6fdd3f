"""The engine that is not ours: SMAC v2, which a launch starts in the place of its workers."""

SMAC2 = "smac2"
"""Its name."""
