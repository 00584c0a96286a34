"""The four arrays that every source comes down to, and their reading from an npz file or a folder of npy files."""

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.context import RunContext
from engine.contract.errors import PenjingError, RequestError
from engine.data.tokenizer import Tokenizer

Array = NDArray[np.generic]
_NAMES = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True, kw_only=True)
class Arrays:
    """Samples and labels as they were found.

    Attributes:
        x_train, x_test: a tensor holds samples in the form that :class:`engine.data.splits.Split` wants.
        class_names: in the order of the labels, as far as the source knows them.
        tokenizer: what made word numbers of texts.
    """

    x_train: Array | Tensor
    y_train: Array
    x_test: Array | Tensor
    y_test: Array
    class_names: tuple[str, ...] = ()
    tokenizer: Tokenizer | None = None


def arrays_from(path: str, found: Mapping[str, object]) -> Arrays:
    """The four arrays out of a mapping; tensors are taken too.

    Raises:
        RequestError: some are missing.
    """
    missing = [name for name in _NAMES if name not in found]
    if missing:
        raise RequestError("data_missing_arrays", path=path, missing=", ".join(missing))
    # numpy knows torch's tensors by their __array__.
    return Arrays(**{name: np.asarray(found[name]) for name in _NAMES})  # type: ignore[arg-type]


def read_npz(path: str, ctx: RunContext) -> Arrays:
    """Reads ``x_train, y_train, x_test, y_test`` from an npz file or a folder of npy files; never unpickles.

    Raises:
        RequestError: there is no such file, it is no npz file, or arrays are missing.
    """
    place = Path(path)
    if not place.exists():
        raise RequestError("file_missing", path=path)
    ctx.raise_if_cancelled()
    return _guarded(path, lambda: _read_folder(place) if place.is_dir() else _read_file(place))


def _guarded(path: str, read: Callable[[], Arrays]) -> Arrays:
    try:
        return read()
    except PenjingError:
        raise
    except Exception as error:  # numpy and zipfile raise ten kinds on broken files
        raise RequestError("data_unreadable", path=path, reason=error) from None


def _read_file(file: Path) -> Arrays:
    if not zipfile.is_zipfile(file):
        raise RequestError("data_unreadable", path=file, reason="it is no zip of arrays")
    with np.load(file, allow_pickle=False) as archive:
        return arrays_from(str(file), archive)


def _read_folder(folder: Path) -> Arrays:
    missing = [f"{name}.npy" for name in _NAMES if not (folder / f"{name}.npy").is_file()]
    if missing:
        raise RequestError("data_missing_files", path=folder, missing=", ".join(missing))
    return arrays_from(
        str(folder), {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in _NAMES}
    )
