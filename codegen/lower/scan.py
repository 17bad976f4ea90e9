"""Ops that go along an axis in order: cumsum, argmax, argmin, recurrence."""

from __future__ import annotations

from difflang.ir import Node
from difflang.types import ONE, Array, Scalar

from ..arrays import Desc, Element, Expr, Index, c_strides, in_dtype, size, store
from .loops import counting, nest
from ..outline import outlined
from .lower import Lowering, dtype_of, handles
from .scalars import element, select
from ..writer import REGISTER, Site, Writer, literal


@handles("cumsum")
def lower_cumsum(low: Lowering, node: Node) -> None:
    """Running sums along an axis; without one over all elements in C order."""
    w, x = low.w, low.expr(node.args[0])
    assert isinstance(node.out.type, Array)
    dtype = node.out.type.dtype
    axis = node.attrs.get("axis")
    if axis is None and x.rank != 1:
        target = low.new_array(node.out, ("1",) if node.out.type.dims == (ONE,) else (size(w, x.dims),))
        shape = Desc(dtype, x.kinds, x.dims, target.data, "null", c_strides(w, dtype, x.dims), target.memory_ids, True)
        with outlined(w, [x], (target,)):
            sums = w.alloca(REGISTER[dtype])
            w.do(f"store {REGISTER[dtype]} {_zero(dtype)}, ptr {sums}")
            nest(w, x.dims, lambda index: _step(w, x, shape, sums, index))
        return
    axis = 0 if axis is None else axis
    target = low.new_array(node.out, x.dims)
    others = [dim for k, dim in enumerate(x.dims) if k != axis]
    with outlined(w, [x], (target,)):
        sums = w.alloca(REGISTER[dtype])

        def line(at: Index) -> None:
            w.do(f"store {REGISTER[dtype]} {_zero(dtype)}, ptr {sums}")
            with counting(w, x.dims[axis]) as k:
                _step(w, x, target, sums, (*at[:axis], k, *at[axis:]))

        nest(w, others, line)


def _zero(dtype: str) -> str:
    return literal(0, dtype)


def _step(w: Writer, x: Expr, target: Desc, sums: str, index: Index) -> None:
    dtype = target.dtype
    e = Element(w)
    old = w.let(f"load {REGISTER[dtype]}, ptr {sums}")
    kind = "fadd" if dtype[0] in "fc" else "add"
    new = w.let(f"{kind} {REGISTER[dtype]} {old}, {in_dtype(x, e, index, dtype)}")
    w.do(f"store {REGISTER[dtype]} {new}, ptr {sums}")
    store(w, target, target.address(e, index), new)


@handles("argmax", "argmin")
def lower_arg(low: Lowering, node: Node) -> None:
    """The first position of the greatest or least element; the first that is not a number wins."""
    w, x = low.w, low.expr(node.args[0])
    axis = node.attrs.get("axis")
    best, where = w.alloca(REGISTER[x.dtype]), w.alloca("i64")
    for dim in (x.dims[axis],) if axis is not None else x.dims:
        if dim.startswith("%"):
            text = f"attempt to get {node.op} of an empty sequence"
            w.fail_if(w.let(f"icmp eq i64 {dim}, 0"), Site(ValueError, text, 0, low.place))
    if axis is None or x.rank == 1:
        if isinstance(x, Desc) and x.dtype in ("f64", "f32") and (x.contiguous or (x.rank == 1 and x.unit)):
            _bind(low, node, _kernel(w, node.op, x, x.data, size(w, x.dims)))
            return
        steps = c_strides(w, "bool", x.dims)
        w.do(f"store i64 -1, ptr {where}")
        nest(w, x.dims, lambda index: _compare(w, node.op, x, index, _flat(w, index, steps), best, where))
        _bind(low, node, w.let(f"load i64, ptr {where}"))
        return
    kept = node.attrs.get("keepdims")
    others = [k for k in range(x.rank) if k != axis]
    dims = [("1" if k == axis else x.dims[k]) for k in range(x.rank) if kept or k != axis]
    target = low.new_array(node.out, dims)

    def line(at: Index) -> None:
        if isinstance(x, Desc) and x.dtype in ("f64", "f32") and axis == x.rank - 1 and x.unit:
            found = _kernel(w, node.op, x, x.address(Element(w), (*at, "0")), x.dims[axis])
        else:
            w.do(f"store i64 -1, ptr {where}")
            with counting(w, x.dims[axis]) as k:
                _compare(w, node.op, x, (*at[:axis], k, *at[axis:]), k, best, where)
            found = w.let(f"load i64, ptr {where}")
        index = (*at[:axis], "0", *at[axis:]) if kept else at
        store(w, target, target.address(Element(w), index), found)

    nest(w, [x.dims[k] for k in others], line)


