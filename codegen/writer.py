"""Writing LLVM IR as text: names, blocks, declarations, metadata, fault sites. Knows nothing of the language."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from difflang.ir import Place
from difflang.records import dataclass, field
from difflang.types import DTYPES, PART

from .ledger import Book, Ledger
from .targets.target import Target

if TYPE_CHECKING:
    from .ahead import Ahead
    from .hushing import Hushing

REGISTER = {
    "f64": "double", "f32": "float", "f16": "half", "bool": "i1", "c128": "<2 x double>", "c64": "<2 x float>",
    **{f"{sign}{bits}": f"i{bits}" for sign in "iu" for bits in (8, 16, 32, 64)},
}  # fmt: skip
"""The LLVM type of a number in a register; in memory and across public calls a bool is an i8."""
MEMORY = {**REGISTER, "bool": "i8"}
SIZE = {dtype: DTYPES[dtype].itemsize for dtype in REGISTER}


@dataclass(frozen=True, slots=True)
class Site:
    """Something that can go wrong at run time: `error(message % details)` at a place of the user's text."""

    error: type[BaseException]
    message: str
    arguments: int = 0
    place: Place | None = None
    told: str = ""  # what the error is made of, as Python's text over details of these kinds
    kinds: tuple[str, ...] = ()


@dataclass(eq=False)
class ModuleWriter:
    """What the functions of one module share."""

    target: Target
    sites: list[Site] = field(default_factory=list)
    declarations: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)  # symbols that the optimiser must not drop
    helpers: set[str] = field(default_factory=set)  # helper functions of the prelude in use
    metadata: list[str] = field(default_factory=list)
    books: dict[str, Book] = field(default_factory=dict)  # what each function takes, for `footprint.py`
    nests: dict[str, tuple[str, str]] = field(default_factory=dict)  # `outline.py`: functions by their text
    ahead: Ahead | None = None  # where nests may be compiled already
    hushing: Hushing | None = None  # where status flags are watched
    _site_of: dict[Site, int] = field(default_factory=dict)
    _plain: tuple[int, ...] = ()

    def declare(self, name: str, text: str) -> None:
        self.declarations.setdefault(name, text)

    def need(self, helper: str) -> str:
        """The symbol of a helper function, which the module will hold."""
        self.helpers.add(helper)
        return f"@{helper}"

    def meta(self, text: str = "") -> int:
        """A new metadata node; its text may be given later."""
        self.metadata.append(text)
        return len(self.metadata) - 1

    @property
    def plain_loop(self) -> int:
        """Metadata of a loop that is neither to be vectorised nor unrolled."""
        if not self._plain:
            self._plain = (self.meta('!{!"llvm.loop.vectorize.enable", i1 false}'), self.meta('!{!"llvm.loop.unroll.disable"}'))
        off, still = self._plain
        loop = self.meta()
        self.metadata[loop] = f"distinct !{{!{loop}, !{off}, !{still}}}"
        return loop

    def site(self, site: Site) -> int:
        if site not in self._site_of:
            self._site_of[site] = len(self.sites)
            self.sites.append(site)
        return self._site_of[site]


@lru_cache(maxsize=1024)
def ascii_name(hint: str) -> str:
    """A name as LLVM reads it."""
    return hint.encode("ascii", "ignore").decode() or "t"


