"""One thread's program, written from a function of arrays: every array becomes the element that the thread is at.

Ops that only move elements (transposes, new axes, broadcasts, flips) change the coordinates at which their operand is asked for.
Nodes that hold regions or a thread's own memory keep their order; everything else is written where it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from difflang.errors import NotAvailable
from difflang.hints import shown
from difflang.ir import Atom, Const, Node, Region, Var, free_vars
from difflang.op import row
from difflang.ops.index import expand
from difflang.records import replace
from difflang.types import DTYPES, ONE, Array, Scalar, Stack, Type

from .kernel import Coord, Gather, Input, Leaf, Position, Reduced, refusal, refused
from .shapes import CARRIES, CREATES, LIKE, Shape, Shapes, permutation

Coords = tuple[Coord, ...]
_FIRST = Coord(-1)


class Thread:
    """Writes the program of a thread of a launch over `shape`."""

    def __init__(self, shapes: Shapes, numbers: dict[Var, int], shape: Shape) -> None:
        self.shapes = shapes
        self.numbers = numbers
        self.whole = shape
        self.inputs: dict[Input, Var] = {}
        self.frames: list[tuple[list[Node], dict[tuple[Var, Coords], Atom]]] = [([], {})]

    @property
    def nodes(self) -> list[Node]:
        return self.frames[-1][0]

    def known(self, var: Var, coords: Coords) -> Atom | None:
        for _, memo in reversed(self.frames):
            if (var, coords) in memo:
                return memo[var, coords]
        return None

    def know(self, var: Var, coords: Coords, value: Atom) -> Atom:
        self.frames[-1][1][var, coords] = value
        return value

    def input(self, entry: Input, type: Type, hint: str) -> Var:
        return self.inputs.setdefault(entry, Var(hint, type))

    # order

    def effects(self, nodes: Sequence[Node], roots: Iterable[object], checks: Sequence[Node] = ()) -> None:
        """Write, in order, the nodes with regions, memory or checks that the roots need."""
        needed = self._needed(nodes, roots, checks)
        for node in nodes:
            if node in checks or (self._ordered(node) and any(out in needed for out in node.outs)):
                self._write(node)

    def _needed(self, nodes: Sequence[Node], roots: Iterable[object], checks: Sequence[Node]) -> set[object]:
        needed: set[object] = set(roots)
        for node in reversed(nodes):
            if node in checks or any(out in needed for out in node.outs):
                if not self.shapes.is_reduction(node) and node.op not in ("dim", "size"):
                    needed.update(node.args[1:] if node.op in LIKE else node.args)
                    needed.update(v for region in node.regions for v in free_vars(region))
        return needed

    def _ordered(self, node: Node) -> bool:
        """Whether the node may not move: it holds regions, or touches memory of the thread's own."""
        if node.op in ("call", "push", "pop", "stack_new", "check") or node.op in CARRIES:
            return True
        return any(v in self.shapes.private for v in (*node.args, *node.outs) if isinstance(v, Var))

    # values

    def value(self, atom: Atom) -> Atom:
        """A number, a stack, an array of the thread's own, or the element of an array that belongs to this thread."""
        if isinstance(atom, Const) or not isinstance(atom.type, Array) or atom in self.shapes.private:
            return self.scalar(atom)
        return self.element(atom, self.canonical(atom))

    def scalar(self, atom: Atom) -> Atom:
        if isinstance(atom, Const):
            return atom
        found = self.known(atom, ())
        if found is not None:
            return found
        if atom in self.shapes.leaf:
            return self.input(Leaf(self.shapes.leaf[atom]), atom.type, atom.hint)
        if atom not in self.shapes.maker:
            raise refusal(f"{shown(atom.hint)!r} is not known to a thread here", None, "compute it outside the loop")
        node = self.shapes.maker[atom]
        if atom in self.numbers:
            return self.input(Reduced(self.numbers[atom]), Scalar(atom.type.dtype), atom.hint)  # type: ignore[union-attr]
        if node.op == "dim" or node.op == "size":
            return self._size(node)
        if node.op == "index" and node.args[0] not in self.shapes.private:
            return self.know(atom, (), self.element(node.args[0], self._indexed(node, ())))
        return self._plain(node, atom)

    def _plain(self, node: Node, atom: Var) -> Atom:
        if not self._ordered(node) and any(isinstance(a.type, Array) for a in node.args):
            raise refused(node)
        self._write(node)
        found = self.known(atom, ())
        assert found is not None
        return found

    def _size(self, node: Node) -> Atom:
        shape = self.shapes.shape(node.args[0])
        sizes = [shape[node.attrs["axis"]]] if node.op == "dim" else list(shape)
        total: Atom = Const(1, node.out.type)
        for size in sizes:
            factor: Atom = Const(size, node.out.type) if isinstance(size, int) else self.input(size, node.out.type, "size")
            if isinstance(total, Const) and total.value == 1:
                total = factor
            else:
                out = Var("size", node.out.type)
                self.nodes.append(Node("mul", (total, factor), (out,), place=node.place))
                total = out
        return self.know(node.out, (), total)

    # elements

    def canonical(self, var: Var) -> Coords:
        """The coordinates at which an array belongs to this thread: its shape is the launch's, axes of size one aside."""
        shape = self.shapes.shape(var)
        pad = len(self.whole) - len(shape)
        if pad < 0 or any(s != 1 and self.shapes.find(s) != self.shapes.find(self.whole[pad + k]) for k, s in enumerate(shape)):
            node = self.shapes.maker.get(var)
            reason = f"{shown(var.hint)!r} has another shape than the elements that this thread computes"
            raise refusal(reason, node.place if node else None, "keep arrays of different shapes in different functions")
        return self.aligned(var, tuple(Coord(pad + k) for k in range(len(shape))))

    def aligned(self, atom: Atom, coords: Coords) -> Coords:
        """Coordinates of a broadcast operand."""
        shape = self.shapes.shape(atom)
        return tuple(_FIRST if size == 1 else c for size, c in zip(shape, coords[len(coords) - len(shape) :], strict=True))

    def element(self, atom: Atom, coords: Coords) -> Atom:
        if not isinstance(atom, Var) or not isinstance(atom.type, Array):
            return self.scalar(atom)
        found = self.known(atom, coords)
        return found if found is not None else self.know(atom, coords, self._element(atom, coords))

    def _element(self, var: Var, coords: Coords) -> Atom:
        assert isinstance(var.type, Array)
        type = Scalar(var.type.dtype)
        if var in self.shapes.leaf:
            coords = tuple(_FIRST if kind == ONE else c for kind, c in zip(var.type.dims, coords, strict=True))
            return self.input(Gather(self.shapes.leaf[var], coords), type, var.hint)
        node = self.shapes.maker.get(var)
        if node is None or self._ordered(node):
            return self._carried(var, node, coords)
        if var in self.numbers:
            return self.input(Reduced(self.numbers[var]), type, var.hint)
        if row(node.op).kind == "elementwise":
            args = tuple(self.element(a, self.aligned(a, coords)) if isinstance(a.type, Array) else self.scalar(a) for a in node.args)
            out = Var(var.hint, type)
            self.nodes.append(replace(node, args=args, outs=(out,)))
            return out
        if node.op in CREATES or node.op in LIKE:
            return self._filled(node, type)
        if node.op == "arange":
            return self._position(node, coords, type)
        if node.op in ("store", "accumulate"):
            return self._written(node, coords, type)
        return self.element(node.args[0], self._moved(node, coords))

    def _carried(self, var: Var, node: Node | None, coords: Coords) -> Atom:
        """A value that a loop carries, or of another node that keeps its order: known only at the thread's own element."""
        found = self.known(var, ())
        if found is None and node is not None and coords == self.canonical(var):
            self._write(node)
            found = self.known(var, ())
        if found is None or coords != self.canonical(var):
            reason = f"{shown(var.hint)!r} is needed at another thread's element inside or after a loop"
            raise refusal(reason, node.place if node else None, "take the transpose, slice or broadcast outside the loop")
        return found

    def _filled(self, node: Node, type: Scalar) -> Atom:
        if node.op.startswith("full"):
            value = self.scalar(node.args[1 if node.op == "full_like" else 0])
            if value.type == type:
                return value
            out = Var(node.out.hint, type)
            self.nodes.append(Node("cast", (value,), (out,), {"dtype": type.dtype, "weak": False}, place=node.place))
            return out
        return Const(DTYPES[type.dtype].type(1 if node.op.startswith("ones") else 0), type)

    def _written(self, node: Node, coords: Coords, type: Scalar) -> Atom:
        """a[:] = v and a[:] += v, which reach every element alike."""
        if set(node.attrs["pattern"]) != {":"}:
            raise refused(node, "a thread writes only the element that it computes")
        base, value = node.args[:2]
        number = self.element(value, self.aligned(value, coords))
        out = Var(node.out.hint, type)
        if node.op == "store":
            self.nodes.append(Node("cast", (number,), (out,), {"dtype": type.dtype, "weak": False}, place=node.place))
        else:
            self.nodes.append(Node("add", (self.element(base, coords), number), (out,), place=node.place))
        return out

    def _position(self, node: Node, coords: Coords, type: Scalar) -> Atom:
        self.shapes.shape(node.out)  # refuses all but arange(n)
        if coords[0] == _FIRST:
            return Const(DTYPES[type.dtype].type(0), type)
        if (coords[0].start, coords[0].step) != (0, 1):
            raise refused(node, "it is read backwards")
        at = self.input(Position(coords[0].axis), Scalar("i64"), "at")
        out = Var(node.out.hint, type)
        self.nodes.append(Node("cast", (at,), (out,), {"dtype": type.dtype, "weak": False}, place=node.place))
        return out

    def _moved(self, node: Node, coords: Coords) -> Coords:
        """The operand's coordinates for a result's, for ops that move elements."""
        x = node.args[0]
        if node.op in ("copy", "stop_gradient"):
            return coords
        if node.op == "broadcast_to":
            return self.aligned(x, coords)
        if node.op in ("unbroadcast", "reshape"):
            same = tuple(map(self.shapes.find, self.shapes.shape(x))) == tuple(map(self.shapes.find, self.shapes.shape(node.out)))
            if same:
                return coords
            raise refused(node, "it sums along some axes only" if node.op == "unbroadcast" else "it changes the shape")
        if node.op == "transpose":
            order = permutation(node, len(coords))
            return tuple(coords[order.index(axis)] for axis in range(len(coords)))
        if node.op in ("expand_dims", "squeeze"):
            left = [c for c, size in zip(coords, self.shapes.shape(node.out), strict=True) if size != 1]
            return tuple(_FIRST if size == 1 else left.pop(0) for size in self.shapes.shape(x))
        if node.op == "flip":
            return self._flipped(node, coords)
        if node.op == "index":
            return self._indexed(node, coords)
        raise refused(node)

    @staticmethod
    def _flipped(node: Node, coords: Coords) -> Coords:
        axis = node.attrs.get("axis")
        axes = range(len(coords)) if axis is None else [a % len(coords) for a in (axis if isinstance(axis, tuple) else (axis,))]
        return tuple(Coord(c.axis, -1 - c.start, -c.step) if k in axes else c for k, c in enumerate(coords))

    def _indexed(self, node: Node, coords: Coords) -> Coords:
        """x[..., 0], x[:, None]: indices that are known while compiling."""
        rest, operands, found = list(coords), list(node.args[1:]), []
        for code in expand(node.attrs["pattern"], len(self.shapes.shape(node.args[0]))):
            if code == "n":
                rest.pop(0)
            elif code == ":":
                found.append(rest.pop(0))
            elif code == "i" and isinstance(operands[0], Const):
                found.append(Coord(-1, int(operands.pop(0).value)))  # type: ignore[union-attr]
            else:
                raise refused(node, "a thread reads at an index that is computed")
        return tuple(found)

    # nodes that keep their order

    def _write(self, node: Node) -> None:
        """The node for this thread; its results are known from here on."""
        if all(self.known(out, ()) is not None for out in node.outs) and node.outs:
            return
        if self.shapes.is_reduction(node):
            raise refused(node, "a reduction inside a loop or branch would need all threads to meet there")
        for region in node.regions:
            self._force(region)
        args = tuple(self.value(a) for a in node.args)
        regions = tuple(self._region(region) for region in node.regions)
        outs = tuple(Var(out.hint, self.type(out)) for out in node.outs)
        attrs = dict(node.attrs)
        if node.op == "stack_new":
            attrs["element"] = outs[0].type.element  # type: ignore[union-attr]
        self.nodes.append(replace(node, args=args, outs=outs, regions=regions, attrs=attrs))
        for old, new in zip(node.outs, outs, strict=True):
            self.know(old, (), new)

    def type(self, var: Var) -> Type:
        """The type of what a thread has of a value."""
        if isinstance(var.type, Array):
            return var.type if var in self.shapes.private else Scalar(var.type.dtype)
        if isinstance(var.type, Stack) and isinstance(var.type.element, Array):
            pushed = self.shapes.pushed.get(self.shapes.stack_of(var))
            if pushed not in self.shapes.private:
                return Stack(Scalar(var.type.element.dtype))
        return var.type

    def _force(self, region: Region) -> None:
        """Write before a region what it reads from outside: it would be computed in each turn."""
        for var in free_vars(region):
            try:
                self.value(var)
            except NotAvailable:  # it may be needed at other coordinates only, or for its shape
                continue

    def _region(self, region: Region) -> Region:
        self.frames.append(([], {}))
        params = tuple(Var(p.hint, self.type(p)) for p in region.params)
        for old, new in zip(region.params, params, strict=True):
            self.know(old, (), new)
        for node in region.nodes:
            if self._ordered(node):
                self._write(node)
            elif self.shapes.is_reduction(node):
                raise refused(node, "a reduction inside a loop or branch would need all threads to meet there")
        yields = tuple(self.value(a) for a in region.yields)
        nodes, _ = self.frames.pop()
        return Region(params, tuple(nodes), yields)


__all__ = ["Thread"]
