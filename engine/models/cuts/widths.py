"""Layers learn from their tensors how wide they are, once these have lost positions."""

from collections.abc import Callable
from typing import Any

from torch import nn

from engine.models.attention import PrunedAttention


def correct_widths_(layer: nn.Module) -> None:
    """Makes a layer's own numbers say what its tensors are."""
    for kind, correct in _CORRECTIONS:
        if isinstance(layer, kind):
            correct(layer)
            return


def _convolution_(layer: Any) -> None:
    was_depthwise = layer.groups > 1 and layer.groups == layer.in_channels
    out_dim, in_dim = (1, 0) if layer.transposed else (0, 1)
    if was_depthwise:
        layer.groups = layer.weight.shape[0] // max(layer.out_channels // layer.in_channels, 1)
    layer.out_channels = layer.weight.shape[out_dim] * (layer.groups if layer.transposed else 1)
    layer.in_channels = layer.weight.shape[in_dim] * (1 if layer.transposed else layer.groups)


def _linear_(layer: Any) -> None:
    layer.out_features, layer.in_features = layer.weight.shape


def _batch_norm_(layer: Any) -> None:
    layer.num_features = len(layer.weight if layer.running_mean is None else layer.running_mean)


def _layer_norm_(layer: Any) -> None:
    layer.normalized_shape = tuple(layer.weight.shape)


def _group_norm_(layer: Any) -> None:
    layer.num_groups = layer.num_groups * len(layer.weight) // layer.num_channels
    layer.num_channels = len(layer.weight)


def _prelu_(layer: Any) -> None:
    layer.num_parameters = len(layer.weight)


def _embedding_(layer: Any) -> None:
    layer.embedding_dim = layer.weight.shape[1]


def _recurrent_(layer: Any) -> None:
    layer.hidden_size = layer.weight_hh_l0.shape[1]
    layer.input_size = layer.weight_ih_l0.shape[1]


def _attention_(layer: Any) -> None:
    layer.stream, inside = layer.out_proj.weight.shape
    layer.heads = inside // layer.width


_CORRECTIONS: tuple[tuple[type[nn.Module], Callable[[Any], None]], ...] = (
    (nn.modules.conv._ConvNd, _convolution_),
    (nn.Linear, _linear_),
    (nn.modules.batchnorm._BatchNorm, _batch_norm_),
    (nn.LayerNorm, _layer_norm_),
    (nn.GroupNorm, _group_norm_),
    (nn.PReLU, _prelu_),
    (nn.Embedding, _embedding_),
    (nn.RNNBase, _recurrent_),
    (PrunedAttention, _attention_),
)
"""What each kind of layer says of its own widths."""
