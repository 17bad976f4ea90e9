"""Every rule is itself a function of the language: differentiated again, it gives second derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from difflang.eval import evaluate_program
from difflang.ir import Program
from difflang.op import TABLE, bind, load
from difflang.transforms.derived import Derived, program_of
from difflang.types import NOTHING, Type, type_of
from difflang.verify import verify

from .op_run import emitted, is_float, program, slope
from .op_samples import DOMAINS, ELEMENTWISE, OTHERS, Raw, real
from .test_every_op import DIFFERENTIABLE, away, kinked

load()


class Alone:
    """A function of the language that is one op."""

    __name__ = "alone"

    def __init__(self, name: str, attrs: Any, flavor: str | None = None, nones: Sequence[int] = ()) -> None:
        self.make = emitted(name, attrs, flavor)
        self.nones = nones  # positions of operands that are None: no parameters

    def __difflang_program__(self, types: Sequence[Type]) -> Program:
        given = list(types)
        for k in self.nones:
            given.insert(k, NOTHING)
        return program(self.make, given)


def without_nones(name: str, attrs: Any, values: Sequence[Any]) -> tuple[Alone, list[Any]]:
    return Alone(name, attrs, None, [k for k, v in enumerate(values) if v is None]), [v for v in values if v is not None]


def run(target: Any, *values: Any) -> tuple[Any, ...]:
    built = program_of(target, [type_of(v) for v in values])
    return evaluate_program(verify(built, "derivatives"), *values)


def check(target: Alone, values: Sequence[Any], moving: Sequence[int], step: float) -> None:
    """The tangent of the pullback along random directions against differences of the pullback."""
    (result,) = run(target, *values)
    if not is_float(result):
        return
    bar = np.float64(0.7) if np.ndim(result) == 0 else real(*np.shape(result))
    pullback = Derived("pullback", target)
    dots = [np.float64(0.6) if np.ndim(values[k]) == 0 else real(*np.shape(values[k])) for k in moving]

    def at(t: float) -> list[Any]:
        shifted = list(values)
        for k, dot in zip(moving, dots, strict=True):
            shifted[k] = values[k] + t * dot
        return list(run(pullback, *shifted, bar))

    bars = at(0.0)
    found = run(Derived("jvp", pullback, tuple(moving)), *values, bar, *dots)[len(bars) :]
    assert len(found) == len(bars)
    for k, tangent in enumerate(found):
        expected = slope(lambda t, k=k: at(t)[k], step)
        np.testing.assert_allclose(tangent, expected, rtol=2e-7, atol=2e-7)


@pytest.mark.parametrize("name", [n for n in DIFFERENTIABLE if n not in ("floordiv", "mod", "fmod", "remainder")])
def test_elementwise(name: str) -> None:
    low, high = DOMAINS[ELEMENTWISE[name]]
    count = len(TABLE[name].operands)
    for shapes in [((3,),) * count, ((2, 3), (3,))[:count], ((), ())[:count]]:
        values = [away(real(*shape, low=low, high=high)) for shape in shapes]
        if name in ("maximum", "minimum"):  # differences say nothing across a tie
            values[1] = np.where(np.abs(values[0] - values[1]) < 0.1, values[1] + 0.2, values[1])
        values = [np.float64(v) if np.ndim(v) == 0 else v for v in values]
        flavor = "numpy" if TABLE[name].numpy else "python"
        if flavor == "python" and np.ndim(values[0]):
            continue
        check(Alone(name, {}, flavor), values, range(count), 2e-3)


CASES = [
    pytest.param(name, sample, id=f"{name}-{k}")
    for name, samples in OTHERS.items()
    if TABLE[name].kind not in ("constant", "composite")
    for k, sample in enumerate(samples)
]


@pytest.mark.parametrize("name,sample", CASES)
def test_others(name: str, sample: Any) -> None:
    if isinstance(sample, Raw):
        values, attrs = sample.operands, sample.attrs
    else:
        values, attrs = bind(TABLE[name], sample.args, sample.kwargs)
    target, values = without_nones(name, attrs, values)
    moving = [k for k, v in enumerate(values) if is_float(v) and np.asarray(v).dtype == np.float64 and not (name == "unbroadcast" and k)]
    if not moving or kinked(name, values) or any(isinstance(v, np.ndarray) and v.dtype == np.float32 for v in values):
        return
    check(target, values, moving, 2e-4 if name in ("max", "min", "std") else 2e-3)


def test_products_with_several_zeros() -> None:
    """The second derivative of a product by the two factors that are zero is the product of the others."""
    x = np.array([0.0, 3.0, 0.0])
    pullback = Derived("pullback", Alone("prod", {"axis": None, "keepdims": False}))
    found = run(Derived("jvp", pullback, (0,)), x, np.float64(1.0), np.array([1.0, 0.0, 0.0]))
    assert found[0].tolist() == [0.0, 0.0, 0.0] and found[-1].tolist() == [0.0, 0.0, 3.0]


def narrow(value: Any) -> Any:
    return np.asarray(value).astype(np.float32)[()] if is_float(value) else value


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_adjoints_of_f32_are_f32(name: str) -> None:
    op = TABLE[name]
    if not op.numpy:
        return
    low, high = DOMAINS[ELEMENTWISE[name]]
    values = [away(real(2, 3, low=low, high=high)), away(real(3, low=low, high=high))][: len(op.operands)]
    compare_f32(Alone(name, {}, "numpy"), values)


@pytest.mark.parametrize("name,sample", CASES)
def test_adjoints_of_f32_are_f32_in_others(name: str, sample: Any) -> None:
    values, attrs = (sample.operands, sample.attrs) if isinstance(sample, Raw) else bind(TABLE[name], sample.args, sample.kwargs)
    target, values = without_nones(name, attrs, values)
    if any(isinstance(v, np.ndarray) and v.dtype != np.float64 for v in values) or any(isinstance(v, float) for v in values):
        return
    if any(is_float(v) for v in values) and not kinked(name, values):
        compare_f32(target, values)


def compare_f32(target: Alone, values: list[Any]) -> None:
    """The same adjoints as in f64, to the accuracy of f32, and of its dtype."""
    narrowed = [narrow(v) for v in values]
    wide = [np.asarray(v).astype(np.float64)[()] if is_float(v) else v for v in narrowed]
    (result,) = run(target, *wide)
    if not is_float(result):
        return
    bar = np.float32(0.5) if np.ndim(result) == 0 else np.full(np.shape(result), 0.5, np.float32)
    found = run(Derived("pullback", target), *narrowed, bar)
    expected = run(Derived("pullback", target), *wide, np.asarray(bar).astype(np.float64)[()])
    for f, e in zip(found, expected, strict=True):
        assert np.asarray(f).dtype == np.float32
        np.testing.assert_allclose(f, e, rtol=2e-4, atol=1e-4)


@pytest.mark.parametrize("name", [n for n in DIFFERENTIABLE if len(TABLE[n].operands) == 2])
@pytest.mark.parametrize("first", [True, False])
def test_f32_beside_f64_does_not_spoil_it(name: str, first: bool) -> None:
    """The adjoint of the f64 operand is as exact as if the other were f64 too."""
    low, high = DOMAINS[ELEMENTWISE[name]]
    values = [away(real(4, low=low, high=high)).astype(np.float32) for _ in range(2)]
    wide = [v.astype(np.float64) for v in values]
    mixed = [wide[0], values[1]] if first else [values[0], wide[1]]
    target = Alone(name, {}, "numpy") if TABLE[name].numpy else None
    if target is None:
        return
    bar = np.full(4, 0.5)
    found = run(Derived("pullback", target), *mixed, bar)[0 if first else 1]
    expected = run(Derived("pullback", target), *wide, bar)[0 if first else 1]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
