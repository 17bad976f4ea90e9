"""Calling an exported library from Python: ctypes and NumPy alone, the manifest says how."""

from __future__ import annotations

import builtins
import ctypes
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from .array import DTYPES

class _Half(ctypes.c_uint16):
    """A float16 as C has it: its bits."""

    def __init__(self, number: float = 0.0) -> None:
        ctypes.c_uint16.__init__(self, int(np.float16(number).view(np.uint16)))

    @property
    def value(self) -> float:  # type: ignore[override]
        return float(np.frombuffer(bytes(self), np.float16)[0])


class _Complex(ctypes.Structure):
    """A complex number as C has it: its parts. It goes in by its address."""

    def __init__(self, number: complex = 0j) -> None:
        super().__init__(complex(number).real, complex(number).imag)

    @property
    def value(self) -> complex:
        return complex(self.real, self.imag)


class _Complex128(_Complex):
    _fields_ = [("real", ctypes.c_double), ("imag", ctypes.c_double)]


class _Complex64(_Complex):
    _fields_ = [("real", ctypes.c_float), ("imag", ctypes.c_float)]


_NUMPY: dict[str, Any] = {name: dtype.type for name, dtype in DTYPES.items()}
_C: dict[str, Any] = {
    "f64": ctypes.c_double,
    "f32": ctypes.c_float,
    "f16": _Half,
    "c64": _Complex64,
    "c128": _Complex128,
    "bool": ctypes.c_bool,
    **{f"i{bits}": getattr(ctypes, f"c_int{bits}") for bits in (8, 16, 32, 64)},
    **{f"u{bits}": getattr(ctypes, f"c_uint{bits}") for bits in (8, 16, 32, 64)},
}
_PYTHON: dict[str, Any] = {"f64": float, "i64": int, "bool": bool, "c128": complex}


def load_library(path: str | Path) -> Library:
    """A library that `export_library` wrote, from its manifest: its functions are attributes."""
    manifest = Path(path)
    described = json.loads(manifest.read_text(encoding="utf-8"))
    return Library(described, manifest.parent / described["library"])


class Library:
    """A loaded library. `functions` names what it holds."""

    def __init__(self, described: dict[str, Any], path: Path) -> None:
        self._handle = ctypes.CDLL(str(path.resolve()))
        self.name: str = described["name"]
        self.errors: list[str] = described["errors"]
        self.functions: dict[str, LibraryFunction] = {}
        last = getattr(self._handle, f"{self.name}_last_error")
        last.restype = ctypes.c_char_p
        self._last_error = last
        self._free = getattr(self._handle, f"{self.name}_free")
        self._free.argtypes = [ctypes.c_void_p]
        self._free.restype = None
        for name, function in described["functions"].items():
            self.functions[name] = LibraryFunction(self, name, function)

    def __getattr__(self, name: str) -> LibraryFunction:
        functions = self.__dict__.get("functions", {})
        if name not in functions:
            raise AttributeError(f"the library has no function {name!r}: it has {', '.join(functions)}")
        found: LibraryFunction = functions[name]
        return found

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.functions]

    def fail(self, code: int) -> None:
        """Raise what the code and the message say."""
        name = self.errors[code - 1] if 0 < code <= len(self.errors) else "RuntimeError"
        message = self._last_error().decode(errors="replace")
        error = np.linalg.LinAlgError if name == "numpy.linalg.LinAlgError" else getattr(builtins, name, RuntimeError)
        head = f"{name.rpartition('.')[2]}: "
        raise error(message[len(head) :] if message.startswith(head) and error is not RuntimeError else message)


class LibraryFunction:
    """One function: takes and returns what the Python function took and returned."""

    def __init__(self, library: Library, name: str, described: dict[str, Any]) -> None:
        self.__name__ = name
        self.__doc__ = described["doc"]
        self._library = library
        self._described = described
        self._function = getattr(library._handle, described["symbol"])
        self._function.restype = ctypes.c_int

    def __repr__(self) -> str:
        return f"<library function {self._library.name}.{self.__name__}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._run(self._function, args, kwargs, (), ())

    def into(self, out: Any, *args: Any, workspace: Any = None) -> Any:
        """Call it with arrays of yours (one, or a tuple) that the array results are written into; gives the result.

        `workspace`: a writeable C-contiguous array of at least `workspace_bytes(*args)` bytes, in which the call takes all other memory.
        """
        outs = tuple(out) if isinstance(out, (tuple, list)) else (out,)
        wanted = [slot for slot in self._described["results"] if slot["array"]]
        if len(outs) != len(wanted):
            raise TypeError(f"{self.__name__}() has {len(wanted)} array results, {len(outs)} were given to write into")
        for array, slot in zip(outs, wanted, strict=True):
            fits = isinstance(array, np.ndarray) and array.dtype == _NUMPY[slot["dtype"]] and array.ndim == slot["rank"]
            if not fits or not array.flags.c_contiguous or not array.flags.writeable:
                wish = f"a writeable C-ordered array of {slot['rank']} axes of {np.dtype(_NUMPY[slot['dtype']])}"
                raise TypeError(f"{slot['name']} of {self.__name__}() goes into {wish}")
        if workspace is None:
            return self._run(self._function, args, {}, outs, ())
        lent = ctypes.c_void_p(workspace.ctypes.data), ctypes.c_int64(workspace.nbytes)
        return self._run(self._other("_in", ctypes.c_int), args, {}, outs, lent)

    def workspace_bytes(self, *args: Any) -> int:
        """The bytes of workspace that `into` needs for these arguments."""
        given: list[Any] = []
        for value, slot in zip(self._leaves(self._bind(args, {})), self._described["inputs"], strict=True):
            if slot["array"]:
                given += map(ctypes.c_int64, np.shape(value))
            elif slot["dtype"][0] in "iu":
                given.append(_C[slot["dtype"]](value))
        return int(self._other("_workspace_bytes", ctypes.c_int64)(*given))

    def _other(self, ending: str, result: Any) -> Any:
        """A function of the library beside this one."""
        if not self._described.get("lent"):
            raise TypeError(f"how much memory {self.__name__}() takes is not known before it runs: it has no workspace")
        found = getattr(self._library._handle, self._described["symbol"] + ending)
        found.restype = result
        return found

    def _run(self, function: Any, args: Sequence[Any], kwargs: dict[str, Any], into: Sequence[Any], lent: Sequence[Any]) -> Any:
        values = list(self._leaves(self._bind(args, kwargs)))
        given: list[Any] = []
        arrays: list[Any] = []
        for value, slot in zip(values, self._described["inputs"], strict=True):
            if slot["array"]:
                array = _array(value, slot)
                arrays.append((array, value, slot))
                given += [ctypes.c_void_p(array.ctypes.data), *map(ctypes.c_int64, array.shape)]
            else:
                number = _C[slot["dtype"]](value)
                given.append(ctypes.byref(number) if isinstance(number, _Complex) else number)
        results = [_result(slot) for slot in self._described["results"]]
        theirs = iter(into)
        for result, slot in zip(results, self._described["results"], strict=True):
            if into and slot["array"]:
                array = next(theirs)
                result.data, result.dims[: slot["rank"]] = array.ctypes.data, array.shape
        code = function(*given, *(ctypes.byref(result) for result in results), *lent)
        if code:
            self._library.fail(code)
        for array, value, slot in arrays:
            if slot["written"] and array is not value:
                value[...] = array
        theirs = iter(into)
        own = [slot["array"] and bool(into) for slot in self._described["results"]]
        slots = zip(results, self._described["results"], own, strict=True)
        outs = iter([next(theirs) if mine else self._out(result, slot) for result, slot, mine in slots])
        return self._assemble(self._described["result"], self._same(outs, values))

    def _bind(self, args: Sequence[Any], kwargs: dict[str, Any]) -> list[Any]:
        """One value for each parameter."""
        params = self._described["params"]
        given, rest = list(args), dict(kwargs)
        values = []
        for param in params:
            name, kind = param["name"], param["kind"]
            if kind == "var_positional":
                values.append(tuple(given))
                given = []
            elif given and kind != "keyword_only":
                values.append(given.pop(0))
            elif name in rest and kind != "positional_only":
                values.append(rest.pop(name))
            else:
                raise TypeError(f"{self.__name__}() misses its argument {name!r}")
        if given or rest:
            raise TypeError(f"{self.__name__}() takes {len(params)} arguments: {', '.join(p['name'] for p in params)}")
        return values

    def _leaves(self, values: Sequence[Any]) -> Iterator[Any]:
        for value, param in zip(values, self._described["params"], strict=True):
            yield from _taken(value, param["tree"], param["name"])

    def _same(self, outs: Iterator[Any], values: Sequence[Any]) -> Iterator[Any]:
        """A result that is an argument is that very object."""
        for source in self._described["same"]:
            yield next(outs) if source is None else values[source]

    def _out(self, result: Any, slot: dict[str, Any]) -> Any:
        if not slot["array"]:
            return (_PYTHON if slot["weak"] else _NUMPY)[slot["dtype"]](result.value)
        dtype = np.dtype(_NUMPY[slot["dtype"]])
        shape = tuple(result.dims[: slot["rank"]])
        size = int(np.prod(shape)) * dtype.itemsize
        try:
            return np.frombuffer(ctypes.string_at(result.data, size), dtype=dtype).reshape(shape).copy()
        finally:
            self._library._free(result.data)

    def _assemble(self, tree: Any, outs: Iterator[Any]) -> Any:
        if isinstance(tree, list):
            return tuple(self._assemble(item, outs) for item in tree)
        if isinstance(tree, dict):
            return self._object(tree, outs)
        return None if tree is None else next(outs)

    def _object(self, tree: dict[str, Any], outs: Iterator[Any]) -> Any:
        """A list, a dict, or in place of an object of a class the fields that it would have."""
        if tree["kind"] == "static":
            return tree["text"]
        parts = [self._assemble(part, outs) for part in tree["parts"]]
        if tree["kind"] in ("list", "node"):
            return parts
        named = dict(zip(tree["names"], parts, strict=True))
        return named if tree["kind"] == "dict" else SimpleNamespace(**named)


