"""What a typed node may raise, each error with the condition under which it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from difflang.build import Builder, trace
from difflang.errors import TypeMismatch
from difflang.ir import Atom, Const, Node, Var, const
from difflang.op import TABLE, Op
from difflang.types import Array, Scalar, Stack, Unknown

from .misshapen import FITTING, Bad, Found, Numbers, Words, misshapen

Fails = tuple[tuple[int, tuple[type[BaseException], ...]], ...]
"""Handlers: the number of each and the classes that it catches."""
SINGULAR = ("solve", "inv")


def handler_of(handlers: Fails, error: type[BaseException]) -> int:
    """The number of the handler that an error goes to, 0 for none."""
    return next((number for number, classes in handlers if issubclass(error, classes)), 0)


def weak_of(node: Node) -> Scalar | None:
    """The type of a result that is Python's number: such operations raise."""
    type = node.outs[0].type if len(node.outs) == 1 else None
    return type if isinstance(type, Scalar) and type.weak else None


def native_faults(node: Node, op: Op, handlers: Fails) -> bool:
    """Whether an operation on Python's numbers may raise an error that nobody catches."""
    return any(fault.flavor == "python" and not handler_of(handlers, fault.error) for fault in op.faults)


def ask(node: Node, handlers: Fails) -> Iterator[Found]:
    """The errors of a node that a handler waits for."""
    for error, message, bad, numbers in errors_of(node):
        if handler_of(handlers, error):
            if any(isinstance(value.type, Unknown) for value in (*node.args, *node.outs)):
                raise open_type(node)
            yield error, message, bad, numbers
    if node.op == "dim" and isinstance(node.args[0].type, Unknown) and handler_of(handlers, TypeError):
        raise open_type(node)  # the length of a number


def open_type(node: Node) -> TypeMismatch:
    reason = "whether this raises an error that is caught depends on a type that is not known"
    return TypeMismatch("DL019", reason, node.place, "give the function's argument types")


def errors_of(node: Node) -> Iterator[Found]:
    """All that a typed node may raise."""
    args = node.args
    if node.op == "check":
        if node.attrs.get("kind") != "print":
            told = None if node.attrs.get("told") or len(args) > 1 else node.attrs["message"]
            yield node.attrs["error"], told, lambda b: _not(b, args[0]), None
    elif node.op in ("getitem", "setitem", "index") and isinstance(args[0].type, (Array, Unknown)):
        yield from _outside(node, args[0], args[2 if node.op == "setitem" else 1 :])
    elif node.op in ("getitem", "setitem") and isinstance(args[0].type, Stack):
        said = "list index out of range" if node.op == "getitem" else "list assignment index out of range"
        yield IndexError, said, lambda b: _beyond(b, args[-1], b.emit("count", args[0])), None
    elif node.op == "pop" and node.attrs.get("checked"):
        yield IndexError, "pop from empty list", lambda b: b.emit("equal", b.emit("count", args[0]), const(0)), None
    elif node.op in TABLE and not node.regions:
        yield from _of_op(node, TABLE[node.op])


def _of_op(node: Node, op: Op) -> Iterator[Found]:
    open_ = any(isinstance(out.type, Unknown) for out in node.outs)
    flavors = ("python", "numpy") if open_ else ("python",) if weak_of(node) is not None else ("numpy",)
    for fault in op.faults:
        if fault.flavor in flavors and len(node.outs) == 1:
            yield fault.error, fault.message, lambda b, bad=fault.bad: _of_fault(b, node, bad), None  # type: ignore[misc]
    if node.op in SINGULAR:
        yield np.linalg.LinAlgError, "Singular matrix", lambda b: _any(b, _sign_is_zero(b, node.args[0])), None
    elif node.op == "cholesky":
        yield np.linalg.LinAlgError, "Matrix is not positive definite", lambda b: _not(b, b.emit("is_definite", node.args[0])), None
    if not any(isinstance(arg.type, Unknown) for arg in node.args):
        yield from misshapen(node, op)
    elif node.op in FITTING or (op.kind == "elementwise" and len(node.args) > 1):
        yield ValueError, None, lambda b: const(False), None


def _of_fault(b: Builder, node: Node, bad: Any) -> Atom:
    attrs = {**node.attrs, "weak": False} if node.op == "cast" else node.attrs
    plain = b.emit(node.op, *node.args, flavor="numpy", **attrs) if weak_of(node) is not None else node.args[0]
    found = trace(b, bad, plain, *node.args)
    return found if isinstance(found, (Var, Const)) else const(bool(found))


def _not(b: Builder, truth: Atom) -> Atom:
    return const(not truth.value) if isinstance(truth, Const) else b.emit("logical_not" if "logical_not" in TABLE else "not_", truth)


def _any(b: Builder, truths: Atom) -> Atom:
    return b.emit("any", truths) if isinstance(truths.type, Array) else truths


def _sign_is_zero(b: Builder, matrix: Atom) -> Atom:
    sign: Any = b.emit("slogdet", matrix)
    return b.emit("equal", sign[0], const(0.0))


def _beyond(b: Builder, index: Atom, size: Atom) -> Atom:
    """Whether an index, or any of an array of them, is outside."""
    low, high = b.emit("less", index, b.emit("neg", size)), b.emit("greater_equal", index, size)
    return _any(b, b.emit("logical_or", low, high))


def _outside(node: Node, array: Atom, operands: tuple[Atom, ...]) -> Iterator[Found]:
    left, pattern = iter(operands), node.attrs["pattern"]
    axis, rank = 0, array.type.rank if isinstance(array.type, Array) else 0
    for k, code in enumerate(pattern):
        if code == "s":
            for _ in range(3):
                next(left)
        width = int(code != "n")
        if code in ("i", "a"):
            index = next(left)
            if isinstance(index.type, (Array, Scalar)) and index.type.dtype == "bool":
                width = index.type.rank if isinstance(index.type, Array) else 0
            else:
                yield IndexError, ("index ", 0, f" is out of bounds for axis {axis} with size ", 1), *_beyond_axis(array, index, axis)
        axis = rank - sum(later != "n" for later in pattern[k + 1 :]) if code == "." else axis + width


def _beyond_axis(array: Atom, index: Atom, axis: int) -> tuple[Bad, Numbers]:
    """Whether an index leaves an axis; the first that does, and the size."""

    def bad(b: Builder) -> Atom:
        return _beyond(b, index, b.emit("dim", array, axis=axis))

    def numbers(b: Builder) -> list[Atom]:
        size, first = b.emit("dim", array, axis=axis), index
        if isinstance(index.type, Array):
            low, high = b.emit("less", index, b.emit("neg", size)), b.emit("greater_equal", index, size)
            outside = b.emit("where", b.emit("logical_or", low, high), index, const(0))
            first = b.emit("sum", outside) if index.type.rank != 1 else b.emit("index", index, _first(b, outside), pattern=("i",))
        return [first, size]

    return bad, numbers


def _first(b: Builder, numbers: Atom) -> Atom:
    """Where the first number that is not zero stands."""
    return b.emit("argmax", b.emit("abs", b.emit("sign", numbers)))


__all__ = ["Fails", "Numbers", "Words", "ask", "errors_of", "handler_of", "native_faults", "weak_of"]
