"""Indexing with arrays of integers or truths: reading, writing, adding, one element after the other.

NumPy's rule: the index arrays (and integers beside them) broadcast together; their axes stand where the arrays stood if those
are side by side, else in front. A truth array of one axis becomes the positions where it is true.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from difflang.ir import Atom, Node
from difflang.records import dataclass
from difflang.types import Array, Scalar, rank

from ..alias import overlap
from ..arrays import Desc, Element, Expr, Index, Plan, in_dtype, load, mapped_index, store
from .loops import broadcast, counting, nest, over
from .lower import Lowering, dtype_of
from ..memory import fresh
from ..outline import outlined
from ..places import checked, fit, from_front, put, select
from ..writer import REGISTER, Site, Writer
from .scalars import convert


@dataclass
class Picked:
    """An advanced index taken apart: `view` is the base with its slices applied, `keys` the index of each picked axis."""

    view: Desc
    axes: list[int]  # of the view, in order
    named: list[int]  # the same axes as the base counts them, for errors
    keys: list[Expr]
    masks: list[bool]  # whether a key was made of truths: its positions are within
    plans: list[Plan]
    kinds: tuple[str, ...]
    dims: Index
    front: int  # where the gathered axes stand in the result


def pick(low: Lowering, base: Desc, pattern: Sequence[str], operands: Sequence[Atom]) -> Picked:
    """Apply slices and new axes as a view, and collect the index arrays."""
    rest = list(operands)
    sliced: list[str] = []
    basic: list[Atom] = []
    keys: list[Expr] = []
    masks: list[bool] = []
    axes: list[int] = []
    named: list[int] = []
    axis = 0
    for code in pattern:
        if code in "ai":
            key = low.expr(rest.pop(0))
            masks.append(key.dtype == "bool" and key.rank == 1)
            keys.append(_truths(low, key, base.dims[axis], axis) if masks[-1] else key)
            axes.append(len(sliced))
            named.append(axis)
            sliced.append(":")
        else:
            sliced.append(code)
            if code == "s":
                basic += rest[:3]
                del rest[:3]
        axis += code != "n"
    view = select(low, base, sliced, basic, base.memory_ids)
    kinds, dims, plans = broadcast(low, keys)
    together = axes == list(range(axes[0], axes[-1] + 1))
    return Picked(view, axes, named, keys, masks, list(plans), kinds, dims, axes[0] if together else 0)


def _truths(low: Lowering, key: Expr, dim: str, axis: int) -> Desc:
    """The positions of the true ones."""
    _fits(low, key, dim, axis)
    return positions(low, low.temporary(key) if not isinstance(key, Desc) else key)


def _fits(low: Lowering, key: Expr, dim: str, axis: int) -> None:
    text = f"boolean index did not match indexed array along axis {axis}; "
    text += "size of axis is %d but size of corresponding boolean axis is %d"
    low.w.fail_if(low.w.pure(f"icmp ne i64 {dim}, {key.dims[0]}"), Site(IndexError, text, 2, low.place), (dim, key.dims[0]))


def positions(low: Lowering, mask: Desc) -> Desc:
    """Where a mask is true, until this node is done."""

    def room(count: str) -> Desc:
        low.temporaries.append(fresh(low, "i64", ("?",), (count,), low.new_memory()))
        return low.temporaries[-1]

    return trues(low, mask, room)


def trues(low: Lowering, x: Expr, room: Callable[[str], Desc]) -> Desc:
    """np.flatnonzero, into an array that `room(count)` makes. The first pass counts them, and how far the last of them is; up to
    there the second writes in every turn: what is not wanted is written over by what comes next, and nothing branches."""
    w = low.w
    count, behind = w.alloca("i64"), w.alloca("i64")
    w.do(f"store i64 0, ptr {count}")
    w.do(f"store i64 0, ptr {behind}")
    with counting(w, x.dims[0]) as k:
        wanted = in_dtype(x, Element(w), (k,), "bool")
        bump(w, count, w.let(f"zext i1 {wanted} to i64"))
        far = w.let(f"select i1 {wanted}, i64 {w.let(f'add nuw nsw i64 {k}, 1')}, i64 0")
        w.do(f"store i64 {w.greatest(w.let(f'load i64, ptr {behind}'), far)}, ptr {behind}")
    target = room(w.let(f"load i64, ptr {count}"))
    w.do(f"store i64 0, ptr {count}")
    with counting(w, w.let(f"load i64, ptr {behind}")) as k:
        e = Element(w)
        store(w, target, target.address(e, (w.let(f"load i64, ptr {count}"),)), k)
        bump(w, count, w.let(f"zext i1 {in_dtype(x, e, (k,), 'bool')} to i64"))
    return target


def bump(w: Writer, slot: str, by: str) -> None:
    old = w.let(f"load i64, ptr {slot}")
    w.do(f"store i64 {w.let(f'add i64 {old}, {by}')}, ptr {slot}")


def shape(picked: Picked) -> tuple[tuple[str, ...], Index]:
    """The shape of base[index]."""
    kinds = [k for a, k in enumerate(picked.view.kinds) if a not in picked.axes]
    dims = [d for a, d in enumerate(picked.view.dims) if a not in picked.axes]
    at = picked.front
    return (*kinds[:at], *picked.kinds, *kinds[at:]), (*dims[:at], *picked.dims, *dims[at:])


Cell = Callable[[Element, Index, Desc, Index], None]
"""What is done for an element of the result: its index, the view or a row of it, and the element's index there."""


