"""Safetensors: names, shapes and bytes; the bytes stay in the file until they are looked at."""

from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.models.content import Content
from engine.models.entries import entries_of
from engine.models.state import check_tensors


def mapped_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors by name, each over a private mapping of the file: writing to one never reaches the disk.

    Raises:
        RequestError: the file is damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
    except (SafetensorError, OSError, ValueError, RuntimeError, AttributeError) as error:
        raise RequestError("file_truncated", path=path, reason=error) from None


def safetensors_content(path: Path, source: ModelSource, ctx: RunContext) -> Content:
    """The file's sets of weights.

    Raises:
        RequestError: it is damaged or empty.
    """
    entries = entries_of(path, mapped_tensors(path))
    for entry in entries:
        check_tensors(path, entry.state)
    return Content(format=SourceFormat.SAFETENSORS, path=path, entries=entries, files=(path,))
