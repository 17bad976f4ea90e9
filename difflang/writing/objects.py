"""Objects in the written text: fields of the parameters are read where they are used, results are made by their classes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..containers import Container
from ..errors import NotAvailable
from ..generators import FIELD
from ..hints import shown
from ..ir import LEAF, Const, Function, Param, Tree, Var
from ..tree import AGAIN, LIST_ITEMS, Branch, Layout
from .syntax import Apply, Display, Entry, Expr, Keyword, Pack, Word, quoted

if TYPE_CHECKING:
    from .expressions import Phrases


def has_object(tree: Tree) -> bool:
    """Whether a value of this tree is or holds anything but numbers, arrays and plain tuples."""
    return isinstance(tree, Branch) or isinstance(tree, tuple) and any(map(has_object, tree))


class Paths:
    """How the text reaches what the objects among a function's parameters hold: `model.layer.weight`, `params["W"]`."""

    def __init__(self, function: Function) -> None:
        self.names: dict[Var, str] = {}
        self.objects: dict[int, str] = {}  # by number, lists by negative ones
        self.statics: dict[int, str] = {}
        self._function = function
        leaves = iter(function.body.params)
        for param in function.params:
            self._walk(param.tree, param.name, leaves, has_object(param.tree))

    def _walk(self, tree: Tree, path: str, leaves: Iterator[Var], named: bool) -> None:
        if isinstance(tree, tuple):
            layout = tree.layout if isinstance(tree, Branch) else None
            if layout is not None and layout.kind in ("object", "dict"):
                self.objects[sum(number >= 0 for number in self.objects)] = path
            if layout is not None and layout.kind == "list":
                self.objects[-1 - sum(number < 0 for number in self.objects)] = path
            for k, part in enumerate(tree):
                self._walk(part, path + step(self._function, layout, k), leaves, named)
        elif tree == LEAF:
            leaf = next(leaves)
            if named:
                self.names[leaf] = path
        elif isinstance(tree, Const):
            self.statics.setdefault(id(tree.value), path)

    def changed(self, values: Sequence[Expr]) -> tuple[Expr, Expr, Expr | None]:
        """`result, model.n = ..., ...`: what an assignment at the end takes and is given, and what is returned then."""
        result, *rest = values
        told = [k for k, (_, name) in enumerate(self._function.changes) if name != FIELD]  # a generator moves on by itself
        rest, changes = [rest[k] for k in told], [self._function.changes[k] for k in told]
        if not rest:
            return Word("_"), Word("None"), result
        targets: list[Expr] = [Word(self.objects[number] + self._taking(number, name)) for number, name in changes]
        if result == Word("None"):
            given = Pack(tuple(rest)) if len(rest) > 1 else rest[0]
            return (Pack(tuple(targets)) if len(targets) > 1 else targets[0]), given, None
        return Pack((Word("result"), *targets)), Pack((result, *rest)), Word("result")


    def _taking(self, number: int, name: Any) -> str:
        """What stands behind the path of an object for what is changed."""
        if number >= 0:
            return _field(name)
        if name != LIST_ITEMS:
            reason = "a text that changes a caller's list of lists or of arrays in a loop or a branch is not built yet"
            raise NotAvailable("DL015", reason, self._function.place, "make a new list and return it")
        return "[:]"


def _field(name: Any) -> str:
    return f".{name}" if isinstance(name, str) and name.isidentifier() else f"[{_key(name)}]"


def step(function: Function, layout: Layout | None, k: int) -> str:
    """What stands behind a value in the text for one of its parts."""
    if layout is None or layout.kind == "list":
        return f"[{k}]"
    if layout.kind == "dict":
        return f"[{_key(layout.names[k])}]"
    if layout.has_fields:
        return f".{layout.names[k]}"
    raise _unwritable(layout, function)


def _key(key: Any) -> str:
    return quoted(key) if isinstance(key, str) else repr(key)


def _unwritable(layout: Layout, function: Function | None = None) -> NotAvailable:
    reason = f"a text over objects of {layout.cls.__name__}, a registered class, is not built yet"
    return NotAvailable("DL015", reason, function.place if function else None, "make it a dataclass or a dl.struct")


def flattened(function: Function) -> Function:
    """A function that only the text calls takes what the objects hold, one by one, and gives tuples back."""
    if not any(has_object(param.tree) for param in function.params) and not has_object(function.result):
        return replace(function, changes=())
    leaves = iter(function.body.params)
    params: list[Param] = []
    for param in function.params:
        if has_object(param.tree):
            params += (Param(shown(leaf.hint)) for leaf in _taken(param.tree, leaves))
        else:
            list(_taken(param.tree, leaves))
            params.append(param if param.kind in ("positional_only", "var_positional") else replace(param, kind="positional_or_keyword"))
    return replace(function, params=tuple(params), result=_plain(function.result), changes=())


