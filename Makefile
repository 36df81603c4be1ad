# Every command a developer needs; CI runs the same targets. `make run` and `make test` need only git, make and Python 3.11 or newer.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test lint type fast proof bench reset demo screenshots

VENV := .venv
BIN := $(VENV)/bin
# What is installed depends on these two files only; the stamp carries their hash, so a second run installs nothing.
HASH := $(shell cat constraints.txt pyproject.toml | { sha256sum 2>/dev/null || shasum -a 256; } | cut -c1-16)
CORE := $(VENV)/.installed-core-$(HASH)
DEV := $(VENV)/.installed-dev-$(HASH)

export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DAGSTER_DISABLE_TELEMETRY := 1
export STREAMLIT_BROWSER_GATHER_USAGE_STATS := false

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(CORE) ## Environment from pinned versions (.venv)

setup-dev: $(DEV)

$(VENV)/bin/python:
	@bash .ci/find-python $(VENV)

$(CORE): | $(VENV)/bin/python
	@echo "Installing pinned versions into $(VENV) (about a minute) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	@rm -f $(VENV)/.installed-core-* && touch $@

$(DEV): | $(VENV)/bin/python
	@echo "Installing pinned versions and developer tools into $(VENV) (about a minute) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev,scale]'
	@rm -f $(VENV)/.installed-core-* $(VENV)/.installed-dev-* && touch $@ $(CORE)

run: setup ## Demo company (if there is none yet), whole pipeline, dashboard on a local port
	@$(BIN)/throughline demo --if-empty
	@$(BIN)/throughline run
	@$(BIN)/throughline up

demo: setup ## Only create the demo company
	@$(BIN)/throughline demo

test: setup-dev ## The whole test suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

fast: setup-dev ## Quick pure tests, without Dagster, dbt, browser: under a minute
	@$(BIN)/python -m pytest -m fast

lint: setup-dev ## Style and the walls between rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

type: setup-dev ## Types of the rooms that compute and keep
	@$(BIN)/mypy

proof: setup-dev ## Long proofs: many more random cases, kills and concurrent clients
	@HYPOTHESIS_PROFILE=proof $(BIN)/python -m pytest -m proof --timeout 3600

bench: setup-dev ## Measure load, ingest, dbt, forecast, plan and publish one by one
	@$(BIN)/python -m benchmarks.pipeline_steps

screenshots: setup-dev ## Pictures of the screens of what is published, for the README
	@$(BIN)/throughline up --dashboard-only --port 8599 & served=$$!; trap "kill $$served; wait $$served" EXIT; \
	for second in $$(seq 90); do (exec 3<>/dev/tcp/127.0.0.1/8599) 2>/dev/null && break; sleep 1; done; \
	$(BIN)/python tests/browser/screenshots.py http://127.0.0.1:8599 docs/screenshots

reset: ## Remove what the pipeline made; the ledger stays
	@$(BIN)/throughline reset
