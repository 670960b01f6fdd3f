"""Scenarios: the option table, scenario files, and what the command line says over them."""

from smacwrap.lookup import find_file
from smacwrap.scenario.domains import Value
from smacwrap.scenario.loader import load_scenario
from smacwrap.scenario.options import OPTIONS, Option, find_option
from smacwrap.scenario.reader import Setting, read_settings
from smacwrap.scenario.scenario import ACTED_ON, IntraObj, RunObj, Scenario

__all__ = [
    "ACTED_ON",
    "OPTIONS",
    "IntraObj",
    "Option",
    "RunObj",
    "Scenario",
    "Setting",
    "Value",
    "find_file",
    "find_option",
    "load_scenario",
    "read_settings",
]
