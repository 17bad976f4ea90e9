"""The elementary functions of our own: within an ulp of mpmath, NumPy's special values, one result in every lane.

`python benchmarks/elementary/accuracy.py` asks for many more points.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
import pytest

import difflang as dl
from benchmarks.elementary import coefficients
from benchmarks.elementary.accuracy import CASES, errors, points
from benchmarks.elementary.apply import FUNCTIONS, apply, library, symbol
from difflang.codegen.elementary import elementary
from difflang.codegen.targets.cpu import host
from tests.codegen.test_optimize import PLAIN, assembly

pytestmark = pytest.mark.skipif(not host().fused, reason="needs fused multiply-adds")
WIDEST = {dtype: elementary.lanes(dtype, host())[-1] for dtype in ("f64", "f32")}
BOTH = [(name, dtype) for name in sorted(CASES) for dtype in ("f64", "f32")]
SPECIAL = [
    0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 5e-324, -5e-324, 1e-310, 1e300, -1e300, 0.5, -0.5, 2.0, -2.0, 3.0, 709.5, 710.2,
    -745.0, 1e-17, 0.1, 1e-3, 7.5,
]  # fmt: skip


@pytest.fixture(scope="module")
def forms() -> ctypes.CDLL:
    """All functions, one number and as many as a register holds at a time."""
    return library([(symbol(f, d, n), f, d, n) for f in FUNCTIONS for d in ("f64", "f32") for n in (1, WIDEST[d])])


def found_for(forms: ctypes.CDLL, name: str, dtype: str, given: list[np.ndarray]) -> np.ndarray:
    """The function of a case; its vector form has been seen to give the same bits."""
    found = [apply(forms, symbol(CASES[name].library, dtype, n), given, n) for n in (1, WIDEST[dtype])]
    np.testing.assert_array_equal(*found)
    np.testing.assert_array_equal(np.signbit(found[0]), np.signbit(found[1]))
    return found[0]


@pytest.mark.parametrize(("name", "dtype"), BOTH)
def test_within_its_ulps_and_the_same_in_every_lane(forms, name, dtype):
    given = points(name, 128, seed=1, dtype=dtype)
    assert max(errors(name, found_for(forms, name, dtype, given), given)) <= CASES[name].ulps


@pytest.mark.parametrize(("name", "dtype"), BOTH)
def test_special_values_are_numpys(forms, name, dtype):
    kind = np.float64 if dtype == "f64" else np.float32
    with np.errstate(all="ignore"):
        many = np.array(SPECIAL * 2 if CASES[name].arity == 1 else SPECIAL).astype(kind)
        given = [np.ascontiguousarray(x.ravel()) for x in np.meshgrid(*[many] * CASES[name].arity)]
        expected = CASES[name].function(*given)
    found = found_for(forms, name, dtype, given)
    np.testing.assert_allclose(found, expected, rtol=1e-15 if dtype == "f64" else 4e-7, atol=np.finfo(kind).smallest_subnormal)
    numbers = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(found[numbers]), np.signbit(expected[numbers]))


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_large_angles_are_reduced_by_as_many_digits_of_pi_as_they_need(forms, name):
    x = np.array([1e22, 2.0**20, 2.0**31 + 0.5, -1e300, 1.7e308, 6381956970095103 * 2.0**797, 355.0, -1.0])
    assert max(errors(name, found_for(forms, name, "f64", [x]), [x])) <= 1


@pytest.mark.parametrize("name", ["exp", "sin", "log1p", "tanh", "power", "arctan2"])
def test_programs_give_the_same_bits_wherever_an_element_stands(name):
    f = dl.differentiable(CASES[name].function)
    given = [x[:203] for x in points(name, 101, seed=2)]
    found = f(*given)
    alone = np.array([f(*map(np.float64, row)) for row in zip(*given, strict=True)])
    np.testing.assert_array_equal(found, alone)
    np.testing.assert_array_equal(found[3:], f(*[x[3:].copy() for x in given]))


def turned(a):
    return np.sin(a) * 3 + np.cos(a) ** 2.5 + np.sin(a)


def branched(x):
    y = np.sin(x)
    if x > 0:
        y = y * np.cos(x) - np.cos(x)
    return y + np.cos(x)


def test_sine_and_cosine_of_one_argument_come_from_one_call():
    text = assembly(turned, PLAIN)
    assert "dl_sincos_f64_v" in text and "dl_sin_f64" not in text and "dl_cos_f64" not in text
    x = np.concatenate([points("sin", 80, seed=3)[0], [np.inf, np.nan, 0.0, -0.0, 1e6]])
    sine, cosine = (dl.differentiable(CASES[name].function)(x) for name in ("sin", "cos"))
    power = dl.differentiable(CASES["power"].function)(cosine, np.full_like(x, 2.5))
    np.testing.assert_array_equal(dl.differentiable(turned)(x), sine * 3 + power + sine)
    f = dl.differentiable(branched)
    for at, s, c in zip(x, sine, cosine, strict=True):
        np.testing.assert_array_equal(f(at), (s * c - c if at > 0 else s) + c)


def test_every_function_is_tested():
    assert set(FUNCTIONS) == {case.library for case in CASES.values()}


def test_coefficients_are_what_the_script_writes():
    kept = Path(elementary.__file__).with_name("coefficients.py").read_text()
    for row in coefficients.rows()[:2]:
        assert coefficients.written(row) in kept


def powers(x):
    known = np.power(x, 2), np.power(x, 3), np.power(x, 4.0), np.power(x, -1.0), np.power(x, -2.0)
    return *known, np.power(x, 0.5), np.power(x, 1.5), np.power(x, -0.5), np.power(2.0, x), np.power(x, 2.5), np.power(x, 1.0)


def test_known_powers_are_products_and_roots():
    """Special values are C99's, as NumPy's for exponents in an array; for one exponent 0.5 it takes the root, of -0.0 too."""
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 0.1, -0.1, 1.7, 1e155, -1e-155, 3e-310, 7.3])
    with np.errstate(all="ignore"):
        expected = [np.power(x, np.full_like(x, y)) for y in (2, 3, 4, -1, -2, 0.5, 1.5, -0.5)]
        expected += [np.power(2.0, x), np.power(x, 2.5), x]
    for found, right in zip(dl.differentiable(powers)(x), expected, strict=True):
        np.testing.assert_allclose(found, right, rtol=4.5e-16, atol=5e-324)
        known = ~np.isnan(right)
        np.testing.assert_array_equal(np.signbit(found[known]), np.signbit(right[known]))
