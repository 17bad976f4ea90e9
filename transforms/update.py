"""Update: `a[i] = a[i] + v` is an accumulation.

`own` writes `a[i] += v` and `a += v` as Python does them: read, add, write back. An accumulation says the same, bit for bit, and its
adjoint needs neither the old value nor the sum: nothing of it goes on the tape.
"""

from __future__ import annotations

from collections import Counter

from difflang.ir import Atom, Node, Program, Region, Var, walk
from difflang.records import replace
from difflang.types import FLOATS, Array, Scalar, Type


def update(program: Program) -> Program:
    """The owned program with read-add-write sequences as accumulations."""

    def change(body: Region) -> Region:
        uses: Counter[Atom] = Counter()
        for node in walk(body):
            uses.update(node.args)
            for region in node.regions:
                uses.update(region.yields)
        uses.update(body.yields)
        return _region(body, {}, uses)

    return program.map(lambda function: replace(function, body=change(function.body)))


def _region(region: Region, made: dict[Var, Node], uses: Counter[Atom]) -> Region:
    nodes: list[Node] = []
    for node in region.nodes:
        node = replace(node, regions=tuple(_region(inner, made, uses) for inner in node.regions))
        for out in node.outs:
            made[out] = node
        nodes += _accumulation(node, made, uses) if node.op == "store" else [node]
    return replace(region, nodes=tuple(nodes))


def _accumulation(node: Node, made: dict[Var, Node], uses: Counter[Atom]) -> list[Node]:
    """The store itself, or what says the same: an accumulation of the summand."""
    array, value, *index = node.args
    total = made.get(value) if isinstance(value, Var) else None
    if total is None or total.op not in ("add", "sub") or uses[value] != 1 or "a" in node.attrs["pattern"]:
        return [node]
    for old, summand in _orders(total):
        if (
            _is_read(old, array, index, node, made)
            and _same_number(summand.type, node.out.type)
            and _same_number(value.type, node.out.type)
        ):
            if total.op == "add":
                return [replace(node, op="accumulate", args=(array, summand, *index))]
            negated = Var("t", summand.type)
            return [
                replace(total, op="neg", args=(summand,), outs=(negated,)),
                replace(node, op="accumulate", args=(array, negated, *index)),
            ]
    return [node]


def _orders(total: Node) -> list[tuple[Atom, Atom]]:
    first, second = total.args
    return [(first, second), (second, first)] if total.op == "add" else [(first, second)]


def _is_read(old: Atom, array: Atom, index: list[Atom], node: Node, made: dict[Var, Node]) -> bool:
    """Whether `old` is what the array holds at the place that the store writes."""
    if old is array:
        return set(node.attrs["pattern"]) <= {":"}
    read = made.get(old) if isinstance(old, Var) else None
    return read is not None and read.op == "index" and read.args[0] is array and list(read.args[1:]) == index and read.attrs == node.attrs


def _same_number(summand: Type, array: Type) -> bool:
    """Whether adding happens in the array's own floating-point dtype: then where it happens makes no difference."""
    if not isinstance(array, Array) or array.dtype not in FLOATS or not isinstance(summand, (Array, Scalar)):
        return False
    return summand.dtype == array.dtype or (
        isinstance(summand, Scalar) and summand.weak and array.dtype == "f64" and summand.dtype == "f64"
    )
