"""The object that `dl.differentiable` returns: a function of the language that can be called from Python.

A call goes straight to machine code through the slot of `runtime.callable.Native`. What no specialisation takes (new types,
keywords, defaults, subclasses, arrays that overlap) comes to `_prepare`: it binds the arguments as Python would, compiles what is
missing, and calls the machine code through a second object, `_direct`, that takes bound arguments only.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from types import BuiltinFunctionType, EllipsisType, FunctionType, MethodType, ModuleType
from typing import Any
from weakref import WeakSet

import numpy as np

from difflang.config import Options
from difflang.errors import DifflangError, IntegerOverflow, TypeMismatch
from difflang.signatures import signature, unfit
from difflang.types import Static, Tuple, Type, type_of

from . import boundary, by_value, crossing, overlap
from .into import into
from ..runtime.callable import Native, fast, uninstall
from ..runtime.load import ABSENT, bind
from ..runtime.reach import Reach
from .specialise import Specialised, number_type, program_for, specialise, uncollected

_UNCHECKED, _BOUND = 1, 2
_LOCK = threading.RLock()
_ALIVE: WeakSet[DifferentiableFunction] = WeakSet()
_plain_depth = 0
GRAD: list[Callable[..., Any]] = []
"""The face's `grad`, which makes derived functions; the face enters it."""


@fast
class _Direct(Native):
    """Machine code called with arguments that `_prepare` has prepared."""


def _not_taken(*args: Any) -> Any:
    return crossing.NOT_TAKEN


