"""Workers and the launcher that starts, watches and stops them."""

from smacwrap.launch.fleet import Ending, Observer
from smacwrap.launch.launcher import LaunchOptions, launch

__all__ = ["Ending", "LaunchOptions", "Observer", "launch"]
