"""Every op of the table: its values and types against NumPy, its rule against differences, its lowering, its errors."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from difflang.alias import SHAPE_ONLY
from difflang.build import Builder, lift, trace
from difflang.ir import Var
from difflang.op import TABLE, bind, load, lookup
from difflang.types import NAMES, Array, Scalar, Stack, general, type_of
from difflang.verify import fits

from .op_run import adjoints, emitted, evaluated, is_float, same, slope, traced_adjoints
from .op_samples import COMPLEX, CONTROL, DOMAINS, ELEMENTWISE, FLOATS, INTS, OTHERS, Call, Raw, real

load()
UNARY = [name for name in ELEMENTWISE if len(TABLE[name].operands) == 1]
BINARY = [name for name in ELEMENTWISE if len(TABLE[name].operands) == 2]
OWN_TEST = ("where", "clip", "masked", "cast", "frem")
DIFFERENTIABLE = [
    name
    for name, domain in ELEMENTWISE.items()
    if domain != "whole" and TABLE[name].result != "bool" and not name.endswith("_to_int") and name not in OWN_TEST
]


def test_no_op_is_left_out() -> None:
    within = {"cross_3"}  # what `cross` of two vectors is made of
    assert set(TABLE) == set(ELEMENTWISE) | set(OTHERS) | CONTROL | COMPLEX | within


def operands(low: float, high: float) -> list[Any]:
    """Operands of every kind: shapes, dtypes, weak and strong numbers, strides, emptiness."""
    arrays = [real(3, low=low, high=high), real(2, 3, low=low, high=high), real(1, 3, low=low, high=high), real(2, 1, low=low, high=high)]
    arrays += [real(0, low=low, high=high), real(3, low=low, high=high, dtype=np.float32), real(6, low=low, high=high)[::2]]
    whole = [np.array([1, 2, 3]), np.array([[2], [1]], dtype=np.int32), np.array([True, False, True])]
    numbers = [1.5, 2, True, np.float64(1.25), np.float32(0.5), np.int64(2), np.int32(1), np.bool_(True), np.array(1.5)]
    return [*arrays, *whole, *numbers]


def reference(function: Any, values: tuple[Any, ...]) -> Any:
    """What NumPy gives, or None where it refuses or leaves the language."""
    try:
        with np.errstate(all="ignore"):
            found = function(*values)
    except TypeError:
        return None
    return found if np.asarray(found).dtype in NAMES else None


def check_numpy(name: str, values: tuple[Any, ...]) -> None:
    op = TABLE[name]
    expected = reference(op.numpy[0], values)
    types = [type_of(v) for v in values]
    if expected is None:
        with pytest.raises(TypeError):
            op.type_of_result(types, dict(op.statics), "numpy")
        return
    if name == "reciprocal" and np.asarray(expected).dtype.kind != "f":
        return
    for stated in (types, [general(t) for t in types]):
        (found,), (result,) = evaluated(emitted(name, {}, "numpy"), values, stated)
        same(found, expected)
        assert fits(type_of(np.asarray(expected)[()]), result), f"{result} is stated of {type_of(expected)}"
        assert isinstance(result, Scalar) == (np.ndim(expected) == 0)


@pytest.mark.parametrize("name", [n for n in UNARY if TABLE[n].numpy])
def test_unary_values_are_numpys(name: str) -> None:
    low, high = DOMAINS.get(ELEMENTWISE[name], DOMAINS["real"])
    edges = np.array(FLOATS)
    for value in [*operands(low, high), edges, edges.astype(np.float32), np.array(INTS), np.array(INTS, dtype=np.int32)]:
        check_numpy(name, (value,))


@pytest.mark.parametrize("name", [n for n in BINARY if TABLE[n].numpy])
def test_binary_values_are_numpys(name: str) -> None:
    low, high = DOMAINS.get(ELEMENTWISE[name], DOMAINS["real"])
    for x, y in itertools.product(operands(low, high), repeat=2):
        if name == "pow" and not is_float(x) and not is_float(y):
            y = np.abs(y)
        try:
            np.broadcast_shapes(np.shape(x), np.shape(y))
        except ValueError:
            continue
        check_numpy(name, (x, y))
    edges = np.array(FLOATS)
    check_numpy(name, (edges[:, None], edges))
    whole = np.array(INTS)
    check_numpy(name, (whole[:, None], np.abs(whole) if name == "pow" else whole))


@pytest.mark.parametrize("c", [True, np.array([True, False, True]), np.array([[1], [0]]), np.array([0.0, 1.0, np.nan])])
def test_where(c: Any) -> None:
    for x, y in itertools.product(
        [1.5, 2, real(3), real(2, 1, dtype=np.float32), np.array([1, 2, 3]), np.array([True, False, True])], repeat=2
    ):
        expected = np.where(c, x, y)
        (found,), (result,) = evaluated(emitted("where", {}), (c, x, y))
        same(found, expected)
        assert fits(type_of(expected[()]), result)
        z_bar = np.full(np.shape(expected), np.inf)
        partials = TABLE["where"].rule(expected, c, x, y)
        np.testing.assert_array_equal(np.where(partials[1], z_bar, 0.0), np.where(c, np.inf, 0.0) + 0.0 * np.zeros_like(expected, float))
        np.testing.assert_array_equal(partials[2], np.logical_not(partials[1]))


@pytest.mark.parametrize(
    "bounds", [(-0.5, 0.5), (None, 0.5), (-0.5, None), (real(3, low=-1, high=0), 1), (np.array([[0.0], [0.5]]), np.float64(0.7))]
)
def test_clip(bounds: Any) -> None:
    for x in [np.array([-0.5, 0.5, 0.1]), np.array([-2.0, np.nan, 2.0]), real(2, 3), real(3, dtype=np.float32)]:
        expected = np.clip(x, *bounds)
        (found,), (result,) = evaluated(emitted("clip", {}), (x, *bounds))
        same(found, expected)
        assert fits(type_of(expected), result)
    x = np.array([-0.5, 0.5, 0.1, -3.0, 3.0])
    inside, below, above = TABLE["clip"].rule(x, x, -0.5, 0.5)
    assert [list(p) for p in (inside, below, above)] == [[1, 1, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 1]]


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_partials_against_differences(name: str) -> None:
    op = TABLE[name]
    low, high = DOMAINS[ELEMENTWISE[name]]
    function = np.vectorize(op.python[0]) if not op.numpy and not op.evaluate else (op.evaluate or op.numpy[0])
    count = len(op.operands)
    for shapes in [((5,),) * count, ((2, 3), (3,))[:count], ((), (2,))[:count]]:
        values = [away(real(*shape, low=low, high=high)) for shape in shapes]
        if name in ("floordiv", "mod", "fmod", "remainder"):
            values[1] = values[1] + np.sign(values[1])
            values[0] = values[1] * (np.round(2 * values[0]) + real(*np.shape(values[0] * values[1]), low=0.15, high=0.4))
        if name in ("maximum", "minimum"):
            values[0] = np.where(np.abs(values[0] - values[1]) < 0.2, values[0] + 0.5, values[0])
        y = function(*values)
        partials = op.rule(y, *values)
        partials = partials if isinstance(partials, tuple) else (partials,)
        assert len(partials) == count
        for k, partial in enumerate(partials):
            moved = [lambda t, k=k: function(*(v + t if j == k else v for j, v in enumerate(values)))]
            expected = slope(moved[0], 1e-3 if name in ("lgamma", "arccosh", "arctanh", "arcsin", "arccos", "tan") else 5e-3)
            np.testing.assert_allclose(np.broadcast_to(partial, np.shape(y)), expected, rtol=1e-7, atol=1e-7)
        by_ir, _ = evaluated(lambda b, *atoms: trace(b, op.rule, *atoms), [y, *values])
        for plain, written in zip(partials, by_ir, strict=True):
            np.testing.assert_array_equal(np.broadcast_to(plain, np.shape(y)), np.broadcast_to(written, np.shape(y)))


def away(values: Any) -> Any:
    """Away from zero, and from kinks at whole and half numbers."""
    values = np.where(np.abs(values) < 0.4, np.where(values < 0, values - 0.4, values + 0.4), values)
    return np.where(np.abs(values * 2 - np.round(values * 2)) < 0.1, values + 0.12, values)


def test_kinks() -> None:
    tie = np.array([1.0])
    assert TABLE["maximum"].rule(tie, tie, tie)[0][0] == TABLE["minimum"].rule(tie, tie, tie)[1][0] == 0.5
    assert TABLE["abs"].rule(np.float64(0), np.float64(0)) == 0
    zero = np.array([0.0])
    assert TABLE["pow"].rule(np.array([1.0]), zero, zero)[0][0] == 0
    assert TABLE["pow"].rule(zero, zero, np.array([2.0]))[1][0] == 0
    assert TABLE["masked"].evaluate(zero, np.array([np.inf]))[0] == 0


def prepared(name: str, sample: Any) -> tuple[tuple[Any, ...], dict[str, Any], Any]:
    """Operands and statics as the table binds them, and the value expected."""
    if isinstance(sample, Raw):
        return sample.operands, sample.attrs, sample.expected
    assert isinstance(sample, Call)
    found = lookup(sample.function)
    op = found[0] if found else TABLE[name]
    assert op.name == name or name in sample.function.__name__
    operands_, attrs = bind(TABLE[name], sample.args, sample.kwargs)
    return operands_, attrs, sample.function(*sample.args, **sample.kwargs)


CASES = [pytest.param(name, sample, id=f"{name}-{k}") for name, samples in OTHERS.items() for k, sample in enumerate(samples)]


@pytest.mark.parametrize("name,sample", CASES)
def test_values_and_types(name: str, sample: Any) -> None:
    values, attrs, expected = prepared(name, sample)
    types = [type_of(v) for v in values]
    tolerance = 1e-13 if TABLE[name].kind == "composite" and not is_whole(expected) else 0.0  # NumPy may add in another order
    opened = [types] if name == "squeeze" and attrs["axis"] is None else [types, [general(t) for t in types]]
    wanted = expected if isinstance(expected, (tuple, list)) else (expected,)
    for stated in [*opened, None]:
        make = emitted(name, attrs) if stated else constants_of(name, values, attrs)
        every, results = evaluated(make, values if stated else [v for v in values if not is_size(v)], stated)
        for found, result, value in zip(every, results, wanted, strict=True):
            same(found, value, tolerance)
            assert fits(type_for(result, value), result)


def type_for(stated: Any, expected: Any) -> Any:
    """NumPy's type for what it gave. An array without axes may count as a number; layout is a matter of ours."""
    if isinstance(stated, Scalar):
        return stated if stated.weak and type(expected) in (int, float, bool) else type_of(np.asarray(expected)[()])
    given = type_of(np.asarray(expected))
    return Array(given.dtype, given.dims, stated.layout) if isinstance(given, Array) else given


