"""Looking inside: the part of the public face that shows what difflang makes of a function. `api.py` hands these names on."""

from __future__ import annotations

from typing import Any

from .errors import DifflangError


def source(f: Any, *args: Any) -> str:
    """Python text of a function, of a derived one as a person would have written it."""
    from .codegen import look

    return look.source(f, args)


def inspect(f: Any, *args: Any, stage: str = "ir") -> str:
    """A stage of the way to machine code as text: "source" "read" "ir" "placed" "gradient" "llvm" "asm" "ptx"."""
    from .codegen import look

    return look.inspect_stage(f, args, stage)


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
