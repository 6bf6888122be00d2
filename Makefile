# Two commands do everything on a fresh machine: `make chat` and `make test`.

PYTHON ?= python3
BIN := .venv/bin
INDEX := index
FOLDER := seeds
Q ?= How many exaflops does the Kazakh supercomputer have?

.PHONY: chat ask index test test-llm check bench baseline faults

chat: index
	$(BIN)/rag chat --index $(INDEX)

ask: .venv/installed
	@$(BIN)/rag index $(FOLDER) --index $(INDEX) >/dev/null
	@$(BIN)/rag ask --index $(INDEX) "$(Q)"

index: .venv/installed
	@$(BIN)/rag index $(FOLDER) --index $(INDEX)

bench: index
	$(BIN)/rag bench $(FOLDER)/questions.jsonl --index $(INDEX)

baseline: index
	$(BIN)/rag bench seeds/questions.jsonl --index $(INDEX) --write-baseline tests/seeds_baseline.json

test: .venv/installed-dev
	$(BIN)/python -m pytest

faults: .venv/installed-dev
	$(BIN)/python tests/faults.py --full

test-llm: .venv/installed-llm
	OMP_WAIT_POLICY=passive $(BIN)/python -m pytest -m llm -s tests/test_llm.py

check: .venv/installed-dev
	$(BIN)/ruff format --check rag tests
	$(BIN)/ruff check rag tests
	$(BIN)/mypy
	$(BIN)/python -m pytest

.venv/installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	touch $@

.venv/installed-dev: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev]'
	touch .venv/installed $@

.venv/installed-llm: .venv/installed-dev
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[dev,llm-test]'
	touch $@
