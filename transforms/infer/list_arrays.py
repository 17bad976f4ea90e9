"""Arrays out of lists of the run, and lists out of whatever is walked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from difflang import list_library
from difflang.ir import NONE, Atom, Const, Var, const
from difflang.op import Op
from difflang.types import ONE, UNDEFINED, Array, Scalar, promote

from . import lists
from .arrays import as_array, to_dtype
from .branches import branch
from .control import counted
from .born_lists import own_item
from .frame import Frame, list_array
from .items import setitem
from .iterables import each, length
from .operators import binary, changeable
from .values import Compound, Value, is_none


@list_array
def stacked(frame: Frame, owner: Compound, dtype: str | None) -> Atom:
    """np.array(owner): item by item into a new array."""
    size = lists.count(frame, owner)
    element = owner.info
    if isinstance(element, Scalar):
        name = dtype or element.dtype
        made = frame.emit("empty", size, dtype=name)
        _fill(frame, owner, made, name, ())
        return made
    if not lists.has_leaves(element):
        return frame.emit("zeros", size, dtype=dtype or "f64")
    _not_empty(frame, size)
    first = as_array(frame, lists.item(frame, owner, const(0)))
    common = promote(first.type)
    if not isinstance(common, Scalar):
        frame.fail(
            "DL019", "an array of this list depends on the type of its items, which is not known", "give the function's argument types"
        )
    name = dtype or common.dtype
    dims = _dims(frame, first)
    made = frame.emit("empty", size, *dims, dtype=name)
    _fill(frame, owner, made, name, dims)
    return made


def _not_empty(frame: Frame, size: Atom) -> None:
    message = "need at least one array to stack"
    frame.emit("check", frame.emit("greater", size, const(0)), error=ValueError, message=message, kind="raise")


def _dims(frame: Frame, value: Atom) -> list[Atom]:
    kinds = value.type.dims if isinstance(value.type, Array) else ()
    return [const(1) if kind == ONE else frame.emit("dim", value, axis=axis) for axis, kind in enumerate(kinds)]


def _fill(frame: Frame, owner: Compound, made: Atom, dtype: str, dims: Sequence[Atom]) -> None:
    def turn(k: Value, carried: Sequence[Value]) -> list[Value]:
        value = to_dtype(frame, as_array(frame, lists.item(frame, owner, k)), dtype)
        for mine, other in zip(dims, _dims(frame, value), strict=True):
            if not (isinstance(mine, Const) and mine == other):
                message = "setting an array element with a sequence: the items have different shapes"
                frame.emit("check", frame.emit("equal", mine, other), error=ValueError, message=message, kind="raise")
        setitem(frame, made, value, ("i",), [k])
        return []

    counted(frame, [const(0), lists.count(frame, owner), const(1)], turn, [], ["k"])


def joined(frame: Frame, owner: Compound, axis: int) -> Atom:
    """np.concatenate(owner, axis): arrays of the same sizes but along the axis."""
    _not_empty(frame, lists.count(frame, owner))
    first = lists.item(frame, owner, const(0))
    if isinstance(first, Compound) or not isinstance(first.type, Array) or not first.type.rank:
        frame.fail("DL005", "zero-dimensional arrays cannot be concatenated", "use np.array(...)")
    axis = axis % first.type.rank
    sizes: list[Atom] = _dims(frame, first)

    def add(k: Value, carried: Sequence[Value]) -> list[Value]:
        part = lists.item(frame, owner, k)
        return [binary(frame, "add", carried[0], frame.emit("dim", part, axis=axis))]

    bounds = [const(0), lists.count(frame, owner), const(1)]
    (total,) = counted(frame, bounds, add, [const(0)], ["k", "size"])
    sizes[axis] = frame.atom(total)
    made = frame.emit("empty", *sizes, dtype=first.type.dtype)

    def put(k: Value, carried: Sequence[Value]) -> list[Value]:
        part = lists.item(frame, owner, k)
        end = binary(frame, "add", carried[0], frame.emit("dim", part, axis=axis))
        pattern = (":",) * axis + ("s",)
        setitem(frame, made, part, pattern, [carried[0], end, NONE])
        return [end]

    counted(frame, bounds, put, [const(0)], ["k", "start"])
    return made


JOINING = ("stack", "concatenate", "vstack", "hstack", "column_stack")


def list_call(frame: Frame, op: Op, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value | None:
    """A function of NumPy that is given a sequence of arrays, where the sequence is a list of the run."""
    name = next((name for name in JOINING if getattr(np, name) in op.numpy), op.name)
    if not args or not lists.is_grown(args[0]) or not (op.variadic or name in JOINING):
        return None
    owner = args[0]
    assert isinstance(owner, Compound)
    given = args[1] if len(args) > 1 else kwargs.get("axis", const(0))
    axis = None if is_none(given) else frame.constant(given, "axis")
    rank = owner.info.rank if isinstance(owner.info, Array) else 0
    if name == "stack" or (name == "column_stack" and rank < 2) or (name == "vstack" and rank < 2):
        return _stack(frame, owner, 1 if name == "column_stack" else axis or 0)
    if name in ("concatenate", "vstack", "hstack", "column_stack"):
        fixed = {"vstack": 0, "hstack": 0 if rank == 1 else 1, "column_stack": 1}.get(name, axis)
        if fixed is None:
            frame.fail("DL004", "concatenate with axis=None of a list is outside the language", "ravel the arrays first")
        return joined(frame, owner, fixed) if rank else stacked(frame, owner, None)
    frame.fail("DL011", f"the number of arrays that {name} is given must be known while compiling", "pass a tuple")


def _stack(frame: Frame, owner: Compound, axis: int) -> Atom:
    made = stacked(frame, owner, None)
    assert isinstance(made.type, Array)
    rank = made.type.rank
    at = axis % rank
    if at == 0:
        return made
    axes = [*range(1, at + 1), 0, *range(at + 1, rank)]
    return frame.emit("copy", frame.emit("transpose", made, axes=tuple(axes)))


def collected(frame: Frame, iterable: Value) -> Compound:
    """list(iterable), of a length that is known when it runs."""
    if lists.is_grown(iterable):
        assert isinstance(iterable, Compound)
        return lists.copied(frame, iterable)
    made = lists.result_list(frame, UNDEFINED)

    def turn(value: Value, carried: Sequence[Value]) -> list[Value]:
        lists.push(frame, made, own_item(frame, value))
        return []

    each(frame, iterable, turn, [], ["item"], False)
    return made


# -------------------------------------------------------------------- operators


def list_binary(frame: Frame, op: str, one: Value, other: Value) -> Value | None:
    """An operator on lists of the run; None where it is not one of Python's lists."""
    if op == "add" and lists.is_list(one) and lists.is_list(other) and (lists.is_grown(one) or lists.is_grown(other)):
        return _added(frame, one, other)
    if op == "mul":
        for owner, count in ((one, other), (other, one)):
            if lists.is_list(owner) and isinstance(count, Var) and isinstance(count.type, Scalar) and count.type.dtype == "i64":
                return _repeated(frame, owner, count)
            if lists.is_grown(owner) and isinstance(count, Const) and isinstance(count.value, int):
                return _repeated(frame, owner, count)
    if op in list_library.COMPARISONS and lists.is_list(one) and lists.is_list(other) and (lists.is_grown(one) or lists.is_grown(other)):
        from .numbers import by_text

        return by_text(frame, list_library.COMPARISONS[op], [one, other])
    if op in ("equal", "not_equal") and lists.is_list(one) and lists.is_list(other) and (lists.is_grown(one) or lists.is_grown(other)):
        return _equal(frame, op, one, other)
    return None


