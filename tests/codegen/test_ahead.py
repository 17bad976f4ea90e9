"""Nests compiled while their module is still being written: which, and the same bits."""

from __future__ import annotations

import sys
import threading

import numpy as np
import pytest

from difflang.codegen import ahead, api, optimize, pieces, shared, unlocked
from difflang.codegen.ahead import Ahead
from difflang.codegen.api import module_text
from difflang.codegen.targets.cpu import host
from difflang.types import Array
from tests.codegen.harness import Native, agree, program

PLAIN, WHOLE = Array("f64", ("n",)), Array("i64", ("n",))


def chain(x, y):
    a = np.sin(x) * y + 2.0
    b = np.cumsum(a) / (1.0 + x * x)
    return a * b, np.sqrt(np.abs(b - y)), np.maximum(a, b)


def picked(x, k):
    return np.sin(x)[k] * 2.0


def written(function, *types, target=None):
    """The module's text, and what has been taken from it."""
    begun = Ahead(target or host())
    text, _, _ = module_text(program(function, types), types, host(), ahead=begun)
    begun.send()
    return text, begun


@pytest.fixture
def eager(monkeypatch):
    """Each nest is sent at once, each of those that are left has a piece of its own."""
    for module in (ahead, pieces):
        monkeypatch.setattr(module, "BUNDLE", 1)


def test_a_small_module_is_compiled_whole():
    text, begun = written(chain, PLAIN, PLAIN)
    assert not begun.declared and "define internal fastcc void @dl_nest.0" in text and begun.calls.finish() == []


def test_what_is_taken_is_declared(eager):
    text, begun = written(chain, PLAIN, PLAIN)
    assert begun.declared and len(begun.calls.finish()) == len(begun.declared)
    for name, declaration in begun.declared.items():
        assert declaration in text and f"@{name}(" in declaration and "define" not in declaration
        assert f"define internal fastcc void @{name}(" not in text
    assert "define internal fastcc" in text  # a running sum is for LLVM's passes


def test_the_same_bits(eager, monkeypatch):
    whole = Native(program(chain, (PLAIN, PLAIN)))
    objects = []
    link = shared.link

    def linked(code, target, **options):
        objects.append(len(code))
        return link(code, target, **options)

    monkeypatch.setattr(api.shared, "link", linked)
    import difflang as dl

    native = dl.differentiable(chain)
    for n in (0, 1, 7, 8, 9, 37):
        x, y = np.linspace(-1.0, 2.0, n), np.cos(np.arange(n))
        for one, other in zip(whole(x, y), native(x, y), strict=True):
            np.testing.assert_array_equal(one, other)
    assert max(objects) > 3


def test_a_nest_that_may_fail_is_taken_too(eager):
    _, begun = written(picked, PLAIN, WHOLE)
    assert any("fastcc i1" in declaration for declaration in begun.declared.values())
    agree(picked, np.arange(9.0), np.array([0, -1, 8, 3]))
    agree(picked, np.arange(9.0), np.array([0, 9]))


def test_long_calls_come_first(monkeypatch):
    monkeypatch.setattr(unlocked, "processors", lambda: 1)
    calls, order = unlocked.Calls(), []
    for name, long in (("short", False), ("long", True), ("last", False)):
        calls.add(lambda name=name: order.append(name) or name, long)
    assert calls.finish() == ["short", "long", "last"] and order == ["long", "short", "last"]


def test_threads_hand_over_sooner_while_compilers_run():
    before = sys.getswitchinterval()
    with pytest.raises(ZeroDivisionError), unlocked.prompt:
        with unlocked.prompt:
            assert sys.getswitchinterval() <= 1e-4
        assert sys.getswitchinterval() <= 1e-4
        1 // 0  # noqa: B018
    assert sys.getswitchinterval() == before


def test_an_error_of_llvm_is_raised(eager, monkeypatch):
    def refused(*_):
        raise RuntimeError(f"no object code on {threading.current_thread().name}")

    monkeypatch.setattr(optimize, "object_code", refused)
    _, begun = written(chain, PLAIN, PLAIN)
    with pytest.raises(RuntimeError, match="no object code"):
        begun.calls.finish()
