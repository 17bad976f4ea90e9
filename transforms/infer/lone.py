"""Operators of one operand on what Python has none for: a list is an array to NumPy's functions, not to -, +, ~ and abs."""

from __future__ import annotations

from .frame import Frame
from .structs import special
from .values import Compound, Value

SPOKEN = {
    "neg": "bad operand type for unary -", "pos": "bad operand type for unary +", "invert": "bad operand type for unary ~",
    "abs": "bad operand type for abs()",
}  # fmt: skip
SEQUENCES = {"tuple": "tuple", "shape": "tuple", "list": "list", "grown": "list", "range": "range"}


def lone(frame: Frame, op: str, value: Value) -> Value:
    """-value, +value, ~value or abs(value); Python's TypeError for a list, tuple or range."""
    found = special(frame, value, f"__{op}__")
    if found is not None:
        return found
    if isinstance(value, Compound) and value.kind in SEQUENCES:
        frame.fail("DL005", f"{SPOKEN[op]}: {SEQUENCES[value.kind]!r}", "make it an array: np.array")
    return frame.emit(op, value)
