"""Checks, and the tape's stacks: growable blocks of numbers or of array records that hold a reference each."""

from __future__ import annotations

from collections.abc import Callable

from difflang.ir import Atom, Const, Node, Var
from difflang.types import Array, Stack, Type

from .arrays import Desc
from .lower.lower import Lowering, dtype_of, handles
from .lower.ranges import SIZES
from .memory import allocate, read_record, record_size, release, retain, write_record
from .told import tell
from .writer import MEMORY, SIZE, Site


@handles("check")
def lower_check(low: Lowering, node: Node) -> None:
    """Raise unless the condition holds."""
    w = low.w
    if node.attrs.get("kind") == "needed":
        return  # its operand has been computed, and has raised what it raises
    if node.attrs.get("told"):
        tell(low, node)
        return
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
    block, _ = allocate(low, "64", node.out.hint, kept=False)
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
    stack, value = node.args
    assert isinstance(stack.type, Stack)
    element = stack.type.element
    _keep(low, value, element, lambda: _slot(low, low.handle(stack), element_size(element)))
    low.bind_collapsed(node.outs[0])


def _keep(low: Lowering, value: Atom, element: Type, place: Callable[[], str]) -> None:
    """Write a value into a slot; an array or list has one more reference, held by the stack."""
    w = low.w
    if isinstance(element, Array):
        desc = low.array(value)
        retain(w, desc.block)
        write_record(w, place(), desc)
    elif isinstance(element, Stack):
        handle = low.handle(value)
        retain(w, handle)
        w.do(f"store ptr {handle}, ptr {place()}")
    else:
        dtype = dtype_of(element)
        number = low.scalar(value, dtype)
        if dtype == "bool":
            number = w.let(f"zext i1 {number} to i8")
        w.do(f"store {MEMORY[dtype]} {number}, ptr {place()}")


def _slot(low: Lowering, block: str, size: int) -> str:
    """Room for one more element."""
    w = low.w
    w.far += size > 8
    slot = w.let(f"call ptr @dl_push(ptr %ctx, ptr {block}, i64 {size})", "top")
    w.fail_if(w.let(f"icmp eq ptr {slot}, null"), Site(MemoryError, ""))
    w.ledger.add("push", block, size)
    return slot


@handles("pop")
def lower_pop(low: Lowering, node: Node) -> None:
    w = low.w
    stack = node.args[0]
    assert isinstance(stack.type, Stack)
    element, top = stack.type.element, node.outs[1]
    if node.attrs.get("checked"):
        used = _used(low, low.handle(stack))
        w.fail_if(w.let(f"icmp eq i64 {used}, 0"), Site(IndexError, "pop from empty list", 0, low.place))
    slot = w.let(f"call ptr @dl_pop(ptr {low.handle(stack)}, i64 {element_size(element)})", "top")
    w.ledger.add("pop", low.handle(stack), element_size(element))
    low.bind_collapsed(node.outs[0])
    _load(low, top, slot, element)


def _load(low: Lowering, out: Var, slot: str, element: Type) -> None:
    """Bind what lies on a stack."""
    w = low.w
    if isinstance(element, Array):
        low.bind(out, read_record(w, slot, element))
    elif isinstance(element, Stack):
        low.env[out] = w.let(f"load ptr, ptr {slot}")
    else:
        dtype = dtype_of(element)
        value = w.let(f"load {MEMORY[dtype]}, ptr {slot}")
        low.env[out] = w.let(f"icmp ne i8 {value}, 0") if dtype == "bool" else value


def _used(low: Lowering, block: str) -> str:
    """The bytes in use."""
    w = low.w
    return w.let(f"load i64, ptr {w.let(f'getelementptr inbounds i8, ptr {block}, i64 48')}")


def _count(low: Lowering, block: str, element: Type) -> str:
    size = element_size(element)
    used = _used(low, block)
    return used if size == 1 else low.w.let(f"udiv exact i64 {used}, {size}")


