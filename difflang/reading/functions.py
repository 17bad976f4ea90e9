"""Functions: parameters, bodies, nested functions, and what a function's text shares."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

import libcst as cst

from ..ir import LEAF, UNDEF, Atom, Capture, Const, Function, Held, Node, Origin, Param, Place, Region, Var
from ..records import dataclass, field, replace
from . import comprehensions, dicts  # noqa: F401  enter their handlers
from .boxes import boxed_variables
from .expressions import expression, handles
from .frame import RETURN, Frame, Late, Text
from .keeping import keep
from .names import IMPORT, Names, Route
from .paths import clear_jump
from .positions import Positions
from .prune import prune
from .scope import (
    bindings,
    declared_elsewhere,
    imports_of,
    names_deleted,
    outer_variables,
    parameter_names,
    shared_variables,
    statements,
    walrus_names,
)
from .source import find
from .statements import block

NONLOCAL = "return the new value and let the caller assign it"
COROUTINE = 0x80 | 0x100 | 0x200  # coroutines and what makes them, as inspect's CO_ flags say
Definition = cst.FunctionDef | cst.Lambda
ENTERED = ("", 0, 0)
"""Among the statements that `diagnose` leaves out: what is refused as a whole is looked into all the same."""


@dataclass
class Meant:
    """What only a function object knows of its parameters."""

    defaults: Mapping[str, Any] = field(default_factory=dict)
    annotations: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(function: FunctionType) -> Meant:
        code, values = function.__code__, function.__defaults__ or ()
        names = code.co_varnames[: code.co_argcount]
        defaults = dict(zip(names[len(names) - len(values) :], values, strict=True))
        try:
            annotations = function.__annotations__
        except Exception:  # evaluated late since Python 3.14: what cannot be evaluated says nothing
            annotations = {}
        return Meant({**defaults, **(function.__kwdefaults__ or {})}, annotations)


def read_function(
    function: FunctionType, skipped: frozenset[tuple[str, int, int]] = frozenset()
) -> tuple[Function, Names, tuple[Route, ...]]:
    """The IR of a plain function, what its names meant, and the routes to what it captures."""
    source = find(function)
    module = cst.parse_module(source.text)
    positions, names = Positions(module, source), Names(function)
    origin = Origin(source.file, source.first_line, source.lines, (), positions.comments)
    node = _definition(module)
    frame = _frame(Text(positions, origin, names, skipped), node)
    if function.__code__.co_flags & COROUTINE and ENTERED not in skipped:
        at = next(_yields(node), node.name if isinstance(node, cst.FunctionDef) else node)
        error = frame.refuse(at, "a coroutine is outside the language", "compute the value and return it", "DL042")
        error.trail.append(ENTERED)  # `diagnose` looks into it all the same
        raise error
    result = _read(frame, node, spoken_name(source.name, function.__qualname__), Meant.of(function))
    origin = replace(origin, imports=tuple(names.imports.items()))
    routes = tuple(key for key in frame.captured if isinstance(key, Route))
    return replace(result, origin=origin, guards=names.guards()), names, routes


def spoken_name(name: str, qualname: str) -> str:
    """The name of a function: of `Dense.__call__` dense_call, for the text shall have functions."""
    owner = qualname.rpartition("<locals>.")[2].rpartition(".")[0].rpartition(".")[2]
    if not (owner and name.startswith("__") and name.endswith("__")):
        return name
    return f"{re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', owner).lower().strip('_')}_{name.strip('_')}"


def _definition(module: cst.Module) -> Definition:
    """The definition in a text that holds nothing else."""
    (statement,) = module.body
    if isinstance(statement, cst.If):
        (inner,) = statement.body.body
        statement = inner  # type: ignore[assignment]
    if isinstance(statement, cst.SimpleStatementLine):
        (expr,) = statement.body
        assert isinstance(expr, cst.Expr) and isinstance(expr.value, cst.Lambda)
        return expr.value
    assert isinstance(statement, cst.FunctionDef)
    return statement


def _yields(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.Yield):
        yield node
    for child in node.children:
        yield from _yields(child)


def _body(node: Definition) -> list[Any]:
    return statements(node.body) if isinstance(node, cst.FunctionDef) else []


def _frame(text: Text, node: Definition, parent: Frame | None = None) -> Frame:
    """A frame that knows which names are the function's own."""
    body = _body(node)
    bound = bindings(body) if isinstance(node, cst.FunctionDef) else Counter(walrus_names(node.body))
    outer = outer_variables(body, parameter_names(node.params))
    for name in declared_elsewhere(body) - outer:
        del bound[name]
    imports = _imports(body, bound)
    for name in imports:
        del bound[name]
    kept = {name for name in outer if parent is not None and parent.is_boxed(name)}
    local = (frozenset(bound) | outer | parameter_names(node.params)) - kept
    frame = Frame(text, local, bound, parent)
    frame.body = body
    frame.boxed = (boxed_variables(body) & local) - outer
    frame.shared = tuple(sorted(shared_variables(body) - frame.boxed - kept))
    frame.outer_variables = tuple(sorted(outer - kept))
    frame.imports, frame.deleted = imports, frozenset(names_deleted(body))
    return frame


