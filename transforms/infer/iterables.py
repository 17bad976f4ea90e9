"""What can be iterated: ranges, arrays, tuples, and zip, enumerate and reversed of them.

An iterable is a length and a way to get its k-th item. Where the length is that of a tuple, the loop is unrolled.
"""

from __future__ import annotations

from collections.abc import Sequence

from difflang.errors import ValueMismatch
from difflang.ir import NONE, Const, Var, const
from difflang.types import MANY, ONE, Array, Unknown

from .control import Turn, as_index, counted, repeated, unrolled
from .frame import Frame
from . import generators
from .generators import eager, is_generator
from .grown import fixed_lists, lists_in
from .items import getitem
from .lists import beside_lists, on_run
from .objects import restore, saved
from .operators import binary
from .dicts import class_of, dict_keys, is_dict
from .spoken import Called, index_name, inside, parts
from .structs import own_method, special
from .values import Compound, Value, is_undefined, known, python_value


CONTAINER_LISTS = ("keys_", "values_", "items_")
"""At the end of the sites of lists in dicts and deques of the run (`run_dicts.py`)."""


def range_of(frame: Frame, args: Sequence[Value]) -> Compound:
    """range(stop), range(start, stop), range(start, stop, step)."""
    if not 1 <= len(args) <= 3:
        frame.fail("DL017", f"range() takes one to three arguments, not {len(args)}")
    atoms = [as_index(frame, value, "range()") for value in args]
    if len(atoms) == 1:
        return Compound("range", (const(0), atoms[0], const(1)))
    step = atoms[2] if len(atoms) == 3 else const(1)
    if isinstance(step, Const) and step.value == 0:
        frame.fail("DL024", "range() arg 3 must not be zero")
    return Compound("range", (atoms[0], atoms[1], step))


def length(frame: Frame, value: Value) -> Value:
    """len(value): a constant where it is known."""
    if isinstance(value, Compound):
        return _compound_length(frame, value)
    if is_undefined(value):
        return value
    if isinstance(value, Const) and not isinstance(value.type, Array):
        with frame.fitting():
            return const(len(value.value))
    if isinstance(value.type, Array) and not value.type.rank:
        frame.fail("DL024", "len() of unsized object")
    if not isinstance(value.type, (Array, Unknown)):
        frame.fail("DL024", f"{value.type} has no length")
    if isinstance(value.type, Array) and value.type.dims[0] == ONE:
        return const(1)
    return frame.emit("dim", value, axis=0)


def _compound_length(frame: Frame, value: Compound) -> Value:
    if class_of(value) is not None:
        from .run_dicts import size

        return size(frame, value)
    found = special(frame, value, "__len__")
    if found is not None:
        return found
    if is_dict(value):
        return const(len(value.info.fields))
    if value.is_sequence:
        return const(len(value.items))
    if value.kind == "grown":
        return frame.emit("count", value.items[0])
    if value.kind == "range":
        return _range_length(frame, value)
    if value.kind in ("enumerate", "reversed"):
        return length(frame, value.items[0])
    if value.kind == "ndindex":
        return _product(frame, value.items)
    if value.kind in ("zip", "map"):
        walked = value.items if value.kind == "zip" else value.items[1:]
        return _shortest(frame, [length(frame, part) for part in walked if not is_endless(part)])
    if value.kind == "repeat" and len(value.items) == 2:
        return frame.emit("maximum", frame.atom(value.items[1]), const(0), flavor="python")
    if value.kind == "pairwise":
        return frame.emit("maximum", binary(frame, "sub", length(frame, value.items[0]), const(1)), const(0), flavor="python")
    if value.kind == "chain":
        total: Value = const(0)
        for part in value.items:
            total = binary(frame, "add", total, length(frame, part))
        return total
    if is_endless(value) or value.kind == "generator":
        frame.fail("DL005", f"the number of items of a {value.kind} is not known here", "write the loop out")
    frame.fail("DL024", f"a {value} has no length")


def is_endless(value: Value) -> bool:
    return isinstance(value, Compound) and (value.kind == "count" or (value.kind == "repeat" and len(value.items) == 1))


def _range_length(frame: Frame, value: Compound) -> Value:
    if known(value):
        return const(len(python_value(value)))
    start, stop, step = value.items
    if isinstance(step, Const) and step.value == 1:
        count = binary(frame, "sub", stop, start)
    else:  # rounds up, whatever the signs
        count = frame.emit("neg", binary(frame, "floordiv", binary(frame, "sub", start, stop), step))
    return frame.emit("maximum", count, const(0), flavor="python")


