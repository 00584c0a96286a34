"""What the user asks for: one record per table of the recipe.

Limits, titles and help stand on the fields, so that forms, the terminal and the documentation say the same.
Constructors do not check limits; :func:`engine.contract.recipe_file.recipe_from` does.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from engine.contract.methods import (
    AudioFeatures,
    Augmentation,
    Correction,
    Device,
    ExportFormat,
    LearningRateSchedule,
    Objective,
    Observer,
    Optimizer,
    PruneGranularity,
    PruneMethod,
    QuantizeGranularity,
    QuantizeMethod,
    QuantizeMode,
    Rounding,
    Schedule,
    Scope,
    SparseTraining,
    Strategy,
    Task,
)
from engine.contract.record import Record

SCHEMA = 1


class ModelSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """Which model is compressed."""

    file: Annotated[
        str,
        Meta(
            min_length=1, title="Model file", description="A file that torch.save wrote, or the word sample."
        ),
    ]
    architecture: Annotated[
        str | None,
        Meta(
            title="Architecture",
            description="For files with weights only: torchvision:NAME or FILE.py:callable.",
        ),
    ] = None
    input_shape: Annotated[
        tuple[Annotated[int, Meta(ge=1)], ...] | None,
        Meta(
            title="Input shape",
            description="Of one sample, without the batch; only where it cannot be inferred.",
        ),
    ] = None
    entry: Annotated[
        str | None,
        Meta(
            title="Weights in the file",
            description="Where a checkpoint holds several sets of weights, such as model and model_ema: which.",
        ),
    ] = None


class TextSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How texts become numbers."""

    text_column: Annotated[
        str, Meta(title="Text column", description="Its title in the table; the first column where empty.")
    ] = ""
    label_column: Annotated[
        str, Meta(title="Label column", description="Its title in the table; the last column where empty.")
    ] = ""
    vocabulary: Annotated[
        int,
        Meta(
            ge=3,
            le=1_000_000,
            title="Vocabulary",
            description="Words that have a number: the most frequent of train, beside padding and unknown.",
        ),
    ] = 8192
    length: Annotated[
        int,
        Meta(
            ge=1,
            le=65536,
            title="Length",
            description="Words of a sample; longer texts are cut, shorter padded.",
        ),
    ] = 64
    tokenizer: Annotated[
        str,
        Meta(
            title="Tokenizer",
            description="A tokenizer.json, or a vocab.txt with a word a line; Penjing makes its own where empty.",
        ),
    ] = ""


class AudioSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How recordings become numbers."""

    features: Annotated[
        AudioFeatures, Meta(title="Features", description="What the model hears of a recording.")
    ] = AudioFeatures.LOG_MEL
    sample_rate: Annotated[
        int,
        Meta(
            ge=100,
            le=768_000,
            title="Sample rate",
            description="In hertz; recordings of another are resampled.",
        ),
    ] = 16000
    seconds: Annotated[
        float,
        Meta(
            gt=0,
            le=3600,
            title="Seconds",
            description="Longer recordings are cut, shorter padded with silence.",
        ),
    ] = 1.0
    bands: Annotated[
        int, Meta(ge=1, le=1024, title="Mel bands", description="Rows of the log-mel spectrum.")
    ] = 40
    window_ms: Annotated[
        float, Meta(gt=0, le=10_000, title="Window", description="Milliseconds that one frame hears.")
    ] = 25.0
    hop_ms: Annotated[
        float, Meta(gt=0, le=10_000, title="Hop", description="Milliseconds from one frame to the next.")
    ] = 10.0


class DataSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """On what the model is trained and measured."""

    source: Annotated[
        str,
        Meta(
            min_length=1,
            title="Data source",
            description="sample, npz:FILE, folder:DIR, torchvision:NAME, csv:FILE, audio:DIR or FILE.py:callable.",
        ),
    ] = "sample"
    task: Annotated[Task, Meta(title="Task", description="What the model does.")] = Task.CLASSIFICATION
    batch_size: Annotated[
        int, Meta(ge=1, le=65536, title="Batch size", description="Samples in one training step.")
    ] = 128
    mean: Annotated[
        tuple[float, ...],
        Meta(title="Mean", description="Subtracted from each channel; one value or one a channel."),
    ] = ()
    std: Annotated[
        tuple[Annotated[float, Meta(gt=0)], ...],
        Meta(
            title="Standard deviation",
            description="Each channel is divided by it; one value or one a channel.",
        ),
    ] = ()
    augment: Annotated[
        Augmentation, Meta(title="Augmentation", description="How training samples are varied.")
    ] = Augmentation.NONE
    validation: Annotated[
        float,
        Meta(
            ge=0,
            lt=1,
            title="Validation share",
            description="Taken from train to choose the best epoch; test is only reported.",
        ),
    ] = 0.1
    test: Annotated[
        float,
        Meta(
            gt=0,
            lt=1,
            title="Test share",
            description="Taken from the whole where the source has no test split of its own.",
        ),
    ] = 0.2
    limit: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(
            title="At most", description="Samples of each split; a fixed random choice where there are more."
        ),
    ] = None
    image_size: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=8192)], ...] | None,
        Meta(
            title="Image size",
            description="Height and width of folder images, resized and cropped; as they are where all are alike.",
        ),
    ] = None
    class_names: Annotated[
        tuple[str, ...],
        Meta(title="Class names", description="In the order of the labels; the source's own where empty."),
    ] = ()
    text: TextSpec | None = None
    audio: AudioSpec | None = None


class LayerPruneSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How one layer is pruned, where it differs from the rest."""

    ratio: Annotated[
        Annotated[float, Meta(ge=0, lt=1)] | None,
        Meta(title="Pruning ratio", description="Share removed of this layer."),
    ] = None
    skip: Annotated[bool, Meta(title="Leave as it is", description="This layer is not pruned.")] = False


class PruneSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What is removed."""

    method: Annotated[
        PruneMethod, Meta(title="Criterion", description="What says which part matters least.")
    ] = PruneMethod.MAGNITUDE
    granularity: Annotated[
        PruneGranularity, Meta(title="Granularity", description="What is removed as one piece.")
    ] = PruneGranularity.CHANNEL
    scope: Annotated[Scope, Meta(title="Scope", description="Among what importances are compared.")] = (
        Scope.LAYER
    )
    ratio: Annotated[
        float,
        Meta(
            ge=0,
            lt=1,
            title="Pruning ratio",
            description="Share removed, over the layers that may be pruned.",
        ),
    ] = 0.5
    target_macs: Annotated[
        Annotated[float, Meta(gt=1, le=1000)] | None,
        Meta(
            title="Times fewer multiplications",
            description="Of the whole network, in place of the ratio, which is then found by trial cuts.",
        ),
    ] = None
    objective: Annotated[
        Objective,
        Meta(title="Weighed against", description="What global scope weighs a channel's importance against."),
    ] = Objective.IMPORTANCE
    pattern: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{1,2}:[0-9]{1,2}$",
            title="Pattern",
            description="N:M keeps N of every M weights along the input (M up to 32); says the share by itself.",
        ),
    ] = "2:4"
    block: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=256)], Annotated[int, Meta(ge=1, le=256)]],
        Meta(title="Block", description="Outputs × inputs of a block of weights."),
    ] = (4, 1)
    round_to: Annotated[
        int,
        Meta(
            ge=1,
            le=1024,
            title="Round channels to",
            description="Channels kept are multiples of this; 16 is fast on x86.",
        ),
    ] = 1
    minimum: Annotated[
        int,
        Meta(
            ge=1,
            le=65536,
            title="Keep at least",
            description="Channels that each group keeps, however little they matter; smaller groups stay whole.",
        ),
    ] = 1
    schedule: Annotated[Schedule, Meta(title="Schedule", description="When the removed share grows.")] = (
        Schedule.CUBIC
    )
    regrow: Annotated[
        float,
        Meta(
            ge=0,
            lt=1,
            title="Regrowth",
            description="Share of the living weights that change places with dead ones, falling to 0 (RigL).",
        ),
    ] = 0.0
    rounds: Annotated[
        int,
        Meta(
            ge=2,
            le=1000,
            title="Rounds",
            description="Of the iterative schedule: the first at once, the last at the end of the ramp.",
        ),
    ] = 5
    sparse: Annotated[
        SparseTraining,
        Meta(
            title="Sparse training",
            description="What pushes channels towards zero, instead of masks, in the training before their cut.",
        ),
    ] = SparseTraining.NONE
    sparse_strength: Annotated[
        float,
        Meta(
            gt=0,
            le=1000,
            title="Strength of sparse training",
            description="Factor of the group lasso (about 0.03), or gain of the growing penalty a raise (about 0.3).",
        ),
    ] = 0.03
    correction: Annotated[
        Correction,
        Meta(
            title="Correction",
            description="What makes up for the cut of channels before training goes on, or without any.",
        ),
    ] = Correction.NONE
    layers: Annotated[
        dict[str, LayerPruneSpec], Meta(title="Layers", description="Exceptions, by layer name.")
    ] = msgspec.field(default_factory=dict)

    @property
    def kept_of(self) -> tuple[int, int]:
        """N and M of the pattern."""
        kept, _, size = self.pattern.partition(":")
        return int(kept), int(size)


class LayerQuantizeSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How one layer is quantized, where it differs from the rest."""

    weight_bits: Annotated[
        Annotated[int, Meta(ge=2, le=8)] | None, Meta(title="Weight bits", description="Bits of each weight.")
    ] = None
    skip: Annotated[bool, Meta(title="Leave in float", description="This layer is not quantized.")] = False


class QuantizeSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How numbers are stored in few bits."""

    method: Annotated[
        QuantizeMethod, Meta(title="Method", description="How numbers are mapped to few bits.")
    ] = QuantizeMethod.UNIFORM
    mode: Annotated[QuantizeMode, Meta(title="Mode", description="After training, or during it.")] = (
        QuantizeMode.POST_TRAINING
    )
    observer: Annotated[
        Observer, Meta(title="Observer", description="How ranges of activations are measured.")
    ] = Observer.MIN_MAX
    rounding: Annotated[Rounding, Meta(title="Rounding", description="How a weight chooses its level.")] = (
        Rounding.NEAREST
    )
    calibration_samples: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            title="Calibration samples",
            description="Training samples on which ranges are measured.",
        ),
    ] = 512
    weight_bits: Annotated[
        int,
        Meta(
            ge=2,
            le=8,
            title="Weight bits",
            description="Bits of each weight; fewer than 8 ride on the int8 grid.",
        ),
    ] = 8
    activation_bits: Annotated[
        int,
        Meta(
            ge=8,
            le=8,
            title="Activation bits",
            description="Bits of each activation; 8 is what runs in integers.",
        ),
    ] = 8
    granularity: Annotated[
        QuantizeGranularity, Meta(title="Granularity", description="How many weights share one scale.")
    ] = QuantizeGranularity.PER_CHANNEL
    layers: Annotated[
        dict[str, LayerQuantizeSpec], Meta(title="Layers", description="Exceptions, by layer name.")
    ] = msgspec.field(default_factory=dict)


class RecoverSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How accuracy is won back."""

    epochs: Annotated[
        int,
        Meta(
            ge=0,
            le=100_000,
            title="Epochs",
            description="Passes over the training data, of all training in the run.",
        ),
    ] = 5
    optimizer: Annotated[
        Optimizer, Meta(title="Optimizer", description="What turns gradients into steps.")
    ] = Optimizer.SGD
    learning_rate: Annotated[
        float, Meta(gt=0, le=100, title="Learning rate", description="Size of the first steps.")
    ] = 0.01
    schedule: Annotated[
        LearningRateSchedule, Meta(title="Learning-rate schedule", description="How the learning rate falls.")
    ] = LearningRateSchedule.COSINE
    momentum: Annotated[
        float, Meta(ge=0, lt=1, title="Momentum", description="How much of the last step is kept (SGD).")
    ] = 0.9
    weight_decay: Annotated[
        float, Meta(ge=0, le=1, title="Weight decay", description="Pulls weights towards zero.")
    ] = 0.0


class JointSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """How pruning and quantization work together."""

    strategy: Annotated[Strategy, Meta(title="Strategy", description="In what order things happen.")] = (
        Strategy.SEQUENTIAL
    )


class ExportSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What is written at the end."""

    formats: Annotated[
        tuple[ExportFormat, ...],
        Meta(title="Formats", description="Files to write; each is re-opened and re-run."),
    ] = (ExportFormat.ONNX_INT8,)


class Recipe(Record, frozen=True, kw_only=True, omit_defaults=True):
    """All that a run is asked to do.

    ``schema`` is the version of this record. Paths are as written: relative ones count from the recipe's folder.
    """

    schema: Annotated[int, Meta(title="Schema", description="Version of the recipe's form.")] = SCHEMA
    name: Annotated[
        str,
        Meta(
            pattern=r"^[^/\\:*?\"<>|\x00-\x1f]{1,80}$", title="Name", description="Of the run and its folder."
        ),
    ] = "run"
    seed: Annotated[
        int, Meta(ge=0, le=2**31 - 1, title="Seed", description="The same seed gives the same weights.")
    ] = 0
    threads: Annotated[
        int, Meta(ge=0, le=1024, title="Threads", description="0 means one less than the cores, at least 1.")
    ] = 0
    device: Annotated[Device, Meta(title="Device", description="Where tensors live.")] = Device.CPU
    model: ModelSpec
    data: DataSpec = msgspec.field(default_factory=DataSpec)
    prune: PruneSpec | None = None
    quantize: QuantizeSpec | None = None
    recover: RecoverSpec = msgspec.field(default_factory=RecoverSpec)
    joint: JointSpec = msgspec.field(default_factory=JointSpec)
    export: ExportSpec = msgspec.field(default_factory=ExportSpec)


TABLES: dict[str, type[Record]] = {
    "": Recipe,
    "model": ModelSpec,
    "data": DataSpec,
    "data.text": TextSpec,
    "data.audio": AudioSpec,
    "prune": PruneSpec,
    'prune.layers."NAME"': LayerPruneSpec,
    "quantize": QuantizeSpec,
    'quantize.layers."NAME"': LayerQuantizeSpec,
    "recover": RecoverSpec,
    "joint": JointSpec,
    "export": ExportSpec,
}
"""Every table of the recipe, by its place; `NAME` stands for a layer."""
