"""Indexing with arrays. To come."""

from __future__ import annotations

from collections.abc import Sequence

from difflang.ir import Node

from .arrays import Desc
from .lower import Lowering


def gather(low: Lowering, node: Node, base: Desc, pattern: Sequence[str]) -> None:
    raise NotImplementedError


def scatter(low: Lowering, node: Node, base: Desc, pattern: Sequence[str]) -> None:
    raise NotImplementedError
