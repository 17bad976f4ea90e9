"""What NumPy's functions take beside their operands: `out=`, `where=`, `dtype=`, `initial=`."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from difflang.ir import NONE, Atom, Const, Var, const
from difflang.numpy_library import BY_RULE, OF_ARRAYS
from difflang.op import Op
from difflang.types import Array, Scalar, promote, rank

from .frame import Frame
from .items import setitem
from .values import Compound, Value, is_none

IGNORED = ("casting", "order", "subok")
POSITIONAL = {
    **dict.fromkeys(("sum", "prod"), ("axis", "dtype", "out", "keepdims", "initial", "where")),
    **dict.fromkeys(("max", "min"), ("axis", "out", "keepdims", "initial", "where")),
    **dict.fromkeys(("any", "all"), ("axis", "out", "keepdims")),
    "mean": ("axis", "dtype", "out", "keepdims"),
    **dict.fromkeys(("var", "std"), ("axis", "dtype", "out", "ddof", "keepdims")),
    **dict.fromkeys(("cumsum", "cumprod"), ("axis", "dtype", "out")),
}
"""Reductions, and what they take by position after their operand."""
NEUTRAL: dict[str, Any] = {"sum": 0, "prod": 1, "any": False, "all": True}
JOINED = {"sum": "add", "prod": "mul", "max": "maximum", "min": "minimum", "all": "logical_and", "any": "logical_or"}
NAN_FORMS = ("nansum", "nanprod", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin", "nancumsum", "nancumprod")
NAN_JOINED = {"nansum": "add", "nanprod": "mul", "nanmax": "fmax", "nanmin": "fmin"}


def is_ufunc(op: Op) -> bool:
    """Whether the row is one of NumPy's ufuncs, which all take out=, where= and dtype=."""
    return any(isinstance(f, np.ufunc) for f in (*op.numpy, op.spelled))


def full_call(frame: Frame, op: Op, flavor: str | None, args: Sequence[Value], kwargs: Mapping[str, Value], hint: str) -> Value | None:
    """The call where it has such an argument; None where it has none and is an ordinary one."""
    args, named = list(args), dict(kwargs)
    if op.name in BY_RULE and isinstance(known_text(args[1] if len(args) > 1 else named.get("bins")), str):
        return _by_text(frame, BY_RULE[op.name], args, named)
    if op.name in OF_ARRAYS and _has_axes(args[1] if len(args) > 1 else named.get("fill_value")):
        return _by_text(frame, OF_ARRAYS[op.name], args, named)
    if op.name == "nan_to_num" and (len(args) > 1 or "copy" in named):
        keep = frame.constant(args.pop(1) if len(args) > 1 else named.pop("copy"), "copy")
        result = plain_row(frame, op, flavor, args, named, hint)
        return result if keep is not False else written(frame, args[0], result)
    if op.name in NAN_FORMS and {"where", "initial", "dtype"} & set(named):
        return _nan_form(frame, op, args, named)
    if op.name in POSITIONAL and len(args) > 2:
        named.update(zip(POSITIONAL[op.name], args[1:], strict=False))
        args = args[:1]
    at = _out_position(op)
    if at is not None and len(args) > at:
        named.update(zip(tuple(inspect.signature(op.bind).parameters)[at:], args[at:], strict=False))  # type: ignore[arg-type]
        args = args[:at]
    if is_ufunc(op):
        if len(args) > len(op.operands):
            named["out"] = args.pop()
        named = {k: v for k, v in named.items() if k not in IGNORED}
    for name in ("out", "dtype", "where"):
        if name in named and (is_none(named[name]) or name == "where" and is_true(named[name])):
            del named[name]
    if not {"out", "where", "dtype", "initial", "mean"} & set(named):
        return None if len(named) == len(kwargs) else plain_row(frame, op, flavor, args, named, hint)
    out = named.pop("out", None)
    if isinstance(out, Compound) and len(out.items) == 1:
        out = out.items[0]
    if op.name in POSITIONAL:
        result = _reduction(frame, op, args, named)
    elif is_ufunc(op) and {"where", "dtype"} & set(named):
        result = _masked(frame, op, flavor, args, named, out)
    elif out is None:
        return None
    else:
        result = plain_row(frame, op, flavor, args, named, hint)
    return result if out is None else written(frame, out, result)


