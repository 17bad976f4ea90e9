"""Activity: which values carry a derivative.

A value is *varied* if it depends, through real numbers, on an active parameter, and *useful* if a wanted result depends
on it in the same way; *active* if both. Both relations distribute over unions, so one set of parameters (and one of
results) for each value, found once by a fixed point over loops and the call graph, answers for every activity.
"""

from __future__ import annotations

from collections.abc import Iterable

from difflang.ir import Atom, Function, Node, Program, Region, Var
from difflang.op import row
from difflang.types import is_float

from .custom import is_ruled

Mask = tuple[bool, ...]
Bits = int
"""A set of positions: bit k stands for parameter (or yield) k."""


def bits(mask: Iterable[bool]) -> Bits:
    return sum(1 << k for k, wanted in enumerate(mask) if wanted)


class Activity:
    """Answers for one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.depends: dict[Var, Bits] = {}  # the parameters that a value depends on
        self.reaches: dict[Var, Bits] = {}  # the yields that depend on a value
        self._results = {key: [0] * len(f.body.yields) for key, f in program.functions.items()}
        self._params = {key: [0] * len(f.body.params) for key, f in program.functions.items()}
        self._repeat(self._forward)
        self._repeat(self._backward)

    def varied_results(self, key: str, params: Mask) -> Mask:
        """Which yields of a function depend on the given parameters."""
        given = bits(params)
        return tuple(bool(found & given) for found in self._results[key])

    def varied(self, key: str, params: Mask) -> set[Var]:
        """The values of a function's body that depend on the given parameters."""
        given = bits(params)
        return {v for v in defined(self.program.functions[key].body) if self.depends.get(v, 0) & given}

    def active(self, key: str, params: Mask, results: Mask) -> set[Var]:
        """The active values of a function's body: they depend on the parameters, and the yields depend on them."""
        wanted = bits(results)
        return {v for v in self.varied(key, params) if self.reaches.get(v, 0) & wanted}

    def _repeat(self, sweep: object) -> None:
        assert callable(sweep)
        while any([sweep(key, function) for key, function in self.program.functions.items()]):
            pass  # recursion: until nothing more is found

    # ---------------------------------------------------------------- varied

    def _forward(self, key: str, function: Function) -> bool:
        everything = 0
        for k, param in enumerate(function.body.params):
            if is_float(param.type):
                self.depends[param] = 1 << k
                everything |= 1 << k
        self._flow(function.body, everything)
        found = [self._of(y) for y in function.body.yields]
        if is_ruled(function.python):  # the rule says what depends on what, not the body
            found = [everything if is_float(y.type) else 0 for y in function.body.yields]
        changed = found != self._results[key]
        self._results[key] = found
        return changed

    def _of(self, atom: Atom) -> Bits:
        return self.depends.get(atom, 0) if isinstance(atom, Var) else 0

    def _mark(self, targets: Iterable[Var], sources: Iterable[Atom]) -> bool:
        changed = False
        for target, atom in zip(targets, sources, strict=True):
            changed |= self._add(target, self._of(atom))
        return changed

    def _add(self, target: Var, found: Bits) -> bool:
        before = self.depends.get(target, 0)
        if not is_float(target.type) or found | before == before:
            return False
        self.depends[target] = found | before
        return True

    def _flow(self, region: Region, everything: Bits) -> None:
        for node in region.nodes:
            if node.op == "if":
                for arm in node.regions:
                    self._flow(arm, everything)
                    self._mark(node.outs, arm.yields)
            elif node.op in ("for", "while"):
                body, inits, params, yields = loop_parts(node)
                self._mark(params, inits)
                self._flow(body, everything)
                while self._mark(params, yields):
                    self._flow(body, everything)
                self._mark(node.outs, params)
                if node.op == "while":
                    self._mark(node.regions[0].params, params)
            elif node.op == "call":
                for out, found in zip(node.outs, self._results[node.attrs["callee"]], strict=True):
                    self._add(out, self._through(found, node.args))
            elif node.op == "stack_new" and not node.attrs.get("listed"):
                # a tape is varied from its beginning, so that it and its tangent always have the same length
                self._add(node.out, everything)
            elif row(node.op).kind != "constant":
                found = 0
                for arg in node.args:
                    found |= self._of(arg)
                for out in node.outs:
                    self._add(out, found)

    def _through(self, found: Bits, args: tuple[Atom, ...]) -> Bits:
        result = 0
        for k, arg in enumerate(args):
            if found >> k & 1:
                result |= self._of(arg)
        return result

    # ---------------------------------------------------------------- useful

    def _backward(self, key: str, function: Function) -> bool:
        for k, atom in enumerate(function.body.yields):
            self._need(atom, 1 << k)
        self._flow_back(function.body)
        found = [self.reaches.get(p, 0) for p in function.body.params]
        if is_ruled(function.python):
            everything = bits(is_float(y.type) for y in function.body.yields)
            found = [everything if is_float(p.type) else 0 for p in function.body.params]
        changed = found != self._params[key]
        self._params[key] = found
        return changed

    def _need(self, atom: Atom, wanted: Bits) -> bool:
        if not isinstance(atom, Var) or not is_float(atom.type):
            return False
        before = self.reaches.get(atom, 0)
        self.reaches[atom] = before | wanted
        return before | wanted != before

    def _flow_back(self, region: Region) -> None:
        for node in reversed(region.nodes):
            if node.op == "if":
                for arm in node.regions:
                    for out, atom in zip(node.outs, arm.yields, strict=True):
                        self._need(atom, self.reaches.get(out, 0))
                    self._flow_back(arm)
            elif node.op in ("for", "while"):
                self._flow_loop_back(node)
            elif node.op == "call":
                self._call_back(node)
            elif row(node.op).kind != "constant":
                wanted = 0
                for out in node.outs:
                    wanted |= self.reaches.get(out, 0)
                for arg in node.args:
                    self._need(arg, wanted)

    def _call_back(self, node: Node) -> None:
        for arg, found in zip(node.args, self._params[node.attrs["callee"]], strict=True):
            for k, out in enumerate(node.outs):
                if found >> k & 1:
                    self._need(arg, self.reaches.get(out, 0))

    def _flow_loop_back(self, node: Node) -> None:
        body, inits, params, yields = loop_parts(node)
        for out, atom in zip(node.outs, yields, strict=True):
            self._need(atom, self.reaches.get(out, 0))
        self._flow_back(body)
        while any([self._need(atom, self.reaches.get(param, 0)) for param, atom in zip(params, yields, strict=True)]):
            self._flow_back(body)
        for out, param, init in zip(node.outs, params, inits, strict=True):
            self._need(init, self.reaches.get(param, 0) | self.reaches.get(out, 0))  # no iteration at all: the result is the initial value


def defined(region: Region) -> Iterable[Var]:
    """Every value that a region defines, those of inner regions included."""
    yield from region.params
    for node in region.nodes:
        yield from node.outs
        for inner in node.regions:
            yield from defined(inner)


def loop_parts(node: Node) -> tuple[Region, tuple[Atom, ...], tuple[Var, ...], tuple[Atom, ...]]:
    """(body, initial values, carried parameters, carried yields) of a `for` or `while`, without index and exit truth."""
    body = node.regions[-1]
    yields = body.yields[1:] if node.attrs.get("exits") else body.yields
    if node.op == "for":
        return body, node.args[3:], body.params[1:], yields
    return body, node.args, body.params, yields
