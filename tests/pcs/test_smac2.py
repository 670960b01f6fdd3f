"""The same verdicts as SMAC v2.10.03 itself on random files, where it is installed.

Run with SMAC2_HOME set to the unpacked `smac-v2.10.03-master-778`; it needs Java. SMAC2_EXAMPLES
says how many files each test compares, two seconds each.

Of 60,000 of these files 84 were judged differently, nearly all of them damaged ones; of 150,000
configurations none. There SMAC v2 is the one not to follow, and `random_files` leaves out what it
can. SMAC v2

- ignores what follows the name of a condition's child (`child oops | parent == 1`), a `||` or `&&`
  at a condition's end, an `=` at the end of a pair (`{a=1=}`), commas in an advanced clause;
- takes a newer condition that starts with `in {` and ends with `}` for one of the older form, of
  which there may be several;
- cuts an indented line with a comment at the wrong place, or stops with an exception;
- takes `1d`, `1f` and `0x1p0` for numbers, and NaN for a default or a condition's value;
- multiplies wherever an operator is missing: `{n m > 9}`, `{n2 > 9}`, `log(n)` if there is a
  parameter `log`; it needs no parentheses for a function, and takes brackets and braces for them;
- reads `lrreal [1, 2] [1] log` as `lr real …`, but `lrreal [1, 2] [1]` as a parameter `lrreal`;
- lets braces and brackets be part of names and values;
- lets values leave an integer's range by a half (`{n=10.4}` in `[1, 10]`), and a log scale's range
  by any negative number;
- compares reals after scaling them to the unit interval and back, where `x == 10.001` may fail
  for 10.001 (we keep 13 decimals);
- stops with an exception when a clause divides by zero in the midst of a search.
"""

import os
import re
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import from_text, parse_pcs, size_upper_bound, to_text
from tests.pcs.models import models
from tests.pcs.random_files import random_file

HOME = os.environ.get("SMAC2_HOME")
EXAMPLES = int(os.environ.get("SMAC2_EXAMPLES", "20"))

pytestmark = pytest.mark.skipif(HOME is None, reason="SMAC2_HOME is not set")


def pcs_check(folder: Path, text: str, *options: str) -> str:
    """What the real program says about a file."""
    (folder / "params.pcs").write_bytes(text.encode())
    done = subprocess.run(
        [f"{HOME}/util/pcs-check", "--pcs-file", "params.pcs", *options],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "JAVA_TOOL_OPTIONS": "--add-opens=java.base/java.lang=ALL-UNNAMED"},
        check=False,
    )
    return done.stdout


def settings_in(said: str) -> dict[str, str]:
    """The configuration that pcs-check shows."""
    shown = re.search(r"Supplied configuration (.*) is (NOT )?forbidden", said)
    assert shown is not None
    return dict(re.findall(r"-(\S+) '(.*?)'(?= -| $|$)", shown[1]))


def accepted(text: str) -> bool:
    try:
        parse_pcs(text)
    except UserError:
        return False
    return True


@settings(
    deadline=None,
    max_examples=EXAMPLES,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(models(), st.data())
def test_random_files_have_the_same_legal_configurations(tmp_path_factory, model, data):
    folder = tmp_path_factory.mktemp("smac2")
    values = {n: data.draw(st.sampled_from(d)) for n, d in model.domains.items()}
    active = model.active(values)
    options = " ".join(f"-{name} '{value}'" for name, value in active.items())
    said = pcs_check(folder, model.text(), "--config", options)
    assert ("parsed Successfully" in said) == accepted(model.text()), (model.text(), said)
    if "parsed Successfully" in said:
        assert settings_in(said) == active
        try:
            assert to_text(from_text(parse_pcs(model.text()), active)) == dict(
                sorted(active.items())
            )
            ours = True
        except UserError:
            ours = False
        assert ours == ("is NOT forbidden" in said), (model.text(), active, said)


def difference(text: str, said: str) -> str | None:
    """What of SMAC v2's verdict, size estimate or default is not ours."""
    if ("parsed Successfully" in said) != accepted(text):
        return "the verdict"
    if not accepted(text):
        return None
    space = parse_pcs(text)
    size = re.search(r"sized is in \[[^,]*,(.*)\]", said)
    assert size is not None
    if size_upper_bound(space) != pytest.approx(float(size[1])):
        return "the size"
    theirs, ours = settings_in(said), to_text(space.get_default_configuration())
    if theirs.keys() != ours.keys() or not all(same(theirs[name], ours[name]) for name in ours):
        return "the default"
    return None


def same(theirs: str, ours: str) -> bool:
    try:
        # SMAC v2's reals went through the unit interval.
        return theirs == ours or float(theirs) == pytest.approx(float(ours), rel=1e-9, abs=1e-9)
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("mistakes", "damages"), [(0.0, 0), (0.02, 0), (0.002, 2)], ids=["valid", "wrong", "damaged"]
)
def test_random_files_have_the_same_verdict_size_and_default(tmp_path, mistakes, damages):
    differences = []
    for seed in range(EXAMPLES):
        text = random_file(Random(seed), mistakes, damages)
        said = pcs_check(tmp_path, text)
        if what := difference(text, said):
            differences.append((what, text, said))
    assert len(differences) <= EXAMPLES // 100, differences
