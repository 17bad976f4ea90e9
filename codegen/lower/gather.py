"""Indexing with arrays of integers or truths: reading, writing, adding, one element after the other.

NumPy's rule: the index arrays (and integers beside them) broadcast together; their axes stand where the arrays stood if those
are side by side, else in front. A truth array of one axis becomes the positions where it is true.
"""

from __future__ import annotations

from collections.abc import Sequence

from difflang.ir import Atom, Node
from difflang.records import dataclass
from difflang.types import Array, Scalar

from ..alias import overlap
from ..arrays import Desc, Element, Expr, Index, Plan, in_dtype, load, mapped_index, store
from .loops import broadcast, counting, nest, when
from .lower import Lowering
from ..memory import fresh
from ..outline import outlined
from ..places import checked, fit, put, select
from ..writer import Site, Writer


@dataclass
class Picked:
    """An advanced index taken apart: `view` is the base with its slices applied, `keys` the index of each picked axis."""

    view: Desc
    axes: list[int]  # of the view, in order
    keys: list[Expr]
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
    axes: list[int] = []
    axis = 0
    for code in pattern:
        if code in "ai":
            keys.append(_key(low, rest.pop(0), base.dims[axis], axis))
            axes.append(len(sliced))
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
    return Picked(view, axes, keys, list(plans), kinds, dims, axes[0] if together else 0)


def _key(low: Lowering, atom: Atom, dim: str, axis: int) -> Expr:
    """One index operand: integers as they are, truths as the positions of the true ones."""
    key = low.expr(atom)
    if key.dtype == "bool" and key.rank == 1:
        text = f"boolean index did not match indexed array along axis {axis}; "
        text += "size of axis is %d but size of corresponding boolean axis is %d"
        low.w.fail_if(low.w.pure(f"icmp ne i64 {dim}, {key.dims[0]}"), Site(IndexError, text, 2, low.place), (dim, key.dims[0]))
        return positions(low, low.array(atom))
    return key


def positions(low: Lowering, mask: Desc) -> Desc:
    """np.flatnonzero: two passes, the first counts."""
    w = low.w
    count = w.alloca("i64")
    w.do(f"store i64 0, ptr {count}")
    with counting(w, mask.dims[0]) as k:
        one = w.let(f"zext i1 {mask.at(Element(w), (k,))} to i64")
        bump(w, count, one)
    target = fresh(low, "i64", ("?",), (w.let(f"load i64, ptr {count}"),), low.new_memory())
    low.temporaries.append(target)
    w.do(f"store i64 0, ptr {count}")
    with counting(w, mask.dims[0]) as k:
        with when(w, mask.at(Element(w), (k,))):
            at = w.let(f"load i64, ptr {count}")
            e = Element(w)
            store(w, target, target.address(e, (at,)), k)
            bump(w, count, "1")
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


def located(low: Lowering, picked: Picked, e: Element, index: Index) -> Index:
    """The view's index for a result's index, checked."""
    at, count = picked.front, len(picked.dims)
    gathered, others = index[at : at + count], list((*index[:at], *index[at + count :]))
    found: list[str] = []
    for axis in range(picked.view.rank):
        if axis not in picked.axes:
            found.append(others.pop(0))
            continue
        k = picked.axes.index(axis)
        value = in_dtype(picked.keys[k], e, mapped_index(e, picked.plans[k], gathered), "i64")
        found.append(checked(low, value, picked.view.dims[axis], axis))
    return tuple(found)


def check_all(low: Lowering, picked: Picked) -> None:
    """Every index at once, before anything is written."""
    w = low.w

    def one(index: Index) -> None:
        e = Element(w)
        for k, axis in enumerate(picked.axes):
            value = in_dtype(picked.keys[k], e, mapped_index(e, picked.plans[k], index), "i64")
            checked(low, value, picked.view.dims[axis], axis)

    with outlined(w, picked.keys):
        nest(w, picked.dims, one)


def gather(low: Lowering, node: Node, base: Desc, pattern: Sequence[str]) -> None:
    """A copy of the elements that the index arrays name."""
    w = low.w
    picked = pick(low, base, pattern, node.args[1:])
    _, dims = shape(picked)
    if isinstance(node.out.type, Scalar):
        e = Element(w)
        low.env[node.out] = load(w, picked.view, picked.view.address(e, located(low, picked, e, ())))
        return
    assert isinstance(node.out.type, Array)
    target = low.new_array(node.out, tuple("1" if k == "1" else d for k, d in zip(node.out.type.dims, dims, strict=True)))

    def one(index: Index) -> None:
        e = Element(w)
        value = load(w, picked.view, picked.view.address(e, located(low, picked, e, index)))
        store(w, target, target.address(e, index), value)

    with outlined(w, [picked.view, *picked.keys], (target,)):
        nest(w, target.dims, one)


def scatter(low: Lowering, node: Node, base: Desc, pattern: Sequence[str]) -> None:
    """base[index] = value, the last one winning; or += value, repeated indices adding up."""
    w = low.w
    picked = pick(low, base, pattern, node.args[2:])
    kinds, dims = shape(picked)
    source = low.expr(node.args[1])
    if any(overlap(leaf.memory_ids, base.memory_ids) for leaf in source.leaves()):
        source = low.temporary(source)
    place = Desc(base.dtype, kinds, dims, base.data, "null", ("0",) * len(dims), base.memory_ids)
    if pattern == ("a",) and source.rank == 1 and low.expr(node.args[2]).dtype == "bool":
        _check_count(low, source, dims[0])
    fitted: Expr = fit(low, source, place) if dims else source
    check_all(low, picked)

    def one(index: Index) -> None:
        e = Element(w)
        value = in_dtype(fitted, e, index, base.dtype)
        put(low, e, picked.view, located(low, picked, e, index), value, node.op == "accumulate")

    with outlined(w, [fitted, *picked.keys], (place,)):
        nest(w, dims, one)


def _check_count(low: Lowering, source: Expr, count: str) -> None:
    """As many values as the mask is true, or one."""
    w = low.w
    differs, many = w.let(f"icmp ne i64 {source.dims[0]}, {count}"), w.let(f"icmp ne i64 {source.dims[0]}, 1")
    text = "NumPy boolean array indexing assignment cannot assign %d input values to the %d output values where the mask is true"
    w.fail_if(w.let(f"and i1 {differs}, {many}"), Site(ValueError, text, 2, low.place), (source.dims[0], count))
