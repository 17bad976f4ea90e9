"""The types of the language: a small lattice with `UNKNOWN` on top.

Two kinds of numbers exist from the first day: Python's (`weak`: float, int, bool) and NumPy's
(strong: np.float64, elements of arrays). Promotion is NumPy's own, asked of `np.result_type`.

An array's type knows its dtype, for each axis whether its size is exactly one, certainly not one or
open, and how its elements lie. Knowing the ones makes broadcasting static.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, Union

import numpy as np

from .records import dataclass, replace
from .tree import Layout, parts_of

DTYPES: dict[str, np.dtype[Any]] = {
    "bool": np.dtype(np.bool_),
    "i8": np.dtype(np.int8),
    "u8": np.dtype(np.uint8),
    "i16": np.dtype(np.int16),
    "u16": np.dtype(np.uint16),
    "i32": np.dtype(np.int32),
    "u32": np.dtype(np.uint32),
    "i64": np.dtype(np.int64),
    "u64": np.dtype(np.uint64),
    "f16": np.dtype(np.float16),
    "f32": np.dtype(np.float32),
    "f64": np.dtype(np.float64),
    "c64": np.dtype(np.complex64),
    "c128": np.dtype(np.complex128),
}
NAMES: dict[np.dtype[Any], str] = {dtype: name for name, dtype in DTYPES.items()}
PYTHON: dict[str, type] = {"f64": float, "i64": int, "bool": bool, "c128": complex}
"""The classes of Python's own numbers."""
PART = {"c64": "f32", "c128": "f64"}
"""What the parts of a complex number are."""
REAL = ("f64", "f32", "f16")
"""The floating-point dtypes of real numbers."""
FLOATS = (*REAL, *PART)
"""The dtypes that carry derivatives."""

ONE, MANY, OPEN = "1", "n", "?"
"""The size of an axis: exactly one, never one (zero counts here), not known before the run."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known: the top of the lattice."""

    def __str__(self) -> str:
        return "?"


@dataclass(frozen=True, slots=True)
class Undefined:
    """The type of a value that is missing on a path that nobody takes: the bottom of the lattice."""

    def __str__(self) -> str:
        return "undef"


@dataclass(frozen=True, slots=True)
class Nothing:
    """The type of None."""

    def __str__(self) -> str:
        return "none"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number. `weak` numbers are Python's own, the others NumPy scalars."""

    dtype: str
    weak: bool = False

    def __str__(self) -> str:
        return {"f64": "float", "i64": "int", "bool": "truth", "c128": "complex"}[self.dtype] if self.weak else self.dtype


@dataclass(frozen=True, slots=True)
class Array:
    """An array: dtype, one of "1", "n", "?" for each axis, and layout.

    "C": contiguous, row by row. "A": any strides. "K": contiguous and row by row here, while NumPy, which keeps the order of its
    operands' memory, may have laid it out otherwise: whether a reshape of it shares its memory is not known.
    """

    dtype: str
    dims: tuple[str, ...]
    layout: str = "C"

    @property
    def rank(self) -> int:
        return len(self.dims)

    def __str__(self) -> str:
        return f"{self.dtype}[{','.join(self.dims)}]" + ("" if self.layout == "C" else self.layout)


@dataclass(frozen=True, slots=True)
class Stack:
    """A store of values of one type that grows and shrinks at its end.

    Either a tape, pushed and popped until it is empty again, or (`listed`) a list of the user's: it is read and written
    anywhere and may end with values in it, so its adjoint has as many.
    """

    element: Type
    listed: bool = False

    def __str__(self) -> str:
        return f"{'list' if self.listed else 'stack'}({self.element})"


@dataclass(frozen=True, slots=True)
class Static:
    """A value known while compiling: a function, class, module, string, dtype. Never at run time."""

    value: Any

    def __str__(self) -> str:
        return f"static({getattr(self.value, '__name__', self.value)!r})"


@dataclass(frozen=True, slots=True)
class Tuple:
    """A tuple, or with a layout anything else that comes apart. Only signatures hold any: `infer` takes them apart into leaves."""

    items: tuple[Type, ...]
    layout: Layout | None = None

    def __str__(self) -> str:
        return f"{self.layout or ''}({', '.join(map(str, self.items))})"


