"""Operators, tuples, tests of identity and membership, checks: the straight-line nodes of the read level."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from difflang.errors import OutsideLanguage, TypeMismatch
from difflang.ir import Atom, Const, Node, Var, const
from difflang.op import row
from difflang.types import BOOL, COMPLEX, DTYPES, INT, UNKNOWN, Array, Scalar, Type, Unknown, promote

from .choices import first_choice, with_each
from .frame import Frame, handles
from .dicts import class_of, is_dict, united
from .dicts import contains as in_dict
from .lone import lone
from .strict import compared, raises
from .structs import class_in, of_classes, opened, same_object, special
from .values import Compound, Value, closure, denote, is_none, is_number, is_static, is_undefined, known, python_value

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "pow": operator.pow,
    "matmul": operator.matmul,
    "bitand": operator.and_,
    "bitor": operator.or_,
    "bitxor": operator.xor,
    "lshift": operator.lshift,
    "rshift": operator.rshift,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}


COMPARISONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")


@handles(*BINARY)
def _binary(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    return (binary(frame, node.op, *values),)


@handles("neg", "pos", "invert")
def _unary(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    return (lone(frame, node.op, values[0]),)


@handles("not_")
def _not(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    return (negate(frame, values[0]),)


def negate(frame: Frame, value: Value) -> Value:
    truth = frame.truth(value)
    if isinstance(truth, Const):
        return truth if is_undefined(truth) else const(not truth.value)
    return frame.emit("not_", truth, flavor=None if isinstance(truth.type, Unknown) else "python")


def binary(frame: Frame, op: str, one: Value, other: Value) -> Value:
    """one op other, for whatever values."""
    if is_undefined(one) or is_undefined(other):
        return one if is_undefined(one) else other
    if first_choice(one, other) is not None:
        return with_each(frame, (one, other), lambda a, b: binary(frame, op, a, b))  # type: ignore[no-any-return]
    if class_of(one) is not None or class_of(other) is not None:
        from .run_sets import operated

        return operated(frame, op, one, other)
    if class_in(one) is not None or class_in(other) is not None:
        found = of_classes(frame, op, opened(frame, one), opened(frame, other))
        if found is not None:
            return found
    if _is_object(one) or _is_object(other):
        return _object(frame, op, one, other)
    if op == "pow":
        one = _power_base(frame, one, other)
    if one.type == COMPLEX and other.type == Scalar("f64"):  # type: ignore[union-attr]
        other = frame.emit("cast", other, dtype="f64", weak=True)  # np.float64 is a float, so Python's complex computes with it
    return frame.emit(op, one, other)


def _is_object(value: Value) -> bool:
    return isinstance(value, Compound) or is_static(value) or is_none(value)


def _object(frame: Frame, op: str, one: Value, other: Value) -> Value:
    """Tuples, strings, dtypes and the like: folded, or taken apart."""
    if op == "bitor" and is_dict(one) and is_dict(other):
        return united(frame, one, other)
    if any(isinstance(v, Compound) and v.kind in ("list", "grown") for v in (one, other)):
        from .list_arrays import list_binary

        found = list_binary(frame, op, one, other)
        if found is not None:
            return found
    shared = op in ("add", "mul") and any(isinstance(v, Compound) and any(map(changeable, v.items)) for v in (one, other))
    if known(one) and known(other) and not _mixed(one, other) and not shared:  # [[0]] * 2 is one list twice
        with frame.fitting():
            return denote(BINARY[op](python_value(one), python_value(other)))
    texts = _texts(frame, op, one, other)
    if texts is not None:
        return texts
    sequences = [v for v in (one, other) if isinstance(v, Compound) and v.is_sequence]
    if len(sequences) == 2:
        return _sequences(frame, op, *sequences)
    if sequences and op == "mul" and any(is_number(v) and v.type == INT for v in (one, other) if not isinstance(v, Compound)):
        count = one if isinstance(other, Compound) else other
        assert isinstance(count, Const)
        return Compound(sequences[0].kind, sequences[0].items * count.value)
    if sequences and any(not isinstance(v, Compound) and isinstance(v.type, Scalar) and v.type.weak for v in (one, other)):
        if op in ("equal", "not_equal"):
            return const(op == "not_equal")
        frame.fail("DL005", f"{op} is not defined for a {sequences[0].kind} and a number of Python's", "make it an array: np.array")
    if op in ("equal", "not_equal") and (_is_plain(one) or _is_plain(other)):
        if any(not isinstance(value, Compound) and isinstance(value.type, Unknown) for value in (one, other)):
            frame.fail("DL019", "what this compares depends on a type that is not known", "give the function's argument types")
        return const(op == "not_equal")
    return frame.emit(op, one, other)


def changeable(item: Value) -> bool:
    """Whether Python could change an item of a list in place: an array, a list, an object."""
    if isinstance(item, Compound):
        return item.kind not in ("tuple", "range") or any(map(changeable, item.items))
    return isinstance(item, Var) and isinstance(item.type, Array) and bool(item.type.dims)


def _texts(frame: Frame, op: str, one: Value, other: Value) -> Value | None:
    """Texts of the run: put together, filled in."""
    from .texts import is_text, joined, percent

    if op in COMPARISONS and any(isinstance(v, Compound) and is_text(v) for v in (one, other)):
        frame.fail("DL044", "a text made of values of the run cannot be compared", "compare the values")
    if op == "mod" and is_text(one) and known(one):
        return percent(frame, one, other)
    return joined([one, other]) if op == "add" and is_text(one) and is_text(other) else None


def _mixed(one: Value, other: Value) -> bool:
    """A list or tuple meeting a NumPy number is an array operation, not Python's."""
    pair = (one, other)
    return any(isinstance(v, Compound) for v in pair) and any(is_number(v) and not v.type.weak for v in pair)  # type: ignore[union-attr]


