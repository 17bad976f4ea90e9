"""Adjoint: what one op adds to the adjoints of its operands.

The op's rule, traced, gives partials or adjoints; this file fits them to the operands: summed where the
operand was broadcast, cast to its dtype, masked where a partial may be infinite.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from difflang.build import Builder, trace
from difflang.errors import NotDifferentiable
from difflang.ir import Atom, Const, Function, Node, Var, const
from difflang.op import Op, row
from difflang.types import INT, MANY, ONE, Array, Scalar, Stack, Type, Unknown, broadcast_dims, dims_of, is_complex, rank

from .shapes import Shapes

BROADCASTS = {"where": (1, 2), "clip": (0,)}
"""Operands that NumPy broadcasts in ops that are not elementwise and whose rules leave the summing to us."""

WRITES = ("store", "accumulate")


def contributions(
    b: Builder, node: Node, y_bar: Any, active: Sequence[bool], shapes: Shapes
) -> Iterator[tuple[int, Atom]]:
    """(position of an active operand, what the op adds to its adjoint), written with `b`. `y_bar`: a tuple of several results' adjoints."""
    op = row(node.op)
    if op.kind == "elementwise":
        found = _elementwise(b, op, node, y_bar, active)
    else:
        found = _by_rule(b, op, node, y_bar)
    for position, value in found:
        if active[position] and value is not None:
            operand = node.args[position]
            if op.kind == "elementwise":
                if not (isinstance(operand.type, Unknown) and shapes.fits(node, operand)):
                    value = fit(b, value, operand, [a.type for a in node.args if not shapes.same(a, operand)])
            elif node.op in WRITES and isinstance(operand.type, Unknown) and shapes.fills(node):
                value = unfitted(b, value, operand)
            elif position in BROADCASTS.get(node.op, ()) and not shapes.is_number(node.out) and not shapes.fits(node, operand):
                value = fit(b, value, operand, [value.type])
            yield position, same_dtype(b, value, operand.type)


def _elementwise(b: Builder, op: Op, node: Node, y_bar: Atom, active: Sequence[bool]) -> Iterator[tuple[int, Atom | None]]:
    partials = partials_of(b, op, node)
    for position, partial in enumerate(partials):
        if active[position]:
            yield position, conjugated(b, op, scale(b, y_bar, partial, is_singular(op, node)))


def conjugated(b: Builder, op: Op, value: Atom | None) -> Atom | None:
    """What an op that conjugates gives on, or takes in."""
    return b.emit("conjugate", value) if value is not None and op.antilinear and not _is_real(value.type) else value


def _is_real(type: Type) -> bool:
    return isinstance(type, (Array, Scalar)) and not is_complex(type)


def partials_of(b: Builder, op: Op, node: Node) -> tuple[Atom | None, ...]:
    """The partial derivatives of an elementwise result, one for each operand."""
    found = trace(b, op.rule, node.out, *node.args, **node.attrs)
    return found if isinstance(found, tuple) else (found,)


def is_singular(op: Op, node: Node) -> bool:
    """Whether an infinite partial may meet an adjoint of zero. Python's own form may have raised there."""
    weak = isinstance(node.out.type, Scalar) and node.out.type.weak
    singular = op.singular(*node.args) if callable(op.singular) else op.singular
    return singular and not (weak and op.pole_raises)


def _by_rule(b: Builder, op: Op, node: Node, y_bar: Any) -> Iterator[tuple[int, Atom | None]]:
    known: tuple[Any, ...] = ((node.outs if op.results else node.out),) if op.kind == "general" else ()
    found = trace(b, op.rule, y_bar, *known, *node.args, **node.attrs)
    yield from enumerate(found if isinstance(found, tuple) else (found,))


def scale(b: Builder, y_bar: Atom, partial: Atom | None, singular: bool) -> Atom | None:
    """y_bar * partial as a person would write it; None for zero."""
    if partial is None or (isinstance(partial, Const) and partial.value == 0):
        return None
    if isinstance(partial, Const) and partial.value in (1, -1):
        return y_bar if partial.value == 1 else b.emit("neg", y_bar)
    made = b.makers.get(partial)
    if made is not None and made.op == "neg":
        inner = scale(b, y_bar, made.args[0], singular)
        return None if inner is None else b.emit("neg", inner)
    if is_truth(partial, made):
        return b.emit("where", partial, y_bar, const(0.0))  # a truth selects: nothing where it is false, whatever y_bar is
    if singular:
        return b.emit("masked", y_bar, partial)
    if made is not None and made.op == "div" and isinstance(made.args[0], Const) and made.args[0].value == 1:
        return b.emit("div", y_bar, made.args[1])
    return b.emit("mul", y_bar, partial)


