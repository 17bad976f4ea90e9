"""Ops of order: sort, argsort, search in sorted numbers, positions of what is true, extremes so far; sliding sums."""

from __future__ import annotations

from collections.abc import Callable

from difflang.ir import Node
from difflang.types import Array, Scalar, promote

from ..arrays import Desc, Element, Expr, Index, in_dtype, load, size, store
from ..memory import fresh
from ..network import room as needed
from ..writer import MEMORY, REGISTER, Writer, literal
from .gather import trues
from .loops import assign, counting, nest
from .lower import Lowering, dtype_of, handles
from .scalars import element, select


def _lines(low: Lowering, x: Expr, axis: int, line: Callable[[Callable[[str], Index]], None]) -> None:
    """`line(at)` for every line along an axis; at(k) is the index of its element k."""
    others = [dim for k, dim in enumerate(x.dims) if k != axis]
    nest(low.w, others, lambda rest: line(lambda k: (*rest[:axis], k, *rest[axis:])))


def _room(low: Lowering, dtype: str, count: str) -> Desc:
    """Memory of one line that is released after this node."""
    found = fresh(low, dtype, ("n",), (count,), low.new_memory())
    low.temporaries.append(found)
    return found


@handles("ordered", "order")
def lower_order(low: Lowering, node: Node) -> None:
    """Line by line: a copy side by side, sorted, put where it belongs."""
    w, x = low.w, low.expr(node.args[0])
    axis, count = node.attrs["axis"], low.dims(node.args[0])[node.attrs["axis"]]
    keys = _room(low, x.dtype, count)
    number = node.op == "order"
    sorted_ = _room(low, "i64", count) if number else keys
    room = _room(low, sorted_.dtype, needed(w, "order" if number else "sort", x.dtype, count))
    target = low.new_array(node.out, x.dims)
    kernel = w.module.need(f"dl_{'order' if number else 'sort'}_{x.dtype}")

    def line(at: Callable[[str], Index]) -> None:
        with counting(w, count) as k:
            e = Element(w)
            store(w, keys, keys.address(e, (k,)), in_dtype(x, e, at(k), x.dtype))
            if number:
                store(w, sorted_, sorted_.address(e, (k,)), k)
        w.do(f"call void {kernel}(ptr {keys.data}, ptr {sorted_.data}, ptr {room.data}, i64 {count})")
        with counting(w, count) as k:
            e = Element(w)
            store(w, target, target.address(e, at(k)), sorted_.at(e, (k,)))

    _lines(low, x, axis, line)


@handles("search")
def lower_search(low: Lowering, node: Node) -> None:
    """A binary search for each number, in the dtype that both are brought to."""
    w = low.w
    common = promote(*(a.type for a in node.args))
    assert isinstance(common, Scalar)
    dtype = common.dtype
    a, v = low.expr(node.args[0]), low.expr(node.args[1])
    a = _side_by_side(low, a, dtype)
    right = "true" if node.attrs["side"] == "right" else "false"
    if isinstance(node.out.type, Array):
        target = low.new_array(node.out, v.dims)
        given, kernel = _side_by_side(low, v, dtype), w.module.need(f"dl_searches_{dtype}")
        w.do(f"call void {kernel}(ptr {a.data}, i64 {a.dims[0]}, ptr {given.data}, ptr {target.data}, i64 {size(w, v.dims)}, i1 {right})")
        return
    value = in_dtype(v, Element(w), ("0",) * v.rank, dtype)
    if dtype == "bool":
        value = w.let(f"zext i1 {value} to i8")
    kernel = w.module.need(f"dl_search_{dtype}")
    low.env[node.out] = w.let(f"call i64 {kernel}(ptr {a.data}, i64 {a.dims[0]}, {MEMORY[dtype]} {value}, i1 {right})")


@handles("positions")
def lower_positions(low: Lowering, node: Node) -> None:
    x = low.expr(node.args[0])
    if any(True for _ in x.leaves()) and not isinstance(x, Desc):
        x = low.temporary(x)
    trues(low, x, lambda count: low.new_array(node.out, (count,)))


