"""difflang against the tools of GradBench, in one run, on one core: ratios of interleaved rounds.

    python benchmarks/gradbench/compare.py CHECKOUT [--python PYTHON] [--core 1] [--tools manual,tapenade] [--only gmm,ba] [--rounds 15]

CHECKOUT is a checkout of gradbench in which the C++ tools are built (`make -C tools/manual` and so on); PYTHON runs its evals and its
Python tools (`jax`, `pytorch`). Inputs come from the evals themselves. Each round runs every tool once, in turn, and yields one median
a tool; printed is the median over rounds of the ratio of difflang's to each tool's, with the interval that holds it in 95 % of samples.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from spread import ratio  # noqa: E402 (benchmarks are no package)

CASES = {
    "gmm": [["-d", "10", "-k", "25", "-n", "10000"], ["-d", "64", "-k", "25", "-n", "1000"]],
    "ba": [["--min", "5", "--max", "5"]],
    "ht": [["--min", "5", "--max", "5"], ["--min", "9", "--max", "9"], ["--variant", "simple", "--min", "9", "--max", "9"]],
    "lstm": [["-l", "4", "-c", "1024"]],
    "kmeans": [["-k", "100", "-n", "10000", "-d", "8"]],
    "llsq": [["-n", "2048"], ["-n", "16392"]],
    "lse": [["-n", "10000"], ["-n", "640000"]],
    "ode": [["-n", "1000", "-s", "100"], ["-n", "10000", "-s", "100"]],
    "det": [["-l", "7", "10"]],
    "particle": [[]],
    "saddle": [[]],
}


class Conversation:
    """A process that speaks the protocol."""

    def __init__(self, command: list[str], cwd: Path, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(command, cwd=cwd, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def send(self, message: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def receive(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        return json.loads(line) if line else None


def inputs(options: argparse.Namespace, name: str, arguments: list[str]) -> Iterator[dict[str, Any]]:
    """The evaluate messages of an eval, none of them answered."""
    environment = {**os.environ, "PYTHONPATH": str(options.checkout / "python/gradbench")}
    eval = Conversation([options.python, "-m", f"gradbench.evals.{name}.run", *arguments], options.checkout, environment)
    while (message := eval.receive()) and message["kind"] != "end":
        if message["kind"] == "evaluate":
            yield message
        eval.send({"id": message["id"], "success": message["kind"] == "define"})


class Cpp:
    """A C++ tool: one program for each eval."""

    def __init__(self, options: argparse.Namespace, name: str) -> None:
        self.options, self.name = options, name

    def exists(self) -> bool:
        """Whether it has been built."""
        return (self.options.checkout / "tools" / self.name / "bin").exists()

    def measure(self, message: dict[str, Any], file: str) -> list[int] | None:
        program = self.options.checkout / "tools" / self.name / "bin" / message["module"]
        if not program.exists():
            return None
        done = subprocess.run(
            ["taskset", "-c", str(self.options.core), str(program), file, message["function"]], capture_output=True, text=True
        )
        return times(map(json.loads, done.stdout.splitlines()[1:])) if done.returncode == 0 else None


class Speaking:
    """A tool that is one process for all evals."""

    def __init__(self, options: argparse.Namespace, command: list[str], cwd: Path, path: Path) -> None:
        one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(path)}
        one["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        one["MKL_NUM_THREADS"] = "1"
        self.talk = Conversation(["taskset", "-c", str(options.core), *command], cwd, {**os.environ, **one})
        self.known: dict[str, bool] = {}

    def measure(self, message: dict[str, Any], file: str) -> list[int] | None:
        module = message["module"]
        if module not in self.known:
            self.talk.send({"id": 0, "kind": "define", "module": module})
            answer = self.talk.receive()
            self.known[module] = bool(answer and answer.get("success"))
        if not self.known[module]:
            return None
        self.talk.send(message)
        answer = self.talk.receive()
        return times(answer["timings"]) if answer and answer["success"] else None


def times(timings: Any) -> list[int]:
    found = [timing["nanoseconds"] for timing in timings if timing["name"] == "evaluate"]
    return found[1:] if len(found) > 2 else found


def tools(options: argparse.Namespace) -> dict[str, Cpp | Speaking]:
    found: dict[str, Cpp | Speaking] = {"difflang": Speaking(options, [sys.executable, str(HERE)], HERE.parent.parent, HERE.parent.parent)}
    python = options.checkout / "python/gradbench"
    for name in options.tools.split(","):
        if (script := python / "gradbench/tools" / name / "run.py").exists() and name in ("jax", "pytorch"):
            waiting = [str(HERE / "waiting.py")] if name == "jax" else []
            found[name] = Speaking(options, [options.python, *waiting, str(script)], options.checkout, python)
        else:
            found[name] = Cpp(options, name)
    return found


def compare(options: argparse.Namespace, found: dict[str, Cpp | Speaking], message: dict[str, Any]) -> None:
    message = {**message, "input": {**message["input"], "min_runs": options.runs + 1, "min_seconds": options.seconds}}
    medians: dict[str, list[float]] = {name: [] for name in found}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(message["input"], file)
        file.flush()
        for _ in range(options.rounds):
            for name, tool in found.items():
                if spent := tool.measure(message, file.name):
                    medians[name].append(statistics.median(spent) / 1e6)
    ours = medians["difflang"]
    cells = [f"{message['module']} {message['function']} {message.get('description', '')}"]
    cells.append(f"{statistics.median(ours):.4g}" if ours else "failed")
    for name, theirs in medians.items():
        if name != "difflang":
            if ours and len(theirs) == len(ours):
                cells.append(f"{statistics.median(theirs):.4g}; {ratio(ours, theirs)}")
            else:
                cells.append("-")
    print("| " + " | ".join(cells) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=lambda text: Path(text).resolve())
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--tools", default="manual,tapenade,codipack,enzyme,jax,pytorch")
    parser.add_argument("--only", default=",".join(CASES))
    parser.add_argument("--functions", default="jacobian,gradient,dir,rr,rf,fr,ff", help="names of functions, or all")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--runs", type=int, default=1, help="least runs of a tool in a round")
    parser.add_argument("--seconds", type=float, default=0.02, help="least time of a tool in a round")
    options = parser.parse_args()
    found = {name: tool for name, tool in tools(options).items() if name == "difflang" or not isinstance(tool, Cpp) or tool.exists()}
    print("| case | difflang, ms | " + " | ".join(f"{name}, ms; difflang / {name}" for name in list(found)[1:]) + " |")
    print("|" + "---|" * (len(found) + 1))
    for name in options.only.split(","):
        for arguments in CASES[name]:
            for message in inputs(options, name, arguments):
                if options.functions == "all" or message["function"] in options.functions.split(","):
                    compare(options, found, message)


if __name__ == "__main__":
    main()