def each(low: Lowering, picked: Picked, dims: Index, cell: Cell, sure: bool) -> None:
    """Every element of base[index]. Where slices follow the gathered axes, a row is found once and then walked; `sure`: the indices
    have been checked."""
    w, first = low.w, picked.front + len(picked.dims)

    def row(index: Index) -> None:
        e = Element(w)
        row, at = _row(low, picked, e, index, sure)
        nest(w, dims[first:], lambda more: cell(e if first == len(dims) else Element(w), (*index, *more), row, (*at, *more)))

    nest(w, dims[:first], row)


def _row(low: Lowering, picked: Picked, e: Element, index: Index, sure: bool) -> tuple[Desc, Index]:
    """What is left of the view behind the gathered axes and the slices before them; or the view, and the element's index in it."""
    view, outer = picked.view, list(index[: picked.front])
    gathered = index[picked.front :]
    fixed: dict[int, str] = {}
    for axis in range(view.rank):
        if axis in picked.axes:
            fixed[axis] = _position(low, picked, e, picked.axes.index(axis), gathered, sure)
        elif outer:
            fixed[axis] = outer.pop(0)
    rest = [axis for axis in range(view.rank) if axis not in fixed]
    if not rest:
        return view, tuple(fixed[axis] for axis in range(view.rank))
    data = view.offset(low.w, [(at, view.strides[axis]) for axis, at in fixed.items()])
    kinds, dims, strides = zip(*((view.kinds[axis], view.dims[axis], view.strides[axis]) for axis in rest), strict=True)
    return Desc(view.dtype, kinds, dims, data, view.block, strides, view.memory_ids), ()


def _position(low: Lowering, picked: Picked, e: Element, k: int, index: Index, sure: bool) -> str:
    """An index of the k-th gathered axis, counted from the front; checked but where it is known to be one."""
    value = in_dtype(picked.keys[k], e, mapped_index(e, picked.plans[k], index), "i64")
    dim = picked.view.dims[picked.axes[k]]
    if picked.masks[k]:
        return value
    return from_front(low, value, dim) if sure else checked(low, value, dim, picked.named[k])


def check_all(low: Lowering, picked: Picked) -> None:
    """Every index at once, before anything is written."""
    w = low.w

    def one(index: Index) -> None:
        e = Element(w)
        for k in range(len(picked.axes)):
            _position(low, picked, e, k, index, sure=False)

    if not all(picked.masks):
        with outlined(w, picked.keys):
            nest(w, picked.dims, one)