def _is_plain(value: Value) -> bool:
    """None and static objects compare unequal to numbers, without a run."""
    return is_none(value) or is_static(value)


def _sequences(frame: Frame, op: str, one: Compound, other: Compound) -> Value:
    if op == "add" and one.kind == other.kind:
        return Compound(one.kind, one.items + other.items)
    if op in ("equal", "not_equal") and one.kind == other.kind:
        if len(one.items) != len(other.items):
            return const(op == "not_equal")
        result: Value = const(True)
        for a, b in zip(one.items, other.items, strict=True):
            result = both(frame, result, frame.truth(binary(frame, "equal", a, b)))
        return result if op == "equal" else negate(frame, result)
    if op in COMPARISONS and one.kind == other.kind:
        return _before(frame, op, one.items, other.items)
    frame.fail("DL005", f"{op} is not defined for a {one.kind} and a {other.kind} here")


def _before(frame: Frame, op: str, one: Sequence[Value], other: Sequence[Value]) -> Value:
    """Sequences compare as their first items do that differ."""
    from .branches import branch

    if not one or not other:
        return const(BINARY[op](len(one), len(other)))
    equal = frame.truth(binary(frame, "equal", one[0], other[0]))

    def differ() -> list[Value]:
        return [frame.truth(binary(frame, op, one[0], other[0]))]

    return branch(frame, equal, [lambda: [_before(frame, op, one[1:], other[1:])], differ], ["t"])[0]


def both(frame: Frame, one: Value, other: Value) -> Value:
    """Conjunction of two truths, folded."""
    for a, b in ((one, other), (other, one)):
        if isinstance(a, Const) and not is_undefined(a):
            return b if a.value else const(False)
    return frame.emit("logical_and", one, other)


def either(frame: Frame, one: Value, other: Value) -> Value:
    """Disjunction of two truths, folded."""
    for a, b in ((one, other), (other, one)):
        if isinstance(a, Const) and not is_undefined(a):
            return const(True) if a.value else b
    return frame.emit("logical_or", one, other)


