"""Laying long statements out over several lines, as ruff's formatter does.

An expression becomes a document (`document.py`) of the same groups that ruff makes of it. Optional parentheses
appear only where their group breaks; inside them, and only there, operators may start a line.
"""

from __future__ import annotations

from typing import Union

from .document import INDENT, WIDTH, Doc, Expanding, Group, GroupIf, IfBroken, Line, Nest, Text, render
from .syntax import BINDING, Apply, Attribute, Choice, Compare, Display, Entry, Expr, Infix
from .syntax import Item, Keyword, Pack, Prefix, Ref, Slice, Star, Told, Word, flat
from .syntax import is_simple_bound, is_tight, needs_parentheses
from ..records import dataclass


@dataclass(frozen=True)
class Level:
    """Where an expression stands: "open" (bare in a statement), "optional" (within optional parentheses) or "closed"."""

    kind: str
    id: int = 0


OPEN, CLOSED = Level("open"), Level("closed")


def statement(head: str, value: Expr | None, tail: str = "", depth: int = 0, comment: str = "") -> list[str]:
    """The lines of `head value tail  # comment`, such as `x = `, an expression and nothing, or `if `, `:`."""
    parts: list[Doc] = [Text(head)]
    if isinstance(value, Pack) and not tail:
        parts += _bare(value)
    elif value is not None:
        parts += _optional(value)
    parts.append(Text(tail))
    return render(parts, depth, comment)


def call_header(head: str, params: list[str], tail: str, depth: int = 0) -> list[str]:
    """The lines of a function's header."""
    items: list[Doc] = []
    for param in params:
        items += [Text(","), Line(" "), Text(param)] if items else [Text(param)]
    return render([Text(head), _brackets("(", items, ")", comma=bool(params)), Text(tail)], depth, "")


def target_lines(target: Expr, depth: int) -> list[str]:
    """A tuple of targets below each other, a tuple among them too where it is too long for its line."""
    own = INDENT * depth
    lines = [f"{own}("]
    for item in target.items if isinstance(target, Pack) else ():
        line = f"{own}{INDENT}{flat(item)},"
        lines += target_lines(item, depth + 1) if len(line) > WIDTH and isinstance(item, Pack) else [line]
    return [*lines, f"{own}),"]


def _bare(pack: Pack) -> list[Doc]:
    if len(pack.items) == 0:
        return [Text("()")]
    inside = _items(pack.items)
    if len(pack.items) == 1:
        return [Text("("), *inside, Text(",)")]
    end: Doc = IfBroken((Text(","),))
    return [Group((IfBroken((Text("("),)), Nest((Line(), *inside, end)), Line(), IfBroken((Text(")"),))))]


_IDS = iter(range(1, 10**12))


def _optional(value: Expr) -> list[Doc]:
    """An expression that gets parentheses where it breaks, unless its own brackets do."""
    if not _wants_parentheses(value):
        return _doc(value, OPEN)
    id = next(_IDS)
    inside = _doc(value, Level("optional", id) if _can_omit(value) else CLOSED)
    return [Group((IfBroken((Text("("),)), Nest((Line(), *inside), id), Line(), IfBroken((Text(")"),))), id)]


def _wants_parentheses(value: Expr) -> bool:
    if isinstance(value, Prefix):
        return not needs_parentheses(value.operand, value)
    if isinstance(value, (Apply, Attribute, Item)):
        return _is_fluent(value)
    return isinstance(value, (Infix, Choice))


def _is_fluent(value: Expr) -> bool:
    """A chain of two or more methods or attributes after brackets: ruff gives each its line."""
    links = 0
    while isinstance(value, (Apply, Item, Attribute)):
        inner = value.function if isinstance(value, Apply) else value.value
        links += isinstance(value, Attribute) and _after_brackets(value)
        if needs_parentheses(inner, value):
            break
        value = inner
    return links >= 2


def _after_brackets(link: Attribute) -> bool:
    return isinstance(link.value, (Apply, Item)) or needs_parentheses(link.value, link)


