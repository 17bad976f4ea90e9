"""The C side of an exported library: names, the header's text, the manifest.

The convention is in the header's own first comment, for the people who include it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from difflang.errors import TypeMismatch
from difflang.ir import LEAF, Const, Function, Param, Tree, leaves
from difflang.records import dataclass
from difflang.tree import AGAIN, Branch
from difflang.types import PART, Array, Scalar, Type

C_TYPES = {
    "f64": "double",
    "f32": "float",
    "f16": "uint16_t",
    "c64": "difflang_c64",
    "c128": "difflang_c128",
    "bool": "bool",
    **{f"{sign}{bits}": f"{name}{bits}_t" for sign, name in (("i", "int"), ("u", "uint")) for bits in (8, 16, 32, 64)},
}
_KEYWORDS = frozenset(
    "auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return "
    "short signed sizeof static struct switch typedef union unsigned void volatile while bool true false main".split()
)
_COMPLEX = """\
#ifndef DIFFLANG_COMPLEX
#define DIFFLANG_COMPLEX
#ifdef __cplusplus
#include <complex>
typedef std::complex<float> difflang_c64;
typedef std::complex<double> difflang_c128;
#else
typedef float _Complex difflang_c64;
typedef double _Complex difflang_c128;
#endif
#endif
"""
"""Complex numbers as C and C++ have them: the real part, then the imaginary one. One by itself goes in by its address."""
BUILT_IN_ERRORS = ("MemoryError", "ValueError")
"""Codes 1 and 2 of every library: no memory; a buffer or an argument of the wrong shape."""


@dataclass(frozen=True)
class Slot:
    """One C parameter group: a number, or an array with its sizes."""

    name: str
    type: Array | Scalar
    written: bool = False

    @property
    def element(self) -> str:
        return C_TYPES[self.type.dtype]

    @property
    def rank(self) -> int:
        return self.type.rank if isinstance(self.type, Array) else 0

    @property
    def sizes(self) -> list[str]:
        return [f"{self.name}_dim{axis}" for axis in range(self.rank)]


@dataclass(frozen=True)
class Exported:
    """One function of the library as C sees it."""

    symbol: str
    name: str
    key: str
    function: Function
    inputs: tuple[Slot, ...]
    results: tuple[Slot, ...]  # without those that are an argument's very array
    same: tuple[int | None, ...] = ()  # for each result leaf the input that it is, or None


def exported(library: str, name: str, key: str, function: Function) -> Exported:
    """The C signature of a function. Raises TypeMismatch for what C cannot say."""
    _check_objects(function)
    taken: set[str] = set()
    types = [p.type for p in function.body.params]
    inputs: list[Slot] = []
    for param in function.params:
        if param.kind == "var_keyword":
            raise TypeMismatch("DL034", f"{name} takes keyword arguments by **, which C cannot pass", function.place, "name them")
        for hint in _leaf_names(param.name, param.tree):
            position = len(inputs)
            inputs.append(Slot(_free(hint, taken), _c_type(name, types[position]), position in function.writes))
    count = leaves(function.result)
    alias = (*function.alias, *[None] * count)
    same: list[int | None] = []
    results = []
    for number, (hint, atom) in enumerate(zip(_leaf_names("result", function.result), function.body.yields[:count], strict=True)):
        source = alias[number]
        same.append(source if source is not None and source < len(inputs) and isinstance(atom.type, Array) else None)
        if same[-1] is None:
            results.append(Slot(_free(hint, taken), _c_type(name, atom.type)))
    return Exported(f"{library}_{name}", name, key, function, tuple(inputs), tuple(results), tuple(same))


def _check_objects(function: Function) -> None:
    """C has no objects that a function could change or give back."""
    if function.changes or any(isinstance(part, Branch) and part.layout == AGAIN for part in _branches(function.result)):
        reason = f"{function.name} changes or returns an object it is given, which C cannot see"
        raise TypeMismatch("DL005", reason, function.place, "return the numbers that matter, in a tuple or a struct")


def _branches(tree: Tree) -> Iterator[Tree]:
    yield tree
    for part in tree if isinstance(tree, tuple) else ():
        yield from _branches(part)


def _c_type(name: str, type: Type) -> Array | Scalar:
    if not isinstance(type, (Array, Scalar)):
        reason = f"{name} has an argument or result of type {type}, which C cannot pass"
        raise TypeMismatch("DL034", reason, way_out="use numbers and arrays")
    return type


def _leaf_names(name: str, tree: Tree) -> Iterator[str]:
    """A name for each leaf: `x`, or `pair_0`, `pair_1` for the items of a tuple, `model_weight` for a field."""
    if isinstance(tree, Branch):
        for number, item in enumerate(tree):
            if not isinstance(item, Const):  # what is known while compiling is part of the code
                yield from _leaf_names(f"{name}_{tree.layout.label(number)}", item)
    elif isinstance(tree, tuple):
        for number, item in enumerate(tree):
            yield from _leaf_names(f"{name}_{number}", item)
    elif isinstance(tree, Const):
        reason = f"{name} is known while compiling only, which C cannot pass"
        raise TypeMismatch("DL034", reason, way_out="leave it out of the exported function")
    elif tree == LEAF:
        yield name


def _free(hint: str, taken: set[str]) -> str:
    name = re.sub(r"\W", "_", hint, flags=re.ASCII) or "x"
    name = f"_{name}" if name[0].isdigit() else name
    while name in taken or name in _KEYWORDS:
        name += "_"
    taken.add(name)
    return name


def error_code(errors: Sequence[str], error: str) -> int:
    return 1 + errors.index(error)


def constant(library: str, error: str) -> str:
    """IndexError -> MODEL_INDEX_ERROR."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", error.rpartition(".")[2])
    return f"{library}_{words}".upper()


