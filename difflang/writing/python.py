"""A placed program as Python text that a person would have written."""

from __future__ import annotations

from ..ir import Function, Program, walk
from .build import Building
from .expressions import Phrases
from .function import Printing
from .helpers import HELPERS
from .names import Names, free_name, identifier

BUILTINS_USED = ("range", "reversed", "abs", "min", "max", "float", "int", "bool", "round")


def write(program: Program) -> str:
    """The text: imports, helpers, then every function, callee first."""
    order = callee_first(program)
    numpy, math = import_names(program)
    functions: dict[str, str] = {}
    for key in order:
        functions[key] = free_name(identifier(key), {*functions.values(), *HELPERS, *BUILTINS_USED, numpy, math})
    phrases = Phrases(numpy, math, functions)
    texts = [function_text(program, program.functions[key], functions[key], phrases) for key in order]
    helpers = [HELPERS[name] for name in HELPERS if name in phrases.helpers]
    if helpers:
        phrases.modules.add("numpy")
    imports = import_text(phrases)
    return "\n\n\n".join([*imports, *(h.replace("np.", f"{numpy}.") for h in helpers), *texts]) + "\n"


def function_text(program: Program, function: Function, name: str, phrases: Phrases) -> str:
    built = Building(program, function, phrases)
    tuples = {param.name for param in function.params if param.tree != "*"}
    reserved = {phrases.numpy, phrases.math, *phrases.functions.values(), *HELPERS, *tuples}
    names = Names(function.body.params, built.block, built.same, reserved)
    return "\n".join(Printing(function, name, built.block, names, phrases).lines)


def callee_first(program: Program) -> list[str]:
    """The keys of the functions that the entry reaches, callees before callers."""
    found: dict[str, None] = {}
    entered: set[str] = set()

    def enter(key: str) -> None:
        if key in entered:
            return
        entered.add(key)
        for node in walk(program.functions[key].body):
            if node.op == "call":
                enter(node.attrs["callee"])
        found.setdefault(key)

    enter(program.entry)
    return list(found)


def import_names(program: Program) -> tuple[str, str]:
    """What the user calls NumPy and math."""
    origin = program.main.origin
    known = {meaning: name for name, meaning in (origin.imports if origin else ())}
    return known.get("numpy", "np"), known.get("math", "math")


def import_text(phrases: Phrases) -> list[str]:
    """The imports, the standard library first."""
    found = []
    for module, name in (("math", phrases.math), ("numpy", phrases.numpy)):
        if module in phrases.modules:
            found.append(f"import {module}" + (f" as {name}" if name != module else ""))
    return ["\n\n".join(found)] if found else []
