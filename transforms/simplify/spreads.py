"""Numbers spread over a shape, and logarithms of multiples: sums that are counts, shares of a count, factors that go out again."""

from __future__ import annotations

from difflang.build import Builder
from difflang.ir import Atom, Node
from difflang.types import Array, Scalar

from .factors import is_count
from .rules import DERIVED, Facts, Rule, flavor, number


def sum_of_spread(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """The sum of a number spread over a shape is a multiple of it."""
    spread = facts.made_by(node.args[0], "broadcast_to")
    if spread is None or node.role not in DERIVED or not _is_float(spread.args[0]) or node.attrs.get("keepdims"):
        return None
    value, *sizes = spread.args
    axis = node.attrs.get("axis")
    axes = (axis,) if isinstance(axis, int) else axis
    gone = range(len(sizes)) if axes is None else [k % len(sizes) for k in axes]
    total: Atom = value
    for k in gone:
        unit = number(total) == 1 and total is value
        total = b.emit("cast", sizes[k], dtype="f64", weak=True) if unit else b.emit("mul", total, sizes[k], flavor=flavor(node))
    left = [size for k, size in enumerate(sizes) if k not in gone]
    return b.emit("broadcast_to", total, *left, hint=node.out.hint) if left else total


def masked_share(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """masked(1 / n, y) of an array y is y / n: a share is not zero."""
    x, y = node.args
    share = facts.made_by(x, "div") if node.role in DERIVED and isinstance(y.type, Array) else None
    if share is None or share.role not in DERIVED or not number(share.args[0]) or not is_count(share.args[1]):
        return None
    over, count = share.args
    return b.emit("div", y if number(over) == 1 else b.emit("mul", over, y), count)


def factor_out_again(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """2 * (x / (2 * y)) is x / y: of the logarithm of a multiple."""
    factor, y = node.args
    quotient = facts.made_once_by(y, "div") if node.role in DERIVED and number(factor) else None
    product = facts.made_by(quotient.args[1], "mul") if quotient is not None and quotient.role in DERIVED else None
    if quotient is None or product is None:
        return None
    for other, rest in (product.args, product.args[::-1]):
        if number(other) == number(factor):
            return b.emit("div", quotient.args[0], rest, flavor=flavor(quotient))
    return None


def _is_float(atom: Atom) -> bool:
    return isinstance(atom.type, Scalar) and atom.type.dtype == "f64"


SPREADS: dict[str, tuple[Rule, ...]] = {
    "sum": (sum_of_spread,),
    "masked": (masked_share,),
    "mul": (factor_out_again,),
}
