"""Which weights and channels go: against torch's own pruning, closed forms, and counts by hand."""

import pytest
import torch
from torch import nn
from torch.nn.utils import prune as torch_prune

from engine.contract.methods import PruneGranularity, Schedule, Scope
from engine.contract.recipe import LayerPruneSpec, PruneSpec
from engine.pruning.channels import ChannelGroup
from engine.pruning.schedules import SCHEDULES
from engine.pruning.selection import select_channels
from engine.pruning.weight_selection import select_weights
from tests.engine.networks import compress, make_network

WEIGHT = PruneGranularity.WEIGHT


def make_layers() -> dict[str, nn.Linear]:
    torch.manual_seed(0)
    return {"a": nn.Linear(30, 20), "b": nn.Linear(20, 11), "c": nn.Linear(7, 5)}


def make_groups(*sizes: int) -> tuple[ChannelGroup, ...]:
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return tuple(
        ChannelGroup(number=n, layers=(f"l{n}",), channels=tuple(range(start, start + size)))
        for n, (start, size) in enumerate(zip(starts, sizes, strict=True))
    )


@pytest.mark.parametrize("ratio", [0.0, 0.13, 0.5, 0.9])
def test_that_layer_scope_is_torchs_l1_unstructured(ratio: float) -> None:
    layers = make_layers()
    scores = {name: layer.weight.detach().abs() for name, layer in layers.items()}
    masks = select_weights(scores, PruneSpec(granularity=WEIGHT, ratio=ratio, scope=Scope.LAYER), share=1.0)
    for name, layer in layers.items():
        torch_prune.l1_unstructured(layer, "weight", amount=ratio)
        assert torch.equal(masks[name], layer.weight_mask.bool()), name


@pytest.mark.parametrize("ratio", [0.13, 0.5, 0.9])
def test_that_global_scope_is_torchs_global_unstructured(ratio: float) -> None:
    layers = make_layers()
    scores = {name: layer.weight.detach().abs() for name, layer in layers.items()}
    masks = select_weights(scores, PruneSpec(granularity=WEIGHT, ratio=ratio, scope=Scope.GLOBAL), share=1.0)
    torch_prune.global_unstructured(
        [(layer, "weight") for layer in layers.values()], torch_prune.L1Unstructured, amount=ratio
    )
    for name, layer in layers.items():
        assert torch.equal(masks[name], layer.weight_mask.bool()), name


def test_that_channels_go_by_torchs_l1_norm_of_filters() -> None:
    network, shape = make_network("simple")
    model = compress(network, shape, PruneSpec(ratio=0.4))
    model.attach_masks()
    model.set_share(1.0)
    mine = model.masked_weight("conv2").abs().flatten(1).sum(1) > 0
    conv = nn.Conv2d(10, 20, 5)
    conv.weight.data.copy_(make_network("simple")[0].get_parameter("conv2.weight").data)
    torch_prune.ln_structured(conv, "weight", amount=0.4, n=1, dim=0)
    assert torch.equal(mine, conv.weight_mask.flatten(1).any(1))


def test_that_ties_are_broken_by_position() -> None:
    masks = select_weights({"a": torch.ones(4, 4)}, PruneSpec(granularity=WEIGHT, ratio=0.25), share=1.0)
    assert masks["a"].tolist() == [[False] * 4] + [[True] * 4] * 3


def test_that_layers_of_their_own_ratio_stay_out_of_the_global_comparison() -> None:
    scores = {"a": torch.arange(1.0, 11), "b": torch.arange(100.0, 110), "c": torch.arange(0.1, 1.1, 0.1)}
    layers = {"b": LayerPruneSpec(ratio=0.3), "c": LayerPruneSpec(skip=True)}
    spec = PruneSpec(granularity=WEIGHT, ratio=0.5, scope=Scope.GLOBAL, layers=layers)
    masks = select_weights(scores, spec, share=1.0)
    assert {name: int((~mask).sum()) for name, mask in masks.items()} == {"a": 5, "b": 3, "c": 0}


@pytest.mark.parametrize(
    ("multiple", "kept"), [(1, [7, 16, 1]), (8, [8, 16, 2]), (16, [13, 16, 2]), (5, [5, 15, 2])]
)
def test_that_numbers_kept_are_multiples_or_the_layer_is_left_whole(multiple: int, kept: list[int]) -> None:
    """Half of 13, 32 and 2 channels is 7 (halves go to even: 6 are removed), 16 and 1."""
    groups = make_groups(13, 32, 2)
    importance = {channel: float(channel) for group in groups for channel in group.channels}
    removed = select_channels(groups, importance, PruneSpec(ratio=0.5, round_to=multiple), share=1.0)
    assert [len(set(group.channels) - removed) for group in groups] == kept
    for group, count in zip(groups, kept, strict=True):
        assert set(group.channels) - removed == set(group.channels[-count:])


