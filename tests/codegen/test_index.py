"""Reading and writing by integers, slices and arrays."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl
from difflang.build import apply
from tests.codegen.harness import agree

RNG = np.random.default_rng(4)
A, V = RNG.normal(size=(4, 5)), RNG.normal(size=5)
PLACES, MASK = np.array([0, 2, -1, 2]), np.array([True, False, True, True])


def slices(a):
    return (
        a[1], a[-1], a[:, 2], a[1:3], a[-3:-1, 1:], a[::2], a[::-1], a[3:0:-1], a[1:-1, ::2], a[10:], a[:-10], a[-100:2], a[2, 3],
        a[None, 1], a[:, None, 0], a[5:1], a[::-2], a[-2::-1], a[1:4:2, 4:0:-3], a[-3:], a[:100], a[2:2],
    )  # fmt: skip


def gathers(a, i, m):
    return a[i], a[i, i], a[:, i], a[i, 1:3], a[1, i], a[m], a[m, 1], a[i][:, None, 0], a[i, None], a[m] * 2


def writes(a, v):
    zeros = np.zeros_like(a)
    return (
        apply("store", np.zeros_like(a), v, 1, pattern=("i", ":")),
        apply("store", np.zeros_like(a), v, 0, 2, None, pattern=("s", ":")),
        apply("accumulate", np.ones_like(a), v * 2, pattern=(":", ":")),
        apply("accumulate", np.ones_like(a), 3.0, 1, 2, pattern=("i", "i")),
        apply("store", np.copy(a), a[:, 0], 3, pattern=(":", "i")),
        apply("store", zeros, a[::-1], pattern=(":", ":")),
        apply("accumulate", np.copy(a), a[1:], None, -1, None, pattern=("s", ":")),
    )


def scatters(a, i, m):
    return (
        apply("accumulate", np.zeros_like(a), a[i], i, pattern=("a", ":")),
        apply("store", np.zeros_like(a), 1.5, m, pattern=("a", ":")),
        apply("store", np.zeros_like(a), a[:, 0], i, 2, pattern=("a", "i")),
        apply("accumulate", np.zeros_like(a), a[:, 1], i, i, pattern=("a", "a")),
    )


def test_slices():
    agree(slices, A)


def test_gathers_and_scatters():
    agree(gathers, A, PLACES, MASK)
    agree(scatters, A, PLACES, MASK)


def test_writes():
    agree(writes, A, V)


def test_a_write_that_reads_its_own_memory():
    """The value is read whole before anything is written."""
    agree(lambda v: apply("store", np.copy(v), np.copy(v)[::-1], pattern=(":",)), V)

    def shifted(v):
        base = np.copy(v)
        return apply("store", base, base[:-1] * 2, 1, None, None, pattern=("s",))

    agree(shifted, V)


@pytest.mark.parametrize("place", [4, -5, 99])
def test_outside(place):
    agree(lambda a: a[place], A)
    agree(lambda a: a[1, place + 2], A, only="exact")
    agree(lambda a: apply("store", np.zeros_like(a), 1.0, place, pattern=("i", ":")), A, only="exact")


def test_outside_by_array():
    agree(lambda a, i: a[i], A, np.array([0, 4]))
    agree(lambda a, i: apply("accumulate", np.zeros_like(a), 1.0, i, pattern=("a", ":")), A, np.array([0, -5]), only="exact")


def test_what_does_not_fit():
    agree(lambda a, v: apply("store", np.zeros_like(a), v, 1, pattern=("i", ":")), A, V[:4], only="exact")


def test_a_mask_of_another_size():
    agree(lambda a, m: a[m], A, np.array([True, False, True]), only="exact")


CUBE = np.arange(4.0 * 5 * 6).reshape(4, 5, 6)
PICKS = np.array([2, 0, -1, 2])


@pytest.mark.parametrize(
    "pattern, slices",
    [
        (("a", ":", ":"), ()),
        ((":", "a", ":"), ()),
        ((":", "a", "s"), (None, None, -1)),
        (("a", "s", "a"), (1, None, 2)),
        (("a", "a", "s"), (None, None, -2)),
        (("s", ":", "a"), (None, None, -1)),
        (("n", "a", ":", "n", "s"), (4, 1, -1)),
    ],
)
def test_rows_behind_index_arrays(pattern, slices):
    """What follows the gathered axes is walked as a row: read, written, and added where rows come twice."""

    def operands(picks):
        given = iter(slices)
        return [x for code in pattern for x in ([picks] if code == "a" else [next(given) for _ in range(3)] if code == "s" else [])]

    def read(cube, picks):
        return apply("index", cube, *operands(picks), pattern=pattern)

    def written(cube, picks):
        value = read(cube, picks) * 2.0 + 0.5
        return apply("store", np.zeros_like(cube), value, *operands(picks), pattern=pattern)

    def added(cube, picks):
        value = read(cube, picks) * 2.0 + 0.5
        return apply("accumulate", np.zeros_like(cube), value, *operands(picks), pattern=pattern)

    for what in (read, written, added):
        agree(what, CUBE, PICKS)
    agree(added, CUBE, PICKS + 4, only="exact")


def test_index_arrays_in_the_memory_that_is_written():
    @dl.differentiable
    def written(x):
        x[x] = x[::-1]
        return x

    @dl.differentiable
    def rows(x):
        x[x[:, 0]] += 1
        return x

    for f, x in ((written, np.array([3, 1, 0, 2])), (rows, np.array([[1, 5], [2, 6], [0, 7]]))):
        assert np.array_equal(f(x.copy()), f.python(x.copy()))


def filled(x, y, m):
    x = x.copy()
    x[y > 0.0] = 2.5
    x[m] = y[0]
    z = m.copy()
    z[z] = False
    i = np.arange(len(x))
    i[x > 1.0] = -1
    return x, z, i, x[m], np.flatnonzero(m), x[y < 0.0]


@pytest.mark.parametrize("size", [1, 2, 7, 64, 301])
def test_masks_are_filled_and_read_without_branches(size):
    x, y = RNG.normal(size=(2, size))
    for m in (x > 0.3, np.zeros(size, bool), np.ones(size, bool), np.arange(size) % 5 == 0, np.arange(size) == 0):
        for given in (x, x[::-1], np.repeat(x, 2)[::2]):
            for ours, theirs in zip(dl.differentiable(filled)(given, y, m), filled(given, y, m), strict=True):
                assert ours.dtype == theirs.dtype and np.array_equal(ours, theirs)


def test_a_mask_of_another_length_is_refused_as_numpy_does():
    x, m = np.ones(4), np.array([True, False, True])

    def fill(x, m):
        x[m] = 0.0

    with pytest.raises(IndexError) as theirs:
        fill(x.copy(), m)
    with pytest.raises(IndexError) as ours:
        dl.differentiable(fill)(x.copy(), m)
    assert str(ours.value) == str(theirs.value)
