"""Puts weights into a network, or says which of them do not fit."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from engine.contract.errors import RequestError
from engine.contract.source import WeightsMatch
from engine.models.forged import check_names
from engine.models.names import NameMatch, Shape, few, match_names

_ALWAYS_SMALL = 2**20
# torch computes with no more.
_MOST_SIZES = 64
_SHOWN = 3


def check_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Refuses tensors that no layer computes with, and those that claim more elements than the file holds.

    A stride of zero repeats one stored element without end: copied, a file of a kilobyte would fill the memory.

    Raises:
        RequestError: there is such a tensor.
    """
    check_names(path, tensors)
    for name, tensor in tensors.items():
        if tensor.dim() > _MOST_SIZES:
            raise RequestError(
                "file_forged", path=path, reason=f'its tensor "{name}" has {tensor.dim()} dimensions'
            )
        if is_lazy(tensor):
            raise RequestError("file_no_weights", path=path, found=f'"{name}", which was never given a shape')
        if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_meta:
            found = f'the tensor "{name}" of kind {tensor.type()}'
            raise RequestError("file_no_weights", path=path, found=found)
        claimed = tensor.numel() * tensor.element_size()
        if claimed > max(tensor.untyped_storage().nbytes(), _ALWAYS_SMALL):
            reason = f'"{name}" claims {claimed} bytes of which the file does not hold all'
            raise RequestError("file_truncated", path=path, reason=reason)


def shapes_of(state: Mapping[str, Tensor]) -> dict[str, Shape]:
    """The shape of every tensor."""
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def match_weights(state: Mapping[str, Tensor], module: nn.Module) -> NameMatch:
    """How well ``state`` fits ``module``, which may be on the meta device."""
    wanted = {
        name: None if is_lazy(tensor) else tuple(tensor.shape)
        for name, tensor in module.state_dict().items()
        if isinstance(tensor, Tensor)
    }
    return match_names(shapes_of(state), wanted)


def described_match(
    match: NameMatch, architecture: str, *, given: Mapping[str, Shape], wanted: Mapping[str, Shape]
) -> WeightsMatch:
    """The match as the window shows it."""
    return WeightsMatch(
        architecture=architecture,
        matched=len(match.renamed),
        total=match.total,
        missing=len(match.missing),
        unexpected=len(match.unexpected),
        mismatched=len(match.mismatched),
        missing_names=few(match.missing),
        unexpected_names=few(match.unexpected),
        mismatched_names=few(
            f"{name} {given[old]} for {wanted[name]}" for name, old in match.mismatched.items()
        ),
    )


def weights_match(state: Mapping[str, Tensor], module: nn.Module, architecture: str) -> WeightsMatch:
    """How well ``state`` fits ``module``, in words and numbers."""
    wanted = {
        name: tuple(tensor.shape) for name, tensor in module.state_dict().items() if not is_lazy(tensor)
    }
    match = match_weights(state, module)
    return described_match(match, architecture, given=shapes_of(state), wanted=wanted)


def fit_weights_(module: nn.Module, state: Mapping[str, Tensor], architecture: str) -> nn.Module:
    """Loads ``state`` into ``module`` and returns it; counters of batch norms may be missing.

    A network without memory takes the tensors themselves (see :mod:`engine.models.weightless`), others copy them.

    Raises:
        RequestError: keys are missing or unknown, or shapes differ.
    """
    match = match_weights(state, module)
    if not match.fits:
        raise does_not_fit(weights_match(state, module, architecture))
    own = module.state_dict()
    given = OrderedDict((name, _suited(state[old], own[name])) for name, old in match.renamed.items())
    # Layers ask here which version wrote their weights: by now the names are those of their own.
    given._metadata = own._metadata  # type: ignore[attr-defined]
    module.load_state_dict(given, strict=False, assign=any(tensor.is_meta for tensor in own.values()))
    return module


def _suited(tensor: Tensor, own: Tensor) -> Tensor:
    """The tensor as a parameter can hold it: floats of any width, they are widened later."""
    return tensor if tensor.is_floating_point() == own.is_floating_point() else tensor.to(own.dtype)


def does_not_fit(match: WeightsMatch) -> RequestError:
    """What to tell of weights that are of another architecture."""
    return RequestError(
        "weights_do_not_fit",
        architecture=match.architecture,
        missing=match.missing,
        missing_names=_told(match.missing_names, match.missing),
        unexpected=match.unexpected,
        unexpected_names=_told(match.unexpected_names, match.unexpected),
        mismatched=match.mismatched,
        mismatched_names=_told(match.mismatched_names, match.mismatched),
    )


def _told(names: Sequence[str], count: int) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown}, …" if count > _SHOWN else shown or "none"
