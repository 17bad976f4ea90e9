"""Custom: derivative rules of the user's own (`@dl.derivative(of=f)`).

A rule is a function of the language. In reverse mode it takes the arguments of `f` and returns (value, pullback), the
pullback takes the adjoint of the value and returns the adjoints of the parameters in `wrt`; in forward mode it returns
(value, differential). What the inner function captures is the tape of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from difflang.errors import NotDifferentiable
from difflang.ir import LEAF, Const, Function, Node, Param, Program, Region, Tree, Var, leaves, static
from difflang.records import dataclass, replace
from difflang.tree import Branch
from difflang.types import NOTHING, UNKNOWN, Scalar, Static, Tuple, Type, is_float

from .link import link

MODES = ("reverse", "forward")
WAY_OUT = "take the function's arguments and return (value, pullback), the pullback one adjoint for each argument differentiated"


@dataclass(frozen=True)
class Rule:
    """What `function` states about the derivative of a callable; `wrt` None means every parameter with a derivative."""

    function: Callable[..., Any]
    wrt: tuple[str, ...] | None


_RULES: dict[tuple[Any, str], Rule] = {}


def register(of: Any, function: Callable[..., Any], wrt: Sequence[str] | None, mode: str) -> None:
    """State the derivative of `of`. A later rule for the same callable and mode replaces the earlier."""
    if mode not in MODES:
        raise ValueError(f"mode is 'reverse' or 'forward', not {mode!r}")
    _RULES[of, mode] = Rule(function, None if wrt is None else tuple(wrt))


def rule_of(target: Any, mode: str) -> Rule | None:
    """The rule for a callable in a mode."""
    try:
        return _RULES.get((target, mode))
    except TypeError:  # unhashable
        return None


def is_ruled(target: Any) -> bool:
    return target is not None and any(rule_of(target, mode) is not None for mode in MODES)


def stands_for(target: Any) -> Function | None:
    """A function of level `read` that calls a ruled callable which has no text of its own, such as a ufunc."""
    from difflang.op import lookup

    rule = rule_of(target, "reverse") or rule_of(target, "forward")
    if rule is None:
        return None
    from difflang.reading import read

    ruled = read(rule.function)
    params = tuple(Var(p.name, UNKNOWN) for p in ruled.params)
    value = Var("value", UNKNOWN)
    if lookup(target) is not None:  # `infer` takes the call inside as the op: `python` says whose body this is
        nodes: tuple[Node, ...] = (Node("invoke", (static(target), *params), (value,), _call_attrs(), place=ruled.place),)
    else:  # its own text cannot be compiled: the rule computes its value
        both, rest = Var("both", UNKNOWN), Var("rest", UNKNOWN)
        call = Node("invoke", (static(rule.function), *params), (both,), _call_attrs(), place=ruled.place)
        nodes = (call, Node("unpack", (both,), (value, rest), {"count": 2}, place=ruled.place))
    name = str(getattr(target, "__name__", "function"))
    return replace(
        ruled,
        name=name,
        params=tuple(Param(p.name, default=p.default) for p in ruled.params),
        body=Region(params, nodes, (value,)),
        captures=(),
        guards=(),
        python=target,
    )


def _call_attrs() -> dict[str, Any]:
    return {"keywords": (), "star": ()}


@dataclass(frozen=True)
class Halves:
    """A rule for one signature: functions by key, the two halves, and which leaves the second answers for."""

    functions: dict[str, Function]
    value: str  # (leaves) -> (value leaves, what is captured)
    linear: str  # (adjoints or tangents, what is captured) -> (adjoints or tangents)
    captured: tuple[Type, ...]
    wrt: tuple[int, ...]  # positions of the leaves, in order of the pullback's results


def halves(function: Function, rule: Rule, mode: str) -> Halves:
    """Read, infer and own a rule for the types of `function`'s parameters. Raises NotDifferentiable where it does not fit."""
    from .infer.infer import Inference, Instance, settled
    from .infer.values import Compound, form_of_type, types_of
    from .own.own import own

    if function.writes or function.captures:
        raise _misfit(function, rule, f"{function.name} writes into an argument or reads a captured array")
    types = list(_parameter_types(function))
    text, wrt = _read(rule), _wrt(function, rule)
    if len(text.params) != len(types):
        raise _misfit(function, rule, f"it takes {len(text.params)} arguments, the function {len(types)}")
    given = (
        [form_of_type(_strong(_tuple_type(function.result, iter(_result_types(function)))))]
        if mode == "reverse"
        else [form_of_type(_strong(types[k])) for k in wrt]
    )

    def interpret(inference: Inference) -> tuple[Instance, Instance, Any]:
        value = inference.instance(None, text, [form_of_type(t) for t in types])
        result = value.outcome.result
        if not isinstance(result, Compound) or len(result.items) != 2 or getattr(result.items[1], "kind", "") != "closure":
            raise _misfit(function, rule, f"it must return (value, {'pullback' if mode == 'reverse' else 'differential'})")
        inner = result.items[1]
        if len(inner.info.params) != len(given):
            raise _misfit(function, rule, f"its inner function takes {len(inner.info.params)} arguments where {len(given)} are wanted")
        return value, inference.instance(None, inner.info, [*given, *inner.items]), inner

    inference, (value, linear, inner) = settled(interpret, text)
    typed = {i.key: i.function for i in inference.instances.values() if i.function is not None}
    owned = own(Program(value.key, typed)).functions
    answers = len(owned[linear.key].body.yields)
    positions = tuple(_leaf_positions(function, wrt))
    expected = len(positions) if mode == "reverse" else len(_result_types(function))
    if answers != expected:
        raise _misfit(function, rule, f"its inner function returns {answers} values where {expected} are wanted")
    return Halves(dict(owned), value.key, linear.key, tuple(types_of(inner)), positions)


