"""NumPy's discrete Fourier transforms along one axis; those along several, frequencies and shifts are written in these.

The ops transform as many points as there are; a composite brings the operand to that many first. A transform is linear and its matrix
symmetric, so the adjoint is a transform again (an adjoint pairs with a tangent without a conjugate, `complexes.py`). That of a real
transform counts the frequencies between the first and the last one twice, which its spectrum leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..build import apply
from ..ir import Const
from ..op import composite, linear
from ..types import MANY, ONE, OPEN, PART, UNKNOWN, Array, Type, Unknown, complex_of, part_of
from .moving import roll
from .sorting import axis_of, upto

Bound = tuple[tuple[Any, ...], dict[str, Any]]
SWAPPED = {"backward": "forward", "ortho": "ortho", "forward": "backward"}
"""The norm by which the opposite transform has the same factor."""


def _array(type: Type, name: str) -> Array | None:
    if isinstance(type, Unknown):
        return None
    if not isinstance(type, Array):
        raise TypeError(f"{name} takes an array")
    return type


def _with_axis(x: Array, dtype: str, axis: int, dim: str) -> Array:
    return Array(dtype, (*x.dims[:axis], dim, *x.dims[axis + 1 :]))


def _complex_type(types: tuple[Type, ...], attrs: Any) -> Type:
    x = _array(types[0], "a transform")
    return UNKNOWN if x is None else Array(complex_of(x.dtype), x.dims)


def _spectrum_type(types: tuple[Type, ...], attrs: Any) -> Type:
    x = _array(types[0], "np.fft.rfft")
    if x is not None and x.dtype in PART:
        raise TypeError("np.fft.rfft takes real numbers: np.fft.fft takes complex ones")
    return UNKNOWN if x is None else _with_axis(x, complex_of(x.dtype), attrs["axis"], x.dims[attrs["axis"]])


def _signal_type(types: tuple[Type, ...], attrs: Any, values: Sequence[Any]) -> Type:
    x = _array(types[0], "np.fft.irfft")
    count = values[1]
    dim = OPEN if not isinstance(count, int) else ONE if count == 1 else MANY
    return UNKNOWN if x is None else _with_axis(x, x.dtype if x.dtype == "f16" else part_of(complex_of(x.dtype)), attrs["axis"], dim)


@linear(spelled=np.fft.fft, typing=_complex_type, axes="one", cost=60)
def dft(y_bar, x, axis=-1, norm="backward"):
    """The discrete Fourier transform along an axis."""
    return apply("dft", y_bar, axis=axis, norm=norm)


@linear(spelled=np.fft.ifft, typing=_complex_type, axes="one", cost=60)
def idft(y_bar, x, axis=-1, norm="backward"):
    """The inverse transform along an axis."""
    return apply("idft", y_bar, axis=axis, norm=norm)


@linear(spelled=np.fft.rfft, typing=_spectrum_type, axes="one", cost=40)
def rdft(y_bar, x, axis=-1, norm="backward"):
    """The first half of the transform of real numbers, which says it all."""
    weights = _counted(y_bar, np.shape(x)[axis], axis, 0.5)
    return apply("irdft", np.conjugate(y_bar) * weights, np.shape(x)[axis], axis=axis, norm=SWAPPED[norm])


@linear(spelled=np.fft.irfft, typing=_signal_type, sized=True, axes="one", cost=40)
def irdft(y_bar, x, n, axis=-1, norm="backward"):
    """The `n` real numbers whose transform begins with these n // 2 + 1."""
    found = np.conjugate(apply("rdft", y_bar, axis=axis, norm=SWAPPED[norm]))
    return found * _counted(found, np.shape(y_bar)[axis], axis, 2.0)


def _counted(spectrum: Any, n: Any, axis: int, between: float) -> Any:
    """One for the first frequency, and the last of an even number of points; `between` for those that stand for two."""
    k = upto(np.shape(spectrum)[axis])
    weights = np.where(np.logical_or(k == 0, 2 * k == n), 1.0, between)
    weights = weights.astype(np.float32 if spectrum.dtype == np.complex64 else np.float64)
    return np.reshape(weights, (-1, *(1,) * (np.ndim(spectrum) - axis - 1)))


