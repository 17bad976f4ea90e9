"""Sorting networks over vectors: a few hundred numbers without a branch that depends on them.

Batcher's bitonic sort in the form whose comparisons all point one way (Knuth 5.3.4): blocks of 2, 4, 8, ... are sorted by comparing
each element with its mirror image in the block, then with those at half the distance, a quarter, ..., 1. Numbers are sorted as signed
integers of their order, positions beside them where these are asked for: equal numbers then stay as they stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from .writer import MEMORY, SIZE, Writer

DTYPES = {"sort": ("f64", "f32", "i64", "i32", "u64", "u32"), "order": tuple(MEMORY)}
"""Others have so few values that dealing them out is quicker."""
MOST = {"sort": 16384, "order": 4096}
"""Up to how many the network is quicker than dealing."""




def room(w: Writer, op: str, dtype: str, count: str) -> str:
    """The elements of room that sorting so many takes: the next power of two of ranks, and as many places."""
    if dtype not in DTYPES[op]:
        return count
    most = w.plus(w.times(count, "2" if op == "sort" else "4"), "64")
    return w.pure(f"select i1 {w.pure(f'icmp sle i64 {count}, {MOST[op]}')}, i64 {most}, i64 {count}")


class _Text:
    """The lines of a function, and names for them."""

    def __init__(self, op: str, dtype: str) -> None:
        self.lines: list[str] = []
        self.bits = 8 * SIZE[dtype] if op == "sort" else 64
        self.lanes = 512 // self.bits
        self.number, self.vector = f"i{self.bits}", f"<{self.lanes} x i{self.bits}>"
        self._count = 0

    def do(self, line: str) -> None:
        self.lines.append(f"  {line}")

    def let(self, expression: str) -> str:
        self._count += 1
        self.do(f"%x{self._count} = {expression}")
        return f"%x{self._count}"

    @contextmanager
    def loop(self, start: str, last: str, following: str) -> Iterator[str]:
        """Turns of a counter while `last` holds of it; `following` gives the next."""
        self._count += 1
        name = f"l{self._count}"
        at = f"%{name}.at"
        self.lines += [f"  br label %{name}.before", f"{name}.before:", f"  br label %{name}", f"{name}:"]
        self.do(f"{at} = phi i64 [ {start}, %{name}.before ], [ %{name}.next, %{name}.end ]")
        self.do(f"%{name}.more = icmp {last.format(at)}")
        self.lines += [f"  br i1 %{name}.more, label %{name}.do, label %{name}.out", f"{name}.do:"]
        yield at
        self.lines += [f"  br label %{name}.end", f"{name}.end:"]
        self.do(f"%{name}.next = {following.format(at)}")
        self.lines += [f"  br label %{name}", f"{name}.out:"]

    def shuffle(self, x: str, y: str, lanes: Sequence[int]) -> str:
        mask = ", ".join(f"i32 {lane}" for lane in lanes)
        return self.let(f"shufflevector {self.vector} {x}, {self.vector} {y}, <{len(lanes)} x i32> <{mask}>")


_Vectors = tuple[str, ...]
"""Ranks, and places where these are asked for."""


class _Network:
    """Comparisons of vectors in the rooms that begin at `rooms`."""

    def __init__(self, text: _Text, rooms: Sequence[str]) -> None:
        self.text, self.rooms = text, rooms

    def load(self, at: str) -> _Vectors:
        t = self.text
        return tuple(t.let(f"load {t.vector}, ptr {self._address(room, at)}, align 8") for room in self.rooms)

    def store(self, at: str, vectors: _Vectors) -> None:
        for room, vector in zip(self.rooms, vectors, strict=True):
            self.text.do(f"store {self.text.vector} {vector}, ptr {self._address(room, at)}, align 8")

    def _address(self, room: str, at: str) -> str:
        return self.text.let(f"getelementptr inbounds {self.text.number}, ptr {room}, i64 {at}")

    def exchange(self, one: _Vectors, other: _Vectors) -> tuple[_Vectors, _Vectors]:
        """The lesser and the greater of each lane."""
        t = self.text
        if len(one) == 1:
            name = f"v{t.lanes}{t.number}({t.vector} {one[0]}, {t.vector} {other[0]})"
            return tuple(t.let(f"call {t.vector} @llvm.smin.{name}") for _ in one), (t.let(f"call {t.vector} @llvm.smax.{name}"),)
        less, same = (t.let(f"icmp {how} {t.vector} {other[0]}, {one[0]}") for how in ("slt", "eq"))
        before = t.let(f"icmp slt {t.vector} {other[1]}, {one[1]}")
        both = t.let(f"and <{t.lanes} x i1> {same}, {before}")
        turned = t.let(f"or <{t.lanes} x i1> {less}, {both}")

        def chosen(yes: _Vectors, no: _Vectors) -> _Vectors:
            return tuple(
                t.let(f"select <{t.lanes} x i1> {turned}, {t.vector} {y}, {t.vector} {n}") for y, n in zip(yes, no, strict=True)
            )

        return chosen(other, one), chosen(one, other)

    def within(self, x: _Vectors, partner: Callable[[int], int], bit: int) -> _Vectors:
        """Each lane with its partner; lanes with the bit keep the greater."""
        t = self.text
        turned = tuple(t.shuffle(v, v, [partner(lane) for lane in range(t.lanes)]) for v in x)
        low, high = self.exchange(x, turned)
        kept = [lane + (t.lanes if lane & bit else 0) for lane in range(t.lanes)]
        return tuple(t.shuffle(lo, hi, kept) for lo, hi in zip(low, high, strict=True))

    def mirrored(self, x: _Vectors) -> _Vectors:
        t = self.text
        return tuple(t.shuffle(v, v, range(t.lanes - 1, -1, -1)) for v in x)

    def merged(self, x: _Vectors, distance: int) -> _Vectors:
        """The steps at this distance and below, all within a vector."""
        while distance:
            x = self.within(x, lambda lane, d=distance: lane ^ d, distance)  # type: ignore[misc]
            distance //= 2
        return x


def network(op: str, dtype: str) -> str:
    """The text of dl_network_sort_f64 and its kin: (keys, result, room, count), true where it has sorted. Values that only a stable
    sort of the numbers themselves tells apart (-0 beside 0, several of what is not a number) are left to that."""
    t = _Text(op, dtype)
    net = _Network(t, ["%room"])
    if op == "order":
        half = t.let("getelementptr inbounds i64, ptr %room, i64 %padded")
        net = _Network(t, ["%room", half])
    odd = _ranks(t, net, op, dtype)
    if odd:
        t.lines += [f"  br i1 {odd}, label %no, label %go", "no:", "  ret i1 false", "go:"]
    _sorted(t, net)
    _handed(t, net, op, dtype)
    head = [
        f"define hidden i1 @dl_network_{op}_{dtype}(ptr %keys, ptr %a, ptr %room, i64 %n) noinline nounwind WIDE {{",
        "entry:",
        f"  %least = call i64 @llvm.smax.i64(i64 %n, i64 {t.lanes})",
        "  %last = sub i64 %least, 1",
        "  %zeros = call i64 @llvm.ctlz.i64(i64 %last, i1 false)",
        "  %power = sub i64 64, %zeros",
        "  %padded = shl i64 1, %power",
    ]
    declared = ["declare i64 @llvm.smax.i64(i64, i64)", "declare i64 @llvm.ctlz.i64(i64, i1 immarg)"]
    if op == "sort":
        declared += [f"declare {t.vector} @llvm.s{m}.v{t.lanes}{t.number}({t.vector}, {t.vector})" for m in ("min", "max")]
    return "\n".join(["", *declared, *head, *t.lines, "  ret i1 true", "}", ""])


def _turned(t: _Text, dtype: str, bits: str, width: int) -> str:
    """The signed integer of a number's order from its bits; and back, for both ways are the same."""
    if dtype[0] == "f":
        sign = t.let(f"ashr i{width} {bits}, {width - 1}")
        return t.let(f"xor i{width} {bits}, {t.let(f'and i{width} {sign}, {(1 << (width - 1)) - 1}')}")
    return t.let(f"xor i{width} {bits}, {-(1 << (width - 1))}") if dtype[0] == "u" else bits


