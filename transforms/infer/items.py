"""Items and attributes: `x[...]`, `x[...] = v`, `x.name`, `x.name(...)`."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from difflang.ir import Atom, Const, Node, Var, const, static
from difflang.library import METHODS as NUMBER_METHODS
from difflang.library import PARTS as NUMBER_PARTS
from difflang.op import BY_METHOD, BY_PROPERTY
from difflang.ops.index import result_type
from difflang.types import DTYPES, MANY, OPEN, Array, Nothing, Scalar, Static, Type, Unknown, is_complex, promote

from .choices import is_choice, of_each
from .dicts import class_of, dict_item, dict_method, is_dict, set_dict_item, written_key
from .failing import of_error
from .frame import Frame, handles
from .sizes import range_item, shape, size
from .structs import attribute as object_attribute
from .structs import call_method as method_of_object
from .structs import index_object, layout_in, of_super, own_method, special
from .values import Compound, Value, denote, is_none, is_static, is_undefined, known, python_value


@handles("getitem")
def _getitem(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    return (getitem(frame, values[0], node.attrs["pattern"], values[1:], node.out.hint),)


def getitem(frame: Frame, value: Value, pattern: Sequence[str], operands: Sequence[Value], hint: str = "t") -> Value:
    if is_undefined(value) or any(map(is_undefined, operands)):
        return value if is_undefined(value) else next(filter(is_undefined, operands))
    if class_of(value) is not None:
        from . import containers

        return containers.get(frame, value, written_key(frame, pattern, operands))  # type: ignore[arg-type]
    if own_method(value, "__getitem__") is not None:
        found = special(frame, value, "__getitem__", index_object(frame, pattern, operands))
        assert found is not None
        return found
    if is_dict(value):
        return dict_item(frame, value, pattern, operands)
    if isinstance(value, Compound):
        return _compound_item(frame, value, pattern, operands)
    if is_static(value):
        from .grids import made

        array = made(frame, python_value(value), pattern, operands)
        if array is not None:
            return array
        key = _python_key(pattern, [frame.constant(o, "an index into this object") for o in operands])
        with frame.fitting():
            return denote(value.value[key])  # type: ignore[union-attr]
    if isinstance(value.type, (Scalar, Nothing)):
        frame.fail("DL023", f"{value.type} cannot be indexed")
    codes, atoms = classify(frame, pattern, operands)
    if is_mask(codes, atoms):
        from .masks import picked

        return picked(frame, value, atoms[0])
    if isinstance(value.type, Array) and value.type.rank == 0 and not codes:
        return frame.emit("index", value, pattern=())
    with frame.fitting():
        type = result_type(value.type, codes, [_masked(frame, value.type, codes, a.type) for a in atoms])
    out = Var(hint, type)
    frame.builder.node("getitem", (value, *atoms), (out,), pattern=codes)
    return out


def _masked(frame: Frame, base: Type, codes: Sequence[str], type: Type) -> Type:
    """How many items a mask picks is not known before the run."""
    if isinstance(type, Array) and type.dtype == "bool":
        if type.rank != 1:
            frame.fail("DL023", "a mask with several axes beside other indices is outside the language", "use np.where")
        return Array("bool", (OPEN,))
    return type


def is_mask(codes: Sequence[str], atoms: Sequence[Atom]) -> bool:
    """Whether the index is one array of truths with several axes."""
    return tuple(codes) == ("a",) and isinstance(atoms[0].type, Array) and atoms[0].type.dtype == "bool" and atoms[0].type.rank > 1


def _compound_item(frame: Frame, value: Compound, pattern: Sequence[str], operands: Sequence[Value]) -> Value:
    if tuple(pattern) not in (("i",), ("s",), (":",)):
        frame.fail("DL023", f"a {value.kind} takes one index or slice")
    if value.kind == "grown" or (value.is_sequence and pattern[0] == "i" and not known(operands[0])):
        from .lists import part

        return part(frame, value, pattern, operands)
    if value.kind == "shape":
        axis = frame.constant(operands[0], "the axis of a shape") if pattern[0] == "i" else -1
        if not isinstance(axis, int) or axis < 0:
            frame.fail("DL019", "the number of axes is not known here", "give the function's argument types")
        return frame.emit("dim", value.items[0], axis=axis)
    if value.kind == "range" and pattern[0] == "i":
        return range_item(frame, value, operands[0])
    if value.unstacked is not None:
        found = getitem(frame, value.unstacked, pattern, operands)
        return found if pattern[0] == "i" else value.over((value.items[0].over((found,)),))
    if not value.is_sequence:
        frame.fail("DL023", f"a {value} cannot be indexed")
    key = _python_key(pattern, [frame.constant(o, f"an index into a {value.kind}") for o in operands])
    with frame.fitting():
        found = (value.items if value.kind == "tuple" else list(value.items))[key]
    return Compound(value.kind, tuple(found)) if isinstance(key, slice) else found


def _python_key(pattern: Sequence[str], operands: Sequence[Any]) -> Any:
    if pattern[0] == "s":
        return slice(*operands)
    return operands[0] if pattern[0] == "i" else slice(None)


def classify(frame: Frame, pattern: Sequence[str], operands: Sequence[Value]) -> tuple[tuple[str, ...], tuple[Atom, ...]]:
    """The pattern by what the operands really are: integers, arrays, None, tuples spliced in."""
    codes: list[str] = []
    atoms: list[Atom] = []
    left = iter(operands)
    alone = len(pattern) == 1
    for code in pattern:
        if code == "s":
            given = [next(left) for _ in range(3)]
            _add_slice(frame, given, codes, atoms)
        elif code in ("i", "a"):
            _add_item(frame, next(left), codes, atoms, alone)
        else:
            codes.append(code)
    if codes.count(".") > 1:
        frame.fail("DL023", "an index can only have a single ellipsis ('...')")
    if len(codes) == 1:
        return tuple(codes), tuple(atoms)
    return _without_wide_masks(frame, codes, atoms)


def _without_wide_masks(frame: Frame, codes: Sequence[str], atoms: Sequence[Atom]) -> tuple[tuple[str, ...], tuple[Atom, ...]]:
    """Masks with several axes beside other indices, as the positions where they are true: one array for each axis."""
    found: list[str] = []
    operands: list[Atom] = []
    rest = list(atoms)
    for code in codes:
        given = [rest.pop(0) for _ in range({"s": 3, "i": 1, "a": 1}.get(code, 0))]
        type = given[0].type if code == "a" else None
        if isinstance(type, Array) and type.dtype == "bool" and type.rank > 1:
            positions: Any = frame.emit("nonzero", given[0])
            found += ["a"] * type.rank
            operands += positions
        else:
            found.append(code)
            operands += given
    return tuple(found), tuple(operands)


def _add_slice(frame: Frame, given: Sequence[Value], codes: list[str], atoms: list[Atom]) -> None:
    from .control import as_index

    if all(map(is_none, given)):
        codes.append(":")
        return
    if isinstance(given[2], Const) and isinstance(given[2].value, int) and given[2].value == 0:
        frame.fail("DL023", "slice step cannot be zero")
    codes.append("s")
    for value in given:
        atoms.append(value if is_none(value) else as_index(frame, value, "a slice"))  # type: ignore[arg-type]


def _add_item(frame: Frame, value: Value, codes: list[str], atoms: list[Atom], alone: bool) -> None:
    from .arrays import index_array
    from .control import as_index

    if isinstance(value, Compound) and value.kind == "tuple" and alone:
        for item in value.items:
            _add_item(frame, item, codes, atoms, alone=False)
        return
    if isinstance(value, Compound) and value.kind == "slice":
        _add_slice(frame, value.items, codes, atoms)
        return
    if isinstance(value, Compound):
        value = index_array(frame, value)
    if is_none(value):
        codes.append("n")
    elif is_static(value):
        _add_object(frame, python_value(value), codes, atoms)
    elif isinstance(value.type, Array) and value.type.rank:
        if value.type.dtype[0] not in "iub":
            frame.fail("DL023", "arrays used as indices must be of integer (or boolean) type")
        codes.append("a")
        atoms.append(value)
    elif isinstance(value.type, (Scalar, Array)) and value.type.dtype == "bool":
        way_out = "choose with if or np.where; NumPy gives an axis of no or one element: x[None][np.array([truth])]"
        frame.fail("DL023", "one truth as an index is outside the language, it would be a mask of no axis", way_out)
    else:
        codes.append("i")
        atoms.append(value if _is_int(value.type) else as_index(frame, value, "an index"))


def _is_int(type: Type) -> bool:
    return isinstance(type, Scalar) and type.dtype[0] in "iu"


def _add_object(frame: Frame, item: Any, codes: list[str], atoms: list[Atom]) -> None:
    if item is Ellipsis:
        codes.append(".")
    elif isinstance(item, slice):
        _add_slice(frame, [denote(part) for part in (item.start, item.stop, item.step)], codes, atoms)
    else:
        frame.fail("DL023", f"{item!r} is no index")


@handles("setitem")
def _setitem(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    setitem(frame, values[0], values[1], node.attrs["pattern"], values[2:])
    return (values[0],) * len(node.outs)


def setitem(frame: Frame, target: Value, value: Value, pattern: Sequence[str], operands: Sequence[Value], accumulate: bool = False) -> None:
    """target[...] = value; with `accumulate` np.add.at: the value is added, as often as an index is named."""
    if any(map(is_undefined, (target, value, *operands))):
        return
    if class_of(target) is not None:
        from . import containers

        containers.store(frame, target, written_key(frame, pattern, operands), value)  # type: ignore[arg-type]
        return
    if own_method(target, "__setitem__") is not None:
        special(frame, target, "__setitem__", index_object(frame, pattern, operands), value)
        return
    if is_dict(target):
        return set_dict_item(frame, target, pattern, operands, value)
    if isinstance(target, Compound) and target.kind in ("list", "grown") and tuple(pattern) in (("i",), (":",), ("s",)):
        from .list_methods import set_part

        set_part(frame, target, value, operands)
        return
    if isinstance(target, Compound) or not isinstance(target.type, (Array, Unknown)):
        kind = target.kind if isinstance(target, Compound) else str(target.type)
        way_out = "use an array: np.array(...)" if kind == "list" else ""
        frame.fail("DL039", f"a {kind} does not support item assignment", way_out)
    codes, atoms = classify(frame, pattern, operands)
    atom = frame.atom(value)
    if is_mask(codes, atoms):
        from .masks import put

        put(frame, target, atom, atoms[0], accumulate)
        return
    with frame.fitting():
        region = result_type(target.type, codes, [_masked(frame, target.type, codes, a.type) for a in atoms])
        promote(atom.type)
    if isinstance(region, Scalar) and isinstance(atom.type, Array) and atom.type.rank:
        if MANY in atom.type.dims:
            frame.fail("DL041", "setting an array element with a sequence")
        atom = frame.only_element(atom, "setting an array element with a sequence", "one element")
    attrs: dict[str, Any] = {"pattern": codes, **({"accumulate": True} if accumulate else {})}
    frame.builder.node("setitem", (target, atom, *atoms), (), **attrs)


@handles("attr")
def _attr(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    return (attribute(frame, values[0], node.attrs["name"]),)


def attribute(frame: Frame, value: Value, name: str) -> Value:
    if is_undefined(value):
        return value
    if is_choice(value):
        return of_each(frame, value, lambda one: attribute(frame, one, name), name)
    if is_static(value):
        return static_attribute(frame, python_value(value), name)
    if class_of(value) is not None:
        return Compound("bound", (value,), name)
    if layout_in(value) is not None:
        return object_attribute(frame, value, name)
    if isinstance(value, Compound) and value.kind == "super":
        return object_attribute(frame, value.items[0], name, value.info)
    if isinstance(value, Compound) and value.kind in ("exception", "caught"):
        return of_error(frame, value, name)
    if isinstance(value, Compound):
        return Compound("bound", (value,), name)
    type = value.type
    if isinstance(type, (Array, Unknown)) or (isinstance(type, Scalar) and not type.weak):
        found = _array_attribute(frame, value, name)
        if found is not None:
            return found
    if isinstance(type, Scalar) and is_complex(type) and name in BY_PROPERTY:
        return frame.emit(name, value)
    if name in BY_METHOD or name in METHODS or (isinstance(type, Scalar) and (type.dtype, name) in NUMBER_METHODS):
        return Compound("bound", (value,), name)
    if isinstance(type, Scalar) and type.weak and name in NUMBER_PARTS:
        return value if NUMBER_PARTS[name] is None else const(NUMBER_PARTS[name][type.dtype == "f64"])
    frame.asked_of_arrays(type, name)
    frame.fail("DL025", f"{type} has no attribute {name!r} in the language", "write it with the operations of the language")


def static_attribute(frame: Frame, owner: Any, name: str) -> Value:
    if isinstance(owner, frozenset) and not hasattr(owner, name) and hasattr(set, name):
        from .orders import changing_set

        changing_set(frame, owner, name)
    with frame.fitting():
        found = getattr(owner, name)
    library = (getattr(owner, "__name__", "") if isinstance(owner, ModuleType) else type(owner).__module__).partition(".")[0]
    if isinstance(found, (np.ndarray, float, int, np.generic)) and not isinstance(found, bool) and library not in ("math", "numpy"):
        return frame.capture(name, lambda: getattr(owner, name))
    return frame.held(found, name) if isinstance(found, (list, dict, set)) and library not in ("math", "numpy") else denote(found)


def _array_attribute(frame: Frame, value: Atom, name: str) -> Value | None:
    type = value.type
    if name == "shape":
        return shape(frame, value)
    if name == "ndim":
        return const(frame.rank(value, "ndim"))
    if name == "dtype":
        if isinstance(type, Unknown):
            frame.fail("DL019", "the dtype is not known here", "give the function's argument types")
        return static(DTYPES[type.dtype])  # type: ignore[union-attr]
    if name == "size":
        return size(frame, value)
    if name == "T":
        return value if isinstance(type, Scalar) else transpose(frame, value)
    if name == "flat" and isinstance(type, Array):
        return frame.emit("reshape", value, const(-1))
    if name in ("itemsize", "nbytes") and not isinstance(type, Unknown):
        width = const(DTYPES[type.dtype].itemsize)  # type: ignore[union-attr]
        return width if name == "itemsize" else frame.emit("mul", size(frame, value), width)
    if name == "real" and not isinstance(type, Unknown) and not is_complex(type):
        return value
    if name in BY_PROPERTY:
        from .arrays import call_row

        return call_row(frame, BY_PROPERTY[name], None, [value], {})
    return None


def transpose(frame: Frame, value: Atom, axes: Sequence[int] | None = None) -> Value:
    if isinstance(value.type, Array):
        axes = tuple(axes) if axes is not None else tuple(reversed(range(value.type.rank)))
        if axes == tuple(range(value.type.rank)):
            return value
    return frame.emit("transpose", value, axes=axes)


@handles("method")
def _method(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    from .calls import call
    from .starred import arguments

    args, kwargs = arguments(frame, values[1:], node.attrs)
    owner, name = values[0], node.attrs["name"]
    if is_static(owner):
        return (call(frame, static_attribute(frame, python_value(owner), name), args, kwargs, node.out.hint),)
    return (call_method(frame, owner, name, args, kwargs),)


METHODS = ("copy", "astype", "fill", "item", "tolist", "is_integer", "dot", "ravel", "flatten", "view", "setfield", "sort")


def call_method(frame: Frame, owner: Value, name: str, args: Sequence[Value], kwargs: dict[str, Value]) -> Value:
    """A method of a number, an array or a tuple."""
    from .arrays import ARRAY_METHODS, call_row

    if is_undefined(owner):
        return owner
    if class_of(owner) is not None:
        from . import containers

        return containers.method(frame, owner, name, args, kwargs)  # type: ignore[arg-type]
    if layout_in(owner) is not None:
        return method_of_object(frame, owner, name, args, kwargs)
    if isinstance(owner, Compound) and owner.kind == "super":
        return of_super(frame, owner, name, args, kwargs)
    if is_dict(owner):
        return dict_method(frame, owner, name, args, kwargs)
    if isinstance(owner, Compound):
        from .list_methods import sequence_method

        return sequence_method(frame, owner, name, args, kwargs)
    if isinstance(owner.type, (Nothing, Static)):
        frame.fail("DL025", f"{owner.type} has no method {name!r}")
    if name in ARRAY_METHODS:
        return ARRAY_METHODS[name](frame, owner, args, kwargs)
    if name in BY_METHOD:
        return call_row(frame, BY_METHOD[name], None, [owner, *args], kwargs)
    if isinstance(owner.type, Scalar) and (owner.type.dtype, name) in NUMBER_METHODS:
        from .numbers import by_text

        return by_text(frame, NUMBER_METHODS[owner.type.dtype, name], [owner, *args], kwargs)
    frame.asked_of_arrays(owner.type, name)
    frame.fail("DL025", f"the method {name!r} is outside the language", "write it with the operations of the language")