def gather(low: Lowering, node: Node, base: Desc, pattern: Sequence[str]) -> None:
    """A copy of the elements that the index arrays name."""
    w = low.w
    picked = pick(low, base, pattern, node.args[1:])
    _, dims = shape(picked)
    if isinstance(node.out.type, Scalar):
        e = Element(w)
        view, at = _row(low, picked, e, (), sure=False)
        low.env[node.out] = load(w, view, view.address(e, at))
        return
    assert isinstance(node.out.type, Array)
    target = low.new_array(node.out, tuple("1" if k == "1" else d for k, d in zip(node.out.type.dims, dims, strict=True)))

    def cell(e: Element, index: Index, row: Desc, at: Index) -> None:
        store(w, target, target.address(e, index), load(w, row, row.address(e, at)))

    with outlined(w, [picked.view, *picked.keys], (target,)):
        each(low, picked, target.dims, cell, sure=False)


def scatter(low: Lowering, node: Node, base: Desc, pattern: Sequence[str]) -> None:
    """base[index] = value, the last one winning; or += value, repeated indices adding up."""
    w = low.w
    if node.op == "store" and _is_filling(node, base):
        _fill(low, node, base)
        return
    picked = pick(low, base, pattern, node.args[2:])
    kinds, dims = shape(picked)
    source = low.expr(node.args[1])
    if overlap(source.memory, base.memory_ids):
        source = low.temporary(source)
    picked.keys = [low.temporary(key) if overlap(key.memory, base.memory_ids) else key for key in picked.keys]
    place = Desc(base.dtype, kinds, dims, picked.view.data, "null", ("0",) * len(dims), base.memory_ids)
    if pattern == ("a",) and source.rank == 1 and low.expr(node.args[2]).dtype == "bool":
        _check_count(low, source, dims[0])
    fitted: Expr = fit(low, source, place) if dims else source
    check_all(low, picked)

    def cell(e: Element, index: Index, row: Desc, at: Index) -> None:
        put(low, e, row, at, in_dtype(fitted, e, index, base.dtype), node.op == "accumulate")

    with outlined(w, [fitted, *picked.keys], (place,)):
        each(low, picked, dims, cell, sure=True)


def _is_filling(node: Node, base: Desc) -> bool:
    """base[mask] = number."""
    _, value, *keys = node.args
    mask = keys[0].type
    return len(keys) == base.rank == rank(mask) == 1 and isinstance(mask, Array) and mask.dtype == "bool" and rank(value.type) == 0


def _fill(low: Lowering, node: Node, base: Desc) -> None:
    """Every element is written, those that are not meant with what they are: nothing branches, and no positions are kept."""
    w, mask = low.w, low.expr(node.args[2])
    _fits(low, mask, base.dims[0], 0)
    if overlap(mask.memory, base.memory_ids):
        mask = low.temporary(mask)
    number = convert(w, low.scalar(node.args[1]), dtype_of(node.args[1].type), base.dtype)

    def body(e: Element, index: Index) -> None:
        place = base.address(e, index)
        old = load(w, base, place)
        wanted = in_dtype(mask, e, index, "bool")
        store(w, base, place, w.let(f"select i1 {wanted}, {REGISTER[base.dtype]} {number}, {REGISTER[base.dtype]} {old}"))

    over(w, [mask], base.dims, body, (base,))


def _check_count(low: Lowering, source: Expr, count: str) -> None:
    """As many values as the mask is true, or one."""
    w = low.w
    differs, many = w.let(f"icmp ne i64 {source.dims[0]}, {count}"), w.let(f"icmp ne i64 {source.dims[0]}, 1")
    text = "NumPy boolean array indexing assignment cannot assign %d input values to the %d output values where the mask is true"
    w.fail_if(w.let(f"and i1 {differs}, {many}"), Site(ValueError, text, 2, low.place), (source.dims[0], count))
