"""The end of `infer`: functions that nobody calls go, keys are numbered again, and captures are handed down.

A function that reads an array of the enclosing scope has a hidden parameter for it, and so has every function that
calls it, up to the entry, whose caller reads the array at each call.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import CellType, FunctionType
from typing import Any

from difflang.ir import Capture, Function, Node, Param, Program, Region, Var, walk
from difflang.records import replace

from ..prune import EFFECTS
from .pools import Part


def identity(capture: Capture) -> Any:
    """Equal for two captures that read the same variable."""
    return (capture.name, _fingerprint(capture.read, 0))


def _fingerprint(value: Any, depth: int) -> Any:
    """Functions are told apart by their code and what they close over, other objects by identity."""
    if isinstance(value, FunctionType) and depth < 8:
        cells = tuple(_fingerprint(_content(cell), depth + 1) for cell in value.__closure__ or ())
        return (id(value.__code__), id(value.__globals__), cells)
    if isinstance(value, (str, int)) or hasattr(value, "__dataclass_fields__"):
        try:
            return (type(value), hash(value))
        except TypeError:
            return id(value)
    return id(value)


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return cell


def linked(entry: str, functions: Mapping[str, Function]) -> Program:
    """The program of all that the entry reaches, captures handed down, keys without gaps."""
    reached = _reached(entry, functions)
    names = _names(reached, functions)
    needs = _needs(reached, functions)
    telling = _telling(reached, functions)
    done = {}
    for key in reached:
        function = functions[key]
        if function.level == "typed":
            function = _with_captures(function, needs, functions)
        done[names[key]] = replace(function, name=names[key], body=_renamed(function.body, names, telling))
    return with_pools(Program(names[entry], done))


def with_pools(program: Program) -> Program:
    """The entry makes the lists that hold objects as rows; to all others they are parameters."""
    functions = {key: _given_pools(function) for key, function in program.functions.items()}
    entry, name = functions[program.entry], program.entry
    count = len(program.main.captures) - len(entry.captures)
    if not count:
        return program
    cut = len(program.main.body.params) - len(program.main.captures)
    params = entry.body.params
    plain, pools, captured = params[:cut], params[cut : cut + count], params[cut + count :]
    makers = tuple(Node("stack_new", (), (pool,), {"element": pool.type.element, "listed": True}, place=entry.place) for pool in pools)  # type: ignore[union-attr]
    body = replace(entry.body, params=(*plain, *captured), nodes=(*makers, *entry.body.nodes))
    if any(name in _callees(function) for function in functions.values()):  # it calls itself: another function makes them
        name = f"{program.entry}_begun"
        outs = tuple(Var("result", atom.type) for atom in entry.body.yields)
        call = Node("call", params, outs, {"callee": program.entry, "effect": True}, place=entry.place)
        body = Region((*plain, *captured), (*makers, call), outs)
    functions[name] = replace(program.main, name=name, body=body, captures=entry.captures)
    return Program(name, functions)


def _given_pools(function: Function) -> Function:
    """The function with its pools as parameters, no captures."""
    count = sum(isinstance(capture.read, Part) for capture in function.captures)
    if not count:
        return function
    more = tuple(Param(capture.name) for capture in function.captures[:count])
    return replace(function, params=(*function.params, *more), captures=function.captures[count:])


def _telling(reached: Mapping[str, None], functions: Mapping[str, Function]) -> set[str]:
    """The functions that may raise an error of the program's own, print or draw a number, and those that never return:
    a call of one is kept for that alone."""
    found = {key for key in reached if any(node.op in EFFECTS for node in walk(functions[key].body))} | _endless(reached, functions)
    while more := {key for key in reached if key not in found and found & set(_callees(functions[key]))}:
        found |= more
    return found


def _endless(reached: Mapping[str, None], functions: Mapping[str, Function]) -> set[str]:
    """The functions that call one another on every path: RecursionError is all that comes of them."""
    found = set(reached)
    while True:
        left = {key for key in found if _always_calls(functions[key].body, found)}
        if left == found:
            return found
        found = left


def _always_calls(region: Region, callees: set[str]) -> bool:
    for node in region.nodes:
        if node.op == "call" and node.attrs["callee"] in callees:
            return True
        if node.op == "if" and all(_always_calls(arm, callees) for arm in node.regions):
            return True
    return False


def _callees(function: Function) -> dict[str, None]:
    return {node.attrs["callee"]: None for node in walk(function.body) if node.op == "call"}


def _reached(entry: str, functions: Mapping[str, Function]) -> dict[str, None]:
    reached: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        key = waiting.pop(0)
        if key not in reached:
            reached[key] = None
            waiting += _callees(functions[key])
    return reached


def _names(reached: Mapping[str, None], functions: Mapping[str, Function]) -> dict[str, str]:
    """`name`, `name_2` ... in order of reach."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for key in reached:
        base = key
        stem, _, number = key.rpartition("_")
        if stem in functions and number.isdigit():
            base = stem
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base}_{count}"
        taken.add(name)
        names[key] = name
    return names


def _needs(reached: Mapping[str, None], functions: Mapping[str, Function]) -> dict[str, dict[Any, tuple[Capture, Var]]]:
    """For each function the captures that it or anything it calls reads."""
    needs: dict[str, dict[Any, tuple[Capture, Var]]] = {}
    for key in reached:
        function = functions[key]
        count = len(function.captures)
        own = function.body.params[len(function.body.params) - count :]
        needs[key] = {identity(c): (c, var) for c, var in zip(function.captures, own, strict=True)}
    changed = True
    while changed:
        changed = False
        for key in reached:
            for callee in _callees(functions[key]):
                if functions[callee].level != "typed":
                    continue  # an owned function is given its captures where it is called
                for name, (capture, var) in needs[callee].items():
                    if name not in needs[key]:
                        needs[key][name] = (capture, Var(var.hint, var.type))
                        changed = True
    return {key: dict(sorted(own.items(), key=_after_pools)) for key, own in needs.items()}


def _after_pools(item: tuple[Any, tuple[Capture, Var]]) -> bool:
    return not isinstance(item[1][0].read, Part)


def _with_captures(
    function: Function, needs: Mapping[str, Mapping[Any, tuple[Capture, Var]]], functions: Mapping[str, Function]
) -> Function:
    needed = needs[function.name]
    plain = function.body.params[: len(function.body.params) - len(function.captures)]

    def handed(region: Region) -> Region:
        return replace(region, nodes=tuple(map(change, region.nodes)))

    def change(node: Node) -> Node:
        if node.op == "call" and functions[node.attrs["callee"]].level == "typed":
            more = tuple(needed[name][1] for name in needs[node.attrs["callee"]])
            return replace(node, args=(*node.args, *more))
        return replace(node, regions=tuple(map(handed, node.regions))) if node.regions else node

    body = replace(handed(function.body), params=(*plain, *(var for _, var in needed.values())))
    return replace(function, body=body, captures=tuple(capture for capture, _ in needed.values()))


def _renamed(region: Region, names: Mapping[str, str], telling: set[str]) -> Region:
    def change(node: Node) -> Node:
        if node.op != "call":
            return replace(node, regions=tuple(_renamed(inner, names, telling) for inner in node.regions)) if node.regions else node
        key = node.attrs["callee"]
        attrs = {**node.attrs, "callee": names[key], **({"effect": True} if key in telling else {})}
        return replace(node, attrs=attrs)

    return replace(region, nodes=tuple(map(change, region.nodes)))
