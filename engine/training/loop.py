"""The training loop: batch, forward, loss, backward, step; it can be stopped after any batch and gone on with.

Everything random comes from the seed and the step, so that a training that was interrupted and resumed gives the
same bits as one that was not.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import nn

from engine.context import RunContext
from engine.contract.errors import RunError
from engine.contract.events import MetricsLogged, Progress, Stage
from engine.contract.methods import Precision
from engine.contract.recipe import DataSpec, RecoverSpec
from engine.data.augment import augment
from engine.data.splits import Data
from engine.tasks.table import methods_of
from engine.training.losses import TrainingLoss
from engine.training.optimizers import LEARNING_RATES, OPTIMIZERS, parameter_groups

REPORT_EVERY_S = 0.1
LOG_EVERY_S = 0.5


@dataclass(frozen=True, order=True)
class Score:
    """How good an epoch was on the validation split; greater is better."""

    accuracy: float = -math.inf
    negative_loss: float = -math.inf


@dataclass(kw_only=True)
class Training:
    """One training, from its first step to its last; what is not in here does not influence the weights.

    Attributes:
        model: the network that is trained, with whatever masks and quantizers stand on it.
        teacher: whose answers are learnt from where ``spec.distill`` is set; it is not changed.
        precision: in what numbers forward and backward passes compute.
        spec: epochs are in ``total_steps``; the rest is taken from here.
        steps_per_epoch, total_steps: of this training.
        first_step: where its steps begin on the run's axis.
        step: how many are done.
        best: the best epoch so far among those that ``is_eligible``.
    """

    model: nn.Module
    data: Data
    data_spec: DataSpec
    spec: RecoverSpec
    seed: int
    steps_per_epoch: int
    total_steps: int
    teacher: nn.Module | None = None
    precision: Precision = Precision.FLOAT32
    first_step: int = 0
    step: int = 0
    best: Score = field(default_factory=Score)

    def __post_init__(self) -> None:
        self.loss = TrainingLoss(
            methods=methods_of(self.data),
            distill=self.spec.distill,
            teacher=self.teacher,
            precision=self.precision,
        )
        self.optimizer = OPTIMIZERS[self.spec.optimizer](parameter_groups(self.model, self.spec), self.spec)
        self.is_channels_last = prefer_channels_last(self.model, self.data)
        for network in (self.model, self.teacher):
            if self.is_channels_last and network is not None:
                network.to(memory_format=torch.channels_last)


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """What the caller does between steps.

    Attributes:
        before_step: moves masks and quantizers to where they belong at a step.
        in_training_mode: told the step once the model is in training mode; may take parts of it out again.
        after_backward: sees the gradients, and may change them, before the optimizer takes its step.
        after_update: told nothing, after the optimizer's step; may move weights by itself.
        is_eligible: whether an epoch that ends at a step may become the best one.
        figures: more values for the log, such as sparsity.
        after_epoch: told the step's number and whether it is the best so far; saves a checkpoint.
        after_step: told the step's number; may save a checkpoint when enough time has passed.
    """

    before_step: Callable[[int], None] = lambda step: None
    in_training_mode: Callable[[int], None] = lambda step: None
    after_backward: Callable[[], None] = lambda: None
    after_update: Callable[[], None] = lambda: None
    is_eligible: Callable[[int], bool] = lambda step: True
    figures: Callable[[], dict[str, float | None]] = dict
    after_epoch: Callable[[bool], None] = lambda is_best: None
    after_step: Callable[[], None] = lambda: None


def steps_per_epoch(data: Data, batch_size: int) -> int:
    """Batches of one pass; the last, smaller one counts too, unless it is a single sample (see ``_batches``)."""
    full, rest = divmod(len(data.train), batch_size)
    return max(full + (rest > 1), 1)


def prefer_channels_last(model: nn.Module, data: Data) -> bool:
    """Convolutions of images run about a fifth faster in this layout (benchmarks/README.md)."""
    return len(data.sample_shape) == 3 and any(isinstance(part, nn.Conv2d) for part in model.modules())


def train_until(
    training: Training, end: int, stage: Stage, hooks: Hooks, ctx: RunContext, *, begin: int = 0
) -> None:
    """Trains up to step ``end`` of this training; ``begin`` is the step at which the stage began.

    Raises:
        RunCancelled: between two steps; ``training`` can be gone on with.
        RunError: the loss is not finite.
    """
    reports = _Reports(training, stage, ctx, begin)
    batches = _batches(training)
    while training.step < end:
        ctx.raise_if_cancelled()
        hooks.before_step(training.step)
        inputs, labels = next(batches)
        _set_learning_rate_(training)
        training.model.train()
        hooks.in_training_mode(training.step)
        loss = _loss_of(training, inputs, labels)
        training.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        hooks.after_backward()
        training.optimizer.step()
        hooks.after_update()
        training.step += 1
        reports.take(loss.item())
        if training.step % training.steps_per_epoch == 0 or training.step == training.total_steps:
            hooks.after_epoch(_finish_epoch(training, stage, hooks, ctx))
        else:
            hooks.after_step()


def _loss_of(training: Training, inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    try:
        return training.loss(training.model, inputs, labels)
    except ValueError as error:
        if len(inputs) > 1:
            raise
        size = training.data_spec.batch_size
        raise RunError("batch_of_one", reason=error, batch_size=size) from error


def _finish_epoch(training: Training, stage: Stage, hooks: Hooks, ctx: RunContext) -> bool:
    """Measures the validation split; whether this epoch is the best so far."""
    data = training.data
    metrics, _ = methods_of(data).evaluate(training.model, data.validation, data, ctx)
    score = Score(
        metrics.accuracy if metrics.accuracy is not None else float(training.step),
        -metrics.loss if metrics.loss is not None else -math.inf,
    )
    is_best = hooks.is_eligible(training.step) and score > training.best
    if is_best:
        training.best = score
    values = {"loss": metrics.loss, "accuracy": metrics.accuracy, **hooks.figures()}
    ctx.emit(
        MetricsLogged(stage=stage, step=training.first_step + training.step, values=values, time=time.time())
    )
    return is_best


def _batches(training: Training) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Batches from the training's own step on: one seeded order an epoch, each sample once.

    A single sample that would be left at the end joins the batch before it: no batch norm can be trained on one.
    """
    data, size = training.data, training.data_spec.batch_size
    step = training.step
    while True:
        epoch, batch = divmod(step, training.steps_per_epoch)
        order = torch.randperm(len(data.train), generator=_generator(training.seed, epoch, 0))
        for place in range(batch, training.steps_per_epoch):
            is_last = place == training.steps_per_epoch - 1
            end = len(data.train) if is_last else (place + 1) * size
            chosen = order[place * size : end].to(data.train.inputs.device)
            generator = _generator(training.seed, epoch, step + 1)
            inputs = data.to_inputs(augment(data.train.inputs[chosen], training.data_spec.augment, generator))
            if training.is_channels_last:
                inputs = inputs.contiguous(memory_format=torch.channels_last)
            yield inputs, data.train.labels[chosen]
            step += 1


