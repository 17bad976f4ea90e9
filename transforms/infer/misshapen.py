"""The errors that NumPy raises where the shapes of arrays do not fit each other, each with its condition and its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from difflang.build import Builder
from difflang.ir import Atom, Const, Node, const
from difflang.op import Op
from difflang.types import MANY, ONE, Array

Words = str | tuple[str | int, ...] | None
"""What an error says: a text, or its pieces with positions of numbers between them; None where that is not known here."""
Bad = Callable[[Builder], Atom]
Numbers = Callable[[Builder], list[Atom]]
Found = tuple[type[BaseException], Words, Bad, "Numbers | None"]
CORE = "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) (size "

FITTING = frozenset("matmul dot inner reshape concatenate stack".split())
"""Ops beside the elementwise ones whose operands may not fit."""


def misshapen(node: Node, op: Op) -> Iterator[Found]:
    arrays = [arg for arg in node.args if isinstance(arg.type, Array)]
    if op.kind == "elementwise" and len(arrays) > 1:
        yield ValueError, *_unlike(arrays)
    elif node.op == "matmul" and len(arrays) == 2:
        a, b = arrays
        one, two = _dim(a, -1), _dim(b, -2 if _rank(b) > 1 else -1)
        yield ValueError, (CORE, 0, " is different from ", 1, ")"), _differ(one, two), lambda b: [two(b), one(b)]
    elif node.op in ("dot", "inner") and len(arrays) == 2:
        yield ValueError, *_unaligned(node, *arrays)
    elif node.op == "reshape" and arrays:
        yield from _reshaped(arrays[0], node.args[1:])
    elif node.op == "concatenate":
        yield from _joined(arrays, node.attrs["axis"])
    elif node.op == "stack":
        for array in arrays[1:]:
            for axis in range(_rank(array)):
                yield ValueError, "all input arrays must have the same shape", _differ(_dim(arrays[0], axis), _dim(array, axis)), None


def _rank(array: Atom) -> int:
    assert isinstance(array.type, Array)
    return array.type.rank


def _dim(array: Atom, axis: int) -> Bad:
    return lambda b: b.emit("dim", array, axis=axis % _rank(array))


def _differ(one: Bad, other: Bad) -> Bad:
    return lambda b: b.emit("not_equal", one(b), other(b))


def _unaligned(node: Node, a: Atom, b: Atom) -> tuple[Words, Bad, Numbers]:
    axis = _rank(b) - 1 if node.op == "inner" or _rank(b) == 1 else _rank(b) - 2
    one, other = _dim(a, -1), _dim(b, axis)
    ends = (f" (dim {_rank(a) - 1}) != ", 1, f" (dim {axis})")
    if _rank(a) + _rank(b) <= 2:
        return ("shapes (", 0, ",) and (", 1, ",) not aligned: ", 0, *ends), _differ(one, other), lambda build: [one(build), other(build)]
    shapes = (*_shape(0, _rank(a)), " and ", *_shape(2, _rank(b)))
    if _rank(a) == _rank(b) == 2:
        words = ("shapes ", *shapes, " not aligned: ", 1, f" (dim {_rank(a) - 1}) != ", 2 + axis, f" (dim {axis})")
        return words, _differ(one, other), lambda build: [_dim(x, k)(build) for x in (a, b) for k in range(2)]
    return None, _differ(one, other), lambda build: []


def _shape(first: int, rank: int) -> tuple[str | int, ...]:
    """A shape in words, of numbers from this position on."""
    parts: list[str | int] = ["("]
    for k in range(rank):
        parts += ["," * bool(k), first + k]
    return (*parts, ",)" if rank == 1 else ")")


def _unlike(arrays: Sequence[Atom]) -> tuple[Words, Bad, Numbers]:
    words: list[str | int] = ["operands could not be broadcast together with shapes "]
    first = 0
    for array in arrays:
        words += [*_shape(first, _rank(array)), " "]
        first += _rank(array)
    return tuple(words), lambda b: _any_unlike(b, arrays), lambda b: [_dim(x, k)(b) for x in arrays for k in range(_rank(x))]


def _any_unlike(b: Builder, args: Sequence[Atom]) -> Atom:
    """Whether the shapes of arrays do not fit each other."""
    arrays = list(dict.fromkeys(args))
    found: Atom = const(False)
    for k, one in enumerate(arrays):
        for other in arrays[:k]:
            a, c = one.type, other.type
            assert isinstance(a, Array) and isinstance(c, Array)
            for back in range(1, min(a.rank, c.rank) + 1):
                if ONE in (a.dims[-back], c.dims[-back]):
                    continue
                sizes = b.emit("dim", one, axis=a.rank - back), b.emit("dim", other, axis=c.rank - back)
                bad = b.emit("not_equal", *sizes)
                for size, dim in zip(sizes, (a.dims[-back], c.dims[-back]), strict=True):
                    bad = bad if dim == MANY else b.emit("logical_and", bad, b.emit("not_equal", size, const(1)))
                found = bad if isinstance(found, Const) else b.emit("logical_or", found, bad)
    return found


def _reshaped(array: Atom, shape: Sequence[Atom]) -> Iterator[Found]:
    """The elements must fill the shape; one size may be -1."""
    open_ = [size for size in shape if not isinstance(size, Const)]
    missing = sum(isinstance(size, Const) and size.value == -1 for size in shape)
    if open_ and missing + len(open_) > 1:
        yield ValueError, "can only specify one unknown dimension", lambda b: b.emit("greater", _unknown(b, shape), const(1)), None
    words: list[str | int] = ["cannot reshape array of size ", 0, " into shape ("]
    said: list[Atom] = []
    for size in shape:
        known = not (isinstance(size, Const) and size.value == -1)
        if known or said:  # NumPy leaves an unknown size out where it comes first
            words += ["," * bool(said), len(said) + 1 if known else "newaxis"]
        said += [size] if known else []
    words.append(",)" if len(shape) == 1 else ")")
    yield ValueError, tuple(words), lambda b: _overfull(b, array, shape), lambda b: [_total(b, array), *said]


def _total(b: Builder, array: Atom) -> Atom:
    total: Atom = const(1)
    for axis in range(_rank(array)):
        total = b.emit("mul", total, b.emit("dim", array, axis=axis))
    return total


def _unknown(b: Builder, shape: Sequence[Atom]) -> Atom:
    """How many sizes are -1."""
    count: Atom = const(0)
    for size in shape:
        count = b.emit("add", count, _one(b, b.emit("equal", size, const(-1))))
    return count


def _one(b: Builder, truth: Atom) -> Atom:
    return b.emit("cast", truth, dtype="i64", weak=True)


def _overfull(b: Builder, array: Atom, shape: Sequence[Atom]) -> Atom:
    total, known = _total(b, array), const(1)
    for size in shape:
        absent = _one(b, b.emit("equal", size, const(-1)))
        known = b.emit("mul", known, b.emit("add", size, b.emit("mul", absent, const(2))))  # type: ignore[assignment]
    quotient = b.emit("floordiv", total, b.emit("maximum", known, const(1)), flavor="numpy")
    unknown = _unknown(b, shape)
    filled = b.emit("add", b.emit("mul", unknown, quotient), b.emit("sub", const(1), unknown))
    return b.emit("not_equal", b.emit("mul", known, filled), total)


def _joined(arrays: Sequence[Atom], axis: Any) -> Iterator[Found]:
    for k in range(_rank(arrays[0])) if arrays else ():
        for position, other in enumerate(arrays[1:], 1):
            if k != axis % _rank(other):
                one, two = _dim(arrays[0], k), _dim(other, k)
                words = "all the input array dimensions except for the concatenation axis must match exactly, but along dimension "
                said = (f"{words}{k}, the array at index 0 has size ", 0, f" and the array at index {position} has size ", 1)
                yield ValueError, said, _differ(one, two), lambda b, one=one, two=two: [one(b), two(b)]  # type: ignore[misc]


__all__ = ["FITTING", "Bad", "Found", "Numbers", "Words", "misshapen"]
