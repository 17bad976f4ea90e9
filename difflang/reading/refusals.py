"""What is outside the language, by name, each with one way out."""

from __future__ import annotations

STATEMENTS: dict[str, tuple[str, str]] = {
    "TryStar": ("try", "test for the condition with `if` before, or catch the error where the function is called"),
    "ClassDef": ("a class definition", "define the class at the top of the module"),
    "Global": ("global", "return the new value and let the caller assign it"),
    "TypeAlias": ("a type alias", "define it at the top of the module"),
}
EXPRESSIONS: dict[str, tuple[str, str]] = {
    "Yield": ("a generator that takes values", "give it what it needs as arguments"),
    "Await": ("await", "wait for the value where the function is called and pass it in"),
    "Dict": ("a dict", "use separate names, a tuple or an array"),
    "TemplatedString": ("a template string", "format text where the function is called"),
    "StarredDictElement": ("a dict", "use separate names, a tuple or an array"),
}
REFUSALS = {**STATEMENTS, **EXPRESSIONS}


def explain(construct: str) -> tuple[str, str]:
    """(reason, way out) for the name of a syntax node."""
    what, way_out = REFUSALS.get(construct, (f"this construct ({construct})", "write it with assignments, if, for, while and calls"))
    return f"{what} is outside the language", way_out
