"""A loop that returns what is returned after it is left: no flags, the same values and gradients."""

from __future__ import annotations

import pytest

import difflang as dl


def newton(a, n):
    x = a
    for _ in range(n):
        x = 0.5 * (x + a / x)
        if abs(x * x - a) < 1e-12:
            return x
    return x


def pair(a, n):
    x, k = a, 0
    while k < n:
        x = 0.5 * (x + a / x)
        k += 1
        if abs(x * x - a) < 1e-6:
            return x, k
    return x, k


def nested(a, n):
    for _ in range(n):
        for _ in range(3):
            a = a * 1.1
            if a > 5:
                return a
        if a > 4:
            return a
    return a


def guarded(a, n):
    try:
        for i in range(n):
            a = a / (3 - i)
            if a < 0.1:
                return a
        return a
    except ZeroDivisionError:
        return -1.0


def inner_try(a, n):
    for i in range(n):
        try:
            a = a / (3 - i)
            if a < 0.4:
                return a
        except ZeroDivisionError:
            a = a + 1.0
        finally:
            a = a * 2.0
    return a


def other(a, n):
    for _ in range(n):
        a = a * 1.5
        if a > 6:
            return a * 2
        if a > 5:
            return a
    else:
        a = a + 1
    return a


def unbound(a, n):
    for i in range(n):
        b = a * i
        if b > 3:
            return b
    return b


CASES = [
    (newton, (2.0, 10)), (newton, (2.0, 2)), (newton, (2.0, 0)), (nested, (1.0, 4)), (nested, (1.0, 40)), (guarded, (2.0, 3)),
    (guarded, (2.0, 6)), (inner_try, (2.0, 2)), (inner_try, (2.0, 5)), (other, (2.0, 3)), (other, (2.0, 2)), (other, (2.0, 0)),
    (unbound, (2.0, 1)), (unbound, (2.0, 5)),
]  # fmt: skip


@pytest.mark.parametrize(("function", "arguments"), CASES)
def test_the_same_values_and_gradients(function, arguments):
    assert dl.differentiable(function)(*arguments) == function(*arguments)
    dl.check_grads(function, arguments)


def test_tuples_are_returned_so_too():
    for n in (2, 20):
        assert dl.differentiable(pair)(3.0, n) == pair(3.0, n)


def test_what_has_no_value_after_the_loop():
    with pytest.raises(UnboundLocalError):
        dl.differentiable(unbound)(2.0, 0)


def test_the_gradient_has_no_flag():
    text = dl.source(dl.grad(newton), 2.0, 10)
    assert "returned" not in text and "            break\n" in text
    assert "returned" in dl.source(dl.grad(nested), 2.0, 10)  # the inner loop is not followed by a return
