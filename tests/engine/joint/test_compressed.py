"""One model with masks, quantizers and cuts on it, in any order, and rebuilt from a checkpoint."""

import pytest
import torch

from engine.contract.errors import RequestError
from engine.contract.methods import PruneGranularity
from engine.contract.recipe import LayerPruneSpec, PruneSpec, QuantizeSpec
from engine.joint.compressed import CompressedModel
from engine.joint.schedule import aware_plan, pruning_plan, simultaneous_plan
from tests.engine.networks import Branching, Strange, compress, error_between, make_network, some_inputs

HALF = PruneSpec(ratio=0.5)
NAMES = ["simple", "residual", "dense", "padded_shortcut"]


def make(name: str) -> CompressedModel:
    network, shape = make_network(name)
    return compress(network, shape, HALF, QuantizeSpec())


@torch.no_grad()
@pytest.mark.parametrize("name", NAMES)
def test_that_masks_and_rounding_on_together_equal_the_rounded_cut(name: str) -> None:
    """A masked channel is a zero, which every grid holds, so a cut under running quantizers moves no answer."""
    model = make(name)
    inputs = some_inputs(model.captured.example_shape, 16)
    model.attach_masks()
    model.attach_quantizers()
    model.set_share(1.0)
    model.calibrate([inputs])
    model.switch_quantizers(is_on=True)
    masked = model.module(inputs)
    model.cut()
    model.switch_quantizers(is_on=True)
    assert error_between(model.module(inputs), masked) <= 1e-5


@torch.no_grad()
@pytest.mark.parametrize("is_cut", [False, True])
def test_that_a_fresh_model_takes_the_structure_and_tensors_of_another(is_cut: bool) -> None:
    model, again = make("residual"), make("residual")
    inputs = some_inputs((3, 8, 8), 16)
    model.attach_masks()
    model.attach_quantizers()
    model.set_share(1.0)
    model.calibrate([inputs])
    if is_cut:
        model.cut()
    model.switch_quantizers(is_on=True)
    again.restore(model.structure)
    again.module.load_state_dict(model.module.state_dict())
    again.switch_quantizers(is_on=True)
    assert again.structure == model.structure
    assert torch.equal(again.module(inputs), model.module(inputs))


@torch.no_grad()
def test_that_finishing_cuts_what_is_masked_and_learns_the_new_shapes() -> None:
    model = make("simple")
    model.attach_masks()
    model.set_share(1.0)
    model.finish()
    assert (model.structure.is_masked, model.structure.is_cut) == (False, True)
    assert model.captured.graph is not None
    shapes = {node.name: node.meta["tensor_meta"].shape for node in model.captured.graph.nodes}
    assert (shapes["conv1"], shapes["view"]) == ((2, 5, 24, 24), (2, 160))
    # 5 + 10 + 25 of the 80 channels that may go.
    assert model.sparsity() == 0.5


def test_that_gradients_reach_weights_through_mask_and_quantizer_where_both_let_them() -> None:
    network, shape = make_network("simple")
    model = compress(
        network, shape, PruneSpec(granularity=PruneGranularity.WEIGHT, ratio=0.5), QuantizeSpec()
    )
    model.attach_masks()
    model.attach_quantizers()
    model.set_share(1.0)
    model.calibrate([some_inputs(shape, 8)])
    model.switch_quantizers(is_on=True)
    model.module(some_inputs(shape, 8)).square().sum().backward()
    weight = model.module.get_submodule("conv2").parametrizations["weight"]
    keep = weight[0].keep.bool()
    assert weight.original.grad is not None
    assert not weight.original.grad[~keep].any()
    assert (weight.original.grad[keep] != 0).float().mean() > 0.9
    assert not weight()[~keep].any(), "a zero stays a zero on the grid"


def test_that_what_cannot_be_done_is_said_before_anything_is() -> None:
    torch.manual_seed(0)
    with pytest.raises(RequestError, match="can be pruned by channel"):
        compress(Branching().eval(), (6,), HALF)
    with pytest.raises(RequestError, match="can be quantized"):
        compress(Branching().eval(), (6,), None, QuantizeSpec())
    skip_all = {name: LayerPruneSpec(skip=True) for name in ("strange", "plain", "head")}
    with pytest.raises(RequestError, match="can be pruned by channel"):
        compress(Strange().eval(), (6,), PruneSpec(layers=skip_all))


def test_that_single_weights_of_an_untraced_network_can_be_pruned() -> None:
    torch.manual_seed(0)
    network = Branching().eval()
    model = compress(network, (6,), PruneSpec(granularity=PruneGranularity.WEIGHT, ratio=0.75))
    model.attach_masks()
    model.set_share(1.0)
    assert model.sparsity() == 0.75
    model.finish()
    with torch.no_grad():
        assert torch.equal(model.module(some_inputs((6,))), network(some_inputs((6,))))


def test_that_plans_follow_the_table_of_strategies() -> None:
    plan = simultaneous_plan(1000, QuantizeSpec())
    assert (plan.ramp_steps, plan.quantize_from, plan.hold_ranges_from) == (600, 100, 800)
    assert [plan.is_final(step) for step in (600, 601)] == [False, True]
    assert (pruning_plan(50).ramp_steps, pruning_plan(50).quantize_from) == (30, None)
    rounded = aware_plan(50, QuantizeSpec())
    assert (rounded.ramp_steps, rounded.quantize_from) == (0, 0)
