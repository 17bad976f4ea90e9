"""Object code to a shared object, with the system's linker."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from difflang.errors import NotAvailable

from .support import objects
from .targets.target import Target

_LIBRARIES = ("libm.so.6", "libmvec.so.1", "libc.so.6")


def link(code: bytes, target: Target) -> bytes:
    """A shared object of this object code. `ld` alone takes 4 ms, a compiler driver 7 and more."""
    with tempfile.TemporaryDirectory(prefix="difflang-") as folder:
        result = Path(folder, "code.so")
        sources = []
        for k, part in enumerate([code, *objects(code, target)]):
            sources.append(Path(folder, f"code{k}.o"))
            sources[-1].write_bytes(part)
        errors = []
        for command in _commands(sources, result, target):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return result.read_bytes()
            errors.append(f"{command[0]}: {done.stderr.strip()[-500:]}")
    reason = "no linker was found" if not errors else "the linker failed: " + "; ".join(errors)
    raise NotAvailable("DL015", reason, way_out="install binutils (ld) or a C compiler (cc)")


def _commands(sources: Sequence[Path], result: Path, target: Target) -> list[list[str]]:
    """The linkers of this machine, fastest first."""
    commands = []
    wanted = [name for name in _LIBRARIES if target.vector_library == "mvec" or "mvec" not in name]
    if "linux" in target.triple and (ld := shutil.which("ld")):
        libraries = [f"-l:{name}" for name in wanted]
        commands.append([ld, "-shared", "-z", "noexecstack", "--as-needed", "-o", str(result), *map(str, sources), *libraries])
    for name in ("cc", "gcc", "clang"):
        if driver := shutil.which(name):
            libraries = ["-lmvec", "-lm"] if target.vector_library == "mvec" else ["-lm"]
            commands.append([driver, "-shared", "-o", str(result), *map(str, sources), *libraries])
            break
    return commands
