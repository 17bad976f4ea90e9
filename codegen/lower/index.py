"""Reading, writing and adding to elements, slices and rows; `gather.py` does it with index arrays."""

from __future__ import annotations

from difflang.ir import Atom, Node
from difflang.ops.index import expand
from difflang.types import Array, Scalar

from ..alias import overlap
from ..arrays import Desc, Element, Index, in_dtype, load
from .gather import gather, scatter
from .loops import over
from .lower import JOINING, Lowering, handles
from .weak import fit_int
from ..places import fit, put, select


@handles("index")
def lower_index(low: Lowering, node: Node) -> None:
    base = low.array(node.args[0])
    pattern = expand(node.attrs["pattern"], base.rank)
    if "a" in pattern:
        gather(low, node, base, pattern)
        return
    memory = base.memory_ids if isinstance(node.out.type, Scalar) else low.memory(node.out)
    view = select(low, base, pattern, node.args[1:], memory)
    if isinstance(node.out.type, Scalar):
        low.env[node.out] = load(low.w, view, view.data)
    else:
        low.env[node.out] = _typed(view, node.out.type)


def _typed(view: Desc, type: object) -> Desc:
    """What the type knows of sizes, taken over."""
    assert isinstance(type, Array)
    dims = tuple("1" if kind == "1" else dim for kind, dim in zip(type.dims, view.dims, strict=True))
    return Desc(view.dtype, type.dims, dims, view.data, view.block, view.strides, view.memory_ids, type.layout != "A")


@handles("store", "accumulate")
def lower_store(low: Lowering, node: Node) -> None:
    base = low.array(node.args[0])
    fit_int(low, node.args[1], base.dtype)
    pattern = expand(node.attrs["pattern"], base.rank)
    adds = node.op == "accumulate"
    if base.rank and all(p == ":" for p in pattern) and _waits(low, base, node.args[1], adds):
        low.bind_collapsed(node.outs[0])
        return
    low.joint.flush()
    with low.hush(node):
        if "a" in pattern:
            scatter(low, node, base, pattern)
        else:
            write(low, select(low, base, pattern, node.args[2:], base.memory_ids), node.args[1], adds)
    low.bind_collapsed(node.outs[0])


JOINING.append(lower_store)


def _waits(low: Lowering, target: Desc, value: Atom, adds: bool) -> bool:
    """Whether the array is written as a whole, by a nest that may wait for its neighbours."""
    source = low.expr(value)
    flat = source.kinds == target.kinds and source.flattens() and target.flattens()
    if not flat or any(_clash(target, leaf) for leaf in source.leaves()):
        return False
    low.joint.write(target, fit(low, source, target), adds, low.hushed)
    return True


def write(low: Lowering, target: Desc, value: Atom, adding: bool) -> None:
    """target[...] = value or += value, the value broadcast."""
    source = low.expr(value)
    if not target.kinds and not source.kinds:
        e = Element(low.w)
        put(low, e, target, (), in_dtype(source, e, (), target.dtype), adding)
        return
    if any(_clash(target, leaf) for leaf in source.leaves()):
        source = low.temporary(source)
    fitted = fit(low, source, target)

    def body(e: Element, index: Index) -> None:
        put(low, e, target, index, in_dtype(fitted, e, index, target.dtype), adding)

    over(low.w, [fitted], target.dims, body, (target,))


def _clash(target: Desc, leaf: Desc) -> bool:
    """Whether reading the leaf element by element could see elements already written."""
    same = (leaf.data, leaf.dims, leaf.strides) == (target.data, target.dims, target.strides)
    return not same and overlap(leaf.memory_ids, target.memory_ids)
