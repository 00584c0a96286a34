"""The end of a run: files are written, verified and timed, and before is set against after."""

import time
from pathlib import Path

import msgspec
import torch

from engine.context import RunContext
from engine.contract.errors import RunError
from engine.contract.events import Outcome, Progress, Stage
from engine.contract.methods import ExportFormat
from engine.contract.recipe import Recipe
from engine.contract.report import Artifact, Report
from engine.contract.run_folder import RunFolder, write_checksums
from engine.contract.stats import Latency
from engine.data.splits import Data
from engine.export.formats import FILE_NAMES, WRITERS
from engine.export.job import ExportJob
from engine.export.onnx_file import build_onnx, write_onnx
from engine.export.prepare import prepare_float, rounds_weights_alone
from engine.export.program_file import program_of
from engine.export.python_loader import loader_source
from engine.export.runtime import measure_latency, open_session
from engine.export.tensors_apart import DATA_SUFFIX, size_of
from engine.export.verify import AGREEMENT_LIMIT
from engine.joint.compressed import CompressedModel
from engine.models.opening import open_model
from engine.pipeline.gains import tell_what_gains_nothing, tell_what_holds_floats
from engine.pipeline.reports import build_report, write_report
from engine.pipeline.work import Inputs, Work, compressed_model, on_device, source_of

BASELINE = "original-float32.onnx"
SUFFIXES = (".onnx", DATA_SUFFIX, ".pt", ".py", ".pt2", ".penjing", ".safetensors", ".zip")
ONNX = (ExportFormat.ONNX_INT8, ExportFormat.ONNX_INT4, ExportFormat.ONNX_FLOAT32)
LOADED_BY_PYTHON = frozenset({ExportFormat.STATE_DICT, ExportFormat.SAFETENSORS})


def export_all(work: Work) -> None:
    """Writes and verifies every format, times them against the original, and writes the report."""
    work.folder.artifacts.mkdir(exist_ok=True)
    baseline = _baseline_if_it_can_be(work)
    _tell(work, 1)
    job = export_job(work.model, work.inputs, work.ctx)
    artifacts = []
    for number, name in enumerate(work.recipe.export.formats):
        work.ctx.raise_if_cancelled()
        artifacts.append(WRITERS[name](job, work.folder.artifacts / FILE_NAMES[name]))
        _tell(work, number + 2)
    latency, timed = time_files(baseline, artifacts, work)
    write_checksums_of(work.folder)
    _tell(work, len(artifacts) + 2)
    report = build_report(
        work,
        Outcome.COMPLETED,
        artifacts=timed,
        baseline_bytes=None if baseline is None else size_of(baseline),
        baseline_latency=latency,
    )
    _tell_gains(work, report)
    tell_what_gains_nothing(work.ctx, timed, baseline=baseline, before=latency)
    if rounds_weights_alone(work.model) and report.after is not None:
        tell_what_holds_floats(work.ctx, timed, parameter_bytes=report.after.parameter_bytes)
    _tell_drift(work, timed)
    write_report(work.folder, report)


def check_formats(work: Work) -> None:
    """Finds out what cannot be written before the training instead of behind it.

    Raises:
        RunError: the model cannot be written in a format that the recipe wants.
    """
    formats = work.recipe.export.formats
    if any(name in (*ONNX, ExportFormat.CALIBRATION_PACK) for name in formats):
        write_baseline(work.inputs, work.folder.baseline, work.ctx)
    if ExportFormat.PT2 in formats:
        program_of(prepare_float(work.model).module, work.model.captured.example)
    is_own_class = not work.inputs.loaded.lineage.origin.is_known
    is_loaded_by_python = not LOADED_BY_PYTHON.isdisjoint(formats) or (
        ExportFormat.ARCHIVE in formats and is_own_class
    )
    if is_loaded_by_python and work.model.is_cutting:
        loader_source(work.model.module, title=work.recipe.name, stem="model")


