"""One more export from what a run has left."""

from pathlib import Path

import msgspec

from engine.context import RunContext
from engine.contract.errors import RequestError
from engine.contract.methods import ExportFormat
from engine.contract.recipe_file import read_recipe
from engine.contract.recipe_paths import with_absolute_paths
from engine.contract.report import Artifact
from engine.contract.run_folder import RunFolder, write_record
from engine.export.formats import FILE_NAMES, WRITERS
from engine.export.runtime import measure_latency, open_session
from engine.pipeline.finishing import BASELINE, ONNX, export_job, one_sample, write_checksums_of
from engine.pipeline.gains import tell_what_gains_nothing
from engine.pipeline.machine import prepare_machine
from engine.pipeline.partial import best_model
from engine.pipeline.work import Inputs, open_inputs


def export_again(
    root: Path, name: ExportFormat, ctx: RunContext, *, output: Path | None, threads: int = 0
) -> Artifact:
    """Writes one more artifact from a run's best checkpoint and verifies it.

    Without ``output`` it goes to the run's ``artifacts/`` and into its report.

    Raises:
        RequestError: there is no run, its files are gone, or the format does not suit its recipe.
    """
    folder = RunFolder(root)
    if not folder.recipe.is_file():
        raise RequestError("folder_no_run", path=root)
    recipe = with_absolute_paths(read_recipe(folder.recipe), root)
    recipe = msgspec.structs.replace(recipe, threads=threads or recipe.threads)
    if name is ExportFormat.ONNX_INT8 and recipe.quantize is None:
        raise RequestError("recipe_int8_without_quantize")
    inputs = open_inputs(recipe, ctx, threads=prepare_machine(recipe))
    job = export_job(best_model(inputs, folder, ctx), inputs, ctx)
    target = output if output is not None else folder.artifacts / FILE_NAMES[name]
    if not target.parent.is_dir():
        if output is not None:
            raise RequestError("folder_unwritable", path=target.parent, reason="it does not exist")
        target.parent.mkdir()
    artifact = _timed(WRITERS[name](job, target), target, folder=folder, inputs=inputs, ctx=ctx)
    if output is not None:
        return msgspec.structs.replace(artifact, path=str(output))
    write_checksums_of(folder)
    artifact = msgspec.structs.replace(artifact, path=f"{folder.artifacts.name}/{target.name}")
    _note_in_report(folder, artifact)
    return artifact


def _timed(
    artifact: Artifact, target: Path, *, folder: RunFolder, inputs: Inputs, ctx: RunContext
) -> Artifact:
    """The artifact with its latency where it has one, and what it does not gain told; beside the original's file."""
    original = folder.baseline / BASELINE
    baseline = original if original.is_file() else None
    before = None
    if artifact.format in ONNX:
        files = [path for path in (target, baseline) if path is not None]
        sessions = [open_session(path, threads=inputs.threads) for path in files]
        after, *others = measure_latency(
            sessions, one_sample(inputs.data).numpy(), ctx, threads=inputs.threads
        )
        artifact = msgspec.structs.replace(artifact, latency_ms=after)
        before = others[0] if others else None
    tell_what_gains_nothing(ctx, [artifact], baseline=baseline, before=before)
    return artifact


def _note_in_report(folder: RunFolder, artifact: Artifact) -> None:
    if not folder.report.is_file():
        return
    report = folder.read_report()
    others = [known for known in report.artifacts if known.path != artifact.path]
    write_record(folder.report, msgspec.structs.replace(report, artifacts=(*others, artifact)))