class Writer:
    """Writes one function. `block` is the label of the block being written, which phis need."""

    def __init__(self, module: ModuleWriter, failure: str) -> None:
        self.module = module
        self.lines: list[str] = []
        self.types: dict[str, str] = {"%ctx": "ptr"}
        self.computed: list[dict[str, str]] = [{}]
        self.codes: dict[str, str] = {}
        self.made: dict[str, str] = {}  # instructions by their results
        self.entry: list[str] = []
        self.cold: list[str] = []
        self.block = "body"
        self.failure = failure  # the instruction that leaves the function with a fault
        self.alias: Callable[[frozenset[int]], str] = lambda memory: ""  # metadata of accesses to allocations
        self.plain = False  # loops are left as they are
        self.leaving: Callable[[], None] | None = None  # what is to be written before a place where the function may be left
        self.far = 0  # how much work on whole arrays is done by calls
        self.exits = 0  # how often the function may be left with a fault, so far
        self.near = False  # whether a loop stands here whose turns are short
        self.ledger = Ledger()
        self.private: dict[str, tuple[str, str]] = {}  # blocks that only this function knows: their bytes and data
        self.idle: dict[str, list[str]] = {}  # keepers that are free again, by the bytes of what they keep
        self.keepers: dict[str, str] = {}  # where a loop keeps a block for its next turn
        self.spare: list[dict[str, list[tuple[str, str]]] | None] = [None]  # those released, by size, for each open region
        self._names = 0
        self._cold_weights: int | None = None
        self._faults: dict[tuple[object, ...], str] = {}

    def name(self, hint: str = "t") -> str:
        self._names += 1
        return f"{hint if hint.isascii() else ascii_name(hint)}.{self._names}"

    def let(self, code: str, hint: str = "t") -> str:
        """Append an instruction; its result."""
        name = f"%{self.name(hint)}"
        if "<2 x " in code:
            code = aligned(code)
        self.lines.append(f"  {name} = {code}")
        self.made[name] = code
        return name

    def type_of(self, name: str) -> str:
        """The LLVM type of a value; "" where it is not known."""
        if name not in self.types and name in self.made:
            self.types[name] = result_type(self.made[name])
        return self.types.get(name, "")

    def pure(self, code: str) -> str:
        """An instruction that only computes: written once where the same one stands before in this or an enclosing block.

        Sizes that are computed alike get the same name, and so are known to be the same.
        """
        for known in reversed(self.computed):
            if code in known:
                return known[code]
        found = self.computed[-1][code] = self.let(code)
        self.codes[found] = code
        return found

    def once(self, fact: str) -> bool:
        """Whether this is said for the first time in this or an enclosing block."""
        if any(fact in known for known in self.computed):
            return False
        self.computed[-1][fact] = ""
        return True

    def same(self, size: str) -> str:
        """The name under which a size is known, of all that are known to be equal to it here."""
        at = len(self.computed)
        while at:
            at -= 1
            if (other := self.computed[at].get(f"= {size}")) is not None:
                size, at = other, len(self.computed)
        return size

    def unite(self, one: str, other: str) -> None:
        """From here on these two sizes are known to be equal."""
        one, other = self.same(one), self.same(other)
        if one != other:
            self.computed[-1][f"= {other}"] = one

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Around code that does not dominate what follows it."""
        self.computed.append({})
        self.spare.append(None)
        yield
        self.spare.pop()
        self.computed.pop()

    def least(self, x: str, y: str) -> str:
        return x if x == y else self._extreme("smin", x, y)

    def greatest(self, x: str, y: str) -> str:
        return x if x == y else self._extreme("smax", x, y)

    def _extreme(self, name: str, x: str, y: str) -> str:
        if is_literal(x) and is_literal(y):
            return str(min(int(x), int(y)) if name == "smin" else max(int(x), int(y)))
        self.module.declare(f"llvm.{name}.i64", f"declare i64 @llvm.{name}.i64(i64, i64)")
        return self.pure(f"call i64 @llvm.{name}.i64(i64 {x}, i64 {y})")

    def plus(self, x: str, y: str) -> str:
        """A sum of sizes or positions."""
        if is_literal(x) and is_literal(y):
            return str(int(x) + int(y))
        if x == "0" or y == "0":
            return y if x == "0" else x
        return self.pure(f"add nsw i64 {x}, {y}")

    def times(self, x: str, y: str) -> str:
        if is_literal(x) and is_literal(y):
            return str(int(x) * int(y))
        if x == "1" or y == "1":
            return y if x == "1" else x
        return self.pure(f"mul nsw i64 {x}, {y}")

    def do(self, code: str) -> None:
        self.lines.append(f"  {aligned(code) if '<2 x ' in code else code}")

    def alloca(self, type: str, align: int = 8) -> str:
        """Memory on the stack, made once on entry whatever loop asks for it."""
        name = f"%{self.name('slot')}"
        self.entry.append(f"  {name} = alloca {type}, align {align}")
        self.types[name] = "ptr"
        return name

    def start(self, label: str) -> None:
        self.lines.append(f"{label}:")
        self.block = label

    def jump(self, label: str, suffix: str = "") -> None:
        self.do(f"br label %{label}{suffix}")

    def branch(self, condition: str, yes: str, no: str, suffix: str = "") -> None:
        self.do(f"br i1 {condition}, label %{yes}, label %{no}{suffix}")

    def phi(self, type: str, incoming: Sequence[tuple[str, str]], hint: str = "t") -> str:
        """A merge of (value, label) pairs; no instruction where all values are one and the same."""
        values = {value for value, _ in incoming}
        if len(values) == 1 and (value := next(iter(values)))[0] != "%":
            return value
        return self.let(f"phi {type} " + ", ".join(f"[ {value}, %{label} ]" for value, label in incoming), hint)

    def open_phi(self, type: str, initial: str, hint: str = "t") -> tuple[str, int]:
        """A phi whose other values are not known yet: (name, line to give to `close_phi`)."""
        name = f"%{self.name(hint)}"
        self.lines.append(f"  {name} = phi {type} [ {initial}, %{self.block_before} ]")
        self.types[name] = type
        return name, len(self.lines) - 1

    block_before = "body"

    def open_loop(self, hint: str = "loop") -> str:
        """Jump into a new block that phis will head."""
        label = self.name(hint)
        self.jump(label)
        self.block_before = self.block
        self.start(label)
        return label

    def close_phi(self, line: int, value: str, label: str) -> None:
        self.lines[line] += f", [ {value}, %{label} ]"

    def fail_if(self, bad: str, site: Site, details: Sequence[str] = ()) -> None:
        """Leave with a fault where `bad` (an i1) holds; `details` are i64 values."""
        if bad == "false" or not self.once(f"never {bad}"):
            return
        if self.leaving is not None and site.error is not MemoryError:
            self.leaving()
        self.exits += 1
        fine = self.name("fine")
        self.branch(bad, self.fault(site, details), fine, f", !prof !{self.cold_weights}")
        self.start(fine)

    @contextmanager
    def where(self, suspect: str) -> Iterator[None]:
        """Around questions that need to be asked only where `suspect` (an i1) holds, which is seldom."""
        if suspect == "true":
            yield
            return
        if self.leaving is not None:
            self.leaving()
        look, fine = self.name("look"), self.name("fine")
        self.branch(suspect, look, fine, f", !prof !{self.cold_weights}")
        self.start(look)
        with self.nested():
            yield
        self.jump(fine)
        self.start(fine)

    def fault(self, site: Site, details: Sequence[str] = ()) -> str:
        """The label of the cold block that fills the context and leaves; one for all that fail alike."""
        key = (site, *details)
        if key not in self._faults:
            self._faults[key] = label = self.name("fault")
            given = "".join(f", i64 {d}" for d in details)
            self.cold.append(f"{label}:")
            self.cold.append(f"  call void @dl_fault{len(details)}(ptr %ctx, i32 {self.module.site(site)}{given})")
            self.cold.append("  br label %failed")
        return self._faults[key]

    def mark(self) -> tuple[int, ...]:
        """Where the function has got to, for `forget`."""
        return len(self.lines), len(self.cold), len(self._faults), len(self.ledger.open)

    def forget(self, mark: tuple[int, ...], block: str) -> None:
        """Take back what was written since a mark, which nothing refers to yet."""
        lines, cold, faults, entries = mark
        del self.lines[lines:], self.cold[cold:], self.ledger.open[entries:]
        for key in list(self._faults)[faults:]:
            del self._faults[key]
        self.block = block

    def pass_on(self, failed: str) -> None:
        """Leave where a callee has failed."""
        fine = self.name("fine")
        self.branch(failed, "failed", fine, f", !prof !{self.cold_weights}")
        self.start(fine)

    @property
    def cold_weights(self) -> int:
        if self._cold_weights is None:
            self._cold_weights = self.module.meta('!{!"branch_weights", i32 1, i32 1048575}')
        return self._cold_weights

    def text(self, head: str) -> str:
        """The whole function."""
        last = ["failed:", f"  {self.failure}", "}"]
        return "\n".join([head + " {", "entry:", *self.entry, "  br label %body", "body:", *self.lines, *self.cold, *last])


_PAIR = re.compile(r"((?:load|store) <2 x (double|float)>.*?ptr [^ ,]+)(.*)")


def aligned(code: str) -> str:
    """Loads and stores of a complex number: it is aligned as its parts are."""
    found = _PAIR.fullmatch(code)
    if found is None or "align " in found[3]:
        return code
    return f"{found[1]}, align {8 if found[2] == 'double' else 4}{found[3]}"


_FLAGS = frozenset("nsw nuw exact inbounds fastcc call".split())


def result_type(code: str) -> str:
    """The type of an instruction's result, read off its text."""
    code = code.replace("<2 x ", "<2x")
    return _result_type(code).replace("<2x", "<2 x ")


