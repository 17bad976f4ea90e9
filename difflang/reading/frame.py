"""One function while it is read: its nodes so far and what each name stands for at this point of the text.

`env` maps a name to its value. Keys that no identifier can be stand beside the names: "?x" is the truth whether
x is bound (absent: it is, if x is there); "$skip $leave $returned" are truths that say how control left (any jump;
break or return; return); "$return" holds the value returned, "$value" that of an expression's arm, and "$fold ..."
what a comprehension adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Union

import libcst as cst

from ..errors import Fix, OutsideLanguage
from ..hints import chosen
from ..ir import NO_ATTRS, UNDEF, Atom, Capture, Const, Function, Node, Origin, Place, Region, Var, const, static, yields
from ..records import dataclass
from .boxes import ITEM
from .mutual import circle, together
from .names import Captured, Meaning, Missing, Names, Route, Unfit
from .positions import Positions
from .refusals import explain
from .renamed import near, renamed

TRUE, FALSE = const(True), const(False)
SKIP, LEAVE, RETURNED, RETURN, VALUE = "$skip", "$leave", "$returned", "$return", "$value"
FLAGS = (SKIP, LEAVE, RETURNED)
HINTS = {SKIP: "skip", LEAVE: "left", RETURNED: "returned", RETURN: "result", VALUE: "t"}
FOLDED = "$fold "
CALL_IT_LATER = "define the function after the last assignment to the name, or pass the value as an argument"


@dataclass(eq=False)
class Late:
    """A nested function under its name. It captures variables, not values: the closure is made where the name is read."""

    function: Function
    captured: tuple[str | Route, ...]
    node: cst.CSTNode
    defaults: tuple[Atom, ...] = ()
    writes: tuple[str, ...] = ()  # variables of the function around it that it assigns (`nonlocal`): further results


@dataclass(eq=False)
class Kept:
    """What a name stands for that was given a generator expression: it is read where the name is."""

    node: cst.GeneratorExp


@dataclass(eq=False)
class Refused:
    """A name whose value cannot be followed; reading it is the error."""

    reason: str
    way_out: str


Binding = Union[Atom, Late, Refused]
Env = dict[str, Binding]


@dataclass(frozen=True)
class Text:
    """What all functions of one text share."""

    positions: Positions
    origin: Origin
    names: Names
    skipped: frozenset[tuple[str, int, int]] = frozenset()  # statements known to be refused: `diagnose` reads on behind them


class Frame:
    """The state of reading one function."""

    def __init__(self, text: Text, local: frozenset[str], bindings: Mapping[str, int], parent: Frame | None = None) -> None:
        self.text = text
        self.local = local
        self.body: Sequence[Any] = ()  # the statements of the function
        self.imports: dict[str, Route] = {}
        self.deleted: frozenset[str] = frozenset()
        self.shared: tuple[str, ...] = ()  # variables that nested functions assign: any call may
        self.last: Place | None = None  # of the node written last
        self.boxed: frozenset[str] = frozenset()  # variables that live in boxes, see `boxes.py`
        self.boxes: dict[str, Var] = {}
        self.outer_variables: tuple[str, ...] = ()  # what `nonlocal` names
        self.bindings = bindings  # how often each name is assigned: not at all, for untouched parameters
        self.parent = parent
        self.nodes: list[Node] = []
        self.env: Env = {}
        self.captured: dict[str | Route, Var] = {}
        self.holds: dict[Var, dict[str, Binding | None]] = {}  # closures: what their captured names stood for
        self.closures: set[Var] = set()
        self.lazy: set[Atom] = set()  # generator functions of this one, and what calls functions when it is walked
        self.may_hold: dict[Var, dict[str, Binding | None]] = {}  # results of calls that were given closures
        self.turning: list[frozenset[str]] = []  # what the loops that are being read bind in each turn
        self.tries: list[Any] = []  # the try statements whose bodies are being read
        self.following: list[tuple[cst.BaseExpression | None, int]] = []  # what is returned after the loops around, and the tries there
        self.handling: Binding | None = None  # the error that the handler being read has caught
        self.circles: dict[tuple[Late, ...], dict[Late, Function]] = {}  # nested functions that call each other
        self.given: dict[int, Atom] = {}  # values of expressions that were read before the statement they stand in
        self.streams: set[str] = set()  # names that were given a generator expression
        self._guarded: set[int] = set()

    def place(self, node: cst.CSTNode, end: cst.CSTNode | None = None) -> Place:
        return self.text.positions.place(node, end)

    def emit(self, op: str, args: Sequence[Atom], at: cst.CSTNode | Place | None, hint: str = "", **attrs: Any) -> Var:
        """Append a node with one result."""
        out = Var(hint or "t")
        self.nodes.append(Node(op, tuple(args), (out,), attrs or NO_ATTRS, (), self._place(at)))
        return out

    def act(self, op: str, args: Sequence[Atom], at: cst.CSTNode | Place | None, **attrs: Any) -> None:
        """Append a node without a result."""
        self.nodes.append(Node(op, tuple(args), (), attrs or NO_ATTRS, (), self._place(at)))

    def structured(self, op: str, args: Sequence[Atom], outs: Sequence[Var], regions: Sequence[Region], place: Place, **attrs: Any) -> None:
        self.nodes.append(Node(op, tuple(args), tuple(outs), attrs or NO_ATTRS, tuple(regions), place))

    def _place(self, at: cst.CSTNode | Place | None) -> Place | None:
        self.last = self.place(at) if isinstance(at, cst.CSTNode) else at or self.last
        return self.place(at) if isinstance(at, cst.CSTNode) else at

    def refuse(self, node: cst.CSTNode | Place, reason: str, way_out: str, code: str = "DL001") -> OutsideLanguage:
        """The error that says so, to be raised."""
        return OutsideLanguage(code, reason, self._place(node), way_out, self.text.origin)

    def outside(self, node: cst.CSTNode) -> OutsideLanguage:
        """The refusal of a construct that the language does not have."""
        return self.refuse(node, *explain(type(node).__name__))

    def guarded(self, statement: cst.CSTNode) -> Any:
        """The statement, of which is known from here on that nothing in it fails that is caught."""
        self._guarded.add(id(statement))
        return statement

    def is_guarded(self, statement: cst.CSTNode) -> bool:
        return id(statement) in self._guarded

    def bound(self, name: str) -> Atom:
        """The truth whether a name has a value here."""
        return bound_in(self.env, name)

    def is_boxed(self, name: str) -> bool:
        """Whether this name means a variable in a box here."""
        owner = self if name in self.local else self._owner(name)
        return owner is not None and name in owner.boxed

    def box(self, name: str) -> Var | None:
        """The box that a variable lives in, this function's own or one of a function around it."""
        if name in self.boxes:
            return self.boxes[name]
        frame = None if name in self.local else self._owner(name)
        return self._capture(name, name) if frame is not None and name in frame.boxed else None

    def bind(self, name: str, value: Binding) -> None:
        box = self.box(name)
        if box is not None:
            assert not isinstance(value, (Late, Refused))
            self.act("setitem", [box, value, static(ITEM)], self.last, pattern=("i",))
            return
        self.env[name] = value
        self.env.pop("?" + name, None)

    def load(self, node: cst.Name) -> Atom:
        """What a name stands for."""
        name = node.value
        box = self.box(name)
        if box is not None:
            return self.emit("getitem", [box, static(ITEM)], node, name, pattern=("i",))
        if name in self.local:
            return self._load_local(name, node)
        if self._owner(name) is not None:
            return self._capture(name, name)
        return self.outer(self.route(name), node)

    def is_own(self, name: str) -> bool:
        """Whether a name belongs to this function or to one around it that is read along."""
        return name in self.local or self._owner(name) is not None

    def _owner(self, name: str) -> Frame | None:
        """The function around this one, read along, whose variable this is."""
        frame: Frame | None = self
        while frame is not None and name not in frame.imports:
            if frame is not self and name in frame.local:
                return frame
            frame = frame.parent
        return None

    def route(self, name: str) -> Route:
        """Where a name leads that is no variable: an import of a function read along, or the surroundings."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.imports:
                return frame.imports[name]
            frame = frame.parent
        return Route(self.text.names.spelled(name))

    def _capture(self, key: str | Route, hint: str) -> Var:
        return self.captured.setdefault(key, Var(hint))

    def require(self, name: str, node: cst.CSTNode) -> None:
        """That a variable has a value here is known, or checked."""
        flag = self.bound(name)
        if flag is not TRUE:
            if isinstance(flag, Const):
                raise self.refuse(node, f"{name!r} has no value here", "assign it before, on every path that leads here", "DL018")
            message = f"cannot access local variable '{name}' where it is not associated with a value"
            self.act("check", [flag], node, error=UnboundLocalError, message=message, kind="unbound")
            self.env.pop("?" + name)

    def _load_local(self, name: str, node: cst.CSTNode) -> Atom:
        self.require(name, node)
        value = self.env[name]
        if isinstance(value, Late):
            return self.closure(value, node, name)
        if isinstance(value, Refused):
            raise self.refuse(node, value.reason, value.way_out)
        if isinstance(value, Var) and value in self.holds:
            self._still_holds(self.holds[value], node, name, value in self.closures)
        return value

    def followed(self, node: cst.BaseExpression) -> cst.BaseExpression:
        """The generator expression that a name stands for; any other expression itself."""
        if not isinstance(node, cst.Name) or node.value not in self.streams:
            return node
        value = self.load(node)
        if isinstance(value, Var):
            reason = f"which generator {node.value!r} stands for is decided while the program runs"
            raise self.refuse(node, reason, f"keep its items: {node.value} = [...]", "DL042")
        return value.value.node if isinstance(value.value, Kept) else node

    def assigning(self, callee: cst.CSTNode) -> Late | None:
        """The nested function that a callee names, if it assigns variables of this one."""
        value = self.env.get(callee.value) if isinstance(callee, cst.Name) and callee.value in self.local else None
        return value if isinstance(value, Late) and value.writes and self.bound(callee.value) is TRUE else None  # type: ignore[attr-defined]

    def load_final(self, name: str, node: cst.CSTNode) -> Atom:
        """What a `nonlocal` variable stands for when the function is left."""
        value = self.env.get(name, UNDEF)
        if isinstance(value, (Late, Refused)):
            raise self.refuse(node, f"the function assigned to {name!r} cannot be followed", "keep it in a variable of its own")
        return value

    def check_callee(self, callee: Atom, node: cst.CSTNode) -> None:
        """A function that came out of a call may hold a closure: what it captured must not have changed."""
        if isinstance(callee, Var) and callee in self.may_hold:
            self._still_holds(self.may_hold[callee], node, callee.hint)

    def _still_holds(self, held: dict[str, Binding | None], node: cst.CSTNode, name: str, is_closure: bool = True) -> None:
        for captured, value in held.items():
            if value is None or self.env.get(captured) is not value:
                what = f"the function {name!r} captures" if is_closure else f"{name!r} holds a function that captures"
                raise self.refuse(node, f"{what} {captured!r}, which was assigned since", CALL_IT_LATER)

    def closure(self, late: Late, node: cst.CSTNode, name: str) -> Atom:
        """A closure over what the captured names stand for now, as a value."""
        if late.writes:
            reason = f"the function {name!r} assigns {late.writes[0]!r} of the function around it, so it can only be called by its name"
            raise self.refuse(node, reason, "return the new value and let the caller assign it")
        return self.make(late, node, name)

    def make(self, late: Late, node: cst.CSTNode, name: str) -> Atom:
        """The node of a closure."""
        members = circle(self, late)
        if members:
            function, values, names = together(self, members, late, node)
            names += members
        else:
            function, names = late.function, [key for key in late.captured if isinstance(key, str)]
            values = [*(self.captured_value(key, node) for key in late.captured), *late.defaults]
        out = self.emit("closure", values, node, name, function=function)
        self.closures.add(out)
        if yields(function):
            self.lazy.add(out)
        changing = frozenset(self.bindings).union(*self.turning)
        self.holds[out] = {key: self.env.get(key) for key in names if key in changing and not self.is_boxed(key)}
        return out

    def captured_value(self, key: str | Route, node: cst.CSTNode) -> Atom:
        """The value of a variable that a nested function captures."""
        if isinstance(key, Route):
            return self.outer(key, node)
        box = self.box(key)
        if box is not None:
            return box
        return self._load_local(key, node) if key in self.local else self._capture(key, key)

    def outer(self, route: Route, node: cst.CSTNode) -> Atom:
        """What the surroundings of the text hold at a route."""
        return self._atom(self.meaning(route, node), node)

    def meaning(self, route: Route, node: cst.CSTNode) -> Meaning:
        try:
            return self.text.names.meaning(route)
        except Missing as missing:
            raise self._missing(route, node, str(missing)) from None
        except Unfit as unfit:
            raise self.refuse(node, unfit.args[0], unfit.args[1]) from None

    def _missing(self, route: Route, node: cst.CSTNode, reason: str) -> OutsideLanguage:
        """The refusal of a name that is not there, with the one that probably was meant."""
        error = self.refuse(node, reason, "define it before the function is called, or correct the name", "DL003")
        *before, last = route.steps or (0,)
        if not isinstance(last, str):
            return error
        owner = Route(route.name, tuple(before))
        module = self.text.names.value(owner)
        now = renamed(module, last)
        guess = now or near(module, last)
        if guess is not None:
            error.way_out = f"NumPy calls it {owner}.{guess} now" if now else f"did you mean {owner}.{guess}?"
        if now is not None and error.place is not None and isinstance(node, cst.Attribute):
            error.fix = Fix(error.place, f"{owner}.{now}")
        return error

    def _atom(self, meaning: Meaning, node: cst.CSTNode) -> Atom:
        if isinstance(meaning, Captured):
            return self._capture(meaning.route, _last_name(meaning.route))
        if isinstance(meaning, tuple):
            return self.emit("tuple", [self._atom(item, node) for item in meaning], node)
        return meaning

    def captures(self) -> tuple[Capture, ...]:
        """The hidden parameters' declarations, in order of their values."""
        return tuple(Capture(str(key), self._reader(key)) for key in self.captured)

    def _reader(self, key: str | Route) -> Callable[[], Any]:
        if isinstance(key, Route):
            return self.text.names.reader(key)

        def read() -> Any:
            raise LookupError(f"{key!r} is a variable of the enclosing function: its value is an argument of the closure")

        return read


def bound_in(env: Env, name: str) -> Atom:
    """The truth whether a name is bound in `env`."""
    flag = env.get("?" + name)
    if flag is None:
        return TRUE if name in env else FALSE
    assert not isinstance(flag, (Late, Refused))
    return flag


def value_in(env: Env, key: str) -> Binding:
    """What a key stands for, defaults included: a jump not taken, a value missing."""
    return env.get(key, FALSE if key in FLAGS else UNDEF)


def key_hint(key: str) -> str:
    """What a value under this key is called."""
    if key.startswith("?"):
        return key[1:] + "_bound"
    if key.startswith(("$raised", "$error", "$inside")):
        return key[1:].split()[0]
    if key.startswith("$match "):
        return key.split()[-1]
    return key.split()[-1] if key.startswith(FOLDED) else HINTS.get(key) or chosen(key)


def _last_name(route: Route) -> str:
    return next(step for step in reversed((route.name, *route.steps)) if isinstance(step, str))
