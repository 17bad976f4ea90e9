"""Simplify: the same program with less in it. Owned in, owned out.

Rules of one op (`rules.py`, `shapes.py`) are applied from the first node to the last, each seeing the
simplified definitions of its operands; then what nobody reads is pruned. No bit of any value changes, except that in
adjoints and tangents zero plus x is x, which forgets the sign of a zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from operator import is_
from typing import Any

from difflang.build import Builder
from difflang.hints import is_temporary
from difflang.ir import Atom, Const, Function, Node, Program, Region, Var, walk
from difflang.op import row
from difflang.records import replace
from difflang.types import Array, Scalar, Type, Undefined

from ..adjoin import adjoin
from ..asked import asked
from ..guard import guard
from ..leave import leave
from ..merge import merge
from ..once import once
from ..prune import prune
from ..retype import retype
from ..upward import upward
from .choices import known_within
from .calls import drop_parameters, drop_results, inlined
from .rules import DERIVED, RULES, Facts, Rule, number
from .shapes import SHAPE_RULES

PASSES = 6
SHARED_COST = 6
"""From this cost on an expression written twice is computed once."""
NEVER_SHARED = frozenset(
    "check copy stack_new push pop store accumulate index dim size zeros ones empty full zeros_like ones_like empty_like full_like".split()
)
KINDS_SHARED = ("linear", "multilinear", "general")
VIEWS = frozenset("reshape transpose expand_dims squeeze broadcast_to flip stop_gradient".split())


def simplify(program: Program) -> Program:
    """The simplified program, idle adjoint loops guarded, sweeps merged, searches left early, types found anew."""
    program = _simplified(program)
    for change in (lambda p: upward(leave(merge(guard(once(p))))), adjoin):
        changed = change(program)
        program = program if changed is program else _simplified(changed)
    program = retype(program)
    if (changed := asked(program)) is program:
        return program
    return replace(changed, functions={key: prune(function) for key, function in changed.functions.items()})


def lighter(program: Program) -> Program:
    """The program that another derivative is taken of: less in its functions, which stay what they are to one another."""
    return reachable(replace(program, functions={key: simplify_function(f, program.functions) for key, f in program.functions.items()}))


def _simplified(program: Program) -> Program:
    for _ in range(PASSES):
        functions = {key: simplify_function(function, program.functions) for key, function in program.functions.items()}
        program = reachable(replace(program, functions=functions))
        slim = reachable(inlined(drop_parameters(drop_results(program))))
        if slim is program:
            break
        program = slim
    return program


def simplify_function(function: Function, functions: Mapping[str, Function]) -> Function:
    for _ in range(PASSES):
        walker = _Simplifying(functions, function)
        body = walker.region(function.body, {})
        slim = prune(function if body is function.body else replace(function, body=body))
        if slim is function:
            break
        function = replace(slim, body=_Renaming(walker.hints).region(slim.body)) if walker.hints else slim
    return function


def reachable(program: Program) -> Program:
    """The program without functions that the entry never calls."""
    kept: set[str] = set()
    todo = [program.entry]
    while todo:
        key = todo.pop()
        if key not in kept:
            kept.add(key)
            todo += [node.attrs["callee"] for node in walk(program.functions[key].body) if node.op == "call"]
    if len(kept) == len(program.functions):
        return program
    return replace(program, functions={key: f for key, f in program.functions.items() if key in kept})


def fits(value: Type, wanted: Type) -> bool:
    """Whether a value of one type may stand where the other was: the same number, its axes known as well or better."""
    if isinstance(value, Array) and isinstance(wanted, Array):
        return value.dtype == wanted.dtype and value.rank == wanted.rank
    return value == wanted


def softens(node: Node, value: Type) -> bool:
    """In a derivative Python's number may stand for NumPy's: the ops on it keep NumPy's answers, which their own types state."""
    wanted = node.out.type
    both = isinstance(value, Scalar) and isinstance(wanted, Scalar) and value.dtype == wanted.dtype == "f64"
    return both and node.role in DERIVED and value.weak and not wanted.weak  # type: ignore[union-attr]


def uses_of(body: Region) -> dict[Atom, int]:
    """How often each value is read."""
    read = [body.yields]
    for node in walk(body):
        read += [node.args, *(region.yields for region in node.regions)]
    found: dict[Atom, int] = {}
    for atoms in read:
        for atom in atoms:
            if isinstance(atom, Var):
                found[atom] = found.get(atom, 0) + 1
    return found


def read_back(body: Region) -> frozenset[Atom]:
    """What the derivative's own nodes read."""
    return frozenset(atom for node in walk(body) if node.role in DERIVED for atom in node.args)