def _nan_form(frame: Frame, op: Op, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
    """A reduction over what is a number, of some elements alone, from an initial value on."""
    from .arrays import dtype_name, to_dtype

    x, rest = frame.atom(args[0]), dict(named)
    where, initial, dtype = (rest.pop(name, None) for name in ("where", "initial", "dtype"))
    if dtype is not None and not is_none(dtype):
        x = to_dtype(frame, x, dtype_name(frame, frame.constant(dtype, "a dtype")) or "f64")
    if where is not None and not is_true(where):
        x = frame.emit("where", where, x, const(math.nan))  # of integers too: floats, of which those are left out
    if len(args) > 1:
        rest["axis"] = args[1]
    if initial is not None and not is_none(initial) and op.name in ("nanmax", "nanmin") and _from_slab(frame, x, rest):
        return _from(frame, op, x, initial, rest)
    args = args[:1]
    result = full_call(frame, op, None, [x, *args[1:]], rest, "")
    found = plain_row(frame, op, None, [x, *args[1:]], rest) if result is None else result
    if initial is None or is_none(initial):
        return found
    if op.name not in NAN_JOINED:
        frame.fail("DL017", f"{op.name}() has no initial=")
    return frame.emit(NAN_JOINED[op.name], found, initial, flavor="numpy")


def _has_axes(value: Value | None) -> bool:
    return isinstance(value, Compound) or bool(value is not None and rank(value.type))


def known_text(value: Value | None) -> Any:
    return value.value if isinstance(value, Const) else None


def _by_text(frame: Frame, text: Any, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
    from .numbers import by_text

    return by_text(frame, text, args, named)


def _out_position(op: Op) -> int | None:
    """Where NumPy's function takes the array it writes, if by position."""
    if op.bind is None:
        return None
    parameters = list(inspect.signature(op.bind).parameters.values())
    found = [k for k, p in enumerate(parameters) if p.name == "out" and p.kind is p.POSITIONAL_OR_KEYWORD]
    return found[0] if found else None


def is_true(value: Value) -> bool:
    return isinstance(value, Const) and value.value is True


def plain_row(frame: Frame, op: Op, flavor: str | None, args: Sequence[Value], named: Mapping[str, Value], hint: str = "") -> Value:
    from .arrays import plain_call

    return plain_call(frame, op, flavor, args, named, hint)


def written(frame: Frame, out: Value, result: Value) -> Value:
    """The result in the array given for it."""
    if isinstance(out, Compound) and isinstance(result, Compound):
        for one, value in zip(out.items, result.items, strict=True):
            written(frame, one, value)
        return out
    atom = frame.atom(result)
    if isinstance(out, Var) and isinstance(out.type, Array) and isinstance(atom.type, (Array, Scalar)):
        common = promote(atom.type)
        if isinstance(common, Scalar) and not np.can_cast(_dtype(common.dtype), _dtype(out.type.dtype), "same_kind"):
            frame.fail("DL041", f"the result is of dtype {common.dtype}, out= holds {out.type.dtype}", "give an array of that dtype")
    setitem(frame, out, atom, (".",), ())
    return out


def _dtype(name: str) -> Any:
    from difflang.types import DTYPES

    return DTYPES[name]


def _masked(frame: Frame, op: Op, flavor: str | None, args: list[Value], named: dict[str, Value], out: Value | None) -> Value:
    """A ufunc where a mask is true, and in another dtype."""
    from .arrays import dtype_name, to_dtype

    dtype, where = named.pop("dtype", None), named.pop("where", None)
    if dtype is not None:
        name = dtype_name(frame, frame.constant(dtype, "a dtype"))
        assert name is not None
        args = [to_dtype(frame, frame.atom(value), name) for value in args]
    result = plain_row(frame, op, flavor, args, named)
    if where is None:
        return result
    if out is None:
        frame.fail("DL005", f"{op.name} with where= leaves the other elements undefined", "give it out=, or use np.where")
    return frame.emit("where", where, result, out)


def _reduction(frame: Frame, op: Op, args: list[Value], named: dict[str, Value]) -> Value:
    """A reduction in another dtype, of some elements alone, from an initial value on."""
    from .arrays import dtype_name, to_dtype

    x = frame.atom(args[0])
    if len(args) > 1:
        named["axis"] = args[1]
    dtype, where, initial, mean = (named.pop(name, None) for name in ("dtype", "where", "initial", "mean"))
    if dtype is not None:
        name = dtype_name(frame, frame.constant(dtype, "a dtype"))
        assert name is not None
        if op.name in ("var", "std") and name[0] in "iub":
            frame.fail("DL017", f"{op.name}() in integers is outside the language", "take it in floats and convert the result")
        x = to_dtype(frame, x, name)
    if mean is not None:
        result = _about(frame, op, x, frame.atom(mean), where, named)
    elif where is not None:
        result = _over_some(frame, op, x, frame.atom(where), initial, named)
    elif op.name in ("max", "min") and initial is not None and not is_none(initial) and _from_slab(frame, x, named):
        return _from(frame, op, x, initial, named)
    else:
        result = plain_row(frame, op, None, [x], named)
    if initial is not None and not is_none(initial):
        if op.name not in JOINED:
            frame.fail("DL017", f"{op.name}() has no initial=")
        result = frame.emit(JOINED[op.name], result, initial, flavor="numpy")
    if isinstance(result, Var) and dtype is not None and op.name in ("sum", "prod", "cumsum", "cumprod", "mean"):
        return to_dtype(frame, result, name)  # type: ignore[arg-type]
    return result


def _from_slab(frame: Frame, x: Atom, named: Mapping[str, Value]) -> bool:
    """Whether an initial value can stand beside the elements: along one axis, or among all of them."""
    axis = frame.constant(named.get("axis", NONE), "an axis")
    if not isinstance(x.type, Array):
        return False
    return isinstance(axis, int) if axis is not None else not frame.constant(named.get("keepdims", const(False)), "keepdims")


def _from(frame: Frame, op: Op, x: Atom, initial: Value, named: Mapping[str, Value]) -> Value:
    """The greatest, or least, of an array that may be empty and of a number beside."""
    first = to_array_dtype(frame, frame.atom(initial), x)
    axis = frame.constant(named.get("axis", NONE), "an axis")
    if axis is None:
        flat = frame.emit("concatenate", frame.emit("reshape", x, const(-1)), frame.emit("reshape", first, const(1)), axis=0)
        return plain_row(frame, op, None, [flat], {})
    lengths = shape_of(frame, x)
    lengths[axis] = const(1)
    slab = frame.emit("broadcast_to", first, *lengths)
    return plain_row(frame, op, None, [frame.emit("concatenate", x, slab, axis=axis)], named)


def to_array_dtype(frame: Frame, value: Atom, like: Atom) -> Atom:
    """A number in the dtype that an array of others gives it."""
    return frame.emit("cast", value, dtype=like.type.dtype, weak=False) if isinstance(like.type, Array) else value


def _about(frame: Frame, op: Op, x: Atom, mean: Atom, where: Value | None, named: Mapping[str, Value]) -> Value:
    """The variance about a mean that is given."""
    if op.name not in ("var", "std"):
        frame.fail("DL017", f"{op.name}() got an unexpected keyword argument 'mean'")
    wide = NONE if where is None else frame.emit("broadcast_to", frame.atom(where), *shape_of(frame, x))
    return frame.builder.emit(f"{op.name}_about", x, mean, wide, **_statics(frame, x, named))


def _over_some(frame: Frame, op: Op, x: Atom, where: Atom, initial: Value | None, named: dict[str, Value]) -> Value:
    if op.name in ("mean", "var", "std"):
        wide = frame.emit("broadcast_to", where, *shape_of(frame, x))
        return frame.builder.emit(f"{op.name}_where", x, wide, **_statics(frame, x, named))
    neutral: Value | None = const(NEUTRAL[op.name]) if op.name in NEUTRAL else initial
    if neutral is None:
        ufunc = {"max": "maximum", "min": "minimum"}.get(op.name, op.name)
        reason = f"reduction operation '{ufunc}' does not have an identity, so to use a where mask one has to specify 'initial'"
        frame.fail("DL005", reason)
    if op.name in ("any", "all"):
        x = frame.emit("cast", x, dtype="bool", weak=False)
    return plain_row(frame, op, None, [frame.emit("where", where, x, neutral)], named)


def shape_of(frame: Frame, x: Atom) -> list[Value]:
    from .sizes import shape

    return list(shape(frame, x).items)


def _statics(frame: Frame, x: Atom, named: Mapping[str, Value]) -> dict[str, Any]:
    found = {name: frame.constant(value, name) for name, value in named.items()}
    if "correction" in found:
        found["ddof"] = found.pop("correction")
    return found
