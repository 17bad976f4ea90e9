"""Python's builtins and the few NumPy functions that are no op of their own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from difflang.errors import ValueMismatch
from difflang.ir import NONE, Atom, Const, Var, const
from difflang.op import row
from difflang.ops.faults import EMPTY, said
from difflang.types import DTYPES, FLOAT, INT, Array, Scalar, Static, Type, Unknown, rank

from .arrays import as_array, astype, call_row, dtype_name, keeping
from .branches import branch
from .choices import is_choice, of_each
from .dicts import class_of, is_dict
from .frame import Frame
from .generators import is_stream
from .items import attribute
from .iterables import as_iterable, check_iterable, each, has_tuple, length, range_of
from .iterables import item as item_of
from .lone import SEQUENCES
from .operators import BINARY, binary
from .structs import class_in, fields, layout_in, own_method
from .sizes import size
from .values import Compound, Value, denote, is_none, is_static, is_undefined, known, python_value

Handler = Callable[[Frame, Sequence[Value], Mapping[str, Value]], Value]
BUILTINS: dict[Any, Handler] = {}


def builtin(*callables: Any, low: int = 0, high: int | None = None, names: tuple[str, ...] = ()) -> Callable[[Handler], Handler]:
    """Enter a handler for these callables; it takes `low` to `high` positional arguments and these keywords."""

    def enter(handler: Handler) -> Handler:
        def checked(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
            name = getattr(callables[0], "__name__", "this")
            if len(args) < low or (high is not None and len(args) > high):
                frame.fail("DL017", f"{name}() does not take {len(args)} arguments")
            extra = [key for key in kwargs if key not in names and "*" not in names]
            if extra:
                frame.fail("DL017", f"{name}() has no argument {extra[0]!r} in the language")
            return handler(frame, args, kwargs)

        BUILTINS.update(dict.fromkeys(callables, checked))
        return handler

    return enter


@builtin(len, low=1, high=1)
def _len(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return length(frame, args[0])


@builtin(range, low=1, high=3)
def _range(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return range_of(frame, args)


@builtin(slice, low=1, high=3)
def _slice(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    start, stop, step = (NONE, *args, NONE) if len(args) == 1 else (*args, NONE)[:3]
    return Compound("slice", (start, stop, step))


@builtin(divmod, low=2, high=2)
def _divmod(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if any(isinstance(value, Compound) and value.kind in SEQUENCES for value in args):
        return Compound("tuple", (binary(frame, "floordiv", *args), binary(frame, "mod", *args)))
    pair = [frame.atom(value) for value in args]
    if all(isinstance(value.type, Scalar) and value.type.weak for value in pair) and any(v.type == FLOAT for v in pair):
        message = said(divmod, 1.0, 0.0)
        frame.emit("check", frame.emit("not_equal", pair[1], const(0)), error=ZeroDivisionError, message=message, kind="raise")
    return Compound("tuple", (binary(frame, "floordiv", *pair), binary(frame, "mod", *pair)))


def _extreme(op: str, name: str) -> Handler:
    """max and min follow the branch that Python takes: the first of equals, comparisons with nan false."""

    def handler(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        key = kwargs.get("key", NONE)
        if not is_none(key):
            from .orders import extreme_by

            return extreme_by(frame, op, name, args, key)
        if len(args) > 1:
            return _fold_extreme(frame, op, args)
        (value,) = args
        if "default" in kwargs:
            return _or_default(frame, value, kwargs["default"], lambda: handler(frame, args, {}), name)
        if known(value) and not isinstance(value, Const):
            with frame.fitting():
                return denote({"max": max, "min": min}[name](python_value(value)))
        check_iterable(frame, value)
        if has_tuple(value):
            count = length(frame, value)
            if not isinstance(count, Const):
                frame.fail("DL011", f"{name}() needs a length that is known while compiling here")
            if not count.value:
                frame.fail("DL037", EMPTY[name], kind=ValueMismatch)
            return _fold_extreme(frame, op, [item_of(frame, value, const(k)) for k in range(count.value)])
        not_empty(frame, value, name)

        def turn(element: Value, carried: Sequence[Value]) -> list[Value]:
            return [_fold_extreme(frame, op, [carried[0], element])]

        return each(frame, value, turn, [item_of(frame, value, const(0))], ["x", name], False)[0]

    return handler


def _or_default(frame: Frame, value: Value, default: Value, some: Callable[[], Value], name: str) -> Value:
    """max(items, default=x)."""
    check_iterable(frame, value)
    filled = binary(frame, "greater", length(frame, value), const(0))
    assert not isinstance(filled, Compound)
    return branch(frame, filled, [lambda: [some()], lambda: [default]], [name])[0]


def _fold_extreme(frame: Frame, op: str, values: Sequence[Value]) -> Value:
    best, turned = values[0], "less" if op == "greater" else "greater"  # a number stands last
    for value in values[1:]:
        if all(not isinstance(v, Compound) and v.type == INT for v in (value, best)):
            best = frame.emit("maximum" if op == "greater" else "minimum", best, value, flavor="python")
            continue
        better = frame.truth(binary(frame, *((turned, best, value) if isinstance(value, Const) else (op, value, best))))
        if isinstance(better, Const) and not is_undefined(better):
            best = value if better.value else best
        else:
            best = _chosen(frame, better, value, best)
    return best


def _chosen(frame: Frame, better: Atom, value: Value, best: Value) -> Value:
    """The one or the other, both brought to the type that they join to."""
    return branch(frame, better, [lambda: [value], lambda: [best]], ["t"])[0]


def not_empty(frame: Frame, value: Value, name: str) -> None:
    filled = binary(frame, "greater", length(frame, value), const(0))
    if not isinstance(filled, Const):
        frame.emit("check", filled, error=ValueError, message=EMPTY[name], kind="raise")
    elif not filled.value:
        frame.fail("DL037", EMPTY[name], kind=ValueMismatch)


builtin(max, low=1, names=("key", "default"))(_extreme("greater", "max"))
builtin(min, low=1, names=("key", "default"))(_extreme("less", "min"))


@builtin(sum, low=1, high=2, names=("start",))
def _sum(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    value = args[0]
    start = args[1] if len(args) > 1 else kwargs.get("start", const(0))
    check_iterable(frame, value)
    if isinstance(value, Var) and isinstance(value.type, Array) and value.type.dtype in ("f64", "f32", "i64", "c64", "c128"):
        total = frame.emit("sum", value, axis=(0,) if value.type.rank > 1 else None, keepdims=False)
        return total if isinstance(start, Const) and start == const(0) else binary(frame, "add", start, total)
    if has_tuple(value):
        count = length(frame, value)
        assert isinstance(count, Const)
        for k in range(count.value):
            element = item_of(frame, value, const(k))
            start = element if k == 0 and start == const(0) and _adds_exactly(element) else binary(frame, "add", start, element)
        return start

    def turn(element: Value, carried: Sequence[Value]) -> list[Value]:
        return [binary(frame, "add", carried[0], element)]

    return each(frame, value, turn, [start], ["x", "total"], False)[0]


def _adds_exactly(value: Value) -> bool:
    """0 + x is x, signed zeros aside, unless x is a truth or no number."""
    return not isinstance(value, Compound) and isinstance(value.type, (Scalar, Array)) and value.type.dtype != "bool"


@builtin(tuple, high=1)
def _tuple(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return Compound("tuple", items_in(frame, args[0], "tuple()") if args else ())


@builtin(list, high=1)
def _list(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    if not args:
        return Compound("list", ())
    value = as_iterable(frame, args[0])
    if is_stream(value) or not isinstance(length(frame, value), Const):
        from .list_arrays import collected

        return collected(frame, value)
    return Compound("list", items_in(frame, value, "list()"))


def items_in(frame: Frame, value: Value, what: str) -> tuple[Value, ...]:
    value = as_iterable(frame, value)
    check_iterable(frame, value)
    count = length(frame, value)
    if not isinstance(count, Const):
        frame.fail("DL011", f"the length that {what} is given must be known while compiling", "keep the array as it is")
    return tuple(item_of(frame, value, const(k)) for k in range(count.value))


EXAMPLES: dict[str, Any] = {"f64": 1.0, "i64": 1, "bool": True, "c128": 1j}


def example(type: Type) -> Any:
    """A Python object of this type, for isinstance."""
    if isinstance(type, Array):
        return np.zeros((0,) * type.rank, DTYPES[type.dtype])
    if isinstance(type, Scalar):
        return EXAMPLES[type.dtype] if type.weak else DTYPES[type.dtype].type(1)
    return type.value if isinstance(type, Static) else None


STAND_INS: dict[str, Any] = {
    **{"tuple": (), "list": [], "grown": [], "range": range(0), "text": "", "shape": ()},
    **{"closure": lambda: None, "partial": functools.partial(len), "generator": (None for _ in ())},
    **{"zip": zip(), "enumerate": enumerate(())},
}


def stands_for(value: Compound) -> Any:
    """A Python object of a compound's class."""
    if is_dict(value):
        return {}
    return STAND_INS.get(value.kind, len)


