"""The formats to be fuzzed: how each is read, and what its files look like."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fuzzing.monsters import (
    configspace_monsters,
    job_monsters,
    json_monsters,
    pcs_monsters,
    scenario_monsters,
    script_monsters,
    table_monsters,
)

from smacwrap.errors import UserError
from smacwrap.protocol import CallStringError, ResultLineError, find_result, parse_call_string

ROOT = Path(__file__).parents[2]


def _nothing(size: int) -> Iterator[bytes]:
    return iter(())


@dataclass(frozen=True)
class Format:
    """What is to be fuzzed.

    `read` takes an input's bytes and the path of a file that holds them; `errors` are what it may
    raise; `files` are patterns of good files, `examples` good contents; `words` mean something in
    the format; `monsters` are inputs of a size that are made for it.
    """

    read: Callable[[bytes, Path], object]
    errors: type[Exception]
    words: tuple[bytes, ...]
    files: tuple[str, ...] = ()
    examples: tuple[bytes, ...] = ()
    monsters: Callable[[int], Iterator[bytes]] = _nothing

    def corpus(self) -> list[bytes]:
        """The good files, the first an accepted one."""
        paths = sorted(path for pattern in self.files for path in ROOT.glob(pattern))
        return [*self.examples, *(path.read_bytes() for path in paths)]


def _read_pcs(_: bytes, path: Path) -> object:
    from smacwrap.pcs import read_pcs, to_text

    return to_text(read_pcs(path).get_default_configuration())


def _read_configspace(data: bytes, path: Path) -> object:
    from smacwrap.pcs.configspace_json import parse_configspace_json

    return parse_configspace_json(data.decode(errors="replace"), path)


def _read_script(data: bytes, path: Path) -> object:
    from smacwrap.pcs.from_script import pcs_from_script

    return pcs_from_script(data, path)


def _read_scenario(_: bytes, path: Path) -> object:
    from smacwrap.scenario import load_scenario

    return load_scenario(path)


def _read_job(_: bytes, path: Path) -> object:
    from smacwrap.wrapper.job import read_job

    return read_job(path)


def _read_call_string(data: bytes, _: Path) -> object:
    return str(parse_call_string(os.fsdecode(data).split(" ")))


def _read_result(data: bytes, _: Path) -> object:
    return find_result(data.decode(errors="replace").splitlines())


def _read_live_rundata(_: bytes, path: Path) -> object:
    from smacwrap.history.live_rundata_reader import LiveRundataReader

    return LiveRundataReader(path).poll()


def _read_instances(_: bytes, path: Path) -> object:
    from smacwrap.scenario.instances import read_instances

    return read_instances(path)


def _read_features(_: bytes, path: Path) -> object:
    from smacwrap.scenario.features import read_features

    return read_features(path)


_CONFIGSPACE = b"""{"name": "s", "hyperparameters": [
{"type": "categorical", "name": "a", "choices": ["x", "y"], "weights": null, "default_value": "x"},
{"type": "ordinal", "name": "o", "sequence": ["lo", "hi"], "default_value": "lo"},
{"type": "uniform_int", "name": "n", "lower": 1, "upper": 9, "default_value": 3, "log": true},
{"type": "uniform_float", "name": "r", "lower": 0.0, "upper": 1.0, "default_value": 0.5,
 "log": false}],
"conditions": [{"type": "OR", "child": "o", "conditions": [
{"type": "EQ", "child": "o", "parent": "a", "value": "x"},
{"type": "IN", "child": "o", "parent": "n", "values": [1, 3]},
{"type": "GT", "child": "o", "parent": "r", "value": 0.2}]}],
"forbiddens": [{"type": "AND", "clauses": [
{"type": "EQUALS", "name": "a", "value": "y"}, {"type": "IN", "name": "n", "values": [4, 5]}]},
{"type": "RELATION", "left": "n", "right": "r", "lambda": "LT"}],
"python_module_version": "1.2.1", "format_version": 0.4}
"""

FORMATS = {
    "pcs": Format(
        _read_pcs,
        UserError,
        tuple(
            b"|| && == != <= >= < > in {a} [1] categorical ordinal real integer log il # | { } [ ]"
            b" ( ) , = * + - / % ^ abs sqrt log2 Conditionals: Forbidden:".split()
        ),
        files=("tests/data/pcs-cases/*.pcs", "pcs/*.pcs", "tests/data/golden/*/*.pcs"),
        examples=(
            b"a {x, y} [x]\nn integer [1, 9] [3] log\nr [0, 1] [0.5]\no ordinal {lo, hi} [lo]\n"
            b"r | a == x && n > 2 || o in {lo, hi}\n{a=y, n=4}\n{n - 2*r^2 > 7 && o >= hi}\n",
        ),
        monsters=pcs_monsters,
    ),
    "configspace": Format(
        _read_configspace,
        UserError,
        tuple(
            b"AND OR EQ NEQ IN LT GT EQUALS uniform_int uniform_float categorical ordinal constant"
            b" normal_int beta_float hyperparameters conditions forbiddens name child parent value"
            b" values null true 1e999 NaN [] {} \\ud800 type choices sequence weights q".split()
        ),
        examples=(_CONFIGSPACE,),
        monsters=configspace_monsters,
    ),
    "script": Format(
        _read_script,
        UserError,
        tuple(
            b"add_argument --lr type=int float default= choices=[ range( ) ] , ** << -1 'a' None"
            b" True nargs='+' action='store_true' required=True help='%(default)s' = * #".split()
        ),
        files=("scripts/*.py",),
        examples=(
            b"import argparse\np = argparse.ArgumentParser()\nOPTS = ['sgd', 'adam']\n"
            b"p.add_argument('--lr', type=float, default=1e-3, help='learning rate')\n"
            b"p.add_argument('-o', '--opt', choices=OPTS, default='sgd')\n"
            b"p.add_argument('--n', type=int, default=2 ** 5, choices=range(1, 9))\n",
        ),
        monsters=script_monsters,
    ),
    "scenario": Format(
        _read_scenario,
        UserError,
        tuple(
            b"= : # ! \" ' -- true false 1 max Infinity algo execdir run_obj QUALITY RUNTIME MEAN10"
            b" cutoff_time wallclock_limit pcs-file instances feature_file %SCENARIO_NAME"
            b" / . .. ~ $HOME".split()
        ),
        files=("tests/data/scenarios/**/*.txt", "scenarios/*/*.txt", "tests/data/golden/*/sc*.txt"),
        examples=(
            b"use-instances = false\nrun-obj = QUALITY\npcs-file = params.pcs\nalgo = ./t 'a b'\n",
        ),
        monsters=scenario_monsters,
    ),
    "job": Format(
        _read_job,
        UserError,
        tuple(b"[run] [[run]] [result] = '' \"\"\" {flags} {{ }} {x} | > $x (?P<a>) . #".split()),
        files=("scenarios/*/job.toml",),
        examples=(b"[run]\ncommand = 'python t.py {flags}'\n[result]\nquality = 'q'\n",),
        monsters=job_monsters,
    ),
    "call-string": Format(
        _read_call_string,
        CallStringError,
        (b" ", b"-", b"--", b"--config", b"--cutoff", b"--seed=", b"-x", b"'", b"''", b"="),
        examples=(
            b"no_instance 0 1.7976931348623157E308 2147483647 -1 -lr 0.001 -optimizer 'adam'",
            b"inst/uf-6.cnf 0 5.0 2147483647 375162 -@1:ls/a+b '4' -phase '0' -restarts 'luby'",
            b"--instance a.cnf --cutoff 5 --seed=7 --config -x 1 -y '2'",
        ),
    ),
    "result-line": Format(
        _read_result,
        ResultLineError,
        (b"Result of algorithm run: ", b"Result for ParamILS: ", b"SAT", b"TIMEOUT", b",", b"{"),
        examples=(
            b"Epoch 1\nResult of algorithm run: SAT, 0.5, 1, 0.025, -1, testerr=0.1;a=b\n",
            b'Result of this algorithm run: {"status": "SUCCESS", "cost": 0.01, "runtime": 1.2}',
            b"Final Result for ParamILS: UNSATISFIABLE, 1.5, 2147483647.0, 1e9, 4\r\n",
        ),
        monsters=json_monsters,
    ),
    "live-rundata": Format(
        _read_live_rundata,
        UserError,
        (
            b"null", b"{}", b"[]", b"true", b'"@pc-id"', b'"r-rc"', b'"rc-pc"', b'"pisp-seed"',
            b"{", b"[", b"}", b"]", b",", b'"pc-settings"', b'"r-quality"', b'"smacwrap"',
            b'"\\ud800"',
        ),
        files=("tests/data/golden/*/smac-output/*/live-rundata-*.json",),
        examples=(
            b'[{"@pi-id":2,"pi-name":"no_instance"}]\n{"r-rc":{"@rc-id":2,"rc-cutoff":5.0,"rc-pisp"'
            b':{"@pisp-id":2,"pisp-pi":{"@pi-id":2},"pisp-seed":-1},"rc-pc":{"@pc-id":2,'
            b'"pc-settings":{"x":"1"},"pc-active-parameters":["x"],"pc-default":true}},'
            b'"r-run-result":"SAT","r-runtime":0.5,"r-run-length":1.0,"r-quality":0.1,'
            b'"r-result-seed":-1,"r-addl-run-data":"a=1","r-wallclock-time":0.6}\n',
        ),
        monsters=json_monsters,
    ),
    "instances": Format(
        _read_instances,
        UserError,
        (b'"', b",", b'""', b"-1", b"0", b"a.cnf", b"#", b" ", b'","'),
        files=("tests/data/golden/*/t*.txt", "tests/data/scenarios/**/train.txt"),
        examples=(b"a.cnf\nb.cnf\n", b'"a b.cnf","some, info"\n"c","d"\n', b"1 a.cnf\n2 a.cnf\n"),
        monsters=table_monsters,
    ),
    "features": Format(
        _read_features,
        UserError,
        (b'"', b",", b'""', b"-1", b"0.5", b"a.cnf", b"instance", b" ", b"NaN"),
        files=("tests/data/golden/*/features.csv", "tests/data/scenarios/**/features.csv"),
        examples=(b'instance,size,ratio\na.cnf,1,0.5\n"b c.cnf",2,1e3\n',),
        monsters=table_monsters,
    ),
}  # fmt: skip
