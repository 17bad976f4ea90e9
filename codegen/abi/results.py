"""The second half of an entry: call the compiled function, turn what it gives into Python objects, or its fault into an exception."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from difflang.ir import LEAF, Const, Tree
from difflang.types import Array, Scalar, Stack, Type

from ..memory import record_size
from ..writer import MEMORY, SIZE
from .flags import clear, read, tell
from .support import CONTEXT_BYTES, TYPE_NUMBERS, record_type

if TYPE_CHECKING:
    from .abi import Leaf, _Entry

LONG_RUN = 30_000
"""Elements of all arrays plus the integer arguments: from here on the GIL is released."""


def result_text(entry: _Entry, captured: Sequence[Leaf]) -> None:
    """Call, release what was held, build the result or raise."""
    t = entry.text
    ctx = t.slot(f"[{CONTEXT_BYTES} x i8]", "ctx")
    t.add(f"call void @dl_ctx_init(ptr {ctx})")
    for offset in (48, 56, 64):
        t.add(f"store i64 0, ptr {t.let(f'getelementptr i8, ptr {ctx}, i64 {offset}')}, align 8")
    t.add(f"store ptr {t.at('%record', 16)}, ptr {t.let(f'getelementptr i8, ptr {ctx}, i64 72')}, align 8")
    outs = _outs(entry)
    flags = clear(t, entry.watched) if entry.watched else ""
    status = _call(entry, ctx, [slot for slot, _ in outs])
    seen = read(t, flags) if flags else ""
    good, bad = t.label("good"), t.label("bad")
    t.add(f"br i1 {t.let(f'icmp eq i32 {status}, 0')}, label %{good}, label %{bad}, !prof !{{!\"branch_weights\", i32 2000, i32 1}}")
    t.block(bad)
    t.add(f"call void @dl_ctx_free(ptr {ctx})")
    _release(entry, captured)
    handler = t.at("%record", 16)
    t.add(f"{t.fresh('fault')} = call ptr @dl_fault(ptr {ctx}, ptr {handler})")
    t.add("ret ptr null")
    t.block(good)
    objects = _objects(entry, ctx, outs)
    t.add(f"call void @dl_ctx_free(ptr {ctx})")
    result = _tree(entry, entry.function.result, iter(objects))
    if flags:
        row = _row(entry, [leaf.object for leaf in entry.leaves])
        result = tell(t, seen, entry.watched, entry.site, result, row, len(entry.leaves))
    _release(entry, captured)
    t.add(f"ret ptr {result}")


def _release(entry: _Entry, captured: Sequence[Leaf]) -> None:
    for leaf in captured:
        entry.text.add(f"call void @Py_DecRef(ptr {leaf.object})")


def _result_types(entry: _Entry) -> list[Type]:
    function = entry.function
    count = len(function.body.yields) - len(function.writes)
    return [atom.type for atom in function.body.yields[:count]]


def _outs(entry: _Entry) -> list[tuple[str, Type]]:
    """A place for each result leaf."""
    t = entry.text
    found: list[tuple[str, Type]] = []
    for type in _result_types(entry):
        if isinstance(type, Array):
            found.append((t.slot(record_type(type.rank), "out"), type))
        elif isinstance(type, Scalar):
            found.append((t.slot(MEMORY[type.dtype], "out"), type))
        elif isinstance(type, Stack):
            found.append((t.slot("ptr", "out"), type))
        else:
            raise TypeError(f"a value of type {type} cannot be returned")
    return found


def _call(entry: _Entry, ctx: str, outs: list[str]) -> str:
    """Call the function, without the GIL where a long run is to be expected."""
    t = entry.text
    operands = [f"ptr {ctx}"]
    for leaf in entry.leaves:
        kind = MEMORY[leaf.type.dtype] if isinstance(leaf.type, Scalar) else "ptr"
        operands.append(f"{kind} {leaf.value}")
    operands += [f"ptr {slot}" for slot in outs]
    call = f'call i32 @"{entry.key}.entry"({", ".join(operands)})' + (" noinline" if entry.watched else "")
    work = _work(entry)
    if work is None:
        return t.let(call, "status")
    thread = t.let(f"getelementptr i8, ptr {ctx}, i64 48")
    alone, go, restore, after = (t.label(hint) for hint in ("alone", "go", "restore", "after"))
    t.add(f"br i1 {t.let(f'icmp ugt i64 {work}, {LONG_RUN}')}, label %{alone}, label %{go}")
    t.block(alone)
    t.add(f"store ptr {t.let('call ptr @PyEval_SaveThread()')}, ptr {thread}, align 8")
    t.add(f"br label %{go}")
    t.block(go)
    status = t.let(call, "status")
    state = t.let(f"load ptr, ptr {thread}, align 8")
    t.add(f"br i1 {t.let(f'icmp eq ptr {state}, null')}, label %{after}, label %{restore}")
    t.block(restore)
    t.add(f"call void @PyEval_RestoreThread(ptr {state})")
    t.add(f"store ptr null, ptr {thread}, align 8")
    t.add(f"br label %{after}")
    t.block(after)
    return status


def _work(entry: _Entry) -> str | None:
    """An estimate of the work: elements of all arrays plus integers, which often are numbers of steps."""
    t = entry.text
    parts = []
    for leaf in entry.leaves:
        if isinstance(leaf.type, Scalar) and leaf.type.dtype == "i64":
            low = t.let(f"call i64 @llvm.smax.i64(i64 {leaf.value}, i64 0)")
            parts.append(t.let(f"call i64 @llvm.umin.i64(i64 {low}, i64 1099511627776)"))
        elif isinstance(leaf.type, Array) and leaf.type.rank:
            parts.append(leaf.size)
    if not parts:
        return None
    total = parts[0]
    for part in parts[1:]:
        total = t.let(f"add i64 {total}, {part}")
    return total


def _objects(entry: _Entry, ctx: str, outs: list[tuple[str, Type]]) -> list[str]:
    """A Python object for each result leaf (null where making it failed)."""
    arrays = [leaf.object for leaf in entry.leaves if isinstance(leaf.type, Array)]
    owners = "null"
    if arrays and any(isinstance(type, (Array, Stack)) for _, type in outs):
        owners = _row(entry, arrays)
    found = []
    for number, (slot, type) in enumerate(outs):
        alias = entry.function.alias[number] if number < len(entry.function.alias) else None
        if alias is not None and entry.leaves[alias].type == type:
            found.append(_same(entry, entry.leaves[alias], slot, type, ctx))
        elif isinstance(type, Array):
            found.append(_array(entry, ctx, slot, type, owners, len(arrays)))
        elif isinstance(type, Stack):
            found.append(_list(entry, ctx, slot, type, owners, len(arrays)))
        else:
            assert isinstance(type, Scalar)
            found.append(_scalar(entry, slot, type))
    return found


def _same(entry: _Entry, leaf: Leaf, slot: str, type: Type, ctx: str) -> str:
    """A parameter that is returned: the very object that came in."""
    t = entry.text
    t.add(f"call void @Py_IncRef(ptr {leaf.object})")
    if isinstance(type, Array):
        block = t.let(f"load ptr, ptr {t.let(f'getelementptr i8, ptr {slot}, i64 8')}, align 8")
        t.add(f"call void @dl_release(ptr {block})")
    return leaf.object


def _scalar(entry: _Entry, slot: str, type: Scalar) -> str:
    t = entry.text
    if not type.weak:
        return t.let(f"call ptr {t.table('PyArray_Scalar')}(ptr {slot}, ptr {t.table(f'descr_{type.dtype}')}, ptr null)", "object")
    if type.dtype == "c128":
        parts = [t.let(f"load double, ptr {t.let(f'getelementptr i8, ptr {slot}, i64 {at}')}, align 8") for at in (0, 8)]
        return t.let(f"call ptr @PyComplex_FromDoubles(double {parts[0]}, double {parts[1]})", "object")
    value = t.let(f"load {MEMORY[type.dtype]}, ptr {slot}, align {SIZE[type.dtype]}")
    if type.dtype == "f64":
        return t.let(f"call ptr @PyFloat_FromDouble(double {value})", "object")
    if type.dtype == "bool":
        return t.let(f"call ptr @PyBool_FromLong(i64 {t.let(f'zext i8 {value} to i64')})", "object")
    return t.let(f"call ptr @PyLong_FromLongLong(i64 {value})", "object")


def _array(entry: _Entry, ctx: str, slot: str, type: Array, owners: str, count: int) -> str:
    number, size = TYPE_NUMBERS[type.dtype], SIZE[type.dtype]
    return entry.text.let(
        f"call ptr @dl_array_out(ptr {ctx}, ptr {slot}, i32 {type.rank}, i32 {number}, i64 {size}, ptr {owners}, i64 {count})", "object"
    )


def _list(entry: _Entry, ctx: str, slot: str, type: Stack, owners: str, count: int) -> str:
    t = entry.text
    element, depth = type.element, 0
    while isinstance(element, Stack):
        element, depth = element.element, depth + 1
    kind, how, rank, size = 4, "null", 0, 0
    if isinstance(element, Array):
        rank, size = element.rank, record_size(element.rank)
    else:
        assert isinstance(element, Scalar)
        size = max(1, SIZE[element.dtype])
        kind = {"f64": 0, "i64": 1, "bool": 2, "c128": 5}[element.dtype] if element.weak else 3
        if kind == 3:
            how = _row(entry, [t.table("PyArray_Scalar"), t.table(f"descr_{element.dtype}")])
    item = f"i32 {rank}, i32 {TYPE_NUMBERS[element.dtype]}, i64 {SIZE[element.dtype]}"
    block = t.let(f"load ptr, ptr {slot}, align 8")
    head = f"ptr {ctx}, ptr {block}, i64 {size}, i32 {kind}, ptr {how}"
    return t.let(f"call ptr @dl_list_out({head}, {item}, i64 {depth}, ptr {owners}, i64 {count})", "list")


def _tree(entry: _Entry, tree: Tree, objects: Iterator[str]) -> str:
    """The result's tree over its leaves. Where a leaf could not be made (null), a tuple lets the others go and is null itself."""
    t = entry.text
    if tree == LEAF:
        return next(objects)
    if tree is None or isinstance(tree, Const):
        object = "@_Py_NoneStruct" if tree is None else entry.static(tree.value)
        t.add(f"call void @Py_IncRef(ptr {object})")
        return object
    assert isinstance(tree, tuple)
    items = _row(entry, [_tree(entry, item, objects) for item in tree])
    return t.let(f"call ptr @dl_tuple(i64 {len(tree)}, ptr {items})", "tuple")


def _row(entry: _Entry, objects: list[str]) -> str:
    """Objects one after the other in memory."""
    t = entry.text
    row = t.slot(f"[{len(objects)} x ptr]", "row")
    for number, object in enumerate(objects):
        t.add(f"store ptr {object}, ptr {t.let(f'getelementptr ptr, ptr {row}, i64 {number}')}, align 8")
    return row


__all__ = ["LONG_RUN", "result_text"]
