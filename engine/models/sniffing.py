"""Looks at a file's bytes before anything of it is loaded: what it is, and whether its structure holds."""

import codecs
import re
import stat
import tarfile
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from engine.archive.container import is_archive
from engine.contract.errors import RequestError
from engine.models.structure.folders import CONFIG, check_folder, weight_files
from engine.models.structure.onnx_file import check_onnx, is_onnx
from engine.models.structure.safetensors_file import check_safetensors
from engine.models.structure.zips import hostile_compression, hostile_names, members_of

_ZIP = b"PK\x03\x04"
_LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_SIGNATURES = {
    b"\x89HDF": "it is HDF5, such as Keras writes",
    b"\x80": "it is a plain pickle",
    b"\x93NUMPY": "it is a NumPy array",
    b"\x1f\x8b": "it is compressed by gzip",
    b"PK\x05\x06": "it is an empty zip",
    b"7z\xbc\xaf": "it is compressed by 7-Zip",
    b"\xfd7zXZ": "it is compressed by xz",
    b"BZh": "it is compressed by bzip2",
    b"\x7fELF": "it is a program",
    b"MZ": "it is a program",
    b"GGUF": "it is GGUF, such as llama.cpp reads",
}
_PYTHON = re.compile(r"^(import \w|from [\w.]+ import |class \w+|def \w+\()", re.MULTILINE)


class FileKind(StrEnum):
    """What a model file is, by its content."""

    PICKLE_ZIP = "pickle_zip"
    PICKLE_LEGACY = "pickle_legacy"
    SAFETENSORS = "safetensors"
    TORCHSCRIPT = "torchscript"
    EXPORTED = "exported"
    ONNX = "onnx"
    HUGGING_FACE = "hugging_face"
    ARCHIVE = "archive"


def sniff(path: Path) -> FileKind:
    """What the file is, once its structure has been checked; the whole file of ONNX is read, of others the headers.

    Raises:
        RequestError: it is missing, unreadable, empty, of another format, damaged, or made to deceive.
    """
    if _mode_of(path, stat.S_ISDIR):
        return _sniff_folder(path)
    head = _head_of(path)
    if head.startswith(_ZIP):
        return _sniff_zip(path)
    for is_kind, kind, check in _KINDS:
        if is_kind(head):
            check(path)
            return kind
    text = _text_of(head)
    if text is not None and _PYTHON.search(text):
        raise RequestError("file_is_python", path=path)
    raise RequestError("file_unknown_format", path=path, found=_described(head, text))


def is_legacy(path: Path) -> bool:
    """Whether torch before 1.6 wrote it: pickles in a row instead of a zip."""
    with path.open("rb") as file:
        return file.read(len(_LEGACY)) == _LEGACY


def _mode_of(path: Path, is_kind: Callable[[int], bool]) -> bool:
    try:
        return is_kind(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise RequestError("file_missing", path=path) from None
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RequestError("file_unreadable", path=path, reason=reason) from None


def _head_of(path: Path) -> bytes:
    if not _mode_of(path, stat.S_ISREG):
        # Opening a pipe would wait for somebody to write into it.
        raise RequestError("file_unreadable", path=path, reason="it is a device or a pipe")
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise RequestError("file_unreadable", path=path, reason=error.strerror) from None
    if not head:
        raise RequestError("file_empty", path=path)
    return head


def _check_legacy(path: Path) -> None:
    """A tar may begin with any bytes, and torch would look for one before it looks for pickles."""
    try:
        tarfile.open(path, "r:").close()
    except (tarfile.TarError, OSError, ValueError):
        return
    raise RequestError("file_unknown_format", path=path, found="it is a tar archive that looks like a pickle")


def _is_safetensors(head: bytes) -> bool:
    # Eight bytes of length before a brace: in text they would all be letters.
    return head[8:9] == b"{" and (0 in head[:8] or not head[:8].isascii())


_KINDS: tuple[tuple[Callable[[bytes], bool], FileKind, Callable[[Path], None]], ...] = (
    (lambda head: head.startswith(_LEGACY), FileKind.PICKLE_LEGACY, _check_legacy),
    (_is_safetensors, FileKind.SAFETENSORS, check_safetensors),
    (is_onnx, FileKind.ONNX, check_onnx),
    # Its sum is compared by what decodes it.
    (is_archive, FileKind.ARCHIVE, lambda path: None),
)
"""How each kind that is no zip begins, and what checks the rest of it."""


def _sniff_folder(folder: Path) -> FileKind:
    if not (folder / CONFIG).exists() or not weight_files(folder):
        raise RequestError("file_is_folder", path=folder)
    for file in check_folder(folder):
        kind = sniff(file)
        if kind not in (FileKind.SAFETENSORS, FileKind.PICKLE_ZIP, FileKind.PICKLE_LEGACY):
            raise RequestError("file_unknown_format", path=file, found=f"it is {kind.value}")
    return FileKind.HUGGING_FACE


def _sniff_zip(path: Path) -> FileKind:
    members = members_of(path)
    # Not PurePosixPath, which would drop the first slash of an absolute name.
    parts = {tuple(member.filename.split("/")[1:]) for member in members}
    kind, refused = _kind_of_zip(parts)
    refused = refused or hostile_names(members)
    refused = refused or hostile_compression(members, is_script=kind is FileKind.TORCHSCRIPT)
    if kind is None or refused:
        raise RequestError("file_unknown_format", path=path, found=refused)
    return kind


def _kind_of_zip(parts: set[tuple[str, ...]]) -> tuple[FileKind | None, str | None]:
    """The kind, and why it is refused all the same."""
    if ("constants.pkl",) in parts:
        return FileKind.TORCHSCRIPT, None
    if ("archive_format",) in parts:
        has_machine_code = any("aotinductor" in names for names in parts)
        return FileKind.EXPORTED, "it holds compiled machine code" if has_machine_code else None
    if any(names[-1:] == ("data.pkl",) for names in parts):
        return FileKind.PICKLE_ZIP, None
    return None, "a zip without weights"


def _text_of(head: bytes) -> str | None:
    try:
        # Step by step, as the last character may be cut in two.
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _described(head: bytes, text: str | None) -> str:
    for signature, found in _SIGNATURES.items():
        if head.startswith(signature):
            return found
    if head[257:262] == b"ustar":
        return "it is a tar archive"
    return "it is some other binary" if text is None else "it is text"
