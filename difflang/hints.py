"""What values are called: the user's names, and names made up for what he did not name.

A name of the user's that looks made up (`t`, `v_x`, `sin_theta`) carries a mark, so that it is kept; whatever
shows a name takes the mark off.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .op import TABLE

MARK = "\N{MODIFIER LETTER PRIME}"
TEMPORARY = re.compile(r"(t|item|_+|\w+_item|\w+_[a-z])(_bar|_dot)*(_\d+)?")


@lru_cache(maxsize=4096)
def is_temporary(hint: str) -> bool:
    """Whether a hint is nobody's choice: none at all, or made from an op and what it reads, as builders make them."""
    if MARK in hint and re.fullmatch(rf"\w+{MARK}(_bar|_dot)*(_\d+)?", hint):
        return False
    if TEMPORARY.fullmatch(hint) is not None:
        return True
    op, _, rest = hint.partition("_")
    return bool(rest) and op in TABLE and TABLE[op].kind == "elementwise" and not TABLE[op].infix


@lru_cache(maxsize=4096)
def chosen(name: str) -> str:
    """The hint for a name of the user's."""
    return name + MARK if name.strip("_") and is_temporary(name) else name


def shown(hint: str) -> str:
    """The name that a hint stands for."""
    return hint.replace(MARK, "")
