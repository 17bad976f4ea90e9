"""What corpus programs cannot say: errors and their messages, printed lines, refusals; as written, evaluated and compiled."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import difflang as dl
from difflang.errors import DifflangError
from tests import told
from tests.ways import WAYS, run


NAMES = (
    "formatted percent by_format several own_class from_none asserted asserted_pair asserted_call made_before many whole_array wrapped "
    "again in_callee chosen_text"
)
PROGRAMS: list[Callable[..., Any]] = [getattr(told, name) for name in NAMES.split()]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_errors_say_what_python_says(function: Callable[..., Any], way: str) -> None:
    if way == "written" and function in (told.own_class, told.from_none):
        pytest.skip("a written text names the user's own classes, which its reader must bring")
    with pytest.raises(Exception) as plain:
        function(-1.25, 7)
    with pytest.raises(plain.type) as caught:
        run(way, function, (-1.25, 7))
    assert caught.value.args == plain.value.args and str(caught.value) == str(plain.value)
    result, _ = run(way, function, (1.25, 7))
    assert result == function(1.25, 7)


def test_gradients_raise_it_too() -> None:
    for function in (told.formatted, told.in_callee, told.wrapped):
        with pytest.raises(Exception) as plain:
            function(-1.25, 7)
        with pytest.raises(plain.type) as caught:
            dl.grad(function)(-1.25, 7)
        assert caught.value.args == plain.value.args
        assert dl.grad(function)(1.25, 7) == 1.0


@pytest.mark.parametrize("way", WAYS)
def test_print_says_what_python_says(way: str, capsys: Any) -> None:
    expected = told.speaks(0.7, 3)
    said = capsys.readouterr().out
    assert run(way, told.speaks, (0.7, 3))[0] == pytest.approx(expected)
    assert capsys.readouterr().out == said


def _along(*given: Any) -> Any:
    return dl.jvp(told.speaks, given, (1.0, None))


def test_derivatives_print_once(capsys: Any) -> None:
    told.speaks(0.7, 3)
    said = capsys.readouterr().out
    for call in (dl.grad(told.speaks), dl.value_and_grad(told.speaks), _along):
        call(0.7, 3)
        assert capsys.readouterr().out == said
    _, pullback = dl.vjp(told.speaks, 0.7, 3)
    assert capsys.readouterr().out == said
    pullback(1.0), pullback(2.0)
    assert capsys.readouterr().out == ""


REFUSED = {
    told.text_compared: ("DL044", "cannot be compared"),
    told.caught_words: ("DL040", "what this ValueError says is made where it is raised"),
    told.print_to_file: ("DL004", "print to a file"),
    told.error_state: ("DL001", "ignores, warns or raises here"),
}


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__name__)
def test_what_is_refused_says_why(function: Callable[..., Any]) -> None:
    code, reason = REFUSED[function]
    with pytest.raises(DifflangError, match=reason) as caught:
        run("compiled", function, (1.5, 2))
    assert caught.value.code == code and caught.value.line and caught.value.way_out


def test_a_power_that_changes_its_type_is_a_numbered_error() -> None:
    for way in WAYS[1:]:
        with pytest.raises(DifflangError, match="an int to a negative power is a float"):
            run(way, told.power_of_int, (1.5, 2))


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        (lambda a, b, m: pow(a, b, m), [(3, 20, 7), (-3, 5, 7), (3, -1, 7), (2**40, 2**40, 2**61 - 1), (3, 5, -7)]),
        (lambda n, k, _: (math.comb(n, k), math.perm(n, k), math.gcd(n, k), math.lcm(n, k), math.isqrt(n)), [(10, 3, 0), (3, 5, 0)]),
        (lambda x, n, _: (round(x, n), math.modf(x), math.frexp(x), math.ulp(x)), [(2.675, 2, 0), (-1250.0, -2, 0), (5e-324, 3, 0)]),
        (lambda x, n, _: (math.ldexp(x, n), math.nextafter(x, n), x.is_integer()), [(0.75, -1074, 0), (-3.0, 1000, 0), (0.0, 5, 0)]),
        (lambda n, k, _: (round(n, k), n.bit_length(), n.bit_count(), math.factorial(k + 5)), [(1250, -2, 0), (-1350, -2, 0), (15, -1, 0)]),
        (lambda x, y, z: (math.fsum((x, y, z)), math.hypot(x), max(x, y, z, key=abs), sorted((3, 1, 2))[0]), [(1e16, 1.0, -1e16)]),
        (lambda x, y, z: (divmod(x, y), (x, y) < (y, z)), [(7.5, -2.0, 1.0), (-7.5, 2.0, -7.5)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", WAYS)
def test_numbers_are_pythons(call: Callable[..., Any], arguments: list[tuple[Any, ...]], way: str) -> None:
    for given in arguments:
        assert repr(run(way, call, given)[0]) == repr(call(*given))


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda n: math.factorial(n), -1),
        (lambda n: math.isqrt(n), -4),
        (lambda n: math.comb(5, n), -4),
        (lambda n: pow(6, -1, n), 3),
        (lambda n: pow(2, 3, n), 0),
        (lambda n: divmod(2.0, n * 1.0)[0], 0),
        (lambda n: math.ldexp(1.0, n), 5000),
    ],
)
def test_their_errors_are_pythons(call: Callable[..., Any], argument: int) -> None:
    with pytest.raises((ArithmeticError, ValueError)) as plain:
        call(argument)
    with pytest.raises(plain.type, match=str(plain.value).replace("(", r"\(").replace(")", r"\)")):
        run("compiled", call, (argument,))


PROGRAM = "import difflang as dl\ndef f(x):\n    return x * x\nprint(dl.grad(f)(3.0))\n"


def test_a_program_behind_c_finds_its_text(tmp_path: Any) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == "6.0\n"
    path = tmp_path / "program"
    path.write_text(PROGRAM)
    with path.open() as text:
        done = subprocess.run([sys.executable], stdin=text, capture_output=True, text=True, check=True)
    assert done.stdout == "6.0\n"
