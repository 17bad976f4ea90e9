"""Jacobians, Hessians and tangents as a person writes them: no shapes undone, nothing computed for its size, telling names."""

from __future__ import annotations

from typing import Any

import numpy as np

import difflang as dl


def stencil(u: Any) -> Any:
    return np.sum((u[2:] - 2 * u[1:-1] + u[:-2]) ** 2)


def test_slices_are_not_spread_again() -> None:
    text = dl.source(dl.jacfwd(stencil), np.ones(5))
    assert "broadcast_to" not in text and "u_dot[2:] - 2 * u_dot[1:-1] + u_dot[:-2]" in text


def test_a_jacobian_of_a_number_has_the_axes_of_its_argument() -> None:
    text = dl.source(dl.jacfwd(stencil), np.ones(5))
    assert "jacobian = np.zeros(len(u))" in text and "reshape" not in text and "return jacobian\n" in text
    assert '"""Tangent of stencil."""' in text


def quadratic(x: Any, a: Any) -> Any:
    return 0.5 * x @ a @ x


def test_a_hessian_is_called_one_and_computes_no_gradient_for_its_size() -> None:
    text = dl.source(dl.hessian(quadratic), np.ones(3), np.eye(3))
    assert "def quadratic_hessian(x, a):" in text and '"""Hessian of quadratic."""' in text
    assert "hessian[:, k] = y_dot" in text and "quadratic_grad(x, a)" not in text


def layer(w: Any, x: Any) -> Any:
    return np.tanh(x @ w)


def test_matrices_are_laid_out_at_the_end() -> None:
    w, x = np.ones((2, 3)), np.ones((4, 2))
    for jacobian in (dl.jacfwd(layer), dl.jacrev(layer)):
        assert jacobian(w, x).shape == (4, 3, 2, 3)
    assert np.allclose(dl.jacfwd(layer)(w, x), dl.jacrev(layer)(w, x))


def rosenbrock(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_a_second_derivative_is_taken_of_the_gradient_as_it_is_written() -> None:
    text = dl.source(dl.hessian(rosenbrock), np.ones(4))
    assert "np.ones" not in text and "broadcast_to" not in text


def lane(x: Any, a: Any) -> Any:
    if x > 0:
        return a * x**2
    return np.sin(x)


def test_the_text_of_a_mapped_function_runs_by_itself() -> None:
    x = np.array([1.0, -2.0])
    for mapped in (dl.vmap(lane, in_axes=(0, None)), dl.vmap(dl.grad(lane), in_axes=(0, None))):
        scope: dict[str, Any] = {}
        exec(dl.source(mapped, x, 2.0), scope)
        assert np.array_equal(scope[mapped.__name__](x, 2.0), mapped(x, 2.0))
