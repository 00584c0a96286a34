"""Which file a model comes from."""

from engine.contract.methods import SourceFormat
from engine.contract.record import Record


class ModelSource(Record, frozen=True, kw_only=True):
    """What the user points at.

    Attributes:
        file: an absolute path of a file or folder, the word ``sample``, or ``torchvision:NAME`` and ``timm:NAME``.
        architecture: for weights only: ``torchvision:NAME?argument=value``, ``timm:NAME`` or an absolute
            ``FILE.py:callable``.
        input_shape: of one sample, without the batch.
        entry: which of several sets of weights in a checkpoint; None takes the averaged ones (EMA) where there are.
    """

    file: str
    architecture: str | None = None
    input_shape: tuple[int, ...] | None = None
    entry: str | None = None


class PrunedFrom(Record, frozen=True, kw_only=True):
    """What Penjing pruned a network from: a name of it, and how many parameters it had."""

    name: str
    parameters: int


class SourceInfo(Record, frozen=True, kw_only=True):
    """What was found there.

    Attributes:
        size_bytes: the file's length; of a folder, of the files that hold the weights.
        architecture: as it was named, or as it was guessed where ``is_guessed``.
        entry: the set of weights that was taken, empty where the file holds just one.
        vocabulary: how many word numbers the model takes, None where it takes floats.
        pruned_from: what it was, where the file says that.
    """

    file: str
    format: SourceFormat
    sha256: str
    size_bytes: int
    architecture: str | None = None
    input_shape: tuple[int, ...] | None = None
    output_classes: int | None = None
    is_guessed: bool = False
    entry: str = ""
    vocabulary: int | None = None
    pruned_from: PrunedFrom | None = None


class WeightsMatch(Record, frozen=True, kw_only=True):
    """How well a file's tensors fit an architecture. ``matched`` of ``total`` agree in name and shape.

    The names are at most ten each; ``mismatched_names`` carry both shapes.
    """

    architecture: str
    matched: int
    total: int
    missing: int = 0
    unexpected: int = 0
    mismatched: int = 0
    missing_names: tuple[str, ...] = ()
    unexpected_names: tuple[str, ...] = ()
    mismatched_names: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the model can be opened so."""
        return self.missing == self.unexpected == self.mismatched == 0


class FileContents(Record, frozen=True, kw_only=True):
    """What a file is, found without running anything of it.

    Attributes:
        entries: the sets of weights in it, the one that is taken first.
        tensors, parameters: how many there are in that set.
        needs_architecture: whether it holds weights only.
        match: with the architecture that was asked for.
        guesses: architectures that fit, best first.
        wants: what it would import or run; empty where nothing has to be trusted.
        pruned_from: what it was, where the file says that.
    """

    format: SourceFormat
    size_bytes: int
    tensors: int = 0
    parameters: int = 0
    entries: tuple[str, ...] = ()
    needs_architecture: bool = False
    match: WeightsMatch | None = None
    guesses: tuple[WeightsMatch, ...] = ()
    wants: tuple[str, ...] = ()
    pruned_from: PrunedFrom | None = None
