"""Code that every library needs alike, compiled once and linked in: blocks of memory and the kernels.

Its objects are kept in this process and in the cache's folder. Which of them an object needs is read off the names in its
symbol table.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import re
from functools import lru_cache, partial
from pathlib import Path

from ..runtime import fourier
from ..runtime.blas import NAMES, PREFIX, ROUTINES
from ..runtime.cache import digest, folder, surroundings, write
from ..runtime.threads import processors
from . import kernels, prelude
from .abi import support as abi_support
from .elementary import elementary
from .optimize import object_code
from .repeats import without_unused
from .targets.target import Target
from .threads_text import BOUND as BOUND_THREADS
from .threads_text import TEXT as THREADS
from .unlocked import beside, side_by_side
from .writer import MEMORY, ModuleWriter

_BLAS = f"@dl_blas = global [{len(NAMES)} x ptr] zeroinitializer\n"
_LAPACK = f"@dl_lapack = global [{len(ROUTINES)} x ptr] zeroinitializer\n"
_TRANSFORMS = f"@dl_fft = global [{4 * len(fourier.NAMES)} x ptr] zeroinitializer\n"


def objects(code: list[bytes], target: Target, bound: bool = False) -> list[bytes]:
    """The support objects that these objects ask for, and those that they ask for. `bound`: LAPACK and OpenMP by their symbols, for the
    linker."""
    for thread in _begun:
        if thread is not None:
            thread.join()
    found: dict[str, bytes] = {}
    asking = list(code)
    while asking:
        wanted = [piece for piece in dict.fromkeys(name for symbols in asking for name in _asked(symbols)) if piece not in found]
        texts = [f"{piece} bound" if bound and piece in _BOUND else piece for piece in wanted]
        missing = [text for text in texts if _stored(text, target) is None]
        side_by_side([partial(_object, text, target) for text in missing])
        asking = [_object(text, target) for text in texts]
        found |= zip(wanted, asking, strict=True)
    return list(found.values())


ALWAYS = ("blocks", "python", "arriving", "pools")
"""The pieces that every program with arrays asks for."""
_begun: list[threading.Thread | None] = []


def begin(target: Target) -> None:
    """Compile those on another processor while Python works on the program, the first time in a process."""
    if not _begun and processors() > 1:
        _begun.append(beside(partial(_compile_always, target)))


def _compile_always(target: Target) -> None:
    with contextlib.suppress(Exception):  # `objects` meets it again, and raises
        for piece in ALWAYS:
            _object(piece, target)


def _asked(code: bytes) -> list[str]:
    """The pieces that an object names."""
    named = set(code.split(b"\0"))
    written = [piece for piece, names in _pieces().items() if not named.isdisjoint(names)]
    return [*written, *sorted(name.decode() for name in _own() & named)]


@lru_cache(maxsize=1)
def _own() -> frozenset[bytes]:
    return frozenset(name.encode() for name in elementary.symbols())


_LEVELS = {"python": 0, "pools": 0, "arriving": 1, "blocks": 1, "stacks": 1, "threads": 1}
_LEVELS |= {f"dl_searches_{dtype}": 1 for dtype in MEMORY}  # LLVM would put lanes into vectors and take them out again
"""How much LLVM does for a piece (`optimize.object_code`): what is written by hand needs no passes, what runs once a call no care."""


@lru_cache(maxsize=1)
def _written() -> dict[str, str]:
    """The pieces whose text is the same for every target."""
    texts = {
        "python": abi_support.module(prelude.text()),
        "arriving": abi_support.arriving(),
        "blocks": prelude.blocks(),
        "pools": prelude.pools(),
        "stacks": prelude.stacks(),
        "threads": THREADS,
        "blas": _BLAS,
        "lapack": _LAPACK,
        "transforms": _TRANSFORMS,
    }
    return {piece: without_unused(text) for piece, text in texts.items()}


@lru_cache(maxsize=1)
def _pieces() -> dict[str, frozenset[bytes]]:
    """The pieces, and the symbols that each defines."""
    named = {piece: [a or b for a, b in _DEFINED.findall(text)] for piece, text in _written().items()}
    symbols = {**named, **{name: [name] for name in kernels.FAR}}
    return {piece: frozenset(name.encode() for name in names) for piece, names in symbols.items()}


_DEFINED = re.compile(r"^define hidden [^@\n]*@([\w.]+)\(|^@(\w+) = (?:hidden )?global", re.MULTILINE)


def _text(piece: str, target: Target) -> str:
    if piece in _BOUND.values():
        return _bound() if piece == "lapack bound" else without_unused(BOUND_THREADS)
    if piece in elementary.symbols():
        return elementary.text(piece, target)
    return _written().get(piece) or kernels.kernel(ModuleWriter(target), piece)


_BOUND = {"lapack": "lapack bound", "threads": "threads bound"}
"""Pieces that are others where no loader fills tables."""


def _bound() -> str:
    """The table of LAPACK with OpenBLAS's own symbols in it."""
    names = [PREFIX + name for name in ROUTINES]
    declared = "\n".join(f"declare void @{name}()" for name in names)
    return f"{declared}\n@dl_lapack = hidden global [{len(names)} x ptr] [{', '.join(f'ptr @{name}' for name in names)}]\n"


@lru_cache(maxsize=256)
def _object(piece: str, target: Target) -> bytes:
    """One piece, from the cache's folder where it was compiled before."""
    code = _stored(piece, target)
    if code is None:
        code = object_code(_text(piece, target), target, 1 if piece in elementary.symbols() else _LEVELS.get(piece, 2))
        path = _path(piece, target)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, digest(code).encode() + b"\n" + code)
    return code


@lru_cache(maxsize=256)
def _stored(piece: str, target: Target) -> bytes | None:
    """What the cache's folder holds of a piece, if it is whole."""
    try:
        stated, code = _path(piece, target).read_bytes().partition(b"\n")[::2]
    except OSError:
        return None
    return code if stated.decode(errors="replace") == digest(code) else None


def _path(piece: str, target: Target) -> Path:
    """Where a piece lies: under all that it depends on. Its text, which takes longer to write than this to read, says no more."""
    import llvmlite

    key = "\n".join((piece, str(target), llvmlite.__version__, surroundings()))
    return folder() / f"support-{hashlib.sha256(key.encode()).hexdigest()[:32]}"
