"""Needed: what nobody reads but may raise is computed, for Python raises there.

`l[7]` alone on a line, an inverse that is never read, a write to a list that nobody asks: their results are dead, and `prune` would drop
them with the errors they raise. Each such node of the program as it was read gets a `check` behind it (kind "needed") that asks its
result and nothing else. Only programs that people wrote come here: what a derivative does not need of them it does not compute.
"""

from __future__ import annotations

from difflang.errors import DifflangError
from difflang.ir import Atom, Const, Function, Node, Program, Region, Var, walk
from difflang.op import TABLE
from difflang.records import dataclass, field, replace
from difflang.types import BOOL, Unknown

from .infer.faulty import errors_of, weak_of
from .prune import prune

WRITES = ("store", "accumulate", "item", "set_item", "pop")
"""What may be out of range once references are values."""
NOT_EMPTY = frozenset("max min argmax argmin".split())
LAPACK = frozenset("eigh svd eigvalsh lstsq eigvals eig".split())
SIZED = frozenset("zeros empty ones full".split())


def needed(program: Program) -> Program:
    """The program with all that may raise computed. Functions that others wrote for it (derivatives, linked in) stay as they are."""
    raising = _raising(program)
    functions = dict(program.functions)
    for key, function in functions.items():
        live = {id(node) for node in walk(prune(function).body)}
        dead = {id(node) for node in walk(function.body) if not node.regions and id(node) not in live}
        if dead:
            definition = {out: node for node in walk(function.body) for out in node.outs}
            functions[key] = replace(function, body=_Asking(dead, raising, definition).region(function.body))
    return replace(program, functions=functions)


def _raising(program: Program) -> set[str]:
    """The functions in which something may raise."""
    found: set[str] = set()
    while True:
        more = {key for key, function in program.functions.items() if _may(function, found)}
        if more == found:
            return found
        found = more


def _may(function: Function, raising: set[str]) -> bool:
    return any(node.attrs["callee"] in raising if node.op == "call" else may_raise(node) for node in walk(function.body))


@dataclass(eq=False)
class _Asking:
    """One function, with what is asked of its dead nodes."""

    dead: set[int]
    raising: set[str]
    definition: dict[Var, Node]
    ends: dict[Var, Atom] = field(default_factory=dict)  # of the index of each loop, where its range ends

    def region(self, region: Region) -> Region:
        nodes: list[Node] = []
        for node in region.nodes:
            if node.op == "for" and isinstance(node.args[0], Const) and node.args[0].value >= 0:
                self.ends[node.regions[0].params[0]] = node.args[1]
            if node.regions:
                node = replace(node, regions=tuple(map(self.region, node.regions)))
            elif node.op == "call" and id(node) in self.dead and node.attrs["callee"] in self.raising:
                node = replace(node, attrs={**node.attrs, "effect": True})
            nodes.append(node)
            if id(node) in self.dead and node.outs and may_raise(node) and not self.walks(node):
                attrs = {"error": SystemError, "kind": "needed"}
                nodes.append(Node("check", (Const(True, BOOL), node.outs[0]), (), attrs, place=node.place))
        return replace(region, nodes=tuple(nodes))

    def walks(self, node: Node) -> bool:
        """Whether the item is read by the index of the loop that walks its array or list."""
        end = self.ends.get(node.args[1]) if node.op in ("index", "item") and len(node.args) > 1 else None  # type: ignore[arg-type]
        size = self.definition.get(end) if isinstance(end, Var) else None
        return size is not None and size.op in ("dim", "count") and size.args[0] is node.args[0] and not size.attrs.get("axis")


def may_raise(node: Node) -> bool:
    """Whether Python or NumPy may raise an error where this node stands."""
    if node.op in WRITES:
        return node.op != "pop" or bool(node.attrs.get("checked"))
    if node.op in NOT_EMPTY or node.op in LAPACK or node.op in SIZED and not all(isinstance(size, Const) for size in node.args):
        return True
    if node.op == "check" or node.regions or node.op not in TABLE:
        return False
    if any(isinstance(value.type, Unknown) for value in (*node.args, *node.outs)):
        return node.op == "index" and any(code in "ia" for code in node.attrs["pattern"])
    if node.op in ("div", "floordiv", "mod") and isinstance(node.args[1], Const) and node.args[1].value:
        return False
    if node.op == "pow" and weak_of(node) is None and isinstance(node.args[1], Const) and not isinstance(node.args[1].value, complex):
        return bool(node.args[1].value < 0)
    return any(not issubclass(error, DifflangError) for error, *_ in errors_of(node))


__all__ = ["may_raise", "needed"]
