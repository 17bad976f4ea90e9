"""Written gradients of programs whose types nobody says: right for every type of argument, or refused with the place."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from difflang.errors import DifflangError
from difflang.transforms.derived import Derived, program_of
from difflang.writing.captured import handed_over
from difflang.types import UNKNOWN, type_of
from difflang.codegen.specialise import program_for
from difflang.writing.python import write
from tests.programs import CORPUS, Program
from tests.test_programs import SMOOTH, cotangent, single
from tests.test_programs import pullback as typed
from tests.ways import copied, define, run

RIGHT = 180
"""At least so many programs of the corpus can be written without types."""


def untyped(target: Any, count: int) -> Any:
    return define(write(program_for(target, (UNKNOWN,) * count)))


def is_right(program: Program) -> bool:
    """Whether the pullback written without types exists; it must then be right at every sample."""
    try:
        function = untyped(Derived("pullback", program.function), len(program.samples[0]) + 1)
    except DifflangError as error:
        assert error.place is not None and error.reason and (error.way_out or error.code != "DL019"), f"{program.name}: {error}"
        return False
    types = tuple(map(type_of, program.samples[0]))
    captured = handed_over(program_of(program.function, types).main)
    for arguments in program.samples:
        if any(np.iscomplexobj(argument) for argument in arguments):  # the text says that it is for real ones
            assert "for real arguments" in (function.__doc__ or "")
            continue
        with np.errstate(all="ignore"):
            bars = function(*copied(arguments), cotangent(program, arguments), *captured)
        tolerance = 1e-4 if single(arguments) else 1e-7
        for p, expected in zip(program.wrt, typed("evaluated", program, arguments), strict=True):
            assert np.shape(bars[p]) == np.shape(expected), program.name
            np.testing.assert_allclose(bars[p], expected, rtol=tolerance, atol=tolerance, err_msg=program.name)
    return True


def test_the_corpus_without_types_is_right_or_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert sum(map(is_right, SMOOTH)) >= RIGHT
    assert len(CORPUS) >= len(SMOOTH)


def score(x, w, b):
    return np.tanh(x * w + b)


def spread(x, w):
    return np.where(x > w, x / w, np.maximum(x, w * w)) ** 2 + np.sqrt(np.abs(w))


def product(x, w):
    return x @ w


def dotted(x, w):
    return np.dot(x, w) * 2.0


def moments(x):
    return np.mean(x) * np.sum(x * x) + np.max(x) - np.std(x)


def by_row(x):
    return np.sum(x * np.exp(x), axis=0) - np.mean(x, axis=-1, keepdims=True).sum()


def picked(x, i):
    y = x * 2.0
    y[i] = y[i] * y[i]
    return y


def joined(x, y):
    return np.concatenate((x, y * x), axis=-1)


RNG = np.random.default_rng(3)


def real(*shape: int) -> Any:
    return RNG.uniform(0.5, 2.0, shape) if shape else float(RNG.uniform(0.5, 2.0))


KINDS = [
    (score, (real(), real(), real())),
    (score, (real(3), real(), real(2, 3))),
    (score, (real(), real(2, 1), real(4))),
    (score, (np.float64(0.3), real(1), real())),
    (score, (real(0), real(), real(1))),
    (spread, (real(), real())),
    (spread, (real(2, 3), real(3))),
    (spread, (real(), real(3))),
    (spread, (real(1, 3), real(2, 1))),
    (product, (real(3), real(3))),
    (product, (real(2, 3), real(3))),
    (product, (real(3), real(3, 2))),
    (product, (real(2, 3), real(3, 2))),
    (product, (real(4, 2, 3), real(3, 2))),
    (product, (real(3), real(4, 3, 2))),
    (product, (real(4, 2, 3), real(3))),
    (product, (real(1, 2, 3), real(5, 3, 2))),
    (dotted, (real(3), real(3))),
    (dotted, (real(), real(3))),
    (dotted, (real(2, 3), real())),
    (dotted, (real(2, 3), real(3, 2))),
    (dotted, (real(2, 2, 3), real(3))),
    (dotted, (real(3), real(2, 3, 2))),
    (dotted, (real(2, 3), real(2, 3, 4))),
    (moments, (real(4),)),
    (moments, (real(2, 3),)),
    (by_row, (real(2, 3),)),
    (by_row, (real(2, 3, 2),)),
    (picked, (real(4), 2)),
    (picked, (real(4), np.array([0, 2, 1]))),
    (picked, (real(4), np.array([True, False, True, True]))),
    (picked, (real(3, 2), 1)),
    (picked, (real(3, 2), np.array([2, 0]))),
    (joined, (real(3), real(3))),
    (joined, (real(2, 3), real(3))),
]


def said(value: Any) -> str:
    return "-".join(str(np.shape(a)) for a in value) if isinstance(value, tuple) else str(value.__name__)


@pytest.mark.parametrize(("function", "arguments"), KINDS, ids=said)
def test_one_text_serves_every_type(function: Any, arguments: tuple[Any, ...]) -> None:
    seed = np.asarray(function(*copied(arguments))) * 0.5 + 0.3
    seed = seed if seed.ndim else float(seed)
    backward = untyped(Derived("pullback", function), len(arguments) + 1)
    found = backward(*copied(arguments), seed)
    wanted, _ = run("evaluated", Derived("pullback", function), (*arguments, seed))
    directions = [np.asarray(real(*np.shape(a)))[()] for a in arguments]
    chosen = tuple(k for k, w in enumerate(wanted) if w is not None)
    forward = untyped(Derived("jvp", function, chosen), len(arguments) + len(chosen))
    _, tangent = forward(*copied(arguments), *(directions[k] for k in chosen))
    for k in chosen:
        assert np.shape(found[k]) == np.shape(wanted[k])
        np.testing.assert_allclose(found[k], wanted[k], rtol=1e-10, atol=1e-12)
    slope = sum(np.sum(wanted[k] * directions[k]) for k in chosen)
    assert np.shape(tangent) == np.shape(seed)
    np.testing.assert_allclose(np.sum(seed * tangent), slope, rtol=1e-10, atol=1e-12)
