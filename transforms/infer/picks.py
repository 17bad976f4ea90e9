"""What a generator chooses, shuffles and shares out: whole numbers, permutations, samples, and rows that add up."""

from __future__ import annotations

from difflang import random_library as texts
from difflang.ir import NONE, Atom, const
from difflang.op import row
from difflang.types import Array, Scalar

from .arrays import call_row, dtype_name
from .frame import Frame
from .items import getitem, setitem
from .numbers import by_text
from .random import drawn, method, need, number, shape_of
from .values import Compound, Value, is_none, is_static, python_value

TRUE, FALSE, FIRST = const(True), const(False), const(0)
WHOLE = ("i64", "i32", "i16", "i8", "u64", "u32", "u16", "u8", "bool")


@method("integers")
def _integers(
    frame: Frame, rng: Value, low: Value, high: Value = NONE, size: Value = NONE, dtype: Value = NONE, endpoint: Value = FALSE
) -> Value:
    name = None if is_none(dtype) else dtype_name(frame, frame.constant(dtype, "a dtype"))
    if name not in (None, *WHOLE):
        frame.fail("DL005", f"Unsupported dtype {name} for integers", "it draws integers and truths")
    if is_none(high):
        low, high = const(0), low
    start, stop = _bound(frame, low), _bound(frame, high)
    if frame.constant(endpoint, "endpoint"):
        stop = frame.emit("add", stop, const(1))
    shape = shape_of(frame, size)
    narrow = None if name == "i64" else name
    if isinstance(start.type, Array) or isinstance(stop.type, Array):
        if narrow:
            frame.fail("DL046", "whole numbers between arrays of bounds are int64 in compiled code", "convert them with astype")
        if shape is not None:
            start = frame.emit("broadcast_to", start, *shape)
        return by_text(frame, texts.integers_between, [rng, start, stop])
    found = drawn(frame, rng, "draw_whole", start, stop, *(shape or ()), shaped=shape is not None, dtype=narrow)
    pythons = is_static(dtype) and python_value(dtype) in (int, bool)
    if shape is None and pythons:
        return frame.emit("cast", found, dtype="bool" if name == "bool" else "i64", weak=True)
    return found


def _bound(frame: Frame, value: Value) -> Atom:
    atom = frame.atom(value)
    if isinstance(atom.type, (Scalar, Array)) and atom.type.dtype[0] in "iub":
        return atom if atom.type.dtype == "i64" else frame.emit("cast", atom, dtype="i64", weak=False)
    if isinstance(atom.type, Scalar) and atom.type.dtype == "f64":
        return frame.emit("cast", atom, dtype="i64", weak=True)
    return frame.fail("DL005", f"the bounds of whole numbers drawn are whole numbers, not {atom.type}", "write int(...)")


def _lines(frame: Frame, x: Atom, order: Value, axis: Value) -> Value:
    """The lines along an axis in another order."""
    at = frame.constant(axis, "axis")
    if at == 0:
        return getitem(frame, x, ("i",), [order])
    return call_row(frame, row("take"), None, [x, order], {"axis": const(at)})


def _length(frame: Frame, x: Atom, axis: Value) -> Atom:
    rank, at = frame.rank(x, "axis"), frame.constant(axis, "axis")
    if not -rank <= at < rank:
        frame.fail("DL005", f"axis {at} is out of bounds for array of dimension {rank}")
    return frame.emit("dim", x, axis=at % rank)


@method("permutation")
def _permutation(frame: Frame, rng: Value, x: Value, axis: Value = FIRST) -> Value:
    atom = frame.atom(x)
    if not isinstance(atom.type, Array):
        return drawn(frame, rng, "draw_order", number(frame, atom, "i64"))
    return _lines(frame, atom, drawn(frame, rng, "draw_order", _length(frame, atom, axis)), axis)


@method("shuffle")
def _shuffle(frame: Frame, rng: Value, x: Value, axis: Value = FIRST) -> Value:
    if isinstance(x, Compound) and x.kind in ("list", "grown"):
        return by_text(frame, _shuffle_list, [rng, x])
    atom = frame.atom(x)
    if not isinstance(atom.type, Array):
        frame.fail("DL005", f"shuffle takes an array or a list, not {atom.type}", "rng.permutation gives a new one")
    setitem(frame, atom, _permutation(frame, rng, atom, axis), (".",), ())
    return NONE


