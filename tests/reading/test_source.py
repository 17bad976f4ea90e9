"""Finding the text of a function wherever it lives."""

from __future__ import annotations

import functools
import importlib.util
import linecache
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from difflang.errors import OutsideLanguage
from difflang.reading import read, register_source
from difflang.reading.source import Source, find
from tests.reading.run import run


def load(path: Path, text: str) -> Any:
    """A module of this text in a file."""
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


FILE = '''\
import functools


def keep(function):
    return function


def wrapped(function):
    @functools.wraps(function)
    def inner(x):
        return 2 * function(x)

    return inner


@keep
@keep
def decorated(x):
    # a comment
    y = """several
lines at column 0
"""
    return x + 1  # trailing


class Model:
    scale = 3

    def method(self, x):
        return (
            x
* 2
        )

    @staticmethod
    def static(x):
        if x:

            return x
    # a comment below, not indented as deep

        return -x

    inner = lambda self, x: x ** 2

def outer(k):
    def nested(x):
        return x + k
    return nested, lambda x: x * k

pair = (lambda x: x + 1, lambda x: (x
    - 1), lambda f=lambda x: x: f(2))
é = "é"; after_é = lambda x: x + (1 if é else 2)
def one_line(x): return x * 5
@wrapped
def doubled(x):
    return x
last = lambda x: [x, x][0]
'''


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load(tmp_path_factory.mktemp("source") / "texts.py", FILE)


def source_of(function: Callable[..., Any]) -> Source:
    return find(function)  # type: ignore[arg-type]


def test_decorated_function(module: Any) -> None:
    source = source_of(module.decorated)
    assert (source.file, source.first_line, source.lines[0], source.lines[-1]) == (
        module.__file__,
        16,
        "@keep",
        "    return x + 1  # trailing",
    )
    function = read(module.decorated)
    assert run(function, 1) == 2 and function.place is not None and function.place.line == 18
    assert function.origin is not None
    assert dict(function.origin.comments) == {19: "# a comment", 23: "# trailing"}
    assert function.origin.line(23) == "    return x + 1  # trailing"


def test_methods_keep_lines_and_columns(module: Any) -> None:
    function = read(module.Model.method)
    (node,) = function.body.nodes
    assert node.place is not None and (node.place.line, node.place.column, node.place.end_line) == (31, 12, 32)
    assert run(function, None, 4) == 8
    assert run(read(module.Model().method), None, 4) == 8
    assert run(read(module.Model.static), 0) == 0 and source_of(module.Model.static).lines[-1] == "        return -x"
    assert run(read(module.Model.inner), None, 3) == 9


def test_nested_functions_and_lambdas(module: Any) -> None:
    nested, by = module.outer(7)
    assert run(read(nested), 1) == 8 and run(read(by), 2) == 14
    assert [run(read(f), 5) for f in module.pair[:2]] == [6, 4]
    function = read(module.after_é)
    assert function.name == "after_é" and run(function, 1) == 2
    assert function.body.nodes[-1].place is not None and function.body.nodes[-1].place.column == FILE.splitlines()[52].index("x + (1")
    assert run(read(module.one_line), 2) == 10 and read(module.last).name == "last"


def test_lambdas_on_one_line_are_told_apart(module: Any) -> None:
    texts = [source_of(f).text for f in module.pair]
    assert "x + 1" in texts[0] and "- 1" in texts[1] and texts[2].count("lambda") == 2
    inner = module.pair[2].__defaults__[0]
    assert source_of(inner).text.strip("()\n ") == "lambda x: x"


def test_a_wrapper_that_is_a_function_is_read_itself(module: Any) -> None:
    function = read(module.doubled)
    assert function.name == "doubled" or function.name == "inner"
    assert run(function, 4) == 8


def test_a_wrapper_that_is_none_is_looked_through(module: Any) -> None:
    assert run(read(functools.lru_cache(module.one_line)), 3) == 15


@pytest.mark.parametrize("thing", [len, int, functools.partial(len, ()), 3])
def test_what_has_no_text(thing: Any) -> None:
    with pytest.raises(OutsideLanguage) as caught:
        read(thing)
    assert caught.value.code == "DL002" and caught.value.way_out


def test_exec_without_text_is_refused_and_with_it_read() -> None:
    parts = ["", "", "def f(x):", "    return x + 1.25", ""]
    space: dict[str, Any] = {}
    exec("\n".join(parts), space)  # nobody keeps the text
    linecache.cache.pop("<string>", None)
    with pytest.raises(OutsideLanguage) as caught:
        read(space["f"])
    assert (caught.value.code, caught.value.line) == ("DL002", 3) and "register_source" in caught.value.way_out
    register_source(space["f"], "\n".join(parts))
    function = read(space["f"])
    assert run(function, 1) == 2.25 and function.place is not None and function.place.line == 3


def test_text_registered_by_code_reaches_its_inner_functions() -> None:
    text = "def make(k):\n    def f(x):\n        return x * k\n    return f\n"
    code = compile(text, "<made>", "exec")
    register_source(code, text)
    space: dict[str, Any] = {}
    exec(code, space)
    assert run(read(space["make"](4)), 2) == 8


def test_a_notebooks_cell() -> None:
    """IPython enters each cell into linecache under a name of a file that does not exist."""
    text = "def f(x):\n    return x - 1\n"
    for name in ("/tmp/ipykernel_1/1234.py", "<ipython-input-3-abc>"):
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        space: dict[str, Any] = {}
        exec(compile(text, name, "exec"), space)
        assert run(read(space["f"]), 3) == 2


def test_the_repl_of_python_313(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def f(x):\n    return x - 2\n"
    code = compile(text, "<python-input-7>", "exec")
    space: dict[str, Any] = {}
    exec(code, space)
    lines = {space["f"].__code__: text.splitlines(keepends=True)}
    monkeypatch.setattr(linecache, "_getlines_from_code", lambda code: lines.get(code, []), raising=False)
    assert run(read(space["f"]), 3) == 1


def test_a_file_that_changed_is_not_taken_for_the_code(tmp_path: Path) -> None:
    path = tmp_path / "changing.py"
    old = load(path, "def f(x):\n    return x + 10\n")
    path.write_text("# a new first line\ndef g(x):\n    return x + 20\n")
    with pytest.raises(OutsideLanguage) as caught:
        read(old.f)
    assert caught.value.code == "DL002"
    path.write_text("def f(x):\n    return x + 2000\n")
    linecache.clearcache()
    with pytest.raises(OutsideLanguage):
        read(old.f)


def test_text_without_column_tables(tmp_path: Path) -> None:
    """`python -X no_debug_ranges`: a lambda is found by its line, names and numbers."""
    import subprocess

    path = tmp_path / "plain.py"
    path.write_text(
        "from difflang.reading import read\n"
        "g = abs\npair = (lambda x: x + g(1) + g(2), lambda y: y * 7)\n"
        "print([[n.op for n in read(f).body.nodes] for f in pair])\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-X", "no_debug_ranges", str(path)], capture_output=True, text=True, env={"PYTHONPATH": root}, check=False
    )
    assert done.stdout.strip() == "[['invoke', 'add', 'invoke', 'add'], ['mul']]", done.stderr
