"""Products of matrices and vectors: every form becomes matrix products of views, one for each index of the stacked axes."""

from __future__ import annotations

from collections.abc import Sequence

from difflang.ir import Atom, Node
from difflang.types import ONE, Array

from ..arrays import Apply, Axis, Desc, Element, Expr, Fixed, Index, c_strides, size, store
from .loops import assign, broadcast, nest, shape_text
from .lower import Lowering, dtype_of, handles
from ..memory import fresh, release
from ..outline import outlined
from .scalars import element
from ..writer import REGISTER, SIZE, Site


def operand(low: Lowering, atom: Atom, dtype: str) -> Desc:
    """An operand in memory, in the product's dtype."""
    value = low.expr(atom)
    if isinstance(value, Desc) and value.dtype == dtype:
        return value
    plan = tuple(Axis(k) for k in range(value.rank))
    return low.temporary(Apply(dtype, value.kinds, value.dims, "cast", {}, (value,), (atom.type,), (plan,)))


def reshaped(desc: Desc, kinds: Sequence[str], dims: Sequence[str], strides: Sequence[str], data: str | None = None) -> Desc:
    return Desc(desc.dtype, tuple(kinds), tuple(dims), data or desc.data, desc.block, tuple(strides), desc.memory_ids, False)


def row(desc: Desc) -> Desc:
    """A vector as a matrix of one row."""
    return reshaped(desc, ("1", *desc.kinds), ("1", *desc.dims), ("0", *desc.strides))


def column(desc: Desc) -> Desc:
    return reshaped(desc, (*desc.kinds, "1"), (*desc.dims, "1"), (*desc.strides, "0"))


_MISMATCH = "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) "


def agree(low: Lowering, one: str, other: str) -> None:
    """The two sizes that matmul sums over must be the same."""
    if one != other:
        bad = low.w.pure(f"icmp ne i64 {one}, {other}")
        low.w.fail_if(bad, Site(ValueError, _MISMATCH + "(size %d is different from %d)", 2, low.place), (other, one))


def gemm(low: Lowering, a: Desc, b: Desc, target: str) -> None:
    """One product of two matrices into contiguous memory."""
    kernel = low.w.module.need(f"dl_gemm_{a.dtype}")
    left = f"ptr {a.data}, i64 {a.strides[0]}, i64 {a.strides[1]}"
    right = f"ptr {b.data}, i64 {b.strides[0]}, i64 {b.strides[1]}"
    low.w.do(f"call void {kernel}({left}, {right}, ptr {target}, i64 {a.dims[0]}, i64 {b.dims[1]}, i64 {a.dims[1]})")


@handles("matmul")
def lower_matmul(low: Lowering, node: Node) -> None:
    dtype = dtype_of(node.out.type)
    a, b = (operand(low, arg, dtype) for arg in node.args)
    agree(low, a.dims[-1], b.dims[-2] if b.rank > 1 else b.dims[0])
    if a.rank == 1 and b.rank == 1:
        low.env[node.out] = vectors(low, a, b)
        return
    left, right = row(a) if a.rank == 1 else a, column(b) if b.rank == 1 else b
    _, dims, plans = broadcast(low, [_stacked(left), _stacked(right)])
    ends = ([] if a.rank == 1 else [left.dims[-2]]) + ([] if b.rank == 1 else [right.dims[-1]])
    target = low.new_array(node.out, _literal(node, (*dims, *ends)))
    step = low.w.let(f"mul i64 {low.w.let(f'mul i64 {left.dims[-2]}, {right.dims[-1]}')}, {SIZE[dtype]}") if dims else "0"
    strides = c_strides(low.w, dtype, dims)

    def one(index: Index) -> None:
        data, number = target.data, "0"
        for i, s in zip(index, strides, strict=True):
            if i != "0":
                part = low.w.let(f"mul i64 {i}, {low.w.let(f'sdiv i64 {s}, {SIZE[dtype]}')}")
                number = part if number == "0" else low.w.let(f"add i64 {number}, {part}")
        if number != "0":
            data = low.w.let(f"getelementptr i8, ptr {data}, i64 {low.w.let(f'mul i64 {number}, {step}')}")
        gemm(low, _matrix(low, left, plans[0], index), _matrix(low, right, plans[1], index), data)

    nest(low.w, dims, one)


