"""Transport: give a mirrored region the values of the primal that it names.

Each is computed again, read from the tape, or, outside of loops, handed out by the primal's `if` as a further result. What is
asked for its shape alone is not kept: the shape is asked of the earliest array that has it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from difflang.build import Builder, hint_for
from difflang.ir import UNDEF, Atom, Const, Node, Program, Region, Var, const, free_vars, substitute, walk
from difflang.records import replace
from difflang.op import row
from difflang.types import INT, Array, Scalar, Unknown

from .activity import loop_parts
from .frame import Frame
from .lasting import lasting, waits
from .prune import prune_nodes
from .shapes import SHAPE_OPERAND, Shapes
from .tape import CHEAP, Choice, Sizes, Slot, call_prices, choose, killed_values, slot_for, varies


def renamed(region: Region, mapping: dict[Var, Atom]) -> Region:
    """The region with values replaced, definitions kept."""
    return substitute(region, dict(mapping), fresh=False)


class Transport:
    """The transport between one function body and its mirror image; `shared` in a recursion."""

    def __init__(self, program: Program, body: Region, shared: bool, numbers: Iterable[Atom] = (), active: Container[Atom] = ()) -> None:
        self.killed = killed_values(program, body)
        self.prices = call_prices(program)
        self.slots: list[Slot] = []
        self.shared = shared
        self.partial = partial_values(program, body)
        self.shapes = Shapes(body, numbers, active)
        self.size_of = Sizes(body, self.shapes, self.partial)
        self.active = active
        self.waiting: dict[Node, bool] = {}
        self.lasting = {} if shared else lasting(body, self.killed, active)
        self.names = {
            node.out: hint_for(node.op, node.args) for node in walk(body) if len(node.outs) == 1 and not node.regions and node.op != "call"
        }

    def resolve(self, frame: Frame, back: Region, side: int, exports: list[tuple[int, Var]] | None) -> Region:
        """Give a mirrored region the primal values it names. Outside of loops an `if` hands them out (`exports`)."""
        if frame.loops or self.shared:
            return self.by_tape(frame, back)
        assert exports is not None
        back, choice = self.choose(frame, back)
        exports += [(side, value) for value in choice.record]
        mapping: dict[Var, Atom] = {}
        nodes = again(choice.again, mapping)
        back = renamed(back, mapping)
        return replace(back, nodes=(*nodes, *back.nodes))

    def by_tape(self, frame: Frame, back: Region, at_hand: Iterable[Var] = ()) -> Region:
        """Give a mirrored region the primal values it names, by the tape or again."""
        back, choice = self.choose(frame, back, at_hand)
        nodes: list[Node] = []
        mapping: dict[Var, Atom] = {}
        for value in choice.record:
            name = self.name_of(value)
            loops = self.loops_of(value, frame.loops)
            slot = slot_for(Var(name, value.type), loops, self.size_of)
            if self.shared or value in self.partial:  # a number that may be missing has no place in an array
                slot = replace(slot, dims=None, shared=self.shared)
            self.slots.append(slot)
            at = () if slot.dims is None else tuple(loop.regions[0].params[0] for loop in loops)
            write = Node("tape_write", (value, *at), (), {"slot": slot})
            if self.shared:  # after the calls of the region, since its mirror image reads before its calls
                frame.last.append(write)
            else:
                frame.after.setdefault(value, []).append(write)
            read = Var(name, value.type)
            mapping[value] = read
            nodes.append(Node("tape_read", at, (read,), {"slot": slot}))
        nodes += again(choice.again, mapping)
        back = renamed(back, mapping)
        return replace(back, nodes=(*nodes, *back.nodes))

    def loops_of(self, value: Var, loops: list[Node]) -> list[Node]:
        """The loops in whose turns a value may differ: the others' write the same to the same place. (Loops that wait are not merged.)"""
        if len(loops) < 2 or not self.waits(loops[0]):
            return loops
        found = varies(value, loops, self.size_of.definition, self.shapes.home)
        return [loop for k, loop in enumerate(loops) if k in found] or loops[:1]

    def walked(self, value: Var, frame: Frame) -> Node | None:
        """The read of an element, where loops walk the whole array more than once: it is kept once, as it is before them."""
        node, loops = self.size_of.definition.get(value), frame.loops
        if node is None or node.op != "index" or set(node.attrs["pattern"]) != {"i"} or value in self.lasting or self.shared:
            return None
        base, *at = node.args
        held = [loop.regions[-1] in self.shapes.home.get(base, ()) or base in loop.regions[-1].params for loop in loops]  # type: ignore[arg-type]
        within = loops[held.count(True) :]
        walking = {loop.regions[0].params[0]: loop for loop in within if loop.op == "for"}
        bodies = [loop.regions[-1] for loop in loops]
        around = [region for region in self.shapes.home[value] if region not in bodies[: len(loops) - len(within)]][1:]
        straight = around[: len(within)] == bodies[len(loops) - len(within) :]  # no branch between
        if not straight or len(at) >= len(within) or len(walking) < len(within) or len(set(at)) < len(at) or not self.waits(loops[0]):
            return None
        known = all(slot_for(value, [loop], self.size_of).dims is not None for loop in within)
        full = known and all(i in walking and self.walks(walking[i], base, axis) for axis, i in enumerate(at))
        return node if full and len(at) == base.type.rank else None  # type: ignore[union-attr]

    def walks(self, loop: Node, array: Atom, axis: int) -> bool:
        """Whether a loop's counter takes all places of an axis, but one or two."""
        (root, offset), (other, end) = self.shapes.extents.size(loop.args[1]), self.shapes.extents.of(array, axis)  # type: ignore[arg-type]
        return root == other and abs(end - offset) <= 2

    def waits(self, loop: Node) -> bool:
        if loop not in self.waiting:
            self.waiting[loop] = loop.op != "for" or waits(loop, self.active)
        return self.waiting[loop]

    def name_of(self, value: Var) -> str:
        """What a value that is kept is called: as the user named it, else as what it was made of says."""
        return value.hint if value.hint != "t" else self.names.get(value, "t")

    def only_shapes(self, frame: Frame, back: Region) -> Region:
        """Where a mirrored region asks an array of this region for its shape alone, ask the earliest one of that shape,
        and if that is of this region too, numbers: no array is kept for its shape."""
        mapping: dict[Var, Var] = {}
        sizes: dict[Var, Sequence[Var]] = {}
        read = read_values(back)

        def visit(node: Node, out: Builder) -> None:
            position = SHAPE_OPERAND.get(node.op)
            operand = node.args[position] if position is not None and position < len(node.args) else None
            if isinstance(operand, Var) and operand in frame.local and isinstance(operand.type, (Array, Unknown)):
                root = mapping.setdefault(operand, self.shape_of(operand, read))
                kept = root in read or root in self.partial or self.is_cheap_view(frame, root)
                twin = None if kept or node.op in ("dim", "size") else self.twin(frame, root)
                if twin is not None:
                    node = _asking(node, position or 0, out.emit("index", *twin.args, **twin.attrs), operand)
                elif isinstance(root.type, Array) and root in frame.local and not kept:
                    if root not in sizes:
                        sizes[root] = self.sizes(frame, root)
                    known = [self.known_size(out, root, axis) or size for axis, size in enumerate(sizes[root])]
                    node = self.by_sizes(out, node, position or 0, operand, known)
                else:
                    node = _asking(node, position or 0, root, operand)
            out.add(replace(node, regions=tuple(rebuilt(region) for region in node.regions)))

        def rebuilt(region: Region) -> Region:
            inner = Builder()
            for node in region.nodes:
                visit(node, inner)
            return replace(region, nodes=tuple(inner.nodes))

        return rebuilt(back)

    def shape_of(self, operand: Var, read: Container[Atom]) -> Var:
        """The value to ask for a shape: one whose elements are read anyway, the earliest first."""
        root = self.shapes.root(operand)
        return operand if operand in read and root not in read and root not in self.size_of.top else root

    def is_cheap_view(self, frame: Frame, value: Var) -> bool:
        """Whether the array is a slice of one from outside that nobody overwrites: it is taken again for its shape."""
        node = self.size_of.definition.get(value)
        if node is None or node.op != "index" or "a" in node.attrs["pattern"]:
            return False
        base = node.args[0]
        return isinstance(base, Var) and base not in frame.local and base not in self.killed

    def twin(self, frame: Frame, value: Var) -> Node | None:
        """The slice of an array from outside that has the shape of this one, a slice of an array that has that array's shape."""
        node = self.size_of.definition.get(value)
        if node is None or node.op != "index" or "a" in node.attrs["pattern"] or not isinstance(node.args[0], Var):
            return None
        base, operands = self.shapes.root(node.args[0]), node.args[1:]
        if not isinstance(base.type, Array) or base.type.dims != getattr(node.args[0].type, "dims", None):
            return None
        outside = all(isinstance(a, Const) or a not in frame.local for a in (base, *operands))
        return replace(node, args=(base, *operands)) if outside and base not in self.killed else None

    def sizes(self, frame: Frame, value: Var) -> Sequence[Var]:
        """The sizes of an array of this region, as numbers computed where it is defined."""
        assert isinstance(value.type, Array)
        found = [Var(f"{value.hint}_size", INT) for _ in value.type.dims]
        frame.local.update(found)
        nodes = [Node("dim", (value,), (size,), {"axis": k}) for k, size in enumerate(found)]
        frame.after[value] = [*nodes, *frame.after.get(value, [])]
        return found

    def known_size(self, b: Builder, array: Var, axis: int) -> Atom | None:
        """The size of an axis, where numbers and arrays from before the outermost loop tell it."""
        root, offset = self.shapes.extents.of(array, axis)
        if root is None:
            return const(offset)
        if isinstance(root, Var) and root in self.size_of.top:
            size: Atom = root
        elif isinstance(root, tuple) and len(root) == 2 and root[0] in self.size_of.top:
            size = b.emit("dim", root[0], axis=root[1])
        else:
            return None
        return b.emit("add", size, const(offset), flavor="python") if offset else size

    def by_sizes(self, b: Builder, node: Node, position: int, operand: Var, sizes: Sequence[Atom]) -> Node:
        """The node with an array of those sizes that takes no memory in place of the operand."""
        if node.op == "dim":
            return replace(node, op="pos", args=(sizes[node.attrs["axis"]],), attrs={})
        if node.op in ("zeros_like", "ones_like", "empty_like") and isinstance(operand.type, Array):
            dtype = node.attrs.get("dtype") or operand.type.dtype
            return replace(node, op=node.op.removesuffix("_like"), args=tuple(sizes), attrs={"dtype": dtype})
        like = b.emit("broadcast_to", const(0.0), *sizes)
        return _asking(node, position, like, operand)

    def choose(self, frame: Frame, back: Region, at_hand: Iterable[Var] = ()) -> tuple[Region, Choice]:
        """How the values named are had; a loop's index and what is `at_hand` need no transport."""
        back = self.only_shapes(frame, computed_before(frame, replace(back, nodes=prune_nodes(back.nodes, back.yields))))
        back = read_once(frame.region, back)
        need = [v for v in free_vars(back) if v in frame.local]
        loop = frame.loops[-1] if frame.loops else None
        own = loop is not None and loop.op == "for" and frame.region is loop.regions[0]
        index = [*at_hand, *(frame.region.params[:1] if own else ())]
        region = Region(frame.region.params, frame.forward(), frame.region.yields)
        stands = {**self.lasting, **{v: node for v in need if (node := self.walked(v, frame)) is not None}}
        return back, choose(region, need, index, self.killed, self.prices, stands)


