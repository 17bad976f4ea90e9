"""One-line programs of complex numbers: values are compared with NumPy's and Python's, derivatives with differences.

`a`: an array of c128, `m`: a matrix, `x`: an array of f64, `z`, `w`: Python's complex numbers.
"""

from __future__ import annotations

ARITHMETIC = """
a * 2 + 1j
a - x
a / x
x / a
2.5 / a
a**2
a**3
a**-2
a**0.5
a ** (1 + 1j)
2**a
x**a
(-a) * a.conj() + np.conjugate(x) * a
a[0] * a[1] / a[2] - a[3] ** 2
z + w * 2 - 1
z * w / (z + 1)
z**2 + z**3
z**-1
z**0.5
z**w
2.0**z
1 / z
np.float64(2) * z + np.complex64(1 + 1j) * 2.5
z.conjugate() * w
z.real * w.imag
complex(x[0], x[1]) * z
complex(z, w)
abs(z) ** 2
sum([z, w]) * sum(a)
np.sum(a * np.conj(a)).real
"""
FUNCTIONS = """
np.exp(a)
np.log(a)
np.sqrt(a)
np.sin(a) + np.cos(a)
np.tan(a)
np.sinh(a) * np.cosh(a)
np.tanh(a)
np.arcsin(a)
np.arccos(a)
np.arctan(a)
np.arcsinh(a)
np.arccosh(a)
np.arctanh(a)
np.exp2(a) + np.expm1(a)
np.log1p(a)
np.log2(a) - np.log10(a)
np.square(a) + np.reciprocal(a)
np.sign(a)
np.abs(a)
np.angle(a) + np.angle(a, deg=True)
np.real(a) * np.imag(a)
np.exp(1j * x)
np.nan_to_num(a)
cmath.exp(z) * cmath.log(w)
cmath.sqrt(z) + cmath.log10(z)
cmath.sin(z) * cmath.cos(z) - cmath.tan(z)
cmath.sinh(z) * cmath.cosh(z) - cmath.tanh(z)
cmath.asin(z) + cmath.acos(z) * cmath.atan(z)
cmath.asinh(z) + cmath.acosh(z) * cmath.atanh(z)
cmath.phase(z) * cmath.polar(z)[0]
cmath.rect(abs(z), x[0])
np.sqrt(z) + np.conj(z) * np.imag(z)
"""
ARRAYS = """
np.sum(a) * np.mean(a)
np.prod(a)
np.var(a) + np.std(a)
np.cumsum(a)
np.cumprod(a)
a.reshape(2, 2).sum(axis=0) + a.reshape(2, 2).mean(axis=1)
np.dot(a, a) + np.vdot(a, x) + np.inner(a, a)
np.outer(a, x)
m @ m
m @ a[:3]
m.conj().T @ x[:3]
np.kron(a[:2], a[:2])
np.tensordot(m, m, axes=1)
np.einsum('ij,kj->ik', m, np.conj(m))
np.trace(m) + np.sum(np.diag(m))
np.where(x > 0, a, x)
np.concatenate((a, x))
np.stack((a, a * 1j)).T
np.array([[z, 0], [x[0], w]])
np.full((2, 2), z) * np.eye(2, dtype=complex)
np.roll(a, 1) - a[::-1] * np.repeat(a, 1)
a[[0, 2]] * a[x > 1.0]
np.convolve(a, a)
np.correlate(a, a[:2])
np.gradient(a) + np.append(np.diff(a), 1j)
np.polyval([1j, 2, 3], z) * np.polyval(a, z)
np.vander(a)
np.average(a, weights=x + 4)
x.astype(complex) * np.asarray(x, dtype=complex)
np.cross(a[:3], a[1:])
np.triu(m) - np.tril(m) * np.pad(a, 1)[1]
"""
LINEAR = """
np.linalg.solve(m, a[:3])
np.linalg.solve(m, m.T)
np.linalg.inv(m)
np.linalg.det(m)
np.linalg.slogdet(m)[0] * np.linalg.slogdet(m)[1]
np.linalg.norm(a) + np.linalg.norm(m)
np.linalg.norm(a, 1) * np.linalg.norm(m, axis=0)
np.linalg.eigvals(m)
np.linalg.eigvalsh(m + m.conj().T)
np.linalg.eigh(m + m.conj().T)[0]
np.abs(np.linalg.eigh(m + m.conj().T)[1])
np.linalg.cholesky(m @ m.conj().T + np.eye(3))
np.linalg.svd(m, compute_uv=False)
np.linalg.matrix_power(m, 3)
np.linalg.multi_dot([m, m, m])
"""
VALUES = """
a == a[::-1]
a != x
a < 1j
a >= x
z == w or z != w
bool(z) and not z
np.isnan(a) | np.isinf(a)
np.isfinite(a)
np.iscomplex(a) ^ np.isreal(a)
np.iscomplexobj(a) and np.isrealobj(x)
np.any(a) and np.all(a)
np.count_nonzero(a)
np.nonzero(a)[0]
np.array_equal(a, a)
np.allclose(a, a + 1e-12)
np.maximum(a, 0)
np.round(a, 1)
a.dtype == complex
isinstance(z, complex) and not isinstance(x[0], complex)
cmath.isnan(z) or cmath.isinf(z) or cmath.isfinite(w)
cmath.isclose(z, z + 1e-12)
a.item(0) * a[0].item()
a.astype(np.complex64) * 1j / 3
np.abs(a.astype(np.complex64))
np.zeros(3, dtype=complex) + np.ones(3, complex)
np.full_like(a, 2j) + np.zeros_like(x, dtype=complex)
np.linalg.qr(m)[1]
"""


def lines(text: str) -> list[str]:
    return text.strip().split("\n")


SMOOTH = [*lines(ARITHMETIC), *lines(FUNCTIONS), *lines(ARRAYS), *lines(LINEAR)]
EVERY = [*SMOOTH, *lines(VALUES)]
