"""Which names a stretch of text assigns, and how control leaves it: questions of syntax alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
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


def inner_blocks(node: Statement) -> list[list[Statement]]:
    """The blocks inside a statement that belong to the same function."""
    if isinstance(node, cst.If):
        return list(arms(node))
    if isinstance(node, (cst.For, cst.While)):
        return [statements(node.body), else_block(node)]
    if isinstance(node, cst.With):
        return [statements(node.body)]
    if isinstance(node, cst.Match):
        return [statements(case.body) for case in node.cases]
    return try_blocks(node) if isinstance(node, cst.Try) else []


def try_blocks(node: cst.Try) -> list[list[Statement]]:
    """Body, handlers, else, finally."""
    last = [part.body for part in (node.orelse, node.finalbody) if part is not None]
    return [statements(body) for body in (node.body, *(handler.body for handler in node.handlers), *last)]


def imported(node: cst.Import | cst.ImportFrom) -> list[tuple[str, str, str]]:
    """(name, module, attribute or "") for each name that an import binds. A star binds none that the text says."""
    if isinstance(node.names, cst.ImportStar):
        return []
    module = ""
    if isinstance(node, cst.ImportFrom):
        module = "." * len(node.relative) + (_dotted(node.module) if node.module is not None else "")
    found = []
    for alias in node.names:
        path, name = _dotted(alias.name), alias.asname.name if alias.asname is not None else None
        assert name is None or isinstance(name, cst.Name)
        if isinstance(node, cst.ImportFrom):
            found.append((name.value if name else path, module, path))
        else:
            found.append((name.value, path, "") if name else (path.partition(".")[0], path.partition(".")[0], ""))
    return found


def _dotted(node: cst.BaseExpression) -> str:
    return f"{_dotted(node.value)}.{node.attr.value}" if isinstance(node, cst.Attribute) else str(getattr(node, "value", ""))


def pattern_names(node: cst.CSTNode) -> Iterator[str]:
    """The names that a pattern of `match` captures."""
    if isinstance(node, (cst.MatchAs, cst.MatchStar)) and node.name is not None:
        yield node.name.value
    if isinstance(node, cst.MatchMapping) and node.rest is not None:
        yield node.rest.value
    for child in _children(node):
        if not isinstance(child, cst.BaseExpression):
            yield from pattern_names(child)


def imports_of(block: Iterable[Statement]) -> Iterator[tuple[str, str, str]]:
    for node in block:
        if isinstance(node, (cst.Import, cst.ImportFrom)):
            yield from imported(node)
        for inner in inner_blocks(node):
            yield from imports_of(inner)


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
    for name in _fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, (tuple, list)):
            yield from (item for item in value if isinstance(item, cst.CSTNode))
        elif isinstance(value, cst.CSTNode):
            yield value


@cache
def _fields(cls: type[cst.CSTNode]) -> tuple[str, ...]:
    """The fields of a node but for those of its layout, in which no name can stand."""
    layout = ("whitespace", "leading", "trailing", "lpar", "rpar", "comma", "semicolon", "header", "footer", "operator", "newline")
    return tuple(name for name in cls.__dataclass_fields__ if not name.startswith(layout))


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
    for head in _heads(node):
        yield from _walruses(head)
    if isinstance(node, cst.For):
        yield from target_names(node.target)
    elif isinstance(node, cst.With):
        yield from (name for item in node.items if item.asname is not None for name in target_names(item.asname.name))
    elif isinstance(node, cst.Match):
        yield from (name for case in node.cases for name in pattern_names(case.pattern))
    elif isinstance(node, cst.Try):
        yield from (name for handler in node.handlers if handler.name is not None for name in target_names(handler.name.name))
    elif isinstance(node, (cst.FunctionDef, cst.ClassDef)):
        yield node.name.value
    elif isinstance(node, cst.BaseSmallStatement):
        yield from _bound_by_small(node)
    for inner in inner_blocks(node):
        yield from _bound(inner)


def _heads(node: Statement) -> list[cst.CSTNode]:
    """The expressions of a statement with blocks."""
    if isinstance(node, (cst.If, cst.While)):
        return [node.test]
    if isinstance(node, cst.For):
        return [node.iter]
    if isinstance(node, cst.With):
        return [item.item for item in node.items]
    return [node.subject, *(case.guard for case in node.cases if case.guard is not None)] if isinstance(node, cst.Match) else []


@lru_cache(maxsize=1024)
def _walruses(node: cst.CSTNode) -> tuple[str, ...]:
    """As `walrus_names`, remembered: each block around a statement asks."""
    return tuple(walrus_names(node))


def _bound_by_small(node: cst.BaseSmallStatement) -> Iterator[str]:
    yield from _walruses(node)
    if isinstance(node, cst.Assign):
        for target in node.targets:
            yield from target_names(target.target)
    elif isinstance(node, (cst.AnnAssign, cst.AugAssign)):
        yield from target_names(node.target)
    elif isinstance(node, cst.Del):
        yield from deleted(node)
    elif isinstance(node, (cst.Import, cst.ImportFrom)):
        yield from (name for name, _, _ in imported(node))


def deleted(node: cst.Del) -> list[str]:
    """The names that `del` takes away."""
    return list(target_names(node.target))


def names_deleted(block: Iterable[Statement]) -> Iterator[str]:
    """Every name that some `del`, or the end of an `except ... as name`, takes away."""
    for node in block:
        if isinstance(node, cst.Del):
            yield from deleted(node)
        if isinstance(node, cst.Try):
            yield from (name for handler in node.handlers if handler.name is not None for name in target_names(handler.name.name))
        for inner in inner_blocks(node):
            yield from names_deleted(inner)


def declared_elsewhere(block: Iterable[Statement]) -> set[str]:
    """The names that `global` and `nonlocal` statements declare."""
    names: set[str] = set()
    for node in block:
        if isinstance(node, (cst.Global, cst.Nonlocal)):
            names.update(item.name.value for item in node.names)
        for inner in inner_blocks(node):
            names |= declared_elsewhere(inner)
    return names


def outer_variables(block: Iterable[Statement], parameters: Collection[str] = ()) -> set[str]:
    """The variables of functions around it that a function's body assigns: by `nonlocal`, or in functions defined in it."""
    block = list(block)
    declared, nested = _declared_outer(block)
    return declared | (nested - set(bindings(block)) - set(parameters))


