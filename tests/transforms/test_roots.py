"""Two values that may share memory have a root in common: `place` asks no further about the others."""

from __future__ import annotations

from itertools import combinations

import pytest

from difflang.alias import Aliases, has_memory
from difflang.ir import Program
from difflang.transforms.derived import Derived, program_of
from difflang.transforms.simplify.simplify import simplify
from difflang.types import type_of
from tests.programs import CORPUS
from tests.ways import copied


def check(program: Program) -> int:
    pairs = 0
    for function in program.functions.values():
        aliases = Aliases(function, program.functions)
        roots = aliases.roots()
        for one, other in combinations([v for v in aliases.order if has_memory(v.type)][:120], 2):
            if not roots[one] & roots[other]:
                pairs += 1
                assert not aliases.share(one, other) and not aliases.share(other, one), (one, other)
    return pairs


@pytest.mark.parametrize("entry", [e for e in CORPUS if e.wrt][::6], ids=lambda entry: entry.name)
def test_values_without_a_common_root_stay_apart(entry) -> None:
    given = copied(entry.samples[0])
    types = tuple(map(type_of, given))
    check(program_of(entry.function, types))
    bars = type_of(entry.function(*given))
    check(simplify(program_of(Derived("pullback", entry.function), (*types, bars))))
