"""CPUs: the host's own, as LLVM sees it."""

from __future__ import annotations

import sys
from functools import lru_cache

from .target import Target


@lru_cache(maxsize=1)
def host() -> Target:
    """This machine. The feature string is passed beside the name, which can be wrong on virtual machines."""
    import llvmlite.binding as llvm

    triple = llvm.get_process_triple()
    name, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    if name.startswith("znver"):  # a gather takes longer there than its loads one by one
        features += ",+prefer-no-gather"
    has = frozenset(name[1:] for name in features.split(",") if name.startswith("+"))
    bits = 512 if {"avx512f", "avx512vl", "avx512dq"} <= has else 256 if "avx2" in has else 128
    return Target(triple, name, features, _vector_library(triple), bits)


def generic(triple: str) -> Target:
    """The least machine of a triple: what an exported library runs on anywhere."""
    return Target(triple, vector_library=_vector_library(triple))


def _vector_library(triple: str) -> str:
    """glibc's libmvec: on this machine's own Linux only, where it can be seen."""
    if not (triple.startswith("x86_64") and "linux" in triple and sys.platform == "linux"):
        return ""
    import ctypes

    try:
        ctypes.CDLL("libmvec.so.1")
    except OSError:
        return ""
    return "mvec"