Type = Union[Unknown, Undefined, Nothing, Scalar, Array, Stack, Static, Tuple]

UNKNOWN, UNDEFINED, NOTHING = Unknown(), Undefined(), Nothing()
FLOAT, INT, BOOL = Scalar("f64", weak=True), Scalar("i64", weak=True), Scalar("bool", weak=True)
COMPLEX = Scalar("c128", weak=True)


def is_float(type: Type) -> bool:
    """Whether values of this type can carry a derivative."""
    if isinstance(type, (Scalar, Array)):
        return type.dtype in FLOATS
    return isinstance(type, Unknown) or (isinstance(type, Stack) and is_float(type.element))


def is_complex(type: Type) -> bool:
    return isinstance(type, (Scalar, Array)) and type.dtype in PART


def part_of(dtype: str) -> str:
    """The dtype of a number's real part."""
    return PART.get(dtype, dtype)


def complex_of(dtype: str) -> str:
    """The complex dtype whose parts hold numbers of this dtype."""
    return dtype if dtype in PART else "c64" if dtype in ("f32", "f16") else "c128"


def is_int(type: Type) -> bool:
    return isinstance(type, (Scalar, Array)) and type.dtype[0] in "iu"


def limits(dtype: str) -> tuple[int, int]:
    """The least and the greatest number of an integer dtype."""
    found = np.iinfo(DTYPES[dtype])
    return int(found.min), int(found.max)


def rank(type: Type) -> int | None:
    """The number of axes: 0 for a scalar, None where it is not known."""
    if isinstance(type, Scalar):
        return 0
    return type.rank if isinstance(type, Array) else None


def dims_of(type: Type) -> tuple[str, ...]:
    return type.dims if isinstance(type, Array) else ()


def type_of(value: object) -> Type:
    """The type of a run-time value, an array's sizes of one and its layout included."""
    if value is None:
        return NOTHING
    if isinstance(value, Enum):
        return Static(value)
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, np.ndarray):
        if value.dtype not in NAMES:
            raise TypeError(f"arrays of dtype {value.dtype} are outside the language")
        dims = tuple(ONE if n == 1 else MANY for n in value.shape)
        plain = value.flags.c_contiguous and value.flags.aligned
        return Array(NAMES[value.dtype], dims, "C" if plain else "A")
    if isinstance(value, np.generic):
        if value.dtype not in NAMES:
            raise TypeError(f"numbers of dtype {value.dtype} are outside the language")
        return Scalar(NAMES[value.dtype])
    if isinstance(value, int):
        return INT
    if isinstance(value, float):
        return FLOAT
    if isinstance(value, complex):
        return COMPLEX
    found = parts_of(value)
    if found is None:
        return Static(value)
    layout, parts = found
    return Tuple(tuple(type_of(part) for part in parts), layout)


_EXAMPLES: dict[str, Any] = {"f64": 1.0, "i64": 1, "bool": True, "c128": 1j}


@lru_cache(maxsize=4096)
def promote(*types: Type) -> Type:
    """The type of NumPy's result for these operands, ranks and layout aside: NEP 50, weak numbers included.

    All weak gives weak. Raises TypeError for operands that are not numbers.
    """
    if any(isinstance(type, Unknown) for type in types):
        return UNKNOWN
    known = [type for type in types if not isinstance(type, Undefined)]
    if not all(isinstance(type, (Scalar, Array)) for type in known):
        others = [type for type in known if not isinstance(type, (Scalar, Array))]
        said = [f"the text {type.value!r}" if isinstance(type, Static) and isinstance(type.value, str) else str(type) for type in others]
        raise TypeError(f"numbers or arrays are needed here, not {', '.join(said)}")
    if all(isinstance(type, Scalar) and type.weak for type in known):
        order = ["bool", "i64", "f64", "c128"]
        return Scalar(max((type.dtype for type in known), key=order.index), weak=True)  # type: ignore[union-attr]
    operands = [_EXAMPLES[t.dtype] if isinstance(t, Scalar) and t.weak else DTYPES[t.dtype] for t in known]  # type: ignore[union-attr]
    dtype = np.result_type(*operands)
    if dtype not in NAMES:
        raise TypeError(f"the common dtype would be {dtype}, which is outside the language")
    return Scalar(NAMES[dtype])


