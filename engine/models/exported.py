"""Files of ``torch.export.save`` (.pt2): their tensors are read without unpickling; the program on the user's word."""

import io
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, fx
from torch.export import ExportedProgram

from engine.contract.errors import RequestError, one_line
from engine.models.example import Example
from engine.models.mapped_zip import MappedZip, TensorPlace
from engine.models.raising.program import raise_proven

_WEIGHTS = "data/weights"
_CONFIG = f"{_WEIGHTS}/model_weights_config.json"
_OLD_WEIGHTS = ("serialized_state_dict.pt", "serialized_state_dict.json")
_PICKLES = (".pt", ".pth", ".pkl")
_LONGEST_CONFIG = 64 * 2**20
_DTYPES = {
    1: torch.uint8, 2: torch.int8, 3: torch.int16, 4: torch.int32, 5: torch.int64, 6: torch.float16,
    7: torch.float32, 8: torch.float64, 12: torch.bool, 13: torch.bfloat16,
}  # fmt: skip
"""Element types by the numbers that torch.export writes for them."""


def exported_state(path: Path) -> dict[str, Tensor]:
    """The state_dict of an exported program, mapped from the file; nothing is run or unpickled.

    Raises:
        RequestError: the file is broken, or its weights are pickled.
    """
    try:
        archive = MappedZip(path)
        if not archive.has(_CONFIG):
            return _old_state(archive)
        text = archive.read(_CONFIG)
        if len(text) > _LONGEST_CONFIG:
            raise ValueError("its list of weights is too long")
        return dict(_tensors_of(archive, json.loads(text)["config"]))
    except RecursionError:
        raise RequestError(
            "file_truncated", path=path, reason="its list of weights is nested too deep"
        ) from None
    except Exception as error:
        raise RequestError("file_truncated", path=path, reason=f"{type(error).__name__}: {error}") from None


def _tensors_of(archive: MappedZip, config: dict[str, Any]) -> Iterator[tuple[str, Tensor]]:
    for name, entry in config.items():
        if entry["use_pickle"]:
            raise ValueError(f'the weight "{name}" is pickled')
        meta = entry["tensor_meta"]
        place = TensorPlace(
            dtype=_DTYPES[meta["dtype"]],
            sizes=[size["as_int"] for size in meta["sizes"]],
            strides=[stride["as_int"] for stride in meta["strides"]],
            offset=meta["storage_offset"]["as_int"],
        )
        yield name, archive.tensor(f"{_WEIGHTS}/{entry['path_name']}", place)


def _old_state(archive: MappedZip) -> dict[str, Tensor]:
    """Until torch 2.8 the state_dict lay in the zip as torch.save writes it."""
    member = next((name for name in _OLD_WEIGHTS if archive.has(name)), _OLD_WEIGHTS[0])
    state = torch.load(io.BytesIO(archive.read(member)), map_location="cpu", weights_only=True)
    return {str(name): tensor for name, tensor in state.items() if isinstance(tensor, Tensor)}


def load_unpickled(path: Path) -> ExportedProgram:
    """The program of a file of our own that holds nothing pickled; whoever else's it is, the user's word comes first.

    Raises:
        RequestError: the file is broken, or something in it is pickled.
    """
    archive = MappedZip(path)
    pickled = [name for name in archive.names() if name.endswith(_PICKLES) and archive.read(name)]
    exported_state(path)
    if pickled:
        raise RequestError("file_truncated", path=path, reason=f"{pickled[0]} is pickled")
    return _loaded(path)


def raise_exported(path: Path) -> tuple[fx.GraphModule, Example]:
    """Loads the program, once the user has vouched for it, and turns it into layers that answer alike.

    Raises:
        RequestError: the file is broken, or the program cannot be turned into layers.
    """
    return raise_proven(_loaded(path))


def _loaded(path: Path) -> ExportedProgram:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Given a path, it warns of every name that does not end in .pt2.
            return torch.export.load(io.BytesIO(path.read_bytes()))
    except Exception as error:
        raise RequestError("file_truncated", path=path, reason=one_line(str(error), 160)) from None
