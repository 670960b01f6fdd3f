"""`smacwrap run`: the wrapper that SMAC, smacwrap or a person calls for one run."""

import click


@click.command(
    "run",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("job_file", metavar="JOB.TOML")
@click.argument("call_string", metavar="CALL-STRING...", nargs=-1, type=click.UNPROCESSED)
def command(job_file: str, call_string: tuple[str, ...]) -> None:
    """Run a job once for a call string, and print SMAC's result line.

    CALL-STRING is what SMAC appends to a target algorithm's command: instance, instance info,
    cutoff, run length, seed, and the active parameters as -name value.

    The run's inputs, log and outputs are kept in run-<pid>.zip, in the study that started it or
    in ./smacwrap-runs. The target's output goes to standard error.

    \b
    Example:
      smacwrap run job.toml no_instance 0 1.7976931348623157E308 2147483647 -1 -dropout1 0.25
    """
    from smacwrap.wrapper.main import wrap

    wrap(job_file, call_string)
