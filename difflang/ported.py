"""Forms that people bring along: Swift's words for derivatives, JAX's custom_vjp and vmap. `api.py` hands these names on.

Each is a few lines in terms of the operators of `api.py`; rules and batched functions are texts of the language.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from .errors import TypeMismatch

_numbers = itertools.count()


def _at(at: Any) -> tuple[Any, ...]:
    return at if isinstance(at, tuple) else (at,)


def _all(at: Any) -> Any:
    return tuple(range(len(at))) if isinstance(at, tuple) else 0


def gradient(*, at: Any, of: Any) -> Any:
    """The gradient of a function at a point: Swift's `gradient(at:of:)`. A tuple holds one point for each argument."""
    from .api import grad

    return grad(of, _all(at))(*_at(at))


def value_with_gradient(*, at: Any, of: Any) -> Any:
    """(value, gradient) of a function at a point: Swift's `valueWithGradient(at:of:)`."""
    from .api import value_and_grad

    return value_and_grad(of, _all(at))(*_at(at))


def value_with_pullback(*, at: Any, of: Any) -> tuple[Any, Callable[[Any], Any]]:
    """(value, pullback) of a function at a point; the pullback gives one adjoint, or for a tuple of points a tuple of them."""
    from .api import vjp

    value, back = vjp(of, *_at(at))
    return value, back if isinstance(at, tuple) else lambda bar: back(bar)[0]


def pullback(*, at: Any, of: Any) -> Callable[[Any], Any]:
    """The pullback of a function at a point: from an adjoint of the result to one of the argument."""
    return value_with_pullback(at=at, of=of)[1]


def value_with_differential(*, at: Any, of: Any) -> tuple[Any, Callable[..., Any]]:
    """(value, differential) of a function at a point; the differential takes one tangent for each argument."""
    from .api import linearize

    return linearize(of, *_at(at))


def differential(*, at: Any, of: Any) -> Callable[..., Any]:
    """The differential of a function at a point: from tangents of the arguments to one of the result."""
    return value_with_differential(at=at, of=of)[1]


def _written(name: str, text: str, scope: dict[str, Any]) -> Any:
    """A function of the language from a text."""
    from .reading import register_source

    file = f"<difflang {name} {next(_numbers)}>"
    register_source(file, text)
    exec(compile(text, file, "exec"), scope)  # our own text
    function = scope[name]
    function.__difflang_made__ = True  # its text speaks of what only we know: `dl.source` writes it out
    return function


def _names(function: Any, what: str) -> list[str]:
    """The parameters of a function that takes a fixed number of them."""
    from .signatures import signature

    parameters = list(signature(function).parameters.values())
    if any(parameter.kind not in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD) for parameter in parameters):
        raise TypeMismatch("DL017", f"{what} takes functions of positional parameters alone", way_out="name them")
    return [parameter.name for parameter in parameters]


def custom_vjp(function: Any) -> Any:
    """JAX's form of a rule: `f.defvjp(fwd, bwd)` with fwd(*args) -> (value, residuals), bwd(residuals, adjoint) -> a tuple of adjoints,
    one for each argument."""
    from .api import derivative, differentiable

    made = differentiable(function)
    names = _names(function, "custom_vjp")

    def defvjp(fwd: Any, bwd: Any) -> None:
        """State the rule."""
        args = ", ".join(names)
        only = "[0]" if len(names) == 1 else ""
        text = f"def rule({args}):\n    value, kept = fwd({args})\n    def pullback(bar):\n        return bwd(kept, bar){only}\n"
        rule = _written("rule", text + "    return value, pullback\n", {"fwd": fwd, "bwd": bwd})
        derivative(of=made, wrt=tuple(names))(rule)

    made.__dict__["defvjp"] = defvjp
    return made


def vmap(f: Any, in_axes: int | None | Sequence[int | None] = 0, out_axes: int = 0) -> Any:
    """The function that maps f over an axis of its arguments (None: the argument is the same in every lane) and stacks what it gives.

    Lanes run one after the other, each with branches and trip counts of its own.
    """
    import numpy as np

    from .api import differentiable

    names = _names(f, "vmap")
    axes = list(in_axes) if isinstance(in_axes, (tuple, list)) else [in_axes] * len(names)
    if len(axes) != len(names) or all(axis is None for axis in axes):
        reason = f"vmap() of {len(names)} arguments over {in_axes!r}"
        raise TypeMismatch("DL017", reason, way_out="give an axis or None for each, at least one axis")
    pairs = list(zip(names, axes, strict=True))
    given = [name if axis is None else f"np.moveaxis({name}, {axis}, 0)[i]" if axis else f"{name}[i]" for name, axis in pairs]
    first, axis = next((name, axis) for name, axis in pairs if axis is not None)
    lanes = f"np.stack([f({', '.join(given)}) for i in range({first}.shape[{axis}])])"
    result = lanes if out_axes == 0 else f"np.moveaxis({lanes}, 0, {out_axes})"
    name = f"{getattr(f, '__name__', 'f')}_vmap"
    name = name if name.isidentifier() else "f_vmap"
    return differentiable(_written(name, f"def {name}({', '.join(names)}):\n    return {result}\n", {"f": f, "np": np}))


__all__ = [
    "custom_vjp", "differential", "gradient", "pullback", "value_with_differential", "value_with_gradient",
    "value_with_pullback", "vmap",
]  # fmt: skip
