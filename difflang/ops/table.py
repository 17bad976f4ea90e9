"""The documentation's table of ops, made from their rows: `python -m difflang.ops.table > docs/ops.md`."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

from ..op import TABLE, Op, load
from . import FAMILIES

HEAD = """# The ops of the language

Made by `python -m difflang.ops.table` from the table itself (`difflang/ops/`). Each row is one declaration, beside its rule.
*elementwise*: the rule gives the partial derivatives. *linear*, *multilinear*: the operands' adjoints from the result's; a
linear op's tangent is the op itself. *general*: adjoints from adjoint and result. *constant*: no derivative. *composite*:
written in other ops.
"""


def page() -> str:
    """The whole page."""
    load()
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD.rstrip()
    for family in FAMILIES:
        rows = [op for op in TABLE.values() if op.where.endswith(f".{family}")]
        yield f"\n## {family}\n\n| op | read from | kind | derivative | |\n|---|---|---|---|---|"
        for op in rows:
            cells = (_signature(op), _callables(op), op.kind, _derivative(op), " ".join(op.doc.split("\n\n")[0].split()))
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _signature(op: Op) -> str:
    operands = [f"*{n}" if op.variadic and n == op.operands[-1] else n for n in op.operands]
    statics = "; " + ", ".join(op.statics) if op.statics else ""
    return f"`{op.name}({', '.join(operands)}{statics})`"


def _callables(op: Op) -> str:
    names = [f"{op.operands[0]} {op.infix} {op.operands[1]}"] if op.infix and len(op.operands) == 2 else []
    names += [f"np.{f.__name__}" for f in op.numpy]
    names += [_python_name(f) for f in op.python if not f.__name__.startswith("_") and f.__module__ != "_operator"]
    names += [f"scipy.{name}" for name in op.scipy]
    names += [f"x.{m}()" for m in op.methods] + [f"x.{p}" for p in op.properties]
    return " ".join(f"`{name}`" for name in dict.fromkeys(names))


def _python_name(function: Any) -> str:
    return f"math.{function.__name__}" if function.__module__ == "math" else str(function.__name__)


def _derivative(op: Op) -> str:
    """What the rule returns, where it says so in one expression."""
    if op.kind in ("constant", "composite"):
        return ""
    body = ast.parse(textwrap.dedent(inspect.getsource(op.rule))).body[0]
    assert isinstance(body, ast.FunctionDef)
    statements = [s for s in body.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    if len(statements) == 1 and isinstance(statements[0], ast.Return) and statements[0].value:
        text = ast.unparse(statements[0].value)
        return f"`{text}`" if len(text) < 80 else "see the rule"
    return "see the rule"


if __name__ == "__main__":
    print(page(), end="")
