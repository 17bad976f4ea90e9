"""Element adjoints cost O(1): no statement inside a loop touches a whole array, up to third order, also with the body in a callee.

Held by looking at the placed programs, and by the time of the compiled third derivative, which must grow linearly.
"""

import math
import time
from typing import Any

import numpy as np
import pytest

import difflang as dl
from difflang.ir import Node, Program, Region
from difflang.transforms.derived import Derived, program_of
from difflang.transforms.place.place import place
from difflang.transforms.simplify.simplify import simplify
from difflang.types import FLOAT, Array, type_of


def recurrence(a: Any) -> Any:
    a = a.copy()
    for i in range(1, len(a)):
        a[i] = math.sin(a[i - 1]) * a[i]
    return a[len(a) - 1]


def advance(a: Any, i: int) -> None:
    a[i] = math.sin(a[i - 1]) * a[i]


def recurrence_by_callee(a: Any) -> Any:
    a = a.copy()
    for i in range(1, len(a)):
        advance(a, i)
    return a[len(a) - 1]


def along_callee(t: float, x: Any) -> Any:
    return recurrence_by_callee(x * t)


def along(t: float, x: Any) -> Any:
    return recurrence(x * t)


def in_loops(region: Region, inside: bool = False) -> list[Node]:
    found = []
    for node in region.nodes:
        if inside:
            found.append(node)
        for inner in node.regions:
            found += in_loops(inner, inside or node.op in ("for", "while"))
    return found


def whole_arrays(program: Program) -> list[str]:
    """Ops in loops, or in functions called there, that make, move or read an array."""
    looped = {program.entry: False}
    nodes: list[Node] = []
    todo = [(program.entry, False)]
    while todo:
        key, inside = todo.pop()
        body = program.functions[key].body
        found = in_loops(body, inside)
        nodes += found
        for node in found:
            if node.op == "call" and not looped.get(node.attrs["callee"], False):
                looped[node.attrs["callee"]] = True
                todo.append((node.attrs["callee"], True))
        for node in body.nodes:
            if node.op == "call" and node.attrs["callee"] not in looped:
                looped[node.attrs["callee"]] = False
                todo.append((node.attrs["callee"], False))
    constant = ("store", "accumulate", "for", "while", "if", "call", "index", "stack_new", "push", "pop")
    made = [n for n in nodes if n.op not in (*constant, "dim") and any(isinstance(o.type, Array) for o in (*n.args, *n.outs))]
    made += [n for n in nodes if n.op == "push" and isinstance(n.args[1].type, Array)]
    return [n.op for n in made]


def derived(f: Any, order: int) -> Any:
    for _ in range(order):
        f = Derived("grad", f)
    return f


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("f", [along, along_callee])
def test_no_whole_array_in_a_loop(f: Any, order: int) -> None:
    x = np.linspace(0.5, 1.5, 8)
    program = place(simplify(program_of(derived(f, order), (FLOAT, type_of(x)))))
    assert whole_arrays(program) == []


def test_a_quadratic_program_is_seen() -> None:
    def copies(a: Any) -> Any:
        for _ in range(len(a)):
            a = np.sin(a) + a[0]
        return a[0]

    program = place(simplify(program_of(Derived("grad", copies), (type_of(np.ones(4)),))))
    assert whole_arrays(program) != []


@pytest.mark.parametrize("f", [along, along_callee])
def test_third_order_is_linear_in_time(f: Any) -> None:
    third = dl.grad(dl.grad(dl.grad(f)))
    sizes = (4000, 16000)
    least = []
    for n in sizes:
        x = np.full(n, 1.1)
        third(0.9, x)
        times = []
        for _ in range(7):
            start = time.perf_counter()
            third(0.9, x)
            times.append(time.perf_counter() - start)
        least.append(min(times))
    assert least[1] / least[0] < 4 * 2.2  # quadratic growth would be 16
