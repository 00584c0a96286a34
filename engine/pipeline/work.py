"""Everything a run works on, opened and checked before the first file is written."""

import difflib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import torch

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import QuantizeMode, Schedule, SparseTraining, Strategy
from engine.contract.recipe import QuantizeSpec, Recipe
from engine.contract.run_folder import RunFolder
from engine.contract.source import ModelSource
from engine.contract.stats import ModelStats
from engine.data.fit import check_data_fits
from engine.data.splits import Data, Split, load_data
from engine.joint.compressed import CompressedModel
from engine.joint.schedule import Plan, aware_plan, pruning_plan, simultaneous_plan
from engine.models.graph import layers_of
from engine.models.opening import LoadedModel, open_model
from engine.pipeline.checkpoints import CheckpointStore, Payload
from engine.pruning.evidence import Samples
from engine.tasks.table import methods_of
from engine.training.loop import Training, steps_per_epoch


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The model and the data of a recipe, seen to fit each other."""

    recipe: Recipe
    loaded: LoadedModel
    data: Data
    threads: int

    def fresh_model(self, ctx: RunContext) -> CompressedModel:
        """The model as it comes from its file, once more, ready to be compressed."""
        loaded = open_model(source_of(self.recipe), ctx, example=self.data.example)
        return compressed_model(loaded, self.recipe, self.samples(ctx))

    def samples(self, ctx: RunContext) -> Samples:
        """The calibration samples with their labels, for criteria that look at gradients or activations."""
        count = (self.recipe.quantize or QuantizeSpec()).calibration_samples

        def batches() -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
            for chosen in calibration_choice(self.data, count, seed=self.recipe.seed):
                ctx.raise_if_cancelled()
                inputs = self.data.to_inputs(self.data.train.inputs[chosen])
                yield inputs, self.data.train.labels[chosen]

        return Samples(batches=batches, loss=methods_of(self.data).loss)


def source_of(recipe: Recipe) -> ModelSource:
    """The file that a recipe names."""
    model = recipe.model
    return ModelSource(file=model.file, architecture=model.architecture, input_shape=model.input_shape)


def compressed_model(loaded: LoadedModel, recipe: Recipe, samples: Samples | None = None) -> CompressedModel:
    """The loaded model on the recipe's device, ready to be compressed; it is changed in place."""
    loaded.captured.module.to(recipe.device.value)
    return CompressedModel(loaded.captured, recipe, samples=samples)


def open_inputs(recipe: Recipe, ctx: RunContext, *, threads: int) -> Inputs:
    """Opens model and data and checks that they fit each other and the recipe; writes nothing.

    Raises:
        RequestError: something does not fit, or is not there.
    """
    data = load_data(recipe.data, ctx, seed=recipe.seed)
    loaded = open_model(source_of(recipe), ctx, example=data.example)
    check_data_fits(data, loaded)
    _check_layer_names(recipe, loaded)
    return Inputs(recipe=recipe, loaded=loaded, data=on_device(data, recipe.device.value), threads=threads)


def _check_layer_names(recipe: Recipe, loaded: LoadedModel) -> None:
    known = [name for name, _ in layers_of(loaded.module)]
    for table, part in (("prune.layers", recipe.prune), ("quantize.layers", recipe.quantize)):
        for layer in part.layers if part is not None else ():
            if layer not in known:
                nearest = difflib.get_close_matches(layer, known, 1, 0)
                raise RequestError("recipe_unknown_layer", layer=layer, table=table, nearest="".join(nearest))


def on_device(data: Data, device: str) -> Data:
    """The same data with its samples on a device."""
    train, validation, test = (
        Split(split.inputs.to(device), split.labels.to(device))
        for split in (data.train, data.validation, data.test)
    )
    return replace(data, train=train, validation=validation, test=test)


@dataclass(frozen=True, kw_only=True)
class Epochs:
    """How the recipe's epochs are shared out, in training steps."""

    pruning: int
    quantizing: int


def share_epochs(recipe: Recipe, per_epoch: int) -> Epochs:
    """Who gets how many of the recipe's training steps (see the table of strategies in docs/guide.md)."""
    epochs = recipe.recover.epochs
    is_aware = recipe.quantize is not None and recipe.quantize.mode is QuantizeMode.AWARE
    if recipe.joint.strategy is Strategy.SIMULTANEOUS:
        return Epochs(pruning=0, quantizing=epochs * per_epoch)
    first = 0 if recipe.prune is None else math.ceil(epochs / 2) if is_aware else epochs
    return Epochs(pruning=first * per_epoch, quantizing=(epochs - first) * per_epoch if is_aware else 0)


