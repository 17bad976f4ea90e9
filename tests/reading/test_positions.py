"""Places: the same as libcst's own, without its cost."""

from __future__ import annotations

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from difflang.reading.positions import Positions
from difflang.reading.source import Source

TEXT = '''\
@deco(1)
def f(x, *, y: int = 2,
      z=(3 +
         4)):
    """Doc."""  # one

    # two
    if x and (y
              or z): return x[1:, None]  # three
    elif not x:
        é = "two\\
lines" ; w = f"{x!r:>{y}}"
    else:
        for i, (j, k) in enumerate(x): x[i] += -j ** 2; continue
    return lambda u, /, *v: (u, *v)
'''


def test_places_are_libcsts() -> None:
    wrapper = MetadataWrapper(cst.parse_module(TEXT))
    theirs = wrapper.resolve(PositionProvider)
    ours = Positions(wrapper.module, Source("f.py", 1, (), TEXT, 0, "f"))
    compared = 0
    for node, where in theirs.items():
        if isinstance(node, (cst.BaseExpression, cst.BaseSmallStatement, cst.BaseCompoundStatement, cst.Param)):
            place = ours.place(node)
            assert (place.line, place.column, place.end_line, place.end_column) == (
                where.start.line,
                where.start.column,
                where.end.line,
                where.end.column,
            ), node
            compared += 1
    assert compared > 60
    assert ours.comments == {5: "# one", 7: "# two", 9: "# three"}


def test_lines_are_shifted_to_the_file() -> None:
    module = cst.parse_module("x + 1\n")
    positions = Positions(module, Source("/a/file.py", 41, (), "x + 1\n", 40, "f"))
    (line,) = module.body
    assert isinstance(line, cst.SimpleStatementLine)
    place = positions.place(line.body[0])
    assert (place.file, place.line, place.end_column) == ("/a/file.py", 41, 5)
