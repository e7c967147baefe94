# Two commands do everything on a fresh machine with Python 3.11+ and make:
#   make demo   the whole way on sample_exports, with an embedded DuckDB
#   make test   every test
# Both make their environment (.venv) first and say what they do.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The official validator needs another Python, and an environment of its own.
VALIDATOR_PYTHON ?= python3.12
VALIDATOR := .validator
export GX_ANALYTICS_ENABLED = false
export DO_NOT_TRACK = 1

.DEFAULT_GOAL := help
.PHONY: help demo golden test parity ui lint bench official-validator wheel clean samples docs \
	pictures lock sbom soak

help:
	@echo "make demo     build and publish the sample company's three months"
	@echo "make ui       open Dagster on http://localhost:3000"
	@echo "make golden   a month worked out by hand: metric, expected, got"
	@echo "make test     run every test"
	@echo "make parity   every model on DuckDB and on Spark, compared row for row"
	@echo "make lint     style, types, import rules, SQL"
	@echo "make bench    speed and memory, as ratios"
	@echo "make official-validator  what the FinOps Foundation's validator says"
	@echo "make sbom     write sbom.json: what is installed, and under which licenses"
	@echo "make soak     many small builds with readers and kills: what grows, what is lost"
	@echo "make wheel    build dist/unitmill-*.whl, which pip installs anywhere"
	@echo "make samples  write sample_exports again"
	@echo "make docs     write the generated pages and staging models again"
	@echo "make pictures write the charts in docs/images again"
	@echo "make clean    remove everything that these made"

demo: $(VENV)/installed
	@$(BIN)/unitmill build

ui: $(VENV)/installed
	@$(BIN)/unitmill ui

golden: $(VENV)/installed
	@$(BIN)/python tests/golden/golden.py

test: $(VENV)/installed-dev
	@$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder \
		--durations 20 $(PYTEST_ARGS)

# Needs Java. MARTS="fct_a fct_b" compares these marts and what they are made of.
parity: $(VENV)/installed-dev
	@$(BIN)/python -m tests.parity $(MARTS)

lint: $(VENV)/installed-dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory .cache/linted-sql

# sqlfluff takes a third of a second a file: in every core, and only what changed since all
# of it passed. Its workers say at their end that a semaphore is left, which the system frees.
SQL := $(shell find dbt_project/models dbt_project/tests -name '*.sql')
SQL_RULES := $(wildcard dbt_project/macros/*.sql) pyproject.toml requirements-dev.lock
.cache/linted-sql: $(SQL) $(SQL_RULES)
	@mkdir -p $(@D)
	@echo 'sqlfluff lint of $(words $(if $(filter $(SQL_RULES),$?),$(SQL),$?)) files'
	@PYTHONWARNINGS=ignore:resource_tracker:UserWarning $(BIN)/sqlfluff lint \
		--processes 0 $(if $(filter $(SQL_RULES),$?),$(SQL),$?)
	@touch $@

bench: $(VENV)/installed-dev
	$(BIN)/python -m bench

# Hours; SOAK_BUILDS=20 makes it fewer.
soak: $(VENV)/installed-dev
	$(BIN)/python -m bench.soak

official-validator: $(VENV)/installed $(VALIDATOR)/installed
	@$(BIN)/python -m official_validator

wheel: $(VENV)/installed
	@$(BIN)/python -m hatchling build --target wheel

samples: $(VENV)/installed
	$(BIN)/python -m sample_company

docs: $(VENV)/installed-dev
	$(BIN)/python dbt_project/generate.py
	$(BIN)/python docs/licenses.py
	$(BIN)/python docs/generate.py
	@$(BIN)/unitmill build
	$(BIN)/python docs/questions.py

# Of what every extra installs; the same text for the same packages.
sbom: $(VENV)/installed-dev
	@$(BIN)/python docs/licenses.py sbom.json

pictures: $(VENV)/installed-dev
	@$(BIN)/unitmill build
	$(BIN)/python docs/pictures.py

# Needs uv; the lock files name no registry. The first is what `make demo` and `make ui`
# need, the second everything for tests, the third what the container image holds.
LOCK := uv pip compile --universal --generate-hashes --no-header --no-annotate --quiet
LOCK_OURS := $(LOCK) pyproject.toml --python-version 3.11 --group build
lock:
	$(LOCK_OURS) --extra ui --output-file requirements.lock
	$(LOCK_OURS) --all-extras --group dev --constraints requirements.lock \
		--output-file requirements-dev.lock
	$(LOCK_OURS) --extra ui --extra postgres --extra images --extra deploy \
		--extra object-stores \
		--constraints requirements.lock --output-file deploy/requirements.lock
	$(LOCK) official_validator/requirements.in --python-version 3.12 \
		--output-file official_validator/requirements.lock

clean:
	rm -rf .unitmill .cache dist sbom.json $(VENV) $(VALIDATOR) dbt_project/target \
		dbt_project/logs dbt_project/compiled

# The lock is complete and its hashes are checked, so pip resolves nothing itself.
define install
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Unitmill needs Python 3.11, 3.12 or 3.13; set PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing $(1) into $(VENV) (once; a minute or two) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --no-deps -r $(1)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	@$(BIN)/python dbt_project/compile.py
	@touch $@
endef

$(VENV)/installed: requirements.lock pyproject.toml
	$(call install,requirements.lock)

$(VENV)/installed-dev: requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock)
	@touch $(VENV)/installed

$(VALIDATOR)/installed: official_validator/requirements.lock
	@$(VALIDATOR_PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 12))' \
		2>/dev/null || { echo "The official validator needs Python 3.12;" \
		"set VALIDATOR_PYTHON=..."; exit 1; }
	@$(VALIDATOR_PYTHON) -m venv $(VALIDATOR)
	@echo "Installing the official validator into $(VALIDATOR) (once) ..."
	@$(VALIDATOR)/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --no-deps -r official_validator/requirements.lock
	@touch $@
