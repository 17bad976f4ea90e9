"""Everything outside the language is refused: its name, its place, one way out."""

from __future__ import annotations

from typing import Any

import pytest

from difflang.errors import OutsideLanguage
from difflang.reading import read
from difflang.reading.refusals import REFUSALS
from tests.reading.show import read_text

# text of the body -> what the reason says, line, column, end column
CASES = {
    "with open(x): pass": ("this context", 2, 9, 16),
    "global G": ("global", 2, 4, 12),
    "class C: pass": ("class", 2, 4, 17),
    "z = x + (yield)": ("generator", 2, 13, 18),
    "return b'a'": ("bytes", 2, 11, 15),
    "return x[*x]": ("starred index", 2, 13, 15),
    "async def g(): pass": ("coroutine", 2, 14, 15),
    "raise": ("raise without", 2, 4, 9),
    "try:\n        pass\n    except* ValueError:\n        pass": ("try", 2, 4, None),
    "try:\n        pass\n    except x:\n        pass": ("error class", 4, 11, None),
    "for i in x:\n        try:\n            pass\n        finally:\n            break": ("jump out of finally", 5, 8, None),
    "with np.errstate(all='call'): pass": ("ignores, warns or raises here", 2, 21, 31),
    "while x:\n        while (z := x): pass\n        else: break": ("else of a while", 4, 8, None),
    "return BYTES[0]": ("captured bytearray", 2, 11, 16),
}


@pytest.mark.parametrize("text", CASES)
def test_place_reason_and_way_out(text: str) -> None:
    reason, line, column, end = CASES[text]
    with pytest.raises(OutsideLanguage, match=reason) as caught:
        read_text(f"def f(x):\n    {text}\n", BYTES=bytearray(1))
    error = caught.value
    assert error.code in ("DL001", "DL040", "DL042") and error.way_out and error.place is not None
    assert (error.line, error.column) == (line, column)
    assert end is None or (error.place.end_line, error.place.end_column) == (line, end)
    shown = str(error).splitlines()
    assert shown[2].endswith(f"def f(x):\n    {text}\n".splitlines()[line - 1])
    assert shown[3].index("^") - len("   | ") == column


def test_names_that_mean_nothing() -> None:
    for text, column in (("return undefined + x", 11), ("return x + np.nothing", 15), ("return np.linalg.nothing(x)", 11)):
        with pytest.raises(OutsideLanguage) as caught:
            read_text(f"def f(x):\n    {text}\n")
        assert (caught.value.code, caught.value.line, caught.value.column) == ("DL003", 2, column)


def test_every_refusal_names_a_way_out() -> None:
    assert all(what and way_out for what, way_out in REFUSALS.values())
    import libcst

    known = [name for name in REFUSALS if name not in ("TypeAlias", "TemplatedString")]
    assert all(hasattr(libcst, name) for name in known)


def test_a_whole_kind_of_function_is_refused() -> None:
    with pytest.raises(OutsideLanguage, match="a coroutine") as caught:
        read_text("async def f(x):\n    return x\n")
    assert (caught.value.line, caught.value.column) == (1, 10)


def kept_by_append(x):
    functions = []
    for i in range(3):
        functions.append(lambda t: t + i * x)
    return functions[0](1.0)


def kept_by_a_comprehension(x):
    functions = [lambda t: t + i * x for i in range(3)]
    return functions[0](1.0)


def kept_in_a_dict(x):
    table = {}
    while len(table) < 3:
        k = len(table) * x
        table[len(table)] = lambda t: t * k
    return table[0](1.0)


def kept_inside_of_something(x):
    return [{"f": lambda t: t * i} for i in range(2)][0]["f"](x)


@pytest.mark.parametrize("function", [kept_by_append, kept_by_a_comprehension, kept_in_a_dict, kept_inside_of_something])
def test_functions_kept_by_a_turn_that_see_the_last_one(function: Any) -> None:
    """Python's functions see what the loop left in the variable."""
    with pytest.raises(OutsideLanguage, match="which the loop changes"):
        read(function)


def test_functions_with_the_value_of_their_turn_may_be_kept() -> None:
    def bound(x):
        functions = [lambda t, i=i: t + i * x for i in range(3)]
        for w in (1.0, x):
            inner = []
            inner.append(lambda t: t * w)  # a list of this turn
            functions.append(lambda t, w=w: t * w)
        return functions[0](1.0)

    read(bound)
