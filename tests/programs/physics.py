"""Small simulations."""

import math

import numpy as np

from .corpus import add, normal, uniform


def n_body_energy(positions, masses):
    energy = 0.0
    for i in range(len(masses)):
        for j in range(i + 1, len(masses)):
            distance = 0.0
            for k in range(3):
                distance += (positions[i, k] - positions[j, k]) ** 2
            energy -= masses[i] * masses[j] / math.sqrt(distance + 0.01)
    return energy


add(n_body_energy, (normal(3, 3), uniform(0.5, 1, 3)), (normal(1, 3), uniform(0.5, 1, 1)), traits="physics nested")


def n_body_step(positions, velocities, masses, dt):
    n = len(masses)
    for i in range(n):
        force = np.zeros(2)
        for j in range(n):
            if i == j:
                continue
            delta = positions[j] - positions[i]
            force += masses[j] * delta / (np.sum(delta * delta) + 0.1) ** 1.5
        velocities[i] += dt * force
    positions += dt * velocities
    return np.sum(positions**2)


add(n_body_step, (normal(3, 2), normal(3, 2, seed=1), uniform(0.5, 1, 3), 0.1), traits="physics writes argument row")


def pendulum(angle, speed, length):
    for _ in range(10):
        speed -= 0.1 * 9.81 / length * math.sin(angle)
        angle += 0.1 * speed
    return angle


add(pendulum, (0.7, 0.2, 1.5), traits="physics")


def heat_equation(u, conductivity, steps):
    for _ in range(steps):
        new = u.copy()
        new[1:-1] = u[1:-1] + conductivity * (u[2:] - 2 * u[1:-1] + u[:-2])
        u = new
    return u


add(heat_equation, (normal(5), 0.2, 3), (normal(5), 0.2, 0), (normal(2), 0.2, 2), traits="physics slice")


def lorenz(state, sigma, rho, beta):
    x, y, z = state[0], state[1], state[2]
    for _ in range(6):
        dx = sigma * (y - x)
        dy = x * (rho - z) - y
        dz = x * y - beta * z
        x, y, z = x + 0.01 * dx, y + 0.01 * dy, z + 0.01 * dz
    return np.array([x, y, z])


add(lorenz, (normal(3), 10.0, 28.0, 2.667), analytic=True, tolerance=1e-5, traits="physics tuple")


def bouncing_ball(height, speed, restitution):
    travelled = 0.0
    for _ in range(30):
        speed -= 0.3
        height += 0.1 * speed
        if height < 0:
            height = -height
            speed = -restitution * speed
        travelled += abs(speed)
    return travelled * height


add(bouncing_ball, (1.0, 0.2, 0.8), (3.0, -1.0, 0.5), traits="physics branch")


def black_scholes(spot, strike, rate, volatility, years):
    spread = volatility * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * years) / spread
    d2 = d1 - spread
    cdf1 = 0.5 * (1 + math.erf(d1 / math.sqrt(2)))
    cdf2 = 0.5 * (1 + math.erf(d2 / math.sqrt(2)))
    return spot * cdf1 - strike * math.exp(-rate * years) * cdf2


add(black_scholes, (1.1, 1.0, 0.03, 0.2, 1.5), traits="physics")


def binomial_option(spot, strike, up, steps):
    down = 1 / up
    values = np.empty(steps + 1)
    for i in range(steps + 1):
        values[i] = max(spot * up ** (2 * i - steps) - strike, 0.0)
    probability = (1.01 - down) / (up - down)
    for step in range(steps):
        for i in range(steps - step):
            values[i] = (probability * values[i + 1] + (1 - probability) * values[i]) / 1.01
    return values[0]


add(binomial_option, (1.1, 1.0, 1.2, 4), (1.1, 1.0, 1.2, 0), traits="physics writes nested")


def simpson(a, b, n):
    h = (b - a) / n
    total = math.exp(-a * a) + math.exp(-b * b)
    for i in range(1, n):
        x = a + i * h
        total += (4 if i % 2 else 2) * math.exp(-x * x)
    return total * h / 3


add(simpson, (0.0, 1.5, 6), (-1.0, 0.5, 2), traits="physics")


def adaptive_steps(y, rate):
    t, h = 0.0, 0.3
    while t < 1.0:
        if t + h > 1.0:
            h = 1.0 - t
        full = y - h * rate * y * y
        half = y - h / 2 * rate * y * y
        half = half - h / 2 * rate * half * half
        if abs(full - half) > 0.01:
            h = h / 2
            continue
        y = 2 * half - full
        t = t + h
        h = h * 1.5
    return y


add(adaptive_steps, (2.0, 1.5), (0.5, 1.0), traits="physics while continue")


def lennard_jones_forces(x):
    n = len(x)
    forces = np.zeros(n)
    for i in range(n):
        for j in range(i):
            r = x[i] - x[j]
            s = 1.0 / (r * r + 0.5)
            f = (2 * s**3 - s**2) * r
            forces[i] += f
            forces[j] -= f
    return forces


add(lennard_jones_forces, (normal(4),), (normal(1),), traits="physics scatter")


def ray_through_lens(y, slope, radii, indices):
    n = 1.0
    for k in range(len(radii)):
        slope = (n * slope - y * (indices[k] - n) / radii[k]) / indices[k]
        y = y + 0.5 * slope
        n = indices[k]
    return y + slope


add(ray_through_lens, (0.7, 0.2, uniform(1, 2, 3), uniform(1.2, 1.6, 3)), analytic=True, traits="physics recurrence")


def mandelbrot_distance(cx, cy):
    zx, zy, dx, dy = 0.0, 0.0, 0.0, 0.0
    for k in range(20):
        dx, dy = 2 * (zx * dx - zy * dy) + 1, 2 * (zx * dy + zy * dx)
        zx, zy = zx * zx - zy * zy + cx, 2 * zx * zy + cy
        if zx * zx + zy * zy > 16.0:
            break
    return math.sqrt((zx * zx + zy * zy) / (dx * dx + dy * dy)) * k


add(mandelbrot_distance, (0.5, 0.6), (-1.3, 0.4), tolerance=1e-5, traits="physics break")
