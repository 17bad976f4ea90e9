"""Calls in memory of the caller's: exported functions with a workspace, and results written into arrays that are there."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest

import difflang as dl

from tests.codegen.test_footprint import TEN, X

PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "work.h"

extern void *__libc_malloc(size_t);
extern void *__libc_memalign(size_t, size_t);
static int calls;
void *malloc(size_t n) { calls++; return __libc_malloc(n); }
void *aligned_alloc(size_t a, size_t n) { calls++; return __libc_memalign(a, n); }

int main(void) {
    static double u[500], bar[500];
    for (int k = 0; k < 500; k++) u[k] = 0.01 * k;
    int64_t bytes = work_heat_workspace_bytes(500, 20);
    void *room = malloc(bytes);
    memset(room, 0x5a, bytes);
    work_f64_1 result = { bar, { 500 } };
    printf("%d\n", work_heat_in(u, 500, 20, &result, room, 100));
    calls = 0;
    int code = 0;
    for (int k = 0; k < 5; k++) code |= work_heat_in(u, 500, 20, &result, room, bytes);
    printf("%d %d %d\n", code, calls, result.data == bar);
    printf("%.17g %.17g\n", bar[0], bar[250]);
    return 0;
}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    functions = {function.__name__: (dl.grad(function), args) for function, args, _ in TEN}
    functions["summed"] = (lambda x: (np.cumsum(x), np.sum(x)), (X(5),))
    functions["halved"] = (halved, (9.0,))
    return folder, dl.load_library(dl.export_library("work", functions, folder))


def halved(x):
    rows = []
    while x > 1:
        rows.append(x)
        x = x / 2
    return rows[0] * x


@pytest.mark.parametrize(("function", "args", "count"), TEN, ids=[item[0].__name__ for item in TEN])
def test_a_workspace_of_the_stated_size_is_enough(library, function, args, count) -> None:
    exported = getattr(library[1], function.__name__)
    need = exported.workspace_bytes(*args)
    assert need <= (8 if function.__name__ == "pairs" else 2.5) * count
    room = np.full(need, 255, dtype=np.uint8)
    expected = exported(*args)
    out = np.empty_like(expected)
    for _ in range(2):
        assert exported.into(out, *args, workspace=room) is out
        assert np.array_equal(out, expected)
    with pytest.raises(MemoryError):
        exported.into(out, *args, workspace=room[: count // 4])


def test_results_of_several_kinds(library) -> None:
    x, out = X(5), np.empty(5)
    array, number = library[1].summed.into(out, x)
    assert array is out and np.array_equal(out, np.cumsum(x)) and number == np.sum(x)
    with pytest.raises(TypeError, match="writeable C-ordered"):
        library[1].summed.into(np.empty((5, 1)), x)
    with pytest.raises(ValueError, match="another shape"):
        library[1].summed.into(np.empty(4), x)


def test_what_is_not_known_beforehand_has_no_workspace(library) -> None:
    folder, loaded = library
    assert "work_halved_in" not in (folder / "work.h").read_text()
    with pytest.raises(TypeError, match="not known before it runs"):
        loaded.halved.workspace_bytes(9.0)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_nothing_is_allocated_inside(library) -> None:
    folder, loaded = library
    (folder / "main.c").write_text(PROGRAM)
    command = ["cc", "-std=gnu11", "-Wall", "-Werror", "main.c", "-o", "main", "-L.", "-lwork", "-Wl,-rpath,."]
    subprocess.run(command, cwd=folder, check=True)
    lines = subprocess.run(["./main"], cwd=folder, check=True, capture_output=True, text=True).stdout.splitlines()
    assert lines[0] == "1" and lines[1] == "0 0 1"
    bar = loaded.heat(0.01 * np.arange(500), 20)
    assert [float(word) for word in lines[2].split()] == [bar[0], bar[250]]


def test_results_go_into_arrays_that_are_there() -> None:
    @dl.differentiable
    def waves(x, factor=2.0):
        return factor * np.sin(x)

    x, out = X(6), np.zeros(6)
    assert waves.into(out, x) is out
    assert np.array_equal(out, waves(x))
    waves.into(out, x, factor=3.0)
    assert np.array_equal(out, waves(x, 3.0))
    with pytest.raises(ValueError, match="could not broadcast"):
        waves.into(np.zeros(5), x)
    with pytest.raises(dl.TypeMismatch, match="results go into arrays"):
        waves.into(1.0, x)


def test_gradients_go_into_arrays_too() -> None:
    def dot(a, b):
        return np.sum(a * b)

    a, b, out = X(4), X(4), (np.empty(4), np.empty(4))
    found = dl.grad(dot, (0, 1)).into(out, a, b)
    assert found[0] is out[0] and np.array_equal(out[0], b) and np.array_equal(out[1], a)
    number, bar = dl.value_and_grad(dot).into((None, out[0]), a, b)
    assert number == pytest.approx(a @ b) and bar is out[0]
    assert np.array_equal(dl.grad(lambda x: np.sum(x**2)).into(out[0], a), 2 * a)
