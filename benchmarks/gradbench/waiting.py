"""Runs a tool of GradBench that is written in JAX so that its calls return when their results are there.

    python waiting.py SCRIPT

JAX hands results over before they are computed, and the tool stops its clock there. Nothing else about it is changed.
"""

from __future__ import annotations

import functools
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax

jit = jax.jit


def waiting(function: Any = None, **options: Any) -> Any:
    """`jax.jit`, whose functions wait when they are called from outside."""
    if function is None:
        return functools.partial(waiting, **options)
    compiled: Callable[..., Any] = jit(function, **options)

    @functools.wraps(function)
    def called(*arguments: Any, **keywords: Any) -> Any:
        result = compiled(*arguments, **keywords)
        traced = any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(result))
        return result if traced else jax.block_until_ready(result)

    return called


if __name__ == "__main__":
    jax.jit = waiting
    sys.argv = sys.argv[1:]
    sys.path.insert(0, str(Path(sys.argv[0]).resolve().parent))
    runpy.run_path(sys.argv[0], run_name="__main__")