def _declared_outer(block: Iterable[Statement]) -> tuple[set[str], set[str]]:
    """What `nonlocal` declares in the block, and what functions defined in the block assign of functions around them."""
    declared: set[str] = set()
    nested: set[str] = set()
    for node in block:
        if isinstance(node, cst.Nonlocal):
            declared.update(item.name.value for item in node.names)
        if isinstance(node, cst.FunctionDef):
            nested |= outer_variables(statements(node.body), parameter_names(node.params))
        for inner in inner_blocks(node):
            more, deeper = _declared_outer(inner)
            declared |= more
            nested |= deeper
    return declared, nested


def parameter_names(params: cst.Parameters) -> set[str]:
    """The names of all parameters."""
    found = {p.name.value for p in (*params.posonly_params, *params.params, *params.kwonly_params)}
    stars = (params.star_arg, params.star_kwarg)
    return found | {star.name.value for star in stars if isinstance(star, cst.Param)}


def shared_variables(block: Iterable[Statement]) -> set[str]:
    """The names that functions defined in the block declare `nonlocal`."""
    names: set[str] = set()
    for node in block:
        if isinstance(node, cst.FunctionDef):
            inside = statements(node.body)
            names |= outer_variables(inside) | shared_variables(inside)
        for inner in inner_blocks(node):
            names |= shared_variables(inner)
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
    if isinstance(node, cst.With):
        return falls(statements(node.body))
    if isinstance(node, cst.Match):
        return not is_wildcard(node.cases[-1]) or any(map(falls, inner_blocks(node)))
    if isinstance(node, cst.Try):
        final = statements(node.finalbody.body) if node.finalbody is not None else []
        return falls(final) and any(map(falls, try_blocks(node)))
    return True


def is_wildcard(case: cst.MatchCase) -> bool:
    """Whether a case takes everything."""
    pattern = case.pattern
    return case.guard is None and isinstance(pattern, cst.MatchAs) and (pattern.pattern is None)


def jumps(block: Iterable[Statement]) -> bool:
    """Whether control can leave the block by return, break or continue."""
    return _has(block, (cst.Break, cst.Continue), into_loops=False) or returns(block)


def returns(block: Iterable[Statement]) -> bool:
    return _has(block, (cst.Return,), into_loops=True)


def _has(block: Iterable[Statement], kinds: tuple[type[cst.CSTNode], ...], into_loops: bool) -> bool:
    for node in block:
        if isinstance(node, kinds):
            return True
        loop = isinstance(node, (cst.For, cst.While))
        inner = inner_blocks(node)
        if any(_has(part, kinds, into_loops) for part in (inner[1:] if loop and not into_loops else inner)):
            return True
    return False
