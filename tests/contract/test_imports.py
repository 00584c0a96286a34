"""What a fresh interpreter loads: neither torch in the window's process, nor Qt in the terminal's."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "torchvision", "onnx", "onnxruntime", "onnxscript")
QT = ("PySide6", "pyqtgraph")


def loaded_by(module: str) -> set[str]:
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "engine",
        "engine.client",
        "engine.cli",
        "engine.contract.recipe_file",
        "engine.reporting.html",
        "resources",
    ],
)
def test_that_the_terminal_and_the_contract_load_neither_torch_nor_qt(module: str) -> None:
    assert loaded_by(module).isdisjoint({*HEAVY, *QT})


def test_that_the_window_loads_no_torch() -> None:
    modules = loaded_by("gui.main_window")
    assert "PySide6" in modules
    assert modules.isdisjoint(HEAVY)


def test_that_the_launcher_loads_neither_torch_nor_qt() -> None:
    assert loaded_by("gui.launcher").isdisjoint({*HEAVY, *QT})
