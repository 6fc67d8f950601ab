# Two commands do everything: `make demo` and `make test`. Both set up their own virtual environment.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: install install-dev demo listen test check unit calls real clean

install: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

install-dev: install $(VENV)/.installed-dev

$(VENV)/.installed-dev: pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

demo: install
	$(BIN)/voice demo

# A page with samples of every voice at hand: build/listen/index.html
listen: install
	$(BIN)/python scripts/listen.py

test: install-dev check unit calls real

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Neighbouring tests run in one process, which then makes what they share once.
unit:
	$(BIN)/python -m pytest -q -m "not calls and not real_models and not slow" -n 3 --dist worksteal

# The files with a mark in them: each of the processes would read all files to find its tests. The
# short tests of tests/calls come last, when long ones, and those on Ray one after the other, are done.
FILES = $$(grep -rl --include='*.py' 'mark\.$(MARKED_AS)' tests | sort -r)

# They wait for speech most of the time: more of them than cores run at once.
calls: MARKED_AS = calls
calls:
	$(BIN)/python -m pytest -q -m "calls and not real_models and not slow" -n 6 --dist loadgroup $(FILES)

# Whisper base and a recorded voice, fetched once for this user. No model is loaded in both processes
# but those that several files need.
real: MARKED_AS = real_models
real:
	$(BIN)/python -m pytest -q -m "real_models and not slow" -n 2 --dist loadfile $(FILES)

clean:
	rm -rf $(VENV) demo build dist
