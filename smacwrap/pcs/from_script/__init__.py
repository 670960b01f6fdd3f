"""A first PCS file for a training script, from the argparse options in its source."""

from smacwrap.pcs.from_script.skeleton import pcs_from_script

__all__ = ["pcs_from_script"]
