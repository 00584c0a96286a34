"""The widths that channel groups may be cut to, and how the sizes of layers follow them."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import nn

from engine.contract.recipe import PruneSpec
from engine.joint.latency.table import BLOCK
from engine.models.graph import CapturedGraph, layers_of
from engine.pruning.channels import ChannelGroup, ChannelMap

MOST_WIDTHS = 8
MATRICES = (nn.Linear, nn.Conv1d, nn.Conv2d)
Widths = Mapping[int, tuple[int, ...]]
"""The widths that each group may have, by its number, rising."""
Kept = Mapping[int, int]
"""How many channels each group keeps, by its number."""


def widths_of(group: ChannelGroup, spec: PruneSpec) -> tuple[int, ...]:
    """The widths that a group may have, rising; the last is its full one.

    Multiples of ``round_to``, or else of 8 (of a quarter of what groups of fewer than 16 have); of a wide group at most
    eight, evenly spaced, as every pair of widths of a layer is measured.
    """
    full = len(group.channels)
    step = spec.round_to if spec.round_to > 1 else BLOCK if full >= 2 * BLOCK else max(full // 4, 1)
    step *= max(math.ceil(full / step / MOST_WIDTHS), 1)
    return (*(width for width in range(step, full, step) if width >= spec.minimum), full)


@dataclass(frozen=True)
class Dimension:
    """One dimension of a weight: ``fixed`` positions, and so many for each channel that a group keeps."""

    fixed: float
    each: Mapping[int, float]

    def size(self, kept: Kept) -> float:
        """Its size when groups keep so many channels."""
        return self.fixed + sum(each * kept[number] for number, each in self.each.items())

    def grid(self, widths: Widths) -> tuple[int, ...]:
        """Sizes to be measured, rising; where several groups come together, whole blocks from all narrow to all wide.

        >>> Dimension(0, {3: 2.0}).grid({3: (8, 16)})
        (16, 32)
        """
        if len(self.each) == 1:
            ((number, each),) = self.each.items()
            return tuple(round(self.fixed + each * width) for width in widths[number])
        narrow, wide = (round(self.size({n: widths[n][end] for n in self.each})) for end in (0, -1))
        step = BLOCK * max(math.ceil((wide - narrow) / BLOCK / MOST_WIDTHS), 1)
        return (*range(wide - (wide - narrow) // step * step, wide, step), wide)


@dataclass(frozen=True)
class LayerWidths:
    """The two dimensions of a layer's weight that channels are cut from."""

    outputs: Dimension
    inputs: Dimension

    @property
    def groups(self) -> frozenset[int]:
        """The numbers of the groups that change it."""
        return frozenset((*self.outputs.each, *self.inputs.each))


def layer_widths(captured: CapturedGraph, channels: ChannelMap) -> dict[str, LayerWidths]:
    """For each convolution and matrix how its sizes follow the groups; of a model that is not cut yet."""
    group_of = {channel: group for group in channels.groups for channel in group.channels}
    found = {}
    for name, layer in layers_of(captured.module):
        if isinstance(layer, MATRICES):
            atoms = {slot.dim: slot.atoms for slot in channels.table.slots if slot.tensor == f"{name}.weight"}
            roots = {dim: channels.roots[places].tolist() for dim, places in atoms.items()}
            outputs, inputs = (
                _dimension(size, [group_of[root] for root in roots.get(dim, ()) if root in group_of])
                for dim, size in enumerate(_sizes(layer))
            )
            found[name] = LayerWidths(outputs, inputs)
    return found


def _sizes(layer: nn.Module) -> tuple[int, int]:
    weight = layer.weight
    assert isinstance(weight, torch.Tensor)
    return weight.shape[0], weight.shape[1]


def _dimension(size: int, groups: Iterable[ChannelGroup]) -> Dimension:
    """Of the groups that the positions belong to which can be removed, one for each position."""
    channels: dict[int, int] = {}
    positions: dict[int, int] = {}
    for group in groups:
        channels[group.number] = len(group.channels)
        positions[group.number] = positions.get(group.number, 0) + 1
    each = {number: positions[number] / channels[number] for number in positions}
    return Dimension(size - sum(positions.values()), each)
