# Zhicheng: `make run` serves it, `make test` tests it; each sets up what it needs first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

export LANG := C.UTF-8
export LC_ALL := C.UTF-8
export PYTHONUTF8 := 1
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := 1
export NODE_USE_SYSTEM_CA := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

BIN := .venv/bin
STAMP := .venv/.stamp
VENDOR := admin/static/vendor
SOAK ?= 10
INSTALL = $(BIN)/uv pip install --quiet --python $(BIN)/python
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: help run demo test soak check format bench viewer coverage coverage-req screenshots setup setup-system lock clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | \
	  while IFS='|' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

run: setup ## Set up and serve the platform with the sample world on http://127.0.0.1:8000
	@$(BIN)/zhicheng run --port 8000

demo: setup ## Take the sample cases from start to certificate and print their timelines
	@$(BIN)/zhicheng demo

test: setup setup-system ## Set up and run every test, those in a browser and on PostgreSQL too
	@$(BIN)/pytest -n 2 --dist worksteal

soak: setup setup-system ## Walk, race and move random processes at random for long: SOAK=1 is a tenth of it
	@ZHICHENG_WALKS=$$((1000 * $(SOAK))) ZHICHENG_REFERENCE=$$((100 * $(SOAK))) ZHICHENG_OPERATIONS=$$((60 * $(SOAK))) \
	  ZHICHENG_RACES=$$((10 * $(SOAK))) ZHICHENG_MIGRATIONS=$$((60 * $(SOAK))) ZHICHENG_MIGRATED_LIVES=$$((10 * $(SOAK))) \
	  $(BIN)/pytest --timeout 0 tests/walks tests/runtime/test_random_walks.py tests/migrating/test_any_edit.py tests/migrating/test_any_life.py

check: setup ## Format, lint, types, layers and the shipped content
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --cache-dir .import_linter_cache
	@$(BIN)/zhicheng check

format: setup ## Format the code and mend what the linter can mend
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

bench: setup ## Measure the engine against its floors
	@$(BIN)/zhicheng bench all --format text

viewer: setup setup-system ## Open every exported BPMN diagram in bpmn-js
	@cd tests/bpmn/viewer && npm ci --ignore-scripts --silent
	@$(BIN)/pytest -q tests/bpmn/viewer/open_diagrams.py

coverage: setup setup-system ## Run the tests and show the lines that none of them reaches
	@$(BIN)/pytest -n 2 --dist worksteal --cov --cov-report=term

coverage-req: setup ## List the requirements that no test names
	@$(BIN)/python -m tests.support.coverage_req $(if $(GROUP),--group $(GROUP))

screenshots: setup setup-system ## Photograph every page into screenshots/
	@$(BIN)/pytest -q tests/stories --screenshots screenshots

setup: $(STAMP)/project $(STAMP)/assets ## Create .venv and fetch the pinned packages

# The first interpreter that is new enough and can make a virtual environment.
$(STAMP)/venv:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Creating .venv with $$("$$python" --version)"; \
	    "$$python" -m venv .venv && mkdir -p $(STAMP) && touch $@ && exit 0; \
	  fi; \
	done; \
	echo "Python 3.11 or newer with the module venv is needed (Debian: apt-get install python3-venv)." >&2; exit 1

$(STAMP)/tools: requirements-setup.lock $(STAMP)/venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-setup.lock
	@touch $@

$(STAMP)/packages: requirements.lock requirements-dev.lock $(STAMP)/tools
	@echo "Installing the Python packages"
	@$(INSTALL) --require-hashes -r requirements.lock -r requirements-dev.lock || \
	  for lock in requirements.lock requirements-dev.lock; do \
	    $(BIN)/python -m pip install --quiet --require-hashes -r $$lock; \
	  done
	@touch $@

$(STAMP)/project: pyproject.toml $(STAMP)/packages
	@$(INSTALL) --no-deps --no-build-isolation --editable . || \
	  $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Node.js of the machine, or the one that is on the package index for Python.
$(STAMP)/assets: admin/assets/editor.js package-lock.json package.json .npmrc Makefile requirements-node.lock $(STAMP)/tools
	@echo "Fetching the files of the pages"
	@export PATH="$$PATH:$(abspath $(BIN))"; \
	if ! command -v npm >/dev/null || ! node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)'; then \
	  $(INSTALL) --require-hashes -r requirements-node.lock || \
	    $(BIN)/python -m pip install --quiet --require-hashes -r requirements-node.lock; \
	  PATH="$(abspath $(BIN)):$$PATH"; \
	fi; \
	npm ci --ignore-scripts --silent
	@mkdir -p $(VENDOR)
	@cp node_modules/bootstrap/dist/css/bootstrap.min.css $(VENDOR)/
	@cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/
	@for name in bootstrap htmx.org; do cp node_modules/$$name/LICENSE $(VENDOR)/LICENSE.$$name; done
	@for name in @codemirror/view @lezer/common style-mod w3c-keyname crelt; do cat node_modules/$$name/LICENSE; done > $(VENDOR)/LICENSE.editor
	@node_modules/@esbuild/*/bin/esbuild admin/assets/editor.js \
	  --bundle --minify --target=es2020 --log-level=warning --outfile=$(VENDOR)/editor.js
	@touch $@

# What the tests need from the system. Without it they are skipped by name, which fails under CI=true.
# The browser without windows takes half the time; where it cannot be installed, chromium will do.
setup-system:
	@missing=""; apt=""; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt="apt-get -qq -o Acquire::http::Timeout=20"; fi; \
	command -v chromium-headless-shell >/dev/null || { [ -z "$$apt" ] && command -v chromium >/dev/null; } || \
	  missing="$$missing chromium-headless-shell"; \
	compgen -G '/usr/share/fonts/*/*/NotoSansCJK*' >/dev/null || missing="$$missing fonts-noto-cjk"; \
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing="$$missing postgresql"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ -z "$$apt" ]; then \
	  echo "Not on this machine, and not installable here:$$missing. The tests that need it are skipped." >&2; exit 0; \
	fi; \
	echo "Installing$$missing"; \
	export DEBIAN_FRONTEND=noninteractive; install="$$apt install -y --no-install-recommends"; \
	{ $$apt update && { $$install $$missing || $$install $${missing/-headless-shell/}; }; } >/dev/null || \
	  echo "Installing$$missing failed. The tests that need what is not there are skipped." >&2

lock: $(STAMP)/tools ## Resolve the Python packages again and write the lock files
	@$(COMPILE) pyproject.toml -o requirements.lock
	@$(COMPILE) -c requirements.lock --group dev -o requirements-dev.lock
	@$(COMPILE) --group setup -o requirements-setup.lock
	@$(COMPILE) --group node -o requirements-node.lock

clean: ## Remove what setup and the tests made (not the data)
	@rm -rf .venv node_modules $(VENDOR) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist
