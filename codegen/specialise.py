"""From a function and the types of its arguments to loaded machine code: memory, then disk, then the compiler.

Nothing here imports libcst or llvmlite unless the compiler has to run.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from difflang.config import Options
from difflang.errors import DifflangError
from difflang.ir import Capture, Program
from difflang.records import dataclass
from difflang.types import Static, Tuple, Type, type_of

from .boundary import Shape, decoded, encoded, shape_of
from ..runtime import cache, load
from ..runtime.fault import Faults, importable, row
from ..runtime.load import Binding, Library, Lookup
from ..runtime.reach import Reach


Fixed = Sequence[tuple[Lookup, int]]


@dataclass(frozen=True)
class Specialised:
    """A function compiled for some types: what `runtime.load.bind` needs, and what becomes of the leaves of the arguments."""

    library: Library
    symbol: str
    binding: Binding
    writes: tuple[int, ...]
    apart: tuple[int, ...]  # what the primal of a derivative writes
    alias: tuple[int | None, ...]  # the argument that each leaf of the result is the very array of
    shape: Shape | None = None
    captured: tuple[tuple[Lookup, str], ...] = ()  # values that objects outside hold, and the types that the code takes
    fixed: Fixed = ()  # numbers outside that the code was compiled for

    def fits(self) -> bool:
        """Whether what objects outside hold is still of the types, and fixed numbers are the values, that the code takes."""
        try:
            if any(lookup.read() is not value for lookup, value in self.fixed):
                return False
            return all(number_type(lookup) == said for lookup, said in self.captured)
        except (AttributeError, LookupError):
            return False


@dataclass(frozen=True)
class _Entry:
    """Code loaded in this process; functions of the same code and different captured values share it."""

    library: Library
    manifest: dict[str, Any]
    classes: tuple[type[BaseException], ...] | None
    statics: tuple[object, ...] | None
    shape: Shape | None = None  # where the manifest cannot say it
    fixed: Fixed = ()  # such code serves this one function object


Parameters = Sequence[tuple[str | None, Any]]
_LOADED: dict[str, _Entry] = {}


def specialise(root: Any, types: Sequence[Type], reach: Reach, options: Options, parameters: Parameters = ()) -> Specialised:
    """Machine code for `root` (a plain function or a derived one) on arguments of these types."""
    storable = reach.storable and options.cache and all(map(_storable, types))
    name = cache.key(reach.digest, signature(types, reach), str(options))
    entry = (_LOADED.get(name) or _from_disk(name)) if storable else None
    shape = _shape(entry, types) if entry is not None else None
    if isinstance(shape, LookupError):
        entry = None
    captures: tuple[Lookup, ...] | None = None
    if entry is None:
        entry, captures = _compile(root, types, reach, name, storable, options.parallel)
    if captures is None:
        captures = tuple(reach.lookup(index, text) for index, text in entry.manifest["captures"])
    if storable and None not in entry.manifest["captures"] and not entry.fixed:
        _LOADED[name] = entry
    manifest = entry.manifest
    statics = entry.statics if entry.statics is not None else tuple(_static(value, types) for value in manifest["statics"])
    binding = Binding(Faults(manifest["sites"], entry.classes), [*reach.guards, *entry.fixed], captures, statics, parameters)
    made = _shape(entry, types)
    outside = tuple((lookup, number_type(lookup)) for lookup in captures if isinstance(lookup.space, int))
    given = None if isinstance(made, LookupError) else made
    writes, apart, alias = (tuple(manifest[key]) for key in ("writes", "apart", "alias"))
    return Specialised(entry.library, manifest["symbol"], binding, writes, apart, alias, given, outside, entry.fixed)


def _shape(entry: _Entry, types: Sequence[Type]) -> Shape | LookupError | None:
    """How results are put together; the error where a class that the manifest names is gone."""
    if entry.shape is not None:
        return entry.shape
    try:
        return decoded(entry.manifest.get("shape"), types)
    except LookupError as error:
        return error


def signature(types: Sequence[Type], reach: Reach) -> str:
    """What the code was specialised to: the types of the arguments, and of all numbers and arrays that it may read by name."""
    return "; ".join((", ".join(map(_said, types)), *(number_type(lookup) for lookup in reach.numbers)))


def number_type(lookup: Lookup) -> str:
    """The type of a captured value, as a text; a value outside the language has one too, for it may never be used."""
    value = lookup.read()
    try:
        return str(type_of(value))
    except TypeError:
        return str(getattr(value, "dtype", type(value)))


def _said(type: Type) -> str:
    if isinstance(type, Tuple):
        return f"{type.layout or ''}({', '.join(map(_said, type.items))})"
    return f"static {type.value!r}" if isinstance(type, Static) else str(type)


def _storable(type: Type) -> bool:
    """Static arguments go to disk if their text says all."""
    if isinstance(type, Tuple):
        return all(map(_storable, type.items))
    return not isinstance(type, Static) or isinstance(type.value, (str, int, float, bool))


def _static(value: Any, types: Sequence[Type]) -> object:
    """A static object of the manifest, the very object that came in where one did."""
    for type in types:
        for item in type.items if isinstance(type, Tuple) else (type,):
            if isinstance(item, Static) and item.value == value and item.value.__class__ is value.__class__:
                return item.value
    return value


def _from_disk(name: str) -> _Entry | None:
    found = cache.find(name)
    if found is None:
        return None
    path, manifest = found
    try:
        library = _library(path, manifest)
    except OSError:  # a folder that no code may run in
        return None
    return _Entry(library, manifest, None, None)


def _library(path: Path, manifest: dict[str, Any]) -> Library:
    library = load.library(path)
    if manifest["blas"]:
        load.use_blas(library)
    return library


BEFORE_COMPILING: list[Callable[[], None]] = []
"""What the face has to set up before the compiler runs for the first time."""


def program_for(root: Any, types: Sequence[Type], plain: bool = False) -> Program:
    """The placed program of a function: what the code generator takes, or `plain`: without what is for processors alone."""
    return _program_for(root, types, plain)[0]


def _program_for(root: Any, types: Sequence[Type], plain: bool = False) -> tuple[Program, list[tuple[Capture, int]]]:
    """The placed program, and the captured numbers that it holds as constants because it is refused without."""
    while BEFORE_COMPILING:
        BEFORE_COMPILING.pop()()
    from difflang.transforms.abreast import abreast
    from difflang.transforms.anyway import anyway
    from difflang.transforms.derived import program_of
    from difflang.transforms.infer.fixed import captures_fixed
    from difflang.transforms.place.place import place
    from difflang.transforms.simplify.simplify import simplify
    from difflang.transforms.twofold import twofold

    def made() -> Program:
        program = simplify(program_of(root, tuple(types)))
        return place(program if plain else anyway(abreast(twofold(program))))

    try:
        return made(), []
    except DifflangError:
        with captures_fixed() as found, suppress(DifflangError):
            program = made()
            if found:
                return program, found
        raise


_MANY = 20_000
"""Objects of which a walk would be felt: some 2 ms."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Without searches for cycles of garbage: the compiler leaves few, and each search walks all that the process has imported.

    What has come to be is then old at once (frozen and thawed), so that no young collection walks it either.
    """
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            if gc.get_count()[0] > _MANY and not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _compile(
    root: Any, types: Sequence[Type], reach: Reach, name: str, storable: bool, parallel: bool
) -> tuple[_Entry, tuple[Lookup, ...]]:
    """Run the compiler, keep the result on disk where it means the same in another process, load it."""
    from . import api, support
    from .targets.cpu import host

    support.begin(host())
    program, known = _program_for(root, types)
    fixed = [(_locate(capture, reach)[1], value) for capture, value in known]
    storable = storable and not fixed
    built = api.build(program, types, parallel)
    located = [_locate(capture, reach) for capture in program.main.captures]
    manifest = {
        "symbol": api.ENTRY,
        "function": program.main.name,
        "types": [str(type) for type in types],
        "reaches": [f"{f.__module__}.{f.__qualname__}" for f in reach.functions],
        "captures": [where for where, _ in located],
        "sites": [row(site.error, site.message, site.arguments, site.place, site.told, site.kinds) for site in built.sites],
        "statics": list(built.statics) if all(isinstance(value, (str, int, float, type(None))) for value in built.statics) else None,
        "writes": list(program.main.writes),
        "apart": list(program.main.apart),
        "alias": list(program.main.alias),
        "blas": built.blas,
    }
    shape = shape_of(program.main)
    try:
        manifest["shape"], whole = encoded(shape), None
    except ValueError:
        storable, whole = False, shape
    storable = storable and manifest["statics"] is not None and all(where for where, _ in located)
    storable = storable and all(importable(site.error) for site in built.sites)
    library = _kept(cache.store(name, built.code, manifest) if storable else None, built.code, manifest)
    own = tuple(s.error for s in built.sites)
    entry = _Entry(library, json.loads(json.dumps(manifest)), own, built.statics, whole, fixed)
    return entry, tuple(lookup for _, lookup in located)


def _kept(path: Path | None, code: bytes, manifest: dict[str, Any]) -> Library:
    """The code loaded from where it is kept, else from a folder of this process."""
    if path is not None:
        with suppress(OSError):  # no code may run in that folder
            return _library(path, manifest)
    return _library(_scratch(code), manifest)


_scratched = iter(range(10**9))


def _scratch(code: bytes) -> Path:
    path = cache.scratch() / f"{next(_scratched)}.so"
    path.write_bytes(code)
    return path


def _locate(capture: Capture, reach: Reach) -> tuple[list[Any] | None, Lookup]:
    """Where a captured value stands: for the manifest, and for the record. Without a name of its own it is asked for at each call."""
    if not capture.named:
        return None, Lookup(1, capture.read)
    value = capture.read()
    found: dict[tuple[int, int], tuple[list[Any], Lookup]] = {}
    for index in range(len(reach.functions)):
        try:
            lookup = reach.lookup(index, capture.name)
            if lookup.read() is value:
                found.setdefault(lookup.words(), ([index, capture.name], lookup))
        except (NameError, AttributeError, LookupError, TypeError):
            continue
    if len(found) == 1:
        return next(iter(found.values()))
    return None, Lookup(1, capture.read)


def clear() -> None:
    """Forget what was loaded; code that runs stays."""
    _LOADED.clear()


__all__ = ["Specialised", "clear", "number_type", "program_for", "signature", "specialise", "uncollected"]
