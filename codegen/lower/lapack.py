"""Calls of LAPACK: matrices copied into memory that Fortran reads, one call for each index of the stacked axes, results copied out.

The routines are OpenBLAS's own C interface (LAPACKE), reached through the library's table `dl_lapack` (`runtime/blas.py` has the order).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from difflang.ir import Atom, Node, Var
from difflang.types import PART, Array, part_of

from ...runtime.blas import ROUTINES
from ..arrays import Axis, Desc, Element, Fixed, Index, Plan, store
from ..memory import fresh
from ..writer import REGISTER, Site, literal
from .contract import reshaped
from .loops import assign, broadcast, choose, nest, when
from .lower import Lowering, handles

LinAlgError = np.linalg.LinAlgError
COLUMNS = "i32 102"
"""LAPACKE's word for matrices that lie column by column."""

_TABLE = f"[{len(ROUTINES)} x ptr]"
_MISMATCH = (
    "solve: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature {} (size %d is different from %d)"
)
_LETTER = {"f64": "d", "f32": "s", "c128": "z", "c64": "c"}
_HERMITIAN = {"syevd": "heevd", "orgqr": "ungqr"}
"""What a routine is called for complex matrices."""


def routine(low: Lowering, name: str, dtype: str, *operands: str) -> str:
    """Call one routine; its `info`. Memory that it cannot get is a MemoryError."""
    w = low.w
    w.module.declare("dl_lapack", f"@dl_lapack = external global {_TABLE}")
    place = ROUTINES.index(_LETTER[dtype] + (_HERMITIAN.get(name, name) if dtype in PART else name))
    function = w.let(f"load ptr, ptr getelementptr inbounds ({_TABLE}, ptr @dl_lapack, i64 0, i64 {place})")
    missing = Site(RuntimeError, "OpenBLAS was not found: install scipy-openblas32", 0, low.place)
    w.fail_if(w.let(f"icmp eq ptr {function}, null"), missing)
    nan = w.let(f"load ptr, ptr getelementptr inbounds ({_TABLE}, ptr @dl_lapack, i64 0, i64 {ROUTINES.index('set_nancheck')})")
    w.do(f"call void {nan}(i32 0)")
    info = w.let(f"call i32 {function}({', '.join((COLUMNS, *operands))})")
    w.fail_if(w.let(f"icmp slt i32 {info}, -1000"), Site(MemoryError, "", 0, low.place))
    return info


def integer(low: Lowering, size: str) -> str:
    """A size as LAPACKE takes it."""
    if not size.startswith("%"):
        return f"i32 {size}"
    return f"i32 {low.w.pure(f'trunc i64 {size} to i32')}"


def leading(low: Lowering, size: str) -> str:
    """A leading dimension: at least one."""
    return integer(low, low.w.greatest(size, "1"))


def letter(text: str) -> str:
    return f"i8 signext {ord(text)}"


def pointer(desc: Desc) -> str:
    return f"ptr {desc.data}"


def work(low: Lowering, dtype: str, *dims: str) -> Desc:
    """Memory that lives as long as this node is lowered."""
    made = fresh(low, dtype, ("?",) * len(dims), dims, low.new_memory())
    low.temporaries.append(made)
    return made


def columns(low: Lowering, dtype: str, rows: str, count: str) -> Desc:
    """A matrix in memory of its own, column by column."""
    return turned(work(low, dtype, count, rows))


def turned(desc: Desc) -> Desc:
    """The transposed matrix."""
    return reshaped(desc, desc.kinds[::-1], desc.dims[::-1], desc.strides[::-1])


def core(low: Lowering, desc: Desc, count: int, index: Index, plan: Plan | None = None) -> Desc:
    """The last `count` axes of an array at an index of the axes before."""
    w, data = low.w, desc.data
    outer = desc.rank - count
    plan = tuple(Axis(k) for k in range(outer)) if plan is None else plan
    for entry, stride in zip(plan, desc.strides[:outer], strict=True):
        if isinstance(entry, Fixed) or not isinstance(entry, Axis) or index[entry.axis] == "0":
            continue
        at = index[entry.axis]
        if entry.mask:
            at = w.let(f"and i64 {at}, {entry.mask}")
        data = w.let(f"getelementptr i8, ptr {data}, i64 {w.let(f'mul i64 {at}, {stride}')}")
    return reshaped(desc, desc.kinds[outer:], desc.dims[outer:], desc.strides[outer:], data)


def result(low: Lowering, out: Var, dims: Sequence[str]) -> Desc:
    """A result's memory; a number has a slot of its own, to be read by `deliver`."""
    if isinstance(out.type, Array):
        return low.new_array(out, tuple("1" if kind == "1" else dim for kind, dim in zip(out.type.dims, dims, strict=True)))
    dtype = out.type.dtype  # type: ignore[union-attr]
    slot = low.w.alloca(REGISTER[dtype])
    return Desc(dtype, (), (), slot, "null", (), low.new_memory(), True)