def _literal(node: Node, dims: Sequence[str]) -> Index:
    assert isinstance(node.out.type, Array)
    return tuple("1" if kind == "1" else dim for kind, dim in zip(node.out.type.dims, dims, strict=True))


def _stacked(desc: Desc) -> Expr:
    """The axes in front of the matrix."""
    return reshaped(desc, desc.kinds[:-2], desc.dims[:-2], desc.strides[:-2])


def _matrix(low: Lowering, desc: Desc, plan: Sequence[object], index: Index) -> Desc:
    """The matrix at an index of the stacked axes."""
    w, data = low.w, desc.data
    for entry, stride in zip(plan, desc.strides, strict=False):
        if isinstance(entry, Fixed) or not isinstance(entry, Axis) or index[entry.axis] == "0":
            continue
        at = w.let(f"and i64 {index[entry.axis]}, {entry.mask}") if entry.mask else index[entry.axis]
        data = w.let(f"getelementptr i8, ptr {data}, i64 {w.let(f'mul i64 {at}, {stride}')}")
    return reshaped(desc, desc.kinds[-2:], desc.dims[-2:], desc.strides[-2:], data)


def vectors(low: Lowering, x: Desc, y: Desc) -> str:
    """The product of two vectors, a number."""
    w, dtype = low.w, x.dtype
    if x.unit and y.unit and dtype[0] == "f":
        return w.let(f"call {REGISTER[dtype]} {w.module.need(f'dl_dot_{dtype}')}(ptr {x.data}, ptr {y.data}, i64 {x.dims[0]})")
    slot = w.alloca(REGISTER[dtype] if dtype != "bool" else "i8")
    gemm(low, row(x), column(y), slot)
    value = w.let(f"load {'i8' if dtype == 'bool' else REGISTER[dtype]}, ptr {slot}")
    return w.let(f"icmp ne i8 {value}, 0") if dtype == "bool" else value


@handles("dot", "inner", "outer")
def lower_products(low: Lowering, node: Node) -> None:
    """Over one axis of each operand, every other axis kept; `outer` over none."""
    dtype = dtype_of(node.out.type)
    if node.out in low.stack[-1].fusion.lazy:
        low.env[node.out] = _table(low, node)
        return
    a, b = (operand(low, arg, dtype) for arg in node.args)
    if node.op == "outer":
        _outer(low, node, a, b)
    elif a.rank == 0 or b.rank == 0:
        _scaled(low, node)
    else:
        _contracted(low, node, a, b)


def _contracted(low: Lowering, node: Node, a: Desc, b: Desc) -> None:
    axis = b.rank - 1 if node.op == "inner" or b.rank == 1 else b.rank - 2
    if a.dims[-1] != b.dims[axis]:
        shapes = ""
        details: Index = (a.dims[-1], b.dims[axis])
        if a.rank + b.rank <= 2:
            shapes, details = f"{shape_text(a.rank)} and {shape_text(b.rank)} ", (*a.dims, *b.dims, *details)
        site = Site(ValueError, f"shapes {shapes}not aligned: %d (dim {a.rank - 1}) != %d (dim {axis})", len(details), low.place)
        low.w.fail_if(low.w.pure(f"icmp ne i64 {a.dims[-1]}, {b.dims[axis]}"), site, details)
    if a.rank == 1 and b.rank == 1:
        low.env[node.out] = vectors(low, a, b)
        return
    others = [k for k in range(b.rank) if k != axis]
    target = low.new_array(node.out, _literal(node, (*a.dims[:-1], *(b.dims[k] for k in others))))
    _every(low, a, b, axis, target)


