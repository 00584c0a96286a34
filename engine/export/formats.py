"""Every export format: one function that writes a file, re-opens it and says what it is."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import msgspec
import torch
from torch import Tensor, nn

from engine.contract.errors import RequestError, RunError
from engine.contract.methods import ActivationGrid, ExportFormat, QuantizeMode
from engine.contract.report import Artifact
from engine.contract.run_folder import write_atomically
from engine.export.archive_file import stored_types, tensors_of, write_archive
from engine.export.calibration_pack import export_calibration_pack
from engine.export.history import history_of
from engine.export.int4_file import export_int4
from engine.export.job import ExportJob
from engine.export.onnx_file import build_onnx, write_onnx
from engine.export.prepare import Prepared, prepare_float, prepare_integer, rounds_weights_alone
from engine.export.prepare_dynamic import prepare_dynamic
from engine.export.program_file import export_pt2
from engine.export.python_loader import loader_source, own_class_source
from engine.export.safetensors_writer import export_safetensors
from engine.export.symmetric import export_symmetric
from engine.export.twin import IntegerTwin
from engine.export.verify import answers_of, verify_onnx, verify_python
from engine.export.verify_archive import verify_archive
from engine.models.cuts.history import with_history
from engine.tasks.table import methods_of


def export_float32(job: ExportJob, path: Path) -> Artifact:
    """The compressed network in floats (see :func:`engine.export.prepare.prepare_float`)."""
    write_onnx(build_onnx(prepare_float(job.model), job.model.captured.example), path)
    return verify_onnx(path, job.float_answers, job.data, job.ctx, planned=0, threads=job.threads)


def export_int8(job: ExportJob, path: Path) -> Artifact:
    """Integers by the rules that ONNX Runtime fuses, verified against the same integers computed by torch.

    Raises:
        RequestError: the recipe did not quantize, or rounded weights alone.
    """
    placement, asked = job.model.placement, job.model.recipe.quantize
    if placement is None or asked is None or not job.model.structure.is_quantized:
        raise RequestError("recipe_int8_without_quantize")
    if asked.past_integers:
        raise RequestError("recipe_int8_past_integers", setting=asked.past_integers)
    if asked.activation_grid is ActivationGrid.SYMMETRIC and not rounds_weights_alone(job.model):
        return export_symmetric(job, path)
    prepared, in_torch = _integers_of(job, asked.mode)
    twin = answers_of(in_torch, job.data, job.ctx)
    write_onnx(build_onnx(prepared, job.model.captured.example), path)
    planned = placement.integer_operators
    artifact = verify_onnx(path, twin, job.data, job.ctx, planned=planned, threads=job.threads)
    agreement = methods_of(job.data).agreement(twin, job.rounded_answers)
    return msgspec.structs.replace(artifact, simulation_agreement=agreement)


def _integers_of(job: ExportJob, mode: QuantizeMode) -> tuple[Prepared, Callable[[Tensor], Tensor]]:
    """What is exported, and what computes the same in torch.

    Raises:
        RequestError: weights alone were rounded.
    """
    if mode is QuantizeMode.DYNAMIC:
        prepared = prepare_dynamic(job.model)
        return prepared, prepared.module
    if rounds_weights_alone(job.model):
        raise RequestError("recipe_int8_without_activations")
    prepared = prepare_integer(job.model)
    return prepared, IntegerTwin(prepared)


def export_state_dict(job: ExportJob, path: Path) -> Artifact:
    """The pruned weights and how they came about, and beside them a Python file that loads them with torch alone."""
    module = prepare_float(job.model, is_folded=False).module
    source = _loader_of(module, job, path.stem)
    types = stored_types(job.model)
    state = {
        name: tensor.to(types.get(name, tensor.dtype), copy=True)
        for name, tensor in module.state_dict().items()
    }
    content = BytesIO()
    torch.save(state, content)
    history = history_of(job.model, job.lineage, module=module, state=state, ctx=job.ctx)
    write_atomically(path, with_history(content.getvalue(), history))
    write_atomically(path.with_suffix(".py"), source.encode())
    return verify_python(path, module, job.float_answers, job.data, job.ctx)


def export_archive(job: ExportJob, path: Path) -> Artifact:
    """Entropy-coded weights, decoded again and compared with what the network computes with, bit for bit."""
    write_archive(job, path)
    return verify_archive(path, job, tensors_of(job.model))


def _loader_of(module: nn.Module, job: ExportJob, stem: str) -> str:
    """The text that rebuilds the network; where that cannot be written, for the class it was trained with.

    Raises:
        RunError: it cannot be written, and its own class has other widths.
    """
    try:
        return loader_source(module, title=job.title, stem=stem)
    except RunError:
        if job.model.structure.is_cut:
            raise
    return own_class_source(title=job.title, stem=stem)


WRITERS: dict[ExportFormat, Callable[[ExportJob, Path], Artifact]] = {
    ExportFormat.ONNX_FLOAT32: export_float32,
    ExportFormat.ONNX_INT8: export_int8,
    ExportFormat.ONNX_INT4: export_int4,
    ExportFormat.STATE_DICT: export_state_dict,
    ExportFormat.SAFETENSORS: export_safetensors,
    ExportFormat.PT2: export_pt2,
    ExportFormat.CALIBRATION_PACK: export_calibration_pack,
    ExportFormat.ARCHIVE: export_archive,
}
"""What writes each format."""

FILE_NAMES: dict[ExportFormat, str] = {
    ExportFormat.ONNX_FLOAT32: "model-float32.onnx",
    ExportFormat.ONNX_INT8: "model-int8.onnx",
    ExportFormat.ONNX_INT4: "model-int4.onnx",
    ExportFormat.STATE_DICT: "model.pt",
    ExportFormat.SAFETENSORS: "weights.safetensors",
    ExportFormat.PT2: "model.pt2",
    ExportFormat.CALIBRATION_PACK: "calibration-pack.zip",
    ExportFormat.ARCHIVE: "model.penjing",
}
"""The name of each format's file in ``artifacts/``."""