def computed_before(frame: Frame, back: Region) -> Region:
    """What a derivative's rule computes of primal values and the primal has computed already (cos beside sin) is the primal's."""
    had: dict[object, Var] = {}
    outer: Frame | None = frame
    while outer is not None:
        for node in outer.region.nodes:
            if (key := _costly(node)) is not None and (isinstance(node.out.type, Scalar) or not frame.loops):
                had.setdefault(key, node.out)
        outer = outer.parent
    found = [(node.out, had.get(key)) for node in walk(back) if (key := _costly(node)) is not None] if had else []
    mapping = {out: value for out, value in found if value is not None and _same_kind(out, value)}
    return renamed(replace(back, nodes=_without(back.nodes, set(mapping))), dict(mapping)) if mapping else back


def read_once(region: Region, back: Region) -> Region:
    """One name for an element that the region reads several times."""
    first: dict[object, Var] = {}
    again = {node.out: first.setdefault((node.args, node.attrs["pattern"]), node.out) for node in region.nodes if node.op == "index"}
    again = {out: one for out, one in again.items() if one is not out and isinstance(out.type, Scalar) and one.type == out.type}
    return renamed(back, dict(again)) if again else back


def _costly(node: Node) -> object:
    """What a node computes, if that costs something."""
    if node.regions or node.op in ("call", "tape_read", "tape_write") or len(node.outs) != 1:
        return None
    if row(node.op).kind != "elementwise" or row(node.op).cost <= CHEAP:
        return None
    return node.op, node.args, tuple(sorted(node.attrs.items()))


