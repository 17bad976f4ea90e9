"""From a placed function to statements: loops, branches, writes, and `return` and `break` where they stood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..alias import SHAPE_ONLY, STRUCTURED
from ..build import hint_for
from ..hints import is_temporary
from ..ir import Atom, Const, Function, Node, Program, Region, Tree, Var, walk
from ..ops.index import repeats
from ..records import dataclass, replace
from ..types import BOOL, Array, Scalar, Undefined, Unknown
from .credit import Credit
from .expressions import Phrases, negated
from .flavor import Flavors
from .forms import slice_object
from .grown import SIGNS, grown
from .objects import Paths, has_object
from .fold import RETURNED, Folding, is_all_said, steady_values
from .said import Heads, known_names
from .spread import spread_of
from .statements import MISSING, NO_MARK, Assign, Block, Break, Check, Do, For, If, Mark, Move, Return, Statement, While
from .statements import Write, changed, ends, mark_of
from .syntax import Apply, Attribute, Choice, Expr, Infix, Item, Pack, Ref, Slice, Word, both, extreme, told_of

AUGMENTED = {"add": "+=", "sub": "-=", "mul": "*=", "div": "/="}


@dataclass(frozen=True)
class Tail:
    """What becomes of a region's values: returned, or moved to variables; `exits`: the first one ends the loop."""

    targets: tuple[Var, ...] = ()
    returns: bool = False
    exits: bool = False
    mark: Mark = NO_MARK  # of the branch or loop it belongs to
    part: str = "body"  # which part of it the region is
    steady: frozenset[Var] = frozenset()  # variables that a turn which does not leave the loop leaves as they began


