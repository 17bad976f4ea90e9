"""if, for, while, call: blocks, merges, and who holds the references of arrays that cross them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from difflang.ir import Atom, Const, Node, Region, Var, free_vars
from difflang.types import Array, Scalar

from ..alias import holds_memory
from .lower import Lowering, Scope, handles, is_alias, result_types, struct
from ..glue import leaves_work
from ..ledger import Entry
from ..memory import give_up, parts
from ..poll import mask, poll
from .parallel import lower_parallel
from .scalars import convert
from .versions import FEW, Assumed, twice_written
from ..writer import Site, Writer, is_literal


@handles("if")
def lower_if(low: Lowering, node: Node) -> None:
    w = low.w
    condition = low.scalar(node.args[0], "bool")
    labels = [w.name("then"), w.name("else")]
    after = w.name("endif")
    w.branch(condition, *labels)
    ends: list[tuple[list[list[str]], str]] = []
    outs = [k for k, out in enumerate(node.outs) if not low.collapsed(out)]
    assumed = low.assumed or Assumed(w, ("0", 0), ("0", 0))
    assumed.arms += 1
    ways: list[list[Entry]] = [[], []]
    merges: list[str] = []
    w.ledger.add("if", ways, merges)
    for label, arm, way in zip(labels, node.regions, ways, strict=True):
        w.start(label)
        with w.ledger.inside(way):
            scope = low.region(arm, {})
            values = [_yielded(low, scope, arm.yields[k], node.outs[k]) for k in outs]
        low.leave()
        ends.append((values, w.block))
        w.jump(after)
    assumed.arms -= 1
    w.start(after)
    merged = []  # all phis first: they head the block
    for i, k in enumerate(outs):
        types, hint = parts(node.outs[k].type), node.outs[k].hint
        merged.append([w.phi(t, [(values[i][p], block) for values, block in ends], hint) for p, t in enumerate(types)])
    merges += [register for registers in merged for register in registers]
    for k, registers in zip(outs, merged, strict=True):
        low.bind(node.outs[k], registers)
    for out in node.outs:
        if low.collapsed(out):
            low.bind_collapsed(out)


def _yielded(low: Lowering, scope: Scope, atom: Atom, out: Var) -> list[str]:
    """A value that leaves a region, with a reference if it is an array."""
    if holds_memory(out):
        low.take(atom, scope)
    return low.parts_of(atom, out.type)


class _Carried:
    """The values that go round a loop: phis of those that are not the same array all the way."""

    def __init__(self, low: Lowering, node: Node, inits: Sequence[Atom]) -> None:
        self.low = low
        self.node = node
        self.inits = inits
        params = node.regions[-1].params
        self.params = params[len(params) - len(inits) :]
        self.moving = [k for k, p in enumerate(self.params) if not low.collapsed(p)]
        self.values: dict[int, list[str]] = {}
        self.lines: dict[int, list[int]] = {}
        inner = {v for region in node.regions for v in free_vars(region)}
        used = {low.aliases.group.get(v) for v in inner}
        groups = [low.aliases.group.get(a) for a in inits if isinstance(a, Var)]
        self.starts: dict[int, list[str]] = {}
        for k in self.moving:
            init = inits[k]
            if holds_memory(self.params[k]) and isinstance(init, Var):
                group = low.aliases.group[init]
                low.move_or_retain(init, group in used or groups.count(group) > 1)
            self.starts[k] = low.parts_of(init, self.params[k].type)

    def open(self) -> None:
        """The phis at the loop's head."""
        w = self.low.w
        for k in self.moving:
            pairs = [w.open_phi(part, self.starts[k][p], self.params[k].hint) for p, part in enumerate(parts(self.params[k].type))]
            self.values[k] = [name for name, _ in pairs]
            self.lines[k] = [line for _, line in pairs]

    def registers(self) -> list[str]:
        return [register for registers in self.values.values() for register in registers]

    def bind(self, params: Sequence[Var]) -> None:
        for k, param in enumerate(params):
            if k in self.values:
                self.low.bind(param, self.values[k])
            else:
                self.low.bind_collapsed(param)

    def owned(self, params: Sequence[Var]) -> dict[int, Var]:
        """The groups that belong to an iteration."""
        groups = self.low.aliases.group
        return {groups[p]: p for k, p in enumerate(params) if k in self.values and holds_memory(p)}

    def yielded(self, scope: Scope, yields: Sequence[Atom]) -> dict[int, list[str]]:
        return {k: _yielded(self.low, scope, yields[k], self.params[k]) for k in self.moving}

    def close(self, following: dict[int, list[str]], block: str) -> None:
        for k, values in following.items():
            for line, value in zip(self.lines[k], values, strict=True):
                self.low.w.close_phi(line, value, block)

    def results(self, ends: Sequence[tuple[dict[int, list[str]], str]]) -> None:
        """Bind the loop's results, merged over the ways out of it."""
        w = self.low.w
        merged = {}
        for k in self.moving:
            types = parts(self.params[k].type)
            merged[k] = [w.phi(t, [(values[k][p], block) for values, block in ends], self.params[k].hint) for p, t in enumerate(types)]
        for k, out in enumerate(self.node.outs):
            if k in merged:
                self.low.bind(out, _fitting(self.low, merged[k], self.params[k], out))
            else:
                self.low.bind_collapsed(out)