def _power_base(frame: Frame, one: Value, other: Value) -> Value:
    """Python's int to a negative int power is a float; whether it is must be known, so others are checked."""
    assert not isinstance(one, Compound) and not isinstance(other, Compound)
    if not (_python_int(one.type) and _python_int(other.type)):
        return one
    if isinstance(other, Const):
        return frame.emit("cast", one, dtype="f64", weak=True) if other.value < 0 else one
    if other not in frame.inference.naturals:
        message = "an int to a negative power is a float in Python: write float(x) ** n"
        frame.emit("check", frame.emit("greater_equal", other, const(0)), error=TypeMismatch, message=message, kind="raise")
    return one


def _python_int(type: Type) -> bool:
    return isinstance(type, Scalar) and type.weak and type.dtype in ("i64", "bool")


IN_PLACE = {"div": "__itruediv__", "bitand": "__iand__", "bitor": "__ior__", "bitxor": "__ixor__"}
IN_PLACE = {op: IN_PLACE.get(op, f"__i{op}__") for op in BINARY}


@handles("is_")
def _is(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    if first_choice(*values) is not None:
        return (with_each(frame, (values[0], values[1]), lambda a, b: _is(frame, node, [a, b])[0]),)
    for other, value in (values, values[::-1]):
        if isinstance(value, Compound) and value.kind == "maybe":
            present, held = value.items
            if is_none(other):
                absent = negate(frame, present)
                frame.inference.negated[absent] = present
                return (absent,)
            return (both(frame, present, _is(frame, node, [other, held])[0]),)
    for truth, value in (values, values[::-1]):
        if isinstance(truth, Const) and isinstance(truth.value, bool) and isinstance(value, Var) and value.type == BOOL:
            return (value if truth.value else negate(frame, value),)
    if all(isinstance(value, Compound) for value in values) and any(value.kind in ("object", "ref") for value in values):  # type: ignore[union-attr]
        return (same_object(frame, *values),)
    return (const(_identical(frame, *values)),)


def _identical(frame: Frame, one: Value, other: Value) -> bool:
    if is_none(one) or is_none(other):
        value = other if is_none(one) else one
        if not isinstance(value, Compound) and isinstance(value.type, Unknown):
            frame.fail("DL019", "whether this is None depends on a type that is not known", "give the function's argument types")
        return is_none(value)
    if known(one) and known(other):
        one_, other_ = python_value(one), python_value(other)
        return type(one_) is type(other_) and one_ == other_ if isinstance(one_, (bool, int, str)) else one_ is other_
    if one is other and (isinstance(one, Var) or one.kind in ("list", "grown")):  # type: ignore[union-attr]
        return True
    if is_static(one) or is_static(other):
        return False
    frame.fail("DL029", "`is` between values of the run is outside the language", compared(one, other), OutsideLanguage)


@handles("contains")
def _contains(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    value, holder = values
    if first_choice(value, holder) is not None:
        return (with_each(frame, (value, holder), lambda a, b: _contains(frame, node, [a, b])[0]),)
    if class_of(holder) is not None:
        from .run_dicts import contains as in_container

        return (in_container(frame, holder, value),)  # type: ignore[arg-type]
    asked = special(frame, holder, "__contains__", value)
    if asked is not None:
        return (frame.truth(asked),)
    if is_dict(holder):
        return (in_dict(frame, holder, value),)
    if known(value) and known(holder):
        with frame.fitting():
            return (const(python_value(value) in python_value(holder)),)
    if known(holder) and isinstance(python_value(holder), (set, frozenset, dict)):
        holder = Compound("tuple", tuple(map(denote, python_value(holder))))
    if isinstance(holder, Compound) and holder.is_sequence:
        found: Value = const(False)
        for item in holder.items:
            found = either(frame, found, frame.truth(binary(frame, "equal", value, item)))
        return (found,)
    if isinstance(holder, Compound) and holder.kind == "range":
        return (_in_range(frame, value, holder),)
    if isinstance(holder, Compound) and holder.kind == "grown":
        from .list_arrays import contains

        return (contains(frame, value, holder),)
    if isinstance(holder, Var) and isinstance(holder.type, (Array, Unknown)):
        return (frame.emit("any", binary(frame, "equal", holder, value), axis=None, keepdims=False),)
    frame.fail("DL005", "`in` is not defined here")


def _in_range(frame: Frame, value: Value, holder: Compound) -> Value:
    start, stop, step = holder.items
    if not isinstance(step, Const):
        frame.fail("DL011", "the step of a range that is searched must be known while compiling")
    lowest, above = ("less_equal", "less") if step.value > 0 else ("greater_equal", "greater")
    inside = both(frame, binary(frame, lowest, start, value), binary(frame, above, value, stop))
    offset = binary(frame, "mod", binary(frame, "sub", value, start), step)
    return both(frame, inside, binary(frame, "equal", offset, const(0)))


@handles("tuple", "list")
def _sequence(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    from .starred import arguments, is_long
    from .list_arrays import displayed

    stars = node.attrs.get("star", ())
    if node.op == "list" and any(is_long(frame, values[k]) for k in stars):
        return (displayed(frame, values, stars),)
    items, _ = arguments(frame, values, {"star": stars})
    return (Compound(node.op, tuple(items)),)


@handles("closure")
def _closure(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    return (closure(node.attrs["function"], tuple(values)),)


@handles("unpack")
def _unpack(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    from .iterables import unpacked, unpacked_with_rest

    if "star" in node.attrs:
        return unpacked_with_rest(frame, values[0], len(node.outs), node.attrs["star"])
    return unpacked(frame, values[0], len(node.outs))


@handles("is_sequence")
def _is_sequence(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    """Whether a pattern of `match` that is a tuple or list of so many parts fits."""
    (value,) = values
    if not (isinstance(value, Compound) and value.is_sequence):
        return (const(False),)
    count, given = node.attrs["count"], len(value.items)
    return (const(given >= count - 1 if node.attrs["star"] is not None else given == count),)


@handles("inplace")
def _inplace(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    """`x += v`: a new binding of a number or tuple, a write into an array."""
    target, value = values
    op = node.attrs["fn"]
    if isinstance(target, Var) and isinstance(target.type, Array):
        return (inplace(frame, op, target, value),)
    if isinstance(target, Var) and isinstance(target.type, Unknown) and not (node.outs and node.out in frame.items):
        out = Var(target.hint, target.type)  # a write or a new number: `own` finds out whether it matters
        frame.builder.node("inplace", (target, frame.atom(value)), (out,), fn=op)
        return (out,)
    if op in ("add", "mul") and isinstance(target, Compound) and target.kind in ("list", "grown") and not is_undefined(value):
        from .list_methods import extend, replace_items

        if op == "add":
            extend(frame, target, [value])
        else:
            replace_items(frame, target, binary(frame, op, target, value))
        return (target,)
    found = special(frame, target, IN_PLACE[op], value)
    return (binary(frame, op, target, value) if found is None else found,)


def inplace(frame: Frame, op: str, target: Var, value: Value) -> Value:
    if is_undefined(value):
        return target
    operand = frame.atom(value)
    fits_in_place(frame, op, target, operand)
    if raises(frame.builder.place):  # what is written is looked at before
        from .items import setitem

        setitem(frame, target, binary(frame, op, target, operand), (".",), ())
        return target
    frame.builder.node("inplace", (target, operand), (), fn=op)
    return target


def fits_in_place(frame: Frame, op: str, target: Var, operand: Atom) -> None:
    """Refuse what NumPy refuses: an int array takes no floats in place."""
    with frame.fitting():
        dtype = promote(row(op).type_of_result([target.type, operand.type], {}, None))
    assert isinstance(target.type, Array)
    if isinstance(dtype, Scalar) and not np.can_cast(DTYPES[dtype.dtype], DTYPES[target.type.dtype], "same_kind"):
        frame.fail(
            "DL041",
            f"{op} in place gives {dtype.dtype}, which does not go into an array of {target.type.dtype}",
            "write x = x + v in place of x += v, or convert with .astype",
        )


@handles("refused")
def _refused(frame: Frame, node: Node, args: list[Value]) -> list[Value]:
    """What a statement with a known problem would have given."""
    return [Var(out.hint, UNKNOWN) for out in node.outs]
