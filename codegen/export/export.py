"""Libraries for C: a shared object without Python, a header, a manifest. The C convention stands in `header.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from difflang.errors import NotAvailable, TypeMismatch
from difflang.ir import Function, Node, Program, Region
from difflang.records import replace
from difflang.types import PART, REAL, Array, Scalar

from .. import optimize, shared
from ..abi.support import record_type
from ..footprint import footprint
from .support import support
from .workspace import Sizing, sizes
from .header import BUILT_IN_ERRORS, Exported, error_code, exported, header, manifest
from ..lower.fourier import refuse_transforms
from ..module import emit
from ..repeats import without_repeats
from ..sizes import Size
from ..targets.cpu import generic, host
from ..targets.target import Target
from ..writer import MEMORY, SIZE, Site, literal


def export(name: str, programs: Mapping[str, Program], directory: str | Path, target: str | None = None) -> Path:
    """Write `lib<name>.so`, `<name>.h` and `<name>.json` for these placed programs. Returns the manifest's path."""
    if not (name.isidentifier() and name.isascii()):
        raise TypeMismatch("DL034", f"{name!r} cannot be the name of a C library", way_out="use letters, digits and _")
    machine = _target(target)
    whole, keys = merged(programs)
    refuse_transforms(whole)
    functions = [exported(name, public, keys[public], whole.functions[keys[public]]) for public in programs]
    module = emit(whole, machine, tuple(keys.values()))
    errors = _errors(module.sites)
    lent = sizes(functions, {key: footprint(module.books, key) for key in keys.values()})
    text = module.text + _text(name, functions, module.sites, errors, lent)
    code = shared.link(optimize.to_object(without_repeats(text), machine), machine, alone=True)
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    library = f"lib{name}.so"
    (folder / library).write_bytes(code)
    (folder / f"{name}.h").write_text(header(name, functions, errors, lent), encoding="utf-8")
    described = folder / f"{name}.json"
    described.write_text(json.dumps(manifest(name, library, functions, errors, lent), indent=1), encoding="utf-8")
    return described


def _target(name: str | None) -> Target:
    """None: any machine of this kind; "native": this very machine. Others need a linker that is not here."""
    here = host()
    if name in (None, here.triple):
        return generic(here.triple)
    if name == "native":
        return here
    raise NotAvailable("DL015", f"libraries for {name} cannot be linked here yet", way_out="leave target out, or say target='native'")


def merged(programs: Mapping[str, Program]) -> tuple[Program, dict[str, str]]:
    """All programs in one, no two functions of one key; and the key of each entry."""
    functions: dict[str, Function] = {}
    keys: dict[str, str] = {}
    for public, program in programs.items():
        names = {key: f"{public}.{key}" for key in program.functions}
        keys[public] = names[program.entry]
        for key, function in program.functions.items():
            functions[names[key]] = replace(function, name=names[key], body=_renamed(function.body, names))
    return Program(next(iter(keys.values())), functions), keys


def _renamed(region: Region, names: Mapping[str, str]) -> Region:
    def change(node: Node) -> Node:
        attrs = {**node.attrs, "callee": names[node.attrs["callee"]]} if node.op == "call" else node.attrs
        return replace(node, attrs=attrs, regions=tuple(_renamed(inner, names) for inner in node.regions))

    return replace(region, nodes=tuple(map(change, region.nodes)))


def _errors(sites: Sequence[Site]) -> list[str]:
    found = dict.fromkeys(BUILT_IN_ERRORS)
    found.update(dict.fromkeys(_error_name(site) for site in sites))
    return list(found)


def _error_name(site: Site) -> str:
    return site.error.__qualname__ if site.error.__module__ == "builtins" else f"{site.error.__module__}.{site.error.__qualname__}"


# -------------------------------------------------------------------- the C functions as LLVM text


def _text(
    library: str, functions: Sequence[Exported], sites: Sequence[Site], errors: Sequence[str], lent: Mapping[str, Size]
) -> str:
    parts = [support(library, error_code(errors, "MemoryError"), error_code(errors, "ValueError")), _messages(sites, errors)]
    parts += [_Wrapper(function, errors).text() for function in functions]
    for function in functions:
        if function.key in lent:
            parts += [_Wrapper(function, errors, lent=True).text(), Sizing(function, lent[function.key]).text()]
    return "\n".join(parts)


