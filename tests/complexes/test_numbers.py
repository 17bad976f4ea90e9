"""Complex numbers at the border, in loops, lists and objects; their errors; views of parts; libraries and types."""

from __future__ import annotations

import cmath
from typing import Any, NamedTuple

import numpy as np
import pytest

import difflang as dl


class Wave(NamedTuple):
    amplitude: complex
    samples: Any


def escape(c: Any, n: Any) -> Any:
    z = 0j
    for k in range(n):
        z = z * z + c
        if abs(z) > 2:
            return k
    return n


@pytest.mark.parametrize("number", [0.1 + 0.2j, np.complex128(1 + 1j), np.complex64(0.4 - 0.3j)])
def test_numbers_come_and_go_as_they_are(number: Any) -> None:
    def same(z: Any) -> Any:
        return z, z * 2

    found = dl.differentiable(same)(number)
    assert [type(v) for v in found] == [type(number), type(number * 2)]
    assert found == (number, number * 2)


def test_quotients_and_products_to_the_bit() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=400) * 10.0 ** rng.integers(-4, 5, 400) + 1j * rng.normal(size=400)

    def both(z: Any, w: Any) -> Any:
        return z * w, z / w, z + w, z - w

    compiled = dl.differentiable(both)
    for one, other in zip(values[:200], values[200:], strict=True):
        assert compiled(complex(one), complex(other)) == both(complex(one), complex(other))
        assert compiled(one, other) == both(one, other)

    def quotient(a: Any, b: Any) -> Any:
        return a / b, a + b, np.sqrt(a), np.conj(a)

    for found, expected in zip(dl.differentiable(quotient)(values[:200], values[200:]), quotient(values[:200], values[200:]), strict=True):
        assert np.array_equal(found, expected)


def test_a_loop_until_it_escapes() -> None:
    compiled = dl.differentiable(escape)
    for c in (0.1 + 0.2j, -1.0, 1 + 1j, np.complex128(0.3 + 0.6j)):
        assert compiled(c, 50) == escape(c, 50)


ERRORS = [
    (lambda z: z / 0, ZeroDivisionError),
    (lambda z: z / (z - z), ZeroDivisionError),
    (lambda z: 0j ** (z - 3), ZeroDivisionError),
    (lambda z: abs(z * 1.7e308), OverflowError),
    (lambda z: cmath.log(z - z), ValueError),
    (lambda z: cmath.exp(z * 1000), OverflowError),
    (lambda z: z < 1, TypeError),
    (lambda z: z // 2, TypeError),
    (lambda z: float(z), TypeError),
    (lambda z: max(z, 1j), TypeError),
]


@pytest.mark.parametrize(("f", "error"), ERRORS, ids=range(len(ERRORS)))
def test_errors_are_pythons(f: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        f(1 + 0.5j)
    with pytest.raises(error):
        dl.differentiable(f)(1 + 0.5j)


def test_writes_through_parts_reach_the_array() -> None:
    def parts(a: Any) -> Any:
        r = a.real
        a[1] = 5 - 1j
        r[0] = r[1] + 1.0
        a.imag[2:] = 7.0
        a.imag *= 2.0
        return a, r.sum()

    mine, theirs = np.array([1 + 1j, 2, 3j, 4]), np.array([1 + 1j, 2, 3j, 4])
    found, expected = dl.differentiable(parts)(mine), parts(theirs)
    assert np.array_equal(found[0], expected[0]) and np.array_equal(mine, theirs) and found[1] == expected[1]


def test_objects_and_lists() -> None:
    def louder(wave: Wave) -> Any:
        doubled = [s * wave.amplitude for s in wave.samples]
        doubled.append(wave.amplitude)
        return Wave(wave.amplitude * 2, np.array([1j])), doubled

    given = Wave(2 - 1j, np.array([1j, 2.0]))
    found, expected = dl.differentiable(louder)(given), louder(given)
    assert found[0].amplitude == expected[0].amplitude and found[1] == expected[1]

    def size(wave: Wave) -> Any:
        return abs(wave.amplitude) ** 2 + np.sum(np.abs(wave.samples) ** 2)

    gradient = dl.grad(size)(given)
    assert np.allclose(gradient.amplitude, 2 * (2 + 1j)) and np.allclose(gradient.samples, 2 * given.samples.conj())


ROTATION = 0.6 + 0.8j


def turned(z: Any) -> Any:
    return z * ROTATION


def test_captured_numbers_are_read_at_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = dl.differentiable(turned)
    assert compiled(1j) == turned(1j)
    monkeypatch.setitem(globals(), "ROTATION", 2j)
    assert compiled(1j) == -2


def test_promotion_is_numpys() -> None:
    numbers = [2, 2.5, True, 1 - 2j, np.float32(2), np.float64(2), np.int8(3), np.complex64(1 + 1j), np.complex128(2j)]
    numbers += [np.ones(2, t) for t in (np.float32, np.int64, np.complex64, np.complex128, np.bool_)]

    def every(x: Any, y: Any) -> Any:
        return x + y, x - y, y * x, x / y

    compiled = dl.differentiable(every)
    for z in (1 - 2j, np.complex64(1 + 1j), np.ones(2, np.complex64), np.ones(2, complex)):
        for other in numbers:
            for found, expected in zip(compiled(z, other), every(z, other), strict=True):
                assert type(found) is type(expected) and np.asarray(found).dtype == np.asarray(expected).dtype
                assert np.allclose(found, expected, rtol=1e-6)


def test_real_if_close_is_refused_of_complex_numbers() -> None:
    with pytest.raises(dl.DifflangError, match="depends on the values"):
        dl.differentiable(lambda a: np.real_if_close(a))(np.array([1j]))


def test_searching_among_complex_numbers_is_refused() -> None:
    with pytest.raises(dl.DifflangError, match="complex numbers is outside"):
        dl.differentiable(lambda a: np.searchsorted(a, a))(np.array([1j, 2]))


def halves(x: Any) -> Any:
    """A recursive transform: its own result, joined."""
    n = len(x)
    if n <= 1:
        return x * (1 + 0j)
    even, odd = halves(x[0::2]), halves(x[1::2])
    turned = np.exp(-2j * np.pi * np.arange(n // 2) / n) * odd
    return np.concatenate([even + turned, even - turned])


def test_a_recursive_transform() -> None:
    x = np.arange(8.0) ** 2
    assert np.allclose(dl.differentiable(halves)(x), np.fft.fft(x))
    slope = dl.grad(lambda x: np.sum(np.abs(halves(x)) ** 2))(x)
    assert np.allclose(slope, 2 * 8 * x)


def test_numbers_are_printed_as_python_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    def told(z: Any, a: Any) -> Any:
        print(z, a[0], f"{z} {z.real:.2f}", a)
        if abs(z) > 5:
            raise ValueError(f"too large: {z}")
        return z

    a = np.array([1 + 2j, 3])
    told(1 + 2j, a)
    expected = capsys.readouterr().out
    dl.differentiable(told)(1 + 2j, a)
    assert capsys.readouterr().out == expected
    with pytest.raises(ValueError, match="too large: "):
        dl.differentiable(told)(6 + 2j, a)
