"""Programs of linked objects: lists, trees and graphs made while the program runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .corpus import add, uniform

ROW = np.array([3.1, 1.2, 2.1, 5.3, 4.4, 2.5])


@dataclass
class Node:
    v: float
    left: Node | None = None
    right: Node | None = None


def inserted(node, v):
    if node is None:
        return Node(v)
    if v < node.v:
        node.left = inserted(node.left, v)
    else:
        node.right = inserted(node.right, v)
    return node


def weighed(node, depth):
    return 0.0 if node is None else weighed(node.left, depth + 1) + depth * node.v**2 + weighed(node.right, depth + 1)


def search_tree(x):
    tree = None
    for v in x:
        tree = inserted(tree, v)
    return weighed(tree, 1)


add(search_tree, (ROW,), analytic=True)


def built(depth, x):
    return None if depth == 0 else Node(x * depth, built(depth - 1, x), built(depth - 1, x * 0.5))


def tree_of_recursion(x, depth):
    return weighed(built(depth, x), 1)


add(tree_of_recursion, (1.2, 3), analytic=True)


class Link:
    def __init__(self, value, following=None):
        self.value = value
        self.next = following


class Pile:
    def __init__(self):
        self.head = None
        self.size = 0

    def push(self, value):
        self.head = Link(value, self.head)
        self.size += 1

    def pop(self):
        top = self.head
        self.head = top.next
        self.size -= 1
        return top.value

    def __len__(self):
        return self.size


def pile_of_links(x):
    pile = Pile()
    for v in x:
        pile.push(v * v)
    total, k = 0.0, 1
    while len(pile) > 0:
        total += k * pile.pop()
        k += 1
    return total


add(pile_of_links, (ROW,), analytic=True)


def reversed_in_place(x):
    head = None
    for v in x:
        head = Link(v, head)
    back, node = None, head
    while node is not None:
        following = node.next
        node.next = back
        back, node = node, following
    total, k = 0.0, 1.0
    while back is not None:
        total += k * back.value**2
        k += 1.0
        back = back.next
    return total


add(reversed_in_place, (ROW,), analytic=True)


def two_names_in_turn(x):
    a, b = Link(x), Link(2 * x)
    p = a
    for _ in range(4):
        p.value = p.value * 1.5
        p = b if p is a else a
    return a.value + b.value**2


add(two_names_in_turn, (1.3,), analytic=True)


def roots_of_links(x):
    nodes = [Link(v) for v in x]
    for i in range(len(x) - 1):
        if i % 3 != 2:
            nodes[i].next = nodes[i + 1]
    for node in nodes:
        root = node
        while root.next is not None:
            root = root.next
        root.value += 0.1 * node.value
    total = 0.0
    for node in nodes:
        total += node.value**2
    return total


add(roots_of_links, (ROW,), analytic=True)


class Branching:
    def __init__(self, v):
        self.v = v
        self.children = []

    def add(self, child):
        self.children.append(child)
        return child

    def total(self):
        total = self.v
        for child in self.children:
            total += 0.5 * child.total()
        return total


def children_in_lists(x):
    root = Branching(x[0])
    last = root
    for i in range(1, len(x)):
        child = last.add(Branching(x[i]))
        if i % 2 == 0:
            last = child
    return root.total() ** 2


add(children_in_lists, (ROW,), analytic=True, order=1)


class Mass:
    def __init__(self, m, pos):
        self.m = m
        self.pos = pos
        self.vel = np.zeros(2)
        self.other = None


def ring_of_masses(x, n):
    a, b, c = Mass(1.0, np.array([x, 0.0])), Mass(2.0, np.array([0.0, 1.0])), Mass(1.5, np.array([1.0, x]))
    a.other, b.other, c.other = b, c, a
    for _ in range(n):
        p = a
        for _ in range(3):
            force = p.other.pos - p.pos
            p.vel = p.vel + 0.1 * force / p.m
            p.other.vel -= 0.1 * force / p.other.m
            p = p.other
        p = a
        for _ in range(3):
            p.pos += 0.1 * p.vel
            p = p.other
    return a.pos @ b.pos + c.vel.sum()


add(ring_of_masses, (0.3, 3))


@dataclass
class Traced:
    """A number of a tape of one's own."""

    data: float
    grad: float = 0.0
    left: Traced | None = None
    right: Traced | None = None
    op: int = 0

    def __add__(self, other):
        return Traced(self.data + other.data, 0.0, self, other, 1)

    def __mul__(self, other):
        return Traced(self.data * other.data, 0.0, self, other, 2)


def swept(node, bar):
    node.grad += bar
    if node.op == 1:
        swept(node.left, bar)
        swept(node.right, bar)
    elif node.op == 2:
        swept(node.left, bar * node.right.data)
        swept(node.right, bar * node.left.data)


def differentiated_by_hand(x, n):
    a, y = Traced(x), Traced(1.0)
    for _ in range(n):
        y = y * a + a
    swept(y, 1.0)
    return a.grad


add(differentiated_by_hand, (1.1, 3), analytic=True)


def merged(a, b):
    if a is None:
        return b
    if b is None:
        return a
    if a.value < b.value:
        a.next = merged(a.next, b)
        return a
    b.next = merged(a, b.next)
    return b


def merged_links(x, y):
    a = b = None
    for v in x[::-1]:
        a = Link(v, a)
    for v in y[::-1]:
        b = Link(v, b)
    both = merged(a, b)
    total, k = 0.0, 1.0
    while both is not None:
        total += k * both.value
        k *= 1.5
        both = both.next
    return total


add(merged_links, (np.array([1.0, 3.0, 5.0]), np.array([2.0, 2.5, 6.0])), analytic=True)


def filled_on_the_way(x, n):
    head = Link(0.0)
    for _ in range(n):
        if head.next is None:
            head.next = Link(x)
        else:
            head.next.value += x
    return -1.0 if head.next is None else head.next.value


add(filled_on_the_way, (2.0, 3), (2.0, 1), edges=((2.0, 0),), analytic=True)


def set_in(values, less, more, k, v):
    if v < values[k]:
        if less[k] < 0:
            values.append(v)
            less.append(-1)
            more.append(-1)
            less[k] = len(values) - 1
        else:
            set_in(values, less, more, less[k], v)
    elif more[k] < 0:
        values.append(v)
        less.append(-1)
        more.append(-1)
        more[k] = len(values) - 1
    else:
        set_in(values, less, more, more[k], v)


def summed(values, less, more, k, depth):
    if k < 0:
        return 0.0
    here = depth * values[k] ** 2
    return here + summed(values, less, more, less[k], depth + 1) + summed(values, less, more, more[k], depth + 1)


def tree_in_lists(x):
    values, less, more = [x[0]], [-1], [-1]
    for i in range(1, len(x)):
        set_in(values, less, more, 0, x[i])
    return summed(values, less, more, 0, 1)


add(tree_in_lists, (ROW,), (uniform(0.0, 1.0, 9),), analytic=True)
