"""The adjoint of a list of the run as Python gives it: one number or array for each item, pushed onto the stack that the pullback takes."""

from __future__ import annotations

from typing import Any

from difflang.build import Builder
from difflang.ir import LEAF, Atom, Function, Param, Region, Tree, Var, leaves
from difflang.records import replace
from difflang.tree import LIST, Branch
from difflang.types import Array, Scalar, Stack, Tuple, Type

from .transport import renamed


def with_items(made: Function, given: Type) -> Function:
    """The pullback with the items of `given`, the type of its cotangent, as parameters in place of each stack of numbers or arrays."""
    *first, last = made.params
    end = len(made.body.params) - len(made.captures)
    start = end - leaves(last.tree)
    old = iter(made.body.params[start:end])
    b = Builder(role="tangent")
    params: list[Var] = []
    mapping: dict[Var, Atom] = {}

    def visit(tree: Tree, type: Type | None) -> Tree:
        if isinstance(tree, tuple):
            types = type.items if isinstance(type, Tuple) and len(type.items) == len(tree) else (None,) * len(tree)
            parts = [visit(part, one) for part, one in zip(tree, types, strict=True)]
            return Branch(parts, tree.layout, tree.origin) if isinstance(tree, Branch) else tuple(parts)
        if tree != LEAF:
            return tree
        var = next(old)
        if not isinstance(var.type, Stack) or not _fits(var.type, type):
            params.append(var)
            return tree
        mapping[var], tree = _entered(b, var.type, type, var.hint, params)
        return tree

    cotangent = Param(last.name, visit(last.tree, given))
    body = renamed(Region((), made.body.nodes, made.body.yields), mapping)
    body = Region((*made.body.params[:start], *params, *made.body.params[end:]), (*b.nodes, *body.nodes), body.yields)
    return replace(made, params=(*first, cotangent), body=body)


def _fits(stack: Type, given: Type | None) -> bool:
    """Whether a list of these items may be pushed there."""
    if not isinstance(stack, Stack):
        return isinstance(stack, Scalar | Array) and isinstance(given, Scalar | Array)
    return isinstance(given, Tuple) and all(_fits(stack.element, item) for item in given.items)


def _entered(b: Builder, wanted: Type, given: Any, hint: str, params: list[Var]) -> tuple[Atom, Tree]:
    """What a list of the caller is inside, and the tree of its parameters."""
    if not isinstance(wanted, Stack):
        params.append(Var(hint, Scalar(wanted.dtype) if isinstance(wanted, Scalar) else wanted))
        return params[-1], LEAF
    full: Atom = b.emit("stack_new", element=wanted.element, listed=wanted.listed)
    trees = []
    for type in given.items:
        item, tree = _entered(b, wanted.element, type, hint, params)
        full = b.emit("push", full, item)
        trees.append(tree)
    return full, Branch(trees, LIST)
