# Everything below needs Python 3.11 or newer with pip, and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo dev tools browser test unit lint types layers docs long bench bench-graph bench-pictures bench-peers bench-rendering bench-tracing clean

demo: $(VENV)/.demo ## install into .venv and scan the examples
	@$(BIN)/hullmark scan examples || test $$? -eq 1 # findings are what the examples are for

test: lint types layers $(VENV)/.dev tools browser ## what CI runs
	$(BIN)/python -m pytest -q -n auto -m "not long"

unit: $(VENV)/.dev ## the quick tests: no other program, no property runs, no whole systems
	$(BIN)/python -m pytest -q -n auto -m "not long and not slow and not tools and not browser"

long: $(VENV)/.dev tools ## exhaustive mutation and property runs
	$(BIN)/python -m pytest -q -n auto -m long

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports

docs: $(VENV)/.dev ## regenerate the pages made from code; a test fails when they lag
	$(BIN)/python scripts/generate.py

bench: $(VENV)/.dev ## measure start-up, throughput, memory and growth
	$(BIN)/python bench/scan.py
	$(BIN)/python bench/placement.py
	$(BIN)/python bench/availability.py

bench-rendering: $(VENV)/.dev tools ## what rendering costs, and that a second scan runs no tool
	$(BIN)/python bench/rendering.py

bench-tracing: $(VENV)/.dev tools ## where findings in charts point, and what tracing them costs
	$(BIN)/python bench/tracing.py

bench-graph: $(VENV)/.dev ## what the graph and attack paths of large estates cost
	$(BIN)/python bench/graph.py

bench-pictures: $(VENV)/.dev browser ## what pictures cost, and how fast a browser is with a large one
	$(BIN)/python bench/pictures.py

bench-peers: $(VENV)/.dev ## the same beside Checkov and Trivy, as ratios
	$(BIN)/python bench/peers.py

dev: $(VENV)/.dev

tools: $(VENV)/bin/python ## helm and kubectl for the tests, into .tools
	@$(BIN)/python scripts/tools.py

browser: $(VENV)/bin/python ## Chromium for the tests of pages: the one there is, else Debian's
	@$(BIN)/python scripts/browser.py

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Hullmark needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
