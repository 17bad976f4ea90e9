"""The status flags put back behind what tells something else by them than NumPy would (`codegen/hushing.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from difflang.ir import Node, Var
from difflang.op import TABLE
from difflang.types import Scalar

from ..flags import STATES, quieted
from ..hushing import Hushing
from ..writer import REGISTER

if TYPE_CHECKING:
    from .lower import Lowering


class Silence:
    """What is hushed in one function. A value that is not stored is computed, and hushed, where it is used."""

    def __init__(self, hushing: Hushing, key: str) -> None:
        self.hushing = hushing
        self.lazy: dict[Var, int] = {}
        self.entered = key in hushing.inside

    def asked(self, low: Lowering, node: Node) -> int:
        """Which flags are to be put back behind this node."""
        if self.entered or node.op == "if":
            return 0
        if node.op in ("for", "while"):
            return STATES if self.hushing.loop(node) else quieted(node.place)
        if node.op == "call":
            return STATES if node.attrs["callee"] in self.hushing.quiet else quieted(node.place)
        hushed = STATES if self.hushing.operation(node) else quieted(node.place) if node.op in TABLE else 0
        for atom in node.args:
            hushed |= self.lazy.get(atom, 0) if isinstance(atom, Var) else 0
        if hushed and node.outs and node.outs[0] in low.stack[-1].fusion.lazy:
            self.lazy[node.outs[0]] = hushed
            return 0
        return hushed

    @contextmanager
    def around(self, low: Lowering, outs: Sequence[Var], hushed: int) -> Iterator[None]:
        """What is lowered inside leaves these flags as they are; a number among `outs` is fixed before they are put back."""
        w = low.w
        for state in ("stmxcsr", "ldmxcsr"):
            w.module.declare(f"llvm.x86.sse.{state}", f"declare void @llvm.x86.sse.{state}(ptr)")
        slot = w.alloca("i32", 4)
        w.do(f"call void @llvm.x86.sse.stmxcsr(ptr {slot})")
        self.entered = True
        yield
        self.entered = False
        for out in outs:
            if isinstance(out.type, Scalar) and out.type.dtype in ("f64", "f32") and isinstance(low.env.get(out), str):
                type = REGISTER[out.type.dtype]
                low.env[out] = w.let(f'call {type} asm sideeffect "", "=x,0"({type} {low.env[out]})')
        if hushed != STATES:
            _mix(low, slot, hushed)
        w.do(f"call void @llvm.x86.sse.ldmxcsr(ptr {slot})")


def _mix(low: Lowering, slot: str, hushed: int) -> None:
    """The flags as they are now but for those that are put back."""
    w = low.w
    now = w.alloca("i32", 4)
    w.do(f"call void @llvm.x86.sse.stmxcsr(ptr {now})")
    kept = w.let(f"and i32 {w.let(f'load i32, ptr {slot}')}, {hushed}")
    heard = w.let(f"and i32 {w.let(f'load i32, ptr {now}')}, {~hushed}")
    w.do(f"store i32 {w.let(f'or i32 {kept}, {heard}')}, ptr {slot}")
