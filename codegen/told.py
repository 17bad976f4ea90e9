"""Checks whose error is made by Python, of values of the run, and what the program prints.

The values go into a row of 64-bit words on the stack, an array as the address of its record, a complex number as its own; the
library's handler is called with the site and that row at once (`dl_say`). Where there is no Python, a fault has the part of the message
that is known while compiling, and nothing is printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from difflang.ir import Atom, Node
from difflang.types import PART, Array, Scalar, Type

from .arrays import Desc
from .memory import record_size, write_record
from .writer import MEMORY, Site

if TYPE_CHECKING:
    from .lower.lower import Lowering


def tell(low: Lowering, node: Node) -> None:
    w = low.w
    attrs, details = node.attrs, node.args[1:]
    kinds = tuple(kind(atom.type) for atom in details)
    arrays = {atom: low.array(atom) for atom in details if isinstance(atom.type, Array)}  # in memory before any branch
    if attrs.get("kind") == "print":
        site = Site(SystemError, attrs["message"] or "print", 0, low.place, attrs["told"], kinds)
        _say(low, site, details, arrays)
        return
    condition = low.scalar(node.args[0], "bool")
    site = Site(attrs.get("error", AssertionError), attrs.get("message", ""), 0, low.place, attrs["told"], kinds)
    fine, told = w.name("fine"), w.name("told")
    bad = {"true": "false", "false": "true"}.get(condition) or w.let(f"xor i1 {condition}, true")
    w.branch(bad, told, fine, f", !prof !{w.cold_weights}")
    w.start(told)
    w.do(f"call void @dl_fault0(ptr %ctx, i32 {w.module.site(site)})")
    _say(low, site, details, arrays)
    w.jump("failed")
    w.start(fine)


def kind(type: Type) -> str:
    """How Python makes an object of a detail: "float", "int", "truth" are its own, others NumPy's dtypes, "f64:2" an array of rank 2."""
    if isinstance(type, Array):
        return f"{type.dtype}:{type.rank}"
    assert isinstance(type, Scalar)
    return str(type)


def _say(low: Lowering, site: Site, details: tuple[Atom, ...], arrays: Mapping[Atom, Desc]) -> None:
    w = low.w
    row = w.alloca(f"[{max(4, len(details))} x i64]")
    for k, atom in enumerate(details):
        slot = w.let(f"getelementptr inbounds i8, ptr {row}, i64 {8 * k}") if k else row
        _store(low, atom, slot, arrays)
    answer = w.let(f"call i32 @dl_say(ptr %ctx, i32 {w.module.site(site)}, ptr {row})")
    on = w.name("said")
    w.branch(w.let(f"icmp eq i32 {answer}, 0"), on, "failed")
    w.start(on)


def _store(low: Lowering, atom: Atom, slot: str, arrays: Mapping[Atom, Desc]) -> None:
    w = low.w
    if isinstance(atom.type, Array):
        record = w.alloca(f"[{record_size(atom.type.rank)} x i8]")
        write_record(w, record, arrays[atom])
        w.do(f"store ptr {record}, ptr {slot}")
        return
    assert isinstance(atom.type, Scalar)
    dtype = atom.type.dtype
    value = low.scalar(atom, dtype)
    if dtype in PART:  # wider than a word: by its address
        room = w.alloca(MEMORY[dtype])
        w.do(f"store {MEMORY[dtype]} {value}, ptr {room}")
        w.do(f"store ptr {room}, ptr {slot}")
        return
    if dtype == "bool":
        value = w.let(f"zext i1 {value} to i8")
    w.do(f"store {MEMORY[dtype]} {value}, ptr {slot}")
