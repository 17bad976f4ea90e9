"""The types of elementwise results: NumPy's own answer for its numbers and arrays, Python's for Python's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .types import DTYPES, FLOATS, NAMES, PART, PYTHON, UNKNOWN, Array, Scalar, Type, promote, shaped

if TYPE_CHECKING:
    from .op import Op

_TYPED: dict[Any, Type] = {}
"""Answers of `elementwise_type`: the passes ask the same few questions again and again."""


def elementwise_type(op: Op, types: Sequence[Type], flavor: str | None) -> Type:
    """The type of an elementwise result: NumPy's own answer, or Python's for its own numbers."""
    if not all(type.__class__ in (Scalar, Array) for type in types):
        return _elementwise_type(op, types, flavor)
    key = (op.name, flavor, *types)
    found = _TYPED.get(key)
    if found is None:
        found = _TYPED[key] = _elementwise_type(op, types, flavor)
    return found


def _elementwise_type(op: Op, types: Sequence[Type], flavor: str | None) -> Type:
    common = promote(*types)
    if not isinstance(common, Scalar):
        known = {"float": "f64", "int": "i64", "bool": "bool"}.get(op.result) if flavor == "python" else None
        return Scalar(known, weak=True) if known else UNKNOWN
    if flavor == "python" or (flavor is None and common.weak):
        if common.dtype in PART:
            _asked_of_python(op, tuple(t.dtype for t in types))  # type: ignore[union-attr]
        if any(isinstance(type, Array) and type.rank for type in types):
            raise TypeError(f"{op.name} on Python's numbers takes numbers, not arrays")
        dtype = _class_dtype(op.result, common)
        return Scalar({"f": "f64", "i": "i64", "u": "i64", "b": "bool", "c": "c128"}[dtype[0]], weak=True)
    if op.numpy and isinstance(op.numpy[0], np.ufunc):
        return shaped(_ufunc_dtype(op.numpy[0], tuple(map(_operand_key, types))), *types)
    return shaped(_class_dtype(op.result, common), *types)


_SAMPLES: dict[str, Any] = {"f64": 2.0, "i64": 2, "bool": True, "c128": 2 + 1j}


@lru_cache(maxsize=4096)
def _asked_of_python(op: Op, dtypes: tuple[str, ...]) -> None:
    """Raises the TypeError that Python raises for complex numbers in this op, if it does."""
    if op.python:
        op.python[0](*(_SAMPLES[PYTHON_NAME.get(dtype, dtype)] for dtype in dtypes))


PYTHON_NAME = {"c64": "c128", "f32": "f64", "f16": "f64"}


def _class_dtype(result: str, common: Scalar) -> str:
    if result == "bool":
        return "bool"
    if result == "int":
        return "i64"
    if result == "real" and common.dtype != "bool":
        return PART.get(common.dtype, common.dtype)
    if result == "double" and common.dtype in PART:
        raise TypeError("this special function takes real numbers in the language, not complex ones")
    if result in ("float", "double") and common.dtype not in FLOATS:
        return "f64"
    if result in ("same", "real") and common.dtype == "bool" and common.weak:
        return "i64"  # Python's True + True is 2
    return common.dtype


def _operand_key(type: Type) -> Any:
    """An operand as NumPy's promotion sees it: a dtype, or Python's int or float."""
    assert isinstance(type, (Scalar, Array))
    if isinstance(type, Scalar) and type.weak and type.dtype != "bool":
        return PYTHON[type.dtype]
    return DTYPES[type.dtype]


@lru_cache(maxsize=4096)
def _ufunc_dtype(ufunc: np.ufunc, operands: tuple[Any, ...]) -> str:
    """The dtype of this ufunc's (first) result. Raises TypeError where it is outside the language."""
    dtype = ufunc.resolve_dtypes((*operands, *[None] * ufunc.nout))[ufunc.nin]
    if dtype not in NAMES:
        raise TypeError(f"the result of {ufunc.__name__} would be of dtype {dtype}, which is outside the language")
    return NAMES[dtype]