def _kernel(w: Writer, op: str, x: Desc, pointer: str, count: str) -> str:
    """The place in a run of elements side by side: the extreme first, vectorised, then where it stands."""
    return w.let(f"call i64 {w.module.need(f'dl_{op}_{x.dtype}')}(ptr {pointer}, i64 {count})")


def _bind(low: Lowering, node: Node, value: str) -> None:
    type = node.out.type
    if isinstance(type, Array):
        target = low.new_array(node.out, ("1",) * type.rank)
        store(low.w, target, target.data, value)
    else:
        low.env[node.out] = value


def _flat(w: Writer, index: Index, steps: Index) -> str:
    total = "0"
    for i, step in zip(index, steps, strict=True):
        part = i if step == "1" or i == "0" else w.let(f"mul nsw i64 {i}, {step}")
        total = part if total == "0" else total if part == "0" else w.let(f"add nsw i64 {total}, {part}")
    return total


def _compare(w: Writer, op: str, x: Expr, index: Index, at: str, best: str, where: str) -> None:
    """Keep the better of the best so far and this element."""
    dtype, type = x.dtype, REGISTER[x.dtype]
    value = x.at(Element(w), index)
    old, place = w.let(f"load {type}, ptr {best}"), w.let(f"load i64, ptr {where}")
    first = w.let(f"icmp slt i64 {place}, 0")
    if dtype[0] == "f":  # not (value <= best) is true for what is not a number, too; nothing is better than that
        better = w.let(f"fcmp {'ugt' if op == 'argmax' else 'ult'} {type} {value}, {old}")
        better = w.let(f"and i1 {better}, {w.let(f'fcmp ord {type} {old}, {old}')}")
    else:
        sign = "u" if dtype[0] in "bu" else "s"
        better = w.let(f"icmp {sign}{'gt' if op == 'argmax' else 'lt'} {type} {value}, {old}")
    take = w.let(f"select i1 {first}, i1 true, i1 {better}")
    w.do(f"store {type} {select(w, take, value, old, dtype)}, ptr {best}")
    w.do(f"store i64 {select(w, take, at, place, 'i64')}, ptr {where}")


@handles("recurrence")
def lower_recurrence(low: Lowering, node: Node) -> None:
    """Row by row y[0] = b[0], y[k] = a[k] * y[k - 1] + b[k]."""
    w = low.w
    a, b = (low.array(arg) for arg in node.args)
    dtype = dtype_of(node.out.type)
    target = low.new_array(node.out, b.dims)
    last = w.alloca(REGISTER[dtype])
    scalar = Scalar(dtype)

    def line(at: Index) -> None:
        w.do(f"store {REGISTER[dtype]} {_zero(dtype)}, ptr {last}")
        with counting(w, b.dims[-1]) as k:
            e = Element(w)
            old = w.let(f"load {REGISTER[dtype]}, ptr {last}")
            factor, plus = in_dtype(a, e, (*at, k), dtype), in_dtype(b, e, (*at, k), dtype)
            product = element(w, "mul", {}, [(factor, dtype), (old, dtype)], [scalar, scalar], dtype)
            sum_ = element(w, "add", {}, [(product, dtype), (plus, dtype)], [scalar, scalar], dtype)
            new = select(w, w.let(f"icmp eq i64 {k}, 0"), plus, sum_, dtype)
            w.do(f"store {REGISTER[dtype]} {new}, ptr {last}")
            store(w, target, target.address(e, (*at, k)), new)

    nest(w, b.dims[:-1], line)
