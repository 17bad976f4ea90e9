"""Methods of a NumPy generator that is an argument: draws in the program's order, each from the generator as the last one left it.

Which distributions there are stands in `draws.py`, what chooses and shuffles in `picks.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from difflang.errors import ValueMismatch
from difflang.generators import FIELD, is_generator_class
from difflang.ir import Atom, Const, Var, const, static
from difflang.types import Array, Scalar

from .arrays import dtype_name
from .frame import Frame
from .items import setitem
from .objects import put
from .operators import binary
from .structs import fields, layout_in
from .values import Compound, Value, is_none

Handler = Callable[..., Value]
WAY_OUT = "draw it in Python and pass it in as an array"
METHODS: dict[str, Handler] = {}


def method(*names: str) -> Callable[[Handler], Handler]:
    """Enter a handler for these methods of generators: handler(frame, rng, *arguments as Python binds them)."""

    def enter(handler: Handler) -> Handler:
        METHODS.update(dict.fromkeys(names, handler))
        return handler

    return enter


def random_call(frame: Frame, target: Any, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value | None:
    """A call of a method of a generator, `self` first; None where the callable is none of NumPy's random module."""
    random = sys.modules.get("numpy.random")
    if random is None:
        return None
    owner, name = getattr(target, "__self__", None), getattr(target, "__name__", "")
    if isinstance(owner, random.Generator):
        return _call(frame, name, [static(owner), *args], kwargs)
    if getattr(random.Generator, name, None) is target is not getattr(object, name, None):
        return _call(frame, name, args, kwargs)
    if isinstance(owner, random.RandomState) or getattr(random, name, None) is target:
        reason = f"np.random.{name} inside of a compiled function would not draw from a generator of the caller's"
        frame.fail("DL046", reason, f"pass rng = np.random.default_rng(...) as an argument and call its methods, or {WAY_OUT}")
    return None


