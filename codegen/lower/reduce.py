"""Reductions: sum prod mean var std max min any all, and `unbroadcast`. One loop nest, what they read fused into it.

The order is fixed and the same on every machine. Along the last axis, and along all axes of contiguous arrays taken
as one: in runs of at most 1024 elements, each with 16 interleaved partial sums that a tree combines, the rest of the
run added after (`kernels.py`); the runs one after the other. Along other axes: one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from difflang.ir import Node
from difflang.types import ONE, Array, Scalar, Type

from ..arrays import Apply, Axis, Desc, Element, Expr, Index, Uniform, c_strides, in_dtype, load, size, store
from .loops import assign, both, choose, counting, flat, nest, versions
from .lower import Lowering, dtype_of, handles
from ..memory import fresh
from ..outline import outlined
from .scalars import convert, element
from .short import LANES, combine, identity, short_rows
from ..writer import MEMORY, REGISTER, SIZE, Site, Writer, literal

RUN = 1024


def axes_of(node: Node, rank: int) -> tuple[int, ...]:
    axis = node.attrs.get("axis")
    if axis is None:
        return tuple(range(rank))
    return tuple(sorted(axis)) if isinstance(axis, tuple) else (axis,)


@handles("sum", "prod", "max", "min", "any", "all")
def lower_reduction(low: Lowering, node: Node) -> None:
    x = low.expr(node.args[0])
    axes = axes_of(node, x.rank)
    if node.op in ("max", "min"):
        _not_empty(low, node.op, x, axes)
    _bind(low, node, reduce(low, node.op, x, axes, dtype_of(node.out.type)), axes)


def _not_empty(low: Lowering, op: str, x: Expr, axes: Sequence[int]) -> None:
    name = {"max": "maximum", "min": "minimum"}[op]
    for axis in axes:
        if x.kinds[axis] != ONE:
            empty = low.w.let(f"icmp eq i64 {x.dims[axis]}, 0")
            text = f"zero-size array to reduction operation {name} which has no identity"
            low.w.fail_if(empty, Site(ValueError, text, 0, low.place))


def _bind(low: Lowering, node: Node, value: str | Desc, axes: Sequence[int]) -> None:
    """The result, with axes of size one where they are kept. Results in memory are the node's own."""
    type = node.out.type
    if isinstance(value, str):
        if isinstance(type, Array):
            one = Uniform(type.dtype, type.dims, ("1",) * type.rank, value)
            assign(low.w, low.new_array(node.out, one.dims), one)
        else:
            low.env[node.out] = value
        return
    assert isinstance(type, Array)
    dims, strides, rest = [], [], list(zip(value.dims, value.strides, strict=True))
    for k in range(type.rank):
        kept = not (node.attrs.get("keepdims") and k in axes)
        dim, stride = rest.pop(0) if kept else ("1", "0")
        dims.append("1" if type.dims[k] == ONE else dim)
        strides.append(stride)
    memory = low.memory(node.out)
    low.env[node.out] = Desc(
        value.dtype, type.dims, tuple(dims), value.data, value.block, c_strides(low.w, value.dtype, dims), memory, True
    )


def reduce(low: Lowering, op: str, x: Expr, axes: Sequence[int], dtype: str) -> str | Desc:
    """A number where all axes go, else a fresh array of the axes kept."""
    if len(axes) == x.rank:
        return total(low, op, x, dtype)
    kept = [k for k in range(x.rank) if k not in axes]
    target = fresh(low, dtype, [x.kinds[k] for k in kept], [x.dims[k] for k in kept], low.new_memory())
    if x.rank - 1 in axes:
        _inner(low, op, x, axes, kept, target)
    else:
        _outer(low, op, x, kept, target)
    return target


def total(low: Lowering, op: str, x: Expr, dtype: str) -> str:
    """All elements to one number."""
    w = low.w
    if x.rank == 0 or set(x.kinds) <= {ONE}:
        return in_dtype(x, Element(w), ("0",) * x.rank, dtype)
    result = w.alloca(MEMORY[dtype] if dtype != "bool" else "i1")
    begin = f"store {REGISTER[dtype]} {identity(op, dtype)}, ptr {result}"
    if flat([x], x.rank):
        whole = size(w, x.dims)
        with outlined(w, [x]):
            w.do(begin)
            run(low, op, x, whole, lambda j: (Element(w, flat=True), (j,)), result, dtype)
        return w.let(f"load {REGISTER[dtype]}, ptr {result}")

    def code(fast: bool) -> None:
        with outlined(w, [x]):
            w.do(begin)
            row = partial(_row, low, op, x, fast, result, dtype)
            nest(w, x.dims[:-1], row)

    versions(w, [x], code)
    return w.let(f"load {REGISTER[dtype]}, ptr {result}")


