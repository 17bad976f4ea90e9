"""Methods of a NumPy generator that is an argument: draws in the program's order, each from the generator as the last one left it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from difflang.generators import FIELD, is_generator_class
from difflang.ir import NONE, Atom, Const, Var, const, static
from difflang.types import Array, Scalar

from .frame import Frame
from .items import getitem, setitem
from .objects import put
from .operators import binary
from .structs import fields, layout_in
from .values import Compound, Value, is_none, is_static, python_value

Handler = Callable[..., Value]
ZERO, ONE, TRUE, FALSE = const(0.0), const(1.0), const(True), const(False)
WAY_OUT = "draw it in Python and pass it in as an array"
METHODS: dict[str, Handler] = {}


def method(*names: str) -> Callable[[Handler], Handler]:
    """Enter a handler for these methods of generators: handler(frame, rng, *arguments as Python binds them)."""

    def enter(handler: Handler) -> Handler:
        METHODS.update(dict.fromkeys(names, handler))
        return handler

    return enter


def random_call(frame: Frame, target: Any, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value | None:
    """A call of a method of a generator, `self` first; None where the callable is none of NumPy's random module."""
    random = sys.modules.get("numpy.random")
    if random is None:
        return None
    owner, name = getattr(target, "__self__", None), getattr(target, "__name__", "")
    if isinstance(owner, random.Generator):
        return _call(frame, name, [static(owner), *args], kwargs)
    if getattr(random.Generator, name, None) is target is not getattr(object, name, None):
        return _call(frame, name, args, kwargs)
    if isinstance(owner, random.RandomState) or getattr(random, name, None) is target:
        reason = f"np.random.{name} inside of a compiled function would not draw from a generator of the caller's"
        frame.fail("DL046", reason, f"pass rng = np.random.default_rng(...) as an argument and call its methods, or {WAY_OUT}")
    return None


