"""Verify that a program is what its level promises. Every pass is followed by this one in tests and on request.

Held for every level: each value is assigned once and used where it is visible, regions take and yield what their
node needs, calls fit their callees, ops exist and have their operands and statics. From `typed` on: what a node
states of its results is what its row says (or less), no tuples and no reference semantics; from `owned` on no
references; at `placed` nothing reads what a write has taken (`verify_writes`).
"""

from __future__ import annotations

from collections.abc import Sequence

from .build import Known
from .ir import LEVELS, Atom, Const, Function, Node, Program, Region, Var, leaves
from .op import TABLE, Op, load
from .records import replace
from .types import OPEN, Array, Scalar, Stack, Tuple, Type, Undefined, Unknown
from .verify_writes import check_writes

READ_OPS = frozenset(
    "is_ contains invoke method attr setattr tuple list dict unpack closure each text is_sequence delitem attempt received".split()
)
REFERENCE_OPS = frozenset({"getitem", "setitem", "inplace"})
REFERENCE_LISTS = frozenset({("push", 0), ("pop", 1)})
"""At level `typed` a list is changed in place: the stack is not among the results."""
STRUCTURED = frozenset({"if", "for", "while", "call"})


class InternalError(AssertionError):
    """A pass of the compiler broke the IR: never the user's fault."""


def verify(program: Program, after: str = "") -> Program:
    """The program itself. Raises InternalError naming the pass it comes `after`, the function and the node."""
    load()
    if program.entry not in program.functions:
        raise InternalError(f"after {after}: the entry {program.entry!r} is not among the functions")
    for key, function in program.functions.items():
        _Verifier(program, key, function, after).function_()
    return program


def fits(given: Type, stated: Type) -> bool:
    """Whether a value of type `given` is one of type `stated`: the same, or less is said."""
    if given == stated or isinstance(stated, Unknown) or isinstance(given, (Unknown, Undefined)):
        return True
    if isinstance(given, Array) and isinstance(stated, Array):
        sizes = len(given.dims) == len(stated.dims) and all(s in (OPEN, g) for g, s in zip(given.dims, stated.dims, strict=True))
        return (
            given.dtype == stated.dtype and sizes and (stated.layout in ("A", given.layout) or stated.layout == "K" and given.layout == "C")
        )
    return isinstance(given, Stack) and isinstance(stated, Stack) and fits(given.element, stated.element)


def _passes(given: Type, stated: Type) -> bool:
    if isinstance(given, Scalar) and isinstance(stated, Scalar):
        return given.dtype == stated.dtype
    if isinstance(given, Stack) and isinstance(stated, Stack):
        return _passes(given.element, stated.element)
    return fits(given, stated)


def _pushes(node: Node) -> bool:
    """Whether a stack takes this value: of a dtype, rank and layout that its element has; sizes come with the value."""
    stack, value = (a.type for a in node.args)
    if not isinstance(stack, Stack):
        return False
    element = stack.element
    if isinstance(element, Array) and isinstance(value, Array):
        return fits(value, replace(element, dims=(OPEN,) * len(value.dims)))
    return _passes(value, element)