def broadcast_dims(*shapes: tuple[str, ...]) -> tuple[str, ...]:
    """The sizes of a broadcast result, axis by axis from the right."""
    length = max(map(len, shapes), default=0)
    padded = [(ONE,) * (length - len(shape)) + shape for shape in shapes]
    result = []
    for sizes in zip(*padded, strict=True):
        result.append(MANY if MANY in sizes else OPEN if OPEN in sizes else ONE)
    return tuple(result)


def shaped(dtype: str, *operands: Type) -> Type:
    """The type of an elementwise result of this dtype: a strong scalar, or an array of the broadcast shape."""
    if any(isinstance(type, Unknown) for type in operands):
        return UNKNOWN
    dims = broadcast_dims(*map(dims_of, operands))
    return Array(dtype, dims) if dims else Scalar(dtype)  # NumPy makes numbers of arrays without axes


def keeping_order(result: Type, operands: Sequence[Type]) -> Type:
    """The type of a new array that NumPy lays out as its operands lie."""
    if isinstance(result, Array) and result.rank > 1 and result.layout == "C":
        if any(isinstance(type, Array) and type.rank > 1 and type.layout != "C" for type in operands):
            return replace(result, layout="K")
    return result


def join(one: Type, other: Type) -> Type:
    """The least type that holds both, where paths meet. Raises TypeError where there is none."""
    if one == other or isinstance(other, Undefined):
        return one
    if isinstance(one, Undefined):
        return other
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return UNKNOWN
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return _join_scalars(one, other)
    if isinstance(one, Array) and isinstance(other, Array) and (one.dtype, one.rank) == (other.dtype, other.rank):
        dims = tuple(a if a == b else OPEN for a, b in zip(one.dims, other.dims, strict=True))
        layouts = {one.layout, other.layout}
        return Array(one.dtype, dims, "A" if "A" in layouts else "K" if "K" in layouts else "C")
    if isinstance(one, Stack) and isinstance(other, Stack):
        return Stack(join(one.element, other.element), one.listed or other.listed)
    if isinstance(one, Tuple) and isinstance(other, Tuple) and (one.layout, len(one.items)) == (other.layout, len(other.items)):
        return Tuple(tuple(join(a, b) for a, b in zip(one.items, other.items, strict=True)), one.layout)
    raise TypeError(f"one path gives {one}, another {other}")


_TAKEN_IN = {("f64", "f32"), ("f64", "f16"), ("c128", "c64"), *(("i64", name) for name in DTYPES if name not in ("i64", "bool"))}
"""Python's numbers that become NumPy's where they meet: in `total = 0.0; total += x[i]` what x holds decides."""


def _join_scalars(one: Scalar, other: Scalar) -> Scalar:
    """float with int is float, as `total = 0` before a loop wants; a weak and a strong number give a strong one."""
    if one.weak and other.weak:
        if "bool" in (one.dtype, other.dtype):
            raise TypeError(f"one path gives {one}, another {other}")
        return COMPLEX if "c128" in (one.dtype, other.dtype) else FLOAT
    if one.weak or other.weak:
        strong, weak = (other, one) if one.weak else (one, other)
        if weak.dtype == strong.dtype or (weak.dtype, strong.dtype) in _TAKEN_IN or (weak.dtype in "i64 f64" and strong.dtype in PART):
            return strong
        if weak.dtype == "c128" and strong.dtype != "bool":
            return Scalar(complex_of(strong.dtype))
        if weak.dtype == "f64" and strong.dtype == "i64":
            return Scalar("f64")
    if {one.dtype, other.dtype} == {"i64", "f64"}:
        return Scalar("f64")
    if "c128" in (one.dtype, other.dtype) and {one.dtype, other.dtype} <= {"c128", "i64", "f64"}:
        return Scalar("c128")
    raise TypeError(f"one path gives {one}, another {other}")


def general(type: Type) -> Type:
    """The same type with every size left open: what a library compiled ahead of time must accept."""
    if isinstance(type, Array):
        return replace(type, dims=(OPEN,) * type.rank)
    if isinstance(type, Tuple):
        return Tuple(tuple(map(general, type.items)), type.layout)
    return type
