"""Ops without a NumPy function of their own: checks, identity for derivatives, stacks.

A stack is a tape of the derivative, or a list of the user's that grows. The evaluator holds it as a tuple.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import Any

import numpy as np

from ..errors import DifflangError
from ..op import constant, general, linear
from ..types import INT, NOTHING, Array, Scalar, Stack, Type, keeping_order

DETAIL = re.compile("\x01(\\d+)\x01")
"""A detail's position in the text of a check."""


def _same(types: tuple[Type, ...], attrs: Any) -> Type:
    return types[0]


def _check(condition: Any, *details: Any, error: Any = None, message: str = "", kind: str = "raise", told: str = "") -> None:
    if kind == "print":
        head, _, rest = message.partition(".")
        _evaluated(told, details, eval(message, {head: import_module(head)}) if rest else print)
    elif not condition and told:
        raise _evaluated(told, details, error)
    elif not condition:
        text = message % details if details else message
        raise error("DL005", text) if issubclass(error, DifflangError) else error(*([text] if text else []))


def _evaluated(told: str, details: tuple[Any, ...], function: Any) -> Any:
    """function(*told), where told is Python's text over the details."""
    names = {f"d{k}": value for k, value in enumerate(details)}
    text = DETAIL.sub(r"d\1", told)
    return eval(f"function({text})", {"function": function, "sys": sys, **names})


def _nothing(types: tuple[Type, ...], attrs: Any) -> Type:
    return NOTHING


@constant(typing=_nothing, evaluate=_check)
def check(y, condition, *details, error=AssertionError, message="", kind="raise", told=""):
    """Raise `error(message % details)` unless the condition holds: for faults that the program states itself.

    `told`: the arguments of the error as Python's text over the details, each named by its position between control characters;
    `message` is then what can be said without Python. `kind` "print": no error, the arguments are printed, whatever the condition, or
    told to the function that `message` names.
    `kind`: "raise" and "assert" print as such; "unbound" (a name that some path leaves unassigned) prints as nothing; "needed" asks
    the detail, which raises what it raises, and nothing else.
    """


def _identity(x: Any) -> Any:
    return x


@constant(typing=_same, evaluate=_identity)
def stop_gradient(y, x):
    """x, held constant by every derivative."""


def _copy_type(types: tuple[Type, ...], attrs: Any) -> Type:
    (x,) = types
    if not isinstance(x, Array):
        return x
    made = Array(x.dtype, x.dims)
    return keeping_order(made, types) if attrs.get("order") == "K" else made


def _copy(x: Any, order: str = "C") -> Any:
    return x if isinstance(x, tuple) else np.copy(x, order="C")


@linear(np.copy, typing=_copy_type, evaluate=_copy, methods=("copy",))
def copy(y_bar, x, order="C"):
    """A copy in memory of its own; of a list, a list of the same items. `order` is "K" where NumPy's copy keeps that of the memory."""
    return y_bar


def _stack_type(types: tuple[Type, ...], attrs: Any) -> Type:
    return Stack(attrs["element"], attrs.get("listed", False))


def _stack_new(element: Type, listed: bool = False) -> tuple[()]:
    return ()


@constant(typing=_stack_type, evaluate=_stack_new)
def stack_new(y, element=None, listed=False):
    """An empty stack of values of type `element`; `listed`: one that may end with values in it, as a user's list."""


def _push(stack: Any, value: Any) -> Any:
    return (*stack, value)


@general(typing=_same, evaluate=_push)
def push(y_bar, y, stack, value):
    """The stack with a value on top. Its adjoint pops the value's adjoint: `reverse` writes it."""


def _element(type: Type) -> Type:
    if not isinstance(type, Stack):
        raise TypeError(f"a stack is needed here, not {type}")
    return type.element


def _pop_type(types: tuple[Type, ...], attrs: Any) -> Any:
    (stack,) = types
    return stack, _element(stack)


def _pop(stack: Any, checked: bool = False) -> Any:
    if not stack:
        raise IndexError("pop from empty list")
    return stack[:-1], stack[-1]


@general(typing=_pop_type, evaluate=_pop)
def pop(y_bar, y, stack, checked=False):
    """(the stack without its top, the top); `checked`: IndexError where it is empty. Its adjoint pushes: `reverse` writes it."""


def _item_type(types: tuple[Type, ...], attrs: Any) -> Type:
    return _element(types[0])


def _item(stack: Any, index: Any) -> Any:
    if not -len(stack) <= index < len(stack):
        raise IndexError("list index out of range")
    return stack[index]


@linear(typing=_item_type, evaluate=_item)
def item(y_bar, stack, index):
    """The value at an index, from the end where it is negative. Its adjoint adds to one item: `reverse` writes it."""


def _set_item(stack: Any, value: Any, index: Any) -> Any:
    if not -len(stack) <= index < len(stack):
        raise IndexError("list assignment index out of range")
    at = index % len(stack)
    return (*stack[:at], value, *stack[at + 1 :])


@linear(typing=_same, evaluate=_set_item)
def set_item(y_bar, stack, value, index):
    """The stack with another value at an index. Its adjoint reads one item and clears it: `reverse` writes it."""


def _count_type(types: tuple[Type, ...], attrs: Any) -> Type:
    return INT


@constant(typing=_count_type, evaluate=len)
def count(y, stack):
    """How many values are on the stack."""


def _zero_items(stack: Any) -> Any:
    return tuple(_zero_items(x) if isinstance(x, tuple) else np.zeros_like(x)[()] for x in stack)


def _zeros_type(types: tuple[Type, ...], attrs: Any) -> Type:
    return Stack(_strong(_element(types[0])), True)


def _strong(type: Type) -> Type:
    """NumPy's number for Python's, as adjoints and tangents are."""
    if isinstance(type, Stack):
        return Stack(_strong(type.element), type.listed)
    return Scalar(type.dtype) if isinstance(type, Scalar) else type


@constant(typing=_zeros_type, evaluate=_zero_items)
def zero_items(y, stack):
    """A stack of zeros, each of its value's shape."""


def _set_items(stack: Any, values: Any) -> Any:
    return values


@linear(typing=_same, evaluate=_set_items)
def set_items(y_bar, stack, values):
    """The first stack, now holding the values of the second: how `place` gives a list that a function replaced to its caller."""