def _fitting(low: Lowering, values: list[str], param: Var, out: Var) -> list[str]:
    """A carried value's registers in the form of the result's type, which may be stated more loosely."""
    if len(parts(param.type)) == len(parts(out.type)):
        return values
    low.bind(param, values)
    return low.parts_of(param, out.type)


_Ways = list[tuple[dict[int, list[str]], str]]


def _finish_iteration(low: Lowering, carried: _Carried, node: Node, body: Region, latch: str, left: str) -> _Ways:
    """The end of a body: on to the latch, or out where an exit was yielded. Gives the way out."""
    w = low.w
    low.loops += 1
    lines, far = len(w.lines), w.far
    scope = low.region(body, carried.owned(carried.params))
    w.near |= not leaves_work(len(w.lines) - lines, w.far - far)
    low.loops -= 1
    yields = list(body.yields)
    leaving = low.scalar(yields.pop(0), "bool") if node.attrs.get("exits") else ""
    values = carried.yielded(scope, yields)
    low.leave()
    if leaving:
        w.branch(leaving, left, latch)
        out = [(values, w.block)]
        w.start(latch)
        carried.close(values, latch)
        return out
    w.jump(latch)
    w.start(latch)
    carried.close(values, latch)
    return []


@handles("while")
def lower_while(low: Lowering, node: Node) -> None:
    w = low.w
    condition, body = node.regions
    carried = _Carried(low, node, node.args)
    inside, latch, done = w.name("inside"), w.name("latch"), w.name("done")
    head = w.open_loop("while")
    counter, line = w.open_phi("i64", "0", "turn")
    carried.open()
    carried.bind(condition.params)
    low.region(condition, {})
    test = low.scalar(condition.yields[0], "bool")
    low.leave()
    w.branch(test, inside, done)
    ends = [(dict(carried.values), w.block)]
    w.start(inside)
    poll(low, counter, mask(node, low.loops > 0))
    carried.bind(body.params)
    with w.ledger.loop("0", "", 1, node.place, [counter, *carried.registers()]):
        ends += _finish_iteration(low, carried, node, body, latch, done)
    w.close_phi(line, w.let(f"add i64 {counter}, 1"), w.block)
    w.jump(head)
    w.start(done)
    carried.results(ends)
    if not low.loops:
        give_up(low)


