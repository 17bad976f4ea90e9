"""Which lists grow while the program runs, found while it is interpreted.

A list that nothing changes, or that only straight code changes, is known while compiling: a `Compound` of kind "list", items and all.
One that a loop, a branch or a callee changes is a list of the run (kind "grown"): a stack for each leaf of its items, of
one element form. Which it is shows when the change is met, so `infer` begins again with what it learned (`Lists`), for each
place in the text that makes a list (its *site*) the form of its items so far, until nothing is new.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from difflang.errors import DifflangError, TypeMismatch
from difflang.records import dataclass, field
from difflang.types import UNDEFINED

from .objects import HEAP, Cell

if TYPE_CHECKING:
    from difflang.ir import Function

    from .values import Compound, Form

Site = Any
Sites = frozenset[Site]
MOST = 200
"""How often an interpretation begins again at most."""


DEEPEST = 16
"""How many values may stand in one another in an item of a list."""


@dataclass(frozen=True, eq=False)
class Origin:
    """Where a list may have been made. `home` is the builder that was writing then, where only straight code has handled it since."""

    sites: Sites = frozenset()
    home: Any = None
    straight: bool = False  # it must be known while compiling


OUTSIDE = Origin()
"""Of lists that stand in an argument or a default: what a call or an item makes of one is a list of its own."""

GIVEN = "given"
"""At the end of the sites of lists that the caller holds, see `callers.py`."""

CAPTURED = Origin()
"""Of lists that live outside of the program, and of those in them."""


class Widen(Exception):
    """The lists made at these sites hold values of this form too, and change while the program runs."""

    def __init__(self, sites: Sites, element: Form) -> None:
        super().__init__(sites, element)
        self.sites, self.element = sites, element


class Fixed(TypeMismatch):
    """A DL011 or DL006 that goes away if these lists are lists of the run."""

    remedy: Widen | Live | None = None


@dataclass(frozen=True)
class Live:
    """The dicts made at these places have keys that show while the program runs."""

    sites: Sites


@dataclass(eq=False)
class Lists:
    """What is known of the lists of a program: kept when the interpretation begins again."""

    elements: dict[Site, Form] = field(default_factory=dict)
    live: set[Site] = field(default_factory=set)  # dicts and sets of the run, by where they are made (`containers.py`)
    straight: dict[Site, str] = field(default_factory=dict)  # lists that must be known while compiling, and why
    news: bool = False
    changed: set[Site] = field(default_factory=set)  # lists of the run that were changed lately
    shared: set[Any] = field(default_factory=set)  # classes of which one object may stand in lists of the run more than once
    mutated: set[Any] = field(default_factory=set)  # classes of which objects change
    moved: set[Site] = field(default_factory=set)  # those of which items were replaced, taken out or moved
    pooled: frozenset[type] = frozenset()  # classes of which the objects are rows (`pools.py`)
    early: frozenset[type] = frozenset()  # those that are known elsewhere before their constructors end
    cells: list[Cell] = field(default_factory=list)  # the objects that the last interpretation met
    written: set[Site] = field(default_factory=set)  # their fields that change
    stage: int = 0
    first: DifflangError | None = None  # what was wrong before they were
    rounds: int = 0
    events: int = 0  # how often items changed their places

    def widen(self, sites: Sites, element: Form) -> None:
        """Note that these lists grow. Those whose items have no common form must be known while compiling."""
        from .values import join_forms

        known = [self.elements[site] for site in sites if site in self.elements]
        joined: Form = element
        try:
            for other in known:
                joined = join_forms(joined, other)
        except TypeError as error:
            for site in sites:
                self.straight[site] = str(error)
                self.elements.pop(site, None)
            self.news = True
            return
        for site in sites:
            if site not in self.elements or not _same(self.elements[site], joined):
                self.elements[site] = joined
                self.news = True
        if self.news:
            self.elements = {site: self.renewed(shape) for site, shape in self.elements.items()}

    def renewed(self, shape: Form) -> Form:
        """A form with the lists in it as they are known now."""
        from .values import Compound, stored

        if not isinstance(shape, Compound):
            return shape
        element = next((self.elements[site] for site in sites_of(shape) if site in self.elements), None)
        if element is not None:
            return Compound("grown", stored(element), element, shape.origin)
        return shape.over(tuple(map(self.renewed, shape.items)))

    def begin(self, function: Function) -> None:
        """The interpretation begins, perhaps again."""
        self.news = False
        self.changed, self.moved = set(), set()
        self.shared, self.mutated = set(), set()
        self.rounds += 1
        from .values import deepness

        if self.rounds > MOST or any(deepness(shape) > DEEPEST for shape in self.elements.values()):
            raise TypeMismatch("DL006", f"the lists in {function.name}() have no common type of items", function.place, "", function.origin)

    def remedied(self, error: DifflangError) -> bool:
        """Whether an error goes away if some list is a list of the run."""
        remedy = getattr(error, "remedy", None)
        if isinstance(remedy, Live):
            self.news = self.news or not remedy.sites <= self.live
            self.live |= remedy.sites
        elif remedy is not None:
            self.widen(remedy.sites, remedy.element)
        return self.news

    def pool(self, classes: frozenset[type], early: bool = False) -> None:
        """The objects of these classes too are rows: all that is known of lists is found anew."""
        self.pooled |= classes
        self.early |= classes if early else frozenset()
        self.elements, self.straight, self.written, self.rounds = {}, {}, set(), 0
        self.news = True

    @contextmanager
    def watching(self, sites: Sites) -> Iterator[list[Site]]:
        """Afterwards, which of these lists were changed inside."""
        before, self.changed = self.changed, set()
        found: list[Site] = []
        try:
            yield found
        finally:
            found += self.changed & sites
            self.changed |= before

    def why_straight(self, sites: Sites) -> str | None:
        return next((self.straight[site] for site in sites if site in self.straight), None)


def _same(one: Form, other: Form) -> bool:
    from .values import same

    return same(one, other)


class ItemsCell(Cell):
    """What `objects` saves and restores of a list that straight code changes: its items."""

    carried = False

    def __init__(self, owner: Compound) -> None:
        self.owner = owner
        self.tangled = set()
        self.stale = None

    @property
    def fields(self) -> dict[Any, Any]:
        return {"items": self.owner.items}

    @fields.setter
    def fields(self, fields: dict[Any, Any]) -> None:
        object.__setattr__(self.owner, "items", fields["items"])


def born(owner: Compound, site: Site, home: Any, straight: bool) -> None:
    """Note where a list was made."""
    object.__setattr__(owner, "origin", Origin(frozenset({site}), home, straight))
    HEAP.cells.append(ItemsCell(owner))


def sites_of(shape: Any) -> Sites:
    origin: Origin | None = getattr(shape, "origin", None)
    return origin.sites if origin is not None else frozenset()


def is_given(sites: Sites) -> bool:
    """Whether only the caller makes these lists."""
    return bool(sites) and all(site[-1] == GIVEN for site in sites)


def lists_in(value: Any) -> Sites:
    """The lists of the run that a walk goes over."""
    found: Sites = sites_of(value) if getattr(value, "kind", "") == "grown" else frozenset()
    return found.union(*(lists_in(item) for item in getattr(value, "items", ())))


def fixed_lists(value: Any) -> Iterator[Compound]:
    """The lists known while compiling that a walk goes over."""
    if getattr(value, "kind", "") == "list":
        yield value
    elif getattr(value, "kind", "") in ("zip", "enumerate", "reversed", "map"):
        for item in value.items:
            yield from fixed_lists(item)


def joined_items(shape: Compound) -> Form:
    """The form that all items of a list have in common."""
    from .values import join_forms

    joined: Form = UNDEFINED
    for item in shape.items:
        joined = join_forms(joined, item)
    return joined


def widening(one: Compound, other: Compound) -> Widen | None:
    """What lets a path give the one list and another the other, both forms: lists of the run with items of one form."""
    from .values import join_forms

    sites = sites_of(one) | sites_of(other)
    if any(shape.origin is not None and shape.origin.straight for shape in (one, other)):
        return None
    if not (sites_of(one) or one.kind == "grown") or not (sites_of(other) or other.kind == "grown"):
        return None
    if one.kind == "list" and other.kind == "list" and (not sites_of(one) or not sites_of(other)):
        return None
    return Widen(sites, join_forms(*(s.info if s.kind == "grown" else joined_items(s) for s in (one, other))))
