"""NumPy's functions whose form decides what they are: np.where of one or three, questions about shapes and dtypes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from difflang.ir import Const, const
from difflang.op import row
from difflang.types import DTYPES, NAMES, Array, Scalar, promote

from .arrays import as_array, astype, call_row, several
from .builtins import builtin
from .frame import Frame
from .values import Compound, Value, denote, is_static, python_value

Named = Mapping[str, Value]


@builtin(np.where, low=1, high=3)
def _where(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    if len(args) == 1:
        return several(frame.emit("true_positions", args[0]))
    if len(args) == 2:
        frame.fail("DL017", "either both or neither of x and y should be given")
    return call_row(frame, row("where"), "numpy", args, {})


@builtin(np.ndarray, low=1, high=2, names=("dtype", "order"))
def _ndarray(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    """np.ndarray(shape): as np.empty."""
    return call_row(frame, row("empty"), None, args, kwargs)


@builtin(np.astype, low=2, high=2, names=("copy",))
def _astype(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    return astype(frame, frame.atom(args[0]), args[1:], kwargs)


@builtin(np.isscalar, low=1, high=1)
def _isscalar(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    (value,) = args
    if isinstance(value, Compound):
        return const(False)
    return const(isinstance(value.type, Scalar) or is_static(value) and np.isscalar(python_value(value)))


@builtin(np.result_type, low=1)
def _result_type(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    types: list[Any] = []
    for value in args:
        if isinstance(value, Const) and is_static(value):
            with frame.fitting():
                types.append(Scalar(NAMES[np.dtype(python_value(value))]))
        else:
            types.append(frame.atom(value).type)
    with frame.fitting():
        common = promote(*types)
    if not isinstance(common, Scalar):
        frame.fail("DL019", "the dtype is not known here", "give the function's argument types")
    return denote(DTYPES[common.dtype])


@builtin(np.common_type, low=1)
def _common_type(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    types = [Array(frame.atom(value).type.dtype, ("n",)) for value in args]  # type: ignore[union-attr]
    with frame.fitting():
        return denote(np.common_type(*(np.zeros(0, DTYPES[type.dtype]) for type in types)))


@builtin(np.iterable, low=1, high=1)
def _iterable(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    (value,) = args
    if isinstance(value, Compound):
        return const(value.kind not in ("closure", "partial", "bound", "object", "struct"))
    return const(isinstance(value.type, Array) and value.type.rank > 0 or is_static(value) and np.iterable(python_value(value)))


@builtin(np.unstack, low=1, high=1, names=("axis",))
def _unstack(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    """The parts along an axis: walked and unpacked as the lines of an array are."""
    x = frame.atom(args[0])
    moved = call_row(frame, row("moveaxis"), None, [x, kwargs.get("axis", const(0)), const(0)], {})
    return Compound("reversed", (Compound("reversed", (moved,)),))


def _number_type(name: str) -> Any:
    """np.emath's functions give complex numbers where the values ask for them: the type would depend on the run."""

    def handler(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
        way_out = f"use np.{name} where no argument is outside of its domain, else of x.astype(complex)"
        frame.fail("DL004", f"whether np.emath.{name} gives complex numbers depends on the values", way_out)

    return handler


for _name in ("sqrt", "log", "log2", "log10", "power", "arccos", "arcsin", "arctanh"):
    builtin(getattr(np.emath, _name), low=1)(_number_type(_name))


@builtin(np.lib.stride_tricks.sliding_window_view, np.lib.stride_tricks.as_strided, names=("*",))
def _windows(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    way_out = "x[np.arange(len(x) - w + 1)[:, None] + np.arange(w)] is an array of all windows of w elements"
    frame.fail("DL004", "views by strides are outside the language", way_out)


@builtin(np.broadcast_shapes)
def _broadcast_shapes(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    shapes = [
        tuple(frame.constant(size, "a size") for size in s.items) if isinstance(s, Compound) else frame.constant(s, "a size") for s in args
    ]
    with frame.fitting():
        return denote(np.broadcast_shapes(*shapes))


@builtin(np.asfortranarray, low=1, high=2, names=("dtype",))
def _fortran(frame: Frame, args: Sequence[Value], kwargs: Named) -> Value:
    """How an array lies in memory does not show in its elements: a copy."""
    value = frame.atom(args[0])
    return frame.emit("copy", value) if isinstance(value.type, Array) else value


_RULES = ("leggauss", "hermgauss", "hermegauss", "laggauss", "chebgauss")


def quadrature_call(frame: Frame, target: Any, args: Sequence[Value], kwargs: Named) -> Value | None:
    """Nodes and weights of numpy.polynomial, known while compiling: they stand in the program as numbers. By name: a program that
    calls them has imported that package, others need not."""
    if not str(getattr(target, "__module__", "")).startswith("numpy.polynomial.") or getattr(target, "__name__", "") not in _RULES:
        return None
    given = [frame.constant(value, f"what {target.__name__}() is asked") for value in (*args, *kwargs.values())]
    with frame.fitting():
        columns = [tuple(const(np.float64(number)) for number in column) for column in target(*given)]
    return Compound("tuple", tuple(as_array(frame, Compound("list", column)) for column in columns))
