"""`smacwrap worker`: one optimiser process; the launcher starts it."""

import logging
import sys
from pathlib import Path

import click

from smacwrap.cli.paths import ANY_PATH
from smacwrap.errors import UserError
from smacwrap.history import Study


@click.command("worker", hidden=True)
@click.argument("folder", metavar="STUDY", type=ANY_PATH)
@click.option("--seed", type=int, required=True)
@click.option("--index", type=int, required=True)
@click.argument("program", nargs=-1, type=click.UNPROCESSED)
def command(folder: Path, seed: int, index: int, program: tuple[str, ...]) -> None:
    """Work on a study that a launch prepared, or have a program do so, with the words PROGRAM."""
    if program:
        _keep(Study(folder), seed, program)
    else:
        _work(Study(folder), seed, index)


def _keep(study: Study, seed: int, program: tuple[str, ...]) -> None:
    from smacwrap.launch.crew import STOPPED
    from smacwrap.worker.foreign_process import keep
    from smacwrap.worker.target import Stopped

    try:
        sys.exit(keep(study, seed, program))
    except Stopped:
        sys.exit(STOPPED)


def _work(study: Study, seed: int, index: int) -> None:
    from smacwrap.launch.crew import STOPPED
    from smacwrap.worker.target import Stopped
    from smacwrap.worker.worker import work

    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s"
    )
    log = logging.getLogger("smacwrap.worker")
    log.setLevel(logging.INFO)
    try:
        reason = work(study, seed, index)
    except Stopped:
        log.info("end: stopped")
        sys.exit(STOPPED)
    except UserError as error:
        log.error("%s", error)
        sys.exit(2)
    log.info("end: %s", reason)
