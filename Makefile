# 结对. Needs Python 3.11 or newer with its venv module, and make. Everything else is installed into .venv.
PYTHON ?= python3
PORT ?= 8000
BIG ?=
BIN := .venv/bin
FLASK := $(BIN)/python -m flask --app wsgi
HASH = $(shell $(PYTHON) -c "import hashlib,sys;print(hashlib.sha256(open(sys.argv[1],'rb').read()).hexdigest()[:12])" $(1))
RUN_STAMP := .venv/.run-$(call HASH,requirements.lock)
DEV_STAMP := .venv/.dev-$(call HASH,requirements-dev.lock)

.PHONY: help demo demo-reset test lint bench soak browser
.DEFAULT_GOAL := help

help:
	@echo "make demo        serve the site with demo data on http://127.0.0.1:$(PORT)"
	@echo "make demo-reset  throw the demo data away"
	@echo "make test        all tests; make lint: style, types, import contracts"
	@echo "make bench       measurements beside their peers (BIG=1: large sizes); make soak: the long tests"

.venv/bin/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "This Python has no venv module. On Debian: apt-get install python3-venv"; exit 1; }

# uv installs the same lock several times faster; where it can't be had, pip does it.
define install
	@echo "Installing the locked packages of $(1) …"
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==0.9.5" 2>/dev/null \
	  && UV_COMPILE_BYTECODE=1 $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) 2>/dev/null; then :; \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); fi
endef

$(RUN_STAMP): requirements.lock | .venv/bin/python
	$(call install,requirements.lock)
	@touch $@

$(DEV_STAMP): requirements-dev.lock | .venv/bin/python
	$(call install,requirements-dev.lock)
	@touch $@ $(RUN_STAMP)

demo: $(RUN_STAMP)
	@$(BIN)/python -m migrations upgrade
	@PORT=$(PORT) $(FLASK) demo load --if-empty
	@exec env PORT=$(PORT) $(FLASK) demo serve

demo-reset:
	rm -rf instance

# As root on Debian the browser and a Chinese font come from its packages; elsewhere an installed Chromium or Chrome is used.
browser:
	@if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium and a Chinese font …"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-wqy-microhei; } >/dev/null 2>&1 \
	  || echo "Chromium could not be installed; the browser tests will say so."; fi

lint: $(DEV_STAMP)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

test: $(DEV_STAMP) browser lint
	$(BIN)/python -m pytest -n 2

soak: $(DEV_STAMP) browser
	SOAK=1 $(BIN)/python -m pytest -n 2 -m soak

bench: $(DEV_STAMP)
	BIG=$(BIG) $(BIN)/python -m tests.bench
