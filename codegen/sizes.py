"""Numbers of bytes as formulas: polynomials in the sizes and integers that a function is given.

A symbol is a tuple: ("dim", leaf, axis), ("int", leaf), ("max" | "min" | "over", one, other), ("unknown", text).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

from difflang.records import dataclass, field

Symbol = tuple[Any, ...]
Terms = Mapping[tuple[Symbol, ...], int]


@dataclass(frozen=True)
class Size:
    """A sum of products of symbols: `terms` gives each product's factor."""

    terms: Terms = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __add__(self, other: Size) -> Size:
        found = dict(self.terms)
        for product, factor in other.terms.items():
            found[product] = found.get(product, 0) + factor
        return Size({product: factor for product, factor in found.items() if factor})

    def __sub__(self, other: Size) -> Size:
        return self + constant(-1) * other

    def __mul__(self, other: Size) -> Size:
        found: dict[tuple[Symbol, ...], int] = {}
        for one, a in self.terms.items():
            for two, b in other.terms.items():
                product = tuple(sorted((*one, *two), key=repr))
                found[product] = found.get(product, 0) + a * b
        return Size({product: factor for product, factor in found.items() if factor})

    @property
    def known(self) -> int | None:
        """The number, if it is one."""
        if not self.terms:
            return 0
        return self.terms.get(()) if len(self.terms) == 1 else None

    def covers(self, other: Size) -> bool:
        """Whether it is certainly at least as large: sizes are never negative."""
        return all(factor >= 0 for factor in (self - other).terms.values())

    def unknowns(self) -> list[str]:
        """What a caller cannot tell beforehand."""
        found: dict[str, None] = {}
        for product in self.terms:
            for symbol in product:
                found.update(dict.fromkeys(_unknowns(symbol)))
        return list(found)

    def text(self, names: Sequence[str]) -> str:
        """The formula, in the names of the arguments' leaves."""
        parts: list[str] = []
        for product, factor in sorted(self.terms.items(), key=lambda term: (-len(term[0]), repr(term[0]))):
            words = ([str(abs(factor))] if abs(factor) != 1 or not product else []) + [_text(symbol, names) for symbol in product]
            sign = (" - " if factor < 0 else " + ") if parts else ("-" if factor < 0 else "")
            parts.append(sign + " * ".join(words))
        return "".join(parts) or "0"

    def value(self, leaves: Sequence[Any]) -> int | None:
        """The number of bytes for these arguments; None where something is not known beforehand."""
        total = 0
        for product, factor in self.terms.items():
            for symbol in product:
                number = _value(symbol, leaves)
                if number is None:
                    return None
                factor *= number
            total += factor
        return total


def constant(number: int) -> Size:
    return Size({(): number}) if number else Size()


def symbol(*parts: Any) -> Size:
    return Size({(tuple(parts),): 1})


def greatest(one: Size, other: Size) -> Size:
    """The larger one, by name where it cannot be told."""
    if one.covers(other):
        return one
    return other if other.covers(one) else symbol("max", *sorted((one, other), key=repr))


def least(one: Size, other: Size) -> Size:
    if one.covers(other):
        return other
    return one if other.covers(one) else symbol("min", *sorted((one, other), key=repr))


def over(one: Size, other: Size) -> Size:
    """A quotient without its rest."""
    a, b = one.known, other.known
    return constant(a // b) if a is not None and b else symbol("over", one, other)


def _unknowns(part: Union[Symbol, Size]) -> list[str]:
    if isinstance(part, Size):
        return part.unknowns()
    if part[0] == "unknown":
        return [part[1]]
    return [text for item in part[1:] if isinstance(item, Size) for text in item.unknowns()]


def _text(part: Symbol, names: Sequence[str]) -> str:
    if part[0] == "dim":
        return f"{names[part[1]]}.shape[{part[2]}]"
    if part[0] == "int":
        return names[part[1]]
    if part[0] == "unknown":
        return f"({part[1]})"
    one, other = (item.text(names) for item in part[1:])
    return f"({one}) // ({other})" if part[0] == "over" else f"{part[0]}({one}, {other})"


def _value(part: Symbol, leaves: Sequence[Any]) -> int | None:
    if part[0] == "dim":
        return int(leaves[part[1]].shape[part[2]])
    if part[0] == "int":
        return max(0, int(leaves[part[1]]))
    if part[0] == "unknown":
        return None
    one, other = (item.value(leaves) for item in part[1:])
    if one is None or other is None:
        return None
    if part[0] == "over":
        return int(one // other) if other else 0
    return int(max(one, other) if part[0] == "max" else min(one, other))


__all__ = ["Size", "constant", "greatest", "least", "over", "symbol"]
