"""Programs with complex numbers inside, real numbers outside: every derivative is compared as that of any program."""

import cmath
import math

import numpy as np

from .corpus import add, normal


def complex_polynomial(x, y):
    z = complex(x, y)
    w = z * z * z - 2j * z + (1 - 3j)
    return w.real * w.imag + abs(w)


add(complex_polynomial, (0.7, -0.4), (1.5, 0.3), edges=((0.0, 0.0),))


def complex_quotient(x, y):
    z = complex(x, y)
    return (z / (2 - 1j) + 1 / z - z / (z + 3)).imag


add(complex_quotient, (0.7, -0.4), (-0.2, 1.3))


def mandelbrot_size(x, y, n):
    c = complex(x, y)
    z = 0j
    count = 0
    for _ in range(n):
        if abs(z) > 2.0:
            break
        z = z * z + c
        count += 1
    return abs(z) + count


add(mandelbrot_size, (0.1, 0.2, 6), (0.9, 0.7, 10), wrt=(0, 1))


def dft_by_loops(x):
    n = len(x)
    power = np.zeros(n)
    for k in range(n):
        total = 0j
        for t in range(n):
            total += x[t] * cmath.exp(-2j * cmath.pi * k * t / n)
        power[k] = abs(total) ** 2
    return np.sum(power * np.arange(1.0, n + 1.0))


add(dft_by_loops, (normal(5),), (normal(4, seed=3),))


def dft_by_matrix(x):
    n = x.shape[0]
    k = np.arange(n)
    basis = np.exp(-2j * np.pi * np.outer(k, k) / n)
    spectrum = basis @ x
    return np.sum(np.abs(spectrum) ** 2 * k) + np.sum(spectrum.imag * x)


add(dft_by_matrix, (normal(5),), (normal(4, seed=3),))


def circuit(r, c, omega):
    impedances = np.zeros((3, 3), dtype=complex)
    impedances[0, 0] = r + 1 / (1j * omega * c)
    impedances[1, 1] = r * 2 + 1j * omega
    impedances[2, 2] = 1.0 + 0.5j
    impedances[0, 1] = impedances[1, 0] = -r
    impedances[1, 2] = impedances[2, 1] = -0.25j
    currents = np.linalg.solve(impedances, np.array([1.0, 0.5j, 0.0]))
    return np.sum(np.abs(currents) ** 2) + currents[2].real


add(circuit, (1.5, 0.4, 2.0), (0.7, 1.1, 1.3))


def durand_kerner(a, b, c):
    roots = [1.0 + 0j, 0.4 + 0.9j, (0.4 + 0.9j) ** 2]
    for _ in range(12):
        for i in range(3):
            x = roots[i]
            value = ((x + a) * x + b) * x + c
            below = 1.0 + 0j
            for j in range(3):
                if j != i:
                    below = below * (x - roots[j])
            roots[i] = x - value / below
    return abs(roots[0]) + roots[1].imag * 2 + roots[2].real


add(durand_kerner, (-3.0, 3.5, -5.0), (-1.0, 2.0, 1.5), tolerance=1e-5)


def quantum_walk(theta, phi):
    state = np.zeros((8, 2), dtype=np.complex128)
    state[4, 0] = 1.0
    coin = np.array([[math.cos(theta), 1j * math.sin(theta)], [1j * math.sin(theta), math.cos(theta)]])
    for _ in range(3):
        state = state @ coin.T * np.exp(1j * phi)
        moved = np.zeros_like(state)
        moved[1:, 0] = state[:-1, 0]
        moved[:-1, 1] = state[1:, 1]
        state = moved
    chances = np.abs(state[:, 0]) ** 2 + (state[:, 1] * state[:, 1].conj()).real
    return np.sum(chances * np.arange(8.0)) + state[4, 0].imag


add(quantum_walk, (0.6, 0.3), (1.1, -0.4), wrt=(0, 1))


def parts_written(x):
    z = np.zeros(x.shape[0], dtype=complex)
    z.real = x
    z.imag[1:] = x[:-1] ** 2
    z.imag += 0.5
    z.real[0] *= 3.0
    return np.sum(np.abs(z) ** 2 * np.arange(1.0, x.shape[0] + 1.0)) + np.angle(z[1])


add(parts_written, (normal(4) + 2.0,), (normal(3, seed=2) + 3.0,))


def elementary_of_complex(x, y):
    z = x + 1j * y
    total = np.exp(z) * np.log(z) + np.sqrt(z) + np.sin(z) * np.cosh(z) + np.tan(z / 4) + np.arctan(z / 5)
    return np.sum(total.real - 2.0 * total.imag) + np.sum(np.angle(z) * np.abs(z))


add(elementary_of_complex, (np.array([0.5, 1.2]), np.array([0.3, -0.7])))


def powers_of_complex(x, y):
    z = complex(x, y)
    return (z**2 - z**3 + z**-1 + z**0.5 + 2.0**z + z ** (1 + 1j)).real


add(powers_of_complex, (0.8, 0.6), (-0.5, 1.2))


def functions_of_cmath(x, y):
    z = complex(x, y)
    r, phi = cmath.polar(z)
    w = cmath.sqrt(z) + cmath.log(z) * cmath.exp(1j * phi) + cmath.rect(r, 0.5) + cmath.atan(z) + cmath.tanh(z)
    return w.real * w.imag + cmath.phase(w)


add(functions_of_cmath, (0.8, 0.6), (-0.5, 1.2))


def hermitian_energy(x, y):
    h = np.array([[x, 1j * y, 0.3], [-1j * y, 2.0 - x, x * 1j], [0.3, -1j * x, y + 1.0]])
    values = np.linalg.eigvalsh(h)
    return values[0] * 2.0 + values[2] ** 2


add(hermitian_energy, (0.7, 0.4), (1.6, -0.3))


def steps_of_schroedinger(v):
    n = v.shape[0]
    psi = np.exp(-0.5 * (np.arange(n) - n / 2) ** 2 + 0.3j * np.arange(n))
    for _ in range(3):
        bend = np.zeros(n, dtype=complex)
        bend[1:-1] = psi[2:] - 2 * psi[1:-1] + psi[:-2]
        psi = psi - 0.05j * (v * psi - 0.5 * bend)
    return np.vdot(psi, v * psi).real


add(steps_of_schroedinger, (normal(6) + 1.0,))


def lists_of_complex(x):
    found = []
    z = 1 + 0j
    while abs(z) < 4.0:
        found.append(z)
        z = z * (1.2 + 0.3j) * x
    total = 0j
    for w in found:
        total += w * w.conjugate() + w
    return total.real + total.imag


add(lists_of_complex, (1.1,), (1.3,))


def complex_single(x):
    z = x.astype(np.complex64) * np.complex64(1 + 2j)
    return np.sum(np.abs(z * z).astype(np.float64))


add(complex_single, (normal(4).astype(np.float32) + 2,), wrt=())
