"""From a Python function to the text written for it, for the tests here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from difflang.ir import Program
from difflang.transforms.derived import program_of
from difflang.transforms.place.place import place
from difflang.transforms.simplify.simplify import simplify
from difflang.types import type_of
from difflang.writing import write


def owned(function: Callable[..., Any], *arguments: Any) -> Program:
    return program_of(function, [type_of(a) for a in arguments])


def text_of(function: Callable[..., Any], *arguments: Any) -> str:
    return write(place(simplify(owned(function, *arguments))))


def body_of(function: Callable[..., Any], *arguments: Any) -> str:
    """The text after the header of the last function."""
    return text_of(function, *arguments).rpartition("def ")[2].partition("\n")[2]


def defined(text: str) -> Callable[..., Any]:
    """The last function that a text defines."""
    scope: dict[str, Any] = {}
    exec(compile(text, "<written>", "exec"), scope)
    found = [value for value in scope.values() if hasattr(value, "__code__")]
    return found[-1]  # type: ignore[no-any-return]
