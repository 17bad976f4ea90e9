"""Documents: text with possible line breaks in nested groups, and printing them within a width.

The same intermediate form as ruff's formatter has: a group stands on one line where it fits and breaks else.
"""

from __future__ import annotations

from typing import Union
from ..records import dataclass

WIDTH = 88
INDENT = "    "


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Line:
    """A possible line break, `flat` in its place where the group stays on one line."""

    flat: str = ""


@dataclass(frozen=True)
class Group:
    parts: tuple[Doc, ...]
    id: int = 0


@dataclass(frozen=True)
class Nest:
    parts: tuple[Doc, ...]
    only_if: int = 0  # the group that must be broken for the indent to count


@dataclass(frozen=True)
class IfBroken:
    parts: tuple[Doc, ...]
    otherwise: tuple[Doc, ...] = ()
    id: int = 0  # the group asked, 0 for the enclosing one


@dataclass(frozen=True)
class GroupIf:
    """A group where the group `id` is broken, else just its parts."""

    parts: tuple[Doc, ...]
    id: int


@dataclass(frozen=True)
class Expanding:
    """Brackets that may break while the optional parentheses `id` around them stay away."""

    parts: tuple[Doc, ...]
    id: int


Doc = Union[Text, Line, Group, Nest, IfBroken, GroupIf, Expanding]

Command = tuple[int, bool, Doc]
"""Indent, broken, document."""


def render(parts: list[Doc], depth: int, comment: str) -> list[str]:
    """The lines of a statement, indented by `depth` levels; its comment counts for the width."""
    suffix = f"  # {comment}" if comment else ""
    broken: dict[int, bool] = {}
    lines = [INDENT * depth]
    stack: list[Command] = [(depth, False, Text(suffix)), *((depth, True, p) for p in reversed(parts))]
    while stack:
        indent, is_broken, doc = stack.pop()
        match doc:
            case Text(text):
                lines[-1] += text
            case Line(text):
                if is_broken:
                    lines[-1] = lines[-1].rstrip()
                    lines.append(INDENT * indent)
                else:
                    lines[-1] += text
            case Group(inner, id):
                breaks = not _fits(len(lines[-1]), [(indent, False, p) for p in reversed(inner)], stack, {**broken, id: False})
                broken[id] = breaks
                stack += [(indent, breaks, p) for p in reversed(inner)]
            case GroupIf(inner, id):
                if broken.get(id):
                    stack.append((indent, is_broken, Group(inner)))
                else:
                    stack += [(indent, is_broken, p) for p in reversed(inner)]
            case Nest(inner, only_if):
                deeper = indent + 1 if not only_if or broken.get(only_if) else indent
                stack += [(deeper, is_broken, p) for p in reversed(inner)]
            case IfBroken(inner, otherwise, id):
                chosen = inner if (broken.get(id) if id else is_broken) else otherwise
                stack += [(indent, is_broken, p) for p in reversed(chosen)]
            case Expanding(inner):
                stack += [(indent, is_broken, p) for p in reversed(inner)]
    return [line.rstrip() for line in lines]


def _fits(used: int, first: list[Command], rest: list[Command], broken: dict[int, bool]) -> bool:
    """Whether what comes, up to the first line break, fits on the line."""
    stack = [*rest, *first]
    while stack:
        indent, is_broken, doc = stack.pop()
        match doc:
            case Text(text):
                used += len(text)
            case Line(text):
                if is_broken:
                    return True
                used += len(text)
            case Group(inner) | Nest(inner) | GroupIf(inner):
                stack += [(indent, is_broken, p) for p in reversed(inner)]
            case IfBroken(inner, otherwise, id):
                chosen = inner if (broken.get(id) if id else is_broken) else otherwise
                stack += [(indent, is_broken, p) for p in reversed(chosen)]
            case Expanding(inner, id):
                stack += [(indent, is_broken or not broken.get(id), p) for p in reversed(inner)]
        if used > WIDTH:
            return False
    return True
