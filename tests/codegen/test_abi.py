"""The entry against hand-written machine code: every kind of argument and result, guards, chains, faults."""

import itertools
import signal
import sys
import threading

import numpy as np
import pytest

from difflang.codegen import optimize, prelude, shared
from difflang.codegen.abi import abi
from difflang.codegen.targets.cpu import host
from difflang.ir import LEAF, Const, Function, Param, Region, Var
from difflang.runtime.callable import Native, fast
from difflang.runtime.load import ABSENT, Binding, Lookup, bind, library
from difflang.types import BOOL, FLOAT, INT, Array, Scalar, type_of

PRELUDE = prelude.text() + "declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)\n"

NUMBERS = itertools.count()


@fast
class Slow(Native):
    """What is not compiled comes here and is answered with what came."""

    def __init__(self):
        self.bound = self.slow

    def slow(self, *args, **kwargs):
        return ("slow", args, kwargs)

    def __call__(self, *args, **kwargs):
        return self.slow(*args, **kwargs)


def handler(site, *detail):
    raise IndexError(f"site {site} detail {detail}")


def function(params, results, result=LEAF, **more):
    """A function of these parameter types: its region's nodes do not matter here."""
    variables = tuple(Var(f"p{k}", type) for k, type in enumerate(params))
    trees = more.pop("trees", None) or [LEAF] * (len(params) - len(more.get("captures", ())))
    kinds = more.pop("kinds", None) or ["positional_or_keyword"] * len(trees)
    yields = tuple(Var(f"r{k}", type) for k, type in enumerate(results))
    parameters = tuple(Param(f"a{k}", tree, kind) for k, (tree, kind) in enumerate(zip(trees, kinds, strict=True)))
    return Function("f", parameters, Region(variables, (), yields), level="placed", result=result, **more)


def build(tmp_path, code, f, target=None, guards=(), captures=(), parameters=()):
    """Compile, load and bind: a callable."""
    text, plan = abi.entry("f", f, "f_call")
    module = abi.append(PRELUDE + code, text)
    path = tmp_path / f"t{next(NUMBERS)}.so"
    path.write_bytes(shared.link(optimize.to_object(module, host()), host()))
    target = target or Slow()
    bind(target, library(path), "f_call", Binding(handler, guards, captures, plan.statics, parameters), target.bound)
    return target


SQUARE = """define hidden i32 @"f.entry"(ptr %ctx, double %x, ptr %out) {
  %y = fmul double %x, %x
  store double %y, ptr %out
  ret i32 0
}"""


def test_float(tmp_path):
    f = build(tmp_path, SQUARE, function([FLOAT], [FLOAT]))
    assert f(3.0) == 9.0 and type(f(3.0)) is float
    for other in (3, True, np.float64(3.0), "x", None, (1.0,), np.ones(1)):
        assert f(other) == ("slow", (other,), {})
    assert f(3.0, 4.0) == ("slow", (3.0, 4.0), {}) and f() == ("slow", (), {})
    assert f(x=3.0) == ("slow", (), {"x": 3.0})
    assert f(*[2.0]) == 4.0


def test_overhead(tmp_path):
    """A scalar call costs no more than 0.15 us over an empty function (generously doubled for a busy machine)."""
    import timeit

    f = build(tmp_path, SQUARE, function([FLOAT], [FLOAT]))

    def empty(x):
        pass

    times = [min(timeit.repeat("g(3.0)", globals={"g": g}, number=20000, repeat=9)) / 20000 for g in (empty, f)]
    assert times[1] - times[0] < 0.3e-6


COUNTS = """define hidden i32 @"f.entry"(ptr %ctx, i64 %a, i8 %b, i32 %c, float %d, ptr %oa, ptr %ob, ptr %oc, ptr %od) {
  %a1 = add i64 %a, 1
  store i64 %a1, ptr %oa
  %b1 = xor i8 %b, 1
  store i8 %b1, ptr %ob
  %c1 = mul i32 %c, 2
  store i32 %c1, ptr %oc
  %d1 = fadd float %d, 0.5
  store float %d1, ptr %od
  ret i32 0
}"""


