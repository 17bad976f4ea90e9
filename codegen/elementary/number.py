"""Numbers that write LLVM IR: the language in which the elementary functions are written.

A function of `Real`s is straight Python arithmetic; run once for a number of lanes it leaves the instructions of its scalar or
vector form. One text, so one result in every lane: each operation rounds once, fused ones are said so, and none is contracted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from difflang.records import dataclass, field

from ..writer import literal

class Rare(Protocol):
    """What `status.py` does."""

    def enter(self) -> None: ...

    def leave(self, results: Sequence[Real]) -> list[Real]: ...


_LETTER = {"f64": "double", "f32": "float"}
_WIDTH = {"f64": 64, "f32": 32}


@dataclass(eq=False)
class Body:
    """The instructions of one function for `lanes` numbers at a time."""

    lanes: int
    lines: list[str] = field(default_factory=list)
    declared: dict[str, str] = field(default_factory=dict)
    support: dict[str, str] = field(default_factory=dict)  # what it calls within its own module
    known: dict[str, str] = field(default_factory=dict)
    block: str = "entry"
    names: int = 0
    slots: list[str] = field(default_factory=list)  # memory on the stack, made on entry
    status: Rare | None = None  # what is done about the status flags where the first rare form begins and ends

    def name(self, hint: str) -> str:
        self.names += 1
        return f"{hint}{self.names}"

    def start(self, label: str) -> None:
        self.lines.append(f"{label}:")
        self.block = label

    def type(self, element: str) -> str:
        return element if self.lanes == 1 else f"<{self.lanes} x {element}>"

    def let(self, code: str) -> str:
        if code not in self.known:
            self.known[code] = "%" + self.name("t")
            self.lines.append(f"  {self.known[code]} = {code}")
        return self.known[code]

    def all(self, element: str, value: str) -> str:
        """A constant in every lane."""
        return value if self.lanes == 1 else f"splat ({element} {value})"

    def call(self, name: str, element: str, values: Sequence[str]) -> str:
        """An intrinsic whose operands and result are of one type."""
        short = {"double": "f64", "float": "f32"}.get(element, element)
        symbol = f"@{name}.{short if self.lanes == 1 else f'v{self.lanes}{short}'}"
        type = self.type(element)
        self.declared[symbol] = f"declare {type} {symbol}({', '.join([type] * len(values))})"
        return self.let(f"call {type} {symbol}(" + ", ".join(f"{type} {v}" for v in values) + ")")


class Truth:
    """A truth in each lane."""

    def __init__(self, body: Body, name: str) -> None:
        self.body, self.name = body, name

    def _with(self, op: str, other: Truth) -> Truth:
        return Truth(self.body, self.body.let(f"{op} {self.body.type('i1')} {self.name}, {other.name}"))

    def __and__(self, other: Truth) -> Truth:
        return self._with("and", other)

    def __or__(self, other: Truth) -> Truth:
        return self._with("or", other)

    def __xor__(self, other: Truth) -> Truth:
        return self._with("xor", other)

    def __invert__(self) -> Truth:
        body = self.body
        return Truth(body, body.let(f"xor {body.type('i1')} {self.name}, {body.all('i1', 'true')}"))


class Whole:
    """An integer of a float's width in each lane: its bits."""

    def __init__(self, body: Body, name: str, bits: int) -> None:
        self.body, self.name, self.bits = body, name, bits

    def _operand(self, other: Whole | int) -> str:
        return other.name if isinstance(other, Whole) else self.body.all(f"i{self.bits}", str(_signed(other, self.bits)))

    def _with(self, op: str, other: Whole | int) -> Whole:
        body = self.body
        return Whole(body, body.let(f"{op} {body.type(f'i{self.bits}')} {self.name}, {self._operand(other)}"), self.bits)

    def _compared(self, op: str, other: Whole | int) -> Truth:
        body = self.body
        return Truth(body, body.let(f"icmp {op} {body.type(f'i{self.bits}')} {self.name}, {self._operand(other)}"))

    def __add__(self, other: Whole | int) -> Whole:
        return self._with("add", other)

    def __sub__(self, other: Whole | int) -> Whole:
        return self._with("sub", other)

    def __rsub__(self, other: int) -> Whole:
        body = self.body
        return Whole(body, body.let(f"sub {body.type(f'i{self.bits}')} {self._operand(other)}, {self.name}"), self.bits)

    def __and__(self, other: Whole | int) -> Whole:
        return self._with("and", other)

    def __or__(self, other: Whole | int) -> Whole:
        return self._with("or", other)

    def __xor__(self, other: Whole | int) -> Whole:
        return self._with("xor", other)

    def __mul__(self, other: Whole | int) -> Whole:
        return self._with("mul", other)

    def __lshift__(self, amount: int) -> Whole:
        return self._with("shl", amount)

    def __rshift__(self, amount: int) -> Whole:
        """Zeros come in from the left."""
        return self._with("lshr", amount)

    def __lt__(self, other: Whole | int) -> Truth:
        return self._compared("slt", other)

    def __gt__(self, other: Whole | int) -> Truth:
        return self._compared("sgt", other)

    def below(self, other: Whole | int) -> Truth:
        """Less, as numbers without a sign."""
        return self._compared("ult", other)

    def same(self, other: Whole | int) -> Truth:
        return self._compared("eq", other)


