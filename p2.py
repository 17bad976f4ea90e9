import math, enum, functools, operator, logging, time, warnings
import numpy as np
from dataclasses import dataclass, replace, field
from typing import NamedTuple, Optional
import difflang as dl
from tests.programs.corpus import add, normal, uniform

# ---------- (b) captured
PARAMS = {"mass": 2.0, "g": 9.81, "name": "ball", "drag": np.array([0.1, 0.2])}
RATES = [0.1, 0.2, 0.3]
TABLE = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]
GRID = ((0.0, 1.0), (2.0, 3.0))
ACTS = {"tanh": np.tanh, "sin": np.sin, "sq": lambda t: t * t}
LAYERS = [("tanh", 0.5), ("sin", 2.0)]
NESTED = {"opt": {"lr": 0.1, "betas": (0.9, 0.99)}, "layers": [1.0, 2.0]}
BYINT = {1: 0.5, 2: 0.25}

def captured_dict(x):
    return PARAMS["mass"] * PARAMS["g"] * x - np.sum(PARAMS["drag"]) * x * x
add(captured_dict, (1.3,))

def captured_list(x):
    total = 0.0
    for r in RATES:
        total += r * x
    return total * RATES[1] + len(RATES)
add(captured_list, (1.3,))

def captured_list_dynamic(x, k):
    return RATES[k] * x + sum(RATES)
add(captured_list_dynamic, (1.3, 1), wrt=(0,))

def captured_arrays_list(x):
    for w in TABLE:
        x = x * w + 1.0
    return x
add(captured_arrays_list, (normal(2),))

def captured_tuple(x):
    return GRID[0][1] * x + GRID[1][0]
add(captured_tuple, (1.3,))

def dispatch(x):
    for name, k in LAYERS:
        x = ACTS[name](x) * k
    return x
add(dispatch, (1.3,))

def nested_config(x):
    b1, b2 = NESTED["opt"]["betas"]
    return x * NESTED["opt"]["lr"] + b1 * x * x + b2 + sum(NESTED["layers"])
add(nested_config, (1.3,))

def dict_methods(x):
    t = 0.0
    for k, v in NESTED["opt"].items():
        if k == "lr":
            t += v * x
    t += PARAMS.get("mass", 1.0) * x + PARAMS.get("nothing", 3.0)
    if "name" in PARAMS and PARAMS["name"] == "ball":
        t = t * 2
    return t
add(dict_methods, (1.3,))

def int_keys(x):
    return BYINT[1] * x + BYINT[2] * x * x
add(int_keys, (1.3,))

def closure_dict(x):
    cfg = {"a": 2.0, "b": [1.0, 2.0]}
    def inner(v):
        return cfg["a"] * v + cfg["b"][1]
    return inner(x) * inner(2.0)
add(closure_dict, (1.3,))

def make_model(scale, powers):
    table = {"scale": scale, "powers": powers}
    def model(x):
        return table["scale"] * sum(x ** p for p in table["powers"])
    return model
model = make_model(2.0, [1, 2, 3])
add(model, (1.3,))

# (c)
def optional_local(x, n):
    best = None
    for k in range(n):
        v = math.sin(x * k)
        if best is None or v > best:
            best = v
    return best * 2.0
add(optional_local, (1.3, 5), wrt=(0,))

def _find(v, t):
    for k in range(len(v)):
        if v[k] > t:
            return k
    return None
def optional_result(v, t):
    k = _find(v, t)
    if k is None:
        return 0.0 * t
    return v[k] * t
add(optional_result, (np.array([1.0, 2.0, 3.0]), 1.5), (np.array([1.0, 2.0, 3.0]), 5.0))

def _maybe(x):
    if x > 0:
        return x * x
def implicit_none(x):
    y = _maybe(x)
    return x if y is None else y
add(implicit_none, (2.0,), (-2.0,))

class P(NamedTuple):
    x: float
    v: float
def optional_object(x, n):
    last = None
    for k in range(n):
        if last is not None:
            x = x + last.x * 0.1
        last = P(x * k, x)
    if last is None:
        return x
    return last.x + last.v
add(optional_object, (1.3, 4), (1.3, 0), wrt=(0,))

def optional_array(v, n):
    prev = None
    for k in range(n):
        cur = v * k
        if prev is not None:
            cur = cur + 0.5 * prev
        prev = cur
    return prev
