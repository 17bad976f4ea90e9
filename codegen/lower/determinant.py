"""Determinants by LAPACK: sign and logarithm of the product of a triangular factor's diagonal, as NumPy adds them up."""

from __future__ import annotations

import numpy as np

from difflang.ir import Node
from difflang.types import PART, Scalar, part_of

from ..arrays import Desc, Element, Index
from ..complex_calls import pair, part
from ..writer import REGISTER, literal
from .lapack import columns, core, deliver, dtype_of_result, integer, leading, pointer, put, result, routine, square, work
from .loops import assign, nest, when
from .lower import Lowering, handles
from .scalars import element, instruction


@handles("det", "slogdet")
def lower_det(low: Lowering, node: Node) -> None:
    """Sign and logarithm of the product of a triangular factor's diagonal, as NumPy adds them up."""
    w, dtype = low.w, dtype_of_result(node)
    real = part_of(dtype)
    type, kind = REGISTER[dtype], REGISTER[real]
    a, n = square(low, node.args[0])
    targets = [result(low, out, a.dims[:-2]) for out in node.outs]
    left, pivots = columns(low, dtype, n, n), work(low, "i32", n)
    sign, log = w.alloca(type), w.alloca(kind)

    def one(index: Index) -> None:
        assign(w, left, core(low, a, 2, index))
        sizes = (integer(low, n), integer(low, n), pointer(left), leading(low, n), pointer(pivots))
        singular = w.let(f"icmp sgt i32 {routine(low, 'getrf', dtype, *sizes)}, 0")
        w.do(f"store {type} {literal(1.0, dtype)}, ptr {sign}")
        w.do(f"store {kind} {literal(0.0, real)}, ptr {log}")
        nest(w, (n,), lambda at: _step(low, left, pivots, (sign, log), at))
        with when(w, singular):
            w.do(f"store {type} {literal(0.0, dtype)}, ptr {sign}")
            w.do(f"store {kind} {literal(-np.inf, real)}, ptr {log}")
        found = [w.let(f"load {type}, ptr {sign}"), w.let(f"load {kind}, ptr {log}")]
        if node.op == "det":
            size = instruction(w, "libm:exp", [found[1]], real, real)
            found = [element(w, "mul", {}, [(found[0], dtype), (size, real)], [Scalar(dtype), Scalar(real)], dtype)]
        for target, value in zip(targets, found, strict=True):
            put(low, target, index, value)

    nest(w, a.dims[:-2], one)
    for out, target in zip(node.outs, targets, strict=True):
        deliver(low, out, target)


def _step(low: Lowering, left: Desc, pivots: Desc, sofar: tuple[str, str], at: Index) -> None:
    """One element of the diagonal: its sign to the sign, the logarithm of its size to the logarithm."""
    w, dtype, (sign, log) = low.w, left.dtype, sofar
    real = part_of(dtype)
    type, kind = REGISTER[dtype], REGISTER[real]
    (i,) = at
    pivot = w.let(f"sext i32 {pivots.at(Element(w), at)} to i64")
    value = left.at(Element(w), (i, i))
    swapped = w.let(f"icmp ne i64 {pivot}, {w.let(f'add i64 {i}, 1')}")
    size = element(w, "abs", {}, [(value, dtype)], [Scalar(dtype)], real)
    old = w.let(f"load {type}, ptr {sign}")
    turned_ = w.let(f"select i1 {swapped}, {type} {w.let(f'fneg {type} {old}')}, {type} {old}")
    if dtype in PART:
        parts = [w.let(f"fdiv {kind} {part(w, value, dtype, k)}, {size}") for k in (0, 1)]
        unit = pair(w, parts[0], parts[1], dtype)
        turned_ = element(w, "mul", {}, [(turned_, dtype), (unit, dtype)], [Scalar(dtype)] * 2, dtype)
    else:
        negative = w.let(f"fcmp olt {type} {value}, {literal(0.0, dtype)}")
        turned_ = w.let(f"select i1 {negative}, {type} {w.let(f'fneg {type} {turned_}')}, {type} {turned_}")
    w.do(f"store {type} {turned_}, ptr {sign}")
    more = instruction(w, "libm:log", [size], real, real)
    w.do(f"store {kind} {w.let(f'fadd {kind} {more}, ' + w.let(f'load {kind}, ptr {log}'))}, ptr {log}")
