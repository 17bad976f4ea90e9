"""One placed function to LLVM IR: values by name, regions node by node, releases at last use.

What each op becomes stands in the files of its family, entered into `HANDLERS`; control flow is in `structured.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Union

from difflang.errors import NotAvailable
from difflang.ir import Atom, Const, Function, Node, Program, Region, Var
from difflang.op import row
from difflang.records import dataclass
from difflang.types import Array, Scalar, Type

from ..alias import ANYWHERE, Aliases, holds_memory
from ..arrays import Desc, Element, Expr, Uniform
from .fuse import Fusion, decide
from .joint import Joint
from ..liveness import Liveness
from .loops import assign
from ..memory import Scopes, assemble, components, fresh, hand_out, let_go, parts, retain
from .ranges import Ranges
from .scalars import convert
from .silence import Silence
from ..writer import ModuleWriter, Writer, literal
from .versions import Assumed

Value = Union[str, Expr]
Handler = Callable[["Lowering", Node], None]
HANDLERS: dict[str, Handler] = {}
JOINING: list[Handler] = []
"""Those that hush what they compute themselves, for it may wait for its neighbours."""


def handles(*names: str) -> Callable[[Handler], Handler]:
    """Enter a function as the lowering of these ops."""

    def enter(function: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(names, function))
        return function

    return enter


@dataclass
class Scope:
    """A region being lowered: what is fused in it, where blocks die, and how far it got."""

    fusion: Fusion
    live: Liveness
    position: int = -1


class Lowering:
    """The state of lowering one function."""

    def __init__(self, module: ModuleWriter, program: Program, key: str, recursive: bool) -> None:
        self.module = module
        self.program = program
        self.function = function = program.functions[key]
        self.recursive = recursive
        self.aliases = Aliases(function, dict(program.functions))
        self.scopes = Scopes(module)
        self.results = result_types(function)
        self.w = Writer(module, f"ret {struct(self.results)} {failed(self.results)}")
        self.w.alias = self.scopes.suffix
        self.env: dict[Var, Value] = {}
        self.ranges = Ranges()
        self.place = function.place
        self.stack: list[Scope] = []
        self.joint = Joint(self)
        self.w.leaving = self.joint.settle
        self.hushed = 0  # the status flags that the node being lowered is to leave as they are
        self.temporaries: list[Desc] = []
        self.assumed: Assumed | None = None  # what the version of a loop that is being written takes for granted
        self.twice = 0  # nodes of loops written in two versions so far
        self.loops = 0  # how many are open
        self.keepers: list[str] = []  # where they keep blocks for their next turns
        self.silence = None if module.hushing is None else Silence(module.hushing, key)
        self.below: dict[str, str] = {}  # a loop's index and what it stays below
        self._memory = 1_000_000  # ids of memory that the analysis does not know

    # values

    def get(self, atom: Atom) -> Value:
        if isinstance(atom, Const):
            assert isinstance(atom.type, Scalar), f"a constant {atom} where a number is needed"
            return literal(atom.value, atom.type.dtype)
        return self.env[atom]

    def scalar(self, atom: Atom, dtype: str | None = None) -> str:
        """A number in a register, converted if `dtype` is given."""
        value = self.get(atom)
        if isinstance(value, Expr):
            value = value.at(Element(self.w), ("0",) * value.rank)
        own = dtype_of(atom.type)
        return value if dtype is None else convert(self.w, value, own, dtype)

    def expr(self, atom: Atom) -> Expr:
        value = self.get(atom)
        return value if isinstance(value, Expr) else Uniform(dtype_of(atom.type), (), (), value)

    def array(self, atom: Atom) -> Desc:
        """An array in memory; an expression is computed for this one node."""
        value = self.expr(atom)
        return value if isinstance(value, Desc) else self.temporary(value)

    def handle(self, atom: Atom) -> str:
        value = self.get(atom)
        assert isinstance(value, str)
        return value

    def temporary(self, value: Expr) -> Desc:
        """The expression in memory that is released after this node."""
        target = fresh(self, value.dtype, value.kinds, value.dims, self.new_memory())
        self.temporaries.append(target)
        assign(self.w, target, value)
        return target

    def new_memory(self) -> frozenset[int]:
        self._memory += 1
        return frozenset({self._memory})

    def memory(self, var: Var) -> frozenset[int]:
        return self.aliases.memory.get(var, frozenset({ANYWHERE}))

    def new_array(self, out: Var, dims: Sequence[str]) -> Desc:
        """Fresh memory for a node's result, which is bound to it."""
        assert isinstance(out.type, Array)
        desc = fresh(self, out.type.dtype, out.type.dims, dims, self.memory(out), out.hint)
        self.env[out] = desc
        return desc

    def finish(self, node: Node, value: Expr) -> None:
        """Bind an expression: as it stands where it is fused, else computed into memory."""
        out = node.out
        if not isinstance(out.type, Array):
            self.env[out] = value.at(Element(self.w), ("0",) * value.rank)
        elif out in self.stack[-1].fusion.lazy:
            self.env[out] = value
        else:
            assign(self.w, self.new_array(out, value.dims), value)

    def dims(self, atom: Atom) -> tuple[str, ...]:
        value = self.get(atom)
        return value.dims if isinstance(value, Expr) else ()

    def is_plain(self, op: str) -> bool:
        """Whether an elementwise op is lowered as all of them are."""
        return HANDLERS.get(op, HANDLERS["elementwise"]) is HANDLERS["elementwise"]

    def is_below(self, index: str, size: str) -> bool:
        """Whether an index is known to be less than a size: it is a loop's, and the loop stops there."""
        bound = self.below.get(index)
        return bound is not None and (size == bound or self.w.codes.get(size) in _clipped(bound))

    # regions

    def region(self, region: Region, owned: dict[int, Var]) -> Scope:
        """Lower the nodes. What the region yields is still to be taken; its scope stays for that, until `leave`."""
        fusion = decide(region, self.aliases)
        scope = Scope(fusion, Liveness(region, self.aliases, fusion, owned))
        self.stack.append(scope)
        self.w.computed.append({})
        self.w.spare.append({})
        self._release(scope)
        for i, node in enumerate(region.nodes):
            scope.position = i
            self.node(node)
            for temporary in self.temporaries:
                self.joint.release(temporary.block)
            self.temporaries.clear()
            self._release(scope)
        self.joint.flush()
        return scope

    def leave(self) -> None:
        let_go(self.w)
        self.stack.pop()
        self.w.spare.pop()
        self.w.computed.pop()

    def _release(self, scope: Scope) -> None:
        for var in scope.live.dying(scope.position):
            value = self.env.get(var)
            if isinstance(value, (Desc, str)):
                self.joint.release(value.block if isinstance(value, Desc) else value)

    def node(self, node: Node) -> None:
        if not self.joint.passes(node):
            self.joint.flush()
        if node.place is not None:
            self.place = node.place
        if node.regions or node.op == "call":
            let_go(self.w)
        handler = HANDLERS.get(node.op)
        if handler is None and row(node.op).kind == "elementwise":
            handler = HANDLERS["elementwise"]
        if handler is None:
            reason = f"{node.op} has no lowering to machine code"
            raise NotAvailable("DL015", reason, node.place, "run the function as Python: f.python(...)")
        self.hushed = self.silence.asked(self, node) if self.silence is not None else 0
        if handler in JOINING:
            handler(self, node)
        else:
            with self.hush(node):
                handler(self, node)

    @contextmanager
    def hush(self, node: Node) -> Iterator[None]:
        """Around what computes a node: the status flags that it is to leave as they are are put back."""
        hushed, self.hushed = self.hushed, 0
        if self.silence is None or not hushed:
            yield
            return
        with self.silence.around(self, () if node.regions else node.outs, hushed):
            yield

    # references

    def take(self, atom: Atom, scope: Scope) -> None:
        """Make the value carry a reference out of the region: its own, or one more."""
        value = self.env.get(atom) if isinstance(atom, Var) else None
        if value is None or not isinstance(atom, Var):
            return
        group = self.aliases.group[atom]
        if group in scope.live.owned:
            del scope.live.owned[group]  # a second yield of the same group is retained
            scope.live.last.pop(group, None)
            return
        retain(self.w, value.block if isinstance(value, Desc) else str(value))

    def move_or_retain(self, atom: Atom, still_used: bool) -> None:
        """Give a reference to a loop's carried value: the last use of a group gives its own away."""
        assert isinstance(atom, Var)
        scope = self.stack[-1]
        live, group = scope.live, self.aliases.group[atom]
        if group in live.owned and live.last.get(group) == scope.position and group not in live.yielded and not still_used:
            del live.last[group]
            return
        value = self.env[atom]
        retain(self.w, value.block if isinstance(value, Desc) else str(value))

    # parts

    def parts_of(self, atom: Atom, type: Type) -> list[str]:
        """A value's registers in the form of `type`. A missing array is empty: it may be handed on, and copied on its way."""
        if isinstance(atom, Const) and not isinstance(atom.type, Scalar):
            return [{"ptr": "null", "i64": "0"}.get(p, "undef") for p in parts(type)]
        if isinstance(type, Array):
            desc = self.array(atom)
            hand_out(self.w, desc.block)
            return components(desc, type)
        return [self.scalar(atom, type.dtype) if isinstance(type, Scalar) else self.handle(atom)]

    def bind(self, var: Var, values: Sequence[str]) -> None:
        """Give a value its registers."""
        if isinstance(var.type, Array):
            self.env[var] = assemble(self.w, var.type, values, self.memory(var))
        else:
            self.env[var] = values[0]

    def collapsed(self, var: Var) -> bool:
        """Whether the value is another one's very descriptor."""
        return holds_memory(var) and self.aliases.root[var] is not var

    def bind_collapsed(self, var: Var) -> None:
        self.env[var] = self.env[self.aliases.root[var]]


