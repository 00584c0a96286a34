"""The sensitivity of a model's layers: from the cache where it was measured before, else layer by layer."""

import hashlib
import logging
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import torch
from torch import Tensor, nn

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.events import LayerMeasured
from engine.contract.library import library_folder
from engine.contract.messages import Sensitivity
from engine.contract.methods import SensitivityKind
from engine.contract.run_folder import write_atomically
from engine.contract.source import SourceInfo
from engine.contract.stats import SensitivityMap
from engine.data.fit import check_data_fits
from engine.data.splits import Data, Split, load_data
from engine.joint.sensitivity.changes import Layers
from engine.joint.sensitivity.full import FullSensitivity
from engine.joint.sensitivity.quick import quick_sensitivity
from engine.models.opening import open_model
from engine.models.trust import split_reference
from engine.training.loop import prefer_channels_last

log = logging.getLogger("penjing")
_VERSION = 1
"""To be raised when the same model and data give other scores than before."""


def measure_sensitivity(job: Sensitivity, ctx: RunContext) -> SensitivityMap:
    """The map that a request asks for; every layer is also told as it comes.

    Raises:
        RequestError: a full map was asked for without data or validation samples.
        RunCancelled: between two layers or passes; what was told stands.
    """
    is_full = job.kind is SensitivityKind.FULL
    if is_full and job.data is None:
        raise RequestError("sensitivity_needs_data")
    data = None if job.data is None or not is_full else load_data(job.data, ctx, seed=0)
    if data is not None and len(data.validation) == 0:
        raise RequestError("sensitivity_needs_validation")
    loaded = open_model(job.source, ctx, example=None if data is None else data.example)
    if data is not None:
        check_data_fits(data, loaded)
    place = _cache_folder() / f"{_key(job, loaded.info, data)}.json"
    known = _read(place)
    if known is not None:
        return msgspec.structs.replace(known, is_cached=True)
    loaded.captured.module.to(job.device.value)
    layers = Layers(loaded.captured)
    found = _quick(layers, ctx) if data is None else _full(layers, job, data, ctx)
    _write(place, found)
    return found


def _quick(layers: Layers, ctx: RunContext) -> SensitivityMap:
    found = {}
    steps = len(layers.names)
    for step, (name, sensitivity) in enumerate(quick_sensitivity(layers), start=1):
        found[name] = sensitivity
        ctx.emit(LayerMeasured(layer=name, sensitivity=sensitivity, step=step, steps=steps, time=time.time()))
        ctx.raise_if_cancelled()
    return SensitivityMap(kind=SensitivityKind.QUICK, layers=found)


def _full(layers: Layers, job: Sensitivity, data: Data, ctx: RunContext) -> SensitivityMap:
    chosen = _choice(len(data.validation), job.samples)
    device = job.device.value
    split = Split(data.validation.inputs[chosen].to(device), data.validation.labels[chosen].to(device))
    found, baseline, samples = {}, 0.0, 0
    for each in FullSensitivity(layers, split, _inputs_of(layers.module, data), ctx).run():
        found[each.layer] = each.sensitivity
        baseline, samples = each.baseline, each.samples
        ctx.emit(LayerMeasured(time=time.time(), **vars(each)))
    return SensitivityMap(kind=SensitivityKind.FULL, layers=found, baseline=baseline, samples=samples)


def _inputs_of(module: nn.Module, data: Data) -> Callable[[Tensor], Tensor]:
    """What makes inputs of samples, in the layout in which the model computes faster; the model is put into it."""
    if not prefer_channels_last(module, data):
        return data.to_inputs
    module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return lambda batch: data.to_inputs(batch).contiguous(memory_format=torch.channels_last)


def _choice(available: int, wanted: int) -> torch.Tensor:
    """So many validation samples, always the same ones."""
    return torch.randperm(available, generator=torch.Generator().manual_seed(0))[:wanted]


def _cache_folder() -> Path:
    return library_folder().parent / "sensitivity"


def _key(job: Sensitivity, info: SourceInfo, data: Data | None) -> str:
    """Changes with whatever the scores depend on: the weights, how they are read, and the samples themselves."""
    said = (_VERSION, job.kind, info.sha256, info.architecture, job.source.entry, info.input_shape)
    digest = hashlib.sha256(msgspec.json.encode(said))
    if info.architecture is not None and ".py:" in info.architecture:
        digest.update(split_reference(info.architecture)[0].read_bytes())
    if data is not None:
        digest.update(msgspec.json.encode((job.samples, str(torch.__version__))))
        for tensor in (data.validation.inputs, data.validation.labels, data.mean, data.std):
            digest.update(tensor.contiguous().cpu().numpy().tobytes())
    return digest.hexdigest()[:32]


def _read(path: Path) -> SensitivityMap | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=SensitivityMap)
    except (OSError, msgspec.MsgspecError):
        return None


def _write(path: Path, found: SensitivityMap) -> None:
    """A cache that cannot be written costs time only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, msgspec.json.encode(found))
    except OSError as error:
        log.warning("the sensitivity could not be kept: %s", error)
