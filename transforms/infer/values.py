"""The abstract values of `infer`: atoms of typed IR, and compounds (tuples, closures, ranges ...) of them.

A *form* is a value with each atom replaced by its type. Forms are compared, joined where paths meet, and
turned into fresh variables where a region or function needs parameters. Only the leaves of a form whose
types exist at run time become variables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Union

import numpy as np

from difflang.build import Builder
from difflang.ir import LEAF, NONE, UNDEF, Atom, Const, Function, Tree, Var, const, static
from difflang.records import dataclass, field, replace
from difflang.tree import AGAIN, LIST, Branch, Layout, class_layout
from difflang.types import BOOL, NAMES, Nothing, Scalar, Stack, Static, Type, Undefined, Unknown, join

from .grown import OUTSIDE, Origin, widening
from .objects import Made, as_made, new_cell, reference


@dataclass(frozen=True)
class Compound:
    """A value made of values. `kind`: tuple, list, closure (info: its Function), range, zip, enumerate, reversed,
    bound (info: the method's name), partial (the callable, then its arguments; info: names of the last ones),
    shape (of an array whose rank is not known), struct (an object that never changes; info: its layout), object (a reference; info: its
    cell, see `objects.py`), ref (the position of an object that is a row; info: its class, see `pools.py`), grown (a list of the run: a
    stack for each leaf of its items; info: their form, see `grown.py`). A tuple with a layout is a named
    one. Among forms: made (an object by its fields), again (that of a number)."""

    kind: str
    items: tuple[Any, ...] = ()
    info: Any = None
    origin: Any = field(default=None, compare=False)  # of lists: where they were made (`grown.Origin`)

    def over(self, items: tuple[Any, ...]) -> Compound:
        """The same over other items: forms of them, or variables for them."""
        return Compound(self.kind, items, self.info, replace(self.origin, home=None) if self.origin is not None else None)

    def __str__(self) -> str:
        if self.kind == "tuple":
            return f"({', '.join(map(str, self.items))})"
        if self.kind == "grown":
            return "list"
        if self.kind == "ref":
            return str(self.info.__name__)
        layout = self.info if isinstance(self.info, Layout) else getattr(self.info, "layout", None)
        return layout.cls.__name__ if isinstance(layout, Layout) else self.kind

    @property
    def unstacked(self) -> Any:
        """The array whose lines np.unstack gives: turned round twice, as nothing else is."""
        inner = self.items[0] if self.kind == "reversed" else None
        return inner.items[0] if isinstance(inner, Compound) and inner.kind == "reversed" else None

    @property
    def is_sequence(self) -> bool:
        return self.kind in ("tuple", "list")

    @property
    def is_object(self) -> bool:
        return self.kind in ("object", "made")


Value = Union[Var, Const, Compound]
Form = Union[Type, Compound]


def tuple_of(*items: Value) -> Compound:
    return Compound("tuple", tuple(items))


def closure(function: Function, captured: tuple[Value, ...] = ()) -> Compound:
    return Compound("closure", captured, function)


def denote(value: Any) -> Value:
    """The abstract value of a Python object known while compiling."""
    if value is None:
        return NONE
    if isinstance(value, bool | int | float | complex) or (isinstance(value, np.generic) and value.dtype in NAMES):
        return const(value)
    if isinstance(value, tuple):
        return Compound("tuple", tuple(map(denote, value)), class_layout(type(value)))
    if isinstance(value, list):
        return Compound("list", tuple(map(denote, value)), origin=OUTSIDE)
    if isinstance(value, range):
        return Compound("range", (const(value.start), const(value.stop), const(value.step)))
    return static(value)


def is_number(value: Value) -> bool:
    """A constant number."""
    return isinstance(value, Const) and isinstance(value.type, Scalar)


def is_static(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.type, Static)


def is_undefined(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.type, Undefined)


def is_none(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.type, Nothing)


def known(value: Value) -> bool:
    """Whether the Python object is known while compiling."""
    if isinstance(value, Compound):
        return value.kind in ("tuple", "list", "range") and all(map(known, value.items))
    return isinstance(value, Const) and not isinstance(value.type, Undefined)


def python_value(value: Value) -> Any:
    """The Python object of a value for which `known` holds."""
    if isinstance(value, Compound):
        items = [python_value(item) for item in value.items]
        if isinstance(value.info, Layout):
            return value.info.make(items)
        return {"tuple": tuple, "list": list, "range": lambda i: range(*i)}[value.kind](items)  # type: ignore[operator]
    assert isinstance(value, Const)
    return value.value


def form(value: Value) -> Form:
    if isinstance(value, Compound):
        return value.over(tuple(map(form, value.items)))
    return value.type


def form_of_type(type: Type) -> Form:
    """Tuple types become compounds."""
    from difflang.types import Tuple

    if isinstance(type, Tuple):
        return laid_out(type.layout, tuple(map(form_of_type, type.items)))
    if isinstance(type, Static):
        inner = denote(type.value)
        return form(inner) if isinstance(inner, Compound) and not known(inner) else _frozen(inner)
    return type


def laid_out(layout: Layout | None, items: tuple[Form, ...]) -> Compound:
    """The form of an object of this layout over the forms of its parts."""
    if layout is None or layout.kind in ("list", "namedtuple"):
        if layout == LIST:
            return Compound("list", items, origin=OUTSIDE)
        return Compound("tuple", items, layout)
    if layout.kind in ("object", "dict"):
        return Compound("made", items, Made(layout))
    return Compound("struct", items, layout)


def layout_of_form(shape: Compound) -> Layout | None:
    """The layout by which Python puts such a value together; None for a plain tuple."""
    if shape.kind == "list":
        return LIST
    info = shape.info.layout if isinstance(shape.info, Made) else shape.info
    return info if isinstance(info, Layout) else None


def _frozen(value: Value) -> Form:
    """The form of a value known while compiling, numbers included: no leaf is left."""
    if isinstance(value, Compound):
        return value.over(tuple(map(_frozen, value.items)))
    assert isinstance(value, Const)
    return Static(value.value) if isinstance(value.type, Scalar) else value.type


def frozen(value: Value, which: Callable[[Const], bool]) -> Form:
    """The form of an argument with the constant numbers that `which` picks kept as part of the form."""
    if isinstance(value, Compound):
        return value.over(tuple(frozen(item, which) for item in value.items))
    if isinstance(value, Const) and isinstance(value.type, Scalar) and which(value):
        return Static(value.value)
    return value.type


def is_leaf(type: Form) -> bool:
    """Whether values of this type exist at run time."""
    return not isinstance(type, (Compound, Nothing, Static, Undefined))


def leaves(value: Value, shape: Form) -> Iterator[Atom]:
    """The atoms of a value that conforms to the form, left to right."""
    if isinstance(shape, Compound):
        for item, inner in zip(_parts(value, shape), shape.items, strict=True):
            yield from leaves(item, inner)
    elif is_leaf(shape):
        assert not isinstance(value, Compound)
        yield value


def _parts(value: Value, shape: Compound) -> tuple[Any, ...]:
    """The parts of a value that conforms to the form; an object's fields where the form goes by those."""
    if not isinstance(value, Compound):
        return (UNDEF,) * len(shape.items)
    return value.info.parts if value.kind == "object" and shape.kind == "made" else value.items


def deepness(shape: Form) -> int:
    """How many values stand in one another."""
    if not isinstance(shape, Compound):
        return 0
    inner = (*shape.items, shape.info) if shape.kind == "grown" else shape.items
    return 1 + max(map(deepness, inner), default=0)


def types_of(shape: Form) -> Iterator[Type]:
    """The types of a form's leaves."""
    if isinstance(shape, Compound):
        for item in shape.items:
            yield from types_of(item)
    elif is_leaf(shape):
        yield shape


def stored(element: Form) -> tuple[Type, ...]:
    """What the stacks of a list of the run hold: its items' leaves, or a truth for each item that has none."""
    return tuple(Stack(type, True) for type in types_of(element)) or (Stack(BOOL, True),)


def rebuild(shape: Form, atoms: Iterator[Atom]) -> Value:
    """The value of this form over these leaves."""
    if isinstance(shape, Compound):
        return _with_parts(shape, tuple(rebuild(item, atoms) for item in shape.items))
    if is_leaf(shape):
        return next(atoms)
    if isinstance(shape, Nothing):
        return NONE
    if isinstance(shape, Static):
        return denote(shape.value)
    return UNDEF


def _with_parts(shape: Compound, parts: tuple[Any, ...]) -> Compound:
    """The value of a form over these parts; an object that is made gets a cell."""
    if shape.kind != "made":
        return shape.over(parts)
    made: Made = shape.info
    cell = new_cell(made.layout, parts, made.origins, made.stale)
    cell.site = made.site
    return reference(cell)


def fresh(shape: Form, hint: str) -> tuple[Value, list[Var]]:
    """A value of this form over new variables, and the variables. Parts of a tuple are hinted name_0, name_1."""
    made: list[Var] = []

    def make(inner: Form, name: str) -> Value:
        if isinstance(inner, Compound):
            layout = layout_of_form(inner)
            names = [f"{name}_{layout.label(k) if layout else k}" for k in range(len(inner.items))]
            names = [f"{name}_given", name] if inner.kind == "maybe" else names
            names = [name] if inner.kind in ("grown", "ref") and len(names) == 1 else names
            return _with_parts(inner, tuple(map(make, inner.items, names)))
        if not is_leaf(inner):
            return rebuild(inner, iter(()))
        made.append(Var(name, inner))
        return made[-1]

    return make(shape, hint), made


def tree_of(shape: Form) -> Tree:
    """The tree of a function's parameter or result."""
    if isinstance(shape, Compound):
        if shape.kind == "again":
            return Branch((), AGAIN, shape.info)
        if shape.kind == "ref":
            return LEAF
        if shape.kind == "grown":
            item = tree_of(shape.info)
            return LEAF if item == LEAF else Branch([LEAF] * len(shape.items), Layout("rows", list, aux=item))  # stacks
        layout, parts = layout_of_form(shape), tuple(map(tree_of, shape.items))
        return parts if layout is None else Branch(parts, layout)
    if isinstance(shape, Nothing):
        return None
    if isinstance(shape, Static):
        inner = denote(shape.value)
        return inner if isinstance(inner, Const) else tree_of(form(inner))
    return None if isinstance(shape, Undefined) else LEAF


def join_forms(one: Form, other: Form) -> Form:
    """The least form that holds both. Raises TypeError where there is none."""
    if isinstance(one, Undefined) or same(one, other) and not holds_made(one):
        return other
    if isinstance(other, Undefined):
        return one
    if _is_maybe(one) or _is_maybe(other) or isinstance(one, Nothing) != isinstance(other, Nothing) and not _is_open(one, other):
        return _optional(one, other)
    if isinstance(one, Compound) and isinstance(other, Compound):
        if one.is_object and other.is_object:
            return _joined_objects(one, other)
        if (one.kind, len(one.items)) == (other.kind, len(other.items)) and one.info == other.info:
            items = tuple(join_forms(a, b) for a, b in zip(one.items, other.items, strict=True))
            return united(one, other, items)
        if {one.kind, other.kind} <= {"list", "grown"}:
            widen = widening(one, other)
            if widen is not None:
                raise widen
        raise TypeError(f"one path gives {one}, another {other}")
    if isinstance(one, Compound) or isinstance(other, Compound):
        raise TypeError(f"one path gives {one}, another {other}")
    one, other = _loosened(one), _loosened(other)
    return join(one, other)


def _is_maybe(shape: Form) -> bool:
    return isinstance(shape, Compound) and shape.kind == "maybe"


def _is_open(*shapes: Form) -> bool:
    return any(isinstance(shape, Unknown) for shape in shapes)


def _optional(one: Form, other: Form) -> Form:
    """What is None on one path and a value on the other (`maybe.py`)."""
    held = [shape.items[1] if isinstance(shape, Compound) and shape.kind == "maybe" else shape for shape in (one, other)]
    left = [_loosened(shape) if not isinstance(shape, Compound) else shape for shape in held if not isinstance(shape, Nothing)]
    return Compound("maybe", (BOOL, left[0] if len(left) == 1 else join_forms(*left)))


def united(one: Compound, other: Compound, items: tuple[Any, ...]) -> Compound:
    """One of two compounds of the same kind, by the path taken, over these items."""
    if one.origin is None or other.origin is None:
        return one.over(items)
    straight = one.origin.straight or other.origin.straight
    return Compound(one.kind, items, one.info, Origin(one.origin.sites | other.origin.sites, None, straight))


def holds_made(shape: Form) -> bool:
    """Whether a form holds objects that are made, which says of what: equal forms may say it differently."""
    return isinstance(shape, Compound) and (shape.kind == "made" or any(map(holds_made, shape.items)))


def _joined_objects(one: Compound, other: Compound) -> Form:
    """One of two objects, by the path taken: an object of its own, which may be the one or the other."""
    first, second = as_made(one), as_made(other)
    if first.info.layout != second.info.layout:
        raise TypeError(f"one path gives {first.info.layout}, another {second.info.layout}")
    items = tuple(join_forms(a, b) for a, b in zip(first.items, second.items, strict=True))
    a, b = first.info, second.info
    return Compound("made", items, Made(a.layout, a.origins | b.origins, a.near | b.near, b.stale if a.stale is None else a.stale))


def _loosened(type: Type) -> Type:
    """A number held as part of a form is a number again where it meets another."""
    if isinstance(type, Static) and is_number(denote(type.value)):
        inner = denote(type.value)
        assert isinstance(inner, Const)
        return inner.type
    return type


def same(one: Form, other: Form) -> bool:
    """Equality that tells 1 from True and never asks an object's own __eq__ beyond strings and numbers."""
    if isinstance(one, Compound) or isinstance(other, Compound):
        return (
            isinstance(one, Compound)
            and isinstance(other, Compound)
            and (one.kind, len(one.items)) == (other.kind, len(other.items))
            and one.info == other.info
            and all(map(same, one.items, other.items))
        )
    return bool(form_key(one) == form_key(other))


def form_key(shape: Form) -> Any:
    """A hashable key of a form."""
    if isinstance(shape, Compound):
        info = shape.info if isinstance(shape.info, (str, tuple, int, Layout, Made)) else id(shape.info)
        info = form_key(shape.info) if shape.kind == "grown" else info
        return (shape.kind, info, tuple(map(form_key, shape.items)))
    if isinstance(shape, Static):
        value = shape.value
        if isinstance(value, (str, bytes, bool, int, float, complex, np.generic, np.dtype)):
            return ("static", type(value), repr(value) if isinstance(value, (float, complex)) else value)
        return ("static", id(value))
    return shape


def conform(builder: Builder, value: Value, shape: Form) -> Value:
    """The value made to fit a form that it joins into: numbers are cast, missing parts stay missing."""
    if isinstance(shape, Compound):
        if shape.kind == "maybe" and not (isinstance(value, Compound) and value.kind == "maybe"):
            missing = is_undefined(value)
            value = shape.over((UNDEF if missing else const(not is_none(value)), UNDEF if missing or is_none(value) else value))
        parts = zip(_parts(value, shape), shape.items, strict=True)
        return shape.over(tuple(conform(builder, v, f) for v, f in parts))
    assert not isinstance(value, Compound)
    if isinstance(shape, Scalar) and isinstance(value.type, Scalar) and value.type != shape:
        return builder.emit("cast", value, dtype=shape.dtype, weak=shape.weak)
    return value