def _imports(body: list[Any], bound: Counter[str]) -> dict[str, Route]:
    """The names that the function imports, and does not assign, with the routes to what they mean."""
    found: dict[str, list[Route]] = {}
    for name, module, attribute in imports_of(body):
        found.setdefault(name, []).append(Route(IMPORT + module, (attribute,) if attribute else ()))
    return {name: routes[0] for name, routes in found.items() if bound[name] == len(routes) and len(set(routes)) == 1}


def _parameters(params: cst.Parameters) -> Iterator[tuple[cst.Param, str]]:
    yield from ((p, "positional_only") for p in params.posonly_params)
    yield from ((p, "positional_or_keyword") for p in params.params)
    if isinstance(params.star_arg, cst.Param):
        yield params.star_arg, "var_positional"
    yield from ((p, "keyword_only") for p in params.kwonly_params)
    if params.star_kwarg is not None:
        yield params.star_kwarg, "var_keyword"


def _place(frame: Frame, node: Definition) -> Place:
    return frame.place(node, node.name) if isinstance(node, cst.FunctionDef) else frame.place(node)


def _read(frame: Frame, node: Definition, name: str, meant: Meant) -> Function:
    """Parameters and body of one definition."""
    params: list[Param] = []
    values: list[Var] = []
    frame.last = _place(frame, node)
    for variable in sorted(frame.boxed):
        frame.boxes[variable] = frame.emit("dict", [], _place(frame, node), variable)
    for parameter, kind in _parameters(node.params):
        own = parameter.name.value
        value = Var(own)
        frame.bind(own, value)
        values.append(value)
        params.append(Param(own, LEAF, kind, meant.defaults.get(own, ...), meant.annotations.get(own)))
    clear_jump(frame)
    for outer in frame.outer_variables:
        frame.bind(outer, frame.captured.setdefault(outer, Var(outer)))
    place = _place(frame, node)
    if isinstance(node, cst.Lambda):
        result = expression(frame, node.body, "result")
    else:
        ends = block(frame, [*_body(node), cst.Return()])
        result = frame.env[RETURN] if ends else UNDEF  # type: ignore[assignment]
        if frame.outer_variables and ends:
            finals = [frame.load_final(outer, node) for outer in frame.outer_variables]
            result = frame.emit("tuple", [result, *finals], place, "result")
    body = prune(Region((*values, *frame.captured.values()), tuple(frame.nodes), (result,)))
    doc = node.get_docstring() if isinstance(node, cst.FunctionDef) else None
    captures = frame.captures()
    return Function(name, tuple(params), body, captures=captures, origin=frame.text.origin, place=place, doc=doc)


