"""Arguments that share memory, one of them written: the call is made as one on views of the memory they share.

`f(x[1:], x[:-1])` becomes `shared(x, 1, n, 0, n - 1)` of a function written here, which passes `base[i:j]` and `base[k:l]` to f. Inside the
language such views are exact: what is written through one is read through the other.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import Any

import numpy as np

from difflang.errors import DifflangError, TypeMismatch
from difflang.reading import register_source
from difflang.records import dataclass

from .specialise import Specialised

Axis = tuple[int, int, int, int] | int
"""Of the base: (start, stop, step, the array's own axis), or the one index."""


def shares(name: str, values: Sequence[Any], special: Specialised) -> bool:
    """Whether what is written has elements in another argument or captured array too. It must be writeable."""
    found = [leaf for value in values for leaf in leaves(value)]
    found += [lookup.read() for lookup in special.binding.captures]
    for position in special.writes:
        if isinstance(found[position], np.ndarray) and not found[position].flags.writeable:
            raise ValueError(f"assignment destination is read-only: {name}() writes into this argument")
    arrays = [(k, leaf) for k, leaf in enumerate(found) if isinstance(leaf, np.ndarray)]
    touched = {*special.writes, *special.apart}
    return any(k in touched and j != k and np.shares_memory(one, other) for k, one in arrays for j, other in arrays)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, (int, float, complex, np.ndarray, np.generic)):
        yield value


def call(owner: Any, decorate: Callable[..., Any], values: Sequence[Any], flat: Sequence[Any], special: Specialised) -> Any:
    """The call of a decorated function by views. Raises DL012 where its arrays are not slices of one array."""
    who = f"what {owner.__name__} is the derivative of" if special.apart else f"{owner.__name__}()"
    reason = f"{who} writes into an argument that shares memory with another one"
    refusal = TypeMismatch("DL012", reason, way_out="pass a copy of one of them")
    if special.apart or len(flat) != len(values):
        raise refusal
    found = shared(owner._signature, values, set(special.writes))
    if found is None:
        raise refusal
    known: dict[str, Any] = owner.__dict__["_overlapping"]
    if found.text not in known:
        options = owner.__dict__["_options"]
        static = tuple(f"p{k}" for k, name in enumerate(owner._names) if name in options.static)
        known[found.text] = decorate(_made(found.text, owner.python), dataclasses.replace(options, static=static))
    try:
        result = known[found.text](*found.arguments)
    except DifflangError as error:
        raise refusal from error
    return _with_arguments(result, special.alias, flat)


@dataclass(frozen=True)
class Shared:
    """The text of a function on bases, starts and stops, and what to call it with."""

    text: str
    arguments: tuple[Any, ...]


def shared(signature: inspect.Signature, values: Sequence[Any], written: set[int]) -> Shared | None:
    """The call by views of what its arrays share; None where they are no views of one array by slices."""
    said = {k: f"p{k}" for k in range(len(values))}
    arguments: list[tuple[str, Any]] = []
    for number, group in enumerate(_groups(values, written)):
        found = next((pieces for base in _bases([values[k] for k in group]) if (pieces := _pieces(base, values, group))), None)
        if found is None:
            return None
        base, axes = found
        arguments.append((f"base{number}", base))
        for k in group:
            said[k], bounds = _said(f"base{number}", f"p{k}", base, axes[k])
            arguments += bounds
    arguments = [(f"p{k}", value) for k, value in enumerate(values) if said[k] == f"p{k}"] + arguments
    passed = _passed(signature, said)
    if passed is None:
        return None
    text = f"def shared({', '.join(name for name, _ in arguments)}):\n    return f({passed})\n"
    return Shared(text, tuple(value for _, value in arguments))


def _made(text: str, function: Any) -> Any:
    """The function that a text defines."""
    scope = {"f": function}
    exec(compile(text, "<shared>", "exec"), scope)
    register_source(scope["shared"], text)
    return scope["shared"]


def _with_arguments(result: Any, alias: Sequence[int | None], values: Sequence[Any]) -> Any:
    """The result with the very arrays in it that the function returns of its arguments."""
    origins = iter(alias)

    def leaf(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(leaf, value))
        position = next(origins, None) if value is not None else None
        return value if position is None else values[position]

    return leaf(result)


def _groups(values: Sequence[Any], written: set[int]) -> Iterator[list[int]]:
    """The arrays that share memory with one another, where one of them is written."""
    left = [k for k, value in enumerate(values) if isinstance(value, np.ndarray)]
    while left:
        group = [left.pop(0)]
        while more := [k for k in left if any(np.shares_memory(values[k], values[j]) for j in group)]:
            group += more
            left = [k for k in left if k not in more]
        if len(group) > 1 and written & set(group):
            yield sorted(group)