@handles("count")
def lower_count(low: Lowering, node: Node) -> None:
    stack = node.args[0]
    assert isinstance(stack.type, Stack)
    low.ranges.learn(node.out, SIZES)
    low.env[node.out] = _count(low, low.handle(stack), stack.type.element)


def _place(low: Lowering, stack: Atom, index: Atom, message: str) -> str:
    """Where an item lies; IndexError outside of the list."""
    w, block = low.w, low.handle(stack)
    assert isinstance(stack.type, Stack)
    element = stack.type.element
    given, length = low.scalar(index, "i64"), _count(low, block, element)
    at = given
    if not (isinstance(index, Const) and index.value >= 0):
        wrapped = w.let(f"add i64 {given}, {length}")
        at = w.let(f"select i1 {w.let(f'icmp slt i64 {given}, 0')}, i64 {wrapped}, i64 {given}")
    w.fail_if(w.let(f"icmp uge i64 {at}, {length}"), Site(IndexError, message, 0, low.place))
    offset = w.let(f"mul i64 {at}, {element_size(element)}")
    return w.let(f"getelementptr inbounds i8, ptr {w.let(f'call ptr @dl_block_data(ptr {block})')}, i64 {offset}")


def _reference(low: Lowering, out: Var) -> str:
    value = low.env[out]
    return value.block if isinstance(value, Desc) else str(value)


@handles("item")
def lower_item(low: Lowering, node: Node) -> None:
    stack, index = node.args
    assert isinstance(stack.type, Stack)
    _load(low, node.out, _place(low, stack, index, "list index out of range"), stack.type.element)
    if isinstance(stack.type.element, (Array, Stack)):
        retain(low.w, _reference(low, node.out))


@handles("set_item")
def lower_set_item(low: Lowering, node: Node) -> None:
    stack, value, index = node.args
    assert isinstance(stack.type, Stack)
    w, element = low.w, stack.type.element
    slot = _place(low, stack, index, "list assignment index out of range")
    offset = {Array: 8, Stack: 0}.get(type(element))
    old = ""
    if offset is not None:
        old = w.let(f"load ptr, ptr {w.let(f'getelementptr inbounds i8, ptr {slot}, i64 {offset}')}")
    _keep(low, value, element, lambda: slot)
    if old:
        release(w, old)
    low.bind_collapsed(node.outs[0])


@handles("zero_items")
def lower_zeros(low: Lowering, node: Node) -> None:
    stack = node.args[0]
    assert isinstance(stack.type, Stack)
    element, depth = stack.type.element, 0
    while isinstance(element, Stack):
        element, depth = element.element, depth + 1
    rank = element.rank if isinstance(element, Array) else -1
    item = max(1, SIZE[dtype_of(element)])
    arguments = f"i64 {element_size(element)}, i64 {rank}, i64 {item}, i64 {depth}"
    low.env[node.out] = _made(low, f"call ptr @dl_stack_zeros(ptr %ctx, ptr {low.handle(stack)}, {arguments})")


def _made(low: Lowering, call: str) -> str:
    w = low.w
    block = w.let(call, "block")
    w.fail_if(w.let(f"icmp eq ptr {block}, null"), Site(MemoryError, ""))
    w.ledger.add("take", block, "", "list", low.place)
    return block


def copied(low: Lowering, node: Node) -> None:
    """A copy of a list."""
    low.env[node.out] = _made(low, f"call ptr @dl_stack_copy(ptr %ctx, ptr {low.handle(node.args[0])})")


@handles("set_items")
def lower_set_items(low: Lowering, node: Node) -> None:
    w = low.w
    stack, values = (low.handle(a) for a in node.args)
    failed = w.let(f"call i32 @dl_stack_assign(ptr %ctx, ptr {stack}, ptr {values})")
    w.fail_if(w.let(f"icmp ne i32 {failed}, 0"), Site(MemoryError, ""))
    low.bind_collapsed(node.outs[0])
