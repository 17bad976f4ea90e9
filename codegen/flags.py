"""Which of NumPy's RuntimeWarnings a program's floating-point status flags tell truly.

The machine sets a flag where a division by zero, an overflow or an invalid operation happens; the entry reads the flags once a call
(`abi/flags.py`). A warning that is wrong is worse than one that is missing: what sets flags otherwise than NumPy's ufuncs do is *hushed*,
the flags are put back behind it (`hushing.py`, `lower/silence.py`). Hushed are derivatives (a zero adjoint passes poles), where=,
what sets flags of its own (LAPACK, special functions), and loops in whose branches a number is computed that may have a pole: vector code
computes both arms. Our elementary functions set what IEEE 754 says (`elementary/status.py`), Python's own numbers raise.
"""

from __future__ import annotations

from collections.abc import Iterator

from difflang.ir import Const, Node, Place, Program, Region, Var, walk
from difflang.op import TABLE
from difflang.types import Array, Scalar

from .targets.target import Target
from .writer import SIZE

INVALID, DIVIDE, OVERFLOW, UNDERFLOW = 1, 4, 8, 16
"""The flags as x86 has them."""
STATES = 63
"""All that it has."""
_NAMED = {"invalid": INVALID, "divide": DIVIDE, "over": OVERFLOW, "under": UNDERFLOW}
ALL = INVALID | DIVIDE | OVERFLOW
FINITE = 64
"""Beside the flags that are watched: invalid operations and overflows mean something where all arguments are finite."""

_PLAIN = frozenset("add sub mul square".split())
"""What vector code may compute in a branch not taken: it has no poles, and overflows where numbers are very large alone."""
_ARITHMETIC = _PLAIN | frozenset(
    "div reciprocal sqrt sum prod mean var std cumsum matmul dot inner outer recurrence floordiv mod fmod frem logaddexp logaddexp2".split()
)
"""What raises the machine's flags exactly where NumPy's loops do."""
_ELEMENTARY = frozenset(
    "exp exp2 expm1 log log2 log10 log1p sin cos tan tanh sinh cosh arcsin arccos arctan arcsinh arccosh arctanh cbrt deg2rad rad2deg "
    "pow hypot arctan2".split()
)
_FINITE = frozenset("pow arctan2 recurrence logaddexp logaddexp2".split())
"""What is undefined on the way to the result where an operand is infinite."""
_ANGLES = frozenset("sin cos tan".split())
"""Of floats they are the C library's, whose vector forms overflow at large angles."""
_COMPARING = frozenset(
    "sign where isnan isinf isfinite floor ceil rint trunc any all less less_equal greater greater_equal equal not_equal maximum minimum "
    "max min clip ordered order search positions argmax argmin fmax fmin heaviside nextafter".split()
)
"""What sets none, but at what is not a number (then the handler asks whether any came in)."""
_SILENT = _COMPARING | frozenset(
    "neg pos abs fabs copysign cast signbit logical_and logical_or logical_xor not_ zeros ones full empty arange linspace eye zeros_like "
    "ones_like full_like empty_like copy dim size reshape transpose broadcast_to unbroadcast expand_dims squeeze concatenate stack flip "
    "index store accumulate real imag pair conjugate bitand bitor bitxor if for while call check stack_new push pop item set_item count "
    "zero_items set_items".split()
)


def watched(program: Program, target: Target) -> int:
    """The flags to look at, 0 for none."""
    if not target.triple.startswith("x86_64"):
        return 0
    some = partial(program)
    found, foreign, compares, derived, arrays = 0, False, False, False, False
    for function in program.functions.values():
        for node, guarded in guarded_nodes(function.body, False):
            hushed = is_hushed(node, target, some)
            derived |= bool(node.role)
            arrays |= any(isinstance(value.type, Array) for value in (*node.outs, *node.args))
            foreign |= hushed and not node.role or any(isinstance(a, Const) and a.value != a.value for a in node.args)
            foreign |= node.op == "floordiv" and _of_floats(node)  # by zero it has an undefined remainder
            compares |= (node.op == "floordiv" or node.op in _COMPARING) and _of_floats(node)
            if node.op in ("floordiv", "mod", "fmod") and not _of_floats(node) and not _is_pythons(node):
                found |= DIVIDE
            if computes(node) and not hushed:
                found |= ALL | (FINITE if guarded or node.op in _FINITE else 0)
    if derived and not arrays:
        return 0
    return found & ~INVALID if foreign and compares else found


def partial(program: Program) -> frozenset[Var]:
    """Values of which some elements alone are computed in NumPy: a ufunc's with where=, which becomes np.where at the same place."""
    found: set[Var] = set()
    for function in program.functions.values():
        nodes = list(walk(function.body))
        made = {out: node.place for node in nodes for out in node.outs}
        for node in nodes:
            if node.op == "where" and node.place is not None:
                found |= {a for a in node.args[1:] if isinstance(a, Var) and made.get(a) == node.place}
    return frozenset(found)


def quieted(place: Place | None) -> int:
    """The flags of which np.errstate wants nothing to be heard at this place: what raises is asked for by itself (`infer/strict.py`)."""
    found = 0
    for name, how in place.errstate if place is not None else ():
        found |= _NAMED[name] if how != "warn" else 0
    return found


def is_hushed(node: Node, target: Target, some: frozenset[Var]) -> bool:
    """Whether what this one operation tells is not to be heard."""
    if _narrows(node):
        return bool(node.role)
    if node.op in _SILENT or node.op not in TABLE or not _of_floats(node):
        return False
    if node.role:
        return node.op not in _PLAIN
    if node.op in _ELEMENTARY:
        dtype = getattr(node.outs[0].type, "dtype", "")
        known = target.fused and dtype[0] == "f" and not (dtype != "f64" and node.op in _ANGLES)
        return not known or node.outs[0] in some
    return node.op not in _ARITHMETIC or node.outs[0] in some


def is_posed(node: Node) -> bool:
    """Whether the operation raises flags where it has a pole: not for a branch that is not taken."""
    return node.op in (_ARITHMETIC | _ELEMENTARY) - _PLAIN


def guarded_nodes(region: Region, guarded: bool) -> Iterator[tuple[Node, bool]]:
    """All nodes, and whether each is computed in a branch."""
    for node in region.nodes:
        yield node, guarded
        for inner in node.regions:
            yield from guarded_nodes(inner, guarded or node.op == "if")


def _of_floats(node: Node) -> bool:
    return any(isinstance(value.type, (Scalar, Array)) and value.type.dtype[0] in "fc" for value in (*node.outs, *node.args))


def _narrows(node: Node) -> bool:
    """Whether a cast of floats to a smaller dtype, or to integers, may not hold the number: NumPy's own, for Python's raises."""
    if node.op != "cast" or node.attrs.get("weak"):
        return False
    source, target = (getattr(value.type, "dtype", "") for value in (node.args[0], node.outs[0]))
    smaller = target in ("f32", "f16") and source[:1] == "f" and SIZE[target] < SIZE[source]
    return smaller or source[:1] == "f" and target[:1] in ("i", "u")


def _is_pythons(node: Node) -> bool:
    return isinstance(node.outs[0].type, Scalar) and node.outs[0].type.weak


def computes(node: Node) -> bool:
    """Whether the op sets flags by NumPy's arithmetic: Python's own numbers raise instead."""
    if _narrows(node):
        return True
    if node.op not in _ARITHMETIC | _ELEMENTARY or not _of_floats(node):
        return False
    types = [out.type for out in node.outs]
    return any(isinstance(type, Array) or (isinstance(type, Scalar) and not type.weak) for type in types)
