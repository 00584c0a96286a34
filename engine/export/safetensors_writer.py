"""Safetensors of a finished model: what the network computes with, and in the header's JSON how that came about.

A weight on an int8 grid is written as its levels, ``NAME`` (int8), and their scale, ``NAME_scale`` (float32, one for
each output channel or one alone, in a shape that multiplies by itself): ``levels.float() * scale`` is the weight, bit
for bit. All other tensors are what they are. The layout is that of the libraries that serve quantized models.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import torch
from safetensors.torch import save
from torch import Tensor, nn

from engine.contract.errors import RunError
from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact
from engine.contract.run_folder import write_atomically
from engine.export.archive_file import (
    coded_weights,
    document_for,
    round_values_,
    tensors_of,
    without_negative_zeros,
)
from engine.export.history import history_of
from engine.export.job import ExportJob
from engine.export.prepare import prepare_float
from engine.export.python_loader import loader_source, own_class_source
from engine.export.verify import (
    VERIFIED,
    Verdict,
    answers_of,
    float_verdict,
    largest_error,
    loaded_names,
    torch_artifact,
)
from engine.export.verify_archive import tensors_verdict
from engine.models.cuts.reopening import give_weights_
from engine.models.example import Example
from engine.models.graph import run_probe
from engine.models.safetensors_file import DOCUMENT_KEY, SCALE_SUFFIX, read_own, weights_in
from engine.quantization.coded import CodedWeight
from engine.tasks.table import methods_of


def write_safetensors(job: ExportJob, path: Path) -> None:
    """Writes the file, and beside it a Python file that loads it with torch and safetensors alone.

    Raises:
        RunError: a layer cannot be written as Python, and its own class has other widths.
    """
    network = prepare_float(job.model, is_folded=False).module
    source = _loader_of(network, job, path.stem)
    coded = coded_weights(job.model)
    stored = {
        part: tensor
        for name, value in network.state_dict().items()
        for part, tensor in _parts_of(name, value, coded.get(name), network).items()
    }
    state = weights_in(stored)
    give_weights_(network, state)
    history = history_of(job.model, job.lineage, module=network, state=state, ctx=job.ctx)
    document = msgspec.json.encode(document_for(job, history)).decode()
    write_atomically(path, save(stored, {"format": "pt", DOCUMENT_KEY: document}))
    write_atomically(path.with_suffix(".py"), source.encode())


def _loader_of(network: nn.Module, job: ExportJob, stem: str) -> str:
    try:
        return loader_source(network, title=job.title, stem=stem, suffix=".safetensors")
    except RunError:
        if job.model.structure.is_cut:
            raise
    return own_class_source(title=job.title, stem=stem, suffix=".safetensors")


def _parts_of(name: str, tensor: Tensor, coded: CodedWeight | None, network: nn.Module) -> dict[str, Tensor]:
    """A tensor as the file holds it: tensors that share memory are parted, as safetensors wants it."""
    scale_name = f"{name}{SCALE_SUFFIX}"
    if coded is None:
        return {name: without_negative_zeros(tensor.detach()).clone().contiguous()}
    if not coded.fits_int8 or scale_name in network.state_dict():
        return {name: without_negative_zeros(coded.values()).to(coded.stored_type).contiguous()}
    scale = coded.scale.reshape(-1, *[1] * (coded.levels.dim() - 1))
    return {name: coded.levels.to(torch.int8).contiguous(), scale_name: scale.float().contiguous()}


def export_safetensors(job: ExportJob, path: Path) -> Artifact:
    """Tensors without code, opened again and compared with what the network computes with, bit for bit."""
    write_safetensors(job, path)
    return verify_safetensors(path, job, tensors_of(job.model))


def verify_safetensors(path: Path, job: ExportJob, wanted: Mapping[str, Tensor]) -> Artifact:
    """One file against the network that was written into it, and its loader against both.

    Args:
        path: the file.
        job: what it was written from.
        wanted: every tensor that the network computes with, by name.
    """
    state, document = read_own(path)
    network = give_weights_(prepare_float(job.model, is_folded=False).module, state)
    loading = _loader_verdict(path.with_suffix(".py"), network, job.model.captured.example)
    found = answers_of(round_values_(network, document.values), job.data, job.ctx)
    agreement = methods_of(job.data).agreement(found, job.rounded_answers)
    metrics, _ = methods_of(job.data).measure(found, job.data.test.labels.cpu())
    verdict = tensors_verdict(state, wanted, agreement)
    return torch_artifact(
        path,
        ExportFormat.SAFETENSORS,
        verdict if loading.is_verified else loading,
        accuracy=metrics.accuracy,
        agreement=agreement,
        error=largest_error(found, job.rounded_answers),
    )


def _loader_verdict(loader: Path, network: nn.Module, example: Example) -> Verdict:
    """Whether the Python file builds the same network; one that names the user's own class has nothing to run."""
    load = loaded_names(loader).get("load")
    if not callable(load):
        return VERIFIED
    return float_verdict(largest_error(run_probe(load(), example), run_probe(network, example)))
