"""Long functions that leave the work to loop nests are compiled apart; blocks that die are taken again."""

from __future__ import annotations

import re

import numpy as np

import difflang as dl
from difflang.codegen.module import emit
from difflang.codegen.pieces import Piece, pieces
from difflang.codegen.targets.cpu import host
from difflang.types import Array
from tests.codegen.harness import agree, program

PLAIN = Array("f64", ("n",))


def text_of(function, *types):
    return emit(program(function, types), host()).text


def long(x, y):
    for k in range(60):
        x = np.sin(x) * y + float(k)
        y = y / (1.0 + np.sum(x * x))
    return x, y


def scalars(x, y):
    a = x[0]
    for _ in range(100):
        a = a * y[0] + x[1] / (a + 2.0)
    return a


def test_what_leaves_the_work_to_nests_is_apart():
    first, *_, apart = pieces(text_of(long, PLAIN, PLAIN), host())
    assert apart.level == 0 and "declare hidden fastcc void @dl_nest.0" in apart.text
    assert '.impl"(' in apart.text.split("define hidden")[1] and "declare hidden fastcc" in first.text


def test_what_computes_numbers_is_not():
    text = text_of(scalars, PLAIN, PLAIN)
    assert pieces(text, host()) == [Piece(text, 2)]


def test_results():
    agree(long, np.arange(4.0), np.arange(4.0) / 8)


def test_a_block_is_taken_again_where_one_of_its_size_has_just_died():
    text = text_of(lambda x, y: np.sin(np.cumsum(np.sin(np.cumsum(np.sin(np.cumsum(x) * y)) * y)) * y), PLAIN, PLAIN)
    function = text.split('.impl"(')[1].split("\n}\n")[0]
    assert len(re.findall("call ptr @dl_alloc", function)) < 6
    agree(lambda x, y: np.sin(np.cumsum(np.sin(np.cumsum(np.sin(np.cumsum(x) * y)) * y)) * y), np.arange(4.0), np.arange(4.0) / 8)


def test_a_block_that_others_hold_is_not():
    def kept(x):
        a = np.cumsum(x)
        b = np.cumsum(a * 2.0)
        c = np.cumsum(b + a)
        return a, c

    agree(kept, np.arange(5.0))


def arms(x, c):
    if c > 0.0:
        t = np.cumsum(x)
        u = np.cumsum(t * t)
    else:
        u = np.cumsum(x * 3.0)
    v = np.cumsum(u + 1.0)
    for _ in range(3):
        w = np.cumsum(v * 0.5)
        v = np.cumsum(w + x)
    return v


def test_what_one_arm_lets_go_is_not_taken_by_the_other():
    native = dl.differentiable(arms)
    for c in (1.0, -1.0):
        np.testing.assert_allclose(native(np.arange(5.0), c), arms(np.arange(5.0), c))
