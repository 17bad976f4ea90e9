"""The derivative operators: the shapes of what they take and return, and what they refuse."""

import math

import numpy as np
import pytest

import difflang as dl


@dl.differentiable
def square(x):
    return x * x


def plain(x, y):
    return math.sin(x) * y


def test_grad_shapes():
    w = np.array([1.0, 2.0])

    def loss(p, x, n):
        a, b = p
        return np.sum(a * x) + b * n

    p = (w, 3.0)
    x = np.array([4.0, 5.0])
    ga, gb = dl.grad(loss)(p, x, 2)
    assert (ga == x).all() and gb == 2.0
    for gradient in (dl.grad(loss, 1), dl.grad(loss, "x"), dl.grad(loss, wrt="x")):
        assert (gradient(p, x, 2) == w).all()
    both = dl.grad(loss, (0, 1))(p, x, 2)
    assert len(both) == 2 and (both[0][0] == x).all()
    assert dl.grad(loss, -2)(p, x, 2).shape == (2,)
    value, gradient = dl.value_and_grad(loss)(p, x, 2)
    assert value == 20.0 and (gradient[0] == x).all()
    with pytest.raises(dl.NotDifferentiable, match="DL009"):
        dl.grad(loss, 2)(p, x, 2)
    with pytest.raises(dl.TypeMismatch, match="DL017"):
        dl.grad(loss, "nothing")(p, x, 2)
    with pytest.raises(dl.NotDifferentiable, match="DL010"):
        dl.grad(square)(x)


def test_aux():
    def loss(x):
        return x * x, (x + 1.0, 2)

    assert dl.grad(loss, has_aux=True)(3.0) == (6.0, (4.0, 2))
    assert dl.value_and_grad(loss, has_aux=True)(3.0) == ((9.0, (4.0, 2)), 6.0)


def test_derived_functions_are_functions_of_the_language():
    gradient = dl.grad(square)
    assert dl.grad(square) is gradient and square.grad(2.0) == gradient(2.0) == gradient.python(2.0) == 4.0
    assert "def square_grad" in gradient.source and gradient(x=2.0) == 4.0
    assert dl.grad(dl.grad(dl.grad(plain)))(0.5, 2.0) == pytest.approx(-2 * math.cos(0.5))
    step = dl.differentiable(lambda x: x - 0.1 * dl.grad(square)(x))
    assert step(1.0) == pytest.approx(0.8)
    with dl.as_written():
        assert gradient(2.0) == 4.0


def test_vjp_jvp_linearize():
    x = np.array([1.0, 2.0])
    value, pullback = dl.vjp(lambda x, y: x * y, x, 3.0)
    assert (value == 3 * x).all()
    for _ in range(2):
        bars = pullback(np.ones(2))
        assert (bars[0] == 3.0).all() and bars[1] == 3.0
    x[:] = 0.0
    assert pullback(np.ones(2))[1] == 3.0
    assert dl.jvp(plain, (0.0, 2.0), (1.0, 0.0)) == (0.0, 2.0)
    assert dl.jvp(plain, (0.0, 2.0), (1.0, None))[1] == 2.0
    value, linear = dl.linearize(plain, 0.0, 2.0)
    assert linear(3.0, 0.0) == 6.0
    with pytest.raises(dl.TypeMismatch):
        dl.jvp(plain, (0.0, 2.0), (1.0,))


def test_jacobians_and_hessians():
    def f(x):
        return np.array([0.0, 0.0]) + x * x[0]

    x = np.array([2.0, 3.0])
    expected = np.array([[4.0, 0.0], [3.0, 2.0]])
    for jacobian in (dl.jacfwd(f), dl.jacrev(f), dl.jacobian(f), dl.jacobian(f, mode="rev")):
        assert np.allclose(jacobian(x), expected)
    assert np.allclose(dl.hessian(lambda x: np.sum(x**3))(x), np.diag(6 * x))
    assert np.allclose(dl.hvp(lambda x: np.sum(x**3), (x,), (np.ones(2),))[0], 6 * x)
    product = dl.hvp(lambda x, y: np.sum(x * x) * y, (x, 2.0), (np.ones(2), None))
    assert np.allclose(product[0], 4.0) and product[1] is None
    with pytest.raises(dl.TypeMismatch):
        dl.jacobian(f, mode="sideways")


def test_stop_gradient_and_check_grads():
    assert dl.grad(lambda x: x * dl.stop_gradient(x))(3.0) == 3.0 and dl.stop_gradient(3.0) == 3.0
    dl.check_grads(plain, (0.3, 0.7))
    dl.check_grads(lambda x: np.tanh(x) * x, (np.array([0.3, -0.7]),))
    with pytest.raises(dl.WrongDerivative, match="DL016"):
        dl.check_grads(lambda x: dl.stop_gradient(x) * x, (1.3,))
