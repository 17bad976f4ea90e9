"""The distributions that a generator draws from. Those of location and scale, and those written in uniform, normal, exponential or gamma
numbers, are differentiated by their parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from difflang.ir import NONE, Atom, const
from difflang.random_library import gamma_drawn, gamma_drawn_jvp, gamma_drawn_vjp
from difflang.types import Array, is_float

from ..custom import register
from .frame import Frame

from .numbers import by_text
from .operators import binary
from .random import CONDITIONS, METHODS, Handler, drawn, floats, method, narrow_of, need, number, numbers, require, shape_of, spread
from .values import Compound, Value, is_number

ZERO, ONE = const(0.0), const(1.0)
register(gamma_drawn, gamma_drawn_vjp, ("shape",), "reverse")
register(gamma_drawn, gamma_drawn_jvp, ("shape",), "forward")


def _standard(kind: str) -> Handler:
    def handler(frame: Frame, rng: Value, size: Value = NONE, dtype: Value = NONE, out: Value = NONE) -> Value:
        return floats(frame, rng, kind, size, (), narrow_of(frame, dtype), out)

    return handler


for _kind in ("random", "standard_normal"):
    METHODS[_kind] = _standard(_kind)


@method("standard_exponential")
def _standard_exponential(
    frame: Frame, rng: Value, size: Value = NONE, dtype: Value = NONE, method: Value = NONE, out: Value = NONE
) -> Value:
    if method is not NONE and frame.constant(method, "method") != "zig":
        frame.fail("DL046", "standard_exponential draws by the method zig in compiled code", "leave method out")
    return floats(frame, rng, "standard_exponential", size, (), narrow_of(frame, dtype), out)


@method("standard_cauchy")
def _standard_cauchy(frame: Frame, rng: Value, size: Value = NONE) -> Value:
    return numbers(frame, rng, "standard_cauchy", size, ())


@method("normal")
def _normal(frame: Frame, rng: Value, loc: Value = ZERO, scale: Value = ONE, size: Value = NONE) -> Value:
    return _scaled(frame, rng, "standard_normal", loc, scale, size)


def _scaled(frame: Frame, rng: Value, kind: str, loc: Value, scale: Value, size: Value, *standard: Atom) -> Value:
    """loc + scale * z."""
    loc, scale = number(frame, loc), number(frame, scale)
    require(frame, scale, "scale", "not negative")
    z = _like(frame, rng, kind, size, (loc, scale), *standard)
    return binary(frame, "add", loc, binary(frame, "mul", scale, z))


def _like(frame: Frame, rng: Value, kind: str, size: Value, like: Sequence[Value], *standard: Atom) -> Value:
    if not standard:
        return floats(frame, rng, kind, size, like)
    shape = spread(frame, size, like)
    many = shape is not None
    return drawn(frame, rng, "draw", *standard, *(shape or ()), kind=kind, count=len(standard), shaped=many, dtype=None)


def _of_location(kind: str) -> Handler:
    def handler(frame: Frame, rng: Value, loc: Value = ZERO, scale: Value = ONE, size: Value = NONE) -> Value:
        return _scaled(frame, rng, kind, loc, scale, size, ZERO, ONE)

    return handler


for _kind in ("laplace", "logistic", "gumbel"):
    METHODS[_kind] = _of_location(_kind)


@method("uniform")
def _uniform(frame: Frame, rng: Value, low: Value = ZERO, high: Value = ONE, size: Value = NONE) -> Value:
    low, high = number(frame, low), number(frame, high)
    z = floats(frame, rng, "random", size, (low, high))
    return binary(frame, "add", low, binary(frame, "mul", binary(frame, "sub", high, low), z))


@method("exponential")
def _exponential(frame: Frame, rng: Value, scale: Value = ONE, size: Value = NONE) -> Value:
    scale = number(frame, scale)
    require(frame, scale, "scale", "not negative")
    return binary(frame, "mul", scale, floats(frame, rng, "standard_exponential", size, (scale,)))


@method("lognormal")
def _lognormal(frame: Frame, rng: Value, mean: Value = ZERO, sigma: Value = ONE, size: Value = NONE) -> Value:
    mean, sigma = number(frame, mean), number(frame, sigma)
    require(frame, sigma, "sigma", "not negative")
    z = floats(frame, rng, "standard_normal", size, (mean, sigma))
    return _own(frame, "exp", binary(frame, "add", mean, binary(frame, "mul", sigma, z)))


@method("rayleigh")
def _rayleigh(frame: Frame, rng: Value, scale: Value = ONE, size: Value = NONE) -> Value:
    scale = number(frame, scale)
    require(frame, scale, "scale", "not negative")
    z = floats(frame, rng, "standard_exponential", size, (scale,))
    return binary(frame, "mul", scale, _own(frame, "sqrt", binary(frame, "mul", const(2.0), z)))


def _of_shape(kind: str, condition: str, carried: str) -> Handler:
    def handler(frame: Frame, rng: Value, a: Value, size: Value = NONE) -> Value:
        a = number(frame, a)
        require(frame, a, "a", condition)
        z = numbers(frame, rng, kind, size, (a,))
        return z if is_number(a) else frame.emit(carried, z, a)

    return handler


METHODS["weibull"] = _of_shape("weibull", "not negative", "drawn_power")
METHODS["power"] = _of_shape("power", "positive", "drawn_power")
METHODS["pareto"] = _of_shape("pareto", "positive", "drawn_pareto")


def _own(frame: Frame, op: str, value: Value) -> Atom:
    """A function of what was drawn, one of Python's numbers where that is one."""
    atom = frame.atom(value)
    return frame.emit(op, atom, flavor=None if isinstance(atom.type, Array) else "python")