def _row(low: Lowering, op: str, x: Expr, fast: bool, result: str, dtype: str, outer: Index) -> None:
    """The run of one row."""
    run(low, op, x, x.dims[-1], lambda j: (Element(low.w, fast=fast), (*outer, j)), result, dtype)


def _inner(low: Lowering, op: str, x: Expr, axes: Sequence[int], kept: Sequence[int], target: Desc) -> None:
    """The last axis goes. Runs that are added up one after the other anyway are short: many of them side by side."""
    if target.dtype == "f16":
        _long_rows(low, op, x, axes, kept, target)
        return
    short = low.w.pure(f"icmp slt i64 {x.dims[-1]}, {LANES}")
    choose(
        low.w, short, lambda: short_rows(low, op, x, axes, kept, target), lambda: _long_rows(low, op, x, axes, kept, target)
    )


def _long_rows(low: Lowering, op: str, x: Expr, axes: Sequence[int], kept: Sequence[int], target: Desc) -> None:
    """Each result is summed up in turn."""
    w, dtype = low.w, target.dtype
    slot = w.alloca(REGISTER[dtype])
    outer_axes = [a for a in axes if a != x.rank - 1]

    def one(fast: bool, at: Index) -> None:
        w.do(f"store {REGISTER[dtype]} {identity(op, dtype)}, ptr {slot}")
        index = [""] * x.rank
        for k, i in zip(kept, at, strict=True):
            index[k] = i

        def row(more: Index) -> None:
            for k, i in zip(outer_axes, more, strict=True):
                index[k] = i
            known = tuple(index[:-1])
            run(low, op, x, x.dims[-1], lambda j: (Element(w, fast=fast), (*known, j)), slot, dtype)

        nest(w, [x.dims[a] for a in outer_axes], row)
        e = Element(w)
        store(w, target, target.address(e, at), w.let(f"load {REGISTER[dtype]}, ptr {slot}"))

    def code(fast: bool) -> None:
        with outlined(w, [x], (target,)):
            nest(w, target.dims, lambda at: one(fast, at))

    versions(w, [x], code)


def _outer(low: Lowering, op: str, x: Expr, kept: Sequence[int], target: Desc) -> None:
    """The last axis stays: whole rows are added up, which vectorises."""
    w, dtype = low.w, target.dtype
    assign(w, target, Uniform(dtype, target.kinds, target.dims, identity(op, dtype)))

    def body(fast: bool, index: Index) -> None:
        e = Element(w, fast=fast)
        value = in_dtype(x, e, index, dtype)
        pointer = target.address(Element(w), tuple(index[k] for k in kept))
        store(w, target, pointer, combine(w, op, load(w, target, pointer), value, dtype))

    _nests(w, x, target, body)


def _nests(w: Writer, x: Expr, target: Desc, body: Callable[[bool, Index], None]) -> None:
    """A nest over all of x that adds to the target."""

    def code(fast: bool) -> None:
        with outlined(w, [x], (target,)):
            nest(w, x.dims, lambda index: body(fast, index))

    versions(w, [x], code)


def run(low: Lowering, op: str, x: Expr, count: str, at: object, result: str, dtype: str) -> None:
    """Combine a run of `count` elements into `result`; `at(j)` says how element j is reached."""
    w = low.w
    type = REGISTER[dtype]
    if dtype == "f16":  # as NumPy: a run is added up in float32 and rounded once
        wide = w.alloca("float")
        w.do(f"store float {convert(w, w.let(f'load half, ptr {result}'), 'f16', 'f32')}, ptr {wide}")
        run(low, op, x, count, at, wide, "f32")
        w.do(f"store half {convert(w, w.let(f'load float, ptr {wide}'), 'f32', 'f16')}, ptr {result}")
        return
    if op not in ("sum", "max", "min") or dtype[0] != "f":
        with counting(w, count) as j:
            e, index = at(j)  # type: ignore[operator]
            value = in_dtype(x, e, index, dtype)
            w.do(f"store {type} {combine(w, op, w.let(f'load {type}, ptr {result}'), value, dtype)}, ptr {result}")
        return
    kernel = w.module.need(f"dl_{op}_{dtype}")
    if isinstance(x, Desc) and x.dtype == dtype:
        e, index = at("0")  # type: ignore[operator]
        if e.flat or x.unit or (e.fast and x.speculated):
            pointer = x.address(e, index)
            _add(low, op, w.let(f"call {type} {kernel}(ptr {pointer}, i64 {count})"), result, dtype)
            return
    buffer = w.alloca(f"[{RUN} x {type}]", 64)
    runs = w.let(f"lshr i64 {w.let(f'add i64 {count}, {RUN - 1}')}, 10")
    with counting(w, runs, "run") as r:
        first = w.let(f"shl nuw nsw i64 {r}, 10")
        rest = w.let(f"sub i64 {count}, {first}")
        part = w.let(f"select i1 {w.let(f'icmp slt i64 {rest}, {RUN}')}, i64 {rest}, i64 {RUN}")
        memory = low.new_memory()
        chunk = Desc(dtype, ("n",), (part,), buffer, "null", (str(SIZE[dtype]),), memory, True)
        with counting(w, part, "j") as j:
            e, index = at(w.let(f"add nuw nsw i64 {first}, {j}"))  # type: ignore[operator]
            store(w, chunk, chunk.address(Element(w), (j,)), in_dtype(x, e, index, dtype))
        _add(low, op, w.let(f"call {type} {kernel}(ptr {buffer}, i64 {part})"), result, dtype)


