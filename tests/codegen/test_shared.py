"""Linking."""

from __future__ import annotations

import shutil

import pytest

from difflang.codegen import optimize, shared
from difflang.codegen.targets.cpu import host
from difflang.errors import NotAvailable

TEXT = "define i32 @answer() {\n  ret i32 42\n}\n"


def test_a_shared_object():
    assert shared.link(optimize.to_object(TEXT, host()), host())[:4] == b"\x7fELF"


def test_without_a_linker_it_says_so(monkeypatch):
    code = optimize.to_object(TEXT, host())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(NotAvailable, match="no linker"):
        shared.link(code, host())


def test_what_is_not_an_object_is_refused_with_the_linkers_words():
    with pytest.raises(NotAvailable, match="the linker failed"):
        shared.link(b"nothing", host())
