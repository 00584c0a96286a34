"""The stages of a run, and in which order a recipe wants them."""

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import fx

from engine.contract.events import LayerChanged, MetricsLogged, PlannedStage, Progress, Stage
from engine.contract.methods import Correction, PruneGranularity, QuantizeMode
from engine.contract.run_folder import write_record
from engine.contract.stats import ModelStats
from engine.joint.schedule import move_to_step_
from engine.pipeline.adjusting import adjust, count_adjustments, equalize
from engine.pipeline.finishing import check_formats, export_all
from engine.pipeline.latency import count_grids, is_timed, tell_latency, time_network
from engine.pipeline.measure import measure_layers, measure_model
from engine.pipeline.paying import leave_slower_in_float
from engine.pipeline.training_stage import begin_training, run_training, take_best_
from engine.pipeline.work import Work
from engine.pruning.correction import MOST_UNKNOWNS, Cut, correct_
from engine.quantization.between import floats_between, stored_only
from engine.tasks.table import methods_of
from engine.training.batch_norm import recalibrate_batch_norms_

StageFunction = Callable[[Work], ModelStats | None]
EVALUATION_BATCH = 256
MISSED = 0.01


@dataclass(frozen=True)
class StagePlan:
    """One stage to come: how many steps it counts, and what does it."""

    stage: Stage
    title: str
    steps: int
    run: StageFunction

    def planned(self) -> PlannedStage:
        """The stage as the events tell it."""
        return PlannedStage(stage=self.stage, title=self.title, steps=self.steps)


def plan_stages(work: Work) -> tuple[StagePlan, ...]:
    """The stages of a recipe, in order."""
    test = len(work.data.test)
    exports = len(work.recipe.export.formats) + 2
    return (
        StagePlan(Stage.EVALUATE, "Measure the original", test, evaluate_before),
        *_timing(work),
        *(_together(work) if work.is_simultaneous else _one_after_the_other(work)),
        StagePlan(Stage.MEASURE, "Measure the result", test, evaluate_after),
        StagePlan(Stage.EXPORT, "Export and verify", exports, export),
    )


def _timing(work: Work) -> list[StagePlan]:
    if not is_timed(work.recipe):
        return []
    return [StagePlan(Stage.TIME, "Time the layers", count_grids(work), time_network)]


def _together(work: Work) -> list[StagePlan]:
    return [
        StagePlan(Stage.CALIBRATE, "Calibrate", _calibration_steps(work), calibrate),
        StagePlan(Stage.TRAIN, "Prune and quantize in one training", work.epochs.quantizing, train_together),
    ]


def _one_after_the_other(work: Work) -> list[StagePlan]:
    stages, epochs = [], work.epochs
    if work.recipe.prune is not None:
        ramp = work.pruning_plan.ramp_steps
        steps = ramp if epochs.pruning else _calibration_steps(work)
        stages.append(StagePlan(Stage.PRUNE, "Prune", max(steps, 1), prune))
        if epochs.pruning > ramp:
            stages.append(StagePlan(Stage.FINE_TUNE, "Fine-tune", epochs.pruning - ramp, fine_tune))
    if work.recipe.quantize is not None and work.recipe.quantize.mode is QuantizeMode.DYNAMIC:
        stages.append(StagePlan(Stage.ROUND, "Round weights", 1, round_weights))
    elif work.recipe.quantize is not None:
        stages.append(StagePlan(Stage.CALIBRATE, "Calibrate", _calibration_steps(work), calibrate))
    if count_adjustments(work):
        stages.append(StagePlan(Stage.ADJUST, "Adjust to rounding", count_adjustments(work), adjust))
    if epochs.quantizing:
        stages.append(StagePlan(Stage.QUANTIZE, "Train with rounding", epochs.quantizing, train_aware))
    return stages


def _calibration_steps(work: Work) -> int:
    return min(work.calibration_samples, len(work.data.train))


def evaluate_before(work: Work) -> ModelStats:
    """The original on the test split; what it cannot be written as is found out before anything is trained."""
    # What is exported must not decide what dropout draws in the training behind it.
    with torch.random.fork_rng(devices=()):
        check_formats(work)
    work.before = _evaluate(work, Stage.EVALUATE)
    write_record(work.folder.before, work.before)
    return work.before


def evaluate_after(work: Work) -> ModelStats:
    """The finished model on the test split."""
    work.model.finish()
    work.after = _evaluate(work, Stage.MEASURE)
    write_record(work.folder.after, work.after)
    _tell_missed_goal(work)
    return work.after


def export(work: Work) -> None:
    """Writes the files, and says what choosing by measured time came to."""
    export_all(work)
    if is_timed(work.recipe):
        tell_latency(work)


def _tell_missed_goal(work: Work) -> None:
    wanted = work.recipe.prune.target_macs if work.recipe.prune is not None else None
    if wanted is None or work.before is None or work.after is None:
        return
    if work.before.macs and work.after.macs and abs(work.before.macs / work.after.macs / wanted - 1) > MISSED:
        found = f"{work.before.macs / work.after.macs:.2f}"
        work.ctx.warn("note_target_missed", found=found, wanted=f"{wanted:g}")


