"""Ops without a NumPy function of their own: checks, identity for derivatives, and the tape's stack."""

from __future__ import annotations

from typing import Any

from ..op import constant, general, linear
from ..types import NOTHING, Array, Stack, Type


def _same(types: tuple[Type, ...], attrs: Any) -> Type:
    return types[0]


def _check(condition: Any, *details: Any, error: Any = None, message: str = "", kind: str = "raise") -> None:
    if not condition:
        raise error(*([message] if message else []))


@constant(typing=lambda types, attrs: NOTHING, evaluate=_check)
def check(y, condition, error=AssertionError, message="", kind="raise"):
    """Raise `error(message)` unless the condition holds. The one op for faults the program states itself.

    `kind`: "raise" and "assert" print as such; "unbound" (a name that some path leaves unassigned) prints as nothing.
    """


@constant(typing=_same, evaluate=lambda x: x)
def stop_gradient(y, x):
    """x, held constant by every derivative."""


@linear(typing=lambda types, attrs: Array(types[0].dtype, types[0].dims) if isinstance(types[0], Array) else types[0])
def copy(y_bar, x):
    """A copy in memory of its own."""
    return y_bar


@constant(typing=lambda types, attrs: Stack(attrs["element"]), evaluate=lambda element: ())
def stack_new(y, element=None):
    """An empty stack of values of type `element`."""


@general(typing=_same, evaluate=lambda s, v: (s, v))
def push(y_bar, y, stack, value):
    """The stack with a value on top. Its adjoint pops the value's adjoint: `reverse` writes it."""


@general(typing=lambda types, attrs: (types[0], types[0].element), evaluate=lambda s: s)
def pop(y_bar, y, stack):
    """(the stack without its top, the top). Its adjoint pushes: `reverse` writes it."""
