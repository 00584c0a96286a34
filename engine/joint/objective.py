"""What a channel saves: global scope weighs importance against it, so that dear channels go before cheap ones."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrize

from engine.analysis.cost import count_macs
from engine.contract.methods import Objective
from engine.models.graph import CapturedGraph
from engine.pruning.channels import ChannelMap
from engine.pruning.masks import locate


def weigh_(
    importance: dict[int, float], captured: CapturedGraph, channels: ChannelMap, objective: Objective
) -> None:
    """Divides the importance of every channel by what it saves, relative to the mean channel.

    The greedy rule of the knapsack problem (Dantzig 1957): what is worth least for its weight goes first.

    Args:
        importance: by the root atom of each channel; changed in place.
        captured: uncut.
        channels: its channels.
        objective: what is to be saved; other objectives than those of :data:`PRICES` weigh nothing.
    """
    if objective not in PRICES:
        return
    divide_by_savings_(importance, savings_of(captured, channels, objective))


def divide_by_savings_(importance: dict[int, float], saved: Mapping[int, float]) -> None:
    """Divides each importance by what is saved without its part, relative to the mean of all.

    >>> importance = {0: 1.0, 1: 1.0}
    >>> divide_by_savings_(importance, {0: 1.0, 1: 3.0})
    >>> importance
    {0: 2.0, 1: 0.6666666666666666}
    """
    mean = sum(saved[root] for root in importance) / max(len(importance), 1)
    for root, value in importance.items():
        relative = max(saved[root], 1e-6 * mean, 1e-12) / max(mean, 1e-12)
        # What is worse than nothing is the more so, the more it costs.
        importance[root] = value / relative if value > 0 else value * relative


def savings_of(captured: CapturedGraph, channels: ChannelMap, objective: Objective) -> Mapping[int, float]:
    """What the uncut model saves when one channel goes, by the channel's root atom.

    A tensor of n elements whose dimension has d positions loses n ÷ d elements with each position.
    """
    price_of = PRICES[objective](captured)
    saved: np.ndarray = np.zeros(len(channels.roots))
    for slot in channels.table.slots:
        tensor = _parameter(captured.module, slot.tensor)
        if tensor is not None:
            each = tensor.numel() / tensor.shape[slot.dim] * price_of(slot.tensor)
            np.add.at(saved, channels.roots[slot.atoms], each)
    return dict(enumerate(saved.tolist()))


def _parameter(module: nn.Module, name: str) -> torch.Tensor | None:
    """A parameter as it lies behind its mask; None for a buffer, which nobody counts."""
    part, leaf = locate(module, name)
    if parametrize.is_parametrized(part, leaf):
        original = part.parametrizations[leaf].original  # type: ignore[index,union-attr]
        assert isinstance(original, torch.Tensor)
        return original
    tensor = getattr(part, leaf)
    return tensor if isinstance(tensor, nn.Parameter) else None


def parameter_price(captured: CapturedGraph) -> Callable[[str], float]:
    """Every element costs the same."""
    return lambda tensor: 1.0


def macs_price(captured: CapturedGraph) -> Callable[[str], float]:
    """An element of a layer's matrices costs the multiplications that it takes part in; others cost none."""
    macs = {layer: count for layer, count in count_macs(captured).items() if count}
    elements = dict.fromkeys(macs, 0)
    matrices: dict[str, str] = {}
    for layer in macs:
        for leaf in _leaves(captured.module.get_submodule(layer)):
            tensor = _parameter(captured.module, f"{layer}.{leaf}")
            if tensor is not None and tensor.dim() >= 2:
                elements[layer] += tensor.numel()
                matrices[f"{layer}.{leaf}"] = layer
    return lambda name: macs[matrices[name]] / elements[matrices[name]] if name in matrices else 0.0


def _leaves(layer: nn.Module) -> list[str]:
    """The names of a layer's parameters, without what parametrizations make of them and what these learn."""
    names = [name for name, _ in layer.named_parameters()]
    return [
        name.removeprefix("parametrizations.").removesuffix(".original")
        for name in names
        if not name.startswith("parametrizations.") or name.endswith(".original")
    ]


PRICES: dict[Objective, Callable[[CapturedGraph], Callable[[str], float]]] = {
    Objective.SIZE: parameter_price,
    Objective.MACS: macs_price,
}
"""What one element of a tensor costs, for each objective that is weighed."""
