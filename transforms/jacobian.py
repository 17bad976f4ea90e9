"""Jacobian: loops over the directions of the input (columns) or of the output (rows).

Each Jacobian is a function of the language: a loop that calls the forward function, or the backward one, with one unit
vector a turn. The result has the output's axes, then the input's, as in JAX.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from difflang.build import Builder
from difflang.errors import NotDifferentiable
from difflang.ir import Atom, Function, Program, Region, Tree, Var, const
from difflang.records import replace
from difflang.types import INT, Array, Scalar, Type, is_float

from .link import free_key, link
from .reverse import Reverse

if TYPE_CHECKING:
    from .derived import Derived


def columns(derived: Derived, types: tuple[Type, ...]) -> Program:
    """Forward mode: one tangent for each element of the input."""
    from .derived import Derived, _base, _chosen

    base = _base(derived.base, types)
    main = base.main
    chosen = _chosen(main, derived.argnums)
    output = _single_output(main)
    b = Builder(role="tangent")
    functions = dict(base.functions)
    results: list[Atom] = []
    value = _call(b, base, main)
    for position in chosen:
        jvp = Derived("jvp", derived.base, (position,)).__difflang_program__((*types, types[position]))
        key = link(functions, jvp.functions)[jvp.entry]
        x = _leaf(main, position)
        size, units = _unit_loop(b, x)
        turn = Builder(role="tangent")
        k = Var("k", INT)
        x_dot = _unit(turn, x, k, units)
        y = Var("y", output.type)
        y_dot = Var("y_dot", _strong(output.type))
        turn.node("call", (*_args(main), x_dot, *_captures(main)), (y, y_dot), callee=key)
        results.append(_collect(b, turn, y_dot, k, size, x, value, by_column=True))
    return _finish_loops(derived, base, functions, b, results)


def rows(derived: Derived, types: tuple[Type, ...]) -> Program:
    """Reverse mode: the forward half once, the backward half for each element of the output."""
    from .derived import _base, _chosen, _mask

    base = _base(derived.base, types)
    main = base.main
    chosen = _chosen(main, derived.argnums)
    output = _single_output(main)
    wrt = _mask(main, chosen)
    reverse = Reverse(base)
    given = tuple(k == 0 for k in range(len(main.body.yields)))
    pair = reverse.pair(base.entry, wrt, given)
    forward = reverse.made[pair.forward]
    backward = reverse.made[pair.backward]
    functions = {**base.functions, **reverse.made}
    b = Builder(role="adjoint")
    outs = tuple(Var(y.hint if isinstance(y, Var) else "y", y.type) for y in forward.body.yields)
    b.node("call", main.body.params, outs, callee=pair.forward)
    value = outs[0]
    if isinstance(output.type, Scalar):
        results = _backward(b, main, pair, backward, outs, const(1.0), chosen)
        return _finish_loops(derived, base, functions, b, results)
    size, units = _unit_loop(b, value)
    turn = Builder(role="adjoint")
    k = Var("k", INT)
    y_bar = _unit(turn, value, k, units)
    found = _backward(turn, main, pair, backward, outs, y_bar, chosen)
    results = _collect_rows(b, turn, found, k, size, [_leaf(main, p) for p in chosen], value)
    return _finish_loops(derived, base, functions, b, results)


def _backward(
    b: Builder, main: Function, pair: object, backward: Function, outs: tuple[Var, ...], y_bar: Atom, chosen: list[int]
) -> list[Atom]:
    """Call the backward half once; adjoints of the chosen parameters."""
    from .adjoint import zero
    from .reverse import Pair

    assert isinstance(pair, Pair)
    leaves = [_leaf(main, p) for p in chosen]
    arrays = [x for x in leaves if not isinstance(x.type, Scalar)]
    scalars = [x for x in leaves if isinstance(x.type, Scalar)]
    tape = outs[1 : 1 + len(pair.tape)]
    bars = tuple(Var(f"{x.hint}_bar", _strong(x.type)) for x in (*scalars, *arrays))
    args = (*(main.body.params[k] for k in pair.needs), *tape, y_bar, *(zero(b, x) for x in arrays))
    b.node("call", args, bars, callee=pair.backward)
    found = dict(zip((*scalars, *arrays), bars, strict=True))
    return [found[x] for x in leaves]


def _single_output(main: Function) -> Atom:
    if main.result != "*" or not is_float(main.body.yields[0].type):
        raise NotDifferentiable(
            "DL010", f"{main.name} must return one number or array to have a Jacobian", main.place, "return an array", main.origin
        )
    return main.body.yields[0]


def _leaf(main: Function, position: int) -> Var:
    """The only leaf of a parameter. Tuples have no Jacobian of one shape."""
    from .derived import _first_leaf

    if main.params[position].tree != "*":
        raise NotDifferentiable(
            "DL009",
            f"parameter {main.params[position].name!r} is a tuple",
            main.place,
            "differentiate with respect to an array",
            main.origin,
        )
    return main.body.params[_first_leaf(main, position)]


def _args(main: Function) -> tuple[Var, ...]:
    return main.body.params[: len(main.body.params) - len(main.captures)]


def _captures(main: Function) -> tuple[Var, ...]:
    return main.body.params[len(main.body.params) - len(main.captures) :]


def _call(b: Builder, base: Program, main: Function) -> Var:
    """The value itself, for its shape. Parameters that are written are copied: a derivative changes nothing of its caller's."""
    args = tuple(b.emit("copy", p) if k in main.writes else p for k, p in enumerate(main.body.params))
    outs = tuple(Var(y.hint if isinstance(y, Var) else "y", y.type) for y in main.body.yields)
    b.node("call", args, outs, callee=base.entry)
    return outs[0]


