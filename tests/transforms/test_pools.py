"""Objects as rows: arguments, results, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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
