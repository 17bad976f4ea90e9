"""Reading and writing elements, slices and rows.

`index`, `store` and `accumulate` take the array, (the value,) and then the operands of `pattern`: one code an
item of the index: "i" an integer (one operand), "s" a slice (three: start, stop, step, None allowed), ":" a
whole axis, "n" a new axis, "." an ellipsis, "a" an integer or boolean array (one operand).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..build import apply, dtype_known, rank_known
from ..op import linear
from ..types import ONE, OPEN, UNKNOWN, Array, Scalar, Type, Unknown, broadcast_dims, keeping_order, promote


def key(pattern: Sequence[str], operands: Sequence[Any]) -> tuple[Any, ...]:
    """The index that Python would use."""
    values: Iterator[Any] = iter(operands)
    items: list[Any] = []
    for code in pattern:
        if code == "i" or code == "a":
            items.append(next(values))
        elif code == "s":
            items.append(slice(next(values), next(values), next(values)))
        else:
            items.append({":": slice(None), "n": None, ".": Ellipsis}[code])
    return tuple(items)


def gathers(pattern: Sequence[str], operands: Sequence[Type]) -> bool:
    """Whether an array indexes, or may: an element may be named several times then. `operands`: their types."""
    values = iter(operands)
    for code in pattern:
        given = [next(values) for _ in range({"i": 1, "a": 1, "s": 3}.get(code, 0))]
        if code == "a" or (code == "i" and isinstance(given[0], Unknown)):
            return True
    return False


def repeats(pattern: Sequence[str], operands: Sequence[Type]) -> bool:
    """Whether an element may be named several times: by places, not by truths."""
    truths = [type for type in operands if isinstance(type, Array)]
    alone = len(truths) == 1 == list(pattern).count("a") and truths[0].dtype == "bool"
    return gathers(pattern, operands) and not alone


def expand(pattern: Sequence[str], rank: int) -> tuple[str, ...]:
    """The pattern with an ellipsis spelled out and missing axes filled. Raises IndexError for too many items."""
    used = sum(code not in "n." for code in pattern)
    if used > rank:
        raise IndexError(f"too many indices for array: array is {rank}-dimensional, but {used} were indexed")
    fill = (":",) * (rank - used)
    if "." in pattern:
        at = tuple(pattern).index(".")
        return tuple(pattern[:at]) + fill + tuple(pattern[at + 1 :])
    return tuple(pattern) + fill


def result_type(array: Type, pattern: Sequence[str], operands: Sequence[Type]) -> Type:
    """The type of array[pattern]: an element is a strong scalar, anything else an array."""
    if not isinstance(array, Array):
        if isinstance(array, Unknown):
            return UNKNOWN
        raise TypeError(f"{array} cannot be indexed")
    if gathers(pattern, operands) and any(isinstance(type, Unknown) for type in operands):
        return UNKNOWN
    pattern = expand(pattern, array.rank)
    if "a" in pattern:
        return _gathered(array, pattern, operands)
    axes, dims, axis = [], [], 0
    for code in pattern:
        if code == "n":
            dims.append(ONE)
        else:
            if code == ":":
                dims.append(array.dims[axis])
            elif code == "s":
                dims.append(OPEN)
            axes.append(code)
            axis += 1
    if not dims:
        return Scalar(array.dtype)
    return Array(array.dtype, tuple(dims), _layout(array, axes, pattern, operands))


def _layout(array: Array, axes: list[str], pattern: Sequence[str], operands: Sequence[Type]) -> str:
    """A C array stays C where integers lead, then at most one slice of step one, then whole axes."""
    rest = "".join(axes).lstrip("i")
    length = len(rest)
    if rest[:1] == "s":
        lead = len(axes) - len(rest)
        step = operands[lead + 2]
        if str(step) != "none":
            return "A"
        rest = rest[1:]
    if set(rest) - {":"} or array.layout == "A":
        return "A"
    return array.layout if length > 1 else "C"


def _gathered(array: Array, pattern: Sequence[str], operands: Sequence[Type]) -> Type:
    """NumPy's rule: index arrays broadcast together; they stand where they stood if side by side, else in front."""
    arrays = [k for k, code in enumerate(pattern) if code in "ai"]
    together = arrays == list(range(arrays[0], arrays[-1] + 1))
    gathered = broadcast_dims(*[_picked(t) for t in operands if isinstance(t, Array)])
    dims: list[str] = []
    axis, placed = 0, False
    for code in pattern:
        if code in "ai":
            if together and not placed:
                dims += gathered
                placed = True
            axis += 1
        elif code == "n":
            dims.append(ONE)
        else:
            dims.append(array.dims[axis] if code == ":" else OPEN)
            axis += 1
    return keeping_order(Array(array.dtype, tuple(dims if together else list(gathered) + dims)), (array, *operands))


