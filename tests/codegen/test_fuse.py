"""What is computed on the way and what is stored: counted by the allocations in the text."""

from __future__ import annotations

import numpy as np

from difflang.build import apply
from difflang.codegen import prelude
from difflang.codegen.module import emit
from difflang.codegen.targets.cpu import host
from difflang.types import Array
from tests.codegen.harness import agree, program

PLAIN, COLUMN = Array("f64", ("n",)), Array("f64", ("n", "1"))


def allocations(function, *types):
    asked = "call ptr @dl_alloc("
    return emit(program(function, types), host()).text.count(asked) - prelude.text().count(asked)


def test_a_chain_is_one_nest():
    assert allocations(lambda a, b: np.exp(a * b + 1) / (a - b), PLAIN, PLAIN) == 1


def test_a_reduction_stores_nothing():
    assert allocations(lambda a, b: np.sum((a - b) ** 2), PLAIN, PLAIN) == 0


def test_a_value_of_two_nests_is_stored_unless_it_is_cheap():
    def dear(a):
        t = np.exp(a)
        return np.sum(t), np.max(t)

    def cheap(a):
        t = a + 1
        return np.sum(t), np.max(t)

    assert allocations(dear, PLAIN) == 1
    assert allocations(cheap, PLAIN) == 0


def test_dear_work_is_not_repeated_by_a_broadcast():
    assert allocations(lambda a, c: np.sum(np.exp(c) * a), PLAIN, COLUMN) == 1
    assert allocations(lambda a, c: np.sum((c + 1) * a), PLAIN, COLUMN) == 0


def test_a_transposed_expression_is_read_through():
    assert allocations(lambda a: np.sum(np.transpose(a * 2) + 1), Array("f64", ("n", "n"))) == 0


def test_what_is_overwritten_before_its_use_is_computed_first():
    """t = x + 1 must see x as it was before the store."""

    def function(x):
        base = np.copy(x)
        t = base + 1
        written = apply("store", base, 0.0, 0, pattern=("i",))
        return written * t

    agree(function, np.arange(1.0, 5.0))


def test_long_and_much_shared_chains():
    """Neither the number of paths through a chain nor its length costs: it is cut where it gets deep."""

    def doubled(a):
        for _ in range(60):
            a = a * a - a * 0.5
        return a

    agree(doubled, np.array([0.1, -0.2, 0.3]), only="exact")

    def long(a):
        b = a
        for _ in range(700):
            b = b * 0.5 + a
        return b

    agree(long, np.array([0.1, -0.2, 0.3]), only="exact")
