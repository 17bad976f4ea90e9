"""raise and assert."""

from __future__ import annotations

from typing import Any

import pytest

from difflang.ir import walk
from tests.reading.run import run
from tests.reading.show import define, read_text


class OwnError(Exception):
    """An error of the user's."""


CASES = [
    "raise ValueError",
    "raise ValueError()",
    "raise ValueError('plain')",
    "raise KeyError('two ' \"parts\")",
    "raise OwnError(f'{{static}} {LIMIT} {math.pi:.3f} {NAME!r:>8} {3}\\n')",
    "raise errors.OwnError(NAME)",
    "assert x > 5",
    "assert x > 5, 'small'",
    "assert x > 5 and x < 9, f'not in {NAME}'",
]


@pytest.mark.parametrize("text", CASES)
def test_error_and_message_are_pythons(text: str) -> None:
    import types

    errors = types.SimpleNamespace(OwnError=OwnError)
    space: dict[str, Any] = {"OwnError": OwnError, "NAME": "name", "errors": errors, "LIMIT": "7"}
    program = f"def f(x):\n    if x > 0:\n        {text}\n    return x\n"
    plain, function = define(program, **space), read_text(program, **space)
    caught = []
    for call in (plain, lambda x: run(function, x)):
        with pytest.raises(Exception) as info:
            call(1)
        caught.append((info.type, str(info.value)))
    assert caught[0] == caught[1]
    assert run(function, 0) == 0


def test_kinds() -> None:
    function = read_text("def f(x):\n    assert x\n    if x > 1:\n        raise ValueError('no')\n    return x\n")
    checks = [node for node in walk(function.body) if node.op == "check"]
    assert [(c.attrs["kind"], c.attrs["error"], c.attrs["message"], c.outs) for c in checks] == [
        ("assert", AssertionError, "", ()),
        ("raise", ValueError, "no", ()),
    ]
