"""What a channel saves: against the model before and after the cut of that one channel."""

import pytest

from engine.analysis.cost import count_macs, count_parameters
from engine.contract.methods import Objective, Scope
from engine.contract.recipe import PruneSpec
from engine.joint.compressed import CompressedModel
from engine.joint.objective import PRICES, savings_of
from tests.engine.networks import compress, make_network


def make(name: str, spec: PruneSpec) -> CompressedModel:
    network, shape = make_network(name)
    return compress(network, shape, spec)


def count(model: CompressedModel, objective: Objective) -> int:
    if objective is Objective.SIZE:
        return count_parameters(model.module)[0]
    return sum(macs or 0 for macs in count_macs(model.captured).values())


def test_that_every_objective_that_is_weighed_has_its_price() -> None:
    assert set(PRICES) == set(Objective) - {Objective.IMPORTANCE, Objective.LATENCY}


@pytest.mark.parametrize("is_masked", [False, True])
@pytest.mark.parametrize("objective", PRICES)
@pytest.mark.parametrize("name", ["simple", "residual", "depthwise"])
def test_that_a_channel_saves_what_its_cut_saves(name: str, objective: Objective, is_masked: bool) -> None:
    """Where one tensor has a channel in both dimensions, what they share is counted twice; it is little."""
    model = make(name, PruneSpec())
    if is_masked:
        model.attach_masks()
    saved = savings_of(model.captured, model.channels, objective)
    for number, group in enumerate(model.channels.groups):
        cut = make(name, PruneSpec())
        root = cut.channels.groups[number].channels[0]
        before = count(cut, objective)
        cut.restore(type(cut.structure)(removed=(root,), is_cut=True))
        assert saved[group.channels[0]] == pytest.approx(before - count(cut, objective), rel=0.08)


def test_that_dear_channels_go_before_cheap_ones_of_the_same_importance() -> None:
    """SimpleNet: a channel of conv2 saves 64 · 250 multiplications there and 16 · 50 in fc1, one of fc1 but 330."""
    kept = {}
    for objective in (Objective.IMPORTANCE, *PRICES):
        model = make("simple", PruneSpec(scope=Scope.GLOBAL, ratio=0.3, objective=objective))
        model.set_share(1.0)
        model.cut()
        kept[objective] = {
            name: model.module.get_parameter(f"{name}.weight").shape[0] for name in ("conv2", "fc1")
        }
    assert kept[Objective.MACS]["conv2"] < kept[Objective.IMPORTANCE]["conv2"]
    assert kept[Objective.MACS]["fc1"] > kept[Objective.IMPORTANCE]["fc1"]


@pytest.mark.parametrize("objective", PRICES)
def test_that_weighing_saves_more_for_the_same_share_of_channels(objective: Objective) -> None:
    left = {}
    for chosen in (Objective.IMPORTANCE, objective):
        model = make("simple", PruneSpec(scope=Scope.GLOBAL, ratio=0.4, objective=chosen))
        model.set_share(1.0)
        model.cut()
        left[chosen] = count(model, objective)
    assert left[objective] < left[Objective.IMPORTANCE]
