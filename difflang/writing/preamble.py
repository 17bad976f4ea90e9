"""Short functions that a written text may need; each is printed once, at the top, where it is used."""

from __future__ import annotations

HELPERS: dict[str, str] = {
    "made": '''\
def made(cls, **fields):
    """An object of this class with these fields, as a constructor would have left it."""
    value = cls.__new__(cls)
    for name, field in fields.items():
        object.__setattr__(value, name, field)
    return value''',
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
    return x


unbroadcast.__difflang_op__ = "unbroadcast"''',
    "assembled": '''\
def assembled(like, *parts):
    """The adjoint of an array, a list or a tuple: these parts, zeros after them."""
    rest = [np.zeros_like(part) for part in like[len(parts) :]]
    whole = [np.copy(part)[()] for part in (*parts, *rest)]
    is_array = isinstance(like, np.ndarray)
    return np.array(whole, like.dtype) if is_array else type(like)(whole)


assembled.__difflang_op__ = "assembled"''',
    "pair": '''\
def pair(x, y):
    """The complex number x + iy, or an array of them."""
    z = np.empty(np.broadcast(x, y).shape, np.result_type(x, y, np.complex64))
    z.real, z.imag = x, y
    return z[()]


pair.__difflang_op__ = "pair"''',
    "is_definite": '''\
def is_definite(a):
    """Whether all matrices have a Cholesky factor."""
    try:
        np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        return False
    return True


is_definite.__difflang_op__ = "is_definite"''',
    "stop_gradient": '''\
def stop_gradient(x):
    """x, held constant by every derivative."""
    return x


stop_gradient.__difflang_op__ = "stop_gradient"''',
    "matmul_left": '''\
def matmul_left(z_bar, x, y):
    """The adjoint of x in x @ y, z_bar being that of the product."""
    if np.ndim(y) == 1:
        y, z_bar = y[:, None], np.expand_dims(z_bar, -1)
    if np.ndim(x) == 1:
        rows = np.expand_dims(z_bar, -2) @ np.swapaxes(y, -1, -2)
        return np.sum(rows.reshape(-1, x.size), axis=0)
    return unbroadcast(z_bar @ np.swapaxes(y, -1, -2), x)


matmul_left.__difflang_op__ = "matmul_left"''',
    "matmul_right": '''\
def matmul_right(z_bar, x, y):
    """The adjoint of y in x @ y, z_bar being that of the product."""
    if np.ndim(x) == 1:
        x, z_bar = x[None, :], np.expand_dims(z_bar, -1 if np.ndim(y) == 1 else -2)
    if np.ndim(y) == 1:
        columns = np.swapaxes(x, -1, -2) @ np.expand_dims(z_bar, -1)
        return np.sum(columns.reshape(-1, y.size), axis=0)
    return unbroadcast(np.swapaxes(x, -1, -2) @ z_bar, y)


matmul_right.__difflang_op__ = "matmul_right"''',
    "dot_left": '''\
def dot_left(z_bar, x, y):
    """The adjoint of x in np.dot(x, y), z_bar being that of the product."""
    if np.ndim(x) == 0 or np.ndim(y) == 0:
        return unbroadcast(z_bar * y, x)
    outer = [k for k in range(np.ndim(y)) if k != max(np.ndim(y) - 2, 0)]
    return np.tensordot(z_bar, y, (range(np.ndim(x) - 1, np.ndim(z_bar)), outer))


dot_left.__difflang_op__ = "dot_left"''',
    "dot_right": '''\
def dot_right(z_bar, x, y):
    """The adjoint of y in np.dot(x, y), z_bar being that of the product."""
    if np.ndim(x) == 0 or np.ndim(y) == 0:
        return unbroadcast(z_bar * x, y)
    rows = range(np.ndim(x) - 1)
    y_bar = np.tensordot(x, z_bar, (rows, rows))
    return np.moveaxis(y_bar, 0, max(np.ndim(y) - 2, 0))


dot_right.__difflang_op__ = "dot_right"''',
    "zero_items": '''\
def zero_items(items):
    """Zeros in place of a list's numbers and arrays."""
    zeros = []
    for x in items:
        if isinstance(x, list):
            zeros.append(zero_items(x))
        else:
            zeros.append(np.zeros_like(x) if np.ndim(x) else 0.0)
    return zeros''',
    "draw": '''\
def draw(bits, *given, kind="standard_normal", count=0, shaped=True, **how):
    """Numbers drawn from a bit generator, which moves on: `count` parameters are given, then the sizes."""
    size = given[count:] if shaped else None
    numbers = getattr(np.random.Generator(bits), kind)
    return numbers(*given[:count], size=size, **how), bits''',
    "draw_whole": '''\
def draw_whole(bits, low, high, *shape, shaped=True, dtype=np.int64):
    """Whole numbers drawn from a bit generator, which moves on."""
    size = shape if shaped else None
    return np.random.Generator(bits).integers(low, high, size=size, dtype=dtype), bits''',
    "draw_order": '''\
def draw_order(bits, count):
    """A permutation drawn from a bit generator, which moves on."""
    return np.random.Generator(bits).permutation(count), bits''',
    "drawn_power": '''\
def drawn_power(z, a):
    """z, drawn as a number to the power of 1 / a, which it moves with."""
    return z


drawn_power.__difflang_op__ = "drawn_power"''',
    "drawn_pareto": '''\
def drawn_pareto(z, a):
    """z, drawn from the Pareto distribution of this shape, which it moves with."""
    return z


drawn_pareto.__difflang_op__ = "drawn_pareto"''',
    "drawn_triangular": '''\
def drawn_triangular(z, left, mode, right):
    """z, drawn from the triangular distribution of these corners, which it moves with."""
    return z


drawn_triangular.__difflang_op__ = "drawn_triangular"''',
    "drawn_by": '''\
def drawn_by(z, parameter):
    """z, drawn from a distribution with this parameter: how it moves with it is not known."""
    return z


drawn_by.__difflang_op__ = "drawn_by"''',
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
    new = np.logical_and(
        best[..., 1:] != best[..., :-1], best[..., :-1] == best[..., :-1]
    )
    at[..., 1:] = np.where(new, np.arange(1, best.shape[-1]), 0)
    return np.moveaxis(np.maximum.accumulate(at, axis=-1), -1, axis)''',
    "cumargmin": '''\
def cumargmin(x, axis=-1):
    """Along an axis the position of the least element so far, the first of equals."""
    best = np.moveaxis(np.minimum.accumulate(x, axis=axis), axis, -1)
    at = np.zeros(best.shape, dtype=np.int64)
    new = np.logical_and(
        best[..., 1:] != best[..., :-1], best[..., :-1] == best[..., :-1]
    )
    at[..., 1:] = np.where(new, np.arange(1, best.shape[-1]), 0)
    return np.moveaxis(np.maximum.accumulate(at, axis=-1), -1, axis)''',
}

NEEDED: dict[str, tuple[str, ...]] = dict.fromkeys(("matmul_left", "matmul_right", "dot_left", "dot_right"), ("unbroadcast",))
"""Helpers that a helper calls."""