add(optional_array, (normal(3), 4), wrt=(0,))

def optional_param(x, w=None):
    if w is None:
        w = 2.0
    return x * w
def uses_optional_param(x):
    return optional_param(x) + optional_param(x, x)
add(uses_optional_param, (1.3,))

@dataclass
class Hit:
    t: float
    n: float
def _hit(x, r):
    d = x * x - r
    if d < 0:
        return None
    t = math.sqrt(d)
    return Hit(t, t * 2)
def ray(x):
    closest = None
    for r in (1.0, 2.0, 3.0):
        h = _hit(x, r)
        if h is not None and (closest is None or h.t < closest.t):
            closest = h
    if closest is None:
        return x * 0.1
    return closest.t * closest.n
add(ray, (2.0,), (1.2,), (0.5,))

# (d)
def make_counter(x):
    n = 0.0
    def count():
        nonlocal n
        n += x
        return n
    return count
def counters(x):
    a = make_counter(x)
    b = make_counter(2 * x)
    a(); a(); b()
    return a() * b()
add(counters, (1.3,))

def returned_closures(x):
    def outer(k):
        def f(v): return v * k
        def g(v): return v + k
        return f, g
    f, g = outer(x)
    return f(2.0) * g(3.0)
add(returned_closures, (1.3,))

def funcs_in_dict(x):
    ops = {"add": lambda a, b: a + b, "mul": operator.mul, "pow": pow}
    r = x
    for name in ("add", "mul", "pow"):
        r = ops[name](r, 2.0)
    return r
add(funcs_in_dict, (1.3,))

def funcs_by_index(x, k):
    fs = (math.sin, math.cos, lambda t: t * t)
    return fs[k](x)
add(funcs_by_index, (1.3, 0), (1.3, 1), (1.3, 2), wrt=(0,))

def partials(x):
    def scaled(a, b, c=1.0): return a * b + c
    f = functools.partial(scaled, x, c=2.0)
    g = functools.partial(f, 3.0)
    return f(2.0) * g()
add(partials, (1.3,))

def reduced(v):
    return functools.reduce(lambda a, b: a * b + 1.0, [t for t in v], 1.0) + functools.reduce(operator.add, v)
add(reduced, (normal(4),))

def sorted_key(v):
    pts = [(v[0], v[1]), (v[2], v[3])]
    pts2 = sorted(pts, key=lambda p: p[1])
    m = max(pts, key=lambda p: p[0])
    return pts2[0][0] * m[1] + min(v, key=abs)
add(sorted_key, (np.array([1.0, 4.0, 2.0, 3.0]),))

def sorted_list(v):
    s = sorted([t * t for t in v], reverse=True)
    return s[0] * 2 + s[-1]
add(sorted_list, (np.array([1.0, -4.0, 2.0, 3.0]),))

def anyall(v):
    t = 0.0
    if any(e > 1.0 for e in v): t += v[0]
    if all(e > -10.0 for e in v): t += v[1]
    return t * sum(e * e for e in v if e > 0) + max((abs(e) for e in v), default=0.0)
add(anyall, (np.array([1.0, -4.0, 2.0, 3.0]),))

def zips(v):
    a = list(map(lambda e: e * e, v))
    b = list(filter(lambda e: e > 1.0, a))
    return sum(p * q for p, q in zip(a, v)) + sum(b)
add(zips, (np.array([1.5, -4.0, 2.0, 0.3]),))

def compose(*fs):
    def run(x):
        for f in fs:
            x = f(x)
        return x
    return run
pipeline = compose(np.sin, lambda t: t * 2.0, np.exp)
def composed(x):
    local = compose(math.cos, lambda t: t * x)
    return pipeline(x) + local(x)
add(composed, (1.3,))

def memo(x):
    cache = {}
    def fib(n):
        if n < 2: return x
        if n in cache: return cache[n]
        cache[n] = fib(n - 1) + fib(n - 2)
        return cache[n]
    return fib(6)
add(memo, (1.3,))
def accumulate_closure(x):
    history = []
    def record(v):
        history.append(v)
        return v * 2
    y = record(x)
    y = record(y)
    return sum(history) * len(history)
add(accumulate_closure, (1.3,))

# (g)
log = logging.getLogger(__name__)
def timed(x):
    t0 = time.perf_counter()
    y = x * x
    log.debug("y %s", y)
    logging.info("hello")
    if y > 1e9:
        warnings.warn("large")
    dt = time.perf_counter() - t0
    print("took", dt) if False else None
    return y
