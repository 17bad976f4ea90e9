"""The values of a loop that becomes one of vectors: how each varies from turn to turn, and what it is called."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from .conflicts import Access, AsItStands, LeftToLlvm
from .nest import MOVED, VALUE, Loop

BITS = {"double": 64, "float": 32, "i64": 64, "i32": 32, "i16": 16, "i8": 8, "i1": 8}
SIZES = {type: bits // 8 for type, bits in BITS.items() if type != "i1"}


class Frame:
    """The values of one loop.

    A value is uniform (the same in each turn: in none of these), linear (`steps`: what it grows by from turn to turn, kept as
    the number of its first lane; `strides`: the same, where a register has it), a sum of the turns before (`sums`), or wide
    (`types`: a vector of this type).
    """

    def __init__(self, loop: Loop, roots: Mapping[str, str], private: Collection[str], bits: int, number: int) -> None:
        self.loop, self.roots, self.private = loop, roots, private
        self.mark, self.start = f".w{number}", f".s{number}"
        self.lanes = bits // max([BITS.get(t, bits) for line in loop.body for t in MOVED.findall(line)], default=64)
        self.steps: dict[str, int] = {loop.index: 1}
        self.strides: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.sums: dict[str, str] = {}  # what a sum was before the turn, and with it: the place in memory
        self.local: set[str] = {loop.index, loop.following}
        self.first: dict[str, str] = {}  # the name that the same instruction had first
        self.known: dict[str, str] = {}
        self.ahead: list[str] = []  # before the loop
        self.phis: list[str] = []
        self.lines: list[str] = []
        self.after: list[str] = []
        self.linear: list[tuple[str, str]] = []
        self.accesses: list[Access] = []
        self.scattered: set[str] = set()  # pointers to places that lie anywhere
        self.gathers = False
        self.spread: dict[tuple[str, str], str] = {}
        self.declared: set[str] = set()

    def _varies(self, value: str) -> bool:
        return any(value in kind for kind in (self.steps, self.strides, self.types, self.scattered, self.sums))

    def _named(self, value: str) -> str:
        """A value of the body as the vector loop calls it."""
        return value + self.mark if value in self.local else value

    def _keep(self, place: list[str], name: str, code: str) -> None:
        """An instruction on one lane as it stands."""
        place.append(f"  {name}{self.mark} = " + VALUE.sub(lambda found: self._named(found[0]), code))

    def _vector(self, type: str, value: str) -> str:
        """A value in all lanes."""
        if value in self.types:
            return value + self.mark
        if value in self.steps:
            return self._counted(type, value)
        if value in self.sums:
            raise AsItStands
        if value in self.strides:
            raise LeftToLlvm
        key = (type, value)
        if key not in self.spread:
            if not value.startswith("%"):
                self.spread[key] = f"splat ({type} {value})"
            else:
                name = f"%spread.{len(self.spread)}{self.mark}"
                self._spread_of(self.ahead, name, type, self._named(value))
                self.spread[key] = name
        return self.spread[key]

    def _spread_of(self, place: list[str], name: str, type: str, value: str) -> None:
        wide = f"<{self.lanes} x {type}>"
        place.append(f"  {name}.one = insertelement {wide} poison, {type} {value}, i64 0")
        place.append(f"  {name} = shufflevector {wide} {name}.one, {wide} poison, <{self.lanes} x i32> zeroinitializer")

    def _counted(self, type: str, value: str) -> str:
        """The numbers that a linear value has in the lanes."""
        if type != "i64":
            raise LeftToLlvm
        key = (type, value)
        if key not in self.spread:
            name = self.spread[key] = f"%spread.{len(self.spread)}{self.mark}"
            self._spread_of(self.lines, f"{name}.first", type, value + self.mark)
            steps = ", ".join(f"i64 {self.steps[value] * lane}" for lane in range(self.lanes))
            self.lines.append(f"  {name} = add <{self.lanes} x i64> {name}.first, <{steps}>")
        return self.spread[key]

    def _emit(self, name: str, type: str, code: str) -> None:
        self.types[name] = type
        self.lines.append(f"  {name}{self.mark} = {code}")

    def _times(self, register: str, factor: int, name: str) -> str:
        """A uniform number multiplied, ahead of the loop."""
        if factor == 1:
            return register
        self.ahead.append(f"  {name}.step{self.mark} = mul i64 {register}, {factor}")
        return f"{name}.step{self.mark}"
