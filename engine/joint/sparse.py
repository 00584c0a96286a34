"""Sparse training on a model that is being compressed: on during the ramp, off from the cut on."""

from collections.abc import Callable

from engine.contract.methods import SparseTraining
from engine.joint.compressed import CompressedModel
from engine.joint.schedule import RAMP_MOVES, Plan
from engine.pruning.regularization import PENALTIES, ChannelWeights
from engine.pruning.selection import group_ratio
from engine.training.loop import Training


def sparse_push(model: CompressedModel, plan: Plan, training: Training) -> Callable[[], None]:
    """What is done after each of the optimizer's steps; nothing where the recipe wants no sparse training.

    A growing penalty falls on the channels that would go now: they are noted in the model's structure, so that a
    resumed run goes on with the same ones, and it is they that are cut in the end. How far it has grown follows from
    the step.
    """
    spec = model.recipe.prune
    is_over = not model.structure.is_masked or training.step >= plan.ramp_steps
    if spec is None or spec.sparse is SparseTraining.NONE or is_over:
        return lambda: None
    penalty, strength = PENALTIES[spec.sparse], spec.sparse_strength
    if penalty.is_for_chosen and not model.structure.condemned:
        model.condemn()
    chosen = model.structure.condemned if penalty.is_for_chosen else _removable(model)
    weights = ChannelWeights(model.module, model.channels, chosen)

    def push() -> None:
        if not model.structure.is_cut:
            raises = 1 + training.step // max(1, plan.ramp_steps // RAMP_MOVES)
            rates = penalty.rates(weights.norms(), strength, raises)
            weights.shrink_(rates, training.optimizer.param_groups[0]["lr"])

    return push


def _removable(model: CompressedModel) -> tuple[int, ...]:
    spec = model.recipe.prune
    assert spec is not None
    groups = [group for group in model.channels.groups if group_ratio(spec, group) > 0]
    return tuple(sorted(channel for group in groups for channel in group.channels))
