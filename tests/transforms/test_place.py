"""Placing: few copies, and enough of them. The written text runs in place; the evaluator, which always copies, is the oracle."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from difflang.alias import Aliases, kills
from difflang.build import Builder
from difflang.eval import evaluate_program
from difflang.ir import Atom, Function, Param, Program, Region, Var, const, walk
from difflang.transforms.derived import Derived, program_of
from difflang.transforms.place.place import place
from difflang.types import FLOAT, INT, Array, Stack, type_of
from difflang.writing import write
from tests.generate import arguments, grow
from tests.writing.texts import defined

VECTOR = Array("f64", ("n",))
I = ("i",)  # noqa: E741


def program(params: list[Var], b: Builder, *yields: Atom, writes: tuple[int, ...] = ()) -> Program:
    count = len(yields) - len(writes)
    result = "*" if count == 1 else ("*",) * count
    function = Function("f", tuple(Param(p.hint) for p in params), b.region(params, yields), "owned", result, writes=writes)
    return Program("f", {"f": function})


def loop(b: Builder, stop: Atom, init: list[Atom], hints: list[str], body: Callable[[Builder, Var, list[Var]], list[Atom]]) -> list[Var]:
    """A `for` from 0 to stop that carries these values."""
    index = Var("i", INT)
    params = [Var(h, a.type) for h, a in zip(hints, init, strict=True)]
    inner = Builder()
    yields = body(inner, index, params)
    outs = [Var(h, a.type) for h, a in zip(hints, init, strict=True)]
    b.node("for", [const(0), stop, const(1), *init], outs, [inner.region([index, *params], yields)])
    return outs


def copies(program: Program) -> list[int]:
    """For each copy the number of loops around it."""

    def inside(region: Region, depth: int) -> list[int]:
        found = []
        for node in region.nodes:
            found += [depth] if node.op == "copy" else []
            for inner in node.regions:
                found += inside(inner, depth + (node.op in ("for", "while")))
        return found

    return inside(program.main.body, 0)


def agrees(owned: Program, *values: Any) -> None:
    """The placed text gives what the owned program gives, and changes no argument that it does not write."""
    expected = evaluate_program(owned, *copy.deepcopy(values))
    given = copy.deepcopy(values)
    found = defined(write(place(owned)))(*given)
    main = owned.main
    count = len(expected) - len(main.writes)
    for one, other in zip(found if isinstance(found, tuple) else (found,), expected[:count], strict=True):
        np.testing.assert_array_equal(one, other)
    for k, (after, before) in enumerate(zip(given, values, strict=True)):
        final = expected[count + main.writes.index(k)] if k in main.writes else before
        np.testing.assert_array_equal(after, final)


def test_a_loop_that_stores_copies_its_parameter_once_outside() -> None:
    a, b = Var("a", VECTOR), Builder()
    (out,) = loop(b, const(3), [a], ["a"], lambda r, i, p: [r.emit("store", p[0], const(1.0), i, pattern=I)])
    owned = program([a], b, out)
    assert copies(place(owned)) == [0]
    agrees(owned, np.zeros(4))


def test_a_written_parameter_is_written_in_place() -> None:
    a, b = Var("a", VECTOR), Builder()
    (out,) = loop(b, const(3), [a], ["a"], lambda r, i, p: [r.emit("store", p[0], const(1.0), i, pattern=I)])
    owned = program([a], b, b.emit("sum", out, axis=None, keepdims=False), out, writes=(0,))
    assert copies(place(owned)) == []
    agrees(owned, np.zeros(4))


def test_adjoints_accumulate_without_copies() -> None:
    a, b = Var("a", VECTOR), Builder()
    zeros = b.emit("zeros_like", a, dtype=None)

    def body(r: Builder, i: Var, p: list[Var]) -> list[Atom]:
        once = r.emit("accumulate", p[0], const(2.0), i, pattern=I)
        return [r.emit("accumulate", once, r.emit("index", a, i, pattern=I), const(0), pattern=I)]

    (out,) = loop(b, const(3), [zeros], ["a_bar"], body)
    owned = program([a], b, out)
    assert copies(place(owned)) == []
    agrees(owned, np.arange(4.0))


def test_the_old_version_that_is_read_later_is_kept() -> None:
    a, b = Var("a", VECTOR), Builder()
    first = b.emit("add", a, const(1.0), hint="x")
    second = b.emit("store", first, const(5.0), const(0), pattern=I, hint="x")
    owned = program([a], b, b.emit("add", first, second))
    assert copies(place(owned)) == [0]
    agrees(owned, np.zeros(3))


def test_of_a_row_that_is_read_later_only_the_row_is_copied() -> None:
    m, b = Var("m", Array("f64", ("n", "n"))), Builder()
    start = b.emit("add", m, const(1.0), hint="x")
    row = b.emit("index", start, const(0), pattern=("i", ":"))
    after = b.emit("store", start, const(9.0), const(0), pattern=("i", ":"))
    owned = program([m], b, after, b.emit("add", row, const(0.0)))
    placed = place(owned)
    (node,) = [n for n in walk(placed.main.body) if n.op == "copy"]
    assert node.args[0].type == row.type
    agrees(owned, np.zeros((2, 2)))


def test_two_buffers_that_a_loop_swaps_stay_apart() -> None:
    n, b = Var("n", INT), Builder()
    one, two = b.emit("zeros", const(4), dtype="f64"), b.emit("ones", const(4), dtype="f64")

    def body(r: Builder, i: Var, p: list[Var]) -> list[Atom]:
        value = r.emit("index", p[0], const(1), pattern=I)
        return [r.emit("store", p[1], value, const(2), pattern=I), p[0]]

    outs = loop(b, n, [one, two], ["old", "new"], body)
    owned = program([n], b, *outs)
    assert copies(place(owned)) == []
    agrees(owned, 3)


def test_a_pushed_array_that_changes_is_copied_at_the_push() -> None:
    n, b = Var("n", INT), Builder()
    stack = b.emit("stack_new", element=VECTOR)
    start = b.emit("zeros", const(3), dtype="f64")

    def forward(r: Builder, i: Var, p: list[Var]) -> list[Atom]:
        kept = r.emit("push", p[0], p[1])
        return [kept, r.emit("store", p[1], const(7.0), i, pattern=I)]

    tape, last = loop(b, n, [stack, start], ["tape", "x"], forward)

    def back(r: Builder, i: Var, p: list[Var]) -> list[Atom]:
        rest, top = Var("tape", Stack(VECTOR)), Var("x", VECTOR)
        r.node("pop", [p[0]], [rest, top])
        return [rest, r.emit("add", p[1], top)]

    _, total = loop(b, n, [tape, b.emit("zeros_like", last, dtype=None)], ["tape", "total"], back)
    owned = program([n], b, total)
    assert copies(place(owned)) == [1]
    agrees(owned, 3)


def test_a_frozen_view_is_copied_before_it_is_written() -> None:
    x, b = Var("x", FLOAT), Builder()
    spread = b.emit("broadcast_to", x, const(4), hint="x_bar")
    (out,) = loop(b, const(2), [spread], ["x_bar"], lambda r, i, p: [r.emit("store", p[0], const(1.0), i, pattern=I)])
    owned = program([x], b, out)
    assert copies(place(owned)) == [0]
    agrees(owned, 3.0)


def test_results_are_nobody_elses() -> None:
    a, b = Var("a", VECTOR), Builder()
    owned = program([a], b, a, a)
    given = np.zeros(3)
    first, second = defined(write(place(owned)))(given)
    assert not np.shares_memory(first, given) and not np.shares_memory(first, second)


def test_after_placing_nothing_reads_what_was_written() -> None:
    """The law itself, on random programs: no value that is read after a write shares its memory."""
    for seed in range(8):
        for target in (defined_program(seed), Derived("pullback", defined_program(seed))):
            try:
                owned = program_of(target, types(seed, isinstance(target, Derived)))
            except Exception as error:
                assert type(error).__module__ == "difflang.errors"
                continue
            placed = place(owned)
            for function in placed.functions.values():
                assert function.level == "placed"
                holds(function, placed)


def holds(function: Function, program: Program) -> None:
    """In straight stretches: a later node of the same region reads no memory that an earlier one wrote into."""
    aliases = Aliases(function, program.functions)

    def check(region: Region) -> None:
        for position, node in enumerate(region.nodes):
            for operand, _ in kills(node, program.functions):
                target = node.args[operand]
                for later in region.nodes[position + 1 :]:
                    shape_only = later.op in ("dim", "size", "zeros_like", "ones_like", "empty_like", "unbroadcast", "full_like")
                    assert shape_only or target not in later.args, f"{later.op} reads what {node.op} wrote into"
            for inner in node.regions:
                check(inner)

    assert aliases.order
    check(function.body)


def defined_program(seed: int) -> Any:
    from tests.ways import define

    return define(grow(random.Random(seed).randrange), "program")


def types(seed: int, pullback: bool) -> list[Any]:
    given = arguments(seed)
    found = [type_of(a) for a in given]
    if pullback:
        result = defined_program(seed)(*copy.deepcopy(given))
        found.append(type_of(result))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_random_programs_in_place(seed: int) -> None:
    function = defined_program(seed)
    try:
        owned = program_of(function, types(seed, False))
    except Exception as error:
        assert type(error).__module__ == "difflang.errors"
        pytest.skip("refused")
    values = arguments(seed)
    expected = evaluate_program(owned, *copy.deepcopy(values))
    with np.errstate(all="ignore"):
        found = defined(write(place(owned)))(*copy.deepcopy(values))
    count = len(expected) - len(owned.main.writes)
    flat = found if isinstance(found, tuple) else (found,)
    for one, other in zip(flat, expected[:count], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_written_back_last_and_into_the_parameter_itself() -> None:
    """A result that may be the parameter's old contents is copied; the store at the end goes nowhere else."""
    x, flag = Var("x", VECTOR), Var("flag", FLOAT)
    b = Builder()
    fresh = b.emit("mul", x, const(2.0))
    out, old = Var("y", VECTOR), Builder()
    test = b.emit("greater", flag, const(0.0))
    b.node("if", [test], [out], [old.region([], [x]), Builder().region([], [fresh])])
    b2 = b.emit("add", fresh, const(1.0))
    agrees(program([x, flag], b, out, b2, writes=(0,)), np.arange(3.0), 1.0)
    agrees(program([x, flag], b, out, b2, writes=(0,)), np.arange(3.0), -1.0)
