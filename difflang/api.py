"""The public face: every name of `import difflang as dl`. What lies behind a name is imported when it is first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MethodType
from typing import Any, TypeVar


from .codegen.function import GRAD, DerivedFunction, DifferentiableFunction, as_written, by_name
from .codegen.specialise import BEFORE_COMPILING
from .config import Options, Spec, derived_name, left_out, spec, with_text
from .looking import check_grads, diagnose, explain, high_water, inspect, source
from .parallel import get_num_threads, prange, set_num_threads
from .ported import custom_vjp, differential, gradient, pullback, value_with_differential, value_with_gradient, value_with_pullback, vmap
from .records import dataclass
from .structs import copied, struct, tangent_like
from .tree import NoDerivative, class_layout, register_pytree_node, tree_map
from .errors import DifflangError, IntegerOverflow, NotAvailable, NotDifferentiable, OutsideLanguage, TypeMismatch, WrongDerivative
from .generators import is_generator_class

Argnums = int | str | tuple[int | str, ...]
Rule = TypeVar("Rule", bound=Callable[..., Any])


def differentiable(
    function: Callable[..., Any] | None = None,
    *,
    static: Sequence[str] = (),
    fastmath: bool = False,
    contract: bool = False,
    parallel: bool = False,
    cache: bool = True,
) -> Any:
    """Make a plain Python function one that runs natively and has derivatives. Also as `@differentiable(static=("n",))`.

    `static`: parameters known while compiling: each value is a specialisation of its own. `cache`: whether the disk cache is used.
    `parallel`: all loops whose turns are independent run in parallel, those of its derivatives too, as if written with `prange`.
    """
    for name, asked in (("fastmath", fastmath), ("contract", contract)):
        if asked:
            raise NotAvailable("DL015", f"differentiable({name}=...) is not built yet", way_out=f"leave {name} out")
    options = Options((static,) if isinstance(static, str) else tuple(static), cache, parallel)
    if function is None:
        return lambda f: _decorated(f, options)
    return _decorated(function, options)


def _decorated(function: Any, options: Options) -> DifferentiableFunction:
    if isinstance(function, DifferentiableFunction):
        return type(function)(function.__difflang_root__, options)
    if hasattr(type(function), "__difflang_program__"):
        return DerivedFunction(function, options)
    if not callable(function) or isinstance(function, type):
        raise TypeMismatch("DL017", f"differentiable() takes a function, not {function!r}", way_out="decorate a def or a lambda")
    named = with_text(function)
    known = getattr(named, "__difflang_static__", ())
    return DifferentiableFunction(named, Options((*options.static, *known), options.cache, options.parallel) if known else options)


def _root(function: Any) -> Any:
    """What a derivative is taken of: the plain or derived function behind a decorated one."""
    if isinstance(function, DifferentiableFunction):
        return function.__difflang_root__
    if isinstance(function, MethodType):
        return MethodType(_root(function.__func__), function.__self__)
    if class_layout(type(function)) is not None and callable(function):  # type: ignore[arg-type]
        return MethodType(_root(type(function).__call__), function)
    if not callable(function):
        raise TypeMismatch("DL017", f"a function is needed here, not {function!r}", way_out="pass the function itself, not what it returns")
    return with_text(function)


@dataclass(frozen=True)
class Derivation:
    """A derivative asked for and not yet written: what `transforms.derived.Derived` says, without importing the compiler."""

    kind: str
    base: Any
    argnums: Argnums = 0
    has_aux: bool = False
    holomorphic: bool = False

    @property
    def __name__(self) -> str:
        return derived_name(self.base, self.kind)

    def __reduce__(self) -> Any:
        return _derivation, (self.kind, by_name(self.base), self.argnums, self.has_aux, self.holomorphic)

    def __difflang_program__(self, types: Sequence[Any]) -> Any:
        from .transforms.derived import Derived

        found = Derived(self._kind(types), self.base, self.argnums, self.has_aux, self.holomorphic)
        return found.__difflang_program__(tuple(types))

    def _kind(self, types: Sequence[Any]) -> str:
        """A Jacobian's direction is chosen when the types are known: backward if the result has fewer axes than the argument."""
        if self.kind != "jacobian":
            return self.kind
        from .transforms.derived import program_of
        from .types import is_complex, rank

        main = program_of(self.base, tuple(types)).main
        names = [param.name for param in main.params]
        position = names.index(self.argnums) if isinstance(self.argnums, str) and self.argnums in names else self.argnums
        at = position if isinstance(position, int) and -len(types) <= position < len(types) else None
        if (
            not self.holomorphic
            and at is not None
            and any(map(is_complex, types)) != any(is_complex(atom.type) for atom in main.body.yields[:1])
        ):
            return "jacrev" if is_complex(types[at]) else "jacfwd"
        argument = rank(types[at]) if at is not None else None
        result = rank(main.body.yields[0].type) if main.body.yields else None
        return "jacrev" if argument is not None and result is not None and result < argument else "jacfwd"