def test_every_scalar_and_nested_tuples(tmp_path):
    types = [INT, BOOL, Scalar("i32"), Scalar("f32")]
    f = build(tmp_path, COUNTS, function(types, types, result=(LEAF, (LEAF, None, LEAF), LEAF)))
    result = f(2**62, True, np.int32(-4), np.float32(1.5))
    assert result == (2**62 + 1, (False, None, np.int32(-8)), np.float32(2.0))
    assert [type(x) for x in (result[0], result[1][0], result[1][2], result[2])] == [int, bool, np.int32, np.float32]
    assert f(2**63, True, np.int32(1), np.float32(1))[0] == "slow"
    assert f(1, 1, np.int32(1), np.float32(1))[0] == "slow"
    assert f(1, True, np.int64(1), np.float32(1))[0] == "slow"
    strong = [Scalar("i64"), Scalar("bool"), Scalar("i32"), Scalar("f32")]
    g = build(tmp_path, COUNTS, function(strong, strong, result=(LEAF,) * 4))
    result = g(np.int64(5), np.True_, np.int32(1), np.float32(1))
    assert [type(x) for x in result] == [np.int64, np.bool_, np.int32, np.float32] and result[0] == 6 and not result[1]


def test_tuple_arguments(tmp_path):
    f = build(tmp_path, SQUARE, function([FLOAT], [FLOAT], trees=[(None, (LEAF, Const("mode", None)))]))
    assert f((None, (3.0, "mode"))) == 9.0
    assert f((None, (3.0, "other")))[0] == "slow" and f((None, 3.0))[0] == "slow" and f((1, (3.0, "mode")))[0] == "slow"
    assert f([None, (3.0, "mode")])[0] == "slow"


def array_code(rank, item, block):
    """Copy a contiguous array's bytes into a block, or give it back as it is."""
    size = f"[{16 + 16 * rank} x i8]"
    total = "\n".join(
        f"  %q{k} = getelementptr i8, ptr %x, i64 {16 + 8 * k}\n  %d{k} = load i64, ptr %q{k}\n  %n{k + 1} = mul i64 %n{k}, %d{k}"
        for k in range(rank)
    )
    fill = f"""  %block = call ptr @dl_alloc(ptr %ctx, i64 %n{rank})
  %data = call ptr @dl_block_data(ptr %block)
  %from = load ptr, ptr %x
  call void @llvm.memcpy.p0.p0.i64(ptr %data, ptr %from, i64 %n{rank}, i1 false)
  store ptr %data, ptr %out
  %b = getelementptr i8, ptr %out, i64 8
  store ptr %block, ptr %b
"""
    return f"""define hidden i32 @"f.entry"(ptr %ctx, ptr %x, ptr %out) {{
  %n0 = add i64 0, {item}
{total}
  call void @llvm.memcpy.p0.p0.i64(ptr %out, ptr %x, i64 {size[1:3].strip()}, i1 false)
{fill if block else ""}  ret i32 0
}}"""


@pytest.mark.parametrize("shape", [(), (0,), (3,), (1,), (5000,), (2, 3), (40, 2, 100), (0, 4)])
@pytest.mark.parametrize("dtype", ["f64", "f32", "i64", "i32", "bool"])
def test_arrays_out(tmp_path, shape, dtype):
    numpy_dtype = {"f64": np.float64, "f32": np.float32, "i64": np.int64, "i32": np.int32, "bool": np.bool_}[dtype]
    x = (np.arange(np.prod(shape)) % 2 + 1).reshape(shape).astype(numpy_dtype)
    type = type_of(x)
    f = build(tmp_path, array_code(len(shape), x.itemsize, True), function([type], [type]))
    y = f(x)
    assert isinstance(y, np.ndarray) and y is not x and y.dtype is x.dtype and y.shape == x.shape and (y == x).all()
    assert y.flags.owndata and y.flags.c_contiguous and y.flags.writeable and y.flags.aligned and not np.shares_memory(x, y)
    assert sys.getrefcount(y) == 2


