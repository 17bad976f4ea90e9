"""Arguments that share memory and are written: as in NumPy where they are slices of one array, refused where they are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.errors import TypeMismatch


def running(a: Any, b: Any) -> Any:
    for i in range(len(a)):
        a[i] += b[i]
    return a.sum()


def whole(a: Any, b: Any) -> Any:
    a[...] = a + 2.0 * b
    b *= 0.5
    return a.sum() + b.sum()


def axpy(y: Any, x: Any) -> Any:
    y += 2.0 * x
    return y, x.sum()


def sweep(a: Any, b: Any) -> Any:
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] = b[i, j] + 0.5 * a[i, j]
    return np.sum(a * a)


def three(out: Any, *, left: Any, right: Any, scale: float = 2.0) -> Any:
    for i in range(len(out)):
        out[i] = scale * left[i] - right[i]
    return out[-1]


LINE, GRID, CUBE = np.arange(1.0, 13.0), np.arange(1.0, 31.0).reshape(5, 6), np.arange(1.0, 49.0).reshape(2, 4, 6)
Cut = Callable[[Any], tuple[Any, Any]]

LINES: dict[str, Cut] = {
    "the same": lambda x: (x, x),
    "one later": lambda x: (x[1:], x[:-1]),
    "one before": lambda x: (x[:-1], x[1:]),
    "backwards": lambda x: (x, x[::-1]),
    "every second": lambda x: (x[::2], x[:6]),
    "odd and even": lambda x: (x[1::2], x[::2]),
    "of a grid": lambda x: (x.reshape(3, 4)[0], x[2:6]),
    "rows": lambda x: (x.reshape(3, 4)[1], x.reshape(3, 4)[1]),
    "row and column": lambda x: (x.reshape(3, 4)[1, :3], x.reshape(3, 4)[:, 2]),
    "down": lambda x: (x[10:2:-2], x[1:9:2]),
}


@pytest.mark.parametrize("function", [running, whole])
@pytest.mark.parametrize("cut", LINES.values(), ids=LINES)
def test_lines(function: Any, cut: Cut) -> None:
    compared(function, LINE, cut)


GRIDS: dict[str, tuple[Any, Cut]] = {
    "the same": (GRID, lambda m: (m, m)),
    "shifted both ways": (GRID, lambda m: (m[1:, 1:], m[:-1, :-1])),
    "transposed": (GRID[:, :5].copy(), lambda m: (m, m.T)),
    "layers": (CUBE, lambda c: (c[0], c[0, ::-1])),
    "of a line": (LINE, lambda x: (x[:6].reshape(2, 3), x[3:9].reshape(2, 3))),
    "columns": (GRID, lambda m: (m[:, ::2], m[:, :3])),
}


@pytest.mark.parametrize("function", [sweep, whole])
@pytest.mark.parametrize(("base", "cut"), GRIDS.values(), ids=GRIDS)
def test_grids(function: Any, base: Any, cut: Cut) -> None:
    compared(function, base, cut)


def compared(function: Any, base: Any, cut: Cut) -> None:
    mine, numpys = base.copy(), base.copy()
    native = dl.differentiable(function)
    for _ in range(2):
        found, expected = native(*cut(mine)), function(*cut(numpys))
        np.testing.assert_allclose(found, expected, rtol=1e-13)
        np.testing.assert_allclose(mine, numpys, rtol=1e-13)
    apart = [a.copy() for a in cut(base)]  # the same function still takes arrays of their own
    assert native(*[a.copy() for a in apart]) == pytest.approx(function(*apart), rel=1e-13)


def test_other_starts_of_one_form_share_their_code() -> None:
    native = dl.differentiable(running)
    for k in range(1, 5):
        mine, numpys = LINE.copy(), LINE.copy()
        assert native(mine[k:], mine[:-k]) == running(numpys[k:], numpys[:-k])
    assert len(native.__dict__["_overlapping"]) <= 2


def test_the_array_that_is_returned_is_the_callers() -> None:
    x, numpys = LINE.copy(), LINE.copy()
    y = x[2:]
    result, total = dl.differentiable(axpy)(y, x[:-2])
    assert result is y and total == axpy(numpys[2:], numpys[:-2])[1]


def test_names_and_defaults_are_passed_on() -> None:
    mine, numpys = LINE.copy(), LINE.copy()
    native = dl.differentiable(three, static=("scale",))
    wide = np.ones(20)
    assert native(mine[1:], left=mine[:-1], right=wide) == three(numpys[1:], left=numpys[:-1], right=wide)
    assert native(mine[1:], left=mine[:-1], right=wide, scale=3.0) == three(numpys[1:], left=numpys[:-1], right=wide, scale=3.0)
    np.testing.assert_array_equal(mine, numpys)


def test_an_index_out_of_range_is_still_one() -> None:
    x = LINE.copy()
    with pytest.raises(IndexError):
        dl.differentiable(running)(x, x[:-1])


def test_what_is_no_slice_of_one_array_is_refused() -> None:
    x = np.arange(6, dtype=np.float64)
    with pytest.raises(TypeMismatch) as caught:
        dl.differentiable(whole)(x.view(np.float32)[:6], x)
    assert caught.value.code == "DL012" and caught.value.way_out


@pytest.mark.parametrize("derive", [dl.grad, dl.value_and_grad, dl.hessian, lambda f: dl.grad(f, argnums=(0, 1))])
def test_the_derivative_by_arguments_that_share_what_is_written_is_refused(derive: Any) -> None:
    """By each alone it does not exist: what is written to one changes the other."""
    x = LINE.copy()
    derived = derive(running)
    with pytest.raises(TypeMismatch) as caught:
        derived(x[1:], x[:-1])
    assert caught.value.code == "DL012"
    derived(x[1:].copy(), x[:-1])
    np.testing.assert_array_equal(x, LINE)


def test_the_derivative_of_what_only_reads_takes_one_array_twice() -> None:
    x = LINE.copy()
    np.testing.assert_array_equal(dl.grad(lambda a, b: np.sum(a * b))(x, x), x)
