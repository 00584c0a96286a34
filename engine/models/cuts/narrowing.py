"""Tensors lose positions, and layers learn their new widths."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import fx, nn

from engine.models.cuts.heads import replace_attention_
from engine.models.cuts.records import Cut
from engine.models.cuts.widths import correct_widths_

Positions = Mapping[int, np.ndarray]
"""By dimension, the positions that are kept, int64 and ascending."""


class Replaced(NamedTuple):
    """A parameter that gave way to a smaller one, and what of each of its dimensions was kept."""

    old: nn.Parameter
    new: nn.Parameter
    kept: Positions


def narrow_(module: fx.GraphModule, cut: Cut) -> list[Replaced]:
    """Makes tensors and layers narrower.

    Returns:
        The parameters that were replaced by smaller ones (so that an optimizer can follow).
    """
    tensors = positions_of(cut)
    replaced = [change for name, kept in tensors.items() if (change := _shrink_(module, name, kept))]
    layers = {tensor.rpartition(".")[0] for tensor in tensors}
    for name in sorted(layers):
        correct_widths_(module.get_submodule(name))
    replace_attention_(module, layers)
    return replaced


def positions_of(cut: Cut) -> dict[str, dict[int, np.ndarray]]:
    """For every tensor that loses something: by dimension, which positions stay."""
    kept = [np.array(positions, dtype=np.int64) for positions in cut.kept]
    result: dict[str, dict[int, np.ndarray]] = {}
    for piece in cut.slices:
        result.setdefault(piece.tensor, {})[piece.dim] = kept[piece.kept]
    return result


def _shrink_(module: nn.Module, name: str, kept: Positions) -> Replaced | None:
    """A new, smaller tensor takes the old one's place: autograd remembers the shapes of those it has seen."""
    path, _, leaf = name.rpartition(".")
    layer = module.get_submodule(path)
    old = getattr(layer, leaf)
    if not isinstance(old, nn.Parameter):
        layer.register_buffer(leaf, select_positions(old, kept))
        return None
    new = nn.Parameter(select_positions(old.detach(), kept), requires_grad=old.requires_grad)
    layer.register_parameter(leaf, new)
    return Replaced(old, new, kept)


def select_positions(tensor: torch.Tensor, dims: Positions) -> torch.Tensor:
    """The positions of each dimension that are kept, as a copy in the same memory format."""
    is_channels_last = tensor.dim() == 4 and tensor.is_contiguous(memory_format=torch.channels_last)
    layout = torch.channels_last if is_channels_last else torch.contiguous_format
    for dim, positions in dims.items():
        tensor = tensor.index_select(dim, torch.from_numpy(positions).to(tensor.device))
    # A dimension of size 1 leaves strides undecided, and kernels choose by strides: written anew, a resumed run has
    # those of one that was never interrupted.
    anew = torch.empty(tensor.shape, dtype=tensor.dtype, device=tensor.device, memory_format=layout)
    is_so_already = bool(dims) and tensor.stride() == anew.stride()
    return tensor if is_so_already else anew.copy_(tensor)
