"""Looking inside: the written text of a function, its IR, its LLVM and assembly, what its derivative keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from difflang.config import Spec
from difflang.errors import DifflangError, TypeMismatch
from difflang.ir import Program
from difflang.types import UNKNOWN, Type

from .annotated import annotated
from .boundary import opened
from .diagnose import leaves_of
from .function import DifferentiableFunction, _type, signature_of
from .overlap import leaves
from .specialise import program_for

STAGES = ("source", "read", "typed", "owned", "ir", "placed", "gradient", "llvm", "asm", "ptx")


def types_for(function: Any, args: Sequence[Any]) -> tuple[Type, ...]:
    """The types to look at: of the arguments or the spec given; else, each parameter's, annotated, of the last call, or open."""
    root = function.__difflang_root__ if isinstance(function, DifferentiableFunction) else function
    if len(args) == 1 and isinstance(args[0], Spec):
        return args[0].types
    if args:
        return tuple(opened(value, _type, [])[0] for value in _bound(root, args))
    last = function.__dict__.get("_last_types") if isinstance(function, DifferentiableFunction) else None
    parameters = list(signature_of(root).parameters.values())
    said = [annotated(root, parameter) for parameter in parameters]
    if last is not None and len(last) == len(said):
        return tuple(once if UNKNOWN in leaves_of(type) else type for type, once in zip(said, last, strict=True))
    return tuple(said)


def _bound(root: Any, args: Sequence[Any]) -> list[Any]:
    signature = signature_of(root)
    try:
        bound = signature.bind(*args)
    except TypeError as error:
        raise TypeMismatch("DL017", str(error), way_out="give one example for each parameter, or a dl.spec") from None
    bound.apply_defaults()
    return list(bound.arguments.values())


def source(function: Any, args: Sequence[Any]) -> str:
    """The text of a function: as written for a plain one, written out for one that is derived or made (`vmap`)."""
    root = function.__difflang_root__ if isinstance(function, DifferentiableFunction) else function
    if not hasattr(type(root), "__difflang_program__") and not hasattr(root, "__difflang_made__"):
        return _own_text(root)
    from difflang.writing.python import write

    return write(program_for(root, types_for(function, args), plain=True))


def _own_text(function: Any) -> str:
    import inspect
    import textwrap

    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        from difflang.reading.source import find

        return "\n".join(find(function).lines) + "\n"


def inspect_stage(function: Any, args: Sequence[Any], stage: str) -> str:
    """One stage of a function's way to machine code, as text."""
    root = function.__difflang_root__ if isinstance(function, DifferentiableFunction) else function
    if stage not in STAGES:
        raise TypeMismatch("DL033", f"there is no stage {stage!r}", way_out=f"choose one of {', '.join(STAGES)}")
    if stage == "source":
        return source(function, args)
    if stage == "read":
        return _read_text(root)
    types = types_for(function, args)
    if stage == "gradient":
        from difflang.transforms.derived import Derived
        from difflang.writing.python import write

        return write(program_for(Derived("grad", root), types, plain=True))
    if stage in ("owned", "ir"):
        return _ir_text(_owned(root, types))
    if stage == "typed":
        return _ir_text(_typed(root, types))
    if stage == "ptx":
        from .targets.ptx import ptx_of

        return str(ptx_of(root, types))
    from . import api

    program = program_for(root, types)
    if stage == "placed":
        return _ir_text(program)
    return api.module_text(program, types)[0] if stage == "llvm" else api.assembly(program)


def _read_text(root: Any) -> str:
    from difflang.reading import read

    function = read(root)
    return _ir_text(Program(function.name, {function.name: function}))


def _typed(root: Any, types: Sequence[Type]) -> Program:
    """Types are known, arrays are still references. Of a derived function: of what it is the derivative of."""
    from difflang.reading import read
    from difflang.transforms.infer.infer import infer

    while (base := getattr(root, "base", None)) is not None:
        root = base.__difflang_root__ if isinstance(base, DifferentiableFunction) else base
    function = read(root)
    return infer(function, tuple(types)[: len(function.params)])


def _owned(root: Any, types: Sequence[Type]) -> Program:
    from difflang.transforms.derived import program_of

    return program_of(root, tuple(types))


def _ir_text(program: Program) -> str:
    from difflang.text import dumps

    return dumps(program)


def blame(function: DifferentiableFunction, args: Sequence[Any], mode: str, tolerance: float) -> Any:
    """The first call at these arguments whose rule of the user's is wrong, see `transforms.blame`."""
    from difflang.transforms.blame import blame as find
    from difflang.transforms.derived import program_of

    root = function.__difflang_root__
    found = [opened(value, _type, []) for value in args]
    types = tuple(type for type, _ in found)
    given = [leaf for _, value in found for leaf in leaves(value)]
    captured = [capture.read() for capture in program_of(root, types).main.captures]
    return find(root, types, [*given, *captured], mode, tolerance)


def explain(function: Any, args: Sequence[Any]) -> Any:
    """What a derivative keeps, how much and why. Of a plain function: of its gradient."""
    from difflang.transforms.derived import Derived
    from difflang.transforms.explain import explain as explain_program

    root = function.__difflang_root__ if isinstance(function, DifferentiableFunction) else function
    types = types_for(function, args)
    if not hasattr(type(root), "__difflang_program__"):
        root = Derived("grad", root)
    program = program_for(root, types, plain=True)
    found = explain_program(program)
    if UNKNOWN in [leaf for type in types for leaf in leaves_of(type)]:
        return found
    from .arena import stated

    return stated(found, program, [] if len(args) == 1 and isinstance(args[0], Spec) else _bound(root, args) if args else [])


def problems(function: Any, args: Sequence[Any]) -> list[DifflangError]:
    """Everything that stops a function from compiling, and warnings where its derivative is zero; an empty list where it is fine.

    Without arguments, annotations or an earlier call only the text is checked.
    """
    from .diagnose import diagnose

    root = function.__difflang_root__ if isinstance(function, DifferentiableFunction) else function
    try:
        parameters = signature_of(root).parameters.values()
        arrays = [] if args else [k for k, parameter in enumerate(parameters) if parameter.annotation in (np.ndarray, "np.ndarray")]
        return diagnose(root, types_for(function, args), arrays)
    except DifflangError as error:
        return [error]


__all__ = ["STAGES", "explain", "inspect_stage", "problems", "source", "types_for"]
