"""What a network takes when its groups keep so many channels, after a table of its layers."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from engine.joint.latency.table import LatencyTable
from engine.joint.latency.widths import Kept, LayerWidths, layer_widths
from engine.models.graph import CapturedGraph
from engine.pruning.channels import ChannelMap


@dataclass(frozen=True)
class Prices:
    """A table of layers, and how their sizes follow the groups."""

    table: LatencyTable
    widths: dict[str, LayerWidths]

    @cached_property
    def layers_of(self) -> dict[int, frozenset[str]]:
        """The measured layers that each group changes, by its number."""
        found: dict[int, set[str]] = defaultdict(set)
        for layer in self.table.layers:
            for number in self.widths[layer].groups:
                found[number].add(layer)
        return {number: frozenset(layers) for number, layers in found.items()}

    def of_layer(self, layer: str, kept: Kept) -> float:
        """Milliseconds of a layer."""
        widths = self.widths[layer]
        return self.table.layers[layer].at(widths.outputs.size(kept), widths.inputs.size(kept))

    def of_group(self, number: int, kept: Kept) -> float:
        """Milliseconds of all layers that a group changes."""
        return sum(self.of_layer(layer, kept) for layer in sorted(self.layers_of.get(number, ())))

    def neighbours(self, number: int) -> frozenset[int]:
        """The groups that change a layer which this group changes too, and itself."""
        layers = self.layers_of.get(number, ())
        return frozenset((number, *(other for layer in layers for other in self.widths[layer].groups)))

    def of_network(self, kept: Kept) -> float:
        """Milliseconds of the whole network: its layers, and a rest that stays as it is."""
        return self.table.rest_ms + sum(self.of_layer(layer, kept) for layer in self.table.layers)


def prices_of(captured: CapturedGraph, channels: ChannelMap, table: LatencyTable) -> Prices:
    """What the layers of a model take, before its cut or after it, by a table of the uncut model."""
    return Prices(table, layer_widths(captured, channels))
