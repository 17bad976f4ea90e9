"""Statements of every kind: match, try, with, del, imports, unpacking, messages, comprehensions of any length."""

import contextlib
import itertools
import math

import numpy as np

from .corpus import add, normal


def matched_values(x, codes):
    total = 0.0
    for value, code in zip(x, codes):  # noqa: B905
        match code:
            case 0:
                continue
            case 1 | 2:
                total += value * code
            case 9:
                break
            case k if k > 4:
                total *= value
            case _:
                total -= value * value
    return total


add(matched_values, (normal(7), np.array([1, 0, 2, 5, 3, 9, 1])), (normal(3, seed=1), np.array([3, 6, 1])), traits="match")


def matched_tuples(x, y):
    match (x > 0.0, y > 0.0):
        case (True, True):
            result = x * y
        case (True, _):
            result = x - y * y
        case (False, other):
            result = -x if other else y * x
    return result


add(matched_tuples, (1.5, 2.0), (1.5, -2.0), (-1.5, 2.0), (-1.5, -0.5), traits="match")


def matched_words(x):
    def apply(kind, x):
        match kind:
            case "linear" | "affine":
                return 2.0 * x
            case "square":
                return x * x
            case _:
                raise ValueError(f"no activation {kind!r}")

    return apply("linear", x) + apply("square", x)


add(matched_words, (1.5,), analytic=True, traits="match strings")


def matched_parts(x):
    match (x, (2.0 * x, x * x), 3):
        case (a, (b, *rest), int(n)) if n > 5:
            return a * b
        case (a, (b, c), int(n)):
            return a * b + c * n
    return x


add(matched_parts, (1.5,), (-0.7,), analytic=True, traits="match unpack")


def caught_by_hand(x):
    try:
        if x < 0.0:
            raise ValueError("negative")
        y = math.sqrt(x)
    except ValueError:
        y = -x
    else:
        y = y + 1.0
    finally:
        x = x * 2.0
    return y * x


add(caught_by_hand, (2.0,), (-3.0,), traits="try")


def caught_in_loops(xs, limit):
    total = 0.0
    for k in range(len(xs)):
        try:
            for y in xs:
                if xs[k] * y > limit:
                    raise OverflowError(f"row {k}")
                total += y * y * (k + 1)
        except OverflowError:
            total += 0.5 * xs[k]
            continue
        total *= 1.1
    return total


add(caught_in_loops, (normal(4), 1.0), (normal(5, seed=3), 0.2), traits="try for")


def caught_from_operations(x, y):
    total = 0.0
    for k in range(4):
        try:
            total += math.log(x - k) / (y - k)
        except ValueError:
            total += x * x
        except ZeroDivisionError:
            total += 10.0 * x
    return total


add(caught_from_operations, (2.5, 1.0), (9.3, 0.5), (4.2, 0.0), wrt=(0,), traits="try")


def caught_index(x, k):
    try:
        v = x[k] * x[k]
    except IndexError:
        v = x[0]
    return v * 3.0


add(caught_index, (normal(3), 2), (normal(3), 7), (normal(3), -4), traits="try")


def nested_tries(x):
    steps = 0
    try:
        try:
            if x < 0.0:
                raise ValueError("low")
            if x > 5.0:
                raise KeyError("high")
            y = x * x
        except KeyError:
            y = 5.0 * x
        finally:
            steps += 1
        y += steps
    except ValueError as error:
        y = 7.0 * x if str(error) == "low" else x
    return y


add(nested_tries, (1.5,), (-1.5,), (6.0,), traits="try")


def returns_through_finally(x):
    kept = np.zeros(2)
    try:
        if x[0] < 0.0:
            raise RuntimeError
        kept[0] = x[1] * x[0]
        return kept
    except RuntimeError:
        kept[1] = x[1]
    finally:
        kept[1] += x[0]
    return kept * 2.0


add(returns_through_finally, (np.array([1.5, 2.0]),), (np.array([-1.5, 2.0]),), traits="try")


def told_limits(x, n):
    if n > 5:
        raise ValueError(f"n is {n}, more than {5}")
    assert x > -10.0, "x is %g" % x
    assert n >= 0, (n, x)
    return x**n


