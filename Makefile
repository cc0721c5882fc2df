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
# The tests that deploy share an emulator in each process, and a file's tests stay together. EXAMPLES: tests/examples.py.
PARALLEL = pytest -q --numprocesses auto --maxprocesses 4 --dist worksteal --ignore tests/deploy
TEST = $(PARALLEL) $(EXAMPLES) && pytest -q --numprocesses 2 --dist loadfile tests/deploy
# What starts other programs, or compiles the replay's engine.
SLOW = bench lazy_provider metering policy review/engine review/replay review/simulation test_continuous_integration.py
RUFF := ruff
# `make demo` alone deploys local.toml.
DEMO := $(if $(filter undefined,$(origin ENV)),local,$(value ENV))
ENV ?= prod
BASE ?= origin/main
SINCE ?= 7d
# As they are written, neither expanded by make nor read by the shell: recipes take them from the environment.
override ENV := $(value ENV)
override API := $(value API)
override BASE := $(value BASE)
override SINCE := $(value SINCE)
override REVIEWED := $(value REVIEWED)
export ENV API BASE REVIEWED SINCE

# A word of a command that `make -n` is to show: as it is where that is plain, else in quotes.
define NEWLINE


endef
OPEN := (
CLOSE := )
SIGNS := ' " ` $$ ; & | < > $(OPEN) $(CLOSE) \ * ? [ ] { } ~ ! \#
signs_of = $(findstring $(NEWLINE),$1)$(strip $(foreach sign,$(SIGNS),$(findstring $(sign),$1)))
one_word = $(if $(call signs_of,$1),'$(subst $(NEWLINE), ,$(subst ','\'',$1))',$1)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What synthesizes and deploys. The provider's modules are compiled as they are used: 20 of 2,212.
.venv/.packages: Pipfile.lock
	@echo "installing the Python packages that synthesis needs into .venv (once)"
	@$(PYTHON) -c 'import sys; sys.exit("Spillway needs Python 3.11 or newer; PYTHON=... names another one" if sys.version_info < (3, 11) else 0)'
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet $(PIPENV)
	@.venv/bin/pipenv sync --extra-pip-args=--no-compile >.venv/install.log 2>&1 || { tail -n 40 .venv/install.log; exit 1; }
	@touch $@

.venv/.installed: .venv/.packages
	@echo "installing the Python packages of the review and of the tests into .venv (once)"
	@.venv/bin/pipenv sync --categories "review dev-packages" >.venv/install.log 2>&1 || { tail -n 40 .venv/install.log; exit 1; }
	@touch $@

# --ignore-scripts: the one install script in the tree builds a terminal library that the CLI works without.
node_modules/.installed: package-lock.json .venv/.packages
	@echo "installing the CDKTF command line into node_modules (once)"
	@npm ci --silent --ignore-scripts --no-fund --no-audit
	@touch $@

.venv/bin/pipenv:
	@$(MAKE) .venv/.packages

# checkov's packages clash with ours. Order-only: another pipenv does not install it anew.
policy/.venv/.installed: policy/Pipfile.lock | .venv/bin/pipenv
	@echo "installing checkov into policy/.venv (once)"
	@export PIPENV_PIPFILE=$(CURDIR)/policy/Pipfile; .venv/bin/pipenv sync >policy/install.log 2>&1 || { tail -n 40 policy/install.log; exit 1; }
	@mv policy/install.log policy/.venv/
	@touch $@

# The libraries clash with ours, and the old one with the new one.
tests/clients/.venv/.installed: tests/clients/Pipfile.lock tests/clients/openai_1_54/Pipfile.lock | .venv/bin/pipenv
	@echo "installing the client libraries of the tests into tests/clients (once)"
	@for folder in tests/clients/openai_1_54 tests/clients; do \
		PIPENV_PIPFILE=$(CURDIR)/$$folder/Pipfile .venv/bin/pipenv sync >$$folder/install.log 2>&1 || { tail -n 40 $$folder/install.log; exit 1; }; \
		mv $$folder/install.log $$folder/.venv/; \
	done
	@touch $@