def _bases(arrays: Sequence[Any]) -> Iterator[Any]:
    """What all of them may be slices of: one of them, the array that owns the memory, or that in another shape."""
    roots = [_root(a) for a in arrays]
    if any(root is not roots[0] for root in roots) or len({a.dtype for a in arrays}) > 1:
        return
    yield from arrays
    root = roots[0]
    if root.dtype != arrays[0].dtype:
        return
    yield root
    if root.flags.c_contiguous:
        flat = root.reshape(-1)
        yield flat
        for array in arrays:
            if array.ndim > 1 and array.flags.c_contiguous and array.size:
                row = array[0].size
                lead = (_address(array) - _address(flat)) // flat.itemsize % row
                count = (flat.size - lead) // row
                yield flat[lead : lead + count * row].reshape(count, *array.shape[1:])


def _root(array: Any) -> Any:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _address(array: Any) -> int:
    return int(array.__array_interface__["data"][0])


def _pieces(base: Any, values: Sequence[Any], group: Sequence[int]) -> tuple[Any, dict[int, tuple[Axis, ...]]] | None:
    found = {k: _slices(base, values[k]) for k in group}
    return (base, found) if all(found.values()) else None  # type: ignore[return-value]


def _slices(base: Any, array: Any) -> tuple[Axis, ...] | None:
    """The index of the base that gives the array; None where there is none."""
    if base is array:
        return tuple((0, size, 1, axis) for axis, size in enumerate(base.shape))
    if array.ndim > base.ndim or base.ndim > 4 or 0 in array.shape or any(stride <= 0 for stride in base.strides):
        return None
    for places in permutations(range(base.ndim), array.ndim):
        axes = _decoded(base, array, places)
        if axes is not None:
            view = _view(base, axes)
            long = [k for k, size in enumerate(array.shape) if size > 1]
            strides = all(view.strides[k] == array.strides[k] for k in long) if view.shape == array.shape else False
            if strides and _address(view) == _address(array):
                return axes
    return None


def _decoded(base: Any, array: Any, places: tuple[int, ...]) -> tuple[Axis, ...] | None:
    """The index where the array's axes lie along these axes of the base."""
    offset = _address(array) - _address(base)
    axes: list[Axis] = [0] * base.ndim
    for k in sorted(range(base.ndim), key=lambda k: -base.strides[k]):
        start, offset = divmod(offset, base.strides[k])
        if not 0 <= start < base.shape[k]:
            return None
        axes[k] = start
        if k in places:
            own = places.index(k)
            step = array.strides[own] // base.strides[k] if array.shape[own] > 1 else 1
            last = start + step * (array.shape[own] - 1)
            if step == 0 or not 0 <= last < base.shape[k]:
                return None
            axes[k] = (start, last + (1 if step > 0 else -1), step, own)
    return None if offset else tuple(axes)


def _view(base: Any, axes: tuple[Axis, ...]) -> Any:
    index = tuple(a if isinstance(a, int) else slice(a[0], None if a[1] < 0 else a[1], a[2]) for a in axes)
    return base[index].transpose(_order(axes))


def _order(axes: tuple[Axis, ...]) -> tuple[int, ...]:
    """Which axis of what the index gives each of the array's own is."""
    own = [a[3] for a in axes if not isinstance(a, int)]
    return tuple(own.index(k) for k in range(len(own)))


def _said(base_name: str, name: str, base: Any, axes: tuple[Axis, ...]) -> tuple[str, list[tuple[str, int]]]:
    """The index as a text, its numbers as parameters: other starts of the same form need no other code."""
    parts, bounds = [], []
    for k, axis in enumerate(axes):
        if isinstance(axis, int):
            parts.append(f"{name}_{k}")
            bounds.append((f"{name}_{k}", axis))
            continue
        start, stop, step, _ = axis
        if (start, stop, step) == (0, base.shape[k], 1):
            parts.append(":")
            continue
        bounds.append((f"{name}_{k}", start))
        if stop >= 0:
            bounds.append((f"{name}_{k}e", stop))
        parts.append(f"{name}_{k}:{f'{name}_{k}e' if stop >= 0 else ''}" + (f":{step}" if step != 1 else ""))
    order = _order(axes)
    text = base_name if set(parts) == {":"} else f"{base_name}[{', '.join(parts)}]"
    return text if order == tuple(range(len(order))) else f"{text}.transpose({order})", bounds


def _passed(signature: inspect.Signature, said: dict[int, str]) -> str | None:
    """The arguments of the call as the signature takes them."""
    parts = []
    for k, parameter in enumerate(signature.parameters.values()):
        if parameter.kind is parameter.VAR_KEYWORD:
            return None
        named = f"{parameter.name}=" if parameter.kind is parameter.KEYWORD_ONLY else ""
        parts.append(("*" if parameter.kind is parameter.VAR_POSITIONAL else named) + said[k])
    return ", ".join(parts)
