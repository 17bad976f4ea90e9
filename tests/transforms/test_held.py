"""Lists, dicts and sets of the surroundings: read afresh at every call, guarded, never changed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.errors import DifflangError

TABLE: dict[str, Any] = {}
ITEMS: list[Any] = []


@pytest.fixture(autouse=True)
def filled() -> None:
    TABLE.clear()
    TABLE.update(scale=2.0, act=math.sin, deep={"list": [1.0, 2.0]})
    ITEMS[:] = [1.0, 2.0]


def scaled(x):  # type: ignore[no-untyped-def]
    return x * TABLE["scale"] * TABLE["act"](x)


def total(x):  # type: ignore[no-untyped-def]
    return x * sum(ITEMS) * len(ITEMS)


def test_numbers_are_read_at_every_call() -> None:
    run = dl.differentiable(scaled)
    assert run(2.0) == scaled(2.0)
    TABLE["scale"] = 5.0
    assert run(2.0) == scaled(2.0)
    TABLE["scale"] = np.array([1.0, 3.0])
    assert np.array_equal(run(2.0), scaled(2.0))


def test_functions_keys_and_lengths_are_guarded() -> None:
    run = dl.differentiable(scaled)
    assert run(2.0) == scaled(2.0)
    TABLE["act"] = math.cos
    assert run(2.0) == scaled(2.0)
    del TABLE["scale"]
    with pytest.raises(DifflangError, match="KeyError: 'scale'"):
        run(2.0)
    grown = dl.differentiable(total)
    assert grown(2.0) == total(2.0)
    ITEMS.append(4.0)
    assert grown(2.0) == total(2.0)
    assert dl.grad(total)(2.0) == 21.0


def put(x):  # type: ignore[no-untyped-def]
    TABLE["scale"] = x
    return x


def put_below(x):  # type: ignore[no-untyped-def]
    TABLE["deep"]["list"][0] = x
    return x


def put_in_callee(x):  # type: ignore[no-untyped-def]
    def change(table):  # type: ignore[no-untyped-def]
        table["scale"] = x

    change(TABLE)
    return x


def put_by_choice(x):  # type: ignore[no-untyped-def]
    table = TABLE if x > 1.0 else {"scale": 1.0, "act": math.sin, "deep": {"list": [1.0, 2.0]}}
    table["scale"] = x
    return x


def appended(x):  # type: ignore[no-untyped-def]
    ITEMS.append(x)
    return x


def popped(x):  # type: ignore[no-untyped-def]
    return x * TABLE.pop("scale")


def removed_for_caller(x):  # type: ignore[no-untyped-def]
    def drop(table):  # type: ignore[no-untyped-def]
        del table["a"]

    table = {"a": x, "b": x}
    drop(table)
    return len(table) * x


@pytest.mark.parametrize("function", [put, put_below, put_in_callee, put_by_choice, appended, popped])
def test_what_lives_outside_is_never_changed(function: Callable[..., Any]) -> None:
    before = repr(TABLE), list(ITEMS)
    with pytest.raises(DifflangError, match="lives outside of the function") as caught:
        dl.differentiable(function)(2.0)
    assert caught.value.code == "DL007" and caught.value.way_out and caught.value.place is not None
    assert (repr(TABLE), ITEMS) == before


def test_removing_an_item_of_the_callers_dict_is_refused() -> None:
    with pytest.raises(DifflangError, match="removes the item 'a' of a dict of the caller"):
        dl.differentiable(removed_for_caller)(2.0)


def test_long_lists_shall_be_arrays() -> None:
    ITEMS[:] = [1.0] * 2000
    with pytest.raises(DifflangError, match="too many to be read one by one") as caught:
        dl.differentiable(total)(2.0)
    assert "np.array" in caught.value.way_out
