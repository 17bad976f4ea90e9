"""Thread: turn the tape's slots into ordinary values.

`reverse` writes to and reads from slots as if they were global. Here each slot becomes a value that is created before the
outermost statement that uses it and handed through every loop and branch on the way: an array written at the iteration's
index, or a stack. Slots shared by a recursion are handed through its calls as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from difflang.build import Builder
from difflang.ir import Atom, Const, Function, Node, Region, Var, const
from difflang.records import replace
from difflang.types import Array, Scalar, Stack, Type

from .tape import Size, Slot

Shared = Mapping[str, tuple[Slot, ...]]


def thread(region: Region, given: Mapping[Slot, Var], shared: Shared, functions: Mapping[str, Function]) -> tuple[Region, dict[Slot, Atom]]:
    """The region without pseudo ops, and the last state of every slot. `given` slots come in as values."""
    threader = _Threader(shared, functions)
    state: dict[Slot, Atom] = dict(given)
    b = Builder()
    for node in region.nodes:
        for slot in threader.used(node):
            if slot not in state:
                state[slot] = threader.create(b, slot)
        for made in threader.nodes([node], state):
            b.add(made)
    return replace(region, nodes=tuple(b.nodes)), state


def state_type(slot: Slot) -> Type:
    """The type of a slot's value."""
    if slot.dims is None:
        return Stack(slot.element)
    assert isinstance(slot.element, Scalar)
    return Array(slot.element.dtype, ("?",) * len(slot.dims))


class _Threader:
    def __init__(self, shared: Shared, functions: Mapping[str, Function]) -> None:
        self.shared = shared
        self.functions = functions

    def used(self, node: Node) -> dict[Slot, None]:
        """The slots that a node touches, anywhere inside."""
        found: dict[Slot, None] = {}
        if node.op in ("tape_write", "tape_read"):
            found[node.attrs["slot"]] = None
        if node.op == "call":
            found.update(dict.fromkeys(self.shared.get(node.attrs["callee"], ())))
        for region in node.regions:
            for inner in region.nodes:
                found.update(self.used(inner))
        return found

    def changed(self, node: Node) -> list[Slot]:
        """The slots whose value a node replaces: arrays by writing, stacks by reading too."""
        if node.op == "tape_write":
            return [node.attrs["slot"]]
        if node.op == "tape_read":
            return [node.attrs["slot"]] if node.attrs["slot"].dims is None else []
        found: dict[Slot, None] = {}
        if node.op == "call":
            found.update(dict.fromkeys(self.shared.get(node.attrs["callee"], ())))
        for region in node.regions:
            for inner in region.nodes:
                found.update(dict.fromkeys(self.changed(inner)))
        return list(found)

    def create(self, b: Builder, slot: Slot) -> Atom:
        if slot.dims is None:
            return b.emit("stack_new", element=slot.element, hint=slot.name)
        assert isinstance(slot.element, Scalar)
        sizes = [_not_negative(b, _written(b, size)) for size in slot.dims]
        return b.emit("empty", *sizes, dtype=slot.element.dtype, hint=slot.name)

    def nodes(self, nodes: Iterable[Node], state: dict[Slot, Atom]) -> list[Node]:
        result: list[Node] = []
        for node in nodes:
            result.append(self.node(node, state))
        return result

    def node(self, node: Node, state: dict[Slot, Atom]) -> Node:
        if node.op in ("tape_write", "tape_read"):
            return self.access(node, state)
        slots = self.changed(node)
        if node.op == "call" and slots:
            return self.call(node, slots, state)
        if not node.regions:
            return node
        before = [state[slot] for slot in slots]
        if node.op == "if":
            regions = tuple(self.region(region, slots, before, state) for region in node.regions)
            args = node.args
        else:
            regions, args = self.loop(node, slots, before, state)
        outs = tuple(Var(slot.name, state_type(slot)) for slot in slots)
        state.update(zip(slots, outs, strict=True))
        return replace(node, args=args, outs=(*node.outs, *outs), regions=regions)

    def access(self, node: Node, state: dict[Slot, Atom]) -> Node:
        slot: Slot = node.attrs["slot"]
        held = state[slot]
        after = Var(slot.name, state_type(slot))
        pattern = {"pattern": ("i",) * len(slot.dims or ())}
        if node.op == "tape_write":
            state[slot] = after
            if slot.dims is None:
                return replace(node, op="push", args=(held, node.args[0]), outs=(after,), attrs={})
            return replace(node, op="store", args=(held, *node.args), outs=(after,), attrs=pattern)
        if slot.dims is None:
            state[slot] = after
            return replace(node, op="pop", args=(held,), outs=(after, node.out), attrs={})
        return replace(node, op="index", args=(held, *node.args), attrs=pattern)

    def call(self, node: Node, slots: Sequence[Slot], state: dict[Slot, Atom]) -> Node:
        finals = len(self.functions[node.attrs["callee"]].writes)
        cut = len(node.outs) - finals
        outs = tuple(Var(slot.name, state_type(slot)) for slot in slots)
        args = (*node.args, *(state[slot] for slot in slots))
        state.update(zip(slots, outs, strict=True))
        return replace(node, args=args, outs=(*node.outs[:cut], *outs, *node.outs[cut:]))

    def region(self, region: Region, slots: Sequence[Slot], before: Sequence[Atom], state: Mapping[Slot, Atom]) -> Region:
        """A region that takes the slots as they are before it and yields them last."""
        inner = {**state, **dict(zip(slots, before, strict=True))}
        nodes = self.nodes(region.nodes, inner)
        return Region(region.params, tuple(nodes), (*region.yields, *(inner[slot] for slot in slots)))

    def loop(
        self, node: Node, slots: Sequence[Slot], before: Sequence[Atom], state: Mapping[Slot, Atom]
    ) -> tuple[tuple[Region, ...], tuple[Atom, ...]]:
        regions = []
        for region in node.regions:
            params = tuple(Var(slot.name, state_type(slot)) for slot in slots)
            if region is node.regions[-1]:
                inner = self.region(region, slots, params, state)
            else:  # the condition of a while: sees the states, changes none
                inner = region
            regions.append(replace(inner, params=(*inner.params, *params)))
        return tuple(regions), (*node.args, *before)


def _written(b: Builder, size: Atom | Size) -> Atom:
    """A trip count, computed here."""
    if not isinstance(size, Size):
        return size
    return b.emit(size.op, *(_written(b, part) for part in size.args), **dict(size.attrs))


def _not_negative(b: Builder, size: Atom) -> Atom:
    if isinstance(size, Const):
        return size if int(size.value) >= 0 else const(0)
    if any(size in node.outs and node.op in ("dim", "size") for node in b.nodes):
        return size
    return b.emit("maximum", size, const(0), flavor="python")
