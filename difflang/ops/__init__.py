"""The op table's rows, one file a family. `load` imports them all; nothing else here."""

from importlib import import_module

FAMILIES = (
    "arithmetic",
    "casting",
    "compare",
    "complexes",
    "elementary",
    "cmaths",
    "shape",
    "stacking",
    "create",
    "index",
    "reduce",
    "contract",
    "open",
    "control",
    "composed",
    "einstein",
    "linalg",
    "factor",
    "least",
    "linalg_composed",
    "special",
    "special_composed",
    "orthogonal",
    "random",
    "sorting",
    "sets",
    "moving",
    "joining",
    "fourier",
    "triangles",
    "calculus",
    "polynomials",
    "choosing",
    "statistics",
    "nan",
    "counting",
)


_done = False


def load() -> None:
    """Import every family, which enters its rows. Idempotent."""
    global _done
    if not _done:
        for family in FAMILIES:
            import_module(f".{family}", __name__)
        _done = True
