"""The cut: channels leave every tensor that they index, layers and written numbers learn the new widths."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import fx, nn

from engine.contract.errors import RunError
from engine.models.example import Example
from engine.models.graph import propagate_shapes_
from engine.pruning.attention import replace_attention_
from engine.pruning.channels import ChannelMap
from engine.pruning.graph_edits import correct_graph_
from engine.pruning.masked_norms import unmask_norms_
from engine.pruning.recurrent import correct_recurrent_


class Replaced(NamedTuple):
    """A parameter that gave way to a smaller one, and which positions of each dimension were kept."""

    old: nn.Parameter
    new: nn.Parameter
    kept: Mapping[int, np.ndarray]


def cut_(
    module: fx.GraphModule, channels: ChannelMap, removed: frozenset[int], *, example: Example
) -> list[Replaced]:
    """Removes channels from an uncut module and proves by a forward pass that shapes and batch size hold.

    Args:
        module: the traced module that ``channels`` was made from.
        channels: its channels.
        removed: root atoms of the channels that go.
        example: the form of one sample.

    Returns:
        The parameters that were replaced by smaller ones (so that an optimizer can follow).

    Raises:
        RunError: the cut network answers in another shape.
    """
    unmask_norms_(module, channels)
    kept = channels.kept(removed)
    replaced = [change for name, dims in kept.items() if (change := _shrink_(module, name, dims)) is not None]
    for name in sorted({tensor.rpartition(".")[0] for tensor in kept}):
        correct_widths_(module.get_submodule(name))
    replace_attention_(module, {tensor.rpartition(".")[0] for tensor in kept})
    correct_graph_(module, channels, removed)
    before = _answer_shape(module)
    after = tuple(propagate_shapes_(module, example).shape)
    if before is not None and before != after:
        raise RunError("cut_inconsistent", found=after, wanted=before, layer=next(iter(kept), ""))
    return replaced


def _shrink_(module: nn.Module, name: str, dims: Mapping[int, np.ndarray]) -> Replaced | None:
    """A new, smaller tensor takes the old one's place: autograd remembers the shapes of those it has seen."""
    path, _, leaf = name.rpartition(".")
    layer = module.get_submodule(path)
    old = getattr(layer, leaf)
    if not isinstance(old, nn.Parameter):
        layer.register_buffer(leaf, select_positions(old, dims))
        return None
    new = nn.Parameter(select_positions(old.detach(), dims), requires_grad=old.requires_grad)
    layer.register_parameter(leaf, new)
    return Replaced(old, new, dims)


def select_positions(tensor: torch.Tensor, dims: Mapping[int, np.ndarray]) -> torch.Tensor:
    """The positions of each dimension that are kept, as a copy in the same memory format."""
    is_channels_last = tensor.dim() == 4 and tensor.is_contiguous(memory_format=torch.channels_last)
    layout = torch.channels_last if is_channels_last else torch.contiguous_format
    for dim, keep in dims.items():
        tensor = tensor.index_select(dim, torch.from_numpy(np.flatnonzero(keep)).to(tensor.device))
    # A dimension of size 1 leaves strides undecided, and kernels choose by strides: written anew, a resumed run has
    # those of one that was never interrupted.
    anew = torch.empty(tensor.shape, dtype=tensor.dtype, device=tensor.device, memory_format=layout)
    return anew.copy_(tensor)


def correct_widths_(layer: nn.Module) -> None:
    """Makes a layer's own numbers say what its tensors are."""
    weight = getattr(layer, "weight", None)
    if isinstance(layer, nn.modules.conv._ConvNd):
        assert isinstance(weight, torch.Tensor)
        was_depthwise = layer.groups > 1 and layer.groups == layer.in_channels
        out_dim, in_dim = (1, 0) if layer.transposed else (0, 1)
        if was_depthwise:
            layer.groups = weight.shape[0] // max(layer.out_channels // layer.in_channels, 1)
        layer.out_channels = weight.shape[out_dim] * (layer.groups if layer.transposed else 1)
        layer.in_channels = weight.shape[in_dim] * (1 if layer.transposed else layer.groups)
    elif isinstance(layer, nn.Linear):
        layer.out_features, layer.in_features = layer.weight.shape
    elif isinstance(layer, nn.modules.batchnorm._BatchNorm):
        tensor = layer.running_mean if layer.running_mean is not None else layer.weight
        layer.num_features = len(tensor)
    elif isinstance(layer, nn.LayerNorm):
        layer.normalized_shape = tuple(layer.weight.shape)
    elif isinstance(layer, nn.GroupNorm):
        layer.num_groups = layer.num_groups * len(layer.weight) // layer.num_channels
        layer.num_channels = len(layer.weight)
    elif isinstance(layer, nn.PReLU):
        layer.num_parameters = len(layer.weight)
    elif isinstance(layer, nn.RNNBase):
        correct_recurrent_(layer)


def _answer_shape(module: fx.GraphModule) -> tuple[int, ...] | None:
    output = next(node for node in module.graph.nodes if node.op == "output")
    meta = output.meta.get("tensor_meta")
    return tuple(meta.shape) if meta is not None else None
