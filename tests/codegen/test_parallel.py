"""Parallel loops: the same bits whatever the number of threads, faults in order, what is refused, what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings

import numpy as np
import pytest

import difflang as dl
from difflang.runtime import threads

N = 4000
X = np.random.default_rng(1).random(N) + 0.1
K = np.random.default_rng(2).integers(0, 50, N)


@pytest.fixture(autouse=True)
def as_before():
    before = dl.get_num_threads()
    yield
    dl.set_num_threads(before)


def weighted(x, w, k):
    y = np.zeros(x.size)
    total = 0.0
    for i in dl.prange(x.size):
        a = np.exp(x[i] * w[k[i]])
        for _ in range(10):
            a = np.sin(a) + x[i]
        y[i] = a
        total += a * a
    return total + np.sum(np.sqrt(y))


def rows(a, b):
    c = np.zeros((a.shape[0], b.shape[1]))
    for i in dl.prange(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(b.shape[0]):
                c[i, j] += a[i, k] * b[k, j]
    return np.sum(c * c)


def extremes(x):
    low, high, product = 1e9, -1e9, 1.0
    for i in dl.prange(x.size - 1, -1, -1):
        low = np.minimum(low, x[i])
        high = np.maximum(high, 2 * x[i])
        product *= 1 + 1e-4 * x[i]
    return low + high + product


def histogram(x, k, bins):
    counts = np.zeros(bins)
    for i in dl.prange(x.size):
        counts[k[i]] += np.exp(np.sin(x[i]) ** 2) ** 0.5
    return counts @ counts


def single(x, k):
    bins = np.zeros(50, dtype=np.float32)
    for i in dl.prange(x.size):
        bins[k[i]] += x[i] * x[i]
    return np.sum(bins)


CASES = [
    (weighted, (X, np.random.default_rng(3).random(50), K), (0, 1)),
    (rows, (np.random.default_rng(4).random((70, 40)), np.random.default_rng(5).random((40, 20))), (0, 1)),
    (extremes, (X,), 0),
    (histogram, (X, K, 50), 0),
    (single, (X.astype(np.float32), K), 0),
]


@pytest.mark.parametrize(("function", "args", "wrt"), CASES, ids=[case[0].__name__ for case in CASES])
def test_the_same_bits_for_any_number_of_threads(function, args, wrt) -> None:
    run, gradient = dl.differentiable(function), dl.grad(function, wrt)
    found = []
    for count in (1, 2, 5):
        dl.set_num_threads(count)
        value, bars = run(*args), gradient(*args)
        found.append(np.concatenate([np.ravel(value), *map(np.ravel, bars if isinstance(bars, tuple) else (bars,))]))
    assert np.array_equal(found[0], found[1]) and np.array_equal(found[0], found[2])
    tolerance = 1e-3 if args[0].dtype == np.float32 else 1e-9
    expected = gradient.python(*args)
    np.testing.assert_allclose(run(*args), function(*args), rtol=tolerance)
    np.testing.assert_allclose(
        np.concatenate([np.ravel(b) for b in (gradient(*args) if isinstance(expected, tuple) else (gradient(*args),))]),
        np.concatenate([np.ravel(b) for b in (expected if isinstance(expected, tuple) else (expected,))]),
        rtol=tolerance,
    )


def shared_loops(function, *args) -> int:
    return dl.inspect(function, *args, stage="llvm").count("call void @dl_parallel(")


def test_the_gradient_is_parallel_too() -> None:
    assert shared_loops(weighted, *CASES[0][1]) == 1
    assert shared_loops(dl.grad(weighted, (0, 1)), *CASES[0][1]) == 2
    assert shared_loops(dl.grad(rows, (0, 1)), *CASES[1][1]) == 2
    assert shared_loops(dl.grad(histogram), X, K, 50) == 2


def test_parallel_shares_out_what_is_independent_without_being_asked() -> None:
    @dl.differentiable(parallel=True)
    def mixed(x):
        y = np.zeros(x.size)
        for i in range(x.size):
            y[i] = np.exp(np.sin(x[i]))
        t = 0.0
        for i in range(x.size):
            t = 0.5 * t + y[i]
        return t

    results = []
    for count in (1, 3):
        dl.set_num_threads(count)
        results.append((mixed(X), dl.grad(mixed)(X)))
    assert results[0][0] == results[1][0] and np.array_equal(results[0][1], results[1][1])
    np.testing.assert_allclose(results[0][0], mixed.python(X))
    np.testing.assert_allclose(results[0][1], dl.grad(mixed).python(X))


def test_the_first_fault_in_order_of_turns_is_raised() -> None:
    @dl.differentiable
    def checked(x, limit):
        y = np.zeros(x.size)
        for i in dl.prange(x.size):
            if x[i] > limit:
                raise ValueError(f"x[{i}] is {x[i]}")
            y[i] = 1 / x[i]
        return y

    for count in (1, 4):
        dl.set_num_threads(count)
        with pytest.raises(ValueError) as native:
            checked(X, 0.9)
        with pytest.raises(ValueError) as plain:
            checked.python(X, 0.9)
        assert str(native.value) == str(plain.value)
    assert np.array_equal(checked(X, 2.0), checked.python(X, 2.0))


def test_indices_out_of_bounds_are_found() -> None:
    @dl.differentiable
    def gathered(x, k):
        total = 0.0
        for i in dl.prange(k.size):
            total += x[k[i]]
        return total

    wrong = K.copy()
    wrong[3000] = N
    with pytest.raises(IndexError, match=f"index {N} is out of bounds"):
        gathered(X, wrong)
    assert gathered(X, K) == pytest.approx(gathered.python(X, K))


def test_negative_indices_run_in_one_part() -> None:
    @dl.differentiable
    def shifted(x, first):
        for i in dl.prange(first, x.size):
            x[i] = 2 * x[i]
        return x

    for first in (-3, 0, 2):
        assert np.array_equal(shifted(X.copy(), first), shifted.python(X.copy(), first))


def test_empty_and_short_ranges() -> None:
    run = dl.differentiable(weighted)
    for n in (0, 1, 2, 65):
        args = (X[:n].copy(), np.ones(50), K[:n].copy())
        assert run(*args) == pytest.approx(run.python(*args))


def refused(function, *args) -> str:
    with pytest.raises(dl.OutsideLanguage) as error:
        dl.differentiable(function)(*args)
    assert error.value.code == "DL047"
    return str(error.value)


def test_dependences_are_refused_at_their_line() -> None:
    def before(x):
        for i in dl.prange(1, x.size):
            x[i] = x[i - 1] + 1
        return x

    def running(x):
        y = np.zeros(x.size)
        s = 0.0
        for i in dl.prange(x.size):
            s += x[i]
            y[i] = s
        return y

    def same_place(x, k):
        y = np.zeros(9)
        for i in dl.prange(x.size):
            y[k[i]] = x[i]
        return y

    def overlapping(x):
        for i in dl.prange(x.size // 4):
            x[4 * i : 4 * i + 5] = 1.0
        return x

    def leaves(x):
        for i in dl.prange(x.size):
            if x[i] > 0.5:
                break
        return i

    def prints(x):
        for i in dl.prange(x.size):
            print(x[i])
        return x

    assert "same place of x" in refused(before, X)
    assert "y[i] = s" in refused(running, X)
    assert "y[k[i]] = x[i]" in refused(same_place, X, K)
    assert "same place of x" in refused(overlapping, X)
    assert "may end it" in refused(leaves, X)
    assert "prints" in refused(prints, X)


def test_range_it_is_in_plain_python() -> None:
    assert list(dl.prange(4)) == [0, 1, 2, 3] and dl.prange(2, 9, 3) == range(2, 9, 3)
    assert "range(x.size)" in dl.source(dl.grad(weighted), *CASES[0][1])


def test_the_number_of_threads() -> None:
    dl.set_num_threads(3)
    assert dl.get_num_threads() == 3
    with pytest.raises(ValueError, match="positive"):
        dl.set_num_threads(0)


def test_a_missing_runtime_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_runtime", lambda: None)
    threads._start.cache_clear()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert threads._start() == 0 and threads._start() == 0
    threads._start.cache_clear()
    assert [str(w.message)[:27] for w in told] == ["no thread runtime was found"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_threads_of_its_own() -> None:
    code = """
