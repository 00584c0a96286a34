"""When things happen in a training: how far the ramp is, when quantizers come on, when channels are cut."""

from dataclasses import dataclass, replace

from engine.contract.methods import Schedule, SparseTraining
from engine.contract.recipe import PruneSpec, QuantizeSpec
from engine.joint.compressed import CompressedModel
from engine.joint.regrowth import regrow_, share_at
from engine.pruning.schedules import SCHEDULES
from engine.training.batch_norm import freeze_statistics_
from engine.training.loop import Training

RAMP_END = 0.6
QUANTIZERS_FROM = 0.1
RAMP_MOVES = 24


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The steps at which a training changes the model.

    Attributes:
        ramp_steps: masks move during these first steps and are final after them; 0 where nothing is pruned here.
        quantize_from: weights are rounded from this step; None where nothing ever is.
        round_values_from: values are rounded too, from this step.
        hold_ranges_from: observed ranges stand still from this step.
        freeze_norms_from: batch norms keep their statistics from this step; None where they never do.
    """

    ramp_steps: int = 0
    quantize_from: int | None = None
    round_values_from: int = 0
    hold_ranges_from: int = 0
    freeze_norms_from: int | None = None

    def is_final(self, step: int) -> bool:
        """Whether a model that has done ``step`` steps is one that could be exported as it is."""
        return step > max(self.ramp_steps, self.quantize_from or 0, self.round_values_from)


def simultaneous_plan(total_steps: int, spec: QuantizeSpec) -> Plan:
    """Masks over the first 60 %, rounding from the first tenth on."""
    plan = replace(aware_plan(total_steps, spec), ramp_steps=round(total_steps * RAMP_END))
    first = round(total_steps * QUANTIZERS_FROM)
    return replace(plan, quantize_from=first, round_values_from=max(first, plan.round_values_from))


def pruning_plan(total_steps: int) -> Plan:
    """Masks over the first 60 %, no rounding."""
    return Plan(ramp_steps=round(total_steps * RAMP_END))


def aware_plan(total_steps: int, spec: QuantizeSpec) -> Plan:
    """Weights are rounded from the start, values from where the recipe has it; masks as they stand."""
    is_freezing = spec.freeze_norms_from < 1
    return Plan(
        quantize_from=0,
        round_values_from=round(total_steps * spec.round_values_from),
        hold_ranges_from=round(total_steps * spec.hold_ranges_from),
        freeze_norms_from=round(total_steps * spec.freeze_norms_from) if is_freezing else None,
    )


def move_to_step_(model: CompressedModel, plan: Plan, training: Training) -> None:
    """Brings masks and quantizers to where the plan has them before a step is taken."""
    step = training.step
    if model.structure.is_masked and plan.ramp_steps > 0:
        _move_masks_(model, plan, training)
    if plan.quantize_from is not None:
        is_on = step >= plan.quantize_from
        model.switch_quantizers(
            is_on=is_on,
            is_observing=is_on and step < plan.hold_ranges_from,
            are_values_on=step >= plan.round_values_from,
        )


def keep_norms_(model: CompressedModel, plan: Plan, step: int) -> None:
    """Of a model in training mode: from the plan's step on, batch norms compute as they do in evaluation."""
    if plan.freeze_norms_from is not None and step >= plan.freeze_norms_from:
        freeze_statistics_(model.module)


def _share_at(spec: PruneSpec, plan: Plan, step: int) -> float:
    return SCHEDULES[spec.schedule](step / plan.ramp_steps, spec.rounds)


def _is_move(spec: PruneSpec, plan: Plan, step: int) -> bool:
    """Whether masks move before this step of the ramp: a few times along it, and wherever a round begins."""
    if spec.sparse is not SparseTraining.NONE:
        return False
    if spec.schedule is Schedule.ITERATIVE:
        return step == 0 or _share_at(spec, plan, step) != _share_at(spec, plan, step - 1)
    return step % max(1, plan.ramp_steps // RAMP_MOVES) == 0


def _move_masks_(model: CompressedModel, plan: Plan, training: Training) -> None:
    step, spec = training.step, model.recipe.prune
    assert spec is not None
    if step < plan.ramp_steps:
        if _is_move(spec, plan, step):
            model.set_share(_share_at(spec, plan, step))
            if spec.regrow > 0:
                regrow_(model, training, share=share_at(spec.regrow, step / plan.ramp_steps))
    elif model.is_cutting:
        model.set_share(1.0)
        model.cut(training.optimizer)
    elif step == plan.ramp_steps:
        model.set_share(1.0)