def _shuffle_list(rng, items):  # type: ignore[no-untyped-def]
    order = rng.permutation(len(items))
    kept = [items[k] for k in range(len(items))]
    for k in range(len(items)):
        items[k] = kept[order[k]]


@method("permuted")
def _permuted(frame: Frame, rng: Value, x: Value, *, axis: Value = NONE, out: Value = NONE) -> Value:
    atom = frame.atom(x)
    if is_none(axis):
        flat = frame.emit("reshape", atom, const(-1))
        moved = getitem(frame, flat, ("i",), [drawn(frame, rng, "draw_order", frame.emit("dim", flat, axis=0))])
        sizes = [frame.emit("dim", atom, axis=k) for k in range(frame.rank(atom, "permuted"))]
        found: Value = frame.emit("reshape", frame.atom(moved), *sizes)
    else:
        found = by_text(frame, texts.permuted_lines, [rng, atom, axis])
    if is_none(out):
        return found
    setitem(frame, frame.atom(out), found, (".",), ())
    return out


@method("choice")
def _choice(
    frame: Frame,
    rng: Value,
    a: Value,
    size: Value = NONE,
    replace: Value = TRUE,
    p: Value = NONE,
    axis: Value = FIRST,
    shuffle: Value = TRUE,
) -> Value:
    atom = frame.atom(a)
    many = isinstance(atom.type, Array)
    count = _length(frame, atom, axis) if many else number(frame, atom, "i64")
    if not many:
        need(frame, frame.emit("greater", count, const(0)), "a must be a positive integer unless no samples are taken")
    found = _chosen(frame, rng, count, size, bool(frame.constant(replace, "replace")), p, shuffle)
    if many:
        return _lines(frame, atom, found, axis)
    return frame.emit("cast", found, dtype="i64", weak=True) if is_none(size) else found


def _chosen(frame: Frame, rng: Value, count: Atom, size: Value, replace: bool, p: Value, shuffle: Value) -> Atom:
    """The numbers chosen below `count`, in the shape asked for."""
    shape = shape_of(frame, size)
    if replace and is_none(p):
        return drawn(frame, rng, "draw_whole", const(0), count, *(shape or ()), shaped=shape is not None, dtype=None)
    if replace:
        u = drawn(frame, rng, "draw", *(shape or ()), kind="random", count=0, shaped=shape is not None, dtype=None)
        return frame.atom(by_text(frame, texts.by_probability, [rng, count, p, u]))
    total: Atom = const(1)
    for part in shape or ():
        total = frame.emit("mul", total, frame.atom(part))
    if is_none(p):
        found = by_text(frame, texts.without_replacement, [rng, count, total, shuffle])
    else:
        found = by_text(frame, texts.different_by_probability, [rng, count, p, total])
    if shape is None:
        return frame.atom(getitem(frame, frame.atom(found), ("i",), [const(0)]))
    return frame.atom(found) if len(shape) == 1 else frame.emit("reshape", frame.atom(found), *shape)


def _rows(frame: Frame, size: Value, like: Atom, dtype: str) -> Atom:
    """Zeros: for each draw as many as `like` is long."""
    return frame.emit("zeros", *(shape_of(frame, size) or ()), frame.emit("dim", like, axis=0), dtype=dtype)


@method("multinomial")
def _multinomial(frame: Frame, rng: Value, n: Value, pvals: Value, size: Value = NONE) -> Value:
    trials, shares = number(frame, n, "i64"), frame.atom(pvals)
    if isinstance(trials.type, Array) or frame.rank(shares, "pvals") != 1:
        frame.fail("DL046", "multinomial takes one number of trials and one row of probabilities in compiled code", "draw row by row")
    need(frame, frame.emit("greater_equal", trials, const(0)), "n < 0")
    return by_text(frame, texts.multinomial_counts, [rng, trials, shares, _rows(frame, size, shares, "i64")])


@method("dirichlet")
def _dirichlet(frame: Frame, rng: Value, alpha: Value, size: Value = NONE) -> Value:
    given = number(frame, alpha)
    return by_text(frame, texts.dirichlet_rows, [rng, given, _rows(frame, size, given, "f64")])
