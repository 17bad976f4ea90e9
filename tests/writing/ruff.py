"""Running ruff, with its own defaults, on written text."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def ruff(*arguments: str, text: str | None = None) -> str:
    """What `ruff --isolated ...` prints. Fails where it is not content; skips where there is no ruff."""
    beside = Path(sys.executable).with_name("ruff")
    found = str(beside) if beside.exists() else shutil.which("ruff")
    if found is None:
        pytest.skip("ruff is not installed")
    command, *rest = arguments
    done = subprocess.run([found, command, "--isolated", "--no-cache", *rest], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
