"""The functions of `cmath`: of any number, Python's complex number results; they raise as Python's own do."""

from __future__ import annotations

import cmath
from collections.abc import Callable
from typing import Any

import numpy as np

from ..op import Fault, Lower, elementwise, row
from ..types import COMPLEX, Array, Type
from .complex_values import complex_log10
from .faults import POLE, RANGE, complex_infinite


def _type(types: tuple[Type, ...], attrs: Any) -> Type:
    if any(isinstance(type, Array) and type.rank for type in types):
        raise TypeError("the functions of cmath take numbers: np's functions take arrays")
    return COMPLEX


_OVER = Fault(OverflowError, RANGE.message, complex_infinite)
_AT_POLE = Fault(ValueError, POLE.message, complex_infinite)


def _like(name: str) -> Callable[..., Any]:
    """The rule of NumPy's function."""

    def rule(y: Any, x: Any) -> Any:
        return row(name).rule(y, x)

    return rule


def _enter(name: str, numpy: str, fault: Fault, lower: Any = None) -> None:
    rule = _like(numpy)
    rule.__doc__ = f"cmath.{name}"
    elementwise(
        python=(getattr(cmath, name),),
        evaluate=getattr(np, numpy),
        name=f"cmath_{name}",
        typing=_type,
        computes="result",
        lower=Lower(complex=lower or f"libm:c{name}"),
        faults=(fault,),
        singular=row(numpy).singular,
        pole_raises=row(numpy).pole_raises,
        cost=40,
    )(rule)


for _name in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt"):
    _enter(_name, _name, _OVER)
for _name in ("asin", "acos", "atan", "asinh", "acosh", "atanh"):
    _enter(_name, f"arc{_name[1:]}", _AT_POLE)
_enter("log", "log", _AT_POLE)
_enter("log10", "log10", _AT_POLE, complex_log10)