class Real:
    """A float in each lane."""

    def __init__(self, body: Body, name: str, dtype: str) -> None:
        self.body, self.name, self.dtype = body, name, dtype

    @property
    def type(self) -> str:
        return self.body.type(_LETTER[self.dtype])

    def operand(self, other: Real | float) -> str:
        return other.name if isinstance(other, Real) else self.body.all(_LETTER[self.dtype], literal(other, self.dtype))

    def like(self, other: Real | float) -> Real:
        return other if isinstance(other, Real) else Real(self.body, self.operand(other), self.dtype)

    def _with(self, op: str, x: Real | float, y: Real | float) -> Real:
        return Real(self.body, self.body.let(f"{op} {self.type} {self.operand(x)}, {self.operand(y)}"), self.dtype)

    def __add__(self, other: Real | float) -> Real:
        return self._with("fadd", self, other)

    __radd__ = __add__

    def __sub__(self, other: Real | float) -> Real:
        return self._with("fsub", self, other)

    def __rsub__(self, other: float) -> Real:
        return self._with("fsub", other, self)

    def __mul__(self, other: Real | float) -> Real:
        return self._with("fmul", self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Real | float) -> Real:
        return self._with("fdiv", self, other)

    def __rtruediv__(self, other: float) -> Real:
        return self._with("fdiv", other, self)

    def __neg__(self) -> Real:
        return Real(self.body, self.body.let(f"fneg {self.type} {self.name}"), self.dtype)

    def _compared(self, op: str, other: Real | float) -> Truth:
        return Truth(self.body, self.body.let(f"fcmp {op} {self.type} {self.name}, {self.operand(other)}"))

    def __lt__(self, other: Real | float) -> Truth:
        return self._compared("olt", other)

    def __le__(self, other: Real | float) -> Truth:
        return self._compared("ole", other)

    def __gt__(self, other: Real | float) -> Truth:
        return self._compared("ogt", other)

    def __ge__(self, other: Real | float) -> Truth:
        return self._compared("oge", other)

    def same(self, other: Real | float) -> Truth:
        return self._compared("oeq", other)

    def differs(self, other: Real | float) -> Truth:
        return self._compared("une", other)

    @property
    def is_nan(self) -> Truth:
        return self._compared("uno", self)


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def fma(x: Real | float, y: Real | float, z: Real | float) -> Real:
    """x * y + z, rounded once."""
    real = next(v for v in (x, y, z) if isinstance(v, Real))
    return Real(real.body, real.body.call("llvm.fma", _LETTER[real.dtype], [real.operand(v) for v in (x, y, z)]), real.dtype)


def sqrt(x: Real) -> Real:
    return _unary("llvm.sqrt", x)


def magnitude(x: Real) -> Real:
    return _unary("llvm.fabs", x)


def floor(x: Real) -> Real:
    return _unary("llvm.floor", x)


def rint(x: Real) -> Real:
    return _unary("llvm.rint", x)


def _unary(name: str, x: Real) -> Real:
    return Real(x.body, x.body.call(name, _LETTER[x.dtype], [x.name]), x.dtype)


def with_sign(x: Real | float, y: Real) -> Real:
    """|x| with the sign of y."""
    return Real(y.body, y.body.call("llvm.copysign", _LETTER[y.dtype], [y.operand(x), y.name]), y.dtype)


