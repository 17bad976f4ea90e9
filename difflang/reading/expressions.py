"""Expressions: syntax to nodes. One handler a kind of syntax; what has none is outside the language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import libcst as cst

from ..ir import NONE, Atom, Const, Var, const, static
from .frame import FALSE, TRUE, Frame, Late
from .keeping import keep, keep_called, put_by_call, store
from .names import Captured, Meaning, Route, is_captured, is_library
from .paths import choose

BINARY: dict[type[cst.BaseBinaryOp], str] = {
    cst.Add: "add", cst.Subtract: "sub", cst.Multiply: "mul", cst.Divide: "div", cst.FloorDivide: "floordiv", cst.Modulo: "mod",
    cst.Power: "pow", cst.MatrixMultiply: "matmul", cst.BitAnd: "bitand", cst.BitOr: "bitor", cst.BitXor: "bitxor",
    cst.LeftShift: "lshift", cst.RightShift: "rshift",
}  # fmt: skip
COMPARE: dict[type[cst.BaseCompOp], str] = {
    cst.LessThan: "less", cst.LessThanEqual: "less_equal", cst.GreaterThan: "greater", cst.GreaterThanEqual: "greater_equal",
    cst.Equal: "equal", cst.NotEqual: "not_equal", cst.Is: "is_", cst.IsNot: "is_", cst.In: "contains", cst.NotIn: "contains",
}  # fmt: skip
UNARY: dict[type[cst.BaseUnaryOp], str] = {cst.Minus: "neg", cst.Plus: "pos", cst.BitInvert: "invert", cst.Not: "not_"}
LITERALS: dict[str, Const] = {"True": TRUE, "False": FALSE, "None": NONE, "__debug__": const(__debug__)}

Handler = Callable[[Frame, Any, str], Atom]
HANDLERS: dict[type[cst.CSTNode], Handler] = {}
FOLDS: dict[Any, Handler] = {}
"""Builtins that take a comprehension apart item by item: `sum(x * x for x in xs)`."""


def handles(*kinds: type[cst.CSTNode]) -> Callable[[Handler], Handler]:
    def enter(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(kinds, handler))
        return handler

    return enter


def expression(frame: Frame, node: cst.BaseExpression, hint: str = "") -> Atom:
    """The value of an expression; `hint` names it."""
    if frame.given and id(node) in frame.given:
        return frame.given[id(node)]
    handler = HANDLERS.get(type(node))
    if handler is None:
        raise frame.outside(node)
    return handler(frame, node, hint)


def condition(frame: Frame, node: cst.BaseExpression) -> Atom:
    """An expression of which only the truth matters: `and` and `or` give a truth, not an operand."""
    if frame.given and id(node) in frame.given:
        return frame.given[id(node)]
    if isinstance(node, cst.BooleanOperation):
        return _all_or_any(frame, node, _operands(node))
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        return frame.emit("not_", [condition(frame, node.expression)], node)
    return expression(frame, node)


def _operands(node: cst.BooleanOperation) -> list[cst.BaseExpression]:
    """The operands of `a and b and c`."""
    left = node.left
    if isinstance(left, cst.BooleanOperation) and type(left.operator) is type(node.operator):
        return [*_operands(left), node.right]
    return [left, node.right]


def _all_or_any(frame: Frame, node: cst.BooleanOperation, operands: Sequence[cst.BaseExpression]) -> Atom:
    first, rest = operands[0], operands[1:]
    if not rest:
        return condition(frame, first)
    test, place = condition(frame, first), frame.place(node)
    if isinstance(node.operator, cst.And):
        return choose(frame, test, lambda: _all_or_any(frame, node, rest), lambda: FALSE, place)
    return choose(frame, test, lambda: TRUE, lambda: _all_or_any(frame, node, rest), place)


@handles(cst.Name)
def _name(frame: Frame, node: cst.Name, hint: str) -> Atom:
    inner = frame.followed(node)
    return expression(frame, inner, hint) if inner is not node else LITERALS.get(node.value) or frame.load(node)


@handles(cst.Integer)
def _integer(frame: Frame, node: cst.Integer, hint: str) -> Atom:
    return _int(frame, node, node.evaluated_value)


def _int(frame: Frame, node: cst.BaseExpression, value: int) -> Const:
    if not -(2**63) <= value < 2**63:
        raise frame.refuse(node, "this integer is beyond 64 bits", "write it as a float", "DL013")
    return const(value)


@handles(cst.Float)
def _float(frame: Frame, node: cst.Float, hint: str) -> Atom:
    return const(float(node.value))


@handles(cst.Imaginary)
def _imaginary(frame: Frame, node: cst.Imaginary, hint: str) -> Atom:
    return const(complex(node.value))


@handles(cst.SimpleString)
def _string(frame: Frame, node: cst.SimpleString, hint: str) -> Atom:
    value = node.evaluated_value
    if not isinstance(value, str):
        raise frame.refuse(node, "a bytes literal is outside the language", "use a plain string literal")
    return static(value)


@handles(cst.Set)
def _set(frame: Frame, node: cst.Set, hint: str) -> Atom:
    """A set of constants: what `in` asks. One with a name may change."""
    values = [expression(frame, element.value) for element in node.elements]
    stars = tuple(k for k, element in enumerate(node.elements) if isinstance(element, cst.StarredElement))
    if hint or stars or not all(isinstance(v, Const) for v in values):
        items = frame.emit("list", values, node, star=stars)
        return frame.emit("invoke", [static(set), items], node, hint, keywords=(), star=())
    return static(frozenset(value.value for value in values if isinstance(value, Const)))


@handles(cst.Ellipsis)
def _ellipsis(frame: Frame, node: cst.Ellipsis, hint: str) -> Atom:
    return static(...)


@handles(cst.UnaryOperation)
def _unary(frame: Frame, node: cst.UnaryOperation, hint: str) -> Atom:
    if isinstance(node.operator, cst.Not):
        return frame.emit("not_", [condition(frame, node.expression)], node, hint)
    if isinstance(node.operator, cst.Minus) and isinstance(node.expression, cst.Integer):
        return _int(frame, node, -node.expression.evaluated_value)
    operand = expression(frame, node.expression)
    if isinstance(node.operator, cst.Minus) and isinstance(node.expression, cst.Float) and isinstance(operand, Const):
        return const(-operand.value)
    return frame.emit(UNARY[type(node.operator)], [operand], node, hint)


@handles(cst.BinaryOperation)
def _binary(frame: Frame, node: cst.BinaryOperation, hint: str) -> Atom:
    left = expression(frame, node.left)
    return frame.emit(BINARY[type(node.operator)], [left, expression(frame, node.right)], node, hint)


@handles(cst.BooleanOperation)
def _boolean(frame: Frame, node: cst.BooleanOperation, hint: str) -> Atom:
    """`and`, `or` as values: one of the operands, whichever decides."""
    return _first_that_decides(frame, node, _operands(node), hint)


def _first_that_decides(frame: Frame, node: cst.BooleanOperation, operands: Sequence[cst.BaseExpression], hint: str) -> Atom:
    first, rest = operands[0], operands[1:]
    if rest and isinstance(node.operator, cst.Or) and isinstance(first, cst.BooleanOperation) and isinstance(first.operator, cst.And):
        return _and_or(frame, node, _operands(first), rest, hint)
    value = expression(frame, first, hint)
    if not rest:
        return value
    if isinstance(node.operator, cst.And):
        return choose(frame, value, lambda: _first_that_decides(frame, node, rest, hint), lambda: value, frame.place(node), hint)
    return choose(frame, value, lambda: value, lambda: _first_that_decides(frame, node, rest, hint), frame.place(node), hint)


def _and_or(
    frame: Frame, node: cst.BooleanOperation, both: Sequence[cst.BaseExpression], rest: Sequence[cst.BaseExpression], hint: str
) -> Atom:
    """`a and b or c`: what decides against the first is false, so it is never the value."""
    place = frame.place(node)

    def other() -> Atom:
        return _first_that_decides(frame, node, rest, hint)

    if len(both) == 1:
        value = expression(frame, both[0], hint)
        return choose(frame, value, lambda: value, other, place, hint)
    return choose(frame, condition(frame, both[0]), lambda: _and_or(frame, node, both[1:], rest, hint), other, place, hint)


@handles(cst.Comparison)
def _comparison(frame: Frame, node: cst.Comparison, hint: str) -> Atom:
    return _compare(frame, node, expression(frame, node.left), node.comparisons, hint)


def _compare(frame: Frame, node: cst.Comparison, left: Atom, targets: Sequence[cst.ComparisonTarget], hint: str) -> Atom:
    """A chain: each operand is computed once, and only while all before held."""
    target, rest = targets[0], targets[1:]
    right = expression(frame, target.comparator)
    value = _compare_two(frame, node, target.operator, left, right, "" if rest else hint)
    if not rest:
        return value
    return choose(frame, value, lambda: _compare(frame, node, right, rest, hint), lambda: value, frame.place(node), hint)


def _compare_two(frame: Frame, node: cst.Comparison, operator: cst.BaseCompOp, left: Atom, right: Atom, hint: str) -> Atom:
    op = COMPARE[type(operator)]
    if not isinstance(operator, (cst.IsNot, cst.NotIn)):
        return frame.emit(op, [left, right], node, hint)
    return frame.emit("not_", [frame.emit(op, [left, right], node)], node, hint)


@handles(cst.IfExp)
def _conditional(frame: Frame, node: cst.IfExp, hint: str) -> Atom:
    test = condition(frame, node.test)
    then, other = node.body, node.orelse
    return choose(frame, test, lambda: expression(frame, then, hint), lambda: expression(frame, other, hint), frame.place(node), hint)


@handles(cst.NamedExpr)
def _walrus(frame: Frame, node: cst.NamedExpr, hint: str) -> Atom:
    assert isinstance(node.target, cst.Name)
    value = expression(frame, node.value, node.target.value)
    from .targets import bind_name

    bind_name(frame, node.target, value)
    return value


@handles(cst.Tuple, cst.List)
def _display(frame: Frame, node: cst.Tuple | cst.List, hint: str) -> Atom:
    star = tuple(k for k, element in enumerate(node.elements) if isinstance(element, cst.StarredElement))
    values = [expression(frame, element.value) for element in node.elements]
    attrs = {"star": star} if star else {}
    out = frame.emit("tuple" if isinstance(node, cst.Tuple) else "list", values, node, hint, **attrs)
    keep(frame.holds, out, values, frame)
    return out


def route_of(frame: Frame, node: cst.BaseExpression) -> Route | None:
    """The route that a chain of names takes through the surroundings, or None where it begins with a value."""
    if isinstance(node, cst.Name):
        return None if node.value in LITERALS or frame.is_own(node.value) else frame.route(node.value)
    if isinstance(node, cst.Attribute):
        route = route_of(frame, node.value)
        if route is not None and not isinstance(frame.meaning(route, node.value), (Captured, tuple)):
            return route.then(frame.text.names.spelled(node.attr.value))
    return None


def static_object(frame: Frame, node: cst.BaseExpression) -> Any:
    """The static object that a chain of names means, or None. Never an error."""
    from ..errors import OutsideLanguage

    try:
        route = route_of(frame, node)
        meaning: Meaning | None = frame.meaning(route, node) if route is not None else None
    except OutsideLanguage:
        return None
    return meaning.value if isinstance(meaning, Const) else None


def is_builtin(frame: Frame, node: cst.BaseExpression, builtin: object) -> bool:
    return isinstance(node, cst.Name) and static_object(frame, node) is builtin


def positional(arguments: Sequence[cst.Arg]) -> bool:
    return all(argument.keyword is None and not argument.star for argument in arguments)


def _is_namespace(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether attributes of this are found while reading: what a module, a class or NumPy holds is part of the program's text."""
    if isinstance(static_object(frame, node), (ModuleType, type)):
        return True
    route = route_of(frame, node) if isinstance(node, cst.Attribute) else None
    return route is not None and frame.text.names.in_library(route)


