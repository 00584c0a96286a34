"""What a model costs: parameters, multiplications, bit operations."""

from collections.abc import Callable
from math import prod

import torch
from torch import nn

from engine.models.graph import CapturedGraph, layers_of, shape_of

Shape = tuple[int, ...]


def convolution_macs(layer: nn.Module, source: Shape, output: Shape) -> int:
    """Every output value reads ``in_channels / groups × kernel`` weights; transposed, every input value writes."""
    assert isinstance(layer, nn.modules.conv._ConvNd)
    kernel = prod(layer.kernel_size)
    if layer.transposed:
        return prod(source[1:]) * layer.out_channels // layer.groups * kernel
    return prod(output[1:]) * layer.in_channels // layer.groups * kernel


def matrix_macs(layer: nn.Module, source: Shape, output: Shape) -> int:
    """Every output value reads ``in_features`` weights."""
    assert isinstance(layer, nn.Linear)
    return prod(output[1:]) * layer.in_features


def no_macs(layer: nn.Module, source: Shape, output: Shape) -> int:
    """A look-up multiplies nothing."""
    return 0


MACS: dict[type[nn.Module], Callable[[nn.Module, Shape, Shape], int]] = {
    nn.modules.conv._ConvNd: convolution_macs,
    nn.Linear: matrix_macs,
    nn.Embedding: no_macs,
}
"""What counts the multiplications of each kind of layer for one sample, from shapes that have the batch."""


def count_macs(captured: CapturedGraph) -> dict[str, int | None]:
    """Multiplications of one sample by layer; None where they are not known."""
    return {name: _macs_of(captured, name, layer) for name, layer in layers_of(captured.module)}


def _macs_of(captured: CapturedGraph, name: str, layer: nn.Module) -> int | None:
    count = next((count for kind, count in MACS.items() if isinstance(layer, kind)), None)
    if count is None or captured.graph is None:
        return None
    total = 0
    for node in captured.nodes_of(name):
        source, output = shape_of(node.args[0]), shape_of(node)
        if source is None or output is None:
            return None
        total += count(layer, source, output)
    return total


def total_macs(counts: dict[str, int | None]) -> int | None:
    """The sum; None where some layer's share is not known."""
    values = list(counts.values())
    return (
        None
        if any(value is None for value in values)
        else sum(value for value in values if value is not None)
    )


def count_parameters(module: nn.Module) -> tuple[int, int]:
    """Elements of all parameters, and how many are not zero; shared ones count once."""
    parameters = list(module.parameters())
    total = sum(parameter.numel() for parameter in parameters)
    return total, sum(int(torch.count_nonzero(parameter)) for parameter in parameters)