def _shortest(frame: Frame, lengths: Sequence[Value]) -> Value:
    if not lengths:
        return const(0)
    shortest = lengths[0]
    for one in lengths[1:]:
        if isinstance(one, Const) and isinstance(shortest, Const):
            shortest = const(min(one.value, shortest.value))
        elif one is not shortest:
            shortest = frame.emit("minimum", shortest, one, flavor="python")
    return shortest


def item(frame: Frame, value: Value, k: Value, called: Called = "t") -> Value:
    """The k-th item, 0 <= k < len, under the names that the text has for it."""
    value = as_iterable(frame, value)
    if isinstance(value, Compound) and value.kind == "range":
        start, _, step = value.items
        return binary(frame, "add", start, binary(frame, "mul", k, step))
    if isinstance(value, Compound) and value.kind == "zip":
        names = parts(called, value.items)
        return Compound("tuple", tuple(item(frame, part, k, name) for part, name in zip(value.items, names, strict=True)))
    if isinstance(value, Compound) and value.kind == "ndindex":
        return _index_of(frame, value.items, k)
    if isinstance(value, Compound) and value.kind == "enumerate":
        inner, start = value.items
        return Compound("tuple", (binary(frame, "add", start, k), item(frame, inner, k, parts(called, value.items)[1])))
    if isinstance(value, Compound) and value.kind == "reversed":
        (inner,) = value.items
        last = binary(frame, "sub", length(frame, inner), const(1))
        return item(frame, inner, binary(frame, "sub", last, k), called)
    if isinstance(value, Compound) and value.kind == "map":
        from .calls import call

        return call(frame, value.items[0], [item(frame, part, k) for part in value.items[1:]], {})
    if isinstance(value, Compound) and value.kind == "count":
        return binary(frame, "add", value.items[0], binary(frame, "mul", k, value.items[1]))
    if isinstance(value, Compound) and value.kind == "repeat":
        repeated_value: Value = value.items[0]
        return repeated_value
    if isinstance(value, Compound) and value.kind == "pairwise":
        first, second = parts(called, "ab")
        one = item(frame, value.items[0], k, first)
        return Compound("tuple", (one, item(frame, value.items[0], binary(frame, "add", k, const(1)), second)))
    return getitem(frame, value, ("i",), [k], called if isinstance(called, str) and called.strip("_") else "t")


def _product(frame: Frame, sizes: Sequence[Value]) -> Value:
    total: Value = const(1)
    for size in sizes:
        total = binary(frame, "mul", total, size)
    return total


def _index_of(frame: Frame, sizes: Sequence[Value], k: Value) -> Compound:
    """The k-th index, row by row."""
    found: list[Value] = []
    for size in reversed(sizes[1:]):
        found.insert(0, binary(frame, "mod", k, size))
        k = binary(frame, "floordiv", k, size)
    return Compound("tuple", (k, *found)[: len(sizes)])


def has_tuple(value: Value) -> bool:
    """Whether an iteration ends with a tuple's last item: its items differ in kind, so the loop is unrolled."""
    if is_dict(value):
        return True
    if isinstance(value, Compound) and value.kind in ("map", "count", "repeat", "generator"):
        return any(map(has_tuple, value.items[1:])) if value.kind == "map" else False
    if isinstance(value, Compound) and value.kind == "chain":
        return all(map(has_tuple, value.items))
    if isinstance(value, Compound):
        return value.is_sequence or (value.kind != "ndindex" and any(map(has_tuple, value.items)))
    return False


def as_iterable(frame: Frame, value: Value) -> Value:
    """What is walked when a value is: the keys of a dict, what __iter__ gives."""
    if is_dict(value):
        return dict_keys(frame, value)
    if class_of(value) is not None:
        from .containers import walked

        return walked(frame, value)  # type: ignore[arg-type]
    found = special(frame, value, "__iter__")
    if found is not None and own_method(found, "__next__") is not None:
        from .stepping import by_next

        return by_next(frame, found)
    return value if found is None else as_iterable(frame, found)


def check_iterable(frame: Frame, value: Value) -> None:
    value = as_iterable(frame, value)
    if is_generator(value):
        return
    kinds = ("tuple", "list", "range", "zip", "enumerate", "reversed", "grown", "ndindex")
    if isinstance(value, Compound):
        if value.kind in ("map", "chain", "pairwise", "count", "repeat"):
            return  # looked at when they were made
        if value.kind not in kinds:
            frame.fail("DL024", f"a {value} cannot be iterated")
        if value.kind in kinds[3:6]:
            for part in value.items[:1] if value.kind == "enumerate" else value.items:
                check_iterable(frame, part)
    elif isinstance(value.type, Array) and not value.type.rank:
        frame.fail("DL024", "iteration over a 0-d array")
    elif not isinstance(value.type, (Array, Unknown)) and not is_undefined(value) and not _walkable(value):
        frame.fail("DL024", f"{value.type} cannot be iterated")


