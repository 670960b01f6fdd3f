"""A first PCS file for a training script, from what its source says of its parameters."""

from smacwrap.pcs.from_script.functions import TargetFunction, read_target_function
from smacwrap.pcs.from_script.options import CommandNeededError
from smacwrap.pcs.from_script.skeleton import Skeleton, pcs_from_script, skeleton_from_script

__all__ = [
    "CommandNeededError",
    "Skeleton",
    "TargetFunction",
    "pcs_from_script",
    "read_target_function",
    "skeleton_from_script",
]