def _add(low: Lowering, op: str, value: str, result: str, dtype: str) -> None:
    w, type = low.w, REGISTER[dtype]
    w.do(f"store {type} {combine(w, op, w.let(f'load {type}, ptr {result}'), value, dtype)}, ptr {result}")


def count(low: Lowering, x: Expr, axes: Sequence[int], dtype: str) -> str:
    """How many elements go into one, as a float."""
    return convert(low.w, size(low.w, [x.dims[a] for a in axes]), "i64", dtype)


@handles("mean", "var", "std")
def lower_moments(low: Lowering, node: Node) -> None:
    x = low.expr(node.args[0])
    axes = axes_of(node, x.rank)
    dtype = dtype_of(node.out.type)
    counted = "f64" if dtype == "f16" else dtype
    number = count(low, x, axes, counted)
    if node.op == "mean" and dtype == "f16":  # NumPy's adds up in float32
        _bind(low, node, _narrowed(low, _over(low, reduce(low, "sum", x, axes, "f32"), count(low, x, axes, "f32"), "f32"), "f16"), axes)
        return
    middle = _over(low, reduce(low, "sum", x, axes, dtype), number, dtype)
    if node.op == "mean":
        _bind(low, node, middle, axes)
        return
    square = _squares(low, x, middle, axes, dtype)
    freedom = low.w.let(f"fsub {REGISTER[counted]} {number}, {literal(node.attrs.get('ddof', 0), counted)}")
    below = low.w.let(f"fcmp olt {REGISTER[counted]} {freedom}, 0.0")
    freedom = low.w.let(f"select i1 {below}, {REGISTER[counted]} 0.0, {REGISTER[counted]} {freedom}")
    spread = _over(low, reduce(low, "sum", square, axes, dtype), freedom, dtype)
    if isinstance(middle, Desc):
        low.temporaries.append(middle)
    _bind(low, node, _root(low, spread, dtype) if node.op == "std" else spread, axes)


def _narrowed(low: Lowering, value: str | Desc, dtype: str) -> str | Desc:
    """A result that was computed in float32."""
    if isinstance(value, str):
        return convert(low.w, value, "f32", dtype)
    target = fresh(low, dtype, value.kinds, value.dims, low.new_memory())
    assign(low.w, target, value)
    low.temporaries.append(value)
    return target


def _over(low: Lowering, value: str | Desc, number: str, dtype: str) -> str | Desc:
    """Divided by a number, in place. Float16 is divided in float64, as NumPy divides it by an int64."""
    w = low.w
    if dtype == "f16":
        if isinstance(value, str):
            return convert(w, w.let(f"fdiv double {convert(w, value, dtype, 'f64')}, {number}"), "f64", dtype)
        kinds: tuple[Type, ...] = (Scalar(dtype), Scalar("f64"))
        axes = tuple(Axis(k) for k in range(value.rank))
        wide = Apply("f64", value.kinds, value.dims, "div", {}, (value, Uniform("f64", (), (), number)), kinds, (axes, ()))
        assign(w, value, wide)
        return value
    if isinstance(value, str):
        return element(w, "div", {}, [(value, dtype), (number, dtype)], [Scalar(dtype)] * 2, dtype)
    divisor = Uniform(dtype, (), (), number)
    types: tuple[Type, ...] = (Scalar(dtype), Scalar(dtype))
    plan = tuple(Axis(k) for k in range(value.rank))
    assign(w, value, Apply(dtype, value.kinds, value.dims, "div", {}, (value, divisor), types, (plan, ())))
    return value


