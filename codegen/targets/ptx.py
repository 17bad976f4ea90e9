"""NVIDIA GPUs: a kernel program to PTX text. Elementary functions come from libdevice, where its wheel is installed."""

from __future__ import annotations

import importlib.metadata
import os
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from difflang.errors import NotAvailable, TypeMismatch
from difflang.ir import Program
from difflang.types import Type

from ..elementary.elementary import with_definitions
from ..kernel.kernel import BLOCK, GRID, KernelProgram, kernel_program, kernel_types
from ..kernel.emit import KernelModule, Parameter, emit, work_bytes
from .target import Target, machine

WHEEL = "nvidia-cuda-nvcc-cu12"
TRIPLE = "nvptx64-nvidia-cuda"


def nvidia(arch: str) -> Target:
    """A GPU: "sm_80", "sm_90" ..."""
    if not re.fullmatch(r"sm_\d+[af]?", arch):
        raise TypeMismatch("DL033", f"{arch!r} is no architecture of NVIDIA's", way_out='write it as in "sm_90"')
    return Target(TRIPLE, arch, vector_bits=128)


class PTX(str):
    """PTX text that knows how it is launched.

    `entries` are launched in order, each with all of `parameters`; `entry` is the first. `program` is the kernel IR, which
    `dl.device("cpu")` runs thread by thread; `module` the LLVM module it was made from.
    """

    arch: str
    program: KernelProgram
    module: KernelModule

    @property
    def entries(self) -> tuple[str, ...]:
        return self.module.entries

    @property
    def entry(self) -> str:
        return self.entries[0]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        return self.module.parameters

    @property
    def signature(self) -> dict[str, Any]:
        """All that a caller must know, as JSON would hold it."""
        said = []
        for p in self.parameters:
            row: dict[str, Any] = {"name": p.name, "type": {"ptr": "pointer"}.get(p.type, p.type), "role": p.role}
            if p.role in ("argument", "number", "size"):
                row["argument"] = self.program.names[p.leaf]
            if p.dtype:
                row["dtype"] = p.dtype
            if p.axis >= 0:
                row["axis"] = p.axis
            said.append(row)
        entries = [{"name": k.name, "finish": k.finish} for k in self.program.kernels]
        return {
            "arch": self.arch, "entries": entries, "block": BLOCK, "most_blocks": GRID, "parameters": said,
            "work_bytes": work_bytes(self.program), "status_bytes": 48,
        }  # fmt: skip

    def launch(self, n: int) -> tuple[dict[str, Any], ...]:
        """The geometry for n elements: entry, grid and block of each launch, in order."""
        return tuple(
            {"entry": k.name, "grid": (1 if k.finish else blocks(n), 1, 1), "block": (BLOCK, 1, 1)} for k in self.program.kernels
        )

    def __call__(self, *args: Any) -> Any:
        """Run on the device of the surrounding `with dl.device(...)`."""
        from ..kernel.device import current

        return current().launch(self, *args)


def blocks(n: int) -> int:
    """The blocks of a launch over n elements."""
    return max(1, min(GRID, -(-n // BLOCK)))


def ptx(program: Program, arch: str = "sm_90") -> PTX:
    """PTX of a placed program."""
    target = nvidia(arch)
    kernels = kernel_program(program)
    module = emit(kernels, target)
    text = PTX(to_ptx(module.text, target))
    text.arch, text.program, text.module = arch, kernels, module
    return text


def ptx_of(function: Any, types: Sequence[Type], arch: str = "sm_90") -> PTX:
    """PTX of a function of the language, plain, decorated or derived, for arguments of these types."""
    from ..specialise import program_for

    return ptx(program_for(getattr(function, "__difflang_root__", function), kernel_types(types), plain=True), arch)


def to_ptx(text: str, target: Target) -> str:
    """LLVM text to PTX, libdevice linked in where it is asked for."""
    import llvmlite.binding as llvm

    tm = machine(target)
    text, wanted = with_libdevice(with_definitions(text))
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = target.triple, str(tm.target_data)
    if wanted:
        _link(module, tm, wanted)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = options.slp_vectorization = False
    builder = llvm.create_pass_builder(tm, options)
    builder.getModulePassManager().run(module, builder)
    return str(tm.emit_assembly(module))


def _link(module: Any, tm: Any, wanted: Sequence[str]) -> None:
    """Take libdevice in; what is not called is dropped by the optimiser."""
    import llvmlite.binding as llvm

    library = llvm.parse_bitcode(_libdevice())
    known = {f.name for f in library.functions}
    missing = [name for name in wanted if name not in known]
    if missing:
        raise NotAvailable("DL015", f"libdevice has no {', '.join(missing)}", way_out="keep this function outside the kernel")
    library.triple, library.data_layout = module.triple, str(tm.target_data)
    module.link_in(library)
    for function in module.functions:
        if function.name.startswith("__nv_") and not function.is_declaration:
            function.linkage = "internal"


_MATH = re.compile(r"^declare (double|float) @([a-z]\w*)\(([^)]*)\) nounwind willreturn memory\(none\)$", re.MULTILINE)


def with_libdevice(text: str) -> tuple[str, list[str]]:
    """libm's declarations become calls of libdevice; and so do remainders, which NVPTX would compute by division. The names wanted."""
    wanted = []
    for type, symbol in (("double", "fmod"), ("float", "fmodf")):
        changed = re.sub(rf"= frem {type} ([^,]+), (\S+)", rf"= call {type} @{symbol}({type} \1, {type} \2)", text)
        if changed != text and f"@{symbol}(" not in text:
            changed += f"\ndeclare {type} @{symbol}({type}, {type}) nounwind willreturn memory(none)"
        text = changed

    def define(found: re.Match[str]) -> str:
        type, symbol, given = found[1], found[2], found[3].split(", ")
        wanted.append(f"__nv_{symbol}")
        heads = ", ".join(f"{t} %x{k}" for k, t in enumerate(given))
        return (
            f"declare {type} @__nv_{symbol}({found[3]})\n"
            f"define internal {type} @{symbol}({heads}) alwaysinline nounwind {{\n"
            f"  %y = call {type} @__nv_{symbol}({heads})\n  ret {type} %y\n}}"
        )

    return _MATH.sub(define, text), wanted


def tool(path: str) -> Path | None:
    """A file of the wheel, or of the CUDA toolkit that CUDA_HOME names: "bin/ptxas", "nvvm/libdevice/libdevice.10.bc"."""
    try:
        for file in importlib.metadata.files(WHEEL) or ():
            if str(file).endswith(f"cuda_nvcc/{path}"):
                found = Path(str(file.locate()))
                if found.exists():
                    return found
    except importlib.metadata.PackageNotFoundError:
        pass
    home = os.environ.get("CUDA_HOME")
    named = Path(home, path) if home else None
    return named if named is not None and named.exists() else None


def _libdevice() -> bytes:
    path = tool("nvvm/libdevice/libdevice.10.bc")
    if path is None:
        reason = "this kernel calls elementary functions, and NVIDIA's libdevice is not on this machine"
        raise NotAvailable("DL015", reason, way_out=f"pip install {WHEEL}, or set CUDA_HOME to a CUDA toolkit")
    return _read(path)


@lru_cache(maxsize=2)
def _read(path: Path) -> bytes:
    return path.read_bytes()


__all__ = ["PTX", "WHEEL", "blocks", "nvidia", "ptx", "ptx_of", "to_ptx", "tool"]