def _ranks(t: _Text, net: _Network, op: str, dtype: str) -> str:
    """Fill the room, what is behind the numbers with the greatest rank; whether a number is not one or -0, for values that are sorted."""
    width, type = 8 * SIZE[dtype], MEMORY[dtype]
    most = (1 << (t.bits - 1)) - 1
    asks = op == "sort" and dtype[0] == "f"
    if asks:
        flag = t.let("alloca i1")
        t.do(f"store i1 false, ptr {flag}")
    with t.loop("0", "slt i64 {0}, %n", "add i64 {0}, 1") as k:
        x = t.let(f"load {type}, ptr {t.let(f'getelementptr inbounds {type}, ptr %keys, i64 {k}')}")
        bits = t.let(f"bitcast {type} {x} to i{width}") if dtype[0] == "f" else x
        rank = _turned(t, dtype, bits, width)
        nan = t.let(f"fcmp uno {type} {x}, {x}") if dtype[0] == "f" else ""
        if asks:
            minus = t.let(f"icmp eq i{width} {bits}, {-(1 << (width - 1))}")
            either, before = t.let(f"or i1 {nan}, {minus}"), t.let(f"load i1, ptr {flag}")
            t.do(f"store i1 {t.let(f'or i1 {either}, {before}')}, ptr {flag}")
        elif nan:
            zero = t.let(f"fcmp oeq {type} {x}, 0.0")
            rank = t.let(f"select i1 {nan}, i{width} {(1 << (width - 1)) - 1}, i{width} {rank}")
            rank = t.let(f"select i1 {zero}, i{width} 0, i{width} {rank}")
        if width < t.bits:
            rank = t.let(f"{'zext' if dtype == 'bool' else 'sext'} i{width} {rank} to {t.number}")
        t.do(f"store {t.number} {rank}, ptr {net._address('%room', k)}")
    with t.loop("%n", "slt i64 {0}, %padded", "add i64 {0}, 1") as k:
        t.do(f"store {t.number} {most}, ptr {net._address('%room', k)}")
    for places in net.rooms[1:]:
        with t.loop("0", "slt i64 {0}, %padded", "add i64 {0}, 1") as k:
            t.do(f"store i64 {k}, ptr {net._address(places, k)}")
    return t.let(f"load i1, ptr {flag}") if asks else ""


