"""`python -m gui.probe`, which `make` and `penjing doctor` ask, names what Qt cannot load."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def probe(shadow: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "gui.probe"],
        env={**os.environ, "PYTHONPATH": str(shadow)},
        capture_output=True,
        text=True,
        check=False,
    )


def shadow_qt(folder: Path, name: str, reason: str) -> Path:
    """A PySide6 whose module ``name`` fails as one does whose system library is missing."""
    package = folder / "PySide6"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for module in ("QtCore", "QtGui", "QtWidgets"):
        (package / f"{module}.py").write_text(f"raise ImportError({reason!r})\n" if module == name else "")
    return folder


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        ("QtCore", "libglib-2.0.so.0: cannot open shared object file"),
        ("QtGui", "libEGL.so.1: cannot open shared object file"),
        ("QtWidgets", "libGL.so.1: cannot open shared object file"),
    ],
)
def test_that_a_missing_library_is_named(tmp_path: Path, module: str, reason: str) -> None:
    done = probe(shadow_qt(tmp_path, module, reason))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"missing: {reason}\n")


@pytest.mark.skipif(sys.platform != "linux", reason="platform plugins are probed on Linux")
def test_that_every_platform_plugin_that_cannot_load_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gui import probe as probing

    monkeypatch.setattr(probing, "_PLUGINS", ("libqnowhere.so", "libqoffscreen.so", "libqnever.so"))
    missing = probing.missing_libraries()
    assert len(missing) == 2
    assert "libqnowhere.so" in missing[0]
    assert "libqnever.so" in missing[1]
