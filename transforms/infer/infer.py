"""Infer: an abstract interpreter that specialises a function of level `read` to the types of its arguments.

One instance of a function is made for each signature, entered in the table before its body is interpreted, so that
recursion closes: a recursive call has the result found so far, at first nothing, until it does not change.
The handlers of nodes stand in the files `infer_*.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from difflang.containers import RunDefaultDict
from difflang.errors import DifflangError, EndlessRecursion, TypeMismatch
from difflang.ir import Atom, Capture, Const, Function, Node, Param, Program, Region, Var
from difflang.op import load
from difflang.records import dataclass, field, replace
from difflang.tree import Branch
from difflang.types import NOTHING, UNDEFINED, Static, Tuple, Type, Undefined, type_of

from . import calls, control, failing, lists, operators, orders, raising, struct_calls
from .callers import Callers, holds_list, received_lists
from . import asked, complexes, held, iteration, list_arrays, mapped, powers, stepping, writers  # noqa: F401 (they enter what functions become)
from .deepening import bounded_result
from .fixed import fixed
from .frame import Frame
from .grown import Lists, Widen
from .link import identity, linked
from .tried import Variants
from .uses import item_writes, only_truths
from .maybe import given_back
from .objects import HEAP, Cell
from .pools import Pooling, arrived, check_left, departed, handed_back
from .pooling import in_a_circle, pooled, said
from .failing import check_told
from .passing import Outcome, outcome, received, yielded
from .spent import Spent
from .values import Compound, Form, Value, denote, form_key, form_of_type, fresh, laid_out, layout_of_form, tree_of

DEEPEST = 60
"""How deep instances may nest while they are made: beyond, a recursion on static arguments has no end."""

Made = TypeVar("Made")
_HANDLERS = (calls, control, failing, lists, operators, orders, raising, struct_calls)


def infer(
    function: Function, types: Sequence[Type], *, statics: Mapping[str, Any] | None = None, skipped: frozenset[Node] = frozenset()
) -> Program:
    """The typed program of a function of level `read` for arguments of these types, one for each parameter.

    `statics` fixes parameters by name to Python values known while compiling. `skipped` are nodes whose problems are known.
    """
    load()
    statics = dict(statics or {})
    names = [param.name for param in function.params]
    types = [
        *types,
        *(_default_type(param) for param in function.params[len(types) :] if param.default is not ... or param.name in statics),
    ]
    unknown = [name for name in statics if name not in names]
    if unknown or len(types) != len(names):
        reason = f"{function.name}() has no parameter {unknown[0]!r}" if unknown else f"{function.name}() takes {len(names)} arguments"
        raise TypeMismatch("DL017", reason, function.place, "", function.origin)
    given = [Static(statics[name]) if name in statics else type for name, type in zip(names, types, strict=True)]
    inference, entry = settled(lambda begun: begun.instance(None, function, [form_of_type(type) for type in given]), function, skipped)
    result = entry.outcome.result
    if isinstance(result, Undefined) and any(instance.recursive for instance in inference.instances.values()):
        reason = f"{function.name}() calls itself on every path and so never returns"
        raise EndlessRecursion("DL043", reason, function.place, "return a value on some path", function.origin)
    if not _returnable(result):
        reason = f"{function.name}() returns a {_unreturnable(result)}, which a compiled function cannot give to Python"
        raise TypeMismatch("DL027", reason, function.place, "return numbers, arrays, or tuples of them", function.origin)
    functions = {i.key: i.function for i in inference.instances.values() if i.function is not None}
    program = linked(entry.key, functions | inference.foreign | inference.variants.finished())
    check_told(program)
    return program


def settled(interpret: Callable[[Inference], Made], function: Function, skipped: frozenset[Node] = frozenset()) -> tuple[Inference, Made]:
    """An interpretation, begun again until nothing more is learned of lists that grow."""
    learned = Lists()
    read: dict[int, tuple[Any, Function]] = {}
    while True:
        inference = Inference(skipped=skipped, lists=learned, _read=read)
        around, HEAP.cells = HEAP.cells, []
        try:
            learned.begin(function)
            made = interpret(inference)
            if not learned.news:
                return inference, made
        except Widen as found:
            learned.widen(found.sites, found.element)
        except Pooling as linked_too:
            learned.pool(linked_too.classes, linked_too.early)
        except RecursionError:
            if not pooled(learned, in_a_circle(function)):
                raise in_a_circle(function) from None
        except DifflangError as error:
            if not learned.news and not learned.remedied(error) and not pooled(learned, error):
                raise said(learned, error) from None
        finally:
            learned.cells, HEAP.cells = HEAP.cells, around


def _default_type(param: Param) -> Type:
    """A parameter that the call leaves out has the type of its default."""
    return type_of(None if param.default is ... else param.default)


def _returnable(shape: Form) -> bool:
    kinds = ("tuple", "list", "struct", "made", "again")
    if isinstance(shape, Compound) and shape.kind == "grown":
        return _returnable(shape.info)
    if isinstance(shape, Compound) and shape.kind == "made" and issubclass(shape.info.layout.cls, RunDefaultDict):
        return False
    return not isinstance(shape, Compound) or (shape.kind in kinds and all(map(_returnable, shape.items)))


def _unreturnable(shape: Form) -> str:
    assert isinstance(shape, Compound)
    if shape.kind == "made" and issubclass(shape.info.layout.cls, RunDefaultDict):
        return "defaultdict"
    if shape.unstacked is not None:
        return "tuple of np.unstack (as long as the array is)"
    if shape.kind == "grown":
        return f"list of {_unreturnable(shape.info)}s"
    return next((_unreturnable(item) for item in shape.items if not _returnable(item)), shape.kind)


@dataclass(eq=False)
class Instance:
    """A function for one signature. `function` is None while its body is being interpreted."""

    key: str
    outcome: Outcome = field(default_factory=lambda: Outcome(UNDEFINED))
    function: Function | None = None
    recursive: bool = False
    entry: bool = False


@dataclass(eq=False)
class Inference:
    """What the interpretation of one entry shares."""

    instances: dict[Any, Instance] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    skipped: frozenset[Node] = frozenset()  # nodes that hold problems already known: their results are of any type
    lists: Lists = field(default_factory=Lists)
    naturals: set[Atom] = field(default_factory=set)  # ints known not to be negative
    negated: dict[Any, Any] = field(default_factory=dict)  # of a truth that says that a value is None the one that it is there
    foreign: dict[str, Function] = field(default_factory=dict)  # owned functions linked in
    derived: dict[Any, Any] = field(default_factory=dict)  # derivatives of functions, by what was asked for
    _links: dict[Any, tuple[str, Form, tuple[Capture, ...]]] = field(default_factory=dict)
    _held: list[Any] = field(default_factory=list)  # objects known by identity: they must not go away
    _read: dict[int, tuple[Any, Function]] = field(default_factory=dict)
    _capture_types: dict[Any, Form] = field(default_factory=dict)
    sets: dict[int, tuple[Any, Any]] = field(default_factory=dict)  # known while compiling, with the places that made them
    once: Spent = field(default_factory=Spent)
    spent: list[Any] = field(default_factory=list)  # generators of which an item was taken
    _depth: int = 0
    _variants: Variants | None = None

    @property
    def variants(self) -> Variants:
        """The second forms of functions that are called inside a `try`."""
        self._variants = self._variants or Variants(self)
        return self._variants

    def read(self, frame: Frame, function: Any) -> Function:
        """The read level of a Python function."""
        if isinstance(function, Function):
            return function
        if id(function) not in self._read:
            from difflang.reading import read

            self._read[id(function)] = (function, read(function))
        return self._read[id(function)][1]

    def stand_in(self, target: Any, made: Function) -> Function:
        """The one function that stands for a callable without a text."""
        return self._read.setdefault(id(target), (target, made))[1]

    def new_key(self, name: str) -> str:
        key, count = name, 1
        while key in self.keys:
            count += 1
            key = f"{name}_{count}"
        self.keys.add(key)
        return key

    def instance(self, caller: Frame | None, function: Function, forms: Sequence[Form]) -> Instance:
        signature = (id(function), tuple(map(form_key, forms)), caller is None and any(map(holds_list, forms)))  # those are the caller's
        found = self.instances.get(signature)
        if found is not None:
            found.recursive = found.recursive or found.function is None
            return found
        if self._depth > DEEPEST:
            assert caller is not None
            caller.fail("DL043", f"{function.name}() calls itself with ever new static arguments", "pass a number known at run time")
        made = self.instances[signature] = Instance(self.new_key(function.name), entry=caller is None)
        self._depth += 1
        try:
            self._build(made, function, forms)
        except BaseException:
            self._drop_from(made)
            raise
        finally:
            self._depth -= 1
        return made

    def _drop_from(self, first: Instance, itself: bool = True) -> None:
        """Forget an instance and all made after it."""
        order = list(self.instances.items())
        at = next(k for k, (_, instance) in enumerate(order) if instance is first)
        for signature, instance in order[at if itself else at + 1 :]:
            del self.instances[signature]
            self.keys.discard(instance.key)

    def _build(self, made: Instance, function: Function, forms: Sequence[Form]) -> None:
        """Interpret the body until the result that recursive calls were given is the result found."""
        deepest = 0
        while True:
            made.recursive = False
            signature = (id(function), tuple(map(form_key, forms)))
            frame = Frame(self, function, truths=only_truths(function), items=item_writes(function), signature=signature)
            frame.builder.place = function.place
            arguments, variables, numbers = received(forms, [param.hint for param in function.body.params])
            frame.taken = frozenset(param.hint for param in function.body.params)
            frame.unsaid = {var for var in variables if var.hint not in frame.taken}
            callers = Callers()
            rows: dict[Cell, Value] = {}
            if made.entry:
                arguments = [arrived(frame, value, rows) for value in arguments]
                arguments = received_lists(frame, arguments, callers)
            before = [dict(cell.fields) for cell in numbers.cells]
            closed = len(forms) > len(function.params)  # a closure is given what it captured
            captured = [] if closed else [self.capture(frame, capture) for capture in function.captures]
            (result,) = frame.run(function.body, [*arguments, *captured])
            if made.entry:
                result = given_back(frame, departed(frame, result, rows) if self.lists.pooled else result)
                handed_back(frame, rows, zip(numbers.cells, before, strict=False))
            result, lists = callers.handed_back(frame, result, numbers, before)
            with frame.fitting("DL006"):
                joined = made.outcome.joined(outcome(frame, result, numbers, before, made.outcome, lists))
            if made.entry:
                check_left(frame, joined.result, joined.changes.values())
            if not made.recursive or joined.same(made.outcome):
                break
            deepest = bounded_result(frame, joined, deepest)
            made.outcome = joined
            self._drop_from(made, itself=False)
        made.outcome = joined
        yields = yielded(frame.builder, result, numbers, made.outcome, lists)
        made.function = _finished(made, function, frame, forms, variables, yields)

    def capture(self, frame: Frame, capture: Capture) -> Value:
        """The hidden parameter that stands for a captured number or array; other objects are static."""
        known_now = fixed(capture)
        if known_now is not None:
            return known_now
        key = identity(capture)
        for known, var in frame.captures:
            if identity(known) == key:
                return var
        if key not in self._capture_types:
            with frame.fitting():
                self._capture_types[key] = form_of_type(type_of(capture.read()))
        shape = self._capture_types[key]
        if isinstance(shape, (Compound, Static)):
            return denote(capture.read())
        value, made = fresh(shape, capture.name)
        frame.captures += [(capture, var) for var in made]
        return value

    def default(self, frame: Frame, param: Param) -> Value:
        """The value of a parameter's default: a constant, or a hidden parameter for an array."""
        import numpy as np

        if isinstance(param.default, (Var, Const)):
            return frame.get(param.default)
        if isinstance(param.default, np.ndarray):
            array = param.default
            return frame.capture(param.name, lambda: array)
        return denote(param.default)

    def link(self, frame: Frame, target: Any, forms: Sequence[Form]) -> tuple[str, Form, tuple[Capture, ...]]:
        """Enter the owned program that an object makes for these argument types: key, result form, captures."""
        signature = (id(target), tuple(map(form_key, forms)))
        if signature not in self._links:
            self._held.append(target)
            program: Program = target.__difflang_program__(tuple(type_from(frame, shape) for shape in forms))
            names = {key: self.new_key(key) for key in program.functions}
            for key, function in program.functions.items():
                self.foreign[names[key]] = replace(function, name=names[key], body=_renamed(function.body, names))
            main = program.main
            results = iter([atom.type for atom in main.body.yields])
            self._links[signature] = (names[program.entry], _form_of_tree(main.result, results), main.captures)
        return self._links[signature]


