"""Puts weights into a network, or says which of them do not fit."""

from collections.abc import Iterable

from torch import Tensor, nn

from engine.contract.errors import RequestError

_PREFIXES = ("module.", "_orig_mod.", "model.", "backbone.")
_SHOWN = 3


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
