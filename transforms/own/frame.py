"""One function on its way from references to values: the environment, the versions of arrays, reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
import dataclasses
from typing import TYPE_CHECKING, Any, NoReturn

from difflang.build import Builder
from difflang.errors import DifflangError, TypeMismatch
from difflang.hints import shown
from difflang.ir import UNDEF, Atom, Const, Function, Node, Place, Region, Var, const, walk
from difflang.op import row
from difflang.records import dataclass, field
from difflang.types import ONE, Array, Scalar, Stack, Type, Undefined, Unknown, is_complex

from .references import REFERENCES, Base, Choice, Ref, Reference, Step, Value, compose

if TYPE_CHECKING:
    from .lists import Slot


@dataclass
class State:
    """What holds at one point of the text: the version of each array, and which arrays may no longer be read
    (another name that may mean the same memory was written at that place)."""

    versions: dict[Base, Atom] = field(default_factory=dict)
    stale: dict[Base, Place | None] = field(default_factory=dict)
    slots: dict[Base, Slot] = field(default_factory=dict)  # arrays that were read from a list, and where

    def copy(self) -> State:
        return State(dict(self.versions), dict(self.stale), dict(self.slots))


@dataclass(frozen=True)
class Summary:
    """What callers must know of a function: parameters written; for each result leaf the parameter that it is,
    the parameters and earlier leaves (~k) that it may share memory with; the lists whose held arrays it writes, and which
    parameters it puts into which lists. `known` is False before the first pass."""

    writes: tuple[int, ...] = ()
    alias: tuple[int | None, ...] = ()
    shares: tuple[frozenset[int], ...] = ()
    contents: frozenset[int] = frozenset()
    puts: frozenset[tuple[int, int]] = frozenset()
    known: bool = False


@dataclasses.dataclass(eq=False)
class Unclear(DifflangError):
    """A DL007 that goes away if the results of these `if` nodes are kept as choices between references."""

    merges: frozenset[tuple[int, int]] = frozenset()


@dataclass
class Frame:
    function: Function
    functions: Mapping[str, Function]  # of the typed program, by key
    summaries: Mapping[str, Summary]
    run: Callable[[Frame, Region], None]  # walks the nodes of a region
    inlined: list[str] = field(default_factory=list)  # callees that are walked in place, outermost first
    builder: Builder = field(default_factory=Builder)
    env: dict[Var, Value] = field(default_factory=dict)
    state: State = field(default_factory=State)
    tangles: dict[Base, set[Base]] = field(default_factory=dict)
    holds: dict[Base, set[Base]] = field(default_factory=dict)  # lists of arrays, and what they may hold
    apart: dict[Base, set[Base]] = field(default_factory=dict)  # arrays taken out of lists that do not hold them any more
    repeated: set[Base] = field(default_factory=set)  # lists that may hold one array twice
    contents: set[Base] = field(default_factory=set)  # lists whose held arrays were written
    lineage: dict[Base, set[Base]] = field(default_factory=dict)  # what an array may be, those inside a region included
    scopes: list[dict[Any, Atom]] = field(default_factory=lambda: [{}])
    choices: frozenset[tuple[int, int]] = frozenset()  # results of `if` nodes (id, position) that are kept as choices
    naturals: set[Atom] = field(default_factory=set)  # indices of loops that start at a constant and rise: never negative
    carried: set[Atom] = field(default_factory=set)  # parameters of loop bodies: they change from turn to turn
    through: bool = False  # whether callees that give views of their arguments are walked in place
    unseen: bool = False  # whether nobody looks at the arguments after the call
    used: set[Var] | None = None  # what the function as it was inferred asks
    views: set[Var] = field(default_factory=set)  # made by reading a view: dropped where nobody uses them

    # Values

    def get(self, atom: Atom) -> Value:
        return self.env[atom] if isinstance(atom, Var) else atom

    def read(self, atom: Atom) -> Atom:
        """The value of an atom of the typed level, now."""
        value = self.get(atom)
        return self.derive(value) if isinstance(value, REFERENCES) else value

    def new_base(self, hint: str, type: Type, version: Atom, partners: Iterable[Base] = (), merge: tuple[int, int] | None = None) -> Ref:
        base = Base(hint, type, merge=merge)
        self.state.versions[base] = version
        self.tangle(base, partners)
        return Ref(base)

    def tangle(self, base: Base, partners: Iterable[Base]) -> None:
        """Note that these bases may be the same memory."""
        for partner in partners:
            if partner is not base:
                self.tangles.setdefault(base, set()).add(partner)
                self.tangles.setdefault(partner, set()).add(base)

    def descend(self, base: Base, values: Iterable[Value]) -> None:
        """Note that an array is one of these."""
        for value in values:
            if isinstance(value, REFERENCES):
                self.lineage.setdefault(base, set()).update(value.bases())
                for source in value.bases() & self.holds.keys():
                    self.holds.setdefault(base, set()).update(self.holds[source])
                if value.bases() & self.repeated:
                    self.repeated.add(base)

    def partners(self, ref: Reference) -> set[Base]:
        """The bases whose memory this may be."""
        return {partner for base in ref.bases() for partner in (base, *self.tangles.get(base, ()))}

    def version(self, base: Base) -> Atom:
        if base in self.state.stale:
            written = self.state.stale[base]
            where = f" at line {written.line}" if written else ""
            name = repr(shown(base.hint)) if base.hint not in ("", "t") else "this array"
            self.unclear(
                base, f"{name} may be the array that was written{where} under another name", "make it an array of its own with .copy()"
            )
        return self.state.versions[base]

    def derive(self, ref: Reference) -> Atom:
        """The value of a view from its base's version now; derived once where nothing was written in between."""
        if isinstance(ref, Choice):
            from .choice import chosen

            return chosen(self, ref)
        version = self.version(ref.base)
        if ref.at is not None and ref.at is not version:
            self.fail(
                "DL019",
                f"whether this is a view of {shown(ref.base.hint)!r}, which was written meanwhile, depends on types that are not known",
                "give the function's argument types",
            )
        value = version
        for k, step in enumerate(ref.steps):
            key = (version, ref.steps[: k + 1])
            cached = next((scope[key] for scope in reversed(self.scopes) if key in scope), None)
            if cached is None:
                cached = self.emit(step.op, value, *step.operands, type=step.type, hint=step.hint, **dict(step.attrs))
                if isinstance(cached, Var):
                    self.views.add(cached)
                self.scopes[-1][key] = cached
            value = cached
        return value

    def read_now(self, ref: Reference, name: Var) -> None:
        """Read a view where it is made, for the error that it may raise; one that the program never uses is kept for that alone."""
        value = self.derive(ref)
        if self.used is None:
            nodes = list(walk(self.function.body))
            regions = (self.function.body, *(region for node in nodes for region in node.regions))
            atoms = [*(a for node in nodes for a in node.args), *(a for region in regions for a in region.yields)]
            self.used = {a for a in atoms if isinstance(a, Var)}
        if name not in self.used and isinstance(value, Var):
            self.views.discard(value)

    def is_derived(self, ref: Ref) -> bool:
        """Whether the view's value is there already, and not only for this turn of a loop."""
        key = (self.state.versions[ref.base], ref.steps)
        return any(key in scope for scope in (self.scopes[:-1] or self.scopes))

    def emit(self, op: str, *args: Atom, type: Type | None = None, hint: str = "t", **attrs: Any) -> Atom:
        """Append an op; its type is given where the typed level knows it better than the row."""
        if type is None:
            try:
                return self.builder.emit(op, *args, hint=hint, **attrs)
            except (TypeError, IndexError, ValueError) as error:
                self.fail("DL005", str(error), kind=TypeMismatch)
        out = Var(hint, type)
        self.builder.node(op, args, (out,), **attrs)
        return out

    def nothing(self, type: Type) -> Atom:
        """What stands for an array on a path that does not make it: the smallest one, so that its shape can be asked."""
        if isinstance(type, Stack):
            return self.emit("stack_new", element=type.element, listed=type.listed)
        if not isinstance(type, Array):
            return UNDEF
        return self.emit("zeros", *(const(1 if dim == ONE else 0) for dim in type.dims), dtype=type.dtype)

    # Writes

    def write(self, base: Base, version: Atom) -> None:
        """The base has a new version. Whatever may be the same memory cannot be read any more."""
        if base.shared:
            self.fail("DL007", "NumPy's diagonals are views that cannot be written", "write into a copy, or into m[i, i]")
        for partner in self.tangles.get(base, ()):
            if partner not in self.state.versions:
                continue
            if partner.param is not None and not self.unseen:
                self.unclear(
                    base,
                    f"this may write the argument {shown(partner.hint)!r}, or an array of its own: it depends on the path taken",
                    f"start from a copy: {shown(partner.hint)} = {shown(partner.hint)}.copy()",
                )
            self.state.stale.setdefault(partner, self.builder.place)
        self.state.versions[base] = version
        if self.holds:
            from .lists import written

            written(self, base, version)

    def store(self, ref: Reference, value: Atom, operands: Sequence[Atom], pattern: Sequence[str], op: str = "store") -> None:
        """ref[pattern] = value, or with `accumulate` the value added, as often as an index is named."""
        if isinstance(ref, Choice):
            from .choice import each_way

            each_way(self, ref, lambda one: self.store(one, value, operands, pattern, op))
            return
        if not ref.steps:
            current = self.version(ref.base)
            new = self.emit(op, current, value, *operands, type=ref.base.type, hint=ref.base.hint, pattern=tuple(pattern))
            self.write(ref.base, new)
            return
        last = ref.steps[-1]
        parent = Ref(ref.base, ref.steps[:-1])
        if last.op == "index":
            merged = compose(last.pattern, last.operands, last.parent, pattern, operands)
            if merged is not None:
                self.store(parent, value, merged[1], merged[0], op)
                return
            from .slices import through

            found = through(self, ref, pattern, operands)
            if found is not None:
                self.store(found[0], value, found[2], found[1], op)
                return
        whole = self.derive(Ref(ref.base, ref.steps))
        changed = self.emit(op, whole, value, *operands, type=ref.type, hint=last.hint, pattern=tuple(pattern))
        self.write_back(ref, changed)

    def write_back(self, ref: Reference, value: Atom) -> None:
        """The view has this value now: its base gets it."""
        if isinstance(ref, Choice):
            from .choice import each_way

            each_way(self, ref, lambda one: self.write_back(one, value))
            return
        if not ref.steps and value.type != ref.base.type and isinstance(ref.base.type, Array):
            self.store(ref, value, (), (":",) * ref.base.type.rank)
            return
        if not ref.steps:
            self.version(ref.base)
            self.write(ref.base, value)
            return
        last, parent = ref.steps[-1], Ref(ref.base, ref.steps[:-1])
        if last.op == "index":
            self.store(parent, value, last.operands, last.pattern)
            return
        self.store(parent, self.undone(last, parent, value), (), (":",) * self.rank(parent.type))

    def undone(self, step: Step, parent: Ref, value: Atom) -> Atom:
        """A value of the view, laid out as its parent."""
        attrs = dict(step.attrs)
        if step.op == "transpose":
            axes = attrs["axes"]
            back = tuple(sorted(range(len(axes)), key=axes.__getitem__)) if axes is not None else None
            return self.emit("transpose", value, axes=back)
        if step.op == "flip":
            return self.emit("flip", value, **attrs)
        if step.op in ("reshape", "expand_dims", "squeeze"):
            whole = self.derive(parent)
            rank = self.rank(parent.type)
            return self.emit("reshape", value, *(self.dim(whole, axis) for axis in range(rank)))
        if step.op in ("real", "imag"):
            other = self.emit("imag" if step.op == "real" else "real", self.derive(parent))
            return self.emit("pair", *((value, other) if step.op == "real" else (other, value)))
        self.fail("DL007", f"the result of {step.op} cannot be written through", "write into a copy")

    def dim(self, array: Atom, axis: int) -> Atom:
        if isinstance(array.type, Array) and array.type.dims[axis] == "1":
            return const(1)
        return self.emit("dim", array, axis=axis)

    def rank(self, type: Type) -> int:
        if not isinstance(type, Array):
            self.fail("DL019", "a write here needs the number of axes", "give the function's argument types")
        return type.rank

    def fitted(self, value: Atom, target: Type) -> Atom:
        """The value with the array's dtype, as NumPy converts what is assigned."""
        if not isinstance(target, Array) or not isinstance(value.type, (Array, Scalar)) or value.type.dtype == target.dtype:
            return value
        weak = isinstance(value.type, Scalar) and value.type.weak and target.dtype in ("f64", "i64", "bool")
        return self.emit("cast", value, dtype=target.dtype, weak=weak)

    # Regions and errors

    @contextmanager
    def inside(self, builder: Builder, state: State, scope: dict[Any, Atom]) -> Iterator[None]:
        """Work inside a region: its own nodes, its own versions, and views that end with it."""
        outer = self.builder, self.state
        builder.place = builder.place or self.builder.place
        self.builder, self.state = builder, state
        self.scopes.append(scope)
        try:
            yield
        finally:
            self.scopes.pop()
            self.builder, self.state = outer

    def unknown_result(self, out: Var, result: Var) -> Ref:
        """What a recursive call returns while the function is walked for the first time: whatever it meets."""
        base = Base(out.hint, out.type, open=True)
        self.state.versions[base] = result
        return Ref(base)

    def unclear(self, base: Base, reason: str, way_out: str) -> NoReturn:
        """A write that may or may not be seen elsewhere. Where paths of an `if` met, they can be kept apart."""
        found: set[tuple[int, int]] = set()
        seen: set[Base] = set()
        waiting = [base, *self.tangles.get(base, ())]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                found |= {one.merge} if one.merge is not None else set()
                waiting += self.lineage.get(one, ())
        raise Unclear("DL007", reason, self.builder.place, way_out, self.function.origin, merges=frozenset(found))

    def fail(self, code: str, reason: str, way_out: str = "", kind: type[DifflangError] = DifflangError) -> NoReturn:
        raise kind(code, reason, self.builder.place, way_out, self.function.origin)


def is_reference(type: Type) -> bool:
    """Whether values of this type may share memory that someone writes."""
    return isinstance(type, (Array, Stack, Unknown))


def is_missing(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.type, Undefined)


def is_view(node: Node) -> bool:
    return node.op == "stop_gradient" or row(node.op).view or is_part(node)


def is_part(node: Node) -> bool:
    """The real or imaginary part of an array: a view for NumPy, computed from the array each time it is read."""
    return node.op in ("real", "imag") and isinstance(node.args[0].type, Array) and is_complex(node.args[0].type)
