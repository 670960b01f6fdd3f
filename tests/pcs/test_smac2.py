"""The same verdicts as SMAC v2.10.03 itself on random files, where it is installed.

Run with SMAC2_HOME set to the unpacked `smac-v2.10.03-master-778`; it needs Java.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import from_text, parse_pcs, to_text
from tests.pcs.models import Model, models

HOME = os.environ.get("SMAC2_HOME")
EXAMPLES = int(os.environ.get("SMAC2_EXAMPLES", "20"))

pytestmark = pytest.mark.skipif(HOME is None, reason="SMAC2_HOME is not set")

random_files = settings(
    deadline=None,
    max_examples=EXAMPLES,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


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


def accepted(text: str) -> bool:
    try:
        parse_pcs(text)
    except UserError:
        return False
    return True


@random_files
@given(models(), st.data())
def test_random_files_have_the_same_legal_configurations(tmp_path_factory, model, data):
    folder = tmp_path_factory.mktemp("smac2")
    values = {n: data.draw(st.sampled_from(d)) for n, d in model.domains.items()}
    active = model.active(values)
    options = " ".join(f"-{name} '{value}'" for name, value in active.items())
    said = pcs_check(folder, model.text(), "--config", options)
    assert ("parsed Successfully" in said) == accepted(model.text()), (model.text(), said)
    if "parsed Successfully" in said:
        shown = re.search(r"Supplied configuration (.*) is (NOT )?forbidden", said)
        assert shown is not None
        assert dict(re.findall(r"-(\S+) '([^']*)'", shown[1])) == active
        try:
            assert to_text(from_text(parse_pcs(model.text()), active)) == dict(
                sorted(active.items())
            )
            ours = True
        except UserError:
            ours = False
        assert ours == bool(shown[2]), (model.text(), active, said)


@random_files
@given(models(), st.data())
def test_damaged_files_get_the_same_verdict(tmp_path_factory, model: Model, data):
    text = model.text()
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 1))
    # Braces are left alone: SMAC v2 lets names and values contain them.
    inserted = data.draw(st.sampled_from(["", " ", ",", "=", "|", "1", "x", "i"]))
    damaged = text[:at] + inserted + text[at + cut :]
    said = pcs_check(tmp_path_factory.mktemp("smac2"), damaged)
    assert ("parsed Successfully" in said) == accepted(damaged), (damaged, said)
