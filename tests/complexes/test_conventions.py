"""The conventions of complex derivatives are JAX's: what a gradient is, `holomorphic=`, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import difflang as dl

A = np.array([1 + 2j, 3 - 1j, 0.5])


def energy(z: Any) -> Any:
    return np.sum(np.abs(z * z + 1j) ** 2) + np.sum(z.real * 3.0 - z.imag)


def cubed(z: Any) -> Any:
    return z**3 + 2j * np.exp(z)


def norm_squared(z: Any) -> Any:
    return abs(z) ** 2


def test_the_gradient_of_a_real_function_is_df_dx_minus_i_df_dy() -> None:
    assert np.allclose(dl.grad(norm_squared)(1 + 2j), 2 * (1 - 2j))
    step = 1e-6
    for k in range(3):
        unit = np.eye(3)[k] * step
        along = (energy(A + unit) - energy(A - unit)) / (2 * step)
        across = (energy(A + 1j * unit) - energy(A - 1j * unit)) / (2 * step)
        assert np.allclose(dl.grad(energy)(A)[k], along - 1j * across, rtol=1e-6)


def test_holomorphic_derivatives() -> None:
    z = 0.3 + 0.4j
    slope = 3 * z**2 + 2j * np.exp(z)
    assert np.allclose(dl.grad(cubed, holomorphic=True)(z), slope)
    value, gradient = dl.value_and_grad(cubed, holomorphic=True)(z)
    assert np.allclose((value, gradient), (cubed(z), slope))
    expected = np.diag(3 * A**2 + 2j * np.exp(A))
    assert np.allclose(dl.jacfwd(cubed, holomorphic=True)(A), expected)
    assert np.allclose(dl.jacrev(cubed, holomorphic=True)(A), expected)
    assert np.allclose(dl.jacobian(cubed, holomorphic=True)(A), expected)
    assert np.allclose(dl.hessian(cubed, holomorphic=True)(z), 6 * z + 2j * np.exp(z))


def test_a_gradient_of_a_gradient() -> None:
    def along(z: Any) -> Any:
        return np.sum(np.abs(dl.grad(energy)(z)) ** 2)

    found, step = dl.grad(along)(A), 1e-6
    for k in range(3):
        unit = np.eye(3)[k] * step
        slopes = [(along(A + turn * unit) - along(A - turn * unit)) / (2 * step) for turn in (1, 1j)]
        assert np.allclose(found[k], slopes[0] - 1j * slopes[1], rtol=1e-5)


def test_real_arguments_complex_results() -> None:
    def turn(x: Any) -> Any:
        return np.exp(1j * x) * x

    x = np.array([0.3, 1.2])
    expected = np.diag(np.exp(1j * x) * (1 + 1j * x))
    assert np.allclose(dl.jacfwd(turn)(x), expected)
    assert np.allclose(dl.jacobian(turn)(x), expected)


def test_a_pullback_takes_complex_adjoints() -> None:
    value, pullback = dl.vjp(cubed, A)
    (found,) = pullback(np.ones(3))
    assert np.allclose(found, 3 * A**2 + 2j * np.exp(A))
    value, tangent = dl.jvp(np.conj, (A,), (1j * np.ones(3),))
    assert np.allclose(tangent, -1j)


REFUSED = [
    (lambda: dl.grad(cubed)(1j), "requires a real result"),
    (lambda: dl.jacrev(cubed)(A), "requires a real result"),
    (lambda: dl.jacfwd(cubed)(A), "requires real arguments"),
    (lambda: dl.hessian(norm_squared)(1j), "requires real arguments"),
    (lambda: dl.grad(cubed, holomorphic=True)(1.0), "requires complex arguments"),
    (lambda: dl.grad(norm_squared, holomorphic=True)(1j), "requires a complex result"),
]


@pytest.mark.parametrize(("call", "reason"), REFUSED, ids=[reason + str(k) for k, (_, reason) in enumerate(REFUSED)])
def test_refused(call: Any, reason: str) -> None:
    with pytest.raises(dl.DifflangError, match=reason):
        call()


def test_eigenvectors_of_complex_matrices_have_no_derivative() -> None:
    def first(m: Any) -> Any:
        return np.sum(np.abs(np.linalg.eig(m)[1][0]))

    with pytest.raises(dl.DifflangError, match="eigenvectors of a complex matrix"):
        dl.grad(first)(np.array([[1, 2j], [0.5, 3]]))


def test_check_grads_takes_complex_arguments() -> None:
    dl.check_grads(energy, (A,))
    dl.check_grads(cubed, (A,))
    dl.check_grads(norm_squared, (1 + 2j,))

    def wrong(z: Any) -> Any:
        return z * z.conjugate()

    @dl.derivative(of=wrong)
    def wrong_vjp(z: Any) -> Any:
        def pullback(w: Any) -> Any:
            return w * z

        return wrong(z), pullback

    with pytest.raises(dl.DifflangError, match="reverse derivative"):
        dl.check_grads(wrong, (1 + 2j,), modes=("rev",))


def test_tangents_of_real_numbers_are_real() -> None:
    for call in (lambda: dl.jvp(lambda x: x * 2.0, (1.0,), (1j,)), lambda: dl.vjp(np.sin, np.ones(2))[1](np.ones(2) * 1j)):
        with pytest.raises(dl.DifflangError, match="is real, not complex"):
            call()
