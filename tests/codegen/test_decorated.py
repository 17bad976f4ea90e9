"""Functions in wrappers of the user's: a call binds what the wrapper takes, `functools.wraps` or not."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import difflang as dl


def scaled(k: float) -> Any:
    def decorate(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any, **options: Any) -> Any:
            return k * function(*args, **options)

        return wrapper

    return decorate


def checked(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(x: Any, limit: float = 9.0) -> Any:
        if x > limit:
            raise ValueError("too large")
        return function(x)

    return wrapper


@scaled(3.0)
def power(x, p=2):
    return x**p


@checked
@scaled(2.0)
def square(x):
    return x * x


def test_a_wrapper_binds_what_it_takes() -> None:
    f = dl.differentiable(power)
    assert f(1.5) == power(1.5) and f(1.5, 3) == power(1.5, 3) and f(1.5, p=3) == power(1.5, p=3)
    assert dl.grad(power)(1.5) == pytest.approx(9.0) and dl.grad(f)(2.0, 3) == pytest.approx(36.0)
    assert dl.jvp(power, (2.0, 3), (1.0, None)) == pytest.approx((24.0, 36.0))
    assert dl.hessian(square)(2.0) == pytest.approx(4.0)
    with pytest.raises(ValueError, match="too large"):
        dl.differentiable(square)(4.0, 3.0)
    assert dl.differentiable(square)(4.0, limit=4.5) == 32.0


def test_a_quotient_beyond_64_bits_is_refused() -> None:
    def quotient(a: int, b: int) -> int:
        return a // b

    assert dl.differentiable(quotient)(-(2**63), 1) == -(2**63)
    with pytest.raises(dl.DifflangError, match="64 bits"):
        dl.differentiable(quotient)(-(2**63), -1)
    rows = np.array([-(2**63), 7])
    with np.errstate(all="ignore"):
        assert dl.differentiable(lambda x: x // -1)(rows).tolist() == (rows // -1).tolist()


def test_nothing_has_no_largest() -> None:
    def largest(n: int) -> float:
        return max(1.5 * k for k in range(n))

    try:
        largest(0)
    except ValueError as error:
        said = str(error)
    with pytest.raises(ValueError) as found:
        dl.differentiable(largest)(0)
    assert str(found.value) == said


def only_by_name(x, /, y, *, z=1.0):
    return x * y * z


@pytest.mark.parametrize(("args", "named"), [((1.0,), {}), ((1.0, 2.0, 3.0), {}), ((), {"x": 1.0, "y": 2.0}), ((1.0, 2.0), {"w": 1})])
def test_a_call_that_does_not_fit_says_what_python_says(args: Any, named: Any) -> None:
    with pytest.raises(TypeError) as wanted:
        only_by_name(*args, **named)
    with pytest.raises(TypeError) as found:
        dl.differentiable(only_by_name)(*args, **named)
    assert str(found.value) == str(wanted.value)
