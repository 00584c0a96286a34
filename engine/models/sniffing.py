"""Looks at a file's bytes before anything of it is loaded."""

import codecs
import zipfile
from pathlib import Path, PurePosixPath

from engine.contract.errors import RequestError

_ZIP = b"PK\x03\x04"
_LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_SIGNATURES = {
    b"\x89HDF": "it is HDF5, such as Keras writes",
    b"\x80": "it is a plain pickle",
    b"\x93NUMPY": "it is a NumPy array",
    b"\x1f\x8b": "it is compressed by gzip",
    b"\x08": "it looks like ONNX",
}


def check_file(path: Path) -> None:
    """Says what is wrong with a file that torch.save cannot have written.

    Raises:
        RequestError: it is missing, a folder, unreadable, empty, of another format, or a hostile zip.
    """
    if path.is_dir():
        raise RequestError("file_is_folder", path=path)
    if not path.exists():
        raise RequestError("file_missing", path=path)
    if not path.is_file():
        raise RequestError("file_unreadable", path=path, reason="it is a device or a pipe")
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise RequestError("file_unreadable", path=path, reason=error.strerror) from None
    if not head:
        raise RequestError("file_empty", path=path)
    if head.startswith(_ZIP):
        _check_zip(path)
    elif not head.startswith(_LEGACY):
        raise RequestError("file_unknown_format", path=path, found=_described(head))


def is_legacy(path: Path) -> bool:
    """Whether torch before 1.6 wrote it: pickles in a row instead of a zip."""
    with path.open("rb") as file:
        return file.read(len(_LEGACY)) == _LEGACY


def _described(head: bytes) -> str:
    if head[8:9] == b"{" and head[7] == 0:
        return "it is safetensors"
    for signature, found in _SIGNATURES.items():
        if head.startswith(signature):
            return found
    try:
        # Step by step, as the last character may be cut in two.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "it is some other binary"
    return "it is some other binary" if b"\0" in head else "it is text"


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise RequestError("file_truncated", path=path, reason=error) from None
    found = _other_zip(members) or _hostile(members)
    if found:
        raise RequestError("file_unknown_format", path=path, found=found)
    if sum(member.file_size for member in members) > path.stat().st_size:
        raise RequestError("file_truncated", path=path, reason="its members are larger than the file")


def _hostile(members: list[zipfile.ZipInfo]) -> str | None:
    """torch.save stores members uncompressed, each once, under one folder: anything else is an attack or a mistake."""
    names = [member.filename for member in members]
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        return "a zip with compressed members, which torch.save never writes"
    if len(set(names)) < len(names):
        return "a zip with two members of one name"
    if len({name.split("/")[0] for name in names}) > 1:
        return "a zip of several folders"
    if any(".." in PurePosixPath(name).parts or name.startswith("/") or "\\" in name for name in names):
        return "a zip whose members lead out of it"
    return None


def _other_zip(members: list[zipfile.ZipInfo]) -> str | None:
    names = {PurePosixPath(member.filename).name for member in members}
    if "constants.pkl" in names:
        return "it is a TorchScript program"
    if "archive_format" in names:
        return "it is an exported program (.pt2)"
    return None if "data.pkl" in names else "a zip without weights"
