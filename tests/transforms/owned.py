"""Programs through `infer` and `own`, compared with what Python makes of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from difflang.eval import evaluate_program
from difflang.ir import Program
from difflang.reading import read
from difflang.transforms.infer.infer import infer
from difflang.transforms.own.own import own
from difflang.types import type_of
from difflang.verify import verify
from tests.ways import _leaves_of, assert_same, copied, unflatten

Case = tuple[Callable[..., Any], tuple[Any, ...]]


class Cases:
    """The programs of one test file: `@cases(argument, ...)` enters a function with arguments to try it on."""

    def __init__(self) -> None:
        self.entered: list[Case] = []

    def __call__(self, *arguments: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def enter(function: Callable[..., Any]) -> Callable[..., Any]:
            self.entered.append((function, arguments))
            return function

        return enter

    def params(self) -> list[Any]:
        return [pytest.param(function, arguments, id=f"{function.__name__}-{k}") for k, (function, arguments) in enumerate(self.entered)]


def owned(function: Callable[..., Any], *arguments: Any) -> Program:
    """The owned program for these arguments; every level is verified."""
    typed = verify(infer(read(function), [type_of(a) for a in arguments]), "infer")
    return verify(own(typed), "own")


def check(function: Callable[..., Any], arguments: tuple[Any, ...], tolerance: float = 1e-13) -> None:
    """Result, error, and what the call leaves in its arguments are Python's."""
    given = copied(arguments)
    expected, error = None, None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            expected = function(*given)
        except Exception as raised:
            error = raised
    mine = copied(arguments)
    program = owned(function, *mine)
    leaves = _leaves_of(program.main, mine)
    if error is not None:
        with pytest.raises(type(error)):
            evaluate_program(program, *leaves)
        return
    values = evaluate_program(program, *leaves)
    count = len(values) - len(program.main.writes)
    for position, final in zip(program.main.writes, values[count:], strict=True):
        leaves[position][...] = final
    assert_same(unflatten(program.main.result, iter(values[:count])), expected, tolerance, "result")
    for k, (after, should) in enumerate(zip(mine, given, strict=True)):
        if isinstance(should, (np.ndarray, tuple)):
            assert_same(after, should, tolerance, f"argument {k} afterwards")
