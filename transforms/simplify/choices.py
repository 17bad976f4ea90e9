"""Choices between numbers known while compiling: what is made of one is a choice again, and a choice by a choice is the first."""

from __future__ import annotations

from difflang.build import Builder
from difflang.ir import Atom, Const, Node, Region, Var
from difflang.op import row
from difflang.types import Scalar

from .rules import Facts, Rule, flavor


def arms_of(facts: Facts, atom: Atom) -> tuple[Atom, Atom, Atom] | None:
    """(condition, value if it holds, value if not) of a value chosen between values from outside of the arms."""
    node = facts.made_by(atom, "if")
    if node is None or any(arm.nodes for arm in node.regions):
        return None
    yes, no = (arm.yields[node.outs.index(atom)] for arm in node.regions)
    return node.args[0], yes, no


def of_choice(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """(1000 if c else 0) // 1000 is 1 if c else 0, and (1 if c else 0) != 0 is c."""
    if not isinstance(node.out.type, Scalar) or row(node.op).kind != "elementwise":
        return None
    chosen = [a for a in node.args if isinstance(a, Var)]
    arms = arms_of(facts, chosen[0]) if len(chosen) == 1 else None
    if arms is None or not all(_is_chosen(facts, arm) for arm in arms[1:]) or not any(isinstance(arm, Const) for arm in arms[1:]):
        return None
    results = [_folded(b, node, chosen[0], arm) for arm in arms[1:]]
    if any(result.type != node.out.type for result in results) or not any(isinstance(result, Const) for result in results):
        return None
    return _choice(b, arms[0], results, node.out)


def _is_chosen(facts: Facts, atom: Atom) -> bool:
    """Whether a value is a number known while compiling, or a choice of such."""
    if isinstance(atom, Const):
        return True
    arms = arms_of(facts, atom)
    return arms is not None and all(_is_chosen(facts, arm) for arm in arms[1:])


def _folded(b: Builder, node: Node, chosen: Var, value: Atom) -> Atom:
    return b.emit(node.op, *(value if a is chosen else a for a in node.args), flavor=flavor(node), **node.attrs)


def _choice(b: Builder, condition: Atom, results: list[Atom], wanted: Var) -> Atom:
    yes, no = (result.value if isinstance(result, Const) else None for result in results)
    if yes is True and no is False and condition.type == wanted.type:
        return condition
    if yes is False and no is True:
        return b.emit("not_", condition)
    if yes == no and type(yes) is type(no) and isinstance(results[0], Const):
        return results[0]
    out = Var(wanted.hint, wanted.type)
    b.node("if", (condition,), (out,), [Region((), (), (result,)) for result in results])
    return out


def known_within(facts: Facts, condition: Atom, value: Atom, side: int) -> Atom:
    """What a value is in an arm of a branch, where it was chosen by the same condition."""
    arms = arms_of(facts, value)
    if arms is None or arms[0] is not condition:
        return value
    found = arms[1 + side]
    return found if found.type == value.type else value


CHOSEN = ("floordiv", "mod", "equal", "not_equal", "not_", "cast")
CHOICE_RULES: dict[str, tuple[Rule, ...]] = {op: (of_choice,) for op in CHOSEN}
