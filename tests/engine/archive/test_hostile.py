"""Whatever a file holds, it is an archive or one kind of error, soon."""

import struct
import zlib

import msgspec
import numpy as np
import pytest

from engine.archive.container import decode_archive, encode_archive
from engine.archive.records import Archive, CodebookTensor, DataType
from engine.contract.errors import RequestError
from tests.engine.archive.tensors import grid, levels_of, plain

FRONT, FORGED = 9, 2000


def _archive() -> Archive:
    rng = np.random.default_rng(0)
    uneven = rng.random((20, 30)) < np.linspace(0, 0.4, 20)[:, None]
    tensors = (
        grid(levels_of(uneven, rng, 8), name="a"),
        grid(levels_of(rng.random((4, 5, 3, 3)) < 0.1, rng, 16), name="b"),
        plain(rng.standard_normal(30).astype(np.float32), name="c"),
        CodebookTensor(name="d", indices=rng.integers(0, 3, 40).astype(np.int32), table=np.arange(3.0)),
        plain(rng.integers(-9, 9, 7), name="e"),
    )
    return Archive(tensors=tensors, document=b"{}")


ARCHIVE = _archive()
DATA = encode_archive(ARCHIVE)


def sealed(body: bytes) -> bytes:
    return body + struct.pack("<I", zlib.crc32(body))


def with_header(document: object, stream: bytes = b"") -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    header = deflater.compress(msgspec.msgpack.encode(document)) + deflater.flush()
    return sealed(b"PJAR\x01" + struct.pack("<I", len(header)) + header + stream + bytes(32))


def told(data: bytes, **limit: int) -> str:
    with pytest.raises(RequestError) as caught:
        decode_archive(data, path="net.penjing", **limit)
    return caught.value.code


def test_that_any_flipped_byte_is_told():
    rng = np.random.default_rng(1)
    for place in range(len(DATA)):
        flipped = bytearray(DATA)
        flipped[place] ^= int(rng.integers(1, 256))
        assert told(bytes(flipped)) == "archive_damaged"


def test_that_any_lost_end_is_told():
    assert {told(DATA[:length]) for length in range(len(DATA))} == {"archive_damaged"}


def test_that_a_longer_file_is_told():
    assert told(DATA + b"\0") == "archive_damaged"


def test_that_a_forger_who_seals_the_file_again_gets_the_same_tensors_or_an_error():
    rng = np.random.default_rng(2)
    wanted = [tensor.dense().tobytes() for tensor in ARCHIVE.tensors]
    refused = 0
    for _ in range(400):
        body = bytearray(DATA[:-4])
        for place in rng.integers(5, len(body), int(rng.integers(1, 4))):
            body[place] ^= int(rng.integers(1, 256))
        try:
            found = decode_archive(sealed(bytes(body)), path="", limit_bytes=2**20)
        except RequestError:
            refused += 1
        else:
            assert [tensor.dense().tobytes() for tensor in found.tensors] == wanted
    assert refused > 350


def test_that_random_streams_behind_a_sound_header_are_refused():
    rng = np.random.default_rng(3)
    size = struct.unpack_from("<I", DATA, 5)[0]
    for length in range(0, 200, 4):
        body = DATA[: FRONT + size] + rng.bytes(length) + bytes(32)
        assert told(sealed(body)) == "archive_damaged"


@pytest.mark.parametrize(
    "entry",
    [
        ("w", 0, 0, [10, -1], 1),
        ("w", 0, 0, [10], 0),
        ("w", 0, 0, [10], 3),
        ("w", 0, 0, [10], -3),
        ("w", 1, 0, [10], 0),
        ("w", 7, 0, [10], 1),
        ("w", 2, 99, [10], 0),
        ("w", 2, 0, [1] * 65, 0),
        ("w", 2, 0, 10, 0),
        (5, 2, 0, [10], 0),
        ("w", 2, 0),
        "w",
    ],
)
def test_that_senseless_headers_are_refused(entry):
    assert told(with_header([b"", [entry]])) == "archive_damaged"


def test_that_two_tensors_of_one_name_are_refused():
    assert told(with_header([b"", [("w", 2, 0, [1], 0)] * 2])) == "archive_damaged"


@pytest.mark.parametrize("shape", [[2**40], [2**20, 2**20, 2**20], [0, 2**62, 2**62], [2**63]])
def test_that_sizes_are_checked_before_anything_is_made(shape):
    assert told(with_header([b"", [("w", 2, DataType.UINT8, shape, 0)]])) == "archive_too_large"


def test_that_many_tensors_count_together():
    entries = [(str(index), 2, 0, [2**18], 0) for index in range(100)]
    assert told(with_header([b"", entries]), limit_bytes=50 * 2**20) == "archive_too_large"


def test_that_a_limit_as_large_as_the_tensors_is_enough():
    data = encode_archive(Archive(tensors=(plain(np.zeros(1000, np.float32)),)))
    assert decode_archive(data, path="", limit_bytes=4000).tensors[0].dense().size == 1000
    assert told(data, limit_bytes=3999) == "archive_too_large"


def test_that_a_header_that_inflates_endlessly_is_refused():
    assert told(with_header([bytes(17 * 2**20), []])) == "archive_damaged"


def test_that_a_document_that_could_not_be_read_is_not_written():
    with pytest.raises(ValueError, match="too large"):
        encode_archive(Archive(tensors=(), document=bytes(17 * 2**20)))


def test_that_hundreds_of_thousands_of_tensors_are_refused_before_the_first():
    entries = [(str(index), 2, 0, [0], 0) for index in range(70_000)]
    assert told(with_header([b"", entries])) == "archive_damaged"


def test_that_a_stream_too_short_for_its_flags_ends_soon():
    """A hundred bytes cannot stand for a hundred millions of flags, each of which costs something."""
    data = with_header([b"", [("w", 2, DataType.UINT8, [10_000, 10_000], 0)]], b"\x55" * 40)
    assert told(data) == "archive_damaged"


def test_that_deep_nesting_in_the_header_is_refused():
    deep: object = []
    for _ in range(900):
        deep = [deep]
    assert told(with_header([b"", deep])) == "archive_damaged"


def test_that_a_newer_version_is_named():
    with pytest.raises(RequestError, match="version 2"):
        decode_archive(sealed(b"PJAR\x02" + DATA[5:-4]), path="net.penjing")
