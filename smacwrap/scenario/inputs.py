"""Finds and reads what a scenario tunes on: its instances and their features."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from smacwrap.lookup import folder_with, resolved
from smacwrap.scenario.features import read_features
from smacwrap.scenario.given import Given
from smacwrap.scenario.instances import Instance, absolute, read_instances


@dataclass(frozen=True)
class Inputs:
    """The training and test instances, and the features of both; see Scenario."""

    instances: tuple[Instance, ...] = ()
    test_instances: tuple[Instance, ...] = ()
    feature_names: tuple[str, ...] = ()
    features: Mapping[str, tuple[float, ...]] | None = field(default=None, hash=False)


def read_inputs(given: Given, folders: tuple[Path, ...], *, seeds: bool = True) -> Inputs:
    """What the scenario's options name, each looked for in `folders` in turn.

    `seeds` is as in `read_instances`.
    """
    if not given.flag("use-instances"):
        return Inputs()
    instances = _instances(given, folders, "instances", ["instance-suffix"], seeds)
    test_suffixes = ["test-instance-suffix", "instance-suffix"]
    test_instances = _instances(given, folders, "test-instances", test_suffixes, seeds)
    if given.flag("skip-features") or not instances:
        return Inputs(instances, test_instances)
    names = [instance.name for instance in instances]
    test_names = [instance.name for instance in test_instances]

    def read(text: str) -> Inputs:
        folder = folder_with(text, folders)
        table = read_features(resolved(folder / text))
        if given.flag("check-instances-exist"):
            table = table.renamed(lambda name: absolute(name, folder))
        features = table.of(names)
        features |= table.of(name for name in test_names if name in table.rows)
        return Inputs(instances, test_instances, table.names, features)

    return given.read("feature-file", read, Inputs(instances, test_instances))


def _instances(
    given: Given, folders: tuple[Path, ...], option: str, suffixes: list[str], seeds: bool
) -> tuple[Instance, ...]:
    suffix = next((given.text(name) for name in suffixes if name in given.settings), None)

    def read(text: str) -> tuple[Instance, ...]:
        folder = folder_with(text, folders, or_folder=True)
        base = folder if given.flag("check-instances-exist") else None
        place = resolved(folder / text)
        return read_instances(place, written=text, suffix=suffix, base=base, seeds=seeds)

    return given.read(option, read, ())
