# make demo: tune a convolutional network on real digits.  make test: lint, types, pages and all
# tests.  make check: its quick part.  make docs: the pages in docs/ as a site, in site/.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

.PHONY: demo test check lint docs clean

demo: $(VENV)/.installed-demo
	$(BIN)/smacwrap launch scenarios/digits_cnn/scenario.txt --parallel 2 --overwrite

test: $(VENV)/.installed-dev lint docs
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

# The tests of formats and files: few of them start a process.
check: $(VENV)/.installed-dev lint
	$(BIN)/python -m pytest --numprocesses auto tests/pcs tests/scenario tests/protocol tests/history

# Strict: a link that leads nowhere is an error.
docs: $(VENV)/.installed-dev
	$(BIN)/zensical build --clean --strict

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("smacwrap needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-demo: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[demo]'
	touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[demo,dev,docs]'
	touch $@

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache *.egg-info smac-output site .cache
