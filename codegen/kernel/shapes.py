"""What is known of arrays in a function of arrays: sizes as sizes of arguments, stages between reductions, arrays of a thread's own."""

from __future__ import annotations

from difflang.ir import Atom, Const, Function, Node, Var, free_vars, walk
from difflang.op import row
from difflang.types import ONE, Array, Scalar

from .kernel import Dim, Size, refused

CREATES = frozenset({"empty", "zeros", "ones", "full"})
LIKE = frozenset({"empty_like", "zeros_like", "ones_like", "full_like"})
REDUCES = frozenset({"sum", "prod", "max", "min", "any", "all"})
CARRIES = frozenset({"if", "for", "while"})
Shape = tuple[Size, ...]


class Shapes:
    """Questions about the values of one flattened function."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.leaf = {param: k for k, param in enumerate(function.body.params)}
        self.maker: dict[Var, Node] = {}
        self.initial: dict[Var, Atom] = {}
        self.pushed: dict[Var, Atom] = {}
        self.equal: list[tuple[Size, Size]] = []
        self._shapes: dict[Var, Shape] = {}
        self._stages: dict[Var, int] = {}
        self._same: dict[Size, Size] = {}
        for node in walk(function.body):
            self.maker.update(dict.fromkeys(node.outs, node))
            if node.op in ("for", "while"):
                for region in node.regions:
                    skip = 1 if node.op == "for" else 0
                    self.initial.update(zip(region.params[skip:], node.args[3 * skip :], strict=True))
        for node in walk(function.body):
            if node.op == "push":
                self.pushed[self.stack_of(node.args[0])] = node.args[1]
        self.private = self._find_private()

    def stack_of(self, atom: Atom) -> Var:
        """The stack as it was made."""
        assert isinstance(atom, Var)
        if atom in self.initial:
            return self.stack_of(self.initial[atom])
        node = self.maker.get(atom)
        if node is None or node.op == "stack_new":
            return atom
        return self.stack_of(self.source(node, atom))

    @staticmethod
    def source(node: Node, out: Var) -> Atom:
        """The value that a result of a structured node, a push or a pop continues."""
        k = node.outs.index(out)
        if node.op == "if":
            return node.regions[0].yields[k] if isinstance(node.regions[0].yields[k], Var) else node.regions[1].yields[k]
        return node.args[k + {"for": 3, "while": 0}.get(node.op, 0)]

    # sizes

    def find(self, size: Size) -> Size:
        """The one size that stands for all that must agree with it."""
        while size in self._same:
            size = self._same[size]
        return size

    def shape(self, atom: Atom) -> Shape:
        if not isinstance(atom, Var) or not isinstance(atom.type, Array):
            return ()
        if atom not in self._shapes:
            self._shapes[atom] = self._shape(atom, atom.type)
        return self._shapes[atom]

    def _shape(self, var: Var, type: Array) -> Shape:
        if var in self.leaf:
            return tuple(1 if kind == ONE else Dim(self.leaf[var], axis) for axis, kind in enumerate(type.dims))
        if var in self.initial:
            return self.shape(self.initial[var])
        node = self.maker[var]
        if node.op in CARRIES:
            return self.shape(self.source(node, var))
        if node.op == "pop":
            return self.shape(self.pushed[self.stack_of(node.args[0])])
        if row(node.op).kind == "elementwise":
            return self._broadcast([self.shape(a) for a in node.args if isinstance(a.type, Array)])
        if node.op in LIKE or node.op in ("copy", "stop_gradient", "store", "accumulate"):
            return self.shape(node.args[0])
        if node.op == "unbroadcast":
            return self.shape(node.args[1])
        if node.op in CREATES or node.op in ("broadcast_to", "reshape"):
            return tuple(self._size(node, a) for a in node.args[(node.op in ("full", "broadcast_to", "reshape")) :])
        if node.op in REDUCES and set(type.dims) <= {ONE}:
            return (1,) * type.rank
        return self._moved(node, type)

    def _moved(self, node: Node, type: Array) -> Shape:
        """The shapes of new views."""
        if node.op == "arange" and all(isinstance(a, Const) for a in (node.args[0], node.args[2])):
            if (node.args[0].value, node.args[2].value) == (0, 1):  # type: ignore[union-attr]
                return (self._size(node, node.args[1]),)
        old = self.shape(node.args[0]) if node.args else ()
        if node.op == "flip":
            return old
        if node.op == "transpose":
            return tuple(old[k] for k in permutation(node, len(old)))
        if node.op in ("expand_dims", "squeeze", "index"):
            rest = iter(old)
            if node.op == "index":
                from difflang.ops.index import expand

                sizes: list[Size] = []
                for code in expand(node.attrs["pattern"], len(old)):
                    if code == "n":
                        sizes.append(1)
                    elif code == "i":
                        next(rest)
                    elif code == ":":
                        sizes.append(next(rest))
                    else:
                        raise refused(node, "its size is not that of an argument")
                return tuple(sizes)
            left = [size for size in rest if size != 1]
            return tuple(1 if kind == ONE else left.pop(0) for kind in type.dims)
        raise refused(node)

    def _size(self, node: Node, atom: Atom) -> Size:
        """A size as a number or as the size of an argument."""
        if isinstance(atom, Const):
            return int(atom.value)
        made = self.maker.get(atom)
        if made is not None and made.op == "dim":
            return self.shape(made.args[0])[made.attrs["axis"]]
        if made is not None and made.op == "size" and len(self.shape(made.args[0])) == 1:
            return self.shape(made.args[0])[0]
        raise refused(node, "its size is not that of an argument")

    def _broadcast(self, shapes: list[Shape]) -> Shape:
        rank = max(map(len, shapes))
        result: list[Size] = []
        for axis in range(rank):
            sizes = [s[axis - rank + len(s)] for s in shapes if axis - rank + len(s) >= 0]
            many = [size for size in sizes if size != 1]
            for other in many[1:]:
                self._unite(many[0], other)
            result.append(many[0] if many else 1)
        return tuple(result)

    def _unite(self, one: Size, other: Size) -> None:
        one, other = self.find(one), self.find(other)
        if one != other:
            self._same[other] = one
            self.equal.append((one, other))

    # stages

    def stage(self, atom: Atom) -> int:
        """How many rounds of reductions must have ended before this can be computed."""
        if not isinstance(atom, Var) or atom in self.leaf:
            return 0
        if atom not in self._stages:
            self._stages[atom] = self.stage_of(self.maker[atom]) if atom in self.maker else 0
        return self._stages[atom]

    def stage_of(self, node: Node) -> int:
        if node.op in ("dim", "size"):
            return 0
        args = node.args[1:] if node.op in LIKE else node.args[:1] if node.op == "unbroadcast" else node.args
        needs = [*args, *(v for region in node.regions for v in free_vars(region))]
        found = max((self.stage(a) for a in needs), default=0)
        return found + 1 if self.is_reduction(node) else found

    def is_reduction(self, node: Node) -> bool:
        """Whether this takes all elements of an array of the launch to one number."""
        if node.op not in REDUCES or not isinstance(node.args[0].type, Array) or node.args[0] in self.private:
            return False
        out = node.out.type
        return isinstance(out, Scalar) or (isinstance(out, Array) and set(out.dims) <= {ONE})

    # arrays of a thread's own

    def _find_private(self) -> set[Var]:
        """Arrays made, written and read by one element at a time, such as the tape of a loop of numbers."""
        groups: dict[Var, set[Var]] = {}

        def tie(one: Atom, other: Atom) -> None:
            if isinstance(one, Var) and isinstance(other, Var) and isinstance(one.type, Array) and isinstance(other.type, Array):
                a, b = groups.setdefault(one, {one}), groups.setdefault(other, {other})
                if a is not b:
                    a |= b
                    groups.update(dict.fromkeys(b, a))

        written: set[Var] = set()
        for node in walk(self.function.body):
            if node.op in ("store", "accumulate", "copy"):
                tie(node.args[0], node.outs[0])
                if node.op != "copy" and set(node.attrs["pattern"]) <= {"i"} and not isinstance(node.args[1].type, Array):
                    written.add(node.outs[0])
            elif node.op in CARRIES:
                exits = 1 if node.attrs.get("exits") else 0
                for region in node.regions[1 if node.op == "while" else 0 :]:
                    for out, value in zip(node.outs, region.yields[exits:], strict=True):
                        tie(out, value)
                    if node.op != "if":
                        for param in region.params[1 if node.op == "for" else 0 :]:
                            tie(param, self.initial[param])
                for out in node.outs if node.op != "if" else ():
                    tie(out, self.source(node, out))
        found: set[Var] = set()
        for var in written:
            group = groups[var]
            made = any(v in self.maker and self.maker[v].op in CREATES for v in group)
            if made and not any(v in self.leaf for v in group):
                found |= group
        if found & {a for a in self.function.body.yields if isinstance(a, Var)}:
            found = set()
        return found


def permutation(node: Node, rank: int) -> tuple[int, ...]:
    """Which axis of the operand each axis of a transpose is."""
    axes = node.attrs.get("axes")
    return tuple(reversed(range(rank))) if axes is None else tuple(a % rank for a in axes)


__all__ = ["CARRIES", "CREATES", "LIKE", "REDUCES", "Shape", "Shapes", "permutation"]