tests/clients/node_modules/.installed: tests/clients/package-lock.json .venv/.installed
	@cd tests/clients && npm ci --silent --ignore-scripts --no-fund --no-audit
	@touch $@

.PHONY: clients
clients: tests/clients/.venv/.installed tests/clients/node_modules/.installed ## the client libraries that the tests run

tests/metering/node_modules/.installed: tests/metering/package-lock.json .venv/.installed
	@echo "installing Lambda's runtime client into tests/metering/node_modules (once)"
	@cd tests/metering && npm ci --silent --ignore-scripts --no-fund --no-audit
	@touch $@

.PHONY: lambda-client
lambda-client: tests/metering/node_modules/.installed ## what Lambda's Node runtime carries, for the tests of the function that meters

.PHONY: install
install: .venv/.installed node_modules/.installed ## everything, into this folder; the other targets call it

.PHONY: install-deploy
install-deploy: .venv/.packages node_modules/.installed ## what a job that deploys needs: no review, no tests

.PHONY: demo
demo: export DEMO := $(value DEMO)
demo: install ## deploy `local`, or ENV=prod with mocks behind it, to a local AWS emulator and hit it
	@python -m demo "$$DEMO"

.PHONY: deploy
deploy: .venv/.packages ## plan ENV=prod, ask, apply, until the stage serves what the file names (YES=1 does not ask)
	@python -m deploy $(if $(YES),--yes) -- "$$ENV"

# -O: without jsii's checks of every argument's type, a fifth of the time; mypy and the tests have checked them.
.PHONY: synth
synth: .venv/.packages ## every environment to cdktf.out/stacks/<name>/cdk.tf.json
	@python -O main.py

.PHONY: committed
committed: .venv/.packages ## the JSON of ENV=prod to committed/prod, for a workspace that follows the repository
	@python -m tools.committed -- "$$ENV"

.PHONY: check-committed
check-committed: .venv/.packages ## fails where a folder of committed/ is not what its environment file says
	@python -m tools.committed --check

.PHONY: imports
imports: .venv/.packages ## the [imports] table by which ENV=prod adopts the REST API with the id API=...
	@python -m tools.imports -- "$$ENV" "$$API"

# The second call of the same command goes on where the first was stopped.
.PHONY: fetch-log
fetch-log: .venv/.installed ## the access log of ENV=prod since SINCE=7d out of CloudWatch, for `review replay`
	@python -m tools.fetch_log -- "$$ENV" "$$SINCE"

.PHONY: schema
schema: .venv/.packages reference ## docs/environment.schema.json, by which editors check environment files
	@python -m tools.environment_schema

.PHONY: reference
reference: .venv/.packages ## docs/reference.md, every key of an environment file
	@python -m tools.reference

.PHONY: review
review: .venv/.installed ## limits and cost of ENV (default: prod), before anything is deployed
	@python -m review limits $(call one_word,$(ENV))
	@echo
	@python -m review cost $(call one_word,$(ENV))

