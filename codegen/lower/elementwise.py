"""Elementwise ops: on arrays as expressions to be fused, on numbers at once with Python's faults and overflow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from difflang.errors import IntegerOverflow
from difflang.ir import Const, Node
from difflang.op import row
from difflang.types import Array, Nothing, Scalar

from ..arrays import Apply
from .loops import broadcast
from .lower import JOINING, Lowering, dtype_of, handles
from .ranges import EVERYTHING, arithmetic
from .scalars import element, run, traced, traced_fault
from .weak import fit_ints
from ..writer import Site

_OVERFLOW = {"add": "sadd", "sub": "ssub", "mul": "smul"}


@handles("elementwise")
def lower_elementwise(low: Lowering, node: Node) -> None:
    if isinstance(node.out.type, Array) and node.out not in low.stack[-1].fusion.lazy:
        fit_ints(low, node)
        low.joint.assign(node.out, apply(low, node), low.hushed)
        return
    with low.hush(node):
        fit_ints(low, node)
        if isinstance(node.out.type, Array):
            low.env[node.out] = apply(low, node)
        else:
            low.env[node.out] = number(low, node)


JOINING.append(lower_elementwise)


def apply(low: Lowering, node: Node) -> Apply:
    """The op on arrays, not computed yet; shapes are checked now."""
    assert isinstance(node.out.type, Array)
    operands = [None if isinstance(a.type, Nothing) else low.expr(a) for a in node.args]
    kinds, dims, plans = broadcast(low, [o for o in operands if o is not None])
    types = tuple(a.type for a in node.args)
    faults = tuple(k for k, fault in enumerate(row(node.op).faults) if fault.flavor == "numpy")
    return Apply(node.out.type.dtype, kinds, dims, node.op, node.attrs, tuple(operands), types, tuple(plans), faults, low.place)


def number(low: Lowering, node: Node) -> str:
    """The op on numbers."""
    result = node.out.type
    assert isinstance(result, Scalar)
    operands = [None if isinstance(a.type, Nothing) else (low.scalar(a), dtype_of(a.type)) for a in node.args]
    value = _checked(low, node, result)
    if value is None:
        value = element(low.w, node.op, node.attrs, operands, [a.type for a in node.args], result.dtype, result.weak)
    _ask(low, node, [(value, result.dtype), *operands], "python" if result.weak else "numpy")
    return value


def _ask(low: Lowering, node: Node, given: Sequence[tuple[str, str] | None], flavor: str) -> None:
    """Leave with the fault of this flavor that holds for (result, *operands)."""
    w = low.w
    dtypes = tuple(None if one is None else one[1] for one in given)
    values = [None if one is None else one[0] for one in given]
    all_faults = row(node.op).faults
    asked = [(all_faults[k], traced_fault(node.op, k, dtypes)) for k in range(len(all_faults)) if all_faults[k].flavor == flavor]
    asked = [(fault, trace) for fault, trace in asked if not (isinstance(trace.result, Const) and trace.result.value is False)]
    for suspect, group in groupby(asked, key=lambda each: each[0].suspect):
        doubt = "true" if suspect is None else run(w, traced(suspect, dtypes), values, "bool")
        with w.where(doubt):
            for fault, trace in group:
                w.fail_if(run(w, trace, values, "bool"), Site(fault.error, fault.message, 0, low.place))


def _checked(low: Lowering, node: Node, result: Scalar) -> str | None:
    """Arithmetic of Python ints, which must not leave 64 bits; None where the plain form is right."""
    if not result.weak or result.dtype != "i64":
        return None
    if any(dtype_of(a.type)[0] == "f" for a in node.args if not isinstance(a.type, Nothing)):
        return None
    if node.op in ("maximum", "minimum") and all(dtype_of(a.type) == "i64" for a in node.args):
        x, y = (low.scalar(a) for a in node.args)
        low.ranges.learn(node.out, arithmetic(node.op, [low.ranges.of(a) for a in node.args]) or EVERYTHING)
        return low.w.greatest(x, y) if node.op == "maximum" else low.w.least(x, y)
    interval = arithmetic(node.op, [low.ranges.of(a) for a in node.args if not isinstance(a.type, Nothing)])
    if interval is not None and low.ranges.learn(node.out, interval):
        if node.op in _OVERFLOW:
            x, y = (low.scalar(a, "i64") for a in node.args)
            return low.w.pure(f"{node.op} nsw i64 {x}, {y}")
        return None
    if interval is None and node.op not in ("pow", "lshift", "square"):
        return None
    return _tested(low, node)


def _tested(low: Lowering, node: Node) -> str | None:
    """The op with its overflow tested."""
    w = low.w
    values = [low.scalar(a, "i64") for a in node.args]
    site = Site(IntegerOverflow, "an integer left the range of 64 bits", 0, low.place)
    if node.op in _OVERFLOW and low.assumed is not None and (found := low.assumed.fits(node.op, *values)) is not None:
        return found
    if node.op == "neg" or node.op == "abs":
        w.fail_if(w.let(f"icmp eq i64 {values[0]}, {-(2**63)}"), site)
        return None
    if node.op in ("pow", "lshift"):
        w.module.helpers.add("dl_ipow_checked" if node.op == "pow" else "dl_shl_checked")
        name = "dl_ipow_checked" if node.op == "pow" else "dl_shl_checked"
        pair = w.let(f"call {{ i64, i1 }} @{name}(i64 {values[0]}, i64 {values[1]})")
    elif node.op in _OVERFLOW or node.op == "square":
        name = f"llvm.{_OVERFLOW.get(node.op, 'smul')}.with.overflow.i64"
        w.module.declare(name, f"declare {{ i64, i1 }} @{name}(i64, i64)")
        pair = w.let(f"call {{ i64, i1 }} @{name}(i64 {values[0]}, i64 {values[-1]})")
    else:
        return None
    w.fail_if(w.let(f"extractvalue {{ i64, i1 }} {pair}, 1"), site)
    return w.let(f"extractvalue {{ i64, i1 }} {pair}, 0")
