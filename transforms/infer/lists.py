"""Lists: made, read and changed, those known while compiling and those of the run (see `grown.py`).

A list of the run is a stack for each leaf of its items. It is changed by reference at this level: `push` and `pop` without the
stack among their results, `getitem` and `setitem` on a stack; `own` makes values of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from difflang.ir import NONE, Atom, Const, Node, Var, const
from difflang.types import Stack

from .dicts import class_of, delete, is_dict, written_key
from .choices import choosable
from .frame import Frame, handles
from .lent import given, lend, shared_items, stored as put_in
from .pools import check_made, filled
from .grown import Fixed, Origin, Sites, Widen, is_given, joined_items, sites_of
from .values import Compound, Form, Value, conform, form, fresh, is_undefined, join_forms, leaves, rebuild, same, stored, types_of


def new_list(frame: Frame, sites: Sites, element: Form, hint: str) -> Compound:
    """An empty list of the run."""
    made, stacks = fresh(Compound("grown", stored(element), element), hint)
    assert isinstance(made, Compound)
    for stack in stacks:
        assert isinstance(stack.type, Stack)
        frame.builder.node("stack_new", (), (stack,), element=stack.type.element, listed=True)
    return Compound("grown", made.items, element, Origin(sites))


def has_leaves(element: Form) -> bool:
    return any(True for _ in types_of(element))


def result_list(frame: Frame, element: Form, hint: str = "items") -> Compound:
    """An empty list of the run for the result of the node that is being interpreted."""
    lists, site = frame.inference.lists, (frame.signature, frame.at)
    known = lists.elements.get(site)
    if known is None:
        lists.elements[site] = element
    else:
        before, lists.news = lists.news, False
        lists.widen(frozenset({site}), element)
        lists.news = lists.news or before
    if site in lists.straight:
        refuse(frame, lists.straight[site])
    return new_list(frame, frozenset({site}), lists.elements[site], hint)


def refuse(frame: Frame, why: str) -> NoReturn:
    reason = f"this list changes while the program runs, and its items have no common type: {why}"
    frame.fail("DL006", reason, "keep items of one type in it, or let a loop of constant length change it")


def is_grown(value: Value) -> bool:
    return isinstance(value, Compound) and value.kind == "grown"


def is_list(value: Value) -> bool:
    return isinstance(value, Compound) and value.kind in ("list", "grown")


# -------------------------------------------------------------------- changing


def is_straight(frame: Frame, owner: Compound) -> bool:
    """Whether a list is known while compiling here and may be changed so."""
    return owner.kind == "list" and owner.origin is not None and owner.origin.home is frame.builder


def become(owner: Compound, items: Sequence[Value]) -> None:
    """A list that is known while compiling has these items now, under all its names."""
    object.__setattr__(owner, "items", tuple(items))


def on_run(frame: Frame, owner: Compound, *more: Value) -> NoReturn:
    """The list must be one of the run: begin again."""
    lists, sites = frame.inference.lists, sites_of(owner)
    if not sites:
        frame.fail("DL007", "this changes a list that lives outside of the function", "change a copy, list(xs), and return it")
    why = lists.why_straight(sites)
    if why is None:
        try:
            element = joined_items(form(owner))  # type: ignore[arg-type]
            for value in more:
                element = join_forms(element, form(value))
            raise Widen(sites, element)
        except TypeError as error:
            why = str(error)
            lists.straight.update(dict.fromkeys(sites, why))
            lists.news = True
    refuse(frame, why)


def fits(frame: Frame, owner: Compound, value: Value) -> None:
    """The items of a list of the run are of a form that holds this value too."""
    if is_undefined(value):
        return
    shape = form(value)
    try:
        if same(join_forms(owner.info, shape), owner.info):
            return
    except TypeError:
        pass
    if not sites_of(owner):
        frame.fail("DL006", f"a list of {owner.info} cannot take {shape}")
    raise Widen(sites_of(owner), shape)


def kept(frame: Frame, owner: Compound, value: Value) -> list[Atom]:
    """The value as the list's stacks hold it."""
    check_made(frame, value)
    fits(frame, owner, value)
    put_in(frame, owner, value)
    given(owner, value)
    return _atoms(frame, owner, value) or [const(True)]


def _atoms(frame: Frame, owner: Compound, value: Value) -> list[Atom]:
    """The leaves of an item, none of them missing."""
    atoms = list(leaves(conform(frame.builder, value, owner.info), owner.info))
    return filled(frame, atoms, list(types_of(owner.info)))


def changing(frame: Frame, owner: Compound) -> None:
    frame.inference.lists.changed |= sites_of(owner)
    frame.inference.lists.moved |= sites_of(owner)
    frame.inference.lists.events += 1


def push(frame: Frame, owner: Compound, value: Value) -> None:
    """owner.append(value) on a list of the run."""
    frame.inference.lists.changed |= sites_of(owner)
    for stack, atom in zip(owner.items, kept(frame, owner, value), strict=True):
        frame.builder.node("push", (stack, atom), ())


