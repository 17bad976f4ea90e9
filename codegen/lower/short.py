"""Reductions whose rows are short: many rows side by side, each added up in its own order."""

from __future__ import annotations

from collections.abc import Sequence

from difflang.types import Scalar, limits

from ..arrays import Element, Expr, Index, Desc, in_dtype, load, store
from ..outline import outlined
from ..writer import Writer, literal
from .loops import counting, nest
from .lower import Lowering
from .scalars import element

COMBINE = {"sum": "add", "prod": "mul", "max": "maximum", "min": "minimum", "any": "logical_or", "all": "logical_and"}
LANES = 16
"""Partial sums of a run; fewer elements are added one after the other."""
BLOCK = 256


def identity(op: str, dtype: str) -> str:
    """What a reduction of nothing gives; for max and min the least and greatest of the dtype."""
    if op in ("max", "min"):
        sign = -1.0 if op == "max" else 1.0
        if dtype[0] == "f":
            return literal(sign * float("inf"), dtype)
        if dtype == "bool":
            return literal(op == "min", dtype)
        return str(limits(dtype)[0 if op == "max" else 1])
    return literal({"sum": 0, "prod": 1, "any": 0, "all": 1}[op], dtype)


def combine(w: Writer, op: str, one: str, other: str, dtype: str) -> str:
    type = Scalar(dtype)
    return element(w, COMBINE[op], {}, [(one, dtype), (other, dtype)], [type, type], dtype)


def short_rows(low: Lowering, op: str, x: Expr, axes: Sequence[int], kept: Sequence[int], target: Desc) -> None:
    """The last axis that stays is innermost, in blocks that stay in the cache while the others are added."""
    w, dtype = low.w, target.dtype
    count = target.dims[-1]

    def add(at: Index, first: str, more: Index, lane: str) -> None:
        i = w.let(f"add nuw nsw i64 {first}, {lane}")
        where = (*at, i)
        index = [where[kept.index(k)] if k in kept else more[axes.index(k)] for k in range(x.rank)]
        pointer = target.address(Element(w), where)
        value = in_dtype(x, Element(w), tuple(index), dtype)
        store(w, target, pointer, combine(w, op, load(w, target, pointer), value, dtype))

    def block(at: Index, first: str) -> None:
        rest = w.let(f"sub i64 {count}, {first}")
        part = w.let(f"select i1 {w.let(f'icmp slt i64 {rest}, {BLOCK}')}, i64 {rest}, i64 {BLOCK}")
        with counting(w, part, "lane") as lane:
            where = (*at, w.let(f"add nuw nsw i64 {first}, {lane}"))
            store(w, target, target.address(Element(w), where), identity(op, dtype))

        def beside(more: Index) -> None:
            with counting(w, part, "lane") as lane:
                add(at, first, more, lane)

        nest(w, [x.dims[a] for a in axes], beside)

    def blocks(at: Index) -> None:
        number = w.let(f"sdiv i64 {w.let(f'add i64 {count}, {BLOCK - 1}')}, {BLOCK}")
        with counting(w, number, "block") as number:
            block(at, w.let(f"mul nuw nsw i64 {number}, {BLOCK}"))

    with outlined(w, [x], (target,)):
        nest(w, target.dims[:-1], blocks)