def _walkable(value: Value) -> bool:
    return known(value) and hasattr(python_value(value), "__getitem__") and hasattr(python_value(value), "__len__")


def _is_called(value: Value) -> bool:
    """Whether a function is called for each item, in the turn that it is for."""
    return isinstance(value, Compound) and (value.kind == "map" or value.kind in ("zip", "enumerate") and any(map(_is_called, value.items)))


def _item_by_item(
    frame: Frame, iterable: Value, count: int, turn: Turn, init: Sequence[Value], hints: Sequence[str], exits: bool
) -> list[Value]:
    """A turn for each item of what is known while compiling."""
    walked = [(one, one.items) for one in fixed_lists(iterable)]
    if _is_called(iterable):

        def asked(k: Value, carried: Sequence[Value]) -> list[Value]:
            return turn(item(frame, iterable, k), carried)

        done = unrolled(frame, [const(k) for k in range(count)], asked, init, hints, exits)
    else:
        items = [item(frame, iterable, const(k)) for k in range(count)]
        done = unrolled(frame, items, turn, init, hints, exits)
    for one, before in walked:
        if one.items is not before:
            on_run(frame, one)  # the loop changes the list it walks: Python asks for the length before each turn
    return done


def each(
    frame: Frame, iterable: Value, turn: Turn, init: Sequence[Value], hints: Sequence[str], exits: bool, called: Called = "t"
) -> list[Value]:
    """`for called in iterable`."""
    iterable = as_iterable(frame, iterable)
    done = _each_of_its_kind(frame, iterable, turn, init, hints, exits) if isinstance(iterable, Compound) else None
    if done is not None:
        return done
    check_iterable(frame, iterable)
    if is_endless(iterable) and not exits:
        frame.fail("DL024", f"this walks itertools.{iterable.kind}() and never ends", "leave by break, or walk a range")  # type: ignore[union-attr]
    count = const(2**62) if is_endless(iterable) else length(frame, iterable)
    if is_undefined(count):  # of a call of the function that is being read: what it gives is not known yet
        return unrolled(frame, [], turn, init, hints[1:], exits)
    if has_tuple(iterable) or (isinstance(iterable, Const) and isinstance(count, Const)):
        if not isinstance(count, Const):
            return each(frame, beside_lists(frame, iterable), turn, init, hints, exits, called)
        return _item_by_item(frame, iterable, count.value, turn, init, hints[1:], exits)

    index = index_name(frame, iterable, called)

    def indexed(k: Value, carried: Sequence[Value]) -> list[Value]:
        with inside(frame, index):
            return turn(item(frame, iterable, k, called), carried)

    bounds, names = [const(0), frame.atom(count), const(1)], [index, *hints[1:]]
    walked = lists_in(iterable)
    if not walked:
        return counted(frame, bounds, indexed, init, names, exits)
    with frame.inference.lists.watching(walked) as changed:
        nodes, state = len(frame.builder.nodes), saved()
        results = counted(frame, bounds, indexed, init, names, exits)
    if not changed:
        return results
    del frame.builder.nodes[nodes:]
    restore(state)
    kept = {str(site[-1]) for site in changed if site[-1] in CONTAINER_LISTS}
    if "items_" in kept:
        frame.fail("DL007", "this changes a deque while it is walked", "walk a copy: list(q)")
    return _each_while_there(frame, iterable, indexed, init, names, exits, bool(kept))


def _each_of_its_kind(
    frame: Frame, iterable: Compound, turn: Turn, init: Sequence[Value], hints: Sequence[str], exits: bool
) -> list[Value] | None:
    """A walk over what is not walked by index; None for all else."""
    if is_generator(iterable):
        return generators.walked(frame, iterable, turn, init, hints[1:], exits)
    if iterable.kind in ("enumerate", "zip") and any(map(is_generator, iterable.items)):
        return generators.in_step(frame, iterable, turn, init, hints[1:], exits)
    check_iterable(frame, iterable)
    if iterable.kind == "range":
        return counted(frame, iterable.items, turn, init, hints, exits)
    if iterable.kind == "chain":
        return _each_of_several(frame, iterable.items, turn, list(init), hints, exits)
    inner = iterable.items[0] if iterable.kind == "reversed" else None
    if isinstance(inner, Compound) and inner.kind == "range":
        return counted(frame, inner.items, turn, init, hints, exits, reverse=True)
    return None


