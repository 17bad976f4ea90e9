"""What `own` must know of functions that are owned already: derivatives, linked in by `infer`."""

from __future__ import annotations

from collections.abc import Mapping

from difflang.alias import Aliases, Shares
from difflang.ir import Function, Var

from .frame import Summary


def summary_of(key: str, functions: Mapping[str, Function]) -> Summary:
    """Writes and aliases as the function states them; what its results may share is found from its body."""
    function = functions[key]
    count = len(function.body.yields) - len(function.writes)
    alias = function.alias or (None,) * count
    aliases = Aliases(function, functions, lambda callee: _callee_shares(callee, functions))
    params = function.body.params
    shares: list[frozenset[int]] = []
    for k, result in enumerate(function.body.yields[:count]):
        if not isinstance(result, Var):
            shares.append(frozenset())
            continue
        positions = {p for p, param in enumerate(params) if aliases.share(result, param)}
        earlier = {~j for j, other in enumerate(function.body.yields[:k]) if isinstance(other, Var) and aliases.share(result, other)}
        shares.append(frozenset(positions | earlier))
    return Summary(function.writes, tuple(alias), tuple(shares), known=True)


def _callee_shares(key: str, functions: Mapping[str, Function]) -> Shares | None:
    """Of functions called in there only the aliases that they state are known; nothing stated means anything."""
    return None
