"""What the passes do grows with the text: counted in calls of Python functions, not in seconds."""

import cProfile

import pytest

from difflang.codegen.specialise import program_for
from difflang.reading.source import register_source
from difflang.transforms.derived import Derived
from difflang.types import Array

X = Array("f64", ("n",))


def work(name, text):
    """How many function calls the gradient of `f(x, y)` takes, from the text to the placed program."""
    register_source(name, text)
    space = {}
    exec(compile(text, name, "exec"), space)
    profile = cProfile.Profile()
    profile.enable()
    program_for(Derived("grad", space["f"]), (X, X))
    profile.disable()
    return sum(entry.callcount for entry in profile.getstats())


def loops(count):
    lines = ["import math", "def f(x, y):", "    s = 0.0"]
    for k in range(count):
        lines += ["    for i in range(x.shape[0] - 2):", f"        t = x[i] * y[i + 1] + {k}.5", "        y[i] = y[i] + math.sin(t) * 0.1"]
        lines += ["        s += math.exp(-t * t)"]
    return "\n".join([*lines, "    return s", ""])


def nested(depth):
    lines = ["def f(x, y):", "    s = 0.0"]
    lines += ["    " * (k + 1) + f"for i{k} in range(2):" for k in range(depth)]
    lines += ["    " * (depth + 1) + f"s += x[i0] * y[i{depth - 1}] * 0.5 + s * 0.001"] * 4
    return "\n".join([*lines, "    return s", ""])


def straight(count):
    lines = ["import math", "def f(x, y):", "    a = x[0]"]
    lines += [f"    a = a * y[{k % 3}] + math.sin(a) * {k}.25" for k in range(count)]
    return "\n".join([*lines, "    return a", ""])


@pytest.mark.parametrize(("text", "small", "most"), [(straight, 24, 2.3), (loops, 6, 2.8), (nested, 4, 3.5)])
def test_twice_the_text(text, small, most):
    work("<growth warm>", text(2))
    few, many = (work(f"<growth {text.__name__} {n}>", text(n)) for n in (small, 2 * small))
    assert many <= most * few
