"""Channels chosen by a table of times, on real networks with times that are made up."""

import pytest
import torch

from engine.contract.methods import Objective, PruneMethod, Scope
from engine.contract.recipe import LayerPruneSpec, PruneSpec
from engine.export.latency.grids import grids_of
from engine.joint.compressed import CompressedModel
from engine.joint.latency.choosing import kept_without
from engine.joint.latency.prices import prices_of
from engine.joint.latency.table import LatencyTable, LayerLatency
from engine.joint.selecting import added_up
from tests.engine.networks import compress, error_between, make_network, some_inputs

BLOCK = 4
BY_TIME = {"objective": Objective.LATENCY, "scope": Scope.GLOBAL}


def timed(name: str, spec: PruneSpec) -> CompressedModel:
    """A network whose layers take as long as they multiply, in whole blocks of channels."""
    network, shape = make_network(name)
    model = compress(network, shape, spec)
    layers = {}
    for layer, grid in grids_of(model, is_integer=False).items():
        rows = [[-(-o // BLOCK) * -(-i // BLOCK) / 100 for i in grid.inputs] for o in grid.outputs]
        layers[layer] = LayerLatency(
            outputs=grid.outputs, inputs=grid.inputs, milliseconds=tuple(map(tuple, rows))
        )
    whole = sum(layer.full for layer in layers.values()) + 0.1
    model.latencies = LatencyTable(layers=layers, whole_ms=whole)
    return model


def milliseconds(model: CompressedModel) -> float:
    assert model.latencies is not None
    kept = kept_without(model.channels.groups, frozenset(model.structure.removed))
    return prices_of(model.captured, model.channels, model.latencies).of_network(kept)


@pytest.mark.parametrize("times_faster", [1.2, 2.0])
@pytest.mark.parametrize("name", ["simple", "residual"])
def test_that_the_first_state_that_is_fast_enough_is_taken(name: str, times_faster: float) -> None:
    model = timed(name, PruneSpec(**BY_TIME, target_latency=times_faster))
    before = milliseconds(model)
    model.set_share(1.0)
    after = milliseconds(model)
    assert before / after >= times_faster
    model.cut()
    assert milliseconds(model) == pytest.approx(after), "sizes are told of a model that is cut, too"


def test_that_a_goal_out_of_reach_ends_where_it_is_fastest() -> None:
    model = timed("simple", PruneSpec(**BY_TIME, target_latency=1000.0))
    model.set_share(1.0)
    fastest = milliseconds(model)
    for ratio in (0.3, 0.6, 0.9):
        other = timed("simple", PruneSpec(**BY_TIME, ratio=ratio))
        other.set_share(1.0)
        assert milliseconds(other) >= fastest


@pytest.mark.parametrize("ratio", [0.2, 0.5, 0.7])
def test_that_a_ratio_is_met_as_near_as_jumps_allow(ratio: float) -> None:
    model = timed("simple", PruneSpec(**BY_TIME, ratio=ratio))
    model.set_share(1.0)
    assert model.sparsity() == pytest.approx(ratio, abs=0.15)


def test_that_multiplications_can_be_the_goal_while_time_is_the_price() -> None:
    model = timed("simple", PruneSpec(**BY_TIME, target_macs=2.0))
    before = model.macs_without(frozenset())
    model.set_share(1.0)
    assert before / model.macs_without(frozenset(model.structure.removed)) == pytest.approx(2.0, rel=0.3)


def test_that_less_is_lost_for_the_same_time_than_by_importance_alone() -> None:
    """Widths that importance leaves end within a block, and pay for it whole."""
    by_time = timed("simple", PruneSpec(**BY_TIME, target_latency=1.5))
    by_time.set_share(1.0)
    by_importance = timed("simple", PruneSpec(scope=Scope.GLOBAL, ratio=by_time.sparsity()))
    by_importance.set_share(1.0)
    assert milliseconds(by_time) < milliseconds(by_importance)


def test_that_layers_with_ratios_of_their_own_keep_to_them() -> None:
    own = {"conv1": LayerPruneSpec(ratio=0.3), "conv2": LayerPruneSpec(skip=True)}
    model = timed("simple", PruneSpec(**BY_TIME, target_latency=1.2, layers=own))
    model.set_share(1.0)
    model.cut()
    assert model.module.get_submodule("conv1").out_channels == 7
    assert model.module.get_submodule("conv2").out_channels == 20
    assert model.module.get_submodule("fc1").out_features < 50


def test_that_what_is_gone_stays_gone_along_a_ramp() -> None:
    model = timed("residual", PruneSpec(**BY_TIME, target_latency=2.0))
    model.attach_masks()
    gone: set[int] = set()
    for share in (0.3, 0.6, 1.0):
        model.set_share(share)
        assert gone <= set(model.structure.removed)
        gone = set(model.structure.removed)
    assert gone


@pytest.mark.parametrize("method", PruneMethod)
def test_that_importance_counts_in_every_layer_that_makes_a_channel(method: PruneMethod) -> None:
    network, shape = make_network("residual")
    model = compress(network, shape, PruneSpec())
    importance = dict.fromkeys((c for g in model.channels.groups for c in g.channels), 1.0)
    found = added_up(importance, model.captured, model.channels, method)
    adds_up_itself = method in (PruneMethod.TAYLOR, PruneMethod.FISHER, PruneMethod.SENSITIVITY)
    for group in model.channels.groups:
        assert found[group.channels[0]] == (1.0 if adds_up_itself else len(group.layers))


@torch.no_grad()
def test_that_all_channels_that_a_padded_shortcut_leaves_empty_may_go() -> None:
    """The layers that add to the shortcut keep what the shortcut carries; masked and cut are the same."""
    model = timed("padded_shortcut", PruneSpec(**BY_TIME, ratio=0.99))
    padded = {g.number for g in model.channels.groups if any("pad" in layer for layer in g.layers)}
    inputs = some_inputs(model.captured.example_shape)
    model.attach_masks()
    model.set_share(1.0)
    kept = kept_without(model.channels.groups, frozenset(model.structure.removed))
    assert padded and {kept[number] for number in padded} == {0}
    masked = model.module(inputs)
    model.cut()
    assert error_between(model.module(inputs), masked) < 1e-5
