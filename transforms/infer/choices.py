"""One of two functions or texts, by a truth of the run: `f = sin if x > 0 else cos`. What is done with it is done with each, in an `if`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from difflang.ir import UNDEF, Atom, Const, Var
from difflang.types import DTYPES, Scalar, Static, Type

from .frame import Frame
from .values import Compound, Form, Value, form, fresh, leaves, types_of

KINDS = ("closure", "partial", "choice", "text", "derived", "exception", "caught")


def choosable(shape: Form) -> bool:
    """Whether values of this form can be held as a choice: functions and texts."""
    if isinstance(shape, Compound):
        return shape.kind in KINDS
    return isinstance(shape, Static) and (callable(shape.value) or isinstance(shape.value, str))


def chosen(condition: Atom, one: Value, other: Value, hint: str) -> tuple[Value, list[Var], tuple[list[Atom], list[Atom]]]:
    """The choice after an `if`, its variables, and what either arm yields for them."""
    shapes = (form(one), form(other))
    first, made = fresh(shapes[0], hint)
    second, more = fresh(shapes[1], hint)
    missing = [[_nothing(type) for type in types_of(shape)] for shape in shapes]
    yields = ([*leaves(one, shapes[0]), *missing[1]], [*missing[0], *leaves(other, shapes[1])])
    return Compound("choice", (condition, first, second)), [*made, *more], yields


def _nothing(type: Type) -> Atom:
    """What stands for a part of the other one, which nobody uses: a number, where a message may be given it."""
    if not isinstance(type, Scalar):
        return UNDEF
    zero = DTYPES[type.dtype].type(0)
    return Const(zero.item() if type.weak else zero, type)


def is_choice(value: Value) -> bool:
    return isinstance(value, Compound) and value.kind == "choice"


def of_each(frame: Frame, value: Value, act: Callable[[Value], Value], hint: str = "t") -> Value:
    """What is done with a choice: with the one or with the other."""
    from .branches import branch

    assert isinstance(value, Compound)
    condition, one, other = value.items
    return branch(frame, condition, [lambda: [act(one)], lambda: [act(other)]], [hint])[0]


def first_choice(*values: Value) -> int | None:
    """The position of the first choice among the values."""
    return next((k for k, value in enumerate(values) if is_choice(value)), None)


def with_each(frame: Frame, values: tuple[Value, ...], act: Callable[..., Any]) -> Any:
    """An operation on values of which one is a choice."""
    k = first_choice(*values)
    assert k is not None
    return of_each(frame, values[k], lambda part: act(*values[:k], part, *values[k + 1 :]))