def _generator(seed: int, epoch: int, step: int) -> torch.Generator:
    """A source of random numbers that depends on nothing but its place in the training."""
    mixed = ((seed * 1_000_003 + epoch) * 1_000_003 + step) % 2**63
    return torch.Generator().manual_seed(mixed)


def _set_learning_rate_(training: Training) -> None:
    factor = LEARNING_RATES[training.spec.schedule](training.step / training.total_steps)
    for group in training.optimizer.param_groups:
        group["lr"] = training.spec.learning_rate * factor


class _Reports:
    """Tells progress and the training loss now and then, and refuses a loss that is not finite."""

    def __init__(self, training: Training, stage: Stage, ctx: RunContext, begin: int) -> None:
        self._training, self._stage, self._ctx, self._begin = training, stage, ctx, begin
        self._losses: list[float] = []
        self._next_report = self._next_log = 0.0

    def take(self, loss: float) -> None:
        training = self._training
        if not math.isfinite(loss):
            rate = training.spec.learning_rate
            raise RunError("loss_not_finite", value=loss, step=training.step, learning_rate=rate)
        self._losses.append(loss)
        now = time.monotonic()
        if now >= self._next_log or training.step == training.total_steps:
            self._next_log = now + LOG_EVERY_S
            self._log()
        if now >= self._next_report or training.step == training.total_steps:
            self._next_report = now + REPORT_EVERY_S
            self._ctx.emit(Progress(stage=self._stage, step=training.step - self._begin, time=time.time()))

    def _log(self) -> None:
        training = self._training
        values: dict[str, float | None] = {
            "train_loss": sum(self._losses) / len(self._losses),
            "learning_rate": training.optimizer.param_groups[0]["lr"],
        }
        self._losses.clear()
        step = training.first_step + training.step
        self._ctx.emit(MetricsLogged(stage=self._stage, step=step, values=values, time=time.time()))
