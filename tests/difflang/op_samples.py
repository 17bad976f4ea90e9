"""What every op of the table is tried on. An op that no entry here names fails `test_every_op`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .composed_samples import composed
from .linalg_samples import SEVERAL, linear_algebra
from .moving_samples import moved
from .special_samples import SCIPY, special_functions
from .order_samples import ordered
from .statistics_samples import told

RNG = np.random.default_rng(7)


def real(*shape: int, low: float = -2.0, high: float = 2.0, dtype: Any = np.float64) -> Any:
    return RNG.uniform(low, high, shape).astype(dtype)


DOMAINS: dict[str, tuple[float, float]] = {
    "real": (-2.0, 2.0), "positive": (0.3, 3.0), "unit": (-0.9, 0.9), "above one": (1.2, 4.0), "above minus one": (-0.8, 3.0),
    "probability": (0.1, 0.9),
}  # fmt: skip

ELEMENTWISE: dict[str, str] = {
    **dict.fromkeys(
        """add sub mul div floordiv mod fmod frem neg pos abs fabs sign copysign square reciprocal masked maximum minimum cast
        less less_equal greater greater_equal equal not_equal logical_and logical_or logical_xor not_ where clip
        isnan isinf isfinite floor ceil trunc rint floor_to_int ceil_to_int trunc_to_int round_to_int cbrt exp exp2 expm1 sin cos
        arctan arctan2 sinh cosh tanh arcsinh hypot deg2rad rad2deg remainder erf erfc logaddexp nextafter""".split(),
        "real",
    ),
    **dict.fromkeys("sqrt log log2 log10 pow fpow lgamma gamma".split(), "positive"),
    **dict.fromkeys("digamma polygamma zeta entr xlogy rel_entr kl_div y0 y1 exp1".split(), "positive"),
    **dict.fromkeys("erfcx log_ndtr expit log_expit exprel i0 i0e i1 i1e j0 j1".split(), "real"),
    **dict.fromkeys("ndtri logit ellipk ellipe".split(), "probability"), "erfcinv": "probability", "xlog1py": "positive", "erfinv": "unit",
    **dict.fromkeys("arcsin arccos arctanh tan".split(), "unit"),
    "arccosh": "above one", "log1p": "above minus one",
    **dict.fromkeys("bitand bitor bitxor invert lshift rshift intdiv ipow gcd".split(), "whole"),
}  # fmt: skip
"""Elementwise ops and where their derivative is compared; "whole" ones take integers alone."""


@dataclass
class Call:
    """An op as a user calls it: the callable is its own reference."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass
class Raw:
    """An op by name on operands, with what it should give."""

    operands: tuple[Any, ...]
    attrs: dict[str, Any]
    expected: Any


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Call:
    return Call(function, args, kwargs)


def method(name: str, *args: Any, **kwargs: Any) -> Call:
    """A method of the first argument."""

    def apply(x: Any, *rest: Any, **named: Any) -> Any:
        return getattr(x, name)(*rest, **named)

    apply.__name__ = name
    return Call(apply, args, kwargs)


def _reductions(function: Any, *more: Any) -> list[Call]:
    x, y, z = real(4), real(2, 3), real(2, 1, 3)
    found = [call(function, x), call(function, y), call(function, y, axis=0), call(function, y, axis=-1, keepdims=True)]
    found += [call(function, z, axis=(0, -1)), call(function, z, keepdims=True), call(function, z, axis=1), call(function, np.float64(1.5))]
    found += [call(function, real(3, dtype=np.float32)), call(function, np.asfortranarray(y), 0), call(function, real(5)[::2])]
    found += [
        call(function, np.array([1, 5, 2])),
        call(function, np.array([3, 1], dtype=np.int32)),
        call(function, np.array([[True], [False]]), axis=1),
    ]
    return [*found, *more]


def _store(x: Any, key: Any, v: Any, add: bool = False) -> Any:
    result = np.array(x)
    if add:
        np.add.at(result, key, v)
    else:
        result[key] = v
    return result