@handles("for")
def lower_for(low: Lowering, node: Node) -> None:
    """A loop over a range. A step of one counts up or down; any other step counts iterations."""
    w = low.w
    start, stop, step = node.args[:3]
    (body,) = node.regions
    index = body.params[0]
    low.ranges.learn(index, low.ranges.index(start, stop, step))
    if "least" in node.attrs:  # a part of a loop that began there
        low.ranges.learn(index, (node.attrs["least"], 2**55))
    first, last = low.scalar(start, "i64"), low.scalar(stop, "i64")
    by = step.value if isinstance(step, Const) else None
    backwards = bool(node.attrs.get("reverse"))
    if by in (1, -1):
        bound = last if by == 1 else _after(w, first)
        if backwards:
            first, last = w.let(f"sub i64 {last}, {by}"), w.let(f"sub i64 {first}, {by}")
            by = -by
        _run(low, node, (first, last, by), lambda i: i, bound)
        return
    stride = low.scalar(step, "i64")
    if by is None:
        w.fail_if(w.let(f"icmp eq i64 {stride}, 0"), Site(ValueError, "range() arg 3 must not be zero", 0, low.place))
    count = _count(w, first, last, stride)

    def at(k: str) -> str:
        if backwards:
            k = w.let(f"sub i64 {w.let(f'sub i64 {count}, 1')}, {k}")
        return w.let(f"add i64 {first}, {w.let(f'mul i64 {k}, {stride}')}")

    _run(low, node, ("0", count, 1), at)


def trips(w: Writer, first: str, last: str, step: int) -> str:
    """The length of a range whose step is known."""
    if step == 1 and is_literal(first):
        return w.greatest(w.plus(last, str(-int(first))), "0")
    if step in (1, -1):
        return w.greatest(w.let(f"sub i64 {last}, {first}" if step == 1 else f"sub i64 {first}, {last}"), "0")
    return _count(w, first, last, str(step))


def _after(w: Writer, value: str) -> str:
    """n of a value that was computed as n - 1; nothing where it was not."""
    words = w.codes.get(value, "").replace(",", "").split()
    return words[3] if words[-1:] == ["-1"] and words[0] == "add" or words[-1:] == ["1"] and words[0] == "sub" else ""


def _count(w: Writer, first: str, last: str, stride: str) -> str:
    """The length of a range with any step but zero."""
    up = w.let(f"icmp sgt i64 {stride}, 0")
    forth, back = w.let(f"sub i64 {last}, {first}"), w.let(f"sub i64 {first}, {last}")
    distance = w.let(f"select i1 {up}, i64 {forth}, i64 {back}")
    size = w.let(f"select i1 {up}, i64 {stride}, i64 {w.let(f'sub i64 0, {stride}')}")
    some = w.let(f"icmp sgt i64 {distance}, 0")
    whole = w.let(f"sdiv i64 {w.let(f'sub i64 {distance}, 1')}, {size}")
    rounded = w.let(f"add i64 {whole}, 1")
    return w.let(f"select i1 {some}, i64 {rounded}, i64 0")


def _run(low: Lowering, node: Node, bounds: tuple[str, str, int], at: Callable[[str], str], below: str = "") -> None:
    """The loop itself: a counter from the first bound to before the second. The index stays `below` something."""
    w = low.w
    first, last, by = bounds
    carried = _Carried(low, node, node.args[3:])
    done = w.name("done")
    twice = twice_written(node, low.twice)
    ends = _in_two_versions(low, node, bounds, at, below, carried, done) if twice else None
    if ends is None:
        ends = _loop(low, node, bounds, at, below, carried, done)
    else:
        low.twice += twice
    w.start(done)
    carried.results(ends)
    if not low.loops:
        give_up(low)


