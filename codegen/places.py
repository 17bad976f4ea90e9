"""Where an index leads: views by integers and slices, checked positions, and writing into them.

Integers are checked and wrap once as Python's do; slices are clamped as Python's are.
"""

from __future__ import annotations

from collections.abc import Sequence

from difflang.ir import Atom, Const
from difflang.types import Scalar

from .arrays import Desc, Element, Expr, Fixed, Index, Mapped, load, store
from .lower.loops import axis_plan, shape_text
from .lower.lower import Lowering
from .lower.scalars import element
from .writer import SIZE, Site, is_literal


def select(low: Lowering, base: Desc, pattern: Sequence[str], operands: Sequence[Atom], memory: frozenset[int]) -> Desc:
    """The part of an array that integers, slices and new axes name, as a view."""
    w, rest = low.w, list(operands)
    kinds, dims, strides = [], [], []
    data, axis, terms = base.data, 0, []
    for code in pattern:
        if code == "n":
            kinds.append("1")
            dims.append("1")
            strides.append("0")
            continue
        dim, stride = base.dims[axis], base.strides[axis]
        if code == "i":
            terms.append((position(low, rest.pop(0), dim, axis), stride))
        elif code == ":":
            kinds.append(base.kinds[axis])
            dims.append(dim)
            strides.append(stride)
        else:
            start, count, step = slice_bounds(low, rest[:3], dim)
            del rest[:3]
            terms.append((start, stride))
            kinds.append("?")
            dims.append(count)
            strides.append(w.times(stride, step))
        axis += 1
    data = offset(low, base, terms)
    return Desc(base.dtype, tuple(kinds), tuple(dims), data, base.block, tuple(strides), memory, not kinds)


def offset(low: Lowering, base: Desc, terms: Sequence[tuple[str, str]]) -> str:
    """The address of an element; steps of whole elements are left to LLVM in its own form."""
    w, data = low.w, base.data
    for index, stride in terms:
        if index == "0":
            continue
        if stride == str(SIZE[base.dtype]):
            unit = f"i{8 * SIZE[base.dtype]}"
            data = w.pure(f"getelementptr {unit}, ptr {data}, i64 {index}")
        else:
            data = w.pure(f"getelementptr i8, ptr {data}, i64 {w.times(index, stride)}")
    return data


def position(low: Lowering, atom: Atom, dim: str, axis: int) -> str:
    """An index of one axis, checked, counted from the front."""
    index = low.scalar(atom, "i64")
    least = low.ranges.of(atom)[0]
    return checked(low, index, dim, axis, least >= 0)


def checked(low: Lowering, index: str, dim: str, axis: int, positive: bool = False) -> str:
    w = low.w
    at = index
    if not (positive and low.is_below(at, dim)) and low.assumed is not None and low.assumed.covers(index, dim):
        return index
    if not positive:
        at = from_front(low, index, dim)
    if (positive and low.is_below(at, dim)) or not w.once(f"{at} < {dim}"):
        return at
    site = Site(IndexError, f"index %d is out of bounds for axis {axis} with size %d", 2, low.place)
    w.fail_if(w.let(f"icmp uge i64 {at}, {dim}"), site, (index, dim))
    return at


def from_front(low: Lowering, index: str, dim: str) -> str:
    """An index that may count from the end, counted from the front."""
    behind = low.w.pure(f"add i64 {index}, {dim}")
    return low.w.pure(f"select i1 {low.w.pure(f'icmp slt i64 {index}, 0')}, i64 {behind}, i64 {index}")


def slice_bounds(low: Lowering, operands: Sequence[Atom], dim: str) -> tuple[str, str, str]:
    """(start, number of elements, step) of a slice on an axis of this size. The start of an empty slice may be anything."""
    start, stop, step = operands
    w = low.w
    by = 1 if _is_none(step) else step.value if isinstance(step, Const) else None
    if by is None or by < 1:
        if by == -1 and _is_none(start) and _is_none(stop):
            return w.plus(dim, "-1"), dim, "-1"
        return _stepped(low, start, stop, low.scalar(step, "i64"), dim)
    first = "0" if _is_none(start) else _from_front(low, start, dim)
    last = dim if _is_none(stop) else _last(low, stop, dim)
    if first == "0" and not _is_none(stop) and low.ranges.of(stop)[0] >= 0:
        count = last
    elif first == "0" and _is_none(stop):
        count = dim
    else:
        count = w.greatest(_difference(low, last, first, dim, stop), "0")
    if by > 1:
        count = w.pure(f"udiv i64 {w.plus(count, str(by - 1))}, {by}")
    return first, count, str(by)


def _difference(low: Lowering, last: str, first: str, dim: str, stop: Atom) -> str:
    """last - first, constants taken together so that slices of the same length are seen to be."""
    w = low.w
    back = stop.value if isinstance(stop, Const) and isinstance(stop.value, int) and stop.value < 0 else 0
    if is_literal(first) and (back or _is_none(stop)):
        return w.plus(dim, str(back - int(first)))
    return w.plus(last, str(-int(first))) if is_literal(first) else w.pure(f"sub nsw i64 {last}, {first}")


