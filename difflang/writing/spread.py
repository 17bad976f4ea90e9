"""What a number spread over a shape is called: `np.full` where it is a copy, ones divided by a count where it is a share of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..ir import Atom, Const, Node, Var
from ..records import replace
from ..types import Array, Scalar
from .expressions import Phrases
from .syntax import Apply, Expr, Infix, Pack


def spread_of(phrases: Phrases, expr: Callable[[Atom], Expr], inline: Mapping[Var, Node], node: Node, args: list[Expr]) -> Expr | None:
    """The expression of such a node over those of its operands; None of others."""
    value = inline.get(node.args[0]) if node.op in ("copy", "broadcast_to") and isinstance(node.args[0], Var) else None
    if value is None:
        return None
    if node.op == "broadcast_to":
        if value.op != "div" or not value.role or not node.role or not isinstance(value.args[0], Const):
            return None
        over = replace(node, args=(value.args[0], *node.args[1:]))
        return Infix(phrases.phrase(over, [expr(value.args[0]), *args[1:]]), "/", expr(value.args[1]))
    if value.op == "broadcast_like":
        return Apply(phrases.np("full_like"), (expr(value.args[1]), expr(value.args[0])))
    if value.op == "broadcast_to" and isinstance(value.args[0].type, Scalar) and isinstance(node.out.type, Array):
        if value.args[0].type.dtype == node.out.type.dtype:
            number, *shape = (expr(a) for a in value.args)
            return Apply(phrases.np("full"), (shape[0] if len(shape) == 1 else Pack(tuple(shape)), number))
    return None
