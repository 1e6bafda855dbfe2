# What a newcomer runs. Nothing is installed outside .venv and .venv-dev, and nothing tracked by git is changed,
# but by `make sample`, `make reference` and `make constraints`.
PYTHON ?= python3
ARGS ?=
CLAUSE ?=
JOBS ?= 2

D := .venv/bin/dispatchctl
DEV := .venv-dev/bin
PACKAGING := setup.cfg pyproject.toml constraints.txt
SOURCES := $(shell find dispatchctl -type f ! -name '*.pyc')

# The demo judges the sample month as of a fixed moment, its last working day, so it prints the same on any day.
DEMO_NOW ?= 2026-10-30T16:30:00+08:00

.PHONY: help demo test long lint format clauses breaks sample reference bench constraints clean

help:           ## list these targets
	@sed -n 's/^\([a-z]*\):.*##/  \1\t/p' Makefile

demo:           ## the main job on the sample month in records/
demo: export XDG_CACHE_HOME := $(CURDIR)/.venv/cache
demo: export XDG_CONFIG_HOME := $(CURDIR)/.venv/config
demo: export DISPATCHCTL_RECORDS := $(CURDIR)/records
demo: export DISPATCHCTL_POLICIES := $(CURDIR)/policies.yaml
demo: export DISPATCHCTL_NOW := $(DEMO_NOW)
demo: export DISPATCHCTL_AS_OF :=
demo: export DISPATCHCTL_FORMAT :=
demo: .venv/installed
	@sh tools/demo.sh $(D)

test: export PYTHONDONTWRITEBYTECODE :=  # tests start the program a thousand times: it is compiled once
test:           ## all tests, and which were the slowest; pick some with ARGS="-k calendar"
test: .venv-dev/installed
	$(DEV)/python -m pytest -q -n $(JOBS) --dist worksteal --durations 20 $(ARGS)

long:           ## the tests in their long form: hours
long: .venv-dev/installed
	DISPATCHCTL_TEST_LONG=1 HYPOTHESIS_PROFILE=long $(DEV)/python -m pytest -q -n $(JOBS) --durations 20 $(ARGS)

lint:           ## ruff (rules and format) and mypy --strict
lint: .venv-dev/installed
	$(DEV)/ruff check .
	$(DEV)/ruff format --check .
	$(DEV)/mypy --strict dispatchctl

format:         ## write the format and the fixes that ruff knows
format: .venv-dev/installed
	$(DEV)/ruff check --fix-only -q .
	$(DEV)/ruff format -q .

clauses:        ## how many clauses of each regulation are held: really, in part, not at all
clauses: .venv-dev/installed
	$(DEV)/python tests/clauses_report.py

breaks:         ## break what stands behind each clause and see its tests turn red; one with CLAUSE=SOP-3.6.2
breaks: .venv-dev/installed
	$(DEV)/python tests/breaks.py --jobs $(JOBS) $(CLAUSE) $(ARGS)

sample:         ## make records/ anew
sample: .venv-dev/installed
	$(DEV)/python tools/make_sample.py

reference:      ## write docs/reference.md anew
reference: .venv-dev/installed
	$(DEV)/python tools/make_reference.py

bench:          ## measure, from a plain install
bench: .venv/installed
	.venv/bin/python benchmarks/run.py $(ARGS)

constraints:    ## resolve constraints.txt anew
constraints: .venv-dev/installed
	$(DEV)/python -m pip install -q uv
	$(DEV)/uv pip compile setup.cfg --universal --python-version 3.11 --upgrade -q --no-config \
		--extra dev --extra xlsx --extra holidays --custom-compile-command "make constraints" -o constraints.txt
	rm -rf *.egg-info

clean:          ## remove everything that make made
	rm -rf .venv .venv-dev build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find dispatchctl tests -name __pycache__ -type d -prune -exec rm -rf {} +

# build/ would carry a module that was removed since into the next wheel.
.venv/installed: $(PACKAGING) $(SOURCES)
	$(call make_venv,.venv)
	rm -rf build *.egg-info
	.venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt .
	rm -rf build *.egg-info
	@touch $@

# The default editable mode puts an import hook into every start; compat does not.
.venv-dev/installed: $(PACKAGING)
	$(call make_venv,.venv-dev)
	$(DEV)/python -m pip install -q --disable-pip-version-check -c constraints.txt \
		--config-settings editable_mode=compat -e '.[dev,xlsx,holidays]'
	rm -rf build *.egg-info
	@touch $@

define make_venv
@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; name one: make PYTHON=python3.11" \
	if sys.version_info < (3, 11) else 0)'
$(PYTHON) -m venv $(1)
endef
