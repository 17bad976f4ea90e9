"""Which derivatives exist of functions of complex numbers: JAX's conventions, and its refusals.

The gradient of a real-valued f of z = x + iy is df/dx - i df/dy. A complex-valued function has a gradient, or a Jacobian
backward (forward: of complex arguments), only as a holomorphic one, which `holomorphic=True` promises; `vjp` and `jvp` take any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from difflang.errors import NotDifferentiable
from difflang.ir import Function, Program, walk
from difflang.types import Unknown, is_complex, is_float

if TYPE_CHECKING:
    from .derived import Derived


def check_complex(derived: Derived, main: Function, chosen: Sequence[int], inputs_real: bool = False, outputs_real: bool = False) -> None:
    """Raise where numbers are complex that must be real, or real that must be complex."""
    from .derived import _first_leaf, _float_leaves

    inputs = [
        main.body.params[_first_leaf(main, position) + k].type
        for position in chosen
        for k, varies in enumerate(_float_leaves(main, position))
        if varies
    ]
    count = 1 if derived.has_aux else len(main.body.yields) - len(main.writes)
    outputs = [atom.type for atom in main.body.yields[:count] if is_float(atom.type)]
    kind = derived.kind
    if derived.holomorphic:
        if not all(map(is_complex, inputs)):
            way_out = "convert them: x.astype(complex), or leave holomorphic out"
            _refuse(main, f"{kind} with holomorphic=True requires complex arguments", way_out)
        if not all(map(is_complex, outputs)):
            _refuse(main, f"{kind} with holomorphic=True requires a complex result of {main.name}", "leave holomorphic out")
        return
    if outputs_real and any(map(is_complex, outputs)):
        way_out = "of a holomorphic function pass holomorphic=True; of any other use dl.vjp, or differentiate its real and imaginary parts"
        _refuse(main, f"{kind} requires a real result: {main.name} returns complex numbers", way_out)
    if inputs_real and any(map(is_complex, inputs)):
        way_out = "of a holomorphic function pass holomorphic=True; of any other use dl.jvp, or dl.jacrev of its real and imaginary parts"
        _refuse(main, f"{kind} requires real arguments: one of {main.name} is complex", way_out)


PARTS = ("real", "imag", "conjugate", "pair")


def check_known(program: Program) -> None:
    """Raise where types are open and numbers are complex: which rules hold depends on what is."""
    if not any(isinstance(param.type, Unknown) for param in program.main.body.params):
        return
    for function in program.functions.values():
        for node in walk(function.body):
            if node.op in PARTS or any(is_complex(value.type) for value in (*node.args, *node.outs)):
                reason = "which numbers are complex must be known for a derivative"
                raise NotDifferentiable("DL019", reason, node.place, "give the function's argument types", function.origin)


def _refuse(main: Function, reason: str, way_out: str) -> None:
    raise NotDifferentiable("DL010", reason, main.place, way_out, main.origin)
