"""Sums of products over named axes: einsum and tensordot, written as matrix products where they are one."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..op import composite, normal_axis
from .reduce import Bound


def _einsum_bind(subscripts: Any, *operands: Any, optimize: Any = False, **given: Any) -> Bound:
    if not isinstance(subscripts, str):
        subscripts, operands = _in_letters((subscripts, *operands))
    if any(value is not None for value in given.values()):
        raise TypeError(f"np.einsum does not take {', '.join(given)} here")
    return operands, {"subscripts": subscripts}


def _in_letters(given: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """`einsum(x, [0, 1], y, [1, 2], [0, 2])` with its numbers as letters."""
    pairs, rest = given[: len(given) // 2 * 2], given[len(given) // 2 * 2 :]
    named = [*pairs[1::2], *rest]
    if not all(isinstance(numbers, (tuple, list)) and all(n is Ellipsis or isinstance(n, int) for n in numbers) for numbers in named):
        raise TypeError("np.einsum takes its subscripts as a text, or after each operand as a list of numbers")
    order = sorted({n for numbers in named for n in numbers if n is not Ellipsis})
    letters = {n: string.ascii_lowercase[k] if k < 26 else string.ascii_uppercase[k - 26] for k, n in enumerate(order)}
    texts = ["".join("..." if n is Ellipsis else letters[n] for n in numbers) for numbers in named]
    return ",".join(texts[: len(pairs) // 2]) + ("->" + texts[-1] if rest else ""), pairs[::2]


def parsed(subscripts: str, ranks: Sequence[int]) -> tuple[list[str], str]:
    """The letters of each operand and of the result, capital ones first for what an ellipsis stands for. Raises TypeError."""
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(ranks):
        raise TypeError(f"the subscripts {subscripts!r} name {len(inputs)} arrays, given are {len(ranks)}")
    free = [c for c in string.ascii_uppercase if c not in text]
    open_axes = [rank - len(letters) + 3 for letters, rank in zip(inputs, ranks, strict=True) if "..." in letters]
    longest = "".join(free[: max(open_axes, default=0)])
    spelled = [_without_dots(letters, rank, longest) for letters, rank in zip(inputs, ranks, strict=True)]
    if not all(letters.isalpha() or not letters for letters in spelled):
        raise TypeError("np.einsum takes letters, commas, an ellipsis and an arrow here")
    if [len(letters) for letters in spelled] != list(ranks):
        raise TypeError(f"the subscripts {subscripts!r} do not fit arrays of {', '.join(map(str, ranks))} axes")
    every = "".join(spelled)
    if arrow:
        result = right.replace("...", longest)
    else:
        result = longest + "".join(sorted(c for c in set(every) - set(longest) if every.count(c) == 1))
    if set(result) - set(every) or len(set(result)) != len(result):
        raise TypeError("np.einsum: the result names each axis once, and only those of the operands")
    return spelled, result


def _without_dots(letters: str, rank: int, longest: str) -> str:
    if "..." not in letters:
        return letters
    count = rank - len(letters) + 3
    return letters.replace("...", longest[len(longest) - count :] if count else "")


@composite(np.einsum, bind=_einsum_bind)
def einsum(*operands, subscripts=""):
    """Sums of products over named axes; a product of two is a matrix product."""
    inputs, result = parsed(subscripts, [np.ndim(x) for x in operands])
    once = [_diagonals(x, letters) for x, letters in zip(operands, inputs, strict=True)]
    operands, inputs = tuple(x for x, _ in once), [letters for _, letters in once]
    while len(operands) > 2:
        later = set("".join(inputs[2:])) | set(result)
        both = "".join(dict.fromkeys(c for c in inputs[0] + inputs[1] if c in later))
        operands = (_pair(*operands[:2], *inputs[:2], both), *operands[2:])
        inputs = [both, *inputs[2:]]
    if len(operands) == 1:
        return _arranged(operands[0], inputs[0], result)
    return _pair(*operands, *inputs, result)


def _diagonals(x: Any, letters: str) -> tuple[Any, str]:
    """An operand of which each letter stands once: for those that stand twice the diagonal."""
    for c in dict.fromkeys(letters):
        while letters.count(c) > 1:
            one, other = letters.index(c), letters.rindex(c)
            x = np.diagonal(x, 0, one, other)
            letters = letters[:one] + letters[one + 1 : other] + letters[other + 1 :] + c
    return x, letters


def _arranged(x: Any, letters: str, result: str) -> Any:
    """One operand summed over what the result does not name, its axes in the result's order."""
    gone = tuple(k for k, c in enumerate(letters) if c not in result)
    kept = [c for c in letters if c in result]
    x = np.sum(x, axis=gone) if gone else x
    order = tuple(kept.index(c) for c in result)
    return x if order == tuple(range(len(order))) else np.transpose(x, order)


