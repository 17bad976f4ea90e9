"""Calls of ops of the table: operands bound, lists made arrays, axes and dtypes brought to their normal form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from difflang.ir import NONE, Atom, Const, Var, const
from difflang.numpy_library import listed, listed_matrices, listed_rows
from difflang.op import Op, bind
from difflang.tree import Layout
from difflang.types import DTYPES, NAMES, Array, Scalar, Type, Unknown, promote

from .frame import Frame
from .items import setitem, transpose
from .values import Compound, Value, denote, is_undefined, known, python_value

EXTRA_AXIS = ("expand_dims", "stack")


def as_array(frame: Frame, value: Value, dtype: str | None = None) -> Atom:
    """np.array of a tuple or list: stacked item by item. Arrays and numbers are themselves."""
    if not isinstance(value, Compound):
        return value if dtype is None else to_dtype(frame, value, dtype)
    if value.kind == "range":
        return frame.emit("arange", *value.items, dtype=dtype or "i64")
    if value.kind == "grown":
        from .list_arrays import stacked

        return stacked(frame, value, dtype)
    if not value.is_sequence:
        frame.fail("DL005", f"a {value} makes no array")
    items = [as_array(frame, item, dtype) for item in value.items]
    if not items:
        return frame.emit("zeros", const(0), dtype=dtype or "f64")
    if any(map(is_undefined, items)):
        return next(filter(is_undefined, items))
    with frame.fitting():
        common = promote(*(Scalar(item.type.dtype) if isinstance(item.type, Scalar) else item.type for item in items))
    if isinstance(common, Scalar):  # in a list Python's numbers are as strong as others
        items = [to_dtype(frame, item, common.dtype) for item in items]
    return frame.emit("stack", *items, axis=0)


def index_array(frame: Frame, value: Compound) -> Atom:
    """The array of integers or truths that a list, tuple or range is as an index."""
    if value.kind == "range":
        return as_array(frame, value)
    empty = value.kind == "list" and not value.items  # no index at all, though an empty array is one of floats
    return frame.emit("zeros", const(0), dtype="i64") if empty else frame.atom(value)


def to_dtype(frame: Frame, value: Atom, dtype: str) -> Atom:
    """The value with strong numbers of this dtype; nothing is written where they are already."""
    type = value.type
    if isinstance(type, Array) and type.dtype == dtype or type == Scalar(dtype):
        return value
    if isinstance(type, Scalar) and type.weak and type.dtype == dtype:
        return value
    return frame.emit("cast", value, dtype=dtype, weak=False)


def raw(value: Value) -> Any:
    """What `bind` is given: Python's own objects for what is known, tuples of them, variables as they are."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Compound) and value.is_sequence:
        return tuple(map(raw, value.items))
    if isinstance(value, Compound) and value.kind == "slice":
        return slice(*map(raw, value.items))
    return value


def lifted(frame: Frame, value: Any) -> Atom:
    """An operand back from `bind`."""
    if isinstance(value, (Var, Const)):
        return value
    if isinstance(value, Compound):
        return as_array(frame, value)
    if isinstance(value, (tuple, list)):
        return as_array(frame, Compound("tuple", tuple(lifted_item(item) for item in value)))
    found = denote(value)
    return as_array(frame, found) if isinstance(found, Compound) else found


def lifted_item(value: Any) -> Value:
    if isinstance(value, (Var, Const, Compound)):
        return value
    if isinstance(value, tuple):
        return Compound("tuple", tuple(map(lifted_item, value)))
    return denote(value)


def _missing(value: Value) -> Value | None:
    """What no path has defined yet: an argument, or an item of a sequence in it (the result of a recursion, at first)."""
    if isinstance(value, Compound) and value.is_sequence:
        return next((found for item in value.items if (found := _missing(item)) is not None), None)
    return value if is_undefined(value) else None


def call_row(frame: Frame, op: Op, flavor: str | None, args: Sequence[Value], kwargs: Mapping[str, Value], hint: str = "") -> Value:
    """A call that is a row of the table."""
    from .extras import full_call

    if op.name == "assembled" and isinstance(args[0], Compound):  # a tuple's parts, as its own are
        parts = args[1:]
        return args[0].over((*parts, *(frame.emit("zeros_like", item) for item in args[0].items[len(parts) :])))
    for value in (*args, *kwargs.values()):
        missing = _missing(value)
        if missing is not None:
            return missing
    found = full_call(frame, op, flavor, args, kwargs, hint)
    return plain_call(frame, op, flavor, args, kwargs, hint) if found is None else found


