"""Derivatives taken inside a function of the language: of closures (`dl.grad(lambda w: loss(w, x))(w)`), and those
that are given values at once (`dl.jvp`, `dl.vjp`, `dl.hvp`, `dl.linearize`).

A closure's captured values become arguments of the function that is differentiated, held constant. The face hands over its
operators by name (`enter`); what it knows how to derive without values of the run goes through `resolve_static_call`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from difflang.ir import Const, Function, Param, Program, Var
from difflang.records import dataclass, replace
from difflang.structs import tangent_layout
from difflang.tree import Layout
from difflang.types import Array, Scalar, Type

from .arrays import to_dtype
from .builtins import BUILTINS
from .calls import call, call_derived, resolved
from .frame import Frame
from .structs import layout_in, own_method
from .trees import beside, copied_leaf, mapped, parts_in, remade
from .values import Compound, Value, conform, denote, is_none, is_static, python_value

Arguments = Sequence[Value]
Named = Mapping[str, Value]


@dataclass(frozen=True, eq=False)
class Nested:
    """A function defined inside another, with what it captures as its last parameters."""

    function: Function

    @property
    def __name__(self) -> str:
        return self.function.name

    def __difflang_program__(self, types: Sequence[Type]) -> Program:
        from .infer import infer
        from ..own.own import own

        return own(infer(self.function, tuple(types)))


def _base(frame: Frame, value: Value) -> tuple[Any, tuple[Value, ...], int | None]:
    """What a derivative is taken of, the values that it is given after its arguments, and how many arguments it has."""
    if isinstance(value, Compound) and value.kind == "closure":
        function: Function = value.info
        hidden = [Param(var.hint) for var in function.body.params[len(function.params) :]]
        opened = replace(function, params=(*function.params, *hidden), captures=())
        made = frame.inference.derived.setdefault(("nested", id(function)), Nested(opened))
        return made, value.items, len(function.params)
    if isinstance(value, Compound) and value.kind == "derived":
        return value.info, value.items, None
    if layout_in(value) is not None:
        value = Compound("bound", (value,), "__call__")
    if isinstance(value, Compound) and value.kind == "bound" and layout_in(value.items[0]) is not None:
        return _method_base(frame, value.items[0], value.info)
    if is_static(value):
        target = python_value(value)
        return getattr(target, "__difflang_root__", target), (), None
    frame.fail("DL004", "a derivative is taken of a function", "pass a function, a lambda or a nested def")


def _method_base(frame: Frame, owner: Value, name: str) -> tuple[Any, tuple[Value, ...], int]:
    """A method of an object: the object is given last, held constant."""
    found = own_method(owner, name)
    if found is None:
        frame.fail("DL004", f"{name} is no method of which a derivative can be taken")
    function = frame.inference.read(frame, getattr(found, "__difflang_root__", found))
    count, params = len(function.params), function.body.params
    body = replace(function.body, params=(*params[1:count], params[0], *params[count:]))
    turned = replace(function, params=(*function.params[1:], function.params[0]), body=body)
    made = frame.inference.derived.setdefault(("method", id(function)), Nested(turned))
    return made, (owner,), count - 1


def _derived(frame: Frame, kind: str, base: Any, argnums: Any, has_aux: bool = False, holomorphic: bool = False) -> Any:
    """The derived function, the same each time, so that one program is made of it."""
    from ..derived import Derived

    key = (kind, id(base), argnums, has_aux, holomorphic)
    return frame.inference.derived.setdefault(key, Derived(kind, base, argnums, has_aux, holomorphic))


def _lazy(name: str, original: Any) -> Callable[[Frame, Arguments, Named], Value]:
    """grad and its like: a function of a function."""

    def handler(frame: Frame, args: Arguments, kwargs: Named) -> Value:
        if args and is_static(args[0]):
            found = resolved(original, args, kwargs)
            if found is None:
                frame.fail("DL011", f"what {name}() is given must be known while compiling")
            return denote(found)
        return _of_closure(frame, name, args, kwargs)

    return handler


def _of_closure(frame: Frame, name: str, args: Arguments, kwargs: Named) -> Value:
    given = dict(zip(("f", "argnums", "has_aux"), args, strict=False)) | dict(kwargs)
    if "f" not in given or set(given) - {"f", "argnums", "has_aux", "wrt", "holomorphic"}:
        frame.fail("DL017", f"{name}() of a nested function takes f, argnums, has_aux and holomorphic")
    base, captured, count = _base(frame, given["f"])
    asked = given.get("wrt", given.get("argnums"))
    argnums = _normal(frame.constant(asked, "argnums") if asked is not None and not is_none(asked) else 0, count)
    has_aux = bool(frame.constant(given["has_aux"], "has_aux")) if "has_aux" in given else False
    holomorphic = bool(frame.constant(given["holomorphic"], "holomorphic")) if "holomorphic" in given else False
    if name == "hessian":
        base, kind = _derived(frame, "grad", base, argnums, holomorphic=holomorphic), "jacfwd"
    else:
        kind = {"jacobian": "jacrev"}.get(name, name)
    return Compound("derived", captured, _derived(frame, kind, base, argnums, has_aux, holomorphic))


def _normal(argnums: Any, count: int | None) -> Any:
    """Positions counted from the front: behind them stand the captured values."""
    if isinstance(argnums, (tuple, list)):
        return tuple(_normal(k, count) for k in argnums)
    return argnums % count if isinstance(argnums, int) and count and argnums < 0 else argnums


def _sequence(frame: Frame, value: Value, what: str) -> tuple[Value, ...]:
    if not isinstance(value, Compound) or not value.is_sequence:
        frame.fail("DL036", f"the {what} are a tuple, one for each argument")
    return value.items


def _like(frame: Frame, primal: Value, tangent: Value) -> Value:
    """A tangent or cotangent with its primal's kind of number."""
    found = parts_in(frame, primal)
    if found is not None:
        return _like_parts(frame, *found, tangent)
    if isinstance(primal, Compound) or isinstance(tangent, Compound):
        frame.fail("DL036", "a tangent is shaped like its argument")
    if is_static(primal) or is_none(primal):
        return primal
    if isinstance(primal.type, Scalar):
        return conform(frame.builder, tangent, primal.type)
    return to_dtype(frame, tangent, primal.type.dtype) if isinstance(primal.type, Array) else tangent


