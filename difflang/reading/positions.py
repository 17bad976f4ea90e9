"""Where each piece of the text stands, found by one light walk of our own.

libcst knows positions only through its metadata wrapper, which copies the tree. Here the tree is written once
into a state that counts lines and columns and keeps the comments it meets.
"""

from __future__ import annotations

from types import TracebackType

import libcst as cst
from libcst._nodes.internal import CodegenState

from ..ir import Place
from .source import Source

Spot = tuple[int, int]


class _Span:
    """Remembers where a node begins and ends."""

    __slots__ = ("end_node", "node", "start", "start_node", "walk")

    def __init__(self, walk: _Walk, node: cst.CSTNode, start_node: cst.CSTNode | None, end_node: cst.CSTNode | None) -> None:
        self.walk, self.node, self.start_node, self.end_node = walk, node, start_node, end_node

    def __enter__(self) -> None:
        self.start = (self.walk.line, self.walk.column)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        spans = self.walk.spans
        start = spans[self.start_node][0] if self.start_node is not None else self.start
        end = spans[self.end_node][1] if self.end_node is not None else (self.walk.line, self.walk.column)
        spans[self.node] = (start, end)


class _Walk(CodegenState):
    """libcst writes into this; nothing is kept but positions and comments."""

    def __init__(self, module: cst.Module) -> None:
        super().__init__(module.default_indent, module.default_newline)
        self.line, self.column = 1, 0
        self.spans: dict[cst.CSTNode, tuple[Spot, Spot]] = {}
        self.comments: dict[int, str] = {}

    def add_token(self, value: str) -> None:
        breaks = value.count("\n")
        if breaks:
            self.line += breaks
            self.column = len(value) - value.rfind("\n") - 1
        else:
            if value[:1] == "#":
                self.comments[self.line] = value
            self.column += len(value)

    def add_indent_tokens(self) -> None:
        self.column += sum(map(len, self.indent_tokens))

    def pop_trailing_newline(self) -> None:
        pass

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _Span:
        return _Span(self, node, start_node, end_node)


class Positions:
    """The places of all nodes of one function's tree, in the file's own lines and columns."""

    def __init__(self, module: cst.Module, source: Source) -> None:
        walk = _Walk(module)
        module._codegen_impl(walk)
        self._spans = walk.spans
        self._file, self._shift = source.file, source.shift
        self.comments = {line + source.shift: text for line, text in walk.comments.items()}
        self.errstate: tuple[tuple[str, str], ...] = ()  # of the block that is being read
        self.catching = 0  # how many blocks of warnings.catch_warnings are open

    def lend(self, made: cst.CSTNode, like: cst.CSTNode) -> None:
        """A node made while reading stands where another one does."""
        self._spans[made] = self._spans[like]

    def place(self, node: cst.CSTNode, end: cst.CSTNode | None = None) -> Place:
        """From the beginning of a node to its end, or to that of `end`: a header, without the block below it."""
        while node not in self._spans:  # a few kinds of nodes are wrappers without a place of their own
            node = next(iter(node.children))
        start, stop = self._spans[node]
        if end is not None:
            stop = self._spans[end][1]
        return Place(self._file, start[0] + self._shift, start[1], stop[0] + self._shift, stop[1], self.errstate)
