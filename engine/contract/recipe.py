"""What the user asks for: one record per table of the recipe.

Limits, titles and help stand on the fields, so that forms, the terminal and the documentation say the same.
Constructors do not check limits; :func:`engine.contract.recipe_file.recipe_from` does.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from engine.contract.methods import (
    Device,
    ExportFormat,
    LearningRateSchedule,
    Optimizer,
    Precision,
    Strategy,
)
from engine.contract.recipe_prune import LayerPruneSpec, PruneSpec
from engine.contract.recipe_quantize import LayerQuantizeSpec, QuantizeSpec
from engine.contract.recipe_source import AudioSpec, DataSpec, ModelSpec, TextSpec
from engine.contract.record import Record

__all__ = [
    "SCHEMA",
    "TABLES",
    "AudioSpec",
    "DataSpec",
    "DistillSpec",
    "ExportSpec",
    "JointSpec",
    "LayerPruneSpec",
    "LayerQuantizeSpec",
    "ModelSpec",
    "PruneSpec",
    "QuantizeSpec",
    "Recipe",
    "RecoverSpec",
    "TextSpec",
]

SCHEMA = 1


class DistillSpec(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What training learns from the answers of the uncompressed model (Hinton 2015)."""

    temperature: Annotated[
        float,
        Meta(gt=0, le=1000, title="Temperature", description="Softens the teacher's answers; 1 leaves them."),
    ] = 4.0
    weight: Annotated[
        float,
        Meta(ge=0, le=1, title="Teacher's share", description="Of the loss; the rest is told by the labels."),
    ] = 0.5


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
    precision: Annotated[
        Precision, Meta(title="Number format", description="In what numbers training computes.")
    ] = Precision.FLOAT32
    distill: DistillSpec | None = None


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

    @property
    def timed_format(self) -> ExportFormat | None:
        """The file whose time counts where channels are chosen by it: the one of integers, if both are written."""
        timed = (ExportFormat.ONNX_INT8, ExportFormat.ONNX_FLOAT32)
        return next((name for name in timed if name in self.export.formats), None)


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
    "recover.distill": DistillSpec,
    "joint": JointSpec,
    "export": ExportSpec,
}
"""Every table of the recipe, by its place; `NAME` stands for a layer."""
