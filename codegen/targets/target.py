"""What the code generator must know of a machine: names for LLVM, vector width, vector math library."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any
from difflang.records import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A machine to generate code for.

    `vector_library` is "mvec" where glibc's libmvec can be linked: loops then call its vector functions.
    """

    triple: str
    cpu: str = ""
    features: str = ""
    vector_library: str = ""
    vector_bits: int = 128

    @property
    def has(self) -> frozenset[str]:
        """The features switched on."""
        return _switched_on(self.features)

    @property
    def fused(self) -> bool:
        """Whether it multiplies and adds in one rounding, as the elementary functions need (`elementary/`)."""
        return "fma" in self.has or self.triple.startswith(("aarch64", "arm64", "nvptx"))

    @property
    def attributes(self) -> str:
        """LLVM function attributes that every function of a module gets."""
        return f"nounwind {self.wide}"

    @property
    def wide(self) -> str:
        """The attribute that lets vectors be as wide as the machine's."""
        return f'"prefer-vector-width"="{self.vector_bits}"' if self.vector_bits > 128 else ""


@lru_cache(maxsize=8)
def _switched_on(features: str) -> frozenset[str]:
    return frozenset(name[1:] for name in features.split(",") if name.startswith("+"))


@lru_cache(maxsize=1)
def _prepared() -> bool:
    """LLVM's targets. A sum in the order of its loop is vectorised too: its terms in lanes, added one after the other."""
    import llvmlite.binding as llvm

    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    llvm.set_option("difflang", "-force-ordered-reductions")
    for option in ("minimum-VF=8", "force-VF=4"):  # what is left over by eight lanes is done in four
        llvm.set_option("difflang", f"-epilogue-vectorization-{option}")
    # Whether the memory of a loop overlaps is asked for each of its turns: for the whole of the loops around it, the rows of one array do.
    llvm.set_option("difflang", "-hoist-runtime-checks=false")
    llvm.set_option("difflang", "-vectorizer-min-trip-count=0")  # a loop of few turns would be one of masked lanes, which set flags
    return True


_ONCE = threading.Lock()
_reduced = [True]


def reduce_strength(wanted: bool) -> None:
    """Whether code generation rewrites the addresses of loops (LoopStrengthReduce), from now on. It takes a third of the time, and
    on x86-64, whose addresses have an index and a factor, moves loops by less than 2 % to either side."""
    import llvmlite.binding as llvm

    with _ONCE:
        if _reduced[0] != wanted:
            llvm.set_option("difflang", f"-disable-lsr={'false' if wanted else 'true'}")
            _reduced[0] = wanted


def machine(target: Target, effort: int = 3) -> Any:
    """LLVM's target machine, a new one: threads cannot share it. Position independent: its objects become shared objects.
    `effort` 0: quick, not good."""
    import llvmlite.binding as llvm

    with _ONCE:
        _prepared()
    found = llvm.Target.from_triple(target.triple)
    return found.create_target_machine(cpu=target.cpu, features=target.features, opt=effort, reloc="pic", codemodel="default")
