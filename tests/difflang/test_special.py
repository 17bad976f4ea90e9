"""Special functions: to 13 digits against mpmath, at special points against SciPy, compiled, in single precision, in written text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import scipy.special as sp

import difflang as dl
from difflang.op import BY_SCIPY, load
from difflang.ops.special import FORMULAS
from tests.ways import run

load()
RNG = np.random.default_rng(11)


def spread(low: float, high: float, *powers: tuple[float, float]) -> np.ndarray:
    """Numbers over a range, and over powers of ten."""
    return np.concatenate([RNG.uniform(low, high, 30), *(10 ** RNG.uniform(a, b, 15) for a, b in powers)])


PROBABILITIES = np.concatenate([spread(0, 1, (-300, 0)), 1 - 10 ** RNG.uniform(-15, -1, 10), 0.5 + 10 ** RNG.uniform(-12, -2, 10)])
WHOLE_LINE = spread(-30, 30, (-5, 2.5))
BELOW = -RNG.uniform(0.05, 9.95, 20)


def root(function: Callable[[Any], Any], start: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The inverse of a function of mpmath, found from a first guess."""
    return lambda p: mp.findroot(lambda x: mp.log(function(x)) - mp.log(p), mp.mpf(float(start(float(p)))))


REFERENCES: list[tuple[str, dict[str, Any], Callable[[Any], Any], np.ndarray]] = [
    ("digamma", {}, mp.digamma, np.concatenate([spread(0.01, 10, (-8, 8)), BELOW, [1.4616, 1.46163]])),
    *(("polygamma", {"n": n}, lambda x, n=n: mp.polygamma(n, x), np.concatenate([spread(0.01, 10, (-4, 6)), BELOW])) for n in (1, 2, 3, 5)),
    *(("zeta", {"s": s}, lambda x, s=s: mp.zeta(s, x), spread(0.01, 10, (-4, 4))) for s in (1.5, 2.0, 4.0)),
    ("erfcx", {}, lambda x: mp.exp(x * x) * mp.erfc(x), spread(-5, 10, (-5, 3))),
    ("ndtri", {}, root(mp.ncdf, sp.ndtri), PROBABILITIES),
    ("erfinv", {}, mp.erfinv, np.concatenate([spread(-1, 1, (-300, 0)), 1 - 10 ** RNG.uniform(-15, -1, 10)])),
    ("erfcinv", {}, root(mp.erfc, sp.erfcinv), spread(0, 2, (-300, 0))),
    ("log_ndtr", {}, lambda x: mp.log(mp.ncdf(x)) if x < 6 else mp.log1p(-mp.ncdf(-x)), spread(-40, 10)),
    ("expit", {}, lambda x: 1 / (1 + mp.exp(-x)), spread(-700, 700)),
    ("logit", {}, lambda p: mp.log(p / (1 - p)), PROBABILITIES[PROBABILITIES < 1 - 1e-12]),
    ("log_expit", {}, lambda x: -mp.log1p(mp.exp(-x)), spread(-700, 700)),
    ("exprel", {}, lambda x: mp.expm1(x) / x, spread(-50, 50, (-10, 0))),
    ("i0", {}, lambda x: mp.besseli(0, x), WHOLE_LINE),
    ("i1", {}, lambda x: mp.besseli(1, x), WHOLE_LINE),
    ("i0e", {}, lambda x: mp.exp(-abs(x)) * mp.besseli(0, x), WHOLE_LINE),
    ("i1e", {}, lambda x: mp.exp(-abs(x)) * mp.besseli(1, x), WHOLE_LINE),
    ("j0", {}, lambda x: mp.besselj(0, x), WHOLE_LINE),
    ("j1", {}, lambda x: mp.besselj(1, x), WHOLE_LINE),
    ("y0", {}, lambda x: mp.bessely(0, x), np.abs(WHOLE_LINE)),
    ("y1", {}, lambda x: mp.bessely(1, x), np.abs(WHOLE_LINE)),
    ("ellipk", {}, mp.ellipk, np.concatenate([RNG.uniform(-5, 1, 30), -(10 ** RNG.uniform(-12, 4, 15))])),
    ("ellipe", {}, mp.ellipe, np.concatenate([RNG.uniform(-5, 1, 30), -(10 ** RNG.uniform(-12, 4, 15))])),
    ("exp1", {}, mp.e1, spread(0.01, 20, (-8, 2.7))),
]


