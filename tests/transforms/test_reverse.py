"""Reverse mode: conventions at kinks, masked infinities, activity, transport, what is refused."""

import math
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.transforms.derived import Derived, program_of
from difflang.transforms.explain import explain
from difflang.transforms.place.place import place
from difflang.transforms.simplify.simplify import simplify
from difflang.types import FLOAT, INT, Type, type_of


def placed(target: Any, *types: Type) -> Any:
    return place(simplify(program_of(target, types)))


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (lambda x: np.abs(x), 0.0, 0.0),
        (lambda x: np.sqrt(x), 0.0, math.inf),
        (lambda x: np.floor(x) * x, 2.5, 2.0),
        (lambda x: np.maximum(x, 1.0), 1.0, 0.5),
        (lambda x: max(x, 1.0), 1.0, 1.0),
        (lambda x: x % 3.0, 7.5, 1.0),
        (lambda x: np.clip(x, 0.0, 1.0), 1.0, 1.0),
        (lambda x: np.power(x, 0.0), 0.0, 0.0),
        (lambda x: 0.0 * np.sqrt(x), 0.0, 0.0),
        (lambda x: np.sqrt(x) if x > 0 else 0.0, 0.0, 0.0),
    ],
    ids=["abs", "sqrt", "floor", "maximum", "max", "mod", "clip", "power_zero", "masked_infinity", "real_branch"],
)
def test_conventions_at_kinks(f: Any, x: float, expected: float) -> None:
    assert dl.grad(f)(x) == expected


def test_the_untaken_arm_of_where_gives_nothing() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0) + np.where(x > 0, np.sqrt(x), 0.0))

    x = np.array([0.0, 4.0])
    assert dl.grad(f)(x) == pytest.approx([0.0, 0.25 + 0.25])


def test_a_tie_of_a_reduction_is_shared() -> None:
    assert dl.grad(lambda x: np.max(x))(np.array([2.0, 1.0, 2.0])) == pytest.approx([0.5, 0.0, 0.5])


def test_the_caller_s_arrays_stay() -> None:
    def f(a: Any) -> Any:
        a[0] = a[0] * a[1]
        return np.sum(a * a)

    a = np.array([2.0, 3.0])
    gradient = dl.grad(f)(a)
    assert a.tolist() == [2.0, 3.0]
    assert gradient == pytest.approx([2 * 6.0 * 3.0, 2 * 6.0 * 2.0 + 2 * 3.0])


def test_the_same_array_twice() -> None:
    assert dl.grad(lambda x, y: np.sum(x * y), (0, 1))(*[np.array([1.0, 2.0])] * 2)[0] == pytest.approx([1.0, 2.0])


def test_an_argument_passed_twice_to_a_callee() -> None:
    def product(x: Any, y: Any) -> Any:
        return x[0] * y[1]

    def f(a: Any) -> Any:
        return product(a, a)

    assert dl.grad(f)(np.array([3.0, 5.0])) == pytest.approx([5.0, 3.0])


def test_only_what_the_adjoint_reads_is_kept() -> None:
    def linear(x: Any) -> Any:
        total = 0.0
        for i in range(len(x)):
            total += 3.0 * x[i]
        return total

    kept = explain(placed(Derived("grad", linear), type_of(np.ones(3)))).kept
    assert kept == ()


def test_a_while_loop_keeps_a_stack() -> None:
    def newton(a: float) -> float:
        x = a
        while abs(x * x - a) > 1e-12:
            x = 0.5 * (x + a / x)
        return x

    assert dl.grad(newton)(9.0) == pytest.approx(1 / 6.0)
    kinds = {item.kind for item in explain(placed(Derived("grad", newton), FLOAT)).kept}
    assert kinds == {"stack"}


@pytest.mark.parametrize(
    ("f", "args", "argnums", "code"),
    [
        (lambda n: n * 2.0, (3,), 0, "DL009"),
        (lambda x: (x, x), (3.0,), 0, "DL010"),
        (lambda x: x, (np.ones(2),), 0, "DL010"),
        (lambda x: x, (1.0,), 3, "DL017"),
        (lambda x: x, (1.0,), "y", "DL017"),
    ],
    ids=["int", "tuple", "array", "position", "name"],
)
def test_what_has_no_gradient_is_refused(f: Any, args: Any, argnums: Any, code: str) -> None:
    with pytest.raises(dl.DifflangError) as caught:
        dl.grad(f, argnums)(*args)
    assert caught.value.code == code
    assert caught.value.way_out


def test_a_function_that_only_writes_is_refused() -> None:
    def fill(a: Any, x: float) -> None:
        a[0] = x

    with pytest.raises(dl.NotDifferentiable) as caught:
        dl.grad(fill, 1)(np.zeros(2), 1.0)
    assert caught.value.code == "DL014"
    assert "return a" in caught.value.way_out


def test_arrays_filled_by_a_callee() -> None:
    def fill(a: Any, x: float, n: int) -> None:
        for i in range(n):
            a[i] = x ** (i + 1)

    def f(x: float, n: int) -> Any:
        a = np.zeros(n)
        fill(a, x, n)
        return np.sum(a)

    assert dl.grad(f)(2.0, 3) == pytest.approx(1 + 4 + 12)
    assert dl.jvp(f, (2.0, 3), (1.0, None))[1] == pytest.approx(17.0)
    assert dl.grad(dl.grad(f))(2.0, 3) == pytest.approx(2 + 12)
    assert placed(Derived("grad", f), FLOAT, INT).main.writes == ()


def test_jacobians_agree() -> None:
    def f(x: Any, k: float) -> Any:
        return np.array([1.0, 2.0]) * np.sin(x[:2]) * x[2] * k

    x = np.array([0.3, 0.7, 1.1])
    forward, backward = dl.jacfwd(f)(x, 2.0), dl.jacrev(f)(x, 2.0)
    assert forward.shape == (2, 3)
    assert forward == pytest.approx(backward)
    hessian = dl.hessian(lambda x: np.sum(np.sin(x) * x[0]))(x)
    assert hessian == pytest.approx(hessian.T)


def test_a_pullback_is_called_many_times() -> None:
    value, pullback = dl.vjp(lambda x, y: x * y, 2.0, 3.0)
    assert value == 6.0
    assert pullback(1.0) == pytest.approx((3.0, 2.0))
    assert pullback(2.0) == pytest.approx((6.0, 4.0))


def table(x: Any) -> list[list[float]]:
    rows: list[list[float]] = []
    for i in range(len(x)):
        rows.append([x[i] * x[j] for j in range(i + 1)])
    return rows


def test_a_pullback_takes_the_lists_that_python_gives() -> None:
    value, pullback = dl.vjp(table, np.array([2.0, 3.0]))
    assert value == [[4.0], [6.0, 9.0]]
    assert pullback([[1.0], [10.0, 100.0]])[0] == pytest.approx([34.0, 620.0])
    assert pullback(value)[0] == pytest.approx([34.0, 66.0])
    with pytest.raises(dl.DifflangError, match="structure"):
        pullback([[1.0], [10.0]])
    with pytest.raises(dl.DifflangError, match="no Jacobian"):
        dl.jacobian(table)(np.array([2.0, 3.0]))
