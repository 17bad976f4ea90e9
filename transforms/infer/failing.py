"""An `attempt`: what may fail inside a `try`. Its first result is the number of the handler that an error goes to, 0 for none.

Its nodes are interpreted as they stand; where one of them may raise an error that is caught, they are written again (`tried.py`).
What an error says is known where it was told as a text; of one of several it is a choice by the number of its site.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from types import FunctionType
from typing import Any

from difflang.errors import OutsideLanguage
from difflang.ir import UNDEF, Atom, Const, Node, Program, const, walk

from .branches import branch
from .choices import is_choice, of_each
from .error_fields import kept_argument
from .frame import Frame, handles
from .objects import State, changed, outside, restore, saved
from .tried import DETAILS, SITES, ZERO, Tried
from .values import Compound, Form, Value, conform, denote, form, leaves, rebuild

AGAIN = "again"
"""The kind of a check that raises an error anew of which the words are not known."""


@handles("attempt")
def _attempt(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    handlers, start, before = node.attrs["handlers"], len(frame.builder.nodes), saved()
    results, kept = _interpreted(frame, node)
    tried = Tried(frame.inference, frame.builder, handlers, bool(node.attrs.get("told")))
    if not any(map(tried.may_fail, frame.builder.nodes[start:])):
        return (ZERO, UNDEF, *results)
    if _lists_changed(before):
        del frame.builder.nodes[start:]
        restore(before)
        with frame.nested() as aside:
            frame.around[aside] = frame.builder
            results, kept = _interpreted(frame, node)
        nodes = aside.nodes
    else:
        nodes = frame.builder.nodes[start:]
        del frame.builder.nodes[start:]
    return _caught(frame, tried, nodes, results, before, kept)


def _interpreted(frame: Frame, node: Node) -> tuple[list[Value], str | None]:
    """The values, and the attribute that the last node sets where nothing before it changed an object: after an error it is as it was."""
    region, before = node.regions[0], saved()
    frame.attempts += 1
    try:
        for inner in region.nodes[:-1]:
            frame.node(inner)
        alone = not changed(before, saved())
        for last in region.nodes[-1:]:
            frame.node(last)
            steps = last.op == "invoke" and isinstance(last.args[0], Const) and last.args[0].value is next
            if alone and (steps or last.op == "setattr"):
                return [frame.get(atom) for atom in region.yields], "at" if steps else str(last.attrs["name"])
    finally:
        frame.attempts -= 1
    return [frame.get(atom) for atom in region.yields], None


def _lists_changed(before: State) -> bool:
    """Whether a list that is known while compiling has other items now."""
    return any(not cell.carried and cell.fields != fields for cell, (fields, _) in before.items())


def _caught(
    frame: Frame, tried: Tried, nodes: Sequence[Node], results: Sequence[Value], before: State, kept: str | None
) -> Sequence[Value]:
    """The nodes written again, and what is known after them."""
    after = saved()
    fields = changed(before, after)
    late = [cell.fields[name] for cell, name in fields]
    forms: list[Form] = [outside(value, before) for value in (*results, *late)]  # objects made here by their fields
    atoms: list[Atom] = []
    for value, shape in zip((*results, *late), forms, strict=True):
        atoms += leaves(conform(frame.builder, value, shape), shape)
    old: list[Atom] = [UNDEF] * sum(1 for value, shape in zip(results, forms, strict=False) for _ in leaves(value, shape))
    for (cell, name), shape in zip(fields, forms[len(results) :], strict=True):
        was = before[cell][0]
        fits = len(fields) == 1 and name == kept and name in was and form(was[name]) == shape
        old += leaves(was[name], shape) if fits else _kept(frame, was, name, shape)
    found = tried.block(nodes, lambda: atoms, old)
    code, following = found[0], iter(found[len(tried.none) :])
    numbers = [*found[1 : len(tried.none)], *[ZERO] * (1 + DETAILS - len(tried.none))]
    rebuilt = [rebuild(shape, following) for shape in forms]
    for (cell, name), value in zip(fields, rebuilt[len(results) :], strict=True):
        cell.fields[name] = value
    number = frame.emit("floordiv", code, const(SITES))
    sites = frozenset(tried.sites) if tried.sites is not None else None
    return (number, Compound("caught", (code, *numbers), sites), *rebuilt[: len(results)])


def _kept(frame: Frame, fields: dict[Any, Any], name: Any, shape: Form) -> list[Atom]:
    """A field as it was before the statement: what it holds after an error."""
    if name not in fields:
        return [UNDEF] * sum(1 for _ in leaves(rebuild(shape, iter(())), shape))
    frame.fail(
        "DL040",
        f"this changes {name!r} of an object and may raise an error that is caught: what the object holds then is not known",
        "compute first, and change the object in a statement of its own; or return the new value",
        OutsideLanguage,
    )


@handles("received")
def _received(frame: Frame, node: Node, values: list[Value]) -> Sequence[Value]:
    """An error that one handler has got: of its sites, those that go there."""

    def kept(error: Value) -> Value:
        if not isinstance(error, Compound) or error.kind != "caught" or error.info is None:
            return error
        classes, before = node.attrs["classes"], node.attrs["before"]
        raised = {site: frame.inference.variants.told(site)[0] for site in error.info}
        mine = (site for site, cls in raised.items() if issubclass(cls, classes) and not issubclass(cls, before))
        return Compound("caught", error.items, frozenset(mine))

    return (of_each(frame, values[0], kept) if is_choice(values[0]) else kept(values[0]),)


def words(frame: Frame, error: Compound, whole: bool = False) -> Value:
    """What an error that was caught says: str(error); `whole`: what it was given, error.args[0]."""
    code, *numbers = error.items
    if error.info is None:
        frame.fail("DL040", "what the error of a function that calls itself says is not known here", "use a fixed text", OutsideLanguage)
    sites = sorted(error.info)
    site = frame.emit("mod", code, const(SITES))

    def choose(left: Sequence[int]) -> Value:
        cls, message = frame.inference.variants.told(left[0])
        check_plain(frame, cls)
        if message is None:
            reason = f"what this {cls.__name__} says is made where it is raised, in a function that is called or by NumPy"
            frame.fail("DL040", reason, "use a fixed text, or return the values that it tells", OutsideLanguage)
        quoted = issubclass(cls, KeyError) and not whole
        text = _said(numbers, message) if isinstance(message, tuple) else denote(repr(message) if quoted else message)
        if len(left) == 1:
            return text
        return branch(frame, frame.emit("equal", site, const(left[0])), [lambda: [text], lambda: [choose(left[1:])]], ["text"])[0]

    return choose(sites) if sites else UNDEF  # nothing raises what the handler waits for


def of_class(frame: Frame, error: Compound, act: Callable[[type[BaseException]], Value]) -> Value:
    """What is asked of an error's class: where it is one of several, by the path taken, of each."""
    if error.kind == "exception":
        return act(error.info[0])
    if error.info is None:
        frame.fail("DL040", "the class of the error of a function that calls itself is not known here", "catch one class", OutsideLanguage)
    sites: dict[type[BaseException], list[int]] = {}
    for k in sorted(error.info):
        sites.setdefault(frame.inference.variants.told(k)[0], []).append(k)
    site = frame.emit("mod", error.items[0], const(SITES))

    def choose(left: Sequence[type[BaseException]]) -> Value:
        if len(left) == 1:
            return act(left[0])
        first, *more = (frame.emit("equal", site, const(k)) for k in sites[left[0]])
        this = reduce(lambda a, b: frame.emit("logical_or", a, b), more, first)
        return branch(frame, this, [lambda: [act(left[0])], lambda: [choose(left[1:])]], ["kind"])[0]

    return choose(list(sites)) if sites else UNDEF


