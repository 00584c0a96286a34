"""Widths of groups, and sizes of layers that follow them: against the cut itself."""

import pytest
from torch import nn

from engine.contract.recipe import PruneSpec
from engine.joint.latency.table import LayerLatency
from engine.joint.latency.widths import Dimension, layer_widths, widths_of
from engine.pruning.channels import ChannelGroup
from tests.engine.networks import compress, make_network


def group(channels: int) -> ChannelGroup:
    return ChannelGroup(number=0, layers=("a",), channels=tuple(range(channels)))


@pytest.mark.parametrize(
    ("channels", "spec", "widths"),
    [
        (32, PruneSpec(), (8, 16, 24, 32)),
        (20, PruneSpec(), (8, 16, 20)),
        (10, PruneSpec(), (2, 4, 6, 8, 10)),
        (3, PruneSpec(), (1, 2, 3)),
        (1, PruneSpec(), (1,)),
        (64, PruneSpec(round_to=16), (16, 32, 48, 64)),
        (64, PruneSpec(minimum=40), (40, 48, 56, 64)),
        (512, PruneSpec(), (64, 128, 192, 256, 320, 384, 448, 512)),
        (500, PruneSpec(), (64, 128, 192, 256, 320, 384, 448, 500)),
    ],
)
def test_that_widths_are_multiples_of_the_runtimes_blocks(
    channels: int, spec: PruneSpec, widths: tuple[int, ...]
) -> None:
    assert widths_of(group(channels), spec) == widths


@pytest.mark.parametrize(
    "name", ["simple", "residual", "dense", "depthwise", "grouped", "padded_shortcut", "shuffled"]
)
def test_that_sizes_follow_the_groups_as_the_cut_makes_them(name: str) -> None:
    network, shape = make_network(name)
    model = compress(network, shape, PruneSpec(ratio=0.5))
    widths = layer_widths(model.captured, model.channels)
    groups = model.channels.groups
    model.set_share(1.0)
    removed = set(model.structure.removed)
    kept = {g.number: len(set(g.channels) - removed) for g in groups}
    model.cut()
    for layer, found in widths.items():
        weight = model.module.get_submodule(layer).weight
        assert isinstance(weight, nn.Parameter)
        assert (found.outputs.size(kept), found.inputs.size(kept)) == pytest.approx(tuple(weight.shape[:2]))


def test_that_a_dimension_of_several_groups_is_measured_in_whole_blocks() -> None:
    dimension = Dimension(16, {0: 1.0, 1: 2.0})
    assert dimension.grid({0: (8, 16), 1: (4, 8, 12)}) == (32, 40, 48, 56)


def test_that_sizes_between_two_blocks_cost_the_next_whole_one() -> None:
    layer = LayerLatency(outputs=(4,), inputs=(8, 24, 32), milliseconds=((1.0, 3.0, 7.0),))
    assert [layer.at(4, size) for size in (8, 9, 16, 17, 24, 25, 32)] == [1.0, 2.0, 2.0, 3.0, 3.0, 7.0, 7.0]
