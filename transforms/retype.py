"""Retype: give every value of an owned program the type that the op rows say, parameters given.

Derivatives build code whose provisional types may be too narrow where paths meet (an adjoint that is a view in one
turn and a fresh array in the next). This pass finds the least types again.
"""

from __future__ import annotations

from collections.abc import Sequence

from difflang.build import Known
from difflang.ir import Atom, Function, Node, Program, Region, Var, walk
from difflang.op import row
from difflang.records import dataclass, field, replace
from difflang.types import Array, Scalar, Stack, Tuple, Type, Undefined, Unknown, join


def retype(program: Program, given: Sequence[Type] = ()) -> Program:
    """The program with types found anew. Parameters stay as declared, or become as wide as what calls pass, the first call `given`."""
    wider = _wider_entry(program, given)
    while True:
        pass_ = _Retype(program, wider)
        program = replace(program, functions={key: pass_.function(key) for key in program.functions})
        wider = _wider(program)
        if not wider:
            return program


def widened(program: Program, given: Sequence[Type]) -> Program:
    """A program whose types have been found, the entry's parameters as wide as the arguments `given`."""
    return retype(program, given) if _wider_entry(program, given) else program


def _wider_entry(program: Program, given: Sequence[Type]) -> dict[tuple[str, int], Type]:
    """The entry's parameters that are narrower than the arguments: a tangent or cotangent may lie otherwise than its primal."""
    leaves = [leaf for type in given for leaf in _arrays_and_numbers(type)]
    params = program.main.body.params
    if len(leaves) != len(params) - len(program.main.captures):
        return {}
    pairs = enumerate(zip(leaves, params, strict=False))
    return {(program.entry, k): join(one, param.type) for k, (one, param) in pairs if _is_wider(one, param.type)}


def _arrays_and_numbers(type: Type) -> list[Type]:
    if isinstance(type, Tuple):
        return [leaf for item in type.items for leaf in _arrays_and_numbers(item)]
    return [type] if isinstance(type, (Scalar, Array)) else []


def _is_wider(one: Type, stated: Type) -> bool:
    if not isinstance(one, Array) or not isinstance(stated, Array) or (one.dtype, one.rank) != (stated.dtype, stated.rank):
        return False
    return join(one, stated) != stated


def _wider(program: Program) -> dict[tuple[str, int], Type]:
    """The parameters (function, position) that are narrower than an array passed for them: of known sizes or contiguous where it is not."""
    found: dict[tuple[str, int], Type] = {}
    for function in program.functions.values():
        for node in walk(function.body):
            if node.op == "call":
                key = node.attrs["callee"]
                for k, (arg, param) in enumerate(zip(node.args, program.functions[key].body.params, strict=True)):
                    stated = found.get((key, k), param.type)
                    if _is_wider(arg.type, stated):
                        found[key, k] = join(arg.type, stated)
    return found


