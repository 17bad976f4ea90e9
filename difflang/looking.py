"""Looking inside: the part of the public face that shows and checks what difflang makes of a function. `api.py` hands these names on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .errors import DifflangError, NotDifferentiable, TypeMismatch


def source(f: Any, *args: Any) -> str:
    """Python text of a function, of a derived one as a person would have written it."""
    from .codegen import look

    return look.source(f, args)


def inspect(f: Any, *args: Any, stage: str = "ir") -> str:
    """A stage of the way to machine code as text: "source" "read" "typed" "ir" "placed" "gradient" "llvm" "asm" "ptx"."""
    from .codegen import look

    return look.inspect_stage(f, args, stage)


def check_grads(f: Any, args: Sequence[Any], order: int = 2, modes: Sequence[str] | None = None, tolerance: float = 1e-5) -> None:
    """Compare the derivatives of f at args with differences, up to this order.

    `modes`: "fwd", "rev"; both by default, backward alone where a rule of `derivative` has no other. Raises WrongDerivative, with the
    line of the first call whose rule is wrong.
    """
    import numpy as np

    from . import api
    from .check import BOTH, check, floats
    from .codegen.function import DifferentiableFunction
    from .structs import copied

    modes = BOTH if modes is None else (modes,) if isinstance(modes, str) else modes
    if not isinstance(order, int) or order < 1 or not modes or not set(modes) <= set(BOTH):
        reason = f"check_grads() takes an order of at least 1 and the modes 'fwd' and 'rev', not {order!r} and {tuple(modes)!r}"
        raise TypeMismatch("DL017", reason, way_out="arguments without a derivative are left out by themselves")
    decorated = f if isinstance(f, DifferentiableFunction) else api._wrapped(f)
    args = tuple(args)

    def forward(primals: Any, tangents: Any) -> Any:
        return api.jvp(f, primals, tangents)

    def blame(mode: str) -> Any:
        from .codegen.look import blame

        return blame(decorated, args, mode, tolerance)

    check(decorated.__name__, decorated, forward, lambda *primals: api.vjp(f, *primals), args, modes, tolerance, blame)
    if order > 1:
        value = decorated(*copied(args))
        if any(np.iscomplexobj(leaf) for leaf in floats(value)):
            return _check_parts(f, value, args, order, modes, tolerance)
        chosen = tuple(k for k, arg in enumerate(args) if any(True for _ in floats(arg)))
        if np.ndim(value) == 0 and not isinstance(value, tuple):
            check_grads(api.grad(f, chosen), args, order - 1, modes, tolerance * 10)
        else:
            for k in chosen:
                check_grads(_either(f, k, args), args, order - 1, modes, tolerance * 10)


def _check_parts(f: Any, value: Any, args: Sequence[Any], order: int, modes: Sequence[str], tolerance: float) -> None:
    """The second derivatives of complex results: of their real and imaginary parts in one number. Tuples are checked once."""
    import numpy as np

    from . import api
    from .structs import is_real

    def parts(*given: Any) -> Any:
        found = f(*given)
        return np.sum(np.real(found)) - 2.0 * np.sum(np.imag(found))

    if not isinstance(value, (tuple, list)):
        chosen = tuple(k for k, arg in enumerate(args) if isinstance(arg, (float, complex, np.ndarray, np.inexact)) and is_real(arg))
        check_grads(api.grad(parts, chosen), args, order - 1, modes, tolerance * 10)


def _either(f: Any, position: int, args: Sequence[Any]) -> Any:
    """The Jacobian forward, or backward where a rule of the user's has no other mode."""
    from . import api
    from .structs import copied

    forward = api.jacfwd(f, position)
    try:
        forward(*copied(args))
    except NotDifferentiable:
        return api.jacrev(f, position)
    return forward


def explain(f: Any, *args: Any) -> Any:
    """What is active in a derivative, what is kept, how many bytes, and why."""
    from .codegen import look

    return look.explain(f, args)


def high_water(f: Any, *args: Any) -> int:
    """Run f once on these arguments: the most bytes that its arena held at one time. What `explain(f, *args).bytes` states beforehand."""
    from .codegen.arena import high_water

    from .codegen.function import DifferentiableFunction
    from .config import Options, with_text

    return high_water(f if isinstance(f, DifferentiableFunction) else DifferentiableFunction(with_text(f), Options()), args)


def diagnose(f: Any, *args: Any) -> list[DifflangError]:
    """All problems of f for these arguments (or a spec): what stops it from compiling, and warnings where a derivative is zero."""
    from .codegen import look

    return look.problems(f, args)
