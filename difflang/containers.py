"""Dicts, sets and deques of the run, as classes of the language: lists of keys and items in the order of insertion.

`infer` makes objects of these classes (`transforms/infer/containers.py`), changes them itself and calls the functions of
`container_texts.py` that only look. Python gets what they stand for (`python`).
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from typing import Any


class Container:
    """A collection of the run. `fields` are its lists."""

    fields: tuple[str, ...] = ()
    stands_for: type[Any] = object

    def python(self) -> Any:
        """What Python's own program would have made."""
        raise NotImplementedError


class RunDict(Container):
    fields = ("keys_", "values_")
    stands_for: type[Any] = dict
    keys_: list[Any]
    values_: list[Any]

    def python(self) -> Any:
        return dict(zip(self.keys_, self.values_, strict=True))


class RunDefaultDict(RunDict):
    """Its factory is known while compiling and lost on the way out."""

    stands_for = defaultdict

    def python(self) -> Any:
        raise NotImplementedError


class RunCounter(RunDict):
    stands_for = Counter

    def python(self) -> Any:
        return Counter(super().python())


class RunSet(Container):
    fields = ("members_",)
    stands_for = set
    members_: list[Any]

    def python(self) -> Any:
        return set(self.members_)


class RunDeque(Container):
    fields = ("items_",)
    stands_for = deque
    items_: list[Any]
    head_: int

    def python(self) -> Any:
        return deque(self.items_[self.head_ :])
