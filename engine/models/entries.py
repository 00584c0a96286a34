"""Finds the sets of weights in what a training has saved."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from engine.contract.errors import RequestError
from engine.models.content import Entry
from engine.models.names import Shape

_DEEPEST = 4
_USUAL = (
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "module",
    "network",
    "net",
    "params",
    "weights",
    "generator",
)
_AVERAGED = re.compile(r"(^|[._-])(\w*_)?(ema|swa|averaged?)(_\w*)?([._-]|$)")
# What else a training keeps: states of its own machinery, whose tensors are no weights.
_MACHINERY = re.compile(
    r"optim|sched|scaler|rng|callback|loop|metric|loss|history|hyper_param|hparam|args|config"
)
_WRAPPED = ("module.", "_orig_mod.")
_SMALLEST_SHARE = 0.01


def entries_of(path: Path, value: object) -> tuple[Entry, ...]:
    """The sets of weights in ``value``, the one to take first: averaged ones, then those under the usual names.

    Raises:
        RequestError: there is none.
    """
    found = [twin for entry in _walk(path, value, ()) for twin in _twins(entry)]
    if not found:
        raise RequestError("file_no_weights", path=path, found=_described(value))
    largest = max(_count(entry) for entry in found)
    kept = [entry for entry in found if _count(entry) >= _SMALLEST_SHARE * largest]
    return tuple(sorted(kept, key=lambda entry: (*_rank(entry.name), -_count(entry))))


def unwrapped(module: nn.Module) -> nn.Module:
    """The network inside of what trains it on several cards, averages or compiles it."""
    while True:
        if isinstance(module, nn.DataParallel | nn.parallel.DistributedDataParallel | AveragedModel):
            inner: object = module.module
        else:
            inner = getattr(module, "_orig_mod", None)
        if not isinstance(inner, nn.Module):
            return module
        module = inner


def _walk(path: Path, value: object, keys: tuple[str, ...]) -> Iterator[Entry]:
    name = ".".join(keys)
    if isinstance(value, nn.Module):
        yield Entry(name=name, state=_state_of(path, value), module=unwrapped(value))
    elif isinstance(value, Mapping):
        state = _tensors(value)
        if state:
            yield Entry(name=name, state=state)
        for key, inner in value.items() if len(keys) < _DEEPEST else ():
            if isinstance(key, str) and not _MACHINERY.search(key.lower()):
                yield from _walk(path, inner, (*keys, key))


def _state_of(path: Path, module: nn.Module) -> dict[str, Tensor]:
    """All tensors of a module; a forged one may lack what every module has."""
    try:
        inner = unwrapped(module).to(device="cpu").eval()
        return dict([*inner.named_parameters(), *inner.named_buffers()])
    except Exception as error:
        raise RequestError("file_truncated", path=path, reason=error) from None


def _tensors(value: Mapping[object, object]) -> dict[str, Tensor]:
    """The tensors with names; single numbers alone are a training's figures."""
    state = {name: tensor for name, tensor in value.items() if isinstance(tensor, Tensor)}
    if not all(isinstance(name, str) for name in state) or not any(map(Tensor.dim, state.values())):
        return {}
    return {str(name): tensor for name, tensor in state.items()}


def _twins(entry: Entry) -> list[Entry]:
    """A network and its averaged copy, kept side by side under two prefixes, as two entries."""
    if entry.module is not None:
        return [entry]
    parts: dict[str, dict[str, Tensor]] = {}
    for name, tensor in entry.state.items():
        prefix, _, _ = name.partition(".")
        parts.setdefault(prefix, {})[name] = tensor
    for averaged in filter(_AVERAGED.search, parts):
        alike = [
            name for name in parts if name != averaged and _shapes(parts[name]) == _shapes(parts[averaged])
        ]
        if alike:
            return [
                Entry(name=".".join(filter(None, (entry.name, name))), state=parts[name])
                for name in (averaged, alike[0])
            ]
    return [entry]


def _shapes(state: Mapping[str, Tensor]) -> set[tuple[str, Shape]]:
    """Names without the part in front and what wrappers have added, with shapes."""
    found = set()
    for name, tensor in state.items():
        rest = name.partition(".")[2]
        for wrapper in _WRAPPED:
            rest = rest.removeprefix(wrapper)
        if tensor.dim():
            found.add((rest, tuple(tensor.shape)))
    return found


def _count(entry: Entry) -> int:
    return sum(tensor.numel() for tensor in entry.state.values())


def _rank(name: str) -> tuple[bool, int]:
    places = [_USUAL.index(key) for key in name.split(".") if key in _USUAL]
    return not _AVERAGED.search(name), min(places, default=len(_USUAL))


def _described(value: object) -> str:
    if isinstance(value, Mapping):
        return "a dictionary with " + (", ".join(str(key) for key in list(value)[:5]) or "nothing in it")
    return f"a {type(value).__name__}"
