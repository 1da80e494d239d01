# What a contributor runs. Needs python3 (3.11 or newer), pip, make and git, and installs only here.
#
#   PYTHON=python3.12 make setup      another interpreter (the environment is made anew for it)
#   make test ARGS="-k gate -x"       a part of the tests
#   make demo DIR=my-demo             the demo in a folder of your choice

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Empty file, newer than what it was made from. An interpreter named on purpose has one of its own,
# so that naming another one is noticed; making the environment anew removes them all.
READY := $(VENV)/.ready$(if $(filter-out file,$(origin PYTHON)),-$(subst /,-,$(PYTHON)))
BENCH_READY := $(VENV)/.ready-for-bench

# Another project's modules must not shadow what is installed in .venv.
unexport PYTHONHOME PYTHONPATH

# Some containers start without a home folder; pip stops there.
export HOME ?= $(CURDIR)/$(VENV)

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench chaos clean

help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## make .venv and install kamflow and its tools in it
	@echo "  .venv is ready; next: make demo"

demo: $(READY) ## run the main job on sample data (DIR=folder keeps it there)
	@$(BIN)/kamflow demo $(if $(DIR),--dir "$(DIR)")

test: $(READY) ## run all tests (ARGS="..." goes to pytest)
	@$(BIN)/pytest $(ARGS)

lint: $(READY) ## check style, types and who imports whom
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(BENCH_READY) ## measure against what people would write instead
	@$(BIN)/python -m bench $(ARGS)

chaos: $(READY) ## break things on purpose (SEED=n repeats a run, SHORT=1 a little of all, ONLY=name)
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(SHORT),--short) \
	  $(foreach name,$(ONLY),--only $(name))

clean: ## remove .venv, caches and build results
	@rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml hatch_build.py tools/setup_venv.py
	@$(PYTHON) tools/setup_venv.py
	@touch $(VENV)/.ready $@

$(BENCH_READY): $(READY)
	@$(BIN)/python tools/setup_venv.py bench
	@touch $@
