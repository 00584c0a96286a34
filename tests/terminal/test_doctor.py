"""`penjing doctor` names what is there, what is missing, and the cure."""

from pathlib import Path

import pytest

from engine.cli import main
from engine.terminal.doctor import CHECKS, check_library, check_torch, check_window


def test_that_every_check_has_a_line_and_the_command_is_no_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["doctor"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    names = [line[8:26].strip() for line in lines]
    assert names[:2] == ["Python", "PyTorch"]
    assert {"onnx", "onnxruntime", "torchvision", "Cores", "Window", "Runs"} <= set(names)
    assert len(names) >= len(CHECKS)
    assert {line[:8].strip() for line in lines} <= {"ok", "missing"}


def test_that_a_broken_torch_is_told_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('libcudart.so.13: no such file')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (finding,) = check_torch()
    assert finding.is_missing
    assert "libcudart.so.13" in finding.cure


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("libEGL.so.1: cannot open shared object file", "make system"),
        ("a font with 中文 (such as fonts-noto-cjk)", "apt-get install fonts-noto-cjk"),
    ],
)
def test_that_a_window_that_cannot_open_is_told_with_its_cure(
    said: str, cure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gui").mkdir()
    (tmp_path / "gui" / "__init__.py").touch()
    (tmp_path / "gui" / "probe.py").write_text(
        f"import sys\nsys.exit({f'missing: {said}'!r})\n", encoding="utf-8"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    finding = check_window()
    assert (finding.is_missing, finding.found) == (True, said)
    assert cure in finding.cure


def test_that_a_library_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PENJING_RUNS", str(tmp_path / "file" / "runs"))
    finding = check_library()
    assert finding.is_missing
    assert "set PENJING_RUNS" in finding.cure