def _added(frame: Frame, one: Value, other: Value) -> Value:
    made = lists.result_list(frame, UNDEFINED)
    for part in (one, other):
        _take(frame, made, part)
    return made


def _take(frame: Frame, made: Compound, part: Value) -> None:
    def turn(value: Value, carried: Sequence[Value]) -> list[Value]:
        lists.push(frame, made, value)
        return []

    each(frame, part, turn, [], ["item"], False)


def displayed(frame: Frame, values: Sequence[Value], stars: Sequence[int]) -> Value:
    """[*xs, y]"""
    made = lists.result_list(frame, UNDEFINED)
    for k, value in enumerate(values):
        if k in stars:
            _take(frame, made, value)
        else:
            lists.push(frame, made, value)
    return made


def _repeated(frame: Frame, owner: Value, count: Value) -> Value:
    if isinstance(owner, Compound) and not lists.is_grown(owner) and any(map(changeable, owner.items)):
        way_out = "make each anew: [... for _ in range(n)]"
        frame.fail("DL007", "the items of this list would all be one object, as often as the run says", way_out)
    made = lists.result_list(frame, UNDEFINED)

    def turn(k: Value, carried: Sequence[Value]) -> list[Value]:
        _take(frame, made, owner)
        return []

    counted(frame, [const(0), frame.atom(count), const(1)], turn, [], ["k"])
    return made


def _equal(frame: Frame, op: str, one: Value, other: Value) -> Value:
    same_size = frame.truth(binary(frame, "equal", length(frame, one), length(frame, other)))

    def compare() -> list[Value]:
        def turn(pair: Value, carried: Sequence[Value]) -> list[Value]:
            assert isinstance(pair, Compound)
            alike = frame.truth(binary(frame, "equal", *pair.items))
            return [branch(frame, alike, [lambda: [carried[0]], lambda: [const(False)]], ["same"])[0]]

        return each(frame, Compound("zip", (one, other)), turn, [const(True)], ["pair", "same"], False)

    same = branch(frame, same_size, [compare, lambda: [const(False)]], ["same"])[0]
    return same if op == "equal" else frame.emit("not_", frame.truth(same), flavor="python")


def contains(frame: Frame, value: Value, owner: Compound) -> Value:
    """value in owner."""

    def turn(element: Value, carried: Sequence[Value]) -> list[Value]:
        alike = frame.truth(binary(frame, "equal", value, element))
        return [branch(frame, alike, [lambda: [const(True)], lambda: [carried[0]]], ["found"])[0]]

    return each(frame, owner, turn, [const(False)], ["x", "found"], False)[0]


__all__ = ["collected", "contains", "displayed", "joined", "list_binary", "list_call", "stacked"]
