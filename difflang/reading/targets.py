"""Assignments: names, items, unpacking, and the augmented forms."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from ..hints import chosen
from ..ir import Atom, Const, Place, Var, named
from .expressions import expression, index
from .frame import Frame, Late
from .keeping import put, store

AUGMENTED: dict[type[cst.BaseAugOp], str] = {
    cst.AddAssign: "add", cst.SubtractAssign: "sub", cst.MultiplyAssign: "mul", cst.DivideAssign: "div", cst.FloorDivideAssign: "floordiv",
    cst.ModuloAssign: "mod", cst.PowerAssign: "pow", cst.MatrixMultiplyAssign: "matmul", cst.BitAndAssign: "bitand",
    cst.BitOrAssign: "bitor", cst.BitXorAssign: "bitxor", cst.LeftShiftAssign: "lshift", cst.RightShiftAssign: "rshift",
}  # fmt: skip
Target = cst.BaseExpression


def bind_name(frame: Frame, node: cst.Name, value: Atom | Late) -> None:
    """A name stands for a value from here on."""
    if node.value not in frame.local and not frame.is_boxed(node.value):
        raise frame.refuse(node, f"assigning the outer variable {node.value!r} is outside the language", "return the new value")
    frame.bind(node.value, named(value, node.value) if isinstance(value, Const) else value)


def bind_target(frame: Frame, target: Target, value: Atom) -> None:
    """Assign a value to any target."""
    if isinstance(target, cst.Name):
        bind_name(frame, target, value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        _unpack(frame, target, value)
    elif isinstance(target, cst.Subscript):
        base = expression(frame, target.value)
        pattern, operands = index(frame, target)
        put(frame, [value], target, target.value)
        frame.act("setitem", [base, value, *operands], target, pattern=pattern)
        store(frame, base, [value])
    elif isinstance(target, cst.Attribute):
        base = expression(frame, target.value)
        put(frame, [value], target, target.value)
        frame.act("setattr", [base, value], target, name=frame.text.names.spelled(target.attr.value))
        store(frame, base, [value])
    else:
        raise frame.outside(target)


def _unpack(frame: Frame, target: cst.Tuple | cst.List, value: Atom) -> None:
    star = next((k for k, element in enumerate(target.elements) if isinstance(element, cst.StarredElement)), None)
    parts = [element.value for element in target.elements]
    outs = unpack(frame, value, [hint_of(part) or "t" for part in parts], star, frame.place(target))
    for part, out in zip(parts, outs, strict=True):
        bind_target(frame, part, out)


def unpack(frame: Frame, value: Atom, hints: Sequence[str], star: int | None, place: Place) -> list[Var]:
    """The parts of a value; the one at `star` is the list of the rest."""
    outs = [Var(hint) for hint in hints]
    attrs = {"count": len(outs)} if star is None else {"count": len(outs), "star": star}
    frame.structured("unpack", (value,), outs, (), place, **attrs)
    return outs


def hint_of(target: Target) -> str:
    return chosen(target.value) if isinstance(target, cst.Name) else ""


def assign(frame: Frame, targets: Sequence[Target], node: cst.BaseExpression) -> None:
    """`a = b = value`: the value once, then the targets from left to right."""
    parallel = _displays(targets, node)
    if parallel is not None:
        _assign_parallel(frame, targets[0], parallel)
        return
    value = expression(frame, node, hint_of(targets[0]))
    for target in targets:
        bind_target(frame, target, value)


def _displays(targets: Sequence[Target], node: cst.BaseExpression) -> list[cst.BaseExpression] | None:
    """The items of a tuple that is taken apart where it is written, `a, b = b, a`: none is made."""
    if len(targets) != 1 or not isinstance(targets[0], (cst.Tuple, cst.List)) or not isinstance(node, (cst.Tuple, cst.List)):
        return None
    elements, starred = targets[0].elements, [isinstance(e, cst.StarredElement) for e in targets[0].elements]
    if any(isinstance(element, cst.StarredElement) for element in node.elements) or starred.count(True) > 1:
        return None
    if len(node.elements) != len(elements) if not any(starred) else len(node.elements) < len(elements) - 1:
        return None
    return [element.value for element in node.elements]


def _assign_parallel(frame: Frame, target: Target, nodes: Sequence[cst.BaseExpression]) -> None:
    assert isinstance(target, (cst.Tuple, cst.List))
    elements = list(target.elements)
    star = next((k for k, element in enumerate(elements) if isinstance(element, cst.StarredElement)), len(elements))
    extra = len(nodes) - len(elements)
    hints = [hint_of(element.value) for element in elements]
    values: list[Atom] = []
    for k, node in enumerate(nodes):
        at = k if k < star else star if k <= star + extra else k - extra
        values.append(expression(frame, node, "" if at == star else hints[at]))
    if star < len(elements):
        rest = frame.emit("list", values[star : star + extra + 1], elements[star], hints[star])
        values[star : star + extra + 1] = [rest]
    for element, value in zip(elements, values, strict=True):
        bind_target(frame, element.value, value)


def augment(frame: Frame, node: cst.AugAssign) -> None:
    """`x += v`: in place where x is an array, a new value where it is a number. On an item: read, change, write back."""
    target, place, op = node.target, frame.place(node), AUGMENTED[type(node.operator)]
    if isinstance(target, cst.Name):
        if target.value not in frame.local and not frame.is_boxed(target.value):
            bind_name(frame, target, frame.load(target))  # refuses
        old = frame.load(target)
        value = expression(frame, node.value)
        bind_name(frame, target, frame.emit("inplace", [old, value], place, chosen(target.value), fn=op))
    elif isinstance(target, cst.Subscript):
        _augment_item(frame, target, node.value, op, place)
    else:
        assert isinstance(target, cst.Attribute)
        _augment_attribute(frame, target, node.value, op, place)


def _augment_attribute(frame: Frame, target: cst.Attribute, node: cst.BaseExpression, op: str, place: Place) -> None:
    base = expression(frame, target.value)
    name = frame.text.names.spelled(target.attr.value)
    old = frame.emit("attr", [base], target, target.attr.value, name=name)
    value = expression(frame, node)
    new = frame.emit("inplace", [old, value], place, target.attr.value, fn=op)
    frame.act("setattr", [base, new], place, name=name)


def _augment_item(frame: Frame, target: cst.Subscript, node: cst.BaseExpression, op: str, place: Place) -> None:
    base = expression(frame, target.value)
    pattern, operands = index(frame, target)
    old = frame.emit("getitem", [base, *operands], target, pattern=pattern)
    value = expression(frame, node)
    new = frame.emit("inplace", [old, value], place, fn=op)
    frame.act("setitem", [base, new, *operands], place, pattern=pattern)
