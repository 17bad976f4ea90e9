"""Errors with the user's place, a caret, the reason and the way out.

Every diagnostic has a number that never changes its meaning; the table below is the whole list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from numpy.exceptions import AxisError

from .ir import Origin, Place

CODES: dict[str, str] = {
    "DL001": "this statement or expression is outside the language",
    "DL002": "the text of this function cannot be found",
    "DL003": "this name is not defined",
    "DL004": "this call is to something that cannot be compiled",
    "DL005": "types do not fit",
    "DL006": "paths that meet give different types",
    "DL007": "this write goes through a reference that cannot be resolved",
    "DL008": "the derivative of this call is not known",
    "DL009": "a derivative is asked with respect to something that has none",
    "DL010": "the function must return a scalar here",
    "DL011": "a value must be known while compiling here",
    "DL012": "arguments share memory and one of them is written",
    "DL013": "an integer left the range of 64 bits",
    "DL014": "the function writes an argument and returns nothing",
    "DL015": "a target, tool or library is missing on this machine",
    "DL016": "the derivative found by checking differs from the computed one",
    "DL017": "arguments do not fit the parameters",
    "DL018": "this name may be unbound here",
    "DL019": "the types of the arguments must be known here",
    "DL020": "a derivative is lost through an integer",
    "DL021": "the result does not depend on what it is differentiated by",
    "DL022": "the truth of this value is not defined",
    "DL023": "this index does not fit",
    "DL024": "this has no items or no length",
    "DL025": "this value has no such attribute or method",
    "DL026": "this value cannot be called",
    "DL027": "this result cannot be given to Python",
    "DL028": "a name changes its type in a loop",
    "DL029": "values of the run have no identity",
    "DL030": "this dtype is outside the language",
    "DL031": "this argument is outside the language",
    "DL032": "this text does not describe types",
    "DL033": "there is no such choice",
    "DL034": "this cannot pass through C",
    "DL035": "this rule does not fit its function",
    "DL036": "primals, tangents and adjoints do not pair",
    "DL037": "an empty sequence has no such item",
    "DL038": "the values to unpack are not as many as the names",
    "DL039": "this value cannot be changed",
    "DL040": "an error of this kind cannot be caught here",
    "DL041": "this array cannot take that value in place",
    "DL042": "a function or class of this kind is outside the language",
    "DL043": "a recursion never ends",
    "DL044": "nothing is computed from a text of the run",
    "DL045": "a kernel is called in a way that it cannot run",
    "DL046": "this draw of random numbers is outside the language",
    "DL047": "the turns of this loop depend on each other",
}


ABOUT_TYPES = frozenset("DL005 DL006 DL011 DL022 DL023 DL024 DL028 DL037 DL038 DL039 DL041 DL044".split())
"""What may be fine once a loop is unrolled: types and constants of one turn alone."""


@dataclass(frozen=True)
class Fix:
    """What a machine can do about a problem: the text to stand at a place instead."""

    place: Place
    text: str


@dataclass(eq=False)
class DifflangError(Exception):
    """The root of all errors of the compiler itself.

    `code` is the number, `reason` one sentence, `way_out` what to do instead, `fix` the same for a machine. Errors that
    the user's own program raises (IndexError, ZeroDivisionError, AssertionError ...) are never of this type.
    """

    code: str
    reason: str
    place: Place | None = None
    way_out: str = ""
    origin: Origin | None = None
    fix: Fix | None = field(default=None, kw_only=True)
    trail: list[Any] = field(default_factory=list, init=False, repr=False)
    """What was being read or inferred, from the inside out: `diagnose` goes on behind it to find the next problem."""
    severity: ClassVar[str] = "error"

    def __post_init__(self) -> None:
        """Room for what a subclass says about itself."""

    @property
    def file(self) -> str | None:
        return self.place.file if self.place else None

    @property
    def line(self) -> int | None:
        return self.place.line if self.place else None

    @property
    def column(self) -> int | None:
        return self.place.column if self.place else None

    def __str__(self) -> str:
        lines = [f"{self.code}: {self.reason}"]
        if self.place:
            lines.append(f"  --> {self.place.file}:{self.place.line}:{self.place.column + 1}")
            text = self.origin.line(self.place.line) if self.origin else ""
            if text:
                lines += [f"   | {text}", f"   | {' ' * self.place.column}{'^' * self._width(text)}"]
        if self.way_out:
            lines.append(f"  way out: {self.way_out}")
        return "\n".join(lines)

    def _width(self, text: str) -> int:
        assert self.place
        if self.place.end_line == self.place.line and self.place.end_column > self.place.column:
            return self.place.end_column - self.place.column
        return max(1, len(text.rstrip()) - self.place.column)


class OutsideLanguage(DifflangError, SyntaxError):
    """The text says something that the language does not have."""

    def __post_init__(self) -> None:
        """What Python's own printing of a SyntaxError reads: place, text, caret and message."""
        self.msg = f"{self.code}: {self.reason}" + (f"\n  way out: {self.way_out}" if self.way_out else "")
        if self.place:
            text = self.origin.line(self.place.line) if self.origin else ""
            self.filename, self.lineno, self.offset = self.place.file, self.place.line, self.place.column + 1
            self.text = text or None
            self.end_lineno, self.end_offset = self.place.line, self.place.column + 1 + (self._width(text) if text else 1)


