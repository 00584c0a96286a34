"""Masks: a tensor multiplied by zeros and ones, as a parametrization that holds in every training step."""

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import fx, nn
from torch.nn.utils import parametrize


class Mask(nn.Module):
    """Multiplies a tensor by ``keep``, a buffer of zeros and ones of its shape.

    ``moved`` is a second buffer where the mask notes how training moves the tensor: as buffers, both are part of every
    checkpoint.
    """

    keep: torch.Tensor
    moved: torch.Tensor | None

    def __init__(self, keep: torch.Tensor, *, is_noting: bool = False) -> None:
        super().__init__()
        self.register_buffer("keep", keep)
        self.register_buffer("moved", torch.zeros_like(keep) if is_noting else None)

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        """The masked tensor."""
        return tensor * self.keep


def attach_masks_(module: nn.Module, names: Iterable[str], *, noting: frozenset[str] = frozenset()) -> None:
    """Puts a mask that keeps everything on each named parameter; they must not have parametrizations yet.

    The masks of those in ``noting`` note how training moves them (:func:`note_movement_`).
    """
    for name in names:
        layer, leaf = locate(module, name)
        if layer is module and isinstance(module, fx.GraphModule):
            # Torch.fx can neither copy nor recompile a graph whose own class a parametrization has changed. Nothing
            # is lost: whoever reads such channels masks what it reads.
            continue
        mask = Mask(torch.ones_like(getattr(layer, leaf)), is_noting=name in noting)
        parametrize.register_parametrization(layer, leaf, mask, unsafe=True)


@torch.no_grad()
def note_movement_(module: nn.Module) -> None:
    """Between the backward pass and the step: subtracts ``w · g`` from what the masks have noted (Sanh 2020)."""
    for name, mask in masks_of(module).items():
        original = original_of(module, name)
        if mask.moved is not None and original.grad is not None:
            mask.moved.addcmul_(original, original.grad, value=-1)


def original_of(module: nn.Module, name: str) -> nn.Parameter:
    """The parameter that is trained: below its mask, where it has one."""
    layer, leaf = locate(module, name)
    if not parametrize.is_parametrized(layer, leaf):
        return layer.get_parameter(leaf)
    original = layer.parametrizations[leaf].original  # type: ignore[index,union-attr]
    assert isinstance(original, nn.Parameter)
    return original


def masked_tensor(module: nn.Module, name: str) -> torch.Tensor:
    """A parameter by its full name, with its mask, without rounding, detached."""
    layer, leaf = locate(module, name)
    if not parametrize.is_parametrized(layer, leaf):
        return layer.get_parameter(leaf).detach()
    original, mask = original_of(module, name), masks_of(module).get(name)
    masked = original if mask is None else mask(original)
    assert isinstance(masked, torch.Tensor)
    return masked.detach()


def masks_of(module: nn.Module) -> dict[str, Mask]:
    """All masks, by the full name of the tensor they stand on."""
    found = {}
    for path, part in module.named_modules():
        if isinstance(part, Mask):
            layer, _, leaf = path.removesuffix(".0").rpartition(".parametrizations.")
            found[f"{layer}.{leaf}"] = part
    return found


def set_weight_masks_(module: nn.Module, masks: Mapping[str, torch.Tensor]) -> None:
    """Sets the mask of each layer's weight; names are the layers'."""
    standing = masks_of(module)
    for layer, keep in masks.items():
        mask = standing[f"{layer}.weight"]
        mask.keep.copy_(keep.to(mask.keep.dtype))


def set_channel_masks_(module: nn.Module, kept: Mapping[str, Mapping[int, np.ndarray]]) -> None:
    """Zeroes exactly the positions that a cut would remove, so that the masked model equals the cut one."""
    for name, mask in masks_of(module).items():
        mask.keep.fill_(1.0)
        for dim, keep in kept.get(name, {}).items():
            shape = [1] * mask.keep.dim()
            shape[dim] = -1
            mask.keep.mul_(torch.from_numpy(keep).to(mask.keep).view(shape))


def locate(module: nn.Module, name: str) -> tuple[nn.Module, str]:
    """The layer and the attribute of a tensor's full name."""
    path, _, leaf = name.rpartition(".")
    return module.get_submodule(path), leaf


def remove_parametrizations_(module: nn.Module) -> None:
    """Takes all masks and weight quantizers off; what they made of a tensor stays in it.

    Parameters keep their identity. Torch's own removal would strip the class that copies of a module share.
    """
    for layer in list(module.modules()):
        if not parametrize.is_parametrized(layer):
            continue
        chains = layer.parametrizations
        assert isinstance(chains, nn.ModuleDict)
        plain = {leaf: _made_plain_(layer, str(leaf), chain.original) for leaf, chain in chains.items()}  # type: ignore[arg-type]
        del layer.parametrizations
        layer.__class__ = type(layer).__mro__[1]
        for leaf, parameter in plain.items():
            layer.register_parameter(leaf, parameter)


def _made_plain_(layer: nn.Module, leaf: str, original: nn.Parameter) -> nn.Parameter:
    original.data = getattr(layer, leaf).detach()
    return original
