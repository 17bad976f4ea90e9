"""Mirror images of what happens to stacks: to the derivative's own tapes and to lists of the user's.

Each is O(1): a push is a pop of the value's adjoint, a pop a push; an item that is read has something added to its adjoint,
one that is overwritten has its adjoint taken and cleared.
"""

from __future__ import annotations

from collections.abc import Callable

from difflang.ir import Atom, Node, Var
from difflang.types import Scalar, Stack

from .adjoint import sum_of, zero
from .frame import Frame, bar_type, hint_of

IsActive = Callable[[Atom], bool]


def _push(frame: Frame, node: Node, is_active: IsActive) -> None:
    stack, value = node.args
    bar = frame.take(node.out)
    if bar is None or not isinstance(stack, Var):
        return
    rest = Var(f"{stack.hint}_bar", bar.type)
    top = Var(f"{hint_of(value, 'value')}_bar", bar_type(value.type))
    frame.builder.node("pop", (bar,), (rest, top))
    frame.put(stack, rest)
    if is_active(value):
        frame.add(value, top)


def _pop(frame: Frame, node: Node, is_active: IsActive) -> None:
    b = frame.builder
    stack_bar, value_bar = frame.take(node.outs[0]), frame.take(node.outs[1])
    stack_bar = zero(b, node.outs[0]) if stack_bar is None else stack_bar
    value_bar = zero(b, node.outs[1]) if value_bar is None else value_bar
    frame.put(node.args[0], b.emit("push", stack_bar, value_bar))


def _item(frame: Frame, node: Node, is_active: IsActive) -> None:
    stack, index = node.args
    y_bar = frame.take(node.out)
    if y_bar is None or not is_active(stack):
        return
    assert isinstance(stack, Var)
    b, bar = frame.builder, frame.full(stack)
    cleared = next((made for made in reversed(b.nodes) if bar in made.outs), None)
    if cleared is not None and cleared.op == "set_item" and cleared.args[2] == index and _is_zero(cleared, b.nodes):
        frame.bars[stack] = b.emit("set_item", cleared.args[0], y_bar, index, hint=f"{stack.hint}_bar")
        return
    hint = f"{node.out.hint}_bar" if isinstance(y_bar.type, Stack) else ""
    total = sum_of(b, b.emit("item", bar, index), y_bar, hint)
    frame.bars[stack] = b.emit("set_item", bar, total, index, hint=f"{stack.hint}_bar")


def _is_zero(cleared: Node, nodes: list[Node]) -> bool:
    """Whether a write put a zero there."""
    value = cleared.args[1]
    if isinstance(value, Var):
        return any(value in made.outs and made.op == "zeros_like" for made in nodes)
    return bool(value.value == 0)


def _set_item(frame: Frame, node: Node, is_active: IsActive) -> None:
    stack, value, index = node.args
    bar = frame.take(node.out)
    if bar is None or not isinstance(stack, Var):
        return
    b = frame.builder
    value_bar = b.emit("item", bar, index, hint=f"{hint_of(value, 'value')}_bar")
    nothing = zero(b, value if isinstance(value.type, Scalar) else _overwritten(frame, node))
    frame.put(stack, b.emit("set_item", bar, nothing, index, hint=f"{stack.hint}_bar"))
    if is_active(value):
        frame.add(value, value_bar)


def _overwritten(frame: Frame, node: Node) -> Var:
    """What an item was before it was overwritten, read by the primal: it may have had another shape."""
    stack, value, index = node.args
    old = Var(hint_of(value, "old"), stack.type.element)  # type: ignore[union-attr]
    frame.local.add(old)
    frame.changed[node] = [Node("item", (stack, index), (old,), place=node.place), node]
    return old


STACK_RULES: dict[str, Callable[[Frame, Node, IsActive], None]] = {
    "push": _push,
    "pop": _pop,
    "item": _item,
    "set_item": _set_item,
}
"""By op: writes the mirror image of one node. (`copy` is linear: its adjoint is added, to a list item by item.)"""
