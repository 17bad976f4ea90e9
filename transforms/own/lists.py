"""Lists that grow, turned into values: a push, a pop or an item replaced makes a new version of the list.

A list of arrays (or of lists) *holds* them: they stay what they are, under other names too. Writing into such an array changes
what the list holds. If it was read from the list as an item, and the list has not changed since, the list gets the new
value at that place (its *slot*); otherwise the list cannot be read any more, and neither can other names of what it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from difflang.hints import shown
from difflang.ir import Atom, Const, Node, Var, const
from difflang.records import dataclass
from difflang.types import Stack, Type

from .frame import Frame, Summary, is_reference
from .references import REFERENCES, Base, Choice, Ref, Reference


@dataclass(frozen=True)
class Slot:
    """Where an array was read from: item `index` of a list that had this version then."""

    holder: Base
    index: Atom
    version: Atom


def push(frame: Frame, node: Node) -> None:
    """xs.append(value)."""
    target, given = frame.get(node.args[0]), frame.get(node.args[1])
    assert isinstance(target, REFERENCES)
    value = frame.derive(given) if isinstance(given, REFERENCES) else given
    change(frame, target, lambda now: frame.emit("push", now, value, type=now.type, hint=_hint(target)))
    if isinstance(given, REFERENCES):
        hold(frame, target, given)


def pop(frame: Frame, node: Node) -> None:
    """value = xs.pop()."""
    target, out = frame.get(node.args[0]), node.out
    assert isinstance(target, REFERENCES)
    attrs = dict(node.attrs)
    if isinstance(target, Choice):
        top = frame.emit("item", frame.derive(target), const(-1), type=out.type, hint=out.hint)
    else:
        top = Var(out.hint, out.type)

    def shorter(now: Atom) -> Atom:
        rest = Var(_hint(target), now.type)
        taken = top if isinstance(top, Var) and not isinstance(target, Choice) else Var(out.hint, out.type)
        frame.builder.node("pop", (now,), (rest, taken), **attrs)
        return rest

    change(frame, target, shorter)
    if not is_reference(out.type):
        frame.env[out] = top
        return
    made = frame.new_base(out.hint, out.type, top)
    frame.env[out] = made
    for holder in target.bases():
        frame.tangle(made.base, [held for held in frame.holds.get(holder, ()) if depth(held.type) == depth(out.type)])
        if holder in frame.repeated:
            frame.holds.setdefault(holder, set()).add(made.base)
        else:
            frame.apart.setdefault(made.base, set()).add(holder)


def item(frame: Frame, node: Node, target: Reference) -> None:
    """value = xs[i]."""
    out, index = node.out, frame.read(node.args[1])
    value = frame.emit("item", frame.derive(target), index, type=out.type, hint=out.hint)
    if not is_reference(out.type):
        frame.env[out] = value
        return
    made = frame.new_base(out.hint, out.type, value)
    frame.env[out] = made
    for holder in target.bases():
        frame.holds.setdefault(holder, set()).add(made.base)
    if isinstance(target, Ref) and not target.steps:
        frame.state.slots[made.base] = Slot(target.base, index, frame.state.versions[target.base])


def set_item(frame: Frame, node: Node, target: Reference) -> None:
    """xs[i] = value, or xs[:] = values."""
    given = frame.get(node.args[1])
    value = frame.derive(given) if isinstance(given, REFERENCES) else given
    if tuple(node.attrs["pattern"]) == (":",):
        change(frame, target, lambda now: value)
        if isinstance(given, REFERENCES):
            for holder in target.bases():
                for source in given.bases():
                    frame.holds.setdefault(holder, set()).update(frame.holds.get(source, ()))
        return
    index = frame.read(node.args[2])
    if isinstance(given, Ref) and not given.steps and isinstance(target, Ref) and not target.steps:
        slot = frame.state.slots.get(given.base)
        if slot is not None and (slot.holder, slot.index, slot.version) == (target.base, index, frame.state.versions[target.base]):
            return  # `xs[i] += v` on an array: written already, through the array
    change(frame, target, lambda now: frame.emit("set_item", now, value, index, type=now.type, hint=_hint(target)))
    if isinstance(given, REFERENCES):
        hold(frame, target, given)


def change(frame: Frame, target: Reference, changed: Callable[[Atom], Atom]) -> None:
    """The list has a new version."""
    if isinstance(target, Choice):
        from .choice import each_way

        each_way(frame, target, lambda one: change(frame, one, changed))
        return
    frame.write_back(target, changed(frame.derive(target)))


def hold(frame: Frame, target: Reference, given: Reference) -> None:
    """Note that the list holds this array now."""
    for holder in target.bases():
        held = frame.holds.setdefault(holder, set())
        if held & _closure(frame, given.bases()):
            frame.repeated.add(holder)
        held |= given.bases()
        for base in given.bases():
            frame.apart.get(base, set()).discard(holder)


def _closure(frame: Frame, bases: Iterable[Base]) -> set[Base]:
    """All that these arrays may be."""
    found: set[Base] = set()
    waiting = list(bases)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [*frame.tangles.get(one, ()), *frame.lineage.get(one, ())]
    return found


def written(frame: Frame, base: Base, version: Atom) -> None:
    """An array (or inner list) was written: the lists that hold it have changed."""
    near = {base, *frame.tangles.get(base, ())}
    slot = frame.state.slots.get(base)
    for holder, held in list(frame.holds.items()):
        if holder is base or holder not in frame.state.versions or not held & near or holder in frame.apart.get(base, ()):
            continue
        for other, theirs in frame.holds.items():  # a list that has got some of the same arrays
            if other is not holder and other in frame.state.versions and theirs & held and not theirs & near:
                _spoil(frame, other)
        through = slot is not None and slot.holder is holder and slot.version is frame.state.versions[holder]
        if not through or holder in frame.repeated or slot is None:
            _spoil(frame, holder)
            continue
        after = frame.emit("set_item", slot.version, version, slot.index, type=holder.type, hint=holder.hint)
        frame.contents.add(holder)
        frame.write(holder, after)
        frame.state.slots[base] = Slot(holder, slot.index, after)
        _others(frame, base, holder, slot, after)


def _others(frame: Frame, base: Base, holder: Base, slot: Slot, after: Atom) -> None:
    """What else the list holds may be the array that was written, unless it certainly lies at another place."""
    for other in frame.holds[holder]:
        if other is base or other not in frame.state.versions:
            continue
        place = frame.state.slots.get(other)
        if place is not None and place.version is slot.version and _apart(place.index, slot.index):
            frame.state.slots[other] = Slot(holder, place.index, after)
        else:
            _spoil(frame, other)


def _apart(one: Atom, other: Atom) -> bool:
    """Whether two indices certainly name different items."""
    return isinstance(one, Const) and isinstance(other, Const) and one.value != other.value and (one.value < 0) == (other.value < 0)


def _spoil(frame: Frame, base: Base) -> None:
    if base.param is not None:
        name = repr(shown(base.hint))
        frame.unclear(base, f"this writes an array that the argument {name} may hold", "write into a copy")
    frame.state.stale.setdefault(base, frame.builder.place)


def content_written(frame: Frame, target: Reference) -> None:
    """A callee may have written into what the list holds."""
    for holder in target.bases():
        frame.contents.add(holder)
        for held in frame.holds.get(holder, ()):
            if held in frame.state.versions:
                _spoil(frame, held)


def relate(frame: Frame, one: Base, others: Iterable[Base]) -> None:
    """Note that values of a call may share memory: a list with what it holds, an array with an array."""
    for other in others:
        if depth(one.type) == depth(other.type):
            frame.tangle(one, [other])
            if other in frame.holds:
                frame.holds.setdefault(one, set()).update(frame.holds[other])
        else:
            holder, held = (one, other) if depth(one.type) > depth(other.type) else (other, one)
            frame.holds.setdefault(holder, set()).add(held)


def shares_items(frame: Frame, k: int, refs: Sequence[object], summary: Summary) -> bool:
    """Whether a callee may reach by one argument what it writes by another, the k-th: an array and a list that holds it."""
    written = refs[k]
    assert isinstance(written, REFERENCES)
    for j, other in enumerate(refs):
        if j == k or not isinstance(other, REFERENCES):
            continue
        mine = set().union(*(frame.holds.get(base, set()) for base in written.bases())) if k in summary.contents else set()
        theirs = set().union(*(frame.holds.get(base, set()) for base in other.bases()))
        if mine & frame.partners(other) or theirs & frame.partners(written):
            return True
    return False


def around(frame: Frame, value: Reference) -> set[Base]:
    """The arrays and lists that a result may share memory with."""
    near = frame.partners(value)
    near |= set().union(*(frame.holds.get(base, set()) for base in near))
    return near | {holder for holder, held in frame.holds.items() if held & near}


def puts(frame: Frame) -> frozenset[tuple[int, int]]:
    """Which parameters a function puts into which lists that it was given."""
    found = set()
    for holder, held in frame.holds.items():
        if holder.param is not None:
            inside = _closure(frame, held)
            found |= {(holder.param, base.param) for base in inside if base.param is not None and base is not holder}
    return frozenset(found)


def depth(type: Type) -> int:
    """How deep a list is nested."""
    return 1 + depth(type.element) if isinstance(type, Stack) else 0


def _hint(target: Reference) -> str:
    return target.base.hint if isinstance(target, Ref) else _hint(target.one)


__all__ = [
    "Slot", "around", "change", "content_written", "depth", "hold", "item", "pop", "push", "puts", "relate", "set_item", "shares_items",
    "written",
]  # fmt: skip
