"""Derived: functions of the language that are made from other functions of the language.

`grad(f)` and its kin are descriptions; the program is written when the types of the arguments are known. Every
derived function has `__difflang_program__(types)`, so it can be differentiated, called inside other functions, written
and compiled like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MethodType
from typing import Any, Union

from difflang.config import derived_name
from difflang.errors import NotDifferentiable, TypeMismatch
from difflang.ir import LEAF, Atom, Const, Function, Param, Program, Region, Tree, Var, leaves
from difflang.records import dataclass, replace
from difflang.tree import is_held
from difflang.types import DTYPES, FLOAT, NOTHING, Scalar, Type, Unknown, is_float, is_complex

from .activity import Mask
from .custom import called, is_ruled
from .forward import Forward
from .holomorphic import check_complex, check_known
from .listed import with_items
from .numbers import is_written
from .retype import retype, widened
from .tangents import each_by_itself, settled, tangent_tree, varying
from .reverse import Reverse
from .simplify.simplify import lighter

Target = Union[Callable[..., Any], "Derived"]


@dataclass(frozen=True)
class Derived:
    """A function of the language derived from `base`.

    `kind`: grad, value_and_grad, jvp, pullback, jacfwd, jacrev. `argnums`: an int, a name or a tuple of them;
    `has_aux`: the function returns (value, anything else); `holomorphic`: it is complex-differentiable.
    """

    kind: str
    base: Any
    argnums: int | str | tuple[int | str, ...] = 0
    has_aux: bool = False
    holomorphic: bool = False

    @property
    def __name__(self) -> str:
        return derived_name(self.base, self.kind)

    def __difflang_program__(self, types: Sequence[Type]) -> Program:
        """The owned program for these argument types. Raises DifflangError."""
        return widened(_MAKERS[self.kind](self, tuple(types)), types)


def program_of(target: Any, types: Sequence[Type], unseen: bool = False) -> Program:
    """The owned program of a Python function, a decorated one or a derived one, for these argument types.

    `unseen`: nobody looks at the arguments afterwards, see `own`.
    """
    make = getattr(target, "__difflang_program__", None)
    if make is not None:
        return make(tuple(types))  # type: ignore[no-any-return]
    from difflang.reading import read
    from difflang.reading.spoken import spoken

    from .independent import check
    from .infer.infer import infer
    from .needed import needed
    from .own.own import own
    from .update import update

    target = spoken(target)
    typed = _of_object(target, types) if isinstance(target, MethodType) else infer(read(target), tuple(types))
    return check(update(needed(own(typed, unseen))))


def _of_object(method: MethodType, types: Sequence[Type]) -> Program:
    """The typed program of a bound method: its object is known, what numbers it holds are read at each call."""
    from difflang.reading import read

    from .infer.infer import infer

    function = read(method)
    program = infer(function, (NOTHING, *types), statics={function.params[0].name: method.__self__})
    main = program.main
    return replace(program, functions={**program.functions, program.entry: replace(main, params=main.params[1:])})


def _base(target: Any, types: Sequence[Type]) -> Program:
    """What a derivative is taken of. A function with a rule of the user's is called, so that the rule is found."""
    program = settled(each_by_itself(program_of(target, types, unseen=True)))
    check_known(program)
    program = lighter(program) if hasattr(target, "base") else program
    return called(program) if is_ruled(program.main.python) else program


def base_of(derived: Any, types: Sequence[Type]) -> tuple[Program, Mask | None]:
    """What a gradient or Jacobian is taken of, and by which leaves of its parameters."""
    base = _base(derived.base, types)
    return base, _mask(base.main, _chosen(base.main, derived.argnums))


# -------------------------------------------------------------------- reverse mode


