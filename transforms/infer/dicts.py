"""Dicts whose keys are known while compiling: objects with items in place of fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any

from difflang.containers import Container, RunDict
from difflang.errors import KeyMismatch
from difflang.ir import NONE, Atom, Node, const
from difflang.tree import Layout

from .frame import Frame, handles
from .grown import Fixed, Live
from .objects import check_fresh, new_cell, put, reference
from .values import Compound, Value, denote, known, python_value

Args = Sequence[Value]
Named = Mapping[str, Value]


def is_dict(value: Value) -> bool:
    return isinstance(value, Compound) and value.kind == "object" and value.info.layout.kind == "dict"


def class_of(value: Value) -> type[Container] | None:
    """The class of a container of the run."""
    if isinstance(value, Compound) and value.kind == "object" and issubclass(value.info.layout.cls, Container):
        found: type[Container] = value.info.layout.cls
        return found
    return None


def new_dict(keys: Sequence[Any], values: Sequence[Value]) -> Compound:
    return reference(new_cell(Layout("dict", dict, tuple(keys)), values))


def items_of(frame: Frame, value: Value) -> dict[Any, Value]:
    """The items of a dict now. Of one that is known while compiling too."""
    if known(value) and isinstance(python_value(value), dict):
        return {key: denote(item) for key, item in python_value(value).items()}
    if not is_dict(value):
        frame.fail("DL005", "a dict of which the keys are known is needed here")
    assert isinstance(value, Compound)
    check_fresh(frame, value.info)
    return dict(value.info.fields)


def dict_keys(frame: Frame, value: Value) -> Compound:
    return Compound("tuple", tuple(map(denote, items_of(frame, value))))


@handles("dict")
def _dict(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    """`{key: value, **other}`: keys and values in turn; where `starred` names a pair, its value is another dict."""
    from .run_dicts import dict_set
    from .run_dicts import made as empty

    made: dict[Any, Value] = {}
    starred = set(node.attrs.get("starred", ()))
    site = (frame.signature, node, "dict")
    live = site in frame.inference.lists.live
    owner = empty(frame, RunDict) if live else Compound("none")
    for k in range(len(values) // 2):
        key, value = values[2 * k : 2 * k + 2]
        if k in starred:
            for name, part in items_of(frame, value).items():
                if live:
                    dict_set(frame, owner, denote(name), part)
                else:
                    made[name] = part
        elif known(key) and not live:
            made[key_of(frame, key)] = value
        else:
            _on_run(frame, site, key)
            dict_set(frame, owner, key, value)
    if live:
        return (owner,)
    new = new_dict(tuple(made), tuple(made.values()))
    new.info.site = site
    return (new,)


def _on_run(frame: Frame, site: Any, key: Value) -> None:
    """A key that shows while the program runs: the dict is one of the run."""
    if site in frame.inference.lists.live:
        return
    reason = "the key of a dict must be known while compiling here"
    error = Fixed("DL011", reason, frame.place, "write a constant, or pass it as a static argument", frame.function.origin)
    error.remedy = Live(frozenset({site})) if site is not None else None
    raise error


def key_of(frame: Frame, key: Value) -> Any:
    found = frame.constant(key, "the key of a dict")
    if not _is_key(found):
        frame.fail("DL001", f"{found!r} as the key of a dict is outside the language", "use a text, a number or an enum member")
    return found


def _is_key(found: Any) -> bool:
    return all(map(_is_key, found)) if isinstance(found, tuple) else found is None or isinstance(found, (str, int, float, Enum, type))


def dict_item(frame: Frame, value: Value, pattern: Sequence[str], operands: Sequence[Value]) -> Value:
    """d[key]."""
    items = items_of(frame, value)
    asked = written_key(frame, pattern, operands)
    from .lookups import is_lookup, looked_up

    if is_lookup(value, asked, list(items)):
        return looked_up(frame, items, asked)
    key = _known_key(frame, value, asked)
    if key not in items:
        frame.fail("DL005", f"KeyError: {key!r}", f"its keys are {', '.join(map(repr, items))}", KeyMismatch)
    return items[key]


def _known_key(frame: Frame, owner: Value, key: Value) -> Any:
    """A key, which must be known while compiling where the dict is not one of the run."""
    if not known(key):
        _on_run(frame, owner.info.site, key)  # type: ignore[union-attr]
    return key_of(frame, key)


def written_key(frame: Frame, pattern: Sequence[str], operands: Sequence[Value]) -> Value:
    if not set(pattern) <= {"i", "n"}:
        frame.fail("DL005", "a slice is no key of a dict")
    left = iter(operands)
    keys = [NONE if code == "n" else next(left) for code in pattern]
    return keys[0] if len(keys) == 1 else Compound("tuple", tuple(keys))


def set_dict_item(frame: Frame, target: Value, pattern: Sequence[str], operands: Sequence[Value], value: Value) -> None:
    """d[key] = value."""
    assert isinstance(target, Compound)
    put(frame, target.info, _known_key(frame, target, written_key(frame, pattern, operands)), value)


def _get(frame: Frame, owner: Compound, args: Args, kwargs: Named) -> Value:
    from .lookups import got, is_lookup

    items, default = items_of(frame, owner), args[1] if len(args) > 1 else kwargs.get("default", NONE)
    if is_lookup(owner, args[0], list(items)):
        return got(frame, items, args[0], default)
    return items.get(_known_key(frame, owner, args[0]), default)


def _items(frame: Frame, owner: Compound, args: Args, kwargs: Named) -> Value:
    return Compound("tuple", tuple(Compound("tuple", (denote(key), value)) for key, value in items_of(frame, owner).items()))


def _values(frame: Frame, owner: Compound, args: Args, kwargs: Named) -> Value:
    return Compound("tuple", tuple(items_of(frame, owner).values()))


def _keys(frame: Frame, owner: Compound, args: Args, kwargs: Named) -> Value:
    return dict_keys(frame, owner)


def _copy(frame: Frame, owner: Compound, args: Args, kwargs: Named) -> Value:
    items = items_of(frame, owner)
    return new_dict(tuple(items), tuple(items.values()))


def _update(frame: Frame, owner: Compound, args: Args, kwargs: Named) -> Value:
    for other in args:
        for key, value in items_of(frame, other).items():
            put(frame, owner.info, key, value)
    for key, value in kwargs.items():
        put(frame, owner.info, key, value)
    return NONE


def _setdefault(frame: Frame, owner: Compound, args: Args, kwargs: Named) -> Value:
    key = _known_key(frame, owner, args[0])
    if key not in items_of(frame, owner):
        put(frame, owner.info, key, args[1] if len(args) > 1 else NONE)
    return items_of(frame, owner)[key]


def _pop(frame: Frame, owner: Compound, args: Args, kwargs: Named) -> Value:
    """d.pop(key, default)"""
    items, key = items_of(frame, owner), _known_key(frame, owner, args[0])
    if key not in items and len(args) > 1:
        return args[1]
    if key not in items:
        frame.fail("DL005", f"KeyError: {key!r}", f"its keys are {', '.join(map(repr, items))}", KeyMismatch)
    put(frame, owner.info, key, items[key])
    del owner.info.fields[key]
    return items[key]


def delete(frame: Frame, owner: Value, pattern: Sequence[str], operands: Sequence[Value]) -> None:
    """del d[key]"""
    assert isinstance(owner, Compound)
    _pop(frame, owner, [written_key(frame, pattern, operands)], {})


def _emptied(frame: Frame, owner: Compound, args: Args, kwargs: Named) -> Value:
    frame.fail("DL001", "removing items of a dict that are not named is outside the language", "make a new dict")


DICT_METHODS: dict[str, Callable[[Frame, Compound, Args, Named], Value]] = {
    "get": _get, "items": _items, "values": _values, "keys": _keys, "copy": _copy, "update": _update, "setdefault": _setdefault,
    "pop": _pop, "popitem": _emptied, "clear": _emptied,
}  # fmt: skip


def dict_method(frame: Frame, owner: Value, name: str, args: Args, kwargs: Named) -> Value:
    """d.items() and its kin."""
    assert isinstance(owner, Compound)
    method = DICT_METHODS.get(name)
    if method is None:
        frame.fail("DL025", f"the method {name!r} of a dict is outside the language")
    return method(frame, owner, args, kwargs)


def united(frame: Frame, one: Value, other: Value) -> Value:
    """one | other."""
    items = {**items_of(frame, one), **items_of(frame, other)}
    return new_dict(tuple(items), tuple(items.values()))


def contains(frame: Frame, owner: Value, key: Value) -> Value:
    """key in d."""
    from .lookups import is_lookup, is_there

    items = items_of(frame, owner)
    return is_there(frame, items, key) if is_lookup(owner, key, list(items)) else const(_known_key(frame, owner, key) in items)


def object_truth(frame: Frame, value: Compound) -> Atom:
    """bool(object): what __bool__ or __len__ says, else True."""
    from .structs import special

    from .run_dicts import size

    if is_dict(value):
        return const(bool(items_of(frame, value)))
    if class_of(value) is not None:
        return frame.truth(size(frame, value))
    for name in ("__bool__", "__len__"):
        found = special(frame, value, name)
        if found is not None:
            return frame.truth(found)
    return const(True)


__all__ = [
    "class_of", "contains", "delete", "dict_item", "dict_keys", "dict_method", "is_dict", "items_of", "new_dict", "object_truth",
    "set_dict_item", "united", "written_key",
]  # fmt: skip
