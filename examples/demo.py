"""The demonstration: two networks on handwritten digits, from plain Python to a C program.

For each network: its source beside its written gradient, training by one native function, accuracy on digits held back, native time
beside NumPy's, a shared library, and a C program that reads digits with it. Run it with `make demo`.
"""

from __future__ import annotations

import inspect
import itertools
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import convolution
import digits
import numpy as np
import perceptron
from picture import draw

import difflang as dl

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "demo"
WANTED = {"perceptron": 0.97, "convolution": 0.98}


def main() -> int:
    began = time.perf_counter()
    data = digits.load()
    print(f"{len(data.images)} digits to train on, {len(data.held_images)} held back\n")
    show_gradient(perceptron, data)
    trained = {}
    for model in (perceptron, convolution):
        trained[model.NAME] = digits.fit(model, data)
        report(model, trained[model.NAME], data)
    BUILD.mkdir(parents=True, exist_ok=True)
    read_in_c(trained, data)
    picture = draw(trained, data, BUILD / "demo.png")
    print(f"\npicture: {picture}")
    print(f"the whole demonstration took {time.perf_counter() - began:.0f} s")
    short = [name for name, result in trained.items() if result.accuracy < WANTED[name]]
    for name in short:
        print(f"FAILED: the {name} reads {trained[name].accuracy:.1%}, it should read {WANTED[name]:.0%}", file=sys.stderr)
    return 1 if short else 0


def example(model: Any, data: digits.Digits) -> tuple[Any, ...]:
    """Arguments of a training step."""
    start = model.start(0)
    return start, digits.zeros(start), digits.zeros(start), data.images[: digits.BATCH], data.labels[: digits.BATCH], 0.001, 1


def show_gradient(model: Any, data: digits.Digits) -> None:
    """What was written by hand beside what was derived from it."""
    parameters, _, _, images, labels, _, _ = example(model, data)
    left = inspect.getsource(model.scores) + "\n\n" + inspect.getsource(model.loss)
    right = dl.source(dl.grad(model.loss, argnums=tuple(range(len(parameters)))), *parameters, images, labels)
    side_by_side(f"the {model.NAME}, as written", left, "its gradient, as written by difflang", right)


def side_by_side(title: str, left: str, other_title: str, right: str) -> None:
    width = max(len(line) for line in [title, *left.splitlines()]) + 2
    lines = itertools.zip_longest([title, "-" * len(title), *left.splitlines()], [other_title, "-" * len(other_title), *right.splitlines()])
    for one, other in lines:
        print(f"{one or '':{width}}| {other or ''}".rstrip())
    print()


def report(model: Any, result: digits.Trained, data: digits.Digits) -> None:
    count = len(data.held_labels)
    print(f"{model.NAME}: {result.accuracy:.2%} of {count} held-back digits read right ({len(result.misread)} misread)")
    native, numpy = native_and_numpy(model, data)
    print(
        f"  one training step of {digits.BATCH} images: {native * 1e3:.3f} ms native, {numpy * 1e3:.3f} ms the same text on NumPy", end=""
    )
    print(f" ({numpy / native:.1f} times)\n")


def native_and_numpy(model: Any, data: digits.Digits) -> tuple[float, float]:
    """Seconds of a training step compiled, and of the same step with the written gradient run by Python and NumPy: best of several."""
    arguments = example(model, data)
    parameters, _, _, images, labels, _, _ = arguments
    gradient = dl.value_and_grad(model.loss, argnums=tuple(range(len(parameters))))
    namespace: dict[str, Any] = {}
    exec(dl.source(gradient, *parameters, images, labels), namespace)
    written = namespace[gradient.__name__]

    def step(parameters: Any, means: Any, squares: Any, images: Any, labels: Any, rate: float, step: int) -> Any:
        value, gradients = written(*parameters, images, labels)
        for parameter, gradient, mean, square in zip(parameters, gradients, means, squares):
            model.adam(parameter, gradient, mean, square, rate, step)
        return value

    return seconds(model.train, *arguments), seconds(step, *arguments)


def seconds(function: Any, *arguments: Any) -> float:
    function(*arguments)
    spent = []
    for _ in range(7):
        began = time.perf_counter()
        function(*arguments)
        spent.append(time.perf_counter() - began)
    return min(spent)


def reader(model: Any, parameters: Any) -> Any:
    """The trained network as a function of images alone: what it captures goes into the library."""

    def read(images: Any) -> Any:
        return np.argmax(model.scores(*parameters, images), axis=1)

    return read


def read_in_c(trained: dict[str, digits.Trained], data: digits.Digits) -> None:
    """Export both trained networks, compile `classify.c` against the library, and let it read the digits held back."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise SystemExit("the demonstration needs a C compiler (cc, gcc or clang) for examples/classify.c")
    models = {"read_" + model.NAME: reader(model, trained[model.NAME].parameters) for model in (perceptron, convolution)}
    dl.export_library("digits", {name: (read, (data.held_images,)) for name, read in models.items()}, directory=BUILD)
    data.held_images.tofile(BUILD / "images.f64")
    data.held_labels.astype(np.int64).tofile(BUILD / "labels.i64")
    program = BUILD / "classify"
    flags = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-O1", f"-I{BUILD}", f"-L{BUILD}", f"-Wl,-rpath,{BUILD}"]
    subprocess.run([compiler, *flags, str(HERE / "classify.c"), "-o", str(program), "-ldigits", "-lm"], check=True)
    print(f"{program.relative_to(HERE.parent)}: a C program that has never heard of Python, linked with libdigits", flush=True)
    subprocess.run([str(program), str(len(data.held_labels)), BUILD / "images.f64", BUILD / "labels.i64"], check=True)


if __name__ == "__main__":
    sys.exit(main())
