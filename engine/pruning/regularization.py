"""Sparse training: channels are pushed towards zero while the network learns, so that their cut costs little.

A penalty ``R`` on channels is taken as a step of its own behind that of the optimizer, as AdamW takes weight decay
(Loshchilov & Hutter 2019), so that momentum and adaptive steps do not distort it. All penalties here pull a channel
straight towards zero, ``∂R/∂w = rate(channel) · w``, so one step is

    w ← w · max(0, 1 − η · rate)

with the learning rate ``η``; an element of two channels, one that makes it and one that reads it, adds their rates.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from engine.contract.methods import SparseTraining
from engine.pruning.channels import ChannelMap
from engine.pruning.masks import locate

_TINY = 1e-12


class Norms(NamedTuple):
    """Of each channel ``‖w_g‖`` and how many elements it has, shape (channels,).

    An element that a channel reaches along both dimensions of a weight counts for each.
    """

    lengths: Tensor
    sizes: Tensor


class ChannelWeights:
    """Where a model's channels stand: for every trained tensor and dimension, whose channel each position is.

    Args:
        module: the network; masks and quantizers may stand on it.
        channels: its channels, before any cut.
        chosen: root atoms of the channels that are pushed, sorted.
    """

    def __init__(self, module: nn.Module, channels: ChannelMap, chosen: tuple[int, ...]) -> None:
        self._count = len(chosen)
        numbers = np.full(len(channels.roots), self._count)
        numbers[list(chosen)] = np.arange(self._count)
        self._places: dict[nn.Parameter, list[tuple[int, Tensor]]] = defaultdict(list)
        for slot in channels.table.slots:
            parameter, found = _trained(module, slot.tensor), numbers[channels.roots[slot.atoms]]
            if parameter is not None and (found < self._count).any():
                self._places[parameter].append((slot.dim, torch.from_numpy(found).to(parameter.device)))

    @torch.no_grad()
    def norms(self) -> Norms:
        """The length and the size of every chosen channel."""
        device = next((parameter.device for parameter in self._places), None)
        squares, sizes = torch.zeros(2, self._count + 1, device=device)
        for parameter, places in self._places.items():
            for dim, owners in places:
                others = [d for d in range(parameter.dim()) if d != dim]
                energy = parameter.square().sum(others) if others else parameter.square()
                squares.index_add_(0, owners, energy)
                sizes.index_add_(0, owners, torch.full_like(energy, parameter.numel() / len(owners)))
        return Norms(squares[:-1].sqrt(), sizes[:-1])

    @torch.no_grad()
    def shrink_(self, rates: Tensor, learning_rate: float) -> None:
        """One step towards zero; ``rates`` has one value a channel."""
        padded = torch.cat([rates, rates.new_zeros(1)]) * learning_rate
        for parameter, places in self._places.items():
            pull = torch.zeros((), device=padded.device)
            for dim, owners in places:
                pull = pull + padded[owners].view([-1 if d == dim else 1 for d in range(parameter.dim())])
            parameter.mul_(1 - pull.clamp(max=1))


def _trained(module: nn.Module, name: str) -> nn.Parameter | None:
    """The parameter that the optimizer moves, behind masks and quantizers; None for buffers and frozen ones."""
    layer, leaf = locate(module, name)
    is_behind = parametrize.is_parametrized(layer, leaf)
    found = layer.parametrizations[leaf].original if is_behind else getattr(layer, leaf)  # type: ignore[index,union-attr]
    return found if isinstance(found, nn.Parameter) and found.requires_grad else None


def group_lasso(norms: Norms, strength: float, raises: int) -> Tensor:
    """``R = λ Σ_g √|g| ‖w_g‖`` (Wen 2016, equation 4; √|g| of Yuan & Lin 2006): rate ``λ √|g| / ‖w_g‖``.

    >>> group_lasso(Norms(torch.tensor([2.0]), torch.tensor([4.0])), 0.1, 1).tolist()
    [0.10000000149011612]
    """
    return strength * norms.sizes.sqrt() / norms.lengths.clamp_min(_TINY)


def growing(norms: Norms, strength: float, raises: int) -> Tensor:
    """``R = ½ λ Σ_g ‖w_g‖²`` with ``λ = raises · δ`` (Wang 2021, GReg-1, algorithm 1): rate ``raises · δ``.

    >>> growing(Norms(torch.ones(2), torch.ones(2)), 0.5, 3).tolist()
    [1.5, 1.5]
    """
    return torch.full_like(norms.lengths, strength * raises)


class Penalty(NamedTuple):
    """A penalty: its rate for every channel, and whether it falls only on those that were chosen to go beforehand."""

    rates: Callable[[Norms, float, int], Tensor]
    is_for_chosen: bool


PENALTIES: dict[SparseTraining, Penalty] = {
    SparseTraining.GROUP_LASSO: Penalty(group_lasso, is_for_chosen=False),
    SparseTraining.GROWING: Penalty(growing, is_for_chosen=True),
}
"""The penalty of each kind of sparse training; ``none`` has none."""
