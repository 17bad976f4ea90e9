"""The status flags put back behind what tells something else by them than NumPy would (`codegen/flags.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from difflang.ir import Node, Var
from difflang.types import Scalar

from ..flags import is_hushed, is_hushed_loop
from ..targets.target import Target
from ..writer import REGISTER

if TYPE_CHECKING:
    from .lower import Lowering


class Silence:
    """What is hushed in one function. A value that is not stored is computed, and hushed, where it is used."""

    def __init__(self, target: Target, some: frozenset[Var]) -> None:
        self.target, self.some = target, some
        self.lazy: set[Var] = set()
        self.entered = False

    def asked(self, low: Lowering, node: Node) -> bool:
        """Whether the flags are to be put back behind this node."""
        if self.entered or node.op in ("if", "call"):
            return False
        if node.op in ("for", "while"):
            return is_hushed_loop(node, self.target, self.some)
        hushed = is_hushed(node, self.target, self.some) or any(a in self.lazy for a in node.args if isinstance(a, Var))
        if hushed and node.outs and node.outs[0] in low.stack[-1].fusion.lazy:
            self.lazy.add(node.outs[0])
            return False
        return hushed

    @contextmanager
    def around(self, low: Lowering, node: Node) -> Iterator[None]:
        """What is lowered inside leaves the flags as they are; a number is fixed before they are put back."""
        w = low.w
        for state in ("stmxcsr", "ldmxcsr"):
            w.module.declare(f"llvm.x86.sse.{state}", f"declare void @llvm.x86.sse.{state}(ptr)")
        slot = w.alloca("i32", 4)
        w.do(f"call void @llvm.x86.sse.stmxcsr(ptr {slot})")
        self.entered = True
        yield
        self.entered = False
        for out in node.outs:
            if isinstance(out.type, Scalar) and out.type.dtype in ("f64", "f32") and isinstance(low.env.get(out), str) and not node.regions:
                type = REGISTER[out.type.dtype]
                low.env[out] = w.let(f'call {type} asm sideeffect "", "=x,0"({type} {low.env[out]})')
        w.do(f"call void @llvm.x86.sse.ldmxcsr(ptr {slot})")