def select(condition: Truth, yes: Real | float, no: Real | float) -> Real:
    real = next(v for v in (yes, no) if isinstance(v, Real))
    body = condition.body
    code = f"select {body.type('i1')} {condition.name}, {real.type} {real.operand(yes)}, {real.type} {real.operand(no)}"
    return Real(body, body.let(code), real.dtype)


def choose(condition: Truth, yes: Whole | int, no: Whole | int) -> Whole:
    """`select` for integers."""
    whole = next(v for v in (yes, no) if isinstance(v, Whole))
    body, type = condition.body, condition.body.type(f"i{whole.bits}")
    code = f"select {body.type('i1')} {condition.name}, {type} {whole._operand(yes)}, {type} {whole._operand(no)}"
    return Whole(body, body.let(code), whole.bits)


def at_most(x: Real, bound: Real | float) -> Real:
    """The lesser; x where it is nan."""
    return select(x > bound, bound, x)


def at_least(x: Real, bound: Real | float) -> Real:
    """The greater; x where it is nan."""
    return select(x < bound, bound, x)


def bits(x: Real) -> Whole:
    """The float's own bits."""
    width = _WIDTH[x.dtype]
    return Whole(x.body, x.body.let(f"bitcast {x.type} {x.name} to {x.body.type(f'i{width}')}"), width)


def real(x: Whole) -> Real:
    """The float of these bits."""
    dtype = "f64" if x.bits == 64 else "f32"
    body = x.body
    return Real(body, body.let(f"bitcast {body.type(f'i{x.bits}')} {x.name} to {body.type(_LETTER[dtype])}"), dtype)


def widened(x: Real) -> Real:
    """A float as a double."""
    return Real(x.body, x.body.let(f"fpext {x.type} {x.name} to {x.body.type('double')}"), "f64")


def narrowed(x: Real) -> Real:
    """A double rounded to a float."""
    return Real(x.body, x.body.let(f"fptrunc {x.type} {x.name} to {x.body.type('float')}"), "f32")


def unless(rare: Truth, usual: Callable[[], Real], full: Callable[[], Real]) -> Real:
    """`usual()` where no lane is rare, else `full()` in all lanes: they agree, to the bit, in those that are not."""
    return all_unless(rare, lambda: (usual(),), lambda: (full(),))[0]


def all_unless(rare: Truth, usual: Callable[[], Sequence[Real]], full: Callable[[], Sequence[Real]]) -> list[Real]:
    """`unless` for several numbers."""
    body = rare.body
    some = rare.name
    if body.lanes > 1:
        mask = body.let(f"bitcast {body.type('i1')} {rare.name} to i{body.lanes}")
        some = body.let(f"icmp ne i{body.lanes} {mask}, 0")
    cold, warm, end = body.name("rare"), body.name("usual"), body.name("end")
    body.lines.append(f"  br i1 {some}, label %{cold}, label %{warm}, !prof !0")
    found, before = [], body.known
    status, body.status = body.status, None
    for label, values in ((warm, usual), (cold, full)):
        body.known = dict(before)
        body.start(label)
        if status and label == cold:
            status.enter()
        results = values()
        if status and label == cold:
            results = status.leave(results)
        found.append((results, body.block))
        body.lines.append(f"  br label %{end}")
    body.known = before
    body.start(end)
    merged = []
    for k, result in enumerate(found[0][0]):
        incoming = ", ".join(f"[ {results[k].name}, %{block} ]" for results, block in found)
        merged.append(Real(body, body.let(f"phi {result.type} {incoming}"), result.dtype))
    return merged


def lane_by_lane(name: str, *xs: Real) -> Real:
    """The scalar function of this name in each lane: for what is rare and long."""
    body, dtype = xs[0].body, xs[0].dtype
    scalar, whole = _LETTER[dtype], xs[0].type
    symbol = f"@dl_{name}_{dtype}"
    body.declared[symbol] = f"declare hidden {scalar} {symbol}({', '.join([scalar] * len(xs))}) nounwind willreturn memory(none)"
    found = "poison"
    for lane in range(body.lanes):
        given = ", ".join(f"{scalar} " + body.let(f"extractelement {whole} {x.name}, i32 {lane}") for x in xs)
        y = body.let(f"call {scalar} {symbol}({given})")
        found = body.let(f"insertelement {whole} {found}, {scalar} {y}, i32 {lane}")
    return Real(body, found, dtype)
