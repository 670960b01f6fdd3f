"""A first PCS file for a training script, from the argparse options in its source."""

from smacwrap.pcs.from_script.skeleton import Skeleton, pcs_from_script, skeleton_from_script

__all__ = ["Skeleton", "pcs_from_script", "skeleton_from_script"]
