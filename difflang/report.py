"""Diagnostics for people (text), for programs (JSON) and for editors and code hosts (SARIF 2.1.0)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .errors import CODES, DifflangError, Fix

Found = Sequence[tuple[str, DifflangError]]
"""(the function's name, what was found in it)"""


def human(found: Found) -> str:
    return "\n".join(f"{name}: {error.severity}: {error}" for name, error in found)


def as_json(found: Found) -> str:
    """A list of objects; lines and columns count from 1, ends are exclusive."""
    return json.dumps([_described(name, error) for name, error in found], indent=2)


def _described(name: str, error: DifflangError) -> dict[str, Any]:
    return {
        "code": error.code,
        "severity": error.severity,
        "function": name,
        "message": error.reason,
        "note": error.way_out,
        "file": error.file,
        **(_span(error) or {}),
        "fix": _fix(error.fix),
    }


def _span(error: DifflangError) -> dict[str, int] | None:
    place = error.place
    if place is None:
        return None
    end_line, end_column = (place.end_line, place.end_column) if place.end_line else (place.line, place.column + 1)
    return {"line": place.line, "column": place.column + 1, "end_line": end_line, "end_column": end_column + 1}


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    place = fix.place
    return {
        "line": place.line,
        "column": place.column + 1,
        "end_line": place.end_line,
        "end_column": place.end_column + 1,
        "text": fix.text,
    }


def sarif(found: Found) -> str:
    """One run of the Static Analysis Results Interchange Format, as OASIS defines it."""
    codes = sorted({error.code for _, error in found})
    driver = {"name": "difflang", "rules": [{"id": code, "shortDescription": {"text": CODES[code]}} for code in codes]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": [_result(name, error) for name, error in found]}
    return json.dumps({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}, indent=2)


def _result(name: str, error: DifflangError) -> dict[str, Any]:
    text = error.reason + (f" ({error.way_out})" if error.way_out else "")
    result: dict[str, Any] = {"ruleId": error.code, "level": error.severity, "message": {"text": f"{name}: {text}"}}
    span = _span(error)
    if span is not None and error.file:
        result["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": error.file}, "region": _region(span)}}]
        fix = _fix(error.fix)
        if fix is not None:
            replaced = {"deletedRegion": _region(fix), "insertedContent": {"text": fix["text"]}}
            changes = [{"artifactLocation": {"uri": error.file}, "replacements": [replaced]}]
            result["fixes"] = [{"description": {"text": error.way_out}, "artifactChanges": changes}]
    return result


def _region(span: dict[str, Any]) -> dict[str, int]:
    return {"startLine": span["line"], "startColumn": span["column"], "endLine": span["end_line"], "endColumn": span["end_column"]}


FORMS = {"human": human, "json": as_json, "sarif": sarif}
