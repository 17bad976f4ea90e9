"""Every number has a page, and what the page shows is what is said."""

from __future__ import annotations

import pytest

from difflang.errors import CODES

from .pages import FOLDER, SAID, codes, program_of, said


def test_every_number_has_a_page() -> None:
    assert codes() == sorted(CODES)
    index = (FOLDER / "README.md").read_text()
    for code, title in CODES.items():
        assert f"[{code}]({code}.md) | {title}" in index, f"docs/diagnostics/README.md does not list {code}"


@pytest.mark.parametrize("code", codes())
def test_the_page_shows_what_is_said(code: str) -> None:
    page = (FOLDER / f"{code}.md").read_text()
    assert page.startswith(f"# {code}: {CODES[code]}\n")
    got, words = said(program_of(page))
    shown = SAID.search(page)
    assert got == code and shown and shown[1] == words + "\n"