def plain_call(frame: Frame, op: Op, flavor: str | None, args: Sequence[Value], kwargs: Mapping[str, Value], hint: str = "") -> Value:
    """The call with its operands and statics alone."""
    from .list_arrays import list_call

    of_list = list_call(frame, op, args, kwargs)
    if of_list is not None:
        return of_list
    with frame.fitting("DL017"):
        given, named = [raw(v) for v in args], {name: raw(v) for name, v in kwargs.items()}
        operands, attrs = bind(op, given, named)
    _check_kept(frame, op, [*given, *named.values()], [*operands, *attrs.values()])
    said = {id(v.value): v for v in (*args, *kwargs.values()) if isinstance(v, Const) and v.said is not None}
    atoms = [said.get(id(operand)) or lifted(frame, operand) for operand in operands]
    attrs = normal(frame, op, atoms, attrs)
    found = frame.emit(op.name, *atoms, flavor=flavor, hint=hint, **attrs)
    return several(found, op.named) if isinstance(found, tuple) else found


def _check_kept(frame: Frame, op: Op, given: Sequence[Any], bound: Sequence[Any]) -> None:
    """A number or truth of the run that only decided what to bind was taken for true: it must be known."""
    for value in given:
        if isinstance(value, Var) and isinstance(value.type, Scalar) and not any(value is one for one in _flat(bound)):
            hint = "write a constant, or pass it as a static argument"
            frame.fail("DL011", f"{value.hint} of {op.name} must be known while compiling", hint)


def _flat(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (tuple, list)):
            yield from _flat(value)
        elif isinstance(value, Compound):
            yield from _flat(value.items)
        else:
            yield value


def several(results: Any, named: Any = None) -> Value:
    """The results of an op that has several."""
    items = tuple(several(item) if isinstance(item, tuple) else item for item in results)
    if named is list:
        return Compound("list", items)
    return Compound("tuple", items, None if named is None else Layout("namedtuple", named, named._fields))


def normal(frame: Frame, op: Op, atoms: Sequence[Atom], attrs: Mapping[str, Any]) -> dict[str, Any]:
    """Statics in normal form. A static that is only known at run time is refused."""
    result: dict[str, Any] = {}
    for name, value in attrs.items():
        if _has_var(value):
            frame.fail("DL011", f"{name} of {op.name} must be known while compiling", "write a constant, or pass it as a static argument")
        if name == "dtype":
            value = dtype_name(frame, value)
        elif name in ("axis", "axes"):
            value = _axes(frame, op, atoms, value)
        elif name == "keepdims":
            value = bool(value)
        result[name] = value
    return result


def _has_var(value: Any) -> bool:
    return isinstance(value, (Var, Compound)) or (isinstance(value, tuple) and any(map(_has_var, value)))


def dtype_name(frame: Frame, value: Any) -> str | None:
    """The name of a dtype given as an object, a class or a string."""
    if value is None or isinstance(value, str) and value in DTYPES:
        return value
    try:
        found = np.dtype(value)
    except (TypeError, ValueError):
        frame.fail("DL030", f"{value!r} is no dtype")
    if found not in NAMES:
        frame.fail("DL030", f"the dtype {found} is outside the language", f"it has {', '.join(str(d) for d in NAMES)}")
    return NAMES[found]


def _axes(frame: Frame, op: Op, atoms: Sequence[Atom], axis: Any) -> Any:
    if axis is None:
        return _default_axes(op, atoms[0].type) if op.name == "transpose" else None
    first = atoms[0].type
    if isinstance(first, Unknown):
        given = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
        negative = any(k < 0 for k in given)
        if negative and op.name == "transpose":
            frame.fail("DL019", "negative axes need the number of axes", "give the function's argument types")
        return given if op.axes == "many" or op.name == "transpose" else axis
    if not isinstance(first, (Array, Scalar)):
        frame.fail("DL005", f"{op.name} needs numbers or arrays, not {first}")
    rank = (first.rank if isinstance(first, Array) else 0) + (1 if op.name in EXTRA_AXIS else 0)
    if op.name == "expand_dims" and isinstance(axis, (tuple, list)):
        rank += len(axis) - 1
    with frame.fitting():
        if op.axes == "many" or isinstance(axis, (tuple, list)):
            given = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
            found = tuple(_axis(k, rank) for k in given)
            if len(set(found)) < len(found):
                raise ValueError("duplicate value in 'axis'")
            return found
        return _axis(axis, rank)


