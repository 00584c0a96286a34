"""What quantizers have learned goes on when a cut changes what they stand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from engine.models.cuts.narrowing import select_positions
from engine.quantization.activations import ActivationQuantizer
from engine.quantization.attach import activation_quantizers, give_ranges_, weight_quantizers_by_tensor
from engine.quantization.weights import WeightQuantizer
from engine.training.optimizers import drop_parameters_, replace_parameter_

Rows = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Quantizers:
    """What stands on a model: ``of_weights`` by the tensor that they stand on, ``of_values`` by the value behind."""

    of_weights: dict[str, WeightQuantizer]
    of_values: dict[str, ActivationQuantizer]


def quantizers_of(module: nn.Module) -> Quantizers:
    """All quantizers of a model."""
    return Quantizers(of_weights=weight_quantizers_by_tensor(module), of_values=activation_quantizers(module))


def carry_quantizers_(
    taken: Quantizers,
    module: nn.Module,
    *,
    rows: Mapping[str, Rows],
    optimizer: torch.optim.Optimizer | None,
) -> None:
    """Lets the quantizers of a changed model go on with the ranges, and all else, of those that were taken off it.

    Args:
        taken: what stood on it before.
        module: with new quantizers.
        rows: by the tensor the output channels that were kept of it, where some were not.
        optimizer: forgets what belonged to quantizers that are gone; None outside of a training.
    """
    present = quantizers_of(module)
    give_ranges_(module, taken.of_values)
    carry_learned_(taken.of_weights, present.of_weights, rows=rows, optimizer=optimizer)
    carry_learned_(taken.of_values, present.of_values, rows={}, optimizer=optimizer)


@torch.no_grad()
def carry_learned_(
    former: Mapping[str, nn.Module],
    present: Mapping[str, nn.Module],
    *,
    rows: Mapping[str, Rows],
    optimizer: torch.optim.Optimizer | None,
) -> None:
    """Gives new quantizers what those of the same name had learned, and the optimizer's memory of it.

    What does not fit the new shape, as groups of weights that are cut through, stays as it begins.

    Args:
        former: the quantizers that were taken off, by name.
        present: those that stand now.
        rows: by name the output channels that were kept, where some were not.
        optimizer: forgets what belonged to quantizers that are gone; None outside of a training.
    """
    for name, quantizer in former.items():
        for leaf, old in quantizer.named_parameters():
            new = present[name].get_parameter(leaf) if name in present else None
            if new is not None:
                _carry_(old, new, rows.get(name), optimizer)
            elif optimizer is not None:
                drop_parameters_(optimizer, [old])


def _carry_(
    old: nn.Parameter, new: nn.Parameter, rows: Rows | None, optimizer: torch.optim.Optimizer | None
) -> None:
    select = _selection(old, new, rows)
    if select is not None:
        new.copy_(select(old))
    if optimizer is not None:
        replace_parameter_(optimizer, old, new, select=select or (lambda memory: torch.zeros_like(new)))


def _selection(old: Tensor, new: Tensor, rows: Rows | None) -> Callable[[Tensor], Tensor] | None:
    """What of an old parameter, or of the memory of it, belongs to the new one; None where they do not match."""
    if old.shape == new.shape:
        return lambda tensor: tensor
    if rows is not None and (len(rows), *old.shape[1:]) == new.shape:
        return partial(select_positions, dims={0: rows})
    return None
