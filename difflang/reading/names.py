"""What the names of a function mean that are not its own: globals, builtins, the enclosing functions' variables.

Numbers and arrays are captured: hidden parameters, read afresh at every call. Functions, classes, modules,
strings, None are static: constants, each with a guard. Numbers inside NumPy and math (`np.pi`) never change and are
constants without one. A tuple is taken apart: its items are constants or captures, the tuple itself is guarded. Lists, dicts and
sets are static: `infer/held.py` reads what they hold.
"""

from __future__ import annotations

import builtins
import enum
import importlib
import math
import sys
from collections.abc import Callable, Iterable
from types import CodeType, FunctionType, ModuleType
from typing import Any, Union

import numpy as np

from ..ir import NONE, Capture, Const, Guard, Outside, const, static
from ..records import dataclass
from ..types import type_of

LIBRARIES = frozenset({"numpy", "math", "cmath", "operator", "functools", "itertools", "builtins", "scipy"})


IMPORT = "import "
"""What the name of a route begins with that leads to a module imported inside the function."""


@dataclass(frozen=True, slots=True)
class Route:
    """How the text reaches an object: a name, then attributes (strings) or items of tuples (ints)."""

    name: str
    steps: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return self.name + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)

    def then(self, step: str | int) -> Route:
        return Route(self.name, (*self.steps, step))


@dataclass(frozen=True, slots=True)
class Captured:
    """The route leads to a number or an array."""

    route: Route


Meaning = Union[Const, Captured, tuple["Meaning", ...]]


class Missing(LookupError):
    """Nothing is there; the argument says what."""


class Unfit(LookupError):
    """Something is there that the language cannot use; the arguments are the reason and the way out."""


