"""Short functions that a written text may need; each is printed once, at the top, where it is used."""

from __future__ import annotations

HELPERS: dict[str, str] = {
    "masked": '''\
def masked(x, y):
    """x * y, but zero where x is zero, whatever y is there."""
    return np.where(x == 0, 0.0, x * y) * 1.0''',
    "unbroadcast": '''\
def unbroadcast(x, like):
    """Sum x down to the shape of like: the adjoint of broadcasting."""
    x = np.sum(x, axis=tuple(range(np.ndim(x) - np.ndim(like))))
    for axis, n in enumerate(np.shape(like)):
        if n == 1:
            x = np.sum(x, axis=axis, keepdims=True)
    return x''',
    "recurrence": '''\
def recurrence(a, b):
    """Row by row y[0] = b[0], y[k] = a[k] * y[k - 1] + b[k]."""
    y = b.copy()
    for k in range(1, y.shape[1]):
        y[:, k] += a[:, k] * y[:, k - 1]
    return y''',
    "cumargmax": '''\
def cumargmax(x, axis=-1):
    """Along an axis the position of the greatest element so far, the first of equals."""
    best = np.moveaxis(np.maximum.accumulate(x, axis=axis), axis, -1)
    at = np.zeros(best.shape, dtype=np.int64)
    new = np.logical_and(best[..., 1:] != best[..., :-1], best[..., :-1] == best[..., :-1])
    at[..., 1:] = np.where(new, np.arange(1, best.shape[-1]), 0)
    return np.moveaxis(np.maximum.accumulate(at, axis=-1), -1, axis)''',
    "cumargmin": '''\
def cumargmin(x, axis=-1):
    """Along an axis the position of the least element so far, the first of equals."""
    best = np.moveaxis(np.minimum.accumulate(x, axis=axis), axis, -1)
    at = np.zeros(best.shape, dtype=np.int64)
    new = np.logical_and(best[..., 1:] != best[..., :-1], best[..., :-1] == best[..., :-1])
    at[..., 1:] = np.where(new, np.arange(1, best.shape[-1]), 0)
    return np.moveaxis(np.maximum.accumulate(at, axis=-1), -1, axis)''',
}
