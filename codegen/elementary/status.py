"""The floating-point status flags that an elementary function leaves: as IEEE 754 says of the result, whatever its rare form did.

The usual form of a function raises nothing but "inexact". Its rare form computes what it throws away, and writes constants for poles:
so the flags are put back to what they were, and those are raised that arguments and result ask for. Stores and loads are volatile,
so that nothing is folded and nothing moves across.
"""

from __future__ import annotations

from collections.abc import Sequence

from .number import Body, Real, Truth, magnitude, select

_POLES = frozenset("log log2 log10 log1p atanh".split())
"""Functions that are infinite at finite arguments, but never too large."""
_LARGE = frozenset("exp exp2 expm1 sinh cosh pow hypot".split())


class Status:
    """What the rare form of a function does to the flags of x86."""

    def __init__(self, body: Body, name: str, xs: Sequence[Real]) -> None:
        self.body, self.name, self.xs = body, name, xs

    def enter(self) -> None:
        """At the head of the rare form: what was raised so far is kept, and set anew so that nothing moves up across it."""
        body = self.body
        for state in ("stmxcsr", "ldmxcsr"):
            body.declared[f"@llvm.x86.sse.{state}"] = f"declare void @llvm.x86.sse.{state}(ptr)"
        body.slots.append("  %status = alloca i32, align 4")
        body.lines += ["  call void @llvm.x86.sse.stmxcsr(ptr %status)", "  call void @llvm.x86.sse.ldmxcsr(ptr %status)"]

    def leave(self, results: Sequence[Real]) -> list[Real]:
        """At its end; the results as they are now to be named."""
        done = [self._fixed(y, f"%result{k}") for k, y in enumerate(results)]
        self.body.lines.append("  call void @llvm.x86.sse.ldmxcsr(ptr %status)")
        y = done[0]
        undefined, finite = y.is_nan, magnitude(self.xs[0]) < float("inf")
        for x in self.xs:
            undefined = undefined & ~x.is_nan
            finite = finite & (magnitude(x) < float("inf"))
        endless = magnitude(y).same(float("inf")) & finite
        self._raise("fdiv", undefined, 0.0, 0.0)
        pole = self._pole(endless)
        if pole is not None:
            self._raise("fdiv", pole, 1.0, 0.0)
            endless = endless & ~pole
        if self.name in _LARGE:
            self._raise("fmul", endless, 2.0**100, 2.0**1000 if self.xs[0].dtype == "f64" else 2.0**100)
        return done

    def _pole(self, endless: Truth) -> Truth | None:
        if self.name == "pow":
            return endless & self.xs[0].same(0.0)
        return endless if self.name in _POLES else None

    def _raise(self, op: str, where: Truth, x: float, y: float) -> None:
        """`op` of x and y where the truth holds, of 1 and 1 elsewhere."""
        one = self.xs[0].like(1.0)
        left, right = (self._fixed(select(where, v, one), f"%raised{self.body.name('')}") for v in (x, y))
        self._fixed(Real(self.body, self.body.let(f"{op} {one.type} {left.name}, {right.name}"), one.dtype), f"%raised{self.body.name('')}")

    def _fixed(self, x: Real, slot: str) -> Real:
        """The number stored and loaded again, of which LLVM knows nothing then."""
        body = self.body
        body.slots.append(f"  {slot} = alloca {x.type}")
        body.lines.append(f"  store volatile {x.type} {x.name}, ptr {slot}")
        name = "%" + body.name("fixed")
        body.lines.append(f"  {name} = load volatile {x.type}, ptr {slot}")
        return Real(body, name, x.dtype)
