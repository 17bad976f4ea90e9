"""np.errstate that raises: an operation under it is followed by the test of what it gives, and by the FloatingPointError.

An invalid operation gives nan where no operand is nan, a division by zero or an overflow infinity where all operands are finite, an
underflow what is smaller than any normal number where no operand is zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from difflang.build import Builder
from difflang.errors import TypeMismatch
from difflang.ir import Atom, Const, Place, Var, const
from difflang.types import DTYPES, Array, Scalar, Unknown

if TYPE_CHECKING:
    from .frame import Frame

POLES = frozenset("div reciprocal log log2 log10 log1p arctanh floordiv".split())
"""What is infinite at a pole alone, if its operands are finite; div beside overflows."""
CHECKED = POLES | frozenset(
    "add sub mul square pow mod fmod sqrt exp exp2 expm1 sinh cosh tan arcsin arccos arccosh hypot sum prod mean var std cumsum dot matmul "
    "inner outer sin cos logaddexp".split()
)
BOUNDED = frozenset("sqrt sin cos tan arcsin arccos arccosh log log2 log10 log1p arctanh mod fmod".split())
"""What gives nothing infinite of finite operands but at a pole."""
DEFINED = frozenset("exp exp2 expm1 sinh cosh".split())
"""What is a number for every number."""
SHRINKS = frozenset("mul div square exp exp2 pow reciprocal prod".split())
"""What gives less than the least normal number of operands that are not zero."""
SPOKEN = {
    "div": "divide", "mul": "multiply", "sub": "subtract", "mod": "remainder", "pow": "power", "floordiv": "floor_divide",
    "sum": "reduce", "prod": "reduce", "mean": "divide", "cumsum": "accumulate",
}  # fmt: skip


def raises(place: Place | None) -> bool:
    """Whether np.errstate asks for errors there."""
    return place is not None and any(how == "raise" for _, how in place.errstate)


def reaches(frame: Frame, callee: str) -> None:
    """Refuse a call where errors are asked for: the function that is called is compiled once, wherever it is called."""
    if raises(frame.builder.place):
        way_out = "enter it inside of that function, or test what it gives with np.isfinite"
        frame.fail("DL004", f"np.errstate that raises does not reach into {callee}", way_out)


def require_finite(b: Builder, op: str, operands: Sequence[Atom], result: Any) -> None:
    """Write the tests that the place asks for."""
    raising = {name for name, how in b.place.errstate if how == "raise"} if b.place is not None else set()
    if raising and op in CHECKED and isinstance(result.type, Unknown):
        reason = "whether np.errstate raises here depends on a type that is not known"
        raise TypeMismatch("DL019", reason, b.place, "give the function's argument types")
    if not raising or op not in CHECKED or not _is_checked(result):
        return
    name = SPOKEN.get(op, op) if isinstance(result.type, Array) else f"scalar {SPOKEN.get(op, op)}"
    floats = [atom for atom in operands if _dtype(atom)[:1] in ("f", "c")]
    over = _both(b, b.emit("isinf", result), *(_every(b, "isfinite", atom, result) for atom in floats))
    pole = _pole(b, op, operands, over)
    if "divide" in raising and pole is not None:
        _raise(b, pole, f"divide by zero encountered in {name}")
    if "over" in raising and op not in BOUNDED:
        beyond = over if pole is None else _both(b, over, b.emit("not_", pole))
        _raise(b, beyond, f"overflow encountered in {name}")
    if "under" in raising and op in SHRINKS and _dtype(result)[0] == "f":
        _raise(b, _too_small(b, op, floats, result), f"underflow encountered in {name}")
    if "invalid" in raising and op not in DEFINED:
        known = [b.emit("not_", _some(b, "isnan", atom, result)) for atom in floats]
        _raise(b, _both(b, b.emit("isnan", result), *known), f"invalid value encountered in {name}")


def _is_checked(result: Any) -> bool:
    if not isinstance(result, Var) or not isinstance(result.type, (Array, Scalar)):
        return False
    return result.type.dtype[0] in "fc" and not (isinstance(result.type, Scalar) and result.type.weak)


def _dtype(atom: Atom) -> str:
    return getattr(atom.type, "dtype", "")


def _both(b: Builder, first: Atom, *others: Atom) -> Atom:
    for other in others:
        first = b.emit("logical_and", first, other)
    return first


def _elementwise(atom: Atom, result: Var) -> bool:
    """Whether the operand can be put beside the result, element by element."""
    return not isinstance(atom.type, Array) or isinstance(result.type, Array) and atom.type.rank <= result.type.rank


def _every(b: Builder, asked: str, atom: Atom, result: Var) -> Atom:
    found = b.emit(asked, atom)
    return found if _elementwise(atom, result) else b.emit("all", found, axis=None, keepdims=False)


def _some(b: Builder, asked: str, atom: Atom, result: Var) -> Atom:
    found = b.emit(asked, atom)
    return found if _elementwise(atom, result) else b.emit("any", found, axis=None, keepdims=False)


def _pole(b: Builder, op: str, operands: Sequence[Atom], over: Atom) -> Atom | None:
    """Where the result is infinite because of a pole; None of what has none."""
    if op in ("div", "floordiv"):
        return _both(b, over, b.emit("equal", operands[1], const(0)))
    if op == "pow":
        return _both(b, over, b.emit("equal", operands[0], const(0)))
    if op == "reciprocal":
        return _both(b, over, b.emit("equal", operands[0], const(0)))
    return over if op in POLES else None


def _too_small(b: Builder, op: str, floats: Sequence[Atom], result: Var) -> Atom:
    tiny = float(np.finfo(DTYPES[_dtype(result)]).tiny)
    small = b.emit("less", b.emit("abs", result), const(tiny))
    exact = () if op in ("exp", "exp2") else floats
    finite = [_every(b, "isfinite", atom, result) for atom in floats]
    return _both(b, small, *finite, *(_not_zero(b, atom, result) for atom in exact))


def _not_zero(b: Builder, atom: Atom, result: Var) -> Atom:
    found = b.emit("not_equal", atom, const(0))
    return found if _elementwise(atom, result) else b.emit("all", found, axis=None, keepdims=False)


def _raise(b: Builder, bad: Atom, message: str) -> None:
    if isinstance(bad.type, Array):
        bad = b.emit("any", bad, axis=None, keepdims=False)
    fine = b.emit("not_", bad)
    if isinstance(fine, Const) and fine.value:
        return
    fine = b.emit("cast", fine, dtype="bool", weak=True)
    b.emit("check", fine, error=FloatingPointError, message=message, kind="raise")


def compared(one: object, other: object) -> str:
    """How two values are compared, where asking whether they are the same object is refused."""
    found = [value.type for value in (one, other) if isinstance(value, Var)]
    several = len(found) == 2 and any(isinstance(type, Unknown) or isinstance(type, Array) and type.rank > 0 for type in found)
    return "compare with np.array_equal, or numbers with ==" if several else "compare with =="
