"""Typed nodes written again so that the errors which a handler waits for become numbers: 0 where none is raised.

A number says the handler and the *site*, an error class with its message. Behind an operation that may fail stands an `if`, what
follows is its other arm. A function that is called has a second form, which returns such a number before its own results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from difflang.build import Builder, trace
from difflang.ir import LEAF, UNDEF, Atom, Const, Function, Node, Region, Var, const, substitute
from difflang.op import TABLE
from difflang.records import replace
from difflang.tree import Branch
from difflang.types import INT, Scalar, Undefined

from .faulty import Fails, Numbers, Words, ask, handler_of, native_faults, weak_of

if TYPE_CHECKING:
    from .infer import Inference

SITES = 1000
DETAILS = 4
ZERO = const(0)
INEXACT = ("f64", "c128")
Atoms = list[Atom]


class Tried:
    """Nodes written into a builder; `pending` is the number so far, of operations that could be done although one failed.

    Where a handler asks what an error says (`told`), the numbers in its words follow the number of the error."""

    def __init__(self, inference: Inference, builder: Builder, handlers: Fails, told: bool = False) -> None:
        self.inference, self.builder, self.handlers, self.told = inference, builder, handlers, told
        self.none: Atoms = [ZERO] * (1 + DETAILS if told else 1)
        self.pending = self.none
        self.missing = False  # whether after an error values are missing that operations would read
        self.sites: set[int] | None = set()  # None: not all are known

    # -- what may fail ------------------------------------------------------------------------------

    def may_fail(self, node: Node) -> bool:
        """Whether an error that a handler waits for may be raised here."""
        if node.op == "call":
            return self.inference.variants.may_fail(node.attrs["callee"], self.handlers)
        if node.regions:
            return any(self.may_fail(inner) for region in node.regions for inner in region.nodes)
        return any(True for _ in ask(node, self.handlers))

    def fail(self, error: type[BaseException], message: Words, bad: Atom, numbers: Numbers | None = None) -> None:
        """An error where the condition holds."""
        number = handler_of(self.handlers, error)
        if not number or (isinstance(bad, Const) and not bad.value):
            return
        if isinstance(message, tuple) and (not self.told or max((p for p in message if isinstance(p, int)), default=0) >= DETAILS):
            message = None
        site = self.inference.variants.site(error, message)
        if self.sites is not None:
            self.sites.add(site)
        code = const(number * SITES + site)
        emit = self.builder.emit
        truth = bad if isinstance(bad, Const) else emit("cast", bad, dtype="bool", weak=True)
        if self.pending is not self.none:
            none = emit("equal", self.pending[0], ZERO)
            truth = none if isinstance(truth, Const) else emit("cast", emit("logical_and", none, truth), dtype="bool", weak=True)
        self.pending = self.chosen(truth, code, numbers if isinstance(message, tuple) else None)

    def chosen(self, truth: Atom, code: Const, numbers: Numbers | None) -> Atoms:
        """The code where an error is raised first, and the numbers in its words."""
        with self.nested() as builder:
            said = [builder.emit("cast", n, dtype="i64", weak=True) for n in numbers(builder)] if numbers is not None else []
        first = [code, *said, *self.none[1 + len(said) :]]
        if isinstance(truth, Const):
            for node in builder.nodes:
                self.builder.add(node)
            return first
        outs = self.fresh()
        self.builder.node("if", (truth,), outs, [builder.region((), first), Region((), (), tuple(self.pending))])
        return list(outs)

    def fresh(self) -> list[Var]:
        """New names for the number of an error and what belongs to it."""
        return [Var("failed", INT), *(Var("told", INT) for _ in self.none[1:])]

    # -- writing --------------------------------------------------------------------------------------

    def block(self, nodes: Sequence[Node], finish: Callable[[], Sequence[Atom]], fallback: Sequence[Atom]) -> Atoms:
        """The number, then what `finish` gives; after an error the `fallback`."""
        for k, node in enumerate(nodes):
            rest = nodes[k + 1 :]
            self.builder.place = node.place or self.builder.place
            if not self.may_fail(node):
                if self.pending is not self.none and (self.missing or not is_safe(node)):
                    return self.flushed(lambda: self.block(nodes[k:], finish, fallback), fallback)  # noqa: B023
                self.builder.add(node)
                continue
            if self.pending is not self.none and (self.missing or node.regions or node.op == "call"):
                return self.flushed(lambda: self.block(nodes[k:], finish, fallback), fallback)  # noqa: B023
            if node.regions or node.op == "call":
                self.structured(node)
            elif not self.soft(node):
                for error, message, bad, numbers in ask(node, self.handlers):
                    self.fail(error, message, bad(self.builder), numbers)
                return self.flushed(lambda: self.sure(node, rest, finish, fallback), fallback)  # noqa: B023
        return [*self.pending, *finish()]

    def sure(self, node: Node, rest: Sequence[Node], finish: Callable[[], Sequence[Atom]], fallback: Sequence[Atom]) -> Atoms:
        """A node of which it is known that it does not fail."""
        if self.all_caught(node):
            self.unchecked(node)
        elif node.op != "check":
            self.builder.add(node)
        return self.block(rest, finish, fallback)

    def flushed(self, then: Callable[[], Atoms], fallback: Sequence[Atom]) -> Atoms:
        """What follows, unless an error is pending."""
        pending = self.pending
        if isinstance(pending[0], Const):
            self.pending, self.missing = self.none, False
            return then() if not pending[0].value else [*pending, *fallback]
        failed = self.builder.emit("not_equal", pending[0], ZERO)
        with self.nested() as other:
            second = then()
        with self.nested() as one:
            first = [*pending, *fallback]
        outs: Atoms = []
        for a, b in zip(first, second, strict=True):
            type = a.type if isinstance(b.type, Undefined) else b.type
            outs.append(UNDEF if isinstance(type, Undefined) else Var(_hint(b, a), type))
        kept = [k for k, out in enumerate(outs) if isinstance(out, Var)]
        regions = [b.region((), [v[k] for k in kept]) for b, v in ((one, first), (other, second))]
        self.builder.node("if", (failed,), [outs[k] for k in kept], regions)  # type: ignore[misc]
        return outs

    @contextmanager
    def nested(self) -> Iterator[Builder]:
        kept = self.builder, self.pending, self.missing
        self.builder, self.pending, self.missing = Builder(self.builder.place, known=self.builder.known), self.none, False
        try:
            yield self.builder
        finally:
            self.builder, self.pending, self.missing = kept

    def soft(self, node: Node) -> bool:
        """An operation on Python's numbers, done in the form that never raises. False where there is none.

        One with a derivative is not done at all where it fails: there the derivative is infinite, and 0 times it no number."""
        if not self.all_caught(node) or node.out.type.dtype in INEXACT:  # type: ignore[union-attr]
            return False
        plain = self.unchecked(node)
        for fault in TABLE[node.op].faults:
            if fault.flavor == "python":
                bad = trace(self.builder, fault.bad, plain, *node.args)
                self.fail(fault.error, fault.message, bad if isinstance(bad, (Var, Const)) else const(bool(bad)))
        return True

    def all_caught(self, node: Node) -> bool:
        """Whether this is an operation on Python's numbers that raises nothing but what a handler waits for."""
        op = TABLE.get(node.op)
        return weak_of(node) is not None and op is not None and bool(op.faults) and not native_faults(node, op, self.handlers)

    def unchecked(self, node: Node) -> Atom:
        """The operation in NumPy's form."""
        weak = weak_of(node)
        assert weak is not None
        attrs = {**node.attrs, "weak": False} if node.op == "cast" else node.attrs
        plain = self.builder.emit(node.op, *node.args, flavor="numpy", hint=node.out.hint, **attrs)
        self.builder.node("cast", (plain,), (node.out,), dtype=weak.dtype, weak=True)
        return plain

    # -- what holds regions, and calls -----------------------------------------------------------------

    def structured(self, node: Node) -> None:
        codes = self.fresh()
        if node.op == "call":
            key, sites = self.inference.variants.of(node.attrs["callee"], self.handlers, self.told)
            self.sites = None if self.sites is None or sites is None else self.sites | sites
            self.builder.add(replace(node, outs=(*codes, *node.outs), attrs={**node.attrs, "callee": key}))
        elif node.op == "if":
            regions = tuple(self.arm(region) for region in node.regions)
            self.builder.add(replace(node, outs=(*codes, *node.outs), regions=regions))
        elif node.op == "for":
            (body,) = node.regions
            params = (body.params[0], *self.fresh(), *body.params[1:])
            turn = self.turn(lambda: self.looped(node, body), params)
            attrs = {**node.attrs, "exits": True}
            args = (*node.args[:3], *self.none, *node.args[3:])
            self.builder.add(replace(node, args=args, outs=(*codes, *node.outs), regions=(turn,), attrs=attrs))
        else:
            self.builder.add(self.repeated(node, codes))
        self.pending, self.missing = list(codes), True

    def arm(self, region: Region) -> Region:
        with self.nested() as builder:
            yields = self.block(region.nodes, lambda: region.yields, [UNDEF] * len(region.yields))
        return builder.region((), yields)

    def turn(self, body: Callable[[], Atoms], params: Sequence[Var]) -> Region:
        """A turn of a loop: it leaves where an error was raised."""
        with self.nested() as builder:
            yields = body()
        return builder.region(params, yields)

    def looped(self, node: Node, body: Region) -> Atoms:
        """The yields of a loop's body: whether it ends, the number, what it carries."""
        exits = bool(node.attrs.get("exits"))
        carried = body.params[1:] if node.op == "for" else body.params
        found = self.block(body.nodes, lambda: body.yields, [*([const(True)] if exits else []), *carried])
        codes, yields = found[: len(self.none)], found[len(self.none) :]
        failed = self.builder.emit("not_equal", codes[0], ZERO)
        leave = self.builder.emit("logical_or", yields[0], failed) if exits else failed
        return [leave, *codes, *yields[exits:]]

    def repeated(self, node: Node, codes: list[Var]) -> Node:
        """A `while`; a condition that may fail is asked within the turn."""
        test, body = node.regions
        params = (*self.fresh(), *body.params)
        if not any(map(self.may_fail, test.nodes)):
            turn = self.turn(lambda: self.looped(node, body), params)
            asked = replace(test, params=(*self.fresh(), *test.params))
        else:
            moved = substitute(Region((), test.nodes, test.yields), dict(zip(test.params, body.params, strict=True)))
            turn = self.turn(lambda: self.asking(node, moved, body), params)
            asked = Region((*self.fresh(), *(Var(p.hint, p.type) for p in test.params)), (), (const(True),))
        args, outs = (*self.none, *node.args), (*codes, *node.outs)
        return replace(node, args=args, outs=outs, regions=(asked, turn), attrs={**node.attrs, "exits": True})

    def asking(self, node: Node, test: Region, body: Region) -> Atoms:
        """A turn that begins with the condition."""

        def go_on() -> Atoms:
            with self.nested() as one:
                first = self.looped(node, body)
            with self.nested() as other:
                second: Atoms = [const(True), *self.none, *body.params]
            types = [a.type if not isinstance(a.type, Undefined) else b.type for a, b in zip(first, second, strict=True)]
            outs = [Var(_hint(b, a), type) for a, b, type in zip(first, second, types, strict=True)]
            self.builder.node("if", test.yields, outs, [one.region((), first), other.region((), second)])
            return list(outs)

        found, width = self.block(test.nodes, go_on, [const(True), *self.none, *body.params]), len(self.none)
        codes, leave, inner, carried = found[:width], found[width], found[width + 1 : 2 * width + 1], found[2 * width + 1 :]
        both = [b if isinstance(a, Const) else self.builder.emit("add", a, b) for a, b in zip(codes, inner, strict=True)]
        return [leave, *both, *carried]