def deliver(low: Lowering, out: Var, desc: Desc) -> None:
    """Bind a number that `result` made room for."""
    if not isinstance(out.type, Array):
        low.env[out] = low.w.let(f"load {REGISTER[desc.dtype]}, ptr {desc.data}")


def put(low: Lowering, desc: Desc, index: Index, value: str) -> None:
    store(low.w, desc, desc.address(Element(low.w), index), value)


def matrix(low: Lowering, atom: Atom) -> Desc:
    """An operand of two axes at least. Raises LinAlgError as NumPy does."""
    desc = low.array(atom)
    assert desc.rank >= 2
    return desc


def square(low: Lowering, atom: Atom) -> tuple[Desc, str]:
    """A stack of square matrices and their size."""
    desc = matrix(low, atom)
    n, m = desc.dims[-2:]
    if n != m:
        site = Site(LinAlgError, "Last 2 dimensions of the array must be square", 0, low.place)
        low.w.fail_if(low.w.pure(f"icmp ne i64 {n}, {m}"), site)
    return desc, n


def fails(low: Lowering, info: str, text: str) -> None:
    """LinAlgError where LAPACK says that it found no answer."""
    low.w.fail_if(low.w.let(f"icmp ne i32 {info}, 0"), Site(LinAlgError, text, 0, low.place))


def dtype_of_result(node: Node, k: int = 0) -> str:
    type = node.outs[k].type
    return type.dtype  # type: ignore[union-attr]


def dtype_within(node: Node) -> str:
    """The dtype of matrices of which the first result may be real though they are complex."""
    given = node.args[0].type
    return given.dtype if isinstance(given, Array) and given.dtype in PART else dtype_of_result(node)


def fill(low: Lowering, desc: Desc, value: Callable[[str, str], str]) -> None:
    """A matrix from a formula of row and column."""
    nest(low.w, desc.dims, lambda at: put(low, desc, at, value(*at)))


def triangle(low: Lowering, target: Desc, source: Desc, upper: bool) -> None:
    """Copy one triangle, zeros beside it."""
    w, type = low.w, REGISTER[target.dtype]

    def body(at: Index) -> None:
        value = source.at(Element(w), at)
        kept = w.let(f"icmp {'sle' if upper else 'sge'} i64 {at[0]}, {at[1]}")
        put(low, target, at, w.let(f"select i1 {kept}, {type} {value}, {type} {literal(0.0, target.dtype)}"))

    nest(w, target.dims, body)


@handles("solve")
def lower_solve(low: Lowering, node: Node) -> None:
    w, dtype = low.w, dtype_of_result(node)
    a, n = square(low, node.args[0])
    b = low.array(node.args[1])
    vector = b.rank == 1
    inner = 1 if vector else 2
    rows = b.dims[-inner]
    if rows != n:
        text = _MISMATCH.format("(m,m),(m)->(m)" if vector else "(m,m),(m,n)->(m,n)")
        w.fail_if(w.pure(f"icmp ne i64 {rows}, {n}"), Site(ValueError, text, 2, low.place), (rows, n))
    count = "1" if vector else b.dims[-1]
    _, dims, plans = broadcast(low, [_outer(a, 2), _outer(b, inner)])
    target = result(low, node.out, (*dims, n) if vector else (*dims, n, count))
    left, right = columns(low, dtype, n, n), columns(low, dtype, n, count)
    pivots = work(low, "i32", n)

    def one(index: Index) -> None:
        assign(w, left, core(low, a, 2, index, plans[0]))
        given, found = core(low, b, inner, index, plans[1]), core(low, target, inner, index)
        flat = turned(right) if vector else right
        flat = reshaped(flat, flat.kinds[1:], flat.dims[1:], flat.strides[1:]) if vector else flat
        assign(w, flat, given)
        _solved(low, dtype, (n, count), left, pivots, right)
        assign(w, found, flat)

    nest(w, dims, one)


def _solved(low: Lowering, dtype: str, dims: tuple[str, str], left: Desc, pivots: Desc, right: Desc) -> None:
    """left x = right, x where right was. An upper triangle is its own factor: that of a Cholesky factor's derivative, for one."""
    (n, count), w = dims, low.w

    def whole() -> None:
        sizes = (integer(low, n), integer(low, count), pointer(left), leading(low, n), pointer(pivots), pointer(right), leading(low, n))
        fails(low, routine(low, "gesv", dtype, *sizes), "Singular matrix")

    def back() -> None:
        form = (letter("U"), letter("N"), letter("N"))
        sizes = (integer(low, n), integer(low, count), pointer(left), leading(low, n), pointer(right), leading(low, n))
        fails(low, routine(low, "trtrs", dtype, *form, *sizes), "Singular matrix")

    if dtype in PART:
        whole()
    else:
        choose(w, _is_upper(low, left, n), back, whole)


