"""Jacobian: loops over the directions of the input (columns) or of the output (rows).

Each Jacobian is a function of the language: a loop that calls the forward function, or the backward one, with one unit
vector a turn. The result has the output's axes, then the input's, as in JAX.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from difflang.build import Builder
from difflang.errors import NotDifferentiable
from difflang.ir import LEAF, Atom, Function, Program, Region, Tree, Var, const, walk
from difflang.ops.random import DRAWS
from difflang.records import replace
from difflang.tree import like
from difflang.types import INT, Array, Scalar, Stack, Tuple, Type, Unknown, is_complex

from .adjoint import zero
from .holomorphic import check_complex
from .link import free_key, link
from .reverse import Pair, Reverse
from .tangents import tangent_tree, varying, types_of_each

if TYPE_CHECKING:
    from .derived import Derived


def columns(derived: Derived, types: tuple[Type, ...]) -> Program:
    """Forward mode: one tangent for each element of the input."""
    from .derived import Derived, _base, _chosen

    base = _base(derived.base, types)
    main = base.main
    _draws_nothing(base)
    chosen = _chosen(main, derived.argnums)
    check_complex(derived, main, chosen, inputs_real=True)
    outputs = _outputs(main)
    b = Builder(role="tangent")
    functions = dict(base.functions)
    found: dict[tuple[int, Var], Atom] = {}
    values = _call(b, base, main)
    for position in chosen:
        inputs = _inputs(main, position)
        whole = main.params[position].tree == "*"
        tangent = types_of_each(main, types)[position] if whole else Tuple(tuple(_strong(x.type) for x in inputs))
        jvp = Derived("jvp", derived.base, (position,)).__difflang_program__((*types, tangent))
        key = link(functions, jvp.functions)[jvp.entry]
        functions[key] = replace(functions[key], doc=f"Tangent of {main.name}.")  # its value is not asked for
        for x in inputs:
            size, units = _unit_loop(b, x)
            turn = Builder(role="tangent")
            k = Var("k", INT)
            unit = _Unit(b, turn, x, k, units, derived)
            dots = [unit.vector if one is x else zero(turn, one) for one in inputs]
            outs = [Var("y", y.type) for y in main.body.yields[: len(values)]]
            y_dots = {n: Var("y_dot", _strong(main.body.yields[n].type)) for n in outputs}
            turn.node("call", (*_args(main), *dots, *_captures(main)), (*outs, *y_dots.values()), callee=key)
            matrices = _collect(b, turn, list(y_dots.values()), unit, size, x, [values[n] for n in outputs])
            found.update({(n, x): matrix for n, matrix in zip(outputs, matrices, strict=True)})
    return _finish_loops(derived, base, functions, b, chosen, found)


def _draws_nothing(base: Program) -> None:
    """Every column calls the function again: it would draw other random numbers each time."""
    for function in base.functions.values():
        for node in walk(function.body):
            if node.op in DRAWS:
                reason = "the columns of this Jacobian (or Hessian) would each draw random numbers of their own"
                way_out = "draw them in Python and pass them in as an array, or take dl.jacrev"
                raise NotDifferentiable("DL008", reason, node.place, way_out, function.origin)


def _known_shapes(main: Function, *values: Var) -> None:
    if any(isinstance(value.type, Unknown) for value in values):
        place = next((node.place for node in reversed(main.body.nodes) if node.place is not None), None)
        reason = "how many rows this Jacobian has depends on types that are not known"
        raise NotDifferentiable("DL019", reason, place, "give the argument types: dl.source(j, x), a dl.spec, or annotations", main.origin)


def rows(derived: Derived, types: tuple[Type, ...]) -> Program:
    """Reverse mode: the forward half once, the backward half for each element of the output."""
    from .derived import _base, _chosen, _mask

    base = _base(derived.base, types)
    main = base.main
    chosen = _chosen(main, derived.argnums)
    check_complex(derived, main, chosen, outputs_real=True)
    inputs = [x for position in chosen for x in _inputs(main, position)]
    wrt = _mask(main, chosen)
    reverse = Reverse(base)
    b = Builder(role="adjoint")
    found: dict[tuple[int, Var], Atom] = {}
    for n in _outputs(main):
        given = tuple(k == n for k in range(len(main.body.yields)))
        pair = reverse.pair(base.entry, wrt, given)
        forward = reverse.made[pair.forward]
        outs = tuple(Var(y.hint if isinstance(y, Var) else "y", y.type) for y in forward.body.yields)
        b.node("call", main.body.params, outs, callee=pair.forward)
        value, tape = outs[n], outs[len(main.body.yields) - len(main.writes) :]
        _known_shapes(main, value, *inputs)
        if isinstance(value.type, Scalar):
            results = _backward(b, main, pair, tape, _one(value), inputs)
        else:
            size, units = _unit_loop(b, value)
            turn = Builder(role="adjoint")
            k = Var("k", INT)
            unit = _Unit(b, turn, value, k, units, derived)
            results = _collect_rows(b, turn, _backward(turn, main, pair, tape, unit.vector, inputs), unit, size, inputs, value)
        found.update({(n, x): result for x, result in zip(inputs, results, strict=True)})
    return _finish_loops(derived, base, {**base.functions, **reverse.made}, b, chosen, found)


def _backward(b: Builder, main: Function, pair: Pair, after: tuple[Var, ...], y_bar: Atom, inputs: list[Var]) -> list[Atom]:
    """Call the backward half once; adjoints of the inputs."""
    arrays = [x for x in inputs if not isinstance(x.type, Scalar)]
    scalars = [x for x in inputs if isinstance(x.type, Scalar)]
    bars = tuple(Var(f"{x.hint}_bar", _strong(x.type)) for x in (*scalars, *arrays))
    args = (*(main.body.params[k] for k in pair.needs), *after[: len(pair.tape)], y_bar, *(zero(b, x) for x in arrays))
    b.node("call", args, bars, callee=pair.backward)
    found = dict(zip((*scalars, *arrays), bars, strict=True))
    return [found[x] for x in inputs]


def _outputs(main: Function) -> list[int]:
    """The positions of the result's leaves that can vary."""
    flags = varying(main.result, [y.type for y in main.body.yields])
    if not any(flags):
        raise NotDifferentiable(
            "DL010", f"{main.name} must return a real number or array to have a Jacobian", main.place, "return an array", main.origin
        )
    if any(isinstance(main.body.yields[k].type, Stack) for k, varies in enumerate(flags) if varies):
        reason = f"{main.name} returns a list that grows while the program runs: it has no Jacobian"
        raise NotDifferentiable("DL010", reason, main.place, "return np.array(...) of it, or use dl.vjp", main.origin)
    return [k for k, varies in enumerate(flags) if varies]


