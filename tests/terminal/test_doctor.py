"""`penjing doctor` names what is there, what is missing, and the cure."""

import importlib.metadata
from pathlib import Path

import pytest

from engine.cli import main
from engine.terminal.doctor import CHECKS, check_library, check_packages, check_torch, check_window


def test_that_every_check_has_a_line_and_the_command_is_no_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["doctor"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    names = [line[9:27].strip() for line in lines]
    assert names[:2] == ["Python", "PyTorch"]
    assert {"onnx", "onnxruntime", "torchvision", "Cores", "Window", "Runs"} <= set(names)
    assert len(names) >= len(CHECKS)
    assert {line[:9].strip() for line in lines} <= {"ok", "optional", "missing"}


def test_that_a_package_that_only_some_want_is_no_lack_and_says_who_wants_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def version(name: str) -> str:
        if name in ("timm", "onnx"):
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(importlib.metadata, "version", version)
    found = {finding.name: finding for finding in check_packages()}
    assert (found["timm"].is_missing, found["timm"].is_optional) == (False, True)
    assert found["timm"].cure == "Only timm's architectures want it. Type: pip install timm"
    assert found["onnx"].is_missing
    assert found["transformers"].cure == ""


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
