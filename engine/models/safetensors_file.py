"""Safetensors: names, shapes and bytes; the bytes stay in the file until they are looked at.

Penjing's own files say in their header how the network was pruned, and hold rounded weights as levels and scales.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.models.archived import Document, decoded_document, tell_of_values
from engine.models.content import Content
from engine.models.entries import entries_of
from engine.models.state import check_tensors

DOCUMENT_KEY = "penjing"
"""Where in the header's metadata our JSON stands."""
SCALE_SUFFIX = "_scale"
"""Behind the name of a tensor of levels: the name of their scale."""
_FLOAT_BYTES = 4


def mapped_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors by name, each over a private mapping of the file: writing to one never reaches the disk.

    Raises:
        RequestError: the file is damaged.
    """
    return _opened(path)[0]


def _opened(path: Path) -> tuple[dict[str, Tensor], Mapping[str, str]]:
    """The tensors, and the header's own words.

    Raises:
        RequestError: the file is damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
            return tensors, file.metadata() or {}
    except (SafetensorError, OSError, ValueError, RuntimeError, AttributeError) as error:
        raise RequestError("file_truncated", path=path, reason=error) from None


def read_own(path: Path) -> tuple[dict[str, Tensor], Document]:
    """The weights of a file that Penjing wrote, and what it says of them.

    Raises:
        RequestError: it is damaged, or says nothing.
    """
    stored, words = _opened(path)
    if DOCUMENT_KEY not in words:
        raise RequestError("history_damaged", path=path, reason="there is nothing")
    check_tensors(path, stored)
    return weights_in(stored), _document_in(words, path)


def _document_in(words: Mapping[str, str], path: Path) -> Document:
    return decoded_document(words[DOCUMENT_KEY], path, msgspec.json.decode)


def weights_in(stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors that a network computes with: levels of int8 times the scale beside them, short floats in 32 bits."""
    scaled = {name for name, tensor in stored.items() if _has_scale(tensor, stored.get(name + SCALE_SUFFIX))}
    scales = {name + SCALE_SUFFIX for name in scaled}
    return {
        name: tensor.float() * stored[name + SCALE_SUFFIX] if name in scaled else _as_computed(tensor)
        for name, tensor in stored.items()
        if name not in scales
    }


def _as_computed(tensor: Tensor) -> Tensor:
    return tensor.float() if tensor.is_floating_point() and tensor.itemsize < _FLOAT_BYTES else tensor


def _has_scale(levels: Tensor, scale: Tensor | None) -> bool:
    """A scale of another shape could make a small file a large tensor."""
    if scale is None or levels.dtype is not torch.int8 or scale.dtype is not torch.float32:
        return False
    ones = (1,) * (levels.dim() - 1)
    return tuple(scale.shape) in {(1, *ones), (*levels.shape[:1], *ones)}


def safetensors_content(path: Path, source: ModelSource, ctx: RunContext) -> Content:
    """The file's sets of weights.

    Raises:
        RequestError: it is damaged or empty.
    """
    stored, words = _opened(path)
    check_tensors(path, stored)
    document = _document_in(words, path) if DOCUMENT_KEY in words else None
    if document is not None:
        tell_of_values(document, path, ctx)
    state, history = (stored, None) if document is None else (weights_in(stored), document.history)
    return Content(
        format=SourceFormat.SAFETENSORS,
        path=path,
        entries=entries_of(path, state),
        files=(path,),
        history=history,
    )
