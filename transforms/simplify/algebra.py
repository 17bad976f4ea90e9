"""Rules of algebra for adjoints and tangents: signs, factors and shapes as a person would write them.

Where a rule changes the order of roundings, both orders are the same but for the last bit.
"""

from __future__ import annotations

import math

from difflang.build import Builder
from difflang.ir import Atom, Const, Node, const
from difflang.records import replace
from difflang.types import Array, Scalar, Type, is_complex

from .rules import DERIVED, Facts, Rule, flavor, number

LONG = 8
"""A number of more digits is not multiplied with another: one would not know it again."""


def constant_factors(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """3.0 * (3 * x) is 9.0 * x, where the product of the numbers is exact."""
    if node.role not in DERIVED:
        return None
    for scale, other in (node.args, node.args[::-1]):
        outer, inner = number(scale), facts.made_once_by(other, "mul")
        if outer is None or is_said(scale) or inner is None or inner.role not in DERIVED:
            continue
        for factor, rest in (inner.args, inner.args[::-1]):
            known = None if is_said(factor) else number(factor)
            product = _exact(outer, known)
            if product is not None:
                return b.emit("mul", _same_kind(product, scale, factor), rest, flavor=flavor(node))
    return None


def is_said(atom: Atom) -> bool:
    """Whether the user has a name or an expression for a number."""
    return isinstance(atom, Const) and atom.said is not None


def real_factor(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """A real number that was made complex to be multiplied with a complex one: the product makes it so."""
    if node.role not in DERIVED or not is_complex(node.out.type):
        return None
    for factor, other in (node.args, node.args[::-1]):
        real = _real(facts, factor)
        if real is not None and is_complex(other.type):
            return b.emit("mul", real, other, flavor=flavor(node))
    return None


def _real(facts: Facts, atom: Atom) -> Atom | None:
    if isinstance(atom, Const):
        exact = is_complex(atom.type) and atom.value.imag == 0 and math.copysign(1.0, atom.value.imag) > 0
        return const(float(atom.value.real)) if exact else None
    made = facts.made_by(atom, "cast")
    real = made is not None and is_complex(made.out.type) and not is_complex(made.args[0].type)
    return made.args[0] if made is not None and real and isinstance(made.args[0].type, (Array, Scalar)) else None


def _exact(one: float | None, other: float | None) -> float | None:
    if not one or not other or len(repr(one)) > LONG or len(repr(other)) > LONG or not (math.isfinite(one) and math.isfinite(other)):
        return None
    product = float(one) * float(other)
    (a, b), (c, d) = float(one).as_integer_ratio(), float(other).as_integer_ratio()
    if not abs(product) < 2**53:
        return None
    e, f = product.as_integer_ratio()
    return product if e * b * d == a * c * f else None


def _same_kind(product: float, one: Atom, other: Atom) -> Atom:
    whole = all(isinstance(a.type, Scalar) and a.type.dtype == "i64" and a.type.weak for a in (one, other))
    return const(int(product) if whole else product)


def unsigned(facts: Facts, atom: Atom, node: Node, b: Builder) -> Atom | None:
    """The value with its sign turned, where its first factor is written with one: of -a * b the product a * b."""
    product = facts.made_once_by(atom, "mul", "div")
    if product is None or product.role not in DERIVED:
        return None
    first, second = product.args
    negative = facts.made_by(first, "neg")
    known = number(first)
    if negative is not None:
        positive: Atom | None = negative.args[0]
    elif known is not None and known < 0 and isinstance(first, Const):
        positive = opposite(first)
    else:
        positive = unsigned(facts, first, node, b)
    if positive is None and product.op == "mul" and (other := _turned(facts, second, node, b)) is not None:
        return b.emit("mul", first, other, flavor=flavor(product))
    return None if positive is None else b.emit(product.op, positive, second, flavor=flavor(product))


def opposite(negative: Const) -> Const | None:
    """A number with its sign turned, as the user says it; None where he has a name for the negative one."""
    said = negative.said
    if said is None:
        return Const(-negative.value, negative.type)
    if not isinstance(said, Node) or not isinstance(said.args[0], Const):
        return None
    if said.op == "neg":
        return said.args[0] if said.args[0].type == negative.type else None
    first = opposite(said.args[0]) if said.op in ("mul", "div") else None
    return first and Const(-negative.value, negative.type, replace(said, args=(first, said.args[1])))


def _turned(facts: Facts, atom: Atom, node: Node, b: Builder) -> Atom | None:
    """A factor with its sign turned, where it is written with one."""
    negative = facts.made_once_by(atom, "neg")
    return negative.args[0] if negative is not None else unsigned(facts, atom, node, b)


def add_negative_product(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x + -a * b is x - a * b."""
    if node.role not in DERIVED:
        return None
    x, y = node.args
    for one, other in ((x, y), (y, x)):
        positive = unsigned(facts, other, node, b)
        if positive is not None:
            return b.emit("sub", one, positive, flavor=flavor(node))
    return None


def sub_negative_product(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x - -a * b is x + a * b."""
    positive = unsigned(facts, node.args[1], node, b) if node.role in DERIVED else None
    return None if positive is None else b.emit("add", node.args[0], positive, flavor=flavor(node))


def neg_product(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """-(-a * b) is a * b."""
    return unsigned(facts, node.args[0], node, b) if node.role in DERIVED else None


def sum_of_negative(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """The sign stands outside of a sum."""
    inner = facts.made_once_by(node.args[0], "neg")
    if inner is None or node.role not in DERIVED:
        return None
    return b.emit("neg", b.emit("sum", inner.args[0], **node.attrs))


def transpose_twice(facts: Facts, node: Node, b: Builder) -> Atom | None:
    inner = facts.made_by(node.args[0], "transpose")
    if inner is None or not isinstance(node.out.type, Array):
        return None
    rank = node.out.type.rank
    first, second = (each.attrs.get("axes") or tuple(reversed(range(rank))) for each in (inner, node))
    return inner.args[0] if tuple(first[k] for k in second) == tuple(range(rank)) else None


def ones_like(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """full_like(x, 1.0) is ones_like(x), and with 0.0 zeros_like(x)."""
    x, value = node.args
    known = number(value)
    if known not in (0, 1) or node.role not in DERIVED:
        return None
    return b.emit("ones_like" if known else "zeros_like", x, hint=node.out.hint, **node.attrs)


def whole_read(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x[:] has the values of x: a view that nobody writes through."""
    pattern = node.attrs["pattern"]
    return node.args[0] if pattern and set(pattern) == {":"} and node.role in DERIVED else None


def whole_cleared(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x[:] = 0.0 is zeros_like(x)."""
    pattern, base = node.attrs["pattern"], node.args[0]
    cleared = number(node.args[1]) == 0 and pattern and set(pattern) == {":"} and isinstance(base.type, Array)
    return b.emit("zeros_like", base, dtype=None, hint=node.out.hint) if cleared and node.role in DERIVED else None


def size_of_spread(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """The number of elements of what was just made of these sizes."""
    made = facts.made_by(node.args[0], "broadcast_to", "zeros", "ones", "empty")
    if made is None:
        return None
    sizes = made.args[1:] if made.op == "broadcast_to" else made.args
    total: Atom = const(1)
    for size in sizes:
        if size.type != node.out.type:
            return None
        total = b.emit("mul", total, size) if total != const(1) else size
    return total


def exact_divisor(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """masked(x, y) where y divides by what is never zero: x * y."""
    x, y = node.args
    quotient = facts.made_by(y, "div", "neg")
    while quotient is not None and quotient.op == "neg":
        quotient = facts.made_by(quotient.args[0], "div", "neg")
    if quotient is None or not never_zero(facts, quotient.args[1]) or not _plain(facts, quotient.args[0]):
        return None
    return b.emit("mul", x, y, flavor=flavor(node))


def _plain(facts: Facts, atom: Atom) -> bool:
    """Whether a numerator divides by nothing else that may be zero."""
    inner = facts.made_by(atom, "div")
    return inner is None or (never_zero(facts, inner.args[1]) and _plain(facts, inner.args[0]))


def mul_quotient(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x * (1 / y) is x / y."""
    if node.role not in DERIVED:
        return None
    first = facts.made_once_by(node.args[0], "div")
    turned = first is not None and first.role in DERIVED and number(first.args[0]) in (1, -1) and is_f64(node.args[1].type)
    x, y = node.args[::-1] if turned or said_quotient(node.args[0]) else node.args
    quotient = facts.made_by(y, "div") or said_quotient(y)
    if quotient is None or number(quotient.args[0]) not in (1, -1) or quotient.role not in DERIVED:
        return None
    found = b.emit("div", x, quotient.args[1], flavor=flavor(node))
    return found if number(quotient.args[0]) == 1 else b.emit("neg", found)


def said_quotient(atom: Atom) -> Node | None:
    """The quotient that a number known while compiling was, of a derivative."""
    said = atom.said if isinstance(atom, Const) else None
    return replace(said, role=DERIVED[0]) if isinstance(said, Node) and said.op == "div" and number(said.args[0]) in (1, -1) else None


def div_reciprocal(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """(1 / y) / y is the square of the first, divided by y once more the cube: a division less each time."""
    if node.role not in DERIVED:
        return None
    x, y = node.args
    power = facts.made_by(x, "mul")
    root = x if power is None else power.args[0]
    quotient = facts.made_by(root, "div")
    if quotient is None or quotient.args[1] is not y or number(quotient.args[0]) != 1 or (power and power.args[1] is not root):
        return None
    return b.emit("mul", x, root, flavor=flavor(node))


def never_zero(facts: Facts, atom: Atom, depth: int = 6) -> bool:
    """Whether a value is certainly not zero: a number, a positive number and what is never negative, what has been divided by."""
    known = number(atom)
    if atom in facts.divisors:
        return True
    if known is not None:
        return known != 0
    return _positive(facts, atom, depth)


def _positive(facts: Facts, atom: Atom, depth: int) -> bool:
    if is_complex(atom.type):
        return False
    known = number(atom)
    if known is not None:
        return known > 0
    node = facts.made_by(atom, "add", "mul", "div", "sqrt", "maximum", "cosh", "hypot", "logaddexp", "broadcast_to")
    if node is None or not depth:
        return False
    args = node.args
    if node.op == "add":
        return any(_positive(facts, a, depth - 1) and _not_negative(facts, o, depth - 1) for a, o in (args, args[::-1]))
    if node.op == "maximum":
        return any(_positive(facts, a, depth - 1) for a in args)
    if node.op in ("sqrt", "broadcast_to"):
        return _positive(facts, args[0], depth - 1)
    return node.op == "cosh"


def _not_negative(facts: Facts, atom: Atom, depth: int) -> bool:
    if is_complex(atom.type):
        return False
    known = number(atom)
    if known is not None:
        return known >= 0
    node = facts.made_by(atom, "square", "abs", "exp", "exp2", "sqrt", "mul", "add", "sum", "mean", "var", "pow", "cosh", "std")
    if node is None or not depth:
        return _positive(facts, atom, depth)
    if node.op in ("square", "abs", "exp", "exp2", "sqrt", "var", "cosh", "std"):
        return True
    if node.op == "pow":
        exponent = number(node.args[1])
        return exponent is not None and exponent % 2 == 0
    if node.op in ("sum", "mean"):
        return _not_negative(facts, node.args[0], depth - 1)
    if node.op == "mul" and node.args[0] is node.args[1]:
        return True
    return all(_not_negative(facts, a, depth - 1) for a in node.args)


def accumulate_negative(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x[i] += -a * b is x[i] -= a * b."""
    base, value, *operands = node.args
    positive = unsigned(facts, value, node, b) if node.role in DERIVED else None
    if positive is None:
        return None
    return b.emit("accumulate", base, b.emit("neg", positive), *operands, pattern=node.attrs["pattern"], hint=node.out.hint)


def accumulate_twice(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x[i] += v and at once x[i] += w, of one line of the primal, is x[i] += v + w."""
    base, value, *operands = node.args
    before = facts.made_once_by(base, "accumulate")
    if before is None or node.role not in DERIVED or before.place is None or node.place is None or before.place.line != node.place.line:
        return None
    if list(before.args[2:]) != operands or before.attrs["pattern"] != node.attrs["pattern"] or before.args[1].type != value.type:
        return None
    if not isinstance(value.type, Scalar):
        return None
    total = b.emit("add", before.args[1], value)
    return b.emit("accumulate", before.args[0], total, *operands, pattern=node.attrs["pattern"], hint=node.out.hint)


def whole_number(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x + 1.0 * n is x + n for a whole number n: adding converts it."""
    if node.role not in DERIVED or not is_f64(node.out.type):
        return None
    args = list(node.args)
    for k, (one, other) in enumerate((node.args, node.args[::-1])):
        product = facts.made_by(one, "mul")
        if product is None or product.role not in DERIVED or not is_f64(other.type):
            continue
        for factor, rest in (product.args, product.args[::-1]):
            if number(factor) == 1 and isinstance(rest.type, Scalar) and rest.type.dtype == "i64" and rest.type.weak:
                args[k] = rest
    return None if args == list(node.args) else b.emit(node.op, *args, flavor=flavor(node))


def is_f64(type: Type) -> bool:
    return isinstance(type, (Array, Scalar)) and type.dtype == "f64"


ALGEBRA: dict[str, tuple[Rule, ...]] = {
    "add": (add_negative_product, whole_number),
    "sub": (sub_negative_product, whole_number),
    "mul": (real_factor, mul_quotient, constant_factors, whole_number),
    "neg": (neg_product,),
    "sum": (sum_of_negative,),
    "transpose": (transpose_twice,),
    "full_like": (ones_like,),
    "index": (whole_read,),
    "store": (whole_cleared,),
    "size": (size_of_spread,),
    "masked": (exact_divisor,),
    "div": (div_reciprocal,),
    "accumulate": (accumulate_twice, accumulate_negative),
}