.PHONY: review-markdown
review-markdown: .venv/.installed ## for a pull request: what differs from BASE, limits and cost of every environment
	@for file in $${REVIEWED:-environments/*.toml}; do \
		name=$$(basename -- "$$file" .toml); \
		python -m review diff --base="$$BASE" --format markdown -- "$$name"; echo; \
		python -m review limits --format markdown -- "$$name"; echo; \
		python -m review cost --format markdown -- "$$name"; echo; \
	done

# WAF=1 runs into a rate rule too, PAID=1 asks backends that may cost money, YES=1 does not ask, MOST=n requests at most.
.PHONY: verify
verify: export ENV := $(value ENV)
verify: export MOST := $(value MOST)
verify: .venv/.installed ## whether the deployed stage of ENV=prod does what its file says: sends requests, asks before it does
	@python -m verify $(if $(YES),--yes) $(if $(WAF),--waf) $(if $(PAID),--paid-backends) $${MOST:+--most "$$MOST"} \
		--outputs <($${TERRAFORM_BINARY_NAME:-terraform} -chdir="cdktf.out/stacks/$$ENV" output -json) -- "$$ENV"

.PHONY: policy
policy: synth policy/.venv/.installed ## checkov on what synth writes; accepted failures: policy/suppressions.toml
	@python -m policy

.PHONY: test
test: install policy/.venv/.installed clients lambda-client ## every test
	@$(TEST)

.PHONY: test-fast
test-fast: .venv/.installed ## the tests that start no other program: what a change most often breaks
	@$(PARALLEL) $(SLOW:%=--ignore tests/%)

.PHONY: lint
lint: .venv/.installed ## ruff, ruff format, mypy --strict
	@$(RUFF) check .
	@$(RUFF) format --check .
	@mypy

.PHONY: format
format: .venv/.installed ## the formatter, and what the linter mends by itself
	@$(RUFF) check --fix .
	@$(RUFF) format .

.PHONY: check
check: EXAMPLES := --hypothesis-profile thorough
check: install policy/.venv/.installed clients lambda-client lint ## lint, committed/ up to date, tests with more examples
	@python -m tools.committed --check
	@$(TEST)

.PHONY: snapshots
snapshots: .venv/.installed ## what every environment is to render, after a wanted change; read the diff before you commit it
	@pytest -q tests/test_environments.py::test_synthesized_json --snapshot-update
	@for file in tests/snapshots/test_environments/*.json; do \
		test -e "environments/$$(basename "$$file" .json).toml" || rm -v -- "$$file"; \
	done

.PHONY: check-cdktn
check-cdktn: .venv/.installed ## the project moved to CDK Terrain in a temporary copy: its tests, and the same JSON
	@python -m tools.check_cdktn

# The AWS CDK needs a jsii of its own choice. Only the benchmark installs it.
bench/cdk/.venv/.installed: bench/cdk/requirements.txt
	@echo "installing the AWS CDK into bench/cdk/.venv (once)"
	@test -x bench/cdk/.venv/bin/python || $(PYTHON) -m venv bench/cdk/.venv
	@bench/cdk/.venv/bin/python -m pip install --quiet --requirement $<
	@touch $@

.PHONY: bench
bench: install bench/cdk/.venv/.installed ## how fast: synthesis against ordinary loading, the AWS CDK and by number of routes; replay against `limits`
	@python -m bench

bench/token_limits/.venv/.installed: bench/token_limits/requirements.txt
	@echo "installing the LiteLLM proxy into bench/token_limits/.venv (once)"
	@test -x bench/token_limits/.venv/bin/python || $(PYTHON) -m venv bench/token_limits/.venv
	@bench/token_limits/.venv/bin/python -m pip install --quiet --requirement $<
	@touch $@

.PHONY: bench-tokens
bench-tokens: install lambda-client bench/token_limits/.venv/.installed ## limits in tokens beside the LiteLLM proxy, which needs redis-server: 20 minutes
	@python -m bench.token_limits

.PHONY: lock
lock: .venv/.installed ## refresh Pipfile.lock and package-lock.json, without index addresses
	@pipenv lock
	@for folder in policy tests/clients tests/clients/openai_1_54; do PIPENV_PIPFILE=$$folder/Pipfile pipenv lock; done
	@python tools/strip_index_addresses.py Pipfile.lock policy/Pipfile.lock tests/clients/Pipfile.lock tests/clients/openai_1_54/Pipfile.lock
	@for folder in . tests/clients tests/metering; do \
		npm install --prefix $$folder --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-fund --no-audit; \
	done

.PHONY: clean
clean: ## remove what is generated, not what is installed or deployed
	@rm -rf cdktf.out .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
