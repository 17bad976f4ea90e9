"""The elementary functions of our own: within an ulp of mpmath, NumPy's special values, one result in every lane.

`python benchmarks/elementary/accuracy.py` asks for many more points.
"""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl
from benchmarks.elementary.accuracy import CASES, errors, points
from difflang.codegen.elementary.elementary import FUNCTIONS
from difflang.codegen.targets.cpu import host

pytestmark = pytest.mark.skipif(not host().fused, reason="needs fused multiply-adds")
SPECIAL = [
    0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 5e-324, -5e-324, 1e-310, 1e300, -1e300, 0.5, -0.5, 2.0, -2.0, 3.0, 709.5, 710.2,
    -745.0, 1e-17, 0.1,
]  # fmt: skip


def compiled(name):
    """The function on arrays and on numbers."""
    case = CASES[name]
    return dl.differentiable(case.function)


@pytest.mark.parametrize("name", sorted(CASES))
def test_within_its_ulps_and_the_same_in_every_lane(name):
    f, case = compiled(name), CASES[name]
    given = points(name, 150, seed=1)
    found = f(*given)
    assert max(errors(name, found, given)) <= case.ulps
    alone = np.array([f(*map(np.float64, row)) for row in zip(*given, strict=True)])
    np.testing.assert_array_equal(found.view(np.int64), alone.view(np.int64))
    np.testing.assert_array_equal(found[3:].view(np.int64), f(*[x[3:].copy() for x in given]).view(np.int64))


@pytest.mark.parametrize("name", sorted(name for name in CASES if CASES[name].numpy))
def test_special_values_are_numpys(name):
    case = CASES[name]
    grid = np.meshgrid(*[SPECIAL] * case.arity)
    given = [np.ascontiguousarray(x.ravel()) for x in grid]
    with np.errstate(all="ignore"):
        expected = case.function(*given)
    found = compiled(name)(*given)
    np.testing.assert_allclose(found, expected, rtol=1e-15, atol=0)
    numbers = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(found[numbers]), np.signbit(expected[numbers]))


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_large_angles_are_reduced_by_as_many_digits_of_pi_as_they_need(name):
    x = np.array([1e22, 2.0**30, 2.0**31 + 0.5, -1e300, 1.7e308, 6381956970095103 * 2.0**797])
    assert max(errors(name, compiled(name)(x), [x])) <= 1


def test_every_function_is_tested():
    assert set(FUNCTIONS) == {case.library for case in CASES.values()}


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
