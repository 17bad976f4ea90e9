"""NumPy's RuntimeWarnings from the floating-point flags: as NumPy says them or not at all, by np.errstate, at the caller's line."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.codegen.lower.silence import Silence

NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 10.0, 100.0, 710.0, -710.0, 1000.0, -1000.0, 1e10, -1e10, 1e200, 1e308, -1e308, 1e-300, 5e-324]
BEYOND = [np.inf, -np.inf, np.nan]


def said(function: Callable[..., Any], *args: Any) -> set[str]:
    """What warnings name."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(*args)
    return {str(each.message).split(" encountered")[0] for each in caught}


def quotient(x: Any) -> Any:
    return 1 / x + x * x


def ratio(a: Any, b: Any) -> Any:
    return a / b


def test_what_numpy_says() -> None:
    f = dl.differentiable(quotient)
    for value in (*NUMBERS, *BEYOND):
        x = np.full(19, value)
        assert said(f, x) == said(quotient, x), value
    g = dl.differentiable(ratio)
    for a, b in ((1.0, 0.0), (0.0, 0.0), (1e300, 1e-300), (3.0, 7.0), (np.inf, np.inf), (np.nan, 1.0)):
        assert said(g, np.float64(a), np.float64(b)) == said(ratio, np.float64(a), np.float64(b)), (a, b)


BINARY = [np.add, np.subtract, np.multiply, np.divide, np.less, np.maximum]
UNARY = [np.var, np.sort, np.argmax]
UNARY += [np.sqrt, np.square, np.reciprocal, np.sum, np.mean, np.prod, np.cumsum, np.max, np.abs, np.sign, np.floor, np.isnan]
ELEMENTARY = [np.exp, np.exp2, np.log, np.log2, np.log10, np.sin, np.cos, np.tan, np.tanh, np.cbrt, np.arctan]
ELEMENTARY += [np.expm1, np.log1p, np.sinh, np.cosh, np.arcsin, np.arccos, np.arcsinh, np.arccosh, np.arctanh]


@pytest.mark.parametrize("ufunc", BINARY + UNARY, ids=lambda u: u.__name__)
def test_arithmetic_is_told_truly(ufunc: Any) -> None:
    if ufunc in BINARY:
        f = dl.differentiable(lambda x, y: ufunc(x, y) * 0.5)
        for a in (0.0, 1.0, 1e308, np.inf, np.nan):
            for b in (0.0, -2.5, -1e308, np.inf, np.nan):
                x, y = np.full(19, a), np.full(19, b)
                missing = said(ufunc, x, y) - said(f, x, y)
                assert not said(f, x, y) - said(ufunc, x, y) and not missing - {"invalid value"}, (a, b)
    else:
        f = dl.differentiable(lambda x: ufunc(x) * 0.5)
        for value in (*NUMBERS, *BEYOND):
            assert said(f, np.full(19, value)) == said(ufunc, np.full(19, value)), value


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("ufunc", ELEMENTARY, ids=lambda u: u.__name__)
def test_elementary_functions_say_what_numpy_says(ufunc: Any, dtype: Any) -> None:
    """Each lane in vectors, and one number alone. Angles of floats are the C library's: nothing is said of them."""
    f, g = (dl.differentiable(lambda x: ufunc(x)) for _ in range(2))
    angles = dtype is np.float32 and ufunc in (np.sin, np.cos, np.tan)
    for value in (*NUMBERS, *BEYOND):
        if dtype is np.float64 or abs(value) < 1e38 or not np.isfinite(value):
            x = np.full(19, 2.0 if ufunc is np.arccosh else 0.5, dtype)
            x[7] = value
            wanted = set() if angles else said(ufunc, x)
            assert said(f, x) == wanted and said(g, dtype(value)) == wanted, value


def test_overflow_of_exp() -> None:
    assert said(dl.differentiable(lambda x: np.exp(x)), np.full(9, 1000.0)) == {"overflow"}


