"""difflang as a tool of GradBench: one JSON message a line on the standard input, one answer a line on the standard output.

    python benchmarks/gradbench        (from the root of a checkout in which difflang is installed)
"""

from __future__ import annotations

import importlib
import json
import sys
import time
import traceback
from types import ModuleType
from typing import Any

EVALS = ("hello", "gmm", "ba", "ht", "lstm", "kmeans", "llsq", "lse", "ode", "det", "particle", "saddle")


def define(name: str) -> dict[str, Any]:
    """Whether there is an eval of this name."""
    if name not in EVALS:
        return {"success": False, "error": f"there is no {name}"}
    importlib.import_module(name)
    return {"success": True}


def evaluate(module: ModuleType, name: str, given: Any) -> dict[str, Any]:
    """Call a function as often as asked; the first call, which compiles, is timed apart as `prepare`."""
    function, arguments = module.FUNCTIONS[name], module.arguments(given)
    runs, seconds = (given.get("min_runs", 1), given.get("min_seconds", 0.0)) if isinstance(given, dict) else (1, 0.0)
    timings = []
    began = time.perf_counter_ns()
    result = function(*arguments)
    timings.append({"name": "prepare", "nanoseconds": time.perf_counter_ns() - began})
    spent = 0
    while len(timings) <= runs or spent < seconds * 1e9:
        began = time.perf_counter_ns()
        result = function(*arguments)
        took = time.perf_counter_ns() - began
        timings.append({"name": "evaluate", "nanoseconds": took})
        spent += took
    return {"success": True, "output": module.answer(name, result), "timings": timings}


def respond(message: dict[str, Any]) -> dict[str, Any]:
    try:
        match message["kind"]:
            case "start":
                return {"tool": "difflang"}
            case "define":
                return define(message["module"])
            case "evaluate":
                return evaluate(importlib.import_module(message["module"]), message["function"], message["input"])
    except Exception:
        return {"success": False, "error": traceback.format_exc()}
    return {}


def main() -> None:
    for line in sys.stdin:
        message = json.loads(line)
        print(json.dumps({"id": message["id"], **respond(message)}), flush=True)


if __name__ == "__main__":
    main()
