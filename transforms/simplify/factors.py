"""Where factors stand in adjoints and tangents: numbers first, a count that is divided by last, what two terms share outside."""

from __future__ import annotations

from difflang.build import Builder
from difflang.ir import Atom, Const, Node
from difflang.types import Array, Scalar, dims_of, is_complex

from .rules import DERIVED, Facts, Rule, covers, flavor, is_zero, number

LONG = 8
"""A number of more digits stays where it is: one would not know it again."""


def number_first(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x * (2 * y) is 2 * x * y."""
    if node.role not in DERIVED:
        return None
    x, y = node.args
    product = facts.made_once_by(y, "mul")
    if product is None or product.role not in DERIVED:
        return None
    factor, rest = product.args
    if number(x) is not None:  # 2 * (x * y)
        if number(factor) is not None or isinstance(rest, Const):
            return None
        if isinstance(factor.type, Array) and isinstance(rest.type, Scalar):
            factor, rest = rest, factor
        return b.emit("mul", b.emit("mul", x, factor, flavor=flavor(node)), rest, flavor=flavor(node))
    if isinstance(x, Const):
        return None
    if not is_short(factor) or isinstance(rest, Const) or facts.made_by(x, "broadcast_to", "where"):
        return None
    return b.emit("mul", b.emit("mul", factor, x, flavor=flavor(node)), rest, flavor=flavor(node))


def constant_first(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x * 0.5 is 0.5 * x, and 2 * -x is -2 * x."""
    x, y = node.args
    if node.role not in DERIVED or is_complex(node.out.type):
        return None
    if number(y) is not None and number(x) is None:
        return b.emit("mul", y, x, flavor=flavor(node))
    negative = facts.made_once_by(y, "neg") if isinstance(x, Const) and number(x) is not None else None
    if negative is None or not isinstance(x, Const):
        return None
    if is_short(x):
        return b.emit("mul", Const(-x.value, x.type), negative.args[0], flavor=flavor(node))
    return b.emit("neg", b.emit("mul", x, negative.args[0], flavor=flavor(node)))


def into_spread(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """A number spread over an array, times a number: the product is spread."""
    if node.role not in DERIVED:
        return None
    for one, factor in (node.args, node.args[::-1]):
        spread = facts.made_once_by(one, "broadcast_to")
        if spread is not None and isinstance(factor.type, Scalar) and isinstance(spread.args[0].type, Scalar):
            return b.emit("broadcast_to", b.emit("mul", factor, spread.args[0], flavor=flavor(node)), *spread.args[1:])
    return None


def into_quotient(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """2 * (0.5 / x) is 1.0 / x, and 2 * (x / 3) is 2 * x / 3."""
    x, y = node.args
    quotient = facts.made_once_by(y, "div")
    if node.role not in DERIVED or quotient is None or quotient.role not in DERIVED or not is_short(x):
        return None
    if number(quotient.args[0]) is not None and not is_short(quotient.args[0]):
        return None
    return b.emit("div", b.emit("mul", x, quotient.args[0], flavor=flavor(node)), quotient.args[1], flavor=flavor(quotient))


def is_short(atom: Atom) -> bool:
    """Whether a number has few digits and no name."""
    return number(atom) is not None and isinstance(atom, Const) and atom.said is None and len(repr(number(atom))) < LONG


def over_count(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """1 / n * x of an array x is x / n: nothing is refused where n is zero, and then there is no element."""
    if node.role not in DERIVED or not isinstance(node.out.type, Array):
        return None
    for one, x in (node.args, node.args[::-1]):
        share = facts.made_once_by(one, "div")
        if share is None or share.role not in DERIVED or not isinstance(x.type, Array):
            continue
        over, count = share.args
        if number(over) is not None and is_count(count):
            return b.emit("div", x if number(over) == 1 else b.emit("mul", over, x), count)
    return None


def scalars_together(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """y / 6 * h of an array y and a number h is h / 6 * y: one division in place of one for each element."""
    if node.role not in DERIVED:
        return None
    for one, factor in (node.args, node.args[::-1]):
        quotient = facts.made_once_by(one, "div")
        if quotient is None or quotient.role not in DERIVED or isinstance(factor, Const) or not isinstance(factor.type, Scalar):
            continue
        x, divisor = quotient.args
        if isinstance(x.type, Array) and number(divisor) and {x.type.dtype, factor.type.dtype} == {"f64"}:
            return b.emit("mul", b.emit("div", factor, divisor), x, flavor=flavor(node))
    return None


def is_count(atom: Atom) -> bool:
    """Whether a divisor is a Python int of the run."""
    return not isinstance(atom, Const) and isinstance(atom.type, Scalar) and atom.type.dtype == "i64" and atom.type.weak


def share_outside(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """masked(1 / n * x, y) is 1 / n * masked(x, y): a share is not zero."""
    if node.role not in DERIVED:
        return None
    x, y = node.args
    product = facts.made_once_by(x, "mul")
    if product is None or product.role not in DERIVED or not isinstance(y.type, Array):
        return None
    for one, rest in (product.args, product.args[::-1]):
        if is_share(facts, one) and isinstance(rest.type, Array):
            return b.emit("mul", one, b.emit("masked", rest, y))
    return None


def is_share(facts: Facts, atom: Atom) -> bool:
    share = facts.made_by(atom, "div")
    return share is not None and share.role in DERIVED and bool(number(share.args[0])) and is_count(share.args[1])


def common_count(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x / n - y / n is (x - y) / n, and where(c, x / n, y / n) is where(c, x, y) / n."""
    if node.role not in DERIVED or not isinstance(node.out.type, Array):
        return None
    first, second = (facts.made_once_by(a, "div") for a in node.args[-2:])
    if first is None or second is None or first.role not in DERIVED or second.role not in DERIVED:
        return None
    count = first.args[1]
    if not is_count(count) or not _same_count(facts, count, second.args[1]) or not _are_arrays(first.args[0], second.args[0]):
        return None
    return b.emit("div", b.emit(node.op, *node.args[:-2], first.args[0], second.args[0]), count)


def _same_count(facts: Facts, one: Atom, other: Atom) -> bool:
    first, second = facts.made_by(one, "size", "dim"), facts.made_by(other, "size", "dim")
    asked = first is not None and second is not None and (first.op, first.args, first.attrs) == (second.op, second.args, second.attrs)
    return one is other or asked


def common_share(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """1 / n * x - 1 / n * y is 1 / n * (x - y), and where(c, 1 / n * x, 1 / n * y) is 1 / n * where(c, x, y)."""
    if node.role not in DERIVED or not isinstance(node.out.type, Array):
        return None
    first, second = (facts.made_once_by(a, "mul") for a in node.args[-2:])
    if first is None or second is None or first.role not in DERIVED or second.role not in DERIVED:
        return None
    for share, x in (first.args, first.args[::-1]):
        for other, y in (second.args, second.args[::-1]):
            if share is other and is_share(facts, share) and _are_arrays(x, y):
                return b.emit("mul", share, b.emit(node.op, *node.args[:-2], x, y))
    return None


def share_first(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """(1 / n * x) * y is 1 / n * (x * y)."""
    if node.role not in DERIVED or not isinstance(node.out.type, Array):
        return None
    for one, y in (node.args, node.args[::-1]):
        product = facts.made_once_by(one, "mul")
        if product is None or product.role not in DERIVED:
            continue
        for share, x in (product.args, product.args[::-1]):
            if is_share(facts, share) and not is_share(facts, y):
                return b.emit("mul", share, b.emit("mul", x, y))
    return None


def _are_arrays(x: Atom, y: Atom) -> bool:
    return isinstance(x.type, Array) and isinstance(y.type, Array)


def into_choice(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """where(c, x, 0.0) * y is where(c, x * y, 0.0)."""
    if node.role not in DERIVED or not isinstance(node.out.type, Array):
        return None
    for one, y in (node.args, node.args[::-1]):
        chosen = facts.made_once_by(one, "where")
        if chosen is None or chosen.role not in DERIVED or not is_zero(chosen.args[2]) or not isinstance(one.type, Array):
            continue
        if covers(one.type.dims, dims_of(y.type)):
            return b.emit("where", chosen.args[0], b.emit("mul", chosen.args[1], y), chosen.args[2])
    return None


def choices_joined(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """where(c, x, 0.0) + where(not c, y, 0.0) is where(c, x, y)."""
    if node.role not in DERIVED or not isinstance(node.out.type, Array):
        return None
    chosen = [facts.made_once_by(a, "where") for a in node.args]
    if any(c is None or c.role not in DERIVED or not is_zero(c.args[2]) for c in chosen):
        return None
    for (one, other), (x, y) in zip((chosen, chosen[::-1]), (node.args, node.args[::-1]), strict=True):
        assert one is not None and other is not None
        negation = facts.made_by(other.args[0], "not_")
        if negation is not None and negation.args[0] is one.args[0] and x.type == y.type:
            return b.emit("where", one.args[0], one.args[1], other.args[1])
    return None


def sign_outside(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x @ -y is -(x @ y)."""
    if node.role not in DERIVED:
        return None
    for k, operand in enumerate(node.args):
        negative = facts.made_once_by(operand, "neg")
        if negative is not None and negative.role in DERIVED:
            args = [negative.args[0] if j == k else a for j, a in enumerate(node.args)]
            return b.emit("neg", b.emit(node.op, *args, **node.attrs))
    return None


def product_transposed(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """(x.T @ y).T of matrices is y.T @ x, np.outer(x, y).T is np.outer(y, x)."""
    table = facts.made_once_by(node.args[0], "outer")
    if table is not None and table.role in DERIVED and _is_plain_transpose(node):
        return b.emit("outer", *reversed(table.args), hint=node.out.hint)
    product = facts.made_once_by(node.args[0], "matmul")
    if product is None or product.role not in DERIVED or not _is_plain_transpose(node):
        return None
    x, y = product.args
    turned = facts.made_once_by(x, "transpose")
    if turned is None or not _is_plain_transpose(turned) or not isinstance(y.type, Array) or y.type.rank != 2:
        return None
    return b.emit("matmul", b.emit("transpose", y), turned.args[0], hint=node.out.hint)


def _is_plain_transpose(node: Node) -> bool:
    type, axes = node.args[0].type, node.attrs.get("axes")
    return isinstance(type, Array) and type.rank == 2 and (axes is None or tuple(axes) == (1, 0))


FACTORS: dict[str, tuple[Rule, ...]] = {
    "mul": (constant_first, scalars_together, into_quotient, into_spread, over_count, into_choice, share_first, number_first),
    "masked": (share_outside,),
    "where": (common_share, common_count),
    "add": (common_share, common_count, choices_joined),
    "sub": (common_share, common_count),
    "matmul": (sign_outside,),
    "outer": (sign_outside,),
    "transpose": (product_transposed,),
}
