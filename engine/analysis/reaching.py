"""Runs a network as far as one layer, and looks at what goes into it or comes out."""

import torch
from torch import Tensor, nn


class _ReachedError(Exception):
    """The last call of the layer is done; what lies behind it is not needed."""


@torch.no_grad()
def values_at(
    module: nn.Module, layer: str, batch: Tensor, *, calls: int = 1, is_input: bool
) -> list[Tensor]:
    """What goes into a layer, or comes out of it, in each of its calls; what lies behind the last is not run."""
    found: list[Tensor] = []

    def note(part: nn.Module, inputs: tuple[Tensor, ...], answer: Tensor) -> None:
        found.append(inputs[0] if is_input else answer)
        if len(found) == calls:
            raise _ReachedError

    handle = module.get_submodule(layer).register_forward_hook(note)
    try:
        module(batch)
    except _ReachedError:
        pass
    finally:
        handle.remove()
    return found
