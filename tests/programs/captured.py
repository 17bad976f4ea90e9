"""What the surroundings hold: dicts, lists, tables of functions, settings; read as they are at each call."""

import enum

import numpy as np

from .corpus import add, normal

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


def dict_of_a_closure(x):
    cfg = {"a": 2.0, "b": [1.0, 2.0]}

    def inner(v):
        return cfg["a"] * v + cfg["b"][1]

    return inner(x) * inner(2.0)


add(dict_of_a_closure, (1.3,))


def _make_model(scale, powers):
    table = {"scale": scale, "powers": powers}

    def captured_model(x):
        return table["scale"] * sum(x**p for p in table["powers"])

    return captured_model


captured_model = _make_model(2.0, [1, 2, 3])
add(captured_model, (1.3,))


class K(enum.Enum):
    A = 1
    B = 2


EK = {K.A: 1.5, K.B: 2.0, (1, 2): 3.0, 0.5: 4.0, None: 5.0}


def keys_of_every_kind(x):
    local = {K.A: x, (0, 1): x * x, 2: 3.0}
    local[0, 1] += 1.0
    return x * EK[K.A] * EK[1, 2] + EK[0.5] + EK[None] * local[K.A] * local[0, 1] + local[2]


add(keys_of_every_kind, (1.3,))


def removed_items(x):
    d = {"a": x, "b": 2 * x, "c": 3.0}
    a = d.pop("a")
    del d["c"]
    return a * d["b"] + len(d) + d.pop("nothing", x)


add(removed_items, (1.3,))


class _Network:
    def __init__(self):
        self.weights = [np.array([[1.0, 0.5], [0.2, -1.0]]), np.array([[0.3, 0.1]])]
        self.settings = {"activation": "tanh", "slope": 0.1, "sizes": [2, 1]}

    def __call__(self, x):
        for w in self.weights:
            x = np.tanh(w @ x) if self.settings["activation"] == "tanh" else w @ x
        return x.sum() * self.settings["slope"] * len(self.settings["sizes"])


NETWORK = _Network()


def lists_of_a_captured_object(x):
    return NETWORK(x) * NETWORK.weights[0][0, 1]


add(lists_of_a_captured_object, (normal(2),))

ALLOWED = {"linear", "cubic"}


def _by_mode(x, mode):
    return x**3 if mode in ALLOWED and mode != "linear" else x


def captured_set(x):
    copied = dict(PARAMS)
    copied["mass"] = x
    rates = list(RATES)
    rates.append(x)
    return _by_mode(x, "linear") * _by_mode(x, "cubic") + _by_mode(x, "other") + copied["mass"] * sum(rates)


add(captured_set, (1.3,))