@builtin(isinstance, low=2, high=2)
def _isinstance(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    value, kinds = args[0], frame.constant(args[1], "the class that isinstance asks for")
    container = class_of(value)
    if container is not None:
        with frame.fitting():
            return const(issubclass(container.stands_for, kinds))
    if class_in(value) is not None:
        with frame.fitting():
            return const(issubclass(class_in(value), kinds))  # type: ignore[arg-type]
    if is_choice(value):
        return of_each(frame, value, lambda one: _isinstance(frame, [one, *args[1:]], kwargs))
    if isinstance(value, Compound) and value.kind in ("exception", "caught"):
        from .failing import of_class

        return of_class(frame, value, lambda cls: const(issubclass(cls, kinds)))
    if isinstance(value, Compound):
        return const(isinstance(stands_for(value), kinds))
    if isinstance(value.type, Unknown):
        frame.fail("DL019", "isinstance needs a type that is known while compiling", "give the function's argument types")
    with frame.fitting():
        return const(isinstance(example(value.type), kinds))


@builtin(callable, low=1, high=1)
def _callable(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    (value,) = args
    if isinstance(value, Compound):
        return const(value.kind in ("closure", "bound", "partial") or own_method(value, "__call__") is not None)
    return const(is_static(value) and callable(python_value(value)))


@builtin(getattr, low=2, high=3)
def _getattr(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    name = frame.constant(args[1], "the name of an attribute")
    if len(args) == 3 and is_static(args[0]) and not hasattr(python_value(args[0]), name):
        return args[2]
    if len(args) == 3 and layout_in(args[0]) is not None and name not in fields(frame, args[0]) and not hasattr(class_in(args[0]), name):
        return args[2]
    return attribute(frame, args[0], name)


@builtin(hasattr, low=2, high=2)
def _hasattr(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    value, name = args[0], frame.constant(args[1], "the name of an attribute")
    if layout_in(value) is not None:
        return const(name in fields(frame, value) or hasattr(class_in(value), name))
    if isinstance(value, Compound):
        return const(hasattr(stands_for(value), name))
    if isinstance(value.type, Unknown):
        frame.fail("DL019", "hasattr needs a type that is known while compiling", "give the function's argument types")
    return const(hasattr(example(value.type), name))


@builtin(np.array, low=1, high=2, names=("dtype", "copy", "ndmin", "order", "subok"))
def _array(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    made = frame.atom(_made_array(frame, args, kwargs, copies=True))
    axes, least = rank(made.type), frame.constant(kwargs.get("ndmin", const(0)), "ndmin")
    return made if axes is None or least <= axes else frame.emit("expand_dims", made, axis=tuple(range(least - axes)))


def _made_array(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], copies: bool) -> Value:
    given = args[1] if len(args) > 1 else kwargs.get("dtype")
    dtype = dtype_name(frame, frame.constant(given, "a dtype")) if given is not None else None
    if "copy" in kwargs:
        copies = frame.constant(kwargs["copy"], "copy") is True
    value = args[0]
    if isinstance(value, Compound):
        return as_array(frame, value, dtype)
    if is_undefined(value):
        return value
    type = value.type
    if isinstance(type, Scalar):
        return frame.emit("full", value, dtype=dtype or type.dtype)
    if isinstance(type, Array) and dtype in (None, type.dtype):
        return frame.emit("copy", value, **keeping(value)) if copies else value
    if dtype is None:
        return frame.emit("copy", value, **keeping(value))
    return astype(frame, value, [denote(DTYPES[dtype])], {})


def _no_copy(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return _made_array(frame, args, kwargs, copies=False)


builtin(np.asarray, np.asanyarray, low=1, high=2, names=("dtype", "copy", "order"))(_no_copy)


@builtin(np.ascontiguousarray, low=1, high=2, names=("dtype",))
def _contiguous(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    value = args[0]
    plain = isinstance(value, Var) and isinstance(value.type, Array) and value.type.layout == "C" and value.type.rank > 0
    return _made_array(frame, args, kwargs, copies=not plain)


@builtin(np.copy, low=1, high=1, names=("order", "subok"))
def _copy(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return _made_array(frame, args, kwargs, copies=True)


@builtin(np.shape, low=1, high=1)
def _shape(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return _asked(frame, args[0], "shape", Compound("tuple"))


@builtin(np.ndim, low=1, high=1)
def _ndim(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return _asked(frame, args[0], "ndim", const(0))


def _asked(frame: Frame, value: Value, name: str, plain: Value) -> Value:
    """An attribute that NumPy's function finds in Python's numbers and lists too."""
    if isinstance(value, Compound):
        value = as_array(frame, value)
    return plain if isinstance(value.type, Scalar) else attribute(frame, value, name)


@builtin(np.size, low=1, high=2, names=("axis",))
def _size(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    axis = args[1] if len(args) > 1 else kwargs.get("axis")
    value = frame.atom(args[0])
    if axis is None or is_none(axis):
        return size(frame, value)
    return call_row(frame, row("dim"), None, [value], {"axis": axis})


@builtin(np.dtype, low=1, high=1)
def _dtype(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    with frame.fitting():
        return denote(np.dtype(frame.constant(args[0], "a dtype")))


def operator_of(callable_: Any) -> str | None:
    """The read level's op that a function of the operator module stands for."""
    for name, function in BINARY.items():
        if function is callable_:
            return name
    return None
