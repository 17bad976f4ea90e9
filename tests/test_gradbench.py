"""GradBench's twelve programs through their own protocol, against differences and closed forms: its tolerance leaves some unchecked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
rng = np.random.default_rng(11)
Ask = Callable[[str, str, Any], Any]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, str(ROOT / "benchmarks" / "gradbench")]
    tool = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path})
    assert tool.stdin and tool.stdout

    def send(message: dict[str, Any]) -> Any:
        assert tool.stdin and tool.stdout
        tool.stdin.write(json.dumps({"id": 7, **message}) + "\n")
        tool.stdin.flush()
        answer = json.loads(tool.stdout.readline())
        assert answer.pop("id") == 7
        return answer

    def evaluate(module: str, function: str, given: Any) -> Any:
        answer = send({"kind": "evaluate", "module": module, "function": function, "input": given})
        assert answer["success"], answer.get("error")
        assert [timing["name"] for timing in answer["timings"]][:2] == ["prepare", "evaluate"]
        return answer["output"]

    assert send({"kind": "start", "eval": "hello"}) == {"tool": "difflang"}
    assert send({"kind": "define", "module": "hello"}) == {"success": True}
    assert not send({"kind": "define", "module": "nonsense"})["success"]
    yield evaluate
    tool.stdin.close()
    tool.wait(timeout=10)


def slope(f: Callable[[np.ndarray], float], x: np.ndarray, way: np.ndarray) -> float:
    """The derivative of f at x along a way, by differences extrapolated once."""
    one, two = ((f(x + h * way) - f(x - h * way)) / (2 * h) for h in (1e-3, 5e-4))
    return (4 * two - one) / 3


def along(f: Callable[[np.ndarray], float], x: np.ndarray, gradient: Any, tolerance: float = 1e-7) -> None:
    way = rng.normal(size=x.shape)
    assert float(np.sum(np.asarray(gradient) * way)) == pytest.approx(slope(f, x, way), rel=tolerance, abs=tolerance)


def test_hello(ask: Ask) -> None:
    assert ask("hello", "square", 1.5) == 2.25 and ask("hello", "double", 1.5) == 3.0


def test_gmm(ask: Ask) -> None:
    d, k, n = 3, 2, 6
    given = {"d": d, "k": k, "n": n, "m": 1, "gamma": 1.5, "x": rng.normal(size=(n, d)).tolist()}
    free = {"alpha": (k,), "mu": (k, d), "q": (k, d), "l": (k, d * (d - 1) // 2)}
    at = {name: rng.normal(size=shape) for name, shape in free.items()}
    gradient = ask("gmm", "jacobian", given | {name: value.tolist() for name, value in at.items()})
    for name in free:
        along(lambda x, name=name: ask("gmm", "objective", given | {k: (x if k == name else v).tolist() for k, v in at.items()}),
              at[name], gradient[name])  # fmt: skip


def test_lstm(ask: Ask) -> None:
    at = {"main_params": rng.random((4, 12)), "extra_params": rng.random((3, 3)), "state": rng.random((4, 3))}
    at["sequence"] = rng.integers(0, 2, (5, 3)).astype(float)
    gradient = np.array(ask("lstm", "jacobian", {name: value.tolist() for name, value in at.items()}))
    parts = {"main_params": gradient[:48].reshape(4, 12), "extra_params": gradient[48:].reshape(3, 3)}
    for name, part in parts.items():
        along(lambda x, name=name: ask("lstm", "objective", {k: (x if k == name else v).tolist() for k, v in at.items()}), at[name], part)


def test_ba(ask: Ask) -> None:
    camera, point, weight = rng.normal(size=11), rng.normal(size=3) + np.array([0.0, 0.0, 9.0]), 0.7

    def given(x: np.ndarray) -> dict[str, Any]:
        feature = [0.1, 0.2]
        return {"n": 2, "m": 3, "p": 4, "cam": x[:11].tolist(), "x": x[11:14].tolist(), "w": float(x[14]), "feat": feature}

    x = np.array([*camera, *point, weight])
    found = ask("ba", "jacobian", given(x))
    rows = np.array(found["vals"][:30]).reshape(2, 15)
    for k in (0, 1):
        along(lambda x: ask("ba", "objective", given(x))["reproj_error"]["elements"][k], x, rows[k], 1e-6)
    assert found["vals"][-1] == pytest.approx(-2 * weight)
    assert found["cols"][:15] == [*range(11), *range(22, 25), 31] and found["rows"][:3] == [0, 15, 30]


def test_ht(ask: Ask) -> None:
    bones, vertices, count = 22, 5, 4
    parents = [-1, *range(bones - 1)]
    model = {"parents": parents, "is_mirrored": True, "triangles": rng.integers(0, vertices, (3, 3)).tolist()}
    model |= {"base_relatives": (np.eye(4) + 0.01 * rng.normal(size=(bones, 4, 4))).tolist()}
    model |= {"inverse_base_absolutes": (np.eye(4) + 0.01 * rng.normal(size=(bones, 4, 4))).tolist()}
    model |= {"base_positions": rng.normal(size=(vertices, 4)).tolist(), "weights": rng.random((vertices, bones)).tolist()}
    data = {"model": model, "correspondences": rng.integers(0, 3, count).tolist(), "points": rng.normal(size=(count, 3)).tolist()}
    theta, us = rng.normal(size=26) / 4, rng.random((count, 2))
    weights = rng.normal(size=3 * count)

    def value(x: np.ndarray, us: Any) -> float:
        return float(weights @ ask("ht", "objective", {"theta": x.tolist(), "us": us, "data": data}))

    found = np.array(ask("ht", "jacobian", {"theta": theta.tolist(), "us": us.tolist(), "data": data}))
    along(lambda x: value(x, us.tolist()), theta, weights @ found[:, 2:], 1e-6)
    along(lambda x: value(theta, x.tolist()), us, (weights[:, np.newaxis] * found[:, :2]).reshape(count, 3, 2).sum(axis=1))
    found = np.array(ask("ht", "jacobian", {"theta": theta.tolist(), "us": [], "data": data}))
    along(lambda x: value(x, []), theta, weights @ found, 1e-6)


def test_kmeans(ask: Ask) -> None:
    points, centroids = rng.random((9, 2)), rng.random((3, 2))
    nearest = np.argmin(((points[:, np.newaxis] - centroids) ** 2).sum(axis=2), axis=1)
    centroids[np.setdiff1d(range(3), nearest)] = points[: len(np.setdiff1d(range(3), nearest))]
    nearest = np.argmin(((points[:, np.newaxis] - centroids) ** 2).sum(axis=2), axis=1)
    expected = [c - points[nearest == k].mean(axis=0) for k, c in enumerate(centroids)]
    found = ask("kmeans", "dir", {"points": points.tolist(), "centroids": centroids.tolist()})
    assert np.array(found) == pytest.approx(np.array(expected), rel=1e-12)


def test_llsq(ask: Ask) -> None:
    x = rng.random(5)
    along(lambda x: ask("llsq", "primal", {"x": x.tolist(), "n": 7}), x, ask("llsq", "gradient", {"x": x.tolist(), "n": 7}))


@pytest.mark.parametrize("n", [4, 20000])
def test_lse(ask: Ask, n: int) -> None:
    x = rng.random(n) * 9
    expected = np.exp(x - x.max()) / np.exp(x - x.max()).sum()
    assert np.array(ask("lse", "gradient", {"x": x.tolist()})) == pytest.approx(expected, rel=1e-11)


def test_ode(ask: Ask) -> None:
    """Runge and Kutta's method is exact for the first four elements, which are x0 t, x0 x1 t^2/2 ..."""
    x = rng.random(4) + 0.5
    expected = np.prod(x) * 2.0**4 / 24
    assert ask("ode", "primal", {"x": x.tolist(), "s": 3})[-1] == pytest.approx(expected, rel=1e-12)
    assert np.array(ask("ode", "gradient", {"x": x.tolist(), "s": 3})) == pytest.approx(expected / x, rel=1e-12)
    x = rng.random(9)
    along(lambda x: ask("ode", "primal", {"x": x.tolist(), "s": 4})[-1], x, ask("ode", "gradient", {"x": x.tolist(), "s": 4}), 1e-9)


def test_det(ask: Ask) -> None:
    a = rng.random((5, 5))
    expected = np.linalg.det(a) * np.linalg.inv(a).T
    assert ask("det", "primal", {"A": a.ravel().tolist(), "ell": 5}) == pytest.approx(np.linalg.det(a), rel=1e-10)
    assert np.array(ask("det", "gradient", {"A": a.ravel().tolist(), "ell": 5})) == pytest.approx(expected.ravel(), rel=1e-9)


@pytest.mark.parametrize("variant", ["rr", "rf", "fr", "ff"])
def test_nested(ask: Ask, variant: str) -> None:
    assert ask("particle", variant, {"w": 0.0}) == pytest.approx(0.2071918746486116, rel=1e-9)
    assert ask("saddle", variant, {"start": [1.0, 1.0]}) == pytest.approx([8.246324826140356e-06] * 4, rel=1e-9)
