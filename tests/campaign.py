"""A campaign of random programs: every one as written, evaluated and native, its derivatives forward, backward and by differences.

    python tests/campaign.py FIRST LAST [--record FILE] [--wide] [--native-every N]

tries the seeds FIRST to LAST - 1 in blocks of 20. Each program is evaluated op by op and compared with Python; the derivatives
are compared with each other and with differences. Those that pass are compiled together, one module for a block, and give values
and both derivatives once more (with --native-every only one block in N: most of the time goes into LLVM). With --record one line
of counts is appended for each block, and blocks that FILE already holds are skipped: a campaign goes on where it stopped. The exit
code is 1 where a result was wrong. `--summary FILE` adds a record up.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from difflang.errors import DifflangError
from difflang.transforms.derived import Derived
from tests.compare import WRT, Uninteresting, check
from tests.generate import arguments, grow
from tests.generate_wide import grow_wide
from tests.ways import assert_same, define, run

BLOCK = 20


@dataclass
class Block:
    """What became of some programs.

    `native` passed everything, `evaluated` everything that was asked but native code, `refused` was refused with a number,
    `dull` leaves the numbers that can be compared, `wrong` disagreed or failed otherwise.
    """

    first: int
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)

    def line(self) -> str:
        return json.dumps({"first": self.first, **self.counts, "codes": self.codes, "failures": self.wrong})


@dataclass
class Passed:
    """A program that Python and the evaluator agree on."""

    seed: int
    function: Callable[..., Any]
    value: Any
    gradient: Any


def try_block(first: int, last: int, text_of: Callable[[int], str], native: bool = True) -> Block:
    block = Block(first)
    given = arguments(first)
    passed = []
    for seed in range(first, last):
        outcome = _evaluated(seed, text_of(seed), given, block)
        if outcome is not None:
            passed.append(outcome)
    if native:
        _native(passed, given, block)
    else:
        block.counts["evaluated"] += len(passed)
    return block


def _evaluated(seed: int, text: str, given: tuple[Any, ...], block: Block) -> Passed | None:
    try:
        check(text, given, ("evaluated",))
        function = define(text, "program")
        (value, gradient), _ = run("evaluated", Derived("value_and_grad", function, WRT), given)
        return Passed(seed, function, value, gradient)
    except Uninteresting:
        block.counts["dull"] += 1
    except DifflangError as error:
        block.counts["refused"] += 1
        block.codes[error.code] += 1
    except Exception as error:
        _failed(block, seed, error)
    return None


def _failed(block: Block, seed: int, error: BaseException) -> None:
    block.counts["wrong"] += 1
    block.wrong.append((seed, f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"))


def _native(passed: Sequence[Passed], given: tuple[Any, ...], block: Block) -> None:
    """All at once; where that fails each for itself, so that it is known which."""
    if not passed:
        return
    try:
        _agree(passed, given)
        block.counts["native"] += len(passed)
    except Exception as error:
        if len(passed) > 1:
            for one in passed:
                _native([one], given, block)
        elif isinstance(error, DifflangError):
            block.counts["evaluated"] += 1
            block.codes[f"native {error.code}"] += 1
        else:
            _failed(block, passed[0].seed, error)


def _agree(passed: Sequence[Passed], given: tuple[Any, ...]) -> None:
    """One native function calls the programs, their gradients and their tangents on fresh copies of the arguments."""
    scope: dict[str, Any] = {}
    parts = []
    fresh = "x, y, a.copy(), b.copy(), m.copy()"
    for k, one in enumerate(passed):
        scope |= {f"p{k}": one.function, f"g{k}": Derived("value_and_grad", one.function, WRT), f"j{k}": Derived("jvp", one.function, WRT)}
        parts.append(f"p{k}({fresh}), g{k}({fresh}), j{k}({fresh}, x, y, a, b, m)")
    lines = [f"    r{k} = {part}\n" for k, part in enumerate(parts)]
    text = f"def batch(x, y, a, b, m):\n{''.join(lines)}    return ({', '.join(f'r{k}' for k in range(len(parts)))},)\n"
    results, _ = run("compiled", define(text, "batch", scope), given)
    for one, (value, (again, gradient), (_, tangent)) in zip(passed, results, strict=True):
        scale = 1.0 + max(float(np.max(np.abs(g))) for g in one.gradient)
        assert_same(float(value), float(one.value), 1e-10, f"seed {one.seed}: native value")
        assert_same(float(again), float(one.value), 1e-10, f"seed {one.seed}: native value beside the gradient")
        for k, (g, e) in enumerate(zip(gradient, one.gradient, strict=True)):
            np.testing.assert_allclose(g, e, rtol=1e-8, atol=1e-8 * scale, err_msg=f"seed {one.seed}: native derivative by argument {k}")
        slope = sum(float(np.sum(g * d)) for g, d in zip(one.gradient, given, strict=True))
        np.testing.assert_allclose(tangent, slope, rtol=1e-8, atol=1e-8 * scale, err_msg=f"seed {one.seed}: native tangent")


def plain(seed: int) -> str:
    return grow(random.Random(seed).randrange)


def wide(seed: int) -> str:
    return grow_wide(random.Random(seed).randrange)


def recorded(path: Path | None) -> set[int]:
    """The blocks that a file already holds."""
    if path is None or not path.exists():
        return set()
    return {json.loads(line)["first"] for line in path.read_text().splitlines()}


def summary(path: Path) -> str:
    """The counts of a record, as a row of the table of docs/trust.md."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    counts = {kind: sum(row.get(kind, 0) for row in rows) for kind in ("native", "evaluated", "refused", "dull", "wrong")}
    codes = sum((Counter(row["codes"]) for row in rows), Counter[str]())
    said = ", ".join(f"{code} {count}" for code, count in codes.most_common())
    return f"| {sum(counts.values())} | {' | '.join(map(str, counts.values()))} | {said} |"


def main() -> int:
    if sys.argv[1:2] == ["--summary"]:
        print(summary(Path(sys.argv[2])))
        return 0
    parser = argparse.ArgumentParser(description="Try random programs in every way.")
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--native-every", type=int, default=1)
    parser.add_argument("--wide", action="store_true", help="programs of the whole language")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    known, totals = recorded(asked.record), Counter[str]()
    for first in range(asked.first, asked.last, BLOCK):
        if first in known:
            continue
        block = try_block(first, min(first + BLOCK, asked.last), wide if asked.wide else plain, first // BLOCK % asked.native_every == 0)
        totals.update(block.counts)
        if asked.record:
            with asked.record.open("a") as file:
                file.write(block.line() + "\n")
        for seed, words in block.wrong:
            print(f"seed {seed}: {words}", flush=True)
    print(dict(totals))
    return 1 if totals["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
