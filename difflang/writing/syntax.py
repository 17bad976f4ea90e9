"""The expressions of the written text, and how each reads on one line, laid out as ruff does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Union

from ..ir import Var
from ..ops.control import DETAIL


@dataclass(frozen=True)
class Word:
    """A name, a number or a string."""

    text: str


@dataclass(frozen=True)
class Ref:
    """A value of the program, named later."""

    var: Var


@dataclass(frozen=True)
class Prefix:
    op: str
    operand: Expr


@dataclass(frozen=True)
class Infix:
    left: Expr
    op: str
    right: Expr


@dataclass(frozen=True)
class Choice:
    """`yes if test else no`."""

    test: Expr
    yes: Expr
    no: Expr


@dataclass(frozen=True)
class Keyword:
    name: str
    value: Expr


@dataclass(frozen=True)
class Star:
    value: Expr


@dataclass(frozen=True)
class Apply:
    function: Expr
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Attribute:
    value: Expr
    name: str


@dataclass(frozen=True)
class Slice:
    start: Expr | None = None
    stop: Expr | None = None
    step: Expr | None = None


@dataclass(frozen=True)
class Item:
    """`value[items]`."""

    value: Expr
    items: tuple[Expr, ...]


@dataclass(frozen=True)
class Pack:
    """A tuple; `bare` ones stand without parentheses where the statement allows."""

    items: tuple[Expr, ...]


@dataclass(frozen=True)
class Told:
    """Python's text with expressions in it: f-strings and what else makes a message."""

    pieces: tuple[Expr, ...]


@dataclass(frozen=True)
class Compare:
    """`a < b < c`: operands and, between them, operators."""

    items: tuple[Expr, ...]


@dataclass(frozen=True)
class Entry:
    """`key: value` of a dict."""

    key: Expr
    value: Expr


@dataclass(frozen=True)
class Display:
    """A list or a dict, by its opening bracket."""

    left: str
    items: tuple[Expr, ...]

    @property
    def right(self) -> str:
        return {"[": "]", "{": "}"}[self.left]


Expr = Union[Entry, Display, Compare, Told, Word, Ref, Prefix, Infix, Choice, Keyword, Star, Apply, Attribute, Slice, Item, Pack]
ALL = (Entry, Display, Compare, Told, Word, Ref, Prefix, Infix, Choice, Keyword, Star, Apply, Attribute, Slice, Item, Pack)

BINDING: dict[str, int] = {
    "or": 2, "and": 3,
    "<": 5, "<=": 5, ">": 5, ">=": 5, "==": 5, "!=": 5,
    "|": 6, "^": 7, "&": 8, "<<": 9, ">>": 9, "+": 10, "-": 10,
    "*": 11, "/": 11, "//": 11, "%": 11, "@": 11, "**": 13,
}  # fmt: skip
CHOICE, NOT, COMPARE, UNARY, POSTFIX = 1, 4, 5, 12, 14


def binding(expr: Expr) -> int:
    """How tightly an expression binds: larger is tighter."""
    if isinstance(expr, Infix):
        return BINDING[expr.op]
    if isinstance(expr, Prefix):
        return NOT if expr.op == "not " else UNARY
    if isinstance(expr, Compare):
        return COMPARE
    return CHOICE if isinstance(expr, Choice) else POSTFIX


def needs_parentheses(part: Expr, whole: Expr) -> bool:
    """Whether an operand must stand in parentheses."""
    inner = binding(part)
    if isinstance(whole, Compare):
        return inner <= COMPARE
    if isinstance(whole, Infix):
        own = BINDING[whole.op]
        if whole.op == "**":
            return inner <= own if part is whole.left else inner < UNARY
        if own == COMPARE or part is not whole.left:
            return inner <= own and not (whole.op in ("and", "or") and isinstance(part, Infix) and part.op == whole.op)
        return inner < own
    if isinstance(whole, Prefix):
        return inner < binding(whole) or (isinstance(part, Infix) and part.op == "**") or (isinstance(part, Prefix) and part.op == whole.op)
    if isinstance(whole, Choice):
        return inner <= CHOICE if part is not whole.no else False
    return inner < POSTFIX or is_number(part) if isinstance(whole, (Attribute, Item, Apply)) else False


def both(one: Expr, other: Expr) -> Expr:
    """`a and b`; of comparisons with one value in the middle `a < b < c`."""
    if isinstance(one, Infix) and isinstance(other, Infix) and {one.op, other.op} <= {"<", "<=", ">", ">="}:
        if one.right == other.left and isinstance(one.right, (Ref, Word)):
            return Compare((one.left, Word(one.op), one.right, Word(other.op), other.right))
    if isinstance(one, Infix) and isinstance(other, Compare) and one.op in ("<", "<=", ">", ">="):
        if one.right == other.items[0] and isinstance(one.right, (Ref, Word)):
            return Compare((one.left, Word(one.op), *other.items))
    return Infix(one, "and", other)


def negated(test: Expr) -> Expr:
    """The opposite truth."""
    if isinstance(test, Prefix) and test.op == "not ":
        return test.operand
    if isinstance(test, Infix) and test.op in ("==", "!="):
        return Infix(test.left, "!=" if test.op == "==" else "==", test.right)
    if isinstance(test, Word) and test.text in ("True", "False"):
        return Word("False" if test.text == "True" else "True")
    return Prefix("not ", test)