def is_size(value: Any) -> bool:
    return value is None or isinstance(value, int)


def constants_of(name: str, values: Any, attrs: Any) -> Any:
    """The op with its plain ints known while compiling."""

    def make(builder: Builder, *atoms: Any) -> Any:
        given = iter(atoms)
        return builder.emit(name, *(lift(builder, v) if is_size(v) else next(given) for v in values), **attrs)

    return make


@pytest.mark.parametrize("name,sample", CASES)
def test_adjoint_and_tangent_agree_with_differences(name: str, sample: Any) -> None:
    """<y_bar, J x_dot> == <J^T y_bar, x_dot>, J x_dot by differences, and by the op's tangent where it states one."""
    op = TABLE[name]
    values, attrs, expected = prepared(name, sample)
    moving = [k for k, v in enumerate(values) if is_double(v) and k not in SHAPE_ONLY.get(name, ())]
    if op.kind in ("constant", "composite") or not moving or not is_double(expected) or kinked(name, values):
        return
    dots = [real(*np.shape(v)) if k in moving else None for k, v in enumerate(values)]

    def at(t: float) -> Any:
        shifted = [v if d is None else v + t * d for v, d in zip(values, dots, strict=True)]
        return evaluated(emitted(name, attrs), shifted)[0][0]

    y_bar = real(*np.shape(expected))
    y_dot = slope(at, 1e-2 if op.kind != "general" else 2e-4)
    normal = evaluated_attrs(name, values, attrs)
    for way in (adjoints, traced_adjoints):
        bars = way(op, expected, y_bar, values, normal)
        pairs = [(bars[k], dots[k]) for k in moving if bars[k] is not None]
        for bar, dot in pairs:
            assert np.shape(bar) == np.shape(dot) or np.all(bar == 0)  # zero has no shape
        np.testing.assert_allclose(sum(np.sum(b * d) for b, d in pairs), np.sum(y_bar * y_dot), rtol=1e-8, atol=1e-8)
    if op.tangent is not None:
        found = op.tangent(expected, *values, *dots, **normal)
        np.testing.assert_allclose(np.broadcast_to(found, np.shape(y_dot)), y_dot, rtol=1e-7, atol=1e-7)
        assert np.size(y_dot) == 0 or np.max(np.abs(y_dot)) > 0 or not np.any(found)