@dataclass
class _Retype:
    program: Program
    wider: dict[tuple[str, int], Type]
    done: dict[str, Function] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    known: Known = field(default_factory=Known)

    def function(self, key: str) -> Function:
        if key not in self.done:
            self.active.add(key)
            function = self.program.functions[key]
            # The parameters are new: the halves of one function share no value.
            types = [self.wider.get((key, k), p.type) for k, p in enumerate(function.body.params)]
            params = tuple(Var(p.hint, t) for p, t in zip(function.body.params, types, strict=True))
            body = self.region(function.body, {}, params)
            self.done[key] = replace(function, body=body)
            self.active.discard(key)
        return self.done[key]

    def results(self, key: str) -> tuple[Type, ...]:
        """The types a callee yields; within a recursion those declared."""
        body = self.program.functions[key].body if key in self.active else self.function(key).body
        return tuple(atom.type for atom in body.yields)

    def region(self, region: Region, names: dict[Var, Atom], params: tuple[Var, ...]) -> Region:
        names.update(zip(region.params, params, strict=True))
        nodes = tuple(done for node in region.nodes for done in _plain_push(self.node(node, names)))
        return Region(params, nodes, tuple(_get(names, y) for y in region.yields))

    def node(self, node: Node, names: dict[Var, Atom]) -> Node:
        node = Node(node.op, tuple([_get(names, a) for a in node.args]), node.outs, node.attrs, node.regions, node.place, node.role)
        if node.op == "if":
            regions = tuple(self.region(arm, names, arm.params) for arm in node.regions)
            types: tuple[Type, ...] = tuple(_merge(a.type, b.type) for a, b in zip(regions[0].yields, regions[1].yields, strict=True))
            node = replace(node, regions=regions)
        elif node.op in ("for", "while"):
            node, types = self.loop(node, names)
        elif node.op == "call":
            types = tuple(
                declared if isinstance(found, Unknown) else found
                for found, declared in zip(self.results(node.attrs["callee"]), (o.type for o in node.outs), strict=True)
            )
        else:
            types = _results(node, self.known)
        outs = tuple([Var(old.hint, type) for old, type in zip(node.outs, types, strict=True)])
        names.update(zip(node.outs, outs, strict=True))
        node = Node(node.op, node.args, outs, node.attrs, node.regions, node.place, node.role)
        self.known.note(node)
        return node

    def loop(self, node: Node, names: dict[Var, Atom]) -> tuple[Node, tuple[Type, ...]]:
        lead = 3 if node.op == "for" else 0
        skip = 1 if node.attrs.get("exits") else 0
        index = node.regions[-1].params[:1] if node.op == "for" else ()
        carried = [a.type for a in node.args[lead:]]
        while True:
            regions = []
            for region in node.regions:
                own = region.params[len(index) :] if region is node.regions[-1] else region.params
                fresh = tuple(Var(p.hint, type) for p, type in zip(own, carried, strict=True))
                params = (*index, *fresh) if region is node.regions[-1] else fresh
                regions.append(self.region(region, names, params))
            found = [y.type for y in regions[-1].yields[skip:]]
            joined = [_merge(a, b) for a, b in zip(carried, found, strict=True)]
            if joined == carried:
                return replace(node, regions=tuple(regions)), tuple(carried)
            carried = joined


def _plain_push(node: Node) -> tuple[Node, ...]:
    """A stack of contiguous arrays is pushed none with other strides: a copy goes before."""
    if node.op != "push":
        return (node,)
    stack, value = node.args
    element = stack.type.element if isinstance(stack.type, Stack) else None
    if not isinstance(element, Array) or element.layout != "C" or not isinstance(value.type, Array) or value.type.layout == "C":
        return (node,)
    plain = Var(value.hint if isinstance(value, Var) else "t", replace(value.type, layout="C"))
    return replace(node, op="copy", args=(value,), outs=(plain,)), replace(node, args=(stack, plain))


def _get(names: dict[Var, Atom], atom: Atom) -> Atom:
    return names.get(atom, atom) if isinstance(atom, Var) else atom


def _results(node: Node, known: Known) -> tuple[Type, ...]:
    """The row's answer; the flavor (Python's or NumPy's number) stays what it was."""
    types = [a.type for a in node.args]
    declared = node.outs[0].type if node.outs else None
    flavor = "python" if isinstance(declared, Scalar) and declared.weak else "numpy"
    table_row = row(node.op)
    if table_row.kind == "elementwise" and declared is not None and any(isinstance(t, Undefined) for t in types):
        return (declared,)
    found = table_row.type_of_result(types, node.attrs, flavor if isinstance(declared, Scalar) else None, known.of(node.args))
    found = found if isinstance(found, tuple) else (found,)
    return found[: len(node.outs)]


def _merge(one: Type, other: Type) -> Type:
    """Where paths meet in an adjoint, weak and strong numbers are the same machine number: the strong one stands."""
    if isinstance(one, Stack) and isinstance(other, Stack):
        return Stack(_merge(one.element, other.element), one.listed)
    return join(one, other)
