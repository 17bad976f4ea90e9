"""Polling: loops that may run long ask now and then whether to stop (Ctrl-C). Who links nothing to the hook pays nothing.

The hook (`poll_text.py`) is a constant of the module: null in exported libraries, so that the optimiser removes every poll, and
`dl_poll_python` of `abi/support.py` in libraries for Python. It returns 0 to go on; anything else ends the function as a fault does.
"""

from __future__ import annotations

from collections.abc import Iterator

from difflang.ir import Node, walk
from difflang.types import REAL, Array, Scalar

from .lower.lower import Lowering

_OFTEN, _AT_TIMES, _SELDOM = 63, 255, 4095


def mask(node: Node, nested: bool) -> int:
    """How often a loop polls: where the low bits of its counter are these. 0: never, it ends soon or would be vectorised.

    An innermost `for` polls only if no loop around it does and it carries a number of floating point from step to step, which keeps
    it scalar anyhow.
    """
    body = node.regions[-1]
    inside = list(_repeated(node))
    if any(inner.op in ("for", "while") or _works_on_arrays(inner) for inner in inside):
        return _OFTEN
    if any(inner.op == "call" for inner in inside):
        return _AT_TIMES
    carries = any(isinstance(p.type, Scalar) and p.type.dtype in REAL for p in body.params[1:])
    return _SELDOM if node.op == "while" or (carries and not nested) else 0


def _repeated(node: Node) -> Iterator[Node]:
    """What a loop's body holds, but for the arm that its last turn alone takes."""
    body = node.regions[-1]
    left = body.yields[0] if node.attrs.get("exits") else None
    for inner in body.nodes:
        if inner.op == "if" and inner.args[0] is left:
            yield from walk(inner.regions[1])
        else:
            yield inner
            for region in inner.regions:
                yield from walk(region)


def _works_on_arrays(node: Node) -> bool:
    """Whether a node runs over a whole array. One that writes an element, or merges arrays, does not."""
    if node.regions or (node.op in ("store", "accumulate") and set(node.attrs["pattern"]) <= {"i"}):
        return False
    return any(isinstance(out.type, Array) for out in node.outs)


def poll(low: Lowering, counter: str, bits: int) -> None:
    """Ask where the counter's low bits say so."""
    if not bits:
        return
    w = low.w
    ask, on, bad = w.name("ask"), w.name("on"), w.name("stopped")
    w.branch(w.let(f"icmp eq i64 {w.let(f'and i64 {counter}, {bits}')}, {bits}"), ask, on, f", !prof !{w.cold_weights}")
    w.start(ask)
    answer = w.let("call i32 @dl_poll(ptr %ctx)")
    w.branch(w.let(f"icmp eq i32 {answer}, 0"), on, bad)
    w.cold += [f"{bad}:", f"  {w.failure}"]
    w.start(on)


__all__ = ["mask", "poll"]
