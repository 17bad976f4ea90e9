"""Names that are not there any more, or not yet: what NumPy 2 calls them, or the name that was probably meant."""

from __future__ import annotations

from types import ModuleType
from typing import Any

NUMPY: dict[str, str] = {
    "product": "prod", "cumproduct": "cumprod", "sometrue": "any", "alltrue": "all", "round_": "round", "row_stack": "vstack",
    "trapz": "trapezoid", "in1d": "isin", "float_": "float64", "Inf": "inf", "Infinity": "inf", "infty": "inf", "NaN": "nan", "NAN": "nan",
    "PINF": "inf", "asfarray": "asarray", "msort": "sort", "bool8": "bool_", "int0": "int64", "float": "float64", "int": "int64",
}  # fmt: skip
"""What NumPy removed, and what says the same there since version 1.25 at least."""


def renamed(owner: Any, name: str) -> str | None:
    """The name that NumPy has instead of this one."""
    found = NUMPY.get(name)
    known = isinstance(owner, ModuleType) and owner.__name__ == "numpy" and found is not None
    return found if known and hasattr(owner, found or "") else None


def near(owner: Any, name: str) -> str | None:
    """The attribute of a module that is spelled almost so."""
    if not isinstance(owner, ModuleType):
        return None
    import difflib

    return next(iter(difflib.get_close_matches(name, [n for n in dir(owner) if not n.startswith("_")], 1, 0.75)), None)
