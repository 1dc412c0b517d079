# `make help` lists what there is.
PYTHON ?= python3
VENV := .venv/.made
MINISTACK := .venv-ministack/.made
RUN := .venv/bin/

.DEFAULT_GOAL := help
.PHONY: help setup run check test lint types unit clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV) $(MINISTACK)  ## Make the virtual environments

$(VENV): requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

$(MINISTACK): local/requirements-ministack.txt
	$(PYTHON) -m venv .venv-ministack
	.venv-ministack/bin/pip install --quiet --disable-pip-version-check -r local/requirements-ministack.txt
	touch $@

run: setup  ## Run the whole product on this machine (PORT, KEEP, DEMO, PLEX_BASE_URL, SWEEP_SECONDS)
	@exec $(RUN)python -m local.run

lint: $(VENV)  ## Lint, format and import rules
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)lint-imports --no-logo

types: $(VENV)  ## Types, strictly
	$(RUN)mypy

unit: $(VENV)  ## Tests that need nothing running
	$(RUN)pytest -q tests/unit

check: lint types unit  ## The fast loop: lint, types, unit tests

test: setup lint types  ## Everything that CI runs
	$(RUN)pytest -q

clean:  ## Remove what was made, the local stack's state included
	rm -rf .venv .venv-ministack .local .mypy_cache .ruff_cache .pytest_cache
