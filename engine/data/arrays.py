"""The four arrays that every source comes down to, and their reading from an npz file."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.context import RunContext
from engine.contract.errors import PenjingError, RequestError

Array = NDArray[np.generic]
_NAMES = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True, kw_only=True)
class Arrays:
    """Samples and labels as they were found, unchecked."""

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array


def arrays_from(path: str, found: Mapping[str, object]) -> Arrays:
    """The four arrays out of a mapping; tensors are taken too.

    Raises:
        RequestError: some are missing.
    """
    missing = [name for name in _NAMES if name not in found]
    if missing:
        raise RequestError("data_missing_arrays", path=path, missing=", ".join(missing))
    # numpy knows torch's tensors by their __array__.
    return Arrays(**{name: np.asarray(found[name]) for name in _NAMES})


def read_npz(path: str, ctx: RunContext) -> Arrays:
    """Reads ``x_train, y_train, x_test, y_test``; never unpickles.

    Raises:
        RequestError: there is no such file, it is no npz file, or arrays are missing.
    """
    file = Path(path)
    if file.is_dir():
        raise RequestError("file_is_folder", path=path)
    if not file.is_file():
        raise RequestError("file_missing", path=path)
    ctx.raise_if_cancelled()
    try:
        if not zipfile.is_zipfile(file):
            raise RequestError("data_unreadable", path=path, reason="it is no zip of arrays")
        with np.load(file, allow_pickle=False) as archive:
            return arrays_from(path, archive)
    except PenjingError:
        raise
    except Exception as error:  # numpy and zipfile raise ten kinds on broken files
        raise RequestError("data_unreadable", path=path, reason=error) from None
