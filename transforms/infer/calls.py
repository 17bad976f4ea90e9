"""Calls: of ops, builtins, closures, user functions, and of functions derived while compiling."""

from __future__ import annotations

import functools
import inspect
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy as np

from difflang.errors import DifflangError
from difflang.ir import NONE, Const, Function, Held, Node, Param, Var, static, yields
from difflang.complex_library import CMATH
from difflang.heaps import STANDS_FOR as HEAPS
from difflang.library import STANDS_FOR
from difflang.numpy_library import numpy_text
from difflang.op import lookup, row
from difflang.scipy_library import stands_for as scipy_text
from difflang.tree import class_layout
from difflang.types import UNKNOWN, Array

from ..custom import is_ruled, stands_for
from .asked import quadrature_call
from .arrays import call_row
from .builtins import BUILTINS, operator_of
from difflang.reading.managers import is_generated

from .ufunc_methods import ufunc_method
from .choices import is_choice, of_each, with_each
from .dicts import new_dict
from .frame import Frame, handles
from .functional import getter
from .containers import for_call
from .dicts import class_of
from .generators import check_kept, eager, is_lazy, is_stream
from .generators import made as generator_made
from .items import call_method, setitem
from .objects import by_value, check_reached, restore, saved
from .passing import passed, taken_back
from .maybe import all_unwrapped, is_maybe, unwrapped
from .numbers import by_text, is_number_class, number_class
from .operators import binary, both, fits_in_place
from .queries import text_method
from .strict import reaches
from .starred import arguments
from .structs import class_in, opened, own_method, special
from .random import random_call
from .telling import telling_call
from .uncallable import is_frozen, refuse
from .values import Compound, Form, Value, denote, form_key, is_static, is_undefined, known, leaves, python_value
from .values import fresh as fresh_value

CONVERSIONS = {
    abs: "__abs__", float: "__float__", int: "__int__", round: "__round__", reversed: "__reversed__", divmod: "__divmod__", pow: "__pow__",
    math.floor: "__floor__", math.ceil: "__ceil__", math.trunc: "__trunc__",
}  # fmt: skip
ASKED_OF_EACH = (len, callable, hasattr, getattr, issubclass, int, float, list, tuple, sorted)
"""What is asked of a choice is asked of each of the two."""
LIBRARIES = frozenset({"numpy", "scipy", "math", "operator", "functools", "itertools", "builtins"})
Hook = Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]


