"""Checks, and the tape's stacks: growable blocks of numbers or of array records that hold a reference each."""

from __future__ import annotations

from difflang.ir import Node
from difflang.types import Array, Stack, Type

from .arrays import Desc
from .lower.lower import Lowering, dtype_of, handles
from .memory import allocate, read_record, record_size, retain, write_record
from .writer import MEMORY, SIZE, Site


@handles("check")
def lower_check(low: Lowering, node: Node) -> None:
    """Raise unless the condition holds."""
    w = low.w
    condition = low.scalar(node.args[0], "bool")
    error, message = node.attrs.get("error", AssertionError), node.attrs.get("message", "")
    details = [low.scalar(a, "i64") for a in node.args[1:5]]
    bad = {"true": "false", "false": "true"}.get(condition) or w.let(f"xor i1 {condition}, true")
    w.fail_if(bad, Site(error, message, len(details), low.place), details)


def element_size(type: Type) -> int:
    if isinstance(type, Array):
        return record_size(type.rank)
    return 8 if isinstance(type, Stack) else max(1, SIZE[dtype_of(type)])


@handles("stack_new")
def lower_new(low: Lowering, node: Node) -> None:
    w, element = low.w, node.attrs["element"]
    block, _ = allocate(low, "64")
    low.env[node.out] = block
    kind = 0
    if isinstance(element, Array):
        kind = element_size(element) << 8 | 8
    elif isinstance(element, Stack):
        kind = element_size(element) << 8
    if kind:
        w.do(f"store i64 {kind}, ptr {w.let(f'getelementptr inbounds i8, ptr {block}, i64 56')}")


@handles("push")
def lower_push(low: Lowering, node: Node) -> None:
    w = low.w
    stack, value = node.args
    assert isinstance(stack.type, Stack)
    element = stack.type.element
    if isinstance(element, Array):
        desc = _kept(low, low.array(value))
        slot = _slot(low, low.handle(stack), element_size(element))
        write_record(w, slot, desc)
    elif isinstance(element, Stack):
        handle = low.handle(value)
        retain(w, handle)
        w.do(f"store ptr {handle}, ptr {_slot(low, low.handle(stack), 8)}")
    else:
        dtype = dtype_of(element)
        number = low.scalar(value, dtype)
        if dtype == "bool":
            number = w.let(f"zext i1 {number} to i8")
        w.do(f"store {MEMORY[dtype]} {number}, ptr {_slot(low, low.handle(stack), element_size(element))}")
    low.bind_collapsed(node.outs[0])


def _kept(low: Lowering, desc: Desc) -> Desc:
    """The array with one more reference, held by the stack."""
    retain(low.w, desc.block)
    return desc


def _slot(low: Lowering, block: str, size: int) -> str:
    """Room for one more element."""
    w = low.w
    slot = w.let(f"call ptr @dl_push(ptr %ctx, ptr {block}, i64 {size})", "top")
    w.fail_if(w.let(f"icmp eq ptr {slot}, null"), Site(MemoryError, ""))
    return slot


@handles("pop")
def lower_pop(low: Lowering, node: Node) -> None:
    w = low.w
    stack = node.args[0]
    assert isinstance(stack.type, Stack)
    element, top = stack.type.element, node.outs[1]
    slot = w.let(f"call ptr @dl_pop(ptr {low.handle(stack)}, i64 {element_size(element)})", "top")
    low.bind_collapsed(node.outs[0])
    if isinstance(element, Array):
        low.bind(top, read_record(w, slot, element))
    elif isinstance(element, Stack):
        low.env[top] = w.let(f"load ptr, ptr {slot}")
    else:
        dtype = dtype_of(element)
        value = w.let(f"load {MEMORY[dtype]}, ptr {slot}")
        low.env[top] = w.let(f"icmp ne i8 {value}, 0") if dtype == "bool" else value
