"""Which names a stretch of text assigns, and how control leaves it: questions of syntax alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Union

import libcst as cst

Statement = Union[cst.BaseSmallStatement, cst.BaseCompoundStatement]


def statements(block: cst.BaseSuite) -> list[Statement]:
    """The statements of a block, lines with several of them taken apart."""
    result: list[Statement] = []
    for line in block.body:
        if isinstance(line, cst.SimpleStatementLine):
            result += line.body
        else:
            assert isinstance(line, (cst.BaseCompoundStatement, cst.BaseSmallStatement))
            result.append(line)
    return result


def arms(node: cst.If) -> tuple[list[Statement], list[Statement]]:
    """Both blocks of an `if`; an `elif` is an `if` in the second."""
    if node.orelse is None:
        return statements(node.body), []
    return statements(node.body), [node.orelse] if isinstance(node.orelse, cst.If) else statements(node.orelse.body)


def else_block(node: cst.For | cst.While) -> list[Statement]:
    return statements(node.orelse.body) if node.orelse is not None else []


def assigned(block: Iterable[Statement]) -> dict[str, None]:
    """The names that the statements bind, in order of the text; nested functions are scopes of their own."""
    return dict.fromkeys(_bound(block))


def _bound(block: Iterable[Statement]) -> Iterator[str]:
    for statement in block:
        yield from _bound_by(statement)


def bindings(block: Iterable[Statement]) -> Counter[str]:
    """How often each name is bound, as the text says it."""
    return Counter(_bound(block))


def walrus_names(node: cst.CSTNode) -> Iterator[str]:
    """The names bound by `:=` inside an expression."""
    if isinstance(node, (cst.Lambda, cst.FunctionDef, cst.ClassDef)):
        return
    if isinstance(node, cst.NamedExpr):
        yield from target_names(node.target)
    for child in _children(node):
        yield from walrus_names(child)


def _children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from (item for item in value if isinstance(item, cst.CSTNode))


def target_names(target: cst.CSTNode) -> Iterator[str]:
    """The names that an assignment to this target binds."""
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from target_names(element.value)
    elif isinstance(target, cst.StarredElement):
        yield from target_names(target.value)


def _bound_by(node: Statement) -> Iterator[str]:
    if isinstance(node, cst.If):
        yield from walrus_names(node.test)
        for arm in arms(node):
            yield from _bound(arm)
    elif isinstance(node, (cst.For, cst.While)):
        if isinstance(node, cst.For):
            yield from target_names(node.target)
            yield from walrus_names(node.iter)
        else:
            yield from walrus_names(node.test)
        yield from _bound(statements(node.body))
        yield from _bound(else_block(node))
    elif isinstance(node, (cst.FunctionDef, cst.ClassDef)):
        yield node.name.value
    elif isinstance(node, cst.BaseSmallStatement):
        yield from _bound_by_small(node)


def _bound_by_small(node: cst.BaseSmallStatement) -> Iterator[str]:
    yield from walrus_names(node)
    if isinstance(node, cst.Assign):
        for target in node.targets:
            yield from target_names(target.target)
    elif isinstance(node, (cst.AnnAssign, cst.AugAssign)):
        yield from target_names(node.target)


def declared_elsewhere(block: Iterable[Statement]) -> set[str]:
    """The names that `global` and `nonlocal` statements declare."""
    names: set[str] = set()
    for node in block:
        if isinstance(node, (cst.Global, cst.Nonlocal)):
            names.update(item.name.value for item in node.names)
        elif isinstance(node, cst.If):
            names |= declared_elsewhere(arms(node)[0]) | declared_elsewhere(arms(node)[1])
        elif isinstance(node, (cst.For, cst.While)):
            names |= declared_elsewhere(statements(node.body)) | declared_elsewhere(else_block(node))
    return names


def is_true(test: cst.BaseExpression) -> bool:
    """Whether a loop's condition is written as always true."""
    return (isinstance(test, cst.Name) and test.value == "True") or (isinstance(test, cst.Integer) and int(test.value, 0) != 0)


def falls(block: Sequence[Statement]) -> bool:
    """Whether control can reach the end of the block."""
    return all(map(_falls, block))


def _falls(node: Statement) -> bool:
    if isinstance(node, (cst.Return, cst.Raise, cst.Break, cst.Continue)):
        return False
    if isinstance(node, cst.If):
        return any(falls(arm) for arm in arms(node))
    if isinstance(node, cst.While) and is_true(node.test):
        return _has(statements(node.body), (cst.Break,), into_loops=False)
    if isinstance(node, (cst.For, cst.While)):
        return falls(else_block(node)) or _has(statements(node.body), (cst.Break,), into_loops=False)
    return True


def jumps(block: Iterable[Statement]) -> bool:
    """Whether control can leave the block by return, break or continue."""
    return _has(block, (cst.Break, cst.Continue), into_loops=False) or returns(block)


def returns(block: Iterable[Statement]) -> bool:
    return _has(block, (cst.Return,), into_loops=True)


def _has(block: Iterable[Statement], kinds: tuple[type[cst.CSTNode], ...], into_loops: bool) -> bool:
    for node in block:
        if isinstance(node, kinds):
            return True
        if isinstance(node, cst.If) and any(_has(arm, kinds, into_loops) for arm in arms(node)):
            return True
        if isinstance(node, (cst.For, cst.While)) and (
            (into_loops and _has(statements(node.body), kinds, into_loops)) or _has(else_block(node), kinds, into_loops)
        ):
            return True
    return False