@fast
class DifferentiableFunction(Native):
    """A Python function that runs as machine code, specialised to the types of its arguments."""

    def __init__(self, function: Callable[..., Any], options: Options) -> None:
        functools.update_wrapper(self, function)
        self.__dict__["_options"] = options
        self.__dict__["_root"] = function
        self._reset()
        _ALIVE.add(self)

    def _reset(self) -> None:
        """Forget every specialisation."""
        uninstall(self)
        state = self.__dict__
        direct = _Direct()
        direct._flags = _UNCHECKED | _BOUND
        state["_direct"], state["_reaches"], state["_known"], state["_crossings"], state["_overlapping"], state["_by_value"] = (
            direct,
            {},
            {},
            [],
            {},
            {},
        )
        self.__dict__["_slow_path"] = self._prepare

    @property
    def __difflang_root__(self) -> Any:
        return self.__dict__["_root"]

    @property
    def python(self) -> Callable[..., Any]:
        """The function as written, run by Python and NumPy."""
        function: Callable[..., Any] = self.__dict__["_root"]
        return function

    @property
    def source(self) -> str:
        """The text as written; of a derived function, as a person would have written it (for the types of the last call)."""
        from .look import source

        return source(self, ())

    @property
    def grad(self) -> Any:
        """The gradient function, as `dl.grad` of this one."""
        return GRAD[0](self)

    into = into

    @property
    def _signature(self) -> inspect.Signature:
        found = self.__dict__.get("_known_signature")
        if found is None:
            found = self.__dict__["_known_signature"] = signature(self.__dict__["_root"])
        return found

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<differentiable {self.__qualname__}>"

    def __reduce__(self) -> Any:
        """By name where the name leads here, else as the decorated function."""
        root = self.__dict__["_root"]
        return self.__qualname__ if by_name(root) is self else (_again, (type(self), root, self.__dict__["_options"]))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._prepare(*args, **kwargs)

    # -- the slow path ---------------------------------------------------------------------------

    def _prepare(self, *args: Any, **kwargs: Any) -> Any:
        """Bind, compile what is missing, call."""
        if _plain_depth:
            return self.python(*args, **kwargs)
        if self._takes_any_keyword:
            return self._written_out(len(args), tuple(kwargs))(*args, **kwargs)
        if not kwargs:
            for take, direct, make in self.__dict__["_crossings"]:
                taken = take(args)
                result = crossing.NOT_TAKEN if taken is None else direct(*taken)
                if result is not crossing.NOT_TAKEN:
                    return make(result) if make is not None else result
        values = self._bind(args, kwargs)
        pairs: boundary.Pairs = []
        opened = [self._opened(name, value, pairs) for name, value in zip(self._names, values, strict=True)]
        given = tuple([type for type, _ in opened])
        sibling = by_value.known(self, given)
        if sibling is None:
            try:
                types, special, direct = self._special(given)
            except DifflangError as error:
                sibling = by_value.found(self, given, values, error)
        if sibling is not None:
            return sibling(*args, **kwargs)
        flat = self._flat([boundary.canonical(value, type) for (_, value), type in zip(opened, types, strict=True)])
        if special.writes or special.apart:
            if overlap.shares(self.__name__, flat, special):
                return overlap.call(self, DifferentiableFunction, values, flat, special)
        if special.shape is not None:
            special.shape.check(self._flat(values))
        try:
            result = direct(*flat)
        except Exception as error:
            if special.shape is not None and special.shape.changes:
                error.add_note(f"{self.__name__}() is compiled: its caller's lists, dicts and objects are as they were before the call")
            raise
        if result is crossing.NOT_TAKEN:
            raise RuntimeError("a specialisation does not take the arguments it was made for: please report it")
        if special.writes:
            boundary.arrays_changed(pairs)
        return result if special.shape is None else special.shape.rebuilt(result, self._flat(values))

    @functools.cached_property
    def _takes_any_keyword(self) -> bool:
        return any(p.kind is p.VAR_KEYWORD for p in self._signature.parameters.values())

    def _written_out(self, count: int, names: tuple[str, ...]) -> DifferentiableFunction:
        """This function with `**options` written out for the keywords of one call."""
        from difflang.reading.spoken import spread

        state = self.__dict__
        known = state.setdefault("_spread", {})
        if (count, names) not in known:
            known[count, names] = type(self)(spread(state["_root"], count, names), state["_options"])
        return known[count, names]  # type: ignore[no-any-return]

    def _opened(self, name: str, value: Any, pairs: boundary.Pairs) -> tuple[Type, Any]:
        """The type of an argument and what machine code takes for it; parameters named static are known while compiling."""
        if name in self.__dict__["_options"].static:
            return Static(value), value
        return boundary.opened(value, _type, pairs)

    def _bind(self, args: Sequence[Any], kwargs: dict[str, Any]) -> list[Any]:
        """One value for each parameter, as Python binds them. Raises Python's own TypeError."""
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError:
            raise unfit(self.__qualname__, self._signature, args, kwargs) from None
        bound.apply_defaults()
        return list(bound.arguments.values())

    def _flat(self, values: Sequence[Any]) -> list[Any]:
        """The values as machine code takes them: items of *args one by one."""
        found: list[Any] = []
        for value, parameter in zip(values, self._signature.parameters.values(), strict=True):
            if parameter.kind is parameter.VAR_POSITIONAL:
                found += value
            elif parameter.kind is not parameter.VAR_KEYWORD:
                found.append(value)
        return found

    @functools.cached_property
    def _names(self) -> list[str]:
        return [p.name for p in self._signature.parameters.values()]

    def _special(self, types: tuple[Type, ...]) -> tuple[tuple[Type, ...], Specialised, _Direct]:
        """The specialisation for these types, in the chain of both objects; the types it was made for, equal to those given; and
        what to call. Where objects are taken apart or put together, the slow path alone may call it."""
        with _LOCK, uncollected():
            state = self.__dict__
            functions = (*boundary.functions_of(types), *dict.fromkeys(boundary.classes_of(types)))
            reach: Reach | None = state["_reaches"].get(functions)
            if reach is None or not reach.current():
                if reach is not None:
                    self._reset()
                reach = state["_reaches"][functions] = Reach((state["_root"], *functions) if functions else state["_root"])
            key = (types, tuple(boundary.static_classes(types)), tuple(map(number_type, reach.numbers)))
            made, found, direct = state["_known"].get(key, (types, None, state["_direct"]))
            if found is None or not found.fits():
                found = specialise(state["_root"], types, reach, state["_options"], _parameters(self._signature))
                if found.shape is not None or any(map(boundary.has_layout, types)):
                    direct = _Direct()
                    direct._flags = _UNCHECKED | _BOUND
                    state["_crossings"] = [*crossing.ways(self._signature, types, found, direct), *state["_crossings"][:7]]
                else:
                    bind(self, found.library, found.symbol, found.binding, state["_slow_path"])
                    state["_native_entry"] = self._entry
                state["_known"][key] = (types, found, direct)
                bind(direct, found.library, found.symbol, found.binding, _not_taken)
            state["_last_types"] = types
            return made, found, direct


def _parameters(signature: inspect.Signature) -> list[tuple[str | None, Any]]:
    """Names and defaults as machine code binds them; empty where only Python can."""
    found: list[tuple[str | None, Any]] = []
    for parameter in signature.parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            return []
        name = parameter.name if parameter.kind is parameter.POSITIONAL_OR_KEYWORD else None
        found.append((name, ABSENT if parameter.default is parameter.empty else parameter.default))
    return found


def by_name(function: Any) -> Any:
    """The decorated function that a plain one's name leads to, else the function itself: what pickle can find again."""
    found: Any = sys.modules.get(getattr(function, "__module__", None) or "")
    for part in getattr(function, "__qualname__", "?").split("."):
        found = getattr(found, part, None)
    return found if isinstance(found, DifferentiableFunction) and found.__difflang_root__ is function else function


def _again(cls: type, root: Any, options: Options) -> Any:
    return cls(root, options)


