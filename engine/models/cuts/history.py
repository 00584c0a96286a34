"""The history of a pruned network, inside the file of its weights.

It is a record of the zip that torch.save writes, beside the pickle. torch.load does not look there, with
``weights_only`` or without, so that the file stays what everybody expects: a state_dict.
"""

import io
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from engine.contract.errors import RequestError
from engine.contract.record import Record
from engine.models.cuts.records import Lineage
from engine.models.example import Example

SCHEMA = 1
_MEMBER = "penjing.json"
_LARGEST = 2**25
_PACKAGES = ("penjing", "torch", "torchvision", "timm", "transformers")


class History(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What stands beside the weights.

    Attributes:
        schema: of this record.
        versions: of the packages that were there when it was written.
        weights: SHA-256 over the names and values of all tensors.
        input_shape: of one sample.
        vocabulary: how many word numbers the network takes, None where it takes floats.
        lineage: where the network comes from.
    """

    schema: int
    versions: dict[str, str]
    weights: str
    input_shape: tuple[int, ...]
    vocabulary: int | None = None
    lineage: Lineage

    @property
    def example(self) -> Example:
        """The form of one sample."""
        return Example(self.input_shape, self.vocabulary)


class _Head(msgspec.Struct):
    schema: int = 0


def write_history(lineage: Lineage, *, weights: str, example: Example) -> History:
    """The history of a network that has those weights, as of now."""
    return History(
        schema=SCHEMA,
        versions=_versions(),
        weights=weights,
        input_shape=example.shape,
        vocabulary=example.vocabulary,
        lineage=lineage,
    )


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def with_history(content: bytes, history: History) -> bytes:
    """The bytes of a file of torch.save with the history in it."""
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive:
        # Without the time of day: the same network makes the same file.
        archive.writestr(zipfile.ZipInfo(_name_in(archive)), msgspec.json.encode(history))
    return buffer.getvalue()


def history_in(path: Path) -> History | None:
    """The history in a file of torch.save whose structure has been checked; None where there is none.

    Raises:
        RequestError: it is damaged, forged, or of a later Penjing.
    """
    with zipfile.ZipFile(path) as archive:
        name = _name_in(archive)
        if name not in archive.namelist():
            return None
        if archive.getinfo(name).file_size > _LARGEST:
            raise RequestError("history_damaged", path=path, reason="it is too large")
        try:
            content = archive.read(name)
        except (zipfile.BadZipFile, OSError) as error:
            raise RequestError("history_damaged", path=path, reason=error) from None
    return _decoded(path, content)


def _name_in(archive: zipfile.ZipFile) -> str:
    return f"{archive.namelist()[0].partition('/')[0]}/{_MEMBER}"


def _decoded(path: Path, content: bytes) -> History:
    try:
        schema = msgspec.json.decode(content, type=_Head).schema
        if schema > SCHEMA:
            raise RequestError("history_newer", path=path, found=schema, wanted=SCHEMA)
        return msgspec.json.decode(content, type=History)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError("history_damaged", path=path, reason=error) from None
