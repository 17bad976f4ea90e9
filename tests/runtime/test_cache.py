"""The disk cache: hits need no compiler, changes miss, broken entries are not used."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from difflang.runtime import cache

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DIFFLANG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_entries(folder):
    assert cache.folder() == folder and cache.find("ab12") is None
    path = cache.store("ab12", b"code", {"x": 1})
    assert path.read_bytes() == b"code" and cache.find("ab12") == (path, {"x": 1})
    path.with_suffix(".json").write_text("{broken")
    assert cache.find("ab12") is None
    cache.store("ab12", b"code", {"x": 1})
    cache.clear()
    assert cache.find("ab12") is None
    assert cache.key("a", "b", "c") == cache.key("a", "b", "c") != cache.key("a", "b", "d")


@pytest.mark.parametrize("suffix", [".so", ".json"])
@pytest.mark.parametrize("damage", ["empty", "half", "{}", "[1]", "other"])
def test_a_damaged_entry_is_none(folder, suffix, damage):
    path = cache.store("ab12", b"code 1", {"x": 1}).with_suffix(suffix)
    whole = path.read_bytes()
    damaged = {"empty": b"", "half": whole[: len(whole) // 2], "other": whole.replace(b"1", b"2")}
    path.write_bytes(damaged.get(damage, damage.encode()))
    assert cache.find("ab12") is None and cache.store("ab12", b"code 1", {"x": 1}) and cache.find("ab12")[1] == {"x": 1}


def test_a_damaged_support_object_is_compiled_again(folder):
    from difflang.codegen import support
    from difflang.codegen.targets.cpu import host

    code = support._object.__wrapped__("blas", host())
    (path,) = folder.glob("support-*")
    for damaged in (b"", path.read_bytes()[:-1]):
        path.write_bytes(damaged)
        support._stored.cache_clear()
        assert support._object.__wrapped__("blas", host()) == code and path.read_bytes().endswith(code)


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("DIFFLANG_CACHE", str(blocked))
    assert cache.store("ab12", b"code", {}) is None and cache.find("ab12") is None


def run(path, folder):
    environment = {**os.environ, "DIFFLANG_CACHE": str(folder), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


PROGRAM = """
import json, sys
import numpy as np
import difflang as dl

SCALE = 2.0
TABLE = np.arange(3.0)

def helper(x):
    return x * SCALE

def make(offset):
    @dl.differentiable
    def f(x, k, mode=None):
        total = offset
        for i in range(x.shape[0]):
            total += helper(x[i]) * TABLE[k]
        return total
    return f

f = make(10.0)
x = np.ones(4)
values = [float(f(x, 1)), float(dl.grad(f)(x, 2)[0]), float(make(20.0)(x, 1))]
SCALE = 3.0
values.append(float(f(x, 1)))
try:
    f(x, 7)
except IndexError as error:
    values.append(str(error))
    values.append(error.__notes__[0].count("TABLE[k]"))
print(json.dumps([values, "libcst" in sys.modules, "llvmlite" in sys.modules]))
"""


def test_a_fresh_process_needs_no_compiler_and_a_changed_callee_misses(tmp_path):
    program, folder = tmp_path / "program.py", tmp_path / "cache"
    program.write_text(textwrap.dedent(PROGRAM))
    values, _, compiled = run(program, folder)
    assert values[:4] == [18.0, 4.0, 28.0, 22.0] and compiled
    assert values[4:] == ["index 7 is out of bounds for axis 0 with size 3", 1]
    entries = sorted(folder.glob("??/*.so"))
    assert run(program, folder) == [values, False, False]
    assert sorted(folder.glob("??/*.so")) == entries
    program.write_text(textwrap.dedent(PROGRAM).replace("x * SCALE", "x + SCALE"))
    changed, _, compiled = run(program, folder)
    assert changed[0] == 22.0 and compiled
