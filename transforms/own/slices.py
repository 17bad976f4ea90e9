"""An element of a slice is an element of the array: `inner = x[1:-1]; inner[i] = v` is `x[i + 1] = v`.

So a write through a slice costs what an element costs, and so does its adjoint. The slice's own bounds are checked where the
array's do not imply them.
"""

from __future__ import annotations

from collections.abc import Sequence

from difflang.ir import NONE, Atom, Const, const
from difflang.ops.index import expand
from difflang.records import replace
from difflang.types import Array

from .frame import Frame
from .references import Operands, Ref, items


def through(frame: Frame, ref: Ref, pattern: Sequence[str], operands: Sequence[Atom]) -> tuple[Ref, tuple[str, ...], Operands] | None:
    """Where ref[pattern] stands in the array that the slice `ref` is of, if integers meet every axis that it slices."""
    last = ref.steps[-1] if ref.steps else None
    if last is None or last.op != "index" or not isinstance(last.parent, Array) or not isinstance(ref.type, Array):
        return None
    outer = items(expand(last.pattern, last.parent.rank), last.operands)
    inner = items(expand(pattern, ref.type.rank), operands)
    if any(code in "na" for code, _ in (*outer, *inner)) or not any(code == "s" for code, _ in outer):
        return None
    waiting = list(enumerate(inner))
    codes: list[str] = []
    atoms: list[Atom] = []
    plan = [(code, given, waiting.pop(0) if code != "i" else None) for code, given in outer]
    if not all(_fits(code, given, met[1][0]) for code, given, met in plan if met is not None):
        return None
    for code, given, met in plan:
        if met is not None:
            axis, (inner_code, inner_given) = met
            if code == "s" and inner_code == "i":
                inner_given = (_position(frame, ref, axis, given, inner_given[0]),)
            code, given = (inner_code, inner_given) if code == ":" or inner_code != ":" else (code, given)
        codes.append(code)
        atoms += given
    return replace(ref, steps=ref.steps[:-1]), tuple(codes), tuple(atoms)


def _fits(code: str, given: Operands, inner: str) -> bool:
    if code != "s" or inner == ":":
        return True
    start, _, step = given
    forward = step == NONE or (isinstance(step, Const) and step.value == 1)
    return inner == "i" and forward and (start == NONE or (isinstance(start, Const) and start.value >= 0))


def _position(frame: Frame, ref: Ref, axis: int, given: Operands, index: Atom) -> Atom:
    """The index into the array for an index into its slice."""
    start, stop, _ = given
    offset = const(0) if start == NONE else start
    natural = index in frame.naturals or (isinstance(index, Const) and index.value >= 0)
    if stop == NONE and natural:
        return _plus(frame, index, offset)
    size = frame.dim(frame.derive(ref), axis)
    if isinstance(index, Const) and not natural:
        index = frame.emit("add", size, index)
    elif not natural:
        index = frame.emit("where", frame.emit("less", index, const(0)), frame.emit("add", index, size), index)
    inside = frame.emit("less", index, size)
    if not natural:
        inside = frame.emit("logical_and", frame.emit("greater_equal", index, const(0)), inside)
    frame.emit("check", inside, error=IndexError, message="an index is out of bounds of a slice", kind="raise")
    return _plus(frame, index, offset)


def _plus(frame: Frame, index: Atom, offset: Atom) -> Atom:
    return index if isinstance(offset, Const) and offset.value == 0 else frame.emit("add", index, offset)
