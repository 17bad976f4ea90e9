"""Array values while code is written: descriptors of stored arrays, and expressions that a loop nest will compute.

Every array value is an `Expr`: dtype, sizes (registers or literals) and a way to write the code for one element.
`Desc` is an array in memory; `Uniform` one number everywhere; `Apply` an op on expressions; `Mapped` another
expression through an index map (transposes, new axes, broadcasts, slices); `Formula` arange and eye.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Union

from difflang.ir import Place
from difflang.op import row
from difflang.records import dataclass, field
from difflang.types import Type

from .lower.scalars import Typed, convert, element, run, traced_fault
from .writer import MEMORY, SIZE, Site, Writer

Index = tuple[str, ...]


@dataclass(eq=False)
class Element:
    """The element being computed. `flat`: the index is one number into C-contiguous memory of equal shapes.

    `fast`: no axis of open size is broadcast and last axes lie side by side, as was tested before the nest.
    """

    w: Writer
    flat: bool = False
    fast: bool = False
    known: dict[tuple[int, Index], str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Expr:
    dtype: str
    kinds: tuple[str, ...]
    dims: Index

    def at(self, e: Element, index: Index) -> str:
        raise NotImplementedError

    def children(self) -> Sequence[Expr]:
        return ()

    @cached_property
    def parts(self) -> tuple[Expr, ...]:
        """This expression and all that it is made of, each once."""
        return tuple(dict.fromkeys(p for child in self.children() for p in child.parts)) + (self,)

    def leaves(self) -> Iterator[Desc]:
        return (part for part in self.parts if isinstance(part, Desc))

    def flattens(self) -> bool:
        """Whether a flat index may be used: no index is changed on the way, all memory is C-contiguous."""
        return all(part.is_flat() for part in self.parts)

    def conditions(self, w: Writer) -> list[str]:
        """What must hold for the fast form, as i1 registers; nothing where there is but one form."""
        return [c for part in self.parts for c in part.own_conditions(w)]

    def is_flat(self) -> bool:
        """`flattens`, of this part alone."""
        return True

    def own_conditions(self, w: Writer) -> list[str]:
        return []

    @property
    def memory(self) -> frozenset[int]:
        return frozenset().union(*(leaf.memory_ids for leaf in self.leaves()))

    @property
    def rank(self) -> int:
        return len(self.kinds)


@dataclass(frozen=True, eq=False)
class Desc(Expr):
    """An array in memory. Strides are in bytes; `contiguous`: certainly C-contiguous."""

    data: str = ""
    block: str = "null"
    strides: Index = ()
    memory_ids: frozenset[int] = frozenset()
    contiguous: bool = False

    def is_flat(self) -> bool:
        return self.contiguous

    @property
    def unit(self) -> bool:
        """Whether the last axis is known to lie side by side."""
        return not self.strides or self.strides[-1] == str(SIZE[self.dtype])

    def own_conditions(self, w: Writer) -> list[str]:
        size = str(SIZE[self.dtype])
        if self.unit or self.kinds[-1] == "1" or size in self.strides[:-1] or not self.strides[-1].startswith("%"):
            return []
        return [w.pure(f"icmp eq i64 {self.strides[-1]}, {size}")]

    def address(self, e: Element, index: Index) -> str:
        w, memory = e.w, MEMORY[self.dtype]
        if e.flat:  # an array without axes holds one element, wherever the loop stands
            return w.let(f"getelementptr inbounds {memory}, ptr {self.data}, i64 {index[0]}", "p") if self.rank else self.data
        unit = self.unit or (e.fast and self.speculated)
        outer = list(zip(index, self.strides, strict=True))
        last = outer.pop() if unit and outer else None
        pointer = self.offset(w, outer)
        if last is not None and last[0] != "0":
            pointer = w.let(f"getelementptr inbounds {memory}, ptr {pointer}, i64 {last[0]}", "p")
        return pointer

    @property
    def speculated(self) -> bool:
        """Whether the fast form takes the last axis to lie side by side."""
        return self.kinds[-1] != "1" and str(SIZE[self.dtype]) not in self.strides[:-1] and self.strides[-1].startswith("%")

    def offset(self, w: Writer, terms: Sequence[tuple[str, str]]) -> str:
        """The address that these indices lead to."""
        pointer = self.data
        for index, stride in terms:
            if index != "0" and stride != "0":
                offset = w.times(index, stride)
                pointer = w.let(f"getelementptr inbounds i8, ptr {pointer}, i64 {offset}", "p")
        return pointer

    def at(self, e: Element, index: Index) -> str:
        key = (id(self), index)
        if key not in e.known:
            e.known[key] = load(e.w, self, self.address(e, index))
        return e.known[key]


def load(w: Writer, desc: Desc, pointer: str) -> str:
    """The element at an address, in a register."""
    value = w.let(f"load {MEMORY[desc.dtype]}, ptr {pointer}{w.alias(desc.memory_ids)}")
    return w.let(f"icmp ne i8 {value}, 0") if desc.dtype == "bool" else value


def store(w: Writer, desc: Desc, pointer: str, value: str) -> None:
    if desc.dtype == "bool":
        value = w.let(f"zext i1 {value} to i8")
    w.do(f"store {MEMORY[desc.dtype]} {value}, ptr {pointer}{w.alias(desc.memory_ids)}")


@dataclass(frozen=True, eq=False)
class Uniform(Expr):
    """One number for every element."""

    value: str = ""

    def at(self, e: Element, index: Index) -> str:
        return self.value


@dataclass(frozen=True, eq=False)
class Formula(Expr):
    """Elements computed from their index."""

    function: Callable[[Writer, Index], str] = lambda w, index: ""

    def is_flat(self) -> bool:
        return self.rank == 1

    def at(self, e: Element, index: Index) -> str:
        return self.function(e.w, index)


@dataclass(frozen=True, slots=True)
class Axis:
    """Where an operand's axis gets its index: from result axis `axis`, unless a `mask` (0 or -1) says it has size one."""

    axis: int
    mask: str = ""
    same: str = ""  # i1: this axis is not broadcast


