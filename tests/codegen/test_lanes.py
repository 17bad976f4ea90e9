"""Loops of a nest in vectors, made from its text: the bits of the loops as they stand."""

from __future__ import annotations

import ctypes
import re
import tempfile
from pathlib import Path

import numpy as np
import pytest

import difflang as dl
from difflang.codegen import optimize, pieces, shared
from difflang.codegen.lanes import lanes
from difflang.codegen.module import emit
from difflang.codegen.targets.cpu import host
from difflang.types import Array
from tests.codegen.harness import Native, agree, program

PLAIN, WHOLE = Array("f64", ("n",)), Array("i64", ("n",))
SINGLE = Array("f32", ("n",))


def text_of(function, *types):
    return emit(program(function, types), host()).text


def nests(text):
    return re.findall(r"(?ms)^define [^\n]*@dl_nest[^\n]*\{\n.*?^\}\n?", text)


def every_other(x, y):
    return x[::2] * 2.0 + x[::2], y[1::2] * y[1::2]


def backwards(x, y):
    return x[::-1] * y - y[::-1]


def thirds(x, y):
    z = np.zeros(x.shape[0] * 3)
    z[::3] = x + y[0]
    z[1::3] = z[::3] * y
    z[2::3] += x[::-1]
    return z


def columns(x, y):
    a = np.outer(x, y)
    return a.T * x - a, (a.T + a).sum(axis=0), (a.T - a).sum(axis=1)


def chain(x, y):
    return np.cumsum(x * y), np.cumprod(1.0 + 0.01 * x), np.cumsum(x[::-1])


def counts(x, y):
    return np.count_nonzero(x > y), np.sum(x > 0.0), np.argmax(x * y)


def among_themselves(x, y):
    z = x * 1.0
    z[1:] = z[:-1] + y[1:]
    z[:-2] *= z[2:]
    return z


def rows(x, y):
    a = np.zeros((4, x.shape[0]))
    for k in range(4):
        a[k] = x * k + y
        if k > 0:
            a[k] += a[k - 1] * a[k, 0]
    return a


def halves(x, y):
    a, b = x.astype(np.float32), y.astype(np.float32)
    return a[::2] + np.float32(1.0), np.cumsum(b), a[::-1] * b


TRACED = [every_other, backwards, columns, chain, counts, halves]
READ = [thirds, among_themselves, rows]
SIZES = (3, 7, 8, 9, 16, 37)


@pytest.fixture
def apart(monkeypatch):
    """Every nest in a piece of its own kind."""
    monkeypatch.setattr(pieces, "BUNDLE", 2)
    monkeypatch.setattr(optimize, "to_object", optimize.to_objects)


def given(n):
    return np.linspace(-1.0, 2.0, n), np.cos(np.arange(n))


def taken(text):
    return [nest for nest in nests(text) if "ret i1" not in nest and lanes.widened(nest, 512) is not None]


