"""check_grads: the first line whose rule is wrong; modes that a rule has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl


def cube(y: Any) -> Any:
    return y * y * y


@dl.derivative(of=cube)
def cube_rule(y: Any) -> Any:
    def pullback(d: Any) -> Any:
        return d * 3.0 * y  # a square is forgotten

    return cube(y), pullback


def square(y: Any) -> Any:
    return y * y


@dl.derivative(of=square)
def square_rule(y: Any) -> Any:
    def pullback(d: Any) -> Any:
        return d * 2.0 * y

    return square(y), pullback


def inner(x: Any) -> Any:
    y = square(x) * 1.5
    z = cube(y)
    return z + x


def outer(a: Any) -> Any:
    s = 0.0
    for i in range(len(a)):
        s += inner(a[i])
    return s


def listed(a: Any) -> Any:
    return np.stack([inner(a[0]), a[1]])


@pytest.mark.parametrize(("function", "args"), [(inner, (0.6,)), (outer, (np.array([0.3, 0.4]),)), (listed, (np.array([0.3, 0.4]),))])
@pytest.mark.parametrize("modes", [None, ("rev",)])
def test_the_call_whose_rule_is_wrong_is_named(function: Any, args: Any, modes: Any) -> None:
    with pytest.raises(dl.WrongDerivative) as caught:
        dl.check_grads(function, args, modes=modes)
    error = caught.value
    assert error.code == "DL016" and "rule of cube" in error.reason and "cube" in error.way_out
    assert error.origin is not None and error.line is not None and error.origin.line(error.line).strip() == "z = cube(y)"


def test_the_function_itself_may_be_the_one() -> None:
    with pytest.raises(dl.WrongDerivative) as caught:
        dl.check_grads(cube, (2.0,))
    assert caught.value.origin is not None and caught.value.origin.lines[0].startswith("def cube")


def test_a_rule_of_one_mode_is_checked_in_that_mode() -> None:
    dl.check_grads(square, (2.0,))
    dl.check_grads(lambda a: np.stack([square(a[0]), a[1]]), (np.array([0.3, 0.4]),))
    with pytest.raises(dl.NotDifferentiable):
        dl.check_grads(square, (2.0,), modes=("fwd", "rev"))


def test_where_no_rule_is_wrong_the_whole_is_named() -> None:
    with pytest.raises(dl.WrongDerivative) as caught:
        dl.check_grads(lambda x: dl.stop_gradient(x) * x, (1.3,))
    assert caught.value.place is None and "kink" in caught.value.way_out