def shown(frame: Frame, error: Compound) -> Value:
    """repr(error)."""
    from .texts import formatted, joined

    if error.kind == "exception":
        check_plain(frame, error.info[0])
        said = [formatted(frame, item, "r", "") for item in error.items]
        between = [piece for item in said for piece in (denote(", "), item)][1:]
        return joined([denote(f"{error.info[0].__name__}("), *between, denote(")")])
    given = words(frame, error, whole=True)
    name = of_class(frame, error, lambda cls: denote(cls.__name__))
    return joined([name, denote("("), formatted(frame, given, "r", ""), denote(")")])


def check_plain(frame: Frame, cls: type[BaseException]) -> None:
    """An error says what it is given, unless its class says otherwise."""
    if isinstance(cls.__init__, FunctionType) or isinstance(cls.__str__, FunctionType):
        reason = f"{cls.__name__} has an __init__ or a __str__ of its own: what it says is not known here"
        frame.fail("DL040", reason, "use a class without them, or return the values that the error shall tell", OutsideLanguage)


def of_error(frame: Frame, error: Compound, name: str) -> Value:
    """error.name: what it was made of, where it was raised in the same function."""
    if name == "__class__":
        return of_class(frame, error, denote)
    if name == "args" and error.kind == "caught":
        return Compound("tuple", (words(frame, error, whole=True),))
    if name == "args" and error.kind == "exception" and not error.info[1] and not isinstance(error.info[0].__init__, FunctionType):
        return Compound("tuple", error.items)
    if error.kind == "exception":
        cls, keywords = error.info
        first = len(error.items) - len(keywords)
        kept = kept_argument(cls, name, error.items[:first], dict(zip(keywords, error.items[first:], strict=True)))
        if kept is not None:
            return kept
    way_out = "return the values that the error shall tell"
    frame.fail("DL040", f"{name!r} of an error is outside the language here", way_out, OutsideLanguage)


def raised_again(frame: Frame, error: Compound) -> None:
    """`raise`, of an error that was caught: one check for each site."""
    code, *numbers = error.items
    if error.info is None:
        frame.fail("DL040", "which error this is is not known here", "name the error: raise ValueError(message)", OutsideLanguage)
    from .texts import listed, told

    site = frame.emit("mod", code, const(SITES))
    for k in sorted(error.info):
        cls, message = frame.inference.variants.told(k)
        fine = frame.emit("not_equal", site, const(k))
        if isinstance(message, tuple):
            details, source = listed(frame, [_said(numbers, message)], {})
            frame.emit("check", fine, *details, error=cls, message="", told=told(source), kind="raise")
        else:
            frame.emit("check", fine, error=cls, message=message or "", kind="raise" if message is not None else AGAIN)


def _said(numbers: Sequence[Value], pieces: Sequence[str | int]) -> Value:
    """A text with numbers of the run."""
    from .texts import text_of

    return text_of(numbers, [("text", p) if isinstance(p, str) else ("value", (p,), "", "") for p in pieces if p != ""])


def check_told(program: Program) -> None:
    """An error that leaves the program must say what it said where it was raised first."""
    for function in program.functions.values():
        for node in walk(function.body):
            if node.op == "check" and node.attrs["kind"] == AGAIN:
                name = node.attrs["error"].__name__
                reason = f"what this {name} says is made where it is raised, in a function that is called or by NumPy"
                raise OutsideLanguage("DL040", reason, node.place, f"name the error: raise {name}(message)", function.origin)


__all__ = ["check_plain", "check_told", "of_class", "of_error", "raised_again", "shown", "words"]
