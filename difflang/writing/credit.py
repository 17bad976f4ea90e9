"""Which line of the user's a statement of a derivative answers for, where its node knows only the head of a loop or branch.

A name handed on (`r = x`), and a product with one, leave no node behind, so the text itself is asked: the adjoint of
`x` in an arm comes from the arm's statement that reads `x`, its tangent from the one that assigns it.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Union

from ..hints import shown
from ..ir import Function, Node, Place, Var, walk
from ..records import replace
from .statements import Mark

HEADS = ("if ", "if(", "elif ", "elif(", "else:", "for ", "while ", "while(", "with ", "match ", "case ", "try:")
MADE = re.compile(r"(_bar|_dot)+$")
Compound = Union[ast.If, ast.For, ast.While]


class Credit:
    """The statements of one function's source by the line that they begin on; `inline` are the nodes written within others."""

    def __init__(self, function: Function, inline: Mapping[Var, Node]) -> None:
        self.origin, self.inline = function.origin, inline
        self.follow: dict[ast.stmt, list[ast.stmt]] = {}
        self.compound: dict[int, Compound] = {}
        derived = function.origin is not None and any(node.role for node in walk(function.body))
        tree = parsed(function) if derived else None
        if tree is not None and function.origin is not None:
            ast.increment_lineno(tree, function.origin.first_line - 1)
            self.enter(tree.body, [])

    def enter(self, block: Sequence[ast.stmt], after: list[ast.stmt]) -> None:
        """Note what stands in a block, and for each statement what follows it."""
        for k, stmt in enumerate(block):
            self.follow[stmt] = [*block[k + 1 :], *after]
            if isinstance(stmt, (ast.If, ast.For, ast.While)):
                self.compound[stmt.lineno] = stmt
            for inner in _blocks(stmt):
                self.enter(inner, self.follow[stmt])

    # Marks

    def of(self, node: Node) -> Mark:
        """The mark of a statement made of a node: where the node stands in a loop's head, of what is written within it."""
        mark = Mark(node.place, node.role)
        if not node.role or not self.is_head(node.place):
            return mark
        return next((Mark(p, node.role) for p in self.within(node, node.role) if not self.is_head(p)), mark)

    def within(self, node: Node, role: str) -> Iterator[Place]:
        """The places of a node's written operands, the last first, arms included."""
        yields = [y for region in node.regions for y in region.yields]
        for atom in (*yields, *reversed(node.args)):
            inner = self.inline.get(atom) if isinstance(atom, Var) else None
            if inner is not None and inner.role == role:
                if inner.place is not None:
                    yield inner.place
                yield from self.within(inner, role)

    def part(self, mark: Mark, target: Var, part: str) -> Mark:
        """The mark of a value handed on at the end of an arm (`then`, `else`), of a turn (`body`), or to a loop (`after` it).

        A branch that stands for a loop's `else` has that for its other arm.
        """
        compound = self.compound.get(mark.place.line) if mark.place is not None and mark.role else None
        if compound is None or mark.place is None:
            return mark
        name = MADE.sub("", shown(target.hint))
        reads = mark.role == "adjoint"
        found = [s for s in self.simple(self.block(compound, part)) if (_reads(s, name) if reads else _binds(s, name))]
        if not found and reads and part in ("then", "else"):
            found = [s for s in self.simple(self.block(compound, part)) if _binds(s, name)][-1:]
        if not found:
            return mark
        best = next((s for s in found if _hands_on(s, name)), found[0]) if reads else found[-1]
        return Mark(replace(mark.place, line=best.lineno, column=best.col_offset, end_line=best.lineno), mark.role)

    def block(self, compound: Compound, part: str) -> Sequence[ast.stmt]:
        loop = not isinstance(compound, ast.If)
        if part == "after" or (part == "then" and loop):
            return self.follow[compound]
        if part != "else":
            return compound.body
        if loop:
            return compound.orelse
        ends = bool(compound.body) and isinstance(compound.body[-1], (ast.Return, ast.Continue, ast.Break, ast.Raise))
        return compound.orelse or (self.follow[compound] if ends else [])

    def simple(self, block: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
        """The statements without blocks of their own, those of inner blocks among them."""
        for stmt in block:
            inner = list(_blocks(stmt))
            if not inner:
                yield stmt
            for one in inner:
                yield from self.simple(one)

    def is_head(self, place: Place | None) -> bool:
        if place is None or self.origin is None:
            return False
        return self.origin.line(place.line).strip().startswith(HEADS)


def parsed(function: Function) -> ast.Module | None:
    """The syntax tree of the text that a function was read from."""
    assert function.origin is not None
    try:
        return ast.parse(textwrap.dedent("\n".join(function.origin.lines)))
    except SyntaxError:
        return None  # a lambda, or a part of a statement


def _blocks(stmt: ast.stmt) -> Iterator[list[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        yield from ([inner] if (inner := getattr(stmt, field, None)) else [])
    for handler in (*getattr(stmt, "handlers", ()), *getattr(stmt, "cases", ())):
        yield handler.body


def _names(stmt: ast.stmt, context: type[ast.expr_context]) -> Iterator[str]:
    return (node.id for node in ast.walk(stmt) if isinstance(node, ast.Name) and isinstance(node.ctx, context))


def _reads(stmt: ast.stmt, name: str) -> bool:
    changed = isinstance(stmt, ast.AugAssign) and isinstance(stmt.target, ast.Name) and stmt.target.id == name
    return changed or name in _names(stmt, ast.Load)


def _hands_on(stmt: ast.stmt, name: str) -> bool:
    """`y = x`, `return x`."""
    value = stmt.value if isinstance(stmt, (ast.Assign, ast.Return)) else None
    return isinstance(value, ast.Name) and value.id == name


def _binds(stmt: ast.stmt, name: str) -> bool:
    return name in _names(stmt, ast.Store)
