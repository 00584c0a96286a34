"""One layer as an ONNX file of its own, in the company that it keeps in a network.

A runtime changes the order of a tensor's channels where a convolution begins and where it ends; within a network
that is done once for many layers. So a convolution stands between a thin one that makes its input and a pool that
leaves little to be changed back, and what the same file takes without it is subtracted.
"""

from dataclasses import dataclass

import onnx

from engine.export.latency.window import Window
from engine.export.latency.writing import ProbeGraph

DATA_CHANNELS = 3
# A layer of so few inputs reads the data itself, and needs nobody to make them.
FEW_INPUTS = 4


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a layer's time depends on.

    Attributes:
        outputs, inputs: its channels in all.
        places: the shape of its input without batch and channels: height and width, or the tokens of a sequence.
        window: of a convolution; None for a matrix.
        groups: of a convolution.
        is_integer: whether it runs in integers, between QuantizeLinear and DequantizeLinear.
    """

    outputs: int
    inputs: int
    places: tuple[int, ...] = ()
    window: Window | None = None
    groups: int = 1
    is_integer: bool = False

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of the file's input, with a batch of 1."""
        if self.window is None:
            return (1, *self.places, self.inputs)
        return (1, self.inputs if self._reads_data else DATA_CHANNELS, *self.places)

    @property
    def _reads_data(self) -> bool:
        return self.inputs < FEW_INPUTS

    def model(self, *, has_layer: bool) -> onnx.ModelProto:
        """The file with the layer, or the one whose time is subtracted."""
        graph = ProbeGraph(is_integer=self.is_integer)
        if self.window is None:
            graph.rectify()
            if has_layer:
                graph.multiply(self.outputs, self.inputs, is_sequence=bool(self.places))
        else:
            graph.quantize()
            if not self._reads_data:
                graph.convolve((self.inputs, DATA_CHANNELS), Window.point(len(self.places)))
            if has_layer:
                graph.convolve((self.outputs, self.inputs // self.groups), self.window, groups=self.groups)
            graph.pick_place(self.places)
        return graph.model(self.input_shape)
