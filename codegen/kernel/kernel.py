"""Kernels: what one thread computes, where its numbers come from and where they go. Independent of any target.

A kernel program is a list of kernels that are launched one after the other with the same arguments. The program of a
thread is a placed function of the language on numbers; around it stand the elements it is given (`Gather`), the elements it
stores, and the reductions over all threads. `emit.py` writes both executions: NVPTX and, thread by thread, the CPU.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Union

from difflang.errors import NotAvailable, TypeMismatch
from difflang.ir import Atom, Function, Node, Place, Program, Tree
from difflang.records import dataclass, replace
from difflang.transforms.prune import unasked
from difflang.types import MANY, OPEN, Array, Scalar, Tuple, Type

from ..module import recursive
from ..vectormath import MVEC

BLOCK = 256
"""Threads in a block: the tree of a block's reduction is built for it."""
GRID = 1024
"""The most blocks of a launch; threads step over what is left."""


@dataclass(frozen=True, slots=True)
class Coord:
    """An index along one axis: start + step * (index along the thread's axis `axis`); axis -1: start alone.

    A negative start counts from the end.
    """

    axis: int
    start: int = 0
    step: int = 1


@dataclass(frozen=True, slots=True)
class Gather:
    """An element of an argument."""

    leaf: int
    coords: tuple[Coord, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """An argument that is a number."""

    leaf: int


@dataclass(frozen=True, slots=True)
class Dim:
    """The size of an argument along an axis. Of a function that is mapped: leaf -1, the number of elements."""

    leaf: int
    axis: int


@dataclass(frozen=True, slots=True)
class Position:
    """The thread's own index along an axis."""

    axis: int


@dataclass(frozen=True, slots=True)
class Reduced:
    """The result of a reduction of an earlier kernel."""

    number: int


Input = Union[Gather, Leaf, Dim, Position, Reduced]
Size = Union[Dim, int]


@dataclass(frozen=True, slots=True)
class Reduction:
    """A reduction over all threads: sum, prod, max, min, any or all, in this dtype."""

    op: str
    dtype: str
    place: Place | None = None


@dataclass(frozen=True, eq=False)
class Kernel:
    """One launch. `thread` takes `inputs` and yields an element for each of `stores`, then an operand for each of `reduces`.

    A `finish` kernel is one block: it ends the reductions `reduces`, then its first thread runs `thread` for the results that are numbers.
    """

    name: str
    shape: tuple[Size, ...]
    inputs: tuple[Input, ...]
    thread: Function
    stores: tuple[int, ...]
    reduces: tuple[int, ...]
    finish: bool = False


@dataclass(frozen=True, eq=False)
class KernelProgram:
    """`functions` are what threads call. `equal`: sizes that must agree. `mapped`: a function of numbers, one thread for each."""

    name: str
    names: tuple[str, ...]
    leaves: tuple[Type, ...]
    results: tuple[Type, ...]
    shapes: tuple[tuple[Size, ...], ...]
    kernels: tuple[Kernel, ...]
    reductions: tuple[Reduction, ...]
    functions: Mapping[str, Function]
    tree: Tree
    equal: tuple[tuple[Size, Size], ...] = ()
    mapped: bool = False


def kernel_program(program: Program) -> KernelProgram:
    """The kernels of a placed program. Raises NotAvailable for what one thread an element cannot compute."""
    program = program.map(unasked)
    main = program.main
    if main.writes:
        raise refusal("a kernel of a function that writes its arguments is not built", main.place, "return a new array")
    if main.captures:
        reason = f"{main.name} reads {main.captures[0].name} of the enclosing scope, which a kernel has no parameter for"
        raise refusal(reason, main.place, "make it a parameter")
    for name, leaf in zip(leaf_names(main), main.body.params, strict=True):
        if not isinstance(leaf.type, (Scalar, Array)):
            reason = f"the type of {name} is not known, and a kernel is made for types"
            raise TypeMismatch("DL045", reason, main.place, 'give a spec, such as dl.spec("f64[:], float")', main.origin)
    for key in sorted(recursive(program)):
        callee = program.functions[key]
        reason = f"{callee.name} calls itself, and the stack of a thread has no known depth"
        raise refusal(reason, callee.place, "write it as a loop")
    if all(isinstance(leaf.type, Scalar) for leaf in main.body.params):
        return _mapped(program)
    from .elements import of_arrays

    return of_arrays(program)


def kernel_types(types: Sequence[Type]) -> tuple[Type, ...]:
    """The types a kernel is made for: C-contiguous arrays, an axis of open size being one of many elements."""
    found: list[Type] = []
    for type in types:
        if isinstance(type, Tuple):
            type = Tuple(kernel_types(type.items))
        elif isinstance(type, Array):
            if type.layout == "A":
                raise TypeMismatch("DL045", "kernels take C-contiguous arrays", way_out="write the spec without S")
            type = replace(type, dims=tuple(MANY if kind == OPEN else kind for kind in type.dims))
        found.append(type)
    return tuple(found)


def _mapped(program: Program) -> KernelProgram:
    """A function of numbers: each argument becomes an array of n elements, and so does each result."""
    main = program.main
    for atom in main.body.yields:
        if not isinstance(atom.type, Scalar):
            raise refusal(f"a thread of {main.name} would return an array", main.place, "return numbers")
    count = Dim(-1, 0)
    inputs = tuple(Gather(k, (Coord(0),)) for k in range(len(main.body.params)))
    kernel = Kernel(symbol(main.name), (count,), inputs, main, tuple(range(len(main.body.yields))), ())
    leaves = tuple(Array(dtype(p), ("n",)) for p in main.body.params)
    results = tuple(Array(dtype(a), ("n",)) for a in main.body.yields)
    functions = {key: f for key, f in program.functions.items() if key != program.entry}
    names = leaf_names(main)
    return KernelProgram(main.name, names, leaves, results, ((count,),) * len(results), (kernel,), (), functions, main.result, mapped=True)


_TAKEN = MVEC | {"fmod", "lgamma", "tgamma", "sqrt", "fabs", "floor", "ceil", "malloc", "free", "memcpy", "memset", "memmove"}


def symbol(name: str) -> str:
    """A name for an entry: assemblers take ASCII only, and the names of the C library mean what they mean there."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c == "_") else f"_{ord(c):x}_" for c in name)
    if plain in _TAKEN or plain.removesuffix("f") in _TAKEN or plain.startswith(("dl_", "__nv_")) or plain[:1].isdigit():
        return f"kernel_{plain}"
    return plain


def dtype(atom: Atom) -> str:
    assert isinstance(atom.type, (Scalar, Array))
    return atom.type.dtype


def leaf_names(main: Function) -> tuple[str, ...]:
    """A name for each leaf of the arguments, all different."""
    names: list[str] = []
    for param in main.body.params:
        name = param.hint
        while name in names:
            name += "_"
        names.append(name)
    return tuple(names)


def refusal(reason: str, place: Place | None, way_out: str) -> NotAvailable:
    return NotAvailable("DL015", reason, place, way_out)


def refused(node: Node, why: str = "") -> NotAvailable:
    """The error for a node that kernels do not have: which value, at which line, and why."""
    value = node.outs[0].hint if node.outs else node.op
    if not why and node.attrs.get("axis") is not None and isinstance(node.outs[0].type, Array):
        why = "it goes along some axes only, one thread an element does not"
    why = why or "one thread an element cannot compute it"
    reason = f"{value!r} ({node.op}) has no place in a kernel: {why}"
    return refusal(reason, node.place, "write the function on numbers (it is mapped over arrays), or keep this part outside the kernel")


__all__ = [
    "BLOCK", "GRID", "Coord", "Dim", "Gather", "Input", "Kernel", "KernelProgram", "Leaf", "Position", "Reduced", "Reduction", "Size",
    "dtype", "kernel_program", "kernel_types", "leaf_names", "refusal", "refused", "symbol",
]  # fmt: skip
