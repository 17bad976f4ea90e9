"""What is added to zeros first of all: it is put there, and what fills them whole is all there is."""

from __future__ import annotations

from difflang.build import Builder
from difflang.ir import Atom, Const, Node, Var
from difflang.types import Array, Unknown, dims_of

from .rules import DERIVED, Facts, Rule, covers

ZEROS = ("zeros_like", "zeros")


def first_share(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """Zeros to which a value is added at some places hold that value there: x[i] = v. A place that may come twice stays a sum."""
    base, value, *operands = node.args
    pattern = node.attrs["pattern"]
    if any(isinstance(each.type, Unknown) for each in (base, *operands)):  # it may be a list, or a list of indices
        return None
    if node.role not in DERIVED or "a" in pattern or not pattern or not _is_zero_at(facts, base, pattern, operands):
        return None
    return b.emit("store", base, value, *operands, pattern=pattern, hint=node.out.hint)


def _is_zero_at(facts: Facts, base: Atom, pattern: str, operands: list[Atom]) -> bool:
    """Whether an array is zeros but for writes at other places than these."""
    while True:
        if facts.made_by(base, *ZEROS):
            return True
        write = facts.made_by(base, "store", "accumulate")
        if write is None or write.attrs["pattern"] != pattern or not _apart(pattern, write.args[2:], operands):
            return False
        base = write.args[0]


def _apart(pattern: str, one: tuple[Atom, ...], other: list[Atom]) -> bool:
    """Whether two places of one pattern differ in an index that is a number known while compiling."""
    if set(pattern) - set("i:"):
        return False
    pairs = zip(one, other, strict=True)
    return any(isinstance(x, Const) and isinstance(y, Const) and (x.value < 0) == (y.value < 0) and x.value != y.value for x, y in pairs)


def whole_share(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """Zeros to whose view x[None] a value is added: the value without the axes that the view has more."""
    base, value = node.args[:2]
    pattern = node.attrs["pattern"]
    if node.role not in DERIVED or set(pattern) != {"n", ":"} or not facts.made_by(base, *ZEROS) or not isinstance(value, Var):
        return None
    axes = tuple(k for k, code in enumerate(pattern) if code == "n")
    like, whole = base.type, value.type
    if not isinstance(like, Array) or not isinstance(whole, Array) or whole.rank != len(axes) + like.rank:
        return None
    left = tuple(dim for k, dim in enumerate(dims_of(whole)) if k not in axes)
    return b.emit("squeeze", value, axis=axes, hint=node.out.hint) if covers(left, like.dims) and whole.dtype == like.dtype else None


def squeezed_sum(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """A sum that keeps its axes only to lose them again keeps none, whatever its sign."""
    negative = facts.made_once_by(node.args[0], "neg")
    if negative is not None and node.role in DERIVED:
        return b.emit("neg", b.emit("squeeze", negative.args[0], **node.attrs))
    total = facts.made_once_by(node.args[0], "sum")
    if total is None or node.role not in DERIVED or not total.attrs.get("keepdims"):
        return None
    if _axes(total.attrs["axis"]) != _axes(node.attrs.get("axis")):
        return None
    return b.emit("sum", total.args[0], axis=total.attrs["axis"], keepdims=False)


def _axes(axis: object) -> tuple[object, ...] | None:
    return tuple(sorted(axis)) if isinstance(axis, tuple) else None if axis is None else (axis,)


FIRSTS: dict[str, tuple[Rule, ...]] = {
    "accumulate": (whole_share, first_share),
    "squeeze": (squeezed_sum,),
}
