"""The elementary functions as modules: one for each function, dtype and number of lanes, compiled once and linked in.

`dl_exp_f64` takes a number, `dl_exp_f64_v8` eight at a time: the same operations, so the same bits. A target must multiply
and add in one rounding; others call the C library.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from ..targets.target import Target
from . import circular, error, exponential, inverse, logarithm, powers, single
from .number import Body, Real
from .status import Status

_Function = Callable[..., Real]
FUNCTIONS: dict[str, tuple[int, _Function, _Function | None]] = {
    "exp": (1, exponential.exp, single.exp),
    "exp2": (1, exponential.exp2, None),
    "expm1": (1, exponential.expm1, None),
    "tanh": (1, exponential.tanh, single.tanh),
    "sinh": (1, exponential.sinh, None),
    "cosh": (1, exponential.cosh, None),
    "log": (1, logarithm.log, single.log),
    "log2": (1, logarithm.log2, None),
    "log10": (1, logarithm.log10, None),
    "log1p": (1, logarithm.log1p, None),
    "pow": (2, powers.pow, single.pow),
    "cbrt": (1, powers.cbrt, None),
    "hypot": (2, powers.hypot, None),
    "erf": (1, error.erf, None),
    "sin": (1, circular.sin, single.sin),
    "cos": (1, circular.cos, single.cos),
    "tan": (1, circular.tan, None),
    "asin": (1, inverse.asin, None),
    "acos": (1, inverse.acos, None),
    "atan": (1, inverse.atan, None),
    "atan2": (2, inverse.atan2, None),
    "asinh": (1, inverse.asinh, None),
    "acosh": (1, inverse.acosh, None),
    "atanh": (1, inverse.atanh, None),
}
"""By the C library's names: the number of arguments, the function of doubles, and that of floats where it has a form of its own."""

_SINCOS = frozenset(f"dl_sincos_f64{form}" for form in ("", "_v2", "_v4", "_v8"))

_WIDTHS = {"f64": (2, 4, 8), "f32": (4, 8, 16)}
_LETTER = {"f64": "double", "f32": "float"}
_SYMBOL = re.compile(r"dl_([a-z]\w*?)_(f64|f32)(?:_v(\d+))?")


_SLOWER = frozenset(("erf", "atan", "asinh", "acosh", "atanh"))
_FLOATS = frozenset(("exp", "log", "pow"))
"""Doubles that the C library and libmvec do faster, by more than a fifth, and the floats that they do not (docs/performance.md)."""


def owned(name: str, dtype: str, target: Target) -> bool:
    """Whether this function of the C library is one of ours on this target. A GPU takes all of them."""
    if not target.fused or name not in FUNCTIONS or dtype not in _WIDTHS:
        return False
    return target.triple.startswith("nvptx") or (name not in _SLOWER if dtype == "f64" else name in _FLOATS)


def lanes(dtype: str, target: Target) -> tuple[int, ...]:
    """The numbers of lanes that the target's registers hold."""
    return tuple(n for n in _WIDTHS[dtype] if n * (64 if dtype == "f64" else 32) <= target.vector_bits)


@lru_cache(maxsize=1)
def symbols() -> frozenset[str]:
    """All that can be asked for."""
    forms = {dtype: ("", *(f"_v{n}" for n in widths)) for dtype, widths in _WIDTHS.items()}
    return _SINCOS.union(f"dl_{name}_{dtype}{form}" for name in FUNCTIONS for dtype in _WIDTHS for form in forms[dtype])


def text(symbol: str, target: Target) -> str:
    """The module that defines a symbol."""
    head, body = _written(symbol, target.triple.startswith("x86_64"))
    declared = "\n".join(t for s, t in body.declared.items() if s != f"@{symbol}")
    support = "\n".join(body.support.values())
    weights = '!0 = !{!"branch_weights", i32 1, i32 1048575}'
    function = f"define hidden {head} #0 {{\nentry:\n" + "\n".join(body.slots + body.lines) + "\n}\n"
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


def _written(symbol: str, told: bool = False) -> tuple[str, Body]:
    """The head of a function and its body. `told`: its rare form minds the status flags."""
    found = _SYMBOL.fullmatch(symbol)
    assert found is not None
    name, dtype = found[1], found[2]
    if symbol in _SINCOS:
        return _written_pair(symbol, Body(int(found[3] or 1)), told)
    arity, double, own = FUNCTIONS[name]
    function = double if dtype == "f64" else own or single.through_doubles(double)
    body = Body(int(found[3] or 1))
    type = body.type(_LETTER[dtype])
    xs = [Real(body, f"%x{k}", dtype) for k in range(arity)]
    body.status = Status(body, name, xs) if told else None
    y = function(*xs)
    body.lines.append(f"  ret {type} {y.name}")
    return f"{type} @{symbol}({', '.join(f'{type} %x{k}' for k in range(arity))})", body


def _written_pair(symbol: str, body: Body, told: bool) -> tuple[str, Body]:
    """sin and cos of one number, returned together."""
    type = body.type("double")
    pair, whole = f"{{ {type}, {type} }}", "poison"
    x = Real(body, "%x0", "f64")
    body.status = Status(body, "sincos", [x]) if told else None
    for k, y in enumerate(circular.sincos(x)):
        whole = body.let(f"insertvalue {pair} {whole}, {type} {y.name}, {k}")
    body.lines.append(f"  ret {pair} {whole}")
    return f"{pair} @{symbol}({type} %x0)", body