def _each_while_there(
    frame: Frame, iterable: Value, indexed: Turn, init: Sequence[Value], hints: Sequence[str], exits: bool, dicts: bool
) -> list[Value]:
    """A walk over a list that the loop itself changes: Python asks for the length before each turn. Dicts must keep theirs."""
    before = frame.atom(length(frame, iterable))

    def ask(carried: Sequence[Value]) -> Value:
        return binary(frame, "less", carried[0], length(frame, iterable))

    def turn(_: Value, carried: Sequence[Value]) -> list[Value]:
        done = indexed(carried[0], carried[1:])
        skip = 1 if exits else 0
        if dicts:
            kept = frame.truth(binary(frame, "equal", length(frame, iterable), before))
            kept = frame.emit("logical_or", frame.truth(done[0]), kept) if exits else kept
            frame.emit("check", kept, error=RuntimeError, message="dictionary changed size during iteration", kind="raise")
        return [*done[:skip], binary(frame, "add", carried[0], const(1)), *done[skip:]]

    return repeated(frame, turn, ask, [const(0), *init], hints, exits)[1:]


def _each_of_several(
    frame: Frame, parts: Sequence[Value], turn: Turn, carried: list[Value], hints: Sequence[str], exits: bool
) -> list[Value]:
    """`for item in itertools.chain(...)`: one loop after another."""
    if exits:
        frame.fail("DL001", "leaving a loop over itertools.chain is outside the language", "write the loops one by one")
    for part in parts:
        carried = each(frame, part, turn, carried, hints, exits)
    return carried


def unpacked_with_rest(frame: Frame, value: Value, count: int, star: int) -> Sequence[Value]:
    """`a, *rest, b = value`: the rest is a list."""
    if is_undefined(value):
        return (value,) * count
    value = eager(frame, as_iterable(frame, value))
    check_iterable(frame, value)
    size, last = length(frame, value), count - 1 - star
    if isinstance(size, Const):
        if size.value < count - 1:
            frame.fail("DL038", f"not enough values to unpack (expected at least {count - 1}, got {size.value})", kind=ValueMismatch)
        items = [item(frame, value, const(k)) for k in range(size.value)]
        return [*items[:star], Compound("list", tuple(items[star : size.value - last])), *items[size.value - last :]]
    enough = binary(frame, "greater_equal", size, const(count - 1))
    message = f"not enough values to unpack (expected at least {count - 1})"
    frame.emit("check", enough, error=ValueError, message=message, kind="raise")
    rest = getitem(frame, value, ("s",), [const(star), const(-last) if last else NONE, NONE])
    from .calls import call_object

    first = [item(frame, value, const(k)) for k in range(star)]
    ends = [getitem(frame, value, ("i",), [const(k - last)]) for k in range(last)]
    return [*first, call_object(frame, list, [rest], {}, "rest"), *ends]


def unpacked(frame: Frame, value: Value, count: int) -> Sequence[Value]:
    """`a, b = value`."""
    if is_undefined(value):
        return (value,) * count
    if isinstance(value, Compound) and value.kind == "shape":
        return [frame.emit("dim", value.items[0], axis=k) for k in range(count)]
    value = eager(frame, as_iterable(frame, value))
    check_iterable(frame, value)
    if not isinstance(value, Compound) and isinstance(value.type, Unknown):
        return [getitem(frame, value, ("i",), [const(k)]) for k in range(count)]
    size = length(frame, value)
    if isinstance(size, Const):
        if size.value != count:
            word = "too many" if size.value > count else "not enough"
            frame.fail("DL038", f"{word} values to unpack (expected {count}, got {size.value})", kind=ValueMismatch)
    else:
        enough, fits = (binary(frame, op, size, const(count)) for op in ("greater_equal", "less_equal"))
        if isinstance(value, Var) and isinstance(value.type, Array) and value.type.dims[0] == MANY and count == 1:
            frame.fail("DL038", "one value is expected here, the array never holds exactly one", kind=ValueMismatch)
        few = f"f'not enough values to unpack (expected {count}, got {{\x010\x01}})'"
        message = f"not enough values to unpack (expected {count})"
        frame.emit("check", enough, size, error=ValueError, message=message, kind="raise", told=few)
        frame.emit("check", fits, error=ValueError, message=f"too many values to unpack (expected {count})", kind="raise")
    return [item(frame, value, const(k)) for k in range(count)]