def linked(functions: dict[str, Function], found: Halves, taken: Iterable[str]) -> Halves:
    """The halves with their functions entered into a table, under the keys they got there."""
    names = link(functions, found.functions, taken)
    return replace(found, functions={}, value=names[found.value], linear=names[found.linear])


def called(program: Program) -> Program:
    """The program with a new entry that only calls the old one: so that the entry's own rule is found."""
    main = program.main
    key = f"{main.name}_called"
    params = tuple(Var(p.hint, p.type) for p in main.body.params)
    outs = tuple(Var(y.hint if isinstance(y, Var) else "value", y.type) for y in main.body.yields)
    call = Node("call", params, outs, {"callee": program.entry}, place=main.place)
    entry = replace(main, body=Region(params, (call,), outs), python=None, alias=())
    return Program(key, {**program.functions, key: entry})


def _read(rule: Rule) -> Function:
    from difflang.reading import read

    return read(rule.function)


def _wrt(function: Function, rule: Rule) -> list[int]:
    names = [p.name for p in function.params]
    unknown = [name for name in rule.wrt or () if name not in names]
    if unknown:
        raise _misfit(function, rule, f"{function.name} has no parameter {unknown[0]!r}")
    if rule.wrt is not None:
        return [names.index(name) for name in rule.wrt]
    return [k for k in range(len(function.params)) if list(_leaf_positions(function, [k]))]


def _leaf_positions(function: Function, params: Sequence[int]) -> Iterator[int]:
    """The positions of the real leaves of some parameters."""
    for param in params:
        start = sum(leaves(p.tree) for p in function.params[:param])
        for k in range(start, start + leaves(function.params[param].tree)):
            if is_float(function.body.params[k].type):
                yield k


def _parameter_types(function: Function) -> Iterator[Type]:
    remaining = iter([p.type for p in function.body.params])
    for param in function.params:
        yield _tuple_type(param.tree, remaining)


def _result_types(function: Function) -> list[Type]:
    return [y.type for y in function.body.yields[: leaves(function.result)]]


def _tuple_type(tree: Tree, remaining: Iterator[Type]) -> Type:
    if isinstance(tree, tuple):
        return Tuple(tuple(_tuple_type(item, remaining) for item in tree), tree.layout if isinstance(tree, Branch) else None)
    if isinstance(tree, Const):
        return Static(tree.value)
    return next(remaining) if tree == LEAF else NOTHING


def _strong(type: Type) -> Type:
    """The type of an adjoint: NumPy's number for Python's."""
    if isinstance(type, Tuple):
        return Tuple(tuple(map(_strong, type.items)), type.layout)
    return Scalar(type.dtype) if isinstance(type, Scalar) else type


def _misfit(function: Function, rule: Rule, reason: str) -> NotDifferentiable:
    name = getattr(rule.function, "__name__", "the rule")
    read = _read(rule)
    return NotDifferentiable("DL035", f"the rule {name} does not fit {function.name}: {reason}", read.place, WAY_OUT, read.origin)
