"""Dicts: displays and comprehensions. Keys are known while compiling, which `infer` finds out."""

from __future__ import annotations

from typing import Any

import libcst as cst

from ..ir import NONE, Atom
from ..records import dataclass
from .comprehensions import run_loops
from .expressions import expression, handles
from .frame import Frame
from .keeping import keep, put
from .paths import FALLS, Ends


@handles(cst.Dict)
def _dict(frame: Frame, node: cst.Dict, hint: str) -> Atom:
    """`{key: value, **other}`: a node over keys and values in turn; `starred` are the positions of pairs that are whole dicts."""
    values: list[Atom] = []
    starred: list[int] = []
    for k, element in enumerate(node.elements):
        if isinstance(element, cst.StarredDictElement):
            starred.append(k)
            values += [NONE, expression(frame, element.value)]
        else:
            assert isinstance(element, cst.DictElement)
            key = expression(frame, element.key)
            values += [key, expression(frame, element.value)]
    made = frame.emit("dict", values, node, hint, starred=tuple(starred))
    keep(frame.holds, made, values, frame)
    return made


@dataclass(frozen=True)
class _Pairs:
    """A dict comprehension as its clauses see it: the key is the item."""

    for_in: Any
    elt: cst.BaseExpression


@handles(cst.DictComp)
def _comprehension(frame: Frame, node: cst.DictComp, hint: str) -> Atom:
    """`{key: value for ...}`: an empty dict, filled in loops."""
    made = frame.emit("dict", [], node, hint, starred=())

    def fill(key: Atom) -> Ends:
        value = expression(frame, node.value)
        put(frame, [value], node.value)
        frame.act("setitem", [made, value, key], node, pattern=("i",))
        return FALLS

    run_loops(frame, _Pairs(node.for_in, node.key), fill)
    return made
