"""What `pip install .` gives: one version, and a package that runs the front page's example."""

import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import smacwrap

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def run(*words: object, cwd: Path, **env: str) -> str:
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done
    return done.stdout


def test_a_wheel_runs_the_example_in_an_environment_of_its_own(tmp_path: Path) -> None:
    run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, _sources(tmp_path)),
        cwd=tmp_path,
    )
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name == f"smacwrap-{smacwrap.__version__}-py3-none-any.whl"
    python = _environment(tmp_path / "venv")
    # Not by pip: for it the environment of the tests has smacwrap already.
    run(sys.executable, "-m", "zipfile", "-e", wheel, _packages(python), cwd=tmp_path)
    example = tmp_path / "example"
    example.mkdir()
    for name, text in re.findall(r"`([\w.]+)`:\n\n((?:    .*\n|\n(?=    ))+)", README):
        (example / name).write_text(re.sub(r"^    ", "", text, flags=re.M))
    (example / "train.py").write_text(
        "import sys\n\nrate = float(sys.argv[sys.argv.index('-lr') + 1])\n"
        "print('Val error:', rate)\n"
    )
    home = run(python, "-c", "import smacwrap; print(smacwrap.__file__)", cwd=example)
    assert Path(home).is_relative_to(tmp_path / "venv")
    shown = run(python, "-m", "smacwrap", "--version", cwd=example).split()
    assert shown[-1] == smacwrap.__version__
    (python.parent / "smacwrap").write_text(f'#!/bin/sh\nexec {python} -m smacwrap "$@"\n')
    (python.parent / "smacwrap").chmod(0o755)
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    words = ["launch", "scenario.txt", "--numberOfRunsLimit", "3"]
    output = run(python.parent / "smacwrap", *words, cwd=example, PATH=path)
    assert (example / "smac-output" / "example" / "results.csv").read_text().count("SAT") == 3
    assert "3 runs" in output


def _sources(folder: Path) -> Path:
    """A copy of what git knows, without what earlier builds left."""
    names = ["smacwrap", "pyproject.toml", "README.md", "LICENSE"]
    copy = folder / "sources"
    copy.mkdir()
    run("cp", "-r", *(ROOT / name for name in names), copy, cwd=folder)
    return copy


def _environment(folder: Path) -> Path:
    """An environment without smacwrap that sees the tests' other packages; its Python."""
    venv.create(folder, symlinks=True, with_pip=False)
    python = folder / "bin" / "python"
    seen = [path for path in map(Path, sys.path) if path.name == "site-packages" and path.exists()]
    assert Path(sysconfig.get_path("purelib")) in seen
    # A path in a .pth file comes behind the environment's own packages; .pth files there are not
    # read, so an editable installation of smacwrap stays unseen.
    (_packages(python) / "others.pth").write_text("".join(f"{path}\n" for path in seen))
    return python


def _packages(python: Path) -> Path:
    (folder,) = python.parent.parent.glob("lib/python*/site-packages")
    return folder


def test_the_version_is_written_once_and_the_citation_agrees() -> None:
    assert '\nversion = "' not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"^version: (\S+)$", citation, re.M) == [smacwrap.__version__]
