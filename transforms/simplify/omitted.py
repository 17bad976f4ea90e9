"""What `nansum` and its kin leave out gives nothing back, through products of matrices too.

The adjoint of what is left out is zero, and zero times the nan that made it so would be nan: the choice moves behind the product.
"""

from __future__ import annotations

from difflang.build import Builder
from difflang.ir import Atom, Node
from difflang.types import Array, dims_of

from .rules import DERIVED, Facts, Rule, covers, is_zero


def _is_of_nan(facts: Facts, condition: Atom) -> bool:
    """Whether a condition asks which elements are nan."""
    turned = facts.made_by(condition, "not_", "invert")
    return facts.made_by(turned.args[0] if turned is not None else condition, "isnan") is not None


def _left_out(facts: Facts, atom: Atom) -> Node | None:
    """The choice that gives zero where something is nan, over all axes of its value."""
    chosen = facts.made_by(atom, "where")
    if chosen is None or chosen.role not in DERIVED or not is_zero(chosen.args[2]) or not _is_of_nan(facts, chosen.args[0]):
        return None
    mine, asked = atom.type, chosen.args[0].type
    return chosen if isinstance(mine, Array) and isinstance(asked, Array) and asked.dims == mine.dims else None


def _column(b: Builder, atom: Atom) -> Atom:
    return b.emit("expand_dims", atom, axis=-1)


def _rank(atom: Atom) -> int:
    return atom.type.rank if isinstance(atom.type, Array) else 0


def behind_product(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """v @ where(c, x, 0.0) is np.sum(where(c, v[:, None] * x, 0.0), axis=0), where c asks for nan."""
    one, other = node.args
    if node.role not in DERIVED or not isinstance(node.out.type, Array) or (_rank(one), _rank(other)) not in ((1, 2), (2, 1)):
        return None
    axis = 0 if _rank(one) == 1 else 1
    for atom, rest in ((one, other), (other, one)):
        chosen = _left_out(facts, atom)
        if chosen is None:
            continue
        condition, value, nothing = chosen.args
        is_vector = _rank(atom) == 1
        if axis == 0 and is_vector:
            condition, value = _column(b, condition), _column(b, value) if _rank(value) else value
        elif axis == 0:
            rest = _column(b, rest)
        product = b.emit("mul", value, rest)
        return b.emit("sum", b.emit("where", condition, product, nothing), axis=axis, keepdims=False)
    return None


def behind_outer(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """np.outer(where(c, x, 0.0), y) is where(c[:, None], np.outer(x, y), 0.0), where c asks for nan."""
    if node.role not in DERIVED or any(_rank(atom) != 1 for atom in node.args):
        return None
    for k, atom in enumerate(node.args):
        chosen = _left_out(facts, atom)
        if chosen is None:
            continue
        condition, value, nothing = chosen.args
        rest = node.args[1 - k]
        condition, value = (_column(b, condition), _column(b, value) if _rank(value) else value) if k == 0 else (condition, value)
        rest = rest if k == 0 else _column(b, rest)
        return b.emit("where", condition, b.emit("mul", value, rest), nothing)
    return None


def behind_elements(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """where(c, x, 0.0) * y is where(c, x * y, 0.0), where c asks for nan."""
    if node.role not in DERIVED or not isinstance(node.out.type, Array):
        return None
    for one, y in (node.args, node.args[::-1]):
        chosen = _left_out(facts, one)
        if chosen is not None and covers(one.type.dims, dims_of(y.type)):  # type: ignore[union-attr]
            return b.emit("where", chosen.args[0], b.emit("mul", chosen.args[1], y), chosen.args[2])
    return None


OMITTED: dict[str, tuple[Rule, ...]] = {"matmul": (behind_product,), "outer": (behind_outer,), "mul": (behind_elements,)}
