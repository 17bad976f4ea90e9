"""NumPy's functions that call a function: vectorize, apply_along_axis, fromfunction, piecewise; and walks over all indices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from difflang.ir import Atom, const
from difflang.op import row
from difflang.types import Array, Scalar, rank

from .arrays import call_row
from .builtins import builtin
from .frame import Frame
from .items import getitem, setitem
from .sizes import shape
from .iterables import each
from .values import Compound, Value, denote, is_static, python_value

Named = Mapping[str, Value]


def _called(frame: Frame, function: Value, args: Sequence[Value], kwargs: Named) -> Value:
    from .calls import call

    return call(frame, function, args, kwargs)


@builtin(np.vectorize, low=1, names=("otypes", "doc", "excluded", "cache", "signature"))
def _vectorize(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    if "signature" in kwargs or "excluded" in kwargs:
        frame.fail("DL017", "np.vectorize takes a function here")
    return Compound("partial", (denote(vectorized), args[0]), ())


def vectorized(function: Any, *args: Any) -> Any:
    """Stands for what np.vectorize makes: each element is given to the function."""
    raise NotImplementedError


@builtin(vectorized, low=2)
def _for_each_element(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    function, *given = args
    atoms = [frame.atom(value) for value in given]
    arrays = [a for a in atoms if rank(a.type)]
    if not arrays:
        return _strong(frame, _called(frame, function, atoms, {}))
    whole = arrays[0]
    for other in arrays[1:]:
        whole = frame.emit("where", const(True), whole, other)
    sizes = list(shape(frame, whole).items)
    rows = [frame.emit("reshape", frame.emit("broadcast_to", a, *sizes), const(-1)) if rank(a.type) else a for a in atoms]

    def at(k: Value) -> Atom:
        items = [getitem(frame, r, ("i",), [k]) if rank(r.type) else r for r in rows]
        return frame.atom(_strong(frame, _called(frame, function, items, {})))

    return frame.emit("reshape", _filled(frame, at, frame.emit("size", whole)), *sizes)


def _strong(frame: Frame, value: Value) -> Value:
    """A Python number as NumPy's, as an array would hold it."""
    type = getattr(value, "type", None)
    if isinstance(type, Scalar) and type.weak:
        return frame.emit("cast", value, dtype=type.dtype, weak=False)
    return value


def _filled(frame: Frame, at: Any, count: Atom) -> Atom:
    """An array of what `at(k)` gives for k from 0; the first one says of which dtype and shape."""
    first = at(const(0))
    sizes = list(shape(frame, first).items) if rank(first.type) else []
    assert isinstance(first.type, (Array, Scalar))
    result = frame.emit("zeros", count, *sizes, dtype=first.type.dtype)
    setitem(frame, result, first, ("i",), [const(0)])

    def turn(k: Value, carried: Sequence[Value]) -> list[Value]:
        setitem(frame, result, at(k), ("i",), [k])
        return []

    each(frame, Compound("range", (const(1), count, const(1))), turn, [], ["k"], False)
    return result


@builtin(np.apply_along_axis, low=3)
def _apply_along_axis(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    function, axis_given, array, *more = args
    x = frame.atom(array)
    axes = frame.rank(x, "an axis")
    axis = int(frame.constant(axis_given, "an axis")) % max(axes, 1)
    moved = frame.emit("moveaxis", x, source=axis, destination=axes - 1)
    sizes = list(shape(frame, moved).items)
    lines = frame.emit("reshape", moved, const(-1), sizes[-1])

    def at(k: Value) -> Atom:
        line = getitem(frame, lines, ("i",), [k])
        return frame.atom(_strong(frame, _called(frame, function, [line, *more], kwargs)))

    if axes == 1:
        return at(const(0))
    found = _filled(frame, at, frame.emit("dim", lines, axis=0))
    inner = list(shape(frame, found).items)[1:]
    whole = frame.emit("reshape", found, *sizes[:-1], *inner)
    for k in range(len(inner)):
        whole = frame.emit("moveaxis", whole, source=axes - 1 + k, destination=axis + k)
    return whole


@builtin(np.fromfunction, low=2, high=2, names=("dtype",))
def _fromfunction(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    grid = call_row(frame, row("indices"), None, [args[1]], {"dtype": kwargs.get("dtype", denote(float))})
    count = len(args[1].items) if isinstance(args[1], Compound) else 1
    return _called(frame, args[0], [getitem(frame, grid, ("i",), [const(k)]) for k in range(count)], {})


@builtin(np.piecewise, low=3)
def _piecewise(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    """Each function on the elements for which its condition holds."""
    x, conditions, functions, *more = args
    if not isinstance(conditions, Compound) or not isinstance(functions, Compound):
        frame.fail("DL005", "np.piecewise takes lists of conditions and of functions here")
    atom, masks = frame.atom(x), [frame.atom(c) for c in conditions.items]
    if len(functions.items) == len(masks) + 1:
        some = masks[0]
        for mask in masks[1:]:
            some = frame.emit("logical_or", some, mask)
        masks.append(frame.emit("not_", some))
    if not rank(atom.type):
        frame.fail("DL005", "np.piecewise takes an array here", "use a conditional expression")
    result = frame.emit("zeros_like", atom)
    for mask, function in zip(masks, functions.items, strict=True):
        calls = isinstance(function, Compound) or (is_static(function) and callable(python_value(function)))
        value = _called(frame, function, [getitem(frame, atom, ("i",), [mask]), *more], kwargs) if calls else function
        setitem(frame, result, value, ("i",), [mask])
    return result


@builtin(np.ndindex)
def _ndindex(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    """All indices of an array of this shape, row by row."""
    sizes = args[0].items if len(args) == 1 and isinstance(args[0], Compound) else tuple(args)
    return Compound("ndindex", tuple(sizes))


@builtin(np.ndenumerate, low=1, high=1)
def _ndenumerate(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    x = frame.atom(args[0])
    row_by_row = frame.emit("reshape", x, const(-1))
    return Compound("zip", (Compound("ndindex", tuple(shape(frame, x).items)), row_by_row))