def test_the_callers_line_once_a_call() -> None:
    f = dl.differentiable(quotient)
    f(np.ones(9))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        f(np.zeros(9))
    assert [str(each.message) for each in caught] == ["divide by zero encountered in quotient"]
    assert caught[0].filename == __file__


def test_errstate_decides() -> None:
    f = dl.differentiable(quotient)
    seen: list[Any] = []
    with np.errstate(all="ignore"):
        assert said(f, np.zeros(9)) == set()
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError, match="divide by zero encountered in quotient"):
        f(np.zeros(9))
    with np.errstate(divide="call", call=lambda kind, flag: seen.append((kind, flag))):
        f(np.zeros(9))
    assert seen == [("divide by zero", 1)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning):
            f(np.zeros(9))


def guarded(x: Any) -> Any:
    total = np.float64(0)
    for k in range(len(x)):
        if x[k] != 0:
            total += 1 / x[k]
    return total


def some(a: Any, b: Any) -> Any:
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)


def pole(x: Any) -> Any:
    return np.sum(np.where(x > 0, x**0.5, 0.0))


def test_nothing_is_said_where_flags_may_lie() -> None:
    """Numbers computed in branches, derivatives, ufuncs with where=."""
    assert said(dl.differentiable(guarded), np.arange(40.0) % 3) == set()
    assert said(dl.grad(pole), np.zeros(9)) == set()
    assert said(dl.differentiable(some), np.ones(40), np.arange(40.0) % 3) == set()


def poles(x: Any) -> Any:
    return np.log(x), x**-1.0, x % x, np.float64(1.0) / x[0]


def around(x: Any) -> Any:
    """What tells otherwise by the flags, beside a quotient."""
    y = np.linalg.solve(np.eye(len(x)), x)
    total = np.float64(0)
    for k in range(len(x)):
        if x[k] > 0:
            total += np.log(x[k])
    return np.where(x > -1, 1 / x, 0.0) + y + np.fft.fft(x).real + total + np.divide(x, x, out=np.ones_like(x), where=x > 0)


def taken(x: Any) -> Any:
    return 1 / x[0] if x[0] != 1.0 else np.log(x[1])


def test_beside_what_is_hushed() -> None:
    zeros, ones = np.arange(12.0), np.arange(1.0, 13.0)
    for function in (poles, around):
        f = dl.differentiable(function)
        assert said(f, zeros) == said(function, zeros) and not said(f, ones), function
    f = dl.differentiable(taken)
    for x in (np.zeros(2), np.array([1.0, 0.0]), np.array([1.0, -1.0]), np.ones(2), np.array([2.0, 0.0])):
        assert said(f, x) == said(taken, x), x
    g = dl.value_and_grad(lambda x: np.sum(np.log(x)))
    assert said(g, zeros) and not said(g, ones)


def test_pythons_numbers_raise() -> None:
    with pytest.raises(ZeroDivisionError):
        dl.differentiable(ratio)(1.0, 0.0)


def quiet(x: Any) -> Any:
    with np.errstate(all="ignore"):
        y = np.log(x)
    return y