def _is_none(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value is None


def _from_front(low: Lowering, atom: Atom, dim: str) -> str:
    """A slice's start, counted from the front and not negative."""
    w = low.w
    bound = low.scalar(atom, "i64")
    low_end, high_end = low.ranges.of(atom)
    if low_end >= 0:
        return bound
    if high_end < 0:
        return w.greatest(w.plus(bound, dim), "0")
    behind = w.pure(f"add i64 {bound}, {dim}")
    return w.greatest(w.pure(f"select i1 {w.pure(f'icmp slt i64 {bound}, 0')}, i64 {behind}, i64 {bound}"), "0")


def _last(low: Lowering, atom: Atom, dim: str) -> str:
    """A slice's stop, at most the size; it may be negative where the slice is empty."""
    w = low.w
    bound = low.scalar(atom, "i64")
    low_end, high_end = low.ranges.of(atom)
    if low_end >= 0:
        return w.least(bound, dim)
    behind = w.pure(f"add i64 {bound}, {dim}")
    if high_end < 0:
        return behind
    return w.least(w.pure(f"select i1 {w.pure(f'icmp slt i64 {bound}, 0')}, i64 {behind}, i64 {bound}"), dim)


def _stepped(low: Lowering, start: Atom, stop: Atom, step: str, dim: str) -> tuple[str, str, str]:
    """Any step, as PySlice_AdjustIndices has it: upward within 0 .. dim, downward within -1 .. dim-1."""
    w = low.w
    w.fail_if(w.let(f"icmp eq i64 {step}, 0"), Site(ValueError, "slice step cannot be zero", 0, low.place))
    down = w.let(f"icmp slt i64 {step}, 0")
    lowest = w.let(f"select i1 {down}, i64 -1, i64 0")
    less = w.let(f"sub i64 {dim}, 1")
    highest = w.let(f"select i1 {down}, i64 {less}, i64 {dim}")

    def bound(atom: Atom, otherwise: str) -> str:
        if _is_none(atom):
            return otherwise
        value = low.scalar(atom, "i64")
        behind = w.let(f"add i64 {value}, {dim}")
        value = w.let(f"select i1 {w.let(f'icmp slt i64 {value}, 0')}, i64 {behind}, i64 {value}")
        value = w.let(f"select i1 {w.let(f'icmp slt i64 {value}, {lowest}')}, i64 {lowest}, i64 {value}")
        return w.let(f"select i1 {w.let(f'icmp sgt i64 {value}, {highest}')}, i64 {highest}, i64 {value}")

    first = bound(start, w.let(f"select i1 {down}, i64 {less}, i64 0"))
    last = bound(stop, w.let(f"select i1 {down}, i64 -1, i64 {dim}"))
    forth, back = w.let(f"sub i64 {last}, {first}"), w.let(f"sub i64 {first}, {last}")
    distance = w.let(f"select i1 {down}, i64 {back}, i64 {forth}")
    size = w.let(f"select i1 {down}, i64 {w.let(f'sub i64 0, {step}')}, i64 {step}")
    rounded = w.let(f"add i64 {w.let(f'sub i64 {distance}, 1')}, {size}")
    count = w.let(f"sdiv i64 {rounded}, {size}")
    some = w.let(f"icmp sgt i64 {distance}, 0")
    return first, w.let(f"select i1 {some}, i64 {count}, i64 0"), step


def put(low: Lowering, e: Element, target: Desc, index: Index, value: str, adding: bool) -> None:
    """Write one element, or add to it."""
    pointer = target.data if not index and not e.flat else target.address(e, index)
    if adding:
        old = load(e.w, target, pointer)
        scalar = Scalar(target.dtype)
        value = element(e.w, "add", {}, [(old, target.dtype), (value, target.dtype)], [scalar, scalar], target.dtype)
    store(e.w, target, pointer, value)


def fit(low: Lowering, value: Expr, target: Desc) -> Expr:
    """The value broadcast to the target's shape. Raises NumPy's ValueError at run time."""
    w, shift = low.w, target.rank - value.rank
    bad: list[str] = []
    for k in range(value.rank):
        if k + shift < 0:
            if value.dims[k] != "1":
                bad.append(w.let(f"icmp ne i64 {value.dims[k]}, 1"))
        elif value.kinds[k] != "1" and w.same(value.dims[k]) != w.same(target.dims[k + shift]):
            differs = w.let(f"icmp ne i64 {value.dims[k]}, {target.dims[k + shift]}")
            many = "true" if value.kinds[k] == "n" else w.let(f"icmp ne i64 {value.dims[k]}, 1")
            bad.append(differs if many == "true" else w.let(f"and i1 {differs}, {many}"))
    for wrong in bad:
        if value.rank + target.rank <= 4:
            text = f"could not broadcast input array from shape {shape_text(value.rank)} into shape {shape_text(target.rank)}"
            w.fail_if(wrong, Site(ValueError, text, value.rank + target.rank, low.place), (*value.dims, *target.dims))
        else:
            w.fail_if(wrong, Site(ValueError, "could not broadcast input array into this shape", 0, low.place))
    for k in range(max(0, -shift), value.rank):
        if value.kinds[k] == target.kinds[k + shift] == "n":
            w.unite(target.dims[k + shift], value.dims[k])
    plan = [
        axis_plan(w, value.kinds[k], value.dims[k], target.kinds[k + shift], target.dims[k + shift], k + shift)
        for k in range(max(0, -shift), value.rank)
    ]
    return Mapped(value.dtype, target.kinds, target.dims, value, (Fixed(),) * max(0, -shift) + tuple(plan))
