"""NumPy's objects that are indexed to make arrays: np.r_, np.c_, np.s_, np.mgrid, np.ogrid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from difflang.ir import NONE, Const, const
from difflang.types import rank

from .frame import Frame
from .values import Compound, Value, is_none, is_static, python_value

Made = Callable[[Frame, list[Value]], Value]


def made(frame: Frame, owner: Any, pattern: Sequence[str], operands: Sequence[Value]) -> Value | None:
    """What the object makes of this index; None for any other object."""
    maker = next((function for known, function in MAKERS if known is owner), None)
    return None if maker is None else maker(frame, list(_items(pattern, operands)))


def _items(pattern: Sequence[str], operands: Sequence[Value]) -> Any:
    rest = list(operands)
    for code in pattern:
        if code in ("i", "a"):
            value = rest.pop(0)
            alone = len(pattern) == 1 and isinstance(value, Compound) and value.kind == "tuple"
            yield from value.items if alone else (value,)  # type: ignore[union-attr]
        elif code == "s":
            yield Compound("slice", tuple(rest[:3]))
            del rest[:3]
        else:
            yield Compound("slice", (NONE, NONE, NONE)) if code == ":" else NONE if code == "n" else Const(Ellipsis, const(Ellipsis).type)


def _s(frame: Frame, items: list[Value]) -> Value:
    return items[0] if len(items) == 1 else Compound("tuple", tuple(items))


def _line(frame: Frame, part: Compound) -> Value:
    """start:stop:step as numbers; with an imaginary step that many points, the last one included."""
    start, stop, step = part.items
    start = const(0) if is_none(start) else start
    count = python_value(step) if isinstance(step, Const) and isinstance(step.value, complex) else None
    if count is not None:
        return frame.emit("linspace", start, stop, const(int(abs(count))))
    return frame.emit("arange", start, stop, const(1) if is_none(step) else step)


def _rows(frame: Frame, items: list[Value]) -> Value:
    return _put_together(frame, items, columns=False)


def _columns(frame: Frame, items: list[Value]) -> Value:
    return _put_together(frame, items, columns=True)


def _put_together(frame: Frame, items: list[Value], columns: bool) -> Value:
    parts = []
    for item in items:
        if is_static(item):
            frame.fail("DL005", "np.r_ and np.c_ with a directive are outside the language", "use np.concatenate or np.stack")
        atom = frame.atom(_line(frame, item) if isinstance(item, Compound) and item.kind == "slice" else item)
        axes = rank(atom.type) or 0
        if columns:
            atom = frame.emit("reshape", atom, const(-1), const(1)) if axes < 2 else atom
        elif axes == 0:
            atom = frame.emit("reshape", atom, const(1))
        parts.append(atom)
    return parts[0] if len(parts) == 1 else frame.emit("concatenate", *parts, axis=-1 if columns else 0)


def _lines(frame: Frame, items: list[Value]) -> list[Value]:
    if not all(isinstance(item, Compound) and item.kind == "slice" for item in items):
        frame.fail("DL005", "a grid takes slices: np.mgrid[0:3, 0:4]")
    return [_line(frame, item) for item in items]  # type: ignore[arg-type]


def _thin(frame: Frame, items: list[Value]) -> list[Value]:
    lines = _lines(frame, items)
    shapes = [[const(-1) if k == n else const(1) for k in range(len(lines))] for n in range(len(lines))]
    return [frame.emit("reshape", line, *sizes) for line, sizes in zip(lines, shapes, strict=True)]


def _open_grid(frame: Frame, items: list[Value]) -> Value:
    return _lines(frame, items)[0] if len(items) == 1 else Compound("tuple", tuple(_thin(frame, items)))


def _full_grid(frame: Frame, items: list[Value]) -> Value:
    lines = _lines(frame, items)
    if len(lines) == 1:
        return lines[0]
    sizes = [frame.emit("size", line) for line in lines]
    return frame.emit("stack", *(frame.emit("broadcast_to", part, *sizes) for part in _thin(frame, items)), axis=0)


MAKERS: tuple[tuple[Any, Made], ...] = (
    (np.s_, _s), (np.index_exp, _s), (np.r_, _rows), (np.c_, _columns), (np.mgrid, _full_grid), (np.ogrid, _open_grid),
)  # fmt: skip