def _clipped(bound: str) -> tuple[str, str]:
    """The forms of max(bound, 0): the number of iterations of a loop from 0."""
    return f"call i64 @llvm.smax.i64(i64 {bound}, i64 0)", f"call i64 @llvm.smax.i64(i64 0, i64 {bound})"


def dtype_of(type: Type) -> str:
    assert isinstance(type, (Scalar, Array)), f"a number or an array is needed, not {type}"
    return type.dtype


def result_types(function: Function) -> list[Type]:
    """The types of the leaves that the machine function returns: not the parameters written, nor results that are parameters."""
    leaves = len(function.body.yields) - len(function.writes)
    kept = [k for k in range(leaves) if not is_alias(function, k)]
    return [out_type(function, k) for k in kept]


def is_alias(function: Function, k: int) -> bool:
    return k < len(function.alias) and function.alias[k] is not None


def out_type(function: Function, k: int) -> Type:
    return function.body.yields[k].type


def struct(types: Sequence[Type]) -> str:
    """The LLVM type that a machine function returns: a status, then the results' parts."""
    return "{ " + ", ".join(["i32", *(p for t in types for p in parts(t))]) + " }"


def failed(types: Sequence[Type]) -> str:
    return "{ " + ", ".join(["i32 1", *(f"{p} undef" for t in types for p in parts(t))]) + " }"
