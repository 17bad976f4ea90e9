"""Which of NumPy's RuntimeWarnings a program's floating-point status flags tell truly.

The machine sets a flag where a division by zero, an overflow or an invalid operation happens; the entry reads the flags once a call
(`abi/flags.py`). A warning that is wrong is worse than one that is missing, so a program is watched only where flags mean what NumPy's
ufuncs mean by them: not in derivatives (a zero adjoint passes poles), not where a number is computed in a branch (vector code computes
both arms) or for some elements only (a ufunc's where=), not where code sets flags of its own (LAPACK, special functions). An infinite
or undefined argument sets some, too, which the handler takes into account. The elementary functions that are watched set none of their
own at finite numbers, but the overflow of exp: of a logarithm of zero or of a negative number nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterator

from difflang.ir import Node, Program, Region
from difflang.op import TABLE
from difflang.types import Array, Scalar

from .targets.target import Target

INVALID, DIVIDE, OVERFLOW = 1, 4, 8
"""The flags as x86 has them."""
ALL = INVALID | DIVIDE | OVERFLOW
FINITE = 64
"""Beside the flags that are watched: invalid operations and overflows mean something where all arguments are finite."""

_ARITHMETIC = frozenset("add sub mul div square reciprocal sqrt sum prod mean var std cumsum matmul dot inner outer recurrence".split())
"""What raises the machine's flags exactly where NumPy's loops do."""
_ELEMENTARY = frozenset("exp exp2 log log2 log10 sin cos tan tanh cbrt arctan arcsin arccos deg2rad rad2deg".split())
_SILENT = frozenset(
    "neg pos abs fabs copysign sign cast where isnan isinf isfinite signbit floor ceil rint trunc logical_and logical_or logical_xor not_ "
    "zeros ones full empty arange linspace eye zeros_like ones_like full_like empty_like copy dim size reshape transpose broadcast_to "
    "unbroadcast expand_dims squeeze concatenate stack flip index store accumulate any all if for while call check stack_new push pop item "
    "set_item count zero_items set_items less less_equal greater greater_equal equal not_equal maximum minimum max min clip masked "
    "ordered order search positions argmax argmin".split()
)
"""What sets none, but at what is not a number (then the entry asks whether any came in)."""


def watched(program: Program, target: Target) -> int:
    """The flags to look at, 0 for none."""
    if not target.triple.startswith("x86_64"):
        return 0
    found = 0
    for function in program.functions.values():
        nodes = list(_nodes(function.body, False))
        chosen = {id(atom) for node, _ in nodes if node.op == "where" for atom in node.args[1:]}
        for node, guarded in nodes:
            if node.role or not _is_plain(node) or guarded and _speculated(node):
                return 0
            if _computes(node) and any(id(out) in chosen for out in node.outs):
                return 0
            if _computes(node):
                found |= ALL | (FINITE if node.op in _ELEMENTARY else 0)
    return found


def _speculated(node: Node) -> bool:
    """Whether a number is computed in a branch: vector code computes it in both."""
    return node.op in _ARITHMETIC | _ELEMENTARY and any(isinstance(out.type, Scalar) and out.type.dtype[0] in "fc" for out in node.outs)


def _nodes(region: Region, guarded: bool) -> Iterator[tuple[Node, bool]]:
    for node in region.nodes:
        yield node, guarded
        for inner in node.regions:
            yield from _nodes(inner, guarded or node.op == "if")


def _is_plain(node: Node) -> bool:
    """Whether the op's flags are known."""
    if node.op in _ELEMENTARY:
        return not (node.op in ("exp", "exp2") and getattr(node.out.type, "dtype", "") != "f64")
    return node.op in _ARITHMETIC or node.op in _SILENT or not _of_floats(node) and node.op in TABLE


def _of_floats(node: Node) -> bool:
    return any(isinstance(value.type, (Scalar, Array)) and value.type.dtype[0] in "fc" for value in (*node.outs, *node.args))


def _computes(node: Node) -> bool:
    """Whether the op sets flags by NumPy's arithmetic: Python's own numbers raise instead."""
    if node.op not in _ARITHMETIC | _ELEMENTARY or not _of_floats(node):
        return False
    types = [out.type for out in node.outs]
    return any(isinstance(type, Array) or (isinstance(type, Scalar) and not type.weak) for type in types)
