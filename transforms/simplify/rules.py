"""Rules of arithmetic that keep every bit: each is given the node with simplified operands and says what it equals, or None."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from difflang.build import Builder
from difflang.ir import Atom, Const, Function, Node, Region, Var, const
from difflang.op import row
from difflang.records import dataclass, field
from difflang.types import FLOATS, MANY, ONE, Array, Scalar, Type, is_complex, rank

from ..extents import Extents
from ..families import Families
from ..shapes import Shapes

DERIVED = ("adjoint", "tangent")


def itself(value: Var) -> Atom:
    return value


def is_single(atom: Atom) -> bool:
    return rank(atom.type) == 0


@dataclass
class Facts:
    """What is known about the values of one function."""

    functions: Mapping[str, Function] = field(default_factory=dict)
    definition: dict[Var, Node] = field(default_factory=dict)
    uses: dict[Atom, int] = field(default_factory=dict)  # how often a value was read before this pass, or is by what it replaced
    carried: dict[Var, tuple[Atom, Var, Atom]] = field(default_factory=dict)  # a loop's result: (before, in the body, after a turn)
    writes: bool = False  # whether the function writes into its parameters
    read_back: frozenset[Atom] = frozenset()  # what a derivative's own nodes read
    body: Region | None = None  # of the function as it was before this pass
    _extents: Extents | None = None
    _families: Families | None = None
    _callees: dict[str, Extents] = field(default_factory=dict)
    divisors: frozenset[Atom] = frozenset()  # what Python's division has divided by here: it would have raised for zero

    @property
    def extents(self) -> Extents:
        """How long axes are: found when a rule first asks."""
        if self.body is not None:
            self._extents, self.body = Extents(self.definition.get, Shapes(self.body).root), None
        assert self._extents is not None
        return self._extents

    @property
    def families(self) -> Families:
        """Shapes of values of open type: found when a rule first asks."""
        if self._families is None:
            self._families = Families(self.definition.get, itself, is_single)
        return self._families

    def of_callee(self, call: Node, out: Var, axis: int) -> tuple[Atom, int] | Atom | None:
        """Where a result of another function has its axis from: an argument's axis, or a number."""
        key = call.attrs["callee"]
        body = self.functions[key].body
        result = body.yields[call.outs.index(out)]
        if not isinstance(result, Var) or not isinstance(result.type, Array):
            return None
        if key not in self._callees:
            self._callees[key] = Shapes(body).extents
        (root, offset) = self._callees[key].of(result, axis)
        if root is None:
            return const(offset)
        if offset or not isinstance(root, tuple) or root[0] not in body.params:
            return None
        return call.args[body.params.index(root[0])], root[1]

    def made_once_by(self, atom: Atom, *ops: str) -> Node | None:
        """The same, where nobody else reads the value: written anew it is computed no more often."""
        return self.made_by(atom, *ops) if self.uses.get(atom, 1) <= 1 else None

    def made_by(self, atom: Atom, *ops: str) -> Node | None:
        """The node that defines the value, if it is one of these ops."""
        node = self.definition.get(atom) if isinstance(atom, Var) else None
        return node if node is not None and node.op in ops else None


Rule = Callable[[Facts, Node, Builder], Atom | None]


def number(atom: Atom) -> float | None:
    """The value of a real number known while compiling."""
    if isinstance(atom, Const) and isinstance(atom.type, Scalar) and atom.type.dtype != "bool" and not is_complex(atom.type):
        return atom.value.item() if isinstance(atom.value, np.generic) else atom.value  # type: ignore[no-any-return]
    return None


def flavor(node: Node) -> str | None:
    """Whose numbers the node gives: a rewritten one must give the same."""
    type = node.out.type
    return "numpy" if isinstance(type, Scalar) and not type.weak else None


def is_zero(atom: Atom) -> bool:
    value = number(atom)
    return value is not None and value == 0 and not math.copysign(1.0, value) < 0


def covers(dims: tuple[str, ...], target: tuple[str, ...]) -> bool:
    """Whether an array with these axes has every axis of the target: none of its own would be widened."""
    if len(dims) < len(target):
        return False
    own = dims[len(dims) - len(target) :]
    return all(t == ONE or d == MANY for d, t in zip(own, target, strict=True))


