"""When rounding comes on, ranges stand still and batch norms freeze in a training, by the shares of the recipe."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from engine.context import RunContext
from engine.contract.events import Stage
from engine.contract.methods import QuantizeMethod
from engine.contract.recipe import DataSpec, QuantizeSpec, RecoverSpec
from engine.joint.compressed import CompressedModel
from engine.joint.schedule import Plan, aware_plan, keep_norms_, move_to_step_, simultaneous_plan
from engine.quantization.attach import activation_quantizers, weight_quantizers
from engine.training.loop import Hooks, Training, train_until
from tests.engine.export.jobs import make_data
from tests.engine.networks import compress, make_network, some_inputs

STEPS = 8


def begin(spec: QuantizeSpec) -> tuple[CompressedModel, Training, Plan]:
    network, shape = make_network("residual")
    model = compress(network, shape, quantize=spec)
    model.attach_quantizers()
    model.calibrate([some_inputs(shape, 64)])
    training = Training(
        model=model.module,
        data=make_data(shape),
        data_spec=DataSpec(source="", batch_size=16),
        spec=RecoverSpec(learning_rate=0.01),
        seed=0,
        steps_per_epoch=4,
        total_steps=STEPS,
    )
    return model, training, aware_plan(STEPS, spec)


def states_of(model: CompressedModel, training: Training, plan: Plan) -> list[tuple[bool, bool, bool]]:
    """Before each step: whether weights are rounded, values are, and ranges follow."""
    found = []

    def before(step: int) -> None:
        move_to_step_(model, plan, training)
        values = next(iter(activation_quantizers(model.module).values()))
        found.append((next(weight_quantizers(model.module)).is_on, values.is_on, values.is_observing))

    hooks = Hooks(before_step=before, in_training_mode=lambda step: keep_norms_(model, plan, step))
    train_until(training, STEPS, Stage.QUANTIZE, hooks, RunContext())
    return found


@pytest.mark.parametrize("method", [QuantizeMethod.UNIFORM, QuantizeMethod.LSQ])
def test_that_values_are_rounded_later_than_weights_and_ranges_follow_until_they_are_held(
    method: QuantizeMethod,
) -> None:
    spec = QuantizeSpec(method=method, round_values_from=0.5, hold_ranges_from=0.75)
    model, training, plan = begin(spec)
    assert states_of(model, training, plan) == [(True, step >= 4, step < 6) for step in range(STEPS)]
    assert not plan.is_final(4) and plan.is_final(5)


def test_that_frozen_batch_norms_keep_their_statistics_and_go_on_learning() -> None:
    model, training, plan = begin(QuantizeSpec(freeze_norms_from=0.5))
    norm = model.module.get_submodule("stem_norm")
    assert isinstance(norm, nn.BatchNorm2d) and norm.running_mean is not None
    seen = []

    def note(step: int) -> None:
        keep_norms_(model, plan, step)
        assert norm.running_mean is not None
        seen.append((norm.running_mean.clone(), norm.weight.detach().clone()))

    hooks = Hooks(before_step=lambda step: move_to_step_(model, plan, training), in_training_mode=note)
    train_until(training, STEPS, Stage.QUANTIZE, hooks, RunContext())
    means, weights = zip(*seen, strict=True)
    moved = [not torch.equal(one, other) for one, other in pairwise(means)]
    assert moved == [True] * 4 + [False] * 3
    assert not torch.equal(weights[4], weights[-1])
    assert all(part.training for part in model.module.modules() if not isinstance(part, nn.BatchNorm2d))


def test_that_batch_norms_are_not_frozen_unless_asked() -> None:
    assert aware_plan(STEPS, QuantizeSpec()).freeze_norms_from is None


def test_that_in_one_training_values_wait_for_weights() -> None:
    """Rounding begins with the first tenth there; a delay counts from the training's begin."""
    plan = simultaneous_plan(100, QuantizeSpec())
    assert (plan.quantize_from, plan.round_values_from, plan.hold_ranges_from) == (10, 10, 80)
    assert simultaneous_plan(100, QuantizeSpec(round_values_from=0.3)).round_values_from == 30
