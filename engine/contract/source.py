"""Which file a model comes from."""

from engine.contract.methods import SourceFormat
from engine.contract.record import Record


class ModelSource(Record, frozen=True, kw_only=True):
    """What the user points at.

    Attributes:
        file: an absolute path, or the word ``sample``.
        architecture: for weights only: ``torchvision:NAME?argument=value`` or an absolute ``FILE.py:callable``.
        input_shape: of one sample, without the batch.
    """

    file: str
    architecture: str | None = None
    input_shape: tuple[int, ...] | None = None


class SourceInfo(Record, frozen=True, kw_only=True):
    """What was found there; ``size_bytes`` is the file's length."""

    file: str
    format: SourceFormat
    sha256: str
    size_bytes: int
    architecture: str | None = None
    input_shape: tuple[int, ...] | None = None
    output_classes: int | None = None
