"""np.linalg.matrix_power: written out where the exponent is known while compiling, else a loop of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from difflang.op import row
from difflang.scipy_library import matrix_power

from .arrays import call_row
from .builtins import builtin
from .frame import Frame
from .numbers import by_text
from .values import Value, known


@builtin(np.linalg.matrix_power, low=1, high=2, names=("a", "n"))
def _matrix_power(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    exponent = args[1] if len(args) > 1 else kwargs.get("n")
    if exponent is None or known(exponent) or "a" in kwargs:
        return call_row(frame, row("matrix_power"), "numpy", args, kwargs)
    return by_text(frame, matrix_power, [frame.atom(args[0]), exponent])
