"""Puts weights into a network, or says which of them do not fit."""

from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.contract.errors import RequestError

_ALWAYS_SMALL = 2**20
_PREFIXES = ("module.", "_orig_mod.", "model.", "backbone.")
_SHOWN = 3


def check_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    """Refuses tensors that no layer computes with, and those that claim more elements than the file holds.

    A stride of zero repeats one stored element without end: copied, a file of a kilobyte would fill the memory.

    Raises:
        RequestError: there is such a tensor.
    """
    for name, tensor in tensors.items():
        if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_meta:
            found = f'the tensor "{name}" of kind {tensor.type()}'
            raise RequestError("file_no_weights", path=path, found=found)
        claimed = tensor.numel() * tensor.element_size()
        if claimed > max(tensor.untyped_storage().nbytes(), _ALWAYS_SMALL):
            reason = f'"{name}" claims {claimed} bytes of which the file does not hold all'
            raise RequestError("file_truncated", path=path, reason=reason)


def fit_weights_(module: nn.Module, state: dict[str, Tensor], architecture: str) -> nn.Module:
    """Loads ``state`` into ``module`` and returns it; counters of batch norms may be missing.

    Raises:
        RequestError: keys are missing or unknown, or shapes differ.
    """
    wanted = module.state_dict()
    given = _without_prefixes(state, set(wanted))
    missing = [name for name in wanted if name not in given and not name.endswith("num_batches_tracked")]
    unexpected = [name for name in given if name not in wanted]
    mismatched = [name for name in given if name in wanted and given[name].shape != wanted[name].shape]
    if missing or unexpected or mismatched:
        raise RequestError(
            "weights_do_not_fit",
            architecture=architecture,
            missing=len(missing),
            missing_names=_few(missing),
            unexpected=len(unexpected),
            unexpected_names=_few(unexpected),
            mismatched=len(mismatched),
            mismatched_names=_few(
                f"{name} {tuple(given[name].shape)} for {tuple(wanted[name].shape)}" for name in mismatched
            ),
        )
    module.load_state_dict(given, strict=False)
    return module


def _without_prefixes(state: dict[str, Tensor], wanted: set[str]) -> dict[str, Tensor]:
    """Takes off what wrappers put before every name, such as ``module.`` of DataParallel."""
    for prefix in _PREFIXES * 2:
        is_wrapper = not any(name.startswith(prefix) for name in wanted)
        if is_wrapper and all(name.startswith(prefix) for name in state):
            state = {name.removeprefix(prefix): tensor for name, tensor in state.items()}
    return state


def _few(names: Iterable[str]) -> str:
    found = list(names)
    shown = ", ".join(found[:_SHOWN])
    return f"{shown}, …" if len(found) > _SHOWN else shown or "none"
