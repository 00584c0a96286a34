"""What makes each channel of a layer: one row of weights for each, whatever kind of layer it is."""

from collections.abc import Callable

from torch import Tensor, nn

from engine.models.attention import ATTENTION
from engine.models.graph import TRANSPOSED
from engine.pruning.attention import head_rows
from engine.pruning.recurrent import unit_rows

Reader = Callable[[str], Tensor]
"""Gives a layer's tensor, or something of its shape, by its own name."""


def filter_rows(layer: nn.Module, tensor_of: Reader) -> Tensor:
    """The filters of a convolution, the rows of a matrix: its weight with the output channels in front."""
    weight = tensor_of("weight")
    return weight.movedim(1, 0) if isinstance(layer, TRANSPOSED) else weight


def word_columns(layer: nn.Module, tensor_of: Reader) -> Tensor:
    """The values that all words of an embedding have for each channel."""
    return tensor_of("weight").T


ROWS: dict[type[nn.Module], Callable[[nn.Module, Reader], Tensor]] = {
    nn.RNNBase: unit_rows,
    **dict.fromkeys(ATTENTION, head_rows),
    nn.Embedding: word_columns,
}
"""Layers whose channels are made by more than a weight."""


def channel_rows(layer: nn.Module, tensor_of: Reader) -> Tensor:
    """All weights that make each channel of a layer, shape (channels, …), in the order of the layer's atoms.

    Args:
        layer: the layer.
        tensor_of: its tensor by its own name; where gradients are given instead, rows of gradients come out.

    >>> channel_rows(nn.Linear(2, 3), {"weight": torch.ones(3, 2)}.__getitem__).shape
    torch.Size([3, 2])
    """
    rows = next((rows for kind, rows in ROWS.items() if isinstance(layer, kind)), filter_rows)
    return rows(layer, tensor_of)