import os
import shutil
import numpy as np
import difflang as dl
from tests.codegen.test_parallel import CASES, rows
dl.set_num_threads(2)
run = dl.differentiable(rows)
value = run(*CASES[1][1])
child = os.fork()
if not child:
    os._exit(0 if run(*CASES[1][1]) == value else 1)
raise SystemExit(os.waitpid(child, 0)[1])
"""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    assert subprocess.run([sys.executable, "-c", code], cwd=root, timeout=60, check=False).returncode == 0


def test_explain_says_which_loops_are_parallel() -> None:
    said = str(dl.explain(dl.grad(weighted, (0, 1)), *CASES[0][1]))
    assert "on the way back runs in parallel" in said
    assert "runs in one thread: each turn needs what the one before made of low" in str(dl.explain(dl.grad(extremes), X))


OPENMP = r"""
#include <omp.h>
#include <stdio.h>
#include "shared.h"

int main(void) {
    static double x[4000];
    static int64_t k[4000];
    for (int i = 0; i < 4000; i++) { x[i] = 0.001 * i; k[i] = i % 50; }
    for (int threads = 1; threads <= 3; threads += 2) {
        omp_set_num_threads(threads);
        double value;
        if (shared_histogram(x, 4000, k, 4000, 50, &value)) return 1;
        printf("%.17g\n", value);
    }
    return 0;
}
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc")
@pytest.mark.parametrize("flags", [["-fopenmp"], []])
def test_exported_libraries_use_openmp_where_it_is(tmp_path, flags) -> None:
    dl.export_library("shared", {"histogram": (histogram, (X, K, 50))}, tmp_path)
    text = OPENMP if flags else OPENMP.replace("#include <omp.h>", "").replace("omp_set_num_threads(threads);", "")
    (tmp_path / "main.c").write_text(text)
    command = ["gcc", *flags, "main.c", "-o", "main", "-L.", "-lshared", "-Wl,-rpath,."]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    if made.returncode and flags:
        pytest.skip("gcc has no OpenMP here")
    lines = subprocess.run(["./main"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout.split()
    assert lines[0] == lines[1] == f"{dl.differentiable(histogram)(0.001 * np.arange(4000), np.arange(4000) % 50, 50):.17g}"