def _pair(x: Any, y: Any, a: str, b: str, result: str) -> Any:
    """Two operands: first each summed over what is its alone, then one product of (stacks of) matrices."""
    mine = "".join(c for c in a if c in b or c in result)
    yours = "".join(c for c in b if c in a or c in result)
    x, y = _arranged(x, a, mine), _arranged(y, b, yours)
    shared = "".join(c for c in mine if c in yours and c in result)
    summed = "".join(c for c in mine if c in yours and c not in result)
    rows, columns = "".join(c for c in mine if c not in yours), "".join(c for c in yours if c not in mine)
    x, y = _arranged(x, mine, shared + rows + summed), _arranged(y, yours, shared + summed + columns)
    if not summed:
        product = _spread(x, len(shared) + len(rows), len(columns)) * _inserted(y, len(shared), len(rows))
    else:
        product = _product(x, y, len(shared), len(rows), len(summed), len(columns))
    return _arranged(product, shared + rows + columns, result)


def _spread(x: Any, rank: int, more: int) -> Any:
    return np.expand_dims(x, tuple(range(rank, rank + more))) if more else x


def _inserted(y: Any, at: int, more: int) -> Any:
    return np.expand_dims(y, tuple(range(at, at + more))) if more else y


def _product(x: Any, y: Any, shared: int, rows: int, summed: int, columns: int) -> Any:
    """x[shared, rows, summed] times y[shared, summed, columns], where each stands for several axes."""
    if rows <= 1 and columns <= 1 and summed == 1 and not shared:
        return x @ y
    head = tuple(np.shape(x)[:shared])
    left = (*head, _size(np.shape(x)[shared : shared + rows]), _size(np.shape(x)[shared + rows :]))
    right = (*head, _size(np.shape(y)[shared : shared + summed]), _size(np.shape(y)[shared + summed :]))
    shape = (*np.shape(x)[: shared + rows], *np.shape(y)[shared + summed :])
    product = np.reshape(x, left) @ np.reshape(y, right)
    return np.reshape(product, shape) if shape else product[0, 0]


def _size(sizes: Sequence[Any]) -> Any:
    number: Any = 1
    for size in sizes:
        number = number * size
    return number


def _tensordot_bind(a: Any, b: Any, axes: Any = 2) -> Bound:
    return (a, b), {"pairs": axes}


@composite(np.tensordot, np.linalg.tensordot, bind=_tensordot_bind)
def tensordot(x, y, pairs=2):
    """The sum of products over the last axes of x and the first of y, or over the axes named."""
    if isinstance(pairs, int):
        pairs = (tuple(range(np.ndim(x) - pairs, np.ndim(x))), tuple(range(pairs)))
    one, other = (
        tuple(normal_axis(a, np.ndim(v), "one") for a in (axes if isinstance(axes, (tuple, list)) else (axes,)))
        for axes, v in zip(pairs, (x, y), strict=True)
    )
    letters = [chr(ord("a") + k) for k in range(np.ndim(x) + np.ndim(y))]
    mine, yours = letters[: np.ndim(x)], letters[np.ndim(x) :]
    for p, q in zip(one, other, strict=True):
        yours[q] = mine[p]
    result = [c for c in mine + yours if not (c in mine and c in yours)]
    return _pair(x, y, "".join(mine), "".join(yours), "".join(result))