def _like_parts(frame: Frame, layout: Layout | None, parts: Sequence[Value], tangent: Value) -> Value:
    """A tangent of an object: its TangentVector, or an object of its class."""
    if is_none(tangent):
        return tangent
    made = [_like(frame, p, t) for p, t in zip(parts, beside(frame, layout, len(parts), tangent), strict=True)]
    if layout is None:
        return Compound("tuple", tuple(made))
    vector = tangent_layout(layout)
    if vector is layout:
        return remade(layout, made)
    named = dict(zip(layout.names, made, strict=True))
    return remade(vector, [named[name] for name in vector.names])


def _jvp(frame: Frame, args: Arguments, kwargs: Named) -> Value:
    f, primals, tangents = _three(frame, "jvp", ("f", "primals", "tangents"), args, kwargs)
    return _pushed(frame, f, _sequence(frame, primals, "primals"), _sequence(frame, tangents, "tangents"))


def _pushed(frame: Frame, f: Value, primals: Sequence[Value], tangents: Sequence[Value]) -> Value:
    if len(primals) != len(tangents):
        frame.fail("DL036", f"{len(primals)} primals and {len(tangents)} tangents do not pair", "give one for each, or None")
    base, captured, _ = _base(frame, f)
    given = [k for k, tangent in enumerate(tangents) if not is_none(tangent)]
    moving = [k for k in given if not _stands_still(primals[k], tangents[k])]
    chosen = tuple(moving or given)
    moved = [_like(frame, primals[k], tangents[k]) for k in chosen]
    return call_derived(frame, _derived(frame, "jvp", base, chosen), [*primals, *captured, *moved])


def _stands_still(primal: Value, tangent: Value) -> bool:
    """Whether a tangent is written as zero: then nothing moves, as with None."""
    number = isinstance(primal, (Var, Const)) and isinstance(primal.type, Scalar)
    return number and isinstance(tangent, Const) and isinstance(tangent.value, float) and tangent.value == 0.0


