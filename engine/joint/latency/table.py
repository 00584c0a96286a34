"""Measured milliseconds of layers by their widths, and of the whole network before its cut.

The price of a channel is a staircase: a runtime's kernels compute whole blocks of 8 or 16 channels, so that most
channels save nothing and every eighth saves a lot, and other steps lie in int8 than in float32. So widths on a grid
are measured, one by one (NetAdapt, Yang 2018, section 3.3: layer-wise look-up tables). Sizes between two of them are
rounded up to whole blocks and interpolated.
"""

import math

import numpy as np

from engine.contract.record import Record

BLOCK = 8
Row = tuple[float, ...]


class LayerLatency(Record, frozen=True, kw_only=True):
    """One layer's milliseconds.

    Attributes:
        outputs: sizes of its weight's dimension 0 that were measured, rising.
        inputs: sizes of dimension 1, rising: the inputs of one group of a grouped convolution.
        milliseconds: a row for each of ``outputs``, with a number for each of ``inputs``.
    """

    outputs: tuple[int, ...]
    inputs: tuple[int, ...]
    milliseconds: tuple[Row, ...]

    def at(self, outputs: float, inputs: float) -> float:
        """Milliseconds at any size: as measured, or of whole blocks on the line between the nearest that were.

        >>> layer = LayerLatency(outputs=(8, 32), inputs=(4,), milliseconds=((1.0,), (4.0,)))
        >>> layer.at(8, 4), layer.at(9, 4), layer.at(25, 4)
        (1.0, 2.0, 4.0)
        """
        wide = _whole_blocks(inputs, self.inputs)
        rows = [float(np.interp(wide, self.inputs, row)) for row in self.milliseconds]
        return float(np.interp(_whole_blocks(outputs, self.outputs), self.outputs, rows))

    @property
    def full(self) -> float:
        """Milliseconds of the layer before any cut."""
        return self.milliseconds[-1][-1]


class LatencyTable(Record, frozen=True, kw_only=True):
    """What was measured of one network on one machine.

    Attributes:
        layers: those that could be measured, by name.
        whole_ms: of the whole uncut network; None where it was not measured.
        is_integer: whether layers that are quantized were measured in integers.
        threads: of the runtime.
    """

    layers: dict[str, LayerLatency]
    whole_ms: float | None = None
    is_integer: bool = False
    threads: int = 1

    @property
    def rest_ms(self) -> float:
        """Of the whole network what no measured layer takes: additions, pools, calls; taken to stay as it is."""
        measured = sum(layer.full for layer in self.layers.values())
        return 0.0 if self.whole_ms is None else max(self.whole_ms - measured, 0.0)


def _whole_blocks(size: float, measured: tuple[int, ...]) -> float:
    """A size that was measured as it is, any other rounded up."""
    return size if size in measured else BLOCK * math.ceil(size / BLOCK)