def _reverse(derived: Derived, types: tuple[Type, ...], with_value: bool) -> Program:
    """grad and value_and_grad: the joint form with the adjoint of the result one."""
    base = _base(derived.base, types)
    main = base.main
    result = _value_tree(main, derived.has_aux)
    if not main.body.yields[: len(main.body.yields) - len(main.writes)]:
        raise NotDifferentiable("DL014", f"{main.name} returns nothing to differentiate", main.place, _return_hint(main), main.origin)
    returned = main.body.yields[0].type
    is_array = not isinstance(returned, (Scalar, Unknown)) or is_written(main.body, main.body.yields[0])
    if result != LEAF or is_array or not is_float(returned):
        raise NotDifferentiable(
            "DL010",
            f"{main.name} must return one real number to have a gradient, not {_said(main, result)}",
            main.place,
            "reduce the result to a number (np.sum), or use dl.vjp or dl.jacobian",
            main.origin,
        )
    chosen = _chosen(main, derived.argnums)
    check_complex(derived, main, chosen, outputs_real=True)
    wrt = _mask(main, chosen)
    one = _one(main.body.yields[0].type)
    reverse = Reverse(base)
    key = reverse.joint(base.entry, wrt, derived.__name__, {0: one})
    bars = _Bars(reverse.made[key], main, wrt)
    gradient = tuple(bars.tree(k) for k in chosen)
    tree: Tree = tuple(t for t, _ in gradient) if isinstance(derived.argnums, tuple) else gradient[0][0]
    yields = [atom for _, atoms in gradient for atom in atoms]
    if with_value or derived.has_aux:
        value = main.result if with_value else main.result[1]  # type: ignore[index]
        kept = bars.values if with_value else bars.values[1:]
        tree = (value, tree) if with_value else (tree, value)
        yields = [*kept, *yields] if with_value else [*yields, *kept]
    what = "Value and gradient" if with_value else "Gradient"
    return _finish(base, reverse.made, key, tree, yields, f"{what} of {main.name}.")


def _grad(derived: Derived, types: tuple[Type, ...]) -> Program:
    return _reverse(derived, types, with_value=False)


def _value_and_grad(derived: Derived, types: tuple[Type, ...]) -> Program:
    return _reverse(derived, types, with_value=True)


def _pullback(derived: Derived, types: tuple[Type, ...]) -> Program:
    """(primals, cotangent) -> the adjoints of all primals, None for what has none."""
    base = _base(derived.base, types[:-1])
    main = base.main
    chosen = [k for k in range(len(main.params)) if _differentiable(main, k)]
    wrt = _mask(main, chosen)
    flags = varying(main.result, [y.type for y in main.body.yields])
    seeds: dict[int, Atom | None] = {k: None for k, varies in enumerate(flags) if varies}
    reverse = Reverse(base)
    key = reverse.joint(base.entry, wrt, derived.__name__, seeds)
    made = reverse.made[key]
    bars = _Bars(made, main, wrt)
    trees = [bars.tree(k) if k in chosen else (None, []) for k in range(len(main.params))]
    cotangent = Param(_free_name("result_bar", main), tangent_tree(main.result, flags))
    reverse.made[key] = with_items(replace(made, params=(*main.params, cotangent)), types[-1])
    from .prune import silent

    reverse.made.update({name: silent(function) for name, function in reverse.made.items()})
    yields = [atom for _, bar in trees for atom in bar]
    return _finish(base.map(silent), reverse.made, key, tuple(t for t, _ in trees), yields, f"Pullback of {main.name}.")


class _Bars:
    """The results of a joint reverse function, taken apart."""

    def __init__(self, made: Function, main: Function, wrt: Mask) -> None:
        count = len(main.body.yields) - len(main.writes)
        self.main = main
        self.wrt = wrt
        self.values = list(made.body.yields[:count])
        self.bars = iter(made.body.yields[count:])
        positions = [k for k, active in enumerate(wrt) if active]
        self.by_leaf = dict(zip(positions, self.bars, strict=True))

    def tree(self, param: int) -> tuple[Tree, list[Atom]]:
        """The gradient with respect to one parameter: its tree, None for leaves without a derivative, and its leaves."""
        start = _first_leaf(self.main, param)
        tree = self.main.params[param].tree
        found = [self.by_leaf[k] for k in range(start, start + leaves(tree)) if k in self.by_leaf]
        flags = [k in self.by_leaf for k in range(start, start + leaves(tree))]
        return tangent_tree(tree, flags), found