def fold(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """An op on numbers known while compiling."""
    if not node.args or not isinstance(node.args[0], Const) or not isinstance(node.out.type, Scalar):
        return None
    if not all(isinstance(a, Const) for a in node.args):
        return None
    if row(node.op).kind != "elementwise":
        return None
    value = b.emit(node.op, *node.args, flavor=flavor(node), **node.attrs)
    return value if isinstance(value, Const) else None


def add_zero(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """Sums of adjoints start from zero. In the primal 0.0 + -0.0 is 0.0, so floats keep their zero there."""
    if node.role not in DERIVED and not _is_int(node.out.type):
        return None
    x, y = node.args
    return y if is_zero(x) else x if is_zero(y) else None


def add_negative(facts: Facts, node: Node, b: Builder) -> Atom | None:
    x, y = node.args
    for one, other in ((x, y), (y, x)):
        negative = facts.made_by(other, "neg")
        if negative is not None and not _is_bool(one.type):
            return b.emit("sub", one, negative.args[0], flavor=flavor(node))
    return None


def add_twice(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x + x, the two halves of the adjoint of a square, is 2 * x; a factor takes the 2."""
    x, y = node.args
    if node.role not in DERIVED or not same_value(facts, x, y) or _is_int(node.out.type) or _is_bool(node.out.type):
        return None
    return _doubled(facts, x, node, b)


def _doubled(facts: Facts, x: Atom, node: Node, b: Builder) -> Atom:
    halves = 2  # both terms of the sum may have read it
    product = facts.made_by(x, "mul") if facts.uses.get(x, 1) <= halves else None
    if product is None or number(product.args[0]) is not None or product.role not in DERIVED:
        return b.emit("mul", const(2), x, flavor=flavor(node))
    first, second = product.args
    cheap = isinstance(first.type, Scalar)
    first = _doubled(facts, first, node, b) if cheap else b.emit("mul", const(2), first, flavor=flavor(node))
    return b.emit("mul", first, second, flavor=flavor(node))


def same_value(facts: Facts, one: Atom, other: Atom, depth: int = 3) -> bool:
    """Whether two values are computed in the same way from the same ones."""
    if one is other:
        return True
    if not isinstance(one, Var) or not isinstance(other, Var):
        return isinstance(one, Const) and isinstance(other, Const) and (repr(one.value), one.type) == (repr(other.value), other.type)
    first, second = facts.definition.get(one), facts.definition.get(other)
    if first is None or second is None or first.op != second.op or first.regions or first.op == "call" or not depth:
        return False
    if row(first.op).kind != "elementwise" or first.attrs != second.attrs or one.type != other.type:
        return False
    return all(same_value(facts, a, b, depth - 1) for a, b in zip(first.args, second.args, strict=True))


def sub_zero(facts: Facts, node: Node, b: Builder) -> Atom | None:
    x, y = node.args
    if is_zero(y):
        return x
    return b.emit("neg", y) if is_zero(x) and node.role in DERIVED else None


def sub_negative(facts: Facts, node: Node, b: Builder) -> Atom | None:
    x, y = node.args
    negative = facts.made_by(y, "neg")
    return b.emit("add", x, negative.args[0], flavor=flavor(node)) if negative is not None else None


def mul_one(facts: Facts, node: Node, b: Builder) -> Atom | None:
    x, y = node.args
    return y if number(x) == 1 else x if number(y) == 1 else None


def mul_minus_one(facts: Facts, node: Node, b: Builder) -> Atom | None:
    x, y = node.args
    other = y if number(x) == -1 else x if number(y) == -1 else None
    return b.emit("neg", other) if other is not None else None


def mul_negatives(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """The sign goes outside: a * -b is -(a * b), and two of them vanish."""
    if not _is_float(node.out.type):
        return None
    x, y = node.args
    first, second = facts.made_by(x, "neg"), facts.made_by(y, "neg")
    if first is not None and second is not None:
        return b.emit("mul", first.args[0], second.args[0], flavor=flavor(node))
    if second is not None and number(x) is None:
        return b.emit("neg", b.emit("mul", x, second.args[0], flavor=flavor(node)))
    return None


def div_one(facts: Facts, node: Node, b: Builder) -> Atom | None:
    x, y = node.args
    return x if number(y) == 1 else None


def mul_reciprocal(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x * 0.5 stays, but 2 * (0.5 * x) and the like: powers of two are exact, and scale first."""
    x, y = node.args
    for scale, other in ((x, y), (y, x)):
        outer = number(scale)
        inner = facts.made_by(other, "mul")
        if outer is None or inner is None or not _is_float(node.out.type):
            continue
        for factor, rest in (inner.args, inner.args[::-1]):
            known = number(factor)
            if known is not None and _is_power_of_two(outer) and _is_power_of_two(known) and abs(outer * known) == 1:
                return b.emit("mul", Const(outer * known, scale.type), rest, flavor=flavor(node))
    return None


def pow_one(facts: Facts, node: Node, b: Builder) -> Atom | None:
    x, y = node.args
    return x if number(y) == 1 else None


def neg_neg(facts: Facts, node: Node, b: Builder) -> Atom | None:
    inner = facts.made_by(node.args[0], "neg")
    return inner.args[0] if inner is not None else None


def neg_sub(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """-(a - b) is b - a, but for the sign of a zero: in derivatives only."""
    inner = facts.made_by(node.args[0], "sub")
    if inner is None or node.role not in DERIVED:
        return None
    return b.emit("sub", inner.args[1], inner.args[0], flavor=flavor(node))


def same(facts: Facts, node: Node, b: Builder) -> Atom | None:
    return node.args[0]


def masked_known(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """masked(x, y) with an x that is known not to be zero, or a finite y."""
    x, y = node.args
    known, finite = number(x), number(y)
    if known == 0:
        return Const(x.value, node.out.type) if isinstance(x, Const) and isinstance(node.out.type, Scalar) else None
    if known is not None or (finite is not None and math.isfinite(finite) and finite != 0):
        return b.emit("mul", x, y, flavor=flavor(node))
    return None


def cast_same(facts: Facts, node: Node, b: Builder) -> Atom | None:
    return node.args[0] if node.args[0].type == node.out.type else None


def copy_needless(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """In values a copy is the value: `place` makes those that memory needs. The user's own stay where he wrote them."""
    value = node.args[0]
    if isinstance(value.type, Scalar) or node.role in DERIVED or facts.made_by(value, "copy"):
        return value
    return None


def not_not(facts: Facts, node: Node, b: Builder) -> Atom | None:
    inner = facts.made_by(node.args[0], "not_")
    return inner.args[0] if inner is not None else None


def maximum_of_size(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """max(n, 0) where n cannot be negative: the trip count of range(n)."""
    x, y = node.args
    for one, other in ((x, y), (y, x)):
        if is_zero(other) and _is_count(facts, one):
            return one
    return None


def _is_count(facts: Facts, atom: Atom) -> bool:
    known = number(atom)
    if known is not None:
        return known >= 0
    node = facts.made_by(atom, "dim", "size", "add", "mul", "maximum")
    if node is None:
        return False
    if node.op in ("dim", "size"):
        return True
    found = [_is_count(facts, a) for a in node.args]
    return any(found) if node.op == "maximum" else all(found)


def _is_power_of_two(value: float) -> bool:
    return value != 0 and math.isfinite(value) and abs(math.frexp(value)[0]) == 0.5


def _is_int(type: Type) -> bool:
    return isinstance(type, (Scalar, Array)) and type.dtype in ("i64", "i32")  # narrower ones, and those without a sign, wrap soon


def _is_float(type: Type) -> bool:
    return isinstance(type, (Scalar, Array)) and type.dtype in FLOATS


def _is_bool(type: Type) -> bool:
    return isinstance(type, (Scalar, Array)) and type.dtype == "bool"


def real(rule: Rule) -> Rule:
    """A rule that keeps the sign of a real zero, but not those in the user's own complex numbers, where it chooses a branch."""

    def guarded(facts: Facts, node: Node, b: Builder) -> Atom | None:
        return None if is_complex(node.out.type) and node.role not in DERIVED else rule(facts, node, b)

    return guarded


RULES: dict[str, tuple[Rule, ...]] = {
    "*": (fold,),
    "add": (add_zero, add_negative, add_twice),
    "sub": (sub_zero, sub_negative),
    "mul": tuple(map(real, (mul_one, mul_minus_one, mul_reciprocal, mul_negatives))),
    "div": (real(div_one),),
    "pow": (real(pow_one),),
    "neg": (neg_neg, neg_sub),
    "pos": (same,),
    "masked": (masked_known,),
    "cast": (cast_same,),
    "copy": (copy_needless,),
    "not_": (not_not,),
    "maximum": (maximum_of_size,),
}
