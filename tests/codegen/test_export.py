"""Exported libraries: a C program of the strictest kind gets Python's numbers; the loader gives back what Python gave."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import difflang as dl
from difflang.codegen.export.header import constant

WEIGHTS = np.array([[0.5, -1.0], [0.25, 2.0], [1.5, 0.0]])
BIAS = 0.125


def predict(x):
    """Two numbers for three. */ not the end of the comment"""
    return np.tanh(x @ WEIGHTS + BIAS)


def loss(x, y):
    return np.sum((predict(x) - y) ** 2)


def pick(values, i: int, flag: bool):
    if flag:
        return values[i] * 2
    return values[i]


def scale(a, pair, k):
    first, second = pair
    for i in range(a.shape[0]):
        a[i] = a[i] * first + second[i]
    return a, k + 1, a[0] > 1.0


def transposed(x):
    return x.T, x


def checked(n: int):
    assert n > 0, "n must be positive: 100%"
    return n * n


FUNCTIONS = {
    "predict": (predict, "f64[:]"),
    "loss": (loss, "f64[:], f64[:]"),
    "loss_grad": (dl.grad(loss, (0, 1)), "f64[:], f64[:]"),
    "pick": (pick, "i32[:], int, bool"),
    "scale": (scale, (np.ones(3), (2.0, np.ones(3)), 5)),
    "transposed": (transposed, "f32[:, :]"),
    "checked": (checked, "int"),
}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    return dl.export_library("model", FUNCTIONS, tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def library(manifest):
    return dl.load_library(manifest)


def test_the_loader_gives_what_python_gives(library):
    x, y = np.array([0.1, 0.2, 0.3]), np.array([0.5, -0.5])
    assert np.allclose(library.predict(x), predict(x), rtol=1e-14)
    assert library.loss(x, y) == pytest.approx(loss(x, y), rel=1e-14)
    for one, other in zip(library.loss_grad(x, y=y), dl.grad(loss, (0, 1))(x, y), strict=True):
        assert np.allclose(one, other, rtol=1e-13)
    values = np.array([1, 2, 3], np.int32)
    assert library.pick(values, -1, True) == 6 and type(library.pick(values, 0, False)) is np.int32
    a = np.ones(3)
    result = library.scale(a, (2.0, np.array([1.0, 2.0, 3.0])), 5)
    assert result[0] is a and (a == [3, 4, 5]).all() and result[1:] == (6, True) and type(result[1]) is int
    matrix = np.arange(6, dtype=np.float32).reshape(2, 3)
    first, second = library.transposed(matrix)
    assert (first == matrix.T).all() and first.flags.owndata | (first.base is not None)
    assert second is matrix or (second == matrix).all()
    assert library.transposed(np.zeros((0, 3), np.float32))[0].shape == (3, 0)


def test_errors_have_their_types_and_places(library):
    with pytest.raises(IndexError, match=r"index 7 is out of bounds for axis 0 with size 3 \(test_export.py:\d+\)"):
        library.pick(np.zeros(3, np.int32), 7, True)
    with pytest.raises(AssertionError, match="n must be positive: 100%"):
        library.checked(0)
    assert library.checked(3) == 9
    with pytest.raises(ValueError):
        library.predict(np.zeros(5))
    for args, kwargs in (((), {}), ((1, 2), {}), ((np.zeros((2, 2)),), {}), ((), {"z": 1})):
        with pytest.raises(TypeError):
            library.predict(*args, **kwargs)
    with pytest.raises(TypeError, match="written"):
        library.scale([1.0], (1.0, np.ones(1)), 1)
    with pytest.raises(AttributeError, match="predict"):
        _ = library.nothing


def test_the_loader_needs_neither_compiler_nor_reader(manifest):
    script = (
        "import sys, numpy as np; import difflang as dl; lib = dl.load_library(sys.argv[1]); print(lib.checked(4), "
        "[m for m in ('libcst', 'llvmlite') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(manifest)], capture_output=True, text=True)
    assert done.stdout.split("\n")[0] == "16 []", done.stderr


def test_nothing_of_python_is_linked(manifest):
    described = json.loads(manifest.read_text())
    symbols = subprocess.run(["nm", "-D", str(manifest.parent / described["library"])], capture_output=True, text=True).stdout
    assert "model_loss_grad" in symbols and "Py" not in symbols and "poll" not in symbols


PROGRAM = r"""
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "model.h"

