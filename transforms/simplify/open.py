"""Rules for values of open type: spreading and summing down undone where two values certainly have one shape, whatever it is."""

from __future__ import annotations

from difflang.build import Builder, trace
from difflang.ir import Atom, Node, Var
from difflang.op import row
from difflang.types import Unknown, rank

from .rules import DERIVED, Facts, Rule, flavor

SAME = ("store", "accumulate", "copy", "zeros_like", "ones_like", "empty_like", "full_like", "stop_gradient", "flip", "cast")
"""Ops whose result has the shape of their first operand."""
SECOND = ("unbroadcast", "reshape_like", "broadcast_like")
"""Ops whose result has the shape of their second operand."""


def root(facts: Facts, atom: Atom) -> Atom:
    """The earliest value that certainly has the same shape."""
    while True:
        node = facts.definition.get(atom) if isinstance(atom, Var) and isinstance(atom.type, Unknown) else None
        found = _source(facts, node) if node is not None else None
        if found is None:
            return atom
        atom = found


def _source(facts: Facts, node: Node) -> Atom | None:
    if node.op in SAME:
        return node.args[0]
    if node.op in SECOND:
        return node.args[1]
    if node.regions or node.op == "call" or row(node.op).kind != "elementwise":
        return None
    roots = list(dict.fromkeys(root(facts, a) for a in node.args if rank(a.type) != 0))
    return roots[0] if len(roots) == 1 else None


def close(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """An op for open types whose operands are known by now."""
    closed = row(node.op).closed
    if closed is None or any(isinstance(a.type, Unknown) for a in node.args):
        return None
    found: Atom = trace(b, closed, *node.args, **node.attrs)
    return found


def fitting(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """A value that has the shape already."""
    value, like = node.args
    return value if isinstance(value.type, Unknown) and root(facts, value) is root(facts, like) else None


def drop_spread(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """An operand need not be spread over the shape of another one."""
    if not isinstance(node.out.type, Unknown) or len(node.args) < 2 or row(node.op).kind != "elementwise":
        return None
    args = list(node.args)
    for k, arg in enumerate(args):
        spread = facts.made_by(arg, "broadcast_like")
        if spread is None:
            continue
        target = root(facts, spread.args[1])
        others = [other for j, other in enumerate(args) if j != k and rank(other.type) != 0]
        if any(root(facts, other) is target for other in others):
            args[k] = spread.args[0]
    return None if args == list(node.args) else b.emit(node.op, *args, flavor=flavor(node), **node.attrs)


def add_to_zeros(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """zeros_like(x) + y is y where y has the shape of x."""
    for one, other in (node.args, node.args[::-1]):
        zeros = facts.made_by(one, "zeros_like")
        if zeros is not None and node.role in DERIVED and isinstance(other.type, Unknown):
            if root(facts, zeros.args[0]) is root(facts, other):
                return other
    return None


OPEN_RULES: dict[str, tuple[Rule, ...]] = {
    "*": (drop_spread,),
    "add": (add_to_zeros,),
    "unbroadcast": (fitting,),
    "reshape_like": (close, fitting),
    "broadcast_like": (close, fitting),
    "matmul_left": (close,),
    "matmul_right": (close,),
    "dot_left": (close,),
    "dot_right": (close,),
}
