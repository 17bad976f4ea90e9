"""A kernel program to LLVM IR: the phases of each kernel, written once, and two ways to run them.

A phase is what threads do between two barriers: a function of (arguments, block, thread, blocks, shared memory, width). On a GPU
the entry reads its indices and calls the phases with barriers between them; on a CPU it runs each phase for all threads of a block
in turn, block after block. So both execute the same phases in the same order of arithmetic.
"""

from __future__ import annotations

import re

from difflang.errors import NotAvailable
from difflang.ir import Program
from difflang.records import dataclass, replace
from difflang.types import Array

from .kernel import BLOCK, GRID, Kernel, KernelProgram
from .phases import Phases
from .prelude import text as prelude
from ..kernels import FAR, fold, kernels
from ..module import implementation
from ..targets.target import Target
from ..writer import MEMORY, ModuleWriter, Site, Writer

_HEAD = "i64 %block, i64 %thread, i64 %blocks, ptr %shared, i64 %width"
_SREG = "llvm.nvvm.read.ptx.sreg"
_BARRIER = "call void @llvm.nvvm.barrier.cta.sync.aligned.all(i32 0)"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the entries. `role`: count, argument, size, number, result, work, scratch, scratch_bytes or status."""

    name: str
    type: str
    role: str
    dtype: str = ""
    leaf: int = -1
    axis: int = -1


@dataclass(frozen=True, eq=False)
class KernelModule:
    """LLVM text of all entries. Launch `entries` in order, each with all `parameters`; a finishing one is one block."""

    text: str
    entries: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    sites: tuple[Site, ...]
    allocates: bool


def emit(program: KernelProgram, target: Target) -> KernelModule:
    """LLVM IR for this target: NVPTX, or a CPU that runs thread after thread."""
    module = ModuleWriter(target)
    implementations = "\n".join(_threads(module, program))
    allocates = "@dl_alloc(" in implementations or "@dl_push(" in implementations
    parameters = _parameters(program, allocates)
    gpu = target.triple.startswith("nvptx")
    texts = []
    for kernel in program.kernels:
        phases = Phases(module, program, kernel, parameters).all()
        heads = ", ".join(f"{p.type} %{p.name}" for p in parameters)
        texts += [w.text(f'define internal void @"{name}"({heads}, {_HEAD}) #0') for name, w in phases]
        names = [name for name, _ in phases]
        texts.append(_gpu_entry(module, kernel, names, parameters) if gpu else _cpu_entry(module, kernel, names, parameters))
    nests = [text for _, text in module.nests.values()]
    helpers = _helpers(module)
    declared = "\n".join(module.declarations.values())
    metadata = "\n".join(f"!{k} = {text}" for k, text in enumerate(module.metadata))
    attributes = f'attributes #0 = {{ {target.attributes} }}\nattributes #1 = {{ {target.attributes} "nvvm.reqntid"="{BLOCK}" }}'
    text = _without_twice("\n".join([prelude(), declared, helpers, implementations, *texts, *nests, attributes, metadata]))
    text = re.sub(r'@"([^"]+)"', _ascii, text)
    return KernelModule(text, tuple(k.name for k in program.kernels), parameters, tuple(module.sites), allocates)


def _threads(module: ModuleWriter, program: KernelProgram) -> list[str]:
    """The programs of the threads and what they call."""
    functions = {key: replace(f, alias=()) for key, f in program.functions.items()}
    functions |= {thread_key(kernel): kernel.thread for kernel in program.kernels}
    whole = Program(thread_key(program.kernels[0]), functions)
    return [implementation(module, whole, key, function, False) for key, function in functions.items()]


def thread_key(kernel: Kernel) -> str:
    return f"{kernel.name}.thread"


def _helpers(module: ModuleWriter) -> str:
    """Helpers that threads use, in full: there is nothing to link them from."""
    far = sorted(name for name in module.helpers if name in FAR)
    folds = []
    for name in far:
        _, op, dtype = name.split("_")
        if op not in ("sum", "max", "min"):
            raise NotAvailable("DL015", "a thread would multiply matrices", way_out="keep products of arrays outside the kernel")
        folds.append(fold(module, op, dtype))
    module.helpers -= set(far)
    return kernels(module) + "\n".join(folds)


def _ascii(found: re.Match[str]) -> str:
    """A symbol without characters that assemblers refuse; `.` stays."""
    return '@"' + "".join(c if c.isascii() and (c.isalnum() or c in "._") else f"_{ord(c):x}_" for c in found[1]) + '"'


def _without_twice(text: str) -> str:
    """Each declaration once, and none of what is defined."""
    defined = set(re.findall(r"^define [^@]*@([\w.]+)\(", text, re.MULTILINE))
    seen: set[str] = set()
    lines = []
    for line in text.split("\n"):
        found = re.match(r"declare [^@]*@([\w.]+)\(", line)
        if found and (found[1] in seen or found[1] in defined):
            continue
        if found:
            seen.add(found[1])
        lines.append(line)
    return "\n".join(lines)


def _parameters(program: KernelProgram, allocates: bool) -> tuple[Parameter, ...]:
    """The parameters of every entry, in order."""
    found = [Parameter("n", "i64", "count")] if program.mapped else []
    for k, type in enumerate(program.leaves):
        if isinstance(type, Array):
            found.append(Parameter(f"a{k}", "ptr", "argument", type.dtype, k))
            if not program.mapped:
                found += [Parameter(f"a{k}.{axis}", "i64", "size", "i64", k, axis) for axis in range(type.rank)]
        else:
            found.append(Parameter(f"a{k}", MEMORY[type.dtype], "number", type.dtype, k))  # type: ignore[union-attr]
    for k, type in enumerate(program.results):
        found.append(Parameter(f"r{k}", "ptr", "result", type.dtype, k))  # type: ignore[union-attr]
    if program.reductions:
        found.append(Parameter("work", "ptr", "work"))
    if allocates:
        found += [Parameter("scratch", "ptr", "scratch"), Parameter("scratch_bytes", "i64", "scratch_bytes")]
    return (*found, Parameter("status", "ptr", "status"))


def work_bytes(program: KernelProgram) -> int:
    """Bytes of `work`: for each reduction its result, the number of blocks that took part, and a part from each block."""
    return 8 * len(program.reductions) * (2 + GRID)


def _given(parameters: tuple[Parameter, ...]) -> str:
    return ", ".join(f"{p.type} %{p.name}" for p in parameters)


def _steps(kernel: Kernel, names: list[str]) -> list[tuple[str, int]]:
    """The phases in order, the tree's step once for each width."""
    steps = []
    for name in names:
        if name.endswith(".step"):
            width = BLOCK // 2
            while width:
                steps.append((name, width))
                width //= 2
        else:
            steps.append((name, 0))
    return steps