def is_whole(value: Any) -> bool:
    return not isinstance(value, (tuple, list)) and not is_double(value)


def is_double(value: Any) -> bool:
    return not isinstance(value, (tuple, list)) and is_float(value) and np.asarray(value).dtype == np.float64


def evaluated_attrs(name: str, values: Any, attrs: Any) -> Any:
    """The statics as nodes hold them."""
    builder = Builder()
    builder.emit(name, *(Var("x", type_of(v)) for v in values), **attrs)
    made = [node.attrs for node in builder.nodes if node.op == name]
    return made[-1] if made else attrs  # other ops are written where the types tell enough, none where nothing is to be done


def kinked(name: str, values: Any) -> bool:
    """Differences say nothing where all elements are the same, or at a step."""
    alike = name in ("max", "min") and len(np.unique(values[0])) < np.size(values[0])
    return alike or name == "heaviside" or (name == "std" and np.size(values[0]) < 2)


def test_extremes_share_ties() -> None:
    x = np.array([[1.0, 3.0, 3.0], [3.0, 0.0, 3.0]])
    for name, at in [("max", 3.0), ("min", 0.0)]:
        y = TABLE[name].numpy[0](x)
        bar = TABLE[name].rule(1.0, y, x, axis=None, keepdims=False)
        np.testing.assert_array_equal(bar, (x == at) / np.sum(x == at))