def _result_type(code: str) -> str:
    words = code.replace(",", " ,").split()
    op = words[0]
    if op == "extractelement":
        return words[1].removeprefix("<2x").removesuffix(">")
    if op in ("icmp", "fcmp"):
        return "i1"
    if op in ("getelementptr", "alloca", "inttoptr"):
        return "ptr"
    if " to " in code and op[-2:] not in ("ct",):
        return words[-1]
    if op == "extractvalue":
        fields = code[code.index("{") + 1 : code.index("}")].split(",")
        return fields[int(words[-1])].strip()
    if op == "select":
        return words[words.index(",") + 1]
    at = next(k for k in range(1, len(words)) if words[k] not in _FLAGS)
    if words[at] == "{":
        return code[code.index("{") : code.index("}") + 1]
    return words[at]


def literal(value: object, dtype: str) -> str:
    """A number as LLVM writes it; floats by their bits."""
    if dtype in PART:
        part = PART[dtype]
        return f"<{REGISTER[part]} {literal(value.real, part)}, {REGISTER[part]} {literal(value.imag, part)}>"  # type: ignore[attr-defined]
    if dtype == "f16":
        with np.errstate(over="ignore"):
            return f"0xH{np.float16(value).view(np.uint16):04X}"  # type: ignore[arg-type]
    if dtype in ("f64", "f32"):
        number = float(np.float32(value)) if dtype == "f32" else float(value)  # type: ignore[arg-type]
        return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"
    if dtype == "bool":
        return "true" if value else "false"
    bits = 8 * SIZE[dtype]
    number = int(value) & (2**bits - 1)  # type: ignore[call-overload]
    return str(number - 2**bits if dtype[0] == "i" and number >= 2 ** (bits - 1) else number)


def is_literal(value: str) -> bool:
    return not value.startswith("%")
