"""Trees of derivatives: which leaves of a value can vary, what its tangent is put together as, and results without references.

A gradient is shaped like its argument: an object of the same class, of a struct its TangentVector. What cannot vary is None in it; what
is known while compiling stays in objects, so that a gradient has the structure of what it is the gradient of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Union

from difflang.errors import TypeMismatch
from difflang.ir import LEAF, Atom, Const, Function, Param, Program, Tree
from difflang.records import dataclass, replace
from difflang.structs import tangent_layout
from difflang.tree import AGAIN, Branch, Layout
from difflang.types import Tuple, Type, is_float


def varying(tree: Tree, types: Sequence[Type]) -> list[bool]:
    """For each leaf whether it can vary: real numbers that no annotation holds constant."""
    remaining = iter(types)

    def visit(tree: Tree, held: bool, field: str) -> Iterator[bool]:
        if not isinstance(tree, tuple):
            if tree == LEAF:
                real = is_float(next(remaining))
                if field and real:
                    raise TypeMismatch("DL009", f"{field} is not annotated as a real number and holds one", way_out="annotate it float")
                yield real and not held
            return
        layout = tree.layout if isinstance(tree, Branch) else None
        for k, part in enumerate(tree):
            name = layout.names[k] if layout is not None and k < len(layout.names) else k
            fixed = held or (layout is not None and name in layout.held)
            lost = layout is not None and layout.kind == "struct" and not fixed and name not in tangent_layout(layout).names
            yield from visit(part, fixed, f"{layout.cls.__name__}.{name}" if lost and layout is not None else "")

    return list(visit(tree, False, ""))


def tangent_tree(tree: Tree, flags: Sequence[bool]) -> Tree:
    """The tree of a tangent: None in place of the leaves that are flagged out."""
    remaining = iter(flags)

    def rows(tree: Branch) -> Tree:
        kept = [next(remaining) for _ in tree]
        parts = [LEAF for keep in kept if keep]
        return Branch(parts, replace(tree.layout, aux=tangent_tree(tree.layout.aux, kept))) if parts else None

    def visit(tree: Tree, keep: bool) -> Tree:
        if isinstance(tree, Branch) and tree.layout.kind == "rows":
            return rows(tree)
        if isinstance(tree, Branch):
            parts = [visit(part, tree.layout.has_fields) for part in tree]
            layout = tangent_layout(tree.layout)
            if layout is not tree.layout:
                named = dict(zip(tree.layout.names, parts, strict=True))
                parts = [named[name] for name in layout.names]
            return Branch(parts, layout)
        if isinstance(tree, tuple):
            return tuple(visit(part, False) for part in tree)
        if tree == LEAF:
            return LEAF if next(remaining) else None
        return tree if keep else None

    return visit(tree, False)


# -------------------------------------------------------------------- results without references


@dataclass
class _Object:
    """A part of a result that has parts, while it is put together."""

    layout: Layout | None
    parts: dict[Any, _Part]


@dataclass(frozen=True)
class _Again:
    number: int


_Part = Union[Atom, _Object, _Again, None]


def each_by_itself(program: Program) -> Program:
    """The program with the items of `*args` as parameters of their own, so that `argnums` counts them as a call does."""
    main = program.main
    if not any(param.kind == "var_positional" and _is_plain(param.tree) for param in main.params):
        return program
    params: list[Param] = []
    for param in main.params:
        if param.kind == "var_positional" and _is_plain(param.tree):
            assert isinstance(param.tree, tuple)
            params += [Param(f"{param.name}_{k}", tree) for k, tree in enumerate(param.tree)]
        else:
            params.append(param)
    return replace(program, functions={**program.functions, program.entry: replace(main, params=tuple(params))})


def types_of_each(main: Function, types: Sequence[Type]) -> Sequence[Type]:
    """The types of these parameters, the items of `*args` one by one."""
    for k, type in enumerate(types):
        if isinstance(type, Tuple) and type.layout is None and len(types) - 1 + len(type.items) == len(main.params) != len(types):
            return (*types[:k], *type.items, *types[k + 1 :])
    return types


def _is_plain(tree: Tree) -> bool:
    return isinstance(tree, tuple) and not isinstance(tree, Branch)


def settled(program: Program) -> Program:
    """The program with the entry's result as a value: a changed object that is returned by its fields, changes not handed back."""
    main = program.main
    if not main.changes and not _refers(main.result):
        return program
    count = len(main.body.yields) - len(main.writes)
    objects: dict[int, _Part] = {}  # by their numbers; those of lists are negative
    params = iter(main.body.params)
    for param in main.params:
        _taken(param.tree, params, objects, lists=True)
    atoms = iter(main.body.yields[:count])
    trees = main.result if main.changes else (main.result,)
    assert isinstance(trees, tuple)
    result, *values = [_taken(tree, atoms, objects) for tree in trees]
    for (number, name), value in zip(main.changes, values, strict=True):
        if number < 0:
            objects[number] = value
        else:
            changed_object = objects[number]
            assert isinstance(changed_object, _Object)
            changed_object.parts[name] = value
    leaves: list[Atom] = []
    tree = _spread(result, objects, leaves, ())
    body = replace(main.body, yields=(*leaves, *main.body.yields[count:]))
    changed: Function = replace(main, body=body, result=tree, changes=(), alias=())
    return replace(program, functions={**program.functions, program.entry: changed})


def _refers(tree: Tree) -> bool:
    if not isinstance(tree, tuple):
        return False
    return isinstance(tree, Branch) and tree.layout == AGAIN or any(map(_refers, tree))


def _taken(tree: Tree, atoms: Iterator[Any], objects: dict[int, _Part], lists: bool = False) -> _Part:
    if not isinstance(tree, tuple):
        return next(atoms) if tree == LEAF else tree  # type: ignore[return-value]
    layout = tree.layout if isinstance(tree, Branch) else None
    if isinstance(tree, Branch) and layout == AGAIN:
        assert tree.origin is not None
        return _Again(tree.origin)
    made = _Object(layout, {})
    if layout is not None and layout.kind in ("object", "dict"):
        objects[sum(number >= 0 for number in objects)] = made
    if lists and layout is not None and layout.kind == "list":
        objects[-1 - sum(number < 0 for number in objects)] = made
    names = layout.names if layout is not None and layout.names else range(len(tree))
    made.parts = {name: _taken(part, atoms, objects, lists) for name, part in zip(names, tree, strict=True)}
    return made


def _spread(part: _Part, objects: dict[int, _Part], leaves: list[Atom], around: tuple[_Object, ...]) -> Tree:
    if isinstance(part, _Again):
        part = objects[part.number]
        assert not isinstance(part, _Again)
    if not isinstance(part, _Object):
        if part is None or isinstance(part, Const) and _is_static(part):
            return part
        leaves.append(part)
        return LEAF
    if part in around:
        raise TypeMismatch("DL005", "an object that holds itself has no derivative", way_out="return the numbers that matter")
    parts = [_spread(inner, objects, leaves, (*around, part)) for inner in part.parts.values()]
    if part.layout is None:
        return tuple(parts)
    names = tuple(part.parts)
    same = not part.layout.names or names == part.layout.names
    return Branch(parts, part.layout if same else replace(part.layout, names=names))


def _is_static(part: Const) -> bool:
    from difflang.types import Nothing, Static

    return isinstance(part.type, (Static, Nothing))


__all__ = ["settled", "tangent_tree", "varying"]