def test_arrays_are_checked(tmp_path):
    x = np.ones((2, 3))
    f = build(tmp_path, array_code(2, 8, True), function([type_of(x)], [type_of(x)]))
    assert (f(x) == x).all()
    readonly = np.ones((2, 3))
    readonly.flags.writeable = False
    assert f(readonly).flags.writeable
    big = np.ones((4, 6))
    unaligned = np.frombuffer(bytes(8 * 6 + 1), dtype=np.uint8)[1:].view(np.float64).reshape(2, 3)
    others = [np.ones((2, 1)), np.ones((1, 3)), np.ones(2), np.ones((2, 3, 1)), big[::2, ::2], x.astype("f4"), x.astype(">f8"), unaligned]
    for other in [*others, np.asfortranarray(x), x.view(np.memmap), [[1.0]], 1.0]:
        assert f(other)[0] == "slow"


def test_views_of_arguments_stay_views(tmp_path):
    x = np.arange(6.0).reshape(2, 3).copy()
    f = build(tmp_path, array_code(2, 8, False), function([type_of(x)], [type_of(x)]))
    y = f(x)
    assert y is not x and np.shares_memory(x, y) and y.base is x and y.flags.writeable
    x.flags.writeable = False
    assert not f(x).flags.writeable


def test_the_argument_itself_comes_back(tmp_path):
    x = np.arange(6.0).reshape(2, 3)
    code = 'define hidden i32 @"f.entry"(ptr %ctx, ptr %x, ptr %out) {\n' + "\n".join(array_code(2, 8, False).splitlines()[1:])
    f = build(tmp_path, code, function([type_of(x)], [type_of(x), type_of(x)], writes=(0,), alias=(0,)))
    before = sys.getrefcount(x)
    same = f(x)
    assert same is x
    del same
    assert sys.getrefcount(x) == before
    x.flags.writeable = False
    assert f(x)[0] == "slow"


TWO = """define hidden i32 @"f.entry"(ptr %ctx, ptr %x, ptr %y, ptr %out) {
  %d = load ptr, ptr %x
  store double 7.0, ptr %d
  store i64 1, ptr %out
  ret i32 0
}"""


def test_overlap_goes_the_slow_way(tmp_path):
    a = Array("f64", ("n",))
    f = build(tmp_path, TWO, function([a, a], [INT, a], writes=(0,)))
    base = np.zeros(10)
    assert f(base[:5], base[5:]) == 1 and base[0] == 7.0
    assert f(base[:5], base[4:])[0] == "slow" and f(base, base)[0] == "slow"
    assert f(np.zeros(3), np.zeros(0)) == 1
    f._flags = 1
    assert f(base, base) == 1


def test_chain_of_specialisations(tmp_path):
    f = build(tmp_path, SQUARE, function([FLOAT], [FLOAT]))
    code = 'define hidden i32 @"f.entry"(ptr %ctx, i64 %x, ptr %out) {\n  %y = add i64 %x, 1\n  store i64 %y, ptr %out\n  ret i32 0\n}'
    build(tmp_path, code, function([INT], [INT]), f)
    assert f(3) == 4 and f(3.0) == 9.0 and f("x")[0] == "slow"


FAULT = """define hidden i32 @"f.entry"(ptr %ctx, double %x, ptr %out) {
  store i32 5, ptr %ctx
  %p = getelementptr i8, ptr %ctx, i64 8
  store i64 -7, ptr %p
  %q = getelementptr i8, ptr %ctx, i64 16
  store i64 9, ptr %q
  ret i32 1
}"""


def test_faults_reach_the_handler(tmp_path):
    f = build(tmp_path, FAULT, function([FLOAT], [FLOAT]))
    with pytest.raises(IndexError, match=r"site 5 detail \(-7, 9"):
        f(1.0)


ADD = """define hidden i32 @"f.entry"(ptr %ctx, double %x, double %c, ptr %out) {
  %y = fadd double %x, %c
  store double %y, ptr %out
  ret i32 0
}"""