def append(frame: Frame, owner: Compound, value: Value) -> None:
    if is_undefined(value):
        return
    check_made(frame, value)
    if is_straight(frame, owner):
        become(owner, (*owner.items, value))
    elif owner.kind == "list":
        on_run(frame, owner, value)
    else:
        push(frame, owner, value)


def pop_last(frame: Frame, owner: Compound, hint: str = "t") -> Value:
    """owner.pop() on a list of the run. IndexError where it is empty."""
    changing(frame, owner)
    atoms = []
    for k, stack in enumerate(owner.items):
        out = Var(hint, stack.type.element)
        attrs: dict[str, Any] = {} if k else {"checked": True}
        frame.builder.node("pop", (stack,), (out,), **attrs)
        atoms.append(out)
    return given(owner, rebuild(owner.info, iter(atoms)))


def refill(frame: Frame, owner: Compound, source: Compound) -> None:
    """owner[:] = source, a new list of the run with items of the same form."""
    changing(frame, owner)
    for stack, values in zip(owner.items, source.items, strict=True):
        frame.builder.node("setitem", (stack, values), (), pattern=(":",))


def put(frame: Frame, owner: Compound, index: Value, value: Value) -> None:
    """owner[index] = value."""
    if is_straight(frame, owner) and isinstance(index, Const):
        items = list(owner.items)
        with frame.fitting():
            items[index.value] = value
        become(owner, items)
    elif owner.kind == "list":
        on_run(frame, owner, value)
    else:
        changing(frame, owner)
        store_item(frame, owner, _index(frame, index), value)
        put_in(frame, owner, value)
        given(owner, value)


def store_item(frame: Frame, owner: Compound, at: Atom, value: Value) -> None:
    """The item of a list of the run is this one now."""
    frame.inference.lists.changed |= sites_of(owner)
    fits(frame, owner, value)
    for stack, atom in zip(owner.items, _atoms(frame, owner, value) or [const(True)], strict=True):
        frame.builder.node("setitem", (stack, atom, at), (), pattern=("i",))


# -------------------------------------------------------------------- reading


def _index(frame: Frame, index: Value) -> Atom:
    from .control import as_index

    return as_index(frame, index, "a list's index")


def count(frame: Frame, owner: Compound) -> Atom:
    return frame.emit("count", owner.items[0])


def item(frame: Frame, owner: Compound, index: Value, hint: str = "t") -> Value:
    """owner[index] of a list of the run."""
    at = _index(frame, index)
    atoms = []
    for stack in owner.items:
        out = Var(hint, stack.type.element)
        frame.builder.node("getitem", (stack, at), (out,), pattern=("i",))
        atoms.append(out)
    return lend(frame, owner, at, rebuild(owner.info, iter(atoms)))


def indexed(frame: Frame, owner: Compound, index: Value) -> Value:
    """An item of a list known while compiling, at an index of the run: the list is one of the run, unless a loop is unrolled."""
    error = Fixed(
        "DL011",
        f"an index into a {owner.kind} must be known while compiling here",
        frame.place,
        "use an array: np.array(...)",
        frame.function.origin,
    )
    lists, sites = frame.inference.lists, sites_of(owner)
    if not sites or owner.kind == "tuple" or is_given(sites) and not holds_list(owner):  # a list of the same items is made here
        sites = frozenset({(frame.signature, frame.at, "indexed")})
        known = lists.elements.get(next(iter(sites)))
        if known is not None:
            made = new_list(frame, sites, known, "items")
            for value in owner.items:
                push(frame, made, value)
            return item(frame, made, index)
    try:
        element = joined_items(form(owner))  # type: ignore[arg-type]
    except Widen as rows:  # lists of different lengths, which must be lists of the run first
        if lists.why_straight(rows.sites) is None:
            error.remedy = rows
        raise error from None
    except TypeError:
        if owner.items and all(choosable(form(value)) for value in owner.items):
            return one_of(frame, owner, index)
        raise error from None
    if lists.why_straight(sites) is None:
        error.remedy = Widen(sites, element)
    raise error


def one_of(frame: Frame, owner: Compound, index: Value) -> Value:
    """One of several functions or texts, by an index of the run."""
    from .branches import branch

    count = const(len(owner.items))
    inside = frame.emit("logical_and", frame.emit("less_equal", frame.emit("neg", count), index), frame.emit("less", index, count))
    frame.emit("check", frame.truth(inside), error=IndexError, message=f"{owner.kind} index out of range", kind="raise")
    position = frame.emit("mod", index, count)

    def pick(k: int) -> Value:
        if k == len(owner.items) - 1:
            return owner.items[k]  # type: ignore[no-any-return]
        return branch(frame, frame.emit("equal", position, const(k)), [lambda: [owner.items[k]], lambda: [pick(k + 1)]], ["f"])[0]

    return pick(0)


def holds_list(owner: Compound) -> bool:
    return any(is_list(item) or isinstance(item, Compound) and item.kind == "tuple" and holds_list(item) for item in owner.items)


