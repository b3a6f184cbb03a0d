# Two commands are enough: `make review` and `make test`.
# They need git, make and Python 3.11 or newer; everything else is set up in .venv on the first run.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
UV := $(BIN)/uv
ARGS ?=

export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON := $(BIN)/python
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1

.PHONY: help review test soak mutation conformance check fix bench docs clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

review: .venv/.runtime ## Set up, review the bundled practice, write the report to build/review/
	$(BIN)/spinewise review examples/practice --period 2024 --out build/review

test: .venv/.dev .venv/.system .venv/.conformance ## Set up, run all tests (ARGS="-k name" for some of them)
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

soak: .venv/.dev ## The long run of the same tests: fuzzing, kills, 4 million people, mutation (many hours; see docs/reliability.md)
	SPINEWISE_SOAK=1 $(BIN)/pytest tests/faults $(ARGS)
	$(BIN)/python -m bench --part scale --rounds 1
	SPINEWISE_EXAMPLES=500 $(BIN)/pytest tests/generative/test_shared_reports_hide.py $(ARGS)
	seed=$${SEED:-$$(date +%s)}; echo "drawn definitions: SEED=$$seed"; SPINEWISE_EXAMPLES=2000 \
	  $(BIN)/pytest --hypothesis-seed=$$seed tests/generative/test_drawn_definitions_agree.py $(ARGS)
	$(MAKE) mutation ARGS=

mutation: .venv/.dev ## Change the code that judges, bit by bit: the tests have to notice (hours)
	$(BIN)/python -m tests.mutation $(ARGS)

conformance: .venv/.dev .venv/.conformance ## Exported measures on CQL engines that others wrote, unit by unit (an hour)
	$(BIN)/python -m conformance --page docs/reference/agreement.md $(ARGS)

check: .venv/.dev ## Formatting, lint and types; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

fix: .venv/.dev ## Format the code and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.dev ## Print the figures of docs/performance.md, measured on this machine
	$(BIN)/python -m bench $(ARGS)

docs: .venv/.dev ## Write again the pages of docs/reference that are made from the code
	$(BIN)/python scripts/make_docs.py
	$(BIN)/python scripts/false_signals.py

clean: ## Remove what was built: .venv, build/ and the caches of tools
	rm -rf .venv build mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis

# The stamps below let a second `make` start at once. They live in .venv and go with it.

$(UV):
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
	  f"Spinewise needs Python 3.11 or newer; $(PYTHON) is {sys.version.split()[0]}.\n" \
	  "Name another one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.runtime: pyproject.toml uv.lock | $(UV)
	@echo "Setting up .venv ..."
	@$(UV) sync --quiet --locked --inexact --no-dev
	@touch $@

.venv/.dev: pyproject.toml uv.lock | $(UV)
	@echo "Setting up .venv with the tools of developers ..."
	@$(UV) sync --quiet --locked --inexact
	@touch $@ .venv/.runtime

# Engines that others wrote, for exported measures. Without them these tests are skipped, and say so.
.venv/.conformance: scripts/install-conformance conformance/package-lock.json | .venv/.dev
	@scripts/install-conformance && touch $@ || echo "Exported measures will not be tried on CQL engines."

# A browser for the tests of the report. Without it these tests are skipped, and say so.
.venv/.system: scripts/install-test-system | .venv/.dev
	@scripts/install-test-system && touch $@ || echo "The tests in a browser will be skipped."
