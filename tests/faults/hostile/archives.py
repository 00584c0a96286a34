"""Archives that lie: sealed with sums that fit, so that only what they claim gives them away."""

import struct
import zlib
from pathlib import Path

import msgspec
import numpy as np

from engine.archive.container import encode_archive
from engine.archive.records import Archive, DataType, PlainTensor, Tensor
from engine.contract.recipe import RecoverSpec
from engine.models.archived import Document
from engine.models.cuts.history import History
from engine.models.cuts.records import Cut, Lineage, Origin, Slice
from tests.faults.hostile.pickles import Build


def _plain(name: str, *shape: int) -> Tensor:
    return PlainTensor(name=name, values=np.zeros(shape, np.float32), data_type=DataType.FLOAT32)


def _archive(*tensors: Tensor, document: bytes = b"") -> Build:
    return _bytes(encode_archive(Archive(tensors=tensors, document=document)))


def _bytes(data: bytes) -> Build:
    def build(folder: Path, canary: Path) -> Path:
        path = folder / "model.penjing"
        path.write_bytes(data)
        return path

    return build


def _claiming(*entries: tuple[object, ...], stream: bytes = bytes(64)) -> Build:
    """A header that claims any tensors, before a stream of zeros and a SHA-256 that nobody has seen."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    header = deflater.compress(msgspec.msgpack.encode((b"", entries))) + deflater.flush()
    body = struct.pack("<4sBI", b"PJAR", 1, len(header)) + header + stream + bytes(32)
    return _bytes(body + struct.pack("<I", zlib.crc32(body)))


def _document(origin: Origin, *cuts: Cut) -> bytes:
    lineage = Lineage(origin=origin, parameters=100, cuts=cuts)
    history = History(schema=1, versions={}, weights="", input_shape=(1, 28, 28), lineage=lineage)
    return msgspec.msgpack.encode(
        Document(schema=1, name="run", history=history, recover=RecoverSpec(epochs=1))
    )


_ELSEWHERE = Cut(kept=((0, 9_999),), slices=(Slice(tensor="conv1.weight", dim=0, kept=0),))

ARCHIVES: dict[str, Build] = {
    "nothing behind its first bytes": _bytes(b"PJAR\x01"),
    "a version to come": _bytes(b"PJAR\xff" + bytes(80)),
    "a gigabyte of zeros in no stream": _claiming(("w", 2, 0, (2**28,), 0)),
    "a tensor that runs over": _claiming(("w", 2, 0, (2**62, 2**62), 0)),
    "a negative size": _claiming(("w", 2, 0, (-4,), 0)),
    "a billion scales": _claiming(("w", 0, 0, (4,), 2**30)),
    "a hundred thousand tensors": _claiming(*((str(number), 2, 0, (), 0) for number in range(100_000))),
    "no tensors": _archive(),
    "names of escapes": _archive(_plain("\x1b[2J\n{0}", 2, 2)),
    "a name of methods": _archive(_plain("__class__.forward", 2, 2)),
    "a document that is none": _archive(_plain("w", 2, 2), document=b"\xc1" * 40),
    "lists in lists": _archive(_plain("w", 2, 2), document=b"\x91" * 100_000),
    "a Python file as its origin": _archive(
        _plain("w", 2, 2), document=_document(Origin(architecture="/tmp/evil.py:net"))
    ),
    "cuts of another network": _archive(
        _plain("conv1.weight", 2, 2), document=_document(Origin(architecture="sample"), _ELSEWHERE)
    ),
}
