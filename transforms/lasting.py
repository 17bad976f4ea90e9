"""Lasting: elements that nobody overwrites after they were read or written. The way back reads them from the array as the loop left it.

    for t in range(n):                                  for t in reversed(range(n)):
        x[t + 1] = x[t] + h * math.sin(x[t])    ->          x_bar[t] += h * x_bar[t + 1] * np.cos(x[t])

That x[t] stays is shown by comparing its index with that of every write that may come later: in a later turn of a loop around both the
one that is written lies further on (or further back, where the loop counts down), or another axis tells the two apart. Histories of time
steps, tables of dynamic programming and the rows of triangular factors need no tape then.

Loops whose turns do not wait for each other are left to `merge`, which needs no array either.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence

from difflang.alias import KILLS, is_view
from difflang.ir import Atom, Const, Node, Region, Var, walk
from difflang.records import dataclass, replace
from difflang.types import INT, Array, Scalar

from .activity import loop_parts
from .chains import only_added_to


@dataclass(frozen=True)
class _Access:
    """One read or write: its index by axis, the loops around it from the outermost one that carries the array, and where it stands."""

    node: Node
    at: tuple[Atom | None, ...]  # by axis the int that is named, None for a slice
    loops: tuple[Node, ...]
    arms: tuple[tuple[Node, int], ...]  # the branches around it
    order: int
    region: Region


def lasting(body: Region, killed: Container[Atom], active: Container[Atom]) -> dict[Var, Node]:
    """For values of a function's body: the node that reads each from an array behind the outermost loop."""
    bounds = _Bounds({out: node for node in walk(body) for out in node.outs})
    found: dict[Var, Node] = {}
    for loop in body.nodes:
        if loop.op != "for" or not waits(loop, active):
            continue
        _, inits, params, _ = loop_parts(loop)
        for k, (param, init) in enumerate(zip(params, inits, strict=True)):
            end = loop.outs[k]
            if isinstance(param.type, Array) and param.type.rank and end not in killed and _is_own(init, bounds.definition):
                found.update(_of_array(loop, k, bounds, killed))
    return found


def waits(loop: Node, active: Container[Atom]) -> bool:
    """Whether turns wait for others, so that the way back cannot be merged with the way there."""
    body, _, params, yields = loop_parts(loop)
    for k, (param, end) in enumerate(zip(params, yields, strict=True)):
        if (param in active or loop.outs[k] in active) and not only_added_to(body, param, end) and not _has_own_places(loop, k):
            return True
    return False


def _has_own_places(loop: Node, k: int) -> bool:
    """Whether every turn reads and writes places of its own in an array: one axis has the same index everywhere."""
    walked = _Chain.through(loop, k)
    if walked is None:
        return False
    definition = {out: node for node in walk(loop.regions[0]) for out in node.outs}
    counter = loop.regions[0].params[0]
    shifts = [[_shift(index, counter, definition) for index in access.at] for access in (*walked.reads, *walked.writes)]
    return any(len(set(axis)) == 1 and axis[0] is not None for axis in zip(*shifts, strict=False))


def _shift(index: Atom | None, counter: Var, definition: dict[Var, Node]) -> int | None:
    """The c of an index that is the counter plus c."""
    if index is counter:
        return 0
    made = definition.get(index) if isinstance(index, Var) else None
    if made is None or made.op not in ("add", "sub") or not isinstance(made.args[1], Const):
        return None
    first = _shift(made.args[0], counter, definition)
    return None if first is None else first + (made.args[1].value if made.op == "add" else -made.args[1].value)


def _is_own(value: Atom, definition: dict[Var, Node]) -> bool:
    """Whether an array was made in this body, by no view of another one."""
    while isinstance(value, Var):
        made = definition.get(value)
        if made is None or made.op in ("call", "while", "if") or is_view(made):
            return False
        if made.op == "for":
            value = loop_parts(made)[1][made.outs.index(value)]
        elif made.op in KILLS:
            value = made.args[0]
        else:
            return True
    return False


def _of_array(loop: Node, k: int, bounds: _Bounds, killed: Container[Atom]) -> Iterator[tuple[Var, Node]]:
    walked = _Chain.through(loop, k)
    if walked is None or any(is_view(access.node) and access.node.out in killed for access in walked.reads):
        return
    end = loop.outs[k]
    later = [_Order(write, bounds) for write in walked.writes]
    for read in walked.reads:
        if all(write.spares(read) for write in later):
            yield read.node.out, replace(read.node, args=(end, *read.node.args[1:]))
    for write in walked.writes:
        value = write.node.args[1]
        if isinstance(value, Var) and _is_kept(value, write, end) and all(other.spares(write) for other in later):
            yield value, replace(write.node, op="index", args=(end, *write.node.args[2:]), outs=(value,))