def _bytes(text: str) -> tuple[int, str]:
    """The length and LLVM's spelling of a C string."""
    data = text.encode() + b"\0"
    return len(data), "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\' else f"\\{b:02X}" for b in data)


def _messages(sites: Sequence[Site], errors: Sequence[str]) -> str:
    """For each fault site its code and its format: an array that `dl_export_fault` reads."""
    lines, entries = [], []
    for number, site in enumerate(sites):
        message = site.message.replace("%d", "%lld") if site.arguments else site.message.replace("%", "%%")
        where = f" ({Path(site.place.file).name.replace('%', '%%')}:{site.place.line})" if site.place else ""
        size, spelled = _bytes(f"{site.error.__name__}{': ' if message else ''}{message}{where}")
        lines.append(f'@dl_site_{number} = internal constant [{size} x i8] c"{spelled}"')
        entries.append(f"{{ i32, ptr }} {{ i32 {error_code(errors, _error_name(site))}, ptr @dl_site_{number} }}")
    table = f"[{', '.join(entries)}]" if entries else "zeroinitializer"
    lines.append(f"@dl_sites = internal constant [{len(sites)} x {{ i32, ptr }}] {table}")
    return "\n".join(lines)


class _Wrapper:
    """One C function: records made of pointers and sizes, the call, results handed out."""

    def __init__(self, function: Exported, errors: Sequence[str], lent: bool = False) -> None:
        self.function, self.lent = function, lent
        self.symbol = f"{function.symbol}_in" if lent else function.symbol
        self.shape_error = error_code(errors, "ValueError")
        self.lines: list[str] = []
        self.globals: list[str] = []
        self.heads: list[str] = []
        self.count = 0

    def let(self, expression: str) -> str:
        self.count += 1
        self.lines.append(f"  %t{self.count} = {expression}")
        return f"%t{self.count}"

    def put(self, type: str, value: str, base: str, offset: int) -> None:
        self.lines.append(f"  store {type} {value}, ptr {self.let(f'getelementptr i8, ptr {base}, i64 {offset}')}, align 8")

    def text(self) -> str:
        function = self.function
        ctx = self.let("alloca [48 x i8], align 8")
        operands = [f"ptr {ctx}"]
        for slot in function.inputs:
            operands.append(self.input(slot.name, slot.type))
        operands += self.captured()
        outs = []
        slots = iter(function.results)
        for source in function.same:
            if source is not None:  # an argument's own array: the caller has it
                operands.append(f"ptr {self.let(f'alloca {record_type(function.inputs[source].rank)}, align 8')}")
                continue
            slot = next(slots)
            self.heads.append(f"ptr %{slot.name}")
            outs.append(self.let(f"alloca {record_type(slot.rank)}, align 8") if isinstance(slot.type, Array) else f"%{slot.name}")
            operands.append(f"ptr {outs[-1]}")
        self.lines.append(f"  call void @dl_ctx_init(ptr {ctx})")
        if self.lent:
            self.heads += ["ptr %workspace", "i64 %workspace_bytes"]
            room = self.let(f"call i32 @dl_export_lend(ptr {ctx}, ptr %workspace, i64 %workspace_bytes)")
            enough = self.let(f"icmp eq i32 {room}, 0")
            self.lines += [f"  br i1 {enough}, label %lent, label %short", "short:", f"  ret i32 {room}", "lent:"]
        status = self.let(f'call i32 @"{function.key}.entry"({", ".join(operands)})')
        self.lines.append(f"  br i1 {self.let(f'icmp eq i32 {status}, 0')}, label %good, label %bad")
        self.lines += ["bad:", f"  %code = call i32 @dl_export_fault(ptr {ctx})", f"  call void @dl_ctx_free(ptr {ctx})", "  ret i32 %code"]
        self.lines.append("good:")
        self.deliver(ctx, outs)
        head = f"define i32 @{self.symbol}({', '.join(self.heads)}) nounwind {{"
        return "\n".join([*self.globals, head, *self.lines, "}"])

    def input(self, name: str, type: Array | Scalar) -> str:
        """The C parameters of one slot, and what the function is given."""
        if isinstance(type, Scalar) and type.dtype == "f16":  # C has its bits
            self.heads.append(f"i16 %{name}")
            return f"half {self.let(f'bitcast i16 %{name} to half')}"
        if isinstance(type, Scalar) and type.dtype in PART:
            self.heads.append(f"ptr %{name}")
            return f"{MEMORY[type.dtype]} {self.let(f'load {MEMORY[type.dtype]}, ptr %{name}, align {SIZE[type.dtype] // 2}')}"
        if isinstance(type, Scalar):
            self.heads.append(f"{MEMORY[type.dtype]} %{name}")
            return f"{MEMORY[type.dtype]} %{name}"
        self.heads.append(f"ptr %{name}")
        sizes = []
        for axis in range(type.rank):
            self.heads.append(f"i64 %{name}_dim{axis}")
            sizes.append(f"%{name}_dim{axis}")
        self.check_sizes(name, type, sizes)
        return f"ptr {self.record(f'%{name}', type, sizes)}"

    def check_sizes(self, name: str, type: Array, sizes: Sequence[str]) -> None:
        """An axis compiled as one (or as never one) must be that."""
        for axis, dim in enumerate(type.dims):
            if dim == "?":
                continue
            right = self.let(f"icmp {'eq' if dim == '1' else 'ne'} i64 {sizes[axis]}, 1")
            self.count += 1
            label, on = f"wrong{self.count}", f"on{self.count}"
            size, spelled = _bytes(f"ValueError: axis {axis} of {name} must {'have size 1' if dim == '1' else 'not have size 1'}")
            self.globals.append(f'@{self.symbol}.{label} = internal constant [{size} x i8] c"{spelled}"')
            self.lines += [
                f"  br i1 {right}, label %{on}, label %{label}",
                f"{label}:",
                f"  call void @dl_export_say(ptr @{self.symbol}.{label})",
                f"  ret i32 {self.shape_error}",
                f"{on}:",
            ]

    def record(self, data: str, type: Array, sizes: Sequence[str]) -> str:
        """{data, block, dims, strides} of a C-ordered array."""
        record = self.let(f"alloca {record_type(type.rank)}, align 8")
        self.put("ptr", data, record, 0)
        self.put("ptr", "null", record, 8)
        stride = str(SIZE[type.dtype])
        for axis in reversed(range(type.rank)):
            self.put("i64", sizes[axis], record, 16 + 8 * axis)
            self.put("i64", stride, record, 16 + 8 * type.rank + 8 * axis)
            if axis:
                stride = self.let(f"mul i64 {stride}, {sizes[axis]}")
        return record

    def captured(self) -> list[str]:
        """What Python captures from its surroundings has in C the value it had when the library was written."""
        captures = self.function.function.captures
        types = [p.type for p in self.function.function.body.params][len(self.function.inputs) :]
        found = []
        for number, (capture, type) in enumerate(zip(captures, types, strict=True)):
            value = capture.read()
            if isinstance(type, Array):
                array = np.ascontiguousarray(value)
                name = f"@{self.symbol}.capture{number}"
                spelled = "".join(f"\\{b:02X}" for b in array.tobytes())
                self.globals.append(f'{name} = internal global [{array.nbytes} x i8] c"{spelled}", align 64')
                found.append(f"ptr {self.record(name, type, [str(n) for n in array.shape])}")
            else:
                assert isinstance(type, Scalar)
                found.append(f"{MEMORY[type.dtype]} {_literal(value, type)}")
        return found

    def deliver(self, ctx: str, outs: Sequence[str]) -> None:
        """Array results into the caller's structs: nothing is written or allocated unless all of them fit."""
        code = "0"
        for slot, out in zip(self.function.results, outs, strict=True):
            if isinstance(slot.type, Array):
                code = self.let(f"call i32 @dl_export_check(i32 {code}, ptr {out}, i64 {slot.rank}, ptr %{slot.name})")
        for slot, out in zip(self.function.results, outs, strict=True):
            if isinstance(slot.type, Array):
                item = SIZE[slot.type.dtype]
                operands = f"i32 {code}, ptr {ctx}, ptr {out}, i64 {slot.rank}, i64 {item}, ptr %{slot.name}"
                code = self.let(f"call i32 @dl_export_array({operands})")
        self.lines += [f"  call void @dl_ctx_free(ptr {ctx})", f"  ret i32 {code}"]


def _literal(value: Any, type: Scalar) -> str:
    return literal(value, type.dtype) if type.dtype in REAL or type.dtype in PART else str(int(value))


__all__ = ["export", "merged"]
