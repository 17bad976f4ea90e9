"""Reading again: the same object while nothing static changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from difflang.ir import walk
from difflang.reading import read
from tests.reading.run import run
from tests.reading.show import define


def test_the_same_function_is_read_once() -> None:
    function = define("def f(x):\n    return x + 1\n")
    assert read(function) is read(function)


def test_a_static_name_that_changes_is_read_anew() -> None:
    function = define("def f(x):\n    return helper(x)\n", helper=abs)
    first = read(function)
    assert run(first, -3) == 3
    function.__globals__["helper"] = float
    second = read(function)
    assert second is not first and run(second, -3) == -3.0


def test_a_number_that_becomes_a_function_is_read_anew() -> None:
    function = define("def f(x):\n    return helper\n", helper=1.5)
    first = read(function)
    assert len(first.captures) == 1
    function.__globals__["helper"] = abs
    assert not read(function).captures


def test_closures_of_one_text_share_its_body_and_have_their_own_captures() -> None:
    make = define("def make(k, g, d):\n    def f(x, y=d):\n        return g(x) * k + y\n    return f\n", "make")
    one, two, other = make(2, abs, 10), make(np.float64(3), abs, 20), make(2, float, 10)
    first, second, third = read(one), read(two), read(other)
    assert first.body is second.body and first.body is not third.body
    assert [run(f, -4) for f in (first, second, third)] == [18, 32.0, 2.0]
    assert second.params[1].default == 20


def test_new_code_under_an_old_function_is_read() -> None:
    function = define("def f(x):\n    return x + 1\n")
    other = define("def f(x):\n    return x + 2\n")
    assert run(read(function), 1) == 2
    function.__code__ = other.__code__
    assert run(read(function), 1) == 3


def test_reading_is_quick() -> None:
    import time

    lines = ["def f(x, n):", "    s = 0.0"]
    for k in range(9):
        lines += [
            "    for i in range(n):",
            f"        if x[i] > {k} and n < {k + 5}:",
            f"            s += np.sin(x[i]) * {k}.5 - s / (n + {k})",
        ]
    text = "\n".join([*lines, "    return s", ""])
    times = []
    for _ in range(5):
        function = define(text)
        start = time.perf_counter()
        nodes = read(function)
        times.append(time.perf_counter() - start)
        assert sum(1 for _ in walk(nodes.body)) > 80
    assert min(times) < 0.06


def test_long_sums_that_programs_write() -> None:
    function = define("def f(x):\n    return " + " + ".join(f"x * {k}" for k in range(600)) + "\n")
    assert sum(1 for _ in walk(read(function).body)) == 1199


def test_functions_may_be_collected() -> None:
    import gc
    import weakref

    function: Any = define("def f(x):\n    return x + k\n", k=2.0)
    assert read(function).python is function
    watch = weakref.ref(function)
    function.__globals__.clear()
    del function
    gc.collect()
    assert watch() is None
