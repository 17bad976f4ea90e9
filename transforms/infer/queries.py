"""Questions with an answer while compiling: classes, dtypes, texts."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from types import FunctionType, GeneratorType
from typing import Any

import numpy as np

from difflang.types import Unknown

from .builtins import builtin, example
from .choices import is_choice, of_each
from .dicts import class_of, is_dict
from .failing import of_class
from .frame import Frame
from .texts import call_text, method
from .structs import class_in
from .values import Compound, Value, denote, known, python_value

TEXTS = (str, bytes)
CLASSES: dict[str, type] = {
    **{"tuple": tuple, "list": list, "grown": list, "range": range, "text": str, "zip": zip, "enumerate": enumerate},
    **{"closure": FunctionType, "partial": functools.partial, "generator": GeneratorType},
}


@builtin(type, low=1, high=1)
def _type(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """type(x): a class, known while compiling."""
    (value,) = args
    if class_in(value) is not None:
        return denote(class_in(value))
    if is_choice(value):
        return of_each(frame, value, lambda one: _type(frame, [one], kwargs))
    if isinstance(value, Compound) and value.kind in ("exception", "caught"):
        return of_class(frame, value, denote)
    if isinstance(value, Compound):
        return denote(_class_of(frame, value))
    if isinstance(value.type, Unknown):
        frame.fail("DL019", "type() needs a type that is known while compiling", "give the function's argument types")
    return denote(type(example(value.type)))


def _class_of(frame: Frame, value: Compound) -> type:
    container = class_of(value)
    if container is not None:
        return container.stands_for
    found = dict if is_dict(value) else CLASSES.get(value.kind)
    if found is None:
        frame.fail("DL025", f"type() of this {value.kind} is outside the language", "ask isinstance, or what it can do")
    return found


def _folded(function: Any) -> Any:
    def handler(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        given = [frame.constant(value, f"what {function.__name__}() is asked") for value in args]
        with frame.fitting():
            return denote(function(*given))

    return handler


for _function in (np.issubdtype, np.can_cast, np.promote_types, np.finfo, np.iinfo, np.isdtype, np.typename, issubclass):
    builtin(_function, low=1, high=3)(_folded(_function))


def _worded(function: Any) -> Any:
    """hex(n) and the like: a text of a number of the run is made where it is told."""

    def handler(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
        if not known(args[0]):
            return call_text(frame, f"{function.__name__}(", args, {})
        with frame.fitting():
            return denote(function(python_value(args[0])))

    return handler


for _spoken in (hex, oct, bin, chr):
    builtin(_spoken, low=1, high=1)(_worded(_spoken))
builtin(ord, low=1, high=1)(_folded(ord))


def text_method(frame: Frame, target: Any, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value | None:
    """A method of a text, where everything is known; None for any other callable."""
    if not isinstance(getattr(target, "__self__", None), TEXTS):
        return None
    if not all(map(known, (*args, *kwargs.values()))) and isinstance(target.__self__, str):
        return method(frame, target.__self__, target.__name__, args, kwargs)
    given = [frame.constant(value, "what a text is asked") for value in args]
    named = {name: frame.constant(value, name) for name, value in kwargs.items()}
    with frame.fitting():
        return denote(target(*given, **named))
