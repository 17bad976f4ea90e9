"""Functions of arrays: which kernels there are, and for each the program of the thread that computes one element.

An elementwise result and the operand of a reduction are computed one thread an element. A reduction ends a kernel; what depends on
it is computed by a later one. So x - x.mean() becomes: sum by blocks, one block that ends the sum, and the differences.
"""

from __future__ import annotations

from collections.abc import Sequence

from difflang.errors import NotAvailable
from difflang.hints import shown
from difflang.ir import Atom, Function, Node, Param, Program, Region, Var, walk
from difflang.records import replace
from difflang.types import Array, Scalar

from ..lower.expand import expanded
from .kernel import Coord, Input, Kernel, KernelProgram, Reduction, Size, leaf_names, symbol
from .flat import flatten
from .shapes import Shape, Shapes
from .thread import Thread


def of_arrays(program: Program) -> KernelProgram:
    """The kernels of a function of arrays. Raises NotAvailable for what is not elementwise and no reduction to a number."""
    program = expanded(program)
    main = flatten(program)
    shapes = Shapes(main)
    nodes = [node for node in main.body.nodes if shapes.is_reduction(node)]
    reductions = tuple(Reduction(n.op, n.out.type.dtype, n.place) for n in nodes)  # type: ignore[union-attr]
    numbers = {node.out: k for k, node in enumerate(nodes)}
    kernels = _Kernels(main, shapes, numbers).all(nodes)
    results = tuple(a.type for a in main.body.yields)
    sizes = tuple(shapes.shape(a) for a in main.body.yields)
    called = {n.attrs["callee"] for n in walk(main.body) if n.op == "call"}
    functions = _reached(program, called)
    leaves = tuple(p.type for p in main.body.params)
    return KernelProgram(
        main.name, leaf_names(main), leaves, results, sizes, kernels, reductions, functions, main.result, tuple(shapes.equal)
    )


def _reached(program: Program, called: set[str]) -> dict[str, Function]:
    found: dict[str, Function] = {}
    todo = list(called)
    while todo:
        key = todo.pop()
        if key not in found:
            found[key] = program.functions[key]
            todo += [n.attrs["callee"] for n in walk(found[key].body) if n.op == "call"]
    return found


class _Kernels:
    """Cuts a function into kernels."""

    def __init__(self, main: Function, shapes: Shapes, numbers: dict[Var, int]) -> None:
        self.main = main
        self.shapes = shapes
        self.numbers = numbers
        self.checks = [n for n in main.body.nodes if n.op == "check" or any(m.op == "check" for r in n.regions for m in walk(r))]
        self.made: list[Kernel] = []

    def all(self, reductions: list[Node]) -> tuple[Kernel, ...]:
        yields = self.main.body.yields
        arrays = [k for k, a in enumerate(yields) if isinstance(a.type, Array)]
        for node in (*reductions, *self.main.body.nodes):  # shapes that are found to agree belong to one launch
            for out in node.outs:
                if isinstance(out.type, Array) and out not in self.shapes.private:
                    self._look(node, out)
        groups: dict[tuple[int, Shape], tuple[list[int], list[int]]] = {}
        for k in arrays:
            groups.setdefault(self._group(yields[k]), ([], []))[0].append(k)
        for node in reductions:
            groups.setdefault(self._group(node.args[0]), ([], []))[1].append(self.numbers[node.out])
        operands = {self.numbers[node.out]: node.args[0] for node in reductions}
        for (stage, shape), (stores, reduces) in sorted(groups.items(), key=lambda item: item[0][0]):
            roots = [*(yields[k] for k in stores), *(operands[k] for k in reduces)]
            self._kernel(stage, shape, roots, stores, reduces)
        self._last([k for k, a in enumerate(yields) if isinstance(a.type, Scalar)])
        return self._named()

    def _look(self, node: Node, out: Var) -> None:
        try:
            self.shapes.shape(out)
        except NotAvailable:  # a size that nobody may ask for
            return

    def _group(self, atom: object) -> tuple[int, Shape]:
        assert isinstance(atom, Var)
        return self.shapes.stage(atom), tuple(map(self.shapes.find, self.shapes.shape(atom)))

    def _kernel(self, stage: int, shape: Shape, roots: Sequence[Atom], stores: list[int], reduces: list[int]) -> None:
        thread = Thread(self.shapes, self.numbers, shape)
        checks = [node for node in self.checks if self.shapes.stage_of(node) <= stage]
        self.checks = [node for node in self.checks if node not in checks]
        thread.effects(self.main.body.nodes, roots, checks)
        coords = tuple(Coord(axis) for axis in range(len(shape)))
        found = [thread.element(a, thread.aligned(a, coords)) for a in roots]
        self._add(thread, shape, found, stores, reduces, finish=False)
        if reduces:
            self._add(Thread(self.shapes, self.numbers, ()), shape, [], [], reduces, finish=True)

    def _last(self, stores: list[int]) -> None:
        """Results that are numbers are written by the last block of all."""
        if not stores and not self.checks:
            return
        thread = Thread(self.shapes, self.numbers, ())
        roots = [self.main.body.yields[k] for k in stores]
        thread.effects(self.main.body.nodes, list(roots), self.checks)
        found = [thread.scalar(a) for a in roots]
        shape: Shape = ()
        reduces: list[int] = []
        if self.made and self.made[-1].finish:
            last = self.made.pop()
            shape, reduces = last.shape, list(last.reduces)
        self._add(thread, shape, found, stores, reduces, finish=True)

    def _add(self, thread: Thread, shape: Shape, yields: list[Atom], stores: list[int], reduces: list[int], finish: bool) -> None:
        inputs: tuple[Input, ...] = tuple(thread.inputs)
        params = tuple(thread.inputs.values())
        body = Region(params, tuple(thread.nodes), tuple(yields))
        function = replace(
            self.main, name=f"{self.main.name}_thread", params=tuple(Param(shown(p.hint)) for p in params), body=body,
            result=("*",) * len(yields), alias=(), writes=(), level="placed",
        )  # fmt: skip
        sizes: tuple[Size, ...] = shape
        self.made.append(Kernel("", sizes, inputs, function, tuple(stores), tuple(reduces), finish))

    def _named(self) -> tuple[Kernel, ...]:
        if len(self.made) == 1:
            return (replace(self.made[0], name=symbol(self.main.name)),)
        return tuple(replace(kernel, name=f"{symbol(self.main.name)}_{k}") for k, kernel in enumerate(self.made))


__all__ = ["of_arrays"]