class TypeMismatch(DifflangError, TypeError):
    """Types, shapes or arguments do not fit together."""


class ValueMismatch(TypeMismatch, ValueError):
    """A TypeMismatch that is a ValueError in Python: sizes that do not fit, a wrong number of values to unpack."""


class IndexMismatch(TypeMismatch, IndexError):
    """A TypeMismatch that is an IndexError in Python: an index that no array of this rank or tuple of this length has."""


class KeyMismatch(TypeMismatch, KeyError):
    """A TypeMismatch that is a KeyError in Python: a key that the dict does not have."""

    __str__ = DifflangError.__str__


class AttributeMismatch(TypeMismatch, AttributeError):
    """A TypeMismatch that is an AttributeError in Python: an attribute or method that this value does not have."""

    __str__ = DifflangError.__str__


class AxisMismatch(ValueMismatch, IndexError):
    """A TypeMismatch that is NumPy's AxisError: a ValueError and an IndexError."""


WAYS_OUT: dict[str, str] = {
    "DL005": "give it the types and shapes that Python and NumPy would take here",
    "DL006": "give the name values of one type on every path",
    "DL017": "give the arguments that the function's signature has",
    "DL022": "use np.any(x) or np.all(x), or compare single numbers",
    "DL023": "index within its shape or length",
    "DL024": "walk over an array, a tuple, a list or a range",
    "DL026": "call a function, a class or an object that has __call__",
    "DL037": "ask for its length first",
    "DL038": "unpack it to as many names as it has values",
    "DL039": "make a new value in place of changing this one",
    "DL041": "write one number to one place, or an array of the shape and kind of the part that it goes to",
    "DL044": "put the numbers in it into the text",
}
"""Where nothing more particular is said."""
KINDS: dict[str, type[TypeMismatch]] = {"DL022": ValueMismatch, "DL025": AttributeMismatch, "DL038": ValueMismatch, "DL041": ValueMismatch}
"""What Python raises where these are met, as a class of ours."""


def mismatch(error: type[Exception]) -> type[TypeMismatch]:
    """The mismatch that is caught as this error of Python's."""
    kinds: tuple[tuple[type[Exception], type[TypeMismatch]], ...] = (
        (AxisError, AxisMismatch), (IndexError, IndexMismatch), (KeyError, KeyMismatch), (ValueError, ValueMismatch),
        (AttributeError, AttributeMismatch),
    )  # fmt: skip
    return next((ours for pythons, ours in kinds if issubclass(error, pythons)), TypeMismatch)


class EndlessRecursion(TypeMismatch, RecursionError):
    """A function that calls itself on every path."""


class NotDifferentiable(DifflangError):
    """A derivative that does not exist or is not known."""


class NotAvailable(DifflangError, OSError):
    """Something this machine lacks: a tool, a library, a device."""


class WrongDerivative(DifflangError, AssertionError):
    """Raised by check_grads."""


class IntegerOverflow(DifflangError, OverflowError):
    """A Python int that left 64 bits in compiled code."""


class DerivativeWarning(DifflangError, UserWarning):
    """A derivative that is zero everywhere where that is rarely meant."""

    severity = "warning"