class Names:
    """The surroundings of one function object."""

    def __init__(self, function: FunctionType) -> None:
        self._globals = function.__globals__
        self._prefix = private_prefix(function.__code__)
        self._cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        self._known: dict[Route, Meaning] = {}
        self.static: dict[Route, Any] = {}
        self.imports: dict[str, str] = {}
        self.package = str(self._globals.get("__package__") or "")

    def spelled(self, name: str) -> str:
        """The name as Python stores it."""
        return self._prefix + name if name.startswith("__") and not name.endswith("__") else name

    def root(self, name: str) -> Callable[[], Any]:
        """A function that reads the name's value now. It raises Missing."""
        if name.startswith(IMPORT):
            return lambda: _imported(name[len(IMPORT) :], self.package)
        if name in self._cells:
            cell = self._cells[name]

            def read_cell() -> Any:
                try:
                    return cell.cell_contents
                except ValueError:
                    raise Missing(f"the name {name!r} has no value yet") from None

            return read_cell
        names, builtin = self._globals, vars(builtins)

        def read_global() -> Any:
            value = names.get(name, names)
            if value is names:
                value = builtin.get(name, names)
            if value is names:
                raise Missing(f"the name {name!r} is not defined")
            return value

        return read_global

    def reader(self, route: Route) -> Callable[[], Any]:
        """A function that reads what the route leads to now."""
        root = self.root(route.name)
        if not route.steps:
            return root

        def read() -> Any:
            value = root()
            for step in route.steps:
                value = value[step] if isinstance(step, int) else _attribute(value, step)
            return value

        return read

    def value(self, route: Route) -> Any:
        return self.reader(route)()

    def meaning(self, route: Route) -> Meaning:
        """What the route leads to. Raises Missing or Unfit."""
        if route not in self._known:
            value = self.value(route)
            if not route.steps and not route.name.startswith(IMPORT):
                self._note_import(route.name, value)
            self._known[route] = self._classify(route, value)
        return self._known[route]

    def _classify(self, route: Route, value: Any) -> Meaning:
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            self._guard(route, value)
            return tuple(self._item(route.then(k), item) for k, item in enumerate(value))
        if is_captured(value):
            return self._number(route, value)
        if isinstance(value, bytearray):
            raise Unfit(f"{route} is a captured bytearray, which is outside the language", "make it an array of np.uint8")
        if not self.in_library(route):
            self._guard(route, value)
        if isinstance(value, (list, dict, set)):
            return static(Outside(value))
        return NONE if value is None else static(value)

    def _guard(self, route: Route, value: Any) -> None:
        """Items of a tuple need none: the tuple has one. What is made anew at each reading (methods) cannot have one."""
        if not (route.steps and isinstance(route.steps[-1], int)) and self.value(route) is value:
            self.static[route] = value

    def _item(self, route: Route, item: Any) -> Meaning:
        """An item of a tuple: the tuple cannot change, so a number in it is a constant."""
        return const(item) if isinstance(item, (int, float, complex)) and not isinstance(item, np.generic) else self._classify(route, item)

    def _number(self, route: Route, value: Any) -> Meaning:
        if self.in_library(route) and not isinstance(value, np.ndarray):
            return Const(value, type_of(value), self._path(route))
        if isinstance(value, enum.Enum):  # a member of an IntEnum never changes
            return const(value.value)
        if value is False and str(route).rpartition(".")[2] == "TYPE_CHECKING":
            return const(False)
        return Captured(route)

    def _path(self, route: Route) -> str | None:
        """How the text says a number of math or NumPy."""
        owner, name = self.value(Route(route.name, route.steps[:-1])), route.steps[-1]
        return f"{owner.__name__}.{name}" if owner in (math, np) and name in ("pi", "e", "tau", "euler_gamma") else None

    def in_library(self, route: Route) -> bool:
        """Whether the route ends inside a module of Python's or NumPy's, where nothing changes."""
        owners = (self.value(Route(route.name, route.steps[:count])) for count in range(len(route.steps)))
        return any(map(is_library, owners))

    def _note_import(self, name: str, value: Any) -> None:
        """What an import statement would have to say for the name to mean this."""
        if isinstance(value, ModuleType):
            self.imports[name] = value.__name__
            return
        called = getattr(value, "__name__", None)
        if not isinstance(called, str) or name in vars(builtins) and name not in self._globals:
            return
        for home in (getattr(value, "__module__", None), "numpy"):
            module = sys.modules.get(home) if isinstance(home, str) else None
            if module is not None and home != self._globals.get("__name__") and getattr(module, called, None) is value:
                self.imports[name] = f"{home}.{called}"
                return

    def captures(self, routes: Iterable[Route]) -> tuple[Capture, ...]:
        return tuple(Capture(str(route), self.reader(route)) for route in routes)

    def guards(self) -> tuple[Guard, ...]:
        return tuple(Guard(str(route), self.reader(route), value) for route, value in self.static.items())


def _imported(module: str, package: str) -> Any:
    try:
        return importlib.import_module(module, package)
    except ImportError as error:
        raise Missing(str(error)) from None


def is_library(value: object) -> bool:
    """Whether a value is a module of Python's or NumPy's, where nothing changes."""
    return isinstance(value, ModuleType) and value.__name__.partition(".")[0] in LIBRARIES


def private_prefix(code: CodeType) -> str:
    """What Python puts before private names (`__x`) in this code: "_" and the class around it, or nothing."""
    for part in reversed(code.co_qualname.split(".<locals>.")):
        owner, _, _ = part.rpartition(".")
        if owner:
            return "_" + owner.rpartition(".")[2].lstrip("_")
    return ""


def is_captured(value: object) -> bool:
    """Whether a value of the surroundings becomes a hidden parameter."""
    return isinstance(value, (int, float, complex, np.ndarray, np.bool_, np.number))


def _attribute(value: Any, name: str) -> Any:
    try:
        return getattr(value, name)
    except AttributeError:
        owner = f"module {value.__name__!r}" if isinstance(value, ModuleType) else f"{type(value).__name__!r} object"
        raise Missing(f"{owner} has no attribute {name!r}") from None
