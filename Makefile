# `make help` lists what there is.
PYTHON ?= python3
STAGE ?= dev
PARAMETERS ?=
PICTURES ?= .local/pictures
UPGRADE ?=
INSTALL := -m pip install --no-deps --quiet --disable-pip-version-check --require-hashes
RUN := .venv/bin/
VENV := .venv/.made
MINISTACK := .venv-ministack/.made
MODULES := frontend/node_modules/.made
CORE_TESTS := tests/common tests/plex tests/events tests/settings tests/accounts tests/invites tests/qr_codes \
	tests/access tests/setup tests/redemptions tests/stores_contract
SITE := frontend/dist/index.html
SITE_SOURCES := $(shell find frontend/src frontend/public frontend/scripts -type f -not -name schema.d.ts -not -name limits.ts) \
	$(wildcard frontend/*.html frontend/*.json frontend/*.jsonc frontend/*.ts chalicelib/texts/*.json) \
	docs/openapi.yaml chalicelib/openapi.json

.DEFAULT_GOAL := help
.PHONY: help setup set-up-anew run dev check test lint types unit mutants site-tests end-to-end rehearse rehearse-policies \
	rehearse-packages browser lock audit screenshots bench contract deploy config smoke restore destroy clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup: $(VENV) $(MINISTACK)  ## Make the virtual environments

$(VENV): requirements-dev.txt
	$(PYTHON) -m venv .venv
	.venv/bin/python $(INSTALL) -r requirements-dev.txt
	touch $@

$(MINISTACK): local/requirements-ministack.txt
	$(PYTHON) -m venv .venv-ministack
	.venv-ministack/bin/python $(INSTALL) -r local/requirements-ministack.txt
	touch $@

$(MODULES): frontend/package-lock.json
	cd frontend && npm ci --silent --no-audit --no-fund
	touch $@

$(SITE): $(MODULES) $(SITE_SOURCES)
	cd frontend && npm run --silent build

browser:  # the one thing that tests need from Debian; root may install it
	@command -v chromium > /dev/null || (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium > /dev/null)

run: setup $(SITE)  ## Run the whole product on this machine (README.md tells the variables)
	@exec $(RUN)python -m local.run

dev: $(MODULES)  ## Serve the site with hot reload, beside `make run`
	cd frontend && npm run dev

lint: $(VENV)  ## Lint, format and import rules
	$(RUN)ruff check .
	$(RUN)ruff format --check .
	$(RUN)lint-imports --no-logo

types: $(VENV)  ## Types, strictly
	$(RUN)mypy

unit: $(VENV)  ## Tests that need nothing running, with the coverage of the core
	$(RUN)pytest -q -n 2 -m "not stack" $(CORE_TESTS) tests/texts tests/web tests/test_*.py --cov

mutants: $(VENV)  ## Do the unit tests hold the core's rules? MUTANTS="--count 50 --seed 7"
	$(RUN)python -m testing.mutants $(MUTANTS) $(CORE_TESTS)

check: lint types unit  ## The fast loop: lint, types, unit tests

site-tests: $(MODULES)  ## The site's own tests and types
	cd frontend && npm test --silent

end-to-end: setup $(SITE) browser  ## Everything against the local stack, real browser included
	$(RUN)pytest -q -n 2 --dist loadfile --ignore tests/deploy

rehearse: setup $(SITE)  ## `make deploy` and its relatives, to an emulated AWS that enforces the policies
	$(RUN)pytest -q tests/deploy

rehearse-policies: setup $(SITE)  ## Take each statement out of each policy: something must fail
	$(RUN)pytest -q tests/deploy/every_permission.py

rehearse-packages: setup  ## Package for the other processor and the newer Pythons
	$(RUN)pytest -q tests/deploy/every_package.py

test: lint types site-tests end-to-end rehearse  ## All tests

lock: $(VENV)  ## Make the lock files from their .in files; UPGRADE=--upgrade takes newer versions, too
	$(RUN)uv pip compile --quiet $(UPGRADE) requirements.in -o requirements.txt
	$(RUN)uv pip compile --quiet $(UPGRADE) requirements-dev.in -o requirements-dev.txt
	$(RUN)uv pip compile --quiet $(UPGRADE) local/requirements-ministack.in -o local/requirements-ministack.txt

audit: $(VENV)  ## Ask the registries for known vulnerabilities of what is locked (needs the network)
	$(RUN)python -m local.audit

screenshots: setup $(SITE) browser  ## Pictures of every screen, in PICTURES
	mkdir -p $(PICTURES) && SCREENSHOTS=$(abspath $(PICTURES)) $(RUN)pytest -q tests/browser

bench: setup $(SITE)  ## Measure, and write docs/benchmarks.md; ONLY="growth cost" prints a part
	$(RUN)python -m bench $(ONLY)

contract: $(VENV)  ## chalicelib/openapi.json from docs/openapi.yaml
	$(RUN)python -m local.openapi

deploy: setup $(SITE)  ## Deploy STAGE to your AWS account (docs/operations.md)
	$(RUN)python -m infra.deploy deploy --stage $(STAGE) $(PARAMETERS)

set-up-anew: setup $(SITE)  ## Deploy STAGE with a fresh set-up token: another Plex account takes over
	$(RUN)python -m infra.deploy set-up-anew --stage $(STAGE) $(PARAMETERS)

config smoke: setup
	$(RUN)python -m infra.deploy $@ --stage $(STAGE)

restore: setup  ## Put STAGE's data back to the moment AT; YES=… once you have seen what differs
	$(RUN)python -m infra.deploy restore --stage $(STAGE) --at "$(AT)" --yes "$(YES)"

destroy: setup  ## Take STAGE down; DATA=delete YES=… takes its data, too
	$(RUN)python -m infra.deploy destroy --stage $(STAGE) $(if $(filter delete,$(DATA)),--data --yes "$(YES)")

clean:  ## Remove what was made, the local stack's state included
	rm -rf .venv .venv-ministack .local frontend/node_modules frontend/dist .mypy_cache .ruff_cache .pytest_cache .coverage
