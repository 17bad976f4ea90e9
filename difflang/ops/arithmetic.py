"""Python's and NumPy's operators on numbers.

On Python's own numbers they raise as Python does (`Fault`); on NumPy's they follow IEEE 754.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..op import Fault, Lower, elementwise
from ..types import DTYPES, Array, Scalar, Type, Unknown, shaped


def _divisor_is_zero(z: Any, x: Any, y: Any) -> Any:
    return y == 0


def _zero_to_negative(z: Any, x: Any, y: Any) -> Any:
    return np.logical_and(x == 0, y < 0)


DIVISION = Fault(ZeroDivisionError, "division by zero", _divisor_is_zero)


@elementwise(np.add, python=(operator.add,), infix="+", lower=Lower("fadd", "add", "or"))
def add(z, x, y):
    return 1, 1


@elementwise(np.subtract, python=(operator.sub,), infix="-", lower=Lower("fsub", "sub"))
def sub(z, x, y):
    return 1, -1


@elementwise(np.multiply, python=(operator.mul,), infix="*", lower=Lower("fmul", "mul", "and"))
def mul(z, x, y):
    return y, x


@elementwise(
    np.divide, python=(operator.truediv,), infix="/", result="float", lower=Lower("fdiv"), faults=(DIVISION,), singular=True, cost=4
)
def div(z, x, y):
    return np.divide(1, y), np.negative(np.divide(z, y))


def _lower_floordiv(x, y):
    """np.floor_divide for floats, as NumPy's npy_floor_divide does it; integers round down."""
    if x.dtype.kind == "f":
        remainder = np.fmod(x, y)
        quotient = (x - remainder) / y
        quotient = np.where(np.logical_and(remainder != 0, (remainder < 0) != (y < 0)), quotient - 1, quotient)
        floor = np.floor(quotient)
        floor = np.where(quotient - floor > 0.5, floor + 1, floor)
        zero = np.copysign(0.0, x / y)
        return np.where(y == 0, x / y, np.where(quotient == 0, zero, floor))
    return np.where(y == 0, 0, _int_floordiv(x, np.where(y == 0, 1, y)))


def _int_floordiv(x, y):
    quotient = _intdiv(x, y)
    inexact = quotient * y != x
    return np.where(np.logical_and(inexact, (x < 0) != (y < 0)), quotient - 1, quotient)


@elementwise(np.floor_divide, python=(operator.floordiv,), infix="//", lower=_lower_floordiv, faults=(DIVISION,), cost=8)
def floordiv(z, x, y):
    return 0, 0


def _lower_mod(x, y):
    if x.dtype.kind == "f":
        remainder = np.fmod(x, y)
        wrong = np.logical_and(remainder != 0, (remainder < 0) != (y < 0))
        return np.where(remainder == 0, np.copysign(0.0, y), np.where(wrong, remainder + y, remainder))
    divisor = np.where(y == 0, 1, y)
    return np.where(y == 0, 0, x - _int_floordiv(x, divisor) * divisor)


@elementwise(np.remainder, python=(operator.mod,), infix="%", lower=_lower_mod, faults=(DIVISION,), cost=8)
def mod(z, x, y):
    return 1, -np.floor_divide(x, y)


@elementwise(np.fmod, python=(math.fmod,), lower=Lower("frem"), cost=8)
def fmod(z, x, y):
    return 1, -np.trunc(np.divide(x, y))


@elementwise(lower=Lower(None, "sdiv"), evaluate=lambda x, y: np.trunc(np.divide(x, y)).astype(np.int64))
def intdiv(z, x, y):
    """Integer division towards zero by a divisor that is not zero: the machine's own."""
    return 0, 0


def _intdiv(x: Any, y: Any) -> Any:
    from ..build import Tracer, lift

    tracer = x if isinstance(x, Tracer) else y
    builder = tracer.builder
    return Tracer(builder, builder.emit("intdiv", lift(builder, x), lift(builder, y)))


