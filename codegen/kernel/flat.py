"""Before the elements of arrays are looked at one by one: calls that pass arrays are put in place, means and products become sums."""

from __future__ import annotations

from collections.abc import Callable

from difflang.build import Builder
from difflang.ir import Atom, Function, Node, Program, Region, Var, substitute
from difflang.records import replace
from difflang.types import Array, Scalar


def flatten(program: Program) -> Function:
    """The entry, with no call left that passes arrays."""
    main = program.main
    return replace(main, body=_Flat(program).region(main.body, {}))


class _Flat:
    def __init__(self, program: Program) -> None:
        self.program = program

    def region(self, region: Region, mapping: dict[Var, Atom]) -> Region:
        nodes: list[Node] = []
        self.nodes(region.nodes, mapping, nodes)
        return Region(region.params, tuple(nodes), tuple(_get(mapping, a) for a in region.yields))

    def nodes(self, old: tuple[Node, ...], mapping: dict[Var, Atom], nodes: list[Node]) -> None:
        for node in old:
            args = tuple(_get(mapping, a) for a in node.args)
            if node.op == "call" and any(isinstance(v.type, Array) for v in (*args, *node.outs)):
                self._call(node, args, mapping, nodes)
                continue
            node = replace(node, args=args, regions=tuple(self.region(r, mapping) for r in node.regions))
            rewritten = _rewritten(node)
            if rewritten is None:
                nodes.append(node)
            else:
                mapping[node.out], more = rewritten
                nodes += more

    def _call(self, node: Node, args: tuple[Atom, ...], mapping: dict[Var, Atom], nodes: list[Node]) -> None:
        key = node.attrs["callee"]
        callee = self.program.functions[key]
        body = substitute(callee.body, {})
        mapping.update(zip(body.params, args, strict=True))
        self.nodes(body.nodes, mapping, nodes)
        mapping.update(zip(node.outs, (_get(mapping, a) for a in body.yields), strict=True))


def _get(mapping: dict[Var, Atom], atom: Atom) -> Atom:
    return mapping.get(atom, atom) if isinstance(atom, Var) else atom


def _rewritten(node: Node) -> tuple[Atom, list[Node]] | None:
    """The same value by ops that kernels have, where it is a number."""
    write = _REWRITES.get(node.op)
    if write is None or not node.outs or not isinstance(node.outs[0].type, Scalar) or not isinstance(node.args[0].type, Array):
        return None
    builder = Builder(node.place, node.role)
    return write(builder, node), builder.nodes


def _total(b: Builder, x: Atom) -> Atom:
    return b.emit("sum", x, axis=None, keepdims=False)


def _mean(b: Builder, node: Node) -> Atom:
    total = _total(b, node.args[0])
    return b.emit("div", total, b.emit("size", node.args[0]))


def _var(b: Builder, node: Node) -> Atom:
    x = node.args[0]
    away = b.emit("sub", x, b.emit("div", _total(b, x), b.emit("size", x)))
    freedom = b.emit("size", x)
    if node.attrs.get("ddof"):
        from difflang.ir import const

        freedom = b.emit("maximum", b.emit("sub", freedom, const(node.attrs["ddof"])), const(0), flavor="python")
    found = b.emit("div", _total(b, b.emit("mul", away, away)), freedom)
    return b.emit("sqrt", found) if node.op == "std" else found


def _dot(b: Builder, node: Node) -> Atom:
    return _total(b, b.emit("mul", *node.args))


def _unbroadcast(b: Builder, node: Node) -> Atom:
    return _total(b, node.args[0])


_REWRITES: dict[str, Callable[[Builder, Node], Atom]] = {
    "mean": _mean, "var": _var, "std": _var, "dot": _dot, "inner": _dot, "matmul": _dot, "unbroadcast": _unbroadcast,
}  # fmt: skip

__all__ = ["flatten"]
