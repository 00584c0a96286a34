"""Weights that torch computes before each call become plain ones: masks and quantizers want to stand there."""

from collections.abc import Callable
from typing import Any

from torch import nn
from torch.nn.utils import parametrize, prune, remove_spectral_norm, remove_weight_norm
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.nn.utils.weight_norm import WeightNorm

_UNDO: dict[type[Any], Callable[[nn.Module, Any], object]] = {
    WeightNorm: lambda part, hook: remove_weight_norm(part, hook.name),
    SpectralNorm: lambda part, hook: remove_spectral_norm(part, hook.name),
    prune.BasePruningMethod: lambda part, hook: prune.remove(part, hook._tensor_name),  # type: ignore[no-untyped-call]
}
"""What ends each of torch's hooks that make a weight, leaving in it what they made."""


def make_plain_(module: nn.Module) -> None:
    """Ends weight norms, spectral norms, masks of ``torch.nn.utils.prune`` and parametrizations; answers stay."""
    for part in list(module.modules()):
        for hook in list(part._forward_pre_hooks.values()):
            undo = next((undo for kind, undo in _UNDO.items() if isinstance(hook, kind)), None)
            if undo is not None:
                undo(part, hook)
        if parametrize.is_parametrized(part):
            chains = part.parametrizations
            assert isinstance(chains, nn.ModuleDict)
            for leaf in list(chains):
                parametrize.remove_parametrizations(part, leaf, leave_parametrized=True)