def _taken(value: Any, tree: Any, name: str) -> Iterator[Any]:
    """The leaves of an argument, in order."""
    if isinstance(tree, list):
        if not isinstance(value, tuple) or len(value) != len(tree):
            raise TypeError(f"{name} must be a tuple of {len(tree)}")
        for item, part in zip(value, tree, strict=True):
            yield from _taken(item, part, name)
    elif isinstance(tree, dict):
        yield from _taken_object(value, tree, name)
    elif tree is None:
        if value is not None:
            raise TypeError(f"{name} must be None")
    else:
        yield value


def _taken_object(value: Any, tree: dict[str, Any], name: str) -> Iterator[Any]:
    """The leaves of a list, a dict, or anything with the fields of the class."""
    kind = tree["kind"]
    if kind == "static":
        return
    if kind == "list" and len(value) != len(tree["parts"]):
        raise TypeError(f"{name} must be a list of {len(tree['parts'])}")
    for number, part in enumerate(tree["parts"]):
        key = tree["names"][number] if tree["names"] else number
        if part is None or isinstance(part, dict) and part["kind"] == "static":
            continue
        item = getattr(value, str(key)) if kind == "fields" else value[key]
        yield from _taken(item, part, f"{name}.{key}" if kind == "fields" else f"{name}[{key!r}]")


def _array(value: Any, slot: dict[str, Any]) -> Any:
    """The array in C order; NumPy's own conversion where nothing is lost."""
    dtype = _NUMPY[slot["dtype"]]
    array = np.asarray(value)
    if array.ndim != slot["rank"] or not np.can_cast(array.dtype, dtype, "safe"):
        raise TypeError(f"{slot['name']} must be an array of {slot['rank']} axes of {np.dtype(dtype)}, not {array.ndim} of {array.dtype}")
    if slot["written"] and not (isinstance(value, np.ndarray) and value.dtype == dtype and value.flags.writeable):
        raise TypeError(f"{slot['name']} is written: it must be a writeable array of {np.dtype(dtype)}")
    return np.require(array, dtype=dtype, requirements=["C", "A"])


def _result(slot: dict[str, Any]) -> Any:
    if not slot["array"]:
        return _C[slot["dtype"]]()
    rank = max(1, slot["rank"])
    fields = [("data", ctypes.c_void_p), ("dims", ctypes.c_int64 * rank)]
    return type("Result", (ctypes.Structure,), {"_fields_": fields})()


__all__ = ["Library", "LibraryFunction", "load_library"]