def _same_kind(one: Var, other: Var) -> bool:
    if isinstance(one.type, Array) or isinstance(other.type, Array):
        return one.type == other.type
    return isinstance(one.type, Scalar) and isinstance(other.type, Scalar) and one.type.dtype == other.type.dtype


def _without(nodes: Iterable[Node], gone: set[Var]) -> tuple[Node, ...]:
    def slim(region: Region) -> Region:
        return replace(region, nodes=_without(region.nodes, gone))

    return tuple(replace(node, regions=tuple(map(slim, node.regions))) for node in nodes if gone.isdisjoint(node.outs))


def read_values(region: Region) -> set[Atom]:
    """The values whose contents, not only their shape, a region reads."""
    found: set[Atom] = set(region.yields)
    for node in walk(region):
        found.update(a for k, a in enumerate(node.args) if SHAPE_OPERAND.get(node.op) != k)
        for inner in node.regions:
            found.update(inner.yields)
    return found


def _asking(node: Node, position: int, source: Atom, operand: Var) -> Node:
    """The node asking another array for the shape; the dtype stays the operand's."""
    attrs = node.attrs
    if node.op.endswith("_like") and attrs.get("dtype") is None and isinstance(operand.type, Array):
        attrs = {**attrs, "dtype": operand.type.dtype}
    return replace(node, args=(*node.args[:position], source, *node.args[position + 1 :]), attrs=attrs)


