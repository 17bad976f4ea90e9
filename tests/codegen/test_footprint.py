"""What `dl.explain` states of memory, against counts by hand and against what the arena held."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl

N, M, K = 3000, 40, 30


def squares(x):
    return np.sum(x * x)


def softmax_loss(w, x, y):
    z = x @ w
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.sum(np.log(p) * y)


def recurrence(x):
    """Each turn keeps one number: y before it is squared."""
    y = 0.5
    for i in range(x.size):
        y = np.sin(y * y + x[i])
    return y


def heat(u, steps):
    for _ in range(steps):
        v = u.copy()
        v[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = v
    return np.sum(u * u)


def power(a, x, steps):
    """Each turn keeps the vector that it began with, and its norm."""
    for _ in range(steps):
        y = a @ x
        x = y / np.sqrt(y @ y)
    return x[0]


def layers(w1, w2, x):
    h = np.tanh(x @ w1)
    return np.sum((h @ w2) ** 2)


def prefix(x):
    total = np.zeros(x.size + 1)
    for i in range(x.size):
        total[i + 1] = total[i] + x[i] * x[i]
    return total[x.size] * total[x.size // 2]


def pairs(x):
    energy = 0.0
    for i in range(x.size):
        for j in range(i):
            energy += 1 / (1 + (x[i] - x[j]) ** 2)
    return energy


def norm_of_rows(a):
    total = 0.0
    for i in range(a.shape[0]):
        row = np.exp(a[i])
        total += np.sqrt(np.sum(row * row))
    return total


def smooth(x):
    y = np.sin(x)
    z = y[1:] * y[:-1]
    return np.sum(np.exp(z))


X = np.random.default_rng(0).standard_normal

# (function, arguments, the bytes that its gradient needs at one time, counted by hand)
TEN: list[tuple[Callable[..., Any], tuple[Any, ...], int]] = [
    (squares, (X(N),), 8 * N),  # x_bar
    (softmax_loss, (X((M, K)), X((N, M)), X((N, K))), 8 * (4 * N * K + 3 * N)),  # z, e, p and an adjoint; two sums and an adjoint
    (recurrence, (X(N),), 16 * N),  # the tape and x_bar
    (heat, (X(N), 50), 8 * 3 * N),  # u_bar, that of the turn before, what is added to a slice
    (power, (X((200, 200)), X(200), 50), 8 * (200 * 200 + 2 * 50 * 200)),  # a_bar; two vectors a turn
    (layers, (X((M, K)), X((K, M)), X((N, M))), 8 * N * (K + 2 * M)),  # h, h @ w2, its adjoint
    (prefix, (X(N),), 16 * N),  # total_bar and x_bar
    (pairs, (X(N),), 8 * N),  # x_bar
    (norm_of_rows, (X((M, N)),), 8 * (M * N + N)),  # a_bar and a row
    (smooth, (X(N),), 8 * (3 * N)),  # y, z_bar, and y_bar, which becomes x_bar
]


@pytest.mark.parametrize(("function", "args", "count"), TEN, ids=[item[0].__name__ for item in TEN])
def test_ten_programs(function: Callable[..., Any], args: tuple[Any, ...], count: int) -> None:
    gradient = dl.grad(function)
    stated = dl.explain(gradient, *args)
    assert stated.bytes is not None and not stated.unknown
    assert count / 1.2 <= stated.bytes <= 1.2 * count
    assert dl.high_water(gradient, *args) <= 1.2 * stated.bytes
    assert f"{stated.bytes} bytes" in str(stated)


def test_the_formula_is_in_the_arguments_words() -> None:
    stated = dl.explain(dl.grad(recurrence), X(5))
    assert stated.most == "16 * x.shape[0]" and stated.bytes == 80
    assert [(block.kind, block.name, block.bytes) for block in stated.taken] == [
        ("tape", "y_tape", "8 * x.shape[0]"),
        ("result", "x_bar", "8 * x.shape[0]"),
    ]
    assert dl.explain(dl.grad(recurrence), dl.spec("f64[:]")).most == "16 * x.shape[0]"


def test_what_is_not_known_beforehand_is_named() -> None:
    def halved(x):
        while x > 1:
            x = np.sin(x) * x / 2
        return x

    stated = dl.explain(dl.grad(halved), 9.0)
    assert any(text.startswith("turns of the loop at line") for text in stated.unknown)


def test_calls_branches_and_records() -> None:
    def part(x):
        return np.exp(x) * np.sin(x)

    @dl.struct
    class Pair:
        a: np.ndarray
        b: np.ndarray

    def both(pair):
        y = part(pair.a)
        z = part(pair.b) if pair.a.size > 3 else pair.b
        return np.sum(np.cumsum(y)) + np.sum(np.cumsum(z))

    pair = Pair(X(N), X(2 * N))
    gradient = dl.grad(both)
    stated = dl.explain(gradient, pair)
    assert stated.bytes is not None
    assert "pair.a.shape[0]" in stated.most
    assert dl.high_water(gradient, pair) <= 1.2 * stated.bytes


def test_arrays_that_lists_hold_grow_with_the_turns() -> None:
    def kept(x, n):
        rows = []
        for i in range(n):
            rows.append(x * i)
        total = 0.0
        for row in rows:
            total += row @ row
        return total

    stated = dl.explain(dl.grad(kept), X(1000), 60)
    assert any("8 * x.shape[0] * n" in block.bytes for block in stated.taken)
    assert stated.unknown and stated.bytes is None  # the adjoint of a list has the list's arrays


def test_memory_is_given_back_before_more_is_asked_for() -> None:
    """One size after the other: the sum is never held."""

    @dl.differentiable
    def stages(x):
        total = 0.0
        for k in range(1, 6):
            y = np.cumsum(np.ones(100_000 * k) * x)
            total += y[0]
        return total

    assert dl.high_water(stages, 1.0) <= 1.2 * 8 * (500_000 + 400_000)


def test_a_second_call_starts_with_what_the_first_left() -> None:
    @dl.differentiable
    def doubled(x):
        y = np.cumsum(x)
        return y @ y

    first, second = dl.high_water(doubled, X(N)), dl.high_water(doubled, X(N))
    assert first == second >= 8 * N


def test_loops_ask_malloc_for_nothing_more() -> None:
    """What a call takes does not grow with the turns; small arrays of known size are taken once."""

    @dl.differentiable
    def turns(x, n):
        total = 0.0
        v = np.zeros(3)
        for i in range(n):
            w = np.cumsum(v + i)
            v = np.array([w[0], w[1] * 0.5, x[i % x.size]])
            y = np.cumsum(x * v[2])
            total += y @ x + np.sum(w)
        return total

    args = X(N)
    assert dl.high_water(turns, args, 5) == dl.high_water(turns, args, 500)
    assert dl.high_water(dl.grad(heat), args, 5) + 24 * 495 * 1.2 >= dl.high_water(dl.grad(heat), args, 500)
    assert turns(args, 7) == pytest.approx(turns.python(args, 7))
    assert "@dl_kept(" in dl.inspect(turns, args, 5, stage="llvm")
