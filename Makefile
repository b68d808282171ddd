# Two commands matter: `make run` serves the platform with a seeded demo region, `make test` proves it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Node: the system's when it is new enough, else the one from the wheel in .venv.
export PATH := $(CURDIR)/.venv/node/bin:$(CURDIR)/.venv/bin:$(PATH)
TOGETHER := -n 2 --dist loadfile --no-loadscope-reorder --durations=25
step = @printf '\n\033[1;36m==> %s\033[0m\n' $(1)

.PHONY: help consortium setup run test lint types test-python test-web browser lock openapi migration docs clean

help: ## this list
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: .venv/.ready ## make the environment: Python, Node, both web applications
	@$(MAKE) --no-print-directory -j2 web/patient/dist/build/h5/index.html web/console/dist/index.html

run: setup ## serve a demo region at http://127.0.0.1:8000
	@$(BIN)/yitong serve --demo

test: setup browser lint types test-web test-python ## everything that is checked

.venv/.ready: requirements.lock requirements-node.lock pyproject.toml tools/node.sh
	$(call step,'Python environment')
	@test -x $(BIN)/python || $(PYTHON) tools/make_venv.py
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv==0.13.9'
	@$(BIN)/uv pip install --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps --editable .
	@bash tools/node.sh
	@touch $@

web/%/node_modules/.ready: web/%/package-lock.json web/%/package.json .venv/.ready
	$(call step,'Packages of web/$*')
	@cd web/$* && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web/patient/dist/build/h5/index.html: web/patient/node_modules/.ready $(shell find web/patient/src web/patient/*.ts -type f 2>/dev/null)
	$(call step,'Patient app: H5 pages')
	@cd web/patient && npm run --silent build:h5
	@touch $@

web/console/dist/index.html: web/console/node_modules/.ready $(shell find web/console/src web/console/*.ts -type f 2>/dev/null)
	$(call step,'Desk console')
	@cd web/console && npm run --silent build
	@touch $@

browser: ## Chromium and Chinese fonts for the browser tests
	@bash tools/browser.sh

lint: .venv/.ready ## style and floors
	$(call step,'Style and floors')
	@$(BIN)/ruff check src tests tools
	@$(BIN)/ruff format --check src tests tools
	@$(BIN)/lint-imports

types: .venv/.ready ## pyright strict
	$(call step,'Types')
	@$(BIN)/pyright --pythonpath $(BIN)/python

test-web: setup ## unit tests, types and the mini-program of both web applications
	$(call step,'Web applications')
	@cd web/console && npm run --silent check && npm test --silent
	@cd web/patient && npm run --silent build:mp-weixin && npm run --silent check && npm test --silent

test-python: setup ## Python tests: real PostgreSQL, real sockets, real browser
	$(call step,'Tests')
	@$(BIN)/pytest $(TOGETHER) --ignore tests/browser $(PYTEST)
	$(call step,'Tests in the browser')
	@$(BIN)/pytest tests/browser $(TOGETHER) $(PYTEST) || { \
	  printf '\n\033[1;33m==> Some failed in the browser: once more on a fresh platform, where they have to pass\033[0m\n'; \
	  $(BIN)/pytest tests/browser $(TOGETHER) --last-failed $(PYTEST); }

lock: ## renew requirements.lock and requirements-node.lock from pyproject.toml
	@$(BIN)/uv pip compile -q pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements.lock
	@$(BIN)/uv pip compile -q --group node --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements-node.lock

openapi: .venv/.ready ## write web/openapi.json and the console's generated client
	@$(BIN)/yitong openapi --out web/openapi.json
	@cd web/console && npm run --silent generate

docs: .venv/.ready ## the documentation site in site/
	@$(BIN)/mkdocs build --strict --quiet

COMETBFT := v0.38.25
consortium: .venv/.ready var/consortium/bin/cometbft ## four members' nodes of the evidence chain on this machine
	@$(BIN)/yitong consortium --folder var/consortium/nodes

var/consortium/bin/cometbft:
	$(call step,'CometBFT $(COMETBFT)')
	@command -v go >/dev/null || { echo 'Go is not installed: the consensus engine cannot be built here; the embedded engine needs none.'; exit 1; }
	@GOBIN=$(CURDIR)/var/consortium/bin go install github.com/cometbft/cometbft/cmd/cometbft@$(COMETBFT)

clean: ## remove everything that was made, the demo region too
	@if test -x $(BIN)/yitong; then $(BIN)/yitong stop || true; fi
	@rm -rf .venv var site web/*/node_modules web/*/dist
