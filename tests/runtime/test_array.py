"""Plain values, and the probe of NumPy's layout."""

import numpy as np
import pytest

from difflang.runtime import array
from difflang.runtime.array import plain


def test_addresses_are_there():
    found = array.addresses()
    assert found["PyArray_Type"] == id(np.ndarray) and found["descr_f64"] == id(np.dtype(np.float64)) and all(found.values())


def test_plain_values_stay():
    x = np.arange(3.0)
    for value in (1, 1.5, True, None, "text", x, np.float32(1), (1, (x, 2.0)), np.int64(3), x[::2]):
        assert plain(value) is value


def test_subclasses_become_plain():
    class MyFloat(float):
        pass

    class MyInt(int):
        pass

    assert type(plain(MyFloat(2.0))) is float and type(plain(MyInt(2))) is int
    x = np.arange(4.0).view(np.memmap)
    assert type(plain(x)) is np.ndarray and np.shares_memory(plain(x), x)
    assert type(plain(np.longlong(3))) is np.int64
    assert plain(np.arange(3, dtype=np.longlong)).dtype is np.dtype(np.int64)
    from collections import namedtuple

    point = namedtuple("point", "x y")(1.0, MyFloat(2.0))
    assert type(plain(point)) is tuple and plain(point) == (1.0, 2.0)


def test_what_computes_otherwise_is_refused():
    with pytest.raises(TypeError, match="MaskedArray"):
        plain(np.ma.masked_array([1.0, 2.0]))


def test_unaligned_arrays_are_copied():
    x = np.frombuffer(bytes(8 * 3 + 1), dtype=np.uint8)[1:].view(np.float64)
    assert not x.flags.aligned and plain(x).flags.aligned
    big = np.arange(3, dtype=">f8")
    assert plain(big).dtype == big.dtype
