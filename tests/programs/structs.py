"""Programs with objects: named tuples, dataclasses, structs, plain classes and dicts, made, changed, passed and chosen between."""

from __future__ import annotations

import copy
import dataclasses
import math
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np

from .corpus import add, normal


class Point(NamedTuple):
    x: float
    y: float = 1.0

    def dot(self, other: Point) -> float:
        return self.x * other.x + self.y * other.y

    @property
    def norm(self) -> float:
        return math.sqrt(self.dot(self))


def named_tuples(a, b):
    p = Point(y=a, x=3.0)
    q = p._replace(x=a * b)
    x, y = q
    return p.dot(q) + q.norm + x * y + q[0] + len(p) * Point(b).y


add(named_tuples, (2.0, 0.5), (0.3, -1.0))


@dataclass(frozen=True)
class Vector:
    x: float
    y: float

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __getitem__(self, i):
        return self.x if i == 0 else self.y

    def __len__(self):
        return 2

    def __abs__(self):
        return math.hypot(self.x, self.y)

    @staticmethod
    def unit(angle):
        return Vector(math.cos(angle), math.sin(angle))

    @classmethod
    def zero(cls):
        return cls(0.0, 0.0)


def vector_operators(a):
    u, z = Vector.unit(a), Vector.zero()
    w = 2 * u + u * 3 - (-u) + z
    return abs(w) + w[0] * w[1] + (w @ u) + len(w) + (1.0 if u == Vector.unit(a) else 2.0)


add(vector_operators, (0.3,), (2.0,))


@dataclass
class Body:
    position: Vector
    velocity: Vector
    mass: float = 1.0
    kicks: int = field(default=0)

    def kick(self, force, dt):
        self.velocity = self.velocity + force * (dt / self.mass)
        self.kicks += 1

    def drift(self, dt):
        self.position = self.position + self.velocity * dt


def orbit(speed, mass, n):
    body = Body(Vector(1.0, 0.1), Vector(0.0, speed), mass=mass)
    for _ in range(n):
        r = abs(body.position)
        body.kick(body.position * (-1 / r**3), 0.1)
        body.drift(0.1)
    return body.position.x * body.velocity.y + body.kicks


add(orbit, (0.9, 1.3, 5), (1.1, 0.7, 1), wrt=(0, 1))


class Shape:
    scale = 2.0

    def scaled(self):
        return self.scale * self.area()


class Circle(Shape):
    def __init__(self, r):
        super().__init__()
        self.r = r

    def area(self):
        return math.pi * self.r**2


class Square(Shape):
    sides: ClassVar[int] = 4

    def __init__(self, a, tilt=0.0):
        self.a = a
        self.tilt = tilt

    def area(self):
        return self.a * self.a * math.cos(self.tilt) * self.sides / 4


def inherited_methods(x):
    total = 0.0
    for shape in (Circle(x), Square(x), Square(x, tilt=0.1)):
        total += shape.scaled() if isinstance(shape, Circle) else shape.area()
    return total


add(inherited_methods, (1.5,), (0.2,))


def two_names_for_one_object(x):
    a = Circle(x)
    b = a
    b.r = 5 * x
    c = copy.copy(a)
    c.r = x * x
    return a.r * c.r + (10 if a is b else 0) + (100 if a is c else 0)


add(two_names_for_one_object, (3.0,), (-0.5,))


def object_of_two_paths(x, k):
    shape = Circle(x)
    if k > 0:
        shape.r = shape.r * 2
    elif k < 0:
        shape = Circle(3.0 + x)
    shape.r += 1
    return shape.area()


add(object_of_two_paths, (2.0, 1), (2.0, 0), (2.0, -1), wrt=(0,))


def value_of_two_paths(x, y):
    v = Vector(x, 1.0) if x > y else Vector(y, x)
    w = v
    if v.x > 1:
        w = w + Vector(x, x)
    return v.x * w.y + w.x


add(value_of_two_paths, (2.0, 0.5), (0.2, 0.4))


def rebound_in_a_loop(x, n):
    v = Vector(x, 0.5)
    for i in range(n):
        v = v + Vector(0.5 * x, i * 1.0)
        if v.x > 3:
            break
    return v.x * v.y


add(rebound_in_a_loop, (1.1, 9), (0.3, 4), wrt=(0,))


def grows_until(x):
    circle = Circle(x)
    turns = 0
    while circle.area() < 50:
        circle.r *= 1.5
        turns += 1
    return circle.r + turns


