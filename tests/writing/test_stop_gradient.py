"""`stop_gradient` in a written text: it runs without difflang, and whoever differentiates the text holds the value constant."""

from __future__ import annotations

import numpy as np

import difflang as dl
from tests.ways import define, run
from tests.writing.ruff import ruff


def surrogate(x):
    frozen = dl.stop_gradient(x * x)
    return frozen * x + np.sin(frozen)


def whole_arrays(x):
    weights = dl.stop_gradient(np.exp(x))
    return np.sum(weights * x * x)


def test_the_text_needs_no_difflang_and_holds_constant_when_read_again(tmp_path) -> None:
    for function, x in ((surrogate, 0.7), (whole_arrays, np.array([0.3, -1.2]))):
        text = dl.source(dl.grad(function), x)
        assert "difflang\n" not in text and "import difflang" not in text
        assert 'stop_gradient.__difflang_op__ = "stop_gradient"' in text
        (tmp_path / f"{function.__name__}.py").write_text(text)
        written = define(text)
        np.testing.assert_allclose(written(x), run("evaluated", dl.grad(function), (x,))[0])
    ruff("check", str(tmp_path))
    ruff("format", "--check", str(tmp_path))


def test_second_derivatives_of_the_text_are_those_of_the_function() -> None:
    written = define(dl.source(dl.grad(surrogate), 0.7))
    expected = dl.grad(dl.grad(surrogate))(0.7)
    assert expected == 0.0  # the gradient is `frozen`, which is held constant
    assert dl.grad(written)(0.7) == expected
    again = define(dl.source(dl.grad(written), 0.7))
    assert again(0.7) == expected


def test_a_function_without_it_says_nothing_of_it() -> None:
    def plain(x):
        return x * x

    assert "stop_gradient" not in dl.source(dl.grad(plain), 1.0)