@pytest.mark.parametrize("scope", Scope)
def test_that_every_group_keeps_a_channel(scope: Scope) -> None:
    groups = make_groups(1, 3, 40)
    importance = {channel: float(channel) for group in groups for channel in group.channels}
    removed = select_channels(groups, importance, PruneSpec(ratio=0.99, scope=scope), share=1.0)
    assert [len(set(group.channels) - removed) for group in groups] == [1, 1, 1]


def test_that_global_scope_removes_the_least_important_of_all() -> None:
    groups = make_groups(4, 4)
    importance = {0: 1.0, 1: 2.0, 2: 3.0, 3: 9.0, 4: 4.0, 5: 5.0, 6: 6.0, 7: 7.0}
    removed = select_channels(groups, importance, PruneSpec(ratio=0.5, scope=Scope.GLOBAL), share=1.0)
    assert removed == {0, 1, 2, 4}


def test_that_the_ramp_is_the_cubic_of_zhu_and_gupta() -> None:
    """Equation 1 with initial sparsity 0 and final sparsity s: s − s (1 − t)³, so the share is 1 − (1 − t)³."""
    cubic = SCHEDULES[Schedule.CUBIC]
    for step in range(11):
        assert cubic(step / 10, 5) == pytest.approx(1 - (10 - step) ** 3 / 1000)
    assert (cubic(-1, 5), cubic(2, 5)) == (0, 1)
    assert {SCHEDULES[Schedule.ONE_SHOT](t, 5) for t in (0.0, 0.5, 1.0)} == {1.0}


def test_that_every_schedule_has_its_function_and_ends_with_everything() -> None:
    assert set(SCHEDULES) == set(Schedule)
    assert {share(1.0, 5) for share in SCHEDULES.values()} == {1.0}


@pytest.mark.parametrize("rounds", [2, 3, 7])
def test_that_rounds_are_equal_steps_of_the_same_length(rounds: int) -> None:
    """Of 840 steps, every 840 ÷ (rounds − 1) another share of 1 ÷ rounds goes."""
    shares = [SCHEDULES[Schedule.ITERATIVE](step / 840, rounds) for step in range(841)]
    begins = [step for step in range(1, 841) if shares[step] != shares[step - 1]]
    assert shares[0] == pytest.approx(1 / rounds)
    assert begins == [840 * number // (rounds - 1) for number in range(1, rounds)]
    assert [shares[step] for step in begins] == pytest.approx([n / rounds for n in range(2, rounds + 1)])


@pytest.mark.parametrize(
    ("minimum", "multiple", "kept"), [(4, 1, [4, 4, 2]), (9, 4, [12, 12, 2]), (1, 1, [1, 3, 1])]
)
def test_that_every_group_keeps_the_minimum_or_stays_whole(
    minimum: int, multiple: int, kept: list[int]
) -> None:
    groups = make_groups(13, 32, 2)
    importance = {channel: float(channel) for group in groups for channel in group.channels}
    spec = PruneSpec(ratio=0.9, minimum=minimum, round_to=multiple)
    removed = select_channels(groups, importance, spec, share=1.0)
    assert [len(set(group.channels) - removed) for group in groups] == kept


def test_that_masks_only_grow_along_the_ramp() -> None:
    """What is masked scores 0, so it stays masked whatever training does to the weight behind it."""
    network, shape = make_network("simple")
    model = compress(
        network, shape, PruneSpec(ratio=0.8, granularity=PruneGranularity.WEIGHT, scope=Scope.GLOBAL)
    )
    model.attach_masks()
    gone = torch.zeros(0, dtype=torch.bool)
    for share in (0.2, 0.5, 0.9, 1.0):
        model.set_share(share)
        with torch.no_grad():
            model.module.get_submodule("fc1").parametrizations["weight"].original.add_(0.05)
        zeros = (model.masked_weight("fc1") == 0).flatten()
        assert not len(gone) or bool(zeros[gone].all())
        gone = zeros
    weights = 250 + 5000 + 16_000 + 500
    assert model.sparsity() == round(weights * 0.8) / weights
