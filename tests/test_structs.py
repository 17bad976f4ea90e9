"""Objects at the border and under derivatives: structs, dataclasses, named tuples, plain classes, dicts, lists, registered classes."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import difflang as dl

RNG = np.random.default_rng(1)
X = RNG.normal(size=(3, 2))


@dl.struct
class Layer:
    weight: np.ndarray
    bias: np.ndarray
    activation: Callable[..., Any] = np.tanh
    scale: dl.NoDerivative[float] = 2.0
    width: int = 3

    def __call__(self, x):
        return self.activation(x @ self.weight + self.bias) * self.scale


def identity(x):
    return x


@dl.struct
class Net:
    layers: tuple[Layer, ...]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def loss(net, x):
    return np.sum(net(x) ** 2)


NET = Net((Layer(RNG.normal(size=(2, 3)), np.zeros(3)), Layer(RNG.normal(size=(3, 1)), np.zeros(1), identity)))


class Model:
    rate = 2.0

    def __init__(self, w, b):
        self.w, self.b = w, b
        self.calls = 0

    @dl.differentiable
    def loss(self, x):
        return np.sum((x @ self.w + self.b) ** 2)

    @dl.differentiable
    def __call__(self, x):
        return x @ self.w + self.b

    @staticmethod
    @dl.differentiable
    def square(x):
        return x * x

    def counted(self, x):
        self.calls += 1
        return self.calls * x

    def newton(self, x):
        return x - self.cubed(x) / dl.grad(self.cubed)(x)

    def cubed(self, x):
        return self.b * x**3


class Box:
    def __init__(self, a):
        self.a = a

    def __add__(self, other):
        return Box(self.a + other.a)


class Pair(NamedTuple):
    x: float
    y: float


@dataclass
class Mutable:
    w: np.ndarray
    n: int = 0
    label: str = "m"


class Slots:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a, self.b = a, b


# -- gradients shaped like their arguments -------------------------------------------------------


def test_a_struct_has_a_tangent_vector() -> None:
    g = dl.grad(loss)(NET, X)
    assert type(g) is Net.TangentVector and type(g.layers[0]) is Layer.TangentVector
    assert [f for f in vars(g.layers[0])] == ["weight", "bias"]
    dl.check_grads(loss, (NET, X), order=1)
    moved = NET.move(by=g * -0.01)
    assert moved.layers[0].scale == 2.0 and moved.layers[1].activation is identity and loss(moved, X) < loss(NET, X)


def test_tangent_vectors_are_vectors() -> None:
    g, zero = dl.grad(loss)(NET, X), NET.zero_tangent_vector()
    assert g - g == zero and g + zero == g and -(zero - g) == g and 2 * g == g + g and (g / 2) * 2 == g and g != zero
    run = dl.differentiable(lambda g, z: (g - g == z, (2 * g - g / 2).layers[0].bias, (-g).layers[0].bias, g.zero_tangent_vector() == z))
    same, bias, minus, nothing = run(g, zero)
    assert same is True and nothing is True
    np.testing.assert_allclose(bias, 1.5 * g.layers[0].bias)
    np.testing.assert_allclose(minus, -g.layers[0].bias)


def test_structs_are_equal_by_value_and_never_change() -> None:
    other = copy.deepcopy(NET)
    assert other == NET and (NET != other) is False and NET != NET.move(by=dl.grad(loss)(NET, X))
    with pytest.raises(AttributeError):
        NET.layers = ()


def test_dataclasses_named_tuples_dicts_and_lists() -> None:
    g = dl.grad(lambda m: np.sum(m.w**2) * (1 + m.n))(Mutable(np.arange(3.0), 1))
    assert type(g) is Mutable and g.n is None and g.label == "m" and (g.w == 4 * np.arange(3.0)).all()
    assert dl.grad(lambda p: p.x * p.y**2)(Pair(2.0, 3.0)) == Pair(9.0, 12.0)
    g = dl.grad(lambda p, x: np.sum(np.tanh(x @ p["w"] + p["b"])))({"w": np.ones((2, 2)), "b": np.zeros(2)}, X)
    assert list(g) == ["w", "b"] and g["w"].shape == (2, 2)
    g = dl.grad(lambda ws: sum(np.sum(w * w) for w in ws))([np.ones(2), np.ones(3)])
    assert type(g) is list and [list(part) for part in g] == [[2, 2], [2, 2, 2]]
    g = dl.grad(lambda s: s.a * s.b)(Slots(2.0, 3.0))
    assert type(g) is Slots and (g.a, g.b) == (3.0, 2.0)


def test_argnums_aux_and_tuples_of_trees() -> None:
    def f(p, q, x):
        return np.sum(p["w"] * q.x * x), {"x": x, "q": q}

    args = ({"w": np.ones(3)}, Pair(2.0, 1.0), np.arange(3.0))
    (gp, gq), aux = dl.grad(f, argnums=("p", 1), has_aux=True)(*args)
    assert (gp["w"] == 2 * np.arange(3)).all() and gq == Pair(3.0, 0.0) and aux["q"] == Pair(2.0, 1.0)
    (value, _), g = dl.value_and_grad(f, has_aux=True)(*args)
    assert value == 6.0 and set(g) == {"w"}


def test_jacobians_and_hessians_of_trees() -> None:
    def f(p):
        return np.sum(p["a"] ** 3) * p["b"]

    p = {"a": np.array([1.0, 2.0]), "b": 3.0}
    hessian = dl.hessian(f)(p)
    assert np.allclose(hessian["a"]["a"], np.diag([18.0, 36.0])) and hessian["b"]["b"] == 0
    assert np.allclose(hessian["a"]["b"], [3.0, 12.0]) and np.allclose(hessian["b"]["a"], [3.0, 12.0])
    for jacobian in (dl.jacfwd, dl.jacrev):
        found = jacobian(lambda p, x: {"u": p["a"] * x, "v": x})(p, 2.0)
        assert np.allclose(found["u"]["a"], 2 * np.eye(2)) and np.allclose(found["v"]["a"], 0) and found["v"]["b"] == 0
    product = dl.hvp(f, (p,), ({"a": np.array([1.0, 0.0]), "b": 0.0},))
    assert np.allclose(product[0]["a"], [18, 0]) and np.isclose(product[0]["b"], 3.0)


def test_pullbacks_and_tangents_of_objects() -> None:
    value, pullback = dl.vjp(lambda p: Layer(p["w"] * 2, p["b"]), {"w": np.ones((2, 2)), "b": np.ones(2)})
    assert type(value) is Layer
    (bar,) = pullback(Layer.TangentVector(np.ones((2, 2)), np.zeros(2)))
    assert np.allclose(bar["w"], 2) and np.allclose(bar["b"], 0)
    layer = NET.layers[0]
    _, tangent = dl.jvp(lambda p: (p.weight.sum(), p), (layer,), (layer.zero_tangent_vector(),))
    assert type(tangent[1]) is Layer.TangentVector
    _, linear = dl.linearize(lambda p: p.weight.sum(), layer)
    assert linear(Layer.TangentVector(np.ones((2, 3)), np.zeros(3))) == 6


def test_a_training_step_is_one_native_function() -> None:
    def adam(model, g, state, rate=0.1):
        m, v, t = state
        m = dl.tree_map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = dl.tree_map(lambda v, g: 0.99 * v + 0.01 * g * g, v, g)
        t = t + 1
        step = dl.tree_map(lambda m, v: -rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8), m, v)
        return model.move(by=step), (m, v, t)

    def step(model, state, x):
        value, g = dl.value_and_grad(loss)(model, x)
        model, state = adam(model, g, state)
        return model, state, value

    zero, native = NET.zero_tangent_vector(), dl.differentiable(step)
    model, state, losses = NET, (zero, zero, 0), []
    for _ in range(20):
        model, state, value = native(model, state, X)
        losses.append(value)
    assert losses[-1] < 0.5 * losses[0] and state[2] == 20 and type(model) is Net
    plain, kept = NET, (zero, zero, 0)
    for k in range(3):
        plain, kept, value = step(plain, kept, X)
        assert math.isclose(value, losses[k], rel_tol=1e-9)


def test_registered_classes() -> None:
    class Tagged:
        def __init__(self, a, b, tag):
            self.a, self.b, self.tag = a, b, tag

    dl.register_pytree_node(Tagged, lambda t: ((t.a, t.b), t.tag), lambda tag, parts: Tagged(*parts, tag))
    twice = dl.tree_map(lambda x: x * 2, Tagged(1.0, 2.0, "t"))
    native = dl.differentiable(lambda t: dl.tree_map(lambda x: x * 2, t))(Tagged(1.0, 2.0, "t"))
    assert (twice.a, twice.b, twice.tag) == (native.a, native.b, native.tag) == (2.0, 4.0, "t")


# -- what is held constant, and refused ------------------------------------------------------------


def test_parameters_held_constant() -> None:
    def f(x: float, k: dl.NoDerivative[float]) -> float:
        return x * k

    assert dl.grad(f)(2.0, 3.0) == 3.0
    with pytest.raises(dl.NotDifferentiable, match="DL009"):
        dl.grad(f, argnums=1)(2.0, 3.0)
    assert dl.grad(lambda x: Layer(np.ones(1) * x, np.ones(1), identity, x).scale * x)(3.0) == 3.0


def test_a_field_that_is_no_real_number_holds_none() -> None:
    with pytest.raises(dl.TypeMismatch, match="width"):
        dl.grad(loss)(Net((Layer(np.ones((2, 1)), np.zeros(1), identity, 2.0, 3.0),)), X)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("function", "args", "match"),
    [
        (lambda p: setattr(p, "x", 1.0), (Pair(1.0, 2.0),), "never changes"),
        (lambda b: b.nothing, (Box(1.0),), "has no attribute 'nothing'"),
        (lambda b: b * 2, (Box(1.0),), "__mul__"),
        (lambda d: d["q"], ({"a": 1.0},), "KeyError: 'q'"),
    ],
)
def test_refused(function: Any, args: Any, match: str) -> None:
    with pytest.raises(dl.DifflangError, match=match):
        dl.differentiable(function)(*args)


def _either(a, b, x):
    chosen = a if x > 0 else b
    chosen.a = 3.0 * x
    return a.a


@pytest.mark.parametrize("x", [1.5, -1.5])
def test_either_of_two_objects_is_written(x: float) -> None:
    first, second = Box(1.0), Box(2.0)
    assert dl.differentiable(_either)(first, second, x) == _either(Box(1.0), Box(2.0), x)
    assert (first.a, second.a) == ((4.5, 2.0) if x > 0 else (1.0, -4.5))
    assert dl.grad(_either, argnums=2)(Box(1.0), Box(2.0), x) == (3.0 if x > 0 else 0.0)


# -- references -----------------------------------------------------------------------------------


def test_objects_are_changed_as_python_changes_them() -> None:
    @dl.differentiable
    def swap(one, other):
        one.a, other.a = other.a, one.a
        return one

    first, second = Box(1.0), Box(2.0)
    assert swap(first, second) is first and (first.a, second.a) == (2.0, 1.0)
    with pytest.raises(dl.TypeMismatch, match="DL012"):
        swap(first, first)

    @dl.differentiable
    def renewed(outer):
        outer.inner.a += 1.0
        outer.inner = Box(outer.inner.a * 2)
        outer.more = {"k": outer.inner.a}
        outer.more["j"] = 1.0
        return outer.inner

    outer, inner = Box(0.0), Box(1.0)
    outer.inner = inner
    assert renewed(outer) is outer.inner and inner.a == 2.0 and outer.inner.a == 4.0 and outer.more == {"k": 4.0, "j": 1.0}


def test_arrays_of_objects_are_written_in_place() -> None:
    @dl.differentiable
    def fill(model, rate):
        for key in model:
            model[key] -= rate

    model = {"w": np.ones(3), "b": np.zeros(2)}
    kept = model["w"]
    fill(model, 0.5)
    assert model["w"] is kept and (kept == 0.5).all() and (model["b"] == -0.5).all()
    assert dl.grad(lambda m, x: m.counted(x))(Model(np.ones(2), 1.0), 2.0).calls is None


# -- methods --------------------------------------------------------------------------------------


def test_methods() -> None:
    model = Model(np.array([1.0, 2.0]), 0.5)
    residual = X @ model.w + model.b
    assert math.isclose(model.loss(X), float(np.sum(residual**2))) and np.allclose(model(X), residual)
    assert model.square(3.0) == Model.square(3.0) == 9.0
    g = dl.grad(Model.loss)(model, X)
    assert type(g) is Model and np.allclose(g.w, 2 * X.T @ residual) and math.isclose(g.b, 2 * residual.sum())
    assert np.allclose(dl.grad(model.loss)(X), 2 * np.outer(residual, model.w))
    assert np.allclose(dl.grad(Model.loss, argnums="x")(model, X), dl.grad(model.loss)(X))
    assert math.isclose(dl.differentiable(model.newton)(1.5), 1.0)
    model.w = model.w * 2
    assert np.allclose(dl.grad(model.loss)(X), 2 * np.outer(X @ model.w + 0.5, model.w))


OUTSIDE = Box(2.0)
MODEL = Model(np.array([1.0, 2.0]), 0.5)


def test_objects_outside_are_read_at_each_call() -> None:
    @dl.differentiable
    def f(x):
        return x * OUTSIDE.a + (OUTSIDE + Box(x)).a + MODEL(np.ones((1, 2)))[0] + MODEL.rate

    try:
        assert f(1.0) == 2.0 + 3.0 + 3.5 + 2.0
        OUTSIDE.a, MODEL.b, Model.rate = 5.0, 1.5, 1.0
        assert f(1.0) == 5.0 + 6.0 + 4.5 + 1.0
        OUTSIDE.a = 3  # another type
        assert f(1.0) == 3.0 + 4.0 + 4.5 + 1.0
    finally:
        OUTSIDE.a, MODEL.b, Model.rate = 2.0, 0.5, 2.0
    with pytest.raises(dl.DifflangError, match="from outside"):
        dl.differentiable(lambda x: setattr(OUTSIDE, "a", x))(1.0)


# -- the written text, libraries --------------------------------------------------------------------


def test_the_written_gradient_reads_fields_and_makes_objects() -> None:
    text = dl.source(dl.grad(loss), Net((Layer(np.ones((2, 1)), np.zeros(1), identity),)), X)
    assert "from tests.test_structs import Layer, Net" in text and "net.layers[0].weight" in text
    assert "return Net.TangentVector(" in text and "Layer.TangentVector(" in text
    space: dict[str, Any] = {}
    exec(text, space)
    assert space["loss_grad"](NET.__class__((NET.layers[1],)), np.ones((2, 3))) == dl.grad(loss)(Net((NET.layers[1],)), np.ones((2, 3)))
    assert 'p["w"]' in dl.source(dl.grad(lambda p: p["w"] ** 2), {"w": 2.0})
    assert dl.grad(Model.loss).python(MODEL, X).b == dl.grad(Model.loss)(MODEL, X).b
    assert "weight" in str(dl.explain(dl.grad(loss), NET, X))


def test_libraries_take_objects(tmp_path: Path) -> None:
    path = dl.export_library("net", {"loss": (loss, (NET, X)), "slope": (dl.grad(loss), (NET, X))}, tmp_path)
    library = dl.load_library(path)
    assert "net_layers_0_weight" in (tmp_path / "net.h").read_text()
    assert math.isclose(library.loss(NET, X), loss(NET, X), rel_tol=1e-12)
    np.testing.assert_allclose(library.slope(NET, X).layers[0].bias, dl.grad(loss)(NET, X).layers[0].bias)
    with pytest.raises(dl.TypeMismatch, match="changes or returns an object"):
        dl.export_library("none", {"count": (lambda m, x: m.counted(x), (MODEL, 1.0))}, tmp_path)