def part(frame: Frame, owner: Compound, pattern: Sequence[str], operands: Sequence[Value]) -> Value:
    """owner[...]: an item, or a slice of a list of the run."""
    if owner.kind != "grown":
        return indexed(frame, owner, operands[0])
    return item(frame, owner, operands[0]) if pattern[0] == "i" else sliced(frame, owner, operands)


@handles("delitem")
def _delitem(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    """del xs[i]"""
    from .list_methods import delete_slice, list_method
    from .structs import index_object, own_method, special

    owner = values[0]
    if own_method(owner, "__delitem__") is not None:
        special(frame, owner, "__delitem__", index_object(frame, node.attrs["pattern"], values[1:]))
        return ()
    if class_of(owner) is not None:
        from .run_dicts import delete as delete_item

        delete_item(frame, owner, written_key(frame, node.attrs["pattern"], values[1:]))  # type: ignore[arg-type]
        return ()
    if is_dict(owner):
        delete(frame, owner, node.attrs["pattern"], values[1:])
        return ()
    pattern = tuple(node.attrs["pattern"])
    if not is_list(owner) or len(pattern) != 1:
        frame.fail("DL004", "deleting items is for lists and dicts", "make a new one without them")
    assert isinstance(owner, Compound)
    if pattern == ("i",):
        list_method(frame, owner, "pop", [values[1]])
    else:
        delete_slice(frame, owner, values[1:] or (NONE,) * 3)
    return ()


def beside_lists(frame: Frame, iterable: Value) -> Value:
    """What is walked in step with something of a length that is not known: its tuples as lists of the run."""
    if isinstance(iterable, Compound) and iterable.kind in ("zip", "enumerate", "reversed", "map"):
        first = iterable.items[:1] if iterable.kind == "enumerate" else iterable.items
        return iterable.over((*(beside_lists(frame, one) for one in first), *iterable.items[len(first) :]))
    if not isinstance(iterable, Compound) or not iterable.is_sequence:
        return iterable
    try:
        element = joined_items(form(iterable))  # type: ignore[arg-type]
    except (TypeError, Widen):
        frame.fail("DL011", "items of several types are walked beside something whose length is not known", "walk both by index")
    made = new_list(frame, frozenset({(frame.signature, frame.at, "beside")}), element, "items")
    for value in iterable.items:
        push(frame, made, value)
    return made


def copied(frame: Frame, owner: Compound, hint: str = "items") -> Compound:
    """A list of the run with the same items, converted where the copy holds others too."""
    site = (frame.signature, frame.at)
    known = frame.inference.lists.elements.get(site)
    if known is None or same(known, owner.info):
        frame.inference.lists.elements[site] = owner.info
        shared_items(frame, owner.info)
        stacks = tuple(frame.emit("copy", stack, hint=hint) for stack in owner.items)
        return Compound("grown", stacks, owner.info, Origin(frozenset({site})))
    from .control import counted

    made = result_list(frame, owner.info, hint)

    def turn(k: Value, carried: Sequence[Value]) -> list[Value]:
        push(frame, made, item(frame, owner, k))
        return []

    counted(frame, [const(0), count(frame, owner), const(1)], turn, [], ["k"])
    return made


def sliced(frame: Frame, owner: Compound, bounds: Sequence[Value]) -> Compound:
    """owner[start:stop:step]: a new list."""
    from .control import counted
    from .values import is_none

    made = result_list(frame, owner.info)
    given = [None if is_none(b) else _index(frame, b) for b in (bounds or (NONE,) * 3)]
    step = const(1) if given[2] is None else given[2]
    if isinstance(step, Const):
        size, up = count(frame, owner), step.value > 0
        lowest, highest = (const(0), size) if up else (const(-1), frame.emit("sub", size, const(1)))
        ends = [_clipped(frame, end, size, lowest, highest) for end in given[:2]]
        start, stop = ends[0] or (lowest if up else highest), ends[1] or (highest if up else lowest)
    else:
        from .list_methods import slice_bounds

        start, stop = map(frame.atom, slice_bounds(frame, owner, bounds)[:2])

    def turn(k: Value, carried: Sequence[Value]) -> list[Value]:
        push(frame, made, item(frame, owner, k))
        return []

    counted(frame, [start, stop, step], turn, [], ["k"])
    return made


def _clipped(frame: Frame, end: Atom | None, size: Atom, lowest: Atom, highest: Atom) -> Atom | None:
    """One end of a slice, as Python clips it."""
    if end is None or (isinstance(end, Const) and end.value == 0 and isinstance(lowest, Const) and lowest.value == 0):
        return end
    if isinstance(end, Const):
        at = end if end.value >= 0 else frame.emit("add", size, end)
    else:
        at = frame.emit("where", frame.emit("less", end, const(0)), frame.emit("add", end, size), end, flavor="python")
    return frame.emit("minimum", frame.emit("maximum", at, lowest, flavor="python"), highest, flavor="python")


__all__ = [
    "append", "become", "beside_lists", "changing", "copied", "count", "fits", "has_leaves", "indexed", "is_grown", "is_list",
    "is_straight", "item", "new_list", "on_run", "part", "pop_last", "push", "put", "refill", "result_list", "sliced",
]  # fmt: skip