@handles("cumargmax", "cumargmin")
def lower_running(low: Lowering, node: Node) -> None:
    """The position of the best so far; the first that is not a number stays."""
    w, x = low.w, low.expr(node.args[0])
    target, axis = low.new_array(node.out, x.dims), node.attrs["axis"]
    best, where = w.alloca(REGISTER[x.dtype]), w.alloca("i64")

    def line(at: Callable[[str], Index]) -> None:
        with counting(w, x.dims[axis]) as k:
            e = Element(w)
            value = x.at(e, at(k))
            old = w.let(f"load {REGISTER[x.dtype]}, ptr {best}")
            take = w.let(f"select i1 {w.let(f'icmp eq i64 {k}, 0')}, i1 true, i1 {_better(w, node.op, x.dtype, value, old)}")
            leader = w.let(f"select i1 {take}, i64 {k}, i64 {w.let(f'load i64, ptr {where}')}")
            w.do(f"store {REGISTER[x.dtype]} {select(w, take, value, old, x.dtype)}, ptr {best}")
            w.do(f"store i64 {leader}, ptr {where}")
            store(w, target, target.address(e, at(k)), leader)

    w.do(f"store {REGISTER[x.dtype]} {'0.0' if x.dtype[0] == 'f' else '0'}, ptr {best}")
    w.do(f"store i64 0, ptr {where}")
    _lines(low, x, axis, line)


def _better(w: Writer, op: str, dtype: str, value: str, old: str) -> str:
    """Whether a value is better than the best so far, or not a number where that is one."""
    type, up = REGISTER[dtype], op == "cumargmax"
    if dtype[0] == "f":
        better = w.let(f"fcmp {'ugt' if up else 'ult'} {type} {value}, {old}")
        return w.let(f"and i1 {better}, {w.let(f'fcmp ord {type} {old}, {old}')}")
    sign = "u" if dtype == "bool" or dtype[0] == "u" else "s"
    return w.let(f"icmp {sign}{'gt' if up else 'lt'} {type} {value}, {old}")


@handles("slide")
def lower_slide(low: Lowering, node: Node) -> None:
    """For each place one product of two runs side by side."""
    w, dtype = low.w, dtype_of(node.out.type)
    x, weights = (_side_by_side(low, low.expr(a), dtype) for a in node.args)
    count = w.greatest(w.plus(w.let(f"sub i64 {x.dims[0]}, {weights.dims[0]}"), "1"), "0")
    target = low.new_array(node.out, (count,))
    with counting(w, count) as i:
        e = Element(w)
        if dtype in ("f64", "f32"):
            dot = w.module.need(f"dl_dot_{dtype}")
            start = x.address(e, (i,))
            store(
                w,
                target,
                target.address(e, (i,)),
                w.let(f"call {REGISTER[dtype]} {dot}(ptr {start}, ptr {weights.data}, i64 {weights.dims[0]})"),
            )
        else:
            _sum_here(low, x, weights, target, i)


def _side_by_side(low: Lowering, x: Expr, dtype: str) -> Desc:
    if isinstance(x, Desc) and x.dtype == dtype and x.contiguous:
        return x
    copy = fresh(low, dtype, x.kinds, x.dims, low.new_memory())
    low.temporaries.append(copy)
    assign(low.w, copy, x)
    return copy


def _sum_here(low: Lowering, x: Desc, weights: Desc, target: Desc, i: str) -> None:
    """One element of a sliding sum, term by term."""
    w, dtype = low.w, target.dtype
    scalar = Scalar(dtype)
    e = Element(w)
    pointer = target.address(e, (i,))
    store(w, target, pointer, literal(0, dtype))
    with counting(w, weights.dims[0]) as k:
        inner = Element(w)
        terms = [(x.at(inner, (w.let(f"add nsw i64 {i}, {k}"),)), dtype), (weights.at(inner, (k,)), dtype)]
        product = element(w, "mul", {}, terms, [scalar, scalar], dtype)
        total = element(w, "add", {}, [(load(w, target, pointer), dtype), (product, dtype)], [scalar, scalar], dtype)
        store(w, target, pointer, total)
