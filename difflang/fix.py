"""Apply the fixes of diagnostics to a file, through libcst: each replaces the expression or small statement that stands at its place."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from .errors import DifflangError, Fix

Spot = tuple[int, int, int, int]


class _Replace(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, texts: dict[Spot, str]) -> None:
        super().__init__()
        self.texts = texts
        self.done = 0

    def on_leave(self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT) -> cst.CSTNodeT | cst.RemovalSentinel:
        if isinstance(original_node, (cst.BaseExpression, cst.BaseSmallStatement)):
            spot = _spot(self.get_metadata(PositionProvider, original_node))
            if spot in self.texts:
                self.done += 1
                return _parsed(original_node, self.texts.pop(spot))  # type: ignore[return-value]
        return super().on_leave(original_node, updated_node)  # type: ignore[return-value]


def _parsed(old: cst.CSTNode, text: str) -> cst.CSTNode:
    """The text as what stood there: an expression keeps the parentheses around it, a statement what ends it."""
    if isinstance(old, cst.BaseExpression):
        new = cst.parse_expression(text)
        return new.with_changes(lpar=[*old.lpar, *new.lpar], rpar=[*new.rpar, *old.rpar])
    line = cst.parse_statement(text)
    assert isinstance(line, cst.SimpleStatementLine) and isinstance(old, cst.BaseSmallStatement)
    return line.body[0].with_changes(semicolon=old.semicolon)


def _spot(found: CodeRange) -> Spot:
    return found.start.line, found.start.column, found.end.line, found.end.column


def fixes(errors: Iterable[DifflangError]) -> dict[str, list[Fix]]:
    """The fixes by file, each once."""
    result: dict[str, list[Fix]] = {}
    for error in errors:
        if error.fix is not None and error.fix not in result.setdefault(error.fix.place.file, []):
            result[error.fix.place.file].append(error.fix)
    return result


def apply(text: str, wanted: Iterable[Fix]) -> tuple[str, int]:
    """The text with the fixes applied, and how many were: a fix whose place holds no expression is left out."""
    texts = {(f.place.line, f.place.column, f.place.end_line, f.place.end_column): f.text for f in wanted}
    change = _Replace(dict(texts))
    module = MetadataWrapper(cst.parse_module(text)).visit(change)
    if any("np." in new for new in texts.values()) and not re.search(r"^\s*import numpy as np\b", text, re.MULTILINE):
        context = CodemodContext()
        AddImportsVisitor.add_needed_import(context, "numpy", asname="np")
        module = AddImportsVisitor(context).transform_module(module)
    return module.code, change.done
