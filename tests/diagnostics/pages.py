"""The pages of docs/diagnostics: each shows a program, and what is said about it.

    python tests/diagnostics/pages.py      writes what is said now into the pages
"""

from __future__ import annotations

import linecache
import re
import sys
import warnings
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "diagnostics"
PROGRAM = re.compile(r"```python\n(.*?)```", re.DOTALL)
SAID = re.compile(r"```text\n(.*?)```", re.DOTALL)


def codes() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("DL*.md"))


def said(text: str) -> tuple[str, str]:
    """The code and the words of the first problem that running this program meets."""
    from difflang.errors import DifflangError

    file = "program.py"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            exec(compile(text, file, "exec"), {"__name__": "program"})
        except DifflangError as error:
            return error.code, str(error).replace(str(Path(file).absolute()), file)
    return "", "nothing was said"


def program_of(page: str) -> str:
    found = PROGRAM.search(page)
    assert found, "the page has no program"
    return found[1]


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    for code in codes():
        path = FOLDER / f"{code}.md"
        page = path.read_text()
        got, words = said(program_of(page))
        print(code, "" if got == code else f"SAYS {got}", words.splitlines()[0])
        path.write_text(SAID.sub(lambda _, words=words: f"```text\n{words}\n```", page, count=1))


if __name__ == "__main__":
    main()