def is_truth(value: Atom, made: Node | None) -> bool:
    """Whether a value made by this node is a truth or an array of them."""
    if isinstance(value.type, (Array, Scalar)):
        return value.type.dtype == "bool"
    return made is not None and row(made.op).result == "bool"


def fit(b: Builder, value: Atom, operand: Atom, others: Sequence[Type]) -> Atom:
    """`value` summed down to the shape of `operand`, where broadcasting with `others` may have widened it."""
    if isinstance(value.type, Unknown) or isinstance(operand.type, Unknown):
        if all(rank(type) == 0 for type in others):
            return value
        return b.emit("sum", value) if rank(operand.type) == 0 else b.emit("unbroadcast", value, operand)
    if not isinstance(value.type, Array):
        return value if not isinstance(operand.type, Array) else broadcast_like(b, value, operand)
    if isinstance(operand.type, Array) and not _widened(operand.type, others):
        return value
    return b.emit("unbroadcast", value, operand)


def unfitted(b: Builder, value: Atom, operand: Atom) -> Atom:
    """The value that was summed down to the shape of `operand`, which it has."""
    made = b.makers.get(value)
    return made.args[0] if made is not None and made.op == "unbroadcast" and made.args[1] is operand else value


def _widened(operand: Array, others: Sequence[Type]) -> bool:
    """Whether broadcasting with these types may give more elements than the operand has."""
    theirs = broadcast_dims(*map(dims_of, others))
    if len(theirs) > operand.rank:
        return True
    mine = operand.dims[operand.rank - len(theirs) :] if theirs else ()
    return any(m != MANY and t != ONE for m, t in zip(mine, theirs, strict=True))


def broadcast_like(b: Builder, value: Atom, like: Atom) -> Atom:
    """A number or array spread over the shape of `like`."""
    if isinstance(like.type, Unknown):
        return b.emit("broadcast_like", value, like)
    return b.emit("broadcast_to", value, *(b.emit("dim", like, axis=k) for k in range(rank(like.type) or 0)))


def same_dtype(b: Builder, value: Atom, like: Type) -> Atom:
    """The adjoint of an f32 value is f32, whatever it was computed with; that of a real one real (`difflang/ops/complexes.py`)."""
    if is_complex(value.type) and isinstance(like, (Array, Scalar)) and not is_complex(like):
        value = b.emit("real", value)
    if isinstance(value.type, (Array, Scalar)) and isinstance(like, (Array, Scalar)) and value.type.dtype != like.dtype:
        return b.emit("cast", value, dtype=like.dtype, weak=False)
    return value


def zero(b: Builder, value: Atom) -> Atom:
    """The adjoint or tangent of a value that nothing touched."""
    if isinstance(value.type, (Array, Unknown)):
        return b.emit("zeros_like", value, dtype=None, hint=f"{_name(value)}_bar" if b.role == "adjoint" else "")
    if isinstance(value.type, Stack) and value.type.listed:
        return b.emit("zero_items", value, hint=f"{_name(value)}_bar" if b.role == "adjoint" else "")
    if isinstance(value.type, Stack):
        return b.emit("stack_new", element=value.type.element)
    return const(0j) if is_complex(value.type) else const(0.0)


def sum_of(b: Builder, one: Atom, other: Atom, hint: str) -> Atom:
    """The sum of two adjoints, of lists item by item."""
    return added_items(b, one, other, hint) if isinstance(one.type, Stack) else b.emit("add", one, other, hint=hint)


def added_items(b: Builder, one: Atom, other: Atom, hint: str) -> Atom:
    """The first list with the items of the second added to its own, one by one."""
    k, held = Var("k", INT), Var(hint, one.type)
    inner = Builder(b.place, b.role)
    total = sum_of(inner, inner.emit("item", held, k), inner.emit("item", other, k), "total")
    after = inner.emit("set_item", held, total, k, hint=hint)
    out = Var(hint, one.type)
    b.node("for", (const(0), b.emit("count", one), const(1), one), (out,), [inner.region((k, held), (after,))])
    return out


def open_type(node: Node, function: Function) -> NotDifferentiable:
    """The refusal of an op whose derivative is another one for each rank."""
    return NotDifferentiable(
        "DL019",
        f"the derivative of {node.op} depends on types that are not known",
        node.place,
        "give the argument types: dl.source(g, x, w), a dl.spec, or annotations",
        function.origin,
    )


def _name(value: Atom) -> str:
    return value.hint if isinstance(value, Var) else "x"