@fast
class DerivedFunction(DifferentiableFunction):
    """A function that is derived from others: a gradient, a Jacobian. Its text is written when it is asked for."""

    def __init__(self, derived: Any, options: Options) -> None:
        base = derived
        while hasattr(base, "base"):
            base = base.base
        self.__dict__.update(__name__=derived.__name__, __qualname__=derived.__name__, __module__=getattr(base, "__module__", None))
        self.__dict__["_options"] = options
        self.__dict__["_root"] = derived
        self._reset()
        _ALIVE.add(self)

    def __difflang_program__(self, types: Sequence[Type]) -> Any:
        return self.__dict__["_root"].__difflang_program__(types)

    @property
    def __signature__(self) -> inspect.Signature:
        return self._signature

    @property
    def _signature(self) -> inspect.Signature:
        found = self.__dict__.get("_known_signature")
        if found is None:
            found = self.__dict__["_known_signature"] = signature_of(self.__dict__["_root"])
        return found

    @property
    def python(self) -> Callable[..., Any]:
        """The written text of the derived function, run by Python and NumPy."""

        def run(*args: Any, **kwargs: Any) -> Any:
            values = self._bind(args, kwargs)
            types = tuple(boundary.opened(value, _type, [])[0] for value in values)
            written = self.__dict__.setdefault("_written", {})
            if types not in written:
                written[types] = _defined(self, types)
            return written[types](*self._flat(values))

        return run


def signature_of(root: Any) -> inspect.Signature:
    """The parameters of a plain or derived function. Pullbacks and tangents take more than their base."""
    if not hasattr(root, "kind"):
        return signature(root)
    base = signature_of(root.base)
    if root.kind in ("jvp", "pullback"):
        count = 1
        if root.kind == "jvp":
            count = len(root.argnums) if isinstance(root.argnums, tuple) else 1
        positional = inspect.Parameter.POSITIONAL_ONLY
        known = list(base.parameters.values())
        more = (f"_{len(known) + k}" for k in range(count))
        names = [parameter.name for parameter in known if parameter.kind is not parameter.VAR_KEYWORD]
        return inspect.Signature([inspect.Parameter(name, positional) for name in (*names, *more)])
    return base.replace(return_annotation=inspect.Signature.empty)


def _defined(function: DerivedFunction, types: Sequence[Type]) -> Callable[..., Any]:
    """Run the written text and take its last function."""
    import linecache

    from difflang.writing.objects import classes_in
    from difflang.writing.python import write

    program = program_for(function, types, plain=True)
    text = write(program, stated=False)
    name = f"<difflang {function.__name__} {next(_texts)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    scope: dict[str, Any] = {"__name__": function.__module__}
    scope.update(classes_in(program.functions.values()))
    exec(compile(text, name, "exec"), scope)  # our own text
    found = [value for value in scope.values() if getattr(value, "__code__", None) and value.__code__.co_filename == name]
    if not program.main.captures:
        return found[-1]  # type: ignore[no-any-return]
    return lambda *given: found[-1](*given, *(capture.read() for capture in program.main.captures))


_texts = itertools.count()


def _type(value: Any) -> Type:
    """The type of an argument. Raises TypeMismatch for what has none."""
    try:
        found = type_of(value)
    except TypeError as error:
        known = "floats of 64, 32 and 16 bits, complex128, complex64, integers and bool are known"
        raise TypeMismatch("DL030", str(error), way_out=f"convert it: {known}") from None
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise IntegerOverflow("DL013", f"the argument {value} does not fit in 64 bits")
    _check_static(found)
    return found


def _check_static(found: Type) -> None:
    if isinstance(found, Tuple):
        for item in found.items:
            _check_static(item)
    elif isinstance(found, Static) and not isinstance(found.value, _STATIC):
        kind = type(found.value).__name__
        way_out = "pass numbers, arrays, or tuples, lists, dicts and objects of them"
        raise TypeMismatch("DL031", f"an argument of type {kind} is outside the language", way_out=way_out)


_STATIC = (str, bytes, Enum, FunctionType, BuiltinFunctionType, ModuleType, type, np.dtype, np.ufunc, EllipsisType, Native)
"""What may be passed and is known while compiling: things that do not change behind a specialisation's back."""


@contextmanager
def as_written() -> Iterator[None]:
    """Inside, every decorated function of the process runs as plain Python: for pdb, coverage, printing."""
    global _plain_depth
    with _LOCK:
        _plain_depth += 1
        for function in list(_ALIVE):
            function._entry = 0
    try:
        yield
    finally:
        with _LOCK:
            _plain_depth -= 1
            if not _plain_depth:
                for function in list(_ALIVE):
                    function._entry = function.__dict__.get("_native_entry", 0) if function._record else 0


def forget() -> None:
    """Drop every specialisation of every function."""
    with _LOCK:
        for function in list(_ALIVE):
            function._reset()


__all__ = ["DerivedFunction", "DifferentiableFunction", "as_written", "by_name", "forget", "signature_of"]
