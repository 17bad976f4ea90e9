"""From a placed program to a shared object that Python can call: the modules of this folder, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from difflang.ir import Program
from difflang.records import dataclass
from difflang.types import Array, Scalar, Tuple, Type

from . import optimize, shared
from .abi import abi
from .ahead import Ahead
from .flags import watched
from .module import emit
from ..runtime.fault import FLAGS
from .targets.cpu import host
from .targets.target import Target
from .unlocked import prompt
from .writer import Site

ENTRY = "difflang_entry"
"""The symbol of the vectorcall entry; `<ENTRY>_try` beside it takes the record as an argument."""


@dataclass(frozen=True)
class Built:
    """A compiled program: a shared object, its fault sites, and what a record of it holds."""

    code: bytes
    sites: tuple[Site, ...]
    statics: tuple[object, ...]
    blas: bool


def module_text(
    program: Program, types: Sequence[Type] = (), target: Target | None = None, parallel: bool = False, ahead: Ahead | None = None
) -> tuple[str, tuple[Site, ...], tuple[object, ...]]:
    """The LLVM text of a placed program with its vectorcall entry, the fault sites, the static objects of its record."""
    flags = watched(program, target or host())
    module = emit(program, target or host(), (program.entry,), parallel, bool(flags), ahead)
    sites = (*module.sites, Site(RuntimeWarning, program.main.name, kinds=FLAGS)) if flags else module.sites
    entry, plan = abi.entry(program.entry, program.main, ENTRY, tuple(_leaf_types(types)), flags, len(module.sites))
    return abi.append(module.text, entry), sites, tuple(plan.statics)


def _leaf_types(types: Sequence[Type]) -> Iterator[Type]:
    for type in types:
        if isinstance(type, Tuple):
            yield from _leaf_types(type.items)
        elif isinstance(type, (Array, Scalar)):
            yield type


def build(program: Program, types: Sequence[Type] = (), parallel: bool = False) -> Built:
    """Compile a placed program for this machine. `types`: those of the arguments, where they say more than the program's parameters;
    `parallel`: independent loops run in parallel without being asked to."""
    target = host()
    ahead = Ahead(target)
    with prompt:
        text, sites, statics = module_text(program, types, target, parallel, ahead)
        ahead.send()
        objects = optimize.to_objects(text, target, ahead.calls)
    code = shared.link(objects, target)
    libraries = (b"\0dl_blas\0", b"\0dl_lapack\0", b"\0dl_fft\0")  # names of the symbol table
    return Built(code, sites, statics, any(name in code for name in libraries))


def assembly(program: Program) -> str:
    """The assembly of a placed program, for people."""
    return optimize.to_assembly(module_text(program)[0], host())


__all__ = ["ENTRY", "Built", "assembly", "build", "module_text"]
