"""Text that no file holds: run by `exec` and kept by a caller, or typed into Python's own prompt."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import difflang as dl
from difflang.errors import OutsideLanguage
from difflang.reading import read, recovered
from difflang.reading.source import find

ROOT = Path(__file__).resolve().parents[2]


def test_executed_text_that_a_variable_of_the_caller_holds() -> None:
    text = "import math\n\ndef f(x):\n    y = x * 11.5\n    return math.sin(y)\n\ng = lambda x: x * 3.25\n"
    space: dict[str, Any] = {}
    exec(text, space)
    assert find(space["f"]).lines == ("def f(x):", "    y = x * 11.5", "    return math.sin(y)")
    assert dl.grad(space["g"])(2.0) == 3.25


def test_executed_text_that_is_a_constant_of_the_caller() -> None:
    space: dict[str, Any] = {}
    exec("def f(x):\n    return x * 12.5\n", space)
    assert dl.grad(space["f"])(1.0) == 12.5
    assert dl.grad(eval("lambda x: x * 13.5"))(1.0) == 13.5


def test_decorated_text_is_kept_where_the_string_is_gone_later() -> None:
    def made(factor: str) -> Any:
        text = f"def f(x):\n    return x * {factor}\n"
        space: dict[str, Any] = {}
        exec(text, space)
        return dl.differentiable(space["f"])

    assert dl.grad(made("14.5"))(1.0) == 14.5


def test_a_text_that_says_something_else_is_not_taken() -> None:
    text = "\n".join(["def f(x):", "    return x * 15.5"])
    space: dict[str, Any] = {}
    exec(text, space)
    text = text.replace("15.5", "16.5")
    with pytest.raises(OutsideLanguage) as caught:
        read(space["f"])
    assert caught.value.code == "DL002"


TYPED = """def f(x):
    for i in range(2):
        x = x * 1.5
        x = x * 1.5
        x = x * 1.5
    return x

"""


def test_lines_that_the_editor_left_out_are_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """GNU readline's history has no empty lines, and no line that repeats the one before."""
    space: dict[str, Any] = {}
    exec(compile(TYPED, "<stdin>", "single"), space)
    older = ["import difflang", "def f(x):", "    return x"]
    history = [*older, "def f(x):", "    for i in range(2):", "        x = x * 1.5", "    return x", "f(1)"]
    monkeypatch.setattr(recovered, "_history", lambda: history)
    assert find(space["f"]).lines == tuple(TYPED.strip().splitlines())


def test_history_that_is_of_another_function_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def f(x):\n    return x * 17.5\n"
    code = compile(text, "<stdin>", "single")
    space: dict[str, Any] = {}
    exec(code, space)
    monkeypatch.setattr(recovered, "_history", lambda: ["def f(x):", "    return x * 18.5"])
    monkeypatch.setattr(recovered, "_strings_in_reach", lambda frame: iter(()))
    with pytest.raises(OutsideLanguage) as caught:
        read(space["f"])
    assert caught.value.code == "DL002"


SESSION = [
    "import difflang as dl",
    "def cube(x):",
    "    y = x * x",
    "    return y * x",
    "",
    "@dl.differentiable",
    "def grown(x, n):",
    "    for i in range(n):",
    "        x = x * 2.0",
    "        x = x * 2.0",
    "    return x",
    "",
    "print('first', dl.grad(cube)(2.0), grown(1.0, 3))",
    "def cube(x):",
    "    return 2.0 * x * x * x",
    "",
    "print('second', dl.grad(cube)(2.0), dl.grad(lambda u: u * cube(u))(1.0))",
    "exit()",
]


def test_a_session_at_pythons_own_prompt(tmp_path: Path) -> None:
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - another process
        os.environ.update(PYTHONPATH=str(ROOT), HOME=str(tmp_path), TERM="dumb", DIFFLANG_CACHE=str(tmp_path))
        os.execv(sys.executable, [sys.executable, "-q", "-i"])
    shown = _prompted(terminal, b"")
    for line in SESSION:
        os.write(terminal, line.encode() + b"\n")
        shown += _prompted(terminal, line.encode())
    os.close(terminal)
    os.waitpid(child, 0)
    assert "\nfirst 12.0 64.0" in shown.replace("\r", "") and "\nsecond 24.0 8.0" in shown.replace("\r", ""), shown


def _prompted(terminal: int, line: bytes) -> str:
    """What the terminal shows until it asks for the next line."""
    shown, end = b"", time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([terminal], [], [], 1.0)[0]:
            try:
                shown += os.read(terminal, 4096)
            except OSError:  # the other side is gone
                break
            if shown.endswith((b">>> ", b"... ")) and line in shown:
                break
    return shown.decode()