def extreme(test: Expr, yes: Expr, no: Expr) -> Expr | None:
    """`b if b > a else a` is `max(a, b)`: Python's own definition, nan included."""
    if not isinstance(test, Infix) or test.op not in ("<", ">"):
        return None
    larger = test.op == ">"
    if (yes, no) == (test.left, test.right):
        return Apply(Word("max" if larger else "min"), (no, yes))
    if (yes, no) == (test.right, test.left):
        return Apply(Word("min" if larger else "max"), (no, yes))
    return None


def quoted(text: str) -> str:
    """A string literal as ruff writes it."""
    plain = repr(text)
    if plain[0] == "'" and '"' not in plain:
        return '"' + plain[1:-1] + '"'
    return plain


def is_number(expr: Expr) -> bool:
    return isinstance(expr, Word) and expr.text[:1].isdigit()


def parts(expr: Expr) -> Iterator[Expr]:
    """The expressions an expression is made of."""
    for field in fields(expr):
        value: Any = getattr(expr, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, ALL):
                yield item


def told_of(text: str, details: Sequence[Expr]) -> Told | None:
    """A message made of values of the run, as the check tells it."""
    if not text:
        return None
    pieces = DETAIL.split(text)
    return Told(tuple(details[int(piece)] if k % 2 else Word(piece) for k, piece in enumerate(pieces) if piece or k % 2))


def requoted(told: Expr) -> Expr:
    """A message with its texts in double quotes, where they are all in single ones."""
    if not isinstance(told, Told) or '"' in flat(told) or "\\" in flat(told):
        return told
    return Told(tuple(Word(piece.text.replace("'", '"')) if isinstance(piece, Word) else piece for piece in told.pieces))


def refs(expr: Expr) -> Iterator[Var]:
    """The values an expression reads."""
    if isinstance(expr, Ref):
        yield expr.var
    for part in parts(expr):
        yield from refs(part)


def rewrite(expr: Expr, change: Callable[[Ref], Expr]) -> Expr:
    """The expression with its references replaced."""
    if isinstance(expr, Ref):
        return change(expr)
    values: dict[str, Any] = {}
    for field in fields(expr):
        value = getattr(expr, field.name)
        if isinstance(value, tuple):
            values[field.name] = tuple(rewrite(item, change) for item in value)
        else:
            values[field.name] = value if value is None or isinstance(value, str) else rewrite(value, change)
    return type(expr)(**values)


def size(expr: Expr) -> int:
    """About how many characters it takes."""
    own = len(expr.text) if isinstance(expr, Word) else len(expr.var.hint) if isinstance(expr, Ref) else 3
    return own + sum(map(size, parts(expr)))


def flat(expr: Expr) -> str:
    """The expression on one line."""
    match expr:
        case Compare(items):
            return " ".join(_operand(item, expr) for item in items)
        case Told(pieces):
            return "".join(map(flat, pieces))
        case Word(text):
            return text
        case Ref(var):
            return var.hint
        case Prefix(op, operand):
            return op + _operand(operand, expr)
        case Infix(left, op, right):
            space = "" if op == "**" and is_tight(left) and is_tight(right) else " "
            return f"{_operand(left, expr)}{space}{op}{space}{_operand(right, expr)}"
        case Choice(test, yes, no):
            return f"{_operand(yes, expr)} if {_operand(test, expr)} else {flat(no)}"
        case Keyword(name, value):
            return f"{name}={flat(value)}"
        case Star(value):
            return f"*{flat(value)}"
        case Apply(function, args):
            return f"{_operand(function, expr)}({', '.join(map(flat, args))})"
        case Attribute(value, name):
            return f"{_operand(value, expr)}.{name}"
        case Item(value, items):
            return f"{_operand(value, expr)}[{', '.join(map(flat, items))}]"
        case Pack(items):
            return flat_items(items) if len(items) == 1 else f"({flat_items(items)})"
        case Entry(key, value):
            return f"{flat(key)}: {flat(value)}"
        case Display(left, items):
            return f"{left}{', '.join(map(flat, items))}{expr.right}"
        case Slice():
            return flat_slice(expr)


def flat_items(items: tuple[Expr, ...]) -> str:
    return f"({flat(items[0])},)" if len(items) == 1 else ", ".join(map(flat, items))


def _operand(part: Expr, whole: Expr) -> str:
    return f"({flat(part)})" if needs_parentheses(part, whole) else flat(part)


def is_tight(expr: Expr) -> bool:
    """Whether ruff writes `**` beside it without spaces."""
    if isinstance(expr, Prefix) and expr.op != "not ":
        return is_tight(expr.operand)
    if isinstance(expr, Attribute):
        return isinstance(expr.value, (Word, Ref)) or (isinstance(expr.value, Attribute) and is_tight(expr.value))
    return isinstance(expr, Ref) or (isinstance(expr, Word) and not expr.text.endswith(("]", ")")))


def is_simple_bound(expr: Expr | None) -> bool:
    """Whether ruff writes the colon of a slice beside it without a space."""
    if isinstance(expr, Prefix) and expr.op != "not ":
        return is_simple_bound(expr.operand)
    return expr is None or isinstance(expr, (Word, Ref))


def flat_slice(slice: Slice) -> str:
    bounds = (slice.start, slice.stop, slice.step)
    space = "" if all(map(is_simple_bound, bounds)) else " "
    text = flat(slice.start) + space if slice.start is not None else ""
    text += ":"
    if slice.stop is not None:
        text += space + flat(slice.stop)
    if slice.step is not None:
        text += (space if slice.stop is not None else "") + ":" + space + flat(slice.step)
    return text