_PREAMBLE = """/* {library}: written by difflang. Do not edit.
 *
 * Every function returns {ok} (0), or a code below; {library}_last_error() then tells the
 * reason in words. The text belongs to the calling thread, until its next call of the library.
 *
 * Arrays go in as a pointer to the first element and one int64_t for each axis, elements without gaps, the
 * last axis running fastest (C order). A pointer to const is only read; others are read and written in place, and must not
 * overlap any other argument.
 *
 * Numbers come out through a pointer, complex ones go in through one. Arrays come out through a struct {{data, dims}} of the caller's:
 *   data NULL: the library allocates, fills in data and dims, and the caller calls {library}_free(data) later;
 *   else:      data points to memory of the caller's for an array of the shape dims. The result is written there if that
 *              is its shape; if not, dims tells the right shape, nothing is written, and {shape} is returned.
 * After an error the results hold nothing of use, and nothing has to be freed.
 *
 * A function NAME with a NAME_in beside it can be called in memory of the caller's: NAME_in takes a workspace of at
 * least NAME_workspace_bytes(...) bytes and, with results whose data is given, allocates nothing. A workspace that is too
 * small is a {memory}. It may be used again by the next call, not by two at once.
 *
 * Functions may be called from several threads at once. Parallel loops use OpenMP's threads where the program is linked with
 * OpenMP (-fopenmp), else one thread, with the same results.
 */
"""


def header(library: str, functions: Sequence[Exported], errors: Sequence[str], lent: Collection[str] = ()) -> str:
    """The text of the header."""
    guard = f"{library.upper()}_H"
    codes = {"shape": constant(library, "ValueError"), "memory": constant(library, "MemoryError")}
    lines = [_PREAMBLE.format(library=library, ok=f"{library.upper()}_OK", **codes)]
    lines += [f"#ifndef {guard}", f"#define {guard}", "", "#include <stdbool.h>", "#include <stdint.h>", ""]
    if any(slot.type.dtype in PART for f in functions for slot in (*f.inputs, *f.results)):
        lines.append(_COMPLEX)
    lines += ["#ifdef __cplusplus", 'extern "C" {', "#endif", "", f"#define {library.upper()}_OK 0"]
    lines += [f"#define {constant(library, error)} {error_code(errors, error)}" for error in errors]
    lines.append("")
    for dtype, rank in sorted({(slot.type.dtype, slot.rank) for f in functions for slot in f.results if isinstance(slot.type, Array)}):
        dims = f"int64_t dims[{max(1, rank)}];"
        lines += [f"typedef struct {{ {C_TYPES[dtype]} *data; {dims} }} {struct_name(library, dtype, rank)};"]
    lines.append("")
    for function in functions:
        lines += [*_comment(function), *_declaration(function.symbol, _parameters(library, function)), ""]
        if function.key in lent:
            lines += _in_workspace(library, function)
    lines += [
        "/* What went wrong in this thread's last call that returned a code other than 0. */",
        f"const char *{library}_last_error(void);",
        "",
        "/* Give back an array that the library allocated. NULL is fine. */",
        f"void {library}_free(void *data);",
        "",
        "#ifdef __cplusplus",
        "}",
        "#endif",
        "",
        f"#endif /* {guard} */",
    ]
    return "\n".join(lines) + "\n"


def struct_name(library: str, dtype: str, rank: int) -> str:
    return f"{library}_{dtype}_{rank}"


