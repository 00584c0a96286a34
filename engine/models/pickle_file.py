"""The pickle within a file of torch.save, of the new form or the old."""

import io
import pickletools
import zipfile
from dataclasses import dataclass
from pathlib import Path

from engine.contract.errors import RequestError
from engine.models.sniffing import is_legacy


@dataclass(frozen=True)
class PickleFile:
    """The pickle of the object, and how many bytes each of the records beside it holds."""

    content: bytes
    sizes: dict[str, int]


def read_pickle_file(path: Path) -> PickleFile:
    """What is in a file of torch.save, with nothing unpickled.

    Raises:
        Exception: of any kind that a broken zip brings about.
    """
    with zipfile.ZipFile(zip_form(path)) as archive:
        sizes = {name.partition("/")[2]: archive.getinfo(name).file_size for name in archive.namelist()}
        root = archive.namelist()[0].partition("/")[0]
        return PickleFile(archive.read(f"{root}/data.pkl"), sizes)


def zip_form(path: Path) -> Path | io.BytesIO:
    """The file itself, or for the old form the pickle of its object alone in a zip: torch lists names only of that."""
    if not is_legacy(path):
        return path
    with path.open("rb") as file:
        for _ in range(3):  # magic number, protocol, system
            _skip_pickle(file)
        start = file.tell()
        _skip_pickle(file)
        end = file.tell()
        file.seek(start)
        content = file.read(end - start)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", content)
        archive.writestr("archive/version", "3\n")
    buffer.seek(0)
    return buffer


def _skip_pickle(file: io.BufferedReader) -> None:
    for _ in pickletools.genops(file):
        pass


def damaged(path: Path, error: Exception) -> RequestError:
    """What to tell the user when a reader gave up."""
    # torch puts sentences of advice, wrong here, before what it found.
    found = str(error).rpartition("WeightsUnpickler error: ")[2].rpartition("\n\n\n")[2]
    reason = found.strip().split("\n")[0] or type(error).__name__
    return RequestError("file_truncated", path=path, reason=reason)
