"""Dicts, sets and deques whose keys show while the program runs: objects over lists of the run (`difflang/containers.py`).

`set()`, `defaultdict`, `Counter` and `deque` are made so at once. A dict is one whose keys are known while compiling until a key is met
that is not; then `infer` begins again with the place that made it noted (`grown.Live`).
"""

from __future__ import annotations

import collections
from typing import Any

from difflang.containers import RunCounter, RunDefaultDict, RunDeque, RunDict, RunSet
from difflang.ir import NONE

from . import lists
from .builtins import builtin
from .dicts import class_of
from .frame import Frame
from .run_dicts import Args, Named, dict_get, dict_method, dict_set, field, keys_of, made, refuse, updated
from .run_sets import add_all, deque_method, deque_place, set_method
from .values import Compound, Value

ORDER = "the order in which a set gives its items is not Python's here"


def method(frame: Frame, owner: Compound, name: str, args: Args, kwargs: Named) -> Value:
    """owner.name(*args)"""
    if kwargs:
        frame.fail("DL017", f"{name}() takes no argument by name here")
    cls = class_of(owner)
    assert cls is not None
    if cls is RunSet:
        return set_method(frame, owner, name, args)
    return deque_method(frame, owner, name, args) if cls is RunDeque else dict_method(frame, owner, name, args)


def get(frame: Frame, owner: Compound, index: Value) -> Value:
    """owner[index]"""
    if class_of(owner) is RunDeque:
        return lists.item(frame, field(frame, owner, "items_"), deque_place(frame, owner, index))
    return dict_get(frame, owner, index) if class_of(owner) is not RunSet else refuse(frame, owner, "[]")


def store(frame: Frame, owner: Compound, index: Value, value: Value) -> None:
    """owner[index] = value"""
    if class_of(owner) is RunDeque:
        lists.put(frame, field(frame, owner, "items_"), deque_place(frame, owner, index), value)
    elif class_of(owner) is RunSet:
        refuse(frame, owner, "[] =")
    else:
        dict_set(frame, owner, index, value)


def walked(frame: Frame, owner: Compound) -> Value:
    """What a loop over it walks."""
    if class_of(owner) is RunSet:
        frame.fail("DL024", ORDER, "walk sorted(s), or a list or a dict, which keep their order")
    return keys_of(frame, owner)


UNORDERED = (sorted, len, min, max, any, all, bool)
"""What asks a set for its items and not for their order."""


def for_call(frame: Frame, target: Any, args: Args) -> Args:
    """The arguments of a builtin: of a set its members, where their order does not matter."""
    if any(class_of(value) is RunSet for value in args) and target in UNORDERED:
        return [keys_of(frame, value) if class_of(value) is RunSet else value for value in args]  # type: ignore[arg-type]
    return args


@builtin(collections.defaultdict, high=1)
def _defaultdict(frame: Frame, args: Args, kwargs: Named) -> Value:
    return made(frame, RunDefaultDict, args[0] if args else NONE)


@builtin(collections.Counter, high=1)
def _counter(frame: Frame, args: Args, kwargs: Named) -> Value:
    owner = made(frame, RunCounter)
    if args:
        updated(frame, owner, args[0])
    return owner


@builtin(collections.deque, high=1)
def _deque(frame: Frame, args: Args, kwargs: Named) -> Value:
    owner = made(frame, RunDeque)
    if args:
        deque_method(frame, owner, "extend", args)
    return owner


def set_of(frame: Frame, args: Args) -> Value:
    """set(items) where they show while the program runs."""
    owner = made(frame, RunSet)
    for source in args:
        add_all(frame, owner, source)
    return owner


def dict_of(frame: Frame, args: Args) -> Value:
    """dict(items) where they show while the program runs."""
    owner = made(frame, RunDict)
    for source in args:
        updated(frame, owner, source)
    return owner