def partial_values(program: Program, body: Region, within: tuple[str, ...] = ()) -> set[Var]:
    """The values that some path leaves undefined, results of calls included."""
    partial: set[Var] = set()

    def missing(atom: Atom) -> bool:
        return atom == UNDEF or atom in partial

    while True:
        before = len(partial)
        for node in walk(body):
            if node.op == "if":
                for arm in node.regions:
                    partial.update(out for out, y in zip(node.outs, arm.yields, strict=True) if missing(y))
            elif node.op in ("for", "while"):
                _, inits, params, yields = loop_parts(node)
                for out, param, init, y in zip(node.outs, params, inits, yields, strict=True):
                    if missing(init) or missing(y):
                        partial.update((out, param))
            elif node.op == "call" and node.attrs["callee"] not in within:
                callee = program.functions[node.attrs["callee"]].body
                inner = partial_values(program, callee, (*within, node.attrs["callee"]))
                partial.update(out for out, y in zip(node.outs, callee.yields, strict=True) if y == UNDEF or y in inner)
        if len(partial) == before:
            return partial


def again(nodes: Iterable[Node], mapping: dict[Var, Atom]) -> list[Node]:
    """Copies of nodes that are run again, with results of their own."""
    copies = []
    made: list[tuple[Node, Var]] = []
    for node in nodes:
        args = tuple(mapping.get(a, a) if isinstance(a, Var) else a for a in node.args)
        twin = next((out for other, out in made if (other.op, other.args, other.attrs) == (node.op, args, node.attrs)), None)
        if twin is not None:  # the same element read twice
            mapping[node.out] = twin
            continue
        out = Var(node.out.hint, node.out.type)
        copies.append(replace(node, args=args, outs=(out,)))
        made.append((copies[-1], out))
        mapping[node.out] = out
    return copies
