"""PTX: every kernel of the list is assembled by ptxas; what the text promises of itself; what is refused."""

from __future__ import annotations

import importlib.metadata
import math
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.gpu.kernels import CASES, Case, arithmetic, elementary, weighted

import difflang as dl
from difflang.codegen.targets import ptx as target


def _installed() -> bool:
    try:
        importlib.metadata.version(target.WHEEL)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


needs_wheel = pytest.mark.skipif(not _installed(), reason=f"{target.WHEEL} is not installed: PTX is not assembled")


def assemble(text: str, arch: str, folder: Path) -> str:
    """Assemble with the wheel's ptxas; its messages."""
    tool = target.tool("bin/ptxas")
    assert tool is not None, "the wheel is installed and holds no ptxas"
    source = folder / "kernel.ptx"
    source.write_text(text)
    command = [str(tool), f"-arch={arch}", "-v", "-o", str(folder / "kernel.cubin"), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{text}"
    return done.stderr


@needs_wheel
@pytest.mark.parametrize("arch", ["sm_80", "sm_90"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_assembles(case: Case, arch: str, tmp_path: Path) -> None:
    text = dl.ptx(case.function, case.spec, arch=arch)
    said = assemble(text, arch, tmp_path)
    for entry in text.entries:
        assert f".visible .entry {entry}(" in text
        assert f"'{entry}' for '{arch}'" in said
    assert f".target {arch}" in text
    assert ".extern" not in text  # nothing is left to be linked


def factorial(x):
    return math.lgamma(x + 1)


def test_arithmetic_needs_no_libdevice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(target, "tool", lambda path: None)
    text = dl.ptx(arithmetic, "f64, f64")
    assert "ld.global" in text and ".rn.f64" in text
    assert "fma" not in text  # a product and a sum keep both of their roundings
    text = dl.ptx(elementary, "f64")  # our own functions are in the text, with the fused products that they are made of
    assert "fma.rn.f64" in text and ".extern" not in text
    with pytest.raises(dl.NotAvailable, match=target.WHEEL) as caught:
        dl.ptx(factorial, "f64")
    assert caught.value.code == "DL015"


def test_cuda_home_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def absent(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", absent)
    monkeypatch.setenv("CUDA_HOME", str(tmp_path))
    assert target.tool("nvvm/libdevice/libdevice.10.bc") is None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ptxas").touch()
    assert target.tool("bin/ptxas") == tmp_path / "bin" / "ptxas"


def test_says_how_it_is_launched() -> None:
    def twice(x, y):
        return x + y, x * y

    text = dl.ptx(twice, "f64, f32")
    assert isinstance(text, str) and text.entry == "twice" and text.arch == "sm_90"
    assert [(p.name, p.type, p.role) for p in text.parameters] == [
        ("n", "i64", "count"), ("a0", "ptr", "argument"), ("a1", "ptr", "argument"),
        ("r0", "ptr", "result"), ("r1", "ptr", "result"), ("status", "ptr", "status"),
    ]  # fmt: skip
    assert text.launch(1000) == ({"entry": "twice", "grid": (4, 1, 1), "block": (256, 1, 1)},)
    assert text.launch(10**9)[0]["grid"] == (1024, 1, 1)
    said = json.loads(json.dumps(text.signature))
    assert said["parameters"][1] == {"name": "a0", "type": "pointer", "role": "argument", "argument": "x", "dtype": "f64"}


@needs_wheel
def test_reductions_are_launched_twice() -> None:
    text = dl.ptx(weighted, "f64[:], f64[:]")
    assert [row["grid"][0] for row in text.launch(10_000)] == [40, 1]
    assert "bar.sync" in text or "barrier.sync" in text
    assert "atom" not in text.replace("atom.relaxed", "").replace("atom.global.cas", "").replace("atom.cas", "")
    assert text.signature["work_bytes"] == 8 * (2 + 1024)


def test_example_arguments_and_stage() -> None:
    def plus(x, y):
        return x + y

    x = np.ones(4)
    assert dl.ptx(plus, (x, x)).entry == "plus"
    assert ".visible .entry plus(" in dl.inspect(plus, dl.spec("f64, f64"), stage="ptx")


def test_types_are_needed() -> None:
    with pytest.raises(dl.TypeMismatch, match="type of x is not known"):
        dl.inspect(arithmetic, stage="ptx")


def test_refuses_other_architectures() -> None:
    with pytest.raises(dl.TypeMismatch, match="architecture"):
        dl.ptx(arithmetic, "f64, f64", arch="gfx90a")