def _is_upper(low: Lowering, a: Desc, n: str) -> str:
    """Whether all below the diagonal is zero; its last corner is looked at first."""
    w, type = low.w, REGISTER[a.dtype]
    answer = w.alloca("i1")
    w.do(f"store i1 false, ptr {answer}")

    def look(at: Index) -> None:
        beside = w.let(f"fcmp une {type} {a.at(Element(w), at)}, {literal(0.0, a.dtype)}")
        with when(w, w.let(f"and i1 {beside}, {w.let(f'icmp sgt i64 {at[0]}, {at[1]}')}")):
            w.do(f"store i1 false, ptr {answer}")

    with when(w, w.let(f"icmp sgt i64 {n}, 1")):
        corner = a.at(Element(w), (w.let(f"sub i64 {n}, 1"), "0"))
        with when(w, w.let(f"fcmp oeq {type} {corner}, {literal(0.0, a.dtype)}")):
            w.do(f"store i1 true, ptr {answer}")
            nest(w, a.dims, look)
    return w.let(f"load i1, ptr {answer}")


def _outer(desc: Desc, count: int) -> Desc:
    """The axes in front of the matrix."""
    cut = desc.rank - count
    return reshaped(desc, desc.kinds[:cut], desc.dims[:cut], desc.strides[:cut])


@handles("inv")
def lower_inv(low: Lowering, node: Node) -> None:
    """As NumPy finds it: a x = 1 solved for x."""
    w, dtype = low.w, dtype_of_result(node)
    a, n = square(low, node.args[0])
    target = result(low, node.out, a.dims)
    left, right, pivots = columns(low, dtype, n, n), columns(low, dtype, n, n), work(low, "i32", n)
    one_, zero = literal(1.0, dtype), literal(0.0, dtype)

    def unit(i: str, j: str) -> str:
        return w.let(f"select i1 {w.let(f'icmp eq i64 {i}, {j}')}, {REGISTER[dtype]} {one_}, {REGISTER[dtype]} {zero}")

    def one(index: Index) -> None:
        assign(w, left, core(low, a, 2, index))
        fill(low, right, unit)
        sizes = (integer(low, n), integer(low, n), pointer(left), leading(low, n), pointer(pivots), pointer(right), leading(low, n))
        fails(low, routine(low, "gesv", dtype, *sizes), "Singular matrix")
        assign(w, core(low, target, 2, index), right)

    nest(w, a.dims[:-2], one)


@handles("cholesky")
def lower_cholesky(low: Lowering, node: Node) -> None:
    w, dtype = low.w, dtype_of_result(node)
    a, n = square(low, node.args[0])
    target = result(low, node.out, a.dims)
    left = columns(low, dtype, n, n)

    def one(index: Index) -> None:
        assign(w, left, core(low, a, 2, index))
        info = routine(low, "potrf", dtype, letter("L"), integer(low, n), pointer(left), leading(low, n))
        fails(low, info, "Matrix is not positive definite")
        triangle(low, core(low, target, 2, index), left, upper=False)

    nest(w, a.dims[:-2], one)


@handles("is_definite")
def lower_is_definite(low: Lowering, node: Node) -> None:
    w, type = low.w, node.args[0].type
    assert isinstance(type, Array)
    dtype = type.dtype if type.dtype in _LETTER else "f64"
    a, n = square(low, node.args[0])
    left, answer = columns(low, dtype, n, n), w.alloca("i1")
    w.do(f"store i1 true, ptr {answer}")

    def one(index: Index) -> None:
        assign(w, left, core(low, a, 2, index))
        info = routine(low, "potrf", dtype, letter("L"), integer(low, n), pointer(left), leading(low, n))
        with when(w, w.let(f"icmp ne i32 {info}, 0")):
            w.do(f"store i1 false, ptr {answer}")

    nest(w, a.dims[:-2], one)
    low.env[node.out] = w.let(f"load i1, ptr {answer}")


@handles("eigh", "eigvalsh")
def lower_eigh(low: Lowering, node: Node) -> None:
    w, dtype = low.w, dtype_within(node)
    a, n = square(low, node.args[0])
    values = result(low, node.outs[0], (*a.dims[:-2], n))
    vectors = result(low, node.outs[1], a.dims) if node.op == "eigh" else None
    left, found = columns(low, dtype, n, n), work(low, part_of(dtype), n)
    job, side = letter("N" if vectors is None else "V"), letter(node.attrs.get("UPLO", "L"))

    def one(index: Index) -> None:
        assign(w, left, core(low, a, 2, index))
        info = routine(low, "syevd", dtype, job, side, integer(low, n), pointer(left), leading(low, n), pointer(found))
        fails(low, info, "Eigenvalues did not converge")
        assign(w, core(low, values, 1, index), found)
        if vectors is not None:
            assign(w, core(low, vectors, 2, index), left)

    nest(w, a.dims[:-2], one)
