"""The statements that a person would have written: branches, loops, returns and writes where they stood."""

from __future__ import annotations

import math
import textwrap

import numpy as np

from tests.writing.texts import body_of, defined, text_of

XS = np.array([0.5, 1.5, 2.5])


def expect(function, arguments, text):  # type: ignore[no-untyped-def]
    assert body_of(function, *arguments) == textwrap.indent(textwrap.dedent(text).lstrip("\n"), "    ")


def test_break():
    def f(xs):
        total = 0.0
        for i in range(len(xs)):
            if xs[i] > 2.0:
                break
            total += xs[i]
        return total

    expect(
        f,
        (XS,),
        """
        total = 0.0
        for i in range(len(xs)):
            if xs[i] > 2.0:
                break
            total += xs[i]
        return total
        """,
    )


def test_early_returns_and_elif():
    def f(x):
        if x > 3.0:
            return x * x
        if x > 2.0:
            y = math.sin(x)
        elif x > 1.0:
            y = math.cos(x)
        else:
            y = -x
        return y * y

    expect(
        f,
        (1.5,),
        """
        if x > 3.0:
            return x * x
        if x > 2.0:
            y = math.sin(x)
        elif x > 1.0:
            y = math.cos(x)
        else:
            y = -x
        return y * y
        """,
    )


def test_while_and_swap():
    def f(a, b):
        while b > 0.1:
            a, b = b, a * 0.5
        return a

    expect(
        f,
        (2.0, 3.0),
        """
        while b > 0.1:
            a, b = b, a * 0.5
        return a
        """,
    )


def test_writes_in_place():
    def f(a, v):
        a[1] += v
        a[0] = a[1] * 2.0
        a[1:] *= v

    text = text_of(f, XS, 2.0)
    assert "    a[1] += v\n    a[0] = a[1] * 2.0\n" in text
    given = XS.copy()
    defined(text)(given, 2.0)
    np.testing.assert_array_equal(given, [7.0, 7.0, 5.0])


def test_a_read_is_not_moved_over_a_write():
    def f(a):
        b = a.copy()
        first = b[0]
        b[0] = 5.0
        return first + b[0]

    text = text_of(f, XS)
    assert defined(text)(XS.copy()) == 5.5
    assert text.index("first = b[0]") < text.index("b[0] = 5.0")


def test_maximum_by_branch():
    def f(xs):
        best = xs[0]
        for x in xs:
            if x > best:
                best = x
        return best

    text = text_of(f, XS)
    assert "best = max(best, " in text
    assert defined(text)(XS) == 2.5


def test_conditions_join():
    def f(x, y):
        z = x - y
        if x > 0.0:
            if y > 0.0:
                z = x * y
        return z

    assert "    if x > 0.0 and y > 0.0:\n" in text_of(f, 1.0, 2.0)


def test_division_of_numbers_follows_its_flavor():
    def f(x, y):
        return x / y

    def g(x, y):
        return np.divide(x, y)

    assert "return x / y" in text_of(f, 1.0, 2.0)
    assert "return np.divide(x, y)" in text_of(g, 1.0, 2.0)


def test_tuples_in_and_out():
    def f(pair, z):
        x, y = pair
        return (x * z, (y, z)), x

    text = text_of(f, (1.0, 2.0), 3.0)
    assert defined(text)((1.0, 2.0), 3.0) == ((3.0, (2.0, 3.0)), 1.0)


def test_checks():
    def f(x):
        if x < 0.0:
            raise ValueError("negative")
        assert x < 10.0, "too large"
        return math.sqrt(x)

    expect(
        f,
        (4.0,),
        """
        if x < 0.0:
            raise ValueError("negative")
        assert x < 10.0, "too large"
        return math.sqrt(x)
        """,
    )
