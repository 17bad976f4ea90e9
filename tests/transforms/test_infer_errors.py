"""What `infer` and `own` refuse: the code, the kind of error, and the line it points at."""

from __future__ import annotations

import math

import numpy as np
import pytest

from difflang.errors import DifflangError
from difflang.reading import read
from difflang.transforms.infer.infer import infer
from difflang.transforms.own.own import own
from difflang.types import INT, UNKNOWN, Array, type_of

VECTOR = type_of(np.arange(6.0))
REFUSED = []


def refused(code, *types):
    """Enter a function that is refused with this code at the line that ends in `# here` (if there is one)."""

    def enter(function):
        REFUSED.append(pytest.param(function, code, types or (VECTOR,), id=function.__name__))
        return function

    return enter


@refused("DL025")
def attribute(x):
    return x.foo  # here


@refused("DL026")
def calls_an_array(x):
    return x(1)  # here


@refused("DL005")
def length_of_a_number(x):
    return len(5) + x  # here


@refused("DL006")
def arms_differ(x):
    if x[0] > 0:  # here
        y = 1.0
    else:
        y = x
    return y


@refused("DL023")
def too_many_indices(x):
    x[0, 0] = 1  # here


@refused("DL004")
def not_in_the_table(x):
    return np.busday_count(x, x)  # here


@refused("DL005")
def axis_out_of_bounds(x):
    return np.sum(x, axis=3)  # here


@refused("DL017")
def too_many_arguments(x):
    def g(a):
        return a

    return g(1, 2) + x  # here


@refused("DL005")
def text_and_array(x):
    return "a" + x  # here


@refused("DL041")
def ints_take_no_floats(x):
    i = np.arange(3)
    i += 1.5  # here
    return i + x[:3]


@refused("DL011", VECTOR, INT)
def tuple_at_run_time(x, n):
    t = (x, 1.0)
    s = 0.0
    for i in range(n):
        s = s + t[i]  # here
    return s


@refused("DL011", VECTOR, INT)
def axis_at_run_time(x, n):
    return np.sum(x, axis=n)  # here


@refused("DL041")
def grows_in_place(x):
    x += np.ones((2, 6))  # here


@refused("DL022")
def truth_of_an_array(x):
    return 1 if x else 0  # here


@refused("DL027")
def returns_a_closure(x):
    return lambda y: y + x


@refused("DL007")
def writes_a_broadcast(x):
    y = np.broadcast_to(x, (2, 6))
    y[0, 0] = 1  # here


@refused("DL039")
def item_of_a_number(x):
    a = x[0]
    a[0] = 2  # here


@refused("DL005")
def float_index(x):
    return x[0.5]  # here


@refused("DL005")
def float_range(x):
    for _ in range(2.5):  # here
        x[0] = 1


@refused("DL024")
def walks_a_number(x):
    for _ in x[0]:  # here
        x[0] = 1


@refused("DL017")
def long_doubles(x):
    return np.zeros(3, dtype=np.longdouble) + x  # here


@refused("DL038")
def not_enough_values(x):
    a, b, c = (x, 1)  # here
    return a + b + c


@refused("DL005")
def math_of_an_array(x):
    return math.sin(x)  # here


@refused("DL028", VECTOR, INT)
def tuple_that_grows(x, n):
    r = ()
    for _ in range(n):  # here
        r = r + (x,)
    return r


@refused("DL019", UNKNOWN)
def in_place_on_what(x):
    y = x
    y += 1  # here
    return y


@refused("DL019", UNKNOWN)
def number_or_row(x):
    t = x[0]
    x[0] = x[1]
    x[1] = t  # here
    return x


def again(a, b, n):
    a += b
    return again(a, b, n - 1) if n else a


@refused("DL012")
def shares_in_recursion(x):
    return again(x, x, 3)


@refused("DL007", Array("f64", ("n", "n"), "A"))
def view_or_copy(x):
    y = x.reshape(-1)
    y[0] = 1  # here
    return x


@refused("DL007", Array("f64", ("n", "n"), "A"))
def view_or_copy_read(x):
    y = x.ravel()
    x[0, 0] = 1
    return y[0]  # here


@pytest.mark.parametrize(("function", "code", "types"), REFUSED)
def test_refused(function, code, types):
    with pytest.raises(DifflangError) as caught:
        own(infer(read(function), types))
    error = caught.value
    assert error.code == code, error
    assert error.place is not None and error.origin is not None
    marked = [k for k, line in enumerate(error.origin.lines, error.origin.first_line) if line.endswith("# here")]
    if marked:
        assert error.line == marked[0], error
    assert error.reason and "Traceback" not in str(error)


def test_arguments_are_counted():
    with pytest.raises(DifflangError) as caught:
        infer(read(axis_at_run_time), [VECTOR])
    assert caught.value.code == "DL017"


def test_statics_fix_parameters():
    program = infer(read(axis_at_run_time), [VECTOR, INT], statics={"n": 0})
    assert len(program.main.body.params) == 1


def test_a_recursion_without_end_is_refused() -> None:
    def endless(n):
        return endless(n + 1) + 1

    with pytest.raises(DifflangError) as caught:
        infer(read(endless), (INT,))
    assert caught.value.code == "DL043"
