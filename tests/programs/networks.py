"""Programs of linked objects with classes around them: tapes, indices, graphs."""

from __future__ import annotations

import numpy as np

from .corpus import add

ROW = np.array([3.1, 1.2, 2.1, 5.3, 4.4, 2.5])


class Noted:
    """A number on a tape that knows of it while it is made."""

    def __init__(self, tape, val, a, b, da, db):
        self.val, self.a, self.b, self.da, self.db = val, a, b, da, db
        self.bar = 0.0
        self.k = len(tape.nodes)
        tape.nodes.append(self)


class Tape:
    def __init__(self):
        self.nodes = []


def tape_of_objects(x):
    tape = Tape()
    y = Noted(tape, x, -1, -1, 0.0, 0.0)
    z = y
    for _ in range(3):
        z = Noted(tape, z.val * y.val, z.k, y.k, y.val, z.val)
    z.bar = 1.0
    for node in reversed(tape.nodes):
        if node.a >= 0:
            tape.nodes[node.a].bar += node.bar * node.da
        if node.b >= 0:
            tape.nodes[node.b].bar += node.bar * node.db
    return y.bar


add(tape_of_objects, (1.2,), analytic=True)


class Keyed:
    def __init__(self, key, val):
        self.key, self.val, self.left, self.right = key, val, None, None


class Index:
    def __init__(self):
        self.root = None

    def insert(self, key, val):
        if self.root is None:
            self.root = Keyed(key, val)
            return
        node = self.root
        while True:
            if key < node.key:
                if node.left is None:
                    node.left = Keyed(key, val)
                    return
                node = node.left
            elif key > node.key:
                if node.right is None:
                    node.right = Keyed(key, val)
                    return
                node = node.right
            else:
                node.val = val
                return

    def find(self, key):
        node = self.root
        while node is not None:
            if key == node.key:
                return node.val
            node = node.left if key < node.key else node.right
        return -1.0

    def height(self, node):
        return 0 if node is None else 1 + max(self.height(node.left), self.height(node.right))


def index_of_keys(x):
    index = Index()
    for i in range(len(x)):
        index.insert((i * 7) % 5, x[i])
    return index.find(2) * index.find(3) + index.find(17) + index.height(index.root)


add(index_of_keys, (ROW,), analytic=True)


class Place:
    def __init__(self, v):
        self.v = v
        self.edges = []
        self.seen = False


def visited(place):
    place.seen = True
    total = place.v
    for other in place.edges:
        if not other.seen:
            total += 0.9 * visited(other)
    return total


def walk_of_a_graph(x):
    places = [Place(v) for v in x]
    for i in range(len(places)):
        places[i].edges.append(places[(i + 1) % len(places)])
        places[i].edges.append(places[(i + 3) % len(places)])
    return visited(places[0]) ** 2


add(walk_of_a_graph, (ROW,), analytic=True, order=1)


class Waiting:
    """A queue of links."""

    def __init__(self):
        self.head = self.tail = None

    def put(self, v):
        node = Held(v)
        if self.tail:
            self.tail.next = node
        else:
            self.head = node
        self.tail = node

    def get(self):
        node = self.head
        self.head = node.next
        if not self.head:
            self.tail = None
        return node.value

    @property
    def empty(self):
        return self.head is None


class Held:
    def __init__(self, value):
        self.value = value
        self.next = None


def queue_of_links(x):
    queue = Waiting()
    total = 0.0
    for v in x:
        queue.put(v)
        queue.put(v * 2)
        total += queue.get()
    while not queue.empty:
        total = total * 0.9 + queue.get()
    return total


add(queue_of_links, (ROW,), analytic=True)


def linked_by_recursion(x):
    def added(head, v):
        if head is None:
            return Held(v)
        head.next = added(head.next, v)
        return head

    def folded(head, sofar):
        return sofar if head is None else folded(head.next, sofar * 0.5 + head.value)

    head = None
    for v in x:
        head = added(head, v)
    return folded(head, 0.0)


add(linked_by_recursion, (ROW,), analytic=True)


class Weighed:
    def __init__(self, x):
        self.x = x


def some_of_a_list(x):
    every = [Weighed(v) for v in x]
    large = [w for w in every if w.x > 2.2]
    for w in large:
        w.x *= 2
    return sum(w.x for w in every)


add(some_of_a_list, (ROW,), analytic=True)


def one_object_many_times(x):
    last, held = Weighed(x[0]), []
    for v in x:
        held.append(last)
        if v > 3:
            last = Weighed(v)
    for w in held:
        w.x *= 1.1
    return sum(w.x for w in held)


add(one_object_many_times, (ROW,), analytic=True)


def slice_of_a_list(x):
    every = [Weighed(v) for v in x]
    some = every[:]
    some[0].x = 10.0 * x[1]
    some.append(Weighed(1.0))
    return sum(w.x for w in every) + len(some)


add(slice_of_a_list, (ROW,), analytic=True)
