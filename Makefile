# What a developer runs. Needs Python 3.11 or newer, make, git and a package index; everything else goes into .venv.
#   make test     sets everything up, checks the code and runs the tests
#   make demo     sets everything up and shows lambda-ci at work against the embedded AWS
# Another Python: make PYTHON=python3.13 test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# uv trusts its own list of authorities unless it is told that this machine has one.
ifdef SSL_CERT_FILE
export UV_SYSTEM_CERTS ?= 1
endif
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.DEFAULT_GOAL := help
.PHONY: help venv test lint unit integration container localstack demo bench generate requirements clean

help:
	@echo "make test          set everything up, check the code, run the tests"
	@echo "make demo          set everything up, show lambda-ci at work against the embedded AWS"
	@echo "make unit          one part of the tests; the others: make integration, make container"
	@echo "make localstack    deploys to LocalStack, a strict AWS of its own (downloads 100 MB, 330 MB in .venv-localstack)"
	@echo "make lint          ruff, mypy, import-linter, generated files"
	@echo "make bench         the benchmarks whose figures are in the README"
	@echo "make generate      write what is generated from the model: schema, action.yml's inputs, reference"
	@echo "make requirements  lock the newest versions for development and for the image"
	@echo "make clean         remove .venv and everything that was built"

venv: $(READY)

$(READY): pyproject.toml requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "lambda-ci needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Run: make PYTHON=python3.13 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "$(PYTHON) cannot make environments. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "== setting up $(VENV) with $$($(PYTHON) --version) =="
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --constraint requirements/dev.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --requirement requirements/dev.txt --editable '.[local]'
	@touch $@

test: lint unit integration container

unit: $(READY)
	@echo "== tests: unit, contract (no network) =="
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile tests/unit tests/contract

integration: $(READY)
	@echo "== tests: integration (package index, embedded AWS) =="
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/integration

container: $(READY)
	@echo "== tests: the image (Docker engine; where none answers they are skipped, and say so) =="
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup tests/container

localstack: $(READY)
	@echo "== tests: deploying to LocalStack, with faults on the wire (a package index; 330 MB in .venv-localstack) =="
	TESTS_LOCALSTACK=1 $(BIN)/python -m pytest --numprocesses 2 --dist worksteal tests/localstack

lint: $(READY)
	@echo "== lint: ruff, mypy, import-linter, generated files =="
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/generate.py --check

demo: $(READY)
	@echo "== demo: build, plan, deploy, verify and release a function, all on this machine =="
	$(BIN)/python examples/demo.py

bench: $(READY)
	$(BIN)/python -m bench

generate: $(READY)
	$(BIN)/python tools/generate.py

requirements: $(READY)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header --upgrade \
	  --extra local --group dev --output-file requirements/dev.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header --upgrade \
	  --extra local --generate-hashes --constraint requirements/dev.txt --output-file requirements/run.txt pyproject.toml

clean:
	rm -rf $(VENV) .venv-localstack .venv-localstack.lock build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