def partly(x: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.log(x) + np.sqrt(x)


def inner(x: Any) -> Any:
    return np.log(x)


def around_calls(x: Any) -> Any:
    with np.errstate(all="ignore"):
        t = inner(x)
        for _ in range(3):
            t = t + np.sqrt(x)
        t /= 0.0
        with np.errstate(invalid="warn"):
            t = t + np.sqrt(x - 1)
    return t


def filtered(x: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = np.log(x)
    return y + np.sqrt(x)


def strict(x: Any) -> Any:
    with np.errstate(all="raise"):
        y = x.copy()
        y /= x
        return np.exp(y * 400.0 * x) + np.mean(y)


def caught(x: Any) -> Any:
    try:
        with np.errstate(divide="raise"):
            y = np.log(x) * 2.0
    except FloatingPointError:
        y = np.zeros_like(x)
    return y


@pytest.mark.parametrize("function", [quiet, partly, around_calls, filtered, strict, caught], ids=lambda f: f.__name__)
@pytest.mark.parametrize("values", [(1.0, 2.0), (0.0, 1.0), (-1.0, 2.0), (0.0, 0.0), (2.0, 5.0), (-4.0, 1.0)])
def test_errstate_inside(function: Any, values: Any) -> None:
    """What is said, what is raised and in which words."""
    found = []
    for f in (function, dl.differentiable(function)):
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            try:
                value = f(np.array(values))
            except FloatingPointError as error:
                value = str(error)
        found.append((value, {str(each.message).partition(" encountered")[0] for each in heard}))
    (expected, wanted), (value, said_) = found
    assert said_ == wanted
    if isinstance(expected, str):
        assert value == expected
    else:
        np.testing.assert_allclose(value, expected, rtol=1e-14)


def test_errstate_that_raises_around_a_call_is_refused() -> None:
    def f(x: Any) -> Any:
        with np.errstate(all="raise"):
            return inner(x)

    with pytest.raises(dl.DifflangError, match="does not reach into inner"):
        dl.differentiable(f)(np.ones(2))


@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint32])
def test_integers_divided_by_zero(dtype: Any) -> None:
    given = np.array([3, 1, 0], dtype)
    for f in (lambda k: k // (k - 1), lambda k: k % (k - 1), lambda k: k[0] // k[2], lambda k: np.fmod(k, 0)):
        assert said(dl.differentiable(f), given) == said(f, given) == {"divide by zero"}
    assert said(dl.differentiable(lambda k: k // 2), given) == set()


def test_casts_that_do_not_hold_the_number() -> None:
    for value in (1.0, 1e300, np.inf):
        for f in (lambda x: x.astype(np.float32), lambda x: (x * 1.0).astype(np.int64)):
            assert said(dl.differentiable(f), np.full(9, value)) == said(f, np.full(9, value)), value


def slope_at(x: Any) -> Any:
    return dl.jvp(quotient, (x,), (1.0,))[1]


def falling(x: Any) -> Any:
    y = x[0]
    while y > 0.125:
        y -= 0.001 * slope_at(y) / (1.0 + slope_at(y) ** 2) + 0.01
    return y


def test_a_hushed_loop_hushes_what_it_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once around the loop: putting the flags back at each operation costs more than the operations."""
    hushed: list[str] = []
    asked = Silence.asked

    def heard(self: Silence, low: Any, node: Any) -> int:
        found = asked(self, low, node)
        hushed.extend([node.op] * bool(found))
        return found

    monkeypatch.setattr(Silence, "asked", heard)
    assert said(dl.differentiable(falling), np.array([3.0])) == set()
    assert hushed == ["while"]


def few(x: Any, y: Any) -> Any:
    h = y[1:] - y[:-1]
    return x[1:4] / h[1:]


def test_loops_of_few_turns_divide_nothing_else() -> None:
    """LLVM would do their turns in lanes, some of them empty."""
    assert said(dl.differentiable(few), np.ones(5), np.arange(5.0) ** 2) == set()


@np.errstate(all="ignore")
def under(x: Any) -> Any:
    return np.log(x)


def calls_it(x: Any) -> Any:
    return under(x)


def made_inside(x: Any) -> Any:
    @np.errstate(all="ignore")
    def inner_one(v: Any) -> Any:
        return 1 / v

    return inner_one(x)


@pytest.mark.parametrize("function", [under, calls_it, made_inside])
def test_errstate_as_a_decorator_is_refused(function: Any) -> None:
    with pytest.raises(dl.DifflangError, match="np.errstate") as caught:
        dl.differentiable(function)(np.ones(2))
    assert "with np.errstate" in caught.value.way_out