def _default_axes(op: Op, type: Type) -> tuple[int, ...] | None:
    return tuple(reversed(range(type.rank))) if isinstance(type, Array) else None


def _axis(axis: Any, rank: int) -> int:
    if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
        raise TypeError(f"an axis is an integer, not {axis!r}")
    if not -rank <= axis < rank:
        raise np.exceptions.AxisError(int(axis), rank)
    return int(axis) % rank if rank else 0


def _copy(frame: Frame, owner: Atom, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return owner if isinstance(owner.type, Scalar) else frame.emit("copy", owner)


def keeping(value: Atom) -> dict[str, Any]:
    """The statics of a copy that keeps the order of the memory."""
    return {"order": "K"} if isinstance(value.type, Array) and value.type.layout != "C" else {}


def astype(frame: Frame, owner: Atom, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    given = args[0] if args else kwargs.get("dtype")
    if given is None:
        frame.fail("DL017", "astype() misses its argument 'dtype'")
    name = dtype_name(frame, frame.constant(given, "a dtype"))
    if isinstance(owner.type, Array) and owner.type.dtype == name:
        if "copy" in kwargs and not frame.constant(kwargs["copy"], "copy"):
            return owner
        return frame.emit("copy", owner, **keeping(owner))
    return frame.emit("cast", owner, dtype=name, weak=False)


def _fill(frame: Frame, owner: Atom, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if len(args) != 1:
        frame.fail("DL017", "fill() takes one value")
    setitem(frame, owner, args[0], (".",), ())
    return NONE


def item(frame: Frame, owner: Atom, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """x.item(): Python's number."""
    if args:
        from .items import getitem

        if len(args) == 1 and isinstance(owner.type, Array) and owner.type.rank > 1 and not isinstance(args[0], Compound):
            owner = frame.emit("reshape", owner, const(-1))  # one number counts row by row
        single = getitem(frame, owner, ("i",), [args[0]] if len(args) == 1 else [Compound("tuple", tuple(args))])
        return item(frame, single, (), {}) if isinstance(single, (Var, Const)) else single
    if isinstance(owner.type, Array):
        owner = frame.only_element(owner, "can only convert an array of size 1 to a Python scalar", "an index")
    if isinstance(owner.type, Unknown):
        return frame.emit("cast", owner, dtype="f64", weak=True)
    dtype = {"f": "f64", "i": "i64", "u": "i64", "c": "c128", "b": "bool"}[DTYPES[owner.type.dtype].kind]  # type: ignore[union-attr]
    return frame.emit("cast", owner, dtype=dtype, weak=True)


def _transpose(frame: Frame, owner: Atom, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """x.transpose(), x.transpose(1, 0), x.transpose((1, 0))."""
    given: Any = [python_value(a) if known(a) else frame.constant(a, "an axis") for a in args]
    if len(given) == 1 and (given[0] is None or isinstance(given[0], (tuple, list))):
        given = given[0]
    if not given:
        return transpose(frame, owner)
    rank = frame.rank(owner, "transpose")
    with frame.fitting():
        axes = [_axis(k, rank) for k in given]
        if sorted(axes) != list(range(rank)):
            raise ValueError("axes don't match array")
    return transpose(frame, owner, axes)


def _listed(frame: Frame, owner: Atom, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """x.tolist(): Python's numbers."""
    from .numbers import by_text

    rank = frame.rank(owner, "tolist")
    if rank == 0:
        return item(frame, owner, (), {})
    if rank > 3:
        frame.fail("DL025", "tolist() of more than three axes is outside the language", "make lists of its parts")
    return by_text(frame, (listed, listed_rows, listed_matrices)[rank - 1], [owner])


ARRAY_METHODS: dict[str, Callable[[Frame, Atom, Sequence[Value], Mapping[str, Value]], Value]] = {
    "copy": _copy,
    "astype": astype,
    "fill": _fill,
    "item": item,
    "transpose": _transpose,
    "tolist": _listed,
}
