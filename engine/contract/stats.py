"""What is inside a model: per layer, in total, and how well it does.

NaN and infinity travel as null, so metrics are ``float | None``.
"""

import msgspec

from engine.contract.methods import SensitivityKind
from engine.contract.record import Record
from engine.contract.source import SourceInfo


class Histogram(Record, frozen=True, kw_only=True):
    """Counts of values between edges: ``len(edges) == len(counts) + 1``."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


class ChannelRanges(Record, frozen=True, kw_only=True):
    """The smallest and largest weight of each output channel, in order.

    Where a layer has more than 128 channels, ``together`` neighbours share one value.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    together: int = 1


class OutputStats(Record, frozen=True, kw_only=True):
    """What a layer answers on calibration samples; ``zeros`` is the share of exact zeros."""

    min: float | None
    max: float | None
    mean: float | None
    std: float | None
    zeros: float
    histogram: Histogram


class LayerSuggestion(Record, frozen=True, kw_only=True):
    """What a layer bears by the measured sensitivity; None where it was not measured or nothing is borne."""

    weight_ratio: float | None = None
    channel_ratio: float | None = None
    bits: int | None = None


class LayerSensitivity(Record, frozen=True, kw_only=True):
    """What pruning and quantizing one layer alone would cost, the rest left as it is.

    Attributes:
        prune: (ratio of single weights set to zero, score). Quick: share of the weights' energy that is left; full:
            the metric on validation samples.
        channels: the same for whole channels, with all that is coupled to them; empty where none can be cut.
        quantize: (bits, score). Quick: signal to quantization noise in decibels; full: the metric.
        suggestion: the most that it bears: full, within one point of accuracy; quick, 95 % of the energy, 20 decibels.
    """

    prune: tuple[tuple[float, float], ...] = ()
    quantize: tuple[tuple[int, float], ...] = ()
    channels: tuple[tuple[float, float], ...] = ()
    suggestion: LayerSuggestion = LayerSuggestion()


class SensitivityMap(Record, frozen=True, kw_only=True):
    """The sensitivity of every layer, by name.

    Attributes:
        metric: what the scores of a full map are: ``accuracy`` (a share).
        baseline: the metric of the unchanged model on the same samples; None for quick.
        samples: validation samples that were measured; 0 for quick.
        is_cached: it was not computed now.
    """

    kind: SensitivityKind
    layers: dict[str, LayerSensitivity]
    metric: str = "accuracy"
    baseline: float | None = None
    samples: int = 0
    is_cached: bool = False


class LayerStats(Record, frozen=True, kw_only=True):
    """One layer that has weights.

    Attributes:
        kind: the module's type, such as ``Conv2d``.
        shape: of the weight.
        parameters: elements of weight and bias.
        sparsity: share of zeros in the weight.
        parameter_bytes: elements × bits ÷ 8, computed (not a file's length).
        macs: multiplications of one sample, null where the layer was not reached.
        min, max, mean, std: of the weight.
        kurtosis: of the weight, 3 for a normal distribution; null where it has no spread.
        size_share: share of the model's parameter bytes.
        channels: output channels, null where the layer has none.
        ranges: of the output channels.
        output: what the layer answers, where the model was inspected with data.
        dead_channels: output channels whose weights are all zero.
        prunable: whether its channels can be cut; ``locked_because`` says why not.
        group: the channel group it is coupled in, null where it stands alone.
        block: the residual block that it can go with, null where it lies in none; told on inspection only.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    sparsity: float
    parameter_bytes: int
    macs: int | None
    min: float | None
    max: float | None
    mean: float | None
    std: float | None
    histogram: Histogram
    channels: int | None = None
    dead_channels: int = 0
    prunable: bool = False
    locked_because: str | None = None
    locked_code: str = ""
    locked_arguments: dict[str, str] = msgspec.field(default_factory=dict)
    group: int | None = None
    block: int | None = None
    sensitivity: LayerSensitivity = LayerSensitivity()
    kurtosis: float | None = None
    size_share: float = 0.0
    ranges: ChannelRanges | None = None
    output: OutputStats | None = None


class Totals(Record, frozen=True, kw_only=True):
    """Sums over the model; ``sparsity`` is the share of zeros among all parameters."""

    parameters: int
    nonzero: int
    parameter_bytes: int
    sparsity: float
    macs: int | None = None


class Metrics(Record, frozen=True, kw_only=True):
    """How well a model does on one split. Precision, recall and F1 are macro averages."""

    loss: float | None = None
    accuracy: float | None = None
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    top5: float | None = None


class Latency(Record, frozen=True, kw_only=True):
    """Milliseconds of one run of a batch in the runtime."""

    p50: float
    p95: float
    threads: int
    batch: int
    runs: int


class ModelStats(Record, frozen=True, kw_only=True):
    """A model before or after: sizes, metrics on the test split, confusion (rows: true class), layers."""

    parameters: int
    nonzero: int
    sparsity: float
    parameter_bytes: int
    macs: int | None
    bops: int | None
    totals: Totals
    layers: tuple[LayerStats, ...]
    metrics: Metrics = Metrics()
    confusion: tuple[tuple[int, ...], ...] = ()
    latency_ms: Latency | None = None


class Inspection(Record, frozen=True, kw_only=True):
    """The answer to *what is inside*: the source, its layers, sums, and metrics where data was given.

    Attributes:
        sensitivity: how that of the layers was measured, where it was; its own ``layers`` are empty then.
        bare_because: why only tensors are known and not the network that computes with them: such a model can be
            looked at, and neither measured nor compressed. Null for a whole model; with its code and arguments.
    """

    source: SourceInfo
    layers: tuple[LayerStats, ...]
    totals: Totals
    metrics: Metrics = Metrics()
    bare_because: str | None = None
    bare_code: str = ""
    bare_arguments: dict[str, str] = msgspec.field(default_factory=dict)
    sensitivity: SensitivityMap | None = None
