"""All problems of a function in one pass: what stops it from compiling, then what it may not mean.

A problem names the statement or node it was met in (`DifflangError.trail`); the way is gone again with that piece left
out, its results of any type, until nothing more is found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from difflang.errors import DifflangError
from difflang.ir import Function
from difflang.types import UNKNOWN, Type

MOST = 100
"""Problems told of one function."""

NEEDS_TYPES = ("DL011", "DL019")
"""What is only known once the types of the arguments are."""


def diagnose(root: Any, types: Sequence[Type]) -> list[DifflangError]:
    """The problems of a plain or derived function for arguments of these types, in order of the text."""
    base = root
    while _is_derived(base):
        base = base.base
    found: list[DifflangError] = []
    if not hasattr(type(base), "__difflang_program__"):
        function = _read(base, found)
        if function is not None and len(types) >= sum(1 for param in function.params if param.default is ...):
            _infer(function, types[: len(function.params)], found)
    if UNKNOWN in types:
        found = [error for error in found if error.code not in NEEDS_TYPES]
    elif not found:
        found = _derive(root, types)
    return sorted(found, key=lambda error: (error.file or "", error.line or 0, error.column or 0))


def _is_derived(target: Any) -> bool:
    """Whether this is a derivative of `base`: `transforms.derived.Derived`, or the face's promise of one."""
    return hasattr(type(target), "__difflang_program__") and hasattr(target, "base")


def _each(attempt: Callable[[frozenset[Any]], Any], found: list[DifflangError]) -> Any:
    """What the attempt gives when it gives something; each refusal before is kept, and left out the next time."""
    skipped: frozenset[Any] = frozenset()
    before = len(found)
    while len(found) < MOST:
        try:
            return attempt(skipped)
        except DifflangError as error:
            if len(found) == before or error.code not in NEEDS_TYPES:  # behind a problem types may be open
                found.append(error)
            fresh = next((piece for piece in error.trail if piece not in skipped), None)
            if fresh is None:
                return None
            skipped |= {fresh}
    return None


def _read(function: Any, found: list[DifflangError]) -> Function | None:
    from difflang.reading import read
    from difflang.reading.functions import read_function
    from difflang.reading.memory import plain_function

    def attempt(skipped: frozenset[Any]) -> Function:
        return read_function(plain_function(function), skipped)[0] if skipped else read(function)

    result: Function | None = _each(attempt, found)
    return result


def _infer(function: Function, types: Sequence[Type], found: list[DifflangError]) -> None:
    from difflang.transforms.infer.infer import infer

    _each(lambda skipped: infer(function, types, skipped=skipped), found)


def _derive(root: Any, types: Sequence[Type]) -> list[DifflangError]:
    """What only ownership or the derivative meets, or else the warnings."""
    from difflang.transforms.derived import base_of, program_of
    from difflang.transforms.lint import lint

    from .specialise import program_for

    try:
        program_for(root, types)
        if not _is_derived(root):
            return [*lint(program_of(root, types))]
        return [*lint(*base_of(root, types))] if root.kind not in ("jvp", "pullback") else []
    except DifflangError as error:
        return [error]
