"""Zips: PyTorch's writers make one sort of them, so whatever a reader could read in two ways is refused."""

import struct
import zipfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from engine.contract.errors import RequestError

_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_ENCRYPTED = 0x1
_SIZES_FOLLOW = 0x8
_ZIP64 = 0xFFFFFFFF
# TorchScript deflates its code, and nothing else; a program of more than this is a bomb.
_LARGEST_CODE = 64 * 2**20


def members_of(path: Path) -> list[zipfile.ZipInfo]:
    """The members, once the zip can be read in one way only.

    Raises:
        RequestError: it is damaged, or made to be read in two ways.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            members = archive.infolist()
            size = path.stat().st_size
            file.seek(max(0, size - _END.size))
            _check_end(file.read(), archive)
            lie = _lie_of_locals(file, members, archive.start_dir)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        is_cut = str(error) == "File is not a zip file"
        raise RequestError(
            "file_truncated", path=path, reason="its end is missing" if is_cut else error
        ) from None
    if sum(member.compress_size for member in members) > size:
        raise RequestError("file_truncated", path=path, reason="its members are larger than the file")
    if lie:
        raise RequestError("file_unknown_format", path=path, found=lie)
    return members


def _check_end(end: bytes, archive: zipfile.ZipFile) -> None:
    """Refuses a comment behind the directory, in which a second directory may hide."""
    signature, disk, start_disk, *_, comment = _END.unpack(end)
    if signature != b"PK\x05\x06" or disk or start_disk or comment or archive.comment:
        raise zipfile.BadZipFile("something lies behind the end of the zip")


def _lie_of_locals(file: BinaryIO, members: list[zipfile.ZipInfo], directory: int) -> str | None:
    """What is amiss between the directory and the headers that stand before each member."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        start = member.header_offset
        file.seek(start)
        signature, _, flags, method, _, _, _, stored, full, name_length, extra = _LOCAL.unpack(
            file.read(_LOCAL.size)
        )
        name = file.read(name_length)
        is_same = name.decode("utf-8", "replace") == member.filename == member.orig_filename
        if signature != _LOCAL_SIGNATURE or not is_same or method != member.compress_type:
            return "a zip whose directory names other members than it has"
        if (flags | member.flag_bits) & _ENCRYPTED:
            return "a zip with encrypted members"
        has_sizes = not flags & _SIZES_FOLLOW and _ZIP64 not in (stored, full)
        if has_sizes and (stored, full) != (member.compress_size, member.file_size):
            return "a zip whose directory names other sizes than its members have"
        if start < end or (end == 0 and start != 0):
            return "a zip whose members overlap or begin late"
        end = start + _LOCAL.size + name_length + extra + member.compress_size
    return "a zip whose members reach into its directory" if end > directory else None


def hostile_names(members: list[zipfile.ZipInfo]) -> str | None:
    """PyTorch's writers give each member its own name, under one folder: anything else is an attack or a mistake."""
    names = [member.filename for member in members]
    if len(set(names)) < len(names):
        return "a zip with two members of one name"
    if any(".." in PurePosixPath(name).parts or name.startswith("/") or "\\" in name for name in names):
        return "a zip whose members lead out of it"
    if len({name.split("/")[0] for name in names}) > 1:
        return "a zip of several folders"
    return None


def hostile_compression(members: list[zipfile.ZipInfo], *, is_script: bool) -> str | None:
    """torch.save and torch.export.save store; torch.jit.save deflates its code."""
    packed = [member for member in members if member.compress_type != zipfile.ZIP_STORED]
    if any(member.compress_type == zipfile.ZIP_STORED for member in members) and any(
        member.file_size != member.compress_size
        for member in members
        if member.compress_type == zipfile.ZIP_STORED
    ):
        return "a zip whose stored members have two sizes"
    if not is_script:
        return "a zip with compressed members, which torch.save never writes" if packed else None
    is_code = all(member.filename.split("/")[1:2] == ["code"] for member in packed)
    if not is_code or sum(member.file_size for member in packed) > _LARGEST_CODE:
        return "a zip with compressed members, which torch.jit.save never writes"
    return None