def _is_kept(value: Var, write: _Access, array: Var) -> bool:
    """Whether a number that was computed in the same region is written as it is."""
    if write.node.op != "store" or set(write.node.attrs["pattern"]) != {"i"} or not isinstance(value.type, Scalar):
        return False
    made = next((node for node in write.region.nodes if value in node.outs), None)
    here = value in write.region.params or (made is not None and made.op != "index")
    return here and value.type.dtype == array.type.dtype and len(write.node.attrs["pattern"]) == array.type.rank  # type: ignore[union-attr]


class _Chain:
    """What one turn after the other does with an array that a loop carries, where each version of it is followed by one next version."""

    def __init__(self) -> None:
        self.names: set[Atom] = set()  # of the array as it is now
        self.old: set[Atom] = set()  # of the array as it was
        self.reads: list[_Access] = []
        self.writes: list[_Access] = []
        self.order = 0
        self.fine = True

    @staticmethod
    def through(loop: Node, k: int) -> _Chain | None:
        """The chain of a loop's k-th carried value, or None."""
        chain = _Chain()
        body, _, params, yields = loop_parts(loop)
        chain.names = {params[k]}
        chain.region(body, (loop,), ())
        alone = all(end not in chain.names and end not in chain.old for j, end in enumerate(yields) if j != k)
        return chain if chain.fine and alone and yields[k] in chain.names else None

    def region(self, region: Region, loops: tuple[Node, ...], arms: tuple[tuple[Node, int], ...]) -> None:
        for node in region.nodes:
            self.order += 1
            if node.op == "if":
                self.branch(node, loops, arms)
            elif node.op in ("for", "while"):
                self.loop(node, loops, arms)
            elif node.op in ("store", "accumulate") and node.args[0] in self.names:
                self.writes.append(self.access(node, 2, loops, arms, region))
                self.old |= self.names
                self.names = {node.out}
            elif node.op == "index" and node.args[0] in self.names:
                self.reads.append(self.access(node, 1, loops, arms, region))
            elif (node.op == "call" or node.op in KILLS or is_view(node)) and not (self.names | self.old).isdisjoint(node.args):
                self.fine = False

    def access(self, node: Node, first: int, loops: tuple[Node, ...], arms: tuple[tuple[Node, int], ...], region: Region) -> _Access:
        operands, at = iter(node.args[first:]), list[Atom | None]()
        for code in node.attrs["pattern"]:
            if code not in "i:s":  # the axes that follow are counted otherwise
                break
            given = [next(operands) for _ in range({"i": 1, "s": 3}.get(code, 0))]
            at.append(given[0] if code == "i" else None)
        return _Access(node, tuple(at), loops, arms, self.order, region)

    def branch(self, node: Node, loops: tuple[Node, ...], arms: tuple[tuple[Node, int], ...]) -> None:
        before, ways, changes = self.names, [], False
        for side, arm in enumerate(node.regions):
            self.names = set(before)
            self.region(arm, loops, (*arms, (node, side)))
            changes |= before.isdisjoint(self.names)
            ways.append([k for k, end in enumerate(arm.yields) if self.is_now(end)])
        self.fine &= all(found == ways[0] for found in ways) and (not changes or len(ways[0]) == 1)
        self.names = {*(() if changes else before), *(node.outs[k] for k in ways[0])}

    def loop(self, node: Node, loops: tuple[Node, ...], arms: tuple[tuple[Node, int], ...]) -> None:
        body, inits, params, yields = loop_parts(node)
        before, carried = self.names, [k for k, init in enumerate(inits) if self.is_now(init)]
        self.names = {*before, *(params[k] for k in carried)} if not carried else {params[k] for k in carried}
        self.region(body, (*loops, node), arms)
        self.fine &= len(carried) < 2 and [k for k, end in enumerate(yields) if self.is_now(end)] == carried
        if carried:
            self.old |= before
            self.names = {node.outs[k] for k in carried}

    def is_now(self, atom: Atom) -> bool:
        """Whether a value is the array as it is now. The array as it was must not go on."""
        self.fine &= atom in self.names or atom not in self.old
        return atom in self.names


