"""Fourier transforms: calls of NumPy's own loops, reached through the library's table `dl_fft` (`runtime/fourier.py` has the order)."""

from __future__ import annotations

from collections.abc import Sequence

from difflang.errors import NotAvailable
from difflang.ir import Node, Program, walk
from difflang.types import REAL, Array, Scalar, Type, complex_of, part_of

from ...runtime.fourier import NAMES
from ..arrays import Desc, Element, Index
from ..writer import REGISTER, SIZE, Site, literal
from ..memory import fresh
from .contract import operand
from .loops import assign, nest
from .lower import Lowering, dtype_of, handles
from .scalars import convert, element

OPS = ("dft", "idft", "rdft", "irdft")
_TABLE = f"[{4 * len(NAMES)} x ptr]"
_UNSCALED = {"dft": "backward", "rdft": "backward", "idft": "forward", "irdft": "forward"}


@handles(*OPS)
def lower_transform(low: Lowering, node: Node) -> None:
    w, type, axis = low.w, node.out.type, node.attrs["axis"]
    assert isinstance(type, Array)
    dtype = _computed_in(node)
    x = operand(low, node.args[0], dtype if node.op == "rdft" else complex_of(dtype))
    count = low.scalar(node.args[1], "i64") if node.op == "irdft" else x.dims[axis]
    site = Site(ValueError, "Invalid number of FFT data points (%d) specified.", 1, low.place)
    w.fail_if(w.pure(f"icmp slt i64 {count}, 1"), site, (count,))
    size = w.plus(w.pure(f"lshr i64 {count}, 1"), "1") if node.op == "rdft" else count
    dims = tuple("1" if type.dims[k] == "1" else size if k == axis else dim for k, dim in enumerate(x.dims))
    made = dtype if node.op == "irdft" else complex_of(dtype)
    if made == type.dtype:
        _calls(low, node, x, low.new_array(node.out, dims), count)
        return
    wide = fresh(low, made, type.dims, dims, low.new_memory())
    low.temporaries.append(wide)
    _calls(low, node, x, wide, count)
    assign(w, low.new_array(node.out, dims), wide)


def _computed_in(node: Node) -> str:
    """NumPy computes in double precision, except where it scales and is given the operand in the very type of a single loop."""
    exact = "f32" if node.op == "rdft" else "c64"
    return "f32" if dtype_of(node.args[0].type) == exact and node.attrs["norm"] != _UNSCALED[node.op] else "f64"


def _calls(low: Lowering, node: Node, x: Desc, target: Desc, count: str) -> None:
    """One call for all lines along the last other axis, for each index of the axes before that."""
    w, axis = low.w, node.attrs["axis"]
    others = [k for k in range(x.rank) if k != axis]
    side = others.pop() if others else None
    along = (str(SIZE[x.dtype]), str(SIZE[target.dtype])) if side is None else (x.strides[side], target.strides[side])
    lines = "1" if side is None else x.dims[side]
    real = part_of(target.dtype)
    factor, sizes, steps, places = (w.alloca(kind) for kind in (REGISTER[real], "[3 x i64]", "[5 x i64]", "[3 x ptr]"))
    w.do(f"store {REGISTER[real]} {_factor(low, node, count, real)}, ptr {factor}")
    _put(low, "i64", sizes, (lines, x.dims[axis], target.dims[axis]))
    _put(low, "i64", steps, (along[0], "0", along[1], x.strides[axis], target.strides[axis]))
    loop, data = _loop(low, node, count, real)

    def one(index: Index) -> None:
        at = ["0"] * x.rank
        for k, i in zip(others, index, strict=True):
            at[k] = i
        pointers = [desc.address(Element(w), tuple(at)) for desc in (x, target)]
        _put(low, "ptr", places, (pointers[0], factor, pointers[1]))
        w.do(f"call void {loop}(ptr {places}, ptr {sizes}, ptr {steps}, ptr {data})")

    nest(w, [x.dims[k] for k in others], one)


def _put(low: Lowering, kind: str, row: str, values: Sequence[str]) -> None:
    for k, value in enumerate(values):
        low.w.do(f"store {kind} {value}, ptr {low.w.let(f'getelementptr inbounds {kind}, ptr {row}, i64 {k}')}")


def _factor(low: Lowering, node: Node, count: str, real: str) -> str:
    """What each result is multiplied by, computed as NumPy does."""
    w, norm = low.w, node.attrs["norm"]
    if norm == _UNSCALED[node.op]:
        return literal(1.0, real)
    own = part_of(dtype_of(node.args[0].type))
    dtype = own if own in REAL else "f64"
    points = convert(w, count, "i64", dtype)
    types: list[Type] = [Scalar(dtype)]
    if norm == "ortho":
        points = element(w, "sqrt", {}, [(points, dtype)], types, dtype)
    return convert(w, element(w, "div", {}, [(literal(1.0, dtype), dtype), (points, dtype)], types * 2, dtype), dtype, real)


def _loop(low: Lowering, node: Node, count: str, real: str) -> tuple[str, str]:
    """The loop and its data."""
    w = low.w
    w.module.declare("dl_fft", f"@dl_fft = external global {_TABLE}")
    names = {"dft": ("fft",), "idft": ("ifft",), "irdft": ("irfft",)}.get(node.op, ("rfft_n_even", "rfft_n_odd"))
    found = []
    for part in (0, 1):
        rows = [4 * NAMES.index(name) + 2 * (real == "f32") + part for name in names]
        values = [w.pure(f"load ptr, ptr getelementptr inbounds ({_TABLE}, ptr @dl_fft, i64 0, i64 {row})") for row in rows]
        if len(values) > 1:
            odd = w.pure(f"trunc i64 {count} to i1")
            values = [w.pure(f"select i1 {odd}, ptr {values[1]}, ptr {values[0]}")]
        found.append(values[0])
    missing = Site(RuntimeError, "NumPy's Fourier transforms were not found: use NumPy 2", 0, low.place)
    w.fail_if(w.pure(f"icmp eq ptr {found[0]}, null"), missing)
    return found[0], found[1]


def refuse_transforms(program: Program) -> None:
    """A library without Python has no transforms, which are NumPy's own. Raises NotAvailable."""
    for function in program.functions.values():
        for node in walk(function.body):
            if node.op in OPS:
                reason = "an exported library cannot transform: np.fft calls NumPy's own code"
                raise NotAvailable("DL015", reason, node.place, "transform in the program that calls the library, and pass the result")


__all__ = ["OPS", "refuse_transforms"]