def test_surviving_write_alone_gets_the_adjoint() -> None:
    y_bar = np.array([1.0, 10.0, 100.0])
    x_bar, v_bar = TABLE["store"].rule(y_bar, np.zeros(3), np.array([5.0, 6.0]), np.array([1, 1]), pattern=("a",))
    assert x_bar.tolist() == [1.0, 0.0, 100.0] and v_bar.tolist() == [0.0, 10.0]


def test_check_raises() -> None:
    check = TABLE["check"].evaluate
    assert check is not None
    check(True, error=ValueError)
    with pytest.raises(IndexError, match="^index 7 is too far$"):
        check(False, 7, error=IndexError, message="index %d is too far")
    with pytest.raises(AssertionError) as caught:
        check(np.False_, error=AssertionError, message="")
    assert caught.value.args == ()


def test_stacks_are_last_in_first_out() -> None:
    def make(builder: Builder, x: Any, y: Any) -> Any:
        empty = builder.emit("stack_new", element=x.type)
        both = builder.emit("push", builder.emit("push", empty, x), y)
        rest, top = Var("s", Stack(x.type)), Var("v", x.type)
        builder.node("pop", (both,), (rest, top))
        last, bottom = Var("s", Stack(x.type)), Var("v", x.type)
        builder.node("pop", (rest,), (last, bottom))
        return top, bottom

    assert evaluated(make, (1.5, 2.5))[0] == (2.5, 1.5)
