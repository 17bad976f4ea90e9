"""A placed program to one LLVM module, as text: the contract is docs/codegen.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from difflang.ir import Function, Node, Program, walk
from difflang.op import row
from difflang.records import dataclass
from difflang.types import Array, Scalar, Stack, Type

from . import stacks  # noqa: F401 (it enters its handlers)
from .ahead import Ahead
from .glue import ATTRIBUTE, is_glue
from .halves import conversions
from .hushing import hushing
from .kernels import kernels
from .ledger import Book
from .lower import contract, create, determinant, elementwise, factor, fourier, index  # noqa: F401 (they enter their handlers)
from .lower import lapack, random, order, reduce, scan, shape, structured  # noqa: F401
from .lower.expand import expanded
from .lower.lower import Lowering, is_alias, result_types, struct
from .parallel import shared_out
from .memory import assemble, parts, read_record, without_scopes, write_record
from .prelude import text as prelude
from .targets.target import Target
from .vectormath import kept
from .writer import MEMORY, ModuleWriter, Site, Writer

_STACK = 4 << 20
"""How much machine stack a call from outside may use before RecursionError: half of what a thread has by default."""


_SMALL = 60
"""Lines of a function that may stand in its entry too. A larger one would be optimised twice: by itself and in there."""


@dataclass(frozen=True)
class Signature:
    """The leaves of a compiled function: `outs` has an out pointer each, `aliases[k]` the parameter that result k is."""

    ins: tuple[Type, ...]
    outs: tuple[Type, ...]
    writes: tuple[int, ...]
    aliases: tuple[int | None, ...]


@dataclass(frozen=True)
class Module:
    text: str
    sites: tuple[Site, ...]
    signatures: dict[str, Signature]
    books: dict[str, Book]


_NUMBERED = re.compile(r"!(\d+)")
_STRAIGHT, _PLACES = 160, 4
"""Nodes and places of call up to which a function of numbers alone is always inlined: what two calls compute alike is computed once."""


def emit(
    program: Program, target: Target, public: Collection[str] = (), parallel: bool = False, told: bool = False, ahead: Ahead | None = None
) -> Module:
    """LLVM IR of all functions of a placed program, those of the keys `public` (all, if none) in the public form too.

    `parallel`: every loop with independent turns is shared out among threads, not only those that the text names.
    `told`: the status flags are read behind the call. `ahead`: what compiles nests meanwhile; those that it takes are declared only.
    """
    writer = ModuleWriter(target, ahead=ahead)
    public = public or list(program.functions)
    program = shared_out(expanded(program), parallel)
    writer.hushing = hushing(program, target, public) if told else None
    cyclic = recursive(program)
    texts = []
    calls = Counter(node.attrs["callee"] for function in program.functions.values() for node in walk(function.body) if node.op == "call")
    for key, function in program.functions.items():
        inline = calls[key] <= _PLACES and is_straight(function)
        body = implementation(writer, program, key, function, key in cyclic, "alwaysinline" if inline else "")
        texts.append(body)
        if key in public:
            texts.append(entry(writer, key, function, inline=body.count("\n") < _SMALL))
    helpers = kernels(writer)
    declarations = "\n".join(writer.declarations.values())
    used = kept(sorted(writer.kept))
    taken = ahead.declared if ahead is not None else {}
    nests = [taken.get(name, text) for name, text in writer.nests.values()]
    halves = conversions("\n".join([helpers, *texts, *nests]), target)
    attributes = f"attributes #0 = {{ {target.attributes} }}"
    body = prelude() + "\n".join([declarations, helpers, halves, used, *texts, *nests, attributes, *metadata(writer, [*texts, *nests])])
    return Module(body, tuple(writer.sites), {key: signature(f) for key, f in program.functions.items()}, writer.books)


def metadata(writer: ModuleWriter, texts: Iterable[str]) -> list[str]:
    """The metadata that these functions name, and what that names."""
    asked = {int(number) for text in texts for number in _NUMBERED.findall(text)}
    named: set[int] = set()
    while asked:
        named |= asked
        asked = {int(number) for k in asked for number in _NUMBERED.findall(writer.metadata[k])} - named
    return [f"!{k} = {writer.metadata[k]}" for k in sorted(named)]


def signature(function: Function) -> Signature:
    leaves = len(function.body.yields) - len(function.writes)
    aliases = tuple(function.alias[k] if is_alias(function, k) else None for k in range(leaves))
    return Signature(
        tuple(p.type for p in function.body.params), tuple(a.type for a in function.body.yields[:leaves]), function.writes, aliases
    )


def recursive(program: Program) -> set[str]:
    """The functions on a cycle of the call graph."""
    calls = {key: {n.attrs["callee"] for n in walk(f.body) if n.op == "call"} for key, f in program.functions.items()}
    reach = {key: set(direct) for key, direct in calls.items()}
    changed = True
    while changed:
        changed = False
        for found in reach.values():
            more = set().union(*(reach[k] for k in found)) - found if found else set()
            found |= more
            changed = changed or bool(more)
    return {key for key, found in reach.items() if key in found}


def is_straight(function: Function) -> bool:
    """Whether a function is arithmetic of a few numbers: no arrays, no loops, no calls."""
    plain = all(isinstance(a.type, Scalar) for a in (*function.body.params, *function.body.yields))
    nodes = list(walk(function.body))
    return plain and len(nodes) <= _STRAIGHT and all(map(_is_plain, nodes))


def _is_plain(node: Node) -> bool:
    return node.op == "if" or (not node.regions and node.op != "call" and row(node.op).kind == "elementwise")


def implementation(module: ModuleWriter, program: Program, key: str, function: Function, cyclic: bool, attribute: str = "") -> str:
    """The function itself: arrays taken apart into registers, the results and a status in one structure."""
    low = Lowering(module, program, key, cyclic)
    w = low.w
    heads = ["ptr %ctx"]
    for k, param in enumerate(function.body.params):
        names = [f"%a{k}.{p}" for p in range(len(parts(param.type)))]
        heads += [f"{t} {name}" for t, name in zip(parts(param.type), names, strict=True)]
        w.types.update(zip(names, parts(param.type), strict=True))
        low.bind(param, names)
    if cyclic:
        depth_test(low)
    scope = low.region(function.body, {})
    values: list[str] = []
    leaves = len(function.body.yields) - len(function.writes)
    for k, atom in enumerate(function.body.yields[:leaves]):
        if not is_alias(function, k):
            if isinstance(atom.type, (Array, Stack)):
                low.take(atom, scope)
            values += low.parts_of(atom, atom.type)
    low.leave()
    types = result_types(function)
    _return(w, types, values)
    low.scopes.finish()
    module.books[key] = Book([word.rpartition(" ")[2] for word in heads[1:]], w.ledger.entries, w.lines)
    head = f'define internal fastcc {struct(types)} @"{key}.impl"({", ".join(heads)}) '
    if is_glue(w):
        return without_scopes(w.text(f"{head}{ATTRIBUTE} #0"))  # no pass will ask
    return w.text(f"{head}{attribute} #0")


def _return(w: Writer, types: Sequence[Type], values: Sequence[str]) -> None:
    result = struct(types)
    whole = "{ " + ", ".join(["i32 0", *(f"{p} undef" for t in types for p in parts(t))]) + " }"
    registers = [p for t in types for p in parts(t)]
    for k, (part, value) in enumerate(zip(registers, values, strict=True)):
        whole = w.let(f"insertvalue {result} {whole}, {part} {value}, {k + 1}")
    w.do(f"ret {result} {whole}")


def depth_test(low: Lowering) -> None:
    """RecursionError before the machine's stack ends. The context lies on the stack of the first caller: no counter is needed."""
    w = low.w
    frame = w.let("call ptr @llvm.frameaddress.p0(i32 0)")
    here, there = w.let(f"ptrtoint ptr {frame} to i64"), w.let("ptrtoint ptr %ctx to i64")
    used = w.let(f"sub i64 {there}, {here}")
    w.fail_if(w.let(f"icmp sgt i64 {used}, {_STACK}"), Site(RecursionError, "maximum recursion depth exceeded", 0, low.place))


