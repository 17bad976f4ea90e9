"""The methods of NumPy's ufuncs: reduce, accumulate, outer, at, reduceat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from difflang.ir import NONE, Atom, const
from difflang.numpy_library import reduceat
from difflang.op import Op, lookup, row
from difflang.types import Scalar, promote, rank

from .extras import is_true, plain_row, shape_of, to_array_dtype, written
from .frame import Frame
from .items import getitem, setitem
from .values import Compound, Value, is_none

REDUCES = {
    np.add: "sum", np.multiply: "prod", np.maximum: "max", np.minimum: "min", np.logical_and: "all", np.logical_or: "any",
}  # fmt: skip
RUNS = {np.add: "cumsum", np.multiply: "cumprod", np.maximum: "cummax", np.minimum: "cummin"}


def ufunc_method(frame: Frame, ufunc: Any, name: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value | None:
    """np.add.reduce and its like."""
    found = lookup(ufunc)
    if found is None:
        return None
    op = found[0]
    if name == "reduce":
        return _reduce(frame, ufunc, op, args, kwargs)
    if name == "accumulate":
        return _accumulate(frame, ufunc, op, args, kwargs)
    if name == "outer" and len(args) == 2:
        x, y = map(frame.atom, args)
        wide = frame.emit("reshape", x, *shape_of(frame, x), *[const(1)] * (rank(y.type) or 0)) if rank(x.type) else x
        return plain_row(frame, op, "numpy", [wide, y], kwargs)
    if name == "at":
        return _at(frame, op, args)
    if name == "reduceat":
        from .numbers import by_text
        from .values import denote

        return by_text(frame, reduceat, [denote(ufunc), *args], kwargs)
    return None


REDUCE_TAKES = ("axis", "dtype", "out", "keepdims", "initial", "where")
ACCUMULATE_TAKES = ("axis", "dtype", "out")


def _named(takes: Sequence[str], args: Sequence[Value], kwargs: Mapping[str, Value]) -> dict[str, Value]:
    """What a method of a ufunc takes after its array, by name; what says nothing is left out."""
    named = {**dict(zip(takes, args[1:], strict=False)), **kwargs}
    return {name: value for name, value in named.items() if name == "axis" or not (is_none(value) or name == "where" and is_true(value))}


def _reduce(frame: Frame, ufunc: Any, op: Op, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    from .arrays import call_row
    from .iterables import each

    named = {"axis": const(0), **_named(REDUCE_TAKES, args, kwargs)}
    if ufunc in REDUCES:
        return call_row(frame, row(REDUCES[ufunc]), None, [args[0]], named)
    axis = frame.constant(named.pop("axis"), "an axis")
    keepdims = frame.constant(named.pop("keepdims", const(False)), "keepdims")
    out, initial = named.pop("out", None), named.pop("initial", None)
    source = _in_dtype(frame, frame.atom(args[0]), named.pop("dtype", None))
    for name in named:
        frame.fail("DL017", f"np.{ufunc.__name__}.reduce() has no {name}= here", "take the elements first")
    x = _in_dtype_of_result(frame, op, _axis_first(frame, source, axis))
    first, rest = (getitem(frame, x, ("i",), [const(0)]), _behind_first(frame, x)) if initial is None else (initial, x)
    if initial is not None and frame.rank(x, "an axis") > 1:
        first = frame.emit("broadcast_to", to_array_dtype(frame, frame.atom(initial), x), *shape_of(frame, x)[1:])
    (result,) = each(
        frame, rest, lambda item, so_far: [plain_row(frame, op, "numpy", [so_far[0], item], {})], [first], ["x", "total"], False
    )
    if keepdims:
        gone = range(frame.rank(source, "an axis")) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        result = frame.emit("expand_dims", result, axis=tuple(gone))
    return result if out is None else written(frame, out, result)


def _behind_first(frame: Frame, x: Atom) -> Value:
    return getitem(frame, x, ("s",), [const(1), NONE, NONE])


def _in_dtype(frame: Frame, x: Atom, dtype: Value | None) -> Atom:
    from .arrays import dtype_name, to_dtype

    name = None if dtype is None else dtype_name(frame, frame.constant(dtype, "a dtype"))
    return x if name is None else to_dtype(frame, x, name)


def _in_dtype_of_result(frame: Frame, op: Op, x: Atom) -> Atom:
    """The elements in the dtype that the ufunc makes of two of them: what has been found so far is kept in it."""
    from .arrays import to_dtype

    made = promote(frame.atom(plain_row(frame, op, "numpy", [x, x], {})).type)
    return to_dtype(frame, x, made.dtype) if isinstance(made, Scalar) else x


def _axis_first(frame: Frame, x: Atom, axis: Any) -> Atom:
    length = frame.rank(x, "an axis")
    if axis is None:
        return frame.emit("reshape", x, const(-1))
    if isinstance(axis, tuple):
        gone = [int(a) % max(length, 1) for a in axis]
        last = [s for k, s in enumerate(shape_of(frame, x)) if k not in gone]
        return frame.emit("reshape", frame.emit("moveaxis", x, source=tuple(gone), destination=tuple(range(len(gone)))), const(-1), *last)
    at = int(axis) % max(length, 1)
    return x if at == 0 else frame.emit("moveaxis", x, source=at, destination=0)


def _accumulate(frame: Frame, ufunc: Any, op: Op, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    from .iterables import each

    named = _named(ACCUMULATE_TAKES, args, kwargs)
    axis = frame.constant(named.get("axis", const(0)), "an axis")
    x = _in_dtype(frame, frame.atom(args[0]), named.get("dtype"))
    if ufunc in RUNS:
        found = frame.emit(RUNS[ufunc], x, axis=axis)
        found = _in_dtype(frame, found, named.get("dtype"))
        return found if "out" not in named else written(frame, named["out"], found)
    lines = _axis_first(frame, x, axis)
    result = frame.emit("copy", _in_dtype_of_result(frame, op, lines))
    count = frame.emit("dim", lines, axis=0)

    def turn(k: Value, carried: Sequence[Value]) -> list[Value]:
        before = getitem(frame, result, ("i",), [frame.emit("sub", k, const(1))])
        setitem(frame, result, plain_row(frame, op, "numpy", [before, getitem(frame, lines, ("i",), [k])], {}), ("i",), [k])
        return []

    each(frame, Compound("range", (const(1), count, const(1))), turn, [], ["k"], False)
    at = int(axis) % max(frame.rank(x, "an axis"), 1)
    result = result if at == 0 else frame.emit("moveaxis", result, source=0, destination=at)
    return result if "out" not in named else written(frame, named["out"], result)


def _at(frame: Frame, op: Op, args: Sequence[Value]) -> Value | None:
    """np.maximum.at and its like: one index after the other."""
    from .iterables import each

    target, index, *values = args
    keys = list(index.items) if isinstance(index, Compound) and index.kind == "tuple" else [index]
    atoms = [frame.atom(key) for key in keys]
    if any(rank(key.type) != 1 for key in atoms):
        frame.fail("DL023", f"{op.name}.at takes index arrays of one axis here", "flatten them")
    value = frame.atom(values[0]) if values else None
    count = frame.emit("dim", atoms[0], axis=0)
    if value is not None and rank(value.type):
        value = frame.emit("broadcast_to", value, count)

    def turn(k: Value, carried: Sequence[Value]) -> list[Value]:
        where = [getitem(frame, key, ("i",), [k]) for key in atoms]
        old = getitem(frame, target, ("i",) * len(where), where)
        given = [] if value is None else [getitem(frame, value, ("i",), [k]) if rank(value.type) else value]
        new = frame.atom(plain_row(frame, op, "numpy", [old, *given], {}))
        setitem(frame, target, new, ("i",) * len(where), where)
        return []

    each(frame, Compound("range", (const(0), count, const(1))), turn, [], ["k"], False)
    return NONE
