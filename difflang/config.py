"""Options of a decorated function, and the short language for types: `spec("f64[:, :], f64[:], float, int")`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import FunctionType, MethodType
from typing import Any

from .errors import TypeMismatch
from .records import dataclass
from .types import BOOL, COMPLEX, DTYPES, FLOAT, INT, MANY, NOTHING, ONE, OPEN, Array, Scalar, Tuple, Type, type_of


@dataclass(frozen=True)
class Options:
    """What the decorator was given. `static`: names of parameters that are known while compiling; `parallel`: whether loops whose
    turns are independent are shared out among threads without being asked to."""

    static: tuple[str, ...] = ()
    cache: bool = True
    parallel: bool = False

    def __str__(self) -> str:
        return repr(sorted((name, getattr(self, name)) for name in ("static", "cache", "parallel")))


@dataclass(frozen=True)
class Spec:
    """The types of a function's arguments."""

    types: tuple[Type, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.types))


SCALARS: dict[str, Type] = {
    "float": FLOAT, "int": INT, "bool": BOOL, "complex": COMPLEX, "none": NOTHING, "None": NOTHING,
    "truth": Scalar("bool"), **{name: Scalar(name) for name in DTYPES if name != "bool"},
    **{str(dtype): Scalar(name) for name, dtype in DTYPES.items() if name != "bool"},
}  # fmt: skip
ELEMENTS = {"bool": "bool", "truth": "bool", "float": "f64", "int": "i64", "complex": "c128"}
_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z_]\w*)|(?P<mark>[\[\](),:*?])|(?P<number>\d+))")


def spec(*arguments: Any) -> Spec:
    """The types of arguments: from one text, or from examples.

    Text: `f64[:, :]` an array of two axes of any size, `f64[1, :]` with a first axis of exactly one, `f64[:, n]` with a second axis
    that is never one; elements are `f64 f32 i8` to `i64`, `u8` to `u64`, `bool`. `float`, `int`, `bool` are Python's numbers, `f64`,
    `i64` ... alone NumPy's, `none` is None, parentheses make tuples. `f64[:]S` may be strided.
    """
    if len(arguments) == 1 and isinstance(arguments[0], Spec):
        return arguments[0]
    if len(arguments) == 1 and isinstance(arguments[0], str):
        return Spec(tuple(_Parser(arguments[0]).types()))
    return Spec(tuple(map(type_of, arguments)))


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, reason: str) -> TypeMismatch:
        caret = " " * self.at + "^"
        way_out = 'write types as in "f64[:, :], f64[:], float, int"'
        return TypeMismatch("DL032", f"{reason}\n   | {self.text}\n   | {caret}", way_out=way_out)

    def peek(self) -> str:
        found = _TOKEN.match(self.text, self.at)
        return (found["word"] or found["mark"] or found["number"]) if found else ""

    def take(self, expected: str = "") -> str:
        found = _TOKEN.match(self.text, self.at)
        token = self.peek()
        if found is None or (expected and token != expected):
            raise self.fail(f"expected {expected or 'a type'} here")
        self.at = found.end()
        return token

    def types(self) -> Iterator[Type]:
        while self.text[self.at :].strip():
            yield self.type()
            if self.peek() == ",":
                self.take()
            elif self.text[self.at :].strip():
                raise self.fail("expected a comma here")

    def type(self) -> Type:
        if self.peek() == "(":
            return self.tuple()
        word = self.peek()
        if not (word.isidentifier() and (word in SCALARS or word in ELEMENTS)):
            raise self.fail("expected a type here")
        self.take()
        if self.peek() != "[":
            return SCALARS[word]
        scalar = SCALARS[word]
        if not isinstance(scalar, Scalar):
            raise self.fail(f"there are no arrays of {word}")
        dims = self.dims()
        layout = "C"
        if self.peek() == "S":
            self.take()
            layout = "A"
        return Array(ELEMENTS.get(word, scalar.dtype), dims, layout)

    def dims(self) -> tuple[str, ...]:
        self.take("[")
        found = []
        while self.peek() != "]":
            found.append(self.dim())
            if self.peek() != "]":
                self.take(",")
        self.take("]")
        return tuple(found)

    def dim(self) -> str:
        token = self.take()
        if token in (":", "?"):
            return OPEN
        if token.isdigit():
            return ONE if token == "1" else MANY
        if token == "n":
            return MANY
        raise self.fail("expected : or 1 or n here")

    def tuple(self) -> Type:
        self.take("(")
        items = []
        while self.peek() != ")":
            items.append(self.type())
            if self.peek() != ")":
                self.take(",")
        self.take(")")
        return Tuple(tuple(items))


__all__ = ["Options", "Spec", "left_out", "spec"]


def with_text(function: Any) -> Any:
    """NumPy's and SciPy's own functions as functions with a text of ours; anything else as it is. A text that no file holds is read
    while it is in reach."""
    if isinstance(function, (FunctionType, MethodType)) and not str(function.__module__).startswith("scipy."):
        if function.__code__.co_filename.startswith("<") and isinstance(function, FunctionType):
            from .reading.source import look_for

            look_for(function)
        return function
    from .reading.spoken import spoken

    return spoken(function)


def left_out(f: Callable[..., Any], given: int) -> list[Any]:
    """The defaults of the parameters behind the first ones: a derivative's further arguments stand behind all of them."""
    from .signatures import signature

    while hasattr(f, "base") and hasattr(type(f), "__difflang_program__"):
        f = f.base
    try:
        parameters = list(signature(f).parameters.values())
    except (TypeError, ValueError):
        return []
    return [p.default for p in parameters[given:] if p.default is not p.empty]


def derived_name(target: Any, kind: str) -> str:
    """What a derivative of a function is called."""
    name = str(getattr(target, "__name__", "f"))
    if kind == "jacfwd" and name.endswith("_grad"):
        return name.removesuffix("grad") + "hessian"
    return f"{name}_{kind}"
