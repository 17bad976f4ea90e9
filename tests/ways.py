"""The three ways to run a function of the language, behind one door: `run(way, target, arguments)`.

`target` is a plain function or a `Derived` one. What comes back is the result and the arguments as the call left them.
"""

from __future__ import annotations

import ast
import copy
import linecache
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from difflang.codegen.specialise import program_for
from difflang.eval import evaluate_program
from difflang.ir import LEAF, Const, Function, Tree
from difflang.transforms.derived import program_of
from difflang.tree import Branch
from difflang.types import type_of
from difflang.writing.captured import handed_over
from difflang.writing.python import write

WAYS = ("written", "evaluated", "compiled")


def run(way: str, target: Any, arguments: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
    """Run a copy of the arguments through a target. Returns the result and the arguments afterwards."""
    call = {"written": written, "evaluated": evaluated, "compiled": compiled}[way](target, arguments)
    given = copied(arguments)
    with np.errstate(all="ignore"):
        return call(*given), given


def copied(arguments: Sequence[Any]) -> tuple[Any, ...]:
    """Copies that keep strides: a strided view stays one."""
    return tuple(_copy(a) for a in arguments)


def _copy(value: Any) -> Any:
    if isinstance(value, np.ndarray) and not value.flags.c_contiguous and value.size:
        base = value.base if value.base is not None else value
        while base.base is not None:
            base = base.base
        twin = base.copy(order="K")
        offset = value.__array_interface__["data"][0] - base.__array_interface__["data"][0]
        return (
            np.ndarray(value.shape, value.dtype, twin, offset, value.strides) if twin.strides == base.strides else np.copy(value, order="K")
        )
    return copy.deepcopy(value)


def compiled(target: Any, arguments: Sequence[Any]) -> Callable[..., Any]:
    import difflang as dl

    return dl.differentiable(target)


def written(target: Any, arguments: Sequence[Any]) -> Callable[..., Any]:
    """The function that the written text defines, run by Python and NumPy. Captured arrays that it does not state come last."""
    import difflang as dl

    types = tuple(type_of(a) for a in arguments)
    plain = not hasattr(target, "__difflang_program__")  # dl.source gives those back as they are: write them anew
    function = define(write(program_for(target, types)) if plain else dl.source(target, *copied(arguments)))
    captured = handed_over(program_of(target, types).main)
    return lambda *given: function(*given, *captured) if captured else function(*given)


_count = iter(range(10**9))


def define(text: str, name: str = "", scope: dict[str, Any] | None = None) -> Callable[..., Any]:
    """Run a text and hand back the function of this name, the last one where none is named. Its lines can be found again."""
    file = f"<written {next(_count)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module = types.ModuleType(f"written_{file[9:-1]}")
    if "class " in text:  # dataclasses look their module up
        sys.modules[module.__name__] = module
    namespace = module.__dict__
    namespace.update(scope or {})
    exec(compile(text, file, "exec"), namespace)
    defined = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return namespace[name or defined[-1]]  # type: ignore[no-any-return]


def evaluated(target: Any, arguments: Sequence[Any]) -> Callable[..., Any]:
    """The owned IR, op by op; writes into the arguments are made visible as Python would."""
    program = program_of(target, tuple(type_of(a) for a in arguments))
    main = program.main

    def call(*given: Any) -> Any:
        values = evaluate_program(program, *_leaves_of(main, given))
        count = len(values) - len(main.writes)
        flat = list(_flat(given))
        for position, final in zip(main.writes, values[count:], strict=True):
            flat[position][...] = final
        results = iter(values[:count])
        return unflatten(main.result, results)

    return call


def _leaves_of(main: Function, given: Sequence[Any]) -> list[Any]:
    found = list(_flat(given))
    for parameter in main.params[len(given) :]:
        if parameter.tree == LEAF or isinstance(parameter.tree, tuple):
            found += list(_flat((parameter.default,)))
    return found + [capture.read() for capture in main.captures]


def _flat(value: Any) -> Iterator[Any]:
    """The numbers and arrays in a value."""
    if isinstance(value, tuple):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, (bool, int, float, complex, np.generic, np.ndarray)):
        yield value


def unflatten(tree: Tree, leaves: Iterator[Any]) -> Any:
    """A value of this shape from its leaves."""
    if isinstance(tree, tuple):
        parts = tuple(unflatten(item, leaves) for item in tree)
        return tree.layout.make(parts) if isinstance(tree, Branch) and tree.layout.kind == "rows" else parts
    if isinstance(tree, Const):
        return tree.value
    return _listed(next(leaves)) if tree == LEAF else None


def _listed(value: Any) -> Any:
    """The evaluator's stacks are tuples, Python's are lists."""
    return list(map(_listed, value)) if isinstance(value, tuple) else value


def assert_same(one: Any, other: Any, tolerance: float, what: str = "") -> None:
    """Equal in structure, dtype and shape, and close in value."""
    if isinstance(one, (tuple, list)) or isinstance(other, (tuple, list)):
        both = isinstance(one, (tuple, list)) and isinstance(other, (tuple, list))
        assert both and len(one) == len(other), f"{what}: {one!r} and {other!r}"
        for k, (a, b) in enumerate(zip(one, other, strict=True)):
            assert_same(a, b, tolerance, f"{what}[{k}]")
        return
    if one is None or other is None:
        assert one is None and other is None, f"{what}: {one!r} and {other!r}"
        return
    assert np.shape(one) == np.shape(other), f"{what}: shapes {np.shape(one)} and {np.shape(other)}"
    if isinstance(other, (np.ndarray, np.generic)):
        assert np.asarray(one).dtype == np.asarray(other).dtype, f"{what}: dtypes {np.asarray(one).dtype} and {np.asarray(other).dtype}"
    if np.asarray(other).dtype.kind in "iub":
        np.testing.assert_array_equal(one, other, err_msg=what)
    else:
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance, err_msg=what)
