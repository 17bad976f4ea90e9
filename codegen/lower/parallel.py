"""Parallel loops: the range in parts, each a call of the part function through a frame in memory, results put together in order."""

from __future__ import annotations


from difflang.ir import Function, Node
from difflang.records import dataclass
from difflang.transforms.independent import Carried
from difflang.types import Array, Scalar, Type

from ..arrays import Desc, Element, load, size, store
from ..memory import fresh, parts, release
from ..parallel import NUMBERS, Shared
from ..writer import REGISTER, SIZE, Writer, literal
from .loops import counting, nest
from .lower import Lowering, result_types, struct
from .scalars import convert, element

MOST_PARTS, MOST_COPIES = 64, 16
WORTH = 20_000
"""Operations from which on threads are woken."""
_RECORD = 64
"""Bytes of what a part leaves before its results: the context of a fault, and at 48 the status."""
_SLOT = 16
_HEAD = 3
"""Slots of a frame before the arguments: the first index, the number of turns, the number of parts."""


def lower_parallel(low: Lowering, node: Node) -> None:
    call = _Call(low, node)
    w = low.w
    call.count_parts()
    call.fill_frame()
    big = w.let(f"icmp sge i64 {w.times(call.count, str(call.shared.cost))}, {WORTH}")
    w.do(f'call void @dl_parallel(ptr %ctx, ptr @"{call.key}.thread", ptr {call.frame}, i64 {call.parts}, i1 {big})')
    w.ledger.add("shared")
    pairs = [pair for type, values in zip(call.types, call.values, strict=True) for pair in zip(parts(type), values, strict=True)]
    bounds = [("i64", call.first), ("i64", call.last_index())]
    w.ledger.add("call", call.key, [f"{part} {value}" for part, value in (*bounds, *pairs)], "")
    call.faults()
    call.fold()
    w.module.nests[f"{call.key}.thread"] = ("", call.thread())


@dataclass(eq=False)
class _Sum:
    """An array that parts add to: the first part the array itself, the others copies that begin as zeros."""

    position: int  # among the arguments
    array: Desc
    copies: Desc | None = None