def _baseline_if_it_can_be(work: Work) -> Path | None:
    """The original as float32 ONNX, which :func:`check_formats` may have written; None, and told, where it has none."""
    try:
        return baseline_of(work)
    except RunError as error:
        work.ctx.warn(error.code, **error.arguments)
        return None


def baseline_of(work: Work) -> Path:
    """The original as float32 ONNX; written if it is not there yet.

    Raises:
        RunError: it cannot be written.
    """
    path = work.folder.baseline / BASELINE
    return path if path.is_file() else write_baseline(work.inputs, work.folder.baseline, work.ctx)


def _tell(work: Work, step: int) -> None:
    work.ctx.emit(Progress(stage=Stage.EXPORT, step=step, time=time.time()))


def _tell_gains(work: Work, report: Report) -> None:
    """Of the int8 file and the archive, where there are; a float32 file promised nothing."""
    file, latency = report.ratios.file, report.ratios.latency
    if file is not None and latency is not None and latency < 1:
        work.ctx.warn("note_slower", ratio=f"{latency:.2f}")
    gains = {ExportFormat.ONNX_INT8: file, ExportFormat.ARCHIVE: report.ratios.compression}
    for name, gain in gains.items():
        if gain is not None and gain < 1:
            work.ctx.warn("note_no_gain", format=name.value)


def write_checksums_of(folder: RunFolder) -> None:
    """The checksums of all files that lie in a run's ``artifacts/``."""
    write_checksums(
        folder.artifacts, [path for path in folder.artifacts.iterdir() if path.suffix in SUFFIXES]
    )


def _tell_drift(work: Work, artifacts: tuple[Artifact, ...]) -> None:
    for artifact in artifacts:
        share = artifact.simulation_agreement
        if share is not None and share < AGREEMENT_LIMIT:
            work.ctx.warn("note_amplifies", share=f"{share:.1%}")


def export_job(model: CompressedModel, inputs: Inputs, ctx: RunContext) -> ExportJob:
    """What the writers of formats need; files are written and compared on the CPU."""
    model.module.to("cpu")
    return ExportJob(
        model=model,
        data=on_device(inputs.data, "cpu"),
        ctx=ctx,
        threads=inputs.threads,
        title=inputs.recipe.name,
        lineage=inputs.loaded.lineage,
    )


def write_baseline(inputs: Inputs, folder: Path, ctx: RunContext) -> Path:
    """The original as float32 ONNX, stripped like ours: what ratios are measured against."""
    folder.mkdir(exist_ok=True)
    path = folder / BASELINE
    bare = Recipe(model=inputs.recipe.model)
    loaded = open_model(source_of(inputs.recipe), ctx, example=inputs.data.example)
    write_onnx(build_onnx(prepare_float(compressed_model(loaded, bare)), loaded.example), path)
    return path


def time_files(
    baseline: Path | None, artifacts: list[Artifact], work: Work
) -> tuple[Latency | None, tuple[Artifact, ...]]:
    """Latency of the original and of each ONNX artifact, alternating in one process; none without an original."""
    prefix = work.folder.artifacts.name
    if baseline is None:
        return None, tuple(msgspec.structs.replace(a, path=f"{prefix}/{a.path}") for a in artifacts)
    timed = [artifact for artifact in artifacts if artifact.format in ONNX]
    paths = [baseline, *(work.folder.artifacts / artifact.path for artifact in timed)]
    threads = work.inputs.threads
    sessions = [open_session(path, threads=threads) for path in paths]
    latencies = measure_latency(sessions, one_sample(work.data).numpy(), work.ctx, threads=threads)
    by_path = dict(zip((artifact.path for artifact in timed), latencies[1:], strict=True))
    return latencies[0], tuple(
        msgspec.structs.replace(a, path=f"{prefix}/{a.path}", latency_ms=by_path.get(a.path))
        for a in artifacts
    )


def one_sample(data: Data) -> torch.Tensor:
    """A batch of one test sample, normalised, on the CPU."""
    return data.to_inputs(data.test.inputs[:1]).cpu()
