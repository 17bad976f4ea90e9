"""What can be walked once: zip, map, enumerate and the like are at their end after a walk. A second one finds nothing: it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from difflang.build import Builder
from difflang.ir import Const, Node
from difflang.records import dataclass, field

from .values import Compound, Value

if TYPE_CHECKING:
    from .frame import Frame

KINDS = frozenset("zip enumerate reversed map filter chain pairwise iterator".split())
WALKING = frozenset("each invoke method unpack contains".split())
"""Nodes that walk an operand, or hand it to who does."""


@dataclass(eq=False)
class Spent:
    """The iterators of an interpretation: where each was made, and by which node it is walked."""

    homes: dict[int, tuple[Any, Builder]] = field(default_factory=dict)
    nodes: dict[int, Node] = field(default_factory=dict)

    def made(self, value: Any, home: Builder) -> None:
        if isinstance(value, Compound) and value.kind in KINDS:
            self.homes.setdefault(id(value), (value, home))

    def given(self, frame: Frame, node: Node, values: list[Value]) -> list[Value]:
        """The operands of a node; what it walks must not have been walked before, nor been made before the loop around it."""
        if node.op not in WALKING or not any(isinstance(value, Compound) and id(value) in self.homes for value in values):
            return values
        asked = node.op == "invoke" and isinstance(node.args[0], Const) and node.args[0].value in (next, iter)
        for k, value in enumerate(values):
            if isinstance(value, Compound) and id(value) in self.homes:
                before = self.nodes.get(id(value)) if asked else self.nodes.setdefault(id(value), node)
                sure = asked or _is_around(frame, self.homes[id(value)][1])
                if before not in (None, node) or not sure or any(value is other for other in values[:k]):
                    reason = f"this {value.kind} may have been walked before: then it is at its end"
                    frame.fail("DL042", reason, "make it again where it is walked, or keep its items in a list")
        if asked:
            return values
        from .stepping import rest_of

        return [rest_of(frame, value) for value in values]


def _is_around(frame: Frame, home: Builder) -> bool:
    """Whether the text that is written now runs once where `home` does."""
    builder: Builder | None = frame.builder
    while builder is not None and builder is not home:
        builder = frame.around.get(builder)
    return builder is home


__all__ = ["Spent"]