def _three(frame: Frame, name: str, names: tuple[str, ...], args: Arguments, kwargs: Named) -> list[Value]:
    given = dict(zip(names, args, strict=False)) | dict(kwargs)
    if set(given) != set(names):
        frame.fail("DL017", f"{name}() takes {', '.join(names)}")
    return [given[n] for n in names]


def _hvp(frame: Frame, args: Arguments, kwargs: Named) -> Value:
    f, primals, vectors = _three(frame, "hvp", ("f", "primals", "vectors"), args, kwargs)
    base, captured, _ = _base(frame, f)
    given = _sequence(frame, vectors, "vectors")
    chosen = tuple(k for k, vector in enumerate(given) if not is_none(vector))
    gradient = Compound("derived", captured, _derived(frame, "grad", base, chosen))
    result = _pushed(frame, gradient, _sequence(frame, primals, "primals"), given)
    assert isinstance(result, Compound) and isinstance(result.items[1], Compound)
    found = dict(zip(chosen, result.items[1].items, strict=True))
    return Compound("tuple", tuple(found.get(k, denote(None)) for k in range(len(given))))


def _kept(frame: Frame, value: Value) -> Value:
    """A copy that later writes do not reach."""
    if isinstance(value, Compound) and parts_in(frame, value) is None:
        return Compound(value.kind, tuple(_kept(frame, item) for item in value.items), value.info)
    return mapped(frame, lambda leaf: copied_leaf(frame, leaf), value)


def _vjp(frame: Frame, args: Arguments, kwargs: Named) -> Value:
    if not args or kwargs:
        frame.fail("DL017", "vjp() takes a function and its arguments")
    f, *primals = args
    base, captured, _ = _base(frame, f)
    kept = [_kept(frame, value) for value in primals]
    value = call(frame, f, [_kept(frame, value) for value in primals], {})
    held = (*kept, *(_kept(frame, value) for value in captured), value)
    pullback = Compound("pullback", held, _Pullback(_derived(frame, "pullback", base, 0), len(primals)))
    return Compound("tuple", (value, pullback))


def _linearize(frame: Frame, args: Arguments, kwargs: Named) -> Value:
    if not args or kwargs:
        frame.fail("DL017", "linearize() takes a function and its arguments")
    f, *primals = args
    kept = [_kept(frame, value) for value in primals]
    value = call(frame, f, [_kept(frame, value) for value in primals], {})
    return Compound("tuple", (value, Compound("linear", (f, *kept))))


@dataclass(frozen=True, eq=False)
class _Pullback:
    target: Any
    arguments: int


def apply_pullback(frame: Frame, pullback: Compound, args: Arguments) -> Value:
    """The adjoints of the arguments, for an adjoint of the result."""
    if len(args) != 1:
        frame.fail("DL036", "a pullback takes the adjoint of the result")
    *held, value = pullback.items
    info: _Pullback = pullback.info
    result = call_derived(frame, info.target, [*held, _like(frame, value, args[0])])
    assert isinstance(result, Compound)
    return Compound("tuple", result.items[: info.arguments])


def apply_linear(frame: Frame, linear: Compound, args: Arguments) -> Value:
    """The tangent of the result, for tangents of the arguments."""
    f, *primals = linear.items
    result = _pushed(frame, f, primals, args)
    assert isinstance(result, Compound)
    tangent: Value = result.items[1]
    return tangent


AT_ONCE: dict[str, Callable[[Frame, Arguments, Named], Value]] = {"jvp": _jvp, "vjp": _vjp, "hvp": _hvp, "linearize": _linearize}
LAZY = ("grad", "value_and_grad", "jacfwd", "jacrev", "jacobian", "hessian")


def enter(operators: Mapping[str, Any]) -> None:
    """Make the face's operators known: the callables by the names they have in `difflang`."""
    for name, handler in AT_ONCE.items():
        if name in operators:
            BUILTINS[operators[name]] = handler
    for name in LAZY:
        if name in operators:
            BUILTINS[operators[name]] = _lazy(name, operators[name])
