"""Numbers known while compiling, as the user says them: under his names, and as what he wrote in place of their digits.

A name stands for a number where the function's own text binds it once, and only to that number. Such names are
bound at the head of the written function, in the order of his text.
"""

from __future__ import annotations

import ast
import math
import re
from collections import Counter

from ..ir import Atom, Const, Function, Named, Node, Region, walk
from .credit import parsed
from .syntax import Apply, Attribute, Expr, Infix, Word, flat


def known_names(function: Function) -> dict[str, Const]:
    """The names of the function's text that always stand for one number."""
    bound = _bound_once(function)
    found: dict[str, Const] = {}
    for said in _all_said(function.body):
        if isinstance(said, Named) and bound.get(said.name) == 1:
            known = found.setdefault(said.name, said.value)
            if (repr(known.value), known.type) != (repr(said.value.value), said.value.type):
                bound[said.name] = 0
    return {name: found[name] for name, count in bound.items() if count == 1 and name in found}


def _all_said(region: Region) -> list[object]:
    atoms: list[Atom] = list(region.yields)
    for node in walk(region):
        atoms += [*node.args, *(y for inner in node.regions for y in inner.yields)]
    todo = [atom for atom in atoms if isinstance(atom, Const)]
    found: list[object] = []
    while todo:
        said = todo.pop().said
        if said is not None:
            found.append(said)
        if isinstance(said, Named):
            todo.append(said.value)
        elif isinstance(said, Node):
            todo += [a for a in said.args if isinstance(a, Const)]
    return found


def _bound_once(function: Function) -> Counter[str]:
    """How often the text of the function binds each name, in order of the text; parameters and loops bind for ever."""
    tree = parsed(function) if function.origin is not None else None
    found: Counter[str] = Counter()
    often = {param.name for param in function.params}
    nodes = sorted(ast.walk(tree), key=_line) if tree is not None else ()
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found[node.id] += 1
        elif isinstance(node, (ast.AugAssign, ast.For, ast.comprehension)):
            often |= {each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)}
        elif isinstance(node, ast.arg):
            often.add(node.arg)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            often.update(node.names)
    return Counter({name: 2 if name in often else count for name, count in found.items()})


def _line(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


SPELLED: dict[float, tuple[str | int, ...]] = {
    math.pi: ("pi",), math.e: ("e",), 2 * math.pi: (2, "*", "pi"), 2 / math.sqrt(math.pi): (2, "/", "sqrt", "pi"),
    math.pi / 180: ("pi", "/", 180), 180 / math.pi: (180, "/", "pi"),
    math.sqrt(2): ("sqrt", 2), math.log(2): ("log", 2), math.log(10): ("log", 10),
    1 / math.log(2): (1, "/", "log", 2), 1 / math.log(10): (1, "/", "log", 10),
}  # fmt: skip
"""Numbers that derivative rules bring in, as one says them."""


def spelled(value: float, math_name: str) -> Expr:
    """One of these numbers as an expression over the module's names."""

    def read(words: tuple[str | int, ...]) -> Expr:
        if len(words) > 2 and words[1] in ("*", "/"):
            return Infix(read(words[:1]), str(words[1]), read(words[2:]))
        first = Word(str(words[0])) if isinstance(words[0], int) else Attribute(Word(math_name), words[0])
        return Apply(first, (read(words[1:]),)) if len(words) > 1 else first

    return read(SPELLED[value])


class Heads:
    """The names of one function that the text has asked for, each with what it is bound to."""

    def __init__(self, names: dict[str, Const]) -> None:
        self.names = names
        self.asked: dict[str, Expr] = {}

    def lines(self, body: list[str], indent: str) -> list[str]:
        """Their bindings, of those that the lines read."""
        wanted: list[str] = []
        read = {word for line in body for word in re.findall(r"\w+", line.partition("  # ")[0])}
        for name in reversed(list(self.names)):
            if name in self.asked and name in read:
                text = flat(self.asked[name])
                read |= set(re.findall(r"\w+", text))
                wanted.insert(0, f"{indent}{name} = {text}")
        return wanted
