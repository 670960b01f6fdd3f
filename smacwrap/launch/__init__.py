"""Workers and the launcher that starts, watches and stops them."""

from smacwrap.launch.fleet import Ending
from smacwrap.launch.joining import join
from smacwrap.launch.launcher import LaunchOptions, launch
from smacwrap.launch.observer import Observer

__all__ = ["Ending", "LaunchOptions", "Observer", "join", "launch"]
