"""The widths that channel groups may be cut to, and how the sizes of layers follow them."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

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


def group_widths(
    captured: CapturedGraph, channels: ChannelMap, spec: PruneSpec
) -> dict[int, tuple[int, ...]]:
    """The widths of every group, by its number.

    Those that a padded shortcut leaves empty (He 2016, option A) may go as a whole, unless a minimum was asked for: the
    layers that add to the shortcut make others too.
    """
    layers = {name for name, _ in layers_of(captured.module)}
    widths = {}
    for group in channels.groups:
        is_padding = spec.minimum == 1 and not layers.issuperset(group.layers)
        widths[group.number] = (*((0,) if is_padding else ()), *widths_of(group, spec))
    return widths


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
    """For each convolution and matrix how its sizes follow the groups, whether the model is cut already or not."""
    group_of = {channel: group for group in channels.groups for channel in group.channels}
    slots = {(slot.tensor, slot.dim): channels.roots[slot.atoms].tolist() for slot in channels.table.slots}
    found = {}
    for name, layer in layers_of(captured.module):
        if isinstance(layer, MATRICES):
            sizes = layer.weight.shape[:2]
            roots = [slots.get((f"{name}.weight", dim)) for dim in range(2)]
            outputs, inputs = (
                Dimension(size, {}) if places is None else _dimension(places, group_of)
                for size, places in zip(sizes, roots, strict=True)
            )
            found[name] = LayerWidths(outputs, inputs)
    return found


def _dimension(places: list[int], group_of: Mapping[int, ChannelGroup]) -> Dimension:
    """Of the channel at each place, which belongs to a group if it can be removed."""
    groups = [group_of[channel] for channel in places if channel in group_of]
    each = Counter(group.number for group in groups)
    channels = {group.number: len(group.channels) for group in groups}
    return Dimension(
        len(places) - len(groups), {number: count / channels[number] for number, count in each.items()}
    )
