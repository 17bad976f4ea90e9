"""Pools: objects that link to one another, as rows of tables.

Where a program makes linked lists, trees or graphs while it runs, or it depends on the path which of several objects a name means,
the objects of a class are rows: each field is a list of the run that all functions share, an object is its position in them
(`Compound("ref", (position,), class)`). So two names mean one object where the positions are equal, and derivatives of linked data are
those of lists. Which classes are pooled shows when a program does not fit otherwise; `infer` begins again then (`Lists.pool`).

The lists are hidden parameters of every function that names one, handed down like captures; the entry makes them (`link.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from difflang.ir import UNDEF, Atom, Capture, Const, Var, const
from difflang.records import dataclass
from difflang.tree import Layout, class_layout
from difflang.types import BOOL, Array, Scalar, Stack, Type

from .grown import Origin, Widen
from .objects import Cell, new_cell, put, reference
from .unset import MARK, check_set, now_set, push_marks

if TYPE_CHECKING:
    from .frame import Frame
    from .values import Compound, Form, Value


@dataclass(frozen=True)
class Column:
    """The site of the list that holds one field of a class's objects; without a name that which counts them."""

    cls: type
    name: str


@dataclass(frozen=True)
class Part:
    """What a capture of a column reads: nothing that is outside. The entry makes the stack."""

    column: Column
    position: int

    def __call__(self) -> Any:
        raise AssertionError("a pool lives inside of the program")


def is_ref(value: Any) -> bool:
    """Whether a value is an object of a pooled class."""
    return getattr(value, "kind", "") == "ref"


def is_pooled(frame: Frame, cls: Any) -> bool:
    return cls in frame.inference.lists.pooled


def names_in(frame: Frame, cls: type) -> list[str]:
    """The fields of a pooled class that have been found."""
    sites = [site for site in frame.inference.lists.elements if isinstance(site, Column) and site.cls is cls]
    return [site.name for site in sites if site.name and not site.name.endswith(MARK)]


def column(frame: Frame, cls: type, name: str) -> Compound:
    """The list of one field in the function that is being interpreted."""
    from .values import Compound, stored

    site = Column(cls, name)
    lists = frame.inference.lists
    if site in lists.straight:
        why = lists.straight[site]
        frame.fail("DL006", f"the field {name!r} of {cls.__name__} holds values without a common type: {why}", "give it values of one type")
    if site not in frame.pools:
        element = lists.elements.setdefault(site, BOOL) if not name else lists.elements[site]
        stacks = [Var(f"{cls.__name__.lower()}_{name.replace(MARK, '_set') or 'there'}", type) for type in stored(element)]
        frame.captures += [(Capture(var.hint, Part(site, k), named=False), var) for k, var in enumerate(stacks)]
        frame.pools[site] = Compound("grown", tuple(stacks), element, Origin(frozenset({site})))
    return frame.pools[site]


def _columns(frame: Frame, cls: type) -> Iterator[tuple[str, Compound]]:
    """The columns that hold anything: fields that are always None need none."""
    from .lists import has_leaves

    names = [name for name in names_in(frame, cls) if has_leaves(frame.inference.lists.elements[Column(cls, name)])]
    for name in [*([""] if not names or cls in frame.inference.lists.early else []), *names]:
        yield name, column(frame, cls, name)


def entered(frame: Frame, cell: Cell, cls: type) -> Value:
    """The object that a constructor has filled, as a row."""
    from .lists import count, fits, has_leaves, push
    from .values import Compound, form

    lists = frame.inference.lists
    held = {name: _storable(frame, part, cell, cls) for name, part in cell.fields.items()}
    for name, part in held.items():
        if part is not UNDEF and Column(cls, name) not in lists.elements and Column(cls, name) not in lists.straight:
            lists.elements[Column(cls, name)] = form(Compound("ref", (const(0),), cls) if part is None else part)
            lists.news = True
    for name in names_in(frame, cls):
        if name not in held:
            reason = f"some objects of {cls.__name__} get the attribute {name!r} after their constructor"
            frame.fail("DL006", reason, f"set self.{name} in __init__, of every object")
    columns = dict(_columns(frame, cls))
    ref = Compound("ref", (count(frame, next(iter(columns.values()))),), cls)
    for name, part in held.items():
        if part is not UNDEF and not has_leaves(lists.elements.get(Column(cls, name), BOOL)):
            fits(frame, column(frame, cls, name), ref if part is None else part)
    for name, owner in columns.items():
        value = const(True) if not name else held[name]
        push(frame, owner, ref if value is None else value)
    push_marks(frame, cls, names_in(frame, cls), True)
    cell.stale = frame.place or True
    return ref


def _storable(frame: Frame, value: Value, own: Cell | None = None, cls: type | None = None) -> Value | None:
    """A value as a field of a row holds it; None for the very object that is being made."""
    from .values import Compound

    if not isinstance(value, Compound):
        return value
    if value.kind == "object":
        if value.info is own:
            return None
        _refuse_cell(frame, value.info)
    if value.kind == "list":
        from .lists import on_run

        if value.origin is not None and value.origin.sites:
            on_run(frame, value)
        frame.fail("DL007", "this list lives outside of the function, and a field of a linked object is to hold it", "hold list(xs)")
    items = tuple(_storable(frame, item, own, cls) for item in value.items)
    if None in items:
        frame.fail("DL007", "a tuple holds an object that is still being made", "set the field after the object is made")
    return value.over(items) if value.items else value


