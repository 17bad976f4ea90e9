"""The vectorcall entry of a compiled function: Python objects in, Python objects out, no Python frame between.

`entry(key, function, symbol)` writes LLVM text to be appended to a module of `codegen/module.py`. It defines

    PyObject *<symbol>(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)

which checks every argument against the types the function was compiled for, and hands the call on to the
next specialisation, at last to the Python slow path, where one differs. `self` is a `runtime.callable.Native`;
what differs between two functions of the same code (captured values, guards) lies in the record that it points at:

    record   +0 next record   +8 its entry   +16 handler of faults   +24 guards   +32 number of guards   +40 objects   +48 parameters
    guard    {namespace (a dict) or null, key or cell, expected object or null}
    objects  {namespace, key} or {null, cell} or {1, function to call} for each captured value, then the static arguments and results
    parameters   null, or {name or null, default or null} for each: how keywords and defaults are bound without Python

Everything runs with the GIL except the compiled function where its arguments promise a long run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from difflang.errors import TypeMismatch
from difflang.ir import LEAF, Const, Function, Tree
from difflang.records import dataclass, field
from difflang.types import Array, Scalar, Type, rank

from ...runtime.array import ALIGNED, C_CONTIGUOUS, DATA, HEADER, WRITEABLE
from ...runtime.load import SLOTS
from ..writer import MEMORY
from .arrays import ARRAY_SPEC
from .results import result_text
from .support import declared, record_type
from ..poll_text import HOOK, SAY_HOOK
from ..repeats import without_repeats

@dataclass
class Text:
    """Lines of one LLVM function, and fresh names."""

    symbol: str = ""
    lines: list[str] = field(default_factory=list)
    allocas: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    count: int = 0

    def fresh(self, hint: str = "t") -> str:
        self.count += 1
        return f"%{hint}{self.count}"

    def add(self, line: str) -> None:
        self.lines.append("  " + line)

    def let(self, expression: str, hint: str = "t") -> str:
        name = self.fresh(hint)
        self.add(f"{name} = {expression}")
        return name

    def label(self, hint: str) -> str:
        self.count += 1
        return f"{hint}{self.count}"

    def block(self, label: str) -> None:
        self.lines.append(f"{label}:")

    def slot(self, type: str, hint: str = "slot") -> str:
        name = self.fresh(hint)
        self.allocas.append(f"  {name} = alloca {type}, align 8")
        return name

    def at(self, base: str, offset: int, type: str = "ptr") -> str:
        """Load a field of an object."""
        place = self.let(f"getelementptr i8, ptr {base}, i64 {offset}")
        return self.let(f"load {type}, ptr {place}, align {4 if type == 'i32' else 1 if type == 'i8' else 8}")

    def table(self, name: str) -> str:
        """An address that the loader has filled in."""
        place = f"getelementptr inbounds ([{len(SLOTS)} x ptr], ptr @dl_slots, i64 0, i64 {SLOTS.index(name)})"
        return self.let(f"load ptr, ptr {place}, align 8, !invariant.load !{{}}")

    def constant(self, content: str) -> str:
        """A constant of the module."""
        self.constants.append(f'@"{self.symbol}_{len(self.constants)}" = internal constant {content}, align 8')
        return f'@"{self.symbol}_{len(self.constants) - 1}"'

    def unless(self, condition: str, target: str, likely: bool = True) -> None:
        """Go to `target` unless the condition holds."""
        go_on = self.label("on")
        self.add(f"br i1 {condition}, label %{go_on}, label %{target}")
        self.block(go_on)


@dataclass
class Leaf:
    """A number or array that arrived: its object, its type, and how it is handed to the function; of an array the number of elements."""

    object: str
    type: Type
    value: str = ""
    written: bool = False
    size: str = ""


@dataclass
class Plan:
    """What the loader must know to build a record."""

    statics: list[object]
    captures: int


def entry(key: str, function: Function, symbol: str, accepted: Sequence[Type] = (), watched: int = 0, site: int = 0) -> tuple[str, Plan]:
    """The text of the entry, and what its records hold.

    `accepted`: the types of the leaves that the entry takes, where they say more than the function's own parameters do
    (Python's float for np.float64, an array without axes for a number, a size that is known for an open one).
    `watched`: the floating-point flags of which the handler is told, with this site.
    """
    text = Text(symbol)
    own = [param.type for param in function.body.params]
    given = list(accepted) or own[: len(own) - len(function.captures)]
    for one, other in zip(given, own, strict=False):
        fits = isinstance(one, Array) or not isinstance(other, Array)
        if not fits or (_dtype(one), rank(one)) != (_dtype(other), rank(other)):
            raise TypeMismatch("DL005", f"{function.name} takes {other} where {one} is given", function.place, "convert the argument")
    writer = _Entry(key, function, text, [*given, *own[len(given) :]])
    writer.watched, writer.site = watched, site
    body = writer.write()
    lines = [
        *text.constants,
        *_opening(symbol, len(function.params)),
        f'define ptr @"{symbol}_try"(ptr %self, ptr %args, i64 %nargsf, ptr %kwnames, ptr %record) noinline {{',
        "start:",
        *text.allocas,
        *body,
        "}",
    ]
    return "\n".join(lines) + "\n", Plan(writer.statics, len(function.captures))


def _opening(symbol: str, count: int) -> list[str]:
    """The function that the slot points at. Keywords and defaults are bound first if there are any."""
    arguments = "ptr %self, ptr %args, i64 %nargsf, ptr %kwnames"
    return [
        f'define ptr @"{symbol}"({arguments}) {{',
        f"  %place = getelementptr i8, ptr %self, i64 {HEADER + 16}",
        "  %record = load ptr, ptr %place, align 8",
        "  %given = and i64 %nargsf, 9223372036854775807",
        f"  %all = icmp eq i64 %given, {count}",
        "  %plain = icmp eq ptr %kwnames, null",
        "  %direct = and i1 %all, %plain",
        "  br i1 %direct, label %go, label %bind",
        "go:",
        f'  %r = tail call ptr @"{symbol}_try"({arguments}, ptr %record)',
        "  ret ptr %r",
        "bind:",
        f'  %q = call ptr @dl_bind({arguments}, ptr %record, i64 {count}, ptr @"{symbol}_try")',
        "  ret ptr %q",
        "}",
    ]


def append(module: str, *texts: str) -> str:
    """A module with entries added, and the names of the functions they share."""
    for hook, name in ((HOOK, "@dl_poll_python"), (SAY_HOOK, "@dl_say_python")):
        module = module.replace(hook, hook.replace("null", name))
    return without_repeats("\n".join((module, declared(), *texts)))


def _dtype(type: Type) -> str | None:
    return type.dtype if isinstance(type, (Array, Scalar)) else None


class _Entry:
    def __init__(self, key: str, function: Function, text: Text, types: Sequence[Type]) -> None:
        self.key = key
        self.function = function
        self.text = text
        self.statics: list[object] = []
        self.leaves: list[Leaf] = []
        self.fail = "next"
        self.watched = self.site = 0
        self.types: Iterator[tuple[int, Type]] = iter(list(enumerate(types)))

    def write(self) -> list[str]:
        t = self.text
        self.arguments()
        self.guards()
        captured = self.captured()
        self.overlaps()
        result_text(self, captured)
        for number in range(len(captured), 0, -1):
            t.block(f"drop{number}")
            t.add(f"call void @Py_DecRef(ptr {captured[number - 1].object})")
            t.add(f"br label %{f'drop{number - 1}' if number > 1 else 'next'}")
        t.block("next")
        t.lines.append(NEXT)
        return t.lines

    # -- arguments -----------------------------------------------------------------------------

    def arguments(self) -> None:
        """Check the number of arguments, then each against its tree."""
        t = self.text
        trees: list[Tree] = []
        for param in self.function.params:
            if param.kind == "var_positional":
                assert isinstance(param.tree, tuple)
                trees += param.tree
            else:
                trees.append(param.tree)
        count = t.let("and i64 %nargsf, 9223372036854775807")
        t.unless(t.let(f"icmp eq i64 {count}, {len(trees)}"), self.fail)
        t.unless(t.let("icmp eq ptr %kwnames, null"), self.fail)
        if any(param.kind in ("keyword_only", "var_keyword") for param in self.function.params):
            flags = t.at("%self", HEADER + 24, "i64")
            t.unless(t.let(f"icmp ne i64 {t.let(f'and i64 {flags}, 2')}, 0"), self.fail)
        for position, tree in enumerate(trees):
            self.check(t.at("%args", 8 * position), tree)

    def check(self, object: str, tree: Tree) -> None:
        t = self.text
        if tree is None:
            t.unless(t.let(f"icmp eq ptr {object}, @_Py_NoneStruct"), self.fail)
        elif isinstance(tree, Const):
            expected = self.static(tree.value)
            t.unless(t.let(f"icmp eq ptr {object}, {expected}"), self.fail)
        elif isinstance(tree, tuple):
            self.exactly(object, "@PyTuple_Type")
            size = t.at(object, HEADER, "i64")
            t.unless(t.let(f"icmp eq i64 {size}, {len(tree)}"), self.fail)
            for position, item in enumerate(tree):
                self.check(t.at(object, HEADER + 8 + 8 * position), item)
        else:
            assert tree == LEAF
            position, type = next(self.types)
            leaf = self.checked(Leaf(object, type, written=position in self.function.writes))
            own = self.function.body.params[position].type
            if isinstance(own, Scalar) and isinstance(type, Array):
                leaf.value, leaf.type = self.text.at(self.text.at(object, DATA), 0, MEMORY[own.dtype]), own
            self.leaves.append(leaf)

    def static(self, value: object) -> str:
        """A static object of the record."""
        t = self.text
        self.statics.append(value)
        objects = t.at("%record", 40)
        return t.at(objects, 16 * len(self.function.captures) + 8 * (len(self.statics) - 1))

    def checked(self, leaf: Leaf) -> Leaf:
        """Check one number or array; numbers are read at once."""
        if isinstance(leaf.type, Scalar):
            leaf.value = self.number(leaf.object, leaf.type)
        elif isinstance(leaf.type, Array):
            self.array(leaf, leaf.type)
        else:
            raise TypeError(f"a value of type {leaf.type} cannot be an argument")
        return leaf

    def exactly(self, object: str, type: str) -> None:
        found = self.text.at(object, HEADER - 8)
        self.text.unless(self.text.let(f"icmp eq ptr {found}, {type}"), self.fail)

    def number(self, object: str, type: Scalar) -> str:
        t = self.text
        if not type.weak:
            self.exactly(object, t.table(f"type_{type.dtype}"))
            return t.at(object, HEADER, MEMORY[type.dtype])
        if type.dtype == "f64":
            self.exactly(object, "@PyFloat_Type")
            return t.at(object, HEADER, "double")
        if type.dtype == "c128":
            self.exactly(object, "@PyComplex_Type")
            return t.at(object, HEADER, MEMORY["c128"])
        if type.dtype == "bool":
            self.exactly(object, "@PyBool_Type")
            return t.let(f"zext i1 {t.let(f'icmp eq ptr {object}, @_Py_TrueStruct')} to i8")
        self.exactly(object, "@PyLong_Type")
        overflow = t.slot("i32", "overflow")
        value = t.let(f"call i64 @PyLong_AsLongLongAndOverflow(ptr {object}, ptr {overflow})")
        over = t.let(f"load i32, ptr {overflow}, align 4")
        t.unless(t.let(f"icmp eq i32 {over}, 0"), self.fail)
        return value

    def array(self, leaf: Leaf, type: Array) -> None:
        """Check an array and write its record: {data, block, dims, strides}."""
        t = self.text
        mask = ALIGNED | C_CONTIGUOUS | (WRITEABLE if leaf.written else 0)
        wanted = mask if type.layout != "A" else mask & ~C_CONTIGUOUS
        ones, many = (sum(1 << axis for axis, dim in enumerate(type.dims) if dim == code) for code in "1n")
        words = (SLOTS.index(f"descr_{type.dtype}"), type.rank, mask, wanted)
        values = ", ".join(f"{key} {word}" for key, word in zip(ARRAY_SPEC, (*words, ones, many), strict=True))
        said = t.constant(f"{{ {', '.join(ARRAY_SPEC)} }} {{ {values} }}")
        leaf.value = t.slot(record_type(type.rank), "array")
        leaf.size = t.let(f"call i64 @dl_array_in(ptr {leaf.object}, ptr {said}, ptr {leaf.value})", "size")
        t.unless(t.let(f"icmp ne i64 {leaf.size}, -1"), self.fail)

    # -- what is not passed: guards and captured values -----------------------------------------

    def guards(self) -> None:
        t = self.text
        t.unless(t.let("call i1 @dl_guards(ptr %record)"), self.fail)

    def captured(self) -> list[Leaf]:
        """Look up every captured value and check it like an argument. Each is held until the call is over."""
        t = self.text
        found = []
        for number, (_, type) in enumerate(list(self.types)):
            objects = t.at("%record", 40)
            place = t.let(f"getelementptr i8, ptr {objects}, i64 {16 * number}")
            object = t.let(f"call ptr @dl_captured(ptr {place})")
            t.unless(t.let(f"icmp ne ptr {object}, null"), self.fail)
            self.fail = f"drop{number + 1}"
            position = len(self.leaves)
            leaf = Leaf(object, type, written=position in self.function.writes)
            found.append(leaf)
            self.leaves.append(self.checked(leaf))
        return found

    def overlaps(self) -> None:
        """An array that is written and may share memory with another one is for the slow path to judge."""
        t = self.text
        arrays = [leaf for leaf in self.leaves if isinstance(leaf.type, Array)]
        apart = {id(self.leaves[position]) for position in (*self.function.writes, *self.function.apart)}
        pairs = [(a, b) for k, a in enumerate(arrays) for b in arrays[k + 1 :] if id(a) in apart or id(b) in apart]
        if not pairs:
            return
        flags = t.at("%self", HEADER + 24, "i64")
        asked = t.let(f"icmp ne i64 {t.let(f'and i64 {flags}, 1')}, 0")
        test, done = t.label("test"), t.label("done")
        t.add(f"br i1 {asked}, label %{done}, label %{test}")
        t.block(test)
        for a, b in pairs:
            shared = t.let(f"call i1 @dl_overlap(ptr {a.object}, ptr {b.object})")
            t.unless(t.let(f"xor i1 {shared}, true"), self.fail)
        t.add(f"br label %{done}")
        t.block(done)


NEXT = """  %next_record = load ptr, ptr %record, align 8
  %more = icmp ne ptr %next_record, null
  br i1 %more, label %other, label %slow
other:
  %entry_place = getelementptr i8, ptr %next_record, i64 8
  %entry = load ptr, ptr %entry_place, align 8
  %other_result = tail call ptr %entry(ptr %self, ptr %args, i64 %nargsf, ptr %kwnames, ptr %next_record)
  ret ptr %other_result
slow:
  %slow_place = getelementptr i8, ptr %self, i64 {slow}
  %slow_callable = load ptr, ptr %slow_place, align 8
  %slow_result = tail call ptr @PyObject_Vectorcall(ptr %slow_callable, ptr %args, i64 %nargsf, ptr %kwnames)
  ret ptr %slow_result""".replace("{slow}", str(HEADER + 8))

__all__ = ["Leaf", "Plan", "Text", "append", "entry"]
