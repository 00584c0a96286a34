"""The four arrays that every source comes down to, and their reading from an npz file."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.context import RunContext
from engine.contract.errors import RequestError

Array = NDArray[np.generic]
NAMES = ("x_train", "y_train", "x_test", "y_test")


@dataclass(frozen=True, kw_only=True)
class Arrays:
    """Samples and labels as they were found, unchecked."""

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array


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
    try:
        with np.load(file, allow_pickle=False) as archive:
            return _taken(path, archive, ctx)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, KeyError, AttributeError) as error:
        raise RequestError("data_unreadable", path=path, reason=error) from None


def _taken(path: str, archive: np.lib.npyio.NpzFile, ctx: RunContext) -> Arrays:
    missing = [name for name in NAMES if name not in archive]
    if missing:
        raise RequestError("data_missing_arrays", path=path, missing=", ".join(missing))
    arrays = []
    for name in NAMES:
        ctx.raise_if_cancelled()
        arrays.append(archive[name])
    x_train, y_train, x_test, y_test = arrays
    return Arrays(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
