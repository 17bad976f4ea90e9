"""Views of one array that move from turn to turn: not the array is carried, but where the view stands."""

from __future__ import annotations

from collections.abc import Sequence

from difflang.ir import NONE, Atom, const
from difflang.records import replace
from difflang.types import Scalar, Type

from .references import Ref, Step, Value, items


def picked(ref: Value, slots: Sequence[tuple[int, int]]) -> list[Atom]:
    """The operands of a view that change from turn to turn."""
    assert isinstance(ref, Ref)
    found = [ref.steps[step].operands[k] for step, k in slots]
    return [const(0) if atom == NONE else atom for atom in found]  # a slice from the start


def moved(ref: Value, slots: Sequence[tuple[int, int]], operands: Sequence[Atom], type: Type) -> Ref:
    """The view with other operands."""
    assert isinstance(ref, Ref)
    steps = [list(step.operands) for step in ref.steps]
    for (step, k), operand in zip(slots, operands, strict=True):
        steps[step][k] = operand
    made = [replace(step, operands=tuple(given)) for step, given in zip(ref.steps, steps, strict=True)]
    made[-1] = replace(made[-1], type=type)
    return Ref(ref.base, tuple(made), ref.at)


def _is_start(step: Step, position: int) -> bool:
    """Whether an operand is where a slice of step one starts."""
    at = 0
    for code, operands in items(step.pattern, step.operands) if step.op == "index" else []:
        if code == "s" and at == position and operands[2] == NONE:
            return True
        at += len(operands)
    return False


def moving_slots(one: Value, other: Value) -> list[tuple[int, int]] | None:
    """Where the operands of two views differ that are otherwise the same view of the same array."""
    if not isinstance(one, Ref) or not isinstance(other, Ref) or one.base is not other.base or len(one.steps) != len(other.steps):
        return None
    if one.at is not None or other.at is not None:
        return None
    slots: list[tuple[int, int]] = []
    for k, (a, b) in enumerate(zip(one.steps, other.steps, strict=True)):
        if (a.op, a.attrs, len(a.operands), a.parent) != (b.op, b.attrs, len(b.operands), b.parent):
            return None
        for j, (x, y) in enumerate(zip(a.operands, b.operands, strict=True)):
            if x != y:
                x, y = (const(0) if atom == NONE and _is_start(step, j) else atom for atom, step in ((x, a), (y, b)))
                if x.type != y.type or not isinstance(x.type, Scalar):
                    return None
                slots.append((k, j))
    return slots
