"""Put the written gradient of the README's program, and the tables of `make bench` (from standard input), into the README."""

from __future__ import annotations

import linecache
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np

import difflang as dl

README = Path(__file__).resolve().parent.parent / "README.md"


def main() -> None:
    text = README.read_text()
    program = re.search(r"<!-- program -->\n```python\n(.*?)```", text, re.DOTALL)
    assert program
    linecache.cache["readme"] = (len(program[1]), None, program[1].splitlines(keepends=True), "readme")
    names: dict[str, Any] = {}
    exec(compile(program[1], "readme", "exec"), names)
    gradient = dl.source(dl.grad(names["loss"]), np.ones(3), np.ones((4, 3)), np.ones(4))
    text = re.sub(r"(<!-- gradient -->\n```python\n).*?(```)", lambda m: m[1] + gradient + m[2], text, flags=re.DOTALL)
    tables = "" if sys.stdin.isatty() else sys.stdin.read().strip()
    if tables:
        text = re.sub(r"(<!-- bench -->\n).*?(\nLinux x86-64)", lambda m: f"{m[1]}\n{tables}\n{m[2]}", text, flags=re.DOTALL)
    README.write_text(text)


if __name__ == "__main__":
    main()
