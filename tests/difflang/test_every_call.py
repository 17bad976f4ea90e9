"""Every call of the table written as a program: read, inferred, owned, placed, compiled; NumPy says what is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from difflang.op import TABLE, load
from tests.ways import define, run

from .op_run import is_float, same
from .op_samples import DOMAINS, ELEMENTWISE, OTHERS, Call, call, real

load()


class Text:
    """A function `f` that returns the results of calls as a tuple; arrays and floats become its parameters."""

    def __init__(self) -> None:
        self.given: list[Any] = []

    def show(self, value: Any) -> str:
        if isinstance(value, float) and value == np.inf:
            return "np.inf"
        if isinstance(value, (np.ndarray, np.generic, float)):
            self.given.append(value)
            return f"x{len(self.given) - 1}"
        if isinstance(value, tuple):
            return "(" + "".join(f"{self.show(item)}, " for item in value) + ")"
        if isinstance(value, list):
            return "[" + ", ".join(map(self.show, value)) + "]"
        if isinstance(value, type):
            return f"np.{value.__name__}" if value.__module__ == "numpy" else value.__name__
        return repr(value)

    def call(self, sample: Call) -> str:
        args = [self.show(a) for a in sample.args]
        named = [f"{name}={self.show(value)}" for name, value in sample.kwargs.items()]
        function = sample.function
        if function.__module__ == "tests.difflang.op_samples":  # a method of the first
            return f"{args[0]}.{function.__name__}({', '.join(args[1:] + named)})"
        module = "np" if getattr(np, function.__name__, None) is function else "np.linalg"
        return f"{module}.{function.__name__}({', '.join(args + named)})"

    def function(self, samples: list[Call]) -> str:
        calls = ",\n        ".join(self.call(sample) for sample in samples)
        parameters = ", ".join(f"x{k}" for k in range(len(self.given)))
        return f"import numpy as np\n\n\ndef f({parameters}):\n    return (\n        {calls},\n    )\n"


def elementwise_calls(name: str) -> list[Call]:
    op = TABLE[name]
    low, high = DOMAINS.get(ELEMENTWISE[name], (1.0, 5.0))
    kinds: list[Any] = [
        real(4, low=low, high=high),
        real(2, 1, low=low, high=high),
        np.float64(real(low=low, high=high)),
        real(3, low=low, high=high, dtype=np.float32),
    ]
    whole = [np.array([1, 2, 3]), np.array([[2], [1]], dtype=np.int32), np.int64(2)]
    pool = whole if ELEMENTWISE[name] == "whole" else [*kinds, *whole]
    pairs = [(a, pool[k - 2]) for k, a in enumerate(pool)] if len(op.operands) == 2 else [(a,) for a in pool]
    found = []
    for operands in pairs:
        try:
            with np.errstate(all="ignore"):
                result = op.numpy[0](*operands)
        except (TypeError, ValueError):
            continue
        if name != "reciprocal" or np.asarray(result).dtype.kind == "f":
            found.append(call(op.numpy[0], *operands))
    return found


NUMPY = [name for name in ELEMENTWISE if TABLE[name].numpy and len(TABLE[name].operands) < 3]
SAMPLES = {name: [s for s in samples if isinstance(s, Call)] for name, samples in OTHERS.items()}


@pytest.mark.parametrize("way", ["evaluated", "compiled"])
@pytest.mark.parametrize("name", [*NUMPY, *(name for name, samples in SAMPLES.items() if samples)])
def test_call(name: str, way: str) -> None:
    samples = SAMPLES.get(name) or elementwise_calls(name)
    text = Text()
    source = text.function(samples)
    function = define(source, "f")
    with np.errstate(all="ignore"):
        expected = function(*text.given)
    found, _ = run(way, function, text.given)
    assert len(found) == len(expected)
    for f, e, line in zip(found, expected, source.splitlines()[6:], strict=False):
        for one, other in zip(f, e, strict=True) if isinstance(e, (tuple, list)) else [(f, e)]:
            try:
                same(one, other, tolerance(other, way, TABLE[name].kind))
            except AssertionError as error:
                raise AssertionError(f"{line.strip()}: {error}") from error
            assert type(one) is type(other) or np.ndim(other) == 0


def tolerance(value: Any, way: str, kind: str) -> float:
    """Of libm and of sums in another order: composed functions may add otherwise than NumPy."""
    if (way == "evaluated" and kind != "composite") or not is_float(value):
        return 0.0
    return 1e-13 if np.asarray(value).dtype == np.float64 else 2e-6
