"""Forward: the tangent of a function of the language, computed beside it.

Each varied value gets a tangent; loops and branches carry them along; a call becomes a call of `f_jvp`. The function made takes the
leaves and then the tangents of the active ones (and of arrays that it fills with varied values), and yields results, tangents of
the varied results, final values of written parameters and the tangents of those.
"""

from __future__ import annotations

from collections.abc import Sequence

from difflang.build import Builder, OpenType, trace
from difflang.errors import NotDifferentiable
from difflang.ir import UNDEF, Atom, Function, Node, Param, Program, Region, Var
from difflang.op import row
from difflang.records import dataclass, replace
from difflang.types import Array, Stack, Type, Unknown, is_float, rank

from .activity import Activity, Mask
from .adjoint import broadcast_like, conjugated, is_singular, open_type, partials_of, same_dtype, scale, zero
from .custom import Halves, halves, is_ruled, linked, rule_of
from .frame import bar_type
from .link import free_key
from .shapes import SHAPE_OPERAND


WRITES = ("store", "accumulate", "push", "set_item", "set_items")
"""Ops that are linear in what is written into and in what is written."""


@dataclass(frozen=True)
class Signature:
    """What a forward function takes and yields beyond the primal's own."""

    key: str
    params: Mask  # parameters with a tangent
    results: Mask  # yields (finals included) with a tangent


class Forward:
    """Forward mode for the functions of one program; `made` collects the functions it writes."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.activity = Activity(program)
        self.made: dict[str, Function] = {}
        self.signatures: dict[tuple[str, Mask], Signature] = {}
        self.rules: dict[str, Halves | None] = {}

    def extended(self, key: str, params: Mask) -> tuple[Mask, Mask]:
        """(parameters with a tangent, yields with a tangent): an array that is filled with varied values needs one too."""
        function = self.program.functions[key]
        cut = len(function.body.yields) - len(function.writes)
        while True:
            results = list(self.activity.varied_results(key, params))
            for k, position in enumerate(function.writes):
                results[cut + k] = results[cut + k] or params[position]
            wider = tuple(p or (k in function.writes and results[cut + function.writes.index(k)]) for k, p in enumerate(params))
            if wider == params:
                return params, tuple(results)
            params = wider

    def jvp(self, key: str, wanted: Mask, name: str = "") -> Signature:
        """The forward function for tangents of the wanted parameters."""
        function = self.program.functions[key]
        params, results = self.extended(key, wanted)
        if (key, params) not in self.signatures:
            made = self._key(name or f"{function.name}_jvp")
            signature = Signature(made, params, results)
            self.signatures[key, params] = signature
            self.made[made] = function
            self.made[made] = _Tangents(self, function, signature).build(self.activity.varied(key, params))
        return self.signatures[key, params]

    def ruled(self, key: str) -> Halves | None:
        """The user's own forward rule for a function, read for its types and linked in."""
        if key not in self.rules:
            function = self.program.functions[key]
            rule = rule_of(function.python, "forward")
            self.rules[key] = None if rule is None else linked(self.made, halves(function, rule, "forward"), self.program.functions)
        return self.rules[key]

    def _key(self, name: str) -> str:
        return free_key(name, {*self.program.functions, *self.made})


