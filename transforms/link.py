"""Link: put the functions of one program beside those of another, under keys that are free."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from difflang.ir import Function, Region
from difflang.records import replace


def link(functions: dict[str, Function], added: Mapping[str, Function], taken: Iterable[str] = ()) -> dict[str, str]:
    """Enter the added functions into a table; the key that each got. Calls among them follow."""
    used = {*functions, *taken}
    names: dict[str, str] = {}
    for key in added:
        name = free_key(key, used)
        used.add(name)
        names[key] = name
    for key, function in added.items():
        functions[names[key]] = replace(function, name=names[key], body=recalled(function.body, names))
    return names


def free_key(name: str, taken: Container[str]) -> str:
    """The name itself, or with the first number that makes it free."""
    key, serial = name, 2
    while key in taken:
        key, serial = f"{name}_{serial}", serial + 1
    return key


def recalled(region: Region, names: Mapping[str, str]) -> Region:
    """A region whose calls name their callees anew."""
    nodes = []
    for node in region.nodes:
        attrs = {**node.attrs, "callee": names[node.attrs["callee"]]} if node.op == "call" else node.attrs
        nodes.append(replace(node, attrs=attrs, regions=tuple(recalled(r, names) for r in node.regions)))
    return replace(region, nodes=tuple(nodes))
