"""Rules about shapes: broadcasting undone where the axes are known, sizes and zeros taken from the earliest value that has them."""

from __future__ import annotations

from collections.abc import Sequence

from difflang.alias import STRUCTURED
from difflang.build import Builder
from difflang.ir import Atom, Const, Node, Var, const
from difflang.op import row
from difflang.types import MANY, ONE, OPEN, Array, Scalar, broadcast_dims, dims_of

from .algebra import ALGEBRA
from .choices import CHOICE_RULES
from .factors import FACTORS
from .firsts import FIRSTS
from .omitted import OMITTED
from .open import OPEN_RULES
from .rules import DERIVED, Facts, Rule, covers, flavor, is_zero
from .spreads import SPREADS


def unbroadcast_known(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """unbroadcast is nothing, or a sum over known axes."""
    x, like = node.args
    if isinstance(like.type, Scalar):
        return x if isinstance(x.type, Scalar) else b.emit("sum", x, axis=None, keepdims=False)
    if not (isinstance(x.type, Array) and isinstance(like.type, Array)):
        return None
    extra = x.type.rank - like.type.rank
    if extra < 0:
        return None
    ones = []
    for axis, (mine, theirs) in enumerate(zip(x.type.dims[extra:], like.type.dims, strict=True)):
        if theirs == ONE and mine != ONE:
            ones.append(extra + axis)
        elif theirs == OPEN and mine != ONE and not same_extent(facts, x, extra + axis, like, axis):
            return None
    value: Atom = x
    if ones:
        value = b.emit("sum", value, axis=tuple(ones), keepdims=True)
    if extra:
        value = b.emit("sum", value, axis=tuple(range(extra)), keepdims=False)
    return value


def same_extent(facts: Facts, one: Atom, axis: int, other: Atom, place: int) -> bool:
    both = isinstance(one, Var) and isinstance(other, Var)
    return both and facts.extents.of(one, axis) == facts.extents.of(other, place)  # type: ignore[arg-type]


def drop_broadcast(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """An operand need not be spread over a shape that the operands together have anyway."""
    if len(node.args) < 2 or not isinstance(node.out.type, Array) or row(node.op).kind != "elementwise":
        return None
    args = list(node.args)
    for k, arg in enumerate(node.args):
        spread = facts.made_by(arg, "broadcast_to")
        if spread is None:
            continue
        target = target_dims(facts, spread)
        others = [other for j, other in enumerate(args) if j != k]
        together = broadcast_dims(*(dims_of(atom.type) for atom in (spread.args[0], *others)))
        if covers(together, target) or any(has_sizes(facts, other, spread.args[1:]) for other in others):
            args[k] = spread.args[0]
    if args == list(node.args):
        return None
    return b.emit(node.op, *args, flavor=flavor(node), **node.attrs)


def has_sizes(facts: Facts, value: Atom, sizes: Sequence[Atom]) -> bool:
    """Whether an array is known to have just these sizes."""
    if not isinstance(value, Var) or not isinstance(value.type, Array) or value.type.rank != len(sizes) or OPEN not in value.type.dims:
        return False
    extents = facts.extents
    return all(extents.of(value, axis) == extents.size(size) for axis, size in enumerate(sizes))


def target_dims(facts: Facts, spread: Node) -> tuple[str, ...]:
    """What is known of the shape that a broadcast_to spreads to."""
    found = []
    for size in spread.args[1:]:
        if isinstance(size, Const):
            found.append(ONE if size.value == 1 else MANY)
            continue
        asked = facts.made_by(size, "dim")
        found.append(dims_of(asked.args[0].type)[asked.attrs["axis"]] if asked and isinstance(asked.args[0].type, Array) else OPEN)
    return tuple(found)


def add_zeros(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """zeros_like(x) + y is y, where y has all axes of x."""
    if node.role not in DERIVED:
        return None
    x, y = node.args
    for one, other in ((x, y), (y, x)):
        zeros = facts.made_by(one, "zeros_like", "zeros")
        if zeros is not None and isinstance(other.type, Array) and isinstance(one.type, Array):
            if len(dims_of(other.type)) == one.type.rank and covers(other.type.dims, one.type.dims):
                return other
    return None


def accumulate_after_zero(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x[i] = 0.0 and then x[i] += v is x[i] = v."""
    base, value, *operands = node.args
    stored = facts.made_by(base, "store")
    if stored is None or not is_zero(stored.args[1]) or "a" in node.attrs["pattern"]:
        return None
    if stored.attrs["pattern"] != node.attrs["pattern"] or list(stored.args[2:]) != operands:
        return None
    hint = node.out.hint
    return b.emit("store", stored.args[0], value, *operands, pattern=node.attrs["pattern"], hint=hint)


def whole_written(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x[:] = v and x[:] += v give v and x + v, where a derivative reads x as it was: x would be copied to be overwritten."""
    base, value = node.args[:2]
    if facts.writes or set(node.attrs["pattern"]) != {":"} or node.role or base not in facts.read_back or not isinstance(base.type, Array):
        return None
    written = value if node.op == "store" else b.emit("add", base, value, hint=node.out.hint)
    full = isinstance(written, Var) and isinstance(written.type, Array) and written.type.rank == base.type.rank
    return written if full and (facts.extents.same(written, base) or _never_widened(written.type, base.type)) else None  # type: ignore[arg-type]


def _never_widened(one: Array, other: Array) -> bool:
    return one.dtype == other.dtype and set(one.dims) == set(other.dims) == {MANY}


def put_back(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """x[i] = x[i] changes nothing."""
    base, value, *operands = node.args
    read = facts.made_by(value, "index")
    if read is None or node.role not in DERIVED or read.args[0] is not base:
        return None
    return base if read.attrs["pattern"] == node.attrs["pattern"] and list(read.args[1:]) == operands else None


def zeros_of_product(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """zeros_like(x @ y) of matrices is zeros of the product's sizes: nothing is multiplied for a shape."""
    like = node.out.type
    product = facts.made_once_by(node.args[0], "matmul")
    if product is None or node.role not in DERIVED or not isinstance(like, Array):
        return None
    x, y = product.args
    if not (isinstance(x.type, Array) and isinstance(y.type, Array) and x.type.rank == y.type.rank == 2):
        return None
    return b.emit("zeros", b.emit("dim", x, axis=0), b.emit("dim", y, axis=1), dtype=like.dtype, hint=node.out.hint)


def accumulate_whole(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """Adding to all of an array of zeros; adding zero."""
    base, value = node.args[:2]
    if is_zero(value):
        return base
    if set(node.attrs["pattern"]) - {":"} or not isinstance(base.type, Array) or not isinstance(value.type, Array):
        return None
    zeros = facts.made_by(base, "zeros_like", "zeros")
    if zeros is not None and value.type.rank == base.type.rank and covers(value.type.dims, base.type.dims):
        return value
    return None


def dim_source(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """The size of an axis, asked of the earliest value that has it."""
    x, axis = node.args[0], node.attrs["axis"]
    if isinstance(x.type, Array) and x.type.dims[axis] == ONE:
        return const(1)
    found = one_step(facts, x, axis)
    if found is None:
        return None
    if not isinstance(found, tuple):
        return found
    value, place = found
    return b.emit("dim", value, axis=place)


def one_step(facts: Facts, x: Atom, axis: int) -> tuple[Atom, int] | Atom | None:
    """Where a value has its axis from: (value, axis), or the size itself."""
    if not isinstance(x, Var) or not isinstance(x.type, Array):
        return None
    if x in facts.carried:
        init, param, final = facts.carried[x]
        return (init, axis) if keeps_shape(facts, final, param) and same_rank(init, x) else None
    node = facts.definition.get(x)
    if node is not None and node.op == "call":
        return written_argument(facts, node, x, axis) or facts.of_callee(node, x, axis)
    if node is None or node.op in STRUCTURED or len(node.outs) != 1:
        return None
    if node.op in ("store", "accumulate", "zeros_like", "ones_like", "empty_like", "full_like", "copy", "cast", "flip", "stop_gradient"):
        return (node.args[0], axis) if same_rank(node.args[0], x) else None
    if node.op == "transpose":
        axes = node.attrs.get("axes")
        return node.args[0], axes[axis] if axes is not None else x.type.rank - 1 - axis
    if node.op in ("zeros", "ones", "empty", "broadcast_to", "full"):
        size = node.args[axis + (node.op in ("broadcast_to", "full"))]
        return size if size.type == Scalar("i64", weak=True) else None
    if row(node.op).kind == "elementwise":
        return elementwise_axis(node, x.type, axis)
    return factor_axis(node, axis) if node.op in ("matmul", "outer") and node.role in DERIVED else None


def factor_axis(node: Node, axis: int) -> tuple[Atom, int] | None:
    """The factor that a product of matrices and vectors has an axis from."""
    first, second = (dims_of(a.type) for a in node.args)
    if node.op == "outer" and len(first) == len(second) == 1:
        return node.args[axis], 0
    if node.op == "outer" or not max(len(first), len(second)) <= 2:
        return None
    return (node.args[0], 0) if axis == 0 and len(first) == 2 else (node.args[1], 1)


def written_argument(facts: Facts, call: Node, x: Var, axis: int) -> tuple[Atom, int] | None:
    """A callee may write into an argument, not change its shape."""
    writes = facts.functions[call.attrs["callee"]].writes
    position = call.outs.index(x) - (len(call.outs) - len(writes))
    if position < 0:
        return None
    return (call.args[writes[position]], axis) if same_rank(call.args[writes[position]], x) else None


def elementwise_axis(node: Node, result: Array, axis: int) -> tuple[Atom, int] | None:
    """An operand whose axis is certainly as long as the result's: not one, or the only array there is."""
    arrays = [a for a in node.args if isinstance(a.type, Array)]
    for operand in arrays:
        assert isinstance(operand.type, Array)
        place = axis - (result.rank - operand.type.rank)
        if place >= 0 and (operand.type.dims[place] == MANY or len(arrays) == 1):
            return operand, place
    return None


def same_rank(one: Atom, other: Atom) -> bool:
    return isinstance(one.type, Array) and isinstance(other.type, Array) and one.type.rank == other.type.rank


def keeps_shape(facts: Facts, value: Atom, param: Var) -> bool:
    """Whether a turn of a loop only writes into what it carries."""
    while value is not param:
        if not isinstance(value, Var):
            return False
        if value in facts.carried:
            init, inner, final = facts.carried[value]
            if not keeps_shape(facts, final, inner):
                return False
            value = init
            continue
        node = facts.made_by(value, "store", "accumulate", "copy", "call")
        step = written_argument(facts, node, value, 0) if node is not None and node.op == "call" else None
        if node is None or (node.op == "call" and step is None):
            return False
        value = node.args[0] if step is None else step[0]
    return True


def like_source(facts: Facts, node: Node, b: Builder) -> Atom | None:
    """zeros_like and its kin, and unbroadcast, ask the earliest value of the same shape and dtype."""
    position = 1 if node.op == "unbroadcast" else 0
    like = node.args[position]
    if not isinstance(like, Var) or not isinstance(like.type, Array):
        return None
    steps = [one_step(facts, like, axis) for axis in range(like.type.rank)]
    sources = {id(step[0]): step[0] for step in steps if isinstance(step, tuple)}
    if not steps or len(sources) != 1 or not all(isinstance(s, tuple) and s[1] == k for k, s in enumerate(steps)):
        return None
    (source,) = sources.values()
    if not isinstance(source.type, Array) or source.type.rank != like.type.rank:
        return None
    if node.op != "unbroadcast" and node.attrs.get("dtype") is None and source.type.dtype != like.type.dtype:
        return None
    args = [*node.args]
    args[position] = source
    return b.emit(node.op, *args, **node.attrs)


SHAPE_RULES: dict[str, tuple[Rule, ...]] = {
    "*": (drop_broadcast,),
    "unbroadcast": (unbroadcast_known, like_source),
    "add": (add_zeros,),
    "accumulate": (accumulate_whole, accumulate_after_zero, whole_written),
    "dim": (dim_source,),
    "store": (put_back, whole_written),
    "zeros_like": (like_source, zeros_of_product),
    "ones_like": (like_source,),
    "empty_like": (like_source,),
    "size": (like_source,),
}
for _more in (ALGEBRA, CHOICE_RULES, FACTORS, FIRSTS, OMITTED, SPREADS, OPEN_RULES):
    for _op, _rules in _more.items():
        SHAPE_RULES[_op] = (*SHAPE_RULES.get(_op, ()), *_rules)