def _inputs(main: Function, position: int) -> list[Var]:
    """The leaves of a parameter that can vary."""
    from .derived import _first_leaf, _float_leaves

    start = _first_leaf(main, position)
    return [main.body.params[start + k] for k, varies in enumerate(_float_leaves(main, position)) if varies]


def _args(main: Function) -> tuple[Var, ...]:
    return main.body.params[: len(main.body.params) - len(main.captures)]


def _captures(main: Function) -> tuple[Var, ...]:
    return main.body.params[len(main.body.params) - len(main.captures) :]


def _call(b: Builder, base: Program, main: Function) -> tuple[Var, ...]:
    """The values themselves, for their shape. Parameters that are written are copied: a derivative changes nothing of its caller's."""
    args = tuple(b.emit("copy", p) if k in main.writes else p for k, p in enumerate(main.body.params))
    outs = tuple(Var(y.hint if isinstance(y, Var) else "y", y.type) for y in main.body.yields)
    b.node("call", args, outs, callee=base.entry)
    return outs[: len(outs) - len(main.writes)]


def _strong(type: Type) -> Type:
    return Scalar(type.dtype) if isinstance(type, Scalar) else type


def _shape(b: Builder, x: Atom) -> list[Atom]:
    return [b.emit("dim", x, axis=k) for k in range(x.type.rank)] if isinstance(x.type, Array) else []


def _unit_loop(b: Builder, x: Atom) -> tuple[Atom, list[Atom]]:
    """(the number of elements, the shape) of what the unit vectors look like."""
    return _length(b, x), _shape(b, x)


def _length(b: Builder, x: Atom) -> Atom:
    """How many elements a value has."""
    if not isinstance(x.type, Array):
        return const(1)
    return b.emit("dim", x, axis=0) if x.type.rank == 1 else b.emit("size", x)


def _one(x: Atom) -> Atom:
    return const(1 + 0j) if is_complex(x.type) else const(1.0)


class _Unit:
    """The k-th unit vector in the shape of x: one array for all turns of the loop, in which a turn sets its own place and clears it
    again. Of a number: one."""

    def __init__(self, b: Builder, turn: Builder, x: Atom, k: Var, shape: list[Atom], derived: Derived) -> None:
        self.k = k
        self.name = "hessian" if _is_hessian(derived) else "jacobian"
        self.nothing: Atom = const(0j) if is_complex(x.type) else const(0.0)
        self.vector: Atom = _one(x)
        if isinstance(x.type, Array):
            self.start = b.emit("zeros", _length(b, x), dtype=x.type.dtype, hint="unit")
            self.param = Var("unit", self.start.type)
            self.flat = turn.emit("store", self.param, _one(x), k, pattern=("i",), hint="unit")
            self.vector = self.flat if x.type.rank == 1 else turn.emit("reshape", self.flat, *shape)

    def loop(self, b: Builder, turn: Builder, size: Atom, inits: list[Atom], params: list[Var], yields: list[Atom]) -> tuple[Var, ...]:
        """The loop over the places; gives the final values of what it carries."""
        cleared = turn.emit("store", self.flat, self.nothing, self.k, pattern=("i",), hint="unit")
        outs = tuple(Var(p.hint, p.type) for p in (*params, self.param))
        region = turn.region((self.k, *params, self.param), [*yields, cleared])
        b.node("for", (const(0), size, const(1), *inits, self.start), outs, [region])
        return outs[:-1]