def _evaluate(work: Work, stage: Stage) -> ModelStats:
    def tell(done: int) -> None:
        work.ctx.emit(Progress(stage=stage, step=done, time=time.time()))

    metrics, confusion = methods_of(work.data).evaluate(
        work.model.module, work.data.test, work.data, work.ctx, batch_size=EVALUATION_BATCH, on_batch=tell
    )
    stats = measure_model(work.model, metrics, confusion)
    values = {
        "test_loss": metrics.loss,
        "test_accuracy": metrics.accuracy,
        "parameter_bytes": float(stats.parameter_bytes),
    }
    work.ctx.emit(MetricsLogged(stage=stage, step=work.run_step, values=values, time=time.time()))
    return stats


def prune(work: Work) -> None:
    """Masks grow along the ramp, or come at once; channels are cut at the end of it."""
    plan, steps = work.pruning_plan, work.epochs.pruning
    if not work.model.structure.is_masked:
        work.model.attach_masks()
        _tell_what_is_locked(work)
    training = begin_training(work, steps=max(steps, 1), first_step=0)
    if plan.ramp_steps:
        run_training(work, plan, Stage.PRUNE, end=plan.ramp_steps)
    uncut = _uncut_copy(work)
    if plan.ramp_steps:
        move_to_step_(work.model, plan, training)
    else:
        work.model.set_share(1.0)
        if work.model.is_cutting:
            work.model.cut(training.optimizer)
    if uncut is not None:
        _correct_cut(work, uncut)
    if steps == 0:
        recalibrate_batch_norms_(work.model.module, _calibration(work, Stage.PRUNE))
    elif uncut is not None:
        recalibrate_batch_norms_(work.model.module, work.calibration_inputs())
    _tell_layers(work)
    if steps <= plan.ramp_steps:
        work.end_training()


def _uncut_copy(work: Work) -> fx.GraphModule | None:
    """The network as it stands before its cut, where the recipe wants what is left to answer like it."""
    spec = work.recipe.prune
    if spec is None or spec.correction is Correction.NONE:
        return None
    assert isinstance(work.model.module, fx.GraphModule)
    return copy.deepcopy(work.model.module)


def _correct_cut(work: Work, uncut: fx.GraphModule) -> None:
    model = work.model
    assert isinstance(model.module, fx.GraphModule)
    removed = frozenset(model.structure.removed)
    cut = Cut(module=model.module, uncut=uncut, channels=model.channels, removed=removed)
    left = correct_(cut, work.calibration_inputs(), work.ctx, seed=work.recipe.seed)
    if left:
        work.ctx.warn("note_not_corrected", limit=MOST_UNKNOWNS, names=", ".join(left))


def fine_tune(work: Work) -> None:
    """The rest of the training after the cut; the best epoch is kept."""
    training = work.training or begin_training(work, steps=work.epochs.pruning, first_step=0)
    plan = work.pruning_plan
    run_training(work, plan, Stage.FINE_TUNE, begin=plan.ramp_steps, end=training.total_steps)
    take_best_(work)


def calibrate(work: Work) -> None:
    """Quantizers are put on (behind the masks) and the ranges of activations measured."""
    if work.is_simultaneous:
        work.model.attach_masks()
        _tell_what_is_locked(work)
    equalize(work)
    leave_slower_in_float(work)
    work.model.attach_quantizers()
    _tell_floats(work)
    work.model.calibrate(_calibration(work, Stage.CALIBRATE))


def _calibration(work: Work, stage: Stage) -> Iterator[torch.Tensor]:
    done = 0
    for batch in work.calibration_inputs():
        work.ctx.raise_if_cancelled()
        yield batch
        done += len(batch)
        work.ctx.emit(Progress(stage=stage, step=done, time=time.time()))


def round_weights(work: Work) -> None:
    """Quantizers are put on the weights, where files measure the ranges of values as they run."""
    work.model.attach_quantizers()
    _tell_floats(work)
    assert work.model.placement is not None
    stored = stored_only(work.model.placement)
    if stored:
        work.ctx.warn("note_stored_only", names=", ".join(stored))
    work.ctx.emit(Progress(stage=Stage.ROUND, step=1, time=time.time()))


def _tell_floats(work: Work) -> None:
    """What a Transformer computes in floats, where it computes in integers at all."""
    placement, names = work.model.placement, floats_between(work.model.module)
    if names and placement is not None and placement.input_bits:
        work.ctx.warn("note_floats_between", names=", ".join(names))


def train_together(work: Work) -> None:
    """Masks and fake quantizers in one training."""
    _train_rounded(work, Stage.TRAIN, first_step=0)
    _tell_layers(work)


def train_aware(work: Work) -> None:
    """Fake quantizers on from the start; masks are held."""
    _train_rounded(work, Stage.QUANTIZE, first_step=work.epochs.pruning)


def _train_rounded(work: Work, stage: Stage, *, first_step: int) -> None:
    training = begin_training(work, steps=work.epochs.quantizing, first_step=first_step)
    run_training(work, work.quantizing_plan, stage, end=training.total_steps)
    take_best_(work)


def _tell_layers(work: Work) -> None:
    for layer in measure_layers(work.model):
        work.ctx.emit(LayerChanged(layer=layer.name, stats=layer, time=time.time()))


def _tell_what_is_locked(work: Work) -> None:
    prune = work.recipe.prune
    if prune is not None and prune.granularity.is_of_weights:
        work.ctx.warn("note_zeros_no_speed")
        if prune.granularity is PruneGranularity.N_M:
            work.ctx.warn("note_pattern", pattern=prune.pattern)
    elif work.model.locked:
        names = ", ".join(list(work.model.locked)[:5])
        work.ctx.warn("note_locked", count=len(work.model.locked), names=names)
