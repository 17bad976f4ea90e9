"""The command line: difflang build | inspect | check | doctor."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from .errors import DifflangError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        code: int = asked.run(asked)
        return code
    except DifflangError as error:
        print(error, file=sys.stderr)
        return 1
    except Mistake as mistake:
        print(f"difflang: {mistake}", file=sys.stderr)
        return 2


class Mistake(Exception):
    """What was typed cannot be meant."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="difflang", description="A differentiable language embedded in Python.")
    parser.add_argument("--version", action="version", version=f"difflang {_version('difflang')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = commands.add_parser("build", help="write a C library, its header and its manifest")
    build.add_argument("functions", nargs="+", metavar="FILE.py:FUNCTION")
    build.add_argument("--spec", action="append", required=True, help='types, such as "f64[:, :], float"; once, or for each')
    build.add_argument("--grad", metavar="NAMES", help="also the gradient with respect to these parameters, separated by commas")
    build.add_argument("--name", help="the library's name (default: the file's)")
    build.add_argument("--target", help="LLVM triple, or native for this very machine (default: any machine of this kind)")
    build.add_argument("-o", "--output", default=".", metavar="DIR")
    build.set_defaults(run=_build)

    look = commands.add_parser("inspect", help="show a stage of a function's way to machine code")
    look.add_argument("function", metavar="FILE.py:FUNCTION")
    look.add_argument("--stage", default="source", help="source read ir placed gradient llvm asm ptx (default: source)")
    look.add_argument("--spec", help="types of the arguments (default: from annotations, else left open)")
    look.add_argument("--grad", metavar="NAMES", help="show the gradient with respect to these parameters")
    look.set_defaults(run=_inspect)

    check = commands.add_parser("check", help="report everything that is outside the language")
    check.add_argument("files", nargs="+", metavar="FILE.py[:FUNCTION]")
    check.add_argument("--format", choices=("human", "json", "sarif"), default="human", help="for people, programs or editors")
    check.add_argument("--fix", action="store_true", help="apply what a machine can mend to the files")
    check.set_defaults(run=_check)

    commands.add_parser("doctor", help="say what this machine offers").set_defaults(run=_doctor)
    return parser


def _module(file: str) -> ModuleType:
    """Import a file, its folder first on the path as `python FILE` would have it."""
    path = Path(file)
    if not path.is_file():
        raise Mistake(f"there is no file {file}")
    sys.path.insert(0, str(path.parent.resolve()))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise Mistake(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _function(text: str) -> tuple[str, Any]:
    """FILE.py:FUNCTION -> (its name, the function)."""
    file, colon, name = text.rpartition(":")
    if not colon or not file:
        raise Mistake(f"{text}: write FILE.py:FUNCTION")
    found: Any = _module(file)
    for part in name.split("."):
        found = getattr(found, part, None)
        if found is None:
            raise Mistake(f"{file} has no function {name!r}")
    if not callable(found):
        raise Mistake(f"{name!r} in {file} is not a function")
    return name.replace(".", "_"), found


def _names(text: str) -> Any:
    """`x` -> "x"; `x,y` -> ("x", "y"); numbers count from 0."""
    names = tuple(int(part) if part.strip().isdigit() else part.strip() for part in text.split(","))
    return names[0] if len(names) == 1 else names


def _build(asked: argparse.Namespace) -> int:
    from difflang import api

    if len(asked.spec) not in (1, len(asked.functions)):
        raise Mistake("give --spec once, or once for each function")
    specs = asked.spec if len(asked.spec) > 1 else asked.spec * len(asked.functions)
    exports: dict[str, tuple[Any, Any]] = {}
    for text, spec in zip(asked.functions, specs, strict=True):
        name, function = _function(text)
        exports[name] = (function, api.spec(spec))
        if asked.grad:
            exports[f"{name}_grad"] = (api.grad(function, _names(asked.grad)), api.spec(spec))
    library = asked.name or Path(asked.functions[0].rpartition(":")[0]).stem
    manifest = api.export_library(library, exports, asked.output, asked.target)
    for path in (manifest.with_name(f"lib{library}.so"), manifest.with_suffix(".h"), manifest):
        print(path)
    return 0


def _inspect(asked: argparse.Namespace) -> int:
    from difflang import api

    _, function = _function(asked.function)
    if asked.grad:
        function = api.grad(function, _names(asked.grad))
    print(api.inspect(function, *([api.spec(asked.spec)] if asked.spec else []), stage=asked.stage))
    return 0


def _check(asked: argparse.Namespace) -> int:
    """Report every problem of every function; the exit code is 1 where something stops one from compiling."""
    from difflang import api, report

    found: list[tuple[str, DifflangError]] = []
    for text in asked.files:
        for name, function in [_function(text)] if text.rpartition(":")[0].endswith(".py") else _functions(_module(text)):
            problems = api.diagnose(function)
            found += [(name, error) for error in problems]
            if asked.format == "human":
                print(report.human([(name, error) for error in problems]) if problems else f"{name}: fine")
    if asked.format != "human":
        print(report.FORMS[asked.format](found))
    if asked.fix:
        _apply_fixes([error for _, error in found])
    return 1 if any(error.severity == "error" for _, error in found) else 0


def _apply_fixes(errors: Sequence[DifflangError]) -> None:
    from difflang.fix import apply, fixes

    for file, wanted in fixes(errors).items():
        text, done = apply(Path(file).read_text(encoding="utf-8"), wanted)
        Path(file).write_text(text, encoding="utf-8")
        print(f"{file}: {done} of {len(wanted)} fixes applied", file=sys.stderr)


def _functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The decorated functions that a module defines; all its functions where nobody has decorated any yet."""
    from .api import DifferentiableFunction

    own = [(name, value) for name, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__]
    own = [item for name, value in own for item in (_methods(name, value) if isinstance(value, type) else [(name, value)])]
    decorated = [item for item in own if isinstance(item[1], DifferentiableFunction)]
    yield from decorated or [item for item in own if isinstance(item[1], FunctionType)]


def _methods(name: str, cls: type) -> Iterator[tuple[str, Any]]:
    """What a class defines in the file itself: methods, properties, static ones and those of the class."""
    for label, value in vars(cls).items():
        function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        code = getattr(function, "__code__", None)
        written = code is None or code.co_filename == getattr(sys.modules.get(cls.__module__), "__file__", "")
        if callable(function) and not isinstance(function, type) and written:
            yield f"{name}.{label}", function


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _doctor(asked: argparse.Namespace) -> int:
    """Each thing that difflang uses, whether it is there. The exit code is 1 where nothing can be compiled."""
    from .runtime import blas, cache

    rows = [
        ("Python", platform.python_version(), True),
        *((name, _version(name), name in ("numpy", "libcst", "llvmlite")) for name in ("numpy", "libcst", "llvmlite", "scipy-openblas32")),
        ("machine", _machine(), False),
        ("linker", shutil.which("ld") or shutil.which("cc") or "missing: nothing can be loaded", True),
        ("C compiler", shutil.which("cc") or shutil.which("gcc") or "missing: needed by who uses exported libraries", False),
        ("OpenBLAS", str(blas.path() or "missing: products of matrices use kernels of difflang's own"), False),
        ("threads", _threads(), False),
        ("ptxas", shutil.which("ptxas") or _wheel("nvidia/cuda_nvcc/bin/ptxas") or "missing: PTX is written, not assembled", False),
        ("cache", _cache(cache.folder()), False),
    ]
    good = True
    for name, found, needed in rows:
        bad = needed and found.startswith(("missing", "not installed"))
        good = good and not bad
        print(f"{'FAIL' if bad else 'ok  '}  {name:<17} {found}")
    return 0 if good else 1


def _threads() -> str:
    from .runtime import threads

    found = threads.found()
    if found is None:
        return "missing: parallel loops run in one thread (install libgomp)"
    return f"{threads.count()} for parallel loops, run by {found}"


def _machine() -> str:
    try:
        from .codegen.targets.cpu import host

        here = host()
        return f"{here.triple}, {here.cpu}, {here.vector_bits}-bit vectors, vector math: {here.vector_library or 'none'}"
    except ImportError:
        return platform.machine()


def _wheel(path: str) -> str | None:
    for folder in sys.path:
        if folder and (Path(folder) / path).exists():
            return str(Path(folder) / path)
    return None


def _cache(folder: Path) -> str:
    """The folder, how much is in it, whether it can be written."""
    parent = folder
    while not parent.exists():
        parent = parent.parent
    entries = list(folder.glob("??/*.so")) if folder.exists() else []
    size = sum(path.stat().st_size for path in entries)
    writeable = "" if os.access(parent, os.W_OK) else ", cannot be written"
    return f"{folder} ({len(entries)} entries, {size / 1e6:.1f} MB{writeable})"


__all__ = ["main"]