def _call(frame: Frame, name: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """rng.name(...)."""
    owner, *rest = args
    layout = layout_in(owner)
    if layout is None or not is_generator_class(layout.cls):
        way_out = f"pass the generator as an argument, or {WAY_OUT}"
        frame.fail("DL046", f"rng.{name}() draws from a generator that is not an argument", way_out)
    handler = METHODS.get(name)
    if handler is None:
        frame.fail("DL046", f"Generator.{name} is not drawn in compiled code", f"{WAY_OUT}; there are {', '.join(METHODS)}")
    try:
        return handler(frame, owner, *rest, **kwargs)
    except TypeError as error:
        if "argument" not in str(error):
            raise
        frame.fail("DL046", f"Generator.{name}: {str(error).partition('() ')[2]}")


def _shape(frame: Frame, size: Value) -> tuple[Value, ...] | None:
    """The sizes that `size` gives; None where it is None."""
    if is_none(size):
        return None
    if isinstance(size, Compound):
        if not size.is_sequence:
            frame.fail("DL005", "size is a number or a tuple of numbers")
        return tuple(size.items)
    return (size,)


def _drawn(frame: Frame, rng: Value, op: str, *operands: Value, **statics: Any) -> Var:
    """Draw, and let the generator move on."""
    assert isinstance(rng, Compound)
    found: Any = frame.emit(op, fields(frame, rng)[FIELD], *operands, **statics)
    put(frame, rng.info, FIELD, found[1])
    assert isinstance(found[0], Var)
    return found[0]


def _floats(frame: Frame, rng: Value, kind: str, size: Value, like: Sequence[Value] = ()) -> Var:
    """Floats of this size; without one as many as the parameters `like` have together."""
    shape = _shape(frame, size)
    if shape is None and any(isinstance(v, Compound) or isinstance(v.type, Array) for v in like):
        total: Value = like[0]
        for value in like[1:]:
            total = binary(frame, "add", total, value)
        atom = frame.atom(total)
        shape = tuple(frame.emit("dim", atom, axis=k) for k in range(frame.rank(atom, "a draw")))
    if shape is None:
        return _drawn(frame, rng, "draw", kind=kind, shaped=False)
    return _drawn(frame, rng, "draw", *shape, kind=kind, shaped=True)


def _plain(frame: Frame, **options: Value) -> None:
    """Refuse what generators take beside: another dtype, an array to fill."""
    for name, value in options.items():
        usual = is_none(value) or is_static(value) and np.dtype(python_value(value)) in (np.dtype(np.float64), np.dtype(np.int64))
        if not usual:
            frame.fail("DL046", f"a draw with {name}= is outside the language", WAY_OUT)


def _at_least_zero(frame: Frame, value: Value, name: str) -> None:
    """NumPy refuses negative scales."""
    atom = frame.atom(value)
    fine = frame.emit("greater_equal", atom, const(0))
    if isinstance(fine, Const):
        if not fine.value:
            frame.fail("DL005", f"{name} < 0")
        return
    if isinstance(fine.type, Array):
        fine = frame.emit("all", fine, axis=None, keepdims=False)
    frame.emit("check", frame.emit("cast", fine, dtype="bool", weak=True), error=ValueError, message=f"{name} < 0", kind="raise")


@method("standard_normal")
def _standard_normal(frame: Frame, rng: Value, size: Value = NONE, dtype: Value = NONE, out: Value = NONE) -> Value:
    _plain(frame, dtype=dtype, out=out)
    return _floats(frame, rng, "standard_normal", size)


@method("normal")
def _normal(frame: Frame, rng: Value, loc: Value = ZERO, scale: Value = ONE, size: Value = NONE) -> Value:
    _at_least_zero(frame, scale, "scale")
    z = _floats(frame, rng, "standard_normal", size, (loc, scale))
    return binary(frame, "add", loc, binary(frame, "mul", scale, z))


@method("random")
def _random(frame: Frame, rng: Value, size: Value = NONE, dtype: Value = NONE, out: Value = NONE) -> Value:
    _plain(frame, dtype=dtype, out=out)
    return _floats(frame, rng, "random", size)


@method("uniform")
def _uniform(frame: Frame, rng: Value, low: Value = ZERO, high: Value = ONE, size: Value = NONE) -> Value:
    z = _floats(frame, rng, "random", size, (low, high))
    return binary(frame, "add", low, binary(frame, "mul", binary(frame, "sub", high, low), z))


@method("standard_exponential")
def _standard_exponential(frame: Frame, rng: Value, size: Value = NONE, dtype: Value = NONE, out: Value = NONE) -> Value:
    _plain(frame, dtype=dtype, out=out)
    return _floats(frame, rng, "standard_exponential", size)


@method("exponential")
def _exponential(frame: Frame, rng: Value, scale: Value = ONE, size: Value = NONE) -> Value:
    _at_least_zero(frame, scale, "scale")
    return binary(frame, "mul", scale, _floats(frame, rng, "standard_exponential", size, (scale,)))


@method("lognormal")
def _lognormal(frame: Frame, rng: Value, mean: Value = ZERO, sigma: Value = ONE, size: Value = NONE) -> Value:
    _at_least_zero(frame, sigma, "sigma")
    z = _floats(frame, rng, "standard_normal", size, (mean, sigma))
    return _strong(frame, "exp", binary(frame, "add", mean, binary(frame, "mul", sigma, z)))


@method("rayleigh")
def _rayleigh(frame: Frame, rng: Value, scale: Value = ONE, size: Value = NONE) -> Value:
    _at_least_zero(frame, scale, "scale")
    z = _floats(frame, rng, "standard_exponential", size, (scale,))
    return binary(frame, "mul", scale, _strong(frame, "sqrt", binary(frame, "mul", const(2.0), z)))


@method("weibull")
def _weibull(frame: Frame, rng: Value, a: Value, size: Value = NONE) -> Value:
    _at_least_zero(frame, a, "a")
    z = _floats(frame, rng, "standard_exponential", size, (a,))
    return binary(frame, "pow", z, binary(frame, "div", ONE, a))


@method("pareto")
def _pareto(frame: Frame, rng: Value, a: Value, size: Value = NONE) -> Value:
    z = _floats(frame, rng, "standard_exponential", size, (a,))
    return _strong(frame, "expm1", binary(frame, "div", z, a))


def _strong(frame: Frame, op: str, value: Value) -> Value:
    """A function of what was drawn, one of Python's numbers where that is one."""
    atom = frame.atom(value)
    return frame.emit(op, atom, flavor=None if isinstance(atom.type, Array) else "python")


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
    """By the singular values of the covariance, as NumPy does where no other method is named."""
    if not is_none(method) and frame.constant(method, "method") != "svd":
        frame.fail("DL004", "multivariate_normal draws by the method svd in compiled code", WAY_OUT)
    centre, spread = frame.atom(mean), frame.atom(cov)
    z = _floats(frame, rng, "standard_normal", Compound("tuple", (*(_shape(frame, size) or ()), frame.emit("dim", centre, axis=0))))
    found: Any = frame.emit("svd", spread, full_matrices=True)
    factor = frame.emit("mul", found[0], frame.emit("sqrt", found[1]))
    return frame.emit("add", centre, frame.emit("matmul", z, frame.emit("transpose", factor, axes=(1, 0))))


def _count(frame: Frame, value: Value) -> Atom:
    atom = frame.atom(value)
    if not isinstance(atom.type, Scalar) or atom.type.dtype not in ("i64", "i32"):
        frame.fail("DL005", f"the bounds of whole numbers drawn are whole numbers, not {atom.type}", WAY_OUT)
    return atom


@method("integers")
def _integers(
    frame: Frame, rng: Value, low: Value, high: Value = NONE, size: Value = NONE, dtype: Value = NONE, endpoint: Value = FALSE
) -> Value:
    _plain(frame, dtype=dtype)
    if is_none(high):
        low, high = const(0), low
    start, stop = _count(frame, low), _count(frame, high)
    if frame.constant(endpoint, "endpoint"):
        stop = frame.emit("add", stop, const(1))
    shape = _shape(frame, size)
    return _drawn(frame, rng, "draw_whole", start, stop, *(shape or ()), shaped=shape is not None)


@method("permutation")
def _permutation(frame: Frame, rng: Value, x: Value) -> Value:
    atom = frame.atom(x)
    if not isinstance(atom.type, Array):
        return _drawn(frame, rng, "draw_order", _count(frame, atom))
    order = _drawn(frame, rng, "draw_order", frame.emit("dim", atom, axis=0))
    return getitem(frame, atom, ("i",), [order])


@method("shuffle")
def _shuffle(frame: Frame, rng: Value, x: Value) -> Value:
    if not isinstance(x, Var) or not isinstance(x.type, Array):
        frame.fail("DL005", "shuffle takes an array here", "rng.permutation gives a new one")
    setitem(frame, x, _permutation(frame, rng, x), (".",), ())
    return NONE


@method("choice")
def _choice(frame: Frame, rng: Value, a: Value, size: Value = NONE, replace: Value = TRUE, p: Value = NONE) -> Value:
    if not is_none(p) or not frame.constant(replace, "replace"):
        frame.fail("DL046", "choice with probabilities or without replacement is not drawn in compiled code", WAY_OUT)
    atom = frame.atom(a)
    many = isinstance(atom.type, Array)
    order = _integers(frame, rng, frame.emit("dim", atom, axis=0) if many else atom, size=size)
    return getitem(frame, atom, ("i",), [order]) if many else order
