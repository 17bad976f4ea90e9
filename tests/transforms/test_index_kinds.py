"""What an index or an operand is by how it is written: ranges as arrays, x[t,] beside x[t], lists where Python has no operator."""

from __future__ import annotations

import numpy as np
import pytest

import difflang as dl


def ranges(p, y):
    p[range(len(y)), y] -= 1.0
    return p, p[range(0)], p[0, range(2, 0, -1)]


def lone_tuples(a, t):
    a[(0, 2),] *= 2.0
    b = a[t,] + a[(0,)] + a[(*t[1:], 0)]
    return a[t], b, a[0,], a[(0, 1)]


def keys(a):
    d = {(1,): 2.0, 1: 3.0}
    return a * d[1,], a * d[(1,)], a * d[1]


@pytest.mark.parametrize("f, rest", [(ranges, (np.array([0, 2, 1]),)), (lone_tuples, ((0, 1),)), (keys, ())])
def test_as_python(f, rest):
    a = np.arange(9.0).reshape(3, 3)
    want, got = f(a.copy(), *rest), dl.differentiable(f)(a.copy(), *rest)
    for one, other in zip(want, got, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


def total(a):
    a = a * a
    a[range(2), (1, 0)] *= 3.0
    return (a[(0, 1),] * a[range(1, 3)]).sum()


def test_gradient():
    dl.check_grads(total, (np.arange(1.0, 10.0).reshape(3, 3),))


@pytest.mark.parametrize("text", ["-[1.0, x]", "+(x, 1.0)", "~range(3)", "abs([x])", "divmod([x], 2.0)"])
def test_lists_have_no_such_operator(text, tmp_path):
    path = tmp_path / "bare.py"
    path.write_text(f"def f(x):\n    return {text}\n")
    space: dict[str, object] = {}
    exec(compile(path.read_text(), str(path), "exec"), space)
    with pytest.raises(TypeError):
        space["f"](2.0)
    with pytest.raises(dl.DifflangError, match="operand type|not defined for a list"):
        dl.differentiable(space["f"])(2.0)
