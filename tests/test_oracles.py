"""The oracles agree with one another on the corpus as written, before anything is compared with them."""

import copy
import warnings

import numpy as np
import pytest

from tests.oracles import complex_step, differences, dual_numbers, weights_for
from tests.programs import CORPUS, Program

SMOOTH = [program for program in CORPUS if program.order]


def close(one: list, other: list, tolerance: float) -> None:
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("program", [p for p in SMOOTH if p.analytic], ids=lambda p: p.name)
def test_complex_step_agrees_with_differences(program: Program) -> None:
    for arguments in program.samples:
        weights = weights_for(program.function(*copy.deepcopy(arguments)))
        exact = complex_step(program.function, arguments, program.wrt, weights)
        close(exact, differences(program.function, arguments, program.wrt, weights), 1e-7)


def numbers_alone(program: Program) -> bool:
    return all(isinstance(a, (float, int, str)) for sample in program.samples for a in sample)


NOT_FOR_DUALS = frozenset(
    """created_by_size strong_division global_number_and_array created literal_arrays binomial_option named_tuples vector_operators orbit
    fields_by_name imports_inside taylor_sine binomial_sum parts_of_numbers rounded_parts bits_of
    captured_dict dispatch raised_again inner_and_outer_handlers complex_polynomial complex_quotient mandelbrot_size circuit durand_kerner
    quantum_walk powers_of_complex functions_of_cmath hermitian_energy lists_of_complex time_grid generator_inside ring_of_masses""".split()
)
"""Programs of numbers that dual numbers cannot follow: arrays made of them, methods of classes, functions of floats alone, complex ones."""
ASK_FOR_FLOATS = frozenset({"optional_kinds"})
"""Programs that ask whether a number is a float: a dual number is none, and takes another path."""


FOR_DUALS = [p for p in SMOOTH if numbers_alone(p) and p.name not in NOT_FOR_DUALS | ASK_FOR_FLOATS]


@pytest.mark.parametrize("program", FOR_DUALS, ids=lambda p: p.name)
def test_dual_numbers_agree_with_differences(program: Program) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for arguments in program.samples:
            weights = weights_for(program.function(*arguments))
            exact = dual_numbers(program.function, arguments, program.wrt, weights)
            close(exact, differences(program.function, arguments, program.wrt, weights), max(program.tolerance, 1e-7))


@pytest.mark.parametrize("program", [p for p in SMOOTH if p.name in NOT_FOR_DUALS], ids=lambda p: p.name)
def test_dual_numbers_refuse_the_others(program: Program) -> None:
    (arguments, *_) = program.samples
    with pytest.raises((AttributeError, TypeError)):
        dual_numbers(program.function, arguments, program.wrt, weights_for(program.function(*arguments)))


def test_the_corpus_is_wide() -> None:
    assert len(CORPUS) >= 90
    assert sum(bool(p.order) for p in CORPUS) >= 60


@pytest.mark.parametrize("program", SMOOTH, ids=lambda p: p.name)
def test_samples_lie_away_from_kinks(program: Program) -> None:
    """Differences with two steps agree, so that no sample stands where the derivative jumps."""
    for arguments in program.samples:
        weights = weights_for(program.function(*copy.deepcopy(arguments)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            coarse = differences(program.function, arguments, program.wrt, weights)
            fine = differences(program.function, arguments, program.wrt, weights, 2.5e-4)
        close(coarse, fine, max(program.tolerance, 1e-6))