class _Simplifying:
    """One walk over one function."""

    def __init__(self, functions: Mapping[str, Function], function: Function) -> None:
        self.same: dict[Var, Atom] = {}  # values replaced
        body = function.body
        self.facts = Facts(functions, uses=uses_of(body), body=body, writes=bool(function.writes), read_back=read_back(body))
        self.hints: dict[Var, str] = {}
        self.holds: dict[Atom, int] = {}  # conditions of the branches around: which arm this is
        self.depth = 0  # rules applied to what rules have made

    def atom(self, atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom in self.same:
            atom = self.same[atom]
        return atom

    def region(self, region: Region, known: Mapping[Any, Var]) -> Region:
        """`known`: expressions computed already, by what they compute."""
        known = dict(known)
        before = self.facts.divisors
        self.facts.divisors |= {self.atom(node.args[1]) for node in region.nodes if _raises_for_zero(node)}
        nodes: list[Node] = []
        for node in region.nodes:
            self.node(node, known, nodes)
        self.facts.divisors = before
        yields = tuple(map(self.atom, region.yields))
        if all(map(is_, yields, region.yields)) and len(nodes) == len(region.nodes) and all(map(is_, nodes, region.nodes)):
            return region
        return Region(region.params, tuple(nodes), yields)

    def node(self, node: Node, known: dict[Any, Var], nodes: list[Node]) -> None:
        """Enter a node, or what it becomes."""
        args = tuple(map(self.atom, node.args))
        args = tuple(map(self.known_here, args)) if self.holds else args
        node = node if args == node.args else replace(node, args=args)
        if node.op == "if":
            self.branch(node, known, nodes)
        elif node.op in ("for", "while"):
            self.loop(node, known, nodes)
        elif node.op == "call" or len(node.outs) != 1:
            self.enter(node, nodes)
        else:
            self.plain(node, known, nodes)

    def known_here(self, atom: Atom) -> Atom:
        """What a number is in the arms around, where it was chosen by the condition of one of them."""
        made = self.facts.made_by(atom, "if") if isinstance(atom.type, Scalar) else None
        side = self.holds.get(made.args[0]) if made is not None else None
        return atom if made is None or side is None else known_within(self.facts, made.args[0], atom, side)

    def enter(self, node: Node, nodes: list[Node]) -> None:
        nodes.append(node)
        for out in node.outs:
            self.facts.definition[out] = node

    def replace_by(self, out: Var, value: Atom) -> None:
        self.same[out] = value
        if isinstance(value, Var):
            self.facts.uses[value] = self.facts.uses.get(value, 0) + self.facts.uses.get(out, 1)
        made = self.facts.definition.get(value) if isinstance(value, Var) else None
        if isinstance(value, Var) and value.hint == "t" and out.hint != "t" and made is not None and made.role in DERIVED:
            self.hints.setdefault(value, out.hint)

    # Plain nodes

    def plain(self, node: Node, known: dict[Any, Var], nodes: list[Node]) -> None:
        built = Builder(node.place, node.role)
        value = self.rewritten(node, built) if self.depth < PASSES else None
        if value is not None:
            self.depth += 1
            for new in built.nodes:  # there may be another rule for what a rule has made
                self.node(new, known, nodes)
            self.depth -= 1
            self.replace_by(node.out, self.atom(value))
            return
        key = self.key(node)
        if key is not None and key in known:
            self.replace_by(node.out, known[key])
            return
        if key is not None:
            known[key] = node.out
        self.enter(node, nodes)

    def rewritten(self, node: Node, built: Builder) -> Atom | None:
        """What the first rule that applies gives, or None."""
        facts, nodes = self.facts, built.nodes
        for rule in _rules_of(node.op):
            count = len(nodes)
            value = rule(facts, node, built)
            if value is not None and (fits(value.type, node.out.type) or softens(node, value.type)):
                return value
            if len(nodes) > count:
                del nodes[count:]
        return None

    def key(self, node: Node) -> Any:
        """What a node computes, where computing it once for all is worth a name."""
        if node.op in NEVER_SHARED or node.op in VIEWS:
            return None
        op = row(node.op)
        if op.kind == "constant":
            return None
        dear = op.kind in KINDS_SHARED or op.cost >= SHARED_COST or isinstance(node.out.type, Array)
        if not dear and is_temporary(node.out.hint):
            return None
        place = None if dear else node.place  # a variable of the user's that is cheap is not computed again where it stands
        try:
            attrs = tuple(sorted(node.attrs.items()))
            key = (node.op, tuple(map(_identity, node.args)), attrs, node.out.type, place)
            hash(key)
        except TypeError:
            return None
        return key

    # Structured nodes

    def branch(self, node: Node, known: Mapping[Any, Var], nodes: list[Node]) -> None:
        (condition,) = node.args
        side = self.side(condition)
        if side is not None:
            arm = self.region(node.regions[side], known)
            if all(fits(y.type, out.type) for y, out in zip(arm.yields, node.outs, strict=True)):
                nodes += arm.nodes
                for out, value in zip(node.outs, arm.yields, strict=True):
                    self.replace_by(out, value)
                return
        arms = tuple(self.arm(condition, side, arm, known) for side, arm in enumerate(node.regions))
        for k, out in enumerate(node.outs):
            joined = self.joined(condition, arms[0].yields[k], arms[1].yields[k], out) or self.one_bound(arms, k, out)
            if joined is not None:
                self.replace_by(out, joined)
        self.enter(node if all(map(is_, arms, node.regions)) else replace(node, regions=arms), nodes)

    def side(self, condition: Atom) -> int | None:
        """Which arm a branch takes, where that is known."""
        if isinstance(condition, Const) and not isinstance(condition.type, Undefined):
            return 0 if condition.value else 1
        return self.holds.get(condition)

    def arm(self, condition: Atom, side: int, region: Region, known: Mapping[Any, Var]) -> Region:
        self.holds[condition] = side
        region = self.region(region, known)
        del self.holds[condition]
        yields = tuple(known_within(self.facts, condition, y, side) for y in region.yields)
        if all(a is b for a, b in zip(yields, region.yields, strict=True)):
            return region
        return replace(region, yields=yields)

    def joined(self, condition: Atom, yes: Atom, no: Atom, out: Var) -> Atom | None:
        """The value of a branch whose arms say the same, or just repeat the condition."""
        if _identity(yes) == _identity(no) and fits(yes.type, out.type):
            return yes
        if _is_truth(yes, True) and _is_truth(no, False) and condition.type == out.type:
            return condition
        return None

    def is_turn(self, node: Node, k: int, final: Atom) -> bool:
        """Whether a loop counts, beside its own index, what the index says; nobody asks how far."""
        (start, _, step, *inits), (index, *params) = node.args, node.regions[0].params
        if node.attrs.get("reverse") or self.facts.uses.get(node.outs[k]) or number(step) != 1 or number(start) is None:
            return False
        if params[k].type != index.type or number(inits[k]) != number(start) or self.same.get(params[k]) is index:
            return False
        body = node.regions[0]
        made = next((n for n in body.nodes if final in n.outs), None)
        if made is not None and made.op == "if" and node.attrs.get("exits") and made.args[0] is body.yields[0]:
            arm, position = made.regions[1], made.outs.index(final)
            made = next((n for n in arm.nodes if arm.yields[position] in n.outs), None)  # of a turn that does not leave the loop
        return made is not None and made.op == "add" and made.args[0] is params[k] and number(made.args[1]) == 1

    def one_bound(self, arms: tuple[Region, ...], k: int, out: Var) -> Atom | None:
        """The number that one arm gives where nobody may read what the other one leaves unbound."""
        bound = [arm for arm in arms if not isinstance(arm.yields[k].type, Undefined)]
        value = bound[0].yields[k] if len(bound) == 1 else None
        if value is None or not isinstance(out.type, Scalar) or not fits(value.type, out.type):
            return None
        return None if any(value in node.outs for node in bound[0].nodes) else value

    def loop(self, node: Node, known: Mapping[Any, Var], nodes: list[Node]) -> None:
        lead = 3 if node.op == "for" else 0
        body = node.regions[-1]
        shift = len(body.params) - len(node.outs)
        skip = len(body.yields) - len(node.outs)
        for k, out in enumerate(node.outs):
            init, final = node.args[lead + k], self.atom(body.yields[skip + k])
            if final is body.params[shift + k] and fits(init.type, out.type):  # carried along unchanged
                self.replace_by(out, init)
                for region in node.regions:
                    self.same[region.params[len(region.params) - len(node.outs) + k]] = init
            elif node.op == "for" and self.is_turn(node, k, final):
                self.same[body.params[1 + k]] = body.params[0]
        regions = tuple(self.region(region, known) for region in node.regions)
        for k, out in enumerate(node.outs):
            self.facts.carried[out] = (node.args[lead + k], regions[-1].params[shift + k], regions[-1].yields[skip + k])
        self.enter(node if all(map(is_, regions, node.regions)) else replace(node, regions=regions), nodes)


def _raises_for_zero(node: Node) -> bool:
    """Whether a node is Python's division, which raises ZeroDivisionError."""
    type = node.out.type if node.op in ("div", "floordiv", "mod") else None
    return isinstance(type, Scalar) and type.weak and node.role not in DERIVED


@lru_cache(maxsize=1024)
def _rules_of(op: str) -> tuple[Rule, ...]:
    return (*RULES.get(op, ()), *RULES["*"], *SHAPE_RULES.get(op, ()), *SHAPE_RULES["*"])


def _identity(atom: Atom) -> Any:
    return atom if isinstance(atom, Var) else (repr(atom.value), atom.type)


def _is_truth(atom: Atom, value: bool) -> bool:
    return isinstance(atom, Const) and isinstance(atom.type, Scalar) and atom.type.dtype == "bool" and bool(atom.value) is value


class _Renaming:
    """Gives values without a name the name of those they replaced."""

    def __init__(self, hints: Mapping[Var, str]) -> None:
        self.new = {var: Var(hint, var.type) for var, hint in hints.items()}

    def get(self, atom: Any) -> Any:
        return self.new.get(atom, atom) if isinstance(atom, Var) else atom

    def region(self, region: Region) -> Region:
        if not self.new:
            return region
        return Region(region.params, tuple(map(self.node, region.nodes)), tuple(map(self.get, region.yields)))

    def node(self, node: Node) -> Node:
        args, outs = tuple(map(self.get, node.args)), tuple(map(self.get, node.outs))
        if not node.regions and args == node.args and outs == node.outs:
            return node
        return replace(node, args=args, outs=outs, regions=tuple(map(self.region, node.regions)))
