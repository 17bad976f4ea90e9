"""Code that every library needs alike, compiled once and linked in: blocks of memory and the kernels.

Its objects are kept in this process and in the cache's folder. Which of them an object needs is read off the names in its
symbol table. What every library for Python needs is one object.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from functools import lru_cache
from pathlib import Path

from ..runtime.blas import PREFIX, ROUTINES
from ..runtime.cache import folder
from . import kernels, prelude
from .abi import support as abi_support
from .optimize import object_code
from .targets.target import Target
from .writer import ModuleWriter

_MEMORY = ("dl_pool_return", "dl_alloc", "dl_release", "dl_steal", "dl_push", *(f"dl_fault{k}" for k in range(5)))
_AS_WRITTEN = ("python", "memory")
"""Pieces that are fine machine code as they stand, in no need of LLVM's passes."""
_BLAS = "@dl_blas = global [6 x ptr] zeroinitializer\n"
_LAPACK = f"@dl_lapack = global [{len(ROUTINES)} x ptr] zeroinitializer\n"


def objects(code: bytes, target: Target, bound: bool = False) -> list[bytes]:
    """The support objects that an object asks for, and those that they ask for. `bound`: LAPACK by its symbols, for the linker."""
    found: dict[str, bytes] = {}
    asking = [code]
    while asking:
        symbols = asking.pop()
        for piece, names in _pieces().items():
            there = piece in found or (piece == "memory" and "python" in found)
            if not there and any(b"\0" + name.encode() + b"\0" in symbols for name in names):
                found[piece] = _object("lapack bound" if bound and piece == "lapack" else piece, target)
                asking.append(found[piece])
    return list(found.values())


@lru_cache(maxsize=1)
def _pieces() -> dict[str, tuple[str, ...]]:
    """The pieces, and the symbols that each defines."""
    return {
        "python": abi_support.SYMBOLS,
        "memory": _MEMORY,
        "blas": ("dl_blas",),
        "lapack": ("dl_lapack",),
        **{name: (name,) for name in kernels.FAR},
    }


def _text(piece: str, target: Target) -> str:
    if piece == "memory":
        return prelude.memory()
    if piece == "blas":
        return _BLAS
    if piece == "lapack":
        return _LAPACK
    if piece == "lapack bound":
        return _bound()
    if piece == "python":
        return abi_support.module(prelude.memory())
    return kernels.kernel(ModuleWriter(target), piece)


def _bound() -> str:
    """The table of LAPACK with OpenBLAS's own symbols in it."""
    names = [PREFIX + name for name in ROUTINES]
    declared = "\n".join(f"declare void @{name}()" for name in names)
    return f"{declared}\n@dl_lapack = hidden global [{len(names)} x ptr] [{', '.join(f'ptr @{name}' for name in names)}]\n"


@lru_cache(maxsize=64)
def _object(piece: str, target: Target) -> bytes:
    """One piece, from the cache's folder where it was compiled before."""
    import llvmlite

    text = _text(piece, target)
    name = hashlib.sha256(f"{text}{target}{llvmlite.__version__}".encode()).hexdigest()[:32]
    path = folder() / f"support-{name}.o"
    with contextlib.suppress(OSError):
        return path.read_bytes()
    code = object_code(text, target, level=0 if piece in _AS_WRITTEN else 2)
    with contextlib.suppress(OSError):
        _keep(path, code)
    return code


def _keep(path: Path, code: bytes) -> None:
    """Write a file at once: nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(code)
    part.replace(path)
