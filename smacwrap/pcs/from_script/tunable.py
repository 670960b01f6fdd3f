"""Tells the options that a tuner may set from those that it must leave alone."""

import re

from smacwrap.pcs.from_script.options import UNKNOWN, Option

_FILES = "data, a file or an address"

# By the option's name in lower case, with underscores.
_REASONS = {
    _FILES: (
        r"^(data|datasets?|inputs?|outputs?|out|logs?|save|load|resume|checkpoints?|ckpt|pretrained"
        r"|weights|config|cfg|cache|root|host|url|port)$"
        r"|(dir|directory|folder|path|paths|root|file|files|filename|csv|json|yaml|checkpoint|ckpt)$"
    ),
    "the budget of a run": (
        r"^((n|nb|num|max|min|total|number_of)_?)?(epochs?|steps|iters?|iterations|samples|updates"
        r"|episodes|timesteps|time|timeout|hours|minutes|seconds|evals)$|(^|_)(budget|patience)(_|$)"
    ),
    "the seed": r"(^|_)(seeds?|random_state|rng)(_|$)",
    "where it runs": (
        r"(^|_)(devices?|gpus?|gpu_ids?|cuda|cpus?|tpu|mps|workers|threads|jobs|processes|local_rank"
        r"|world_size|distributed|amp|fp16|bf16)(_|$)"
    ),
    "what it reports": (
        r"(^|_)(verbose|verbosity|debug|quiet|silent|print|loglevel|log_(level|every|freq|interval)"
        r"|display|plot|progress|wandb|tensorboard|project|experiment|exp_name|run_name|run_id|tags?"
        r"|version|save_\w+|eval_\w+|\w+_(every|freq|frequency|interval))(_|$)"
    ),
}
_PATTERNS = {reason: re.compile(pattern) for reason, pattern in _REASONS.items()}

_FILE_TYPES = ("Path", "PurePath", "PosixPath", "FileType", "open")

_SWITCHES = ("store_true", "store_false", "store_const", "BooleanOptionalAction")
_MODES = re.compile(
    r"^((do|no|only|run|just)_)?(train|test|eval|evaluate|validate|predict|infer|inference|demo"
    r"|dry_run|overwrite|force|clean|download|profile|benchmark|export|help)(_only|_mode)?$"
)


def is_switch(option: Option) -> bool:
    """Whether it takes no value: to be there, or not to be, is all that it can say."""
    return option.action in _SWITCHES


def why_not(option: Option) -> str | None:
    """Why a tuner cannot or should not set this option; None if it may."""
    if not option.has_name:
        return "its name can only be known by running the script … TODO"
    if option.is_positional:
        return "a positional argument, which {flags} cannot give"
    if option.action is not None and not is_switch(option):
        return f"its action is {option.action}"
    name = plain_name(option)
    reason = next((r for r, p in _PATTERNS.items() if p.search(name)), None)
    if reason:
        return reason
    if is_switch(option):
        return "what the script does" if _MODES.search(name) else None
    if option.type in _FILE_TYPES:
        return _FILES
    if option.nargs is UNKNOWN or option.nargs not in (None, 1, "?"):
        return "takes several values"
    if option.is_named:
        return None
    if option.type == "bool" or (option.type is None and isinstance(option.default, bool)):
        return (
            "argparse takes any text, even False, for true "
            "… TODO make it take 0 or 1: type=int, choices=[0, 1]"
        )
    return None


def plain_name(option: Option) -> str:
    """`learning_rate` for `--Learning-Rate`, `-l` into that variable, `optim.learning_rate`."""
    name = option.flag.lstrip("-")
    if option.is_named:
        name = name.rpartition(".")[2]
    elif len(name) == 1 and option.dest:
        name = option.dest
    return re.sub(r"\W", "_", name).lower()