def _sorted(t: _Text, net: _Network) -> None:
    """The network. Blocks that lie behind the numbers are in order."""
    step = f"add i64 {{0}}, {t.lanes}"
    with t.loop("0", "slt i64 {0}, %n", step) as at:
        x, block = net.load(at), 2
        while block <= t.lanes:
            x = net.within(x, lambda lane, k=block: lane ^ (k - 1), block // 2)  # type: ignore[misc]
            x = net.merged(x, block // 4)
            block *= 2
        net.store(at, x)
    with t.loop(str(2 * t.lanes), "sle i64 {0}, %padded", "shl i64 {0}, 1") as size:
        half = t.let(f"lshr i64 {size}, 1")
        far, end = t.let(f"sub i64 {size}, {t.lanes}"), t.let(f"sub i64 %n, {half}")
        with t.loop("0", f"slt i64 {{0}}, {end}", f"add i64 {{0}}, {size}") as base:
            last = t.let(f"add i64 {base}, {far}")
            with t.loop("0", f"slt i64 {{0}}, {half}", step) as k:
                one, other = t.let(f"add i64 {base}, {k}"), t.let(f"sub i64 {last}, {k}")
                low, high = net.exchange(net.load(one), net.mirrored(net.load(other)))
                net.store(one, low)
                net.store(other, net.mirrored(high))
        with t.loop(t.let(f"lshr i64 {half}, 1"), f"sge i64 {{0}}, {t.lanes}", "lshr i64 {0}, 1") as distance:
            end, double = t.let(f"sub i64 %n, {distance}"), t.let(f"shl i64 {distance}, 1")
            with t.loop("0", f"slt i64 {{0}}, {end}", f"add i64 {{0}}, {double}") as base:
                with t.loop("0", f"slt i64 {{0}}, {distance}", step) as k:
                    one = t.let(f"add i64 {base}, {k}")
                    other = t.let(f"add i64 {one}, {distance}")
                    low, high = net.exchange(net.load(one), net.load(other))
                    net.store(one, low)
                    net.store(other, high)
        with t.loop("0", "slt i64 {0}, %n", step) as at:
            net.store(at, net.merged(net.load(at), t.lanes // 2))


def _handed(t: _Text, net: _Network, op: str, dtype: str) -> None:
    """What is sorted, as numbers or as places."""
    width, type = 8 * SIZE[dtype], MEMORY[dtype]
    with t.loop("0", "slt i64 {0}, %n", "add i64 {0}, 1") as k:
        x = t.let(f"load {t.number}, ptr {net._address(net.rooms[-1], k)}")
        if op == "sort":
            x = _turned(t, dtype, x, width)
            x = t.let(f"bitcast i{width} {x} to {type}") if dtype[0] == "f" else x
        kind = type if op == "sort" else "i64"
        t.do(f"store {kind} {x}, ptr {t.let(f'getelementptr inbounds {kind}, ptr %a, i64 {k}')}")