@dataclass(frozen=True, slots=True)
class Fixed:
    """An operand's axis with one index."""

    index: str = "0"


@dataclass(frozen=True, slots=True)
class Affine:
    """An operand's axis whose index is start + step * (the index of result axis `axis`)."""

    axis: int
    start: str
    step: str


Plan = tuple[Union[Axis, Fixed, Affine], ...]


def mapped_index(e: Element, plan: Plan, index: Index) -> Index:
    """The operand's index for a result's index."""
    return tuple(_mapped(e, entry, index) for entry in plan)


def _mapped(e: Element, entry: Axis | Fixed | Affine, index: Index) -> str:
    if isinstance(entry, Fixed):
        return entry.index
    at = index[entry.axis]
    if isinstance(entry, Affine):
        return e.w.plus(e.w.times(at, entry.step), entry.start)
    if not entry.mask or e.fast:
        return at
    key = (-1, (at, entry.mask))
    if key not in e.known:
        e.known[key] = e.w.let(f"and i64 {at}, {entry.mask}")
    return e.known[key]


def is_identity(plan: Plan, rank: int) -> bool:
    return len(plan) == rank and all(isinstance(p, Axis) and p.axis == k and not p.mask for k, p in enumerate(plan))


def plan_conditions(plans: Sequence[Plan]) -> list[str]:
    return [entry.same for plan in plans for entry in plan if isinstance(entry, Axis) and entry.same]


@dataclass(frozen=True, eq=False)
class Mapped(Expr):
    """An expression through an index map."""

    base: Expr = field(default_factory=lambda: Uniform("f64", (), ()))
    plan: Plan = ()

    def children(self) -> Sequence[Expr]:
        return (self.base,)

    def is_flat(self) -> bool:
        return is_identity(self.plan, self.rank) or self.base.rank == 0

    def own_conditions(self, w: Writer) -> list[str]:
        return plan_conditions([self.plan])

    def at(self, e: Element, index: Index) -> str:
        return self.base.at(e, index if e.flat else mapped_index(e, self.plan, index))


@dataclass(frozen=True, eq=False)
class Apply(Expr):
    """An elementwise op. `types` are its operands' types, weak numbers included."""

    op: str = ""
    attrs: Mapping[str, Any] = field(default_factory=dict)
    operands: tuple[Expr | None, ...] = ()
    types: tuple[Type, ...] = ()
    plans: tuple[Plan, ...] = ()
    faults: tuple[int, ...] = ()  # those that NumPy raises too
    place: Place | None = None

    def children(self) -> Sequence[Expr]:
        return [operand for operand in self.operands if operand is not None]

    def is_flat(self) -> bool:
        return all(o.rank == 0 or is_identity(p, self.rank) for o, p in zip(self.children(), self.plans, strict=True))

    def own_conditions(self, w: Writer) -> list[str]:
        return plan_conditions(self.plans)

    def at(self, e: Element, index: Index) -> str:
        key = (id(self), index)
        if key not in e.known:
            plans = iter(self.plans)
            values = [None if o is None else self._operand(e, o, next(plans), index) for o in self.operands]
            e.known[key] = element(e.w, self.op, self.attrs, values, self.types, self.dtype)
            self._fail(e, values, e.known[key])
        return e.known[key]

    def _fail(self, e: Element, values: Sequence[Typed | None], result: str) -> None:
        for k in self.faults:
            dtypes = (self.dtype, *(None if v is None else v[1] for v in values))
            bad = run(e.w, traced_fault(self.op, k, dtypes), [result, *(None if v is None else v[0] for v in values)], "bool")
            fault = row(self.op).faults[k]
            e.w.fail_if(bad, Site(fault.error, fault.message, 0, self.place))

    @staticmethod
    def _operand(e: Element, operand: Expr, plan: Plan, index: Index) -> tuple[str, str]:
        return operand.at(e, index if e.flat else mapped_index(e, plan, index)), operand.dtype


def in_dtype(expr: Expr, e: Element, index: Index, dtype: str) -> str:
    """An element, converted."""
    return convert(e.w, expr.at(e, index), expr.dtype, dtype)


def size(w: Writer, dims: Sequence[str]) -> str:
    """The number of elements."""
    total = "1"
    for dim in dims:
        total = w.times(total, dim)
    return total


def c_strides(w: Writer, dtype: str, dims: Sequence[str]) -> Index:
    """The strides of a C-contiguous array."""
    strides = [str(SIZE[dtype])]
    for dim in reversed(dims[1:]):
        strides.append(w.times(strides[-1], dim))
    return tuple(reversed(strides)) if dims else ()
