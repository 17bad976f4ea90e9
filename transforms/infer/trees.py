"""Trees of values: taken apart and put together, `dl.tree_map`, tangent vectors and their operators, equality by value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from difflang import structs as structs_
from difflang import tree as trees
from difflang.ir import NONE, const
from difflang.tree import Layout, class_layout
from difflang.types import Array, is_float

from .builtins import builtin
from .frame import Frame
from .objects import Cell, check_fresh, new_cell, reference
from .operators import binary, both
from .structs import class_in, opened
from .values import Compound, Value, denote, is_none, is_static, is_undefined, layout_of_form

Args = Sequence[Value]
Named = Mapping[str, Value]


def _call(frame: Frame, callee: Value, args: Args, kwargs: Named) -> Value:
    from .calls import call

    return call(frame, callee, args, kwargs)


def parts_in(frame: Frame, value: Value) -> tuple[Layout | None, tuple[Value, ...]] | None:
    """The layout and parts of a value of the run; None for a leaf."""
    value = opened(frame, value)
    if not isinstance(value, Compound):
        return None
    if value.kind == "object":
        cell: Cell = value.info
        check_fresh(frame, cell)
        return cell.shape(), tuple(cell.parts)
    if value.kind == "ref":
        frame.fail("DL001", f"objects of {value} are linked to one another here, not trees", "walk them in a function of your own")
    if value.kind not in ("tuple", "list", "struct"):
        return None
    return layout_of_form(value), value.items


def remade(layout: Layout | None, parts: Sequence[Value]) -> Value:
    """A value of this layout over these parts."""
    if layout is None or layout.kind == "namedtuple":
        return Compound("tuple", tuple(parts), layout)
    if layout.kind == "list":
        return Compound("list", tuple(parts))
    if layout.kind in ("object", "dict"):
        return reference(new_cell(layout, parts))
    return Compound("struct", tuple(parts), layout)


Leafwise = Callable[..., Value]


def mapped(frame: Frame, function: Leafwise, tree: Value, *rest: Value) -> Value:
    """What `dl.tree_map` does, on values of the run."""
    if is_undefined(tree) or is_none(tree) or any(map(is_none, rest)):
        return tree
    found = parts_in(frame, tree)
    if found is None:
        return tree if is_static(tree) else function(tree, *rest)
    layout, parts = found
    columns = [beside(frame, layout, len(parts), other) for other in rest]
    return remade(layout, [mapped(frame, function, part, *others) for part, *others in zip(parts, *columns, strict=True)])


def beside(frame: Frame, layout: Layout | None, count: int, other: Value) -> Sequence[Value]:
    found = parts_in(frame, other)
    if found is None:
        frame.fail("DL017", "tree_map() got trees of different structure", "pass trees of one shape")
    own, parts = found
    if layout is not None and own is not None and layout.names and set(own.names) <= set(layout.names):
        named = dict(zip(own.names, parts, strict=True))
        return [named.get(name, NONE) for name in layout.names]
    if len(parts) != count:
        frame.fail("DL017", f"tree_map() got trees of different structure: {count} parts and {len(parts)}", "pass trees of one shape")
    return parts


@builtin(trees.tree_map, low=2)
def _tree_map(frame: Frame, args: Args, kwargs: Named) -> Value:
    return mapped(frame, lambda *leaves: _call(frame, args[0], leaves, {}), *args[1:])


def zero(frame: Frame, value: Value) -> Value:
    """The zero of the space in which a value can move; None where it cannot."""
    found = parts_in(frame, value)
    if found is None:
        if is_undefined(value) or isinstance(value, Compound) or not is_float(value.type):
            return NONE
        return frame.emit("zeros_like", value) if isinstance(value.type, Array) else binary(frame, "mul", value, const(0.0))
    layout, parts = found
    zeros = [zero(frame, part) for part in parts]
    vector = structs_.vector_of(layout.cls) if layout is not None and layout.kind == "struct" else None
    if layout is None or vector is None:
        keep = layout is not None and layout.has_fields
        return remade(layout, [part if keep and is_none(z) else z for z, part in zip(zeros, parts, strict=True)])
    own = class_layout(vector)
    named = dict(zip(layout.names, zeros, strict=True))
    assert own is not None
    return remade(own, [named[name] for name in own.names])


def equal(frame: Frame, one: Value, other: Value) -> Value:
    """Whether two trees are of one structure and equal: arrays element by element."""
    first, second = parts_in(frame, one), parts_in(frame, other)
    if first is None or second is None:
        result = const(False) if first is not second else frame.truth(_all(frame, binary(frame, "equal", one, other)))
        return result
    if first[0] != second[0] or len(first[1]) != len(second[1]):
        return const(False)
    result_: Value = const(True)
    for a, b in zip(first[1], second[1], strict=True):
        result_ = both(frame, result_, equal(frame, a, b))
    return result_


def _all(frame: Frame, value: Value) -> Value:
    if isinstance(value, Compound) or not isinstance(value.type, Array):
        return value
    return frame.emit("cast", frame.emit("all", value, axis=None, keepdims=False), dtype="bool", weak=True)


def _leafwise(op: str) -> Any:
    """An operator of tangent vectors, part by part. A number goes with every part."""

    def handler(frame: Frame, args: Args, kwargs: Named) -> Value:
        one, other = args
        if class_in(other) is None:
            if op in ("add", "sub"):
                return denote(NotImplemented)
            return mapped(frame, lambda leaf: binary(frame, op, leaf, other), one)
        if op not in ("add", "sub") or class_in(other) is not class_in(one):
            return denote(NotImplemented)
        return mapped(frame, lambda a, b: binary(frame, op, a, b), one, other)

    return handler


for _function, _op in ((structs_.added, "add"), (structs_.subtracted, "sub"), (structs_.scaled, "mul"), (structs_.divided, "div")):
    builtin(_function, low=2, high=2)(_leafwise(_op))


@builtin(structs_.negated, low=1, high=1)
def _negated(frame: Frame, args: Args, kwargs: Named) -> Value:
    return mapped(frame, lambda leaf: frame.emit("neg", leaf), args[0])


@builtin(structs_.move, low=1, high=2, names=("by",))
def _move(frame: Frame, args: Args, kwargs: Named) -> Value:
    by = args[1] if len(args) > 1 else kwargs.get("by")
    if by is None:
        frame.fail("DL017", "move() misses its argument 'by'")
    return mapped(frame, lambda a, b: binary(frame, "add", a, b), args[0], by)


@builtin(structs_.zero_tangent_vector, low=1, high=1)
def _zero(frame: Frame, args: Args, kwargs: Named) -> Value:
    return zero(frame, args[0])


@builtin(structs_.equal, low=2, high=2)
def _equal(frame: Frame, args: Args, kwargs: Named) -> Value:
    return equal(frame, *args) if class_in(args[0]) is class_in(args[1]) else denote(NotImplemented)


def copied_leaf(frame: Frame, leaf: Value) -> Value:
    """An array or a list of the run of its own, anything else as it is."""
    if isinstance(leaf, Compound) and leaf.kind == "grown":
        return leaf.over(tuple(frame.emit("copy", stack, hint="items") for stack in leaf.items))
    array = not isinstance(leaf, Compound) and isinstance(leaf.type, Array)
    return frame.emit("copy", leaf) if array else leaf


__all__ = ["beside", "copied_leaf", "equal", "mapped", "parts_in", "remade", "zero"]
