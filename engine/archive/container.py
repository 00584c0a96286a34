"""The file: what is in it, all tensors as one range-coded stream, and two sums that say whether it is whole.

::

    magic       5 bytes    PJAR, and the version of what follows
    size        4 bytes    of the header, little-endian, as all that follows
    header      deflated   msgpack: the document; name, kind, type, shape and number of scales of every tensor
    stream      the rest   the tensors, in the header's order
    SHA-256    32 bytes    of the decoded tensors
    CRC-32      4 bytes    of everything before

A CRC finds what fell over on its way before anything is decoded. The SHA-256 of what was measured says that this
decoder, on this machine, has made the same tensors of it.
"""

import struct
import zlib

import msgspec
import numpy as np

from engine.archive.coder import DamagedError, RangeReader, RangeWriter
from engine.archive.records import (
    Archive,
    CodebookTensor,
    DataType,
    GridTensor,
    PlainTensor,
    Tensor,
    hash_tensors,
)
from engine.archive.tensors import code_tensor
from engine.contract.errors import RequestError

VERSION = 1
LIMIT_BYTES = 4 * 2**30
_MAGIC = b"PJAR"
_FRONT = struct.Struct("<4sBI")
_CRC = struct.Struct("<I")
_DIGEST_BYTES = 32
_HEADER_LIMIT = 16 * 2**20
_MOST_TENSORS = 1 << 16
_MOST_DIMENSIONS = 32
_GRID, _CODEBOOK, _PLAIN = range(3)


class _Entry(msgspec.Struct, frozen=True, array_like=True):
    """A tensor's line in the header; ``count`` is that of its scales, or of its table.

    ``group_size`` came later; lines without it have no groups.
    """

    name: str
    kind: int
    data_type: int
    shape: tuple[int, ...]
    count: int
    group_size: int = 0


class _Header(msgspec.Struct, frozen=True, array_like=True):
    document: bytes
    entries: tuple[_Entry, ...]


def is_archive(head: bytes) -> bool:
    """Whether a file begins as an archive does, of whichever version."""
    return head.startswith(_MAGIC)


def encode_archive(archive: Archive) -> bytes:
    """The whole file.

    Raises:
        ValueError: two tensors have one name, or the document is larger than 16 MiB.
    """
    if len({tensor.name for tensor in archive.tensors}) < len(archive.tensors):
        raise ValueError("every tensor has a name of its own")
    entries = tuple(map(_entry, archive.tensors))
    plain_header = msgspec.msgpack.encode(_Header(archive.document, entries))
    if len(plain_header) > _HEADER_LIMIT:
        raise ValueError("the document is too large to be read again")
    header = _deflate(plain_header)
    writer = RangeWriter()
    for tensor in archive.tensors:
        code_tensor(writer, tensor)
    front = _FRONT.pack(_MAGIC, VERSION, len(header))
    body = front + header + writer.to_bytes() + hash_tensors(archive.tensors)
    return body + _CRC.pack(zlib.crc32(body))


def decode_archive(data: bytes, *, path: str, limit_bytes: int = LIMIT_BYTES) -> Archive:
    """The archive that was written.

    Args:
        data: the whole file.
        path: what messages call it.
        limit_bytes: so large may all tensors be together; decoding takes ten times the largest for a while.

    Raises:
        RequestError: it is no whole archive of a known version, or too large.
    """
    try:
        header, stream, digest = _parts(data, path)
        if sum(map(_dense_bytes, header.entries)) > limit_bytes:
            raise RequestError("archive_too_large", path=path, limit=f"{limit_bytes / 2**30:.1f} GiB")
        tensors = _decode_tensors(header.entries, stream)
        if hash_tensors(tensors) != digest:
            raise DamagedError("other tensors than were written")
    except (ValueError, msgspec.MsgspecError, zlib.error, struct.error) as error:
        raise RequestError("archive_damaged", path=path) from error
    return Archive(tensors=tensors, document=header.document)


def _parts(data: bytes, path: str) -> tuple[_Header, bytes, bytes]:
    """Header, stream and digest of a file that fell over nowhere."""
    magic, version, size = _FRONT.unpack_from(data)
    end = len(data) - _CRC.size
    stream, digest = _FRONT.size + size, end - _DIGEST_BYTES
    if magic != _MAGIC or stream > digest or zlib.crc32(data[:end]) != _CRC.unpack_from(data, end)[0]:
        raise DamagedError("no archive, or not a whole one")
    if version != VERSION:
        raise RequestError("archive_version", path=path, version=version)
    header = msgspec.msgpack.decode(_inflate(data[_FRONT.size : stream]), type=_Header)
    return header, data[stream:digest], data[digest:end]


def _decode_tensors(entries: tuple[_Entry, ...], stream: bytes) -> tuple[Tensor, ...]:
    if len({entry.name for entry in entries}) < len(entries):
        raise DamagedError("two tensors of one name")
    if len(entries) > _MOST_TENSORS:
        raise DamagedError("more tensors than networks have")
    reader = RangeReader(stream)
    tensors = tuple(code_tensor(reader, _blank(entry)) for entry in entries)
    reader.check_end()
    return tensors


def _entry(tensor: Tensor) -> _Entry:
    kind, data_type, count, group_size = _PLAIN, DataType.FLOAT32, 0, 0
    if isinstance(tensor, GridTensor):
        kind, shape, count, group_size = _GRID, tensor.levels.shape, tensor.scales.size, tensor.group_size
    elif isinstance(tensor, CodebookTensor):
        kind, shape, count = _CODEBOOK, tensor.indices.shape, tensor.table.size
    else:
        shape, data_type = tensor.values.shape, tensor.data_type
    return _Entry(tensor.name, kind, int(data_type), shape, count, group_size)


def _blank(entry: _Entry) -> Tensor:
    """A tensor of zeros for the reader to fill, of an entry whose size was checked."""
    try:
        data_type = DataType(entry.data_type)
        if entry.kind == _PLAIN:
            values = np.zeros(entry.shape, data_type.numpy)
            return PlainTensor(name=entry.name, values=values, data_type=data_type)
        places, floats = np.zeros(entry.shape, np.int32), np.zeros(entry.count, np.float32)
        if entry.kind == _GRID:
            return GridTensor(name=entry.name, levels=places, scales=floats, group_size=entry.group_size)
        return CodebookTensor(name=entry.name, indices=places, table=floats)
    except ValueError as error:
        raise DamagedError("no such tensor") from error


def _dense_bytes(entry: _Entry) -> int:
    """How large the tensor is, in numbers of any size, before there is an array."""
    shape_is_sound = len(entry.shape) <= _MOST_DIMENSIONS and min(entry.shape, default=0) >= 0
    is_known = entry.kind in (_GRID, _CODEBOOK, _PLAIN) and entry.data_type in list(DataType)
    if not shape_is_sound or not is_known or entry.count < 0:
        raise DamagedError("no such tensor")
    size = DataType(entry.data_type).numpy.itemsize
    for dimension in entry.shape:
        size *= max(1, dimension)
    return size + 4 * entry.count


def _deflate(data: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush()


def _inflate(data: bytes) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    result = inflater.decompress(data, _HEADER_LIMIT)
    if not inflater.eof or inflater.unused_data:
        raise DamagedError("a header too long, or not a whole one")
    return result