@elementwise(
    np.power,
    python=(operator.pow,),
    infix="**",
    lower=Lower("libm:pow", "pow"),
    faults=(Fault(ZeroDivisionError, "zero to a negative power", _zero_to_negative),),
    singular=True,
    cost=40,
)
def pow(z, x, y):
    return (
        np.where(y == 0, 0.0, y * np.power(x, np.where(y == 0, 1, y - 1))),
        np.where(x == 0, 0.0, z * np.log(np.where(x == 0, 1.0, x))),
    )


@elementwise(np.negative, python=(operator.neg,), infix="-", lower=Lower("fneg", "neg"))
def neg(y, x):
    return -1


@elementwise(np.positive, python=(operator.pos,), infix="+", lower=Lower("id", "id", "id"))
def pos(y, x):
    return 1


@elementwise(np.absolute, np.fabs, python=(abs, math.fabs, operator.abs), lower=Lower("llvm.fabs", "abs", "id"))
def abs_(y, x):
    return np.sign(x)


@elementwise(np.sign, lower=lambda x: np.where(x > 0, 1, np.where(x < 0, -1, x)) if x.dtype.kind == "f" else (x > 0) * 1 - (x < 0) * 1)
def sign(y, x):
    return 0


@elementwise(np.copysign, python=(math.copysign,), result="float", lower=Lower("llvm.copysign"))
def copysign(z, x, y):
    return np.where(z == x, 1.0, -1.0), 0


@elementwise(np.square, lower=lambda x: x * x)
def square(y, x):
    return 2 * x


@elementwise(np.reciprocal, result="float", lower=lambda x: 1 / x, singular=True, cost=4)
def reciprocal(y, x):
    return -(y * y)


@elementwise(evaluate=lambda x, y: np.where(np.equal(x, 0), 0.0, np.multiply(x, y)), lower=lambda x, y: np.where(x == 0, x * 0, x * y))
def masked(z, x, y):
    """x * y, and zero where x is zero whatever y: an adjoint of zero stays zero at a singular partial."""
    from ..build import Tracer, lift

    builder = z.builder
    return y, Tracer(builder, builder.emit("masked", lift(builder, x), const_one(builder)))


def const_one(builder: Any) -> Any:
    from ..ir import const

    return const(1.0)


@elementwise(np.maximum, lower=lambda x, y: np.where(np.isnan(x), x, np.where(np.isnan(y), y, np.where(x > y, x, y))))
def maximum(z, x, y):
    return np.where(x == y, 0.5, np.where(x > y, 1.0, 0.0)), np.where(x == y, 0.5, np.where(y > x, 1.0, 0.0))


@elementwise(np.minimum, lower=lambda x, y: np.where(np.isnan(x), x, np.where(np.isnan(y), y, np.where(x < y, x, y))))
def minimum(z, x, y):
    return np.where(x == y, 0.5, np.where(x < y, 1.0, 0.0)), np.where(x == y, 0.5, np.where(y < x, 1.0, 0.0))


def _cast_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (operand,) = types
    if isinstance(operand, Unknown):
        return operand
    if attrs["weak"]:
        if isinstance(operand, Array) and operand.rank:
            raise TypeError("only a number or an array without axes becomes a Python number")
        return Scalar(attrs["dtype"], weak=True)
    result = shaped(attrs["dtype"], operand)
    return Array(result.dtype, result.dims) if isinstance(result, Array) else result


def _cast(x: Any, dtype: str, weak: bool) -> Any:
    if weak:
        return {"f64": float, "i64": int, "bool": bool}[dtype](x)
    with np.errstate(invalid="ignore"):
        return np.asarray(x).astype(DTYPES[dtype])[()]


@elementwise(typing=_cast_type, evaluate=_cast, lower=Lower("cast", "cast", "cast"))
def cast(y, x, dtype="f64", weak=False):
    """Another dtype: astype, np.float64(x); with `weak` Python's float(x), int(x), bool(x)."""
    return 1