static int fail(const char *what) {
    printf("%s: %s\n", what, model_last_error());
    return 1;
}

int main(void) {
    double x[3] = {0.1, 0.2, 0.3}, y[2] = {0.5, -0.5}, second[2] = {1.0, 2.0}, a[2] = {1.0, 1.0};
    double value, own[3];
    int32_t numbers[3] = {1, 2, 3}, number;
    int64_t next;
    bool more;
    model_f64_1 gx = {NULL, {0}}, gy = {NULL, {0}};
    if (model_loss(x, 3, y, 2, &value) != MODEL_OK) return fail("loss");
    printf("%.17g\n", value);
    gx.data = own;
    gx.dims[0] = 4;
    if (model_loss_grad(x, 3, y, 2, &gx, &gy) != MODEL_VALUE_ERROR || gx.dims[0] != 3 || gy.data != NULL) return fail("wrong shape");
    if (model_loss_grad(x, 3, y, 2, &gx, &gy) != MODEL_OK || gx.data != own || gy.data == NULL) return fail("gradient");
    printf("%.17g %.17g %.17g %.17g %.17g\n", own[0], own[1], own[2], gy.data[0], gy.data[1]);
    model_free(gy.data);
    if (model_pick(numbers, 3, 1, true, &number) != MODEL_OK || number != 4) return fail("pick");
    if (model_pick(numbers, 3, 9, true, &number) != MODEL_INDEX_ERROR) return fail("index");
    if (strstr(model_last_error(), "index 9") == NULL) return fail("message");
    if (model_scale(a, 2, 3.0, second, 2, 7, &next, &more) != MODEL_OK || a[1] != 5.0 || next != 8 || !more) return fail("scale");
    if (model_checked(0, &next) != MODEL_ASSERTION_ERROR) return fail("checked");
    return 0;
}
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
@pytest.mark.parametrize("standard", ["-std=c99", "-std=c11"])
def test_a_c_program_gets_the_same_numbers(manifest, tmp_path, standard):
    source, program = tmp_path / "main.c", tmp_path / "main"
    source.write_text(PROGRAM)
    folder = manifest.parent
    flags = [standard, "-Wall", "-Wextra", "-pedantic", "-Werror", "-I", str(folder)]
    command = ["cc", *flags, str(source), "-o", str(program), "-L", str(folder), "-lmodel", "-lm", f"-Wl,-rpath,{folder}"]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    done = subprocess.run([str(program)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    numbers = [float(word) for word in done.stdout.split()]
    x, y = np.array([0.1, 0.2, 0.3]), np.array([0.5, -0.5])
    gx, gy = dl.grad(loss, (0, 1))(x, y)
    assert np.allclose(numbers, [loss(x, y), *gx, *gy], rtol=1e-13)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_the_header_is_cplusplus_too(manifest, tmp_path):
    if shutil.which("c++") is None:
        pytest.skip("no C++ compiler")
    source = tmp_path / "main.cpp"
    source.write_text('#include "model.h"\n#include "model.h"\nint main() { return model_last_error() == nullptr; }\n')
    command = ["c++", "-Wall", "-Werror", "-fsyntax-only", "-I", str(manifest.parent), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_c_cannot_say_is_refused(tmp_path):
    with pytest.raises(dl.TypeMismatch, match="DL034"):
        dl.export_library("not a name", {"checked": (checked, "int")}, tmp_path)
    with pytest.raises(dl.NotAvailable, match="DL015"):
        dl.export_library("m", {"checked": (checked, "int")}, tmp_path, target="sparc-unknown-linux")
    assert constant("model", "ZeroDivisionError") == "MODEL_ZERO_DIVISION_ERROR"


def test_names_that_c_keeps_for_itself(tmp_path):
    space = {"np": np}
    from difflang.reading import register_source

    text = "def f(int, double):\n    return int * double\n"
    register_source("<keywords>", text)
    exec(compile(text, "<keywords>", "exec"), space)
    manifest = dl.export_library("k", {"f": (space["f"], "float, float")}, tmp_path)
    assert "double int_, double double_" in Path(manifest.parent / "k.h").read_text()
    assert dl.load_library(manifest).f(2.0, double=3.0) == 6.0
