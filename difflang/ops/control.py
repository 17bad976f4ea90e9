"""Ops without a NumPy function of their own: checks, identity for derivatives, and the tape's stack."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import constant, general, linear
from ..types import NOTHING, Array, Stack, Type


def _same(types: tuple[Type, ...], attrs: Any) -> Type:
    return types[0]


def _check(condition: Any, *details: Any, error: Any = None, message: str = "", kind: str = "raise") -> None:
    if not condition:
        text = message % details if details else message
        raise error(*([text] if text else []))


def _nothing(types: tuple[Type, ...], attrs: Any) -> Type:
    return NOTHING


@constant(typing=_nothing, evaluate=_check)
def check(y, condition, error=AssertionError, message="", kind="raise"):
    """Raise `error(message % details)` unless the condition holds: for faults that the program states itself.

    `kind`: "raise" and "assert" print as such; "unbound" (a name that some path leaves unassigned) prints as nothing.
    """


def _identity(x: Any) -> Any:
    return x


@constant(typing=_same, evaluate=_identity)
def stop_gradient(y, x):
    """x, held constant by every derivative."""


def _copy_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (x,) = types
    return Array(x.dtype, x.dims) if isinstance(x, Array) else x


@linear(np.copy, typing=_copy_type, methods=("copy",))
def copy(y_bar, x):
    """A copy in memory of its own."""
    return y_bar


def _stack_type(types: tuple[Type, ...], attrs: Any) -> Type:
    return Stack(attrs["element"])


def _stack_new(element: Type) -> tuple[()]:
    return ()


@constant(typing=_stack_type, evaluate=_stack_new)
def stack_new(y, element=None):
    """An empty stack of values of type `element`."""


def _push(stack: Any, value: Any) -> Any:
    return (stack, value)


@general(typing=_same, evaluate=_push)
def push(y_bar, y, stack, value):
    """The stack with a value on top. Its adjoint pops the value's adjoint: `reverse` writes it."""


def _pop_type(types: tuple[Type, ...], attrs: Any) -> Any:
    (stack,) = types
    assert isinstance(stack, Stack)
    return stack, stack.element


@general(typing=_pop_type, evaluate=_identity)
def pop(y_bar, y, stack):
    """(the stack without its top, the top). Its adjoint pushes: `reverse` writes it."""
