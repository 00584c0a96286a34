"""An archive opened again: its document says what the network was and how it was cut, its tensors are the weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch

from engine.archive.container import decode_archive
from engine.archive.records import Archive, DataType, PlainTensor
from engine.archive.records import Tensor as ArchivedTensor
from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import SourceFormat
from engine.contract.recipe import JointSpec, PruneSpec, QuantizeSpec, RecoverSpec
from engine.contract.record import Record
from engine.contract.source import ModelSource
from engine.models.content import Content, Entry
from engine.models.cuts.history import History
from engine.models.identity import identity_of_tensors
from engine.models.state import check_tensors

SCHEMA = 1


class ValueGrid(Record, frozen=True, kw_only=True, array_like=True):
    """The grid of one value between layers: 0 … ``top``, of which ``zero_point`` stands for 0.

    ``layers`` are those that alone read the value on this grid; none where all do.
    """

    scale: float
    zero_point: int
    top: int
    layers: tuple[str, ...] = ()


class Document(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What an archive says of its tensors.

    Attributes:
        schema: of this record.
        name: of the run.
        history: what the network was and how it was cut; its ``weights`` are empty, as the archive has a SHA-256.
        prune, quantize, recover, joint, seed: what the recipe asked; where files lay is nobody else's business.
        values: the grid of each value that is rounded, by the name of its node in the traced network.
        accuracy: on the test split, with everything rounded.
    """

    schema: int
    name: str
    history: History
    prune: PruneSpec | None = None
    quantize: QuantizeSpec | None = None
    recover: RecoverSpec = msgspec.field(default_factory=RecoverSpec)
    joint: JointSpec = msgspec.field(default_factory=JointSpec)
    seed: int = 0
    values: dict[str, ValueGrid] = msgspec.field(default_factory=dict)
    accuracy: float | None = None


class _Head(msgspec.Struct):
    schema: int = 0


def document_of(archive: Archive, path: Path) -> Document | None:
    """What the archive says; None where it says nothing.

    Raises:
        RequestError: it is no such document, or one of a later Penjing.
    """
    return decoded_document(archive.document, path, msgspec.msgpack.decode) if archive.document else None


def decoded_document(content: bytes | str, path: Path, decode: Callable[..., Any]) -> Document:
    """A document of either encoding.

    Args:
        content: its bytes or its text.
        path: the file that it stands in.
        decode: msgspec's function for the encoding.

    Raises:
        RequestError: it is no such document, or one of a later Penjing.
    """
    try:
        schema = decode(content, type=_Head).schema
        if schema > SCHEMA:
            raise RequestError("history_newer", path=path, found=schema, wanted=SCHEMA)
        document: Document = decode(content, type=Document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError("history_damaged", path=path, reason=error) from None
    return document


def tell_of_values(document: Document, path: Path, ctx: RunContext) -> None:
    """Says it where a network that is opened answers otherwise than the one that was measured."""
    if document.values:
        ctx.warn("note_values_not_rounded", path=path.name, count=len(document.values))


def state_of(archive: Archive) -> dict[str, torch.Tensor]:
    """The tensors as torch computes with them, by name."""
    return {tensor.name: _as_torch(tensor) for tensor in archive.tensors}


def _as_torch(tensor: ArchivedTensor) -> torch.Tensor:
    dense = tensor.dense()
    # A tensor of no dimensions would come back with one.
    values = torch.from_numpy(np.ascontiguousarray(dense).reshape(dense.shape))
    is_bfloat16 = isinstance(tensor, PlainTensor) and tensor.data_type is DataType.BFLOAT16
    return values.view(torch.bfloat16) if is_bfloat16 else values


def archive_content(path: Path, source: ModelSource, ctx: RunContext) -> Content:
    """The weights of an archive and the network's history; nothing of it is run.

    Raises:
        RequestError: it is damaged, too large, or of a later Penjing.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RequestError("file_unreadable", path=path, reason=error.strerror) from None
    archive = decode_archive(data, path=str(path))
    state, document = state_of(archive), document_of(archive, path)
    if not state:
        raise RequestError("file_no_weights", path=path, found="an archive without tensors")
    check_tensors(path, state)
    history = None
    if document is not None:
        tell_of_values(document, path, ctx)
        # The archive's own SHA-256 has been checked already.
        history = msgspec.structs.replace(document.history, weights=identity_of_tensors(state)[0])
    return Content(
        format=SourceFormat.ARCHIVE, path=path, entries=(Entry(state=state),), files=(path,), history=history
    )