def _taken(tree: Tree, leaves: Iterator[Var]) -> Iterator[Var]:
    if isinstance(tree, tuple):
        for part in tree:
            yield from _taken(part, leaves)
    elif tree == LEAF:
        yield next(leaves)


def _plain(tree: Tree) -> Tree:
    return tuple(map(_plain, tree)) if isinstance(tree, tuple) else tree


def put_together(phrases: Phrases, tree: Branch, parts: Sequence[Expr]) -> Expr:
    """The expression that makes an object of these parts."""
    layout = tree.layout
    if layout == AGAIN:
        assert tree.origin is not None
        return Word(phrases.own_objects[tree.origin])
    if layout.kind == "list":
        return Display("[", tuple(parts))
    if layout.kind == "dict":
        return Display("{", tuple(Entry(Word(_key(name)), part) for name, part in zip(layout.names, parts, strict=True)))
    if layout.kind == "rows":
        return _rows(layout.aux, tuple(parts))
    if not layout.has_fields or issubclass(layout.cls, Container):
        raise _unwritable(layout)
    named = tuple(Keyword(name, part) for name, part in zip(layout.names, parts, strict=True))
    own = Word(phrases.class_name(layout.cls))
    return Apply(own, named) if _is_built_by_fields(layout) else Apply(phrases.helper("made"), (own, *named))


def _rows(item: Tree, parts: tuple[Expr, ...]) -> Expr:
    """The list of which each item is put together from one item of each part."""
    plain = isinstance(item, tuple) and len(item) == len(parts) and all(part == LEAF for part in item)
    if not plain or isinstance(item, Branch) and item.layout.kind != "list":
        way_out = "return one list for each part, or an array"
        raise NotAvailable("DL015", "a text that gives a list of such items is not built yet", way_out=way_out)
    items: Expr = Apply(Word("zip"), parts)
    return Apply(Word("list"), (Apply(Word("map"), (Word("list"), items)) if isinstance(item, Branch) else items,))


def _is_built_by_fields(layout: Layout) -> bool:
    """Whether calling the class with its fields does nothing but keep them."""
    cls = layout.cls
    if layout.kind == "namedtuple":
        return True
    if not dataclasses.is_dataclass(cls) or hasattr(cls, "__post_init__") or cls.__init__.__code__.co_filename != "<string>":
        return False
    return {field.name for field in dataclasses.fields(cls)} == set(layout.names) and all(field.init for field in dataclasses.fields(cls))


def class_reference(cls: type) -> tuple[str, type]:
    """How the text names a class, and the class that it must import for it: of `Dense.TangentVector` it is Dense."""
    name = cls.__qualname__.rpartition("<locals>.")[2]
    outer = getattr(cls, "__difflang_outer__", None)
    if outer is not None:
        return f"{class_reference(outer)[0]}.{cls.__name__}", class_reference(outer)[1]
    return name, cls


def classes_in(functions: Iterable[Function]) -> dict[str, type]:
    """The program's own classes that a text over these functions names."""
    found: dict[str, type] = {}

    def enter(tree: Tree) -> None:
        if isinstance(tree, Branch) and tree.layout.has_fields:
            name, outer = class_reference(tree.layout.cls)
            found[name.partition(".")[0]] = outer
        for part in tree if isinstance(tree, tuple) else ():
            enter(part)

    for function in functions:
        for tree in (function.result, *(param.tree for param in function.params)):
            enter(tree)
    return found


def class_imports(classes: dict[str, type]) -> list[str]:
    """The import statements for the program's own classes. No import reaches one inside of a function: an error class has a stand-in."""
    homes: dict[str, list[str]] = {}
    lost, errors = [], []
    for name, cls in classes.items():
        if "." not in cls.__qualname__:
            homes.setdefault(cls.__module__, []).append(name)
        elif issubclass(cls, BaseException):
            errors.append(f"class {name}({_known_base(cls)}):\n    pass\n")
        else:
            lost.append(name)
    lines = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(homes.items())]
    lines += [f"# {name} is defined inside of a function or a class: bring it here" for name in lost]
    return [*(["\n".join(lines) + "\n"] if lines else []), *errors]


def _known_base(cls: type) -> str:
    """Python's own class that an error class is a kind of."""
    return next(base.__name__ for base in cls.__mro__ if base.__module__ == "builtins")


__all__ = ["Paths", "class_imports", "class_reference", "classes_in", "flattened", "has_object", "put_together"]
