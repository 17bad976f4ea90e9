# make demo | test | lint | bench: each makes what it needs, starting from a bare Python >= 3.11 and a C compiler.

FOUND := $(shell for p in python3.11 python3 python3.12 python3.13 python3.14 python; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$p; break; fi; done)
PYTHON ?= $(FOUND)
BIN := .venv/bin

.PHONY: demo test lint bench clean

demo: .venv/.examples
	$(BIN)/python examples/demo.py

test: .venv/.test
	$(BIN)/python -m pytest -q -n 2 --dist worksteal

lint: .venv/.lint
	$(BIN)/ruff check .
	$(BIN)/mypy

# Peers that can be installed are; GRADBENCH=checkout (its C++ tools built) PEERS=python (with torch, jax) adds GradBench's tables.
bench: .venv/.bench
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check numba jax
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/arrays/compare.py
	$(if $(GRADBENCH),$(BIN)/python benchmarks/gradbench/compare.py $(GRADBENCH) $(if $(PEERS),--python $(PEERS)))

# One environment; a stamp for each set of extras. pyproject.toml says what is in them.
.venv/.%: pyproject.toml | .venv/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$*]'
	@$(BIN)/python -m compileall -q difflang transforms codegen runtime  # pip leaves an editable install without bytecode
	@touch $@

.venv/bin/pip:
	@test -n '$(PYTHON)' || { echo 'difflang needs Python >= 3.11 with venv (Debian: apt install python3-venv); or say make PYTHON=/path/to/python'; exit 1; }
	$(PYTHON) -m venv .venv

clean:
	rm -rf .venv build *.egg-info
