"""Written gradients, kept as files: made again they are the same, they run on NumPy alone, and their numbers are right.

python tests/golden/test_golden.py      writes them anew
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent.parent))

from difflang.transforms.derived import Derived, program_of  # noqa: E402
from difflang.transforms.place.place import place  # noqa: E402
from difflang.transforms.simplify.simplify import simplify  # noqa: E402
from difflang.types import type_of  # noqa: E402
from difflang.writing import write  # noqa: E402
from tests.golden.primals import PRIMALS  # noqa: E402
from tests.writing.ruff import ruff  # noqa: E402

CASES = [pytest.param(*case, id=case[0].__name__) for case in PRIMALS]


def gradient_text(function: Callable[..., Any], argnums: tuple[int, ...], arguments: tuple[Any, ...]) -> str:
    program = program_of(Derived("grad", function, argnums), [type_of(a) for a in arguments])
    return write(place(simplify(program)))


def path_of(function: Callable[..., Any]) -> Path:
    return HERE / f"{function.__name__}_grad.py"


@pytest.mark.parametrize(("function", "argnums", "arguments"), CASES)
def test_same_text(function: Callable[..., Any], argnums: tuple[int, ...], arguments: tuple[Any, ...]) -> None:
    assert gradient_text(function, argnums, arguments) == path_of(function).read_text()


@pytest.mark.parametrize(("function", "argnums", "arguments"), CASES)
def test_runs_without_the_compiler(function: Callable[..., Any], argnums: tuple[int, ...], arguments: tuple[Any, ...]) -> None:
    text = path_of(function).read_text()
    assert "difflang" not in text
    scope: dict[str, Any] = {}
    exec(compile(text, str(path_of(function)), "exec"), scope)
    given = copy.deepcopy(arguments)
    found = scope[f"{function.__name__}_grad"](*given)
    for before, after in zip(arguments, given, strict=True):
        np.testing.assert_array_equal(before, after, err_msg="an argument was changed")
    for k, bar in zip(argnums, found, strict=True):
        assert np.shape(bar) == np.shape(arguments[k])
        np.testing.assert_allclose(bar, differences(function, arguments, k), rtol=1e-6, atol=1e-8)


def test_files_are_clean() -> None:
    ruff("check", *map(str, (path_of(function) for function, _, _ in PRIMALS)))
    ruff("format", "--check", *map(str, (path_of(function) for function, _, _ in PRIMALS)))


def differences(function: Callable[..., Any], arguments: tuple[Any, ...], k: int) -> Any:
    """Central differences with respect to one argument."""
    base = np.asarray(arguments[k], float)
    result = np.zeros_like(base)
    step = 1e-6
    for index in np.ndindex(base.shape):
        values = []
        for sign in (1, -1):
            moved = base.copy()
            moved[index] += sign * step
            given = list(copy.deepcopy(arguments))
            given[k] = moved if base.ndim else float(moved)
            values.append(float(function(*given)))
        result[index] = (values[0] - values[1]) / (2 * step)
    return result


if __name__ == "__main__":
    for function, argnums, arguments in PRIMALS:
        path_of(function).write_text(gradient_text(function, argnums, arguments))
