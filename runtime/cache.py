"""The disk cache: a shared object and a JSON manifest for each compiled function.

An entry's key says everything it depends on: the hash of all code it reaches, the types of its arguments, the options, the
machine, Python, NumPy and difflang itself. So nothing ever has to be invalidated, and a hit needs no compiler.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from .load import SLOTS


def folder() -> Path:
    """Where entries lie: $DIFFLANG_CACHE, else the platform's place for caches."""
    named = os.environ.get("DIFFLANG_CACHE")
    if named:
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "difflang"
    base = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else os.environ.get("XDG_CACHE_HOME")
    return Path(base) / "difflang" if base else Path.home() / ".cache" / "difflang"


def key(digest: str, signature: str, options: str) -> str:
    """The name of an entry."""
    text = "\n".join((digest, signature, options, surroundings()))
    return hashlib.sha256(text.encode()).hexdigest()[:40]


@cache
def surroundings() -> str:
    """What compiled code depends on beside the program: machine, Python, NumPy, this compiler."""
    parts = (platform.machine(), _processor(), sys.implementation.cache_tag, sys.platform, np.__version__, _compiler(), ",".join(SLOTS))
    return "\n".join(str(part) for part in parts)


def _processor() -> str:
    """The instruction sets of this machine's first processor."""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith(("flags", "Features", "isa")):
                return " ".join(sorted(line.partition(":")[2].split()))
    return platform.processor()


def _compiler() -> str:
    """A hash of difflang's own files by size and time: an edited compiler finds none of its old entries."""
    found = hashlib.sha256()
    root = Path(__file__).resolve().parent.parent
    folders = [root] if root.name == "difflang" else [root / name for name in ("difflang", "transforms", "codegen", "runtime")]
    for top in folders:
        for where, names, files in os.walk(top):
            names.sort()
            for name in sorted(files):
                if name.endswith(".py"):
                    status = os.stat(os.path.join(where, name))
                    found.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return found.hexdigest()


def find(name: str) -> tuple[Path, dict[str, Any]] | None:
    """The shared object and the manifest of an entry, or None where there is none that is whole."""
    code = folder() / name[:2] / f"{name}.so"
    try:
        manifest = json.loads(code.with_suffix(".json").read_text(encoding="utf-8"))
        stated = manifest.pop("digest")
        whole = stated == _digest_of(code.read_bytes(), manifest)
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return None
    return (code, manifest) if whole else None


def _digest_of(code: bytes, manifest: Mapping[str, Any]) -> str:
    return digest(code + json.dumps(manifest).encode())


def digest(content: bytes) -> str:
    """What tells a whole file from a damaged one, which must not be loaded: machine code cut short kills the process."""
    return hashlib.sha256(content).hexdigest()


def store(name: str, code: bytes, manifest: Mapping[str, Any]) -> Path | None:
    """Write an entry; None where the folder cannot be written. The manifest comes last: an entry with one is whole."""
    where = folder() / name[:2]
    try:
        where.mkdir(parents=True, exist_ok=True)
        write(where / f"{name}.so", code)
        write(where / f"{name}.json", json.dumps({"digest": _digest_of(code, manifest), **manifest}, indent=1).encode())
    except OSError:
        return None
    return where / f"{name}.so"


def write(path: Path, content: bytes) -> None:
    """Write a file at once: nobody ever sees half of it, and a library that is loaded keeps its own copy."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def clear() -> None:
    """Remove every entry on disk."""
    where = folder()
    if where.exists():
        for part in where.iterdir():
            if part.is_dir() and len(part.name) == 2:
                shutil.rmtree(part, ignore_errors=True)


@cache
def scratch() -> Path:
    """A folder of this process for code that is not kept. It is removed when Python ends."""
    import atexit

    where = Path(tempfile.mkdtemp(prefix="difflang-"))
    atexit.register(shutil.rmtree, where, ignore_errors=True)
    return where


__all__ = ["clear", "digest", "find", "folder", "key", "scratch", "store", "surroundings", "write"]
