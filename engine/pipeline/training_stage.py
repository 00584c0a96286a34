"""Trainings as stages of a run: made or restored, with the hooks that move the model and save checkpoints."""

import time

import torch
from torch import nn

from engine.contract.events import CheckpointSaved, Stage
from engine.contract.methods import Precision
from engine.joint.schedule import Plan, keep_norms_, move_to_step_
from engine.joint.sparse import sparse_push
from engine.pipeline.checkpoints import pack, unpack_training_
from engine.pipeline.measure import measure_totals
from engine.pipeline.recorder import Recorder
from engine.pipeline.work import Work
from engine.training.loop import Hooks, Training, train_until

SAVE_EVERY_S = 60.0
COARSE_BITS = 4
"""Levels of so few bits are whole in bfloat16; a sum of branches, which has more, is rounded in float32."""


def begin_training(work: Work, *, steps: int, first_step: int) -> Training:
    """A new training, or the one of the checkpoint that is gone on from."""
    training = Training(
        model=work.model.module,
        data=work.data,
        data_spec=work.recipe.data,
        spec=work.recipe.recover,
        seed=work.recipe.seed,
        steps_per_epoch=work.per_epoch,
        total_steps=steps,
        teacher=_teacher(work),
        precision=_precision(work),
        first_step=first_step,
    )
    payload, work.resumed = work.resumed, None
    if payload is not None and payload["training"] is not None:
        unpack_training_(training, payload)
    elif work.store.manifest.best is not None:
        work.store.forget_best()
    work.training = training
    return training


def _precision(work: Work) -> Precision:
    """The recipe's, unless values are rounded to more levels than bfloat16 tells apart."""
    spec = work.recipe.quantize
    is_fine = work.model.structure.is_quantized and spec is not None and spec.value_bits > COARSE_BITS
    return Precision.FLOAT32 if is_fine else work.recipe.recover.precision


def _teacher(work: Work) -> nn.Module | None:
    """The uncompressed network, where the recipe wants to learn from it; opening it draws no random number."""
    if work.recipe.recover.distill is None:
        return None
    with torch.random.fork_rng(devices=()):
        return work.inputs.fresh_model(work.ctx).module


def run_training(work: Work, plan: Plan, stage: Stage, *, begin: int = 0, end: int) -> None:
    """Takes the stage's steps of the training under way, with masks and quantizers where the plan has them."""
    training = work.training
    assert training is not None
    saver = _Saver(work)
    hooks = Hooks(
        before_step=lambda step: move_to_step_(work.model, plan, training),
        in_training_mode=lambda step: keep_norms_(work.model, plan, step),
        after_backward=work.model.note_movement,
        after_update=sparse_push(work.model, plan, training),
        is_eligible=plan.is_final,
        figures=lambda: _figures(work),
        after_epoch=saver.save,
        after_step=saver.save_now_and_then,
    )
    train_until(training, end, stage, hooks, work.ctx, begin=begin)


def take_best_(work: Work) -> None:
    """Puts the weights of the best epoch into the model, and ends the training."""
    found = work.store.best(work.ctx)
    if found is not None:
        entry, payload = found
        work.model.module.load_state_dict(payload["model"])
        if entry.accuracy is not None and entry.step < work.run_step:
            work.ctx.warn("note_best_kept", accuracy=f"{entry.accuracy:.2%}")
    work.end_training()


def _figures(work: Work) -> dict[str, float | None]:
    totals = measure_totals(work.model)
    return {"sparsity": work.model.sparsity(), "parameter_bytes": float(totals.parameter_bytes)}


def save_checkpoint(work: Work, *, is_best: bool = False) -> None:
    """Saves all that the run needs to go on from here."""
    emit = work.ctx.emit
    assert isinstance(emit, Recorder)
    training = work.training
    accuracy = None if training is None or not len(work.data.validation) else training.best.accuracy
    path = work.store.save(
        pack(work.model, training, stage_index=work.stage_index),
        step=work.run_step,
        events_offset=emit.offset(),
        is_best=is_best,
        accuracy=accuracy if is_best else None,
    )
    emit(CheckpointSaved(path=path, step=work.run_step, time=time.time()))


class _Saver:
    """After every epoch, within long ones every minute, and before a pause, which may be the process's end."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._next = time.monotonic() + SAVE_EVERY_S

    def save(self, is_best: bool) -> None:
        save_checkpoint(self._work, is_best=is_best)
        self._next = time.monotonic() + SAVE_EVERY_S

    def save_now_and_then(self) -> None:
        if time.monotonic() >= self._next or self._work.ctx.control.is_paused:
            self.save(False)
