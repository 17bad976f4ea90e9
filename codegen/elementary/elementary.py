"""The elementary functions as modules: one for each function, dtype and number of lanes, compiled once and linked in.

`dl_exp_f64` takes a number, `dl_exp_f64_v8` eight at a time: the same operations, so the same bits. A target must multiply
and add in one rounding; others call the C library.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from ..targets.target import Target
from . import circular, exponential, inverse, logarithm, powers
from .number import Body, Real

FUNCTIONS: dict[str, tuple[Callable[..., Real], int, tuple[str, ...]]] = {
    "exp": (exponential.exp, 1, ("f64",)),
    "exp2": (exponential.exp2, 1, ("f64",)),
    "expm1": (exponential.expm1, 1, ("f64",)),
    "tanh": (exponential.tanh, 1, ("f64",)),
    "sinh": (exponential.sinh, 1, ("f64",)),
    "cosh": (exponential.cosh, 1, ("f64",)),
    "log": (logarithm.log, 1, ("f64",)),
    "log2": (logarithm.log2, 1, ("f64",)),
    "log10": (logarithm.log10, 1, ("f64",)),
    "log1p": (logarithm.log1p, 1, ("f64",)),
    "pow": (powers.pow, 2, ("f64",)),
    "cbrt": (powers.cbrt, 1, ("f64",)),
    "hypot": (powers.hypot, 2, ("f64",)),
    "asin": (inverse.asin, 1, ("f64",)),
    "acos": (inverse.acos, 1, ("f64",)),
    "atan": (inverse.atan, 1, ("f64",)),
    "atan2": (inverse.atan2, 2, ("f64",)),
    "asinh": (inverse.asinh, 1, ("f64",)),
    "acosh": (inverse.acosh, 1, ("f64",)),
    "atanh": (inverse.atanh, 1, ("f64",)),
    "tan": (circular.tan, 1, ("f64",)),
    "sin": (circular.sin, 1, ("f64",)),
    "cos": (circular.cos, 1, ("f64",)),
}
"""By the C library's names: the function, its number of arguments, the dtypes that it is written for."""

_WIDTHS = {"f64": (2, 4, 8), "f32": (4, 8, 16)}
_LETTER = {"f64": "double", "f32": "float"}
_SYMBOL = re.compile(r"dl_([a-z]\w*?)_(f64|f32)(?:_v(\d+))?")


def owned(name: str, dtype: str, target: Target) -> bool:
    """Whether this function of the C library is one of ours on this target."""
    return target.fused and name in FUNCTIONS and dtype in FUNCTIONS[name][2]


def lanes(dtype: str, target: Target) -> tuple[int, ...]:
    """The numbers of lanes that the target's registers hold."""
    return tuple(n for n in _WIDTHS[dtype] if n * (64 if dtype == "f64" else 32) <= target.vector_bits)


@lru_cache(maxsize=1)
def symbols() -> frozenset[str]:
    """All that can be asked for."""
    return frozenset(
        f"dl_{name}_{dtype}{form}"
        for name, (_, _, dtypes) in FUNCTIONS.items()
        for dtype in dtypes
        for form in ("", *(f"_v{n}" for n in _WIDTHS[dtype]))
    )


def text(symbol: str, target: Target) -> str:
    """The module that defines a symbol."""
    head, body = _written(symbol)
    declared = "\n".join(t for s, t in body.declared.items() if s != f"@{symbol}")
    support = "\n".join(body.support.values())
    weights = '!0 = !{!"branch_weights", i32 1, i32 1048575}'
    function = f"define hidden {head} #0 {{\nentry:\n" + "\n".join(body.lines) + "\n}\n"
    return f"{declared}\n{support}\n{function}\nattributes #0 = {{ willreturn memory(none) {target.attributes} }}\n{weights}\n"


def with_definitions(text: str) -> str:
    """A module that holds the functions which it declares: for targets whose objects nothing links."""
    wanted = [found[1] for found in _DECLARED.finditer(text) if found[1] in symbols()]
    if not wanted:
        return text
    declared: dict[str, str] = {}
    support: dict[str, str] = {}
    functions = []
    for symbol in wanted:
        head, body = _written(symbol)
        declared |= body.declared
        support |= body.support
        lines = "\n".join(body.lines).replace(", !prof !0", "")
        functions.append(f"define internal {head} nounwind willreturn memory(none) {{\nentry:\n{lines}\n}}")
    kept = _DECLARED.sub(lambda found: "" if found[1] in wanted else found[0], text)
    missing = [line for symbol, line in declared.items() if f"{symbol}(" not in kept]
    return "\n".join([kept, *missing, *support.values(), *functions])


_DECLARED = re.compile(r"^declare [^@\n]*@(dl_\w+)\([^)\n]*\).*$", re.MULTILINE)


def _written(symbol: str) -> tuple[str, Body]:
    """The head of a function and its body."""
    found = _SYMBOL.fullmatch(symbol)
    assert found is not None
    name, dtype = found[1], found[2]
    function, arity, _ = FUNCTIONS[name]
    body = Body(int(found[3] or 1))
    type = body.type(_LETTER[dtype])
    y = function(*(Real(body, f"%x{k}", dtype) for k in range(arity)))
    body.lines.append(f"  ret {type} {y.name}")
    return f"{type} @{symbol}({', '.join(f'{type} %x{k}' for k in range(arity))})", body
