"""`smacwrap pcs from-script` on real scripts and files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.pcs import parse_pcs, read_pcs
from tests.conftest import ROOT

SCRIPT = ROOT / "scripts" / "mnist_cnn_smac.py"


def test_the_shipped_script_gives_its_five_parameters_and_the_batch_size(
    tmp_path: Path, smacwrap: Callable[..., "object"]
) -> None:
    done = smacwrap("pcs", "from-script", SCRIPT, "-o", "params.pcs")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    space = read_pcs(tmp_path / "params.pcs")
    defaults = {"-batch-size": 64, "dropout1": 0.25, "dropout2": 0.5}
    assert dict(space.get_default_configuration()) == {
        **defaults, "nb_conv": 3, "nb_filters": 32, "nb_pool": 2,
    }  # fmt: skip
    text = (tmp_path / "params.pcs").read_text()
    for flag in ("--dataset", "--data", "--epochs", "--samples", "--seed", "--output"):
        assert f"\n#   {flag}, line " in text


def test_it_prints_without_an_output_file_and_overwrites_one_only_by_force(
    tmp_path: Path, smacwrap: Callable[..., "object"]
) -> None:
    printed = smacwrap("pcs", "from-script", SCRIPT).stdout
    assert "nb_conv" in parse_pcs(printed)
    kept = tmp_path / "kept.pcs"
    kept.write_text("mine")
    done = smacwrap("pcs", "from-script", SCRIPT, "-o", "kept.pcs")
    assert done.returncode == 2
    assert done.stderr == "kept.pcs: exists already: choose another name, or say --force\n"
    assert kept.read_text() == "mine"
    assert smacwrap("pcs", "from-script", SCRIPT, "-o", "kept.pcs", "--force").returncode == 0
    assert kept.read_text() == printed


def test_the_script_is_never_run(tmp_path: Path, smacwrap: Callable[..., "object"]) -> None:
    (tmp_path / "train.py").write_text(
        "open('ran', 'w')\np.add_argument('--lr', type=float, default=0.1)\nimport no_such_module\n"
    )
    done = smacwrap("pcs", "from-script", "train.py")
    assert done.returncode == 0
    assert done.stdout.splitlines()[3].startswith("-lr real [0.001, 1] [0.1] log")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x = 1\nif x\n", "train.py:2: not Python: expected ':'\n"),
        (None, "train.py: cannot be read: No such file or directory\n"),
    ],
)
def test_a_file_that_is_no_script_with_options_is_an_error(
    tmp_path: Path, smacwrap: Callable[..., "object"], content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "train.py").write_bytes(content)
    done = smacwrap("pcs", "from-script", "train.py", "-o", "out.pcs")
    assert done.returncode == 2
    assert done.stderr.startswith(message)
    assert not (tmp_path / "out.pcs").exists()
