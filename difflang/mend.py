"""What a machine can do about a problem, told from its number and the text at its place.

Each mend takes the tree at the place and gives the text to stand there instead, or None. Applied fixes are diagnosed again by whoever
asked for them: a mend says what NumPy means, it does not promise that nothing else is wrong.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np

from .errors import DifflangError, Fix
from .ir import Origin, Place
from .records import dataclass

Span = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Spot:
    """A piece of a function's text: its tree, the trees around it from the inside out, and what NumPy is called there."""

    node: ast.AST
    around: tuple[ast.AST, ...]
    text: str
    numpy: str
    imports: dict[str, str]
    way_out: str = ""

    def of(self, node: ast.AST) -> str:
        return ast.get_source_segment(self.text, node) or ast.unparse(node)


def mend(error: DifflangError) -> None:
    """Give an error its fix, where there is one for the text at its place; the way out then says the same."""
    if error.fix is not None or error.place is None or error.origin is None or error.code not in MENDS:
        return
    spot = _spot(error.origin, error.place, error.way_out or "")
    for change in MENDS[error.code] if spot is not None else ():
        assert spot is not None
        text = change(spot, error.reason)
        if text is not None:
            error.fix = Fix(error.place, text)
            error.way_out = f"write {text}"
            return


def _by_value(spot: Spot, reason: str) -> str | None:
    """`a is b` as `a == b`, of arrays as `np.array_equal(a, b)`, which is one truth."""
    node = spot.node
    if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Is, ast.IsNot)):
        return None
    if "array_equal" in spot.way_out:
        same = f"{spot.numpy}.array_equal({spot.of(node.left)}, {spot.of(node.comparators[0])})"
        return same if isinstance(node.ops[0], ast.Is) else f"not {same}" if _as_truth(spot) else f"(not {same})"
    return f"{spot.of(node.left)} {'==' if isinstance(node.ops[0], ast.Is) else '!='} {spot.of(node.comparators[0])}"


def _logical(spot: Spot, reason: str) -> str | None:
    """`and`, `or`, `not` and chained comparisons of arrays, unless a truth is asked of what they give."""
    node = spot.node
    if _as_truth(spot):
        return None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return f"{spot.numpy}.logical_not({spot.of(node.operand)})"
    if isinstance(node, ast.BoolOp):
        return _joined(spot, "logical_and" if isinstance(node.op, ast.And) else "logical_or", [spot.of(value) for value in node.values])
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        terms = [node.left, *node.comparators]
        if not all(isinstance(term, (ast.Name, ast.Constant)) for term in terms[1:-1]):
            return None  # what stands in the middle is computed once
        signs = [_sign(spot, left, right) for left, right in zip(terms, terms[1:], strict=False)]
        pairs = [f"{spot.of(left)} {sign} {spot.of(right)}" for left, sign, right in zip(terms, signs, terms[1:], strict=False)]
        return _joined(spot, "logical_and", pairs)
    return None


def _sign(spot: Spot, left: ast.AST, right: ast.AST) -> str:
    """The operator that stands between two neighbours of a comparison."""
    whole = spot.node
    assert isinstance(whole, ast.Compare)
    at = [whole.left, *whole.comparators].index(left)  # type: ignore[arg-type]
    return _SIGNS[type(whole.ops[at])]


_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


def _joined(spot: Spot, name: str, terms: list[str]) -> str:
    text = terms[0]
    for term in terms[1:]:
        text = f"{spot.numpy}.{name}({text}, {term})"
    return text


def _as_truth(spot: Spot) -> bool:
    """Whether the surroundings ask one truth of the expression."""
    inner = spot.node
    for outer in spot.around:
        if isinstance(outer, (ast.If, ast.While, ast.IfExp, ast.Assert)):
            return outer.test is inner
        if not isinstance(outer, (ast.BoolOp, ast.UnaryOp)) or isinstance(outer, ast.UnaryOp) and not isinstance(outer.op, ast.Not):
            return False
        inner = outer
    return False


def _choice(spot: Spot, reason: str) -> str | None:
    """`x if mask else y` as `np.where(mask, x, y)`."""
    node = spot.node
    if not isinstance(node, ast.IfExp):
        return None
    return f"{spot.numpy}.where({spot.of(node.test)}, {spot.of(node.body)}, {spot.of(node.orelse)})"


