"""Arrays out of nothing but sizes and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build import apply
from ..op import composite, constant, dtype_name, general, linear
from ..types import DTYPES, FLOAT, MANY, UNKNOWN, Array, Scalar, Type, dims_of, is_complex, promote
from .shape import array, dims_from, dtype_of, numbers, spread


def _dtype(name: Any) -> Any:
    return DTYPES[name] if isinstance(name, str) and name in DTYPES else name


def _laid_out(order: Any) -> None:
    """How a new array lies in memory does not show in its elements."""
    if order not in ("C", "F", "A", "K"):
        raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got {order!r})")


def _sized_bind(shape: Any, dtype: Any = None, order: str = "C") -> tuple[tuple[Any, ...], dict[str, Any]]:
    _laid_out(order)
    return spread(shape), {"dtype": dtype_name(dtype) or "f64"}


def _sized_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> Type:
    return Array(attrs["dtype"], dims_from(values))


def _zeros(*shape: Any, dtype: Any) -> Any:
    return np.zeros(shape, _dtype(dtype))


@constant(np.zeros, typing=_sized_type, evaluate=_zeros, bind=_sized_bind, sized=True)
def zeros(y, *shape, dtype="f64"):
    """An array of zeros."""


def _ones(*shape: Any, dtype: Any) -> Any:
    return np.ones(shape, _dtype(dtype))


@constant(np.ones, typing=_sized_type, evaluate=_ones, bind=_sized_bind, sized=True)
def ones(y, *shape, dtype="f64"):
    """An array of ones."""


@constant(np.empty, np.ndarray, typing=_sized_type, evaluate=_zeros, bind=_sized_bind, sized=True)
def empty(y, *shape, dtype="f64"):
    """An array whose elements are not to be read before they are written; the evaluator makes them zero."""


def _full_bind(shape: Any, fill_value: Any, dtype: Any = None, order: str = "C") -> tuple[tuple[Any, ...], dict[str, Any]]:
    _laid_out(order)
    return (fill_value, *spread(shape)), {"dtype": dtype_name(dtype)}


def _rank(value: Any) -> int:
    type = getattr(value, "type", None)
    return type.rank if isinstance(type, Array) else 0 if type is not None else int(np.ndim(value))


def _full_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> Type:
    if not numbers(*types):
        return UNKNOWN
    return Array(attrs.get("dtype") or dtype_of(types[0]), dims_from(values[1:]))


def _full(value: Any, *shape: Any, dtype: Any = None) -> Any:
    return np.full(shape, value, _dtype(dtype))


@linear(np.full, typing=_full_type, evaluate=_full, bind=_full_bind, sized=True)
def full(y_bar, value, *shape, dtype=None):
    """An array of one value, in its dtype where none is stated."""
    return np.sum(y_bar)


def _arange_bind(*limits: Any, dtype: Any = None, **named: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if set(named) - {"start", "stop", "step"} or not 1 <= len(limits) + len(named) <= 3:
        raise TypeError("np.arange takes start, stop and step here")
    given = {**dict(zip(("start", "stop", "step"), limits, strict=False)), **named}
    if given.get("stop") is None:
        given = {**given, "start": 0, "stop": given["start"]}
    return (given.get("start", 0), given["stop"], given.get("step", 1)), {"dtype": dtype_name(dtype)}


def _arange_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> Type:
    common = promote(*types)
    if not isinstance(common, Scalar):
        return UNKNOWN
    if any(isinstance(t, Array) for t in types):
        raise TypeError("np.arange takes numbers")
    if is_complex(common) or any(is_complex(t) for t in types):
        raise TypeError("np.arange takes real numbers here")
    common = promote(common, Scalar("i64"))  # NumPy's: at least the integers of the machine
    assert isinstance(common, Scalar)
    sizes = [None]
    if all(isinstance(v, int) for v in values) and values[2] != 0:
        sizes = [len(range(*values))]  # type: ignore[list-item]
    elif values == (0, MANY, 1):
        sizes = [MANY]  # type: ignore[list-item]
    return Array(attrs.get("dtype") or common.dtype, dims_from(sizes))


def _arange(start: Any, stop: Any, step: Any, dtype: Any = None) -> Any:
    return np.arange(start, stop, step, dtype=_dtype(dtype))


def _steps(y: Any) -> Any:
    """How many steps each number lies from the first one."""
    return np.cumsum(np.ones_like(y)) - 1


def _arange_tangent(y, start, stop, step, start_dot, stop_dot=None, step_dot=None, dtype=None):
    return np.zeros_like(y) + (0.0 if start_dot is None else start_dot) + (0.0 if step_dot is None else _steps(y) * step_dot)


@general(np.arange, typing=_arange_type, evaluate=_arange, bind=_arange_bind, tangent=_arange_tangent, sized=True)
def arange(y_bar, y, start, stop, step, dtype=None):
    """Numbers from start up to but without stop; how many there are has no derivative."""
    return np.sum(y_bar), None, np.sum(y_bar * _steps(y_bar))


def _linspace_type(types: tuple[Type, ...], attrs: Any, values: tuple[Any, ...]) -> Type:
    common = promote(types[0], types[1], FLOAT)
    if not isinstance(common, Scalar):
        return UNKNOWN
    if any(isinstance(t, Array) for t in types):
        raise TypeError("np.linspace takes numbers here")
    return Array(common.dtype, dims_from(values[2:]))


def _fractions(y: Any, num: Any) -> Any:
    """How far each point lies on the way from start to stop."""
    return np.divide(np.cumsum(np.ones_like(y)) - 1, np.maximum(num - 1, 1))


def _linspace_tangent(y, start, stop, num, start_dot, stop_dot, num_dot=None):
    way = _fractions(y, num)
    return (0.0 if start_dot is None else start_dot) * (1 - way) + (0.0 if stop_dot is None else stop_dot) * way


@general(spelled=np.linspace, typing=_linspace_type, tangent=_linspace_tangent, sized=True)
def linspace(y_bar, y, start, stop, num):
    """`num` points from start to stop, both included."""
    way = _fractions(y_bar, num)
    return np.sum(y_bar * (1 - way)), np.sum(y_bar * way), None


def _eye(n: Any, m: Any, dtype: Any) -> Any:
    return np.eye(n, m, dtype=_dtype(dtype))


@constant(spelled=np.eye, typing=_sized_type, evaluate=_eye, sized=True)
def eye(y, n, m, dtype="f64"):
    """Ones on the main diagonal, zeros elsewhere."""


def _ones_bind(N: Any, M: Any = None, k: Any = 0, dtype: Any = None, order: str = "C") -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (N, N if M is None else M, k), {"dtype": dtype_name(dtype) or "f64"}


@composite(np.eye, bind=_ones_bind)
def diagonal_ones(n, m, k, dtype="f64"):
    """Ones on the k-th diagonal, zeros elsewhere."""
    if isinstance(getattr(k.atom, "value", None), int) and k.atom.value == 0:
        return apply("eye", n, m, dtype=dtype)
    offset = np.expand_dims(apply("arange", 0, m, 1), 0) - np.expand_dims(apply("arange", 0, n, 1), 1)
    return apply("cast", offset == k, dtype=dtype, weak=False)


def _identity_bind(n: Any, dtype: Any = None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (n,), {"dtype": dtype_name(dtype) or "f64"}


@composite(np.identity, bind=_identity_bind)
def identity(n, dtype="f64"):
    """The square matrix of ones on the diagonal."""
    return apply("eye", n, n, dtype=dtype)


def _like_bind(a: Any, dtype: Any = None, order: str = "K", subok: Any = True, shape: Any = None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    _laid_out(order)
    if shape is not None:
        raise TypeError("an array of another shape is made by np.zeros(shape, dtype=x.dtype) and its kin here")
    return (a,), {"dtype": dtype_name(dtype)}


def _like_type(types: tuple[Type, ...], attrs: Any) -> Type:
    if not numbers(*types):
        return UNKNOWN
    return array(attrs.get("dtype") or dtype_of(types[0]), dims_of(types[0]))


def _zeros_like(x: Any, dtype: Any = None) -> Any:
    return np.zeros_like(x, _dtype(dtype))


@constant(np.zeros_like, typing=_like_type, evaluate=_zeros_like, bind=_like_bind)
def zeros_like(y, x, dtype=None):
    """Zeros in the shape of x."""


def _ones_like(x: Any, dtype: Any = None) -> Any:
    return np.ones_like(x, _dtype(dtype))


@constant(np.ones_like, typing=_like_type, evaluate=_ones_like, bind=_like_bind)
def ones_like(y, x, dtype=None):
    """Ones in the shape of x."""


@constant(np.empty_like, typing=_like_type, evaluate=_zeros_like, bind=_like_bind)
def empty_like(y, x, dtype=None):
    """An array in the shape of x whose elements are not to be read before they are written."""


def _full_like_bind(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: Any = True
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (a, fill_value), {"dtype": dtype_name(dtype)}


def _full_like(x: Any, value: Any, dtype: Any = None) -> Any:
    return np.full_like(x, value, _dtype(dtype))


def _full_like_tangent(y, x, value, x_dot, value_dot, dtype=None):
    return None if value_dot is None else np.full_like(y, value_dot)


@general(np.full_like, typing=_like_type, evaluate=_full_like, bind=_full_like_bind, tangent=_full_like_tangent)
def full_like(y_bar, y, x, value, dtype=None):
    """One value in the shape and dtype of x. Only the shape of x is read."""
    return None, np.sum(y_bar)
