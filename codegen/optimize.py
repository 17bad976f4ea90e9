"""LLVM text to optimised object code: the O2 pipeline, loop and superword vectorisers on, IEEE arithmetic untouched.

O3 takes two to three times as long (it duplicates loops for every invariant branch) and gains at most 5 % on the loops of `make bench`.
"""

from __future__ import annotations

from typing import Any

from .glue import split
from .targets.target import Target, machine


def to_object(text: str, target: Target) -> bytes:
    """Object code of a module. `shared.link` adds what it shares with other libraries."""
    return object_code(text, target)


def to_objects(text: str, target: Target) -> list[bytes]:
    """Object code of a module, that of its glue apart."""
    rest, glue = split(text)
    return [object_code(rest, target), *([object_code(glue, target, 0)] if glue else [])]


def object_code(text: str, target: Target, level: int = 2) -> bytes:
    """`level` 2: everything; 1: no passes, but careful machine code; 0: machine code in a fifth of the time, for what seldom runs."""
    module = optimized(text, target, 2 if level == 2 else 0)
    return bytes(machine(target, 3 if level else 0).emit_object(module))


def to_assembly(text: str, target: Target) -> str:
    """Assembly of a module, for people."""
    module = optimized(text, target)
    return str(machine(target).emit_assembly(module))


def optimized(text: str, target: Target, level: int = 2) -> Any:
    """The module parsed, verified and optimised; at level 0 no more than what must be inlined is."""
    import llvmlite.binding as llvm

    tm = machine(target)
    module = llvm.parse_assembly(text)
    module.triple = target.triple
    module.data_layout = str(tm.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=level)
    options.loop_vectorization = True
    options.slp_vectorization = True
    options.loop_interleaving = False
    options.loop_unrolling = False
    builder = llvm.create_pass_builder(tm, options)
    builder.getModulePassManager().run(module, builder)
    return module