def _collect(b: Builder, turn: Builder, found: list[Atom], unit: _Unit, size: Atom, x: Var, values: list[Var]) -> list[Atom]:
    """Loop over the unit vectors and put each column of each Jacobian in its place."""
    if not isinstance(x.type, Array):
        for node in turn.nodes:
            b.add(node)
        return found
    matrices = []
    for dot, value in zip(found, values, strict=True):
        dtype = value.type.dtype if isinstance(value.type, (Array, Scalar)) else "f64"
        matrices.append(_Matrix(b, turn, unit.name, (dot, value, ":"), (unit.k, size, "i"), dtype))
    outs = unit.loop(b, turn, size, [m.start for m in matrices], [m.param for m in matrices], [m.final for m in matrices])
    return [_shaped(b, out, value, x) for out, value in zip(outs, values, strict=True)]


def _collect_rows(b: Builder, turn: Builder, found: list[Atom], unit: _Unit, size: Atom, inputs: list[Var], value: Var) -> list[Atom]:
    """Loop over the unit cotangents and put each row of each Jacobian in its place."""
    matrices = []
    for bar, x in zip(found, inputs, strict=True):
        matrices.append(_Matrix(b, turn, unit.name, (unit.k, size, "i"), (bar, x, ":"), x.type.dtype))  # type: ignore[union-attr]
    outs = unit.loop(b, turn, size, [m.start for m in matrices], [m.param for m in matrices], [m.final for m in matrices])
    return [_shaped(b, out, value, x) for out, x in zip(outs, inputs, strict=True)]


_Axis = tuple[Atom, Atom, str]


class _Matrix:
    """A Jacobian with an axis for all elements of the output and one of the input, none for a number; a turn fills a row or column.

    An axis is (the derivative of this turn, the value that it is shaped like, ":") or (the turn, how many there are, "i").
    """

    def __init__(self, b: Builder, turn: Builder, name: str, rows: _Axis, columns: _Axis, dtype: str) -> None:
        sizes: list[Atom] = []
        places: list[Atom] = []
        pattern: tuple[str, ...] = ()
        for made, given, code in (rows, columns):
            if code == "i":
                places.append(made)
                sizes.append(given)
            else:
                filled, like = made, given
                if not isinstance(like.type, Array):
                    continue
                sizes.append(_length(b, like))
                filled = made if like.type.rank == 1 else turn.emit("reshape", made, sizes[-1])
            pattern += (code,)
        self.start = b.emit("zeros", *sizes, dtype=dtype, hint=name)
        self.param = Var(name, self.start.type)
        self.final = turn.emit("store", self.param, filled, *places, pattern=pattern, hint=name)


def _shaped(b: Builder, matrix: Atom, value: Var, x: Var) -> Atom:
    """A Jacobian with the output's axes, then the input's."""
    if max(y.type.rank if isinstance(y.type, Array) else 0 for y in (value, x)) == 1:
        return matrix
    return b.emit("reshape", matrix, *_shape(b, value), *_shape(b, x))


def _finish_loops(
    derived: Derived, base: Program, functions: dict[str, Function], b: Builder, chosen: list[int], found: dict[tuple[int, Var], Atom]
) -> Program:
    """The function of all Jacobians: the result's tree, in place of each leaf the tree of the argument (or a tuple of them)."""
    from .derived import _finish, _flags, _mask

    main = base.main
    wrt = _mask(main, chosen)
    trees = [tangent_tree(main.params[position].tree, _flags(main, wrt, position)) for position in chosen]
    inner: Tree = tuple(trees) if isinstance(derived.argnums, tuple) else trees[0]
    outputs = _outputs(main)
    flags = [k in outputs for k in range(len(main.body.yields) - len(main.writes))]
    tree = _with_leaves(tangent_tree(main.result, flags), inner)
    results = [found[n, x] for n in outputs for position in chosen for x in _inputs(main, position)]
    key = free_key(derived.__name__, functions)
    functions[key] = replace(main, name=key, body=Region(main.body.params, tuple(b.nodes), tuple(results)), writes=(), alias=())
    return _finish(base, functions, key, tree, results, _told(derived, main))


def _is_hessian(derived: Derived) -> bool:
    return derived.__name__.endswith("_hessian")


def _told(derived: Derived, main: Function) -> str:
    """What the function is, in words."""
    return f"Hessian of {derived.__name__.removesuffix('_hessian')}." if _is_hessian(derived) else f"Jacobian of {main.name}."


def _with_leaves(tree: Tree, inner: Tree) -> Tree:
    if isinstance(tree, tuple):
        return like(tree, [_with_leaves(part, inner) for part in tree])
    return inner if tree == LEAF else tree