add(told_limits, (1.5, 3), (-0.5, 2), traits="messages")


def quiet_errors(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(x > 0.0, np.log(np.abs(x)), x)
    label = f"mean {y.mean():.3f}"
    del label
    return y * x


add(quiet_errors, (normal(5),), traits="with del")


def strict_errors(x):
    try:
        with np.errstate(all="raise"):
            y = np.log(x) / x
    except FloatingPointError:
        with np.errstate(all="ignore"):
            y = x * x
    return y


add(strict_errors, (normal(5) ** 2 + 0.5,), (np.array([1.0, 1.5, -2.0]),), traits="with try errstate")


def imports_inside(x):
    import math as m
    from math import sin as s

    import numpy.linalg as la

    return m.cos(x) + s(x) * la.norm(np.array([x, 2.0]))


add(imports_inside, (0.7,), traits="import")


def deleted_names(x):
    y = x * x
    z, w = y + 1.0, y * 2.0
    del y
    for _ in range(3):
        y = z * 0.5
        z = y + w
        del y
    return z


add(deleted_names, (1.3,), analytic=True, traits="del")


def starred_targets(x):
    first, *middle, last = (x, 2.0 * x, x * x, 3.0)
    *start, end = middle
    (a, b), *rest = ((x, 1.0), 2.0, x)
    return first * last + sum(start) * end + a * b + rest[1] * len(rest)


add(starred_targets, (1.3,), (-0.4,), analytic=True, traits="unpack")


def starred_array(x):
    first, *rest = x
    total = first * 0.5
    for r in rest:
        total = total * first + r * r
    return total


add(starred_array, (normal(4),), (normal(2),), traits="unpack lists")


def starred_displays(x):
    pair = (2.0 * x, 3.0)
    whole = (x, *pair, *(x * k for k in range(2)))
    more = [*whole, x * x]
    return sum(more) + whole[1] * more[-1]


add(starred_displays, (1.3,), analytic=True, traits="unpack")


def sets_of_constants(x, n):
    allowed = frozenset((1, 2, 3))
    if n in {4, 5}:
        x = x * 3.0
    if n not in allowed:
        x = x + n
    return x * len({k % 3 for k in (0, 1, 2, 3, 4)})


add(sets_of_constants, (1.5, 1), (1.5, 4), (1.5, 9), analytic=True, traits="sets")


def array_in_messages(x):
    for k in range(len(x)):
        if x[k] < -50.0:
            raise ValueError(f"element {k} of {x} is {x[k]:.2f}, shape {x.shape}")
    return np.sqrt(x * x + 1.0).sum()


add(array_in_messages, (normal(4),), traits="messages")


def rows_listed(a):
    rows = [row * row[0] for row in a]
    total = 0.0
    for row in rows:
        total += row.sum() * rows[0][1]
    return total


add(rows_listed, (normal(3, 2),), traits="comprehensions lists")


def endless_count(x):
    total = 0.0
    for k in itertools.count(1):
        total += x**k / k
        if k > 6:
            break
    return total


add(endless_count, (0.6,), analytic=True, traits="functional while")


def suppressed(x):
    y = x * x
    with contextlib.suppress(ValueError, KeyError):
        if y > 5.0:
            raise ValueError("large")
        y = y * 3.0
    return y * x


add(suppressed, (1.5,), (3.0,), traits="try with")


def matched_options(x):
    options = {"kind": "scale", "by": x}
    match options:
        case {"kind": "shift", "by": by}:
            return x + by
        case {"kind": "scale", "by": by}:
            return x * by * (2.0 if isinstance(options, dict) else 1.0)
    return x


add(matched_options, (1.5,), analytic=True, traits="match dicts")


def rest_of_a_mapping(x, y):
    total = 0.0
    for given in ({"kind": "box", "w": x, "h": y}, {"kind": "disc", "r": x * y, "w": 2.0}):
        match given:
            case {"kind": "box", "w": w, **rest}:
                total += w * rest["h"] * len(rest)
            case {"kind": str(kind), **rest}:
                total += sum(rest.values()) ** 2 * len(kind)
    return total


add(rest_of_a_mapping, (1.3, 0.7))
