"""Sizes, and arrays in another shape: views where the memory allows it."""

from __future__ import annotations

from collections.abc import Sequence

from difflang.ir import Atom, Const, Node
from difflang.ops.shape import permutation, squeezed
from difflang.types import ONE, Array, Stack

from ..arrays import Axis, Desc, Element, Expr, Fixed, Index, Mapped, c_strides, in_dtype, size, store
from .loops import assign, axis_plan, shape_text
from .lower import Lowering, handles
from .ranges import SIZES
from ..stacks import copied
from ..writer import Site


@handles("dim")
def lower_dim(low: Lowering, node: Node) -> None:
    low.ranges.learn(node.out, SIZES)
    low.env[node.out] = low.dims(node.args[0])[node.attrs["axis"]]


@handles("size")
def lower_size(low: Lowering, node: Node) -> None:
    low.ranges.learn(node.out, SIZES)
    low.env[node.out] = size(low.w, low.dims(node.args[0]))


@handles("stop_gradient")
def lower_same(low: Lowering, node: Node) -> None:
    low.env[node.out] = low.get(node.args[0])


@handles("copy")
def lower_copy(low: Lowering, node: Node) -> None:
    value = low.get(node.args[0])
    if isinstance(node.out.type, Stack):
        copied(low, node)
        return
    if not isinstance(node.out.type, Array):
        low.env[node.out] = value
        return
    source = low.expr(node.args[0])
    assign(low.w, low.new_array(node.out, source.dims), source)


def rearranged(low: Lowering, node: Node, base: Expr, kinds: Sequence[str], sources: Sequence[int | None]) -> None:
    """Bind a view whose axis k is the base's axis sources[k], or a new one of size one."""
    dims = tuple("1" if s is None or kinds[k] == ONE else base.dims[s] for k, s in enumerate(sources))
    if not isinstance(node.out.type, Array):
        low.env[node.out] = base.at(Element(low.w), ("0",) * base.rank)
    elif isinstance(base, Desc):
        strides = tuple("0" if s is None else base.strides[s] for s in sources)
        plain = [s for s in sources if s is not None] == sorted(s for s in sources if s is not None)
        dense = base.contiguous and plain
        low.env[node.out] = Desc(base.dtype, tuple(kinds), dims, base.data, base.block, strides, low.memory(node.out), dense)
    else:
        places = {s: k for k, s in enumerate(sources) if s is not None}
        plan = tuple(Axis(places[s]) if s in places else Fixed() for s in range(base.rank))
        low.env[node.out] = Mapped(base.dtype, tuple(kinds), dims, base, plan)


@handles("transpose")
def lower_transpose(low: Lowering, node: Node) -> None:
    base = low.expr(node.args[0])
    order = permutation(node.attrs.get("axes"), base.rank)
    rearranged(low, node, base, [base.kinds[a] for a in order], order)


@handles("expand_dims")
def lower_expand(low: Lowering, node: Node) -> None:
    base = low.expr(node.args[0])
    axes = node.attrs["axis"] if isinstance(node.attrs["axis"], tuple) else (node.attrs["axis"],)
    length = base.rank + len(axes)
    new = {a % length for a in axes}
    old = iter(range(base.rank))
    sources = [None if k in new else next(old) for k in range(length)]
    if not isinstance(base, Desc) and base.rank == 0:
        low.finish(node, Mapped(base.dtype, (ONE,) * length, ("1",) * length, base, ()))
        return
    rearranged(low, node, base, [ONE if s is None else base.kinds[s] for s in sources], sources)


@handles("squeeze")
def lower_squeeze(low: Lowering, node: Node) -> None:
    base = low.expr(node.args[0])
    gone = squeezed(Array(base.dtype, base.kinds), node.attrs.get("axis"))
    for k in gone:
        if base.kinds[k] != ONE:
            text = "cannot select an axis to squeeze out which has size not equal to one"
            low.w.fail_if(low.w.let(f"icmp ne i64 {base.dims[k]}, 1"), Site(ValueError, text, 0, low.place))
    sources = [k for k in range(base.rank) if k not in gone]
    rearranged(low, node, base, [base.kinds[s] for s in sources], sources)


