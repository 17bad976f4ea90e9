"""A placed program as Python text that a person would have written."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..alias import STRUCTURED
from ..ir import Function, Program, walk
from ..records import replace
from .build import Building
from .captured import SAID, constants_of
from .expressions import Phrases
from .formulas import formula_names, formula_texts
from .flavor import Flavors
from .function import Printing
from .objects import class_imports, flattened
from .preamble import HELPERS
from .names import BUILTINS_USED, Names, free_name, identifier
from .sink import sunk
from .unpacking import unpacked
from .walks import taken_once


def write(program: Program, stated: bool = True) -> str:
    """The text: imports, what is captured (`stated`, else it is handed over), helpers, then every function, callee first."""
    program = replace(program, functions={key: plain_result(f, key == program.entry) for key, f in program.functions.items()})
    inner = {key: flattened(f) for key, f in program.functions.items() if key != program.entry}
    program = replace(program, functions={**program.functions, **inner})
    order = callee_first(program)
    numpy, math = import_names(program)
    functions: dict[str, str] = {}
    params = {param.name for function in program.functions.values() for param in function.params}
    for key in order:
        taken = {*functions.values(), *HELPERS, *formula_names(program), *BUILTINS_USED, numpy, math}
        functions[key] = free_name(identifier(key), taken if key == program.entry else taken | params)
    phrases = Phrases(Flavors(program.main, True), numpy, math, functions)
    own = {*functions.values(), *HELPERS, *formula_names(program), *BUILTINS_USED, numpy, math}
    phrases.constants = constants_of(program.main, own, numpy) if stated else {}
    texts = [function_text(program, program.functions[key], functions[key], phrases) for key in order]
    helpers = [HELPERS[name] for name in HELPERS if name in phrases.helpers] + formula_texts(phrases.helpers)
    helpers = [text.replace("np.", f"{numpy}.").replace("math.", f"{math}.") for text in helpers]
    body = "\n\n\n".join([*helpers, *texts]) + "\n"
    lines = [f"{name} = {text}" for name, text in phrases.constants.values()]
    constants = "\n".join([SAID, *lines]) + "\n" if lines else ""
    imports = import_text(phrases, constants + body)
    gap = "\n" if imports and constants else "\n\n" if imports else ""
    return imports + gap + (constants + "\n\n" if constants else "") + body


def plain_result(function: Function, entry: bool) -> Function:
    """A function that only the text calls returns its one result as it is, and nothing as None."""
    if entry or not isinstance(function.result, tuple) or len(function.result) > 1:
        return function
    return replace(function, result=function.result[0] if function.result else None)


def function_text(program: Program, function: Function, name: str, phrases: Phrases) -> str:
    built = Building(program, function, phrases)
    built.block = unpacked(taken_once(sunk(built.block, built.folding.uses), built.same), built.folding.uses)
    tuples = {param.name for param in function.params if param.tree != "*"}
    reserved = {phrases.numpy, phrases.math, "cmath", *phrases.functions.values(), *HELPERS, *formula_names(program), *tuples}
    primal = frozenset(out for node in walk(function.body) if not node.role and node.op not in STRUCTURED for out in node.outs)
    constants = {leaf: stated for leaf, (stated, _) in phrases.constants.items() if leaf in function.body.params}
    reserved |= {*constants.values(), *phrases.heads.names}
    fixed = {**built.paths.names, **constants}
    names = Names(function.body.params, built.block, built.same, reserved, built.names, fixed, primal)
    return "\n".join(Printing(function, name, built.block, names, phrases, function is program.main).lines)


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
    taken = {name for f in program.functions.values() for name in (*(p.name for p in f.params), *(c.name for c in f.captures))}
    return free_name(known.get("numpy", "np"), taken), free_name(known.get("math", "math"), taken)


def import_text(phrases: Phrases, body: str) -> str:
    """The imports that the text needs, the standard library first."""
    body = re.sub(r"  # .*", "", body)
    library = (("cmath", "cmath"), ("logging", "logging"), ("math", phrases.math), ("warnings", "warnings"))
    groups = [_imports(modules, body) for modules in (library, (("numpy", phrases.numpy),))]
    return "\n".join([*filter(None, groups), *class_imports(phrases.classes)])


def _imports(modules: Iterable[tuple[str, str]], body: str) -> str:
    """The import statements for those of these modules that the text speaks of."""
    used = [(module, name) for module, name in modules if re.search(rf"\b{name}\.", body)]
    return "".join(f"import {module}" + (f" as {name}" if name != module else "") + "\n" for module, name in used)
