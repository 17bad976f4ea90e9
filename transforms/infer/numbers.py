"""Conversions and roundings: Python's float, int, round, the math module's ints, NumPy's classes of numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from difflang import library
from difflang.ir import Var, const
from difflang.types import BOOL, NAMES, Array, Scalar

from .builtins import Handler, builtin
from .frame import Frame
from .lone import lone
from .operators import binary
from .values import Compound, Value, denote, is_none, is_undefined, known, python_value


def _number(dtype: str) -> Handler:
    def handler(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        if not args:
            return const({"f64": 0.0, "i64": 0}[dtype])
        (value,) = args
        if known(value) and not isinstance(value, Compound):
            with frame.fitting():
                return denote({"f64": float, "i64": int}[dtype](python_value(value)))
        if isinstance(value, Var) and value.type == Scalar(dtype, True):
            return value
        if isinstance(value, Var) and isinstance(value.type, Array):
            value = frame.only_element(value, "only an array of one element becomes a Python number", "an index")
        return frame.emit("cast", value, dtype=dtype, weak=True)

    return handler


builtin(float, high=1)(_number("f64"))
builtin(int, high=1)(_number("i64"))


@builtin(bool, high=1)
def _bool(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if not args:
        return const(False)
    truth = frame.truth(args[0])
    return truth if truth.type == BOOL or is_undefined(truth) else frame.emit("cast", truth, dtype="bool", weak=True)


@builtin(operator.truth, low=1, high=1)
def _truth(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return _bool(frame, args, kwargs)


@builtin(abs, operator.abs, low=1, high=1)
def _abs(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return lone(frame, "abs", args[0])


def by_text(frame: Frame, function: Any, args: Sequence[Value], kwargs: Mapping[str, Value] = MappingProxyType({})) -> Value:
    """A call of a function of Python's library that is written in the language."""
    from .calls import call_function

    return call_function(frame, frame.inference.read(frame, function), args, kwargs, (), "t")


@builtin(pow, low=2, high=3, names=("mod", "exp", "base"))
def _pow(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    given = [*args, *(kwargs[name] for name in ("base", "exp", "mod")[len(args) :] if name in kwargs)]
    if len(given) == 3 and not is_none(given[2]):
        if not all(is_python_int(value) for value in given):
            frame.fail("DL005", "pow() 3rd argument not allowed unless all arguments are integers")
        return by_text(frame, library.pow_modulo, given)
    return binary(frame, "pow", *given[:2])


def is_python_int(value: Value) -> bool:
    return not isinstance(value, Compound) and isinstance(value.type, Scalar) and value.type.weak and value.type.dtype in ("i64", "bool")


@builtin(math.hypot)
def _hypot(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if len(args) == 2:
        return frame.emit("hypot", *args, flavor="python")
    return by_text(frame, library.hypot, args)


@builtin(round, low=1, high=2, names=("ndigits",))
def _round(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    value = args[0]
    digits = args[1] if len(args) > 1 else kwargs.get("ndigits")
    if digits is not None and not is_none(digits):
        if known(value) and known(digits):
            return denote(round(python_value(value), python_value(digits)))
        return _round_to(frame, value, digits)
    if known(value):
        with frame.fitting():
            return denote(round(python_value(value)))
    if isinstance(value, Var) and isinstance(value.type, Scalar) and value.type.dtype in ("i64", "bool") and value.type.weak:
        return frame.emit("cast", value, dtype="i64", weak=True)
    return frame.emit("cast", frame.emit("rint", value), dtype="i64", weak=True)


def _round_to(frame: Frame, value: Value, digits: Value) -> Value:
    """round(x, n): the decimal that is nearest to Python's float; NumPy's scale, round and scale back."""
    atom = frame.atom(value)
    if is_python_int(atom):
        return by_text(frame, library.round_int, [atom, digits])
    if isinstance(atom.type, Scalar) and atom.type.weak:
        return by_text(frame, library.round_float, [atom, digits])
    power = binary(frame, "pow", const(10.0), digits)
    return binary(frame, "div", frame.emit("rint", binary(frame, "mul", atom, power)), power)


def _rounded(op: str) -> Handler:
    """math.floor and its like give Python's int."""

    def handler(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        value = frame.atom(args[0])
        if isinstance(value.type, Array):
            value = frame.only_element(value, f"math.{op} takes a number, not an array", f"np.{op}")
        if isinstance(value.type, Scalar) and value.type.dtype[0] in "iub":
            return frame.emit("cast", value, dtype="i64", weak=True)
        return frame.emit("cast", frame.emit(op, value), dtype="i64", weak=True)

    return handler


for _name in ("floor", "ceil", "trunc"):
    builtin(getattr(math, _name), low=1, high=1)(_rounded(_name))


@builtin(math.log, low=1, high=2)
def _log(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    logs = [frame.emit("log", value, flavor="python") for value in args]
    return logs[0] if len(logs) == 1 else binary(frame, "div", *logs)


def number_class(frame: Frame, cls: Any, args: Sequence[Value]) -> Value:
    """np.float64(x), np.int32(x) ...: a strong number, or an array of that dtype."""
    name = NAMES[np.dtype(cls)]
    if len(args) != 1:
        frame.fail("DL017", f"{cls.__name__}() takes one argument here")
    value = args[0]
    if known(value) and not isinstance(value, Compound):
        with frame.fitting():
            return denote(cls(python_value(value)))
    atom = frame.atom(value)
    if isinstance(atom.type, Scalar) and atom.type == Scalar(name):
        return atom
    return frame.emit("cast", atom, dtype=name, weak=False)


def is_number_class(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, np.generic) and _dtype_known(value)


def _dtype_known(cls: Any) -> bool:
    try:
        return np.dtype(cls) in NAMES
    except TypeError:
        return False