class _Call:
    def __init__(self, low: Lowering, node: Node) -> None:
        self.low, self.w, self.node = low, low.w, node
        self.key: str = node.attrs["callee"]
        self.callee: Function = low.program.functions[self.key]
        self.shared: Shared = node.attrs["parallel"]
        self.types: list[Type] = [param.type for param in self.callee.body.params[2:]]
        self.first = low.scalar(node.args[0], "i64")
        self.count = self.turns()
        self.inits = len(self.types) - len(self.shared.carried)
        values = [low.parts_of(arg, type) for arg, type in zip(node.args[2:], self.types, strict=True)]
        self.values = values
        self.sums = [self.summed(k) for k, one in self.carried("sum")]
        self.parts = "1"
        self.frame = self.records = ""

    def carried(self, *kinds: str) -> list[tuple[int, Carried]]:
        """The carried values of these kinds, by their position among the arguments."""
        return [(self.inits + k, one) for k, one in enumerate(self.shared.carried) if one.kind in kinds]

    def turns(self) -> str:
        from .structured import trips

        return trips(self.w, self.first, self.low.scalar(self.node.args[1], "i64"), self.shared.step)

    def summed(self, position: int) -> _Sum:
        return _Sum(position, self.low.array(self.node.args[2 + position]))

    # parts

    def count_parts(self) -> None:
        """How many parts: by sizes alone."""
        w = self.w
        most = str(MOST_PARTS)
        if self.sums:
            elements = "1"
            for one in self.sums:
                elements = w.plus(elements, w.times("4", size(w, one.array.dims)))
            work = w.times(self.count, str(self.shared.cost))
            most = w.least(w.let(f"sdiv i64 {work}, {elements}"), str(MOST_COPIES))
        found = w.greatest(w.least(most, self.count), "1")
        least = min((one.least for _, one in self.carried("own")), default=0)
        lowest = self.first if self.shared.step > 0 else self.last_index()
        if not (self.shared.step > 0 and lowest.lstrip("-").isdigit() and int(lowest) + least >= 0) and self.carried("own"):
            negative = w.let(f"icmp slt i64 {lowest}, {max(0, -least)}")
            found = w.let(f"select i1 {negative}, i64 1, i64 {found}")
        self.parts = found

    def last_index(self) -> str:
        w = self.w
        return w.plus(self.first, w.times(w.plus(self.count, "-1"), str(self.shared.step)))

    # the frame

    def fill_frame(self) -> None:
        w = self.w
        flat = [pair for type, values in zip(self.types, self.values, strict=True) for pair in zip(parts(type), values, strict=True)]
        extra: list[tuple[str, str]] = []
        for one in self.sums:
            one.copies = self.zeros(one)
            extra += [("ptr", one.copies.data), *(("i64", stride) for stride in one.copies.strides)]
        heads = [("i64", self.first), ("i64", self.count), ("i64", self.parts)]
        slots = [*heads, *flat, *extra]
        results = sum(len(parts(type)) for type in result_types(self.callee))
        self.record = _RECORD + _SLOT * results
        self.records = w.alloca(f"[{MOST_PARTS * self.record} x i8]", 16)
        self.frame = w.alloca(f"[{_SLOT * (1 + len(slots))} x i8]", 16)
        w.do(f"store ptr {self.records}, ptr {self.frame}")
        for k, (type, value) in enumerate(slots):
            _put(w, type, value, _at(w, self.frame, _SLOT * (1 + k)))

    def zeros(self, one: _Sum) -> Desc:
        """Room for the other parts' copies, zero."""
        w, array = self.w, one.array
        others = w.plus(self.parts, "-1")
        copies = fresh(self.low, array.dtype, ("?", *array.kinds), (others, *array.dims), self.low.new_memory(), "part")
        w.module.declare("llvm.memset.p0.i64", "declare void @llvm.memset.p0.i64(ptr, i8, i64, i1 immarg)")
        bytes_ = w.times(size(w, copies.dims), str(SIZE[array.dtype]))
        w.do(f"call void @llvm.memset.p0.i64(ptr {copies.data}, i8 0, i64 {bytes_}, i1 false)")
        return copies

    # afterwards

    def faults(self) -> None:
        """The first part that failed, in the order of turns, is what the loop fails with."""
        w = self.w
        with counting(w, self.parts, "part") as k:
            record = w.let(f"getelementptr i8, ptr {self.records}, i64 {w.times(k, str(self.record))}")
            status = w.let(f"load i32, ptr {_at(w, record, 48)}")
            failed, fine = w.name("part_failed"), w.name("fine")
            w.branch(w.let(f"icmp ne i32 {status}, 0"), failed, fine, f", !prof !{w.cold_weights}")
            w.start(failed)
            w.do(f"call void @dl_parallel_failed(ptr %ctx, ptr {record})")
            w.jump("failed")
            w.start(fine)

    def fold(self) -> None:
        """Numbers and sums of the parts, one after the other."""
        w, low = self.w, self.low
        outs = list(self.node.outs)
        registers = [register for type in result_types(self.callee) for register in parts(type)]
        slots = [w.alloca(register) for register in registers]
        last = w.plus(self.parts, "-1")
        numbers = self.carried(*NUMBERS)
        for k, (register, slot, (_, one)) in enumerate(zip(registers, slots, numbers, strict=True)):
            w.do(f"store {register} {self.result(k, register, '0' if one.kind == 'number' else last)}, ptr {slot}")
        with counting(w, last, "part") as before:
            part = w.plus(before, "1")
            for k, (register, slot, (position, one)) in enumerate(zip(registers, slots, numbers, strict=True)):
                if one.kind == "number" and one.fold != "same":
                    self.fold_number(k, register, slot, position, one.fold, part)
            for sum_ in self.sums:
                self.fold_array(sum_, before)
        for slot, register, out, leaf in zip(slots, registers, outs, self.callee.body.yields, strict=False):
            value = w.let(f"load {register}, ptr {slot}")
            both_numbers = isinstance(leaf.type, Scalar) and isinstance(out.type, Scalar)
            low.env[out] = convert(w, value, leaf.type.dtype, out.type.dtype) if both_numbers else value  # type: ignore[union-attr]
        for out in outs[len(numbers) :]:
            low.bind_collapsed(out)
        for sum_ in self.sums:
            if sum_.copies is not None:
                release(w, sum_.copies.block)

    def result(self, k: int, register: str, part: str) -> str:
        w = self.w
        record = w.let(f"getelementptr i8, ptr {self.records}, i64 {w.times(part, str(self.record))}")
        return _get(w, register, _at(w, record, _RECORD + _SLOT * k))

    def fold_number(self, k: int, register: str, slot: str, position: int, fold: str, part: str) -> None:
        w, type = self.w, self.types[position]
        assert isinstance(type, Scalar)
        sofar = w.let(f"load {register}, ptr {slot}")
        value = element(w, fold, {}, [(sofar, type.dtype), (self.result(k, register, part), type.dtype)], [type, type], type.dtype)
        w.do(f"store {register} {value}, ptr {slot}")

    def fold_array(self, one: _Sum, copy: str) -> None:
        w, array, copies = self.w, one.array, one.copies
        assert copies is not None

        def add(index: tuple[str, ...]) -> None:
            e = Element(w)
            place = array.address(e, index)
            total = w.let(f"fadd {REGISTER[array.dtype]} {load(w, array, place)}, {copies.at(e, (copy, *index))}")
            store(w, array, place, total)

        nest(w, array.dims, add)

    # a part

    def thread(self) -> str:
        """The function that runs part k of a frame."""
        w = Writer(self.w.module, "ret void")
        ctx = w.alloca("[80 x i8]", 8)
        w.do(f"call void @dl_ctx_init(ptr {ctx})")
        w.do(f"store i32 1, ptr {_at(w, ctx, 4)}")
        for offset in (48, 56, 64, 72):
            w.do(f"store i64 0, ptr {_at(w, ctx, offset)}")
        values = self.read_frame(w)
        types = result_types(self.callee)
        passed = ", ".join(["ptr " + ctx, *(f"{type} {value}" for type, value in values)])
        result = w.let(f'call fastcc {struct(types)} @"{self.key}.impl"({passed})')
        records = w.let("load ptr, ptr %frame")
        record = w.let(f"getelementptr i8, ptr {records}, i64 {w.let(f'mul i64 %k, {self.record}')}")
        for offset in range(0, 40, 8):
            w.do(f"store i64 {w.let(f'load i64, ptr {_at(w, ctx, offset)}')}, ptr {_at(w, record, offset)}")
        w.do(f"store i32 {w.let(f'extractvalue {struct(types)} {result}, 0')}, ptr {_at(w, record, 48)}")
        for k, register in enumerate(part for type in types for part in parts(type)):
            _put(w, register, w.let(f"extractvalue {struct(types)} {result}, {k + 1}"), _at(w, record, _RECORD + _SLOT * k))
        w.do(f"call void @dl_ctx_free(ptr {ctx})")
        w.do("ret void")
        return w.text(f'define internal void @"{self.key}.thread"(ptr %frame, i64 %k) #0')

    def read_frame(self, w: Writer) -> list[tuple[str, str]]:
        """The arguments of the part function: its bounds, then what the frame holds, changed where each part has its own."""
        first, count, number = (_get(w, "i64", _at(w, "%frame", _SLOT * (1 + k))) for k in range(_HEAD))
        k = w.let(f"sub i64 {w.let(f'sub i64 {number}, 1')}, %k") if self.shared.reverse else "%k"
        bounds = [w.let(f"sdiv i64 {w.let(f'mul i64 {at}, {count}')}, {number}") for at in (k, w.let(f"add i64 {k}, 1"))]
        found = [("i64", w.let(f"add i64 {first}, {w.let(f'mul i64 {bound}, {self.shared.step}')}")) for bound in bounds]
        begins = w.let("icmp eq i64 %k, 0")
        at = 1 + _HEAD
        flat = sum(len(parts(type)) for type in self.types)
        extra = at + flat
        for position, type in enumerate(self.types):
            registers = parts(type)
            values = [_get(w, register, _at(w, "%frame", _SLOT * (at + j))) for j, register in enumerate(registers)]
            at += len(registers)
            one = self.shared.carried[position - self.inits] if position >= self.inits else None
            if isinstance(type, Array):
                values[1] = "null"  # borrowed: threads must not count references
                if one is not None and one.kind == "sum":
                    values = self.own_copy(w, type, values, extra, begins)
                    extra += 2 + type.rank
            elif one is not None and one.kind in ("number", "reset"):
                values[0] = w.let(f"select i1 {begins}, {registers[0]} {values[0]}, {registers[0]} {_identity(one, type, values[0])}")
            elif not isinstance(type, Scalar):
                raise AssertionError("a list does not go to threads")
            found += zip(registers, values, strict=True)
        return found

    def own_copy(self, w: Writer, type: Array, values: list[str], extra: int, begins: str) -> list[str]:
        """The parts of the array that this part adds to."""
        base, each, *strides = (_get(w, "ptr" if j == 0 else "i64", _at(w, "%frame", _SLOT * (extra + j))) for j in range(2 + type.rank))
        offset = w.let(f"mul i64 {w.let('sub i64 %k, 1')}, {each}")
        data = w.let(f"getelementptr i8, ptr {base}, i64 {offset}")
        own = [data, "null", *values[2 : 2 + type.rank], *(strides if type.layout != "C" else [])]
        return [
            value if mine == value or mine == "null" else w.let(f"select i1 {begins}, {kind} {value}, {kind} {mine}")
            for kind, value, mine in zip(parts(type), values, own, strict=True)
        ]


def _identity(one: Carried, type: Type, value: str) -> str:
    """What a part begins with: what changes nothing, or what turns end with."""
    assert isinstance(type, Scalar)
    fold = one.fold
    if one.kind == "reset":
        return literal(one.value.value, type.dtype)
    if fold == "add":
        return literal(-0.0 if type.dtype[0] == "f" else 0, type.dtype)
    return literal(1.0 if type.dtype[0] == "f" else 1, type.dtype) if fold == "mul" else value


def _at(w: Writer, base: str, offset: int) -> str:
    return w.let(f"getelementptr i8, ptr {base}, i64 {offset}") if offset else base


def _put(w: Writer, type: str, value: str, place: str) -> None:
    if type == "i1":
        type, value = "i8", w.let(f"zext i1 {value} to i8")
    w.do(f"store {type} {value}, ptr {place}")


def _get(w: Writer, type: str, place: str) -> str:
    if type == "i1":
        return w.let(f"icmp ne i8 {w.let(f'load i8, ptr {place}')}, 0")
    return w.let(f"load {type}, ptr {place}")


__all__ = ["MOST_PARTS", "lower_parallel"]
