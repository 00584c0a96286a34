"""Reads a model file of each format. What a file is, its content says, never its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import SourceFormat
from engine.contract.source import ModelSource
from engine.models.architectures import build_architecture
from engine.models.sniffing import FileKind, sniff
from engine.models.state import check_tensors, fit_weights_
from engine.models.unpickling import unpickle
from resources import sample_weights
from resources.sample.net import SimpleNet

_NESTED = 4
_WRAPPERS = ("state_dict", "model_state_dict", "model_ema", "ema", "model", "net", "params", "module")


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a file holds: tensors by name, or a whole module."""

    format: SourceFormat
    state: dict[str, Tensor] | None = None
    module: nn.Module | None = None


def content_of(source: ModelSource, ctx: RunContext) -> Content:
    """Reads the file, with nothing run that the user has not vouched for.

    Raises:
        RequestError: it is missing, broken, or holds no weights.
        TrustRequired: it runs code that the user has not vouched for.
    """
    path = sample_weights() if source.file == "sample" else Path(source.file)
    kind = sniff(path)
    if kind not in (FileKind.PICKLE_ZIP, FileKind.PICKLE_LEGACY):
        raise RequestError("file_unknown_format", path=path, found=f"it is {kind.value}")
    value = _unwrapped(unpickle(path, source.architecture, ctx))
    if isinstance(value, nn.Module):
        check_tensors(path, _state_of(path, value))
        return Content(format=SourceFormat.MODULE, module=value)
    state = _tensors(value)
    if not state:
        raise RequestError("file_no_weights", path=path, found=_described(value))
    check_tensors(path, state)
    is_sample = source.file == "sample"
    return Content(format=SourceFormat.SAMPLE if is_sample else SourceFormat.STATE_DICT, state=state)


def _unwrapped(value: object) -> object:
    """The weights in a training checkpoint such as ``{"epoch": 3, "state_dict": {…}}``."""
    for _ in range(_NESTED):
        if isinstance(value, nn.DataParallel):
            value = value.module
        elif isinstance(value, Mapping):
            inner = (value[key] for key in _WRAPPERS if isinstance(value.get(key), Mapping | nn.Module))
            value = next(inner, value)
    return value


def _state_of(path: Path, module: nn.Module) -> dict[str, Tensor]:
    """All tensors of a module; a forged one may lack what every module has."""
    try:
        module.to(device="cpu").eval()
        return dict([*module.named_parameters(), *module.named_buffers()])
    except Exception as error:
        raise RequestError("file_truncated", path=path, reason=error) from None


def _tensors(value: object) -> dict[str, Tensor]:
    if not isinstance(value, Mapping):
        return {}
    return {str(name): tensor for name, tensor in value.items() if isinstance(tensor, Tensor)}


def _described(value: object) -> str:
    if isinstance(value, Mapping):
        return "a dictionary with " + (", ".join(str(key) for key in list(value)[:5]) or "nothing in it")
    return f"a {type(value).__name__}"


def _read_sample(content: Content, source: ModelSource, ctx: RunContext) -> nn.Module:
    assert content.state is not None
    return fit_weights_(SimpleNet(), content.state, "SimpleNet")


def _read_state_dict(content: Content, source: ModelSource, ctx: RunContext) -> nn.Module:
    assert content.state is not None
    if source.architecture is None:
        raise RequestError("architecture_missing", path=source.file)
    return fit_weights_(build_architecture(source.architecture, ctx), content.state, source.architecture)


def _read_module(content: Content, source: ModelSource, ctx: RunContext) -> nn.Module:
    assert content.module is not None
    return content.module


READERS: dict[SourceFormat, Callable[[Content, ModelSource, RunContext], nn.Module]] = {
    SourceFormat.SAMPLE: _read_sample,
    SourceFormat.STATE_DICT: _read_state_dict,
    SourceFormat.MODULE: _read_module,
}
"""How the content of each format becomes a module."""