def _bind(
    a: Any, n: Any = None, axis: Any = -1, norm: Any = None, out: Any = None, *, overwrite_x: Any = False, workers: Any = None
) -> Bound:
    norm = "backward" if norm is None else norm
    if norm not in SWAPPED:
        raise ValueError(f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".')
    if out is not None:
        raise TypeError("a transform with out= is outside the language: assign its result")
    return (a,) if n is None else (a, n), {"axis": axis, "norm": norm}


def _name(x: Any) -> str:
    return str(x.type.dtype)


def _fitted(x: Any, n: Any, axis: int) -> Any:
    """So many points along an axis: cut off, or zeros after them."""
    shape = np.shape(x)
    known = _value(n)
    if known is not None and known < 1:
        raise ValueError(f"Invalid number of FFT data points ({known}) specified.")
    missing = apply("maximum", n - shape[axis], 0)
    zeros = apply("zeros", *shape[:axis], missing, *shape[axis + 1 :], dtype=_name(x))
    return np.concatenate((x[(*(slice(None),) * axis, slice(None, n))], zeros), axis)


def _transformed(op: str, x: Any, n: tuple[Any, ...], axis: int, norm: str) -> Any:
    axis = axis_of(x, axis)
    return apply(op, _fitted(x, n[0], axis) if n else x, axis=axis, norm=norm)


@composite(np.fft.fft, bind=_bind, scipy=("fft.fft",))
def fft(x, *n, axis=-1, norm="backward"):
    """The discrete Fourier transform along an axis, of n points."""
    return _transformed("dft", x, n, axis, norm)


@composite(np.fft.ifft, bind=_bind, scipy=("fft.ifft",))
def ifft(x, *n, axis=-1, norm="backward"):
    """The inverse transform along an axis, of n points."""
    return _transformed("idft", x, n, axis, norm)


@composite(np.fft.rfft, bind=_bind, scipy=("fft.rfft",))
def rfft(x, *n, axis=-1, norm="backward"):
    """The first half of the transform of n real numbers."""
    return _transformed("rdft", x, n, axis, norm)


@composite(np.fft.irfft, bind=_bind, scipy=("fft.irfft",))
def irfft(x, *n, axis=-1, norm="backward"):
    """The n real numbers whose transform begins so; without n an even number."""
    axis = axis_of(x, axis)
    points = n[0] if n else 2 * (np.shape(x)[axis] - 1)
    x = _fitted(x, points // 2 + 1, axis) if n else x
    return apply("irdft", x, points, axis=axis, norm=norm)


@composite(np.fft.hfft, bind=_bind, scipy=("fft.hfft",))
def hfft(x, *n, axis=-1, norm="backward"):
    """The real transform of a signal that is its own mirror image conjugated."""
    return irfft(np.conjugate(x), *n, axis=axis, norm=SWAPPED[norm])


@composite(np.fft.ihfft, bind=_bind, scipy=("fft.ihfft",))
def ihfft(x, *n, axis=-1, norm="backward"):
    """The inverse of hfft."""
    return np.conjugate(rfft(x, *n, axis=axis, norm=SWAPPED[norm]))


def _many_bind(a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None) -> Bound:
    _, given = _bind(a, None, -1, norm, out)
    sizes = () if s is None else tuple(s)
    if s is not None and axes is None:
        axes = tuple(range(-len(sizes), 0))
    axes = None if axes is None else tuple(axes)
    if s is not None and len(sizes) != len(axes or ()):
        raise ValueError("Shape and axes have different lengths.")
    return (a, *sizes), {"axes": axes, "norm": given["norm"]}


def _plane_bind(a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None) -> Bound:
    return _many_bind(a, s, axes, norm, out)


def _planned(x: Any, s: Sequence[Any], axes: Any) -> tuple[tuple[int, ...], list[tuple[Any, ...]]]:
    """The axes, and for each of them the number of points where one is given: -1 says all that there are."""
    axes = tuple(range(np.ndim(x))) if axes is None else axes
    return axes, [() for _ in axes] if not s else [() if _value(n) == -1 else (n,) for n in s]


def _value(n: Any) -> Any:
    return n.atom.value if hasattr(n, "atom") and isinstance(n.atom, Const) else n if isinstance(n, int) else None


def _each(rule: Any, x: Any, s: Sequence[Any], axes: Any, norm: str) -> Any:
    axes, sizes = _planned(x, s, axes)
    for axis, n in zip(reversed(axes), reversed(sizes), strict=True):
        x = rule(x, *n, axis=axis, norm=norm)
    return x


@composite(np.fft.fftn, bind=_many_bind, scipy=("fft.fftn",))
def fftn(x, *s, axes=None, norm="backward"):
    """The transform along several axes, the last one first."""
    return _each(fft, x, s, axes, norm)


@composite(np.fft.ifftn, bind=_many_bind, scipy=("fft.ifftn",))
def ifftn(x, *s, axes=None, norm="backward"):
    """The inverse transform along several axes."""
    return _each(ifft, x, s, axes, norm)


@composite(np.fft.fft2, bind=_plane_bind, scipy=("fft.fft2",))
def fft2(x, *s, axes=(-2, -1), norm="backward"):
    """The transform along two axes."""
    return _each(fft, x, s, axes, norm)


@composite(np.fft.ifft2, bind=_plane_bind, scipy=("fft.ifft2",))
def ifft2(x, *s, axes=(-2, -1), norm="backward"):
    """The inverse transform along two axes."""
    return _each(ifft, x, s, axes, norm)


@composite(np.fft.rfftn, bind=_many_bind, scipy=("fft.rfftn",))
def rfftn(x, *s, axes=None, norm="backward"):
    """The transform of real numbers along several axes: half of the last one."""
    axes, sizes = _planned(x, s, axes)
    x = rfft(x, *sizes[-1], axis=axes[-1], norm=norm)
    return _each(fft, x, [_or_all(n) for n in sizes[:-1]], axes[:-1], norm) if axes[:-1] else x


@composite(np.fft.rfft2, bind=_plane_bind, scipy=("fft.rfft2",))
def rfft2(x, *s, axes=(-2, -1), norm="backward"):
    """The transform of real numbers along two axes."""
    return rfftn(x, *s, axes=axes, norm=norm)


@composite(np.fft.irfftn, bind=_many_bind, scipy=("fft.irfftn",))
def irfftn(x, *s, axes=None, norm="backward"):
    """The real numbers of which rfftn is the transform."""
    axes, sizes = _planned(x, s, axes)
    for axis, n in zip(axes[:-1], sizes[:-1], strict=True):
        x = ifft(x, *n, axis=axis, norm=norm)
    return irfft(x, *(sizes[-1] or ((np.shape(x)[axes[-1]],) if s else ())), axis=axes[-1], norm=norm)


@composite(np.fft.irfft2, bind=_plane_bind, scipy=("fft.irfft2",))
def irfft2(x, *s, axes=(-2, -1), norm="backward"):
    """The real numbers of which rfft2 is the transform."""
    return irfftn(x, *s, axes=axes, norm=norm)


def _or_all(n: tuple[Any, ...]) -> Any:
    return n[0] if n else -1


def _step_bind(n: Any, d: Any = 1.0, device: Any = None) -> Bound:
    return (n, d), {}


@composite(np.fft.fftfreq, bind=_step_bind, scipy=("fft.fftfreq",))
def fftfreq(n, d):
    """The frequencies of a transform of n points that lie d apart."""
    k = upto(n)
    return np.where(k < np.floor_divide(n - 1, 2) + 1, k, k - n) * (1.0 / (n * d))


@composite(np.fft.rfftfreq, bind=_step_bind, scipy=("fft.rfftfreq",))
def rfftfreq(n, d):
    """The frequencies that the transform of n real numbers has."""
    return upto(np.floor_divide(n, 2) + 1) * (1.0 / (n * d))


def _shift_bind(x: Any, axes: Any = None) -> Bound:
    return (x,), {"axes": axes if axes is None or isinstance(axes, int) else tuple(axes)}


def _middle(x: Any, axes: Any, sign: int) -> Any:
    axes = tuple(range(np.ndim(x))) if axes is None else (axes,) if isinstance(axes, int) else axes
    return roll(x, *(sign * np.floor_divide(np.shape(x)[axis], 2) for axis in axes), axis=axes)


@composite(np.fft.fftshift, bind=_shift_bind, scipy=("fft.fftshift",))
def fftshift(x, axes=None):
    """Frequency zero moved to the middle."""
    return _middle(x, axes, 1)


@composite(np.fft.ifftshift, bind=_shift_bind, scipy=("fft.ifftshift",))
def ifftshift(x, axes=None):
    """The inverse of fftshift."""
    return _middle(x, axes, -1)
