"""A run's command as a person would type it, beside the call of the wrapper that started it."""

import shlex

from smacwrap.protocol import CallString
from smacwrap.wrapper.job import Job


def command_line(job: Job, call: CallString) -> str:
    """The command of a job for a call string: for a shell, with the environment that it sets.

    What reaches the target by a file is told in a comment behind it.

    Raises:
        FillError, KeyError: the job cannot be started with this call string.
    """
    spelled = job.spellings.spell(call)
    words = job.command.fill(call, spelled.flags)
    text = words[-1] if job.command.uses_shell else shlex.join(words)
    settings = " ".join(f"{name}={shlex.quote(v)}" for name, v in spelled.environment.items())
    if settings:
        text = f"export {settings}; {text}" if job.command.uses_shell else f"{settings} {text}"
    notes = [f"{place} = {value}" for place, value in spelled.settings.items()]
    comment = f"{job.config}: {', '.join(notes)}" if notes else ""
    if job.templates:
        names = ", ".join(template.name for template in job.templates)
        comment += f"{'; ' if comment else ''}filled in: {names}"
    line = f"{text}  # {comment}" if comment else text
    return line.encode(errors="backslashreplace").decode()