def nested(frame: Frame, node: Definition, name: str) -> Late:
    """A def or lambda inside the function."""
    if isinstance(node, cst.FunctionDef):
        if node.asynchronous is not None:
            raise frame.refuse(node.name, "a coroutine is outside the language", "compute the value and return it", "DL042")
    inner = _frame(frame.text, node, frame)
    meant, made = _defaults(frame, node)
    positions = frame.text.positions
    around, positions.errstate = positions.errstate, ()  # it is called elsewhere
    try:
        function = _read(inner, node, name, Meant(meant))
    finally:
        positions.errstate = around
    captured = tuple(inner.captured)
    if inner.outer_variables and (name in captured or any(not frame.is_own(outer) for outer in inner.outer_variables)):
        raise frame.refuse(node, f"{name!r} assigns a variable of another function in a way that cannot be followed", NONLOCAL)
    if isinstance(node, cst.FunctionDef) and name in captured and frame.bindings.get(name) == 1 and not node.decorators:
        function, captured = _recursive(function, captured, name), tuple(key for key in captured if key != name)
    return Late(_with_defaults(function, list(made)), captured, node, tuple(made.values()), inner.outer_variables)


def _with_defaults(function: Function, names: list[str]) -> Function:
    """Defaults made at run time are captured values behind all others."""
    if not names:
        return function
    first = len(function.body.params)
    params = tuple(
        replace(param, default=Held(first + names.index(param.name))) if param.name in names else param for param in function.params
    )
    body = replace(function.body, params=(*function.body.params, *(Var(name) for name in names)))
    captures = tuple(Capture(f"the default of {name}", _never) for name in names)
    return replace(function, params=params, body=body, captures=(*function.captures, *captures))


def _never() -> Any:
    raise LookupError("the default of a nested function is an argument of the closure")


def decorated(frame: Frame, node: cst.FunctionDef) -> Atom | Late:
    """A nested def under its decorators: called from the inside out."""
    late = nested(frame, node, node.name.value)
    if not node.decorators:
        return late
    makers = [expression(frame, decorator.decorator) for decorator in node.decorators]
    value: Atom = frame.closure(late, node, node.name.value)
    for maker, decorator in zip(reversed(makers), reversed(node.decorators), strict=True):
        made = frame.emit("invoke", [maker, value], decorator, node.name.value, keywords=(), star=())
        keep(frame.may_hold, made, [maker, value], frame)
        value = made
    return value


def _recursive(function: Function, captured: tuple[str | Route, ...], name: str) -> Function:
    """A nested function that calls itself: where it is captured it is made anew, of what it captured."""
    at = len(function.params) + captured.index(name)
    itself = function.body.params[at]
    params = tuple(param for param in function.body.params if param is not itself)
    attrs: dict[str, Any] = {}
    node = Node("closure", params[len(function.params) :], (itself,), attrs, (), function.place)
    captures = tuple(capture for key, capture in zip(captured, function.captures, strict=True) if key != name)
    attrs["function"] = replace(function, body=Region(params, (node, *function.body.nodes), function.body.yields), captures=captures)
    return attrs["function"]  # type: ignore[no-any-return]


def _defaults(frame: Frame, node: Definition) -> tuple[dict[str, Any], dict[str, Atom]]:
    """Defaults of a nested function are evaluated where it is defined: those known while reading, and the others."""
    meant: dict[str, Any] = {}
    made: dict[str, Atom] = {}
    for parameter, _ in _parameters(node.params):
        if parameter.default is None:
            continue
        value = expression(frame, parameter.default)
        if isinstance(value, Const):
            meant[parameter.name.value] = value.value
        else:
            meant[parameter.name.value] = made[parameter.name.value] = value
    return meant, made


@handles(cst.Lambda)
def _lambda(frame: Frame, node: cst.Lambda, hint: str) -> Any:
    return frame.closure(nested(frame, node, hint or "lambda_"), node, hint or "lambda_")
