"""Which values need no name: those used once, where nothing between changes what they read, become parts of expressions.

What the user named keeps its name and its line, unless value and use stand on the same line of his text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ..alias import FROZEN_VIEWS, KILLS, Aliases, has_memory, kills, reads
from ..hints import is_temporary
from ..ir import Atom, Const, Function, Node, Region, Var, walk
from ..op import row
from ..types import BOOL, Scalar, Undefined

STATEMENTS = ("if ", "if(", "elif ", "elif(", "for ", "while ", "while(", "match ", "case ", "assert ", "try")
"""How a branch that is a statement of the user's, or part of one, begins."""
LONGEST_CHOICE = 70
"""How long a conditional expression may be."""
RETURNED = "result"
"""The reader's name for what a return statement returns."""
FREE = ("dim", "size")
"""Ops that read a shape: written anew at each use."""
COMPARED = frozenset("less less_equal greater greater_equal equal not_equal".split())
LONGEST, SHORT = 120, 45
"""How long an expression without a name may grow, and a summand."""


def is_all_said(branch: Node, body: Region) -> bool:
    """Whether the arms of a branch give all that a loop's body changes: then `break` may stand in an arm."""
    values = body.yields[1:]
    carried = body.params[max(0, len(body.params) - len(values)) :]
    return len(carried) == len(values) and all(y in branch.outs or y is p for y, p in zip(values, carried, strict=True))


def steady_values(body: Region, inits: Sequence[Atom]) -> frozenset[Var]:
    """What a loop carries that a turn which does not leave it ends with as the loop began: truths that say how it was left."""
    exit_, *finals = body.yields
    made = {out: node for node in body.nodes for out in node.outs if node.op == "if" and node.args[0] is exit_}
    found = set()
    for param, init, final in zip(body.params[len(body.params) - len(inits) :], inits, finals, strict=True):
        stays = made[final].regions[1].yields[made[final].outs.index(final)] if isinstance(final, Var) and final in made else final
        stays = Const(False, BOOL) if stays is exit_ else stays
        if isinstance(init, Const) and isinstance(stays, Const) and init.value is stays.value and isinstance(init.value, bool):
            found.add(param)
    return frozenset(found)


def _steady(function: Function) -> set[Atom]:
    """The variables whose names mean the same wherever they are known: parameters and what is assigned once, indices of loops."""
    params, made = list(function.body.params), list[Var]()
    indices: set[Atom] = set()
    for node in walk(function.body):
        made += [out for out in node.outs if not node.regions and not is_temporary(out.hint)]
        for region in node.regions:
            first = node.op == "for"
            indices.update(region.params[:first])
            params += region.params[first:]
    names = Counter(var.hint for var in (*params, *made))
    steady: set[Atom] = indices | {var for var in (*function.body.params, *made) if names[var.hint] == 1}
    return steady | {node.out for node in walk(function.body) if node.op in FREE and node.args[0] in steady}


