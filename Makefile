# Every target makes what it needs in .venv; nothing is installed outside of it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A test that hangs ends with the stacks of all threads and its name, not with the patience of who waits.
HANGS := -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-lowest engines engines-omni test-engines check format bench report-embedded docs clean

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.base: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "editloop needs Python 3.11 or newer; try: make PYTHON=python3.12 " + "$(MAKECMDGOALS)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing editloop into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@echo "installing what the tests need into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/.base ## edit a picture that the demo draws itself: no key, no network, no GPU
	@$(BIN)/editloop demo --overwrite

test: $(VENV)/.dev ## run the tests; those that take long are the second stage
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(HANGS) -m 'not slow'

test-slow: $(VENV)/.dev ## the second stage: killed processes, browsers, fuzzing, benchmarks
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(HANGS) -m slow

test-lowest: ## run the tests of what asks models with the lowest pydantic-ai that is supported
	@test -x .lowest/bin/python || $(PYTHON) -m venv .lowest
	@.lowest/bin/python -m pip install --quiet --disable-pip-version-check --editable . pytest hypothesis 'pydantic-ai-slim[openai]==2.62.0'
	@.lowest/bin/python -m pytest tests/policies/editthinker tests/policies/expert tests/tools/chat -q -p no:cacheprovider

engines: ## make .engines: vLLM, diffusers and TRL on the CPU (3 GB), and train the tiny models
	@$(PYTHON) tests/engines/environments/make.py engines
	@PYTHONPATH=tests .engines/bin/python -m engines.tiny

engines-omni: ## make .engines-omni: vLLM-Omni on the CPU (3 GB)
	@$(PYTHON) tests/engines/environments/make.py omni

test-engines: engines ## run the tests on real engines; those of vLLM-Omni only after `make engines-omni`
	@.engines/bin/python -m pytest tests/engines -n 0 -p no:cacheprovider --durations=15

check: $(VENV)/.dev ## format, lint, layers, both type checkers (the tests are `make test`)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/pyright

format: $(VENV)/.dev ## write the code in its canonical form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## measure overhead, start-up, commits and memory against bare baselines
	$(BIN)/python -m benchmarks

report-embedded: $(VENV)/.dev ## run eleven instructions on the real photographs and write docs/embedded.md
	$(BIN)/python -m editloop.evals.embedded --photos ../shared/data/photos --output docs/embedded.md

docs: $(VENV)/.dev ## write the generated pages again
	$(BIN)/python -m editloop.cli.reference
	$(BIN)/python -m editloop.tools.retouch.schema
	$(BIN)/python -m editloop.server.http.openapi

clean: ## remove what the targets above made
	rm -rf $(VENV) .lowest .engines .engines-omni .engines-cache build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