class _Omission:
    """Ruff's test whether an expression can break by its own brackets alone."""

    def __init__(self) -> None:
        self.any_brackets = False
        self.loosest, self.count = 99, 0
        self.first: Expr | None = None
        self.first_is_token = False
        self.last: tuple[Expr, bool] | None = None
        self.first_in_parentheses = False

    def operator(self, strength: int, count: int = 1) -> None:
        if strength < self.loosest:
            self.loosest, self.count = strength, count
        elif strength == self.loosest:
            self.count += count

    def visit(self, expr: Expr, parenthesized: bool) -> None:
        self.last = (expr, parenthesized)
        if parenthesized:
            self.any_brackets = True
        else:
            self.inner(expr)
        if self.first is None and not self.first_is_token:
            self.first, self.first_in_parentheses = expr, parenthesized

    def inner(self, expr: Expr) -> None:
        match expr:
            case Pack() | Display():
                self.any_brackets = True
            case Infix(left, op, right):
                self.operator(BINDING[op])
                self.visit(left, needs_parentheses(left, expr))
                self.visit(right, needs_parentheses(right, expr))
            case Choice(test, yes, no):
                self.operator(1, 2)
                self.visit(test, needs_parentheses(test, expr))
                self.visit(yes, needs_parentheses(yes, expr))
                self.visit(no, False)
            case Apply(value) | Item(value):
                self.any_brackets = True
                self.visit(value, needs_parentheses(value, expr))
                self.last = (expr, False)
            case Prefix(op, operand):
                if op == "~":
                    self.operator(12)
                if self.first is None:
                    self.first_is_token = True
                self.visit(operand, needs_parentheses(operand, expr))
            case Attribute(value):
                if _has_brackets(value, needs_parentheses(value, expr)):
                    self.operator(14)
                self.last = (expr, False)
                self.visit(value, needs_parentheses(value, expr))
                self.last = (expr, False)


def _has_brackets(expr: Expr, parenthesized: bool) -> bool:
    if parenthesized or isinstance(expr, (Item, Pack, Display)):
        return True
    return isinstance(expr, Apply) and bool(expr.args)


def _can_omit(value: Expr) -> bool:
    found = _Omission()
    found.inner(value)
    if not found.any_brackets or found.count > 1:
        return False
    if found.loosest >= 14:
        return True
    # A subscript alone at either end is no place to break.
    ends = (found.last, (found.first, found.first_in_parentheses))
    return any(end and end[0] and (end[1] or not isinstance(end[0], Item)) and _has_brackets(*end) for end in ends)  # type: ignore[arg-type]


def _doc(expr: Expr, level: Level) -> list[Doc]:
    match expr:
        case Word() | Ref() | Told() | Compare():
            return [Text(flat(expr))]
        case Slice():
            return _slice(expr, level)
        case Prefix(op, operand):
            return [Text(op), *_operand(operand, expr, level)]
        case Infix():
            return [_inside(_chain(_flatten(expr), level), level)]
        case Choice():
            return [_inside(_choices(expr, level), level)]
        case Keyword(name, value):
            return [Text(f"{name}="), *_doc(value, CLOSED)]
        case Entry(key, value):
            return [*_doc(key, CLOSED), Text(": "), *_doc(value, CLOSED)]
        case Display(left, items):
            return [_own(left, _items(items), expr.right, level, comma=True)] if items else [Text(left + expr.right)]
        case Star(value):
            return [Text("*"), *_doc(value, level)]
        case Apply() | Attribute() | Item():
            fluent = _is_fluent(expr)
            chain = _postfix(expr, level, fluent)
            return [_inside(chain, level)] if fluent else chain
        case Pack(items):
            if not items:
                return [Text("()")]
            inside = _items(items)
            return [_own("(", [*inside, Text(",")] if len(items) == 1 else inside, ")", level, comma=len(items) > 1)]


def _choices(expr: Choice, level: Level) -> list[Doc]:
    """`a if x else b if y else c`: every part on its line."""
    head: list[Doc] = [*_operand(expr.yes, expr, level), _break(level), Text("if "), *_operand(expr.test, expr, level)]
    rest = _choices(expr.no, level) if isinstance(expr.no, Choice) else _doc(expr.no, level)
    return [*head, _break(level), Text("else "), *rest]


def _postfix(expr: Expr, level: Level, fluent: bool) -> list[Doc]:
    """Calls, attributes and subscripts one after another; in a fluent chain a line may break before a dot."""
    match expr:
        case Apply(function, args):
            head = _link(function, expr, level, fluent)
            return [*head, Text("()")] if not args else [*head, _own("(", _items(args), ")", level, comma=True)]
        case Attribute(value, name):
            dot = [_break(level, "")] if fluent and _after_brackets(expr) else []
            return [*_link(value, expr, level, fluent), *dot, Text(f".{name}")]
        case Item(value, items):
            return [*_link(value, expr, level, fluent), _own("[", _items(items), "]", level, comma=len(items) > 1)]
    return _doc(expr, level)


