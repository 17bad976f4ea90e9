"""Rules for values of open type: spreading and summing down undone where two values certainly have one shape, whatever it is."""

from __future__ import annotations

from difflang.build import Builder, trace
from difflang.ir import Atom, Const, Node, Var, const
from difflang.op import row
from difflang.types import Unknown

from ..families import Family
from .rules import DERIVED, Facts, Rule, flavor, is_single, number

FLOATING = frozenset("div exp log sqrt tanh sin cos log1p expm1 mean std var".split())
"""Ops whose results are no whole numbers, whatever they are given."""
LINEAR = ("neg", "mul", "div")
"""Ops linear in their first operand, element by element."""


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
    return value if isinstance(value.type, Unknown) and facts.families.of(value) == facts.families.of(like) else None


def summed_once(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """What is summed down, times what is no wider, summed down further, is summed down once."""
    value, like = node.args
    made = facts.made_once_by(value, "unbroadcast", *LINEAR) if node.role in DERIVED and isinstance(value.type, Unknown) else None
    inner = made if made is None or made.op == "unbroadcast" else facts.made_once_by(made.args[0], "unbroadcast")
    if made is None or inner is None:
        return None
    of = facts.families.of
    rest = made.args[1:] if made is not inner else ()
    if not (of(like) <= of(inner.args[1]) and all(of(other) <= of(inner.args[1]) for other in rest)):
        return None
    whole = inner.args[0] if made is inner else b.emit(made.op, inner.args[0], *rest, flavor=flavor(made), **made.attrs)
    return b.emit("unbroadcast", whole, like)


def drop_spread(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """An operand need not be spread over the shape of others."""
    if not isinstance(node.out.type, Unknown) or len(node.args) < 2 or row(node.op).kind != "elementwise":
        return None
    args = list(node.args)
    for k, arg in enumerate(args):
        spread = spread_value(facts, arg, b) or led_value(facts, arg)
        if spread is None:
            continue
        value, family, like = spread
        others = [value, *(other for j, other in enumerate(args) if j != k)]
        if node.op == "mul" and isinstance(value, Const) and others[-1] is not like and not is_float(facts, others[-1]):
            if number(value) == 1:
                continue  # a truth or whole number would stand for the adjoint
            value = Const(float(value.value), const(0.0).type)
        if family <= facts.families.together(others):
            args[k] = value
    return None if args == list(node.args) else b.emit(node.op, *args, flavor=flavor(node), **node.attrs)


def spread_value(facts: Facts, atom: Atom, b: Builder) -> tuple[Atom, Family, Atom] | None:
    """(value, of what shape, whose) of a value that is spread over the shape of another, of a multiple of it the multiple."""
    made = facts.made_by(atom, "broadcast_like", "ones_like", "add", "sub", "mul", "neg", "div")
    if made is None or (made.role not in DERIVED and made.op != "broadcast_like"):
        return None
    if made.op == "ones_like":
        return const(1.0), facts.families.of(made.args[0]), made.args[0]
    if made.op in ("neg", "div"):
        inner = spread_value(facts, made.args[0], b)
        return (b.emit(made.op, inner[0], *made.args[1:]), *inner[1:]) if inner is not None and all(map(is_single, made.args[1:])) else None
    if made.op == "broadcast_like":
        return made.args[0], facts.families.of(made.args[1]), made.args[1]
    for one, other in (made.args, made.args[::-1])[: 1 if made.op == "sub" else 2]:
        zeros = facts.made_by(one, "zeros_like") if made.op != "mul" else None
        if zeros is not None and zeros.role in DERIVED:
            return other if made.op == "add" else b.emit("neg", other), facts.families.of(zeros.args[0]), zeros.args[0]
        inner = spread_value(facts, other, b) if made.op == "mul" and isinstance(one, Const) else None
        if inner is not None:
            return one if number(inner[0]) == 1 else b.emit("mul", one, inner[0]), *inner[1:]
    return None


def led_value(facts: Facts, atom: Atom) -> tuple[Atom, Family, Atom] | None:
    """The same of a value that was given a new first axis, which broadcasting puts there anyway."""
    made = facts.made_by(atom, "expand_dims")
    if made is None or made.role not in DERIVED or made.attrs.get("axis") not in (0, (0,)):
        return None
    (key, *more) = facts.families.of(made.args[0]) or (None,)
    return (made.args[0], key[1], atom) if not more and isinstance(key, tuple) and key[0] == "gone" and key[2] == 0 else None


def is_float(facts: Facts, atom: Atom) -> bool:
    """Whether a value is one that a derivative was taken by, or of its kind: no whole number, no truth."""
    made = facts.definition.get(atom) if isinstance(atom, Var) else None
    return made is not None and (made.role in DERIVED or made.op in FLOATING)


def add_to_zeros(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """zeros_like(x) + y is y where y is no narrower than x."""
    for one, other in (node.args, node.args[::-1]):
        zeros = facts.made_by(one, "zeros_like")
        if zeros is not None and node.role in DERIVED and isinstance(other.type, Unknown):
            if facts.families.of(zeros.args[0]) <= facts.families.of(other):
                return other
    return None


def over_size(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """1 / np.size(x) * y is y / np.size(x) for a y of the shape of x: no array of no elements refuses it."""
    for one, x in (node.args, node.args[::-1]):
        share = facts.made_once_by(one, "div") if node.role in DERIVED and isinstance(x.type, Unknown) else None
        size = facts.made_by(share.args[1], "size") if share is not None and number(share.args[0]) is not None else None
        if share is not None and size is not None and facts.families.of(size.args[0]) == facts.families.of(x):
            return b.emit("div", x if number(share.args[0]) == 1 else b.emit("mul", share.args[0], x), share.args[1])
    return None


def spread_ones(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """zeros_like(x) + 2 is 2 * ones_like(x), zeros_like(x) + 1 / n is ones_like(x) / n."""
    for one, other in (node.args, node.args[::-1])[: 1 if node.op == "sub" else 2]:
        zeros = facts.made_by(one, "zeros_like") if node.role in DERIVED else None
        share = facts.made_by(other, "div")
        over = share.args[0] if share is not None and facts.made_by(share.args[1], "size", "dim") is not None else other
        factor = number(over)
        if zeros is None or zeros.role not in DERIVED or zeros.attrs.get("dtype") is not None or not isinstance(factor, (int, float)):
            continue
        ones = b.emit("ones_like", zeros.args[0], dtype=None, hint=node.out.hint)
        factor = factor if node.op == "add" else -factor
        scaled = ones if factor == 1 else b.emit("neg", ones) if factor == -1 else b.emit("mul", const(factor), ones)
        return scaled if share is None or over is other else b.emit("div", scaled, share.args[1])
    return None


def parts_together(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """Adjoints added at 0, 1, 2 ... of zeros are the parts of the adjoint of what was taken apart, be it an array or a tuple."""
    parts: dict[int, Atom] = {}
    base: Atom = node.out
    while (made := node if base is node.out else facts.made_once_by(base, "accumulate")) is not None:
        place = made.args[2] if made.attrs["pattern"] == ("i",) else None
        if not isinstance(place, Const) or place.value < 0 or place.value in parts or made.role not in DERIVED:
            return None
        parts[place.value], base = made.args[1], made.args[0]
    whole, zeros = facts.made_once_by(base, "assembled"), facts.made_once_by(base, "zeros_like")
    if whole is not None and not parts.keys() & set(range(len(whole.args) - 1)):
        parts.update(enumerate(whole.args[1:]))
    like = whole.args[0] if whole is not None else zeros.args[0] if zeros is not None else None
    if not isinstance(like, Var) or not isinstance(like.type, Unknown) or len(parts) == 1 or len(parts) <= max(parts):
        return None
    return b.emit("assembled", like, *(parts[k] for k in range(len(parts))), hint=node.out.hint)


def summed_axes(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """Summing down to the shape of a reduction that keeps the axes is a sum over those axes."""
    value, like = node.args
    (key, *more) = facts.families.of(like) or (None,)
    if more or not isinstance(key, tuple) or key[0] != "kept" or key[1] != facts.families.of(value):
        return None
    return b.emit("sum", value, axis=key[2], keepdims=True)


def truth_of_truth(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """t != 0 is t where t is the answer of a comparison."""
    made = facts.definition.get(node.args[0]) if number(node.args[1]) == 0 and isinstance(node.args[0], Var) else None
    truth = made is not None and not made.regions and made.op != "call" and row(made.op).result == "bool"
    return node.args[0] if truth and node.role in DERIVED and isinstance(node.out.type, Unknown) else None


def sized_like(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """The earliest value of a shape is asked for it."""
    like = node.args[-1]
    family = facts.families.of(like) if node.role in DERIVED and isinstance(like.type, Unknown) else ()
    source = next(iter(family)) if len(family) == 1 else like
    if source is like or not isinstance(source, Var):
        return None
    return b.emit(node.op, *node.args[:-1], source, **node.attrs)


def source_alone(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """Zeros for what is made of one value alone are zeros for that one: numbers of its kind, too. So is its size."""
    source = node.args[0]
    while node.role in DERIVED and isinstance(source, Var) and isinstance(source.type, Unknown):
        made = facts.definition.get(source)
        if made is None or made.regions or made.op == "call" or row(made.op).kind != "elementwise":
            break
        operands = {id(arg): arg for arg in made.args if not isinstance(arg, Const)}
        if len(operands) != 1 or facts.families.of(source) != facts.families.of(*operands.values()):
            break
        (source,) = operands.values()
    return None if source is node.args[0] else b.emit(node.op, source, *node.args[1:], **node.attrs)


OPEN_RULES: dict[str, tuple[Rule, ...]] = {
    "*": (drop_spread,),
    "add": (add_to_zeros, spread_ones),
    "sub": (spread_ones,),
    "unbroadcast": (fitting, summed_once, summed_axes, sized_like),
    "zeros_like": (source_alone,),
    "size": (source_alone,),
    "not_equal": (truth_of_truth,),
    "mul": (over_size,),
    "accumulate": (parts_together,),
    "assembled": (close,),
    "reshape_like": (close, fitting),
    "broadcast_like": (close, fitting),
    "matmul_left": (close,),
    "matmul_right": (close,),
    "dot_left": (close,),
    "dot_right": (close,),
}