def _every(low: Lowering, a: Desc, b: Desc, axis: int, target: Desc) -> None:
    """One matrix product where both are matrices or vectors, else one for each index of the leading axes."""
    w = low.w
    before, others = list(range(a.rank - 2)) if a.rank > 2 else [], [k for k in range(b.rank) if k != axis]
    loose = others[:-1]
    dims = [a.dims[k] for k in before] + [b.dims[k] for k in loose]
    rows = ("1", "0") if a.rank == 1 else (a.dims[-2], a.strides[-2])
    columns = ("1", "0") if not others else (b.dims[others[-1]], b.strides[others[-1]])

    def one(index: Index) -> None:
        left, right, out = a.data, b.data, target.data
        for k, i in zip(before, index, strict=False):
            left = _step(low, left, i, a.strides[k])
            out = _step(low, out, i, target.strides[k])
        for k, i in zip(loose, index[len(before) :], strict=True):
            right = _step(low, right, i, b.strides[k])
            out = _step(low, out, i, target.strides[a.rank - 1 + others.index(k)])
        x = reshaped(a, ("?", "?"), (rows[0], a.dims[-1]), (rows[1], a.strides[-1]), left)
        y = reshaped(b, ("?", "?"), (b.dims[axis], columns[0]), (b.strides[axis], columns[1]), right)
        if not loose:
            gemm(low, x, y, out)
            return
        buffer = fresh(low, a.dtype, ("?", "?"), (rows[0], columns[0]), low.new_memory())
        gemm(low, x, y, buffer.data)
        strides = (target.strides[a.rank - 2] if a.rank > 1 else "0", target.strides[-1])
        assign(w, Desc(a.dtype, ("?", "?"), buffer.dims, out, "null", strides, target.memory_ids, False), buffer)
        release(w, buffer.block)

    nest(w, dims, one)


def _step(low: Lowering, pointer: str, index: str, stride: str) -> str:
    if index == "0":
        return pointer
    return low.w.let(f"getelementptr i8, ptr {pointer}, i64 {low.w.let(f'mul i64 {index}, {stride}')}")


def _scaled(low: Lowering, node: Node) -> None:
    """A product with a number."""
    from .elementwise import apply

    product = Node("mul", node.args, node.outs, {}, (), node.place, node.role)
    if isinstance(node.out.type, Array):
        low.finish(node, apply(low, product))
        return
    dtype = dtype_of(node.out.type)
    values = [(low.scalar(a), dtype_of(a.type)) for a in node.args]
    low.env[node.out] = element(low.w, "mul", {}, values, [a.type for a in node.args], dtype)


def _outer(low: Lowering, node: Node, a: Desc, b: Desc) -> None:
    """Every element with every other, both taken in C order."""
    w = low.w
    flat = [_flat(low, x) for x in (a, b)]
    target = low.new_array(node.out, _literal(node, (flat[0].dims[0], flat[1].dims[0])))

    def body(index: Index) -> None:
        e = Element(w)
        values = [(x.at(e, (i,)), x.dtype) for x, i in zip(flat, index, strict=True)]
        product = element(w, "mul", {}, values, [Array(x.dtype, ("n",)) for x in flat], target.dtype)
        store(w, target, target.address(e, index), product)

    with outlined(w, flat, (target,)):
        nest(w, target.dims, body)


def _table(low: Lowering, node: Node) -> Apply:
    """The products of two vectors' elements, computed where they are used."""
    assert isinstance(node.out.type, Array)
    a, b = map(low.expr, node.args)
    plans = tuple((Fixed() if x.kinds[0] == ONE else Axis(k),) for k, x in enumerate((a, b)))
    types = tuple(arg.type for arg in node.args)
    return Apply(node.out.type.dtype, node.out.type.dims, (a.dims[0], b.dims[0]), "mul", {}, (a, b), types, plans, (), low.place)


def _flat(low: Lowering, x: Desc) -> Desc:
    """An operand as one axis."""
    if x.rank == 1:
        return x
    dense = x if x.contiguous else low.temporary(x)
    return Desc(x.dtype, ("?",), (size(low.w, x.dims),), dense.data, dense.block, (str(SIZE[x.dtype]),), dense.memory_ids, True)
