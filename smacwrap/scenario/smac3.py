"""Scenario files of SMAC3 v0 and v1: told by the names in them, and put in SMAC v2's words.

A file is SMAC3's

- if it uses a name that SMAC3 knows and SMAC v2 does not (those of `foreign.tsv`: `ta`, `pcs_fn`,
  `ta_run_limit`, `shared_model`, `cost_for_crash`, …), or
- if SMAC3 knows all of its names, the one that it requires (`run_obj`) among them, and it gives
  no instances and no `use-instances`: SMAC v2 would refuse it, to SMAC3 it means that there are
  none.

What SMAC3 means by its values is read off its sources (`smac/utils/io/cmd_reader.py` and
`input_reader.py` of v0.1 to v1.4): limits may be reals, booleans are what Python's strtobool
takes, `parN` is without effect on a quality, a comment may follow a value, and a line of a list
of instances begins with a name, never with a seed.
"""

import math
from collections.abc import Collection

from smacwrap.scenario.domains import INTEGER, REAL, Boolean, Interval
from smacwrap.scenario.options import Option, is_foreign

# SMAC v2 knows these, too. Those of instances are left out: a file with one gives instances.
_SHARED = frozenset(
    {
        *("abort-on-first-run-crash", "algo", "cutoff-time", "cutoff_time", "deterministic"),
        *("execdir", "initial-incumbent", "intensification-percentage", "output-dir"),
        *("overall-obj", "overall_obj", "param-file", "paramfile", "rf-num-trees"),
        *("rf-ratio-features", "run-obj", "run_obj", "runcount-limit", "runcount_limit", "seed"),
        *("tuner-timeout", "wallclock-limit", "wallclock_limit"),
    }
)

_REQUIRED = frozenset({"run-obj", "run_obj"})

_TRUTH = {
    **dict.fromkeys(("y", "yes", "t", "true", "on", "1"), "true"),
    **dict.fromkeys(("n", "no", "f", "false", "off", "0"), "false"),
}


def is_smac3(names: Collection[str]) -> bool:
    """Whether a scenario file that uses these names is one of SMAC3's."""
    if any(map(is_foreign, names)):
        return True
    return _SHARED.issuperset(names) and not _REQUIRED.isdisjoint(names)


def without_comment(text: str) -> str:
    """A value of SMAC3's without the comment behind it."""
    return text.partition("#")[0].rstrip()


def in_words_of_smac2(option: Option, text: str, run_obj: str) -> str:
    """A value of SMAC3's as SMAC v2 writes it, or `text` if it is no value of SMAC3's.

    Args:
        option: whose value it is.
        text: the value.
        run_obj: of the scenario, as it is written.

    >>> from smacwrap.scenario.options import find_option
    >>> in_words_of_smac2(find_option("wallclock-limit"), "1000.0", "quality")
    '1000'
    """
    domain, lower = option.values, text.lower()
    if lower == "none":
        return option.default
    if isinstance(domain, Boolean):
        return _TRUTH.get(lower, text)
    if isinstance(domain, Interval) and domain.integer:
        return _integer(text, domain.high)
    if option.name == "intra-obj":
        return _objective(lower, text, run_obj.lower())
    return text


def _integer(text: str, high: float) -> str:
    """A real as the integer that is no less, up to the domain's end."""
    if INTEGER.fullmatch(text) or not REAL.fullmatch(text):
        return text
    value = float(text)
    return str(math.ceil(value)) if value < high else str(high)


def _objective(lower: str, text: str, run_obj: str) -> str:
    factor = lower.removeprefix("par").removeprefix("mean")
    if factor in ("", "1") or (run_obj == "quality" and factor.isdecimal()):
        return "MEAN"
    return f"MEAN{factor}" if factor in ("10", "1000") else text
