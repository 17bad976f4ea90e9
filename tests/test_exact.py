"""Programs of exact operations give the same bits as written and compiled.

Exact are + - * / sqrt, comparisons, integers, truths, rounding, indexing, assignment and what moves elements about: a program that says
nothing else agrees bit for bit, signed zeros included. Elementary functions are compared call by call (`test_elementary_functions`),
reductions by the sum of the absolute values of their terms.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from difflang.ir import walk
from difflang.op import TABLE, load
from difflang.transforms.derived import program_of
from difflang.types import type_of
from tests.programs import CORPUS, Program
from tests.ways import copied, define, run

load()
INEXACT_ELEMENTWISE = """pow fpow cpow cpow_python cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan arctan2 sinh
cosh tanh arcsinh arccosh arctanh hypot erf erfc lgamma gamma logaddexp digamma polygamma zeta erfcx erfinv erfcinv ndtri log_ndtr expit
logit log_expit xlogy xlog1py entr rel_entr kl_div exprel i0 i0e i1 i1e j0 j1 y0 y1 abs""".split()  # abs: of complex numbers
EXACT = {name for name, op in TABLE.items() if op.kind in ("elementwise", "constant")} - set(INEXACT_ELEMENTWISE)
EXACT |= {"reshape", "transpose", "broadcast_to", "expand_dims", "squeeze", "flip", "full", "index", "store", "accumulate", "copy", "item"}
EXACT |= {"set_item", "set_items", "concatenate", "stack", "full_like", "max", "min", "push", "pop", "outer", "ordered", "pos", "fabs"}


def is_exact(program: Program) -> bool:
    """Whether every op of the program, callees included, is exact for the types of its samples."""
    found = [
        f for types in {tuple(map(type_of, a)) for a in program.samples} for f in program_of(program.function, types).functions.values()
    ]
    if any(f.name in ("hypot", "dist") for f in found):  # the math module's, written out
        return False
    return all(node.op not in TABLE or node.op in EXACT or integral(node) for f in found for node in walk(f.body))


def integral(node: Any) -> bool:
    """Sums and products of integers are exact in any order; the abs of a real number is."""
    kinds = {str(getattr(value.type, "dtype", ""))[:1] for value in (*node.args, *node.outs)}
    return kinds <= ({"i", "u", "b", "f"} if node.op == "abs" else {"i", "u", "b"}) and node.op not in ("call",)


def same_bits(one: Any, other: Any, what: str) -> None:
    if isinstance(other, (tuple, list)):
        assert len(one) == len(other), what
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            same_bits(a, b, f"{what}[{k}]")
    elif other is not None and not isinstance(other, str):
        a, b = np.asarray(one), np.asarray(other)
        assert a.dtype == b.dtype and a.shape == b.shape, what
        nans = np.isnan(b) if b.dtype.kind == "f" else np.zeros(b.shape, bool)
        np.testing.assert_array_equal(np.isnan(a) if b.dtype.kind == "f" else nans, nans, err_msg=what)
        assert np.where(nans, 0, a).tobytes() == np.where(nans, 0, b).tobytes(), f"{what}: {one!r} and {other!r}"


EXACT_PROGRAMS = [program for program in CORPUS if is_exact(program)]


def test_many_programs_are_exact() -> None:
    assert len(EXACT_PROGRAMS) >= 100


@pytest.mark.parametrize("program", EXACT_PROGRAMS, ids=lambda program: program.name)
def test_compiled_is_as_written_to_the_bit(program: Program) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for arguments in program.samples + program.edges:
            given = copied(arguments)
            expected = program.function(*given)
            result, left = run("compiled", program.function, arguments)
            same_bits(result, expected, "result")
            for k, (after, should) in enumerate(zip(left, given, strict=True)):
                if isinstance(after, np.ndarray):
                    same_bits(after, should, f"argument {k} afterwards")


UNARY = {
    "exp": (-700, 700), "exp2": (-1000, 1000), "expm1": (-30, 300), "log": (1e-300, 1e300), "log2": (1e-300, 1e300),
    "log10": (1e-300, 1e300),
    "log1p": (-0.999, 1e3), "sin": (-100, 100), "cos": (-100, 100), "tan": (-100, 100), "arcsin": (-1, 1), "arccos": (-1, 1),
    "arctan": (-1e3, 1e3),
    "sinh": (-700, 700), "cosh": (-700, 700), "tanh": (-20, 20), "arcsinh": (-1e6, 1e6), "arccosh": (1, 1e6), "arctanh": (-0.999, 0.999),
    "cbrt": (-1e6, 1e6), "sqrt": (0, 1e300), "square": (-1e100, 1e100),
}  # fmt: skip
BINARY = {
    "power": ((1e-3, 50), (-40, 40)),
    "arctan2": ((-5, 5), (-5, 5)),
    "hypot": ((-1e5, 1e5), (-1e5, 1e5)),
}


def ulps(one: Any, other: Any) -> float:
    return float(np.max(np.abs(one - other) / np.spacing(np.abs(other))))


def spread(bounds: tuple[float, float], count: int, seed: int) -> Any:
    """Points of an interval, half of them near its smaller numbers."""
    low, high = bounds
    rng = np.random.default_rng(seed)
    points = rng.uniform(low, high, count)
    small = np.clip(rng.choice([-1, 1], count) * np.exp(rng.uniform(-20, 3, count)), low, high)
    return np.concatenate([points, small])


@pytest.mark.parametrize("name", [*UNARY, *BINARY])
def test_elementary_functions(name: str) -> None:
    """Within 4 units in the last place of NumPy's, in a vectorised loop and for one number."""
    function = getattr(np, name)
    given = [spread(bounds, 1003, k) for k, bounds in enumerate((UNARY[name],) if name in UNARY else BINARY[name])]
    names = ", ".join("xy"[: len(given)])
    in_arrays, of_one = (define(f"def f({names}):\n    return np.{name}({names})\n", "f", {"np": np}) for _ in range(2))
    expected = function(*given)
    found, _ = run("compiled", in_arrays, given)
    assert ulps(found, expected) <= 4
    single = np.array([run("compiled", of_one, [float(v) for v in point])[0] for point in zip(*(g[::97] for g in given), strict=True)])
    assert ulps(single, expected[::97]) <= 4


