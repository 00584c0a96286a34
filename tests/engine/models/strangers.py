"""Builders of files as strangers make them: honest, broken and hostile."""

import os
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import torch
from torch import nn

from engine.context import RunContext

NET_SOURCE = """
import torch
from torch import nn


class SmallNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.norm = nn.BatchNorm2d(2)
        self.fc = nn.Linear(2 * 6 * 6, 5)

    def forward(self, x):
        return self.fc(torch.relu(self.norm(self.conv(x))).flatten(1))


def not_a_module():
    return 3


def fails():
    raise ValueError("out of ink")


def leaves():
    raise SystemExit(7)
"""


class Runs:
    """Pickles as a call of os.system that makes the file ``marker``."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f'touch "{self.marker}"',)


class Questions:
    """A user who gives the same answer to every trust question, and remembers what was asked."""

    def __init__(self, answer: bool) -> None:
        self.answer = answer
        self.asked: list[tuple[Path, tuple[str, ...]]] = []

    def context(self) -> RunContext:
        """A context whose questions come here."""
        return RunContext(ask=self._ask)

    def _ask(self, path: Path, wants: tuple[str, ...]) -> bool:
        self.asked.append((path, wants))
        return self.answer


def write_net(folder: Path, source: str = NET_SOURCE) -> Path:
    """A user's Python file."""
    path = folder / "net.py"
    path.write_text(source)
    return path


def user_module(name: str) -> ModuleType:
    """The user's module as the script that trained it had imported it, under ``name``."""
    module = ModuleType(name)
    exec(compile(NET_SOURCE, "net.py", "exec"), vars(module))
    return module


def save_whole(path: Path, module_name: str, *, is_legacy: bool = False) -> nn.Module:
    """Pickles a SmallNet whose class is called ``module_name.SmallNet``; afterwards no such module is there."""
    module = user_module(module_name)
    before = sys.modules.get(module_name)
    sys.modules[module_name] = module
    try:
        net = module.SmallNet()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the old format wants the class's source, which is not in a file
            torch.save(net, path, _use_new_zipfile_serialization=not is_legacy)
    finally:
        if before is None:
            del sys.modules[module_name]
        else:
            sys.modules[module_name] = before
    return net


def write_zip(path: Path, members: list[tuple[str, bytes]], *, compression: int = zipfile.ZIP_STORED) -> Path:
    """A zip with these members, in this order, doubled names too."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def rewritten_zip(path: Path, rename: Callable[[str], str], *, compression: int = zipfile.ZIP_STORED) -> Path:
    """``path`` again, its members renamed or compressed."""
    with zipfile.ZipFile(path) as archive:
        members = [(rename(name), archive.read(name)) for name in archive.namelist()]
    return write_zip(path, members, compression=compression)


def with_member(path: Path, target: Path, name: str, content: bytes) -> Path:
    """A copy of a file of torch.save with other bytes in one of its records."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as archive:
        for member in source.infolist():
            is_it = member.filename.partition("/")[2] == name
            archive.writestr(member.filename, content if is_it else source.read(member))
    return target