def _derivation(kind: str, base: Any, argnums: Argnums, has_aux: bool, holomorphic: bool = False) -> Derivation:
    return Derivation(kind, _root(base), argnums, has_aux, holomorphic)


def _compile_along() -> None:
    """Let `dl.grad(f)(x)` inside a function of the language become a call of what `dl.grad(f)` returns."""
    from .transforms.infer import calls
    from .transforms.infer import derived as operators

    operators.enter({name: globals()[name] for name in (*operators.AT_ONCE, *operators.LAZY)})

    def resolve(target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return target(*args, **kwargs) if target in _OPERATORS else None

    calls.resolve_static_call = resolve


BEFORE_COMPILING.append(_compile_along)


def derived(kind: str, function: Any, argnums: Argnums = 0, has_aux: bool = False, holomorphic: bool = False) -> DerivedFunction:
    """A function derived from another; the same object each time it is asked for."""
    root = _root(function)
    key = (kind, argnums, has_aux, holomorphic, id(getattr(root, "__self__", None)))
    memory = getattr(root, "__dict__", {}).setdefault("__difflang_derived__", {}) if hasattr(root, "__dict__") else {}
    found = memory.get(key)
    if found is None or found.__difflang_root__.base != root:
        options = function.__dict__["_options"] if isinstance(function, DifferentiableFunction) else _options_of(root)
        found = memory[key] = DerivedFunction(Derivation(kind, root, argnums, has_aux, holomorphic), options)
    return found


def _options_of(root: Any) -> Options:
    """The parameters that must be known while compiling, of a function of NumPy's own."""
    return Options(static=getattr(root, "__difflang_static__", ()))


def _written_out(f: Any, count: int) -> Any:
    """The function with its *args written out."""
    from .reading.spoken import spread

    root = _root(f)
    made = spread(root, count)
    if made is root:
        return f
    return DerivedFunction(made, Options()) if isinstance(made, Derivation) else made


def _asked(argnums: Argnums, wrt: Argnums | None) -> Argnums:
    chosen = argnums if wrt is None else wrt
    return tuple(chosen) if isinstance(chosen, (tuple, list)) else chosen


def grad(f: Any, argnums: Argnums = 0, has_aux: bool = False, *, wrt: Argnums | None = None, holomorphic: bool = False) -> DerivedFunction:
    """The function that returns the gradient of f, shaped like the argument (or arguments) of `argnums`.

    By a complex argument it is df/dx - i df/dy, as in JAX; `holomorphic` allows complex results of complex arguments.
    """
    return derived("grad", f, _asked(argnums, wrt), has_aux, holomorphic)


GRAD.append(grad)


def value_and_grad(
    f: Any, argnums: Argnums = 0, has_aux: bool = False, *, wrt: Argnums | None = None, holomorphic: bool = False
) -> DerivedFunction:
    """The function that returns (value, gradient)."""
    return derived("value_and_grad", f, _asked(argnums, wrt), has_aux, holomorphic)


def jacfwd(f: Any, argnums: Argnums = 0, holomorphic: bool = False) -> DerivedFunction:
    """The Jacobian, one column after the other: right for few inputs."""
    return derived("jacfwd", f, _asked(argnums, None), holomorphic=holomorphic)


def jacrev(f: Any, argnums: Argnums = 0, holomorphic: bool = False) -> DerivedFunction:
    """The Jacobian, one row after the other: right for few outputs."""
    return derived("jacrev", f, _asked(argnums, None), holomorphic=holomorphic)


def jacobian(f: Any, argnums: Argnums = 0, mode: str = "auto", sparsity: Any = None, holomorphic: bool = False) -> DerivedFunction:
    """The Jacobian. `mode`: "fwd", "rev" or "auto" (forward unless the result has fewer axes than the argument)."""
    _refuse_sparsity(sparsity)
    kinds = {"fwd": "jacfwd", "rev": "jacrev", "auto": "jacobian"}
    if mode not in kinds:
        raise TypeMismatch("DL033", f"jacobian() has no mode {mode!r}", way_out='choose "fwd", "rev" or "auto"')
    return derived(kinds[mode], f, _asked(argnums, None), holomorphic=holomorphic)


def _refuse_sparsity(sparsity: Any) -> None:
    if sparsity is not None:
        raise NotAvailable("DL015", "sparse Jacobians and Hessians are not built yet", way_out="leave sparsity out")


def hessian(f: Any, argnums: Argnums = 0, sparsity: Any = None, holomorphic: bool = False) -> DerivedFunction:
    """The Hessian: forward over reverse."""
    _refuse_sparsity(sparsity)
    return jacfwd(grad(f, argnums, holomorphic=holomorphic), argnums, holomorphic)


def jvp(f: Any, primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """(value, tangent). A tangent is None for an argument held constant."""
    primals, tangents = tuple(primals), tuple(tangents)
    if len(primals) != len(tangents):
        raise TypeMismatch("DL036", f"jvp() got {len(primals)} primals and {len(tangents)} tangents", way_out="give one for each, or None")
    chosen = tuple(k for k, tangent in enumerate(tangents) if tangent is not None)
    f = _written_out(f, len(primals))
    function = derived("jvp", f, chosen)
    given = [tangent_like(primals[k], tangents[k]) for k in chosen]
    return function(*primals, *left_out(_root(f), len(primals)), *given)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Pullback:
    """The pullback of a function at a point: from an adjoint of the result to a tuple of adjoints, one for each argument."""

    function: DerivedFunction
    primals: tuple[Any, ...]
    value: Any
    rest: tuple[Any, ...] = ()

    def __call__(self, cotangent: Any) -> tuple[Any, ...]:
        result: tuple[Any, ...] = self.function(*copied(self.primals), *self.rest, tangent_like(self.value, cotangent))
        return result[: len(self.primals)] if self.rest else result


def vjp(f: Any, *primals: Any) -> tuple[Any, Pullback]:
    """(value, pullback). The pullback can be called many times; it keeps its own copy of the arguments."""
    f = _written_out(f, len(primals))
    decorated = f if isinstance(f, DifferentiableFunction) else _wrapped(f)
    kept = copied(primals)
    value = decorated(*_handed(primals))
    return value, Pullback(derived("pullback", f), kept, value, tuple(left_out(_root(f), len(primals))))


def _handed(primals: Sequence[Any]) -> tuple[Any, ...]:
    """Copies of the arguments, so that none is changed; but a random generator moves on."""
    return tuple([primal if is_generator_class(type(primal)) else copied(primal) for primal in primals])


def _wrapped(f: Any) -> DifferentiableFunction:
    """The decorated form of a plain function, the same each time."""
    root = _root(f)
    memory = getattr(root, "__dict__", {})
    name = f"__difflang_decorated__{id(root.__self__) if isinstance(root, MethodType) else ''}"
    found = memory.get(name)
    if found is None or found.__difflang_root__ != root:
        found = _decorated(root, _options_of(root))
        if isinstance(memory, dict) and hasattr(root, "__dict__"):
            memory[name] = found
    return found


def linearize(f: Any, *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """(value, linear map): the map takes one tangent for each argument (None where it is held constant)."""
    decorated = f if isinstance(f, DifferentiableFunction) else _wrapped(f)
    kept = copied(primals)
    value = decorated(*_handed(primals))
    return value, lambda *tangents: jvp(f, copied(kept), tangents)[1]


def hvp(f: Any, primals: Sequence[Any], vectors: Sequence[Any]) -> tuple[Any, ...]:
    """Hessian-vector product: one entry for each argument, None where the vector is None."""
    chosen = tuple(k for k, vector in enumerate(vectors) if vector is not None)
    f = _written_out(f, len(tuple(primals)))
    _, tangent = jvp(grad(f, chosen), tuple(primals), tuple(vectors))
    found = dict(zip(chosen, tangent, strict=True))
    return tuple(found.get(k) for k in range(len(tuple(primals))))


def stop_gradient(x: Any) -> Any:
    """x, held constant by every derivative."""
    return x


stop_gradient.__difflang_op__ = "stop_gradient"  # type: ignore[attr-defined]
without_derivative = stop_gradient


def derivative(of: Any, wrt: Sequence[str] | str | None = None, mode: str = "reverse") -> Callable[[Rule], Rule]:
    """State the derivative of `of`, anybody's function or a ufunc, by a function of the language.

    With mode "reverse" the decorated function takes the arguments of `of` and returns (value, pullback); the pullback
    takes the adjoint of the value and returns the adjoints of the parameters in `wrt` (names; all that are real by default),
    a tuple if there are several. With mode "forward" it returns (value, differential), which takes tangents and
    returns the value's tangent. A later rule replaces an earlier one.
    """
    from .codegen.function import forget
    from .runtime.reach import RULES
    from .transforms.custom import register, rule_of

    target = of.__difflang_root__ if isinstance(of, DifferentiableFunction) else of
    names = (wrt,) if isinstance(wrt, str) else wrt

    def state(function: Rule) -> Rule:
        plain = getattr(function, "__difflang_root__", function)
        register(target, plain, names, mode)
        stated = [rule_of(target, each) for each in ("reverse", "forward")]
        RULES[target] = [(rule.function, rule.wrt) for rule in stated if rule is not None]
        forget()
        return function

    return state


def export_library(name: str, functions: Mapping[str, tuple[Any, Any]], directory: str | Path = ".", target: str | None = None) -> Path:
    """Write a C library of {name: (function, spec or tuple of example arguments)}. Returns the path of its manifest."""
    from .codegen.export.export import export
    from .codegen.specialise import program_for
    from .types import general

    programs = {}
    for public, (f, given) in functions.items():
        wanted = given if isinstance(given, Spec) else spec(given) if isinstance(given, str) else spec(*given)
        types = wanted.types if isinstance(given, (str, Spec)) else tuple(map(general, wanted.types))
        programs[public] = program_for(_root(f), types)
    return export(name, programs, directory, target)


def load_library(path: str | Path) -> Any:
    """A library that export_library wrote: its functions take and return what the Python ones did."""
    from .runtime.exported import load_library

    return load_library(path)


def ptx(f: Any, given: Any, arch: str = "sm_90") -> Any:
    """PTX text of f as a GPU kernel: a function of numbers is mapped over arrays, one thread an element.

    `given`: a spec or example arguments.
    """
    from .codegen.targets.ptx import ptx_of

    wanted = given if isinstance(given, Spec) else spec(given) if isinstance(given, str) else spec(*given)
    return ptx_of(_root(f), wanted.types, arch)


def device(name: str) -> Any:
    """Where kernels run: "cpu" (thread by thread) or "cuda"; `with dl.device(name): dl.ptx(f, spec)(*args)`."""
    from .codegen.kernel.device import device

    return device(name)


def clear_caches() -> None:
    """Forget all compiled code, in this process and on disk."""
    from .codegen import specialise
    from .codegen.function import forget
    from .runtime import cache

    forget()
    specialise.clear()
    cache.clear()


_OPERATORS: frozenset[Any] = frozenset({grad, value_and_grad, jacfwd, jacrev, jacobian, hessian})

__all__ = [
    "DerivedFunction", "DifferentiableFunction", "DifflangError", "IntegerOverflow", "NoDerivative", "NotAvailable",
    "NotDifferentiable", "OutsideLanguage", "Pullback", "Spec", "TypeMismatch", "WrongDerivative", "as_written",
    "check_grads", "clear_caches", "custom_vjp", "derivative", "derived", "device", "diagnose", "differentiable",
    "differential", "explain", "export_library", "get_num_threads", "grad", "gradient", "hessian", "high_water", "hvp",
    "inspect", "jacfwd", "jacobian", "jacrev", "jvp", "linearize", "load_library", "prange", "ptx", "pullback",
    "register_pytree_node", "set_num_threads", "source", "spec", "stop_gradient", "struct", "tree_map", "value_and_grad",
    "value_with_differential", "value_with_gradient", "value_with_pullback", "vjp", "vmap", "without_derivative",
]  # fmt: skip