def _written(op_adds: bool) -> list[Raw]:
    found = []
    row, matrix, at = real(5), real(3, 4), np.array([0, 3, 1])
    mask = np.array([True, False, True, True, False])
    for x, v, operands, pattern, key in [
        (row, 2.5, (1,), ("i",), 1), (row, real(3), (1, 4, None), ("s",), slice(1, 4)), (row, 0.5, (None, None, 2),
        ("s",), slice(None, None, 2)),
        (matrix, real(4), (-1,), ("i", ":"), -1), (matrix, real(3), (2,), (":", "i"), (slice(None), 2)), (matrix, 1.5, (),
        (":", ":"), slice(None)),
        (matrix, real(3, 1), (), (":", ":"), slice(None)), (matrix, np.float64(3), (0, 2), ("i", "i"), (0, 2)), (row, real(3), (at,),
        ("a",), at),
        (row, 7.0, (mask,), ("a",), mask), (real(4, dtype=np.float32), 2, (0,), ("i",), 0), (np.arange(4), 9, (2,), ("i",), 2),
        (matrix, real(3, 3), (at,), (":", "a"), (slice(None), at)), (row, real(2), (np.array([2, 2]),), ("a",), np.array([2, 2])),
        (matrix, real(2), (np.array([0, 1]), np.array([3, 3])), ("a", "a"), (np.array([0, 1]), np.array([3, 3]))),
    ]:  # fmt: skip
        found.append(Raw((x, v, *operands), {"pattern": pattern}, _store(x, key, v, op_adds)))
    return found


def _indexed() -> list[Raw]:
    row, matrix, cube = real(5), real(3, 4), real(2, 3, 2)
    at = np.array([0, 2, 2])
    found = []
    for x, operands, pattern, key in [
        (row, (1,), ("i",), 1), (row, (-1,), ("i",), -1), (row, (1, None, 2), ("s",), slice(1, None, 2)), (row, (None, None, -1),
        ("s",), slice(None, None, -1)),
        (row, (3, 1, None), ("s",), slice(3, 1)), (row, (), (":",), slice(None)), (row, (), ("n", ":"), None), (row, (), (":", "n"),
        (slice(None), None)),
        (matrix, (1,), ("i",), 1), (matrix, (2,), (":", "i"), (slice(None), 2)), (matrix, (0, 1, 3, None), ("i", "s"), (0, slice(1, 3))),
        (matrix, (at,), ("a",), at), (matrix, (at,), (":", "a"), (slice(None), at)), (matrix, (at, at), ("a", "a"), (at, at)), (row,
        (row > 0,), ("a",), row > 0),
        (cube, (1,), (".", "i"), (..., 1)), (cube, (1, 0), ("i", ":", "i"), (1, slice(None), 0)), (cube, (np.array([0, 1]), 1),
        ("a", ":", "i"), (np.array([0, 1]), slice(None), 1)),
        (cube, (np.array([0, 1]), 1), (":", "a", "i"), (slice(None), np.array([0, 1]), 1)), (np.arange(3), (2,), ("i",), 2),
    ]:  # fmt: skip
        found.append(Raw((x, *operands), {"pattern": pattern}, x[key]))
    return found


def _products(function: Any) -> list[Call]:
    pairs = [(real(3), real(3)), (real(2, 3), real(3)), (real(3), real(3, 2)), (real(2, 3), real(3, 4)), (real(1, 3), real(3, 1))]
    pairs += [(real(2, 3).astype(np.float32), real(3)), (np.arange(3), np.arange(3)), (real(0, 3), real(3, 2)), (real(3, 2).T, real(3, 2))]
    return [call(function, x, y) for x, y in pairs]


def _joined(function: Any) -> list[Call]:
    x, y = real(2, 3), real(2, 3)
    found = [call(function, (x, y)), call(function, [x, y], axis=1), call(function, (x, y, x), -1), call(function, (x[0], y[1]))]
    return [*found, call(function, (x,)), call(function, (x.astype(np.float32), y)), call(function, (np.arange(3), np.arange(3)))]