def _picked(type: Array) -> tuple[str, ...]:
    """The sizes of an index array; how many elements a mask picks is not known before the run."""
    if type.dtype != "bool":
        return type.dims
    if type.rank != 1:
        raise TypeError("a mask with several axes is outside the language as an index: use np.where, or ravel both")
    return (OPEN,)


def _index_type(types: tuple[Type, ...], attrs: Any) -> Type:
    return result_type(types[0], attrs["pattern"], types[1:])


def _index(x: Any, *operands: Any, pattern: Any, shares: bool = False) -> Any:
    return x[key(pattern, operands)]


def _store(x: Any, v: Any, *operands: Any, pattern: Any) -> Any:
    result = np.array(x)
    result[key(pattern, operands)] = v
    return result


def _accumulate(x: Any, v: Any, *operands: Any, pattern: Any) -> Any:
    result = np.array(x)
    np.add.at(result, key(pattern, operands), v)
    return result


def _written_type(types: tuple[Type, ...], attrs: Any) -> Type:
    """The base's own type. Raises TypeError where the value does not fit."""
    base, value = types[0], types[1]
    if isinstance(base, Array):
        result_type(base, attrs["pattern"], types[2:])
        promote(value)
    return base


@linear(typing=_index_type, evaluate=_index, view=True)
def index(y_bar, x, *operands, pattern=(), shares=False):
    """x[...]: an element, a view or, where an array indexes, a copy; one that `shares` is a view for NumPy all the same."""
    return apply("accumulate", np.zeros_like(x), y_bar, *operands, pattern=tuple(pattern))


def _written_tangent(op: str, y: Any, operands: Sequence[Any], pattern: Sequence[str]) -> Any:
    """Writing is linear in what is written and what is written into, together."""
    half = len(operands) // 2
    x_dot, v_dot = operands[half : half + 2]
    base = np.zeros_like(y) if x_dot is None else x_dot
    if v_dot is None:
        return base if op == "accumulate" else apply("store", base, 0.0, *operands[2:half], pattern=tuple(pattern))
    return apply(op, base, v_dot, *operands[2:half], pattern=tuple(pattern))


def _store_tangent(y, *operands, pattern=()):
    return _written_tangent("store", y, operands, pattern)


def _accumulate_tangent(y, *operands, pattern=()):
    return _written_tangent("accumulate", y, operands, pattern)


def _surviving(y_bar: Any, v_bar: Any, operands: Sequence[Any], pattern: Sequence[str]) -> Any:
    """The adjoint of what was written, zero for what a later write to the same element replaced."""
    arrays = [o for o in operands if rank_known(o) != 0]
    if all(dtype_known(a) == np.bool_ for a in arrays):
        return v_bar
    ones = np.ones_like(v_bar, dtype=np.int64)
    number = np.reshape(np.cumsum(ones), np.shape(v_bar))
    written = apply("store", np.zeros_like(y_bar, dtype=np.int64), number, *operands, pattern=tuple(pattern))
    return np.where(np.equal(written[key(pattern, operands)], number), v_bar, 0.0)


@linear(typing=_written_type, evaluate=_store, tangent=_store_tangent)
def store(y_bar, x, v, *operands, pattern=()):
    """x with x[...] = v. Linear in x and v together; its adjoint needs the index alone."""
    v_bar = y_bar[key(pattern, operands)]
    v_bar = apply("unbroadcast", _surviving(y_bar, v_bar, operands, pattern), v)
    return apply("store", y_bar, 0.0, *operands, pattern=tuple(pattern)), v_bar


@linear(typing=_written_type, evaluate=_accumulate, tangent=_accumulate_tangent)
def accumulate(y_bar, x, v, *operands, pattern=()):
    """x with v added at [...], repeated indices adding up (np.add.at). Linear in x and v together."""
    return y_bar, apply("unbroadcast", y_bar[key(pattern, operands)], v)
