"""What statistics, counting, calculus and elementwise compositions are tried on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def told(call: Callable[..., Any], method: Callable[..., Any], real: Callable[..., Any], raw: Callable[..., Any]) -> dict[str, list[Any]]:
    x, y, z, whole = real(7), real(3, 4), real(2, 3, 4), np.array([3, 1, 0, 3, 5])
    holes = np.array([[1.0, np.nan, -2.0, 0.5], [np.nan, 3.0, 1.0, 2.0]])
    weights, up, even = np.abs(real(7)) + 0.1, np.sort(real(6)), real(8)
    grid = np.cumsum(np.abs(real(7)) + 0.1)
    mask = y > 0
    nan_forms = [(), ({"axis": 1},), ({"axis": 0, "keepdims": True},)]

    def over(function: Any) -> list[Any]:
        return [call(function, holes, **(form[0] if form else {})) for form in nan_forms] + [call(function, y, axis=-1)]

    return {
        "median": [call(np.median, x), call(np.median, even), call(np.median, y, axis=1), call(np.median, z, axis=(0, 2), keepdims=True)]
        + [call(np.median, whole), call(np.median, holes, axis=1), call(np.median, y, axis=0, keepdims=True), call(np.median, z)],
        "quantile": [call(np.quantile, x, 0.3), call(np.quantile, y, 0.5, axis=0), call(np.quantile, x, np.array([0.0, 0.25, 1.0]))]
        + [call(np.quantile, y, np.array([0.1, 0.9]), axis=1), call(np.quantile, y, np.array([0.2, 0.7]), axis=0, keepdims=True)]
        + [call(np.quantile, x, 0.4, method=m) for m in ("lower", "higher", "nearest", "midpoint", "hazen", "weibull", "median_unbiased")]
        + [call(np.quantile, x, np.array([0.01, 0.99]), method=m) for m in ("hazen", "weibull", "averaged_inverted_cdf")],
        "percentile": [call(np.percentile, x, 30), call(np.percentile, x, np.array([5, 50, 95])), call(np.percentile, y, 25.0, axis=1)]
        + [call(np.percentile, whole, 50), call(np.percentile, z, 10, axis=(0, 1))],
        "nanmedian": over(np.nanmedian),
        "nanquantile": [
            call(np.nanquantile, holes, 0.3),
            call(np.nanquantile, holes, 0.6, axis=1),
            call(np.nanquantile, holes, np.array([0.1, 0.5]), axis=1),
        ],
        "nanpercentile": [call(np.nanpercentile, holes, 40, axis=0), call(np.nanpercentile, x, 75)],
        "cov": [call(np.cov, y), call(np.cov, x), call(np.cov, x, real(7)), call(np.cov, y, rowvar=False), call(np.cov, y, bias=True)]
        + [call(np.cov, y, ddof=0), call(np.cov, real(2, 5), aweights=np.array([1.0, 2.0, 0.5, 1.0, 3.0])), call(np.cov, y.T)],
        "corrcoef": [call(np.corrcoef, y), call(np.corrcoef, x, real(7)), call(np.corrcoef, y, rowvar=False)],
        "average": [call(np.average, x), call(np.average, x, weights=weights), call(np.average, y, axis=0, weights=np.abs(real(3)))]
        + [call(np.average, y, axis=1, weights=np.abs(real(4))), call(np.average, y, weights=np.abs(real(3, 4)))]
        + [call(np.average, x, weights=weights, returned=True), call(np.average, y, axis=0, returned=True)],
        "ptp": [call(np.ptp, x), call(np.ptp, y, axis=0), call(np.ptp, y, axis=1, keepdims=True)],
        "mean_where": [raw((y, mask), {}, np.mean(y, where=mask)), raw((y, y < 9), {"axis": 0}, np.mean(y, axis=0))],
        "var_where": [raw((y, mask), {"ddof": 1}, np.var(y, where=mask, ddof=1))],
        "std_where": [raw((y, y < 9), {"axis": 1}, np.std(y, axis=1))],
        "var_about": [raw((y, np.mean(y, 1, keepdims=True), None), {"axis": 1}, np.var(y, axis=1))]
        + [raw((x, 2.0, None), {}, np.mean((x - 2) ** 2))],
        "std_about": [raw((y, np.mean(y, 0) + 1, mask), {"axis": 0, "ddof": 0}, np.std(y, axis=0, mean=np.mean(y, 0) + 1, where=mask))],
        "nansum": over(np.nansum),
        "nanprod": over(np.nanprod),
        "nanmean": over(np.nanmean),
        "nanmax": over(np.nanmax),
        "nanmin": over(np.nanmin),
        "nanvar": [*over(np.nanvar), call(np.nanvar, holes, ddof=1)],
        "nanstd": over(np.nanstd),
        "nanargmax": [call(np.nanargmax, holes), call(np.nanargmax, holes, axis=1), call(np.nanargmax, whole)],
        "nanargmin": [call(np.nanargmin, holes), call(np.nanargmin, holes, axis=1)],
        "nancumsum": [call(np.nancumsum, holes, axis=1), call(np.nancumsum, holes)],
        "nancumprod": [call(np.nancumprod, holes, axis=1)],
        "bincount": [call(np.bincount, whole), call(np.bincount, whole, minlength=9), call(np.bincount, whole, weights=real(5))]
        + [call(np.bincount, np.zeros(0, np.int64)), call(np.bincount, whole, real(5), 3)],
        "histogram": [call(np.histogram, x), call(np.histogram, x, bins=4), call(np.histogram, x, bins=5, range=(-1.0, 1.0))]
        + [call(np.histogram, x, bins=up), call(np.histogram, x, bins=3, density=True), call(np.histogram, x, bins=4, weights=weights)]
        + [
            call(np.histogram, whole, bins=np.array([0, 1, 3, 5])),
            call(np.histogram, y, bins=3),
            call(np.histogram, x, up, weights=weights),
        ]
        + [call(np.histogram, whole, 5), call(np.histogram, np.linspace(0, 1, 33), 11, (0, 1))],
        "histogram_bin_edges": [call(np.histogram_bin_edges, x, 4), call(np.histogram_bin_edges, np.ones(3), 2)],
        "histogram2d": [call(np.histogram2d, x, grid, bins=3), call(np.histogram2d, x, grid, bins=(2, 4), range=((-1, 1), (0, 2)))]
        + [call(np.histogram2d, x, grid, 3, weights=weights)],
        "count_nonzero": [call(np.count_nonzero, whole), call(np.count_nonzero, y > 0, axis=1), call(np.count_nonzero, holes)],
        "diff": [call(np.diff, x), call(np.diff, y), call(np.diff, y, axis=0), call(np.diff, x, 2), call(np.diff, x, n=1, axis=-1)]
        + [
            call(np.diff, x, prepend=0.0),
            call(np.diff, y, axis=0, append=real(1, 4)),
            call(np.diff, y > 0),
            call(np.diff, whole, prepend=1),
        ],
        "ediff1d": [call(np.ediff1d, x), call(np.ediff1d, y, to_end=9.0, to_begin=np.array([1.0, 2.0]))],
        "gradient": [call(np.gradient, x), call(np.gradient, x, 0.5), call(np.gradient, x, grid), call(np.gradient, y, axis=1)]
        + [
            call(np.gradient, y),
            call(np.gradient, y, 0.5, 2.0),
            call(np.gradient, x, edge_order=2),
            call(np.gradient, x, grid, edge_order=2),
        ]
        + [call(np.gradient, y, 0.1, axis=0), call(np.gradient, whole), call(np.gradient, z, axis=(0, 2))],
        "trapezoid": [call(np.trapezoid, x), call(np.trapezoid, x, grid), call(np.trapezoid, x, dx=0.1), call(np.trapezoid, y, axis=0)]
        + [call(np.trapezoid, y, real(4)), call(np.trapezoid, y, y, axis=0)],
        "unwrap": [
            call(np.unwrap, x * 5),
            call(np.unwrap, y * 6, axis=0),
            call(np.unwrap, x * 5, discont=4.0),
            call(np.unwrap, x * 5, period=2.0),
        ],
        "interp": [
            call(np.interp, x, up, real(6)),
            call(np.interp, 0.3, up, real(6)),
            call(np.interp, x, up, real(6), left=-1.0, right=5.0),
        ]
        + [call(np.interp, up, up, real(6)), call(np.interp, y, up, real(6)), call(np.interp, x, up[:3], np.array([1, 4, 2]))]
        + [call(np.interp, x * 3, np.array([0.1, 0.7, 1.2]), real(3), period=2.0)],
        "slide": [raw((x, up[:3]), {}, np.correlate(x, up[:3])), raw((whole, whole[:2]), {}, np.correlate(whole, whole[:2]))],
        "convolve": [call(np.convolve, x, up[:3], m) for m in ("full", "same", "valid")]
        + [call(np.convolve, up[:2], x, mode=m) for m in ("full", "same", "valid")]
        + [call(np.convolve, whole, np.array([1, 2])), call(np.convolve, x, up[:4], "same"), call(np.convolve, x, np.array([1, 1]))],
        "correlate": [call(np.correlate, x, up[:3], m) for m in ("full", "same", "valid")]
        + [call(np.correlate, up[:2], x, mode=m) for m in ("full", "same", "valid")]
        + [call(np.correlate, x, up), call(np.correlate, x, up[:4], "same")],
        "hanning": [call(np.hanning, 5), call(np.hanning, 1)],
        "hamming": [call(np.hamming, 6)],
        "blackman": [call(np.blackman, 5)],
        "bartlett": [call(np.bartlett, 5)],
        "polyval": [
            call(np.polyval, [1.0, -2.0, 0.5], x),
            call(np.polyval, real(4), x),
            call(np.polyval, real(3), 0.7),
            call(np.polyval, [2, 1], y),
        ]
        + [call(np.polyval, whole, 2), call(np.polyval, real(3), y)],
        "polyfit": [call(np.polyfit, x, grid, 1), call(np.polyfit, x, grid, 2, w=weights)],
        "matvec": [call(np.matvec, y, real(4)), call(np.matvec, z, real(2, 4))],
        "vecmat": [call(np.vecmat, real(3), y)],
        "kaiser": [call(np.kaiser, 5, 2.0), call(np.kaiser, 1, 1.5)],
        "polyder": [call(np.polyder, real(4)), call(np.polyder, real(5), 2)],
        "polyint": [call(np.polyint, real(4)), call(np.polyint, real(3), 2)],
        "polyadd": [call(np.polyadd, real(4), real(2))],
        "polysub": [call(np.polysub, real(2), real(4))],
        "polymul": [call(np.polymul, real(4), real(2))],
        "isclose": [call(np.isclose, x, x + 1e-9), call(np.isclose, x, real(7)), call(np.isclose, np.array([np.inf, 1.0]), np.inf)]
        + [call(np.isclose, holes, holes, equal_nan=True), call(np.isclose, x, x + 0.01, atol=0.1)],
        "allclose": [call(np.allclose, x, x + 1e-9), call(np.allclose, x, 0.0), call(np.allclose, x, x + 0.1, 0.0, 0.2)],
        "array_equal": [
            call(np.array_equal, x, x),
            call(np.array_equal, x, x[:3]),
            call(np.array_equal, x, y),
            call(np.array_equal, x, x + 1),
        ]
        + [call(np.array_equal, holes, holes), call(np.array_equal, holes, holes, equal_nan=True)],
        "nan_to_num": [
            call(np.nan_to_num, np.array([np.nan, np.inf, -np.inf, 1.5])),
            call(np.nan_to_num, holes, nan=2.0),
            call(np.nan_to_num, whole),
        ]
        + [call(np.nan_to_num, np.array([np.inf, -np.inf]), posinf=1.0, neginf=-1.0)],
        "isposinf": [call(np.isposinf, np.array([np.inf, -np.inf, 1.0]))],
        "isneginf": [call(np.isneginf, np.array([np.inf, -np.inf, 1.0]))],
        "floor_and_rest": [call(np.divmod, x, 0.3), call(np.divmod, whole, 2)],
        "modf": [call(np.modf, x * 3), call(np.modf, np.array([np.inf, -0.0, -2.0])), call(np.modf, whole)],
        "ldexp": [call(np.ldexp, x, 3), call(np.ldexp, 1.5, np.array([-2, 0, 900]))],
        "frexp": [call(np.frexp, x), call(np.frexp, np.array([0.0, 1.0, -8.0, 1e300, np.inf, 0.1]))],
        "spacing": [call(np.spacing, x)],
        "lcm": [call(np.lcm, whole, 4), call(np.lcm, np.array([-4, 6]), np.array([6, 0]))],
        "round_decimals": [
            call(np.round, x),
            call(np.round, x, 2),
            call(np.around, x * 100, -1),
            method("round", x, 1),
            call(np.round, 2.5),
        ]
        + [call(np.round, whole), call(np.round, whole * 13, -1), method("round", y, decimals=3)],
        "evenly": [
            call(np.linspace, 0.0, 1.0, 5, endpoint=False),
            call(np.linspace, 0, 1, 5, retstep=True),
            call(np.linspace, 0, 9, 4, dtype=int),
        ]
        + [
            call(np.linspace, 1.0, 2.0, num=1),
            call(np.linspace, x[:3], 1.0, 4),
            call(np.linspace, 0, x[:2], 3, axis=1),
            call(np.linspace, 2, 3),
        ],
        "logspace": [call(np.logspace, 0, 2, 5), call(np.logspace, -1.0, 1.0, num=4, base=2.0), call(np.logspace, 0, 1, 3, endpoint=False)],
        "geomspace": [call(np.geomspace, 1, 1000, 4), call(np.geomspace, -2.0, -0.5, 5), call(np.geomspace, 1.0, 8.0, 3, endpoint=False)],
        "diagonal_ones": [call(np.eye, 3, k=1), call(np.eye, 3, 4, -1), call(np.eye, 2), call(np.eye, 2, dtype=int)],
        "identity": [call(np.identity, 3), call(np.identity, 2, dtype=np.float32)],
    }
