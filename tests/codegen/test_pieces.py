"""Modules in pieces: what stands in which, and the same bits as in one module."""

from __future__ import annotations

import re
import threading

import numpy as np
import pytest

from difflang.codegen import optimize, pieces, unlocked
from difflang.codegen.lanes import lanes
from difflang.codegen.module import emit
from difflang.codegen.targets.cpu import host
from difflang.types import Array
from tests.codegen.harness import Native, agree, program

PLAIN, WHOLE = Array("f64", ("n",)), Array("i64", ("n",))
SINGLE = Array("f32", ("n",))


def text_of(function, *types):
    return emit(program(function, types), host()).text


def nests(text):
    return re.findall(r"(?ms)^define [^\n]*@dl_nest[^\n]*\{\n.*?^\}\n?", text)


def arithmetic(x, y):
    return np.where(x > 0.5, x * y - 3.0, np.sqrt(np.abs(x)) / (y + 2.0))


def elementary(x, y):
    return np.exp(x) * np.sin(y) + np.log1p(np.abs(x)) ** 2


def rows(a, x):
    return (a + x) * x[:, None] - a.T[0]


def bounded(x, y):
    return np.maximum(y, 0.25) * np.minimum(x, y) + np.floor(x)


def in_place(x, y):
    x = x * 1.0
    x *= y
    x += x
    return x


def flags(x, y):
    return (x < y) | (x > 0.9)


FUNCTIONS = [arithmetic, elementary, bounded, in_place, flags]
SIZES = (0, 1, 7, 8, 9, 37)


@pytest.fixture
def apart(monkeypatch):
    """Every nest in a piece of its own kind."""
    monkeypatch.setattr(pieces, "BUNDLE", 2)
    monkeypatch.setattr(optimize, "to_object", optimize.to_objects)


def given(n):
    return np.linspace(-1.0, 2.0, n), np.cos(np.arange(n))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_vectors_give_the_bits_of_numbers(function, monkeypatch):
    text = text_of(function, PLAIN, PLAIN)
    assert nests(text) and all("<8 x" in lanes.widened(nest, 512)[0] for nest in nests(text))
    made = program(function, (PLAIN, PLAIN))
    whole = Native(made)
    monkeypatch.setattr(pieces, "BUNDLE", 2)
    monkeypatch.setattr(optimize, "to_object", optimize.to_objects)
    parts = Native(made)
    for n in SIZES:
        for one, other in zip(whole(*given(n)), parts(*given(n)), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("function", [*FUNCTIONS, rows])
def test_pieces_agree_with_the_evaluator(function, apart):
    """Under every form of the arguments: sizes left open, memory with strides."""
    x, y = given(9)
    agree(function, np.outer(y, y) if function is rows else x, y)


def test_a_failing_nest_is_a_function_that_says_so(apart):
    def picked(x, k):
        return np.sin(x)[k] * 2.0

    assert any("@dl_nest" in nest and "define internal fastcc i1" in nest for nest in nests(text_of(picked, PLAIN, WHOLE)))
    x, _ = given(9)
    agree(picked, x, np.array([0, -1, 8, 3]))
    agree(picked, x, np.array([0, 9]))


def test_a_nest_that_is_told_a_size_stays():
    text = text_of(lambda x: np.sqrt(x) + 1.0, Array("f64", ("n",)))
    assert [piece.level for piece in pieces.pieces(text, host())] == [2]  # too small to be taken apart


def test_calls_on_several_threads_keep_their_order(monkeypatch):
    monkeypatch.setattr(unlocked, "processors", lambda: 3)
    assert unlocked.side_by_side([lambda k=k: k * k for k in range(20)]) == [k * k for k in range(20)]
    with pytest.raises(ZeroDivisionError):
        unlocked.side_by_side([lambda: 1, lambda: 1 // 0])


def test_where_no_thread_starts_one_does_it_all(monkeypatch):
    def refused(thread):
        raise RuntimeError("can't start new thread at interpreter shutdown")

    monkeypatch.setattr(unlocked, "processors", lambda: 3)
    monkeypatch.setattr(threading.Thread, "start", refused)
    assert unlocked.side_by_side([lambda k=k: k + 1 for k in range(5)]) == [1, 2, 3, 4, 5]


def test_without_the_functions_by_name_llvmlite_is_asked(monkeypatch):
    text = text_of(arithmetic, PLAIN, PLAIN)
    direct = optimize.object_code(text, host())
    monkeypatch.setattr(unlocked, "_functions", lambda: None)
    assert optimize.object_code(text, host()) == direct


def test_what_llvm_says_is_raised():
    with pytest.raises(RuntimeError):
        optimize.object_code("define void @f() {\n  ret i32 1\n}\n", host())