@dataclass(kw_only=True)
class Work:
    """A run under way.

    Attributes:
        model: what is compressed.
        stage_index: the stage that is under way.
        training: the training under way; None between trainings.
        resumed: the checkpoint that is gone on from, until its training was restored.
        before, after: statistics, once measured.
        steps_done: training steps of the trainings that have ended.
        seconds: by stage.
    """

    inputs: Inputs
    model: CompressedModel
    folder: RunFolder
    ctx: RunContext
    store: CheckpointStore
    stage_index: int = 0
    training: Training | None = None
    steps_done: int = 0
    resumed: Payload | None = None
    before: ModelStats | None = None
    after: ModelStats | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def recipe(self) -> Recipe:
        """What was asked."""
        return self.inputs.recipe

    @property
    def data(self) -> Data:
        """What the model is trained and measured on."""
        return self.inputs.data

    @property
    def per_epoch(self) -> int:
        """Training steps of one pass."""
        return steps_per_epoch(self.data, self.recipe.data.batch_size)

    @property
    def epochs(self) -> Epochs:
        """The shares of the trainings."""
        return share_epochs(self.recipe, self.per_epoch)

    @property
    def is_simultaneous(self) -> bool:
        """Whether masks and quantizers are trained together."""
        return self.recipe.joint.strategy is Strategy.SIMULTANEOUS

    @property
    def pruning_plan(self) -> Plan:
        """The plan of the training that prunes without quantizers."""
        steps = self.epochs.pruning
        prune = self.recipe.prune
        is_ramp = prune is not None and (
            prune.schedule is not Schedule.ONE_SHOT
            or prune.sparse is not SparseTraining.NONE
            or prune.regrow > 0
        )
        return pruning_plan(steps) if is_ramp else Plan()

    @property
    def quantizing_plan(self) -> Plan:
        """The plan of the training with quantizers on."""
        steps = self.epochs.quantizing
        spec = self.recipe.quantize or QuantizeSpec()
        return simultaneous_plan(steps, spec) if self.is_simultaneous else aware_plan(steps, spec)

    @property
    def run_step(self) -> int:
        """Training steps of the whole run so far."""
        return self.steps_done if self.training is None else self.training.first_step + self.training.step

    def end_training(self) -> None:
        """The training under way is over."""
        self.steps_done = self.run_step
        self.training = None
        self.lay_out_plainly()

    def lay_out_plainly(self) -> None:
        """Puts the model's tensors into the plain layout, where no training needs another one.

        What comes behind a training computes so, and what is resumed there: convolutions of two layouts differ in
        their last bits. A tensor of one input channel counts as laid out both ways, so none is asked which it has.
        """
        for tensor in (*self.model.module.parameters(), *self.model.module.buffers()):
            tensor.data = torch.empty_like(tensor, memory_format=torch.contiguous_format).copy_(
                tensor.detach()
            )

    @property
    def calibration_samples(self) -> int:
        """On how many training samples ranges and batch norms are measured."""
        return (self.recipe.quantize or QuantizeSpec()).calibration_samples

    def calibration_inputs(self) -> list[torch.Tensor]:
        """Batches of training samples on which ranges and batch norms are measured."""
        return calibration_batches(self.data, self.calibration_samples, seed=self.recipe.seed)


def calibration_batches(data: Data, samples: int, *, seed: int, batch_size: int = 64) -> list[torch.Tensor]:
    """Inputs from a seeded choice of training samples, normalised, in batches."""
    chosen = calibration_choice(data, samples, seed=seed, batch_size=batch_size)
    return [data.to_inputs(data.train.inputs[part]) for part in chosen]


def calibration_choice(
    data: Data, samples: int, *, seed: int, batch_size: int = 64
) -> tuple[torch.Tensor, ...]:
    """A seeded choice of training samples, by number, in batches of nearly the same size.

    None holds a single sample while there are others: no batch norm can be measured on one.
    """
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(data.train), generator=generator)[:samples].to(data.train.inputs.device)
    return order.tensor_split(math.ceil(len(order) / batch_size))