def _gpu_entry(module: ModuleWriter, kernel: Kernel, names: list[str], parameters: tuple[Parameter, ...]) -> str:
    w = Writer(module, "ret void")
    ids = {}
    for name, register in (("block", "ctaid"), ("thread", "tid"), ("blocks", "nctaid")):
        module.declare(f"{_SREG}.{register}.x", f"declare i32 @{_SREG}.{register}.x()")
        ids[name] = w.let(f"zext i32 {w.let(f'call i32 @{_SREG}.{register}.x()')} to i64")
    module.declare("barrier", "declare void @llvm.nvvm.barrier.cta.sync.aligned.all(i32)")
    before, shared = "", "null"
    if kernel.reduces:
        cells = BLOCK * len(kernel.reduces)
        symbol = f'@"{kernel.name}.shared"'
        before = f"{symbol} = internal addrspace(3) global [{cells} x i64] undef, align 8\n"
        shared = f"addrspacecast (ptr addrspace(3) {symbol} to ptr)"
    for k, (name, width) in enumerate(_steps(kernel, names)):
        if k:
            w.do(_BARRIER)
        indices = f"i64 {ids['block']}, i64 {ids['thread']}, i64 {ids['blocks']}, ptr {shared}, i64 {width}"
        w.do(f'call void @"{name}"({_given(parameters)}, {indices})')
    w.do("ret void")
    return before + w.text(f'define ptx_kernel void @"{kernel.name}"({_given(parameters)}) #1')


def _cpu_entry(module: ModuleWriter, kernel: Kernel, names: list[str], parameters: tuple[Parameter, ...]) -> str:
    """Each phase for all threads of a block, block after block."""
    from ..lower.loops import counting

    w = Writer(module, "ret void")
    shared = w.alloca(f"[{max(1, BLOCK * len(kernel.reduces))} x i64]")
    with counting(w, "%blocks", "block") as block:
        for name, width in _steps(kernel, names):
            with counting(w, str(BLOCK), "thread") as thread:
                indices = f"i64 {block}, i64 {thread}, i64 %blocks, ptr {shared}, i64 {width}"
                w.do(f'call void @"{name}"({_given(parameters)}, {indices})')
    w.do("ret void")
    return w.text(f'define void @"{kernel.name}"({_given(parameters)}, i64 %blocks) #0')


__all__ = ["KernelModule", "Parameter", "emit", "thread_key", "work_bytes"]