class Building:
    """Builds the statements of one function.

    `same` lists the pairs of values that must be one variable, `names` has names for the nameless.
    """

    def __init__(self, program: Program, function: Function, phrases: Phrases) -> None:
        self.program, self.function, self.phrases = program, function, phrases
        phrases.origin, phrases.heads = function.origin, Heads(known_names(function))
        phrases.flavors = Flavors(function, function is program.main)
        self.paths = Paths(function)
        phrases.own_objects, phrases.own_statics = self.paths.objects, self.paths.statics
        self.shape_of: dict[Var, Var] = {}  # a value that was copied: the copy, of which the text asks the shape from then on
        self.folding = Folding(function, program.functions)
        self.grown = grown(function, self.folding.inline)
        self.mark = Credit(function, self.folding.inline)
        self.same: list[tuple[Var, Var]] = []
        plain = [node for node in walk(function.body) if node.op not in STRUCTURED and len(node.outs) == 1]
        self.names = {node.out: hint_for(node.op, node.args) for node in plain}
        self.objects: dict[Var, Var] = {}  # a new version of an array: the very object that was written into
        results = len(function.body.yields) - len(function.writes)
        body = replace(function.body, yields=function.body.yields[:results])
        self.unpacking: Block = []
        self.block = [*self.unpacked(), *self.region(body, Tail(returns=True))]

    def unpacked(self) -> Block:
        """Parameters that are tuples, taken apart."""
        leaves = list(self.function.body.params)
        found: Block = []
        for param in self.function.params:
            target = self.pattern(param.tree, leaves)
            if has_object(param.tree):
                continue  # its fields are read where they are used
            if isinstance(param.tree, tuple) and target != Pack(()):
                found.append(Assign(target, Word(param.name)))
        return found

    def pattern(self, tree: Tree, leaves: list[Var]) -> Expr:
        if tree == "*":
            return Ref(leaves.pop(0))
        if isinstance(tree, tuple):
            return Pack(tuple(self.pattern(item, leaves) for item in tree))
        return Word("_")

    # Expressions

    def expr(self, atom: Atom) -> Expr:
        if isinstance(atom, Const) or atom not in self.folding.inline:
            return self.phrases.atom(atom)
        node = self.folding.inline[atom]
        if node.op == "if":
            return self.choice(node)
        args = self.operands(node)
        return self.call(node, args) if node.op == "call" else self.phrase(node, args)

    def operands(self, node: Node) -> list[Expr]:
        asked = SHAPE_ONLY.get(node.op, ())
        return [self.expr(self.shape_of.get(a, a) if k in asked and isinstance(a, Var) else a) for k, a in enumerate(node.args)]

    def phrase(self, node: Node, args: list[Expr]) -> Expr:
        return spread_of(self.phrases, self.expr, self.folding.inline, node, args) or self.phrases.phrase(node, args)

    def call(self, node: Node, args: Sequence[Expr]) -> Expr:
        key = node.attrs["callee"]
        return self.phrases.call(self.program.functions[key], self.phrases.functions[key], args, key == self.program.entry)

    def choice(self, node: Node) -> Expr:
        """`a if test else b`, or `and` and `or` where that is what it says."""
        test, (yes, no) = self.expr(node.args[0]), [arm.yields[0] for arm in node.regions]
        if isinstance(node.out.type, Unknown) and (_is(no, False) or _is(yes, True)):  # the user's `and` and `or`
            return both(test, self.expr(yes)) if _is(no, False) else Infix(test, "or", self.expr(no))
        if _is_truth(node.out) and _is_truth(node.args[0]):
            if _is(no, False) or no is node.args[0]:
                return both(test, self.expr(yes))
            if _is(yes, True) or yes is node.args[0]:
                return Infix(test, "or", self.expr(no))
            if _is(yes, False):
                return negated(test) if _is(no, True) else both(negated(test), self.expr(no))
            if _is(no, True):
                return Infix(negated(test), "or", self.expr(yes))
        chosen, other = self.expr(yes), self.expr(no)
        if chosen == other:
            return chosen
        return (isinstance(node.out.type, Scalar) and extreme(test, chosen, other)) or Choice(test, chosen, other)

    # Regions

    def region(self, region: Region, tail: Tail) -> Block:
        outer = dict(self.shape_of)
        try:
            return self.statements(region, tail)
        finally:
            self.shape_of = outer

    def statements(self, region: Region, tail: Tail) -> Block:
        block: Block = []
        nodes = region.nodes
        for position, node in enumerate(nodes):
            if len(node.outs) == 1 and node.outs[0] in self.folding.inline:
                continue
            last = position == len(nodes) - 1
            if node.op == "if" and last and self.is_tail(node, region, tail):
                block.append(self.tail_if(node, region, tail))
                return block
            block += self.node(node)
            if ends(block):
                return block
        return block + self.finish(region.yields, tail)

    def is_tail(self, node: Node, region: Region, tail: Tail) -> bool:
        """Whether the region's last word is this branch, so that its arms may speak it."""
        if any(self.folding.uses[out] != region.yields.count(out) for out in node.outs):
            return False
        if tail.returns:
            said = [out.hint for out in node.outs if self.folding.uses[out]]
            return bool(said) and all(is_temporary(hint) or hint.startswith(RETURNED) for hint in said)
        if tail.exits:
            clear = self.says_nothing(node.regions[0]) or is_all_said(node, region)
            return region.yields[0] in node.outs or (region.yields[0] is node.args[0] and clear)
        return bool(node.outs) and all(y in node.outs or isinstance(y, Const) for y in region.yields)

    def says_nothing(self, arm: Region) -> bool:
        """Whether an arm has no statements of its own."""
        return all(len(inner.outs) == 1 and inner.outs[0] in self.folding.inline for inner in arm.nodes)

    def tail_if(self, node: Node, region: Region, tail: Tail) -> Statement:
        arms = []
        for arm, truth in zip(node.regions, (True, False), strict=True):
            within = replace(tail, mark=mark_of(node), part="then" if truth else "else")
            chosen: dict[Atom, Atom] = {node.args[0]: Const(truth, BOOL)} if tail.exits else {}  # `if done: break`
            chosen.update(zip(node.outs, arm.yields, strict=True))
            yields = tuple(chosen.get(y, y) if isinstance(y, Var) else y for y in region.yields)
            arms.append(self.region(replace(arm, yields=yields), within))
        for k, out in enumerate(node.outs):
            self.joined_object([arm.yields[k] for arm in node.regions], out)
        return If(self.expr(node.args[0]), arms[0], arms[1], mark_of(node))

    def finish(self, yields: Sequence[Atom], tail: Tail) -> Block:
        """What the end of a region says."""
        if tail.returns:
            return self.returned(yields)
        if not tail.exits:
            return self.move(tail.targets, yields, tail)
        exit_, *values = yields
        if isinstance(exit_, Const) and exit_.value is not True:
            left = [(t, v) for t, v in zip(tail.targets, values, strict=True) if t not in tail.steady]
            return self.move([t for t, _ in left], [v for _, v in left], tail)
        moves = self.move(tail.targets, values, tail)
        if isinstance(exit_, Const):
            return [*moves, Break()]
        return [*moves, If(self.expr(exit_), [Break()], [])]

    def returned(self, yields: Sequence[Atom]) -> Block:
        if self.function.result is None:
            return [Return(None)]
        leaves = [self.phrases.missing(y, said.type) or self.expr(y) for y, said in zip(yields, self.function.body.yields, strict=False)]
        if self.function.changes:
            assert isinstance(self.function.result, tuple)
            targets, values, result = self.paths.changed([self.phrases.packed(tree, leaves) for tree in self.function.result])
            return [Assign(targets, values, NO_MARK), *([Return(result)] if result else [])]
        return [Return(self.phrases.packed(self.function.result, leaves))]

    def move(self, targets: Sequence[Var], values: Sequence[Atom], tail: Tail) -> Block:
        pairs, marks = [], []
        for target, value in zip(targets, values, strict=True):
            if value is target:
                continue
            missing = isinstance(value, Const) and isinstance(value.type, Undefined)
            pairs.append((target, MISSING if missing else self.expr(value)))
            node = self.folding.inline.get(value) if isinstance(value, Var) else None
            mark = replace(tail.mark, role="adjoint") if tail.mark.place and target.hint.endswith("_bar") else tail.mark
            marks.append(self.mark.of(node) if node else self.mark.part(mark, target, tail.part))
        return [Move(tuple(pairs), tuple(marks))] if pairs else []

    # The same object

    def object_of(self, atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom in self.objects:
            atom = self.objects[atom]
        return atom

    def written(self, old: Atom, new: Var) -> None:
        """`new` is the object `old` after a write: one variable."""
        if isinstance(old, Var):
            self.same.append((old, new))
            self.objects[new] = old

    def carried_object(self, init: Atom, param: Var, final: Atom, out: Var) -> None:
        """A loop that only writes into what it carries carries one object."""
        if isinstance(init, Var) and init not in self.folding.inline and final is not param and self.object_of(final) is param:
            self.written(init, out)

    def joined_object(self, finals: Sequence[Atom], out: Var) -> None:
        """A branch whose arms leave the same object, written or not."""
        first, *others = {id(o): o for o in map(self.object_of, finals)}.values()
        if not others and any(final is not first for final in finals):
            self.written(first, out)

    # Nodes

    def node(self, node: Node) -> Block:
        match node.op:
            case "if" if self.folding.is_conditional(node):
                return [Assign(Ref(node.out), self.choice(node), self.mark.of(node))]
            case "if":
                parts = zip(node.regions, ("then", "else"), strict=True)
                arms = [self.region(arm, Tail(node.outs, mark=mark_of(node), part=part)) for arm, part in parts]
                for k, out in enumerate(node.outs):
                    self.joined_object([arm.yields[k] for arm in node.regions], out)
                return [If(self.expr(node.args[0]), arms[0], arms[1], mark_of(node))]
            case "for":
                return self.for_(node)
            case "while":
                return self.while_(node)
            case "call":
                return self.call_statement(node)
            case "store" | "accumulate":
                return self.write(node)
            case "push":
                self.written(node.args[0], node.out)
                return [Do(Apply(Attribute(self.expr(node.args[0]), "append"), (self.expr(node.args[1]),)), self.mark.of(node))]
            case "pop":
                return self.pop(node)
            case "set_item" | "set_items":
                return self.list_write(node)
            case "check":
                return self.check(node)
        args = self.operands(node)
        if id(node) in self.grown:
            self.written(node.args[0], node.out)
            return [changed(self.expr(node.args[0]), SIGNS[node.op], args[1], self.mark.of(node))]
        if len(node.outs) > 1:
            return [Assign(Pack(tuple(map(Ref, node.outs))), self.phrase(node, args), self.mark.of(node))]
        inner = self.folding.inline.get(node.args[0]) if node.op == "copy" and isinstance(node.args[0], Var) else None
        statement = Assign(Ref(node.out), self.phrase(node, args), self.mark.of(inner or node))
        if node.op == "copy" and isinstance(node.args[0], Var) and inner is None and node.args[0].hint == node.out.hint:
            self.shape_of[node.args[0]] = node.out
        return [statement]

    def for_(self, node: Node) -> Block:
        (body,) = node.regions
        index, *carried = body.params
        self.same += zip(carried, node.outs, strict=True)
        start, stop, step = node.args[:3]
        bounds = [start, stop, step] if not _is(step, 1) else [stop] if _is(start, 0) else [start, stop]
        iterable: Expr = Apply(Word("range"), tuple(self.expr(b) for b in bounds))
        if node.attrs.get("reverse"):
            iterable = Apply(Word("reversed"), (iterable,))
        exits = bool(node.attrs.get("exits"))
        steady = steady_values(body, node.args[3:]) if exits else frozenset()
        inner = self.region(body, Tail(tuple(carried), exits=exits, mark=mark_of(node), steady=steady))
        for init, param, final, out in zip(node.args[3:], carried, body.yields[exits:], node.outs, strict=True):
            self.carried_object(init, param, final, out)
        return [*self.move(carried, node.args[3:], Tail(mark=mark_of(node), part="after")), For(index, iterable, inner, mark_of(node))]

    def while_(self, node: Node) -> Block:
        condition, body = node.regions
        self.same += zip(condition.params, node.outs, strict=True)
        self.same += zip(body.params, node.outs, strict=True)
        head: Block = []
        for inner in condition.nodes:
            if not (len(inner.outs) == 1 and inner.outs[0] in self.folding.inline):
                head += self.node(inner)
        test = self.expr(condition.yields[0])
        exits = bool(node.attrs.get("exits"))
        steady = steady_values(body, node.args) if exits else frozenset()
        block = self.region(body, Tail(body.params, exits=exits, mark=mark_of(node), steady=steady))
        for init, param, final, out in zip(node.args, body.params, body.yields[exits:], node.outs, strict=True):
            self.carried_object(init, param, final, out)
        return [*self.move(body.params, node.args, Tail(mark=mark_of(node), part="after")), While(test, block, mark_of(node), head)]

    def call_statement(self, node: Node) -> Block:
        callee = self.program.functions[node.attrs["callee"]]
        results = len(node.outs) - len(callee.writes)
        for position, out in zip(callee.writes, node.outs[results:], strict=True):
            self.written(node.args[position], out)
        value = self.call(node, [self.expr(a) for a in node.args])
        leaves = list(node.outs[:results])
        if not any(self.folding.uses[leaf] for leaf in leaves):
            return [Do(value, self.mark.of(node))]
        return [Assign(self.pattern(callee.result, leaves), value, self.mark.of(node))]

    def write(self, node: Node) -> Block:
        base, value, *operands = node.args
        assert isinstance(base, Var)
        self.written(base, node.out)
        pattern = node.attrs["pattern"]
        target = self.phrases.subscript(self.expr(base), pattern, [self.expr(o) for o in operands])
        added = self.expr(value)
        if node.op == "store":
            op, added = self.augmented(node, added)
            return [Write(target, op, added, self.mark.of(node))]
        if repeats(pattern, [o.type for o in operands]):
            assert isinstance(target, Item)
            items = tuple(map(slice_object, target.items))
            key = items[0] if len(items) == 1 else Pack(items)
            return [Do(Apply(Attribute(self.phrases.np("add"), "at"), (target.value, key, added)), self.mark.of(node))]
        whole = pattern and set(pattern) == {":"} and isinstance(base.type, Array)
        return [changed(self.expr(base) if whole else target, "+=", added, self.mark.of(node))]

    def list_write(self, node: Node) -> Block:
        """`xs[i] = v`, `xs[i] += v`, `xs[:] = ys`."""
        stack, value, *index = node.args
        assert isinstance(stack, Var)
        self.written(stack, node.out)
        if not index:
            return [Write(Item(self.expr(stack), (Slice(None, None, None),)), "=", self.expr(value), self.mark.of(node))]
        target, new = Item(self.expr(stack), (self.expr(index[0]),)), self.expr(value)
        total = self.folding.inline.get(value) if isinstance(value, Var) else None
        old = self.folding.inline.get(total.args[0]) if total is not None and total.args and isinstance(total.args[0], Var) else None
        if total is not None and old is not None and total.op in AUGMENTED and isinstance(new, Infix):
            if isinstance(total.out.type, Scalar) and old.op == "item" and old.args == (stack, index[0]):
                return [Write(target, AUGMENTED[total.op], new.right, self.mark.of(node))]
        return [Write(target, "=", new, self.mark.of(node))]

    def augmented(self, node: Node, value: Expr) -> tuple[str, Expr]:
        """`a[i] = a[i] + v` is written `a[i] += v`."""
        added = node.args[1]
        inner = self.folding.inline.get(added) if isinstance(added, Var) else None
        if inner is None or inner.op not in AUGMENTED or not isinstance(value, Infix):
            return "=", value
        old = self.folding.inline.get(inner.args[0]) if isinstance(inner.args[0], Var) else None
        same = old is not None and old.op == "index" and (old.args[0], *old.args[1:]) == (node.args[0], *node.args[2:])
        if not same or old is None or old.attrs["pattern"] != node.attrs["pattern"] or "a" in node.attrs["pattern"]:
            return "=", value
        return AUGMENTED[inner.op], value.right

    def pop(self, node: Node) -> Block:
        stack, value = node.outs
        self.written(node.args[0], stack)
        taken = Apply(Attribute(self.expr(node.args[0]), "pop"), ())
        return [Assign(Ref(value), taken, self.mark.of(node)) if self.folding.uses[value] else Do(taken, self.mark.of(node))]

    def check(self, node: Node) -> Block:
        kind = node.attrs.get("kind", "raise")
        if kind == "unbound":
            return []
        if kind == "needed":
            asked = self.expr(node.args[1])
            return [] if isinstance(asked, Ref) else [Do(asked, self.mark.of(node))]
        error = node.attrs.get("error", AssertionError)
        told = told_of(node.attrs.get("told", ""), [self.expr(detail) for detail in node.args[1:]])
        return [Check(self.expr(node.args[0]), self.phrases.error(error), node.attrs.get("message") or "", kind, self.mark.of(node), told)]


def _is_truth(atom: Atom) -> bool:
    return isinstance(atom.type, Scalar) and atom.type.dtype == "bool"


def _is(atom: Atom, value: object) -> bool:
    if not isinstance(atom, Const):
        return False
    plain = atom.value.item() if isinstance(atom.value, np.generic) else atom.value
    return type(plain) is type(value) and plain == value
