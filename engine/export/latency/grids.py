"""What is measured of each layer: one kind of layer at every pair of widths of its grid."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from torch import nn

from engine.contract.recipe import PruneSpec
from engine.export.latency.probes import Probe
from engine.export.latency.window import window_of
from engine.joint.compressed import CompressedModel
from engine.joint.latency.widths import MATRICES, group_widths, layer_widths
from engine.models.graph import CapturedGraph, layers_of, shape_of


@dataclass(frozen=True, kw_only=True)
class LayerGrid:
    """Layers of the same grid take the same time and are measured once.

    Attributes:
        full: the layer as it is.
        outputs, inputs: sizes of its weight's two dimensions, rising.
    """

    full: Probe
    outputs: tuple[int, ...]
    inputs: tuple[int, ...]

    @property
    def probes(self) -> Iterator[Probe]:
        """Every pair of sizes, row by row."""
        return (self._probe(outputs, inputs) for outputs in self.outputs for inputs in self.inputs)

    def _probe(self, outputs: int, inputs: int) -> Probe:
        """Of a depthwise convolution groups leave, of other grouped ones the channels of every group."""
        is_depthwise = self.full.groups > 1 and self.full.inputs == self.full.groups
        groups = outputs * self.full.groups // self.full.outputs if is_depthwise else self.full.groups
        return replace(self.full, outputs=outputs, inputs=inputs * groups, groups=groups)


def grids_of(model: CompressedModel, *, is_integer: bool) -> dict[str, LayerGrid]:
    """For each layer that can be measured what is measured of it; the model is not cut yet.

    Args:
        model: with its recipe and its channel groups.
        is_integer: whether what it quantizes runs in integers.
    """
    spec = model.recipe.prune or PruneSpec()
    groups = group_widths(model.captured, model.channels, spec)
    widths = layer_widths(model.captured, model.channels)
    integers = model.placement.bits if is_integer and model.placement is not None else {}
    found = {}
    for name, layer in layers_of(model.module):
        probe = probe_of(model.captured, name, layer)
        if probe is not None:
            found[name] = LayerGrid(
                full=replace(probe, is_integer=name in integers),
                outputs=widths[name].outputs.grid(groups),
                inputs=widths[name].inputs.grid(groups),
            )
    return found


def probe_of(captured: CapturedGraph, name: str, layer: nn.Module) -> Probe | None:
    """What a layer's time depends on, in floats.

    None of layers of other kinds, and of those that the graph does not call once on one tensor.
    """
    calls = captured.nodes_of(name)
    shape = shape_of(calls[0].args[0]) if len(calls) == 1 else None
    if shape is None or not isinstance(layer, MATRICES):
        return None
    if isinstance(layer, nn.Linear):
        return Probe(outputs=layer.out_features, inputs=layer.in_features, places=tuple(shape[1:-1]))
    return Probe(
        outputs=layer.out_channels,
        inputs=layer.in_channels,
        places=tuple(shape[2:]),
        window=window_of(layer),
        groups=layer.groups,
    )
