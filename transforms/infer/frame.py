"""One activation of the abstract interpreter: an environment, a builder, and the table of handlers.

Each node of the read level has a handler, found by the op's name: `@handles("getitem")`. A handler is given the
frame, the node and the abstract values of its arguments, and returns the abstract values of its results.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from difflang.build import Builder, OpenType
from difflang.errors import KINDS, WAYS_OUT, DifflangError, OutsideLanguage, TypeMismatch, mismatch
from difflang.hints import is_temporary, shown
from difflang.ir import UNDEF, Atom, Capture, Const, Function, Node, Outside, Place, Region, Var, const, named
from difflang.mend import mend
from difflang.records import dataclass, field, replace
from difflang.types import UNKNOWN, Array, Nothing, Scalar, Type, Undefined, Unknown, rank

from .certain import raised_for_certain
from .objects import is_kept
from .strict import raises, require_finite
from .values import Compound, Value, denote, form, is_undefined, known, python_value

if TYPE_CHECKING:
    from .infer import Inference

Handler = Callable[["Frame", Node, list[Value]], Sequence[Value]]
HANDLERS: dict[str, Handler] = {}
Maker = Callable[["Frame", Node, Compound], Value]
_LIST_MAKERS: list[Maker] = []


def handles(*names: str) -> Callable[[Handler], Handler]:
    """Enter a handler for the read level's ops of these names."""

    def enter(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(names, handler))
        return handler

    return enter


def list_maker(maker: Maker) -> Maker:
    """Enter the function that is given every list that a node makes."""
    _LIST_MAKERS.append(maker)
    return maker


Stacked = Callable[["Frame", Compound, "str | None"], Atom]
_LIST_ARRAYS: list[Stacked] = []


def list_array(function: Stacked) -> Stacked:
    """Enter the function that makes an array of a list of the run."""
    _LIST_ARRAYS.append(function)
    return function


UNNAMED = re.compile(r"t(_\d+)?")
OF_MEMORY = frozenset("strides flags base data ctypes view byteswap tobytes setflags resize".split())
"""What NumPy's arrays say and do about their memory."""
MADE_NEW = frozenset("add sub mul div floordiv mod pow matmul neg pos inplace less greater equal".split())
"""Nodes of the read level of which nothing holds the result yet."""
METHODS_OF = ("object", "ref", "struct", "super")
"""Values whose methods are the program's own."""
Unwrapper = Callable[["Frame", Value], Value]
_UNWRAPPERS: list[Unwrapper] = []


def unwraps(function: Unwrapper) -> Unwrapper:
    """Enter the function that takes the value out of what may be None."""
    _UNWRAPPERS.append(function)
    return function


Opener = Callable[["Frame", Any, str], Value]
_OPENERS: list[Opener] = []


def opens(function: Opener) -> Opener:
    """Enter the function that reads lists, dicts and sets of the surroundings."""
    _OPENERS.append(function)
    return function


