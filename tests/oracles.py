"""Derivatives found without the compiler: the complex step, dual numbers, and extrapolated central differences.

Each takes a plain function and returns the gradient of the weighted sum of its float results with respect to the arguments at
`wrt`, as a list of arrays. They share no code with difflang.
"""

from __future__ import annotations

import copy
import math
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

Arguments = tuple[Any, ...]


def float_leaves(value: Any) -> Iterator[Any]:
    """The floating numbers and arrays of a result, in order."""
    if isinstance(value, tuple):
        for item in value:
            yield from float_leaves(item)
    elif isinstance(value, (Dual, float, complex)) or (hasattr(value, "dtype") and value.dtype.kind in "fcO"):
        yield value


def weights_for(value: Any) -> list[Any]:
    """Fixed weights, one array (or number) for each float leaf of a result."""
    rng = np.random.default_rng(7)
    return [float(rng.uniform(0.5, 1.5)) if np.ndim(v) == 0 else rng.uniform(0.5, 1.5, size=np.shape(v)) for v in float_leaves(value)]


def weighted(value: Any, weights: Sequence[Any]) -> Any:
    """The number whose gradient is compared."""
    return sum(v * w if isinstance(v, Dual) else np.sum(np.multiply(v, w)) for v, w in zip(float_leaves(value), weights, strict=True))


def moved(arguments: Arguments, wrt: Sequence[int], directions: Sequence[Any], step: float) -> Arguments:
    """The arguments plus a step along the directions."""
    result = list(copy.deepcopy(arguments))
    for position, direction in zip(wrt, directions, strict=True):
        result[position] = _keep(arguments[position], arguments[position] + step * direction)
    return tuple(result)


def _keep(old: Any, new: Any) -> Any:
    """A moved argument of the old one's own type: float, NumPy number, or array with the old strides."""
    if isinstance(old, np.ndarray):
        base = np.empty_like(old, dtype=np.result_type(old, new), order="K", subok=False)
        base[...] = new
        return base
    return type(old)(new) if isinstance(new, (float, np.floating)) else new


def basis(arguments: Arguments, wrt: Sequence[int]) -> Iterator[tuple[int, Any, list[Any]]]:
    """For each coordinate: its argument's position in `wrt`, its index, and its unit direction."""
    for k, position in enumerate(wrt):
        for index in np.ndindex(np.shape(arguments[position])):
            directions: list[Any] = [np.zeros(np.shape(arguments[p])) for p in wrt]
            directions[k][index] = 1.0
            yield k, index, directions


def gradient_by(derivative: Callable[[list[Any]], float], arguments: Arguments, wrt: Sequence[int]) -> list[np.ndarray]:
    """A gradient from a way to find directional derivatives."""
    result = [np.zeros(np.shape(arguments[p])) for p in wrt]
    for k, index, directions in basis(arguments, wrt):
        result[k][index] = derivative(directions)
    return result


def complex_step(function: Callable[..., Any], arguments: Arguments, wrt: Sequence[int], weights: Sequence[Any]) -> list[np.ndarray]:
    """Exact to rounding where the text holds for complex numbers."""

    def derivative(directions: list[Any]) -> float:
        step = 1e-30
        changed = list(copy.deepcopy(arguments))
        for position, direction in zip(wrt, directions, strict=True):
            moved_ = np.asarray(arguments[position]).astype(complex) + 1j * step * direction
            changed[position] = moved_ if np.ndim(arguments[position]) else complex(moved_)
        return float(np.imag(weighted(function(*changed), weights)) / step)

    return gradient_by(derivative, arguments, wrt)


def differences(
    function: Callable[..., Any], arguments: Arguments, wrt: Sequence[int], weights: Sequence[Any], step: float = 1e-3
) -> list[np.ndarray]:
    """Central differences, extrapolated: error of order six in the step. The arguments must lie away from kinks."""
    if any(getattr(a, "dtype", None) == np.float32 for a in arguments):
        step = max(step, 0.05)  # single precision drowns smaller ones

    def derivative(directions: list[Any]) -> float:
        return richardson(lambda h: float(weighted(function(*moved(arguments, wrt, directions, h)), weights)), step)

    return gradient_by(derivative, arguments, wrt)


def richardson(value: Callable[[float], Any], step: float) -> Any:
    """The derivative at 0 of a function of one number, from six values."""
    first, second, third = [(value(h) - value(-h)) / (2 * h) for h in (step, step / 2, step / 4)]
    once, twice = (4 * second - first) / 3, (4 * third - second) / 3
    return (16 * twice - once) / 15


def dual_numbers(function: Callable[..., Any], arguments: Arguments, wrt: Sequence[int], weights: Sequence[Any]) -> list[np.ndarray]:
    """Forward mode by operator overloading, for programs on numbers. Raises TypeError where the program needs more."""
    lifted = on_duals(function)

    def derivative(directions: list[Any]) -> float:
        changed = list(arguments)
        for position, direction in zip(wrt, directions, strict=True):
            changed[position] = Dual(float(arguments[position]), float(direction))
        total = weighted(lifted(*changed), weights)
        return float(total.dot) if isinstance(total, Dual) else 0.0

    return gradient_by(derivative, arguments, wrt)