def entry(module: ModuleWriter, key: str, function: Function, inline: bool) -> str:
    """The public form: arrays by record, results through pointers."""
    w = Writer(module, "ret i32 1")
    heads, passed = ["ptr %ctx"], ["ptr %ctx"]
    for k, param in enumerate(function.body.params):
        name = f"%in{k}"
        heads.append(f"{_public(param.type)} {name}")
        passed += [f"{t} {v}" for t, v in zip(parts(param.type), _received(w, param.type, name), strict=True)]
    sign = signature(function)
    heads += [f"ptr %out{k}" for k in range(len(sign.outs))]
    types = result_types(function)
    result = w.let(f'call fastcc {struct(types)} @"{key}.impl"({", ".join(passed)}){"" if inline else " noinline"}')
    status = w.let(f"extractvalue {struct(types)} {result}, 0")
    w.branch(w.let(f"icmp eq i32 {status}, 0"), "success", "failure")
    w.start("success")
    at = 1
    for k, type in enumerate(sign.outs):
        source = sign.aliases[k]
        if source is not None:
            _copy_record(w, f"%in{source}", f"%out{k}", function.body.params[source].type)
            continue
        values = [w.let(f"extractvalue {struct(types)} {result}, {at + p}") for p in range(len(parts(type)))]
        at += len(values)
        _deliver(w, type, values, f"%out{k}")
    w.do("ret i32 0")
    w.start("failure")
    w.do("ret i32 1")
    return w.text(f'define internal i32 @"{key}.entry"({", ".join(heads)}) #0')


def _public(type: Type) -> str:
    return "ptr" if isinstance(type, (Array, Stack)) else MEMORY[type.dtype]  # type: ignore[union-attr]


def _received(w: Writer, type: Type, name: str) -> list[str]:
    if isinstance(type, Array):
        return read_record(w, name, type)
    if isinstance(type, Stack) or type.dtype != "bool":  # type: ignore[union-attr]
        return [name]
    return [w.let(f"icmp ne i8 {name}, 0")]


def _deliver(w: Writer, type: Type, values: list[str], pointer: str) -> None:
    if isinstance(type, Array):
        write_record(w, pointer, assemble(w, type, values, frozenset()))
    elif isinstance(type, Stack):
        w.do(f"store ptr {values[0]}, ptr {pointer}")
    else:
        dtype = type.dtype  # type: ignore[union-attr]
        value = w.let(f"zext i1 {values[0]} to i8") if dtype == "bool" else values[0]
        w.do(f"store {MEMORY[dtype]} {value}, ptr {pointer}")


def _copy_record(w: Writer, source: str, target: str, type: Type) -> None:
    """A result that is a parameter's very array; its block stays with the caller."""
    if isinstance(type, Array):
        write_record(w, target, assemble(w, type, read_record(w, source, type), frozenset()))
        w.do(f"store ptr null, ptr {w.let(f'getelementptr inbounds i8, ptr {target}, i64 8')}")
    elif isinstance(type, Stack):
        w.do(f"store ptr {source}, ptr {target}")
    else:
        _deliver(w, type, _received(w, type, source), target)
