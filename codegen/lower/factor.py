"""Factorizations by LAPACK: singular values, QR, least squares, eigenvalues of any matrix."""

from __future__ import annotations

import numpy as np

from difflang.errors import TypeMismatch
from difflang.ir import Node
from difflang.ops.factor import COMPLEX
from difflang.types import PART, part_of

from ..arrays import Desc, Element, Index
from ..writer import REGISTER, Site, literal
from .contract import reshaped
from .lapack import (
    LinAlgError,
    columns,
    core,
    dtype_of_result,
    dtype_within,
    fails,
    integer,
    leading,
    letter,
    matrix,
    pointer,
    put,
    result,
    routine,
    square,
    triangle,
    turned,
    work,
)
from .loops import assign, nest
from .lower import Lowering, handles


@handles("svd", "svdvals")
def lower_svd(low: Lowering, node: Node) -> None:
    w, dtype = low.w, dtype_within(node)
    a = matrix(low, node.args[0])
    m, n = a.dims[-2:]
    k = w.least(m, n)
    full, vectors = bool(node.attrs.get("full_matrices")), node.op == "svd"
    rows, count = (m, n) if full else (k, k)
    job = letter("N" if not vectors else "A" if full else "S")
    outs = list(node.outs)
    u = result(low, outs.pop(0), (*a.dims[:-2], m, rows)) if vectors else None
    s = result(low, outs.pop(0), (*a.dims[:-2], k))
    vh = result(low, outs.pop(0), (*a.dims[:-2], count, n)) if vectors else None
    left, values = columns(low, dtype, m, n), work(low, part_of(dtype), k)
    one_ = "1"
    left_vectors = columns(low, dtype, m, rows) if vectors else columns(low, dtype, one_, one_)
    right_vectors = columns(low, dtype, count, n) if vectors else columns(low, dtype, one_, one_)

    def one(index: Index) -> None:
        assign(w, left, core(low, a, 2, index))
        where = (pointer(left_vectors), leading(low, left_vectors.dims[0]), pointer(right_vectors), leading(low, right_vectors.dims[0]))
        info = routine(low, "gesdd", dtype, job, integer(low, m), integer(low, n), pointer(left), leading(low, m), pointer(values), *where)
        fails(low, info, "SVD did not converge")
        assign(w, core(low, s, 1, index), values)
        if u is not None and vh is not None:
            assign(w, core(low, u, 2, index), left_vectors)
            assign(w, core(low, vh, 2, index), right_vectors)

    nest(w, a.dims[:-2], one)


@handles("qr")
def lower_qr(low: Lowering, node: Node) -> None:
    w, dtype = low.w, dtype_of_result(node)
    a = matrix(low, node.args[0])
    m, n = a.dims[-2:]
    k = w.least(m, n)
    count = m if node.attrs.get("mode") == "complete" else k
    q = result(low, node.outs[0], (*a.dims[:-2], m, count))
    r = result(low, node.outs[1], (*a.dims[:-2], count, n))
    left = columns(low, dtype, m, w.greatest(n, count) if count != n else n)
    factors, scales = _part(left, m, n), work(low, dtype, k)

    def one(index: Index) -> None:
        assign(w, factors, core(low, a, 2, index))
        routine(low, "geqrf", dtype, integer(low, m), integer(low, n), pointer(left), leading(low, m), pointer(scales))
        triangle(low, core(low, r, 2, index), _part(left, count, n), upper=True)
        sizes = (integer(low, m), integer(low, count), integer(low, k))
        routine(low, "orgqr", dtype, *sizes, pointer(left), leading(low, m), pointer(scales))
        assign(w, core(low, q, 2, index), _part(left, m, count))

    nest(w, a.dims[:-2], one)


def _part(desc: Desc, rows: str, count: str) -> Desc:
    """The upper left corner of a matrix."""
    return reshaped(desc, ("?", "?"), (rows, count), desc.strides)