def _in_two_versions(
    low: Lowering, node: Node, bounds: tuple[str, str, int], at: Callable[[str], str], below: str, carried: _Carried, done: str
) -> _Ways | None:
    """A version without checks of bounds and the loop as it stands; their ways out. None, and nothing written, where the
    first one can fail all the same (it would not be vectorised, and gain little) and enough has been written twice."""
    w = low.w
    first, last, by = bounds
    mark, block, exits = w.mark(), w.block, w.exits
    test, fast, slow = w.name("test"), w.name("fast"), w.name("slow")
    w.jump(test)
    w.start(fast)
    low.assumed = Assumed(w, (first, 0) if by > 0 else (last, 1), (last, -1) if by > 0 else (first, 0), abs(by) == 1)
    ends = _loop(low, node, bounds, at, below, carried, done)
    assumed, low.assumed = low.assumed, None
    if w.exits > exits and assumed.asks() and low.twice > FEW:
        w.forget(mark, block)
        return None
    w.start(test)
    if assumed.asks():
        w.branch(assumed.hold(), fast, slow)
        w.start(slow)
        with w.ledger.inside([]):  # the other version has said it all
            ends += _loop(low, node, bounds, at, below, carried, done, f", !llvm.loop !{w.module.plain_loop}")
    else:
        w.jump(fast)
    return ends


def _loop(
    low: Lowering,
    node: Node,
    bounds: tuple[str, str, int],
    at: Callable[[str], str],
    below: str,
    carried: _Carried,
    done: str,
    suffix: str = "",
) -> _Ways:
    """One version of the loop; its ways out."""
    w = low.w
    first, last, by = bounds
    (body,) = node.regions
    inside, latch = w.name("inside"), w.name("latch")
    head = w.open_loop("for")
    counter, line = w.open_phi("i64", first, body.params[0].hint)
    carried.open()
    more = w.let(f"icmp {'slt' if by > 0 else 'sgt'} i64 {counter}, {last}")
    ends = [(dict(carried.values), w.block)]
    w.branch(more, inside, done)
    w.start(inside)
    poll(low, counter, mask(node, low.loops > 0))
    index = low.env[body.params[0]] = at(counter)
    if low.assumed is not None and index == counter:
        low.assumed.counter = counter
    if below:
        low.below[index] = below
    carried.bind(body.params[1:])
    with w.ledger.loop(first, last, by, node.place, [counter, *carried.registers()]):
        ends += _finish_iteration(low, carried, node, body, latch, done)
    following = w.let(f"add nsw i64 {counter}, {by}")
    w.close_phi(line, following, w.block)
    w.jump(head, suffix)
    return ends


@handles("call")
def lower_call(low: Lowering, node: Node) -> None:
    if "parallel" in node.attrs:
        lower_parallel(low, node)
        return
    w = low.w
    key = node.attrs["callee"]
    callee = low.program.functions[key]
    passed = ["ptr %ctx"]
    for arg, param in zip(node.args, callee.body.params, strict=True):
        passed += [f"{t} {v}" for t, v in zip(parts(param.type), low.parts_of(arg, param.type), strict=True)]
    types = result_types(callee)
    kind = "notail call" if low.recursive else "call"  # endless recursion is an error, not an endless loop
    result = w.let(f'{kind} fastcc {struct(types)} @"{key}.impl"({", ".join(passed)})')
    w.ledger.add("call", key, passed[1:], result)
    w.far += 1 + sum(isinstance(type, Array) for type in types)
    status = w.let(f"extractvalue {struct(types)} {result}, 0")
    w.pass_on(w.let(f"icmp ne i32 {status}, 0"))
    at = 1
    for k, out in enumerate(node.outs):
        leaves = len(node.outs) - len(callee.writes)
        if k >= leaves or is_alias(callee, k):
            low.bind_collapsed(out)
            continue
        count = len(parts(callee.body.yields[k].type))
        values = [w.let(f"extractvalue {struct(types)} {result}, {at + p}") for p in range(count)]
        at += count
        _bind_result(low, out, callee.body.yields[k], values)


def _bind_result(low: Lowering, out: Var, leaf: Atom, values: list[str]) -> None:
    """A callee's result, whose type there may be narrower than the caller's."""
    if isinstance(leaf.type, Scalar) and isinstance(out.type, Scalar):
        low.env[out] = convert(low.w, values[0], leaf.type.dtype, out.type.dtype)
        return
    stated = Var(out.hint, leaf.type)
    low.aliases.memory[stated] = low.memory(out)
    low.bind(stated, values)
    low.env[out] = low.env[stated]
