"""Draws: calls of NumPy's own distributions (libnpyrandom, linked in) on the generator's struct."""

from __future__ import annotations

import numpy as np

from difflang.generators import KINDS, Kind
from difflang.ir import Node
from difflang.types import DTYPES, Array

from ..arrays import Desc, Element, Index, in_dtype, size, store
from ..writer import MEMORY, Site
from .loops import nest
from .lower import Lowering, handles

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
    kind = KINDS[node.attrs["kind"]]
    if kind.fills:
        _filled(low, node, kind.function)
    else:
        _one_by_one(low, node, kind)
    low.env[node.outs[1]] = low.scalar(node.args[0], "i64")


def _filled(low: Lowering, node: Node, name: str) -> None:
    """Draws without parameters."""
    w, out, pointer = low.w, node.outs[0], _struct(low, node)
    narrow = node.attrs["dtype"] == "f32"
    if isinstance(out.type, Array):
        target = low.new_array(out, _sizes(low, node.args[1:]))
        name += "_fill_f" if narrow else "_fill"
        w.module.declare(name, f"declare void @{name}(ptr, i64, ptr)")
        w.do(f"call void @{name}(ptr {pointer}, i64 {size(w, target.dims)}, ptr {target.data})")
    elif narrow:
        w.module.declare(f"{name}_f", f"declare float @{name}_f(ptr)")
        low.env[out] = w.let(f"fpext float {w.let(f'call float @{name}_f(ptr {pointer})')} to double")
    else:
        w.module.declare(name, f"declare double @{name}(ptr)")
        low.env[out] = w.let(f"call double @{name}(ptr {pointer})")


def _one_by_one(low: Lowering, node: Node, kind: Kind) -> None:
    """One call of the C function for each number, row by row."""
    w, out, pointer = low.w, node.outs[0], _struct(low, node)
    count = len(kind.takes)
    given = [low.expr(atom) for atom in node.args[1 : 1 + count]]
    registers = [{"d": "double", "q": "i64"}[letter] for letter in kind.takes]
    made = {"f64": "double", "i64": "i64"}[kind.gives]
    order = reversed(range(count)) if kind.scratch else range(count)
    types = ["ptr", *(registers[k] for k in order), *(["ptr"] if kind.scratch else [])]
    w.module.declare(kind.function, f"declare {made} @{kind.function}({', '.join(types)})")
    scratch = [f"ptr {_scratch(low)}"] if kind.scratch else []

    def one(index: Index) -> str:
        e = Element(w)
        wanted = ["f64" if letter == "d" else "i64" for letter in kind.takes]
        values = [in_dtype(x, e, index if x.rank else (), dtype) for x, dtype in zip(given, wanted, strict=True)]
        values = values[::-1] if kind.scratch else values
        passed = [f"ptr {pointer}", *(f"{type} {value}" for type, value in zip(types[1:], values, strict=False)), *scratch]
        return w.let(f"call {made} @{kind.function}({', '.join(passed)})")

    if not isinstance(out.type, Array):
        low.env[out] = one(())
        return
    shaped = next((x for x in given if x.rank), None)
    target = low.new_array(out, _sizes(low, node.args[1 + count :]) if shaped is None else shaped.dims)
    nest(w, target.dims, lambda at: _put(low, target, at, one(at)))


def _scratch(low: Lowering) -> str:
    """An empty struct for what a distribution works out about its parameters: `binomial_t`, 136 bytes."""
    w = low.w
    slot = w.alloca("[20 x i64]")
    w.do(f"store [20 x i64] zeroinitializer, ptr {slot}")
    return slot


WHOLE = {"i64": "uint64", "u64": "uint64", "i32": "uint32", "u32": "uint32", "i16": "uint16", "u16": "uint16", "i8": "uint8", "u8": "uint8"}


@handles("draw_whole")
def lower_whole(low: Lowering, node: Node) -> None:
    w, out = low.w, node.outs[0]
    dtype = node.attrs["dtype"] or "i64"
    pointer = _struct(low, node)
    start, stop = (low.scalar(a, "i64") for a in node.args[1:3])
    bounds = {"bool": (0, 1), "u64": (0, 2**63 - 1)}.get(dtype) or (np.iinfo(DTYPES[dtype]).min, np.iinfo(DTYPES[dtype]).max)
    if dtype != "i64":
        w.fail_if(w.let(f"icmp slt i64 {start}, {bounds[0]}"), Site(ValueError, f"low is out of bounds for {DTYPES[dtype]}", 0, low.place))
        if dtype != "u64":
            too_far = w.let(f"icmp sgt i64 {stop}, {bounds[1] + 1}")
            w.fail_if(too_far, Site(ValueError, f"high is out of bounds for {DTYPES[dtype]}", 0, low.place))
    w.fail_if(w.let(f"icmp sge i64 {start}, {stop}"), Site(ValueError, "low >= high", 0, low.place))
    width = w.let(f"sub i64 {w.let(f'sub i64 {stop}, {start}')}, 1")
    name, memory = f"random_bounded_{WHOLE.get(dtype, 'bool')}_fill", MEMORY[dtype]
    w.module.declare(name, f"declare void @{name}(ptr, {memory}, {memory}, i64, i8, ptr)")
    if isinstance(out.type, Array):
        target = low.new_array(out, _sizes(low, node.args[3:]))
        count, data = size(w, target.dims), target.data
    else:
        count, data = "1", w.alloca(memory)
    if memory != "i64":
        start, width = (w.let(f"trunc i64 {value} to {memory}") for value in (start, width))
    extended = "" if memory in ("i64", "i32") else " zeroext"
    least = f"{memory}{extended} {start}, {memory}{extended} {width}"
    w.do(f"call void @{name}(ptr {pointer}, {least}, i64 {count}, i8 zeroext 0, ptr {data})")
    if not isinstance(out.type, Array):
        value = w.let(f"load {memory}, ptr {data}")
        low.env[out] = w.let(f"icmp ne i8 {value}, 0") if dtype == "bool" else value
    low.env[node.outs[1]] = low.scalar(node.args[0], "i64")


@handles("draw_order")
def lower_order(low: Lowering, node: Node) -> None:
    """0, 1, 2 ... shuffled from the end, as NumPy does it."""
    w = low.w
    pointer = _struct(low, node)
    target = low.new_array(node.outs[0], _sizes(low, node.args[1:]))
    w.module.declare("random_interval", "declare i64 @random_interval(ptr, i64)")
    (count,) = target.dims
    nest(w, target.dims, lambda at: _put(low, target, at, at[0]))

    def swap(at: Index) -> None:
        i = w.let(f"sub i64 {w.let(f'sub i64 {count}, 1')}, {at[0]}")
        j = w.let(f"call i64 @random_interval(ptr {pointer}, i64 {i})")
        one, other = (w.let(f"load i64, ptr {target.address(Element(w), (k,))}") for k in (i, j))
        _put(low, target, (i,), other)
        _put(low, target, (j,), one)

    nest(w, (w.greatest(w.let(f"sub i64 {count}, 1"), "0"),), swap)
    low.env[node.outs[1]] = low.scalar(node.args[0], "i64")


def _put(low: Lowering, target: Desc, index: Index, value: str) -> None:
    store(low.w, target, target.address(Element(low.w), index), value)
