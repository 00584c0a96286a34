"""Every export format: one function that writes a file, re-opens it and says what it is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

import msgspec
import torch
from torch import nn

from engine.context import RunContext
from engine.contract.errors import RequestError, RunError
from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact
from engine.contract.run_folder import write_atomically
from engine.data.splits import Data
from engine.export.history import history_of
from engine.export.onnx_file import build_onnx, write_onnx
from engine.export.prepare import prepare_float, prepare_integer
from engine.export.python_loader import loader_source, own_class_source
from engine.export.twin import IntegerTwin
from engine.export.verify import answers_of, verify_onnx, verify_python
from engine.joint.compressed import CompressedModel
from engine.models.cuts.history import with_history
from engine.models.cuts.records import UNKNOWN, Lineage
from engine.tasks.table import methods_of


@dataclass(frozen=True, kw_only=True)
class ExportJob:
    """A finished model and what its files are measured against.

    Attributes:
        model: finished: cut, with rounding on where the recipe quantizes.
        data: holds the test split.
        ctx: stops between batches.
        threads: of the runtime.
        title: the run's name, for the files' own words.
        lineage: what the model was before this run, and how that is built.
    """

    model: CompressedModel
    data: Data
    ctx: RunContext
    threads: int
    title: str = "model"
    lineage: Lineage = UNKNOWN

    @cached_property
    def rounded_answers(self) -> torch.Tensor:
        """What the torch model answers on the test split with rounding on."""
        return answers_of(self.model.module, self.data, self.ctx)

    @cached_property
    def float_answers(self) -> torch.Tensor:
        """The same with rounding off."""
        self.model.switch_quantizers(is_on=False)
        answers = answers_of(self.model.module, self.data, self.ctx)
        self.model.switch_quantizers(is_on=self.model.structure.is_quantized)
        return answers


def export_float32(job: ExportJob, path: Path) -> Artifact:
    """The compressed network in floats, without rounding."""
    write_onnx(build_onnx(prepare_float(job.model), job.model.captured.example), path)
    return verify_onnx(path, job.float_answers, job.data, job.ctx, planned=0, threads=job.threads)


def export_int8(job: ExportJob, path: Path) -> Artifact:
    """Integers by the rules that ONNX Runtime fuses, verified against the same integers computed by torch.

    Raises:
        RequestError: the recipe did not quantize.
    """
    placement = job.model.placement
    if placement is None or not job.model.structure.is_quantized:
        raise RequestError("recipe_int8_without_quantize")
    prepared = prepare_integer(job.model)
    twin = answers_of(IntegerTwin(prepared), job.data, job.ctx)
    write_onnx(build_onnx(prepared, job.model.captured.example), path)
    planned = placement.integer_operators
    artifact = verify_onnx(path, twin, job.data, job.ctx, planned=planned, threads=job.threads)
    agreement = methods_of(job.data).agreement(twin, job.rounded_answers)
    return msgspec.structs.replace(artifact, simulation_agreement=agreement)


def export_state_dict(job: ExportJob, path: Path) -> Artifact:
    """The pruned weights and how they came about, and beside them a Python file that loads them with torch alone."""
    module = prepare_float(job.model, is_folded=False).module
    source = _loader_of(module, job, path.stem)
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    content = BytesIO()
    torch.save(state, content)
    history = history_of(job.model, job.lineage, module=module, state=state, ctx=job.ctx)
    write_atomically(path, with_history(content.getvalue(), history))
    write_atomically(path.with_suffix(".py"), source.encode())
    return verify_python(path, module, job.float_answers, job.data, job.ctx)


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
    ExportFormat.STATE_DICT: export_state_dict,
}
"""What writes each format."""

FILE_NAMES: dict[ExportFormat, str] = {
    ExportFormat.ONNX_FLOAT32: "model-float32.onnx",
    ExportFormat.ONNX_INT8: "model-int8.onnx",
    ExportFormat.STATE_DICT: "model.pt",
}
"""The name of each format's file in ``artifacts/``."""
