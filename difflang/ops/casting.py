"""Numbers and arrays in another dtype, and Python's numbers from NumPy's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from ..op import Lower, elementwise
from ..types import DTYPES, PART, PYTHON, Array, Scalar, Type, Unknown, shaped
from .faults import TO_INT


def _cast_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (operand,) = types
    if isinstance(operand, Unknown):
        return Scalar(attrs["dtype"], weak=True) if attrs["weak"] else operand
    if attrs["weak"]:
        if isinstance(operand, Array) and operand.rank:
            raise TypeError("only a number or an array without axes becomes a Python number")
        if isinstance(operand, (Scalar, Array)) and operand.dtype in PART and attrs["dtype"] in ("f64", "i64"):
            raise TypeError(f"{PYTHON[attrs['dtype']].__name__}() takes a real number, not a complex one: take z.real, z.imag or abs(z)")
        return Scalar(attrs["dtype"], weak=True)
    return shaped(attrs["dtype"], operand)


def _cast(x: Any, dtype: str, weak: bool) -> Any:
    if weak:
        return PYTHON[dtype](x)
    if type(x) is int:
        return DTYPES[dtype].type(x)  # raises where it does not fit
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a dropped imaginary part
        return np.asarray(x).astype(DTYPES[dtype])[()]


_CAST = Lower("cast", "cast", "cast", "cast")


@elementwise(typing=_cast_type, evaluate=_cast, lower=_CAST, computes="own", methods=("astype",), faults=TO_INT)
def cast(y, x, dtype="f64", weak=False):
    """Another dtype: x.astype(...), np.float64(x); with `weak` Python's float(x), int(x), bool(x)."""
    return 0 if DTYPES[dtype].kind in "iub" else 1
