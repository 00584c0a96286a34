"""Which contents of files the user has vouched for, remembered between sessions by SHA-256."""

import contextlib
import os
import time
from pathlib import Path

import msgspec
import platformdirs

from engine.contract.record import Record
from engine.contract.run_folder import write_record


class VouchedFile(Record, frozen=True, kw_only=True):
    """What the user was shown when they vouched; ``time`` is seconds since the epoch."""

    path: str
    wants: tuple[str, ...]
    time: float


class VouchedFiles(Record, frozen=True, kw_only=True):
    """All that the user has vouched for, by the SHA-256 of the content."""

    files: dict[str, VouchedFile] = msgspec.field(default_factory=dict)


def vouched_path() -> Path:
    """``PENJING_TRUSTED``, or ``trusted.json`` in the user's data folder of this platform.

    Not beside the runs: their folder may be one that others write to.
    """
    named = os.environ.get("PENJING_TRUSTED")
    return Path(named or Path(platformdirs.user_data_dir("penjing", appauthor=False)) / "trusted.json")


def is_vouched(sha256: str, wants: tuple[str, ...]) -> bool:
    """Whether the user has vouched for this content, and was shown all that it wants."""
    known = _read().files.get(sha256)
    return known is not None and set(wants) <= set(known.wants)


def remember(sha256: str, path: Path, wants: tuple[str, ...]) -> None:
    """Notes the user's word; where that cannot be written, they are asked again next time."""
    files = {**_read().files, sha256: VouchedFile(path=str(path), wants=wants, time=time.time())}
    with contextlib.suppress(OSError):
        vouched_path().parent.mkdir(parents=True, exist_ok=True)
        write_record(vouched_path(), VouchedFiles(files=files))


def _read() -> VouchedFiles:
    """What is remembered; a damaged file has forgotten everything."""
    try:
        return msgspec.json.decode(vouched_path().read_bytes(), type=VouchedFiles)
    except (OSError, msgspec.MsgspecError):
        return VouchedFiles()
