# The one door. Everything is installed into this folder: .venv/ and node_modules/.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PIPENV_VENV_IN_PROJECT := 1
export PIPENV_IGNORE_VIRTUALENVS := 1
export PIPENV_NOSPIN := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# No telemetry, no update checks.
export CHECKPOINT_DISABLE := 1
export CI ?= 1
export NPM_CONFIG_UPDATE_NOTIFIER := false

PYTHON ?= python3
PIPENV := pipenv==2026.10.3
# One process for the tests that deploy, since they share an emulator; several for the rest. EXAMPLES: tests/examples.py.
TEST = pytest -q --numprocesses auto --maxprocesses 4 --dist worksteal --ignore tests/deploy $(EXAMPLES) && pytest -q tests/deploy
RUFF := ruff
ENV ?= prod
BASE ?= origin/main
SINCE ?= 7d
REVIEWED ?= $(basename $(notdir $(wildcard environments/*.toml)))

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.installed: Pipfile.lock
	@echo "installing the Python packages of Pipfile.lock into .venv (once)"
	@$(PYTHON) -c 'import sys; sys.exit("Spillway needs Python 3.11 or newer; PYTHON=... names another one" if sys.version_info < (3, 11) else 0)'
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet $(PIPENV)
	@.venv/bin/pipenv sync --dev >.venv/install.log 2>&1 || { tail -n 40 .venv/install.log; exit 1; }
	@touch $@

# --ignore-scripts: the one install script in the tree builds a terminal library that the CLI works without.
node_modules/.installed: package-lock.json .venv/.installed
	@echo "installing the CDKTF command line into node_modules (once)"
	@npm ci --silent --ignore-scripts --no-fund --no-audit
	@touch $@

.venv/bin/pipenv:
	@$(MAKE) .venv/.installed

# checkov's packages clash with ours. Order-only: another pipenv does not install it anew.
policy/.venv/.installed: policy/Pipfile.lock | .venv/bin/pipenv
	@echo "installing checkov into policy/.venv (once)"
	@export PIPENV_PIPFILE=$(CURDIR)/policy/Pipfile; .venv/bin/pipenv sync >policy/install.log 2>&1 || { tail -n 40 policy/install.log; exit 1; }
	@mv policy/install.log policy/.venv/
	@touch $@

.PHONY: install
install: .venv/.installed node_modules/.installed ## everything, into this folder; the other targets call it

.PHONY: demo
demo: install ## deploy `local` to a local AWS emulator and hit it
	@python -m demo

# -O: without jsii's checks of every argument's type, a fifth of the time; mypy and the tests have checked them.
.PHONY: synth
synth: .venv/.installed ## every environment to cdktf.out/stacks/<name>/cdk.tf.json
	@python -O main.py

.PHONY: committed
committed: .venv/.installed ## the JSON of ENV=prod to committed/prod, for a workspace that follows the repository
	@python -m tools.committed $(ENV)

.PHONY: check-committed
check-committed: .venv/.installed ## fails where a folder of committed/ is not what its environment file says
	@python -m tools.committed --check

.PHONY: imports
imports: .venv/.installed ## the [imports] table by which ENV=prod adopts the REST API with the id API=...
	@python -m tools.imports $(ENV) $(API)

# The second call of the same command goes on where the first was stopped.
.PHONY: fetch-log
fetch-log: .venv/.installed ## the access log of ENV=prod since SINCE=7d out of CloudWatch, for `review replay`
	@python -m tools.fetch_log $(ENV) $(SINCE)

.PHONY: schema
schema: .venv/.installed ## docs/environment.schema.json, by which editors check environment files
	@python -m tools.environment_schema

.PHONY: review
review: .venv/.installed ## limits and cost of ENV (default: prod), before anything is deployed
	@python -m review limits $(ENV)
	@echo
	@python -m review cost $(ENV)

.PHONY: review-markdown
review-markdown: .venv/.installed ## for a pull request: what differs from BASE, limits and cost of every environment
	@for name in $(REVIEWED); do \
		python -m review diff $$name --base '$(BASE)' --format markdown; echo; \
		python -m review limits $$name --format markdown; echo; \
		python -m review cost $$name --format markdown; echo; \
	done

.PHONY: policy
policy: synth policy/.venv/.installed ## checkov on what synth writes; accepted failures: policy/suppressions.toml
	@python -m policy

.PHONY: test
test: install policy/.venv/.installed ## every test
	@$(TEST)

.PHONY: check
check: EXAMPLES := --hypothesis-profile thorough
check: install policy/.venv/.installed ## ruff, ruff format, mypy --strict, committed/ up to date, tests with more examples
	@$(RUFF) check .
	@$(RUFF) format --check .
	@mypy
	@python -m tools.committed --check
	@$(TEST)

.PHONY: snapshots
snapshots: .venv/.installed ## what every environment is to render, after a wanted change; read the diff before you commit it
	@pytest -q tests/test_environments.py::test_synthesized_json --snapshot-update
	@for file in tests/snapshots/test_environments/*.json; do \
		test -e environments/$$(basename $$file .json).toml || rm -v $$file; \
	done

.PHONY: check-cdktn
check-cdktn: .venv/.installed ## the project moved to CDK Terrain in a temporary copy: its tests, and the same JSON
	@python -m tools.check_cdktn

.PHONY: bench
bench: install ## how fast: synthesis against ordinary loading and by number of routes, replay against `limits`
	@python -m bench

.PHONY: lock
lock: .venv/.installed ## refresh Pipfile.lock and package-lock.json, without index addresses
	@pipenv lock --dev
	@PIPENV_PIPFILE=policy/Pipfile pipenv lock
	@python tools/strip_index_addresses.py Pipfile.lock policy/Pipfile.lock
	@npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-fund --no-audit

.PHONY: clean
clean: ## remove what is generated, not what is installed or deployed
	@rm -rf cdktf.out .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
