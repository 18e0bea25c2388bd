# Two commands: `make demo` to try it, `make test` to know that it works. Everything else serves these.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
MARK := $(VENV)/.made-from
# Hundreds of processes are started by the tests: each would compile the product anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: env demo demo-reset test torture lint types contracts browser lock check bench clean

env: $(MARK)

# Made again whenever the lock changes; a half-made one is not taken for whole.
$(MARK): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Anshao needs Python 3.11 or newer; try: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $(MARK)

demo: env
	@$(PY) -m bot demo

demo-reset: env
	@$(PY) -m bot demo --reset

# Some tests wait, for processes that start or answers that come late: three workers share two cores.
WORKERS = $$($(PY) -c 'import os; print(os.cpu_count() * 3 // 2)')

test: env
	$(PY) -m pytest -m "not browser and not torture" -n $(WORKERS) --dist worksteal

browser: env
	$(PY) -m pytest -m browser -n auto --dist worksteal

# What make test takes a sample of, whole: every button by every caller, every point at which a process can die.
torture: env
	$(PY) -m pytest -m torture -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

lint: env
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: env
	$(VENV)/bin/mypy

contracts: env
	$(VENV)/bin/lint-imports --no-logo

check: env lint types test browser

# Peers live in an environment of their own: their pins and ours need not agree.
bench: env
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/peers.txt
	$(PY) benchmarks/updates.py .venv-peers/bin/python
	$(PY) benchmarks/updates.py .venv-peers/bin/python --postgresql
	$(PY) benchmarks/broadcast.py .venv-peers/bin/python
	$(PY) benchmarks/pacing.py .venv-peers/bin/python
	$(PY) benchmarks/loading.py
	PYTHONPATH=. $(PY) benchmarks/resting.py
	PYTHONPATH=. $(PY) benchmarks/outbox.py --backlog
	$(PY) benchmarks/ticking.py
	$(PY) benchmarks/ledgers.py
	$(PY) benchmarks/hazards.py

lock: env
	$(VENV)/bin/uv pip compile pyproject.toml --extra postgresql --extra alerts --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements/run.txt
	$(VENV)/bin/uv pip compile pyproject.toml --extra postgresql --extra alerts --extra dev --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -q -c requirements/run.txt -o requirements/dev.txt
	$(VENV)/bin/uv pip compile benchmarks/peers.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o benchmarks/peers.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis
