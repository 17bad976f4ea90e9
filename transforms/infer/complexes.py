"""Python's complex() and what NumPy says of complex numbers without computing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from difflang.ir import Atom, Var, const
from difflang.types import COMPLEX, FLOAT, Array, Scalar, Unknown, is_complex

from .builtins import builtin
from .frame import Frame
from .operators import binary
from .values import Compound, Value, denote, known, python_value


@builtin(complex, high=2, names=("real", "imag"))
def _complex(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """complex(x), complex(x, y): of complex parts x + 1j * y."""
    given = [*args, *(kwargs[name] for name in ("real", "imag")[len(args) :] if name in kwargs)]
    if "imag" in kwargs and "real" not in kwargs and not args:
        given = [const(0.0), kwargs["imag"]]
    if all(known(value) and not isinstance(value, Compound) for value in given):
        with frame.fitting():
            return denote(complex(*(python_value(value) for value in given)))
    atoms = [_number(frame, value) for value in given]
    if len(atoms) == 1:
        return atoms[0] if atoms[0].type == COMPLEX else frame.emit("cast", atoms[0], dtype="c128", weak=True)
    if not any(is_complex(atom.type) for atom in atoms):
        return frame.emit("pair", *(_float(frame, atom) for atom in atoms))
    real, imag = (frame.emit("cast", atom, dtype="c128", weak=True) for atom in atoms)
    across = binary(frame, "sub", frame.emit("real", real), frame.emit("imag", imag))
    along = binary(frame, "add", frame.emit("imag", real), frame.emit("real", imag))
    return frame.emit("pair", across, along)


def _number(frame: Frame, value: Value) -> Atom:
    atom = frame.atom(value)
    if isinstance(atom, Var) and isinstance(atom.type, Array):
        return frame.only_element(atom, "only an array of one element becomes a Python number", "an index")
    return atom


def _float(frame: Frame, atom: Atom) -> Atom:
    return atom if atom.type == FLOAT else frame.emit("cast", atom, dtype="f64", weak=True)


@builtin(np.real, low=1, high=1)
def _real(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """np.real: a real array is its own real part."""
    atom = frame.atom(args[0])
    return frame.emit("real", atom) if isinstance(atom.type, Unknown) or is_complex(atom.type) else atom


@builtin(np.iscomplexobj, low=1, high=1)
def _iscomplexobj(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return const(_says_complex(frame, args[0]))


@builtin(np.isrealobj, low=1, high=1)
def _isrealobj(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    return const(not _says_complex(frame, args[0]))


def _says_complex(frame: Frame, value: Value) -> bool:
    atom = frame.atom(value)
    if not isinstance(atom.type, (Array, Scalar)):
        frame.fail("DL019", "whether this is complex depends on a type that is not known", "give the function's argument types")
    return is_complex(atom.type)


@builtin(np.real_if_close, low=1, high=2, names=("tol",))
def _real_if_close(frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Value:
    """The dtype of np.real_if_close depends on the values, so of complex numbers it is refused."""
    if not _says_complex(frame, args[0]):
        return args[0]
    frame.fail("DL004", "whether np.real_if_close gives real numbers depends on the values", "take x.real where the rest is rounding")
