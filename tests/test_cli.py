"""The command line, run as a user would."""

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from difflang.cli import main

PROGRAM = '''
import numpy as np
import difflang as dl

@dl.differentiable
def loss(x, w: float):
    """A loss."""
    return np.sum(np.sin(x) * w)

@dl.differentiable
def wrong(x):
    global total
    total = x
    return x

@dl.differentiable
def scalar(x: float, n: int):
    return x ** n
'''


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "model_file.py"
    path.write_text(PROGRAM)
    return str(path)


def test_build(program, tmp_path, capsys):
    assert main(["build", f"{program}:loss", "--spec", "f64[:], float", "--grad", "w", "--name", "m", "-o", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out.split()
    assert [Path(p).name for p in printed] == ["libm.so", "m.h", "m.json"] and all(Path(p).exists() for p in printed)
    assert "m_loss_grad" in Path(printed[1]).read_text()
    library = ctypes.CDLL(printed[0])
    result = ctypes.c_double()
    x = (ctypes.c_double * 2)(0.0, 1.0)
    assert library.m_loss_grad(x, ctypes.c_int64(2), ctypes.c_double(2.0), ctypes.byref(result)) == 0
    assert abs(result.value - 0.8414709848078965) < 1e-12


def test_inspect(program, capsys):
    assert main(["inspect", f"{program}:scalar", "--stage", "source", "--grad", "x"]) == 0
    assert "def scalar_grad(x, n)" in capsys.readouterr().out.replace(": float", "").replace(": int", "")
    assert main(["inspect", f"{program}:scalar", "--stage", "llvm"]) == 0
    assert "define" in capsys.readouterr().out
    assert main(["inspect", f"{program}:loss", "--spec", "f64[:], float", "--stage", "ir"]) == 0
    assert "sin" in capsys.readouterr().out
    assert main(["inspect", f"{program}:loss", "--stage", "nonsense"]) == 1
    assert "DL033" in capsys.readouterr().err


def test_check_reports_all_and_says_so_by_its_exit_code(program, capsys):
    assert main(["check", program]) == 1
    printed = capsys.readouterr().out
    assert "loss: fine" in printed and "scalar: fine" in printed and "wrong: error: DL001" in printed and "^" in printed
    assert main(["check", f"{program}:loss"]) == 0


def test_mistakes(program, capsys):
    assert main(["inspect", "nowhere.py:f"]) == 2
    assert main(["inspect", f"{program}:nothing"]) == 2
    assert main(["build", program, "--spec", "float"]) == 2
    assert "FILE.py:FUNCTION" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["dance"])


def test_doctor_and_the_module_form():
    done = subprocess.run([sys.executable, "-m", "difflang", "doctor"], capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("Python", "numpy", "llvmlite", "linker", "OpenBLAS", "cache"):
        assert name in done.stdout


def test_check_looks_at_files_that_nobody_has_decorated(tmp_path, capsys):
    path = tmp_path / "plain.py"
    path.write_text("def fine(x):\n    return x * x\n\n\ndef outside(x):\n    global total\n    total = x\n    return x\n")
    assert main(["check", str(path)]) == 1
    said = capsys.readouterr().out
    assert "fine: fine" in said and "outside: error: DL001" in said