def _refuse_cell(frame: Frame, cell: Cell) -> None:
    """An object that is no row is put into one."""
    cls = cell.layout.cls
    if cell.layout.kind == "dict":
        frame.fail("DL007", "a field of a linked object cannot hold a dict", "hold its items in fields of their own, or in a list")
    if is_pooled(frame, cls):
        raise Pooling(frozenset({cls}), early=True)
    raise Pooling(frozenset({cls}))


class Pooling(Exception):
    """The objects of these classes must be rows; `early`: from the beginning of their constructors on."""

    def __init__(self, classes: frozenset[type], early: bool = False) -> None:
        super().__init__(classes, early)
        self.classes, self.early = classes, early


def begun(frame: Frame, cls: type) -> Compound:
    """A row that a constructor fills: it is known elsewhere before that ends."""
    from .lists import count, has_leaves, push
    from .values import Compound, rebuild, types_of

    lists = frame.inference.lists
    ref = Compound("ref", (count(frame, column(frame, cls, "")),), cls)
    push(frame, column(frame, cls, ""), const(True))
    for name in names_in(frame, cls):
        element = lists.elements[Column(cls, name)]
        if has_leaves(element):
            nothing = rebuild(element, iter(filled(frame, [UNDEF] * len(list(types_of(element))), list(types_of(element)))))
            push(frame, column(frame, cls, name), nothing)
    push_marks(frame, cls, names_in(frame, cls), False)
    return ref


def check_made(frame: Frame, value: Value, owner: Cell | None = None) -> None:
    """A value is kept somewhere: an object that is to be a row must be one by now."""
    from .values import Compound

    if not frame.inference.lists.pooled or not isinstance(value, Compound):
        return
    if value.kind == "object" and value.info is not owner and is_pooled(frame, value.info.layout.cls):
        raise Pooling(frozenset({value.info.layout.cls}), early=True)
    if value.kind != "object":
        for item in value.items:
            check_made(frame, item, owner)


def read(frame: Frame, ref: Compound, name: str) -> Value:
    """ref.name"""
    from .lists import has_leaves, item
    from .values import rebuild

    check_set(frame, ref, name)
    element = frame.inference.lists.elements[Column(ref.info, name)]
    if not has_leaves(element) and Column(ref.info, name) not in frame.inference.lists.straight:
        return rebuild(element, iter(()))
    return item(frame, column(frame, ref.info, name), ref.items[0], name)


def write(frame: Frame, ref: Compound, name: str, value: Value) -> None:
    """ref.name = value"""
    from .lists import has_leaves, store_item
    from .values import form

    stored = _storable(frame, value)
    assert stored is not None
    lists, site = frame.inference.lists, Column(ref.info, name)
    lists.written.add(site)
    if site not in lists.elements and site not in lists.straight:
        raise Widen(frozenset({site}), form(stored))
    owner = column(frame, ref.info, name)
    now_set(frame, ref, name)
    if has_leaves(owner.info):
        store_item(frame, owner, ref.items[0], stored)
    else:
        from .lists import fits

        fits(frame, owner, stored)


def copied(frame: Frame, ref: Value) -> Value:
    """copy.copy(ref): a row of its own."""
    assert is_ref(ref)
    cls: type = ref.info  # type: ignore[union-attr]
    parts = {name: read(frame, ref, name) for name in names_in(frame, cls)}  # type: ignore[arg-type]
    return entered(frame, Cell(Layout("object", cls, tuple(parts)), parts), cls)


def same_row(frame: Frame, one: Compound, other: Compound) -> Value:
    """one is other"""
    if one.info is not other.info:
        return const(False)
    return frame.emit("equal", one.items[0], other.items[0])


def is_linked(frame: Frame, cls: type) -> bool:
    """Whether objects of a pooled class hold others of pooled classes."""
    elements = frame.inference.lists.elements
    return any(refs_in(elements[Column(cls, name)]) for name in names_in(frame, cls))


def refs_in(shape: Form) -> set[type]:
    """The pooled classes that a form holds objects of."""
    if is_ref(shape):
        return {shape.info}  # type: ignore[union-attr]
    inner = (*getattr(shape, "items", ()), *((shape.info,) if getattr(shape, "kind", "") == "grown" else ()))  # type: ignore[union-attr]
    return set().union(*map(refs_in, inner))


# -------------------------------------------------------------------- the entry's arguments and result