REDUCTIONS = {
    "np.sum(a)": "np.sum(np.abs(a))", "np.sum(m, axis=0)": "np.sum(np.abs(m), axis=0)", "np.sum(m, axis=1)": "np.sum(np.abs(m), axis=1)",
    "np.mean(a)": "np.mean(np.abs(a))", "a @ a": "np.sum(a * a)", "m @ a[:40]": "np.abs(m) @ np.abs(a[:40])",
    "m.T @ m": "np.abs(m).T @ np.abs(m)",
    "np.cumsum(a)": "np.cumsum(np.abs(a))", "np.var(a)": "np.mean(a * a)", "np.trace(m[:, :30])": "np.sum(np.abs(np.diag(m)))",
    "np.einsum('ij,ij->i', m, m)": "np.sum(m * m, axis=1)", "np.linalg.norm(a)": "np.linalg.norm(a)",
    "np.prod(a[:30])": "np.abs(np.prod(a[:30]))",
    "np.average(a, weights=np.abs(a))": "np.max(np.abs(a))", "sum(a)": "np.sum(np.abs(a))", "np.tensordot(m, m)": "np.sum(m * m)",
}  # fmt: skip


@pytest.mark.parametrize("text", REDUCTIONS)
def test_reductions(text: str) -> None:
    """Within 1e-12 of the sum of the absolute values of the terms."""
    rng = np.random.default_rng(3)
    a, m = rng.standard_normal(10_001) * 10.0 ** rng.integers(-6, 6, 10_001), rng.standard_normal((30, 40))
    a[:40] = rng.standard_normal(40)
    scope = {"a": a, "m": m, "np": np}
    found, _ = run("compiled", define(f"def f(a, m):\n    return {text}\n", "f", {"np": np}), (a, m))
    assert np.all(np.abs(found - eval(text, scope)) <= 1e-12 * eval(REDUCTIONS[text], scope))