def _in_workspace(library: str, function: Exported) -> list[str]:
    """The same function in memory of the caller's, and how much it needs."""
    from .workspace import given

    asked = [f"{kind} {name}" for kind, name, _ in given(function)] or ["void"]
    parameters = [*(p for p in _parameters(library, function) if p != "void"), "void *workspace", "int64_t workspace_bytes"]
    return [
        f"/* {function.name} in memory of the caller's: the bytes that it needs for arguments of these sizes, and the call. */",
        *_declaration(f"{function.symbol}_workspace_bytes", asked, "int64_t"),
        *_declaration(f"{function.symbol}_in", parameters),
        "",
    ]


def _declaration(symbol: str, parameters: Sequence[str], result: str = "int") -> list[str]:
    """A declaration, broken into lines of at most 100 columns."""
    lines = [f"{result} {symbol}("]
    for number, parameter in enumerate(parameters):
        text = parameter + (", " if number + 1 < len(parameters) else ");")
        if len(lines[-1]) + len(text.rstrip()) > 100:
            lines.append("    ")
        lines[-1] += text
    return [line.rstrip() for line in lines]


def _parameters(library: str, function: Exported) -> list[str]:
    found = []
    for slot in function.inputs:
        if isinstance(slot.type, Array):
            found.append(f"{'' if slot.written else 'const '}{slot.element} *{slot.name}")
            found += [f"int64_t {size}" for size in slot.sizes]
        elif slot.type.dtype in PART:
            found.append(f"const {slot.element} *{slot.name}")
        else:
            found.append(f"{slot.element} {slot.name}")
    for slot in function.results:
        kind = struct_name(library, slot.type.dtype, slot.rank) if isinstance(slot.type, Array) else slot.element
        found.append(f"{kind} *{slot.name}")
    return found or ["void"]


def _comment(function: Exported) -> list[str]:
    """The docstring and the shapes, as a comment."""
    text = [line.strip() for line in (function.function.doc or f"{function.name}.").strip().splitlines()]
    for slot in (*function.inputs, *function.results):
        if isinstance(slot.type, Array):
            shape = "".join(f"[{_size(slot, axis)}]" for axis in range(slot.rank))
            text.append(f"{slot.name}{shape or ': one element'}{' is written in place' if slot.written else ''}")
    returned = [function.inputs[k].name for k in function.same if k is not None]
    if returned:
        text.append(f"What it returns in Python is {' and '.join(returned)}.")
    safe = [line.replace("*/", "* /").replace("/*", "/ *").replace("??", "? ?") for line in text]
    return [f"/* {safe[0]}", *(f" * {line}".rstrip() for line in safe[1:]), " */"]


def _size(slot: Slot, axis: int) -> str:
    assert isinstance(slot.type, Array)
    if slot.type.dims[axis] == "1":
        return "1"
    return slot.sizes[axis]


def manifest(
    library: str, file: str, functions: Sequence[Exported], errors: Sequence[str], lent: Collection[str] = ()
) -> dict[str, Any]:
    """What `dl.load_library` needs to call the library through ctypes."""
    return {
        "difflang": 1,
        "name": library,
        "library": file,
        "errors": list(errors),
        "functions": {function.name: {**_described(function), "lent": function.key in lent} for function in functions},
    }


def _described(function: Exported) -> dict[str, Any]:
    def slots(found: Sequence[Slot]) -> list[dict[str, Any]]:
        return [
            {
                "name": slot.name,
                "dtype": slot.type.dtype,
                "array": isinstance(slot.type, Array),
                "weak": isinstance(slot.type, Scalar) and slot.type.weak,
                "rank": slot.rank,
                "written": slot.written,
            }
            for slot in found
        ]

    return {
        "symbol": function.symbol,
        "doc": function.function.doc,
        "params": [_param(param) for param in function.function.params],
        "inputs": slots(function.inputs),
        "results": slots(function.results),
        "result": _tree(function.function.result),
        "same": list(function.same),
    }


def _param(param: Param) -> dict[str, Any]:
    return {"name": param.name, "tree": _tree(param.tree), "kind": param.kind}


def _tree(tree: Tree) -> Any:
    """A tree as JSON: a tuple is a list, anything else with parts says of which kind it is and what its parts are called."""
    if isinstance(tree, Branch):
        kind = "fields" if tree.layout.has_fields else tree.layout.kind
        parts = [_tree(part) for part in tree]
        return {"kind": kind, "class": tree.layout.cls.__name__, "names": list(tree.layout.names), "parts": parts}
    if isinstance(tree, tuple):
        return [_tree(part) for part in tree]
    if isinstance(tree, Const):
        return {"kind": "static", "text": tree.value if isinstance(tree.value, (str, int, float)) else str(tree)}
    return tree


__all__ = ["BUILT_IN_ERRORS", "C_TYPES", "Exported", "Slot", "constant", "error_code", "exported", "header", "manifest", "struct_name"]
