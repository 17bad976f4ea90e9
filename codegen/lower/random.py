"""Draws: calls of NumPy's own distributions (libnpyrandom, linked in) on the generator's struct."""

from __future__ import annotations

from difflang.ir import Node
from difflang.types import Array

from ..arrays import Desc, Element, Index, size, store
from ..writer import Site
from .loops import nest
from .lower import Lowering, handles

ONE = {
    "standard_normal": "random_standard_normal",
    "random": "random_standard_uniform",
    "standard_exponential": "random_standard_exponential",
}
"""The functions that draw one number; those named `..._fill` draw many."""


def _struct(low: Lowering, node: Node) -> str:
    """The pointer to the generator's struct."""
    return low.w.let(f"inttoptr i64 {low.scalar(node.args[0], 'i64')} to ptr")


def _sizes(low: Lowering, atoms: tuple[object, ...]) -> tuple[str, ...]:
    found = []
    for atom in atoms:
        value = low.scalar(atom, "i64")  # type: ignore[arg-type]
        if value.startswith("%"):
            site = Site(ValueError, "negative dimensions are not allowed", 0, low.place)
            low.w.fail_if(low.w.pure(f"icmp slt i64 {value}, 0"), site)
        found.append(value)
    return tuple(found)


@handles("draw")
def lower_draw(low: Lowering, node: Node) -> None:
    w, out = low.w, node.outs[0]
    name, pointer = ONE[node.attrs["kind"]], _struct(low, node)
    if isinstance(out.type, Array):
        target = low.new_array(out, _sizes(low, node.args[1:]))
        w.module.declare(f"{name}_fill", f"declare void @{name}_fill(ptr, i64, ptr)")
        w.do(f"call void @{name}_fill(ptr {pointer}, i64 {size(w, target.dims)}, ptr {target.data})")
    else:
        w.module.declare(name, f"declare double @{name}(ptr)")
        low.env[out] = w.let(f"call double @{name}(ptr {pointer})")
    low.env[node.outs[1]] = low.scalar(node.args[0], "i64")


@handles("draw_whole")
def lower_whole(low: Lowering, node: Node) -> None:
    w, out = low.w, node.outs[0]
    pointer = _struct(low, node)
    start, stop = (low.scalar(a, "i64") for a in node.args[1:3])
    w.fail_if(w.let(f"icmp sge i64 {start}, {stop}"), Site(ValueError, "low >= high", 0, low.place))
    width = w.let(f"sub i64 {w.let(f'sub i64 {stop}, {start}')}, 1")
    w.module.declare("random_bounded_uint64_fill", "declare void @random_bounded_uint64_fill(ptr, i64, i64, i64, i8, ptr)")
    if isinstance(out.type, Array):
        target = low.new_array(out, _sizes(low, node.args[3:]))
        count, data = size(w, target.dims), target.data
    else:
        count, data = "1", w.alloca("i64")
    w.do(f"call void @random_bounded_uint64_fill(ptr {pointer}, i64 {start}, i64 {width}, i64 {count}, i8 zeroext 0, ptr {data})")
    if not isinstance(out.type, Array):
        low.env[out] = w.let(f"load i64, ptr {data}")
    low.env[node.outs[1]] = low.scalar(node.args[0], "i64")


@handles("draw_order")
def lower_order(low: Lowering, node: Node) -> None:
    """0, 1, 2 ... shuffled from the end, as NumPy does it."""
    w = low.w
    pointer = _struct(low, node)
    target = low.new_array(node.outs[0], _sizes(low, node.args[1:]))
    w.module.declare("random_interval", "declare i64 @random_interval(ptr, i64)")
    (count,) = target.dims
    nest(w, target.dims, lambda at: _put(low, target, at[0], at[0]))

    def swap(at: Index) -> None:
        i = w.let(f"sub i64 {w.let(f'sub i64 {count}, 1')}, {at[0]}")
        j = w.let(f"call i64 @random_interval(ptr {pointer}, i64 {i})")
        one, other = (w.let(f"load i64, ptr {target.address(Element(w), (k,))}") for k in (i, j))
        _put(low, target, i, other)
        _put(low, target, j, one)

    nest(w, (w.greatest(w.let(f"sub i64 {count}, 1"), "0"),), swap)
    low.env[node.outs[1]] = low.scalar(node.args[0], "i64")


def _put(low: Lowering, target: Desc, index: str, value: str) -> None:
    store(low.w, target, target.address(Element(low.w), (index,)), value)
