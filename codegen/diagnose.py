"""All problems of a function in one pass: what stops it from compiling, then what it may not mean.

A problem names the statement or node it was met in (`DifflangError.trail`); the way is gone again with that piece left
out, its results of any type, until nothing more is found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from difflang.errors import DifflangError
from difflang.ir import Function
from difflang.types import FLOAT, UNKNOWN, Array, Tuple, Type

MOST = 100
"""Problems told of one function."""

NEEDS_TYPES = ("DL011", "DL019")
"""What is only known once the types of the arguments are."""


def diagnose(root: Any, types: Sequence[Type], arrays: Collection[int] = ()) -> list[DifflangError]:
    """The problems of a plain or derived function for arguments of these types, in order of the text. `arrays`: the positions of
    parameters of open type that are arrays of some rank; what is wrong with vectors and with matrices is wrong with those."""
    base = root
    while _is_derived(base):
        base = base.base
    found: list[DifflangError] = []
    if not hasattr(type(base), "__difflang_program__"):
        function = _read(base, found)
        if function is not None and len(types) >= sum(1 for param in function.params if param.default is ...):
            known = types[: len(function.params)]
            before = list(found)
            _infer(function, known, found)
            found += _of_every_rank(function, known, arrays, before) if arrays else []
    if any(UNKNOWN in leaves_of(type) for type in types):
        guessed = _guessed(root, types, arrays)
        found = [error for error in found if error.code not in NEEDS_TYPES] if guessed is None else guessed
    elif not found:
        found = _derive(root, types)
    found = list({(error.place, error.way_out): error for error in reversed(found)}.values())  # the same thing is said once
    return sorted(found, key=lambda error: (error.file or "", error.line or 0, error.column or 0))


def leaves_of(type: Type) -> list[Type]:
    return [leaf for item in type.items for leaf in leaves_of(item)] if isinstance(type, Tuple) else [type]


def _guessed(root: Any, types: Sequence[Type], arrays: Collection[int]) -> list[DifflangError] | None:
    """Where it compiles if what is open are vectors, matrices or numbers: derivatives lost through integers. None where it does not."""
    vector = Array("f64", ("n",))
    for guess in (vector, Array("f64", ("n", "n")), FLOAT):
        filled = [_filled(type, vector if guess == FLOAT and k in arrays else guess) for k, type in enumerate(types)]
        found = _derive(root, filled)
        if not any(error.severity == "error" for error in found):
            return [error for error in found if error.code == "DL020"]
    return None


def _of_every_rank(
    function: Function, types: Sequence[Type], arrays: Collection[int], before: Sequence[DifflangError]
) -> list[DifflangError]:
    """The problems that arrays meet whatever their rank is."""
    every: list[dict[Any, DifflangError]] = []
    for guess in (Array("f64", ("n",)), Array("f64", ("n", "n"))):
        met = list(before)
        _infer(function, [guess if k in arrays and type == UNKNOWN else type for k, type in enumerate(types)], met)
        every.append({(error.code, error.place): error for error in met[len(before) :]})
    return [error for key, error in every[0].items() if key in every[1]]


def _filled(type: Type, guess: Type) -> Type:
    if isinstance(type, Tuple):
        return Tuple(tuple(_filled(item, guess) for item in type.items), type.layout)
    return guess if type == UNKNOWN else type


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