def _root(low: Lowering, value: str | Desc, dtype: str) -> str | Desc:
    w = low.w
    if isinstance(value, str):
        return element(w, "sqrt", {}, [(value, dtype)], [Scalar(dtype)], dtype)
    plan = tuple(Axis(k) for k in range(value.rank))
    assign(w, value, Apply(dtype, value.kinds, value.dims, "sqrt", {}, (value,), (Scalar(dtype),), (plan,)))
    return value


def _squares(low: Lowering, x: Expr, middle: str | Desc, axes: Sequence[int], dtype: str) -> Expr:
    """(x - mean)**2, to be summed."""
    mean: Expr = Uniform(dtype, (), (), middle) if isinstance(middle, str) else middle
    kept = [k for k in range(x.rank) if k not in axes]
    plan = tuple(Axis(k) for k in kept) if mean.rank else ()
    same = tuple(Axis(k) for k in range(x.rank))
    types: tuple[Type, ...] = (Scalar(x.dtype), Scalar(dtype))
    away = Apply(dtype, x.kinds, x.dims, "sub", {}, (x, mean), types, (same, plan))
    return Apply(dtype, x.kinds, x.dims, "square", {}, (away,), (Scalar(dtype),), (same,))


@handles("unbroadcast")
def lower_unbroadcast(low: Lowering, node: Node) -> None:
    """Summed down to the shape of `like`: axes that are open there are summed or kept as the run shows."""
    x, type = low.expr(node.args[0]), node.out.type
    kinds = low.expr(node.args[1]).kinds if isinstance(node.args[1].type, Array) else ()
    dims = low.dims(node.args[1])
    lead = x.rank - len(kinds)
    gone = list(range(lead)) + [lead + k for k, kind in enumerate(kinds) if kind == ONE and x.kinds[lead + k] != ONE]
    maybe = [k for k, kind in enumerate(kinds) if kind not in (ONE, "n") and x.dims[lead + k] != dims[k]]
    if not isinstance(type, Array):
        low.env[node.out] = total(low, "sum", x, dtype_of(type)) if x.rank else low.scalar(node.args[0])
        return
    if not maybe and not gone:
        assign(low.w, low.new_array(node.out, x.dims), x)
        return
    if not maybe:
        value = reduce(low, "sum", x, gone, type.dtype)
        if isinstance(value, str):
            value_ = Uniform(type.dtype, type.dims, ("1",) * type.rank, value)
            assign(low.w, low.new_array(node.out, value_.dims), value_)
            return
        out = tuple("1" if kind == ONE else x.dims[lead + k] for k, kind in enumerate(kinds))
        strides = c_strides(low.w, type.dtype, out)
        low.env[node.out] = Desc(type.dtype, type.dims, out, value.data, value.block, strides, low.memory(node.out), True)
        return
    _sum_open(low, node, x, kinds, dims, lead, bool(gone))


def _sum_open(low: Lowering, node: Node, x: Expr, kinds: Sequence[str], dims: Sequence[str], lead: int, gone: bool) -> None:
    """Which axes go is known only now. Mostly none: x as it stands."""
    w = low.w
    out = tuple("1" if kind == ONE else dim for kind, dim in zip(kinds, dims, strict=True))
    target = low.new_array(node.out, out)
    if gone:
        _spread(w, x, kinds, target, lead)
        return
    same = both(w, [w.pure(f"icmp eq i64 {own}, {theirs}") for own, theirs in zip(x.dims, out, strict=True) if own != theirs])
    choose(w, same, lambda: assign(w, target, x), lambda: _spread(w, x, kinds, target, lead))


def _spread(w: Writer, x: Expr, kinds: Sequence[str], target: Desc, lead: int) -> None:
    """Every element is added at its index, or at 0 along an axis of size one."""
    out = target.dims
    assign(w, target, Uniform(target.dtype, target.kinds, out, literal(0, target.dtype)))
    masks = []
    for k, kind in enumerate(kinds):
        single = w.let(f"icmp eq i64 {out[k]}, 1") if kind not in (ONE, "n") else ""
        masks.append(w.let(f"select i1 {single}, i64 0, i64 -1") if single else "")

    def body(fast: bool, index: Index) -> None:
        value = in_dtype(x, Element(w, fast=fast), index, target.dtype)
        at = tuple(
            "0" if kinds[k] == ONE else w.let(f"and i64 {index[lead + k]}, {masks[k]}") if masks[k] else index[lead + k]
            for k in range(len(kinds))
        )
        pointer = target.address(Element(w), at)
        store(w, target, pointer, combine(w, "sum", load(w, target, pointer), value, target.dtype))

    _nests(w, x, target, body)