def _call(frame: Frame, name: str, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """rng.name(...)."""
    owner, *rest = args
    layout = layout_in(owner)
    if layout is None or not is_generator_class(layout.cls):
        way_out = f"pass the generator as an argument, or {WAY_OUT}"
        frame.fail("DL046", f"rng.{name}() draws from a generator that is not an argument", way_out)
    from . import draws, picks  # noqa: F401  (they enter their methods)

    handler = METHODS.get(name)
    if handler is None:
        frame.fail("DL046", f"Generator.{name} is not drawn in compiled code", f"{WAY_OUT}; there are {', '.join(sorted(METHODS))}")
    try:
        return handler(frame, owner, *rest, **kwargs)
    except TypeError as error:
        if "argument" not in str(error):
            raise
        frame.fail("DL046", f"Generator.{name}: {str(error).partition('() ')[2]}")


def shape_of(frame: Frame, size: Value) -> tuple[Value, ...] | None:
    """The sizes that `size` gives; None where it is None."""
    if is_none(size):
        return None
    if isinstance(size, Compound):
        if not size.is_sequence:
            frame.fail("DL005", "size is a number or a tuple of numbers")
        return tuple(size.items)
    return (size,)


def drawn(frame: Frame, rng: Value, op: str, *operands: Value, **statics: Any) -> Var:
    """Draw, and let the generator move on."""
    assert isinstance(rng, Compound)
    found: Any = frame.emit(op, fields(frame, rng)[FIELD], *operands, **statics)
    put(frame, rng.info, FIELD, found[1])
    assert isinstance(found[0], Var)
    return found[0]


def number(frame: Frame, value: Value, dtype: str = "f64") -> Atom:
    """A parameter: an array of this dtype, or one of Python's numbers, as NumPy takes it."""
    atom = frame.atom(value)
    if isinstance(atom.type, Array) and atom.type.rank:
        return atom if atom.type.dtype == dtype else frame.emit("cast", atom, dtype=dtype, weak=False)
    if isinstance(atom.type, Array):
        atom = frame.only_element(atom, "one number is needed here", "an index")
    return atom if atom.type == Scalar(dtype, True) else frame.emit("cast", atom, dtype=dtype, weak=True)


def spread(frame: Frame, size: Value, like: Sequence[Value]) -> tuple[Value, ...] | None:
    """The sizes of a draw: as given, else those of the parameters together; None for one number."""
    shape = shape_of(frame, size)
    arrays = [value for value in like if isinstance(value, Compound) or isinstance(value.type, Array)]
    if shape is not None or not arrays:
        return shape
    total = arrays[0]
    for value in arrays[1:]:
        total = binary(frame, "add", total, value)
    atom = frame.atom(total)
    return tuple(frame.emit("dim", atom, axis=k) for k in range(frame.rank(atom, "a draw")))


def floats(
    frame: Frame, rng: Value, kind: str, size: Value, like: Sequence[Value] = (), narrow: str | None = None, out: Value | None = None
) -> Value:
    """Draws of a distribution without parameters; without a size as many as the parameters `like` have together."""
    if out is not None and not is_none(out):
        target = frame.atom(out)
        many = tuple(frame.emit("dim", target, axis=k) for k in range(frame.rank(target, "out")))
        setitem(frame, target, drawn(frame, rng, "draw", *many, kind=kind, shaped=True, dtype=narrow), (".",), ())
        return target
    shape = spread(frame, size, like)
    return drawn(frame, rng, "draw", *(shape or ()), kind=kind, shaped=shape is not None, dtype=narrow)


def numbers(frame: Frame, rng: Value, kind: str, size: Value, given: Sequence[Value]) -> Value:
    """Draws of a distribution with parameters, each number by its own where they are arrays."""
    shape = spread(frame, size, given)
    if any(isinstance(value, Var) and isinstance(value.type, Array) for value in given):
        assert shape is not None
        given = [frame.emit("broadcast_to", value, *shape) for value in given]
        return drawn(frame, rng, "draw", *given, kind=kind, count=len(given), shaped=False, dtype=None)
    return drawn(frame, rng, "draw", *given, *(shape or ()), kind=kind, count=len(given), shaped=shape is not None, dtype=None)


def narrow_of(frame: Frame, dtype: Value) -> str | None:
    """float32 where a draw of floats is asked for in it."""
    if is_none(dtype):
        return None
    name = dtype_name(frame, frame.constant(dtype, "a dtype"))
    if name not in ("f64", "f32"):
        frame.fail("DL005", f"Unsupported dtype {name} for a draw of floats", "it draws float64 and float32")
    return None if name == "f64" else name


CONDITIONS: dict[str, tuple[str, str]] = {
    "not negative": ("{} < 0", "{} < 0"),
    "positive": ("{} <= 0", "{} <= 0"),
    "positive number": ("{} <= 0", "{} <= 0"),
    "lam": ("{0} < 0 or {0} is NaN", "{0} < 0 or {0} contains NaNs"),
    "share": ("{0} < 0, {0} > 1 or {0} is NaN", "{0} < 0, {0} > 1 or {0} contains NaNs"),
    "share above 0": ("{0} <= 0, {0} > 1 or {0} contains NaNs", "{0} <= 0, {0} > 1 or {0} contains NaNs"),
    "share below 1": ("{0} < 0, {0} >= 1 or {0} is NaN", "{0} < 0, {0} >= 1 or {0} contains NaNs"),
    "above 1": ("{0} <= 1 or {0} is NaN", "{0} <= 1 or {0} contains NaNs"),
}
"""What NumPy says of a parameter that is not so: of a number, of an array."""
BOUNDS: dict[str, tuple[tuple[str, float], ...]] = {
    "not negative": (("greater_equal", 0),),
    "positive": (("greater", 0),),
    "positive number": (("greater", 0),),
    "lam": (("greater_equal", 0),),
    "share": (("greater_equal", 0), ("less_equal", 1)),
    "share above 0": (("greater", 0), ("less_equal", 1)),
    "share below 1": (("greater_equal", 0), ("less", 1)),
    "above 1": (("greater", 1),),
}


def require(frame: Frame, value: Atom, name: str, condition: str) -> None:
    """Raise what NumPy raises where a parameter is out of its range."""
    many = isinstance(value.type, Array)
    message = CONDITIONS[condition][many].format(name)
    for op, bound in BOUNDS[condition]:
        need(frame, frame.emit(op, value, const(bound)), message)


def need(frame: Frame, fine: Atom, message: str) -> None:
    if isinstance(fine, Const):
        if not fine.value:
            frame.fail("DL005", message, kind=ValueMismatch)
        return
    if isinstance(fine.type, Array):
        fine = frame.emit("all", fine, axis=None, keepdims=False)
    frame.emit("check", frame.emit("cast", fine, dtype="bool", weak=True), error=ValueError, message=message, kind="raise")
