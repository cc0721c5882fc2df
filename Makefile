# The entry point for everything. It installs into this folder: .venv/ and node_modules/.
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
# Four processes also on two cores: they wait a third of their time, for deadlines and for other programs.
PARALLEL = pytest -q --numprocesses 4 --dist worksteal --ignore tests/deploy
TEST = $(PARALLEL) $(EXAMPLES) && pytest -q --numprocesses 2 --dist loadfile tests/deploy
# What starts other programs, or compiles the replay's engine.
SLOW = bench lazy_provider metering policy review/engine review/replay review/simulation test_continuous_integration.py \
	test_programs.py spillway
RUFF := ruff
# Without ENV, `make demo` deploys local.toml.
DEMO := $(if $(filter undefined,$(origin ENV)),local,$(value ENV))
# Only of the command line: a shell may have an ENV of its own.
WANTED := $(if $(filter command,$(origin ENV)),$(value ENV))
ENV ?= prod
BASE ?= origin/main
SINCE ?= 7d
# Neither make nor the shell interprets their values: recipes read them from the environment.
override ENV := $(value ENV)
override API := $(value API)
override BASE := $(value BASE)
override SINCE := $(value SINCE)
override REVIEWED := $(value REVIEWED)
# For these targets only: the tests call make, and its default of ENV is not theirs.
deploy committed imports fetch-log verify: export ENV := $(value ENV)
imports: export API := $(value API)
fetch-log: export SINCE := $(value SINCE)
review-markdown: export BASE := $(value BASE)
review-markdown: export REVIEWED := $(value REVIEWED)

# A word of a command for `make -n`: in quotes, unless it is plain.
define NEWLINE


endef
OPEN := (
CLOSE := )
SIGNS := ' " ` $$ ; & | < > $(OPEN) $(CLOSE) \ * ? [ ] { } ~ ! \#
signs_of = $(findstring $(NEWLINE),$1)$(strip $(foreach sign,$(SIGNS),$(findstring $(sign),$1)))
one_word = $(if $(call signs_of,$1),'$(subst $(NEWLINE), ,$(subst ','\'',$1))',$1)

# A second word is another target, and never an environment: `make review dev` would show prod.
ifneq ($(word 2,$(MAKECMDGOALS)),)
TARGETS := $(shell awk -F: '/^[a-z-]+:/{print $$1}' $(firstword $(MAKEFILE_LIST)))
NO_TARGETS := $(foreach goal,$(MAKECMDGOALS),$(if $(findstring /,$(goal)),,$(filter-out $(TARGETS),$(goal))))
ifneq ($(strip $(NO_TARGETS)),)
$(error no target: $(strip $(NO_TARGETS)); an environment is a variable, as in `make review ENV=dev`)
endif
endif

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# What synthesizes and deploys. --no-compile: Python compiles the provider's modules on first use, 20 of 2,212.
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

# The entry point `spillway`, for this folder. flit_core, which pip fetches for it, is in no lock: it makes one file.
.venv/bin/spillway: pyproject.toml .venv/.packages
	@.venv/bin/python -m pip install --quiet --no-deps --editable .
	@touch $@

# What a project of your own needs: no tests, no CDKTF command line.
.venv/.review: .venv/.packages
	@echo "installing the Python packages of the review into .venv (once)"
	@.venv/bin/pipenv sync --categories review >.venv/install.log 2>&1 || { tail -n 40 .venv/install.log; exit 1; }
	@touch $@

# --ignore-scripts: the only install script in the tree builds a terminal library that the CLI does not need.
node_modules/.installed: package-lock.json .venv/.packages
	@echo "installing the CDKTF command line into node_modules (once)"
	@npm ci --silent --ignore-scripts --no-fund --no-audit
	@touch $@

.venv/bin/pipenv:
	@$(MAKE) .venv/.packages

# checkov's packages conflict with ours. Order-only: a new pipenv does not install it again.
policy/.venv/.installed: policy/Pipfile.lock | .venv/bin/pipenv
	@echo "installing checkov into policy/.venv (once)"
	@export PIPENV_PIPFILE=$(CURDIR)/policy/Pipfile; .venv/bin/pipenv sync >policy/install.log 2>&1 || { tail -n 40 policy/install.log; exit 1; }
	@mv policy/install.log policy/.venv/
	@touch $@

# The libraries conflict with ours, and the old one with the new one.
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
clients: tests/clients/.venv/.installed tests/clients/node_modules/.installed ## install the client libraries that the tests use

tests/metering/node_modules/.installed: tests/metering/package-lock.json .venv/.installed
	@echo "installing Lambda's runtime client into tests/metering/node_modules (once)"
	@cd tests/metering && npm ci --silent --ignore-scripts --no-fund --no-audit
	@touch $@

.PHONY: lambda-client
lambda-client: tests/metering/node_modules/.installed ## install Lambda's runtime client, for the tests of the metering function

.PHONY: install
install: .venv/.installed node_modules/.installed .venv/bin/spillway ## install everything into this folder; the other targets call it

.PHONY: install-deploy
install-deploy: .venv/.packages node_modules/.installed .venv/bin/spillway ## install what a deploy needs, without the review and the tests

.PHONY: install-project
install-project: .venv/.review .venv/bin/spillway policy/.venv/.installed ## install what a project of your own needs (docs/projects.md)

.PHONY: demo
demo: export DEMO := $(value DEMO)
demo: install ## deploy `local`, or ENV=prod with mock backends, to a local AWS emulator and send it requests
	@python -m spillway demo -- "$$DEMO"

