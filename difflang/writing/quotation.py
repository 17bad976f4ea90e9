"""A primal line is quoted in full once, where its adjoint begins."""

from __future__ import annotations

import re

QUOTATION = re.compile(r"(?P<code>.*  # line (?P<line>\d+)): .*")


def quoted_once(lines: list[str]) -> list[str]:
    """The lines with a primal line quoted where its adjoint begins, and only numbered in the statements after that."""
    found: list[str] = []
    quoted = ""
    for line in lines:
        match = QUOTATION.fullmatch(line)
        if match is not None and match["line"] == quoted:
            line = match["code"]
        quoted = match["line"] if match is not None else quoted
        found.append(line)
    return found