def _extreme(spot: Spot, reason: str) -> str | None:
    """`max(a, b)` of arrays as `np.maximum(a, b)`."""
    node = spot.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in ("min", "max"):
        return None
    if node.keywords or len(node.args) < 2 or any(isinstance(arg, ast.Starred) for arg in node.args):
        return None
    return _joined(spot, f"{node.func.id}imum", [spot.of(arg) for arg in node.args])


def _quantifier(spot: Spot, reason: str) -> str | None:
    """`any(a)` of an array of arrays as `np.any(a)`."""
    node = spot.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in ("any", "all") or len(node.args) != 1:
        return None
    return f"{spot.numpy}.{node.func.id}({spot.of(node.args[0])})"


def _numpys(spot: Spot, reason: str) -> str | None:
    """`math.sin(a)` and `round(a)` of arrays as NumPy's functions."""
    node = spot.node
    if not isinstance(node, ast.Call) or node.keywords or "array" not in reason:
        return None
    called = spot.of(node.func).split(".")
    full = ".".join([spot.imports.get(called[0], called[0]), *called[1:]])
    module, _, name = full.rpartition(".")
    if full != "round" and not (module == "math" and isinstance(getattr(np, name, None), np.ufunc)):
        return None
    return f"{spot.numpy}.{name}({', '.join(spot.of(arg) for arg in node.args)})"


def _out_of_place(spot: Spot, reason: str) -> str | None:
    """`a += v` as `a = a + v`, which makes a new array of the dtype that fits."""
    node = spot.node
    if not isinstance(node, ast.AugAssign) or not isinstance(node.target, ast.Name):
        return None
    name, value = node.target.id, spot.of(node.value)
    simple = isinstance(node.value, (ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript))
    sign = spot.of(node)[len(name) :].split("=")[0].strip()
    return f"{name} = {name} {sign} {value if simple else f'({value})'}"


Mend = Callable[[Spot, str], "str | None"]
MENDS: dict[str, tuple[Mend, ...]] = {
    "DL005": (_numpys,),
    "DL022": (_logical, _choice, _extreme, _quantifier),
    "DL029": (_by_value,),
    "DL041": (_out_of_place,),
}


def _spot(origin: Origin, place: Place, way_out: str) -> Spot | None:
    """The tree that fills a place exactly."""
    if not place.end_line:
        return None
    text, shift, trees = _trees(origin.lines)
    row = place.line - origin.first_line, place.end_line - origin.first_line
    if not 0 <= row[0] <= row[1] < len(origin.lines):
        return None
    start, end = (len(origin.lines[r][:c].encode()) for r, c in zip(row, (place.column, place.end_column), strict=True))
    found = trees.get((row[0] + 1 + shift, start, row[1] + 1 + shift, end))
    if found is None:
        return None
    imports = dict(origin.imports)
    numpy = next((name for name, meant in imports.items() if meant == "numpy"), "np")
    return Spot(found[0], found[1], text, numpy, imports, way_out)


Trees = dict[Span, tuple[ast.AST, tuple[ast.AST, ...]]]


@lru_cache(maxsize=8)
def _trees(lines: tuple[str, ...]) -> tuple[str, int, Trees]:
    """A function's text as one module, how many lines it begins later there, and its trees by their place, the innermost of each."""
    indented = bool(lines) and lines[0][:1].isspace()
    text = "\n".join(("if 1:", *lines) if indented else lines) + "\n"
    try:
        module = ast.parse(text)
    except SyntaxError:  # a lambda between brackets that stand on other lines
        return text, 0, {}
    return text, int(indented), dict(_placed(module, ()))


def _placed(node: ast.AST, around: tuple[ast.AST, ...]) -> Iterator[tuple[Span, tuple[ast.AST, tuple[ast.AST, ...]]]]:
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, (ast.stmt, ast.expr)) and inner.end_lineno is not None and inner.end_col_offset is not None:
            yield (inner.lineno, inner.col_offset, inner.end_lineno, inner.end_col_offset), (inner, (node, *around))
        yield from _placed(inner, (node, *around))
