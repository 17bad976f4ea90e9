"""The sizes of an array: constants where they are known to be one. Items of a range."""

from __future__ import annotations

from collections.abc import Iterator

from difflang.ir import Atom, Const, const
from difflang.types import ONE, Array, Scalar, Unknown

from .frame import Frame
from .values import Compound, Value, denote, known, python_value


def shape(frame: Frame, value: Atom) -> Compound:
    if isinstance(value.type, Unknown):
        return Compound("shape", (value,))
    return Compound("tuple", tuple(_dims(frame, value)))


def _dims(frame: Frame, value: Atom) -> Iterator[Value]:
    if isinstance(value.type, Array):
        for axis, kind in enumerate(value.type.dims):
            yield const(1) if kind == ONE else frame.emit("dim", value, axis=axis)


def size(frame: Frame, value: Atom) -> Value:
    if isinstance(value.type, Scalar) or (isinstance(value.type, Array) and set(value.type.dims) <= {ONE}):
        return const(1)
    return frame.emit("size", value)


def range_item(frame: Frame, value: Compound, index: Value) -> Value:
    """range(...)[index]."""
    from .iterables import item

    if known(value) and known(index):
        with frame.fitting():
            return denote(python_value(value)[python_value(index)])
    if isinstance(index, Const) and index.value >= 0 or index in frame.inference.naturals:
        return item(frame, value, index)
    frame.fail("DL011", "an index into a range must be known while compiling", "compute start + index * step")
