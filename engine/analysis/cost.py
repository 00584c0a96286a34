"""What a model costs: parameters, multiplications, bit operations."""

from collections.abc import Callable
from math import prod

import torch
from torch import nn

from engine.models.graph import CapturedGraph, layers_of, shape_of

Shape = tuple[int, ...]


def convolution_macs(layer: nn.Module, output: Shape) -> int:
    """Every output value reads ``in_channels / groups × kernel`` weights (of one sample; ``output`` has the batch)."""
    assert isinstance(layer, nn.modules.conv._ConvNd)
    reads = layer.in_channels // layer.groups * prod(layer.kernel_size)
    if layer.transposed:
        reads = (
            layer.out_channels
            // layer.groups
            * prod(layer.kernel_size)
            * layer.in_channels
            // layer.out_channels
        )
    return prod(output[1:]) * reads


def matrix_macs(layer: nn.Module, output: Shape) -> int:
    """Every output value reads ``in_features`` weights."""
    assert isinstance(layer, nn.Linear)
    return prod(output[1:]) * layer.in_features


def no_macs(layer: nn.Module, output: Shape) -> int:
    """A look-up multiplies nothing."""
    return 0


MACS: dict[type[nn.Module], Callable[[nn.Module, Shape], int]] = {
    nn.modules.conv._ConvNd: convolution_macs,
    nn.Linear: matrix_macs,
    nn.Embedding: no_macs,
}
"""What counts the multiplications of each kind of layer."""


def count_macs(captured: CapturedGraph) -> dict[str, int | None]:
    """Multiplications of one sample by layer; None where they are not known."""
    counts: dict[str, int | None] = {}
    for name, layer in layers_of(captured.module):
        count = next((count for kind, count in MACS.items() if isinstance(layer, kind)), None)
        outputs = [shape_of(node) for node in captured.nodes_of(name)]
        shapes = [shape for shape in outputs if shape is not None]
        is_known = count is not None and captured.graph is not None and len(shapes) == len(outputs)
        counts[name] = (
            sum(count(layer, shape) for shape in shapes) if is_known and count is not None else None
        )
    return counts


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
