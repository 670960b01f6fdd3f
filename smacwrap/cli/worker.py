"""`smacwrap worker`: one optimiser process; the launcher starts it."""

import logging
import sys
from pathlib import Path

import click

from smacwrap.errors import UserError
from smacwrap.history import Study


@click.command("worker", hidden=True)
@click.argument("folder", metavar="STUDY", type=click.Path(path_type=Path))
@click.option("--seed", type=int, required=True)
@click.option("--index", type=int, required=True)
def command(folder: Path, seed: int, index: int) -> None:
    """Work on a study that a launch prepared; started by `smacwrap launch`."""
    from smacwrap.launch.crew import STOPPED
    from smacwrap.launch.target import Stopped
    from smacwrap.launch.worker import Worker

    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s"
    )
    log = logging.getLogger("smacwrap.worker")
    log.setLevel(logging.INFO)
    try:
        reason = Worker(Study(folder), seed, index).work()
    except Stopped:
        log.info("end: stopped")
        sys.exit(STOPPED)
    except UserError as error:
        log.error("%s", error)
        sys.exit(2)
    log.info("end: %s", reason)