def _no_static_call(callable_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return None


resolve_static_call: Hook = _no_static_call
"""What a call on static arguments stands for, or None: the face sets it, so that `dl.grad(f)(x)` inside a function
becomes a call of the object that `dl.grad(f)` returns."""


def _same(function: Any) -> Any:
    return function


STREAMS: tuple[Any, ...] = (
    sum, list, any, all, enumerate, zip, next, iter, itertools.islice, itertools.accumulate, itertools.takewhile, itertools.dropwhile,
    itertools.filterfalse, itertools.starmap, itertools.compress,
)  # fmt: skip
"""What walks a generator item by item."""
WRAPPERS = (functools.wraps, functools.lru_cache, functools.cache)
"""What makes a decorator that changes nothing here: names of a function, and a memory of its results."""


@handles("invoke")
def _invoke(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    args, kwargs = arguments(frame, values[1:], node.attrs, values[0])
    return (call(frame, values[0], args, kwargs, node.out.hint),)


def call(frame: Frame, callee: Value, args: Sequence[Value], kwargs: Mapping[str, Value], hint: str = "t") -> Value:
    if is_undefined(callee):
        return callee
    callee = unwrapped(frame, callee)
    if is_choice(callee):
        return of_each(frame, callee, lambda one: call(frame, one, args, kwargs, hint), hint)
    if isinstance(callee, Compound):
        if own_method(callee, "__call__") is not None:
            return call_object(frame, own_method(callee, "__call__"), [callee, *args], kwargs, hint)
        if callee.kind == "closure":
            return call_function(frame, callee.info, args, kwargs, callee.items, hint)
        if callee.kind == "bound":
            return call_method(frame, callee.items[0], callee.info, args, dict(kwargs))
        if callee.kind in ("derived", "pullback", "linear"):
            return _call_derivative(frame, callee, args, kwargs, hint)
        if callee.kind == "partial":
            count = len(callee.items) - len(callee.info)
            named = dict(zip(callee.info, callee.items[count:], strict=True))
            return call(frame, callee.items[0], [*callee.items[1:count], *args], {**named, **kwargs}, hint)
        frame.fail("DL026", f"a {callee.kind} cannot be called")
    if not is_static(callee):
        frame.fail("DL019" if callee.type == UNKNOWN else "DL026", f"{callee.type} cannot be called")
    return call_object(frame, python_value(callee), args, kwargs, hint)


def _call_derivative(frame: Frame, callee: Compound, args: Sequence[Value], kwargs: Mapping[str, Value], hint: str) -> Value:
    """A call of a derivative that holds values of the run."""
    from .derived import apply_linear, apply_pullback

    if kwargs:
        frame.fail("DL017", "this derivative takes its arguments by position")
    if callee.kind == "derived":
        return call_derived(frame, callee.info, [*args, *callee.items], hint)
    return (apply_pullback if callee.kind == "pullback" else apply_linear)(frame, callee, args)


def call_object(frame: Frame, target: Any, args: Sequence[Value], kwargs: Mapping[str, Value], hint: str) -> Value:
    """A call of a Python object known while compiling."""
    if any(target is wrapper for wrapper in WRAPPERS):
        return args[0] if args and isinstance(args[0], Compound) and target is not functools.wraps else static(_same)
    if target is _same and len(args) == 1:
        return args[0]
    if isinstance(target, type) and issubclass(target, BaseException):
        return Compound("exception", (*args, *kwargs.values()), (target, tuple(kwargs)))
    if target is functools.partial and args:
        return Compound("partial", (*args, *kwargs.values()), tuple(kwargs))
    found = resolved(target, args, kwargs)
    if found is not None:
        return denote(found)
    if hasattr(type(target), "__difflang_program__"):
        return _call_program(frame, target, args, kwargs, hint)
    if isinstance(target, functools.partial):
        bound = [*map(denote, target.args), *args]
        return call_object(frame, target.func, bound, {**{k: denote(v) for k, v in target.keywords.items()}, **kwargs}, hint)
    if is_ruled(target) and not isinstance(target, FunctionType) and frame.function.python is not target:
        stand_in = stands_for(target)
        assert stand_in is not None
        return call_function(frame, frame.inference.stand_in(target, stand_in), args, kwargs, (), hint)
    if any(map(is_choice, args)) and _hashable(target) and target in ASKED_OF_EACH:
        return with_each(frame, tuple(args), lambda *each: call_object(frame, target, each, kwargs, hint))  # type: ignore[no-any-return]
    for handler in (text_method, getter, random_call, telling_call, quadrature_call):
        made = handler(frame, target, args, kwargs)
        if made is not None:
            return made
    known_call = _call_known(frame, target, args, kwargs, hint)
    if known_call is not None:
        return known_call
    return _call_own(frame, target, args, kwargs, hint)


def _call_own(frame: Frame, target: Any, args: Sequence[Value], kwargs: Mapping[str, Value], hint: str) -> Value:
    """A call of what the program defines: a class, an object with `__call__`, a function."""
    if isinstance(target, type) and class_layout(target) is not None and not _of_library(target):
        from .struct_calls import construct

        return construct(frame, target, args, kwargs)
    if isinstance(target, MethodType) and isinstance(target.__self__, type) and target.__name__ == "_make" and len(args) == 1:
        from .struct_calls import named_tuple_of

        return named_tuple_of(frame, target.__self__, args[0])
    own = own_method(static(target), "__call__")
    if own is not None:
        return call_object(frame, own, [static(target), *args], kwargs, hint)
    function, before = _python_function(target)
    if function is None or _of_library(function) or is_frozen(function):
        refuse(frame, target)
    return call_function(frame, frame.inference.read(frame, function), [*map(denote, before), *args], kwargs, (), hint)


def _call_known(frame: Frame, target: Any, args: Sequence[Value], kwargs: Mapping[str, Value], hint: str) -> Value | None:
    """A builtin, an operator or a row of the table."""
    if any(map(is_maybe, args)):
        if not _is_known(target):
            return None
        if target is isinstance:
            present, held = args[0].items  # type: ignore[union-attr]
            return both(frame, present, call_object(frame, isinstance, [held, *args[1:]], kwargs, hint))
        args = all_unwrapped(frame, args)
    if args and class_in(args[0]) is not None and _hashable(target) and target in CONVERSIONS:
        converted = special(frame, args[0], CONVERSIONS[target], *args[1:])
        if converted is not None:
            return converted
    handler = BUILTINS.get(target) if _hashable(target) else None
    if any(map(is_stream if target in (map, filter) else is_lazy, args)) and target not in STREAMS and _is_known(target):
        args = [eager(frame, value) for value in args]
    if any(class_of(value) is not None for value in args):
        args = for_call(frame, target, args)
    if handler is not None:
        return handler(frame, args, kwargs)
    written = {**STANDS_FOR, **CMATH, **HEAPS}.get(target) or numpy_text(target, len(args), kwargs) if _hashable(target) else None
    stand_in = written or scipy_text(target)
    if stand_in is not None:
        return by_text(frame, stand_in, args, kwargs)
    if is_number_class(target):
        return number_class(frame, target, args)
    if isinstance(target, BuiltinFunctionType):
        op = operator_of(target)
        if op is not None and len(args) == 2 and not kwargs:
            return binary(frame, op, *args)
        if target.__name__ == "at" and getattr(target, "__self__", None) in (np.add, np.subtract) and len(args) == 3 and not kwargs:
            return _add_at(frame, target.__self__, *args)
        if isinstance(getattr(target, "__self__", None), np.ufunc):
            return ufunc_method(frame, target.__self__, target.__name__, args, kwargs)
    name = getattr(target, "__difflang_op__", None)
    if isinstance(name, str):
        return call_row(frame, row(name), None, args, kwargs, hint)
    found = lookup(target)
    if found is None:
        return None
    table_row, flavor = found
    if flavor == "python" and getattr(math, getattr(target, "__name__", ""), None) is not target:
        flavor = ""  # abs, operator.neg: the operand's own kind of number
    return call_row(frame, table_row, flavor or None, args, kwargs, hint)


def _is_known(target: Any) -> bool:
    """Whether a call needs the values that it is given: of what the program defines a part may be None."""
    if isinstance(target, BuiltinFunctionType) or hasattr(target, "__difflang_op__") or is_number_class(target):
        return True
    tables = _hashable(target) and (target in BUILTINS or target in STANDS_FOR or target in HEAPS)
    return bool(tables or scipy_text(target) is not None or lookup(target) is not None)


def _add_at(frame: Frame, ufunc: Any, target: Value, index: Value, value: Value) -> Value:
    """np.add.at(x, index, v), np.subtract.at."""
    if isinstance(target, Var) and isinstance(target.type, Array):
        fits_in_place(frame, "add", target, frame.atom(value))
    change = frame.emit("neg", value) if ufunc is np.subtract else value
    setitem(frame, target, change, ("i",), [index], accumulate=True)
    return NONE


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def resolved(target: Any, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Any:
    """The hook's answer, where every argument is known while compiling."""
    values = [*args, *kwargs.values()]
    if not _hashable(target) or not all(map(known, values)):
        return None
    given = tuple(map(python_value, args))
    return resolve_static_call(target, given, {name: python_value(v) for name, v in kwargs.items()})


def _python_function(target: Any) -> tuple[Any, list[Any]]:
    """The Python function behind a callable, and the arguments that come first (the instance of a method)."""
    before: list[Any] = []
    for _ in range(16):
        if isinstance(target, MethodType):
            before.insert(0, target.__self__)
            target = target.__func__
        elif is_generated(target):
            target = target.__wrapped__
        elif isinstance(target, (FunctionType, Function)):
            return target, before
        elif hasattr(target, "__wrapped__"):
            target = target.__wrapped__
        elif not isinstance(target, type) and isinstance(inspect.getattr_static(type(target), "__call__", None), FunctionType):
            before.insert(0, target)
            target = type(target).__call__
        else:
            break
    return None, []


def _of_library(function: Any) -> bool:
    """NumPy's own functions are ops of the table or nothing: their text is not the user's to compile."""
    return str(getattr(function, "__module__", "")).partition(".")[0] in LIBRARIES


def bound_arguments(
    frame: Frame, function: Function, args: Sequence[Value], kwargs: Mapping[str, Value], captured: Sequence[Value] = ()
) -> list[Value]:
    """One value for each parameter, as Python binds them. Mistakes are Python's own messages."""
    given, rest = list(args), dict(kwargs)
    name = f"{function.name}()"
    values: list[Value] = []
    for param in function.params:
        if param.kind == "var_positional":
            values.append(Compound("tuple", tuple(given)))
            given = []
        elif param.kind == "var_keyword":
            values.append(new_dict(tuple(rest), tuple(rest.values())))
            rest = {}
        elif isinstance(param.default, Held) and param.name not in rest and (not given or param.kind == "keyword_only"):
            values.append(captured[param.default.position - len(function.params)])
        else:
            values.append(_bound(frame, name, param, given, rest))
    if given:
        frame.fail("DL017", f"{name} takes {len(args) - len(given)} positional arguments but {len(args)} were given")
    if rest:
        frame.fail("DL017", f"{name} got an unexpected keyword argument {next(iter(rest))!r}")
    return values


def _bound(frame: Frame, name: str, param: Param, given: list[Value], rest: dict[str, Value]) -> Value:
    if given and param.kind != "keyword_only":
        if param.name in rest and param.kind != "positional_only":
            frame.fail("DL017", f"{name} got multiple values for argument {param.name!r}")
        return given.pop(0)
    if param.name in rest and param.kind != "positional_only":
        return rest.pop(param.name)
    if param.default is ...:
        frame.fail("DL017", f"{name} misses its argument {param.name!r}")
    return frame.inference.default(frame, param)


def call_function(
    frame: Frame, function: Function, args: Sequence[Value], kwargs: Mapping[str, Value], captured: Sequence[Value], hint: str
) -> Value:
    """A call of a function of the language: an instance for these forms, and a `call` node."""
    reaches(frame, function.name)
    values = [*bound_arguments(frame, function, args, kwargs, captured), *captured]
    if yields(function):
        return generator_made(frame, function, values)
    check_kept(frame, values)
    forms, numbers = passed(frame, values, _is_truth)
    state = saved()
    try:
        instance = frame.inference.instance(frame, function, forms)
    except DifflangError as error:
        restore(state)
        special, numbers = passed(frame, values, _is_small)
        if error.code not in ("DL011", "DL006", "DL028") or list(map(form_key, special)) == list(map(form_key, forms)):
            raise
        forms = special
        instance = frame.inference.instance(frame, function, forms)
    atoms = [atom for value, shape in zip(values, forms, strict=True) for atom in leaves(value, shape)]
    outs, take = taken_back(frame, instance.outcome, numbers, hint)
    frame.builder.node("call", atoms, outs, callee=instance.key)
    return take()


def _is_truth(value: Const) -> bool:
    """True and False are part of the signature: they choose what the callee does."""
    return isinstance(value.value, bool)


def _is_small(value: Const) -> bool:
    """Where the callee needs it, a constant int is part of the signature too."""
    return isinstance(value.value, int)


def _call_program(frame: Frame, target: Any, args: Sequence[Value], kwargs: Mapping[str, Value], hint: str) -> Value:
    """A call of an object that makes its own owned program for the argument types, such as a gradient."""
    if kwargs:
        with frame.fitting("DL017"):
            arguments_ = inspect.signature(target).bind(*args, **kwargs)
        if arguments_.kwargs:
            frame.fail("DL017", "this function takes its arguments by position")
        args = list(arguments_.args)
    return call_derived(frame, target, args, hint)


def call_derived(frame: Frame, target: Any, args: Sequence[Value], hint: str = "t") -> Value:
    """A call of the owned program that an object makes for these arguments."""
    args = [opened(frame, value) for value in args]
    for value in args:
        check_reached(frame, value)
    forms: list[Form] = [by_value(value) for value in args]
    key, result_form, captures = frame.inference.link(frame, target, forms)
    atoms = [atom for value, shape in zip(args, forms, strict=True) for atom in leaves(value, shape)]
    atoms += [frame.atom(frame.inference.capture(frame, capture)) for capture in captures]
    result, outs = fresh_value(result_form, hint)
    frame.builder.node("call", atoms, outs, callee=key)
    return result
