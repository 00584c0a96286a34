"""Before against after: what ``report.json`` holds and ``RunFinished.result`` carries.

Ratios are before ÷ after, so larger is better; ``accuracy_change`` is after − before on the test split.
"""

import msgspec

from engine.contract.methods import ExportFormat
from engine.contract.recipe import Recipe
from engine.contract.record import Record
from engine.contract.source import SourceInfo
from engine.contract.stats import Latency, Metrics, ModelStats


class Environment(Record, frozen=True, kw_only=True):
    """Where the figures were measured."""

    penjing: str
    python: str
    torch: str
    onnxruntime: str
    cpu: str
    threads: int
    device: str
    platform: str = ""


class Ratios(Record, frozen=True, kw_only=True):
    """Before ÷ after.

    Attributes:
        compression: 4 × parameters of the original ÷ archive bytes; null without an archive.
        file: float32 ONNX of the original ÷ int8 ONNX, both without the exporter's metadata.
        latency: the same two files, batch 1, alternating in one process.
    """

    compression: float | None = None
    file: float | None = None
    parameters: float | None = None
    macs: float | None = None
    bops: float | None = None
    latency: float | None = None
    accuracy_change: float | None = None


class LayerDiagnosis(Record, frozen=True, kw_only=True):
    """What rounding does to a layer's answers on calibration samples: signal to noise in decibels, and cosines.

    Attributes:
        weight_cosine: of the dequantized weights and the float ones.
        local_sqnr_db, local_cosine: this layer alone is rounded, its weights and what it reads.
        cumulative_sqnr_db, cumulative_cosine: all that stands before it too.
        is_guilty: it errs far more by itself than most layers do.
    """

    weight_cosine: float | None
    local_sqnr_db: float | None
    local_cosine: float | None
    cumulative_sqnr_db: float | None
    cumulative_cosine: float | None
    is_guilty: bool = False


class LayerReport(Record, frozen=True, kw_only=True):
    """One layer before and after; ``why`` says why it was left as it is, or went (``why_code`` for other languages).

    Of a layer that went as a whole the shape is empty, and bytes, bits and multiplications are 0. ``diagnosis`` is of
    layers that a completed run has rounded.
    """

    name: str
    kind: str
    shape_before: tuple[int, ...]
    shape_after: tuple[int, ...]
    sparsity_before: float
    sparsity_after: float
    weight_bits: int
    activation_bits: int
    parameter_bytes_before: int
    parameter_bytes_after: int
    macs_before: int | None
    macs_after: int | None
    sqnr_db: float | None
    why: str | None
    diagnosis: LayerDiagnosis | None = None
    why_code: str = ""
    why_arguments: dict[str, str] = msgspec.field(default_factory=dict)


class DataFile(Record, frozen=True, kw_only=True):
    """What holds the tensors of an ONNX file of more than 2 GB, in the same folder: neither is anything alone."""

    name: str
    size_bytes: int
    sha256: str


class Artifact(Record, frozen=True, kw_only=True):
    """A file that was written, re-opened and re-run.

    Attributes:
        path: relative to the run's folder.
        size_bytes: the file's length, read back, with that of ``data``.
        data: the file beside it, where its tensors lie apart.
        agreement: share of the test split with the same arg max as the compressed torch model; for integer files it
            computes in the integers that its fake quantizers stand for.
        simulation_agreement: the same share between those integers and the fake quantizers' float arithmetic: low
            where a network amplifies the smallest difference.
        max_error: largest difference of outputs ÷ largest output.
        integer_operators, float_operators: of the runtime's optimised graph.
    """

    path: str
    format: ExportFormat
    size_bytes: int
    sha256: str
    verified: bool
    why: str
    runtime: str
    accuracy: float | None = None
    agreement: float | None = None
    max_error: float | None = None
    integer_operators: int = 0
    float_operators: int = 0
    latency_ms: Latency | None = None
    why_code: str = ""
    why_arguments: dict[str, str] = msgspec.field(default_factory=dict)
    simulation_agreement: float | None = None
    data: DataFile | None = None

    @property
    def paths(self) -> str:
        """The file, and the one beside it."""
        return self.path if self.data is None else f"{self.path} + {self.data.name}"


class ParetoPoint(Record, frozen=True, kw_only=True):
    """One verified candidate of a search."""

    size_bytes: int
    accuracy: float | None
    latency_ms: float | None
    recipe: str


class Report(Record, frozen=True, kw_only=True):
    """The whole of a run: asked, found, done."""

    schema: int = 1
    outcome: str
    recipe: Recipe
    source: SourceInfo
    environment: Environment
    weights_sha256: str
    before: ModelStats
    after: ModelStats
    ratios: Ratios
    layers: tuple[LayerReport, ...]
    artifacts: tuple[Artifact, ...]
    pareto: tuple[ParetoPoint, ...] = ()
    seconds: dict[str, float] = msgspec.field(default_factory=dict)


class Verification(Record, frozen=True, kw_only=True):
    """What ``penjing verify`` answers about one file."""

    format: str
    size_bytes: int
    sha256: str
    accuracy: float | None
    metrics: Metrics
    latency_ms: Latency | None
    integer_operators: int
    float_operators: int
    verified: bool
    why: str
    data: DataFile | None = None
