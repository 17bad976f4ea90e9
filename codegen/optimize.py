"""LLVM text to optimised object code: the O2 pipeline, loop and superword vectorisers on, IEEE arithmetic untouched.

O3 takes two to three times as long (it duplicates loops for every invariant branch) and gains at most 5 % on the loops of `make bench`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from .pieces import pieces
from .targets.target import Target, machine, reduce_strength
from .unlocked import Calls, emit_object, run_passes


def to_object(text: str, target: Target) -> bytes:
    """Object code of a module, as good as can be. `shared.link` adds what it shares with other libraries."""
    reduce_strength(True)
    return object_code(text, target)


def to_objects(text: str, target: Target, begun: Calls[bytes] | None = None) -> list[bytes]:
    """Object code of a module, in the pieces that are compiled side by side, sooner and nearly as good; after that which has begun."""
    calls: Calls[bytes] = begun or Calls()
    for piece in sorted(pieces(text, target), key=lambda piece: len(piece.text)):  # the longest comes first at the end
        calls.add(soon(piece.text, target, piece.level), long=piece.level == 2)
    return calls.finish()


def soon(text: str, target: Target, level: int) -> Callable[[], bytes]:
    """What compiles a piece for this process."""
    reduce_strength(not target.triple.startswith("x86_64"))
    return partial(object_code, text, target, level)


def object_code(text: str, target: Target, level: int = 2) -> bytes:
    """`level` 2: everything; 1: no passes, but careful machine code; 0: machine code in a fifth of the time, for what seldom runs."""
    module = optimized(text, target, 2 if level == 2 else 0)
    return emit_object(machine(target, 3 if level else 0), module)


def to_assembly(text: str, target: Target) -> str:
    """Assembly of a module, for people."""
    module = optimized(text, target)
    return str(machine(target).emit_assembly(module))


def optimized(text: str, target: Target, level: int = 2) -> Any:
    """The module parsed, verified and optimised; at level 0 no more than what must be inlined is."""
    import llvmlite.binding as llvm

    tm = machine(target)
    module = llvm.parse_assembly(text, llvm.create_context())
    module.triple = target.triple
    module.data_layout = str(tm.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=level)
    options.loop_vectorization = True
    options.slp_vectorization = True
    options.loop_interleaving = False
    options.loop_unrolling = False
    builder = llvm.create_pass_builder(tm, options)
    run_passes(builder, module)
    return module
