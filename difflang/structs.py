"""`@dl.struct`: a dataclass that never changes, with a tangent vector.

`Dense.TangentVector` is a struct of the fields that can carry a derivative: what a gradient with respect to a `Dense` is.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform, get_origin

import numpy as np

from .errors import TypeMismatch
from .generators import is_generator_class
from .tree import Layout, beside, class_layout, is_held, parts_of, tree_map

T = TypeVar("T")
_CONSTANT = ("str", "int", "bool", "bytes", "None", "Callable", "type")
"""Annotations of fields that never carry a derivative."""


@dataclass_transform(frozen_default=True)
def struct(cls: type | None = None, **options: Any) -> Any:
    """Make a class a struct: a frozen dataclass compared by value, with methods of its own and a `TangentVector`.

    Also as `@dl.struct(kw_only=True)`, with any option of `dataclasses.dataclass`. Fields annotated `dl.NoDerivative[T]`, and those of
    type str, int, bool or a function, are held constant by every derivative.
    """
    if cls is None:
        return lambda found: struct(found, **options)
    from dataclasses import dataclass

    own = cls.__dict__
    made: Any = dataclass(frozen=True, eq=False, **options)(cls)
    if "__eq__" not in own:
        made.__eq__ = equal
        made.__hash__ = None
    for name, function in (("move", move), ("zero_tangent_vector", zero_tangent_vector)):
        if name not in own:
            setattr(made, name, function)
    if "TangentVector" not in own:
        made.TangentVector = _vector_class(made)
    return made


def _vector_class(cls: type) -> type:
    """The struct of the fields that can carry a derivative."""
    from dataclasses import fields, make_dataclass

    names = [field.name for field in fields(cls) if not _is_constant(field.type)]
    space: dict[str, Any] = {**_VECTOR, "__doc__": f"A tangent vector of {cls.__name__}: a direction in which it can move."}
    made = make_dataclass("TangentVector", [(name, Any) for name in names], frozen=True, eq=False, namespace=space)
    made.__module__, made.__qualname__ = cls.__module__, f"{cls.__qualname__}.TangentVector"
    made.TangentVector = made  # type: ignore[attr-defined]
    made.__difflang_outer__ = cls  # type: ignore[attr-defined]
    return made


def _is_constant(annotation: Any) -> bool:
    if is_held(annotation):
        return True
    text = annotation if isinstance(annotation, str) else "None" if annotation is None else getattr(annotation, "__name__", "")
    origin = get_origin(annotation)
    return text.partition("[")[0].rpartition(".")[2] in _CONSTANT or origin is type or getattr(origin, "__name__", "") == "Callable"


# -------------------------------------------------------------------- methods of structs


def move(self: T, by: Any) -> T:
    """The value moved along a tangent vector: each field that has a direction is added to."""
    moved: T = moved_by(self, by)
    return moved


def zero_tangent_vector(self: Any) -> Any:
    """The tangent vector of which every part is zero."""
    return zero_of(self)


def equal(self: Any, other: Any) -> Any:
    """Equality by value: of the same class, all parts equal, arrays element by element."""
    if type(self) is not type(other):
        return NotImplemented
    return same(self, other)


def same(one: Any, other: Any) -> bool:
    """Whether two trees are of one structure and equal."""
    first, second = parts_of(one), parts_of(other)
    if first is None or second is None:
        if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
            return bool(np.array_equal(one, other))
        return first is second and bool(one == other)
    return first[0] == second[0] and len(first[1]) == len(second[1]) and all(map(same, first[1], second[1]))


def moved_by(value: Any, by: Any) -> Any:
    """value + by, part by part; what has no direction stays."""
    return tree_map(_sum, value, by)


def _sum(one: Any, other: Any) -> Any:
    return one + other


def zero_of(value: Any) -> Any:
    """The zero of the space in which a value can move; None where it cannot."""
    found = parts_of(value)
    if found is None:
        if is_real(value):
            return value * 0.0 if not isinstance(value, np.ndarray) else np.zeros_like(value)
        return None
    layout, parts = found
    zeros = tuple(map(zero_of, parts))
    if layout is None:
        return zeros
    vector = vector_of(layout.cls) if layout.kind == "struct" else None
    if vector is None:
        return layout.make([part if zero is None and layout.has_fields else zero for zero, part in zip(zeros, parts, strict=True)])
    named = dict(zip(layout.names, zeros, strict=True))
    return vector(*(named[name] for name in tangent_layout(layout).names))


def vector_of(cls: type) -> Any:
    """The tangent vector class of a struct; None for other classes."""
    return cls.__dict__.get("TangentVector")


def tangent_layout(layout: Layout) -> Layout:
    """How a tangent of such an object is put together: a struct's TangentVector, else an object of the same class."""
    vector = class_layout(vector_of(layout.cls)) if layout.kind == "struct" and vector_of(layout.cls) is not None else None
    return layout if vector is None else vector


