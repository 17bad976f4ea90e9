"""The walls of the house: who may import whom, how long a file may be, what every public name owes."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("difflang", "transforms", "codegen", "runtime")
FACES = {f"difflang/{name}.py" for name in "__init__ __main__ api cli looking parallel ported".split()}
MAY_IMPORT = {
    "difflang": {"difflang"},
    "runtime": {"runtime"},
    "transforms": {"difflang", "transforms"},
    "codegen": {"difflang", "transforms", "runtime", "codegen"},
}
LONGEST_FILE, LONGEST_FUNCTION = 400, 45


def files(*folders: str) -> list[Path]:
    """Python files below these folders of the root, symbolic links not followed."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            inside = [ROOT / Path(*path.relative_to(ROOT).parts[: k + 1]) for k in range(len(path.relative_to(ROOT).parts))]
            if not any(p.is_symlink() for p in inside) and "__pycache__" not in path.parts:
                found.append(path)
    return found


SOURCES = files(*FOLDERS)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, absolute, lazily or not: (line, name)."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    package = parts[:-1] if parts[0] == "difflang" else ["difflang", *parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield node.lineno, module
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def folder_of(module: str) -> str | None:
    """The folder of the house that a module belongs to."""
    parts = module.split(".")
    if parts[0] != "difflang":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in FOLDERS else "difflang"


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_import_law(path: Path) -> None:
    own = named(path).split("/")[0]
    if named(path) in FACES:
        return
    found = list(imports(path))
    broken = []
    for line, module in found:
        folder = folder_of(module)
        if module == "difflang" and any(m.startswith("difflang.") and n == line for n, m in found):
            continue  # `from difflang import codegen` is judged by its second half
        if folder is not None and folder not in MAY_IMPORT[own]:
            broken.append(f"{named(path)}:{line} imports {module}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("path", SOURCES + files("tests", "examples"), ids=named)
def test_no_folder_is_imported_by_its_bare_name(path: Path) -> None:
    for line, module in imports(path):
        assert module.split(".")[0] not in ("transforms", "codegen", "runtime"), f"{named(path)}:{line} imports {module}"


@pytest.mark.parametrize("path", SOURCES + [p for p in files("tests", "examples") if "golden" not in p.parts], ids=named)
def test_files_are_short(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= LONGEST_FILE, f"{named(path)} has {lines} lines"


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_functions_are_short(path: Path) -> None:
    long = [
        f"{named(path)}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_every_file_says_what_it_is_for(path: Path) -> None:
    text = path.read_text()
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{named(path)} has no docstring"


def test_no_drawer_of_odds_and_ends() -> None:
    assert not [named(p) for p in SOURCES if p.stem in ("utils", "util", "misc", "common")]


def test_folders_are_packed() -> None:
    import tomllib

    packed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    there = {named(path.parent) for path in SOURCES}
    names = {folder.replace("/", ".") if folder.startswith("difflang") else f"difflang.{folder.replace('/', '.')}" for folder in there}
    assert names == set(packed)


def modules_after(statement: str) -> set[str]:
    """The modules loaded in a fresh Python after a statement."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {statement}; print(' '.join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_import_is_light() -> None:
    loaded = modules_after("import difflang")
    assert "difflang" in loaded and "numpy" in loaded
    assert not {"libcst", "llvmlite", "scipy_openblas32", "inspect"} & (loaded - modules_after("import numpy"))


PUBLIC = """
differentiable as_written grad value_and_grad vjp jvp linearize jacfwd jacrev jacobian hessian hvp check_grads stop_gradient
derivative source inspect explain high_water diagnose DifflangError clear_caches export_library load_library spec ptx device
struct tree_map register_pytree_node NoDerivative prange set_num_threads get_num_threads
gradient value_with_gradient pullback value_with_pullback differential value_with_differential custom_vjp vmap
""".split()


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_are_documented(name: str) -> None:
    import difflang as dl

    assert len((getattr(dl, name).__doc__ or "").strip()) > 20, f"dl.{name} has no docstring"