@handles(cst.Attribute)
def _attribute(frame: Frame, node: cst.Attribute, hint: str) -> Atom:
    route = route_of(frame, node)
    if route is not None:
        meaning = frame.meaning(route, node)
        # A method of an object is made anew at each reading: it cannot be guarded.
        if _is_namespace(frame, node.value) or not isinstance(meaning, Const) or not hasattr(meaning.value, "__self__"):
            return frame.outer(route, node)
    owner = expression(frame, node.value)
    member = _member(owner, node)
    return member if member is not None else frame.emit("attr", [owner], node, hint, name=frame.text.names.spelled(node.attr.value))


def _member(owner: Atom, node: cst.Attribute) -> Const | None:
    """What a name for a module of Python's or NumPy's, `la = np.linalg`, holds under an attribute."""
    if not isinstance(owner, Const) or not is_library(owner.value) or not hasattr(owner.value, node.attr.value):
        return None
    value = getattr(owner.value, node.attr.value)
    return NONE if value is None else const(value) if is_captured(value) else static(value)


@handles(cst.Call)
def _call(frame: Frame, node: cst.Call, hint: str) -> Atom:
    fold = _fold_of(frame, node)
    if fold is not None:
        return fold(frame, node, hint)
    callee = node.func
    attrs: dict[str, Any] = {}
    if isinstance(callee, cst.Attribute) and not _is_namespace(frame, callee.value):
        function = expression(frame, callee.value)
        member = _member(function, callee)
        function = function if member is None else member
        attrs = {"name": frame.text.names.spelled(callee.attr.value)} if member is None else {}
    else:
        late = frame.assigning(callee)
        if late is not None:
            return _call_assigning(frame, node, late, hint)
        function = expression(frame, callee)
        frame.check_callee(function, callee)
    values, keywords, star = arguments(frame, node)
    out = frame.emit("method" if attrs else "invoke", [function, *values], node, hint, **attrs, keywords=keywords, star=star)
    keep_called(frame, out, function, values)
    if attrs:
        store(frame, function, values)
    put_by_call(frame, node, values)
    return out