def copied(value: Any) -> Any:
    """The value with arrays of its own."""
    return tree_map(_copied_leaf, value)


def _copied_leaf(leaf: Any) -> Any:
    if is_generator_class(type(leaf)):
        return copy.deepcopy(leaf)
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf


def tangent_like(primal: Any, tangent: Any) -> Any:
    """A tangent or cotangent as compiled code wants it: with its primal's kinds of numbers, of a struct its TangentVector."""
    found = parts_of(primal)
    if found is None:
        return _number_like(primal, tangent)
    layout, parts = found
    if tangent is None:
        return None
    made = [tangent_like(p, t) for p, t in zip(parts, beside(layout, len(parts), tangent), strict=True)]
    if layout is None:
        return tuple(made)
    made = [None if name in layout.held and is_real(part) else one for name, part, one in zip_names(layout, parts, made)]
    vector = tangent_layout(layout)
    named = dict(zip(layout.names, made, strict=True)) if vector is not layout else {}
    return vector.make([named[name] for name in vector.names] if named else made)


def zip_names(layout: Layout, parts: Any, others: Any) -> Any:
    names = layout.names if layout.names else (None,) * len(parts)
    return zip(names, parts, others, strict=True)


def is_real(value: Any) -> bool:
    """Whether a value is a real or complex number or an array of them."""
    return isinstance(value, (float, complex)) or (isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "fc")


def _number_like(primal: Any, tangent: Any) -> Any:
    if isinstance(primal, (str, bytes)) or primal is None or callable(primal):
        return primal
    if tangent is None or not is_real(primal):
        return None
    if np.iscomplexobj(tangent) and not np.iscomplexobj(primal):
        raise TypeMismatch("DL036", "the tangent or adjoint of a real number is real, not complex", way_out="take its real part")
    if isinstance(primal, np.ndarray):
        return np.asarray(tangent, dtype=primal.dtype) if np.shape(tangent) == primal.shape else tangent
    return type(primal)(tangent)


# -------------------------------------------------------------------- operators of tangent vectors


def added(self: Any, other: Any) -> Any:
    """self + other."""
    return tree_map(_sum, self, other) if type(other) is type(self) else NotImplemented


def subtracted(self: Any, other: Any) -> Any:
    """self - other."""
    return tree_map(_difference, self, other) if type(other) is type(self) else NotImplemented


def _difference(one: Any, other: Any) -> Any:
    return one - other


def negated(self: Any) -> Any:
    """-self."""
    return tree_map(_negative, self)


def _negative(one: Any) -> Any:
    return -one


def scaled(self: Any, factor: Any) -> Any:
    """self * factor, factor * self."""
    if parts_of(factor) is not None:
        return NotImplemented

    def times(part: Any) -> Any:
        return part * factor

    return tree_map(times, self)


def divided(self: Any, factor: Any) -> Any:
    """self / factor."""
    if parts_of(factor) is not None:
        return NotImplemented

    def over(part: Any) -> Any:
        return part / factor

    return tree_map(over, self)


_VECTOR: dict[str, Callable[..., Any] | None] = {
    "__add__": added, "__sub__": subtracted, "__neg__": negated, "__mul__": scaled, "__rmul__": scaled, "__truediv__": divided,
    "__eq__": equal, "__hash__": None, "move": move, "zero_tangent_vector": zero_tangent_vector,
}  # fmt: skip

__all__ = [
    "added", "copied", "divided", "equal", "is_real", "move", "moved_by", "negated", "same", "scaled", "struct", "subtracted",
    "tangent_layout", "tangent_like", "vector_of", "zero_of", "zero_tangent_vector",
]  # fmt: skip
