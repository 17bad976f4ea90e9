"""What the composed special functions are tried on where SciPy is there; `op_samples.OTHERS` takes these in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def special_functions(call: Callable[..., Any], real: Callable[..., Any]) -> dict[str, list[Any]]:
    """Those of SciPy are tried in `test_special` by name: SciPy may not be there."""
    return {"bessel_i0": [call(np.i0, real(5))]}


DRAWN = frozenset({"draw", "draw_whole", "draw_order", "drawn_power", "drawn_pareto", "drawn_triangular", "drawn_by"})
"""Ops that `test_random` and `test_draws` try."""
SCIPY = DRAWN | frozenset(
    """logsumexp softmax log_softmax polygamma_of zeta_of loggamma rgamma poch multigammaln betaln beta binom factorial ndtr huber
    combinations permutations boxcox1p inv_boxcox1p cosine_less_one power_less_one ellipkm1 eval_legendre eval_chebyt eval_chebyu
    eval_hermite eval_hermitenorm eval_laguerre eval_genlaguerre eval_gegenbauer eval_jacobi pseudo_huber softplus boxcox inv_boxcox
    exp10 cube_root power_of_two exp_less_one log_one_more""".split()
)