# Gamma numbers


@method("standard_gamma")
def _standard_gamma(frame: Frame, rng: Value, shape: Value, size: Value = NONE, dtype: Value = NONE, out: Value = NONE) -> Value:
    if narrow_of(frame, dtype) or out is not NONE:
        frame.fail("DL046", "standard_gamma gives new float64 numbers in compiled code", "convert or assign them: out[:] = ...")
    shape = number(frame, shape)
    require(frame, shape, "shape", "not negative")
    return _gamma(frame, rng, shape, size)


def _gamma(frame: Frame, rng: Value, shape: Atom, size: Value) -> Value:
    z = frame.atom(numbers(frame, rng, "standard_gamma", size, (shape,)))
    if is_number(shape):
        return z
    if isinstance(z.type, Array):
        shape = frame.emit("broadcast_to", shape, *(frame.emit("dim", z, axis=k) for k in range(z.type.rank)))
    return by_text(frame, gamma_drawn, [z, shape])


@method("gamma")
def _scaled_gamma(frame: Frame, rng: Value, shape: Value, scale: Value = ONE, size: Value = NONE) -> Value:
    shape, scale = number(frame, shape), number(frame, scale)
    require(frame, shape, "shape", "not negative")
    require(frame, scale, "scale", "not negative")
    if isinstance(scale.type, Array):
        sizes = spread(frame, size, (shape, scale))
        assert sizes is not None
        shape = frame.emit("broadcast_to", shape, *sizes)
        size = NONE
    return binary(frame, "mul", scale, _gamma(frame, rng, shape, size))


@method("chisquare")
def _chisquare(frame: Frame, rng: Value, df: Value, size: Value = NONE) -> Value:
    df = number(frame, df)
    require(frame, df, "df", "positive")
    half = frame.atom(binary(frame, "div", df, const(2.0)))
    return binary(frame, "mul", const(2.0), _gamma(frame, rng, half, size))


# Drawn by NumPy's functions: without a derivative