def test_captures_and_guards_are_read_at_each_call(tmp_path):
    space = {"scale": 2.0, "helper": len}
    cell = (lambda: space).__closure__[0]
    name, helper = "scale", "helper"
    from difflang.ir import Capture

    f = build(
        tmp_path,
        ADD,
        function([FLOAT, FLOAT], [FLOAT], captures=(Capture("scale", lambda: None),)),
        guards=[(Lookup(space, helper), len), (Lookup(None, cell), space), (Lookup(space, "range"), ABSENT)],
        captures=[Lookup(space, name)],
    )
    assert f(1.0) == 3.0
    space["scale"] = 10.0
    assert f(1.0) == 11.0
    space["scale"] = 10
    assert f(1.0)[0] == "slow"
    space["scale"] = 1.0
    space["range"] = 3
    assert f(1.0)[0] == "slow"
    del space["range"]
    assert f(1.0) == 2.0
    space["helper"] = abs
    assert f(1.0)[0] == "slow"


def test_captures_are_held_during_the_call_and_let_go_after(tmp_path):
    from difflang.ir import Capture

    values = [np.arange(3.0), 0.5]
    captures = (Capture("a", None), Capture("b", None))
    f = build(
        tmp_path,
        'define hidden i32 @"f.entry"(ptr %ctx, double %x, ptr %a, double %c, ptr %out) {\n  store double %c, ptr %out\n  ret i32 0\n}',
        function([FLOAT, Array("f64", ("n",)), FLOAT], [FLOAT], captures=captures),
        captures=[Lookup(1, lambda: values[0]), Lookup(1, lambda: values[1])],
    )
    before = [sys.getrefcount(v) for v in values]
    assert f(1.0) == 0.5
    values[1] = 7
    assert f(1.0)[0] == "slow"
    values[1] = 2.5
    assert f(1.0) == 2.5
    values[0] = None
    assert f(1.0)[0] == "slow"
    del values[0]
    assert f(1.0)[0] == "slow" and before[0] >= 2


SUB = """define hidden i32 @"f.entry"(ptr %ctx, double %x, double %c, ptr %out) {
  %y = fsub double %x, %c
  store double %y, ptr %out
  ret i32 0
}"""


def test_keywords_and_defaults_are_bound_in_machine_code(tmp_path):
    two = 2.0
    f = build(tmp_path, SUB, function([FLOAT, FLOAT], [FLOAT]), parameters=[("x", ABSENT), ("c", two)])
    assert f(5.0) == 3.0 and f(5.0, 1.0) == 4.0 and f(5.0, c=1.0) == 4.0 and f(c=1.0, x=7.0) == 6.0 and f(x=7.0) == 5.0
    assert f() == ("slow", (), {}) and f(c=1.0) == ("slow", (), {"c": 1.0})
    assert f(1.0, x=2.0)[0] == "slow" and f(1.0, 2.0, 3.0)[0] == "slow" and f(1.0, d=3.0)[0] == "slow"
    assert f(1) == ("slow", (1, two), {})
    g = build(tmp_path, SUB, function([FLOAT, FLOAT], [FLOAT]), parameters=[(None, ABSENT), ("c", ABSENT)])
    assert g(5.0, c=1.0) == 4.0 and g(x=5.0, c=1.0)[0] == "slow"


def test_keyword_only_needs_a_bound_call(tmp_path):
    f = build(tmp_path, SQUARE, function([FLOAT], [FLOAT], kinds=["keyword_only"]))
    assert f(2.0)[0] == "slow"
    f._flags = 2
    assert f(2.0) == 4.0


SPIN = """define hidden i32 @"f.entry"(ptr %ctx, i64 %n, ptr %out) {
  br label %l
l:
  %s = call i32 @dl_poll_python(ptr %ctx)
  %k = icmp eq i32 %s, 0
  br i1 %k, label %l, label %e
e:
  ret i32 1
}"""


@pytest.mark.parametrize("count", [1, 10**6])
def test_interrupts_are_heard_with_and_without_the_lock(tmp_path, count):
    def stop(number, frame):
        raise KeyboardInterrupt

    f = build(tmp_path, SPIN, function([INT], [INT]))
    others = []
    thread = threading.Thread(target=lambda: others.append(sum(range(1000))))
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            f(count)
    finally:
        signal.signal(signal.SIGALRM, before)
    thread.join()
    assert others == [499500]
