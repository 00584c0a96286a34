"""One run a folder: a lock that the system lets go of when the process ends, however it ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from engine.contract.errors import RequestError


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Holds a run's folder for as long as the block lasts.

    Raises:
        RequestError: another process holds it.
    """
    with (folder / ".lock").open("ab") as file:
        try:
            _lock(file)
        except OSError:
            raise RequestError("folder_in_use", path=folder) from None
        yield


def _lock(file: BinaryIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