DRAWN: dict[str, tuple[tuple[str, str, str], ...]] = {
    "standard_t": (("df", "f64", "positive"),),
    "beta": (("a", "f64", "positive"), ("b", "f64", "positive")),
    "f": (("dfnum", "f64", "positive"), ("dfden", "f64", "positive")),
    "noncentral_chisquare": (("df", "f64", "positive"), ("nonc", "f64", "not negative")),
    "noncentral_f": (("dfnum", "f64", "positive"), ("dfden", "f64", "positive"), ("nonc", "f64", "not negative")),
    "wald": (("mean", "f64", "positive"), ("scale", "f64", "positive")),
    "vonmises": (("mu", "f64", ""), ("kappa", "f64", "not negative")),
    "poisson": (("lam", "f64", "lam"),),
    "binomial": (("n", "i64", "not negative"), ("p", "f64", "share")),
    "negative_binomial": (("n", "f64", "positive number"), ("p", "f64", "share above 0")),
    "geometric": (("p", "f64", "share above 0"),),
    "hypergeometric": (("ngood", "i64", "not negative"), ("nbad", "i64", "not negative"), ("nsample", "i64", "not negative")),
    "logseries": (("p", "f64", "share below 1"),),
    "zipf": (("a", "f64", "above 1"),),
}
"""By the method: its parameters, their dtype and the condition that NumPy makes."""
assert all(condition in CONDITIONS or not condition for parameters in DRAWN.values() for _, _, condition in parameters)


def _by_numpy(kind: str) -> Handler:
    names = [name for name, _, _ in DRAWN[kind]]

    def handler(frame: Frame, rng: Value, *args: Value, **named: Value) -> Value:
        values = dict(zip((*names, "size"), args, strict=False)) | named
        missing = [name for name in names if name not in values]
        extra = [name for name in values if name not in (*names, "size")]
        if missing or extra or len(args) > len(names) + 1:
            raise TypeError(f"{kind}() takes the arguments {', '.join(names)} and size")
        given = [number(frame, values[name], dtype) for name, dtype, _ in DRAWN[kind]]
        for (name, _, condition), value in zip(DRAWN[kind], given, strict=True):
            if condition:
                require(frame, value, name, condition)
        z = numbers(frame, rng, kind, values.get("size", NONE), given)
        return held(frame, z, given)

    return handler


def held(frame: Frame, z: Any, given: Sequence[Atom]) -> Value:
    """A draw of floats, and that it moves with its parameters in a way not known."""
    if not is_float(z.type):
        return z  # type: ignore[no-any-return]
    for value in given:
        if not is_number(value) and is_float(value.type):
            z = frame.emit("drawn_by", z, value)
    return z  # type: ignore[no-any-return]


for _kind in DRAWN:
    METHODS[_kind] = _by_numpy(_kind)


@method("triangular")
def _triangular(frame: Frame, rng: Value, left: Value, mode: Value, right: Value, size: Value = NONE) -> Value:
    corners = [number(frame, value) for value in (left, mode, right)]
    low, middle, high = corners
    need(frame, frame.emit("less_equal", low, middle), "left > mode")
    need(frame, frame.emit("less_equal", middle, high), "mode > right")
    need(frame, frame.emit("not_equal", low, high), "left == right")
    z = numbers(frame, rng, "triangular", size, corners)
    return z if all(map(is_number, corners)) else frame.emit("drawn_triangular", z, *corners)


@method("multivariate_normal")
def _multivariate(
    frame: Frame,
    rng: Value,
    mean: Value,
    cov: Value,
    size: Value = NONE,
    check_valid: Value = NONE,
    tol: Value = NONE,
    *,
    method: Value = NONE,
) -> Value:
    """Normal numbers times a factor of the covariance, by the method named."""
    how = "svd" if method is NONE else frame.constant(method, "method")
    centre, covariance = number(frame, mean), number(frame, cov)
    z = floats(frame, rng, "standard_normal", Compound("tuple", (*(shape_of(frame, size) or ()), frame.emit("dim", centre, axis=0))))
    if how == "cholesky":
        factor = frame.emit("cholesky", covariance)
    elif how in ("svd", "eigh"):
        found: Any = frame.emit("svd", covariance, full_matrices=True) if how == "svd" else frame.emit("eigh", covariance)
        vectors, values = (found[0], found[1]) if how == "svd" else (found[1], found[0])
        factor = frame.emit("mul", vectors, frame.emit("sqrt", values))
    else:
        frame.fail("DL005", "method must be one of {'eigh', 'svd', 'cholesky'}")
    return frame.emit("add", centre, frame.emit("matmul", z, frame.emit("transpose", factor, axes=(1, 0))))



