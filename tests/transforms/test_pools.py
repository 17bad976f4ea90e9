"""Objects as rows: arguments, results, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import functools

import pytest

import difflang as dl

ROW = np.array([3.1, 1.2, 2.1, 5.3])


@dataclass
class Link:
    value: float
    next: Link | None = None


def doubled(head):
    node = head
    while node is not None:
        node.value *= 2
        node = node.next
    return head.value + head.next.value


def chain(x):
    head = None
    for v in x:
        head = Link(v, head)
    return head


def cut(head, n):
    for _ in range(n):
        head.next = head.next.next if head.next is not None else None
    return head.value


def test_objects_of_the_caller() -> None:
    head = Link(1.0, Link(2.0))
    assert dl.differentiable(doubled)(head) == 6.0
    assert (head.value, head.next.value) == (2.0, 4.0)
    slopes = dl.grad(doubled)(Link(1.0, Link(2.0)))
    assert (slopes.value, slopes.next.value) == (2.0, 2.0)


def test_linked_results_are_refused() -> None:
    with pytest.raises(dl.DifflangError, match="DL027"):
        dl.differentiable(chain)(ROW)


def test_links_of_the_caller_are_refused() -> None:
    with pytest.raises(dl.DifflangError):
        dl.differentiable(cut)(Link(1.0, Link(2.0, Link(3.0))), np.int64(2))


def shared_rows(x):
    rows = []
    for v in x:
        rows.append(np.array([v, 2 * v]))
    large = [row for row in rows if row[0] > 3]
    for row in large:
        row[0] += 1
    return sum(row[0] for row in rows)


def shared_dicts(x):
    rows = []
    for v in x:
        rows.append({"a": v})
    large = [row for row in rows if row["a"] > 3]
    for row in large:
        row["a"] += 1
    return sum(row["a"] for row in rows)


@pytest.mark.parametrize("function", [shared_rows, shared_dicts])
def test_what_two_lists_share_is_refused_where_it_changes(function) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(dl.DifflangError, match="DL007"):
        dl.differentiable(function)(ROW)


# -- fields that are asked for before they are set -----------------------------------------------


class Bead:
    def __init__(self, value, chain):
        self.next = None
        self.kids = []
        chain.place(self)
        self.value = value


class Chain:
    def __init__(self):
        self.first = None
        self.seen = 0.0

    def place(self, link):
        if self.first is None:
            self.first = link
            return
        at = self.first
        while at.next is not None:
            at = at.next
        at.next = link
        at.kids.append(link)
        self.seen += at.value


class Hasty(Chain):
    def place(self, link):
        if self.first is None:
            self.first = link
        else:
            self.first.next = link
            self.seen += link.value


def total(make, x, n):
    chain = make()
    for k in range(n):
        Bead(x * k, chain)
    found, at = chain.seen, chain.first
    while at is not None:
        found += at.value * (1 + len(at.kids))
        at = at.next
    return found


def linked_by_its_constructor(x, n):
    return total(Chain, x, n)


def read_too_early(x, n):
    return total(Hasty, x, n)


def test_a_field_read_before_it_is_set():
    assert dl.differentiable(linked_by_its_constructor)(1.5, 4) == linked_by_its_constructor(1.5, 4)
    dl.check_grads(functools.partial(linked_by_its_constructor, n=4), (1.5,))
    for function in (read_too_early, dl.differentiable(read_too_early)):
        with pytest.raises(AttributeError, match="'Bead' object has no attribute 'value'"):
            function(1.5, 3)
    assert dl.differentiable(read_too_early)(1.5, 1) == 0.0
