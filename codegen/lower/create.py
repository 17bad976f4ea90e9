"""Arrays from sizes and numbers: computed where they are used, unless they are written into later."""

from __future__ import annotations

from collections.abc import Callable

from difflang.ir import Const, Node
from difflang.types import ONE, Array

from ..arrays import Expr, Formula, Index, Uniform
from .lower import Lowering, dtype_of, handles
from .ranges import SIZES
from .scalars import convert
from .weak import fit_int
from ..writer import REGISTER, Site, Writer, literal


def sizes(low: Lowering, node: Node, first: int = 0, last: int | None = None) -> Index:
    """The shape operands, checked."""
    w, dims = low.w, []
    for atom in node.args[first:last]:
        dim = low.scalar(atom, "i64")
        new = w.once(f"{dim} is a size")
        if new and low.ranges.of(atom)[0] < 0:
            w.fail_if(w.let(f"icmp slt i64 {dim}, 0"), Site(ValueError, "negative dimensions are not allowed", 0, low.place))
        if new and low.ranges.of(atom)[1] > SIZES[1]:
            absurd = w.let(f"icmp sgt i64 {dim}, {2**40}")
            w.fail_if(absurd, Site(MemoryError, "Unable to allocate an array with an axis of size %d", 1, low.place), (dim,))
        dims.append(dim)
    assert isinstance(node.out.type, Array)
    return tuple("1" if kind == ONE else dim for kind, dim in zip(node.out.type.dims, dims, strict=True))


def uniform(node: Node, dims: Index, value: str) -> Expr:
    assert isinstance(node.out.type, Array)
    return Uniform(node.out.type.dtype, node.out.type.dims, dims, value)


@handles("zeros", "ones", "empty")
def lower_constant(low: Lowering, node: Node) -> None:
    dtype = dtype_of(node.out.type)
    if node.op == "empty" and node.out not in low.stack[-1].fusion.lazy:
        low.new_array(node.out, sizes(low, node))
        return
    low.finish(node, uniform(node, sizes(low, node), literal(1 if node.op == "ones" else 0, dtype)))


@handles("full")
def lower_full(low: Lowering, node: Node) -> None:
    fit_int(low, node.args[0], dtype_of(node.out.type))
    low.finish(node, uniform(node, sizes(low, node, 1), low.scalar(node.args[0], dtype_of(node.out.type))))


@handles("zeros_like", "ones_like", "full_like", "empty_like")
def lower_like(low: Lowering, node: Node) -> None:
    dtype = dtype_of(node.out.type)
    if node.op == "full_like":
        fit_int(low, node.args[1], dtype)
    value = low.scalar(node.args[1], dtype) if node.op == "full_like" else literal(1 if node.op == "ones_like" else 0, dtype)
    if not isinstance(node.out.type, Array):
        low.env[node.out] = value
        return
    dims = tuple("1" if k == ONE else d for k, d in zip(node.out.type.dims, low.dims(node.args[0]), strict=True))
    if node.op == "empty_like" and node.out not in low.stack[-1].fusion.lazy:
        low.new_array(node.out, dims)
    else:
        low.finish(node, uniform(node, dims, value))


def _index(w: Writer, value: str, dtype: str) -> str:
    return convert(w, value, "i64", dtype)


@handles("arange")
def lower_arange(low: Lowering, node: Node) -> None:
    """start + k * step; the number of elements is the rounded-up quotient, as NumPy computes it."""
    w = low.w
    assert isinstance(node.out.type, Array)
    dtype = node.out.type.dtype
    whole = all(dtype_of(a.type)[0] != "f" for a in node.args)
    start, stop, step = (low.scalar(a, "i64" if whole else "f64") for a in node.args)
    unit = isinstance(node.args[2], Const) and node.args[2].value == 1
    if whole:
        count = _int_count(low, start, stop, step, unit)
        first, by = convert(w, start, "i64", dtype), convert(w, step, "i64", dtype)
        second = convert(w, w.let(f"add i64 {start}, {step}"), "i64", dtype) if dtype == "f16" else ""
    else:
        quotient = w.let(f"fdiv double {w.let(f'fsub double {stop}, {start}')}, {step}")
        w.module.declare("llvm.ceil.f64", "declare double @llvm.ceil.f64(double)")
        count = w.let(f"call i64 @llvm.fptosi.sat.i64.f64(double {w.let(f'call double @llvm.ceil.f64(double {quotient})')})")
        w.module.declare("llvm.fptosi.sat.i64.f64", "declare i64 @llvm.fptosi.sat.i64.f64(double)")
        first = convert(w, start, "f64", dtype)
        second = convert(w, w.let(f"fadd double {start}, {step}"), "f64", dtype)
        by = w.let(f"{'fsub' if dtype[0] == 'f' else 'sub'} {REGISTER[dtype]} {second}, {first}")
    if dtype == "f16":
        by = w.let(f"fsub float {convert(w, second, dtype, 'f32')}, {convert(w, first, dtype, 'f32')}")
    count = w.let(f"select i1 {w.let(f'icmp sgt i64 {count}, 0')}, i64 {count}, i64 0")
    low.finish(node, Formula(dtype, node.out.type.dims, ("1" if node.out.type.dims == (ONE,) else count,), _progression(dtype, first, by)))


