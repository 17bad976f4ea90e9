"""Complex numbers: their parts, conjugates, angles, and the functions of `cmath`.

Derivatives follow JAX: an adjoint pairs with a tangent as Re(y_bar * y_dot), without a conjugate, so every rule of a
holomorphic function holds as it stands. The partial p of a real result says y_dot = Re(p * x_dot), and adds y_bar * p to
the adjoint; of a real operand the adjoint is the real part of what the rule says. The gradient of a real f is df/dx - i df/dy.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..build import apply
from ..op import Lower, composite, elementwise, general
from ..types import UNKNOWN, Array, Scalar, Type, complex_of, part_of, promote, shaped
from .arithmetic import literal
from .complex_values import is_complex


def _real_of(x: Any) -> Any:
    return x.real


def _imag_of(x: Any) -> Any:
    return x.imag


def _conjugate_of(x: Any) -> Any:
    return x.conjugate()


def _part_type(types: tuple[Type, ...], attrs: Any) -> Type:
    """Python's number of Python's number, which np.real and np.imag do not change either."""
    (operand,) = types
    if not isinstance(operand, (Scalar, Array)):
        return UNKNOWN
    if isinstance(operand, Scalar) and operand.weak:
        return Scalar("i64" if operand.dtype == "bool" else part_of(operand.dtype), weak=True)
    return shaped(part_of(operand.dtype), operand)


@elementwise(np.real, python=(_real_of,), typing=_part_type, lower=Lower("id", "id", "id", "real"), properties=("real",))
def real(y, x):
    """The real part; of a real number itself."""
    return 1


_NO_IMAG = Lower("zero", "zero", "zero", "imag")


@elementwise(np.imag, python=(_imag_of,), typing=_part_type, lower=_NO_IMAG, properties=("imag",))
def imag(y, x):
    """The imaginary part; of a real number zero."""
    return -1j if is_complex(x) else 0


@elementwise(
    np.conjugate,
    python=(_conjugate_of,),
    methods=("conj", "conjugate"),
    lower=Lower("id", "id", "id", "conj"),
    antilinear=True,
)
def conjugate(y, x):
    """The conjugate; of a real number itself."""
    return 1


def _pair_type(types: tuple[Type, ...], attrs: Any) -> Type:
    common = promote(*types)
    if not isinstance(common, Scalar):
        return UNKNOWN
    return Scalar("c128", weak=True) if common.weak else shaped(complex_of(common.dtype), *types)


def _pair(x: Any, y: Any) -> Any:
    if isinstance(x, (int, float)) and isinstance(y, (int, float)) and not isinstance(x, np.generic) and not isinstance(y, np.generic):
        return complex(x, y)
    whole = np.empty(np.broadcast(x, y).shape, np.result_type(x, y, np.complex64))
    whole.real, whole.imag = x, y
    return whole[()]


@elementwise(typing=_pair_type, evaluate=_pair, computes="part", lower=Lower("pair"))
def pair(z, x, y):
    """The complex number of two real parts: complex(x, y)."""
    return 1, 1j


def _direction_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (operand,) = types
    return shaped(operand.dtype, operand) if isinstance(operand, (Scalar, Array)) else UNKNOWN


def _direction(x):
    a, b = np.real(x), np.imag(x)
    size = np.maximum(np.hypot(a, b), literal(1e-45 if x.dtype == np.complex64 else 5e-324, a))  # 0 / that is 0, and no fault
    return apply("pair", a / size, b / size)


def _over_size(x: Any) -> Any:
    """1 / |x|, 0 where x is zero."""
    size = np.abs(x)
    return np.where(size == 0, 0.0, 1 / np.where(size == 0, 1.0, size))


def _direction_tangent(y, x, x_dot):
    return (x_dot - y * np.real(np.conjugate(y) * x_dot)) * _over_size(x)


@general(spelled=np.sign, typing=_direction_type, evaluate=np.sign, tangent=_direction_tangent, lower=_direction, cost=20)
def direction(y_bar, y, x):
    """np.sign of complex numbers: x / |x|, and 0 for 0. Its derivative at zero is zero."""
    return (y_bar - np.real(y_bar * y) * np.conjugate(y)) * _over_size(x)


def _angle_bind(z: Any, deg: Any = False) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (z,), {"deg": bool(deg)}


@composite(np.angle, bind=_angle_bind)
def angle(z, deg=False):
    """The argument, in (-pi, pi]."""
    found = np.arctan2(np.imag(z), np.real(z)) if is_complex(z) else np.arctan2(0, z)
    return found * (180 / math.pi) if deg else found


@composite(np.iscomplex)
def iscomplex(x):
    """Where the imaginary part is not zero."""
    return np.imag(x) != 0


@composite(np.isreal)
def isreal(x):
    """Where the imaginary part is zero."""
    return np.imag(x) == 0


@elementwise(evaluate=np.power, lower=Lower(complex="dl_cpow"), cost=60)
def cpow(z, x, y):
    """Complex powers as NumPy computes them: whole ones by multiplication."""
    return 0, 0


@elementwise(evaluate=pow, lower=Lower(complex="dl_cpow_python"), cost=60)
def cpow_python(z, x, y):
    """Complex powers as Python computes them."""
    return 0, 0
