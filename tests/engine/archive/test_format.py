"""The format is a promise: what was written once can be read for ever."""

from pathlib import Path

import numpy as np

from engine.archive.container import decode_archive, encode_archive
from engine.archive.records import Archive, CodebookTensor, DataType, GridTensor, PlainTensor

KEPT = Path(__file__).with_name("version_1.penjing")


def written_once() -> Archive:
    """Made of whole numbers only, so that it is the same on every machine."""
    places = np.arange(40 * 60).reshape(40, 60)
    mixed = (places * 2654435761 % 4294967296) >> 16
    levels = np.where(mixed % 97 < np.arange(40)[:, None], mixed % 31 - 15, 0).astype(np.int32)
    values = ((mixed[0] - 32768) / 65536).astype(np.float32)
    return Archive(
        tensors=(
            GridTensor(name="grid", levels=levels, scales=np.arange(1, 41, dtype=np.float32)),
            CodebookTensor(name="book", indices=(mixed[:5] % 4).astype(np.int32), table=np.arange(4.0)),
            PlainTensor(name="plain", values=values, data_type=DataType.FLOAT32),
            PlainTensor(name="count", values=np.array(-7), data_type=DataType.INT64),
        ),
        document=b'{"schema": 1}',
    )


def test_that_a_file_written_by_the_first_version_is_still_read():
    found = decode_archive(KEPT.read_bytes(), path=KEPT.name)
    wanted = written_once()
    assert found.document == wanted.document
    assert [type(tensor) for tensor in found.tensors] == [type(tensor) for tensor in wanted.tensors]
    for one, other in zip(found.tensors, wanted.tensors, strict=True):
        assert one.name == other.name
        assert one.dense().dtype == other.dense().dtype
        assert np.array_equal(one.dense(), other.dense())


def test_that_what_was_decoded_is_encoded_to_the_same_bytes():
    data = encode_archive(written_once())
    assert encode_archive(decode_archive(data, path="")) == data