@dataclass
class Frame:
    """The interpretation of one function for one set of argument forms."""

    inference: Inference
    function: Function
    builder: Builder = field(default_factory=Builder)
    env: dict[Var, Value] = field(default_factory=dict)
    captures: list[tuple[Capture, Var]] = field(default_factory=list)
    truths: frozenset[Var] = frozenset()  # values of the read level of which only the truth is asked
    signature: Any = None  # of this instance: what tells the lists made here from those of another instance
    at: Node | None = None  # the node that is being interpreted
    around: dict[Builder, Builder] = field(default_factory=dict)  # of an arm of an `if` the builder that the `if` stands in
    sure: set[Any] = field(default_factory=set)  # truths that hold where the builder writes now
    attempts: int = 0  # how many `attempt` nodes are being interpreted
    pools: dict[Any, Compound] = field(default_factory=dict)  # columns of objects that are rows, see `pools.py`
    indices: tuple[str, ...] = ()  # the names that loops around here have for the indices of what they walk
    walker: Callable[[Value], Value] | None = None  # of a generator's text: what is done with an item that it yields
    walks: int = 0  # how many generators are being walked around this text
    unsaid: set[Var] = field(default_factory=set)  # parts of parameters that the text has not named yet
    taken: frozenset[str] = frozenset()  # the parameters' names
    items: frozenset[Var] = frozenset()  # results of `inplace` that go straight back into the item they came from

    def get(self, atom: Atom) -> Value:
        if isinstance(atom, Var):
            return self.env[atom]
        if isinstance(atom.type, (Undefined, Scalar, Nothing)):
            return atom
        return self.held(atom.value.owner) if isinstance(atom.value, Outside) else denote(atom.value)

    def held(self, owner: Any, name: str = "") -> Value:
        """What a list, a dict or a set stands for that lives outside of the program."""
        return _OPENERS[0](self, owner, name)

    def run(self, region: Region, arguments: Sequence[Value]) -> list[Value]:
        """Interpret a region into the current builder; the values it yields."""
        self.env.update(zip(region.params, arguments, strict=True))
        for node in region.nodes:
            self.node(node)
        return [self.get(atom) for atom in region.yields]

    def node(self, node: Node) -> None:
        before, self.builder.place, around = self.builder.place, node.place or self.builder.place, self.at
        try:
            if node in self.inference.skipped:
                self.env.update((out, Var(out.hint, UNKNOWN)) for out in node.outs)
                return
            handler = HANDLERS.get(node.op)
            if handler is None:
                self.fail("DL001", f"{node.op} is not an operation of the language", kind=OutsideLanguage)
            before_it = len(self.builder.nodes)
            self.at = node
            values = self.inference.once.given(self, node, self.given(node))
            results = handler(self, node, values)
            self.at = node
            if len(node.outs) == 1 and isinstance(results[0], Compound) and results[0].is_sequence:
                results = [maker(self, node, results[0]) for maker in _LIST_MAKERS]
            if len(node.outs) == 1 and len(self.builder.nodes) > before_it:
                fresh = node.op in MADE_NEW or not is_kept(results[0])
                results = [self._named(results[0], node.outs[0].hint)] if fresh else results
            elif len(node.outs) == 1 and isinstance(results[0], Const):
                results = [named(results[0], shown(node.outs[0].hint))]
            self.call_parts(node, results)
            if len(results) == 1:
                self.inference.once.made(results[0], self.builder)
            self.env.update(zip(node.outs, results, strict=True))
        except DifflangError as error:
            if raised_for_certain(self, node, error):
                self.env.update((out, UNDEF) for out in node.outs)
                return
            error.trail.append(node)
            raise
        finally:
            self.builder.place, self.at = before, around

    def given(self, node: Node) -> list[Value]:
        """The operands of a node; what may be None is taken out where the node needs a value."""
        values = [self.get(arg) for arg in node.args]
        if not any(isinstance(value, Compound) and value.kind == "maybe" for value in values):
            return values
        from .maybe import TOLERANT

        if node.op in TOLERANT:
            return values
        if node.op == "method":
            owner = _UNWRAPPERS[0](self, values[0])
            kinds = (*METHODS_OF, "list", "grown") if node.attrs["name"] == "append" else METHODS_OF
            if isinstance(owner, Compound) and owner.kind in kinds:
                return [owner, *values[1:]]  # the program's own methods take what may be None
        keeps = 1 if node.op in ("setitem", "setattr") and isinstance(values[0], Compound) else -1  # an item or a field may be None
        return [value if k == keeps else _UNWRAPPERS[0](self, value) for k, value in enumerate(values)]

    def _named(self, value: Value, hint: str) -> Value:
        """The result of the node just made, under the user's name for it."""
        last = self.builder.nodes[-1]
        if not isinstance(value, Var) or value.hint == hint or not is_temporary(value.hint) or last.outs != (value,):
            return value
        named = Var(hint, value.type)
        self.builder.nodes[-1] = replace(last, outs=(named,))
        self.builder.known.note(self.builder.nodes[-1])
        return named

    def call_parts(self, node: Node, results: Sequence[Value]) -> None:
        """Parts of a result, and of a parameter, that nobody has named get the names that they are taken apart to."""
        if node.op != "unpack" and not self.unsaid:
            return
        for out, part in zip(node.outs, results, strict=True):
            if not isinstance(part, Var) or not (part in self.unsaid or (node.op == "unpack" and UNNAMED.fullmatch(part.hint))):
                continue
            if part not in self.unsaid or not (is_temporary(out.hint) or out.hint in self.taken):
                object.__setattr__(part, "hint", out.hint)
                self.unsaid.discard(part)

    @contextmanager
    def nested(self) -> Any:
        """A builder for an inner region, current inside the `with`."""
        outer, sure = self.builder, self.sure
        self.builder, self.sure = Builder(outer.place, known=outer.known), set(sure)
        try:
            yield self.builder
        finally:
            self.builder, self.sure = outer, sure

    @property
    def place(self) -> Place | None:
        return self.builder.place

    def fail(self, code: str, reason: str, way_out: str = "", kind: type[DifflangError] | None = None) -> NoReturn:
        kind = kind or KINDS.get(code, TypeMismatch)
        error = kind(code, reason, self.builder.place, way_out or WAYS_OUT.get(code, ""), self.function.origin)
        mend(error)
        raise error

    @contextmanager
    def fitting(self, code: str = "DL005") -> Any:
        """Turns what op rows raise about types into errors of ours with a place."""
        try:
            yield
        except DifflangError:
            raise
        except OpenType as error:
            self.fail("DL019", f"{error}: what this does depends on it", "give the function's argument types")
        except (TypeError, IndexError, ValueError, KeyError, AttributeError) as error:
            said = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
            index = isinstance(error, IndexError) and not isinstance(error, np.exceptions.AxisError)
            self.fail("DL023" if index else code, said, kind=mismatch(type(error)))

    def emit(self, op: str, *values: Value, flavor: str | None = None, hint: str = "", **attrs: Any) -> Atom:
        """Append one op of the table. An operand that is never there makes a result that is never there."""
        if any(map(is_undefined, values)) and op != "check":
            return UNDEF
        atoms = [self.atom(value) for value in values]
        with self.fitting():
            found = self.builder.emit(op, *atoms, flavor=flavor, hint=hint, **attrs)
        if raises(self.builder.place):
            require_finite(self.builder, op, atoms, found)
        return found

    def atom(self, value: Value) -> Atom:
        """The value as an operand of an op: one number or array."""
        if isinstance(value, Compound):
            if value.kind == "maybe":
                return self.atom(_UNWRAPPERS[0](self, value))
            if value.is_sequence:
                from .arrays import as_array

                return as_array(self, value)
            if value.kind == "grown":
                return _LIST_ARRAYS[0](self, value, None)
            self.fail("DL005", f"a number or an array is needed here, not a {value}")
        return value

    def truth(self, value: Value) -> Atom:
        """bool(value) as Python takes it, folded where it is known."""
        if isinstance(value, Compound):
            if value.kind == "grown":
                return self.emit("greater", self.emit("count", value.items[0]), const(0))
            if value.kind == "maybe":
                from .maybe import truth_of

                return truth_of(self, value)
            if value.kind == "range":
                from .iterables import length

                return self.truth(length(self, value))
            if value.kind in ("object", "struct"):
                from .dicts import object_truth

                return object_truth(self, value)
            return const(bool(value.items) if value.is_sequence else True)
        if is_undefined(value):
            return UNDEF
        if isinstance(value, Const):
            return const(bool(value.value))
        type = value.type
        if isinstance(type, Array):
            reason = "the truth of an array with several elements is not defined"
            return self.truth(self.only_element(value, reason, ".any() or .all()", "DL022"))
        if isinstance(type, Scalar) and type.dtype != "bool":
            return self.emit("not_equal", value, Const(0, Scalar("i64", True)))
        if not isinstance(type, (Scalar, Unknown)):
            self.fail("DL022", f"the truth of {type} is not defined")
        return value

    def only_element(self, value: Atom, reason: str, way_out: str, code: str = "DL005") -> Atom:
        """The one element of an array whose every axis has size one."""
        assert isinstance(value.type, Array)
        if set(value.type.dims) - {"1"}:
            self.fail(code, reason, f"use {way_out}")
        zeros = (const(0),) * value.type.rank
        return self.emit("index", value, *zeros, pattern=("i",) * value.type.rank)

    def asked_of_arrays(self, type: Type, name: str) -> None:
        """An attribute of a value of open type may be another class's, unless NumPy's arrays have one of that name."""
        if name in OF_MEMORY:
            reason = f"how an array lies in memory ({name!r}) is not asked in compiled code"
            self.fail("DL025", reason, "ask it where the function is called")
        if isinstance(type, Unknown) and (not hasattr(np.ndarray, name) or name in ("nbytes", "itemsize", "real")):
            self.fail("DL019", f"what {name!r} is depends on the type of this value", "give the function's argument types")

    def constant(self, value: Value, what: str) -> Any:
        """The Python object of a value that must be known while compiling."""
        if not known(value):
            self.fail("DL011", f"{what} must be known while compiling", "write a constant, or pass it as a static argument")
        return python_value(value)

    def rank(self, value: Value, what: str) -> int:
        """The number of axes of a value, which must be known."""
        found = None if isinstance(value, Compound) else rank(value.type)
        if found is None:
            self.fail("DL019", f"{what} needs the number of axes of {form(value)}", "give the function's argument types")
        return found

    def capture(self, name: str, read: Callable[[], Any]) -> Value:
        """A hidden parameter for a number or array that lives in an object outside of the function; anything else is static."""
        return self.inference.capture(self, Capture(name, read, named=False))
