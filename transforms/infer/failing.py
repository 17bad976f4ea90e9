"""What a `fails` node asks: does an operation of these expressions raise an error that is caught, and where does it go?

The expressions are interpreted once, aside; then their operations are written again in the form that never raises, each with
the conditions of its faults. The first that holds decides. What is computed behind it means nothing, and is not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from difflang.build import trace
from difflang.errors import OutsideLanguage
from difflang.ir import Atom, Const, Node, Var, const
from difflang.op import TABLE
from difflang.types import DTYPES, Array, Scalar, Unknown

from .frame import Frame, handles
from .operators import both
from .values import Value

Handlers = Sequence[tuple[int, tuple[type[BaseException], ...]]]


@handles("fails")
def _fails(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    with frame.nested() as aside:
        frame.run(node.regions[0], ())
    written = _Again(frame, node.attrs["handlers"])
    for one in aside.nodes:
        written.node(one)
    return (written.number,)


class _Again:
    """The operations written again; `number` is that of the handler so far, 0 for none."""

    def __init__(self, frame: Frame, handlers: Handlers) -> None:
        self.frame, self.handlers = frame, handlers
        self.number: Atom = const(0)
        self.known: dict[Var, Atom] = {}

    def get(self, atom: Atom) -> Atom:
        return self.known.get(atom, atom) if isinstance(atom, Var) else atom

    def handler(self, error: type[BaseException]) -> int:
        return next((number for number, classes in self.handlers if issubclass(error, classes)), 0)

    def fail(self, error: type[BaseException], bad: Value) -> None:
        """An error where the condition holds."""
        number = self.handler(error)
        if not number or (isinstance(bad, Const) and not bad.value):
            return
        emit = self.frame.emit
        first = self.frame.truth(both(self.frame, emit("equal", self.number, const(0)), emit("cast", bad, dtype="bool", weak=True)))
        self.number = emit("cast", emit("where", first, const(number), self.number), dtype="i64", weak=True)

    def node(self, node: Node) -> None:
        frame = self.frame
        args = [self.get(atom) for atom in node.args]
        if node.op == "check":
            self.fail(node.attrs["error"], frame.emit("logical_not", args[0]) if "logical_not" in TABLE else frame.emit("not_", args[0]))
            return
        if node.op == "getitem" and isinstance(args[0].type, Array):
            self.item(node, args)
            return
        op = TABLE.get(node.op)
        if op is None or node.regions or len(node.outs) != 1:
            reason = "an error that a call or a branch inside this statement raises cannot be caught"
            frame.fail("DL040", reason, "test for the condition before, or return a truth from the function", OutsideLanguage)
        self.sure(node, [*(fault.error for fault in op.faults), *([IndexError] if node.op == "getitem" else [ValueError])])
        if op.rule.__module__.endswith((".linalg", ".factor", ".least")) and self.handler(np.linalg.LinAlgError):
            reason = "a LinAlgError of this operation cannot be caught"
            frame.fail("DL040", reason, "test the matrix before, or let the error leave the function", OutsideLanguage)
        weak = isinstance(node.out.type, Scalar) and node.out.type.weak
        attrs = {**node.attrs, "weak": False} if node.op == "cast" and weak else node.attrs
        plain = frame.emit(node.op, *args, flavor="numpy" if weak and op.faults else None, hint=node.out.hint, **attrs)
        if weak:
            for fault in op.faults:
                if fault.flavor == "python" and self.handler(fault.error):
                    bad = trace(frame.builder, fault.bad, plain, *args)
                    self.fail(fault.error, bad if isinstance(bad, (Var, Const)) else const(bool(bad)))
            if isinstance(plain, Var) and plain.type != node.out.type:
                assert isinstance(node.out.type, Scalar)
                plain = frame.emit("cast", plain, dtype=node.out.type.dtype, weak=True)
        self.known[node.out] = plain

    def sure(self, node: Node, errors: Sequence[type[BaseException]]) -> None:
        """Whether an operation raises must not depend on a type that is not known."""
        if any(isinstance(value.type, Unknown) for value in (*node.args, *node.outs)) and any(map(self.handler, errors)):
            reason = "whether this raises an error that is caught depends on a type that is not known"
            self.frame.fail("DL019", reason, "give the function's argument types")

    def item(self, node: Node, args: list[Atom]) -> None:
        """x[i, j]: outside of the array is an IndexError."""
        from .branches import branch

        frame, array = self.frame, args[0]
        inside: Value = const(True)
        axis, operands = 0, iter(args[1:])
        for code in node.attrs["pattern"]:
            if code == "i":
                index = next(operands)
                if isinstance(index.type, Array):
                    frame.fail("DL040", "an IndexError of an index array cannot be caught", "test the indices before", OutsideLanguage)
                size = frame.emit("dim", array, axis=axis)
                low = frame.emit("less_equal", frame.emit("neg", size), index)
                inside = both(frame, inside, both(frame, low, frame.emit("less", index, size)))
            elif code == "s":
                for _ in range(3):
                    next(operands)
            axis += code != "n"
        truth = frame.truth(inside)
        self.fail(IndexError, frame.emit("not_", truth) if not isinstance(truth, Const) else const(not truth.value))
        if not isinstance(node.out.type, Scalar):
            reason = "a row taken inside a try that catches IndexError is outside the language"
            frame.fail("DL040", reason, "test the index before", OutsideLanguage)

        def read() -> list[Value]:
            out = Var(node.out.hint, node.out.type)
            frame.builder.add(Node("getitem", tuple(args), (out,), node.attrs, (), node.place))
            return [out]

        zero = Const(_zero(node.out.type.dtype), node.out.type)
        found = branch(frame, truth, [read, lambda: [zero]], [node.out.hint])[0]
        assert isinstance(found, (Var, Const))
        self.known[node.out] = found


def _zero(dtype: str) -> Any:
    return np.zeros((), DTYPES[dtype])[()]

