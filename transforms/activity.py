"""Activity: which values carry a derivative.

A value is *varied* if it depends, through real numbers, on an active parameter, and *useful* if a wanted result depends
on it in the same way; *active* if both. Fixed points over loops and over the call graph (recursion).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from difflang.ir import Atom, Node, Program, Region, Var
from difflang.op import row
from difflang.types import is_float

Mask = tuple[bool, ...]


@dataclass
class Activity:
    """Answers for one program; summaries of calls are memoised."""

    program: Program
    _varied: dict[tuple[str, Mask], Mask] = field(default_factory=dict)
    _useful: dict[tuple[str, Mask], Mask] = field(default_factory=dict)

    def varied_results(self, key: str, params: Mask) -> Mask:
        """Which yields of a function depend on the given parameters."""
        signature = (key, params)
        if signature not in self._varied:
            function = self.program.functions[key]
            self._varied[signature] = (False,) * len(function.body.yields)
            while True:  # recursion: repeat until nothing more becomes varied
                values = self.varied(key, params)
                found = tuple(_is_in(y, values) for y in function.body.yields)
                if found == self._varied[signature]:
                    break
                self._varied[signature] = found
        return self._varied[signature]

    def varied(self, key: str, params: Mask) -> set[Var]:
        """The values of a function's body that depend on the given parameters."""
        body = self.program.functions[key].body
        values = {p for p, active in zip(body.params, params, strict=True) if active and is_float(p.type)}
        if values:
            self._flow(body, values)
        return values

    def _flow(self, region: Region, values: set[Var]) -> None:
        for node in region.nodes:
            if node.op == "if":
                for arm in node.regions:
                    self._flow(arm, values)
                _mark(values, node.outs, *(arm.yields for arm in node.regions))
            elif node.op in ("for", "while"):
                self._flow_loop(node, values)
            elif node.op == "call":
                mask = tuple(_is_in(a, values) for a in node.args)
                if any(mask):
                    results = self.varied_results(node.attrs["callee"], mask)
                    values.update(o for o, varied in zip(node.outs, results, strict=True) if varied and is_float(o.type))
            elif node.op == "stack_new" or (row(node.op).kind != "constant" and any(_is_in(a, values) for a in node.args)):
                # a stack is varied from its beginning, so that it and its tangent always have the same length
                values.update(o for o in node.outs if is_float(o.type))

    def _flow_loop(self, node: Node, values: set[Var]) -> None:
        body, inits, params, yields = loop_parts(node)
        _mark(values, params, inits)
        while True:
            before = len(values)
            self._flow(body, values)
            _mark(values, params, yields)
            if len(values) == before:
                break
        _mark(values, node.outs, params)
        if node.op == "while":
            for outer, inner in zip(params, node.regions[0].params, strict=True):
                if outer in values:
                    values.add(inner)

    def useful_params(self, key: str, results: Mask) -> Mask:
        """Which parameters of a function its given yields depend on."""
        signature = (key, results)
        if signature not in self._useful:
            function = self.program.functions[key]
            self._useful[signature] = (False,) * len(function.body.params)
            while True:
                values = self.useful(key, results)
                found = tuple(p in values for p in function.body.params)
                if found == self._useful[signature]:
                    break
                self._useful[signature] = found
        return self._useful[signature]

    def useful(self, key: str, results: Mask) -> set[Var]:
        """The values of a function's body that the given yields depend on."""
        body = self.program.functions[key].body
        values: set[Var] = set()
        for atom, wanted in zip(body.yields, results, strict=True):
            if wanted:
                _need(values, atom)
        self._flow_back(body, values)
        return values

    def _flow_back(self, region: Region, values: set[Var]) -> None:
        for node in reversed(region.nodes):
            if node.op == "if":
                for arm in node.regions:
                    for out, atom in zip(node.outs, arm.yields, strict=True):
                        if out in values:
                            _need(values, atom)
                    self._flow_back(arm, values)
            elif node.op in ("for", "while"):
                self._flow_loop_back(node, values)
            elif node.op == "call":
                mask = tuple(o in values for o in node.outs)
                if any(mask):
                    for arg, useful in zip(node.args, self.useful_params(node.attrs["callee"], mask), strict=True):
                        if useful:
                            _need(values, arg)
            elif any(o in values for o in node.outs) and row(node.op).kind != "constant":
                for arg in node.args:
                    _need(values, arg)

    def _flow_loop_back(self, node: Node, values: set[Var]) -> None:
        body, inits, params, yields = loop_parts(node)
        for out, atom in zip(node.outs, yields, strict=True):
            if out in values:
                _need(values, atom)
        while True:
            self._flow_back(body, values)
            before = len(values)
            for param, atom in zip(params, yields, strict=True):
                if param in values:
                    _need(values, atom)
            if len(values) == before:
                break
        for out, param, init in zip(node.outs, params, inits, strict=True):
            if param in values or out in values:  # no iteration at all: the initial value is the result
                _need(values, init)

    def active(self, key: str, params: Mask, results: Mask) -> set[Var]:
        """The active values of a function's body."""
        return self.varied(key, params) & self.useful(key, results)


def loop_parts(node: Node) -> tuple[Region, tuple[Atom, ...], tuple[Var, ...], tuple[Atom, ...]]:
    """(body, initial values, carried parameters, carried yields) of a `for` or `while`, without index and exit truth."""
    body = node.regions[-1]
    yields = body.yields[1:] if node.attrs.get("exits") else body.yields
    if node.op == "for":
        return body, node.args[3:], body.params[1:], yields
    return body, node.args, body.params, yields


def _is_in(atom: Atom, values: set[Var]) -> bool:
    return isinstance(atom, Var) and atom in values


def _need(values: set[Var], atom: Atom) -> None:
    if isinstance(atom, Var) and is_float(atom.type):
        values.add(atom)


def _mark(values: set[Var], targets: tuple[Var, ...], *sources: tuple[Atom, ...]) -> None:
    for source in sources:
        for target, atom in zip(targets, source, strict=True):
            if _is_in(atom, values) and is_float(target.type):
                values.add(target)