# -------------------------------------------------------------------- forward mode


def _jvp(derived: Derived, types: tuple[Type, ...]) -> Program:
    """(primals, tangents of the parameters in argnums) -> (value, tangent)."""
    argnums = derived.argnums if isinstance(derived.argnums, tuple) else (derived.argnums,)
    base = _base(derived.base, types[: len(types) - len(argnums)])
    main = base.main
    chosen = _chosen(main, argnums)
    wrt = _mask(main, chosen)
    forward = Forward(base)
    signature = forward.jvp(base.entry, wrt, derived.__name__)
    made = forward.made[signature.key]
    count = len(main.body.yields) - len(main.writes)
    dots = iter(made.body.yields[count:])
    tangents = {k: next(dots) for k in range(count) if signature.results[k]}
    flags = varying(main.result, [y.type for y in main.body.yields])
    made, yields = _with_zeros(made, main, tangents, flags)
    params = [
        Param(_free_name(f"{main.params[k].name}_dot", main), tangent_tree(main.params[k].tree, _flags(main, wrt, k))) for k in chosen
    ]
    made = _local_fills(replace(made, body=replace(made.body, yields=tuple(yields))), main, wrt, signature.params)
    yields = list(made.body.yields)
    forward.made[signature.key] = replace(made, params=(*main.params, *params), writes=())
    tree = (main.result, tangent_tree(main.result, flags))
    return _finish(base, forward.made, signature.key, tree, yields, f"Value and tangent of {main.name}.")


def _with_zeros(made: Function, main: Function, tangents: dict[int, Atom], flags: Sequence[bool]) -> tuple[Function, list[Atom]]:
    """All values, then a tangent for each real result, zeros where nothing varies."""
    from difflang.build import Builder

    from .adjoint import zero

    b = Builder(role="tangent")
    values = list(made.body.yields[: len(flags)])
    dots = [tangents[k] if k in tangents else zero(b, y) for k, y in enumerate(values) if flags[k]]
    return replace(made, body=replace(made.body, nodes=(*made.body.nodes, *b.nodes))), [*values, *dots]


def _local_fills(made: Function, main: Function, wrt: Mask, params: Mask) -> Function:
    """Arrays that the primal fills have a tangent nobody asked for: it starts at zero inside the function."""
    from difflang.build import Builder

    from .adjoint import zero

    dots = [p for p in made.body.params if p not in main.body.params]
    positions = [k for k, active in enumerate(params) if active]
    b = Builder(role="tangent")
    mapping: dict[Var, Atom] = {}
    for position, dot in zip(positions, dots, strict=True):
        if not wrt[position]:
            mapping[dot] = zero(b, main.body.params[position])
    if not mapping:
        return made
    from .transport import renamed

    body = renamed(made.body, mapping)
    params_left = tuple(p for p in body.params if p not in mapping)
    return replace(made, body=Region(params_left, (*b.nodes, *body.nodes), body.yields))


# -------------------------------------------------------------------- common


def _finish(base: Program, made: dict[str, Function], key: str, tree: Tree, yields: Sequence[Atom], doc: str) -> Program:
    """The program of a derived function: what it yields chosen, types found anew, only what is called kept."""
    main = made[key]
    functions = {**base.functions, **made}
    given = len(base.main.body.params) - len(base.main.captures)
    apart = tuple(sorted({k for k in (*base.main.writes, *base.main.apart) if k < given}))
    body = replace(main.body, yields=tuple(yields))
    if any(isinstance(param.type, Unknown) for param in base.main.body.params):
        doc = f"{doc[:-1]}, for real arguments."
    functions[key] = replace(main, body=body, result=tree, doc=doc, writes=(), alias=(), apart=apart)
    return retype(reachable(Program(key, functions)))


def reachable(program: Program) -> Program:
    """The program without functions that the entry never calls, dead code pruned first."""
    from difflang.ir import walk

    from .prune import prune

    kept: dict[str, Function] = {}
    todo = [program.entry]
    while todo:
        key = todo.pop()
        if key not in kept:
            kept[key] = prune(program.functions[key])
            todo += [node.attrs["callee"] for node in walk(kept[key].body) if node.op == "call"]
    order = [key for key in program.functions if key in kept]
    return Program(program.entry, {key: kept[key] for key in order})