def _call_assigning(frame: Frame, node: cst.Call, late: Late, hint: str) -> Atom:
    """A call of a nested function that assigns this function's variables: they are among its results."""
    values, keywords, star = arguments(frame, node)
    assert isinstance(node.func, cst.Name)
    function = frame.make(late, node.func, node.func.value)
    both = frame.emit("invoke", [function, *values], node, hint, keywords=keywords, star=star)
    outs = [Var(name) for name in ("result", *late.writes)]
    frame.structured("unpack", (both,), outs, (), frame.place(node), count=len(outs))
    for name, out in zip(late.writes, outs[1:], strict=True):
        frame.bind(name, out)
    return outs[0]


def _fold_of(frame: Frame, node: cst.Call) -> Handler | None:
    """How a builtin takes the comprehension apart that it is given."""
    given = isinstance(node.func, cst.Name) and node.args and positional(node.args[:1]) and frame.followed(node.args[0].value)
    if not isinstance(given, (cst.GeneratorExp, cst.ListComp)):
        return None
    builtin = static_object(frame, node.func)
    return next((handler for known, handler in FOLDS.items() if known is builtin), None)


def arguments(frame: Frame, node: cst.Call) -> tuple[list[Atom], tuple[str, ...], tuple[int, ...]]:
    """The values in order, the names of the last ones ("**" for a dict of them), and the positions of `*args` among them."""
    values: list[Atom] = []
    named: list[tuple[str, Atom]] = []
    star: list[int] = []
    for argument in node.args:
        value = expression(frame, argument.value)
        if argument.star == "**" or argument.keyword is not None:
            named.append(("**" if argument.keyword is None else argument.keyword.value, value))
            continue
        if argument.star == "*":
            star.append(len(values))
        values.append(value)
    return [*values, *(value for _, value in named)], tuple(name for name, _ in named), tuple(star)


