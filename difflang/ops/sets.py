"""The array API's names for what np.unique finds."""

from __future__ import annotations

import numpy as np

from ..op import composite
from .sorting import unique

_NONE = np.zeros(1)


@composite(np.unique_values)
def unique_values(x):
    """The different numbers in order, which is one of the orders that NumPy may give."""
    return unique(x, equal_nan=False)


@composite(np.unique_counts, named=type(np.unique_counts(_NONE)))
def unique_counts(x):
    """The different numbers in order, and how many of each there are."""
    return unique(x, counts=True, equal_nan=False)


@composite(np.unique_inverse, named=type(np.unique_inverse(_NONE)))
def unique_inverse(x):
    """The different numbers in order, and which one each is."""
    return unique(x, inverse=True, equal_nan=False)


@composite(np.unique_all, named=type(np.unique_all(_NONE)))
def unique_all(x):
    """The different numbers in order, where each stands first, which one each is, how many of each there are."""
    return unique(x, True, True, True, False)