class _Verifier:
    """The verification of one function."""

    def __init__(self, program: Program, key: str, function: Function, after: str) -> None:
        self.program, self.key, self.function, self.after = program, key, function, after
        self.defined: set[Var] = set()
        self.visible: set[Var] = set()
        self.level = LEVELS.index(function.level) if function.level in LEVELS else -1
        self.node: Node | None = None
        self.known = Known()

    def fail(self, reason: str) -> InternalError:
        where = f"after {self.after}: " if self.after else ""
        node = ""
        if self.node is not None:
            line = f" at line {self.node.place.line}" if self.node.place else ""
            node = f", {', '.join(map(repr, self.node.outs))} = {self.node.op}({', '.join(map(repr, self.node.args))}){line}"
        return InternalError(f"{where}function {self.key!r}{node}: {reason}")

    def need(self, holds: bool, reason: str) -> None:
        if not holds:
            raise self.fail(reason)

    def function_(self) -> None:
        function = self.function
        self.need(self.level >= 0, f"there is no level {function.level!r}")
        self.region(function.body)
        if self.level == 0:
            self.need(len(function.body.yields) == 1, "a function as read yields the one value it returns")
            return
        given = sum(leaves(p.tree) for p in function.params) + len(function.captures)
        self.need(given == len(function.body.params), f"its signature has {given} leaves, its body {len(function.body.params)} parameters")
        results = leaves(function.result)
        self.need(results + len(function.writes) == len(function.body.yields), "it does not yield its result's leaves and what it writes")
        self.need(len(function.alias) in (0, results), "`alias` says something of every result leaf, or nothing")
        self.need(all(0 <= k < given for k in function.writes), "`writes` names a parameter that does not exist")
        if function.level == "placed":
            check_writes(self.program, function, self.need)

    def region(self, region: Region) -> None:
        self.define(region.params)
        for node in region.nodes:
            self.node = node
            self.check(node)
            self.define(node.outs)
            self.node = None
        for atom in region.yields:
            self.use(atom)

    def inner(self, region: Region) -> None:
        """A region inside: what it defines is seen no further."""
        outside, node = set(self.visible), self.node
        self.region(region)
        self.visible, self.node = outside, node

    def define(self, vars: Sequence[Var]) -> None:
        for var in vars:
            self.need(var not in self.defined, f"{var!r} is assigned twice")
            self.need(self.level == 0 or not isinstance(var.type, Tuple), f"{var!r} is a tuple")
            self.defined.add(var)
            self.visible.add(var)

    def use(self, atom: Atom) -> None:
        if isinstance(atom, Var):
            self.need(atom in self.visible, f"{atom!r} is used where it is not " + ("visible" if atom in self.defined else "defined"))
        else:
            self.need(isinstance(atom, Const), f"{atom!r} is no value")

    def check(self, node: Node) -> None:
        for arg in node.args:
            self.use(arg)
        if node.op in STRUCTURED:
            {"if": self.if_, "for": self.for_, "while": self.while_, "call": self.call}[node.op](node)
        elif self.level == 0 and node.op == "check":
            self.need(len(node.args) > 0, "it takes a condition")
        elif node.op in READ_OPS or node.op in REFERENCE_OPS:
            self.need(
                self.level == 0 or (self.level == 1 and node.op in REFERENCE_OPS), f"{node.op} has no place at level {self.function.level}"
            )
            for region in node.regions:
                self.inner(region)
        else:
            self.need(node.op in TABLE, "there is no such op")
            self.op(node, TABLE[node.op])

    def op(self, node: Node, op: Op) -> None:
        fixed = len(op.operands) - op.variadic
        self.need(op.kind != "composite" or self.level == 0, "it is written in other ops and has no place here")
        self.need(len(node.args) == fixed or (op.variadic and len(node.args) > fixed), f"it takes the operands {', '.join(op.operands)}")
        self.need(set(node.attrs) <= set(op.statics), f"it has the statics {', '.join(op.statics) or 'none'}, not {', '.join(node.attrs)}")
        self.need(not node.regions, "it has no regions")
        if self.level == 1 and (node.op, len(node.outs)) in REFERENCE_LISTS:
            self.need(node.op == "pop" or _pushes(node), f"{node.args[-1].type} is pushed on {node.args[0].type}")
            return
        results = 2 if node.op == "pop" else len(op.results) or 1
        self.need(node.op == "check" or len(node.outs) == results, f"it has not {len(node.outs)} results")
        if self.level == 0:
            return
        self.need(not any(isinstance(a.type, Undefined) for a in node.args), "it reads a value that no taken path defines")
        if node.op == "push":
            self.need(_pushes(node), f"{node.args[1].type} is pushed on {node.args[0].type}")
        for said, out in zip(self.results(node, op), node.outs, strict=False):
            self.need(fits(said, out.type), f"its row gives {said}, not {out.type}")

    def results(self, node: Node, op: Op) -> tuple[Type, ...]:
        """The types that the row gives, by the flavor that the result states."""
        weak = any(isinstance(out.type, Scalar) and out.type.weak for out in node.outs)
        self.known.note(node)
        try:
            said = op.type_of_result([a.type for a in node.args], node.attrs, "python" if weak else "numpy", self.known.of(node.args))
        except (TypeError, IndexError) as error:
            raise self.fail(f"its operands do not fit: {error}") from error
        return said if isinstance(said, tuple) else (said,)

    def count(self, what: str, has: Sequence[object], needs: int) -> None:
        self.need(len(has) == needs, f"it has {len(has)} {what}, not {needs}")

    def passes(self, given: Sequence[Atom], to: Sequence[Var], what: str) -> None:
        """Values become others where control flow or a call passes them on: Python's number may become NumPy's and back."""
        if self.level == 0:
            return
        for atom, var in zip(given, to, strict=True):
            self.need(_passes(atom.type, var.type), f"{what} gives {atom!r} of type {atom.type} for {var!r}")

    def if_(self, node: Node) -> None:
        self.count("operands", node.args, 1)
        self.count("regions", node.regions, 2)
        for arm in node.regions:
            self.count("parameters of an arm", arm.params, 0)
            self.count("values yielded", arm.yields, len(node.outs))
            self.inner(arm)
            self.passes(arm.yields, node.outs, "an arm")

    def carried(self, node: Node, params: Sequence[Var], init: Sequence[Atom], body: Region) -> None:
        exits = 1 if node.attrs.get("exits") else 0
        self.count("carried values", params, len(init))
        self.count("results", node.outs, len(init))
        self.count("values yielded", body.yields, len(init) + exits)
        self.inner(body)
        self.passes(init, params, "the start")
        self.passes(body.yields[exits:], params, "an iteration")
        self.passes(params, node.outs, "the end")

    def for_(self, node: Node) -> None:
        self.need(len(node.args) >= 3, "it takes start, stop and step")
        self.count("regions", node.regions, 1)
        (body,) = node.regions
        self.need(len(body.params) >= 1, "its body takes the index")
        self.carried(node, body.params[1:], node.args[3:], body)

    def while_(self, node: Node) -> None:
        self.count("regions", node.regions, 2)
        condition, body = node.regions
        self.count("parameters of the condition", condition.params, len(node.args))
        self.count("values yielded by the condition", condition.yields, 1)
        self.inner(condition)
        self.passes(node.args, condition.params, "the start")
        self.carried(node, body.params, node.args, body)

    def call(self, node: Node) -> None:
        key = node.attrs.get("callee")
        callee = self.program.functions.get(key)  # type: ignore[arg-type]
        if callee is None:
            raise self.fail(f"there is no function {key!r}")
        linked = callee.level == "owned" and self.function.level == "typed"  # a derivative: `own` will add what it writes
        same = linked or callee.level == self.function.level
        self.need(same, f"its callee is at level {callee.level}, the caller at {self.function.level}")
        yields = callee.body.yields[: len(callee.body.yields) - len(callee.writes)] if linked else callee.body.yields
        self.count("operands", node.args, len(callee.body.params))
        self.count("results", node.outs, len(yields))
        self.passes(node.args, callee.body.params, "the call")
        if self.level > 0:
            for atom, out in zip(callee.body.yields, node.outs, strict=True):
                self.need(_passes(atom.type, out.type), f"the callee gives {atom.type} for {out!r}")