def _value_tree(main: Function, has_aux: bool) -> Tree:
    if not has_aux:
        return main.result
    if not isinstance(main.result, tuple) or len(main.result) != 2:
        raise TypeMismatch("DL010", f"with has_aux=True {main.name} must return (value, aux)", main.place, "return a pair", main.origin)
    return main.result[0]


def _said(main: Function, result: Tree) -> str:
    if isinstance(result, tuple):
        return f"a tuple of {len(result)}"
    return str(main.body.yields[0].type) if result == LEAF else "None"


def _return_hint(main: Function) -> str:
    if main.writes:
        names = ", ".join(dict.fromkeys(main.body.params[k].hint for k in main.writes))
        return f"it writes into {names}: return what you want the derivative of, for example `return {names}`"
    return "return the number whose gradient you want"


def _free_name(name: str, main: Function) -> str:
    """A name for one more parameter."""
    while any(p.name == name for p in main.params):
        name += name[name.rindex("_") :]
    return name


def _one(type: Type) -> Const:
    if is_complex(type):
        return Const(1 + 0j, type) if type.weak else Const(DTYPES[type.dtype].type(1), type)  # type: ignore[union-attr]
    if not isinstance(type, Scalar):  # not known: a number of some kind
        return Const(1.0, FLOAT)
    return Const(1.0, type) if type.weak else Const(DTYPES[type.dtype].type(1.0), type)


def _chosen(main: Function, argnums: int | str | tuple[int | str, ...]) -> list[int]:
    """Positions of the parameters differentiated. Raises for what has no derivative."""
    names = [p.name for p in main.params]
    chosen = []
    for item in argnums if isinstance(argnums, tuple) else (argnums,):
        position = names.index(item) if isinstance(item, str) and item in names else item
        if not isinstance(position, int) or not -len(names) <= position < len(names):
            raise TypeMismatch(
                "DL017", f"{main.name} has no parameter {item!r}", main.place, f"its parameters are {', '.join(names)}", main.origin
            )
        position %= len(names)
        if not _differentiable(main, position):
            raise NotDifferentiable(
                "DL009",
                f"parameter {names[position]!r} of {main.name} has no real number to differentiate",
                main.place,
                "pass a float, or leave it out of argnums",
                main.origin,
            )
        chosen.append(position)
    return chosen


def _first_leaf(main: Function, param: int) -> int:
    return sum(leaves(p.tree) for p in main.params[:param])


def _differentiable(main: Function, param: int) -> bool:
    return any(_float_leaves(main, param))


def _float_leaves(main: Function, param: int) -> list[bool]:
    start = _first_leaf(main, param)
    own = main.params[param]
    if is_held(own.annotation):
        return [False] * leaves(own.tree)
    return varying(own.tree, [p.type for p in main.body.params[start : start + leaves(own.tree)]])


def _flags(main: Function, wrt: Mask, param: int) -> list[bool]:
    start = _first_leaf(main, param)
    return list(wrt[start : start + leaves(main.params[param].tree)])


def _mask(main: Function, chosen: Sequence[int]) -> Mask:
    wrt = [False] * len(main.body.params)
    for param in chosen:
        start = _first_leaf(main, param)
        wrt[start : start + leaves(main.params[param].tree)] = _float_leaves(main, param)
    return tuple(wrt)


def _jacfwd(derived: Derived, types: tuple[Type, ...]) -> Program:
    from .jacobian import columns

    return columns(derived, types)


def _jacrev(derived: Derived, types: tuple[Type, ...]) -> Program:
    from .jacobian import rows

    return rows(derived, types)


_MAKERS: dict[str, Callable[[Derived, tuple[Type, ...]], Program]] = {
    "grad": _grad,
    "value_and_grad": _value_and_grad,
    "pullback": _pullback,
    "jvp": _jvp,
    "jacfwd": _jacfwd,
    "jacrev": _jacrev,
}
