"""``penjing doctor``: what of this machine is used, what is missing, and the cure."""

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.text import Text

from engine.contract.errors import PenjingError, one_line
from engine.contract.library import library_folder
from engine.contract.run_folder import check_folder_can_be_made
from engine.contract.texts import TEXTS
from engine.terminal.arguments import Arguments, Command
from engine.terminal.messages import output

_PATIENCE_S = 120
_PACKAGES = ("torchvision", "onnx", "onnxscript", "onnxruntime", "safetensors", "soundfile", "constriction")
_OPTIONAL_PACKAGES = {
    "transformers": "folders of Hugging Face",
    "timm": "timm's architectures",
    "tokenizers": "a tokenizer.json",
}
_INT8_FLAGS = ("avx512_vnni", "avx_vnni", "amx_int8", "asimddp")
# torch stays out of this process; and whether it loads at all is best asked by loading it.
_ASK_TORCH = """
import json, torch
devices = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
devices += ["Apple MPS"] if torch.backends.mps.is_available() else []
print(json.dumps({"version": torch.__version__, "devices": devices}))
"""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line: what was looked for, what was found, and the cure where it is missing.

    ``is_optional`` is what is not there and need not be.
    """

    name: str
    found: str
    is_missing: bool = False
    is_optional: bool = False
    cure: str = ""


class _Torch(msgspec.Struct):
    version: str
    devices: list[str]


def check_python() -> Finding:
    """Penjing runs on Python 3.11 and later."""
    is_old = sys.version_info < (3, 11)
    cure = TEXTS["cure_python"] if is_old else ""
    return Finding(name="Python", found=sys.version.split()[0], is_missing=is_old, cure=cure)


def check_torch() -> list[Finding]:
    """Whether PyTorch loads, and on what it can compute."""
    answer = _ask("-c", _ASK_TORCH)
    if answer.returncode != 0:
        reason = one_line(answer.stderr.strip().rpartition("\n")[2])
        cure = TEXTS["cure_torch"].format(reason=reason)
        return [Finding(name="PyTorch", found="does not load", is_missing=True, cure=cure)]
    torch = msgspec.json.decode(answer.stdout, type=_Torch)
    found = ", ".join(["cpu", *torch.devices])
    cure = "" if torch.devices else TEXTS["cure_accelerator"]
    return [Finding(name="PyTorch", found=torch.version), Finding(name="Devices", found=found, cure=cure)]


def check_packages() -> list[Finding]:
    """The packages that read, write and run models, and those that only some models and data want."""
    needed = [_package(name) for name in _PACKAGES]
    return needed + [_optional_package(name, use) for name, use in _OPTIONAL_PACKAGES.items()]


def _package(name: str) -> Finding:
    try:
        return Finding(name=name, found=importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        cure = TEXTS["cure_package"].format(command=f"pip install {name}")
        return Finding(name=name, found="not installed", is_missing=True, cure=cure)


def _optional_package(name: str, use: str) -> Finding:
    finding = _package(name)
    if not finding.is_missing:
        return finding
    cure = TEXTS["cure_optional"].format(use=use, command=f"pip install {name}")
    return Finding(name=name, found=finding.found, is_optional=True, cure=cure)


def check_processor() -> list[Finding]:
    """Cores, and the instructions that make int8 fast (read where the system tells: Linux)."""
    cores = os.cpu_count() or 1
    threads = max(1, cores - 1)
    findings = [
        Finding(name="Cores", found=f"{cores}; the engine computes with {threads} unless told otherwise")
    ]
    try:
        words = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return findings
    flags = [flag for flag in _INT8_FLAGS if flag in words]
    cure = "" if flags else TEXTS["cure_vnni"]
    return [
        *findings,
        Finding(name="int8 instructions", found=", ".join(flags) or "none", is_missing=not flags, cure=cure),
    ]


def check_window() -> Finding:
    """Whether Qt can open a window and write 中文."""
    answer = _ask("-m", "gui.probe")
    missing = answer.stderr.strip().removeprefix("missing: ")
    if answer.returncode == 0:
        return Finding(name="Window", found="Qt's libraries and a font with 中文 are there")
    cure = TEXTS["cure_font" if "font with" in missing else "cure_qt"]
    return Finding(name="Window", found=one_line(missing.rpartition("\n")[2]), is_missing=True, cure=cure)


def check_library() -> Finding:
    """Whether new runs can be written."""
    folder = library_folder().absolute()
    try:
        check_folder_can_be_made(folder, is_resume=True)
    except PenjingError:
        cure = TEXTS["cure_library"].format(path=folder)
        return Finding(name="Runs", found="cannot be written", is_missing=True, cure=cure)
    return Finding(name="Runs", found=str(folder))


CHECKS: tuple[Callable[[], Finding | list[Finding]], ...] = (
    check_python,
    check_torch,
    check_packages,
    check_processor,
    check_window,
    check_library,
)


def _ask(*words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [sys.executable, "-P", *words], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 1, "", f"no answer within {_PATIENCE_S} s")


def _doctor(arguments: Arguments) -> int:
    console = output()
    for check in CHECKS:
        found = check()
        for finding in found if isinstance(found, list) else [found]:
            console.print(_line(finding))
    return 0


def _line(finding: Finding) -> Text:
    line = Text.assemble(_mark(finding), f"{finding.name:<18} {finding.found}")
    return line.append(f"\n{'':<28}{finding.cure}", "dim") if finding.cure else line


def _mark(finding: Finding) -> tuple[str, str]:
    word, style = (
        ("missing", "yellow")
        if finding.is_missing
        else ("optional", "dim")
        if finding.is_optional
        else ("ok", "green")
    )
    return f"{word:<9}", style


DOCTOR = Command(
    help="Say what of this machine is used, what is missing, and the cure.",
    add_arguments=lambda parser: None,
    run=_doctor,
)
