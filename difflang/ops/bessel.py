"""Bessel functions of order zero and one, as `special_values.py` has the other special functions.

NEAR tables are polynomials in 2 x**2 / 25 - 1 for x up to 5, FAR ones in 16 / x - 1 for i0 and i1 beyond 8, in 50 / x**2 - 1 for
the amplitudes of Hankel's expansion beyond 5: Chebyshev interpolations, computed with 50 digits, as powers.
This file is laid out at 88 columns, since written texts quote it.
"""

from __future__ import annotations

import math

import numpy as np

from .special_values import horner

I0_FAR = (
    -6.067631570603023e-11, -2.0260604287413778e-11, 4.5770876316436333e-10, 1.5279202694981654e-10, -1.6189806836246848e-09,
    -5.71584386420273e-10, 3.637954635901119e-09, 1.5200816953924263e-09, -5.953569438264895e-09, -3.5059665308793344e-09,
    7.430464650325429e-09, 7.552583062123386e-09, -5.40477156757996e-09, -1.340891754008974e-08, -6.747657956107523e-09,
    7.554691881248808e-09, 2.1548377974791598e-08, 3.932584334552952e-08, 8.872219737904054e-08, 2.9735985885673923e-07,
    1.4838475658279249e-06, 1.1143033790932038e-05, 0.0001362160743919305, 0.0033605519836678614, 0.4021765094450081,
)  # fmt: skip
I1_FAR = (
    6.305965197150073e-11, 1.851511882885311e-11, -4.758818838703864e-10, -1.4011625179770715e-10, 1.6848984479705173e-09,
    5.295625441161283e-10, -3.7946708962083434e-09, -1.4387250533041044e-09, 6.242741219786449e-09, 3.4262341490077987e-09,
    -7.888351507862081e-09, -7.642394134363562e-09, 5.974437608040265e-09, 1.4034238782067184e-08, 6.734464815301592e-09,
    -8.427766093735185e-09, -2.337392820814264e-08, -4.312917729178349e-08, -1.0001288294864884e-07, -3.483855761044295e-07,
    -1.8349101326980946e-06, -1.5038547200567216e-05, -0.00021923576383388928, -0.009749577193235737, 0.38939845902587233,
)  # fmt: skip
J0_NEAR = (
    -5.5870798364785105e-14, 2.969447332958378e-12, -1.3389957576813873e-10, 5.059294185929358e-09, -1.5718428565139043e-07,
    3.9285088877689495e-06, -7.683433602057727e-05, 0.0011343635095863093, -0.012035214154329392, 0.08539182354259674,
    -0.36018076595038634, 0.7094160035335417, -0.21650541389819178, -0.3847445098140454,
)  # fmt: skip
J1_NEAR = (
    1.1621889632590412e-13, -5.7018453078703506e-12, 2.356632323536745e-10, -8.094869431415498e-09, 2.263453713594777e-07,
    -5.02849137748372e-06, 8.605445634303652e-05, -0.0010889889692024138, 0.009628171323463516, -0.05465076706726198,
    0.17288676765618544, -0.22701312113073338, 0.03464086622371068,
)  # fmt: skip
Y0_NEAR = (
    1.166603953074689e-13, -6.04993694723965e-12, 2.6539975248625817e-10, -9.7209552080454e-09, 2.9142206889637085e-07,
    -6.985504374077061e-06, 0.0001299462909208217, -0.0018028096665503853, 0.01763534538933876, -0.11151682184328655,
    0.38851639956570944, -0.47057636552972876, -0.4326558222855125, 0.4837248578102995,
)  # fmt: skip
Y1_NEAR = (
    4.277907601247645e-15, -2.397782341669183e-13, 1.1448943838049981e-11, -4.6013010745475043e-10, 1.528890182573714e-08,
    -4.1137780795312436e-07, 8.733098304848775e-06, -0.00014141835794484212, 0.0016688031328635942, -0.013433433740818165,
    0.06634695354779108, -0.16312020358118715, 0.09108650838448444, 0.13974939033568806,
)  # fmt: skip
P0_FAR = (
    1.4342144484717672e-12, -2.235391154912044e-12, -2.8395786688743523e-12, 3.415311542572876e-12, 8.357591428468511e-12,
    -1.3637307914439566e-11, 1.2588002430248643e-11, -3.538662922896775e-11, 1.0446084050144923e-10, -2.851794579729694e-10,
    8.537333898998171e-10, -2.8705436149232575e-09, 1.1058787126508455e-08, -5.08643230838394e-08, 2.9759005474711905e-07,
    -2.459963321484891e-06, 3.4917305812543486e-05, -0.0013274931272004003, 0.9986347659091991,
)  # fmt: skip
Q0_FAR = (
    -3.2387768388689313e-12, 4.365436075773618e-12, 1.1781243865914042e-11, -1.4357398193255736e-11, -2.4654455175376517e-11,
    2.976103922945403e-11, 1.9543132108621942e-11, -1.60564755578083e-11, -4.033194093954759e-11, 6.525876729744577e-11,
    -9.684728180683594e-11, 2.340473361283212e-10, -5.894142390813669e-10, 1.5282843631161895e-09, -4.293806343863444e-09,
    1.3296573119800334e-08, -4.6398035440396124e-08, 1.8870297801035574e-07, -9.409875176808848e-07, 6.23911316965569e-06,
    -6.338715442546601e-05, 0.0013142139729102479, -0.12361496352611864,
)  # fmt: skip
P1_FAR = (
    -1.516811852611783e-12, 2.368522528186767e-12, 2.9881368885935155e-12, -3.5906738400843512e-12, -8.878743173627245e-12,
    1.4551592853265448e-11, -1.3682028558855844e-11, 3.8451893184433864e-11, -1.1357643207946474e-10, 3.117737074105936e-10,
    -9.395751413733448e-10, 3.1849577586739448e-09, -1.2403215219140042e-08, 5.7916678422140156e-08, -3.4667186514153773e-07,
    2.9786211051441743e-06, -4.5782806531265707e-05, 0.002241463213917191, 1.0022906462560661,
)  # fmt: skip
Q1_FAR = (
    -4.588976369752683e-12, 6.349391905539587e-12, 1.5067476218657262e-11, -1.8540816446843624e-11, -3.128702949477626e-11,
    3.922339737260156e-11, 1.6645096069215486e-11, -6.892050473631456e-12, -6.962061096202043e-11, 1.3104614308463733e-10,
    -2.5293791309652674e-10, 6.296749654365242e-10, -1.6641711306549605e-09, 4.704141826870427e-09, -1.4664229261320404e-08,
    5.1641422798019427e-08, -2.126674090283508e-07, 1.0798853942089243e-06, -7.369927947805624e-06, 7.898094177943239e-05,
    -0.0018648496218413126, 0.3730474331740802,
)  # fmt: skip

I0_SERIES = tuple(1 / math.factorial(k) ** 2 for k in range(26, -1, -1))
I1_SERIES = tuple(
    1 / (math.factorial(k) * math.factorial(k + 1)) for k in range(26, -1, -1)
)
BEYOND = math.sqrt(0.5)


def i0e(x):
    """exp(-|x|) * i0(x)."""
    y = np.abs(x)
    near = np.exp(-y) * horner(I0_SERIES, 0.25 * np.where(y < 8, y, 0.0) ** 2)
    wide = np.where(y < 8, 8.0, y)
    return np.where(y < 8, near, horner(I0_FAR, 16 / wide - 1) / np.sqrt(wide))


def i0(x):
    """The modified Bessel function of order zero."""
    y = np.abs(x)
    near = horner(I0_SERIES, 0.25 * np.where(y < 8, y, 0.0) ** 2)
    wide = np.where(y < 8, 8.0, y)
    half = np.exp(0.5 * wide)
    return np.where(
        y < 8, near, half * (horner(I0_FAR, 16 / wide - 1) / np.sqrt(wide)) * half
    )


def i1e(x):
    """exp(-|x|) * i1(x)."""
    y = np.abs(x)
    near = (
        np.exp(-y) * (0.5 * y) * horner(I1_SERIES, 0.25 * np.where(y < 8, y, 0.0) ** 2)
    )
    wide = np.where(y < 8, 8.0, y)
    return np.copysign(
        np.where(y < 8, near, horner(I1_FAR, 16 / wide - 1) / np.sqrt(wide)), x
    )


def i1(x):
    """The modified Bessel function of order one."""
    y = np.abs(x)
    near = 0.5 * y * horner(I1_SERIES, 0.25 * np.where(y < 8, y, 0.0) ** 2)
    wide = np.where(y < 8, 8.0, y)
    half = np.exp(0.5 * wide)
    return np.copysign(
        np.where(
            y < 8, near, half * (horner(I1_FAR, 16 / wide - 1) / np.sqrt(wide)) * half
        ),
        x,
    )


def j0(x):
    """The Bessel function of the first kind of order zero."""
    y = np.abs(x)
    near = horner(J0_NEAR, 0.08 * np.where(y < 5, y, 0.0) ** 2 - 1)
    wide = np.where((y < 5) | (y == np.inf), 5.0, y)
    t = 50 / (wide * wide) - 1
    cosine, sine = (
        BEYOND * (np.cos(wide) + np.sin(wide)),
        BEYOND * (np.sin(wide) - np.cos(wide)),
    )
    far = np.sqrt(2 / (math.pi * wide)) * (
        horner(P0_FAR, t) * cosine - horner(Q0_FAR, t) / wide * sine
    )
    return np.where(y < 5, near, np.where(y == np.inf, np.nan, far))


def j1(x):
    """The Bessel function of the first kind of order one."""
    y = np.abs(x)
    near = y * horner(J1_NEAR, 0.08 * np.where(y < 5, y, 0.0) ** 2 - 1)
    wide = np.where((y < 5) | (y == np.inf), 5.0, y)
    t = 50 / (wide * wide) - 1
    cosine, sine = (
        BEYOND * (np.sin(wide) - np.cos(wide)),
        -BEYOND * (np.sin(wide) + np.cos(wide)),
    )
    far = np.sqrt(2 / (math.pi * wide)) * (
        horner(P1_FAR, t) * cosine - horner(Q1_FAR, t) / wide * sine
    )
    value = np.where(y < 5, near, np.where(y == np.inf, np.nan, far))
    return np.where(x < 0, -value, value)


def y0(x):
    """The Bessel function of the second kind of order zero."""
    small = np.where((x > 0) & (x < 5), x, 1.0)
    t = 0.08 * small * small - 1
    near = horner(Y0_NEAR, t) + 2 / math.pi * np.log(small) * horner(J0_NEAR, t)
    wide = np.where((x < 5) | (x == np.inf), 5.0, x)
    t = 50 / (wide * wide) - 1
    cosine, sine = (
        BEYOND * (np.cos(wide) + np.sin(wide)),
        BEYOND * (np.sin(wide) - np.cos(wide)),
    )
    far = np.sqrt(2 / (math.pi * wide)) * (
        horner(P0_FAR, t) * sine + horner(Q0_FAR, t) / wide * cosine
    )
    value = np.where(x < 5, near, np.where(x == np.inf, np.nan, far))
    return np.where(x > 0, value, np.where(x == 0, -np.inf, np.nan))


def y1(x):
    """The Bessel function of the second kind of order one."""
    small = np.where((x > 0) & (x < 5), x, 1.0)
    t = 0.08 * small * small - 1
    near = small * horner(Y1_NEAR, t) + 2 / math.pi * (
        np.log(small) * (small * horner(J1_NEAR, t)) - 1 / small
    )
    wide = np.where((x < 5) | (x == np.inf), 5.0, x)
    t = 50 / (wide * wide) - 1
    cosine, sine = (
        BEYOND * (np.sin(wide) - np.cos(wide)),
        -BEYOND * (np.sin(wide) + np.cos(wide)),
    )
    far = np.sqrt(2 / (math.pi * wide)) * (
        horner(P1_FAR, t) * sine + horner(Q1_FAR, t) / wide * cosine
    )
    value = np.where(x < 5, near, np.where(x == np.inf, np.nan, far))
    return np.where(x > 0, value, np.where(x == 0, -np.inf, np.nan))
