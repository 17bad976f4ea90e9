"""The sizes of an array: constants where they are known to be one."""

from __future__ import annotations

from collections.abc import Iterator

from difflang.ir import Atom, const
from difflang.types import ONE, Array, Scalar, Unknown

from .frame import Frame
from .values import Compound, Value


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