@handles("flip")
def lower_flip(low: Lowering, node: Node) -> None:
    """The last element first: a negative stride."""
    w, base = low.w, low.array(node.args[0])
    axis = node.attrs.get("axis")
    axes = range(base.rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    data, strides = base.data, list(base.strides)
    for a in axes:
        if base.kinds[a] != ONE:
            last = w.let(f"mul nsw i64 {w.let(f'sub i64 {base.dims[a]}, 1')}, {strides[a]}")
            data = w.let(f"getelementptr i8, ptr {data}, i64 {last}", "p")
            strides[a] = w.let(f"sub i64 0, {strides[a]}")
    low.env[node.out] = Desc(base.dtype, base.kinds, base.dims, data, base.block, tuple(strides), low.memory(node.out), False)


@handles("broadcast_to")
def lower_broadcast(low: Lowering, node: Node) -> None:
    """Axes of size one repeated: strides of zero, or an index map where the operand is fused."""
    w, base = low.w, low.expr(node.args[0])
    if not isinstance(node.out.type, Array):
        low.env[node.out] = low.scalar(node.args[0])
        return
    kinds = node.out.type.dims
    dims = tuple("1" if kind == ONE else low.scalar(a, "i64") for kind, a in zip(kinds, node.args[1:], strict=True))
    shift = len(kinds) - base.rank
    strides = ["0"] * len(kinds)
    plan: list[Axis | Fixed] = []
    for k in range(base.rank):
        entry = axis_plan(w, base.kinds[k], base.dims[k], kinds[k + shift], dims[k + shift], k + shift)
        _check_repeat(low, base, k, dims, shift)
        plan.append(entry)
        if isinstance(base, Desc) and isinstance(entry, Axis):
            strides[k + shift] = w.let(f"and i64 {base.strides[k]}, {entry.mask}") if entry.mask else base.strides[k]
    memory = low.memory(node.out)
    if isinstance(base, Desc):
        low.env[node.out] = Desc(base.dtype, kinds, dims, base.data, base.block, tuple(strides), memory, False)
    else:
        low.finish(node, Mapped(base.dtype, kinds, dims, base, tuple(plan)))


def _check_repeat(low: Lowering, base: Expr, axis: int, dims: Sequence[str], shift: int) -> None:
    dim = dims[axis + shift]
    if base.kinds[axis] == ONE or base.dims[axis] == dim:
        return
    w = low.w
    differs = w.let(f"icmp ne i64 {base.dims[axis]}, {dim}")
    if base.kinds[axis] != "n":
        differs = w.let(f"and i1 {differs}, {w.let(f'icmp ne i64 {base.dims[axis]}, 1')}")
    if base.rank + len(dims) > 4:  # as many numbers as a fault takes
        w.fail_if(differs, Site(ValueError, f"axis {axis} of size %d cannot be broadcast to size %d", 2, low.place), (base.dims[axis], dim))
        return
    text = "operands could not be broadcast together with remapped shapes [original->remapped]: "
    text += f"{shape_text(base.rank)}  and requested shape {shape_text(len(dims))}"
    w.fail_if(differs, Site(ValueError, text, base.rank + len(dims), low.place), (*base.dims, *dims))


@handles("reshape")
def lower_reshape(low: Lowering, node: Node) -> None:
    """A view of C-contiguous memory, else a copy."""
    base = low.array(node.args[0]) if isinstance(node.args[0].type, Array) else low.temporary(low.expr(node.args[0]))
    if not isinstance(node.out.type, Array):
        total = size(low.w, base.dims)
        if total != "1":
            _fits(low, low.w.pure(f"icmp ne i64 {total}, 1"), total, ())
        low.env[node.out] = base.at(Element(low.w), ("0",) * base.rank)
        return
    dims = _shape(low, base, node.args[1:], node.out.type)
    w = low.w
    if isinstance(node.args[0].type, Array) and node.args[0].type.layout != "A":
        strides = c_strides(w, base.dtype, dims)
        low.env[node.out] = Desc(base.dtype, node.out.type.dims, dims, base.data, base.block, strides, low.memory(node.out), True)
        return
    target = low.new_array(node.out, dims)
    flat = Desc(base.dtype, base.kinds, base.dims, target.data, "null", c_strides(w, base.dtype, base.dims), target.memory_ids, True)
    assign(w, flat, base)


def _shape(low: Lowering, base: Expr, sizes: Sequence[Atom], type: Array) -> Index:
    """The new sizes, -1 found from the others. Raises NumPy's ValueError where the number of elements differs."""
    w = low.w
    total = size(w, base.dims)
    given = [low.scalar(a, "i64") for a in sizes]
    constants = [a.value if isinstance(a, Const) else None for a in sizes]
    if -1 not in constants and all(c is not None for c in constants) and not total.startswith("%"):
        return tuple(given)
    if None in constants and -1 not in constants:
        return _open_shape(low, given, total, type)
    free = constants.index(-1) if -1 in constants else None
    known = size(w, [g for k, g in enumerate(given) if k != free])
    if free is None:
        _fits(low, w.pure(f"icmp ne i64 {known}, {total}") if known != total else "false", total, given)
        return tuple("1" if kind == ONE else g for kind, g in zip(type.dims, given, strict=True))
    given[free] = _missing(low, known, total, [g if k != free else "newaxis" for k, g in enumerate(given)])
    return tuple("1" if kind == ONE and k != free else g for k, (kind, g) in enumerate(zip(type.dims, given, strict=True)))


def _missing(low: Lowering, known: str, total: str, given: list[str]) -> str:
    """The size that -1 stands for."""
    w = low.w
    if known == "1":
        return total
    zero = w.pure(f"icmp eq i64 {known}, 0")
    divisor = w.pure(f"select i1 {zero}, i64 1, i64 {known}")
    quotient = w.pure(f"udiv i64 {total}, {divisor}")
    rest = w.let(f"icmp ne i64 {w.times(quotient, known)}, {total}")
    _fits(low, w.let(f"or i1 {zero}, {rest}"), total, given)
    return quotient


def _fits(low: Lowering, bad: str, total: str, given: Sequence[str]) -> None:
    """NumPy's ValueError where the elements do not fit the shape."""
    sizes = [g for g in given if g != "newaxis"]
    if len(sizes) > 3:
        low.w.fail_if(bad, Site(ValueError, "cannot reshape array of size %d into this shape", 1, low.place), (total,))
        return
    names = ["newaxis" if g == "newaxis" else "%d" for g in given]
    text = "cannot reshape array of size %d into shape (" + ",".join(names) + (",)" if len(names) == 1 else ")")
    low.w.fail_if(bad, Site(ValueError, text, 1 + len(sizes), low.place), (total, *sizes))


def _open_shape(low: Lowering, given: list[str], total: str, type: Array) -> Index:
    """Sizes known only now: one of them may be -1."""
    w = low.w
    negative = [w.let(f"icmp eq i64 {g}, -1") for g in given]
    known = size(w, [w.let(f"select i1 {n}, i64 1, i64 {g}") for g, n in zip(given, negative, strict=True)])
    count = "0"
    for n in negative:
        count = w.let(f"add i64 {count}, {w.let(f'zext i1 {n} to i64')}")
    w.fail_if(w.let(f"icmp sgt i64 {count}, 1"), Site(ValueError, "can only specify one unknown dimension", 0, low.place))
    zero = w.let(f"icmp eq i64 {known}, 0")
    quotient = w.let(f"udiv i64 {total}, {w.let(f'select i1 {zero}, i64 1, i64 {known}')}")
    dims = [w.let(f"select i1 {n}, i64 {quotient}, i64 {g}") for g, n in zip(given, negative, strict=True)]
    _fits(low, w.let(f"icmp ne i64 {size(w, dims)}, {total}"), total, given)
    return tuple("1" if kind == ONE else d for kind, d in zip(type.dims, dims, strict=True))


@handles("concatenate")
def lower_concatenate(low: Lowering, node: Node) -> None:
    """Each array into its part of the result."""
    w, axis = low.w, node.attrs["axis"]
    parts = [low.expr(a) for a in node.args]
    total = parts[0].dims[axis]
    for part in parts[1:]:
        total = w.let(f"add i64 {total}, {part.dims[axis]}")
        for k in range(part.rank):
            if k != axis and part.dims[k] != parts[0].dims[k]:
                text = "all the input array dimensions except for the concatenation axis must match exactly, "
                text += f"but along dimension {k}, the array at index 0 has size %d and the array at index {parts.index(part)} has size %d"
                bad = w.let(f"icmp ne i64 {part.dims[k]}, {parts[0].dims[k]}")
                w.fail_if(bad, Site(ValueError, text, 2, low.place), (parts[0].dims[k], part.dims[k]))
    dims = tuple(total if k == axis else dim for k, dim in enumerate(parts[0].dims))
    target = low.new_array(node.out, _stated(node, dims))
    at = "0"
    for part in parts:
        assign(w, window(low, target, axis, at, part.dims[axis], part.kinds), part)
        at = part.dims[axis] if at == "0" else w.let(f"add i64 {at}, {part.dims[axis]}")


def _stated(node: Node, dims: Sequence[str]) -> Index:
    """Sizes of one as literals, where the type knows them."""
    assert isinstance(node.out.type, Array)
    return tuple("1" if kind == ONE else dim for kind, dim in zip(node.out.type.dims, dims, strict=True))


def window(low: Lowering, target: Desc, axis: int, start: str, count: str, kinds: Sequence[str]) -> Desc:
    """A part of an array along one axis."""
    w = low.w
    data = target.data
    if start != "0":
        data = w.let(f"getelementptr i8, ptr {data}, i64 {w.let(f'mul nsw i64 {start}, {target.strides[axis]}')}", "p")
    dims = tuple(count if k == axis else dim for k, dim in enumerate(target.dims))
    return Desc(target.dtype, tuple(kinds), dims, data, "null", target.strides, target.memory_ids, axis == 0 and target.contiguous)


@handles("stack")
def lower_stack(low: Lowering, node: Node) -> None:
    """Each array into its place along a new axis."""
    axis = node.attrs["axis"]
    parts = [low.expr(a) for a in node.args]
    for other in parts[1:]:
        for mine, theirs in zip(parts[0].dims, other.dims, strict=True):
            if mine != theirs:
                bad = low.w.let(f"icmp ne i64 {mine}, {theirs}")
                low.w.fail_if(bad, Site(ValueError, "all input arrays must have the same shape", 0, low.place))
    dims = list(parts[0].dims)
    dims.insert(axis, str(len(parts)))
    target = low.new_array(node.out, dims)
    for k, part in enumerate(parts):
        whole = window(low, target, axis, str(k), "1", target.kinds)
        keep = [i for i in range(target.rank) if i != axis]
        view = Desc(
            target.dtype, part.kinds, part.dims, whole.data, "null", tuple(target.strides[i] for i in keep), target.memory_ids,
            axis == 0 or not keep,
        )  # fmt: skip
        if not keep:
            store(low.w, view, view.data, in_dtype(part, Element(low.w), (), target.dtype))
        else:
            assign(low.w, view, part)
