"""The loops of long functions as functions of their own, by LLVM's own extraction: their pieces are compiled side by side (`pieces.py`).

What a loop hands on is written through pointers. LLVM writes it in every turn, where the loop's head has it; it is moved to the
exits here, so that it stays in a register.
"""

from __future__ import annotations

import re
from typing import Any

from .targets.target import Target, machine

LONG = 1000
"""Lines of a function whose loops are worth it."""
_OUT = re.compile(r"ptr (%[\w.]+\.out)\b")
_HANDED = re.compile(r"^  store [^,]+, ptr %[\w.]+\.out, align \d+$")
_ENTERED = re.compile(r"^  br label %([\w.]+)$")


def sections(text: str, target: Target) -> str:
    """The module with the outermost loops of its functions as functions, internal ones."""
    import llvmlite.binding as llvm

    tm: Any = machine(target)
    module = llvm.parse_assembly(text, llvm.create_context())
    builder = llvm.create_pass_builder(tm, llvm.create_pipeline_tuning_options(speed_level=0))
    passes = llvm.create_new_module_pass_manager()
    passes.add_sroa_pass()
    passes.add_loop_simplify_pass()
    passes.add_loop_extract_pass()
    passes.run(module, builder)
    return str(module)


def is_section(function: str) -> bool:
    """Whether a function is a loop that was made one."""
    return "\nnewFuncRoot:" in function[:4000]


def handed_at_exits(function: str) -> str:
    """A loop that writes what it hands on where it ends."""
    lines = function.split("\n")
    lines[0] = _OUT.sub(r"ptr noalias \1", lines[0])
    entered = _ENTERED.match(lines[2]) if lines[1].startswith("newFuncRoot:") else None
    if entered is None:
        return "\n".join(lines)
    head = next(k for k, line in enumerate(lines) if line.startswith(f"{entered[1]}:"))
    end = next(k for k in range(head, len(lines)) if lines[k].startswith("  br "))
    handed = [line for line in lines[head:end] if _HANDED.match(line)]
    kept = [*lines[:head], *(line for line in lines[head:end] if line not in handed), *lines[end:]]
    return "\n".join(line for kept_line in kept for line in ([kept_line, *handed] if ".exitStub:" in kept_line else [kept_line]))
