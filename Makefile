# Two commands: `make serve` runs the product, `make test` runs every check. Each does all of its own set-up.

.PHONY: serve test test-long lock schema clean
.DEFAULT_GOAL := serve

# the first Python 3.11 or newer that works
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
BIN := .venv/bin

serve: .venv/.serves
	@exec $(BIN)/centil serve --prepare

test: .venv/.tests
	@$(BIN)/python -m tests

test-long: .venv/.tests
	@$(BIN)/python -m tests --long

# a virtual environment with exactly what the lock files name
.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Centil needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.serves: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what Centil needs (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q domain resolvers rest_compat gateway  # the first start is as fast as the second
	@touch $@

.venv/.tests: .venv/.serves requirements-test.lock
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

# lock files that name no host and serve every Python from 3.11 on; needs uv
lock:
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-annotate --custom-compile-command "make lock" \
		--extra build pyproject.toml --output-file requirements.lock
	uv pip compile --universal --generate-hashes --python-version 3.11 --no-annotate --custom-compile-command "make lock" \
		--extra build --extra test --constraint requirements.lock pyproject.toml --output-file requirements-test.lock

schema: .venv/.serves
	$(BIN)/centil schema > schema.graphql

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