def _created(function: Any) -> list[Call]:
    return [
        call(function, 3),
        call(function, (2, 3)),
        call(function, (1, 4), dtype=np.float32),
        call(function, 2, int),
        call(function, (0, 2)),
        call(function, ()),
    ]


def _likes(function: Any, *value: Any) -> list[Call]:
    found = [call(function, real(3), *value), call(function, real(2, 1, dtype=np.float32), *value), call(function, np.arange(3), *value)]
    return [*found, call(function, real(2, 2).T, *value), call(function, real(3), *value, dtype=np.int64), call(function, real(0), *value)]


def _recurrence(a: Any, b: Any) -> Any:
    y = np.array(b)
    for k in range(1, b.shape[1]):
        y[:, k] += a[:, k] * y[:, k - 1]
    return y


_P, _U = real(2, 4), real(3, 4)
_X, _Y, _Z = real(6), real(2, 3), real(2, 1, 3)
_A, _B = real(2, 4), real(2, 4)
_ZEROS = np.array([[1.5, 0.0, 2.0], [0.0, 0.0, 3.0]])
_TIES = np.array([1.0, 3.0, 3.0, -1.0])

OTHERS: dict[str, list[Any]] = {
    "dim": [Raw((_Y,), {"axis": 1}, 3), Raw((_Y,), {"axis": -2}, 2)],
    "size": [call(np.size, _Y), call(np.size, _X), call(np.size, np.zeros((0, 3)))],
    "reshape": [Raw((_X, 2, 3), {}, _X.reshape(2, 3)), Raw((_Y.T, 6), {}, _Y.T.reshape(6)),
        Raw((np.zeros((0, 2)), 2, 0), {}, np.zeros((2, 0))),
        Raw((_X, 1, 6, 1), {}, _X.reshape(1, 6, 1))],
    "ravel": [call(np.ravel, _Y), method("ravel", _Y.T), call(np.ravel, _Y, order="F"), method("ravel", _Y, "C")],
    "flatten": [method("flatten", _Y), method("flatten", _Y, order="F")],
    "transpose": [call(np.transpose, _Y), method("transpose", _Z, 2, 0, 1), call(np.transpose, _Z, (1, 0, 2)),
        call(np.transpose, _X), method("transpose", _Z, (0, -1, 1)),
                  call(np.transpose, _Z, axes=(2, 1, 0)), method("transpose", _Y)],
    "swapaxes": [call(np.swapaxes, _Z, 0, 2), method("swapaxes", _Y, -1, -2)],
    "moveaxis": [call(np.moveaxis, _Z, 0, -1), call(np.moveaxis, _Z, (0, 1), (2, 0))],
    "broadcast_to": [call(np.broadcast_to, _Y, (4, 2, 3)), call(np.broadcast_to, real(1, 3), (2, 3)), call(np.broadcast_to, 2.5,
        (2,)), call(np.broadcast_to, real(3), 3),
                     call(np.broadcast_to, real(2, 1, dtype=np.float32), (2, 0))],
    "unbroadcast": [Raw((_Y, real(3)), {}, _Y.sum(0)), Raw((_Y, real(2, 1)), {}, _Y.sum(1, keepdims=True)),
        Raw((_Y, np.float64(2)), {}, _Y.sum()), Raw((_Y, _Y), {}, _Y),
                    Raw((_Y, 2.0), {}, _Y.sum()), Raw((np.zeros((0, 3)), real(1, 3)), {}, np.zeros((1, 3)))],
    "reshape_like": [Raw((_Y, real(3, 2)), {}, _Y.reshape(3, 2))],
    "broadcast_like": [Raw((_X, np.zeros((2, 6))), {}, np.broadcast_to(_X, (2, 6))), Raw((np.float64(2), _Y), {}, np.full((2, 3), 2.0))],
    "assembled": [Raw((_Y, _Y[1], 2 * _Y[0]), {}, np.array([_Y[1], 2 * _Y[0]])), Raw((_Y, _Y[1]), {}, np.array([_Y[1], 0 * _Y[0]]))],
    "matmul_left": [Raw((_P, _Y, _U), {}, _P @ _U.T)],
    "matmul_right": [Raw((_P, _Y, _U), {}, _Y.T @ _P)],
    "dot_left": [Raw((_P, _Y, _U), {}, _P @ _U.T), Raw((_P, _P, 2.0), {}, _P * 2.0)],
    "dot_right": [Raw((_P, _Y, _U), {}, _Y.T @ _P)],
    "expand_dims": [call(np.expand_dims, _Y, 0), call(np.expand_dims, _Y, -1), call(np.expand_dims, _X, (0, 2)),
        call(np.expand_dims, 1.5, 0)],
    "squeeze": [call(np.squeeze, _Z), call(np.squeeze, _Z, 1), method("squeeze", _Z, axis=-2), call(np.squeeze, real(1, 1)),
        method("squeeze", real(1, 1, 2), (0, 1))],
    "concatenate": [Raw((_Y, _Y), {"axis": 0}, np.concatenate((_Y, _Y))),
        Raw((_Y, _Y.astype(np.float32)), {"axis": 1}, np.concatenate((_Y, _Y.astype(np.float32)), 1))],
    "stack": [*_joined(np.stack), call(np.stack, (1.5, np.float64(2))), call(np.stack, (_Y, _Y), axis=2)],
    "flip": [call(np.flip, _X), call(np.flip, _Z, 0), call(np.flip, _Z, (0, 2)), call(np.flip, _Y, axis=-1)],
    "vstack": [call(np.vstack, (_X, _X)), call(np.vstack, (_Y, _Y))],
    "hstack": [call(np.hstack, (_X, _X)), call(np.hstack, (_Y, _Y)), call(np.hstack, (1.0, 2.0))],
    "column_stack": [call(np.column_stack, (_X, _X)), call(np.column_stack, (real(2), _Y))],
    "zeros": _created(np.zeros), "ones": _created(np.ones), "empty": [Raw((2, 3), {"dtype": "f32"}, np.zeros((2, 3), np.float32))],
    "full": [call(np.full, 3, 2.5), call(np.full, (2, 1), np.float32(1)), call(np.full, (2,), 7), call(np.full, 2, 1, dtype=float),
        call(np.full, (0,), True)],
    "arange": [call(np.arange, 4), call(np.arange, 1, 4), call(np.arange, 5, 0, -2), call(np.arange, 0.0, 1.0, 0.3),
        call(np.arange, 3, dtype=np.float64), call(np.arange, 0), call(np.arange, 1)],
    "linspace": [Raw((0.0, 1.0, 5), {}, np.linspace(0.0, 1.0, 5)), Raw((2.0, 3.0, 1), {}, np.array([2.0]))],
    "eye": [Raw((2, 4), {"dtype": "f64"}, np.eye(2, 4)), Raw((2, 2), {"dtype": "i64"}, np.eye(2, dtype=int))],
    "zeros_like": _likes(np.zeros_like), "ones_like": _likes(np.ones_like), "empty_like": [Raw((_Y,), {"dtype": None}, np.zeros((2, 3)))],
    "full_like": _likes(np.full_like, 2.5),
    "index": _indexed(), "store": _written(False), "accumulate": [raw for raw in _written(True) if raw.expected is not None],
    "sum": _reductions(np.sum, method("sum", _Y, 1), call(np.sum, 2.5), call(np.sum, np.zeros((0, 2)), axis=0)),
    "mean": _reductions(np.mean, method("mean", _Y, axis=1)), "prod": _reductions(np.prod, call(np.prod, _ZEROS),
        call(np.prod, _ZEROS, axis=1), call(np.prod, _ZEROS, axis=0), call(np.prod, np.zeros((2, 0)), axis=1)),
    "recurrence": [Raw((_A, _B), {}, _recurrence(_A, _B)), Raw((real(3, 1), _A[:1, :1].repeat(3, 0)), {}, _A[:1, :1].repeat(3, 0))],
    "var": _reductions(np.var, call(np.var, _Y, axis=1, ddof=1), method("var", _X)), "std": _reductions(np.std,
        call(np.std, _Y, 0, ddof=1), method("std", _X)),
    "max": _reductions(np.max, method("max", _Y, 1), call(np.amax, _X)), "min": _reductions(np.min, method("min", _Y, 1),
        call(np.amin, _X)),
    "argmax": [call(np.argmax, _X), call(np.argmax, _Y, axis=1), call(np.argmax, _TIES), method("argmax", _Y, -1)],
    "argmin": [call(np.argmin, _X), call(np.argmin, _Y, axis=0), call(np.argmin, _TIES), method("argmin", _Y)],
    "any": [call(np.any, _Y > 5), call(np.any, _Y > 0, axis=1), call(np.any, np.zeros(0)), method("any", _X > 0)],
    "all": [call(np.all, _Y > -5), call(np.all, _Y > 0, axis=0, keepdims=True), call(np.all, np.zeros(0)), method("all", _X)],
    "cumsum": [call(np.cumsum, _X), call(np.cumsum, _Y), call(np.cumsum, _Y, axis=1), method("cumsum", _Z, 0),
        call(np.cumsum, np.arange(3, dtype=np.int32)), call(np.cumsum, real(1))],
    "matmul": [*_products(np.matmul), call(np.matmul, real(2, 2, 3), real(3)), call(np.matmul, real(3), real(2, 3, 2)),
        call(np.matmul, real(2, 2, 3), real(3, 2)),
               call(np.matmul, real(2, 3), real(4, 3, 2)), call(np.matmul, real(4, 1, 2, 3), real(2, 3, 2)),
               call(np.matmul, real(1, 2, 3), real(5, 3, 2))],
    "dot": [*_products(np.dot), method("dot", _Y, real(3)), call(np.dot, 2.0, 3.0), call(np.dot, 2.0, _Y),
        call(np.dot, _Y, np.float64(3)), call(np.dot, real(2, 2, 3), real(3)),
            call(np.dot, real(2, 2, 3), real(3, 2)), call(np.dot, real(3), real(2, 3, 2)), call(np.dot, real(2, 3), real(2, 3, 4))],
    "outer": [call(np.outer, real(2), real(3)), call(np.outer, _Y, real(2)), call(np.outer, real(1), real(1)),
        call(np.outer, np.arange(2), real(3))],
    "inner": [call(np.inner, real(3), real(3)), call(np.inner, _Y, real(4, 3)), call(np.inner, _Y, real(3)), call(np.inner, 2.0, _Y),
        call(np.inner, real(2, 2, 3), real(4, 3))],
    "stop_gradient": [Raw((_X,), {}, _X)],
    "copy": [call(np.copy, _Y), method("copy", _X), Raw((2.5,), {}, 2.5)],
}  # fmt: skip

OTHERS |= linear_algebra(call, real) | special_functions(call, real) | composed(call, method, real)
OTHERS |= ordered(call, method, real, Raw) | moved(call, method, real) | told(call, method, real, Raw)

FOURIER = frozenset(
    "dft idft rdft irdft fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn "
    "fftfreq rfftfreq fftshift ifftshift".split()
)
"""`test_fourier.py`"""
CONTROL = FOURIER | frozenset(
    "check stack_new push pop item set_item count zero_items set_items is_close is_definite".split()
) | SEVERAL | SCIPY
"""Ops with a test of their own."""

COMPLEX = frozenset(
    {"real", "imag", "conjugate", "pair", "angle", "iscomplex", "isreal", "cpow", "cpow_python", "direction"}
    | {f"cmath_{name}" for name in "exp log log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh".split()}
)
"""Ops of complex numbers: `tests/complexes/` has their values and derivatives."""

FLOATS = (0.0, -0.0, 1.0, -1.0, 0.5, -1.5, 2.5, 3.0, -3.0, 1e-300, 1e300, -1e300, 720.0, math.inf, -math.inf, math.nan)
INTS = (0, 1, -1, 2, -3, 7, 63)