def arrived(frame: Frame, value: Value, rows: dict[Cell, Value]) -> Value:
    """An argument of the entry: its objects of pooled classes become rows."""
    from .values import Compound

    if not isinstance(value, Compound) or value.kind == "grown" or not frame.inference.lists.pooled:
        return value
    if value.kind == "object" and is_pooled(frame, value.info.layout.cls):
        cell: Cell = value.info
        if cell not in rows:
            fields = {name: arrived(frame, part, rows) for name, part in cell.fields.items()}
            copied = Cell(cell.layout, fields)
            rows[cell] = entered(frame, copied, cell.layout.cls)
        return rows[cell]
    if value.kind == "object":
        value.info.fields = {name: arrived(frame, part, rows) for name, part in value.info.fields.items()}
        return value
    if value.kind == "struct" and is_pooled(frame, value.info.cls):
        names = dict(zip(value.info.names, (arrived(frame, part, rows) for part in value.items), strict=True))
        return entered(frame, Cell(value.info, names), value.info.cls)
    return value.over(tuple(arrived(frame, item, rows) for item in value.items))


def departed(frame: Frame, value: Value, rows: dict[Cell, Value], around: tuple[type, ...] = ()) -> Value:
    """A result of the entry: rows become objects, where these do not go on without end."""
    from .values import Compound

    if not isinstance(value, Compound):
        return value
    if value.kind == "grown":
        if refs_in(value):
            _refuse_result(frame, next(iter(refs_in(value))))
        return value
    if value.kind == "object":
        for name, part in value.info.fields.items():
            put(frame, value.info, name, departed(frame, part, rows, around))
        return value
    if value.kind != "ref":
        return value.over(tuple(departed(frame, item, rows, around) for item in value.items)) if value.items else value
    given = next((cell for cell, ref in rows.items() if ref is value), None)
    if given is not None:
        return reference(given)
    if value.info in around or is_linked(frame, value.info):
        _refuse_result(frame, value.info)
    parts = {name: departed(frame, read(frame, value, name), rows, (*around, value.info)) for name in names_in(frame, value.info)}
    layout = class_layout(value.info)
    assert layout is not None
    own = Layout(layout.kind, value.info, tuple(parts), layout.held)
    return reference(new_cell(own, parts.values())) if layout.kind == "object" else Compound("struct", tuple(parts.values()), own)


def _refuse_result(frame: Frame, cls: type) -> None:
    reason = f"{frame.function.name}() returns objects of {cls.__name__} that it linked to one another"
    frame.fail("DL027", reason + ", which a compiled function cannot give", "return numbers, arrays or lists of what they hold")


def handed_back(frame: Frame, rows: dict[Cell, Value], others: Iterable[tuple[Cell, dict[Any, Value]]]) -> None:
    """The caller's objects get what their rows hold now; `others`: those that are no rows, with the fields they came with."""
    from .branches import same_value
    from .values import Compound, form

    for cell, fields in others if rows else ():
        for name, part in cell.fields.items():
            if refs_in(form(part)) and not (name in fields and same_value(fields[name], part)):
                cell.fields[name] = departed(frame, part, rows)

    for cell, ref in rows.items():
        assert isinstance(ref, Compound)
        for name in names_in(frame, ref.info):
            if Column(ref.info, name) not in frame.inference.lists.written:
                continue
            if refs_in(frame.inference.lists.elements[Column(ref.info, name)]):
                reason = f"this changes the links {name!r} of a {ref.info.__name__} that the caller holds"
                frame.fail("DL007", reason, "make new objects inside of the function")
            cell.fields[name] = read(frame, ref, name)


def check_left(frame: Frame, result: Form, changes: Iterable[Form]) -> None:
    """Rows mean nothing outside, and what may be None is no value of one type there."""
    left = list(changes)
    for shape in left:
        if _may_be_none(shape):
            reason = "this leaves a field of an object of the caller None on one path, and a value on another"
            frame.fail("DL007", reason, "change an object of its own, and return what it holds")
    for shape in (result, *left):
        for cls in refs_in(shape):
            _refuse_result(frame, cls)


def _may_be_none(shape: Form) -> bool:
    return getattr(shape, "kind", "") == "maybe" or any(map(_may_be_none, getattr(shape, "items", ())))


# -------------------------------------------------------------------- what is not there


def filled(frame: Frame, atoms: Sequence[Atom], types: Sequence[Type]) -> list[Atom]:
    """What a list holds for parts that are not there: the value of a None."""
    return [_nothing(frame, type) if atom is UNDEF else atom for atom, type in zip(atoms, types, strict=True)]


def _nothing(frame: Frame, type: Type) -> Atom:
    if isinstance(type, Scalar):
        return Const(False if type == BOOL else 0j if type.dtype[0] == "c" else 0.0 if type.dtype[0] == "f" else 0, type)
    if isinstance(type, Array):
        return frame.emit("zeros", *(const(0 if size != "1" else 1) for size in type.dims), dtype=type.dtype)
    if isinstance(type, Stack):
        return frame.emit("stack_new", element=type.element, listed=type.listed)
    frame.fail("DL006", "an item of this list may be None where others are not", "give every item a value of one type")


__all__ = [
    "Column", "Part", "Pooling", "arrived", "begun", "check_left", "check_made", "copied", "departed", "entered", "filled", "handed_back",
    "is_linked", "is_pooled", "is_ref", "names_in", "read", "refs_in", "same_row", "write",
]  # fmt: skip
