"""Where the status flags are put back (`flags.py` says why): behind an operation, a loop as a whole, or a call as a whole.

To put them back costs some thirty cycles. So a loop of numbers does it once, whatever functions it calls, and a function that tells
nothing of its own leaves it to its callers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from difflang.ir import Function, Node, Program, Region, Var, walk
from difflang.op import TABLE
from difflang.records import dataclass
from difflang.types import Array, Scalar

from .flags import computes, guarded_nodes, is_hushed, is_posed, partial
from .targets.target import Target


@dataclass
class Hushing:
    """What is hushed in a program."""

    target: Target
    some: frozenset[Var]
    loud: frozenset[str] = frozenset()
    """Functions in which, or in what they call, numbers are computed that are not to be heard."""
    quiet: frozenset[str] = frozenset()
    """Functions of which each call is hushed as a whole: they tell nothing but sums and products of tangents."""
    inside: frozenset[str] = frozenset()
    """Functions entered with flags that will be put back: `quiet` ones, and those that hushed loops and such functions alone call."""

    def operation(self, node: Node) -> bool:
        """Whether what this one operation tells is not to be heard."""
        return is_hushed(node, self.target, self.some)

    def loop(self, node: Node) -> bool:
        """Whether a loop computes, number by number, what is not to be heard."""
        for inner, guarded in (pair for region in node.regions for pair in guarded_nodes(region, False)):
            if inner.op == "call" and inner.attrs["callee"] in self.loud:
                return True
            if _is_number(inner) and (self.operation(inner) or guarded and is_posed(inner)):
                return True
        return False


def hushing(program: Program, target: Target, public: Collection[str]) -> Hushing:
    """Functions of the keys `public` are entered from outside too, where nobody puts the flags back."""
    some = partial(program)
    plain = Hushing(target, some)
    calls = {key: frozenset(n.attrs["callee"] for n in walk(f.body) if n.op == "call") for key, f in program.functions.items()}
    hushed = {key for key, f in program.functions.items() if any(map(plain.operation, walk(f.body)))}
    numbers = {key for key, f in program.functions.items() if any(_is_number(n) and plain.operation(n) for n in walk(f.body))}
    speaking = {key for key, f in program.functions.items() if any(_is_heard(n, plain) for n in walk(f.body))}
    quiet = hushed - _reaching(speaking, calls) - set(public)
    found = Hushing(target, some, _reaching(numbers, calls), frozenset(quiet))
    return Hushing(target, some, found.loud, found.quiet, _inside(program.functions, found, public))


def _inside(functions: Mapping[str, Function], hush: Hushing, public: Collection[str]) -> frozenset[str]:
    callers: dict[str, set[str]] = {key: set() for key in functions}
    for key, function in functions.items():
        for callee in _calls(function.body, hush):
            callers[callee].add(key)
    found = set(functions) - set(public)
    while more := {key for key in found - hush.quiet if not callers[key] <= found}:
        found -= more
    return frozenset(found)


def _calls(region: Region, hush: Hushing) -> Iterator[str]:
    """The functions called outside of hushed loops."""
    for node in region.nodes:
        if node.op == "call":
            yield node.attrs["callee"]
        if node.op not in ("for", "while") or not hush.loop(node):
            for inner in node.regions:
                yield from _calls(inner, hush)


def _reaching(some: set[str], calls: dict[str, frozenset[str]]) -> frozenset[str]:
    """These functions, and those that call them."""
    found = set(some)
    while more := {key for key, called in calls.items() if key not in found and called & found}:
        found |= more
    return frozenset(found)


def _is_heard(node: Node, hush: Hushing) -> bool:
    if not computes(node) or hush.operation(node):
        return False
    return not node.role or any(isinstance(out.type, Array) for out in node.outs)


def _is_number(node: Node) -> bool:
    return node.op in TABLE and any(isinstance(out.type, Scalar) and out.type.dtype[0] in "fc" for out in node.outs)
