"""Running owned IR op by op on NumPy: the meaning of a program, and the oracle of every other way to run it.

Nothing is ever written in place. Every value is brought to the type that its variable states, and must fit it:
a wrong rank or axis is a defect of the compiler and raises AssertionError, never a wrong number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .errors import IntegerOverflow
from .ir import Atom, Const, Function, Node, Program, Region, Var
from .op import evaluate
from .types import DTYPES, MANY, ONE, PYTHON, Array, Scalar, Type, Undefined

WEAK = PYTHON


class _Missing:
    """The value of what no taken path defines."""

    def __repr__(self) -> str:
        return "undef"


MISSING = _Missing()


def evaluate_program(program: Program, *leaves: Any) -> tuple[Any, ...]:
    """The entry's result leaves, then the final values of the parameters it writes."""
    with np.errstate(all="ignore"):
        return Run(program).call(program.main, leaves)


def coerce(value: Any, type: Type) -> Any:
    """The value as a value of this type."""
    if value is MISSING:
        return value
    if isinstance(type, Scalar):
        if type.weak:
            return _weak(value, type)
        return DTYPES[type.dtype].type(value[()] if isinstance(value, np.ndarray) else value)
    if isinstance(type, Array):
        return _array(value, type)
    return value


def _weak(value: Any, type: Scalar) -> Any:
    value = WEAK[type.dtype](value)
    if type.dtype == "i64" and not -(2**63) <= value < 2**63:
        raise IntegerOverflow("DL013", "an integer left the range of 64 bits")
    return value


def _array(value: Any, type: Array) -> Any:
    array = np.asarray(value, DTYPES[type.dtype])
    assert array.ndim == type.rank, f"a value of {array.ndim} axes where {type} is stated"
    for size, dim in zip(array.shape, type.dims, strict=True):
        assert not (dim == ONE and size != 1) and not (dim == MANY and size == 1), f"shape {array.shape} where {type} is stated"
    return array


class Run:
    """One run of a program."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def call(self, function: Function, leaves: Sequence[Any]) -> tuple[Any, ...]:
        assert len(leaves) == len(function.body.params), f"{function.name} takes {len(function.body.params)} leaves, not {len(leaves)}"
        return self.region(function.body, {}, leaves)

    def region(self, region: Region, values: dict[Var, Any], args: Iterable[Any]) -> tuple[Any, ...]:
        """What a region yields. Its values are entered beside those of the regions around it."""
        for param, value in zip(region.params, args, strict=True):
            values[param] = coerce(value, param.type)
        for node in region.nodes:
            self.node(node, values)
        return tuple(_get(values, atom) for atom in region.yields)

    def node(self, node: Node, values: dict[Var, Any]) -> None:
        results: Sequence[Any]
        if node.op in ("if", "for", "while", "call"):
            results = getattr(self, f"{node.op}_")(node, values)
        else:
            results = _op(node, [_get(values, a) for a in node.args])
        for out, value in zip(node.outs, results, strict=True):
            values[out] = coerce(value, out.type)

    def if_(self, node: Node, values: dict[Var, Any]) -> Sequence[Any]:
        (condition,) = node.args
        return self.region(node.regions[0 if _get(values, condition) else 1], values, ())

    def for_(self, node: Node, values: dict[Var, Any]) -> Sequence[Any]:
        start, stop, step, *carried = (_get(values, a) for a in node.args)
        indices = range(int(start), int(stop), int(step))
        (body,) = node.regions
        for index in reversed(indices) if node.attrs.get("reverse") else indices:
            carried, ends = self.body(node, body, values, [index, *carried])
            if ends:
                break
        return carried

    def while_(self, node: Node, values: dict[Var, Any]) -> Sequence[Any]:
        condition, body = node.regions
        carried = [_get(values, a) for a in node.args]
        while self.region(condition, values, carried)[0]:
            carried, ends = self.body(node, body, values, carried)
            if ends:
                break
        return carried

    def body(self, node: Node, body: Region, values: dict[Var, Any], args: Sequence[Any]) -> tuple[list[Any], bool]:
        """The carried values after one iteration, and whether it is the last."""
        yielded = list(self.region(body, values, args))
        ends = bool(yielded.pop(0)) if node.attrs.get("exits") else False
        return yielded, ends

    def call_(self, node: Node, values: dict[Var, Any]) -> Sequence[Any]:
        return self.call(self.program.functions[node.attrs["callee"]], [_get(values, a) for a in node.args])


def _get(values: dict[Var, Any], atom: Atom) -> Any:
    if isinstance(atom, Const):
        return MISSING if isinstance(atom.type, Undefined) else atom.value
    return values[atom]


def _op(node: Node, args: list[Any]) -> Sequence[Any]:
    if node.op == "zeros_like" and args[0] is MISSING:
        return (MISSING,)  # the adjoint of what this path leaves undefined
    if node.op == "store" and args[1] is MISSING:  # a tape too
        args = [args[0], np.nan if args[0].dtype.kind in "fc" else 0, *args[2:]]
    # a stack may hold what no taken path reads again
    assert node.op in ("push", "set_item") or not any(a is MISSING for a in args), f"{node.op} reads a value that no taken path defines"
    if not node.outs:
        evaluate(node.op, args, node.attrs, None)
        return ()
    result = evaluate(node.op, args, node.attrs, node.outs[0].type)
    return (result,) if len(node.outs) == 1 else result