@handles(cst.Subscript)
def _subscript(frame: Frame, node: cst.Subscript, hint: str) -> Atom:
    base = expression(frame, node.value)
    pattern, operands = index(frame, node)
    return frame.emit("getitem", [base, *operands], node, hint, pattern=pattern)


def index(frame: Frame, node: cst.Subscript) -> tuple[tuple[str, ...], list[Atom]]:
    """The pattern of an index and the operands it needs."""
    pattern: list[str] = []
    operands: list[Atom] = []
    for item in _index_items(frame, node):
        if isinstance(item, cst.Slice):
            parts = [NONE if part is None else expression(frame, part) for part in (item.lower, item.upper, item.step)]
            whole = all(part is NONE for part in parts)
            pattern.append(":" if whole else "s")
            operands += [] if whole else parts
            continue
        value = expression(frame, item)
        code = "n" if value is NONE else "." if isinstance(value, Const) and value.value is ... else "i"
        pattern.append(code)
        operands += [frame.emit("tuple", [value], node) if _is_lone(node) else value] if code == "i" else []
    return tuple(pattern), operands


def _is_lone(node: cst.Subscript) -> bool:
    return len(node.slice) == 1 and isinstance(node.slice[0].comma, cst.Comma)  # x[t,] is x[(t,)], whatever t is


def _index_items(frame: Frame, node: cst.Subscript) -> list[cst.Slice | cst.BaseExpression]:
    items: list[cst.Slice | cst.BaseExpression] = []
    for element in node.slice:
        if isinstance(element.slice, cst.Slice):
            items.append(element.slice)
            continue
        assert isinstance(element.slice, cst.Index)
        if element.slice.star:
            raise frame.refuse(element, "a starred index is outside the language", "write the items of the index out")
        items.append(element.slice.value)
    parts = items[0].elements if len(items) == 1 and isinstance(items[0], cst.Tuple) and not _is_lone(node) else ()
    if len(parts) > 1 and not any(isinstance(part, cst.StarredElement) for part in parts):
        return [part.value for part in parts]
    return items
