"""Python's ints beside NumPy's integers: NumPy takes them in only where they fit, and raises OverflowError where they do not."""

from __future__ import annotations

from difflang.ir import Atom, Node
from difflang.op import row
from difflang.types import DTYPES, INT, Array, Scalar, limits

from ..writer import Site
from .lower import Lowering, dtype_of


def fit_ints(low: Lowering, node: Node) -> None:
    """The check for each Python int among the operands of an elementwise op."""
    if INT not in [atom.type for atom in node.args]:
        return
    out = node.out.type
    assert isinstance(out, (Scalar, Array))
    if (isinstance(out, Scalar) and out.weak) or node.op == "where":  # np.where cuts what does not fit
        return
    typed = [atom for atom in node.args if isinstance(atom.type, (Scalar, Array))]
    computed = row(node.op).computed_in([atom.type for atom in typed], Scalar(out.dtype))
    for atom, dtype in zip(typed, [out.dtype] if node.op == "cast" else computed, strict=True):
        fit_int(low, atom, dtype)


def fit_int(low: Lowering, atom: Atom, dtype: str) -> None:
    """The check that a value, if it is a Python int, fits into a dtype."""
    if atom.type != INT or dtype[0] not in "iu" or dtype == "i64":
        return
    (least, greatest), (low_end, high_end) = limits(dtype), low.ranges.of(atom)
    if least <= low_end and high_end <= greatest:
        return
    value = low.scalar(atom, dtype_of(INT))
    bad = low.w.let(f"icmp slt i64 {value}, {least}")
    if greatest < 2**63 - 1:
        bad = low.w.let(f"or i1 {bad}, {low.w.let(f'icmp sgt i64 {value}, {greatest}')}")
    low.w.fail_if(bad, Site(OverflowError, f"Python integer %d out of bounds for {DTYPES[dtype]}", 1, low.place), [value])