@handles("lstsq")
def lower_lstsq(low: Lowering, node: Node) -> None:
    w, dtype = low.w, dtype_of_result(node)
    a, b = low.array(node.args[0]), low.array(node.args[1])
    (m, n), vector = a.dims, b.rank == 1
    w.fail_if(w.pure(f"icmp ne i64 {m}, {b.dims[0]}"), Site(LinAlgError, "Incompatible dimensions", 0, low.place))
    count, k, longest = "1" if vector else b.dims[1], w.least(m, n), w.greatest(m, n)
    left, right, values = columns(low, dtype, m, n), columns(low, dtype, longest, count), work(low, dtype, k)
    assign(w, left, a)
    sides = turned(_part(right, m, count)) if vector else _part(right, m, count)
    assign(w, _row(sides) if vector else sides, b)
    slot, tolerance = w.alloca("i32"), _tolerance(low, node, dtype, longest)
    sizes = (integer(low, m), integer(low, n), integer(low, count), pointer(left), leading(low, m), pointer(right), leading(low, longest))
    info = routine(low, "gelsd", dtype, *sizes, pointer(values), tolerance, f"ptr {slot}")
    fails(low, info, "SVD did not converge in Linear Least Squares")
    x = result(low, node.outs[0], (n,) if vector else (n, count))
    solution = _part(right, n, count)
    assign(w, x, _row(turned(solution)) if vector else solution)
    rank = w.let(f"load i32, ptr {slot}")
    full = w.let(f"icmp eq i64 {w.let(f'sext i32 {rank} to i64')}, {n}")
    some = w.let(f"and i1 {full}, {w.let(f'icmp sgt i64 {m}, {n}')}")
    residuals = result(low, node.outs[1], (w.let(f"select i1 {some}, i64 {count}, i64 0"),))
    nest(w, residuals.dims, lambda at: _squares(low, residuals, right, at, n, m))
    low.env[node.outs[2]] = rank
    assign(w, result(low, node.outs[3], (k,)), values)


def _row(desc: Desc) -> Desc:
    """The only row of a matrix."""
    return reshaped(desc, desc.kinds[1:], desc.dims[1:], desc.strides[1:])


def _tolerance(low: Lowering, node: Node, dtype: str, longest: str) -> str:
    """The part of the largest singular value below which one counts as zero."""
    given, type = node.attrs.get("rcond"), REGISTER[dtype]
    if given is not None:
        return f"{type} {literal(given, dtype)}"
    size = low.w.let(f"sitofp i64 {longest} to {type}")
    eps = float(np.finfo(np.float64 if dtype == "f64" else np.float32).eps)
    return f"{type} {low.w.let(f'fmul {type} {size}, {literal(eps, dtype)}')}"


def _squares(low: Lowering, target: Desc, right: Desc, at: Index, start: str, stop: str) -> None:
    """The sum of the squares that LAPACK leaves below a solution."""
    w, type = low.w, REGISTER[target.dtype]
    put(low, target, at, literal(0.0, target.dtype))

    def step(row: Index) -> None:
        value = right.at(Element(w), (w.let(f"add i64 {row[0]}, {start}"), at[0]))
        address = target.address(Element(w), at)
        old = w.let(f"load {type}, ptr {address}")
        put(low, target, at, w.let(f"fadd {type} {old}, {w.let(f'fmul {type} {value}, {value}')}"))

    nest(w, (w.let(f"sub i64 {stop}, {start}"),), step)


@handles("eig", "eigvals")
def lower_eig(low: Lowering, node: Node) -> None:
    w, dtype = low.w, dtype_of_result(node)
    a, n = square(low, node.args[0])
    values = result(low, node.outs[0], (*a.dims[:-2], n))
    vectors = result(low, node.outs[1], a.dims) if node.op == "eig" else None
    left, real = columns(low, dtype, n, n), work(low, dtype, n)
    imaginary = None if dtype in PART else work(low, dtype, n)
    right = left if vectors is None else columns(low, dtype, n, n)

    def test(at: Index) -> None:
        assert imaginary is not None
        part = imaginary.at(Element(w), at)
        bad = w.let(f"fcmp une {REGISTER[dtype]} {part}, {literal(0.0, dtype)}")
        w.fail_if(bad, Site(TypeMismatch, COMPLEX, 0, low.place))

    def one(index: Index) -> None:
        assign(w, left, core(low, a, 2, index))
        jobs = (letter("N"), letter("N" if vectors is None else "V"))
        found = (pointer(real),) if imaginary is None else (pointer(real), pointer(imaginary))
        where = (*found, pointer(right), leading(low, n), pointer(right), leading(low, n))
        info = routine(low, "geev", dtype, *jobs, integer(low, n), pointer(left), leading(low, n), *where)
        fails(low, info, "Eigenvalues did not converge")
        if imaginary is not None:
            nest(w, (n,), test)
        assign(w, core(low, values, 1, index), real)
        if vectors is not None:
            assign(w, core(low, vectors, 2, index), right)

    nest(w, a.dims[:-2], one)