add(timed, (1.3,))

# (h)
class Kind(enum.Enum):
    LINEAR = 1
    CUBIC = 3
class Order(enum.IntEnum):
    ONE = 1
    TWO = 2
def _kernel(x, kind, mode="same"):
    if kind is Kind.LINEAR: return x
    if kind == Kind.CUBIC and mode in ("same", "full"): return x ** kind.value
    raise ValueError(f"unknown {kind}")
def enums(x):
    return _kernel(x, Kind.LINEAR) + _kernel(x, Kind.CUBIC, mode="same") + x ** Order.TWO
add(enums, (1.3,))

def _conv(v, w, mode): return np.convolve(v, w, mode=mode)
def _smooth(v, mode="same"): return _conv(v, np.ones(3) / 3, mode)
def modes(v):
    return np.sum(_smooth(v) ** 2) + np.sum(_smooth(v, "valid"))
add(modes, (normal(6),))

class Config:
    lr = 0.1
    steps = 3
    name = "sgd"
@dataclass
class Hyper:
    lr: float = 0.1
    momentum: float = 0.9
    nesterov: bool = True
HYPER = Hyper()
def class_attributes(x):
    for _ in range(Config.steps):
        x = x - Config.lr * 2 * x * HYPER.momentum
    if HYPER.nesterov and Config.name.startswith("s"):
        x = x * 2
    return x
add(class_attributes, (1.3,))

class Shape:
    scale = 2.0
    def __init__(self, r): self.r = r
    def area(self): return self.r * self.scale
    @property
    def diameter(self): return 2 * self.r
    @staticmethod
    def unit(): return 1.0
    @classmethod
    def make(cls, r): return cls(r * cls.scale)
    def __add__(self, other): return type(self)(self.r + other.r)
    def __mul__(self, k): return self.__class__(self.r * k)
    __rmul__ = __mul__
    def __neg__(self): return Shape(-self.r)
    def __getitem__(self, k): return self.r * k
    def __len__(self): return 3
    def __call__(self, v): return self.r * v
    def __eq__(self, o): return self.r == o.r
    def __lt__(self, o): return self.r < o.r
    def __float__(self): return self.r
    def __repr__(self): return f"Shape({self.r})"
    def __abs__(self): return abs(self.r)
    def __iter__(self):
        return iter((self.r, self.scale))
    def __contains__(self, v): return v == self.r
class Square(Shape):
    scale = 4.0
    def __init__(self, r, h):
        super().__init__(r)
        self.h = h
    def area(self): return super().area() * self.h
    @property
    def volume(self): return self.area() * self.h
def shapes(x):
    a = Shape(x); b = Square(x, 2.0)
    c = (a + Shape(1.0)) * 2.0
    d = -(3.0 * a)
    e = Shape.make(x)
    return a.area() + b.area() * b.volume + c.diameter + d.r + e.r + Shape.unit() + c[2] + len(c) + c(x) + float(a) + abs(d) + (1.0 if a < c else 0.0)
add(shapes, (1.3,))

@dataclass(frozen=True)
class State:
    x: float
    v: float
    def kinetic(self, m=1.0): return 0.5 * m * self.v ** 2
class Pair(NamedTuple):
    a: float
    b: float = 2.0
def replaces(x):
    s = State(x, 1.0)
    for _ in range(3):
        s = replace(s, x=s.x + 0.1 * s.v, v=s.v - 0.1 * s.x)
    p = Pair(x)
    p = p._replace(b=p.a * 3)
    return s.kinetic() + s.x + p.a * p.b
add(replaces, (1.3,))

def fstring_branch(x):
    total = 0.0
    for i in range(3):
        name = f"mode{i}"
        if name == "mode1":
            total += x * x
        elif name.endswith("2"):
            total += math.sin(x)
        else:
            total += x
    return total
add(fstring_branch, (1.3,))

def with_matches(x, kind="a"):
    match kind:
        case "a" | "b":
            r = x
        case _:
            r = 2 * x
    return r
def string_match(x):
    return with_matches(x) + with_matches(x, "c") + with_matches(x, kind="b")
add(string_match, (1.3,))

def itergen(x):
    def gen(n):
        for k in range(n):
            yield x * k
    return sum(gen(4))
add(itergen, (1.3,))
