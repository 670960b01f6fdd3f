"""Scenarios: the option table, scenario files, and what the command line says over them."""

from smacwrap.lookup import find_file
from smacwrap.scenario.domains import Value
from smacwrap.scenario.features import FeatureTable, read_features
from smacwrap.scenario.instances import Instance, read_instances
from smacwrap.scenario.loader import load_scenario
from smacwrap.scenario.options import ACTED_ON, FOREIGN_NAMES, OPTIONS, Option, find_option
from smacwrap.scenario.reader import Setting, read_settings
from smacwrap.scenario.scenario import IntraObj, RunObj, Scenario

__all__ = [
    "ACTED_ON",
    "FOREIGN_NAMES",
    "OPTIONS",
    "FeatureTable",
    "Instance",
    "IntraObj",
    "Option",
    "RunObj",
    "Scenario",
    "Setting",
    "Value",
    "find_file",
    "find_option",
    "load_scenario",
    "read_features",
    "read_instances",
    "read_settings",
]
