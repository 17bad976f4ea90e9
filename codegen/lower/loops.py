"""Loop nests over expressions: counting loops, flat and fast forms, broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from difflang.types import MANY, ONE, OPEN

from ..arrays import Axis, Desc, Element, Expr, Fixed, Index, Mapped, Plan, in_dtype, size, store
from ..outline import outlined
from ..writer import Site, Writer

if TYPE_CHECKING:
    from .lower import Lowering


Turn = Callable[[Element, Index], None]


@contextmanager
def counting(w: Writer, count: str, hint: str = "i") -> Iterator[str]:
    """A loop of `count` iterations around what is written inside; gives the index."""
    w.near = True
    done, body = w.name("done"), w.name("do")
    label = w.open_loop()
    index, line = w.open_phi("i64", "0", hint)
    w.branch(w.let(f"icmp slt i64 {index}, {count}"), body, done)
    w.start(body)
    with w.nested():
        yield index
    following = w.let(f"add nuw nsw i64 {index}, 1")
    w.close_phi(line, following, w.block)
    w.jump(label, f", !llvm.loop !{w.module.plain_loop}" if w.plain else "")
    w.start(done)


@contextmanager
def when(w: Writer, condition: str) -> Iterator[None]:
    """What is written inside runs where the condition holds."""
    yes, after = w.name("when"), w.name("after")
    w.branch(condition, yes, after)
    w.start(yes)
    with w.nested():
        yield
    w.jump(after)
    w.start(after)


def choose(w: Writer, condition: str, yes: Callable[[], None], no: Callable[[], None]) -> None:
    """One of two pieces of code; neither defines what comes after."""
    one, other, after = w.name("yes"), w.name("no"), w.name("after")
    w.branch(condition, one, other)
    w.start(one)
    with w.nested():
        yes()
    w.jump(after)
    w.start(other)
    with w.nested():
        no()
    w.jump(after)
    w.start(after)


def nest(w: Writer, dims: Sequence[str], body: Callable[[Index], None], prefix: Index = ()) -> None:
    """Nested loops, the last axis innermost; axes of size one have no loop."""
    if not dims:
        body(prefix)
    elif dims[0] == "1":
        nest(w, dims[1:], body, (*prefix, "0"))
    else:
        with counting(w, dims[0]) as index:
            nest(w, dims[1:], body, (*prefix, index))


def both(w: Writer, conditions: Sequence[str]) -> str:
    """The conjunction, "true" of none."""
    total = "true"
    for condition in dict.fromkeys(conditions):
        total = condition if total == "true" else w.let(f"and i1 {total}, {condition}")
    return total


def versions(w: Writer, exprs: Sequence[Expr], code: Callable[[bool], None]) -> None:
    """`code(fast)` once, or twice behind a test where sizes or strides are open."""
    conditions = both(w, [c for expr in exprs for c in expr.conditions(w)])
    if conditions == "true":
        code(True)
    else:
        choose(w, conditions, lambda: code(True), lambda: _plainly(w, code))


def _plainly(w: Writer, code: Callable[[bool], None]) -> None:
    """The rare form, its loops left as they are: vectorising gathers costs more compile time than it is worth."""
    before, w.plain = w.plain, True
    code(False)
    w.plain = before


def flat(exprs: Sequence[Expr], rank: int) -> bool:
    """Whether one loop over the memory will do."""
    return all(expr.flattens() and expr.rank in (0, rank) for expr in exprs)


def over(w: Writer, exprs: Sequence[Expr], dims: Sequence[str], body: Turn, targets: Sequence[Desc] = ()) -> None:
    """`body` for every element of the shape; `exprs` are all that it reads, `targets` what it writes."""
    every = [*exprs, *targets]
    if flat(every, len(dims)):
        total = size(w, dims)
        with outlined(w, exprs, targets):
            nest(w, (total,), lambda index: body(Element(w, flat=True), index))
        return

    def code(fast: bool) -> None:
        with outlined(w, exprs, targets):
            nest(w, dims, lambda index: body(Element(w, fast=fast), index))

    versions(w, every, code)


def assign(w: Writer, target: Desc, value: Expr, plan: Plan | None = None) -> None:
    """target[...] = value; `plan` maps the target's index to the value's."""
    source = value if plan is None else Mapped(value.dtype, target.kinds, target.dims, value, plan)

    def body(e: Element, index: Index) -> None:
        number = in_dtype(source, e, index, target.dtype)
        store(w, target, target.address(e, index), number)

    over(w, [source], target.dims, body, (target,))


def broadcast(low: Lowering, exprs: Sequence[Expr]) -> tuple[tuple[str, ...], Index, list[Plan]]:
    """The common shape of operands, and each one's index map. Raises NumPy's ValueError at run time."""
    rank = max((expr.rank for expr in exprs), default=0)
    kinds, dims, bad, equal = [], [], [], []
    for axis in range(rank):
        sizes = [(x.kinds[k], x.dims[k]) for x in exprs if (k := axis - rank + x.rank) >= 0]
        kind, dim, wrong = _common(low.w, sizes)
        kinds.append(kind)
        dims.append(dim)
        bad += wrong
        equal += [(dim, own) for form, own in sizes if kind == form == MANY]
    _check_shapes(low, exprs, bad)
    for dim, own in equal:
        low.w.unite(dim, own)
    return tuple(kinds), tuple(dims), [_plan(low.w, x, kinds, dims) for x in exprs]


def _common(w: Writer, sizes: Sequence[tuple[str, str]]) -> tuple[str, str, list[str]]:
    """Kind and size of one axis, and the conditions under which the sizes do not fit."""
    dim, kind, bad = "1", ONE, []
    for own, size_ in sizes:
        if own == ONE or w.same(size_) == w.same(dim):
            continue
        if kind == ONE:
            dim, kind = size_, own
        elif kind == MANY and own == MANY:
            bad.append(w.pure(f"icmp ne i64 {size_}, {dim}"))
        else:
            kind, dim, wrong = _open(w, (kind, dim), (own, size_))
            bad.append(wrong)
    return kind, dim, bad


def _open(w: Writer, one: tuple[str, str], other: tuple[str, str]) -> tuple[str, str, str]:
    """Two sizes of which at least one may be one."""
    if other[0] == MANY:
        one, other = other, one
    differs = w.pure(f"icmp ne i64 {other[1]}, {one[1]}")
    may = w.pure(f"icmp ne i64 {other[1]}, 1")
    wrong = w.pure(f"and i1 {differs}, {may}")
    if one[0] == MANY:
        return MANY, one[1], wrong
    single = w.pure(f"icmp eq i64 {one[1]}, 1")
    common = w.pure(f"select i1 {single}, i64 {other[1]}, i64 {one[1]}")
    return OPEN, common, w.let(f"and i1 {wrong}, {w.let(f'xor i1 {single}, true')}")


def _check_shapes(low: Lowering, exprs: Sequence[Expr], bad: Sequence[str]) -> None:
    if not bad:
        return
    w = low.w
    wrong = bad[0]
    for other in bad[1:]:
        wrong = w.let(f"or i1 {wrong}, {other}")
    arrays = [x for x in exprs if x.rank]
    if sum(x.rank for x in arrays) <= 4:
        text = "operands could not be broadcast together with shapes " + "".join(f"{shape_text(x.rank)} " for x in arrays)
        details = [dim for x in arrays for dim in x.dims]
    else:
        text, details = "operands could not be broadcast together", []
    w.fail_if(wrong, Site(ValueError, text, len(details), low.place), details)


def shape_text(rank: int) -> str:
    return "(%d,)" if rank == 1 else "(" + ",".join(["%d"] * rank) + ")"


def _plan(w: Writer, x: Expr, kinds: Sequence[str], dims: Sequence[str]) -> Plan:
    """Where each axis of an operand gets its index."""
    shift = len(kinds) - x.rank
    return tuple(axis_plan(w, x.kinds[k], x.dims[k], kinds[k + shift], dims[k + shift], k + shift) for k in range(x.rank))


def axis_plan(w: Writer, kind: str, dim: str, out_kind: str, out_dim: str, axis: int) -> Axis | Fixed:
    if kind == ONE:
        return Fixed()
    if kind == MANY or dim == out_dim:
        return Axis(axis)
    single = w.pure(f"icmp eq i64 {dim}, 1")
    return Axis(axis, w.pure(f"select i1 {single}, i64 0, i64 -1"), w.pure(f"icmp eq i64 {dim}, {out_dim}"))
