"""Runs that say nothing of their configuration are void, and those that do are not."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.protocol import Result, Status, parse_result_line
from smacwrap.protocol.additional import parse_additional

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]
CALL = "no_instance 0 1.7976931348623157E308 2147483647 -1 -x".split()
LOSS = "\n[result]\nquality = 'loss'\n"


class Runs:
    """Jobs in one folder; their input folder is `in`."""

    def __init__(self, folder: Path, smacwrap: Smacwrap) -> None:
        self.folder = folder
        self._smacwrap = smacwrap
        (folder / "in").mkdir()
        (folder / "in" / "run.sh").write_text("printf 'loss\\t1\\n'\n")

    def job(self, rest: str) -> None:
        (self.folder / "job.toml").write_text(f"[run]\n{rest}{LOSS}")

    def run(self, value: str = "1", **environment: str) -> Result:
        done = self._smacwrap("run", "job.toml", *CALL, value, env=environment)
        assert "Traceback" not in done.stderr
        return parse_result_line(done.stdout.splitlines()[-1])

    def limited(self, kilobytes: int) -> Result:
        """A run on a disk that is full, as every user can have one: with small files only."""
        line = f"ulimit -f {kilobytes}; exec {sys.executable} -m smacwrap run job.toml"
        words = ["bash", "-c", f"{line} {' '.join(CALL)} 1"]
        done = subprocess.run(
            words, cwd=self.folder, capture_output=True, text=True, errors="replace", check=False
        )
        assert "Traceback" not in done.stderr
        return parse_result_line(done.stdout.splitlines()[-1])

    def bundles(self) -> list[Path]:
        return list((self.folder / "smacwrap-runs").glob("run-*"))


@pytest.fixture
def runs(tmp_path: Path, smacwrap: Smacwrap) -> Runs:
    return Runs(tmp_path, smacwrap)


def said(result: Result) -> dict[str, str]:
    assert result.status is Status.CRASHED
    return parse_additional(result.additional)


def assert_void(result: Result, reason: str) -> None:
    found = said(result)
    assert found["void"] == "environment"
    assert reason in found["reason"]


def test_a_program_that_cannot_be_started_voids_the_run(runs: Runs) -> None:
    (runs.folder / "in" / "tool").write_text("#!/bin/sh\n")
    for command in ("no-such-program {x}", "./tool"):
        runs.job(f"input = 'in'\ncommand = '{command}'")
        assert_void(runs.run(), command.split()[0])
    assert runs.bundles() == [], "what never started leaves nothing"


@pytest.mark.parametrize("rest", ["command = '{x}'", "command = '{x} 1'", "command = './{x}.sh'"])
def test_a_program_that_a_parameter_chooses_is_the_fault_of_its_value(
    runs: Runs, rest: str
) -> None:
    runs.job(f"input = 'in'\n{rest}")
    assert "void" not in said(runs.run("no-such-program"))


def test_values_too_long_for_a_command_are_a_fault_of_theirs(runs: Runs) -> None:
    runs.job("command = 'echo {x}{x}'")
    assert "void" not in said(runs.run("a" * 100_000))


def test_a_placeholder_without_a_value_is_a_fault_of_the_configuration(runs: Runs) -> None:
    runs.job("command = 'echo {y}'")
    assert "void" not in said(runs.run())


def test_a_missing_input_or_job_file_voids_the_run(runs: Runs) -> None:
    runs.job("input = ['in', 'more.txt']\ncommand = 'sh run.sh'")
    assert_void(runs.run(), "more.txt")
    (runs.folder / "job.toml").write_text("[run")  # half saved
    assert_void(runs.run(), "not valid TOML")
    (runs.folder / "job.toml").unlink()
    assert_void(runs.run(), "no file 'job.toml'")


def test_a_settings_file_that_is_half_saved_voids_the_run(runs: Runs) -> None:
    (runs.folder / "in" / "config.json").write_text('{"a": ')
    rest = "input = 'in'\nconfig = 'config.json'\ncommand = 'sh run.sh'\n"
    runs.job(rest + "[parameters]\n'*' = 'json:{name}'")
    assert_void(runs.run(), "config.json is not valid JSON")
    runs.job(rest + "[parameters]\nx = 'json:a.b'")
    (runs.folder / "in" / "config.json").write_text('{"a": 1}')
    assert "void" not in said(runs.run())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_input_that_may_not_be_read_voids_the_run(runs: Runs) -> None:
    (runs.folder / "in" / "run.sh").chmod(0)
    runs.job("input = 'in'\ncommand = 'sh run.sh'")
    assert_void(runs.run(), "run.sh")


def test_a_disk_that_is_full_before_the_run_voids_it(runs: Runs) -> None:
    (runs.folder / "in" / "big").write_bytes(os.urandom(800_000))
    runs.job("input = 'in'\ncommand = 'sh run.sh'")
    assert_void(runs.limited(400), "File too large")
    assert runs.bundles() == []


def test_a_runs_folder_that_somebody_removed_voids_the_run(runs: Runs) -> None:
    for script in ('rm -rf "$PWD"; exit 1', 'rm -rf "${PWD%/work}"'):
        (runs.folder / "in" / "run.sh").write_text(script)
        runs.job("input = 'in'\ncommand = 'sh run.sh'")
        assert_void(runs.run(), "the run's folder was removed")
    (runs.folder / "in" / "run.sh").write_text("printf 'loss\\t1\\n'; rm -rf \"$PWD\"")
    assert runs.run().status is Status.SAT, "who tidies up has a result"


def test_a_guard_that_dies_voids_the_run(runs: Runs) -> None:
    (runs.folder / "in" / "run.sh").write_text("kill -9 $PPID; sleep 60")
    runs.job("input = 'in'\ncommand = 'sh run.sh'")
    assert_void(runs.run(), "the process that guards the run")


def test_a_target_that_replaces_its_log_is_to_blame(runs: Runs) -> None:
    (runs.folder / "in" / "run.sh").write_text("rm ../log.txt")
    runs.job("input = 'in'\ncommand = 'sh run.sh'")
    assert "void" not in said(runs.run())


def test_a_post_processing_that_cannot_start_voids_a_run_whose_files_are_kept(runs: Runs) -> None:
    (runs.folder / "in" / "run.sh").write_text("echo weights > model")
    runs.job("input = 'in'\ncommand = 'sh run.sh'\noutputs = 'model'")
    with (runs.folder / "job.toml").open("a") as job:
        job.write("postprocess = 'no-such-program'\n")
    assert_void(runs.run(), "the post-processing cannot be started: there is no program")
    (bundle,) = runs.bundles()
    with zipfile.ZipFile(bundle) as archive:
        assert archive.read("outputs/model") == b"weights\n"


def test_runs_folders_that_cannot_be_made_void_the_run(runs: Runs) -> None:
    runs.job("input = 'in'\ncommand = 'sh run.sh'")
    assert_void(runs.run(SMACWRAP_RUNS=str(runs.folder / "job.toml" / "runs")), "Not a directory")


def test_outputs_that_find_no_room_are_lost_with_a_word_and_log_and_call_are_kept(
    runs: Runs,
) -> None:
    script = "for f in a b; do head -c 600000 /dev/urandom > $f; done; printf 'loss\\t1\\n'"
    (runs.folder / "in" / "run.sh").write_text(script)
    runs.job("input = 'in'\ncommand = 'sh run.sh'\noutputs = ['a', 'b']")
    result = runs.limited(1000)
    assert (result.status, result.quality) == (Status.SAT, 1)
    found = parse_additional(result.additional)
    assert found["warnings"].startswith("its outputs are lost: File too large")
    with zipfile.ZipFile(runs.folder / "smacwrap-runs" / found["zip"]) as archive:
        assert set(archive.namelist()) == {"run.sh", "log.txt", "call.json"}
        assert b"its outputs are lost: File too large" in archive.read("call.json")


def test_files_that_find_no_room_at_all_are_lost_with_a_word(runs: Runs) -> None:
    (runs.folder / "in" / "big").write_bytes(os.urandom(200_000))
    (runs.folder / "in" / "run.sh").write_text("printf 'loss\\t1\\n'; head -c 900000 /dev/urandom")
    runs.job("input = 'in'\ncommand = 'sh run.sh'")
    result = runs.limited(1000)
    assert (result.status, result.quality) == (Status.SAT, 1)
    found = parse_additional(result.additional)
    assert found["warnings"].startswith("its files are lost: File too large")
    assert "zip" not in found
    assert runs.bundles() == []