class Folding:
    """`inline[v]` is the node whose expression stands wherever `v` is used."""

    def __init__(self, function: Function, functions: Mapping[str, Function]) -> None:
        self.function, self.functions = function, functions
        self.aliases = Aliases(function, functions)
        self.inline: dict[Var, Node] = {}
        self.choices: dict[int, str] = {}  # arms of conditional expressions, by identity: what the result is called
        self.uses: Counter[Var] = Counter()
        self.tests: dict[Var, Node] = {}  # numbers compared
        self.exits: set[Atom] = set()  # what is asked at the end of a turn, where the names have new values
        self.steady = _steady(function)
        self.count(function.body)
        self.region(function.body)

    def count(self, region: Region) -> None:
        for node in region.nodes:
            if node.op in COMPARED and isinstance(node.out.type, Scalar):
                self.tests[node.out] = node
            self.uses.update(a for a in node.args if isinstance(a, Var))
            self.exits.update(node.regions[-1].yields[:1] if node.attrs.get("exits") else ())
            for inner in node.regions:
                self.count(inner)
            self.uncount(node)
        finals = len(self.function.writes) if region is self.function.body else 0
        yields = region.yields[: len(region.yields) - finals]
        self.uses.update(a for a in yields if isinstance(a, Var))

    def uncount(self, node: Node) -> None:
        """A condition that is a result itself is said once: `a and b`, and `if done: break`."""
        if node.op == "if" and self.is_written_as_one(node):
            self.uncount_extreme(node)
            self.uses.subtract(y for arm in node.regions for y in arm.yields if y is node.args[0] and isinstance(y, Var))
        elif node.op in ("for", "while") and node.attrs.get("exits"):
            body = node.regions[-1]
            last = body.nodes[-1] if body.nodes else None
            done = body.yields[0]
            if last is not None and last.op == "if" and last.args[0] is done and isinstance(done, Var):
                if not last.regions[0].nodes or is_all_said(last, body):
                    self.uses.subtract([done])

    def uncount_extreme(self, node: Node) -> None:
        """Python's max and min compare two values and give one of them: the text says each once."""
        test = self.tests.get(node.args[0]) if isinstance(node.args[0], Var) else None
        arms = [arm.yields[0] for arm in node.regions]
        if test is not None and self.uses[test.out] == 1 and not any(arm.nodes for arm in node.regions):
            if {id(a) for a in arms} == {id(a) for a in test.args}:
                self.uses.subtract(a for a in arms if isinstance(a, Var))

    def is_free(self, node: Node) -> bool:
        """Whether a value is written anew at each use: a size, a place, or two numbers compared that have names."""
        if not is_temporary(node.outs[0].hint):
            return False
        if self.is_index(node):
            return True
        tested = node.outs[0] in self.tests and node.outs[0] not in self.exits
        return node.op in FREE or (tested and all(map(self.has_name, node.args)))

    def is_index(self, node: Node) -> bool:
        """Whether a value is a place beside another: `i - 1`, `2 * n`."""
        type = node.outs[0].type
        if node.op not in ("add", "sub", "mul") or not isinstance(type, Scalar) or type.dtype != "i64" or not type.weak:
            return False
        return node.outs[0] not in self.exits and all(isinstance(a, Const) or a in self.steady for a in node.args)

    def has_name(self, atom: Atom) -> bool:
        """Whether a value stands under a name, or is a number."""
        return isinstance(atom, Const) or self.uses[atom] > 1 or not is_temporary(atom.hint) or atom in self.function.body.params

    def region(self, region: Region) -> None:
        nodes = region.nodes
        for node in nodes:
            if node.op == "if" and self.is_written_as_one(node):
                self.choices.update((id(arm), node.out.hint) for arm in node.regions)
            for inner in node.regions:
                self.region(inner)
        end = len(nodes)
        consumer: dict[Var, int] = {a: end for a in region.yields if isinstance(a, Var)}
        for position, node in enumerate(nodes):
            consumer.update({a: position for a in self.foldable_operands(node)})
        root = list(range(end))
        for position in range(end - 1, -1, -1):
            node = nodes[position]
            if len(node.outs) != 1:
                continue
            out = node.outs[0]
            if self.is_free(node):
                self.take(out, node)
            elif self.uses[out] == 1 and out in consumer and self.is_expression(node):
                at = consumer[out]
                target = at if at == end else root[at]
                if self.is_unnamed(node, nodes, at, region) and self.may_move(node, nodes[position + 1 : target]):
                    self.take(out, node)
                    root[position] = target

    def take(self, out: Var, node: Node) -> None:
        self.inline[out] = node

    def length(self, node: Node) -> int:
        """About how long the expression is."""
        total = len(node.op) + 3
        for region in node.regions:
            total += sum(self.length(self.inline[y]) if isinstance(y, Var) and y in self.inline else 4 for y in region.yields)
        for a in node.args:
            total += self.length(self.inline[a]) if isinstance(a, Var) and a in self.inline else len(getattr(a, "hint", "1.0"))
        return total

    def foldable_operands(self, node: Node) -> list[Var]:
        """The operands that may be expressions: not those written into."""
        written = {position for position, _ in kills(node, self.functions)}
        return [a for k, a in enumerate(node.args) if isinstance(a, Var) and k not in written]

    def is_expression(self, node: Node) -> bool:
        """Whether the node can be written as an expression without effect."""
        if node.op == "if":
            return all(self.is_pure_arm(arm) for arm in node.regions)
        if node.op == "call":
            callee = self.functions[node.attrs["callee"]]
            return not callee.writes and callee.result == "*"
        return node.op not in ("for", "while", "check", "stack_new", *KILLS)

    def is_conditional(self, node: Node) -> bool:
        """Whether a branch stands in the text as one expression."""
        return self.is_written_as_one(node) and all(map(self.is_pure_arm, node.regions)) and self.length(node) < LONGEST_CHOICE

    def is_written_as_one(self, node: Node) -> bool:
        """Whether the user wrote a branch as an expression: `a if c else b`, `and`, `or`, max."""
        origin = self.function.origin
        if len(node.outs) != 1 or not isinstance(node.out.type, Scalar) or node.place is None or origin is None:
            return False
        text = origin.line(node.place.line)[node.place.column :]
        return bool(text) and not text.startswith(STATEMENTS)

    def is_pure_arm(self, arm: Region) -> bool:
        if any(isinstance(y, Const) and isinstance(y.type, Undefined) for y in arm.yields):
            return False
        return all(len(node.outs) == 1 and node.outs[0] in self.inline for node in arm.nodes)

    def is_unnamed(self, node: Node, nodes: Sequence[Node], at: int, region: Region) -> bool:
        """Whether the value needs no name of its own."""
        out = node.outs[0]
        if self.length(node) > LONGEST:
            return False
        if at < len(nodes) and nodes[at].op == "copy" and node.op in FROZEN_VIEWS:
            return True
        if at == len(nodes) and node.op == "copy" and region is self.function.body and out.hint == getattr(node.args[0], "hint", None):
            return True  # what is returned is given as a copy
        if at < len(nodes) and node.op == "copy" and nodes[at].op == "push" and node.place == nodes[at].place:
            return True  # so is what is kept
        if at == len(nodes) and node.role and region is self.function.body:
            return False  # a derivative that is returned has its line
        if is_temporary(out.hint) or (out.hint == node.op and node.role):
            return True
        if at == len(nodes) and self.choices.get(id(region)) == out.hint:
            return True
        if at == len(nodes):
            return out.hint == RETURNED if region.params == self.function.body.params else self.is_late(out, region)
        user = nodes[at]
        same_line = node.place is not None and user.place is not None and node.place.line == user.place.line
        if same_line and out.hint == node.op:
            return True  # named by nobody
        if user.op == "accumulate" and node.role == user.role == "adjoint" and self.is_walk(user):
            return True  # the adjoint of an item goes where the item came from
        if not same_line or node.role != user.role or not user.outs:
            return False
        # A contribution to an adjoint is added where it is found.
        return is_temporary(user.outs[0].hint) or (user.outs[0].hint == out.hint and self.length(node) < SHORT)

    def is_walk(self, node: Node) -> bool:
        """Whether a node stands for what `for item in array` says."""
        origin = self.function.origin
        return node.place is not None and origin is not None and origin.line(node.place.line).lstrip().startswith("for ")

    def is_late(self, out: Var, region: Region) -> bool:
        """Whether the variable that a loop carries is still read after its next value is known: it is assigned at the end then."""
        if not region.params:
            return out.hint == RETURNED
        shift = len(region.yields) - len(region.params)
        position = region.yields.index(out) - shift
        if shift > 0 and position < 0:
            return False
        old = region.params[position] if 0 <= position < len(region.params) else None
        if region.yields.count(old) > (region.yields[position + shift] is old):
            return True  # handed to another variable
        passed = False
        for node in region.nodes:
            if passed and old is not None and (old in node.args or any(old in n.args for r in node.regions for n in walk(r))):
                return True
            passed = passed or out in node.outs
        return False

    def may_move(self, node: Node, between: Sequence[Node]) -> bool:
        """Whether the node may be evaluated after those that follow it."""
        wanted = self.read_by(node)
        fallible = self.may_fail(node)
        for other in between:
            for effect in (other, *(n for r in other.regions for n in walk(r))):
                if effect.op == "check" and fallible:
                    return False
                for position, _ in kills(effect, self.functions):
                    target = effect.args[position]
                    if isinstance(target, Var) and any(self.aliases.share(target, var) for var in wanted):
                        return False
        return True

    def read_by(self, node: Node) -> list[Var]:
        """What in memory a node reads, directly or within."""
        inner = [n for r in node.regions for n in walk(r)]
        yields = [y for r in node.regions for y in r.yields if isinstance(y, Var)]
        return [v for n in (node, *inner) for v in reads(n) if has_memory(v.type)] + [y for y in yields if has_memory(y.type)]

    def may_fail(self, node: Node) -> bool:
        if node.regions or node.op == "call":
            return True
        if node.op == "index":
            return bool(node.attrs["pattern"]) and "i" in node.attrs["pattern"] or "a" in node.attrs["pattern"]
        result = node.outs[0].type
        return bool(row(node.op).faults) and isinstance(result, Scalar) and result.weak
