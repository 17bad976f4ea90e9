"""Elements that nobody overwrites later are read again from their array on the way back; all others are kept."""

from __future__ import annotations

import cmath
import math
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.transforms.derived import Derived, program_of
from difflang.types import type_of
from difflang.verify import verify

Case = tuple[Callable[..., Any], tuple[Any, ...]]
LASTING: list[Case] = []
KEPT: list[Case] = []
X, M = np.linspace(0.3, 0.9, 5), np.linspace(-0.4, 0.6, 25).reshape(5, 5) + np.eye(5)


def case(found: list[Case], *arguments: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        found.append((function, arguments))
        return function

    return enter


@case(LASTING, X)
def history(x):
    h = np.zeros(6)
    for t in range(5):
        h[t + 1] = h[t] * h[t] + 0.1 * np.sin(h[t]) + x[t]
    return np.sum(h)


@case(LASTING, X)
def written_value(x):
    """What is written is read where it was written."""
    h = np.zeros(6)
    for t in range(5):
        h[t + 1] = np.tanh(h[t] + x[t])
    return np.sum(h * h)


@case(LASTING, X)
def backwards(x):
    y = np.zeros(6)
    for i in range(4, -1, -1):
        y[i] = x[i] * y[i + 1] * y[i + 1] + 1.0
    return y[0]


@case(LASTING, X)
def the_other_way(x):
    y = np.ones(6)
    for i in reversed(range(5)):
        y[i] = x[i] * y[i + 1] * y[i + 1]
    return y[0]


@case(LASTING, X)
def two_histories(x):
    p = np.ones(6)
    v = np.ones(6)
    for t in range(1, 6):
        v[t] = v[t - 1] * p[t - 1] * x[t - 1]
        p[t] = p[t - 1] + v[t] * v[t] * p[t - 1]
    return p[5]


@case(LASTING, X, M)
def layers(x, w):
    h = np.zeros((4, 5))
    h[0] = x
    for t in range(3):
        for i in range(5):
            s = 0.0
            for j in range(5):
                s += w[i, j] * h[t, j]
            h[t + 1, i] = np.tanh(s)
    return np.sum(h[3])


@case(LASTING, M)
def table(c):
    d = np.ones((6, 6))
    for i in range(1, 6):
        for j in range(1, 6):
            d[i, j] = c[i - 1, j - 1] * d[i - 1, j] * d[i, j - 1] + d[i - 1, j - 1] ** 2
    return d[5, 5]


@case(LASTING, X)
def rows(x):
    h = np.zeros((4, 5))
    h[0] = x
    for t in range(3):
        h[t + 1] = h[t] * h[t] * 0.5 + x
    return np.sum(h[3])


@case(LASTING, M)
def rows_above(a):
    """The row k is no longer written once k has been reached."""
    u = a @ a.T + np.eye(5)
    for k in range(5):
        for i in range(k + 1, 5):
            for j in range(i, 5):
                u[i, j] = u[i, j] - u[k, i] * u[k, j]
    return np.sum(u)


@case(LASTING, X)
def odd_turns(x):
    h = np.ones(7)
    for t in range(1, 6):
        if t % 2 == 1:
            h[t] = h[t - 1] * h[t - 1] * x[t - 1]
        else:
            h[t] = h[t - 1] * x[0] * h[t - 1]
    return np.sum(h)


@case(KEPT, X)
def overwritten(x):
    h = np.ones(6)
    for t in range(1, 5):
        h[t - 1] = h[t] * h[t] * x[t] + h[t - 1] * h[t - 1]
        h[t] = h[t - 1] * x[t]
    return np.sum(h)


@case(KEPT, X)
def from_the_end(x):
    """h[t - 1] is the last element in the first turn."""
    h = np.ones(5)
    for t in range(5):
        h[t] = h[t - 1] * h[t - 1] * x[t]
    return np.sum(h)


@case(KEPT, X)
def once_more(x):
    """A loop around the one that goes on writes the array anew."""
    h = np.ones(6)
    for _ in range(2):
        for t in range(5):
            h[t + 1] = h[t] * h[t] * x[t]
        h[0] = h[5]
    return np.sum(h)


@case(KEPT, X)
def changed_behind(x):
    h = np.ones(6)
    for t in range(5):
        h[t + 1] = h[t] * h[t] * x[t]
    h[2] = 0.0
    return np.sum(h)


@case(KEPT, X)
def ahead(x):
    """Two further on: the turn after the next writes there."""
    h = np.ones(9)
    for t in range(5):
        h[t] = h[t + 2] * h[t + 2] * x[t]
        h[t + 1] = h[t] * x[0]
    return np.sum(h)


@case(KEPT, X)
def other_element(x):
    h = np.ones(8)
    for t in range(5):
        h[t + 1] = h[t] * h[t] * x[t]
        h[3] = h[t + 1] * 0.5
    return np.sum(h)


@case(KEPT, X)
def swapped(x):
    u = np.ones(6)
    v = np.ones(6)
    for t in range(5):
        v[t + 1] = u[t] * u[t] * x[t]
        u, v = v, u
    return np.sum(u) + 2.0 * np.sum(v)


@case(KEPT, X)
def strides(x):
    """Two loops that count by different steps."""
    h = np.ones(12)
    for t in range(1, 5):
        for s in range(0, t, 2):
            h[s + 1] = h[s] * h[s] * x[t]
    return np.sum(h)


@case(KEPT, X)
def a_while(x):
    h = np.ones(6)
    t = 0
    while t < 5:
        h[t + 1] = h[t] * h[t] * x[t]
        t += 1
    return np.sum(h)


def slope(function: Callable[..., Any], arguments: tuple[Any, ...], direction: np.ndarray) -> float:
    """Along a direction of the first argument, by a complex step through the text as it is."""
    kinds = {"zeros": lambda n: np.zeros(n, complex), "ones": lambda n: np.ones(n, complex), "sin": np.sin, "tanh": np.tanh}
    numpy = SimpleNamespace(**kinds, sum=np.sum, eye=np.eye)
    scope = {"np": numpy, "math": SimpleNamespace(sin=cmath.sin, cos=cmath.cos, tanh=cmath.tanh)}
    run = type(function)(function.__code__, scope)
    others = [a.astype(complex) if isinstance(a, np.ndarray) else a for a in arguments[1:]]
    return float(run(arguments[0] + 1e-30j * direction, *others).imag / 1e-30)


def holds(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    direction = np.random.default_rng(3).normal(size=arguments[0].shape)
    expected = slope(function, arguments, direction)
    found = dl.grad(function)(*arguments)
    assert np.sum(found * direction) == pytest.approx(expected, rel=1e-10, abs=1e-12)
    scope: dict[str, Any] = {}
    exec(dl.source(dl.grad(function), *arguments), scope)
    assert np.allclose(scope[f"{function.__name__}_grad"](*arguments), found, rtol=1e-12, atol=0)


def names(given: list[Case]) -> list[str]:
    return [function.__name__ for function, _ in given]


@pytest.mark.parametrize("function, arguments", LASTING, ids=names(LASTING))
def test_nothing_is_kept(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    holds(function, arguments)
    assert "_tape" not in dl.source(dl.grad(function), *arguments)
    verify(program_of(Derived("grad", function), tuple(map(type_of, arguments))), "owned")


@pytest.mark.parametrize("function, arguments", KEPT, ids=names(KEPT))
def test_what_changes_is_kept(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    holds(function, arguments)
    assert "_tape" in dl.source(dl.grad(function), *arguments)


@pytest.mark.parametrize("function, arguments", [*LASTING, *KEPT], ids=names([*LASTING, *KEPT]))
def test_second_derivatives(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    dl.check_grads(function, arguments, order=2)


def state(a, x, steps):
    """A state that is written in place: it is kept once a turn, not for each element that is read."""
    s = x.copy()
    for _ in range(steps):
        new = np.zeros(len(s))
        for i in range(len(s)):
            total = 0.0
            for j in range(len(s)):
                total += a[i, j] * s[j]
            new[i] = np.tanh(total)
        for i in range(len(s)):
            s[i] = new[i]
    return np.sum(s * s)


def test_a_state_is_kept_once_a_turn() -> None:
    holds(state, (M, X, 3))
    assert "s_tape.append(s.copy())" in dl.source(dl.grad(state), M, X, 3)


def masked_state(a, x, steps):
    """Read by few of many turns: kept as they are read."""
    s = x.copy()
    for t in range(steps):
        if t % 7 == 3:
            total = 0.0
            for i in range(len(s)):
                for j in range(len(s)):
                    total += a[i, j] * s[j] * s[j]
            s[0] = total
    return np.sum(s * s)


def test_what_few_turns_read_is_not_kept_in_every_turn() -> None:
    holds(masked_state, (M, X, 9))
    assert "s.copy()" not in dl.source(dl.grad(masked_state), M, X, 9)


class Grammar:
    """Loop nests that read and write two arrays near their counters."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.axes = {name: self.random.choice([1, 2]) for name in "ab"}
        self.lines = ["def nest(x):"]
        self.lines += [f"    {name} = np.ones({'(11, 11)' if axes == 2 else 11})" for name, axes in self.axes.items()]
        for loop in "i", "p":
            self.loop(loop, [], 1)
        self.lines.append("    return np.sum(a * a) + np.sum(b)")

    def loop(self, name: str, around: list[str], depth: int) -> None:
        fixed = ["range(5)", "range(1, 5)", "range(4, -1, -1)", "reversed(range(1, 5))", "range(0, 5, 2)"]
        near = [f"{start}{c}{end}" for c in around for start, end in (("range(", ")"), ("range(", " + 1)"), ("range(", ", -1, -1)"))]
        near += [f"range({c} + 1, 5)" for c in around]
        pad = "    " * depth
        self.lines.append(f"{pad}for {name} in {self.random.choice(near if near and self.random.random() < 0.5 else fixed)}:")
        self.block([*around, name], depth + 1)

    def block(self, around: list[str], depth: int) -> None:
        pad = "    " * depth
        for _ in range(self.random.choice([1, 2])):
            drawn = self.random.random()
            if drawn < 0.3 and len(around) < 3:
                self.loop("ijkpqr"["ijkpqr".index(around[0]) + len(around)], around, depth)
            elif drawn < 0.45 and depth < 6:
                self.lines.append(f"{pad}if {self.random.choice(around)} > {self.random.choice([*around, '2'])}:")
                self.block(around, depth + 1)
            elif drawn < 0.6:
                self.lines.append(f"{pad}{self.place(around)} += 0.3 * math.cos({self.value(around)})")
            else:
                self.lines.append(f"{pad}{self.place(around)} = math.tanh({self.value(around)})")

    def place(self, around: list[str]) -> str:
        name = self.random.choice("ab")
        shifts = ("", "", " + 1", " - 1", " + 2", " - 2")
        return f"{name}[{', '.join(self.random.choice(around) + self.random.choice(shifts) for _ in range(self.axes[name]))}]"

    def value(self, around: list[str]) -> str:
        reads = " * ".join(self.place(around) for _ in range(self.random.choice([1, 2])))
        return f"{reads} + 0.3 * x[{self.random.choice(around)} % 5]"


@pytest.mark.parametrize("seed", range(40))
def test_nests_of_loops(seed: int, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "import math\nimport numpy as np\n\n\n" + "\n".join(Grammar(seed).lines) + "\n"
    (tmp_path / f"nest_{seed}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    nest = __import__(f"nest_{seed}").nest
    direction = np.random.default_rng(seed).normal(size=5)
    scope: dict[str, Any] = {}
    exec(dl.source(dl.grad(nest), X), scope)
    found = scope["nest_grad"](X)
    assert math.isfinite(np.sum(found))
    assert np.sum(found * direction) == pytest.approx(slope(nest, (X,), direction), rel=1e-9, abs=1e-9)