@pytest.mark.parametrize("function", TRACED)
def test_vectors_give_the_bits_of_numbers(function, monkeypatch):
    made = program(function, (PLAIN, PLAIN))
    assert taken(text_of(function, PLAIN, PLAIN))
    whole = Native(made)
    monkeypatch.setattr(pieces, "BUNDLE", 2)
    monkeypatch.setattr(optimize, "to_object", optimize.to_objects)
    parts = Native(made)
    for n in SIZES:
        for one, other in zip(whole(*given(n)), parts(*given(n)), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("function", TRACED)
def test_vectors_agree_with_the_evaluator(function, apart):
    agree(function, *given(9))


@pytest.mark.parametrize("function", READ)
def test_what_is_written_in_place_has_the_bits_of_numpy(function, apart):
    compiled = dl.differentiable(function)
    for n in SIZES:
        np.testing.assert_array_equal(compiled(*given(n)), function(*given(n)))


def test_what_lanes_leave_to_llvm():
    """A gather, for which there are instructions."""
    (nest,) = [nest for nest in nests(text_of(lambda x: x * 2.0, PLAIN)) if "fmul" in nest]
    value = re.search(r"store double (%\w+)", nest)[1]
    gathered = nest.replace("  store", f"  %there = load double, ptr %at\n  %sum = fadd double %there, {value}\n  store")
    place = f"  %far = fptosi double {value} to i64\n  %at = getelementptr double, ptr %p1, i64 %far\n"
    gathered = gathered.replace("  %there", place + "  %there")
    assert lanes.widened(nest, 512) is not None and lanes.widened(gathered, 512) is None


def test_what_no_vectoriser_takes_stands():
    """A nest that may fail, and one that writes where a mask says."""
    (nest,) = [nest for nest in nests(text_of(lambda x, k: x[k] * 2.0, PLAIN, WHOLE)) if "ret i1 true" in nest]
    assert lanes.widened(nest, 512) == (nest, set())
    masked = COUNTED.replace("double, ptr %p1, i64 %v3", "double, ptr %p1, i64 %v12")
    masked = masked.replace("  %v11", "  %v12 = and i64 %v3, %p0\n  %v11", 1)
    assert lanes.widened(masked, 512) == (masked + "\n", set())


def test_floats_have_twice_the_lanes():
    (nest,) = nests(text_of(lambda x: x * x + x, SINGLE))
    text, needed = lanes.widened(nest, 512)
    assert "<16 x float>" in text and not needed
    assert lanes.widened(nest, 32) is None


def test_intrinsics_are_declared_for_vectors():
    (nest,) = nests(text_of(lambda x: np.sqrt(x), PLAIN))
    assert lanes.widened(nest, 256)[1] == {"declare <4 x double> @llvm.sqrt.v4f64(<4 x double>)"}


def door(head):
    """A function that C may call, which calls the nest with its own arguments."""
    given = re.search(r"\((.*)\)", head)[1].replace("noalias ", "")
    call = f"  call fastcc void @dl_nest.0({given})\n  ret void\n"
    return f"define void @run({given}) {{\n{call}}}\nattributes #0 = {{nounwind}}\n"


def run(text, needed, *arguments):
    """The nest, compiled without passes."""
    outside = door(text.split("\n", 1)[0])
    with tempfile.NamedTemporaryFile(suffix=".so") as file:
        module = "\n".join([*needed, text, outside])
        Path(file.name).write_bytes(shared.link(optimize.object_code(module, host(), 1), host()))
        ctypes.CDLL(file.name).run(*(ctypes.c_int64(a) if isinstance(a, int) else ctypes.c_void_p(a.ctypes.data) for a in arguments))


COUNTED = """define internal fastcc void @dl_nest.0(i64 %p0, ptr noalias %p1) noinline #0 {
entry:
  br label %v2
v2:
  %v3 = phi i64 [ 0, %entry ], [ %v4, %v5 ]
  %v6 = icmp slt i64 %v3, %p0
  br i1 %v6, label %v5, label %v7
v5:
  %v8 = mul nsw i64 %v3, 3
  %v9 = add i64 %v8, -7
  %v10 = sitofp i64 %v9 to double
  %v11 = getelementptr inbounds double, ptr %p1, i64 %v3
  store double %v10, ptr %v11
  %v4 = add nuw nsw i64 %v3, 1
  br label %v2
v7:
  ret void
}"""


@pytest.mark.parametrize("n", [5, 8, 21])
def test_numbers_that_count_are_counted_in_lanes(n):
    text, _ = lanes.widened(COUNTED, 512)
    assert "add <8 x i64>" in text and "<i64 0, i64 3, i64 6" in text
    found = np.zeros(n)
    run(text, (), n, found)
    np.testing.assert_array_equal(found, 3.0 * np.arange(n) - 7.0)


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("  %v8 = mul nsw i64 %v3, 3", "  %v8 = load i64, ptr @counter"),  # no memory of its own
        ("  store double %v10, ptr %v11", "  store double %v10, ptr %p1"),  # one place for all
        ("  br label %v2\nv7", "  br i1 %v6, label %v2, label %v7\nv7"),  # another way out
    ],
)
def test_loops_of_another_kind_are_left(line, instead):
    assert line in COUNTED and lanes.widened(COUNTED.replace(line, instead), 512) is None


