# `make run` starts TorchLoom, `make test` checks it. Each target first prepares .venv, once.
#
# Another interpreter:            make run PYTHON=/path/to/python3.12
# Something to open or to pass:   make run ARGS=network.loom
#                                 make test ARGS="-k canvas"
#                                 make bench ARGS="start-up --json"

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help run test lint style format bench pictures setup

help:
	@echo "make run       start TorchLoom"
	@echo "make test      lint, types, import rules and all tests"
	@echo "make lint      only ruff, mypy and import-linter"
	@echo "make format    let ruff rewrite the files"
	@echo "make bench     print the figures (speed, lateness, start-up)"
	@echo "make pictures  drive the real window and make the README's pictures anew"

run: $(STAMP)
	$(BIN)/python main.py $(ARGS)

# mypy takes half a minute of one core, so it runs beside the tests; what it finds is said after their summary.
test: style
	@$(BIN)/mypy >$(VENV)/mypy.txt 2>&1 & types=$$!; \
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=8 --dist=loadfile --no-loadscope-reorder $(ARGS); \
	tests=$$?; wait $$types || { cat $(VENV)/mypy.txt; exit 1; }; exit $$tests

lint: style
	$(BIN)/mypy

style: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	PYTHONPATH=. $(BIN)/lint-imports --no-logo

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks $(ARGS)

pictures: $(STAMP)
	$(BIN)/python -m tests.pictures $(ARGS)

setup: $(STAMP)

# The stamp is newer than pyproject.toml when everything named there is installed. The requirements go to
# pip as a list, not as `pip install .`, so nothing is built and a complete environment needs no network.
$(STAMP): pyproject.toml | $(BIN)/python
	@$(BIN)/python -c "import itertools, tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
	print(*p['dependencies'], *itertools.chain(*p['optional-dependencies'].values()), sep='\n')" \
	> $(VENV)/requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check -q -r $(VENV)/requirements.txt
	@touch $@

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	    if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "$$python -m venv $(VENV)"; exec $$python -m venv $(VENV); \
	    fi; \
	done; \
	echo "TorchLoom needs Python 3.11 or newer with its venv module (on Debian: python3-venv); install it," \
	     "or name one with: make run PYTHON=/path/to/python" >&2; exit 1