class Dual:
    """A number and its tangent."""

    __array_ufunc__ = None

    def __init__(self, value: float, dot: float) -> None:
        self.value = value
        self.dot = dot

    def _unary(self, value: float, slope: float) -> Dual:
        return Dual(value, slope * self.dot)

    def __add__(self, other: Any) -> Dual:
        o = lift(other)
        return Dual(self.value + o.value, self.dot + o.dot)

    def __sub__(self, other: Any) -> Dual:
        return self + -lift(other)

    def __mul__(self, other: Any) -> Dual:
        o = lift(other)
        return Dual(self.value * o.value, self.dot * o.value + self.value * o.dot)

    def __truediv__(self, other: Any) -> Dual:
        o = lift(other)
        quotient = self.value / o.value
        return Dual(quotient, (self.dot - quotient * o.dot) / o.value)

    def __floordiv__(self, other: Any) -> Dual:
        return Dual(self.value // lift(other).value, 0.0)

    def __mod__(self, other: Any) -> Dual:
        o = lift(other)
        return Dual(self.value % o.value, self.dot - (self.value // o.value) * o.dot)

    def __pow__(self, other: Any) -> Dual:
        o = lift(other)
        power = self.value**o.value
        dot = self.dot * o.value * self.value ** (o.value - 1) if o.value else 0.0
        if o.dot:
            dot += o.dot * power * math.log(self.value)
        return Dual(power, dot)

    def __radd__(self, other: Any) -> Dual:
        return lift(other) + self

    def __rsub__(self, other: Any) -> Dual:
        return lift(other) - self

    def __rmul__(self, other: Any) -> Dual:
        return lift(other) * self

    def __rtruediv__(self, other: Any) -> Dual:
        return lift(other) / self

    def __rpow__(self, other: Any) -> Dual:
        return lift(other) ** self

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.dot)

    def __pos__(self) -> Dual:
        return self

    def __abs__(self) -> Dual:
        return self if self.value > 0 else -self

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < lift(other).value)

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= lift(other).value)

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > lift(other).value)

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= lift(other).value)

    def __eq__(self, other: object) -> bool:
        return bool(self.value == lift(other).value)

    def __bool__(self) -> bool:
        return bool(self.value)

    __hash__ = None  # type: ignore[assignment]

    def __int__(self) -> int:
        return int(self.value)

    __trunc__ = __int__

    def __round__(self) -> int:
        return round(self.value)

    def __floor__(self) -> int:
        return math.floor(self.value)

    def __ceil__(self) -> int:
        return math.ceil(self.value)


def lift(value: Any) -> Dual:
    return value if isinstance(value, Dual) else Dual(value, 0.0)


SLOPES: dict[str, Callable[[float, float], float]] = {  # of (x, y)
    "sin": lambda x, y: math.cos(x),
    "cos": lambda x, y: -math.sin(x),
    "tan": lambda x, y: 1 + y * y,
    "exp": lambda x, y: y,
    "expm1": lambda x, y: y + 1,
    "log": lambda x, y: 1 / x,
    "log2": lambda x, y: 1 / x / math.log(2),
    "log10": lambda x, y: 1 / x / math.log(10),
    "log1p": lambda x, y: 1 / (1 + x),
    "sqrt": lambda x, y: 0.5 / y,
    "tanh": lambda x, y: 1 - y * y,
    "sinh": lambda x, y: math.cosh(x),
    "cosh": lambda x, y: math.sinh(x),
    "asin": lambda x, y: 1 / math.sqrt(1 - x * x),
    "acos": lambda x, y: -1 / math.sqrt(1 - x * x),
    "atan": lambda x, y: 1 / (1 + x * x),
    "asinh": lambda x, y: 1 / math.sqrt(1 + x * x),
    "acosh": lambda x, y: 1 / math.sqrt(x * x - 1),
    "atanh": lambda x, y: 1 / (1 - x * x),
    "erf": lambda x, y: 2 / math.sqrt(math.pi) * math.exp(-x * x),
    "fabs": lambda x, y: math.copysign(1.0, x),
    "degrees": lambda x, y: 180 / math.pi,
    "radians": lambda x, y: math.pi / 180,
}


def _lifted(name: str) -> Callable[[Any], Any]:
    plain, slope = getattr(math, name), SLOPES[name]

    def apply(x: Any) -> Any:
        if not isinstance(x, Dual):
            return plain(x)
        y = plain(x.value)
        return Dual(y, slope(x.value, y) * x.dot)

    return apply


def _module() -> types.SimpleNamespace:
    """A math module for dual numbers; it stands in for np as well in programs on numbers."""
    names: dict[str, Any] = {name: _lifted(name) for name in SLOPES}
    names.update(pi=math.pi, e=math.e, trunc=math.trunc, floor=math.floor, ceil=math.ceil, arctan2=_atan2, atan2=_atan2)
    names.update(hypot=lambda x, y: names["sqrt"](x * x + y * y), pow=lambda x, y: x**y, float64=lambda x: x)
    return types.SimpleNamespace(**names)


def _atan2(y: Any, x: Any) -> Dual:
    a, b = lift(y), lift(x)
    square = a.value**2 + b.value**2
    return Dual(math.atan2(a.value, b.value), (b.value * a.dot - a.value * b.dot) / square)


def on_duals(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function and those it calls, with math and np exchanged for the module of duals."""
    module, made = _module(), {}

    def copy_of(f: Any) -> Any:
        if f not in made:
            scope = dict(f.__globals__, math=module, np=module)
            made[f] = types.FunctionType(f.__code__, scope, f.__name__, f.__defaults__, f.__closure__)
            made[f].__kwdefaults__ = f.__kwdefaults__
            for name in f.__code__.co_names:
                if isinstance(scope.get(name), types.FunctionType):
                    scope[name] = copy_of(scope[name])
        return made[f]

    return copy_of(function)