def _strong(type: Type) -> Type:
    return Scalar(type.dtype) if isinstance(type, Scalar) else type


def _shape(b: Builder, x: Atom) -> list[Atom]:
    return [b.emit("dim", x, axis=k) for k in range(x.type.rank)] if isinstance(x.type, Array) else []


def _unit_loop(b: Builder, x: Atom) -> tuple[Atom, list[Atom]]:
    """(the number of elements, the shape) of what the unit vectors look like."""
    return (b.emit("size", x) if isinstance(x.type, Array) else const(1)), _shape(b, x)


def _unit(b: Builder, x: Atom, k: Var, shape: list[Atom]) -> Atom:
    """The k-th unit vector in the shape of x; of a number, one."""
    if not isinstance(x.type, Array):
        return const(1.0)
    flat = b.emit("zeros", b.emit("size", x), dtype=x.type.dtype)
    flat = b.emit("store", flat, const(1.0), k, pattern=("i",))
    return flat if x.type.rank == 1 else b.emit("reshape", flat, *shape)


def _collect(b: Builder, turn: Builder, found: Atom, k: Var, size: Atom, x: Var, value: Var, by_column: bool) -> Atom:
    """Loop over the unit vectors and put each column in its place."""
    if not isinstance(x.type, Array):
        for node in turn.nodes:
            b.add(node)
        return found
    length = b.emit("size", value) if isinstance(value.type, Array) else const(1)
    dtype = value.type.dtype if isinstance(value.type, (Array, Scalar)) else "f64"
    matrix = b.emit("zeros", length, size, dtype=dtype, hint="jacobian")
    inner = Var("jacobian", matrix.type)
    column = turn.emit("reshape", found, length) if isinstance(value.type, Array) else found
    pattern = (":", "i") if isinstance(value.type, Array) else ("i", "i")
    at = (k,) if isinstance(value.type, Array) else (const(0), k)
    after = turn.emit("store", inner, column, *at, pattern=pattern, hint="jacobian")
    out = Var("jacobian", matrix.type)
    b.node("for", (const(0), size, const(1), matrix), (out,), [turn.region((k, inner), (after,))])
    return b.emit("reshape", out, *_shape(b, value), *_shape(b, x))


def _collect_rows(b: Builder, turn: Builder, found: list[Atom], k: Var, size: Atom, inputs: list[Var], value: Var) -> list[Atom]:
    """Loop over the unit cotangents and put each row of each Jacobian in its place."""
    inits, params, yields = [], [], []
    for bar, x in zip(found, inputs, strict=True):
        width = b.emit("size", x) if isinstance(x.type, Array) else const(1)
        matrix = b.emit("zeros", size, width, dtype=x.type.dtype, hint="jacobian")  # type: ignore[union-attr]
        inner = Var("jacobian", matrix.type)
        row = turn.emit("reshape", bar, width) if isinstance(x.type, Array) else bar
        at, pattern = ((k,), ("i", ":")) if isinstance(x.type, Array) else ((k, const(0)), ("i", "i"))
        inits.append(matrix)
        params.append(inner)
        yields.append(turn.emit("store", inner, row, *at, pattern=pattern, hint="jacobian"))
    outs = tuple(Var("jacobian", p.type) for p in params)
    b.node("for", (const(0), size, const(1), *inits), outs, [turn.region((k, *params), yields)])
    return [b.emit("reshape", out, *_shape(b, value), *_shape(b, x)) for out, x in zip(outs, inputs, strict=True)]


def _finish_loops(derived: Derived, base: Program, functions: dict[str, Function], b: Builder, results: list[Atom]) -> Program:
    from .derived import _finish

    main = base.main
    key = free_key(derived.__name__, functions)
    functions[key] = replace(main, name=key, body=Region(main.body.params, tuple(b.nodes), tuple(results)), writes=(), alias=())
    tree: Tree = ("*",) * len(results) if isinstance(derived.argnums, tuple) else "*"
    return _finish(base, functions, key, tree, results, f"Jacobian of {main.name}.")
