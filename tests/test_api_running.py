"""What happens while native code runs: errors at the user's place, threads, Ctrl-C."""

import math
import signal
import threading
import time

import numpy as np
import pytest

import difflang as dl


@dl.differentiable
def square(x):
    return x * x


def test_errors_are_pythons_own_with_the_users_place():
    @dl.differentiable
    def item(x, i):
        return x[i]

    x = np.arange(3.0)
    assert item(x, -1) == 2.0
    for _ in range(2):
        with pytest.raises(IndexError, match="index 5 is out of bounds for axis 0 with size 3") as caught:
            item(x, 5)
        assert "return x[i]" in caught.value.__notes__[0] and __file__ in caught.value.__notes__[0]
    with pytest.raises(ZeroDivisionError):
        dl.differentiable(lambda x, y: x / y)(1.0, 0.0)
    with pytest.raises(ValueError, match="math domain error"):
        dl.differentiable(lambda x: math.sqrt(x))(-1.0)

    class Mine(Exception):
        pass

    @dl.differentiable
    def raising(x):
        if x < 0:
            raise Mine("negative")
        return x

    assert raising(1.0) == 1.0
    with pytest.raises(Mine, match="negative"):
        raising(-1.0)


def test_outside_the_language():
    @dl.differentiable
    def outside(x):
        global counted
        counted = x
        return x

    with pytest.raises(dl.OutsideLanguage) as caught:
        outside(np.ones(2))
    assert caught.value.code == "DL001" and caught.value.line and "^" in str(caught.value)
    assert dl.diagnose(outside)[0].code == "DL001" and dl.diagnose(square) == []
    with pytest.raises(dl.DifflangError):
        dl.differentiable(3)


def test_many_threads():
    @dl.differentiable
    def work(x, n):
        total = 0.0
        for i in range(n):
            total += x[i % x.shape[0]] * math.sin(total)
        return total + x[0]

    x = np.ones(50)
    expected = work(x, 2000000)
    results, ticks = [], []
    threads = [threading.Thread(target=lambda: results.append(work(x, 2000000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        ticks.append(1)
        time.sleep(0)
    assert results == [expected] * 4 and len(ticks) > 2


def test_the_first_calls_from_many_threads():
    f = dl.differentiable(lambda x: x * 3.0 + 1.0)
    results = []
    threads = [threading.Thread(target=lambda: results.append(f(2.0))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [7.0] * 4


@pytest.mark.parametrize("start", [1, 10**7])
def test_a_long_loop_can_be_interrupted(start):
    @dl.differentiable
    def endless(n):
        x = 0.5
        while n > 0:
            x = math.sin(x) + 0.1
        return x

    def stop(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    endless(0)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            endless(start)
    finally:
        signal.signal(signal.SIGALRM, before)
