"""Lines for a log and warnings inside of programs: said as Python says them, once a call, derivatives untouched."""

from __future__ import annotations

import logging
import time
import warnings
from typing import Any

import pytest

import difflang as dl
from difflang.errors import DifflangError
from tests.ways import define

LOG = logging.getLogger("difflang.tests.telling")


def logged(x):  # type: ignore[no-untyped-def]
    y = x * x
    LOG.info("y is %s of %d", y, 3)
    logging.getLogger("difflang.tests.telling").warning(f"careful {y:.2f}")
    return y


def warned(x):  # type: ignore[no-untyped-def]
    if x > 5.0:
        warnings.warn(f"large {x}", RuntimeWarning, stacklevel=2)
    return x * x


def timed(x):  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    return x * x + start


def test_log(caplog: Any) -> None:
    caplog.set_level(logging.INFO, "difflang.tests.telling")
    logged(2.0)
    expected = [(r.levelname, r.getMessage()) for r in caplog.records]
    text = define(dl.source(dl.grad(logged), 2.0))
    for run in (dl.differentiable(logged), dl.grad(logged), text):
        caplog.clear()
        run(2.0)
        assert [(r.levelname, r.getMessage()) for r in caplog.records] == expected
    assert dl.grad(logged)(2.0) == 4.0


def test_warnings() -> None:
    run = dl.differentiable(warned)
    with pytest.warns(RuntimeWarning, match="large 6.0"):
        assert run(6.0) == 36.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(2.0) == 4.0
        with pytest.raises(RuntimeWarning, match="large 7.0"):
            run(7.0)


def test_the_clock_is_refused_with_a_way_out() -> None:
    with pytest.raises(DifflangError, match=r"time\.perf_counter cannot be compiled") as caught:
        dl.differentiable(timed)(2.0)
    assert caught.value.way_out == "measure where the function is called"