class _Tangents:
    """The forward mode of one function body."""

    def __init__(self, owner: Forward, function: Function, signature: Signature) -> None:
        self.owner = owner
        self.function = function
        self.signature = signature
        self.dots: dict[Var, Atom] = {}
        self.varied: set[Var] = set()

    def build(self, varied: set[Var]) -> Function:
        function, signature = self.function, self.signature
        self.varied = varied
        params = function.body.params
        dots = [Var(f"{p.hint}_dot", bar_type(p.type)) for p, active in zip(params, signature.params, strict=True) if active]
        self.dots.update(zip((p for p, active in zip(params, signature.params, strict=True) if active), dots, strict=True))
        b = Builder(role="tangent")
        self.nodes(b, function.body.nodes)
        yields = function.body.yields
        cut = len(yields) - len(function.writes)
        tangents = [self.full(b, y) if wanted else None for y, wanted in zip(yields, signature.results, strict=True)]
        results = (*yields[:cut], *(t for t in tangents[:cut] if t is not None))
        finals = (*yields[cut:], *(t for t in tangents[cut:] if t is not None))
        end = len(params) - len(function.captures)
        region = Region((*params[:end], *dots, *params[end:]), tuple(b.nodes), (*results, *finals))
        position = {p: k for k, p in enumerate(region.params)}
        writes = [position[params[k]] for k in function.writes]
        writes += [position[self.dot_param(params[k], dots)] for k in function.writes if signature.params[k]]
        return replace(
            function,
            name=signature.key,
            body=region,
            params=(*function.params, *(Param(d.hint) for d in dots)),
            result=("*",) * len(results),
            writes=tuple(writes),
            alias=(),
        )

    def dot_param(self, param: Var, dots: list[Var]) -> Var:
        active = [p for p, a in zip(self.function.body.params, self.signature.params, strict=True) if a]
        return dots[active.index(param)]

    def full(self, b: Builder, atom: Atom) -> Atom:
        """The tangent of a value, zeros where it has none."""
        if isinstance(atom, Var) and atom in self.dots:
            return self.dots[atom]
        return UNDEF if atom == UNDEF else zero(b, atom)

    def nodes(self, b: Builder, nodes: tuple[Node, ...]) -> None:
        for node in nodes:
            b.place = node.place
            if not any(out in self.varied for out in node.outs):
                b.add(node)
            elif node.op == "if":
                self.if_(b, node)
            elif node.op in ("for", "while"):
                self.loop(b, node)
            elif node.op == "call":
                self.call(b, node)
            else:
                b.add(node)
                try:
                    self.op(b, node)
                except OpenType:
                    raise open_type(node, self.function) from None

    def region(self, region: Region, values: tuple[Atom, ...], params: tuple[Var, ...] = ()) -> Region:
        """A region that also yields the tangents of `values` (atoms of its own)."""
        inner = Builder(role="tangent")
        self.nodes(inner, region.nodes)
        dots = tuple(self.full(inner, v) for v in values)
        return Region((*region.params, *params), tuple(inner.nodes), (*region.yields, *dots))

    def if_(self, b: Builder, node: Node) -> None:
        which = [k for k, out in enumerate(node.outs) if out in self.varied]
        regions = tuple(self.region(arm, tuple(arm.yields[k] for k in which)) for arm in node.regions)
        outs = tuple(_dot(node.outs[k]) for k in which)
        b.add(replace(node, outs=(*node.outs, *outs), regions=regions))
        self.dots.update(zip((node.outs[k] for k in which), outs, strict=True))

    def loop(self, b: Builder, node: Node) -> None:
        body = node.regions[-1]
        lead = 3 if node.op == "for" else 0
        first = 1 if node.op == "for" else 0
        skip = 1 if node.attrs.get("exits") else 0
        carried = body.params[first:]
        which = [k for k, p in enumerate(carried) if p in self.varied or node.outs[k] in self.varied]
        starts = tuple(self.full(b, node.args[lead + k]) for k in which)
        dots = tuple(_dot(carried[k]) for k in which)
        self.dots.update(zip((carried[k] for k in which), dots, strict=True))
        regions = [self.region(body, tuple(body.yields[skip + k] for k in which), dots)]
        if node.op == "while":
            condition = node.regions[0]
            unused = tuple(_dot(condition.params[k]) for k in which)
            self.dots.update(zip((condition.params[k] for k in which), unused, strict=True))
            regions.insert(0, self.region(condition, (), unused))
        outs = tuple(_dot(node.outs[k]) for k in which)
        b.add(replace(node, args=(*node.args, *starts), outs=(*node.outs, *outs), regions=tuple(regions)))
        self.dots.update(zip((node.outs[k] for k in which), outs, strict=True))

    def call(self, b: Builder, node: Node) -> None:
        callee = self.owner.program.functions[node.attrs["callee"]]
        if is_ruled(callee.python):
            self.ruled_call(b, node, callee)
            return
        mask = tuple(isinstance(a, Var) and a in self.dots for a in node.args)
        signature = self.owner.jvp(node.attrs["callee"], mask)
        dots = tuple(self.full(b, a) for a, active in zip(node.args, signature.params, strict=True) if active)
        cut = len(node.outs) - len(callee.writes)
        tangents = {k: _dot(out) for k, out in enumerate(node.outs) if signature.results[k]}
        results = (*node.outs[:cut], *(t for k, t in tangents.items() if k < cut))
        finals = (*node.outs[cut:], *(t for k, t in tangents.items() if k >= cut))
        end = len(node.args) - len(callee.captures)
        args = (*node.args[:end], *dots, *node.args[end:])
        b.add(replace(node, args=args, outs=(*results, *finals), attrs={**node.attrs, "callee": signature.key}))
        self.dots.update({node.outs[k]: t for k, t in tangents.items()})

    def ruled_call(self, b: Builder, node: Node, callee: Function) -> None:
        """A call of a function whose derivative the user states."""
        found = self.owner.ruled(node.attrs["callee"])
        if found is None:
            raise NotDifferentiable(
                "DL008",
                f"{callee.name} has a reverse rule only",
                node.place,
                'state a forward rule too: @dl.derivative(of=..., mode="forward")',
                self.function.origin,
            )
        captured = tuple(Var(f"{callee.name}_captured", type) for type in found.captured)
        b.add(replace(node, outs=(*node.outs, *captured), attrs={**node.attrs, "callee": found.value}))
        outs = tuple(_dot(out) for out in node.outs)
        b.node("call", (*(self.full(b, node.args[k]) for k in found.wrt), *captured), outs, callee=found.linear)
        self.dots.update(zip(node.outs, outs, strict=True))

    def op(self, b: Builder, node: Node) -> None:
        op = row(node.op)
        if node.op == "pop":
            outs = (_dot(node.outs[0]), _dot(node.outs[1]))
            b.node("pop", (self.full(b, node.args[0]),), outs)
            self.dots.update(zip(node.outs, outs, strict=True))
            return
        tangent: Atom | None
        if node.op == "stack_new":
            tangent = b.emit("stack_new", **node.attrs)
        elif op.kind == "elementwise":
            tangent = self.elementwise(b, node)
        elif op.kind == "linear" or node.op == "push":
            args = tuple(self.full(b, a) if self.is_linear_in(node, k) else a for k, a in enumerate(node.args))
            tangent = b.emit(node.op, *args, **node.attrs)
        elif op.kind == "multilinear":
            tangent = self.multilinear(b, node)
        elif op.tangent is not None:
            dots = [self.dots.get(a) if isinstance(a, Var) else None for a in node.args]
            if all(dot is None for dot in dots) and not any(isinstance(out.type, Stack) for out in node.outs):
                return  # what it reads has a partial of zero everywhere
            known = node.outs if op.results else node.out
            tangent = trace(b, op.tangent, known, *node.args, *dots, **node.attrs)
            if op.results:
                tangents = zip(node.outs, tangent, strict=True)  # type: ignore[arg-type]
                self.dots.update({out: named(b, dot, f"{out.hint}_dot") for out, dot in tangents if dot is not None})
                return
        else:
            raise NotDifferentiable("DL008", f"the forward derivative of {node.op} is not known", node.place, origin=self.function.origin)
        if tangent is not None:
            self.dots[node.out] = named(b, tangent, f"{node.out.hint}_dot")

    def elementwise(self, b: Builder, node: Node) -> Atom | None:
        op = row(node.op)
        total: Atom | None = None
        before = len(b.nodes)
        for arg, partial in zip(node.args, partials_of(b, op, node), strict=True):
            if isinstance(arg, Var) and arg in self.dots:
                term = conjugated(b, op, scale(b, self.dots[arg], partial, is_singular(op, node)))
                if term is not None:
                    total = term if total is None else b.emit("add", total, term)
        if total is None:
            return None
        narrower = isinstance(node.out.type, Array) and _narrower(total.type, node.out.type)
        if narrower and (_is_other(total.type, node.out.type) or not self.covers(total, node, b.nodes[before:])):
            total = broadcast_like(b, total, node.out)
        elif isinstance(node.out.type, Unknown) and not self.covers(total, node, b.nodes[before:]):
            total = broadcast_like(b, total, node.out)
        return same_dtype(b, total, node.out.type)

    def covers(self, total: Atom, node: Node, made: Sequence[Node]) -> bool:
        """Whether the nodes that made a tangent read every operand that may give the result its shape, or the result."""
        definition = {out: inner for inner in made for out in inner.outs}
        read: set[Atom] = set()
        waiting = [total]
        while waiting:
            atom = waiting.pop()
            waiting += definition[atom].args if isinstance(atom, Var) and atom in definition else ()
            read.add(atom)
        asked = [{a, self.dots.get(a)} if isinstance(a, Var) else {a} for a in node.args if rank(a.type) != 0]
        return node.out in read or all(atoms & read for atoms in asked)

    def is_linear_in(self, node: Node, position: int) -> bool:
        """Whether an operand of a linear op has a tangent there; indices and sizes of open type have none."""
        type = node.args[position].type
        operands = 2 if node.op in WRITES else 1
        return is_float(type) and not (isinstance(type, Unknown) and position >= operands)

    def multilinear(self, b: Builder, node: Node) -> Atom | None:
        total: Atom | None = None
        for k, arg in enumerate(node.args):
            if isinstance(arg, Var) and arg in self.dots and SHAPE_OPERAND.get(node.op) != k:
                args = (*node.args[:k], self.dots[arg], *node.args[k + 1 :])
                term = b.emit(node.op, *args, **node.attrs)
                total = term if total is None else b.emit("add", total, term)
        return total


def named(b: Builder, value: Atom, hint: str) -> Atom:
    """The value under the tangent's name, if the builder has just made it."""
    if not isinstance(value, Var) or not b.nodes or value not in b.nodes[-1].outs:
        return value
    out = Var(hint, value.type)
    b.nodes[-1] = replace(b.nodes[-1], outs=tuple(out if o is value else o for o in b.nodes[-1].outs))
    return out


def _dot(value: Var) -> Var:
    return Var(f"{value.hint}_dot", bar_type(value.type))


def _is_other(tangent: Type, value: Type) -> bool:
    """Whether the types differ in more than what nobody knows of either."""
    return not (isinstance(tangent, Array) and isinstance(value, Array) and tangent.dims == value.dims)


def _narrower(tangent: Type, value: Array) -> bool:
    if not isinstance(tangent, Array) or tangent.rank != value.rank:
        return True
    return any(t != "n" and t != v or t == "?" for t, v in zip(tangent.dims, value.dims, strict=True))