def _renamed(region: Region, names: Mapping[str, str]) -> Region:
    """The region with its calls going to other keys."""

    def change(node: Node) -> Node:
        attrs = {**node.attrs, "callee": names[node.attrs["callee"]]} if node.op == "call" else node.attrs
        return replace(node, attrs=attrs, regions=tuple(_renamed(inner, names) for inner in node.regions))

    return replace(region, nodes=tuple(map(change, region.nodes)))


def _form_of_tree(tree: Any, types: Any) -> Form:
    if isinstance(tree, tuple):
        return laid_out(tree.layout if isinstance(tree, Branch) else None, tuple(_form_of_tree(item, types) for item in tree))
    if tree is None:
        return NOTHING
    return Static(tree.value) if isinstance(tree, Const) else next(types)


def _finished(
    made: Instance, function: Function, frame: Frame, forms: Sequence[Form], variables: Sequence[Var], yields: list[Atom]
) -> Function:
    params = [replace(param, tree=tree_of(f)) for param, f in zip(function.params, forms, strict=False)]
    hidden = function.body.params[len(function.params) : len(forms)]
    params += [Param(v.hint, tree_of(f)) for v, f in zip(hidden, forms[len(function.params) :], strict=True)]
    if not made.entry and any(param.kind.startswith("var_") for param in params):
        params = [replace(param, kind="positional_or_keyword") for param in params]  # a call passes what they hold in order
    captures = frame.captures
    body = frame.builder.region((*variables, *(var for _, var in captures)), yields)
    changes = made.outcome.changes
    result = tree_of(made.outcome.result)
    return replace(
        function,
        name=made.key,
        params=tuple(params),
        body=body,
        level="typed",
        result=(result, *map(tree_of, changes.values())) if changes else result,
        changes=tuple(changes),
        captures=tuple(capture for capture, _ in captures),
    )


def type_from(frame: Frame, shape: Form) -> Type:
    """The argument type for a form, where types can say it."""
    if not isinstance(shape, Compound):
        return shape
    if shape.kind not in ("tuple", "list", "struct", "made"):
        frame.fail("DL004", f"a {shape.kind} cannot be passed to a derived function")
    return Tuple(tuple(type_from(frame, item) for item in shape.items), layout_of_form(shape))