.PHONY: deploy
deploy: .venv/.packages ## plan ENV=prod, ask, apply, until the stage serves the configuration (YES=1 does not ask)
	@python -m spillway deploy $(if $(YES),--yes) -- "$$ENV"

.PHONY: synth
synth: export WANTED := $(value WANTED)
synth: .venv/.packages ## write every environment to cdktf.out/stacks/<name>/cdk.tf.json (ENV=prod: only its mistakes fail)
	@python -m spillway synth -- $${WANTED:+"$$WANTED"}

.PHONY: committed
committed: .venv/.packages ## write the JSON of ENV=prod to committed/prod, for a VCS-driven workspace
	@python -m spillway committed -- "$$ENV"

.PHONY: check-committed
check-committed: .venv/.packages ## fail if a folder of committed/ does not match its environment file
	@python -m spillway committed --check

.PHONY: imports
imports: .venv/.packages ## print the [imports] table with which ENV=prod adopts the REST API with the id API=...
	@python -m spillway imports -- "$$ENV" "$$API"

# After an interruption, the same command continues where it stopped.
.PHONY: fetch-log
fetch-log: .venv/.installed ## download the access log of ENV=prod since SINCE=7d from CloudWatch, for `review replay`
	@python -m spillway fetch-log -- "$$ENV" "$$SINCE"

.PHONY: schema
schema: .venv/.packages reference ## write docs/environment.schema.json, with which editors check environment files
	@python -m tools.environment_schema

.PHONY: reference
reference: .venv/.packages ## write docs/reference.md, a list of every key of an environment file
	@python -m tools.reference

.PHONY: dashboard-picture
dashboard-picture: .venv/.installed ## draw docs/pictures/dashboard.png from an example's dashboard
	@python -m tools.dashboard_picture

.PHONY: review
review: .venv/.installed ## show limits and cost of ENV (default: prod) before a deploy
	@python -m spillway limits $(call one_word,$(ENV))
	@echo
	@python -m spillway cost $(call one_word,$(ENV))

.PHONY: review-markdown
review-markdown: .venv/.installed ## for a pull request: what differs from BASE in every environment, what changed first
	@python -m spillway pull-request --base="$$BASE" -- $$REVIEWED

# WAF=1 also exceeds a rate rule, PAID=1 calls backends that may cost money, YES=1 does not ask, MOST=n limits the requests.
.PHONY: verify
verify: export MOST := $(value MOST)
verify: .venv/.installed ## check with requests whether the deployed stage of ENV=prod does what its file sets; asks first
	@python -m spillway verify $(if $(YES),--yes) $(if $(WAF),--waf) $(if $(PAID),--paid-backends) \
		$${MOST:+--most "$$MOST"} -- "$$ENV"

.PHONY: policy
policy: synth policy/.venv/.installed ## run checkov on the synthesized JSON; policy/suppressions.toml lists accepted failures
	@python -m spillway policy

.PHONY: test
test: install policy/.venv/.installed clients lambda-client ## run every test
	@$(TEST)

.PHONY: test-fast
test-fast: .venv/.installed ## run the tests that start no other program
	@$(PARALLEL) $(SLOW:%=--ignore tests/%)

.PHONY: lint
lint: .venv/.installed ## run ruff, ruff format and mypy --strict
	@$(RUFF) check .
	@$(RUFF) format --check .
	@mypy

.PHONY: format
format: .venv/.installed ## run the formatter, and apply the fixes of the linter
	@$(RUFF) check --fix .
	@$(RUFF) format .

.PHONY: check
check: EXAMPLES := --hypothesis-profile thorough
check: install policy/.venv/.installed clients lambda-client lint ## run lint, check-committed, and the tests with more examples
	@python -m spillway committed --check
	@$(TEST)

.PHONY: snapshots
snapshots: .venv/.installed ## write the JSON that the tests compare with; read the diff before you commit it
	@pytest -q tests/test_environments.py::test_synthesized_json --snapshot-update
	@for file in tests/snapshots/test_environments/*.json; do \
		test -e "environments/$$(basename "$$file" .json).toml" || rm -v -- "$$file"; \
	done

.PHONY: check-cdktn
check-cdktn: .venv/.installed ## move a temporary copy to CDK Terrain, run its tests, compare its JSON
	@python -m tools.check_cdktn

# The AWS CDK needs another version of jsii. Only the benchmark installs it.
bench/cdk/.venv/.installed: bench/cdk/requirements.txt
	@echo "installing the AWS CDK into bench/cdk/.venv (once)"
	@test -x bench/cdk/.venv/bin/python || $(PYTHON) -m venv bench/cdk/.venv
	@bench/cdk/.venv/bin/python -m pip install --quiet --requirement $<
	@touch $@

.PHONY: bench
bench: install bench/cdk/.venv/.installed ## measure synthesis (without lazy loading, with the AWS CDK, by number of routes) and replay
	@python -m bench

bench/token_limits/.venv/.installed: bench/token_limits/requirements.txt
	@echo "installing the LiteLLM proxy into bench/token_limits/.venv (once)"
	@test -x bench/token_limits/.venv/bin/python || $(PYTHON) -m venv bench/token_limits/.venv
	@bench/token_limits/.venv/bin/python -m pip install --quiet --requirement $<
	@touch $@

.PHONY: bench-tokens
bench-tokens: install lambda-client bench/token_limits/.venv/.installed ## measure limits in tokens beside the LiteLLM proxy (needs redis-server; 20 minutes)
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
clean: ## remove generated files, but not what is installed or deployed
	@rm -rf cdktf.out .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