def _hint(one: Atom, other: Atom) -> str:
    return one.hint if isinstance(one, Var) else other.hint if isinstance(other, Var) else "t"


def is_safe(node: Node) -> bool:
    """Whether an operation on numbers may be done although its operands mean nothing: it has no effect and cannot fail."""
    op = TABLE.get(node.op)
    numbers = all(isinstance(atom.type, Scalar) for atom in (*node.args, *node.outs))
    if op is None or node.regions or not numbers or op.kind not in ("elementwise", "linear", "multilinear") or len(node.outs) != 1:
        return False
    return not any(fault.flavor == ("python" if weak_of(node) else "numpy") for fault in op.faults)


class Variants:
    """The second forms of the functions of an inference, and the sites of errors."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._sites: dict[tuple[type[BaseException], Words], int] = {}
        self._keys: dict[tuple[str, Fails, bool], str] = {}
        self._made: dict[str, tuple[Function, Function, set[int] | None]] = {}
        self._asking: set[str] = set()

    def site(self, error: type[BaseException], message: Words) -> int:
        return self._sites.setdefault((error, message), len(self._sites))

    def told(self, site: int) -> tuple[type[BaseException], Words]:
        return list(self._sites)[site]

    def _function(self, key: str) -> Function | None:
        if key in self._made:
            return self._made[key][1]
        return next((i.function for i in self._inference.instances.values() if i.key == key), None)

    def may_fail(self, key: str, handlers: Fails) -> bool:
        if key in self._inference.foreign or key in self._asking:
            return False
        function = self._function(key)
        if function is None:
            return True  # it is being interpreted
        self._asking.add(key)
        try:
            return any(map(Tried(self._inference, Builder(), handlers).may_fail, function.body.nodes))
        finally:
            self._asking.discard(key)

    def of(self, key: str, handlers: Fails, told: bool) -> tuple[str, set[int] | None]:
        """The key of a function's second form, and the sites of its errors, None where not all are known yet."""
        if (key, handlers, told) not in self._keys:
            self._keys[key, handlers, told] = self._inference.new_key(f"{key}_tried")
        name = self._keys[key, handlers, told]
        return name, self._build(name, key, handlers, told)

    def _build(self, name: str, key: str, handlers: Fails, told: bool) -> set[int] | None:
        function = self._function(key)
        if function is None or name in self._asking:
            return None
        if name not in self._made or self._made[name][0] is not function:
            self._asking.add(name)
            try:
                self._made[name] = (function, *second_form(self._inference, function, name, handlers, told))
            finally:
                self._asking.discard(name)
        return self._made[name][2]

    def finished(self) -> dict[str, Function]:
        """All second forms, of the functions as they are in the end."""
        before: dict[str, Any] = {"": None}
        while before != self._made:
            before = dict(self._made)
            for (key, handlers, told), name in list(self._keys.items()):
                self._build(name, key, handlers, told)
        return {name: made for name, (_, made, _) in self._made.items()}


def second_form(inference: Inference, function: Function, name: str, handlers: Fails, told: bool) -> tuple[Function, set[int] | None]:
    """The function that returns the number of an error before its results."""
    tried = Tried(inference, Builder(function.place), handlers, told)
    yields = tried.block(function.body.nodes, lambda: function.body.yields, [UNDEF] * len(function.body.yields))
    before = (LEAF,) * len(tried.none)
    result = (*before, *function.result) if function.changes and isinstance(function.result, tuple) else (*before, function.result)
    body = tried.builder.region(function.body.params, yields)
    return replace(function, name=name, body=body, result=_settled(result), changes=()), tried.sites


def _settled(tree: Any) -> Any:
    """A result's tree by its leaves alone: an error has no object."""
    if isinstance(tree, tuple):
        return tuple(map(_settled, tree)) if not isinstance(tree, Branch) else tuple(map(_settled, tuple(tree)))
    return tree


__all__ = ["DETAILS", "SITES", "Tried", "Variants", "is_safe"]