def _link(part: Expr, whole: Expr, level: Level, fluent: bool) -> list[Doc]:
    if isinstance(part, (Apply, Attribute, Item)) and not needs_parentheses(part, whole):
        return _postfix(part, level, fluent)
    return _operand(part, whole, level)


def _slice(slice: Slice, level: Level) -> list[Doc]:
    bounds = (slice.start, slice.stop, slice.step)
    space = [] if all(map(is_simple_bound, bounds)) else [Text(" ")]
    found: list[Doc] = [*_doc(slice.start, level), *space] if slice.start is not None else []
    found.append(Text(":"))
    if slice.stop is not None:
        found += [*space, *_doc(slice.stop, level)]
    if slice.step is not None:
        found += [*(space if slice.stop is not None else []), Text(":"), *space, *_doc(slice.step, level)]
    return found


def _items(items: tuple[Expr, ...]) -> list[Doc]:
    found: list[Doc] = []
    for item in items:
        found += [Text(","), Line(" "), *_doc(item, CLOSED)] if found else _doc(item, CLOSED)
    return found


def _brackets(left: str, inside: list[Doc], right: str, comma: bool) -> Doc:
    end: tuple[Doc, ...] = (IfBroken((Text(","),)),) if comma else ()
    return Group((Text(left), Nest((Line(), Group((*inside, *end)))), Line(), Text(right)))


def _own(left: str, inside: list[Doc], right: str, level: Level, comma: bool) -> Doc:
    group = _brackets(left, inside, right, comma)
    return Expanding((group,), level.id) if level.kind == "optional" else group


def _operand(part: Expr, whole: Expr, level: Level) -> list[Doc]:
    if needs_parentheses(part, whole):
        return [_own("(", _doc(part, CLOSED), ")", level, comma=False)]
    return _doc(part, level)


def _inside(parts: list[Doc], level: Level) -> Doc:
    """A group within parentheses; bare in a statement no group at all."""
    if level.kind == "closed":
        return Group(tuple(parts))
    return GroupIf(tuple(parts), level.id)


def _break(level: Level, space: str = " ") -> Doc:
    if level.kind == "closed":
        return Line(space)
    if level.kind == "optional":
        return IfBroken((Line(space),), (Text(space),), level.id)
    return Text(space)


Chain = list[Union[str, tuple[Expr, bool]]]
"""Operands (with: needs parentheses) and the operators between them."""


def _flatten(expr: Infix) -> Chain:
    found: Chain = []
    for part in (expr.left, expr.right):
        wrapped = needs_parentheses(part, expr)
        if isinstance(part, Infix) and not wrapped:
            found += _flatten(part)
        else:
            found.append((part, wrapped))
        if part is expr.left and expr.op not in found[-1:]:
            found.append(expr.op)
    if expr.left is expr.right:
        half = found[: found.index(expr.op)] if expr.op in found else found
        return [*half, expr.op, *half]
    return found


def _chain(chain: Chain, level: Level) -> list[Doc]:
    """Operands joined by the loosest operators; tighter runs are groups of their own."""
    loosest = min(_weight(op) for op in chain if isinstance(op, str))
    found: list[Doc] = []
    run: Chain = []
    for k, part in enumerate(chain):
        if isinstance(part, str) and _weight(part) == loosest:
            found += _run(run, level)
            run = []
            tight = part == "**" and _tight_at(chain[k - 1]) and _tight_at(chain[k + 1])
            found += [_break(level, "" if tight else " "), Text(part if tight else f"{part} ")]
        else:
            run.append(part)
    return found + _run(run, level)


def _weight(op: str) -> int:
    """How tightly an operator binds where lines break: `and` and `or` alike."""
    return BINDING["or"] if op == "and" else BINDING[op]


def _tight_at(part: str | tuple[Expr, bool]) -> bool:
    return not isinstance(part, str) and not part[1] and is_tight(part[0])


def _run(run: Chain, level: Level) -> list[Doc]:
    if len(run) > 1:
        return [_inside(_chain(run, level), level)]
    (part,) = run
    assert not isinstance(part, str)
    expr, wrapped = part
    return [_own("(", _doc(expr, CLOSED), ")", level, comma=False)] if wrapped else _doc(expr, level)
