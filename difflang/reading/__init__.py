"""The reader: from a Python function to IR at level "read". libcst is imported at the first read only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .source import register_source

if TYPE_CHECKING:
    from ..ir import Function


def read(function: Callable[..., Any]) -> Function:
    """The function's IR as its text says it. Raises OutsideLanguage with the place and a way out.

    Reading again gives the same object while everything static that the text names is still what it was.
    """
    from .memory import remember

    return remember(function)


__all__ = ["read", "register_source"]