add(grows_until, (1.0,), (0.2,))


class Total:
    __slots__ = ("n", "sum")

    def __init__(self):
        self.n = 0
        self.sum = 0.0

    def __call__(self, value):
        self.n += 1
        self.sum += value
        return self


def slots_and_calls(xs):
    total = Total()
    for x in xs:
        total(x * x)(x)
    return total.sum / total.n


add(slots_and_calls, (normal(5),), (np.array([2.0]),))


class Momentum:
    def __init__(self, rate=0.1, decay=0.9):
        self.rate, self.decay = rate, decay
        self.speed = 0.0

    def step(self, x, slope):
        self.speed = self.decay * self.speed + slope
        return x - self.rate * self.speed


def optimiser(x, rate, n):
    method = Momentum(rate)
    for _ in range(n):
        x = method.step(x, 4 * x**3 - 2 * x)
    return x * method.speed


add(optimiser, (1.0, 0.05, 4), (0.4, 0.1, 2), wrt=(0, 1))


def arrays_in_objects(a, k):
    body = Square(a.copy())
    body.a[0] = k
    body.a *= 2
    view = body.a[1:]
    view += k
    return np.sum(body.a**2) + np.sum(a)


add(arrays_in_objects, (normal(4), 0.5))


def dicts_of_numbers(x, a):
    d = {"a": x, "b": a}
    d = {**d, "c": d["a"] * 2}
    d["e"] = d["c"] + 1
    total = 0.0
    for key, value in d.items():
        total = total + np.sum(value) * (3 if key == "e" else 1)
    if "missing" in d:
        total = total * 100
    return total + d.get("q", x) + len(d) + sum({k: v * x for k, v in {"u": x, "v": 2.0}.items()}.values())


add(dicts_of_numbers, (2.0, normal(3)))


def replaced_fields(x):
    v = Vector(x, 2.0)
    w = dataclasses.replace(v, y=x * x)
    return w.x * w.y


add(replaced_fields, (2.0,))


def leaves_of(tree):
    if isinstance(tree, Vector):
        return tree.x * tree.y
    return sum(leaves_of(part) for part in tree)


def recursion_over_a_tree(x):
    return leaves_of((Vector(x, 1.0), (Vector(x, x), Vector(2.0, x))))


add(recursion_over_a_tree, (2.0,))


def objects_in_a_list(x):
    shapes = [Circle(x), Circle(x * 2)]
    shapes[0].r += 1
    total = 0.0
    for shape in shapes:
        total += shape.area()
    return total


add(objects_in_a_list, (2.0,))


def changed_by_a_callee(x, n):
    def push(target, amount):
        target.r += amount
        return target

    circle = Circle(x)
    for k in range(n):
        same = push(circle, k * x)
        same.r *= 1.1
    return circle.area()


add(changed_by_a_callee, (0.7, 3), wrt=(0,))


class Swarm:
    def __init__(self):
        self.bodies = []
        self.time = 0.0

    def fill(self, x, n):
        for i in range(n):
            self.bodies.append(Body(Vector(x * (i + 1), 0.5), Vector(0.1, 1.0)))

    def step(self, dt):
        for body in self.bodies:
            body.drift(dt)
            if body.position.x > 1.5:
                body.velocity = -body.velocity
        self.time += dt


def objects_in_a_growing_list(x, n):
    swarm = Swarm()
    swarm.fill(x, n)
    for _ in range(n):
        swarm.step(0.3)
    return sum(body.position @ body.velocity for body in swarm.bodies) + swarm.time


add(objects_in_a_growing_list, (0.71, 4), (0.2, 2), wrt=(0,))


def fields_by_name(x):
    total = 0.0
    vector = Vector(x, 3.0)
    for one in dataclasses.fields(vector):
        total += getattr(vector, one.name) ** 2
    a, b = dataclasses.astuple(vector)
    return total + a * b + Point._make((x, 2.0)).norm + max(Point(x, 0.5))


add(fields_by_name, (2.0,))


@dataclass
class Log:
    weight: float
    items: list = field(default_factory=list)


def lists_made_by_default(x, n):
    log, other = Log(x), Log(2 * x)
    for i in range(n):
        log.items.append(x * i)
    other.items.append(x)
    return sum(log.items) * log.weight + other.items[0] * other.weight + len(log.items)


add(lists_made_by_default, (2.0, 4), (0.5, 0))
