"""Object code to a shared object, with the system's linker."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from collections.abc import Sequence
from pathlib import Path

from difflang.errors import NotAvailable

from ..runtime import blas
from .support import objects
from .targets.target import Target

_LIBRARIES = ("libm.so.6", "libmvec.so.1")
_ALONE = (*_LIBRARIES, "libc.so.6")
"""What is linked for any program; a process that runs Python has the C library already, and reading it is half of a link."""


def link(code: bytes | list[bytes], target: Target, alone: bool = False) -> bytes:
    """A shared object of this object code, in one part or several. `ld` alone takes 4 ms, a compiler driver 7 and more.

    `alone`: no loader of ours will fill its tables, so that OpenBLAS is linked to it where it calls LAPACK: looked for
    beside the library, then where it lies now.
    """
    with tempfile.TemporaryDirectory(prefix="difflang-") as folder:
        result = Path(folder, "code.so")
        sources = []
        own = [code] if isinstance(code, bytes) else code
        for k, part in enumerate([*own, *objects(own, target, bound=alone)]):
            sources.append(Path(folder, f"code{k}.o"))
            sources[-1].write_bytes(part)
        if any(b"\0random_" in part for part in own):
            sources.append(_distributions())
        errors = []
        library = _openblas() if alone and any(b"\0dl_lapack\0" in part for part in own) else None
        for command in _commands(sources, result, target, library, _ALONE if alone else _LIBRARIES):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return result.read_bytes()
            errors.append(f"{command[0]}: {done.stderr.strip()[-500:]}")
    reason = "no linker was found" if not errors else "the linker failed: " + "; ".join(errors)
    raise NotAvailable("DL015", reason, way_out="install binutils (ld) or a C compiler (cc)")


def _distributions() -> Path:
    """NumPy's own library of distributions, which compiled draws call."""
    spec = find_spec("numpy.random")
    for folder in [Path(found, "lib") for found in (spec.submodule_search_locations or [])] if spec else []:
        for name in ("libnpyrandom.a", "npyrandom.lib"):
            if (folder / name).exists():
                return folder / name
    raise NotAvailable("DL015", "the program draws random numbers, and NumPy's libnpyrandom was not found", way_out="draw in Python")


def _openblas() -> Path:
    """The library that an object which calls LAPACK is linked with."""
    where = blas.path()
    if where is None:
        raise NotAvailable("DL015", "the program calls LAPACK, and OpenBLAS was not found", way_out="install scipy-openblas32")
    return where


def _commands(
    sources: Sequence[Path], result: Path, target: Target, library: Path | None, libraries: Sequence[str]
) -> list[list[str]]:
    """The linkers of this machine, fastest first."""
    commands = []
    found = [] if library is None else [str(library), "-rpath", f"$ORIGIN:{library.parent}"]
    wanted = [name for name in libraries if target.vector_library == "mvec" or "mvec" not in name]
    if "linux" in target.triple and (ld := shutil.which("ld")):
        named = [f"-l:{name}" for name in wanted]
        commands.append([ld, "-shared", "-z", "noexecstack", "--as-needed", "-o", str(result), *map(str, sources), *found, *named])
    for name in ("cc", "gcc", "clang"):
        if driver := shutil.which(name):
            given = ["-lmvec", "-lm"] if target.vector_library == "mvec" else ["-lm"]
            told = [f"-Wl,-rpath,{found.pop()}" if word == "-rpath" else word for word in found[:-1]]
            commands.append([driver, "-shared", "-o", str(result), *map(str, sources), *told, *given])
            break
    return commands
