"""Workers and the launcher that starts, watches and stops them."""

from smacwrap.launch.launcher import Ending, LaunchOptions, launch

__all__ = ["Ending", "LaunchOptions", "launch"]
