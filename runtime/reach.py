"""What a function can reach: the functions behind its names, the objects its text depends on, and one hash of all of it.

The walk goes over code objects, not over text: it takes a tenth of a millisecond a function and needs no reader. It takes in
more than a program uses (an attribute's name may also be a global's); that costs a cache miss now and then, never a wrong hit.
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import re
import sys
from collections.abc import Hashable, Iterator
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from .load import ABSENT, Lookup

LIBRARIES = frozenset("numpy math cmath operator functools itertools builtins scipy difflang typing collections logging warnings".split())
"""Modules whose contents do not change while a program runs."""

_NOT_READ = frozenset(
    "__module__ __dict__ __weakref__ __doc__ __annotations__ __dataclass_params__ __abstractmethods__ _abc_impl __repr__ __str__ "
    "__hash__ __reduce__ __firstlineno__ __static_attributes__".split()
)
_NUMBERS = (int, float, complex, np.ndarray, np.generic)
_STEP = re.compile(r"\w+")

RULES: dict[Any, list[Any]] = {}
"""Derivative rules of the user's: function -> the functions that state them. They belong to what the function reaches."""


MOST_ITEMS = 4096
"""A longer list is not looked through: no program reads it item by item."""


class _Contents:
    """What a list, dict or set held once. Called, it gives itself as long as that is so, numbers left aside: what a guard asks."""

    def __init__(self, owner: list[Any] | dict[Any, Any] | set[Any]) -> None:
        self.owner = owner
        self.then = list(_fixed(owner))

    def __call__(self) -> Any:
        now = _fixed(self.owner)
        same = len(self.owner) * 2 == len(self.then) and all(a is b or a == b and _is_plain(a) for a, b in zip(now, self.then, strict=True))
        return self if same else ABSENT


def _items(owner: list[Any] | dict[Any, Any] | set[Any]) -> list[tuple[Any, Any]]:
    if isinstance(owner, dict):
        return list(owner.items())
    return [(None, item) for item in owner] if isinstance(owner, list) else [(item, None) for item in sorted(owner, key=repr)]


def _fixed(owner: list[Any] | dict[Any, Any] | set[Any]) -> Iterator[Any]:
    """The items, with all numbers that are read at each call alike."""
    for key, item in _items(owner):
        yield key
        yield _NUMBERS if isinstance(item, _NUMBERS) and not isinstance(item, bool) else item


def _is_plain(value: Any) -> bool:
    """Whether equality says that two values mean the same."""
    return isinstance(value, (str, int, float))