def _int_count(low: Lowering, start: str, stop: str, step: str, unit: bool) -> str:
    w = low.w
    distance = stop if start == "0" else w.let(f"sub i64 {stop}, {start}")
    if unit:
        return distance
    w.fail_if(w.let(f"icmp eq i64 {step}, 0"), Site(ZeroDivisionError, "division by zero", 0, low.place))
    up = w.let(f"icmp sgt i64 {step}, 0")
    bias = w.let(f"select i1 {up}, i64 {w.let(f'sub i64 {step}, 1')}, i64 {w.let(f'add i64 {step}, 1')}")
    return w.let(f"sdiv i64 {w.let(f'add i64 {distance}, {bias}')}, {step}")


def _halves(first: str, by: str) -> Callable[[Writer, Index], str]:
    """As NumPy: in float32, rounded once; the first two are of float16."""

    def at(w: Writer, index: Index) -> str:
        start, step, k = (convert(w, x, d, "f32") for x, d in ((first, "f16"), (by, "f32"), (index[0], "i64")))
        return convert(w, w.let(f"fadd float {start}, {w.let(f'fmul float {k}, {step}')}"), "f32", "f16")

    return at


def _progression(dtype: str, first: str, by: str) -> Callable[[Writer, Index], str]:
    kind = "f" if dtype[0] == "f" else ""
    if dtype == "f16":
        return _halves(first, by)

    def at(w: Writer, index: Index) -> str:
        k = _index(w, index[0], dtype)
        return w.let(f"{kind}add {REGISTER[dtype]} {first}, {w.let(f'{kind}mul {REGISTER[dtype]} {k}, {by}')}")

    return at


@handles("linspace")
def lower_linspace(low: Lowering, node: Node) -> None:
    """start + k * step with step = (stop - start) / (num - 1), the last one stop itself: as NumPy."""
    w = low.w
    assert isinstance(node.out.type, Array)
    dtype = node.out.type.dtype
    start, stop = (low.scalar(a, "f64") for a in node.args[:2])
    num = low.scalar(node.args[2], "i64")
    w.fail_if(w.let(f"icmp slt i64 {num}, 0"), Site(ValueError, "Number of samples, %d, must be non-negative.", 1, low.place), (num,))
    last = w.let(f"sub i64 {num}, 1")
    one = w.let(f"icmp sgt i64 {last}, 0")
    parts = convert(w, w.let(f"select i1 {one}, i64 {last}, i64 1"), "i64", "f64")
    step = w.let(f"fdiv double {w.let(f'fsub double {stop}, {start}')}, {parts}")

    def at(writer: Writer, index: Index) -> str:
        k = convert(writer, index[0], "i64", "f64")
        value = writer.let(f"fadd double {writer.let(f'fmul double {k}, {step}')}, {start}")
        ends = writer.let(f"and i1 {writer.let(f'icmp eq i64 {index[0]}, {last}')}, {one}")
        return convert(writer, writer.let(f"select i1 {ends}, double {stop}, double {value}"), "f64", dtype)

    low.finish(node, Formula(dtype, node.out.type.dims, ("1" if node.out.type.dims == (ONE,) else num,), at))


@handles("eye")
def lower_eye(low: Lowering, node: Node) -> None:
    assert isinstance(node.out.type, Array)
    dtype = node.out.type.dtype

    def at(w: Writer, index: Index) -> str:
        return convert(w, w.let(f"icmp eq i64 {index[0]}, {index[1]}"), "bool", dtype)

    low.finish(node, Formula(dtype, node.out.type.dims, sizes(low, node), at))
