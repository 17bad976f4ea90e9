"""What threads do between two barriers: elements in, the program of the thread, elements out; the tree of a block's reductions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from difflang.types import ONE, Array, Scalar

from .kernel import BLOCK, GRID, Coord, Dim, Gather, Input, Kernel, KernelProgram, Leaf, Position, Reduced, Reduction, Size
from ..lower.lower import struct
from ..lower.short import combine, identity
from ..lower.scalars import convert
from ..writer import MEMORY, REGISTER, ModuleWriter, Site, Writer

if TYPE_CHECKING:
    from .emit import Parameter


class Phases:
    """Writes the phases of one kernel."""

    def __init__(self, module: ModuleWriter, program: KernelProgram, kernel: Kernel, parameters: Sequence[Parameter]) -> None:
        self.module = module
        self.program = program
        self.kernel = kernel
        self.scratch = any(p.role == "scratch" for p in parameters)
        self.w = Writer(module, "ret void")

    def all(self) -> list[tuple[str, Writer]]:
        """(name, code) in order. The one named `.step` is repeated with halved widths."""
        name, found = self.kernel.name, []
        if not self.kernel.finish:
            found.append((f"{name}.map", self._write(self.map)))
        elif self.kernel.reduces:
            found.append((f"{name}.parts", self._write(self.parts)))
        if self.kernel.reduces:
            found.append((f"{name}.step", self._write(self.step)))
        if self.kernel.reduces or self.kernel.finish:
            found.append((f"{name}.end", self._write(self.finish if self.kernel.finish else self.end)))
        return found

    def _write(self, code: Callable[[], None]) -> Writer:
        self.w = Writer(self.module, "ret void")
        code()
        self.w.do("ret void")
        return self.w

    # phases

    def map(self) -> None:
        """Elements thread, thread + threads, ...: each thread's part of the reductions goes to shared memory."""
        w = self.w
        context = w.alloca("[64 x i8]")
        sums = [(self.reduction(k), w.alloca(REGISTER[self.reduction(k).dtype])) for k in self.kernel.reduces]
        for reduction, slot in sums:
            w.do(f"store {REGISTER[reduction.dtype]} {identity(reduction.op, reduction.dtype)}, ptr {slot}")
        total = self.total()
        first = w.let(f"add i64 {w.let(f'mul i64 %block, {BLOCK}')}, %thread")
        stride = w.let(f"mul i64 %blocks, {BLOCK}")
        following, body, done = w.name("following"), w.name("element"), w.name("done")
        label = w.open_loop()
        index, line = w.open_phi("i64", first, "at")
        w.branch(w.let(f"icmp slt i64 {index}, {total}"), body, done)
        w.start(body)
        values = self.run(context, index, first, following)
        for k, result in enumerate(self.kernel.stores):
            self.put(result, index, values[k])
        for (reduction, slot), value in zip(sums, values[len(self.kernel.stores) :], strict=True):
            type = REGISTER[reduction.dtype]
            w.do(f"store {type} {combine(w, reduction.op, w.let(f'load {type}, ptr {slot}'), value, reduction.dtype)}, ptr {slot}")
        w.jump(following)
        w.start(following)
        w.close_phi(line, w.let(f"add i64 {index}, {stride}"), following)
        w.jump(label)
        w.start(done)
        for k, (reduction, slot) in enumerate(sums):
            self.keep(k, "%thread", reduction.dtype, w.let(f"load {REGISTER[reduction.dtype]}, ptr {slot}"))

    def parts(self) -> None:
        """The parts that blocks left: thread t takes t, t + 256, ..."""
        w = self.w
        for k, number in enumerate(self.kernel.reduces):
            reduction = self.reduction(number)
            type = REGISTER[reduction.dtype]
            slot = w.alloca(type)
            w.do(f"store {type} {identity(reduction.op, reduction.dtype)}, ptr {slot}")
            blocks = w.let(f"load i64, ptr {self.cell('%work', len(self.program.reductions) + number)}")
            body, done = w.name("part"), w.name("done")
            label = w.open_loop()
            index, line = w.open_phi("i64", "%thread", "at")
            w.branch(w.let(f"icmp slt i64 {index}, {blocks}"), body, done)
            w.start(body)
            value = self.read(self.cell("%work", w.let(f"add i64 {index}, {self.first_part(number)}")), reduction.dtype)
            w.do(f"store {type} {combine(w, reduction.op, w.let(f'load {type}, ptr {slot}'), value, reduction.dtype)}, ptr {slot}")
            w.close_phi(line, w.let(f"add i64 {index}, {BLOCK}"), w.block)
            w.jump(label)
            w.start(done)
            self.keep(k, "%thread", reduction.dtype, w.let(f"load {type}, ptr {slot}"))

    def step(self) -> None:
        """Thread t below the width adds what stands `width` further."""
        w = self.w
        self.only(w.let("icmp slt i64 %thread, %width"))
        other = w.let("add i64 %thread, %width")
        for k, number in enumerate(self.kernel.reduces):
            reduction = self.reduction(number)
            one, two = (self.read(self.shared(k, at), reduction.dtype) for at in ("%thread", other))
            self.keep(k, "%thread", reduction.dtype, combine(w, reduction.op, one, two, reduction.dtype))

    def end(self) -> None:
        """The block's part, and how many blocks there are."""
        w = self.w
        self.only(w.let("icmp eq i64 %thread, 0"))
        for k, number in enumerate(self.kernel.reduces):
            dtype = self.reduction(number).dtype
            value = self.read(self.shared(k, "0"), dtype)
            self.write(self.cell("%work", w.let(f"add i64 %block, {self.first_part(number)}")), dtype, value)
            w.do(f"store i64 %blocks, ptr {self.cell('%work', len(self.program.reductions) + number)}")

    def finish(self) -> None:
        """The results of the reductions, then the results that are numbers."""
        w = self.w
        self.only(w.let("icmp eq i64 %thread, 0"))
        context = w.alloca("[64 x i8]")
        leave = w.name("leave")
        for k, number in enumerate(self.kernel.reduces):
            reduction = self.reduction(number)
            if reduction.op in ("max", "min"):
                word = {"max": "maximum", "min": "minimum"}[reduction.op]
                text = f"zero-size array to reduction operation {word} which has no identity"
                self.fail_if(w.let(f"icmp eq i64 {self.total()}, 0"), Site(ValueError, text, 0, reduction.place), (), context, "0", leave)
            self.write(self.cell("%work", number), reduction.dtype, self.read(self.shared(k, "0"), reduction.dtype))
        values = self.run(context, "0", "0", leave)
        for k, result in enumerate(self.kernel.stores):
            self.put(result, "0", values[k])
        w.jump(leave)
        w.start(leave)

    # the program of the thread

    def run(self, context: str, index: str, thread: str, failed: str) -> list[str]:
        """Call the thread's program for one element; its results, or on to `failed` with the status written."""
        w, function = self.w, self.kernel.thread
        w.do(f"store i32 0, ptr {context}")
        if self.scratch:
            offset = w.let(f"mul i64 {thread}, %scratch_bytes")
            begin = w.let(f"getelementptr i8, ptr %scratch, i64 {offset}")
            w.do(f"store ptr {begin}, ptr {w.let(f'getelementptr inbounds i8, ptr {context}, i64 40')}")
            end = w.let(f"getelementptr i8, ptr {begin}, i64 %scratch_bytes")
            w.do(f"store ptr {end}, ptr {w.let(f'getelementptr inbounds i8, ptr {context}, i64 48')}")
        coords = () if self.flat else self.coordinates(index)
        passed = [f"ptr {context}"]
        for entry, param in zip(self.kernel.inputs, function.body.params, strict=True):
            assert isinstance(param.type, Scalar)
            value = self.input(entry, param.type.dtype, index, coords, context, failed)
            passed.append(f"{REGISTER[param.type.dtype]} {value}")
        types = [atom.type for atom in function.body.yields]
        result = w.let(f'call fastcc {struct(types)} @"{self.kernel.name}.thread.impl"({", ".join(passed)})')
        bad = w.let(f"icmp ne i32 {w.let(f'extractvalue {struct(types)} {result}, 0')}, 0")
        self.report(bad, context, index, failed)
        values = []
        for k, type in enumerate(types):
            value = w.let(f"extractvalue {struct(types)} {result}, {k + 1}")
            own = type.dtype  # type: ignore[union-attr]
            values.append(convert(w, value, own, self.wanted(k)))
        return values

    def wanted(self, k: int) -> str:
        """The dtype in which the k-th yield of the thread is stored or reduced."""
        stores = self.kernel.stores
        if k < len(stores):
            return self.program.results[stores[k]].dtype  # type: ignore[union-attr]
        return self.reduction(self.kernel.reduces[k - len(stores)]).dtype

    def fail_if(self, bad: str, site: Site, details: Sequence[str], context: str, index: str, failed: str) -> None:
        w = self.w
        wrong, fine = w.name("wrong"), w.name("fine")
        w.branch(bad, wrong, fine, f", !prof !{w.cold_weights}")
        w.start(wrong)
        given = "".join(f", i64 {d}" for d in details)
        w.do(f"call void @dl_fault{len(details)}(ptr {context}, i32 {self.module.site(site)}{given})")
        w.do(f"call void @dl_report(ptr %status, ptr {context}, i64 {index})")
        w.jump(failed)
        w.start(fine)

    def report(self, bad: str, context: str, index: str, failed: str) -> None:
        w = self.w
        wrong, fine = w.name("wrong"), w.name("fine")
        w.branch(bad, wrong, fine, f", !prof !{w.cold_weights}")
        w.start(wrong)
        w.do(f"call void @dl_report(ptr %status, ptr {context}, i64 {index})")
        w.jump(failed)
        w.start(fine)

    def only(self, condition: str) -> None:
        """The rest of the phase runs where this holds."""
        w = self.w
        rest, out = w.name("rest"), w.name("out")
        w.branch(condition, rest, out)
        w.start(out)
        w.do("ret void")
        w.start(rest)

    # what it is given

    def input(self, entry: Input, dtype: str, index: str, coords: Sequence[str], context: str, failed: str) -> str:
        w = self.w
        if isinstance(entry, Leaf):
            return w.let(f"icmp ne i8 %a{entry.leaf}, 0") if dtype == "bool" else f"%a{entry.leaf}"
        if isinstance(entry, Dim):
            return self.size(entry)
        if isinstance(entry, Position):
            return index if self.flat else coords[entry.axis]
        if isinstance(entry, Reduced):
            return self.read(self.cell("%work", entry.number), dtype)
        return self.gather(entry, index, coords, context, failed)

    def gather(self, entry: Gather, index: str, coords: Sequence[str], context: str, failed: str) -> str:
        w, type = self.w, self.program.leaves[entry.leaf]
        assert isinstance(type, Array)
        if self.flat and entry.coords and all(c.axis >= 0 for c in entry.coords):
            offset = index
        else:
            offset = "0"
            for axis, coord in enumerate(entry.coords):
                size = self.size(Dim(entry.leaf, axis))
                at = self.index_of(coord, size, coords, index)
                if coord.axis < 0 and type.dims[axis] != ONE:
                    outside = w.let(f"icmp uge i64 {at}, {size}")
                    site = Site(IndexError, "index %d is out of bounds for axis %d with size %d", 3, entry.place)
                    self.fail_if(outside, site, (str(coord.start), str(axis), size), context, index, failed)
                offset = w.plus(w.times(offset, size), at) if offset != "0" else at
        memory = MEMORY[type.dtype]
        pointer = w.let(f"getelementptr inbounds {memory}, ptr %a{entry.leaf}, i64 {offset}")
        return self.loaded(w.let(f"load {memory}, ptr {pointer}"), type.dtype)

    def index_of(self, coord: Coord, size: str, coords: Sequence[str], index: str) -> str:
        w = self.w
        start = w.plus(size, str(coord.start)) if coord.start < 0 else str(coord.start)
        if coord.axis < 0:
            return start
        own = index if self.flat else coords[coord.axis]
        return w.plus(w.times(own, str(coord.step)), start)

    @property
    def flat(self) -> bool:
        """Whether the number of the element is the index into everything that is read element by element."""
        rank = len(self.kernel.shape)
        whole = tuple(Coord(axis) for axis in range(rank))
        for entry in self.kernel.inputs:
            if isinstance(entry, Position) and rank > 1:
                return False
            if isinstance(entry, Gather) and any(c.axis >= 0 for c in entry.coords):
                if entry.coords != whole or ONE in self.program.leaves[entry.leaf].dims:  # type: ignore[union-attr]
                    return False
        return True

    def coordinates(self, index: str) -> tuple[str, ...]:
        """The thread's index along each axis, the last one fastest."""
        w, rest, found = self.w, index, []
        for k, size in reversed(list(enumerate(self.kernel.shape))):
            dim = self.size(size)
            if k == 0:
                found.append(rest)
            elif dim == "1":
                found.append("0")
            else:
                found.append(w.let(f"urem i64 {rest}, {dim}"))
                rest = w.let(f"udiv i64 {rest}, {dim}")
        return tuple(reversed(found))

    def size(self, size: Size) -> str:
        if isinstance(size, int):
            return str(size)
        if size.leaf < 0:
            return "%n"
        type = self.program.leaves[size.leaf]
        return "1" if isinstance(type, Array) and type.dims[size.axis] == ONE else f"%a{size.leaf}.{size.axis}"

    def total(self) -> str:
        total = "1"
        for size in self.kernel.shape:
            total = self.w.times(total, self.size(size))
        return total

    # memory

    def reduction(self, number: int) -> Reduction:
        return self.program.reductions[number]

    def first_part(self, number: int) -> int:
        return 2 * len(self.program.reductions) + number * GRID

    def cell(self, base: str, number: int | str) -> str:
        return self.w.let(f"getelementptr inbounds i64, ptr {base}, i64 {number}")

    def shared(self, k: int, thread: str) -> str:
        return self.cell("%shared", self.w.plus(thread, str(k * BLOCK)))

    def keep(self, k: int, thread: str, dtype: str, value: str) -> None:
        self.write(self.shared(k, thread), dtype, value)

    def read(self, pointer: str, dtype: str) -> str:
        return self.loaded(self.w.let(f"load {MEMORY[dtype]}, ptr {pointer}"), dtype)

    def loaded(self, value: str, dtype: str) -> str:
        return self.w.let(f"icmp ne i8 {value}, 0") if dtype == "bool" else value

    def write(self, pointer: str, dtype: str, value: str) -> None:
        if dtype == "bool":
            value = self.w.let(f"zext i1 {value} to i8")
        self.w.do(f"store {MEMORY[dtype]} {value}, ptr {pointer}")

    def put(self, result: int, index: str, value: str) -> None:
        """An element of a result."""
        dtype = self.program.results[result].dtype  # type: ignore[union-attr]
        self.write(self.w.let(f"getelementptr inbounds {MEMORY[dtype]}, ptr %r{result}, i64 {index}"), dtype, value)


__all__ = ["Phases"]