class Reach:
    """Everything that `root` depends on.

    `functions`: the Python functions reached, the root's own first. `guards`: (where, what stands there now) for all that
    compiled code takes as fixed. `numbers`: where the numbers and arrays stand that it reads at each call. `digest`: a hash
    of it all. `storable`: whether another process can tell from the hash that it means the same.
    """

    def __init__(self, root: Any) -> None:
        self.functions: list[FunctionType] = []
        self.guards: list[tuple[Lookup, Any]] = []
        self.numbers: list[Lookup] = []
        self.storable = True
        self._hash = hashlib.sha256()
        self._seen: dict[int, int] = {}
        self._kept: list[Any] = []  # what `_seen` knows by identity must not die
        self._looked: set[tuple[int, int]] = set()
        self._seen_attributes: set[tuple[int, str]] = set()
        self._value(root)
        self.digest = self._hash.hexdigest()

    def current(self) -> bool:
        """Whether every guarded name still means what it meant."""
        for lookup, expected in self.guards:
            try:
                found = lookup.read()
            except NameError:
                found = ABSENT
            if found is not expected:
                return False
        return all(self._is_number(lookup) for lookup in self.numbers)

    @staticmethod
    def _is_number(lookup: Lookup) -> bool:
        try:
            return isinstance(lookup.read(), _NUMBERS)
        except NameError:
            return False

    def lookup(self, index: int, text: str) -> Lookup:
        """Where the name `text` of the function number `index` leads: `x`, or `module.x`, `settings[0]`. Raises NameError."""
        name, *steps = _STEP.findall(text)
        function = self.functions[index]
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        if name in cells:
            root = Lookup(None, cells[name])
        elif name in function.__globals__:
            root = Lookup(function.__globals__, sys.intern(name))
        else:
            raise NameError(f"name {name!r} is not defined")
        if not steps:
            return root

        def read() -> Any:
            value = root.read()
            for step in steps:
                value = value[int(step)] if step.isdigit() else getattr(value, step)
            return value

        return Lookup(1, read)

    def _say(self, *items: object) -> None:
        self._hash.update(repr(items).encode())

    def _value(self, value: Any) -> None:
        """Hash one object, and all that it reaches."""
        if id(value) in self._seen:
            self._say("again", self._seen[id(value)])
            return
        if value is None or isinstance(value, (str, bytes, bool, int, float, np.generic, np.dtype, type(Ellipsis))):
            self._say(type(value).__name__, value)
            return
        self._seen[id(value)] = len(self._seen)
        self._kept.append(value)
        if isinstance(value, FunctionType):
            self._function(value)
        elif hasattr(value, "__difflang_root__"):
            self._say("decorated")
            self._value(value.__difflang_root__)
        elif hasattr(type(value), "__difflang_program__"):
            self._derived(value)
        else:
            self._object(value)

    def _derived(self, value: Any) -> None:
        """A derived function: a dataclass over its base."""
        self._say("derived", type(value).__qualname__)
        for name in type(value).__dataclass_fields__:
            self._say(name)
            self._value(getattr(value, name))

    def _object(self, value: Any) -> None:
        if isinstance(value, (tuple, frozenset)):
            self._say(type(value).__name__, len(value))
            for item in value:
                self._value(item)
        elif isinstance(value, (list, dict, set)):
            self._container(value)
        elif isinstance(value, ModuleType):
            self._say("module", value.__name__)
        elif isinstance(value, (BuiltinFunctionType, np.ufunc)) or _in_library(value):
            name = getattr(value, "__name__", value.__class__.__name__)  # SciPy's ufuncs have no other name
            self._say("builtin", getattr(value, "__module__", None), getattr(value, "__qualname__", name))
            self._rules(value)
            for rule in RULES.get(value, ()) if value.__hash__ is not None else ():
                self._value(rule)
        elif isinstance(value, functools.partial):
            self._say("partial")
            for item in (value.func, value.args, tuple(sorted(value.keywords.items()))):
                self._value(item)
        elif isinstance(value, MethodType):
            self._value(value.__func__)
            self._value(value.__self__)
        elif isinstance(value, type):
            self._class(value)
        elif hasattr(value, "__wrapped__"):
            self._value(value.__wrapped__)
        else:
            self._instance(value)

    def _container(self, value: list[Any] | dict[Any, Any] | set[Any]) -> None:
        """A list, dict or set: its length, its keys, and what it holds beside numbers must stay what they are."""
        self._say(type(value).__qualname__, len(value))
        self.storable = False
        if len(value) > MOST_ITEMS:
            return
        fixed = _Contents(value)
        self.guards.append((Lookup(1, fixed), fixed))
        for key, item in _items(value):
            self._value(key)
            if isinstance(item, _NUMBERS) and not isinstance(item, bool):
                self._say(type(item).__name__)
            else:
                self._value(item)

    def _instance(self, value: Any) -> None:
        """An object of the program's: what it holds beside numbers, which are read at each call, must stay what it is."""
        self._say(type(value).__qualname__)
        self.storable = False
        held = getattr(value, "__dict__", None)
        if type(held) is not dict or _in_library(type(value)):
            return
        self._value(type(value))
        for name, item in list(held.items()):
            if isinstance(item, bool) or not isinstance(item, _NUMBERS):
                self._guard(Lookup(held, name), item)
                self._value(item)

    def _class(self, cls: type) -> None:
        """A class of the program's: its methods and constants, those of its bases, and how its dataclass fields are filled."""
        self._say("class", cls.__module__, cls.__qualname__)
        for base in cls.__mro__:
            if base is object or _in_library(base):
                continue
            for name, held in sorted(vars(base).items()):
                if name in _NOT_READ:
                    continue
                self._say(name)
                if isinstance(held, FunctionType) and _in_library(held):
                    self._say(held.__module__, held.__qualname__)
                elif isinstance(held, _NUMBERS):
                    self._say(type(held).__name__, repr(held) if not isinstance(held, np.ndarray) else held.dtype)
                elif isinstance(held, property):
                    for function in (held.fget, held.fset):
                        self._value(function)
                elif isinstance(held, (staticmethod, classmethod)):
                    self._value(held.__func__)
                elif isinstance(held, FunctionType) and held.__code__.co_filename == "<string>":
                    self._code(held.__code__)  # written by `dataclass`
                elif name == "__dataclass_fields__":
                    self._fields(held)
                elif isinstance(held, (FunctionType, str, bytes, bool, tuple, type(None), type)) or hasattr(held, "__difflang_root__"):
                    self._value(held)

    def _fields(self, fields: dict[str, Any]) -> None:
        for name, field in fields.items():
            self._say(name, field.init, field.compare, str(field._field_type), str(field.type))
            for filled in (field.default, field.default_factory):
                if isinstance(filled, np.ndarray):
                    self.storable = False
                elif type(filled).__name__ != "_MISSING_TYPE":
                    self._value(filled)

    def _rules(self, target: Any) -> None:
        """The derivative rules that the user states for a function."""
        if isinstance(target, Hashable):
            for rule in RULES.get(target, ()):
                self._value(rule)

    def _function(self, function: FunctionType) -> None:
        self.functions.append(function)
        code = function.__code__
        self._say("function", function.__module__, code.co_filename, code.co_firstlineno)
        self._code(code)
        self._value(function.__defaults__)
        self._value(tuple(sorted((function.__kwdefaults__ or {}).items())))
        self._rules(function)
        names = set(_names(code))
        for target in list(RULES):  # such as np.sinc: what a library holds is not walked
            if getattr(target, "__name__", None) in names:
                self._rules(target)
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            self._cell(name, cell, names)
        for name in sorted(names):
            self._name(function.__globals__, name, names)

    def _code(self, code: CodeType) -> None:
        self._say(code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_flags)
        self._say(code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_name)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self._code(constant)
            else:
                self._say(type(constant).__name__, constant)

    def _cell(self, name: str, cell: CellType, names: set[str]) -> None:
        try:
            value = cell.cell_contents
        except ValueError:
            self._say("empty cell", name)
            return
        self._found(Lookup(None, cell), name, value, names)

    def _name(self, space: dict[str, Any], name: str, names: set[str]) -> None:
        if name in space:
            self._found(Lookup(space, name), name, space[name], names)
        elif hasattr(builtins, name):
            self._guard(Lookup(space, name), ABSENT)

    def _found(self, lookup: Lookup, name: str, value: Any, names: set[str]) -> None:
        """A name has a value: a number is read at each call, anything else is fixed."""
        self._say("name", name)
        if isinstance(value, _NUMBERS):
            self._say("number")
            if lookup.words() not in self._looked:
                self._looked.add(lookup.words())
                self.numbers.append(lookup)
            return
        self._guard(lookup, value)
        if isinstance(value, (list, dict, set)) and _is_foreign(lookup.space):
            self._say(type(value).__name__)
            return
        self._value(value)
        if isinstance(value, ModuleType) and not _in_library(value):
            space = vars(value)
            for attribute in sorted(names & space.keys()):
                if (id(space), attribute) not in self._seen_attributes:
                    self._seen_attributes.add((id(space), attribute))
                    self._found(Lookup(space, attribute), attribute, space[attribute], names)

    def _guard(self, lookup: Lookup, expected: Any) -> None:
        if lookup.words() not in self._looked:
            self._looked.add(lookup.words())
            self.guards.append((lookup, expected))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _is_foreign(space: dict[str, Any] | int | None) -> bool:
    """Whether a name stands in a module of Python's or a library's: its tables and memories (`sys.modules`, `re._cache`) are its own."""
    name = space.get("__name__") if isinstance(space, dict) else None
    return isinstance(name, str) and name.partition(".")[0] in LIBRARIES | sys.stdlib_module_names and name != "__main__"


def _in_library(value: Any) -> bool:
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    return isinstance(name, str) and name.partition(".")[0] in LIBRARIES


__all__ = ["RULES", "Reach"]
