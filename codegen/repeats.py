"""LLVM text put together of parts that declare the same functions, and some that nobody calls."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_SYMBOL = re.compile(r"^(define|declare)\b[^@\n]*@([\w.$]+)\(")


def without_repeats(text: str) -> str:
    """The module without declarations of what it declares or defines elsewhere."""
    known = {found[2] for line in text.splitlines() if (found := _SYMBOL.match(line)) and found[1] == "define"}
    lines = []
    for line in text.splitlines():
        found = _SYMBOL.match(line)
        if found and found[1] == "declare":
            if found[2] in known:
                continue
            known.add(found[2])
        lines.append(line)
    return "\n".join(lines) + "\n"


def without_unused(text: str) -> str:
    """The module without declarations of what it never names: LLVM would write hidden ones into the symbol table."""
    counts = Counter(re.findall(r"@([\w.$]+)", text))
    lines = text.splitlines()
    kept = [line for line in lines if not ((found := _SYMBOL.match(line)) and found[1] == "declare" and counts[found[2]] == 1)]
    return "\n".join(kept) + "\n"


def declarations_of(lines: Iterable[str]) -> dict[str, str]:
    """Declarations by the symbol that each declares."""
    return {found[2]: line for line in lines if (found := _SYMBOL.match(line))}


__all__ = ["declarations_of", "without_repeats", "without_unused"]
