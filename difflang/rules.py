"""`@dl.derivative(of=f)`: derivative rules of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def derivative(of: Any, wrt: Sequence[str] | str | None = None, mode: str = "reverse") -> Callable[[F], F]:
    """State the derivative of `of`, anybody's function or a ufunc, by a function of the language.

    With mode "reverse" the decorated function takes the arguments of `of` and returns (value, pullback); the pullback
    takes the adjoint of the value and returns the adjoints of the parameters in `wrt` (names; all that are real by default),
    a tuple if there are several. With mode "forward" it returns (value, differential), which takes tangents and
    returns the value's tangent. A later rule replaces an earlier one.
    """
    from .codegen.function import DifferentiableFunction, forget
    from .runtime.reach import RULES
    from .transforms.custom import register, rule_of

    target = of.__difflang_root__ if isinstance(of, DifferentiableFunction) else of
    names = (wrt,) if isinstance(wrt, str) else wrt

    def state(function: F) -> F:
        plain = getattr(function, "__difflang_root__", function)
        register(target, plain, names, mode)
        stated = [rule_of(target, each) for each in ("reverse", "forward")]
        RULES[target] = [(rule.function, rule.wrt) for rule in stated if rule is not None]
        forget()
        return function

    return state


__all__ = ["derivative"]
