"""What is tried on a layer: its weights with the smallest ones gone, with whole channels gone, or rounded."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import torch
from torch import Tensor, nn

from engine.models.graph import CapturedGraph, layers_of, weight_of
from engine.pruning.channel_criteria import sum_of_rows
from engine.pruning.channels import ChannelGroup, ChannelMap, importance_of, map_channels
from engine.pruning.rows import channel_rows
from engine.quantization.weights import UniformWeight, WeightForm

BITS = (8, 6, 4, 3, 2)
RATIOS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class Axis(StrEnum):
    """In what direction a layer is changed."""

    PRUNE = "prune"
    CHANNELS = "channels"
    QUANTIZE = "quantize"


@dataclass(frozen=True)
class Change:
    """One thing to try: ``amount`` is a ratio or a number of bits.

    ``layers`` share the outcome: cutting a channel changes all layers that are coupled to it alike.
    """

    layers: tuple[str, ...]
    axis: Axis
    amount: float


class Layers:
    """The layers of a captured model and what may be tried on them."""

    def __init__(self, captured: CapturedGraph) -> None:
        self._module = captured.module
        self._layers = dict(layers_of(captured.module))
        self._parameters = dict(captured.module.named_parameters())
        self.channels: ChannelMap = map_channels(captured)
        self._order: dict[int, list[int]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Those that have weights, in order."""
        return tuple(name for name, layer in self._layers.items() if weight_of(layer) is not None)

    def matrices(self, layer: str) -> dict[str, Tensor]:
        """The weights of one layer by full name: one, or several in recurrent layers and attention."""
        prefix = f"{layer}." if layer else ""
        found = {f"{prefix}{name}": tensor for name, tensor in self._layers[layer].named_parameters()}
        return {name: tensor.detach() for name, tensor in found.items() if tensor.dim() > 1}

    def coupled(self) -> tuple[tuple[str, ...], ...]:
        """Layers that lose the same channels, together."""
        cells: dict[tuple[int, ...], list[str]] = {}
        for name in self.names:
            numbers = tuple(group.number for group in self.channels.groups if name in group.layers)
            if numbers:
                cells.setdefault(numbers, []).append(name)
        return tuple(tuple(names) for names in cells.values())

    def changes(self) -> Iterator[Change]:
        """All that is tried, layer by layer."""
        for name in self.names:
            yield from (Change((name,), Axis.QUANTIZE, bits) for bits in BITS)
            yield from (Change((name,), Axis.PRUNE, ratio) for ratio in RATIOS)
        for names in self.coupled():
            yield from (Change(names, Axis.CHANNELS, ratio) for ratio in RATIOS)

    def changed(self, change: Change) -> dict[str, Tensor]:
        """The parameters as the change makes them, by full name."""
        if change.axis is Axis.CHANNELS:
            return self.without_channels(change.layers[0], change.amount)
        weights = self.matrices(change.layers[0])
        if change.axis is Axis.QUANTIZE:
            return {name: rounded(weight, int(change.amount)) for name, weight in weights.items()}
        return without_smallest(weights, change.amount)

    def without_channels(self, layer: str, ratio: float) -> dict[str, Tensor]:
        """Zeroes what a cut of the layer's channels would remove, in all layers that are coupled to it."""
        result = {}
        for name, dims in self.channels.kept(self.removed(layer, ratio)).items():
            if name not in self._parameters:
                continue
            tensor = self._parameters[name].detach().clone()
            for dim, keep in dims.items():
                tensor.index_fill_(dim, torch.from_numpy(~keep).nonzero().flatten().to(tensor.device), 0)
            result[name] = tensor
        return result

    def kept_outputs(self, layer: str, ratio: float) -> Tensor:
        """The numbers of the layer's output channels that stay, int64."""
        start, end = self.channels.table.ranges[layer]
        is_removed = np.isin(self.channels.roots[start:end], list(self.removed(layer, ratio)))
        return torch.from_numpy(~is_removed).nonzero().flatten()

    def removed(self, layer: str, ratio: float) -> frozenset[int]:
        """The least important channels of each group that the layer takes part in, never all of one."""
        found: set[int] = set()
        for group in self.channels.groups:
            if layer in group.layers:
                order = self._ranked(group)
                found.update(order[: min(round(len(order) * ratio), len(order) - 1)])
        return frozenset(found)

    def _ranked(self, group: ChannelGroup) -> list[int]:
        """A group's channels, the least important first."""
        if not self._order:
            importance = importance_of(self.channels, self._scores())
            for each in self.channels.groups:
                self._order[each.number] = sorted(each.channels, key=lambda root: (importance[root], root))
        return self._order[group.number]

    def _scores(self) -> dict[str, Tensor]:
        makers = self.channels.layers & self._layers.keys()
        return {name: sum_of_rows(self.rows(name).abs()) for name in makers}

    def weight(self, layer: str) -> Tensor:
        """The layer's weight, or the largest of several."""
        weight = weight_of(self._layers[layer])
        assert weight is not None
        return weight.detach()

    def rows(self, layer: str) -> Tensor:
        """What makes each of the layer's channels, shape (channels, …)."""
        part = self._layers[layer]
        return channel_rows(part, part.get_parameter).detach()

    @property
    def module(self) -> nn.Module:
        """The model whose layers these are."""
        return self._module


def rounded(weight: Tensor, bits: int) -> Tensor:
    """A weight on the grid that quantizing to ``bits`` would give it, symmetric per output channel."""
    result = UniformWeight(WeightForm(bits=bits))(weight)
    assert isinstance(result, Tensor)
    return result


def without_smallest(weights: dict[str, Tensor], ratio: float) -> dict[str, Tensor]:
    """All weights of a layer with the share ``ratio`` of the smallest set to zero, compared over all of them."""
    sizes = torch.cat([weight.abs().flatten() for weight in weights.values()])
    count = int(len(sizes) * ratio + 0.5)
    if count == 0:
        return dict(weights)
    limit = sizes.kthvalue(count).values
    return {name: weight * (weight.abs() > limit) for name, weight in weights.items()}
