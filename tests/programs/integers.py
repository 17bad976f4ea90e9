"""Programs of integers and truths: no derivatives, exact values."""

import numpy as np

from .corpus import add


def greatest_common_divisor(a, b):
    while b:
        a, b = b, a % b
    return a


add(greatest_common_divisor, (12, 18), (7, 0), (-12, 18), (0, 5), traits="integer while")


def game_of_life(board):
    n, m = board.shape
    new = np.zeros_like(board)
    for i in range(n):
        for j in range(m):
            count = 0
            for di in (-1, 0, 1):
                for dj in (-1, 0, 1):
                    if di != 0 or dj != 0:
                        count += board[(i + di) % n, (j + dj) % m]
            if count == 3 or (board[i, j] == 1 and count == 2):
                new[i, j] = 1
    return new


add(
    game_of_life,
    (np.array([[0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]),),
    (np.ones((2, 3), dtype=np.int32),),
    traits="integer writes nested",
)


def sieve(n):
    prime = np.ones(n, dtype=np.bool_)
    prime[:2] = False
    i = 2
    while i * i < n:
        if prime[i]:
            prime[i * i :: i] = False
        i += 1
    return prime


add(sieve, (30,), (2,), (3,), traits="integer boolean writes")


def collatz_length(n):
    steps = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


add(collatz_length, (27,), (1,), traits="integer while")


def bit_tricks(x, y):
    count = 0
    z = (x ^ y) & 0xFF | (x << 3) >> 1
    while z:
        count += z & 1
        z >>= 1
    return count + ~x - (-y) // 3 + (-x) % 5


add(bit_tricks, (37, 91), (0, 0), (255, 1), traits="integer bits")


def counting_sort(values, top):
    counts = np.zeros(top, dtype=np.int64)
    for v in values:
        counts[v] += 1
    out = np.empty_like(values)
    k = 0
    for v in range(top):
        for _ in range(counts[v]):
            out[k] = v
            k += 1
    return out


add(
    counting_sort,
    (np.array([3, 1, 4, 1, 5]), 6),
    (np.zeros(0, dtype=np.int64), 2),
    (np.array([2, 2, 0], dtype=np.int32), 3),
    traits="integer writes",
)


def binary_search(values, wanted):
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


add(binary_search, (np.array([1, 3, 5, 7]), 5), (np.array([1, 3, 5, 7]), 8), (np.zeros(0, dtype=np.int64), 1), traits="integer while")


def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)


add(factorial, (10,), (0,), (20,), traits="integer recursion")


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


add(ackermann, (2, 3), (0, 0), traits="integer recursion")


def edit_distance(a, b):
    previous = np.arange(len(b) + 1)
    for i in range(len(a)):
        current = np.zeros_like(previous)
        current[0] = i + 1
        for j in range(len(b)):
            change = previous[j] + (a[i] != b[j])
            current[j + 1] = min(change, previous[j + 1] + 1, current[j] + 1)
        previous = current
    return previous[-1]


add(edit_distance, (np.array([1, 2, 3]), np.array([2, 3, 3, 1])), (np.zeros(0, dtype=np.int64), np.array([1])), traits="integer recurrence")


def connected_components(edges, n):
    label = np.arange(n)
    changed = True
    while changed:
        changed = False
        for e in range(edges.shape[0]):
            a, b = label[edges[e, 0]], label[edges[e, 1]]
            if a != b:
                low = min(a, b)
                label[edges[e, 0]] = low
                label[edges[e, 1]] = low
                changed = True
    return label


add(connected_components, (np.array([[0, 1], [3, 4], [1, 2]]), 6), (np.zeros((0, 2), dtype=np.int64), 2), traits="integer while boolean")


def random_bits(seed, n):
    state = seed
    total = 0
    for _ in range(n):
        state = (1103515245 * state + 12345) % 2147483648
        total ^= state >> 16
    return total


add(random_bits, (42, 10), (1, 0), traits="integer")


def wrapping_numbers(x):
    return x * x + np.int32(3) - x // np.int32(4) + x % np.int32(5)


add(wrapping_numbers, (np.int32(70000),), (np.int32(-7),), traits="integer strong")


def integer_reductions(x):
    return np.sum(x) + np.prod(x) * np.max(x) - np.argmin(x) + np.sum(x > 1) + x[-1] // 2 + np.sum(x % 3)


add(integer_reductions, (np.array([3, 1, 4]),), (np.array([[3, -1], [4, 7]], dtype=np.int32)[0],), traits="integer reduce")


def boolean_arrays(a, b):
    return (a & b) | ~a ^ b, np.any(a), np.all(a | b), a & (b == False)  # noqa: E712


add(boolean_arrays, (np.array([True, False, True]), np.array([True, True, False])), traits="boolean")


def pascal(n):
    row = np.zeros(n + 1, dtype=np.int64)
    row[0] = 1
    for i in range(1, n + 1):
        for j in range(i, 0, -1):
            row[j] += row[j - 1]
    return row


add(pascal, (6,), (0,), traits="integer writes")


def queens(n, row, columns, left, right):
    if row == n:
        return 1
    count = 0
    free = ~(columns | left | right) & ((1 << n) - 1)
    while free:
        bit = free & -free
        free ^= bit
        count += queens(n, row + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1)
    return count


add(queens, (5, 0, 0, 0, 0), (1, 0, 0, 0, 0), traits="integer recursion bits")