class _Bounds:
    """How an index lies to the counters of loops, in one function."""

    def __init__(self, definition: dict[Var, Node]) -> None:
        self.definition = definition
        self.counted = {loop.regions[0].params[0]: loop for loop in definition.values() if loop.op == "for"}

    def end(self, index: Atom, counter: Var, greatest: bool) -> int | None:
        """The c for which an index is at least, or at most, the counter plus c."""
        if index is counter:
            return 0
        if index in self.counted:
            loop = self.counted[index]
            start, stop, step = loop.args[:3]
            if not isinstance(step, Const) or step.value == 0:
                return None
            last = greatest == (step.value > 0)
            found = self.end(stop if last else start, counter, greatest)
            return found if found is None or not last else found + (-1 if greatest else 1)
        return self.shifted(index, lambda first: self.end(first, counter, greatest))

    def shifted(self, index: Atom, of: Callable[[Atom], int | None]) -> int | None:
        """The bound of a sum with a constant."""
        made = self.definition.get(index) if isinstance(index, Var) else None
        if made is None or made.op not in ("add", "sub") or not isinstance(made.args[1], Const) or made.out.type != INT:
            return None
        first = of(made.args[0])
        return None if first is None else first + (made.args[1].value if made.op == "add" else -made.args[1].value)

    def is_plain(self, index: Atom) -> bool:
        """Whether an index certainly counts from the front."""
        least = self.least(index)
        return least is not None and least >= 0

    def least(self, index: Atom) -> int | None:
        if isinstance(index, Const):
            return index.value if index.type == INT else None
        if index in self.counted:
            start, stop, step = self.counted[index].args[:3]
            if not isinstance(step, Const) or step.value == 0:
                return None
            if step.value > 0:
                return self.least(start)
            last = self.least(stop)
            return None if last is None else last + 1
        made = self.definition.get(index)
        if made is not None and made.op in ("dim", "size"):
            return 0
        return self.shifted(index, self.least)


class _Order:
    """One write, compared with reads: whether it comes before, or goes elsewhere."""

    def __init__(self, write: _Access, bounds: _Bounds) -> None:
        self.write, self.end, self.is_plain = write, bounds.end, bounds.is_plain

    def spares(self, read: _Access) -> bool:
        """Whether the write never comes later to a place that was read, or, where `read` is a write, written."""
        around = [one for one, other in zip(self.write.loops, read.loops, strict=False) if one is other]
        axes = [(w, r) for w, r in zip(self.write.at, read.at, strict=False) if w is not None and r is not None]
        axes = [(w, r) for w, r in axes if self.is_plain(w) and self.is_plain(r)]
        equal: list[Var] = []  # the counters that are the same for both
        for loop in around:
            if loop.op != "for":
                if not self.apart(axes, equal):
                    return False
                continue
            counter = loop.regions[0].params[0]
            if not self.apart(axes, equal) and not any(self.beyond(w, r, loop) for w, r in axes):
                return False
            equal.append(counter)
        return self.write is read or self.comes_before(read) or self.apart(axes, equal)

    def comes_before(self, read: _Access) -> bool:
        """Whether the write comes before the read in one turn of the loops around both, or only one of them happens."""
        other = dict(read.arms)
        if any(other.get(node, side) != side for node, side in self.write.arms):
            return True
        return self.write.order < read.order

    def apart(self, axes: Sequence[tuple[Atom, Atom]], equal: Sequence[Var]) -> bool:
        """Whether some axis tells the two places apart where these counters are the same."""
        for w, r in axes:
            if isinstance(w, Const) and isinstance(r, Const) and w.value != r.value:
                return True
            for counter in equal:
                low, high = self.end(w, counter, False), self.end(r, counter, True)
                if low is not None and high is not None and low > high:
                    return True
                high, low = self.end(w, counter, True), self.end(r, counter, False)
                if low is not None and high is not None and high < low:
                    return True
        return False

    def beyond(self, w: Atom, r: Atom, loop: Node) -> bool:
        """Whether in every later turn of a loop the index w is further on than r was."""
        counter, step = loop.regions[0].params[0], loop.args[2]
        if not isinstance(step, Const) or step.value == 0:
            return False
        up = (step.value > 0) != bool(loop.attrs.get("reverse"))
        one, other = self.end(w, counter, not up), self.end(r, counter, up)
        if one is None or other is None:
            return False
        return one >= other if up else one <= other


__all__ = ["lasting", "waits"]
