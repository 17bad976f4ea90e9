"""Mirror: walk a function body backwards and write its mirror image.

At each node the walk writes what the op adds to its operands' adjoints; an `if` becomes an `if`, a loop the same loop
walked back. A mirrored region at first names primal values freely; when it is complete, exactly those it still names are
transported (`transport`): computed again, recorded, or handed out as further results of the `if`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from difflang.build import Builder, OpenType
from difflang.errors import NotDifferentiable
from difflang.ir import UNDEF, Atom, Const, Function, Node, Program, Region, Var, const
from difflang.op import row
from difflang.ops.index import gathers
from difflang.records import replace
from difflang.types import INT, Array, Scalar, Unknown, Stack

from .activity import Activity, Mask, loop_parts
from .adjoint import contributions, open_type, zero
from .custom import Halves, is_ruled
from .frame import Frame, array_params, bar_type, hint_of
from .mirror_stacks import STACK_RULES
from .transport import Transport, renamed

if TYPE_CHECKING:
    from .reverse import Pair


class Owner(Protocol):
    """What a mirror asks of the pass that drives it."""

    program: Program
    activity: Activity
    recursive: set[str]

    def pair(self, key: str, wrt: Mask, given: Mask) -> Pair: ...

    def ruled(self, key: str) -> Halves | None: ...


class Mirror:
    """The reversal of one function body for one activity."""

    def __init__(self, owner: Owner, key: str, wrt: Mask, given: Mask, shared: bool = False, numbers: Iterable[Atom] = ()) -> None:
        self.owner = owner
        self.function = owner.program.functions[key]
        self.active = owner.activity.active(key, wrt, given)
        self.transport = Transport(owner.program, self.function.body, shared, numbers, self.active)

    def walk(self, seeds: dict[int, Atom], incoming: dict[Var, Atom] | None = None) -> Frame:
        """Mirror the whole body, given the adjoints of its yields by position."""
        body = self.function.body
        frame = Frame(body, Builder(role="adjoint"), None, [], numbers=self.transport.shapes.numbers, passed=set(incoming or ()))
        frame.bars.update(incoming or {})
        for position, bar in seeds.items():
            if self.is_active(body.yields[position]):
                frame.add(body.yields[position], bar)
        self.sweep(frame)
        return frame

    def is_active(self, atom: Atom) -> bool:
        return isinstance(atom, Var) and atom in self.active

    def sweep(self, frame: Frame) -> None:
        for node in reversed(frame.region.nodes):
            if not any(out in self.active for out in node.outs):
                continue
            frame.builder.place = node.place
            try:
                self.mirror_node(frame, node)
            except OpenType:
                raise open_type(node, self.function) from None

    def mirror_node(self, frame: Frame, node: Node) -> None:
        if node.op == "if":
            self.mirror_if(frame, node)
        elif node.op in ("for", "while"):
            self.mirror_loop(frame, node)
        elif node.op == "call":
            self.mirror_call(frame, node)
        else:
            self.mirror_op(frame, node)

    # ---------------------------------------------------------------- plain ops

    def mirror_op(self, frame: Frame, node: Node) -> None:
        b = frame.builder
        if node.op in STACK_RULES:
            STACK_RULES[node.op](frame, node, self.is_active)
            return
        bars = tuple(frame.take(out) for out in node.outs)
        if all(bar is None for bar in bars) or row(node.op).kind == "constant":
            return
        y_bar = bars if row(node.op).results else bars[0]
        if row(node.op).rule is None:
            raise NotDifferentiable("DL008", f"the derivative of {node.op} is not known", node.place, origin=self.function.origin)
        active = [self.is_active(a) for a in node.args]
        if node.op == "index":
            assert bars[0] is not None
            self.mirror_index(frame, node, bars[0])
            return
        amounts: dict[Atom, Atom] = {}
        for position, amount in contributions(b, node, y_bar, active, self.transport.shapes):
            operand = node.args[position]  # x * x adds to x twice
            amounts[operand] = b.emit("add", amounts[operand], amount) if operand in amounts else amount
        for operand, amount in amounts.items():
            frame.add(operand, amount)

    def mirror_index(self, frame: Frame, node: Node, y_bar: Atom) -> None:
        """Add to the element read, in O(1). Where the very place has just been cleared (a store's adjoint), set it."""
        base, pattern = node.args[0], node.attrs["pattern"]
        assert isinstance(base, Var)
        if not pattern:
            frame.add(base, y_bar)  # the one element of an array without axes
            return
        bar = frame.full(base)
        hint = f"{base.hint}_bar"
        made = next((n for n in reversed(frame.builder.nodes) if bar in n.outs), None)
        if made is not None and made.op == "store" and not gathers(pattern, [a.type for a in node.args[1:]]):
            cleared = isinstance(made.args[1], Const) and made.args[1].value == 0
            if cleared and made.args[2:] == node.args[1:] and made.attrs["pattern"] == pattern:
                frame.bars[base] = frame.builder.emit("store", made.args[0], y_bar, *node.args[1:], pattern=pattern, hint=hint)
                return
        frame.bars[base] = frame.builder.emit("accumulate", bar, y_bar, *node.args[1:], pattern=pattern, hint=hint)

    # ---------------------------------------------------------------- structured nodes

    def mirror_if(self, frame: Frame, node: Node) -> None:
        bars = [(k, frame.take(out)) for k, out in enumerate(node.outs) if out in self.active]
        if all(bar is None for _, bar in bars):
            return
        arms = []
        for region in node.regions:
            arm = Frame(region, Builder(node.place, "adjoint"), frame, frame.loops)
            for k, bar in bars:
                if bar is not None and self.is_active(region.yields[k]):
                    arm.add(region.yields[k], bar)
            self.sweep(arm)
            arms.append(arm)
        touched = list(dict.fromkeys(v for arm in arms for v in arm.inputs))
        outside = {v: frame.current(v) for v in touched}
        outs = tuple(Var(f"{v.hint}_bar", bar_type(v.type)) for v in touched)
        exports: list[tuple[int, Var]] = []
        mirrored = [self.transport.resolve(arm, self.close_arm(arm, touched, outside), side, exports) for side, arm in enumerate(arms)]
        self.rebuild_if(frame, node, arms, mirrored, exports)
        frame.builder.place = node.place
        if outs:
            frame.builder.node("if", node.args, outs, mirrored)
        frame.bars.update(zip(touched, outs, strict=True))

    def close_arm(self, arm: Frame, touched: Sequence[Var], outside: dict[Var, Atom | None]) -> Region:
        """An arm's mirror image: what it added to, what was there outside, or zeros."""
        yields: list[Atom] = []
        for value in touched:
            bar = arm.bars.get(value, outside[value])
            yields.append(arm.zero(value) if bar is None else bar)
        return Region((), tuple(arm.builder.nodes), tuple(yields))

    def rebuild_if(self, frame: Frame, node: Node, arms: list[Frame], mirrored: list[Region], exports: list[tuple[int, Var]]) -> None:
        """The primal `if`, with what its mirror image needs handed out as further results."""
        outs = list(node.outs)
        yields = [list(arm.region.yields) for arm in arms]
        for side, value in exports:
            handed = Var(value.hint, value.type)
            outs.append(handed)
            frame.local.add(handed)
            self.transport.partial.add(handed)
            for k in (0, 1):
                yields[k].append(value if k == side else UNDEF)
            mirrored[side] = renamed(mirrored[side], {value: handed})
        regions = tuple(Region((), arm.forward(), tuple(y)) for arm, y in zip(arms, yields, strict=True))
        frame.changed[node] = [replace(node, outs=tuple(outs), regions=regions)]

    def mirror_loop(self, frame: Frame, node: Node) -> None:
        body, inits, params, yields = loop_parts(node)
        bars = [frame.take(out) for out in node.outs]
        carried = [k for k, out in enumerate(node.outs) if out in self.active or params[k] in self.active]
        if all(bars[k] is None for k in carried):
            return
        loop = Frame(body, Builder(node.place, "adjoint"), frame, [*frame.loops, node])
        starts = [self.writable(frame, bars[k], node.outs[k]) for k in carried]
        turning = [Var(f"{node.outs[k].hint}_bar", bar_type(node.outs[k].type)) for k in carried]
        for k, bar in zip(carried, turning, strict=True):
            if self.is_active(yields[k]):
                loop.add(yields[k], bar)
        self.sweep(loop)
        handed = [loop.take(params[k]) for k in carried]
        ends = [
            self.nothing(loop, params[k], yields[k], bar) if h is None else h for k, h, bar in zip(carried, handed, turning, strict=True)
        ]
        touched = list(loop.inputs)
        starts += [self.writable(frame, frame.current(v), v) for v in touched]
        ends += [loop.bars[v] for v in touched]
        turning += [bar for bar in (loop.inputs[v] for v in touched) if bar is not None]
        back = self.transport.resolve(loop, Region((), tuple(loop.builder.nodes), tuple(ends)), 0, None)
        outs = tuple(Var(bar.hint, bar.type) for bar in turning)
        frame.builder.place = node.place
        self.write_loop(frame, loop, node, back, starts, turning, outs)
        frame.bars.update(zip(touched, outs[len(carried) :], strict=True))
        for k, out in zip(carried, outs, strict=False):
            if self.is_active(inits[k]):
                frame.add(inits[k], out)

    def nothing(self, loop: Frame, value: Var, after: Atom, bar: Var) -> Atom:
        """The adjoint that a turn hands on to the turn before where it adds nothing; shaped like the one that came in, unless
        the turn may make another shape."""
        shaped = isinstance(value.type, (Array, Unknown))
        changes = isinstance(value.type, Stack) or (shaped and not self.transport.shapes.same(value, after))
        return const(0.0) if value in loop.numbers else zero(loop.builder, value if changes else bar)

    def writable(self, frame: Frame, bar: Atom | None, value: Var) -> Atom:
        """An adjoint to begin a loop with. A view would make every turn's adjoint strided, so it is copied once."""
        b = frame.builder
        if bar is None:
            return frame.zero(value)
        made = next((node for node in reversed(b.nodes) if bar in node.outs), None)
        if made is not None and made.op == "broadcast_to" and isinstance(made.args[0].type, Scalar):
            return b.emit("full_like", value, made.args[0], dtype=None, hint=f"{value.hint}_bar")
        strided = isinstance(bar.type, Array) and bar.type.layout == "A"
        return b.emit("copy", bar, hint=f"{value.hint}_bar") if strided else bar

    def write_loop(
        self, frame: Frame, loop: Frame, node: Node, back: Region, starts: Sequence[Atom], turning: Sequence[Var], outs: Sequence[Var]
    ) -> None:
        """The primal loop, counting where its length is not known before, and its mirror image."""
        b = frame.builder
        primal = replace(node, regions=(*node.regions[:-1], replace(loop.region, nodes=loop.forward())))
        if node.op == "for" and not node.attrs.get("exits"):
            index = Var(loop.region.params[0].hint, loop.region.params[0].type)
            back = renamed(back, {loop.region.params[0]: index})
            attrs = {**node.attrs, "reverse": not node.attrs.get("reverse", False)}
            b.node("for", (*node.args[:3], *starts), outs, [replace(back, params=(index, *turning))], **attrs)
            frame.changed[node] = [primal]
            return
        primal, count = _counted(primal)
        frame.local.add(count)
        frame.changed[node] = [primal]
        start: Atom = Const(0, count.type)
        stop: Atom = count
        step: Atom = Const(1, count.type)
        index = Var("k", count.type)
        attrs = {"reverse": True}
        if node.op == "for":
            index = Var(loop.region.params[0].hint, loop.region.params[0].type)
            back = renamed(back, {loop.region.params[0]: index})
            start, step = _first_and_step(b, node)
            stop = b.emit("add", start, b.emit("mul", count, step))
        b.node("for", (start, stop, step, *starts), outs, [replace(back, params=(index, *turning))], **attrs)

    # ---------------------------------------------------------------- calls

    def mirror_call(self, frame: Frame, node: Node) -> None:
        b = frame.builder
        callee = self.owner.program.functions[node.attrs["callee"]]
        if is_ruled(callee.python):
            self.mirror_ruled(frame, node, callee)
            return
        bars = [frame.take(out) for out in node.outs]
        results = len(node.outs) - len(callee.writes)
        filled = {k for k, out in zip(callee.writes, node.outs[results:], strict=True) if out in self.active}
        wrt = tuple(self.is_active(a) or k in filled for k, a in enumerate(node.args))
        arrays = array_params(callee, wrt)
        written = [k for k in arrays if k in callee.writes]
        if not any(wrt) or (all(bar is None for bar in bars) and not written):
            return
        given = tuple(k < results and bar is not None for k, bar in enumerate(bars))
        pair = self.owner.pair(node.attrs["callee"], wrt, given)
        tape = tuple(Var(name, type) for name, type in zip(pair.names, pair.tape, strict=True))
        if tape or self.transport.shared or node.attrs["callee"] in self.owner.recursive:
            outs = (*node.outs[:results], *tape, *node.outs[results:])
            frame.changed[node] = [replace(node, outs=outs, attrs={**node.attrs, "callee": pair.forward})]
        frame.local.update(tape)
        self.transport.partial.update(v for v, partial in zip(tape, pair.partial, strict=True) if partial)
        accumulators: list[Atom] = []
        seen: set[Atom] = set()
        for k in arrays:
            if k in callee.writes:
                position = results + callee.writes.index(k)
                bar = bars[position]
                accumulators.append(frame.zero(node.outs[position]) if bar is None else bar)
            elif node.args[k] in seen:
                accumulators.append(frame.zero(node.args[k]))
            else:
                seen.add(node.args[k])
                accumulators.append(frame.full(node.args[k]))
        scalars = [k for k in range(len(wrt)) if wrt[k] and k not in arrays]
        outs = tuple(Var(f"{hint_of(node.args[k], 'x')}_bar", bar_type(callee.body.params[k].type)) for k in (*scalars, *arrays))
        given_bars = tuple(bar for k, bar in enumerate(bars) if given[k] and bar is not None)
        b.node("call", (*(node.args[k] for k in pair.needs), *tape, *given_bars, *accumulators), outs, callee=pair.backward)
        for k, out in zip((*scalars, *arrays), outs, strict=True):
            value = node.args[k]
            if k in arrays and k not in callee.writes and value in seen:
                seen.discard(value)
                frame.bars[value] = out  # type: ignore[index]
            elif self.is_active(value):
                frame.add(value, out)

    def mirror_ruled(self, frame: Frame, node: Node, callee: Function) -> None:
        """A call of a function whose derivative the user states."""
        found = self.owner.ruled(node.attrs["callee"])
        if found is None:
            raise NotDifferentiable(
                "DL008",
                f"{callee.name} has a forward rule only",
                node.place,
                "state a reverse rule: @dl.derivative(of=...)",
                self.function.origin,
            )
        b = frame.builder
        bars = [frame.take(out) for out in node.outs]
        if all(bar is None for bar in bars):
            return
        tape = tuple(Var(f"{callee.name}_tape", type) for type in found.captured)
        frame.changed[node] = [replace(node, outs=(*node.outs, *tape), attrs={**node.attrs, "callee": found.value})]
        frame.local.update(tape)
        given = [frame.zero(out) if bar is None else bar for out, bar in zip(node.outs, bars, strict=True)]
        outs = tuple(Var(f"{hint_of(node.args[k], 'x')}_bar", bar_type(callee.body.params[k].type)) for k in found.wrt)
        b.node("call", (*given, *tape), outs, callee=found.linear)
        for k, out in zip(found.wrt, outs, strict=True):
            if self.is_active(node.args[k]):
                frame.add(node.args[k], out)


def _counted(node: Node) -> tuple[Node, Var]:
    """The loop with one more carried value: how many iterations have begun."""
    body = node.regions[-1]
    param, after, count = Var("count", INT), Var("count", INT), Var("count", INT)
    one = Node("add", (param, Const(1, INT)), (after,), place=node.place)
    body = Region((*body.params, param), (one, *body.nodes), (*body.yields, after))
    regions: tuple[Region, ...] = (body,)
    if node.op == "while":
        condition = node.regions[0]
        regions = (replace(condition, params=(*condition.params, Var("count", INT))), body)
    return replace(node, args=(*node.args, Const(0, INT)), outs=(*node.outs, count), regions=regions), count


def _first_and_step(b: Builder, node: Node) -> tuple[Atom, Atom]:
    """Where a `for` with exits begins and how it steps; a range walked backwards is one from its last value."""
    start, stop, step = node.args[:3]
    if not node.attrs.get("reverse"):
        return start, step
    zero_, one = Const(0, start.type), Const(1, start.type)
    length = b.emit("neg", b.emit("floordiv", b.emit("sub", start, stop), step))
    last = b.emit("add", start, b.emit("mul", b.emit("sub", length, one), step))
    return last, b.emit("sub", zero_, step)
