"""The question every peer test ends with: is the gradient right?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import difflang as dl
from tests.oracles import differences
from tests.programs.corpus import carries
from tests.ways import copied


def gradients_agree(function: Callable[..., Any], *arguments: Any, tolerance: float = 1e-7) -> Any:
    """Compiled value against Python's, compiled gradient against differences; returns the gradient of all real arguments."""
    wrt = tuple(k for k, a in enumerate(arguments) if carries(a))
    expected = function(*copied(arguments))
    value, found = dl.value_and_grad(function, argnums=wrt)(*copied(arguments))
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    for got, want in zip(found, differences(function, arguments, wrt, [1.0]), strict=True):
        np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)
    return found