NEAR = """define internal fastcc void @dl_nest.0(i64 %p0, ptr %p1, ptr %p2, ptr %p3) noinline #0 {
entry:
  br label %v4
v4:
  %v5 = phi i64 [ 0, %entry ], [ %v6, %v7 ]
  %v8 = icmp slt i64 %v5, %p0
  br i1 %v8, label %v7, label %v9
v7:
  %v10 = getelementptr inbounds double, ptr %p1, i64 %v5
  %v11 = load double, ptr %v10
  %v12 = load double, ptr %p3
  %v13 = fmul double %v11, %v12
  %v14 = getelementptr inbounds double, ptr %p2, i64 %v5
  store double %v13, ptr %v14
  %v15 = getelementptr inbounds double, ptr %p1, i64 %v5
  %v16 = load double, ptr %v15
  %v17 = fadd double %v16, 0x3FF0000000000000
  store double %v17, ptr %v15
  %v6 = add nuw nsw i64 %v5, 1
  br label %v4
v9:
  ret void
}"""


@pytest.mark.parametrize("one", [25])
def test_memory_that_may_be_the_same_is_asked_for(one):
    """Every distance of what is read to what is written, and of the number that is read in each turn."""
    text, needed = lanes.widened(NEAR, 512)
    assert "ptrtoint" in text and not needed
    n, start = 21, np.cos(np.arange(80.0)) + 2.0
    outside = door(text.split("\n", 1)[0])
    with tempfile.NamedTemporaryFile(suffix=".so") as file:
        Path(file.name).write_bytes(shared.link(optimize.object_code(text + outside, host(), 1), host()))
        native = ctypes.CDLL(file.name).run
        for other in range(0, 55):
            for number in (0, 12, 24, 25, 30, 45, 46, 60, 79):
                found, expected = start.copy(), start.copy()
                at = [ctypes.c_void_p(found.ctypes.data + 8 * k) for k in (one, other, number)]
                native(ctypes.c_int64(n), *at)
                for k in range(n):
                    expected[other + k] = expected[one + k] * expected[number]
                    expected[one + k] += 1.0
                np.testing.assert_array_equal(found, expected, err_msg=f"{other} {number}")


SUMMED = """define internal fastcc void @dl_nest.0(i64 %p0, i64 %p1, ptr %p2, ptr noalias %p3) noinline #0 {
entry:
  br label %v4
v4:
  %v5 = phi i64 [ 0, %entry ], [ %v6, %v7 ]
  %v8 = icmp slt i64 %v5, %p0
  br i1 %v8, label %v9, label %v10
v9:
  br label %v11
v11:
  %v12 = phi i64 [ 0, %v9 ], [ %v13, %v14 ]
  %v15 = icmp slt i64 %v12, %p1
  br i1 %v15, label %v14, label %v7
v14:
  %v16 = mul nsw i64 %v12, 24
  %v17 = getelementptr inbounds i8, ptr %p2, i64 %v16
  %v18 = load double, ptr %v17
  %v19 = mul nsw i64 %v5, 8
  %v20 = getelementptr inbounds i8, ptr %p3, i64 %v19
  %v21 = load double, ptr %v20
  %v22 = fadd double %v21, %v18
  store double %v22, ptr %v20
  %v13 = add nuw nsw i64 %v12, 1
  br label %v11
v7:
  %v6 = add nuw nsw i64 %v5, 1
  br label %v4
v10:
  ret void
}"""


@pytest.mark.parametrize("op", ["fadd", "fmul"])
@pytest.mark.parametrize("n", [0, 5, 16, 19])
def test_numbers_that_turns_hand_on_are_kept_in_registers(op, n):
    """A sum in vectors, a product number by number: in either case in order."""
    text, needed = lanes.widened(SUMMED.replace("fadd", op), 512)
    assert ("reduce.fadd" in text) == (op == "fadd") and ("= phi double" in text)
    terms, found = 1.0 + 0.1 * np.cos(np.arange(3.0 * 20)), np.array([1.0, 2.0])
    expected = found.copy()
    run(text, needed, 2, n, terms, found)
    for row in range(2):
        for k in range(n):
            expected[row] = expected[row] + terms[3 * k] if op == "fadd" else expected[row] * terms[3 * k]
    np.testing.assert_array_equal(found, expected)
