"""Functions of itertools over what has a length of the run, written in the language: generators, as Python's own documentation has them."""

from __future__ import annotations


def islice(items, stop):
    if stop > 0:
        k = 0
        for item in items:
            yield item
            k += 1
            if k >= stop:
                break


def islice_from(items, start, stop, step):
    """islice(items, start, stop, step); stop -1 is no end."""
    if stop < 0 or stop > start:
        k, wanted = 0, start
        for item in items:
            if k == wanted:
                yield item
                wanted += step
            k += 1
            if stop >= 0 and (k >= stop or wanted >= stop):
                break


def accumulate(items, function):
    pool = [item for item in items]
    if len(pool) > 0:
        total = pool[0]
        yield total
        for k in range(1, len(pool)):
            total = function(total, pool[k])
            yield total


def running_sums(items):
    total = 0
    for item in items:
        total += item
        yield total


def accumulate_from(items, function, initial):
    total = initial
    yield total
    for item in items:
        total = function(total, item)
        yield total


def added(one, other):
    return one + other


def pairs(items):
    """combinations(items, 2)"""
    pool = [item for item in items]
    for i in range(len(pool)):
        for j in range(i + 1, len(pool)):
            yield pool[i], pool[j]


def triples(items):
    """combinations(items, 3)"""
    pool = [item for item in items]
    for i in range(len(pool)):
        for j in range(i + 1, len(pool)):
            for k in range(j + 1, len(pool)):
                yield pool[i], pool[j], pool[k]


def pairs_again(items):
    """combinations_with_replacement(items, 2)"""
    pool = [item for item in items]
    for i in range(len(pool)):
        for j in range(i, len(pool)):
            yield pool[i], pool[j]


def ordered_pairs(items):
    """permutations(items, 2)"""
    pool = [item for item in items]
    for i in range(len(pool)):
        for j in range(len(pool)):
            if i != j:
                yield pool[i], pool[j]


def product(one, other):
    rows, columns = [item for item in one], [item for item in other]
    for a in rows:
        for b in columns:
            yield a, b


def product_of_three(one, other, third):
    rows, columns, layers = [item for item in one], [item for item in other], [item for item in third]
    for a in rows:
        for b in columns:
            for c in layers:
                yield a, b, c


def zip_longest(one, other, fill):
    rows, columns = [item for item in one], [item for item in other]
    for k in range(max(len(rows), len(columns))):
        yield rows[k] if k < len(rows) else fill, columns[k] if k < len(columns) else fill


def takewhile(predicate, items):
    for item in items:
        if not predicate(item):
            break
        yield item


def dropwhile(predicate, items):
    dropping = True
    for item in items:
        if dropping and predicate(item):
            continue
        dropping = False
        yield item


def passing(predicate, items):
    """filter(predicate, items)"""
    for item in items:
        if predicate(item):
            yield item


def truths(items):
    """filter(None, items)"""
    for item in items:
        if item:
            yield item


def filterfalse(predicate, items):
    for item in items:
        if not predicate(item):
            yield item


def compress(items, selectors):
    for item, selected in zip(items, selectors, strict=False):
        if selected:
            yield item


def starmap(function, items):
    for row in items:
        yield function(*row)


def cycle(items):
    pool = [item for item in items]
    while len(pool) > 0:
        for item in pool:  # noqa: UP028 (a loop of its own is what the language walks)
            yield item


def flattened(rows):
    """chain.from_iterable(rows)"""
    for row in rows:
        for item in row:  # noqa: UP028
            yield item


def by_next(iterator):
    """The items of an object that has __next__."""
    while True:
        try:
            item = iterator.__next__()
        except StopIteration:
            return
        yield item


def next_of(iterator):
    return iterator.__next__()


def next_or(iterator, default):
    try:
        return iterator.__next__()
    except StopIteration:
        return default
