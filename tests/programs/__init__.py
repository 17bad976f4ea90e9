"""The corpus: small plain programs that together speak the whole language.

Every program is an ordinary function of Python and NumPy with sample arguments; `tests/test_programs.py` runs each in every
way difflang has and compares. A program knows nothing of difflang. `CORPUS` lists them all.
"""

from __future__ import annotations

from importlib import import_module

from .corpus import CORPUS, Program

FILES = (
    "scalars",
    "control",
    "calls",
    "elementwise",
    "reductions",
    "shapes",
    "linear",
    "writes",
    "views",
    "recurrences",
    "models",
    "physics",
    "integers",
    "linalg",
    "signals",
    "sweeps",
    "structs",
    "trees",
    "lists",
    "list_changes",
    "generators",
    "iterators",
    "containers",
    "managers",
    "parallel",
    "queues",
    "data",
    "statements",
    "closures",
    "circles",
    "nonlocals",
    "expressions",
    "captured",
    "errors",
    "failures",
    "caught",
    "copies",
    "optional",
    "stateful",
    "complexes",
    "linked",
    "networks",
    "strangers",
)

for _name in FILES:
    import_module(f".{_name}", __name__)

BY_NAME = {program.name: program for program in CORPUS}

__all__ = ["BY_NAME", "CORPUS", "Program"]