@pytest.mark.parametrize(("name", "statics", "reference", "points"), REFERENCES, ids=[f"{r[0]}{r[1] or ''}" for r in REFERENCES])
def test_thirteen_digits(name: str, statics: dict[str, Any], reference: Callable[[Any], Any], points: np.ndarray) -> None:
    """Where a function crosses zero, 13 digits of its amplitude."""
    with mp.workdps(40), np.errstate(all="ignore"):
        found = FORMULAS[name](points, **statics)
        for x, value in zip(points, found, strict=True):
            right = reference(mp.mpf(float(x)))
            amplitude = abs(right) if name not in ("j0", "j1", "y0", "y1", "digamma") else max(abs(right), min(0.1, 1 / abs(x) ** 0.5))
            assert abs(mp.mpf(float(value)) - right) <= 1e-13 * amplitude, f"{name}({x!r}) = {value!r}, not {right}"


POINTS = np.array([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, np.inf, -np.inf, np.nan, 1e-300, 30.0])
ONE = """gammaln digamma erf erfc erfcx erfinv erfcinv expit logit log_expit entr i0 i1 i0e i1e j0 j1 y0 y1 ndtr ndtri log_ndtr exprel
rgamma factorial softplus cbrt exp10 exp2 expm1 log1p gamma""".split()
ONE += ["ellipk", "ellipe", "exp1", "cosm1"]
TWO = "comb perm boxcox1p inv_boxcox1p powm1".split()
TWO += "xlogy xlog1py rel_entr kl_div beta betaln binom huber pseudo_huber boxcox inv_boxcox poch".split()


def called(text: str, parameters: str = "x") -> Callable[..., Any]:
    from tests.ways import define

    return define(f"import scipy.special as sp\n\n\ndef f({parameters}):\n    return {text}\n", "f")


def every(names: list[str], count: int) -> Callable[..., Any]:
    """A function that returns what all these functions give."""
    arguments = ", ".join("xy"[:count])
    return called("(" + "".join(f"sp.{name}({arguments}), " for name in names) + ")", arguments)


@pytest.mark.parametrize("way", ["evaluated", "compiled"])
def test_special_points_are_scipys(way: str) -> None:
    with np.errstate(all="ignore"):
        found, _ = run(way, every(ONE, 1), (POINTS,))
        for name, value in zip(ONE, found, strict=True):
            expected = getattr(sp, name)(POINTS)
            if name == "gammaln":  # of minus infinity SciPy says -inf, C and Python inf
                expected[7] = np.inf
            np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-15, err_msg=name)


@pytest.mark.parametrize("way", ["written", "evaluated", "compiled"])
@pytest.mark.parametrize("count", [1, 2])
def test_every_way_and_single_precision(count: int, way: str) -> None:
    given = [np.array([0.3, 0.55, 0.8]), np.array([0.7, 0.2, 0.9])][:count]
    names = (ONE, TWO)[count - 1]
    found, _ = run(way, every(names, count), given)
    single, _ = run(way, every(names, count), [x.astype(np.float32) for x in given])
    for name, value, short in zip(names, found, single, strict=True):
        expected = getattr(sp, name)(*given)
        np.testing.assert_allclose(value, expected, rtol=2e-13, err_msg=name)
        if way != "written":
            assert short.dtype == np.float32
            np.testing.assert_allclose(short, expected, rtol=5e-6, err_msg=name)


def mixture(x: Any, y: Any) -> Any:
    weights = sp.softmax(x, axis=1)
    total = sp.logsumexp(x + y, axis=1, b=np.array([1.0, 2.0, 0.5])) + sp.logsumexp(x) + sp.log_softmax(x, axis=0)[:, 0]
    return np.sum(weights * sp.gammaln(y + 2.0)) + np.sum(total) + np.sum(sp.polygamma(1, y + 3.0)) + sp.multigammaln(y[0] + 4.0, 2)


def test_a_program_of_scipy() -> None:
    x, y = RNG.normal(size=(2, 3)), RNG.normal(size=3)
    for way in ("written", "evaluated", "compiled"):
        np.testing.assert_allclose(run(way, mixture, (x, y))[0], mixture(x, y), rtol=1e-12)
    dl.check_grads(mixture, (x, y), order=2) if hasattr(dl, "check_grads") else None


def test_names_are_scipys() -> None:
    """Every name that is read is one of SciPy's."""
    new = {"special.softplus"}  # since SciPy 1.15
    assert not [name for name in BY_SCIPY if name.startswith("special.") and name not in new and not hasattr(sp, name.partition(".")[2])]


def test_written_text_needs_no_scipy() -> None:
    text = dl.source(dl.grad(called("np.sum(sp.digamma(x))".replace("np.sum", "sum"))), np.ones(3))
    assert "scipy" not in text and "def polygamma(x, n=1):" in text


def test_functions_of_scipy_have_keys_of_their_own() -> None:
    """The disk's cache tells them apart though NumPy gives foreign ufuncs no qualified name."""
    from difflang.runtime.reach import Reach

    def caller(g: Any) -> Any:
        def f(x: Any) -> Any:
            return g(x)

        return f

    assert Reach(caller(sp.erf)).digest != Reach(caller(sp.erfc)).digest
