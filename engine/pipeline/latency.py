"""Choosing channels by measured time: layers are timed before it, and after it the files say what came of it."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from engine.context import RunContext
from engine.contract.events import Progress, Stage
from engine.contract.methods import ExportFormat, Objective
from engine.contract.recipe import Recipe
from engine.contract.run_folder import RunFolder, write_record
from engine.export.latency.grids import LayerGrid, grids_of
from engine.export.latency.timing import time_file, time_layers
from engine.export.onnx_file import build_onnx, write_onnx
from engine.export.prepare import prepare_integer
from engine.export.runtime import measure_latency, open_session
from engine.joint.compressed import CompressedModel
from engine.joint.latency.choosing import kept_without
from engine.joint.latency.prices import prices_of
from engine.joint.latency.table import LatencyTable
from engine.pipeline.finishing import baseline_of, one_sample
from engine.pipeline.work import Work

UNPRUNED_INTEGERS = "original-int8.onnx"
SURPRISE, MISSED = 0.2, 0.05


def is_timed(recipe: Recipe) -> bool:
    """Whether a recipe chooses channels by measured time."""
    return recipe.prune is not None and recipe.prune.objective is Objective.LATENCY


def count_grids(work: Work) -> int:
    """How many different layers have to be timed."""
    return len(set(_grids(work.model).values()))


def time_network(work: Work) -> None:
    """Times the unpruned network and its layers at all their widths, and keeps the times in the run's folder."""

    def tell(done: int) -> None:
        work.ctx.emit(Progress(stage=Stage.TIME, step=done, time=time.time()))

    threads = work.inputs.threads
    whole_ms = time_file(_unpruned_file(work), one_sample(work.data).numpy(), threads=threads)
    table = time_layers_of(work.model, work.ctx, threads=threads, on_grid=tell)
    work.model.latencies = msgspec.structs.replace(table, whole_ms=whole_ms)
    write_record(work.folder.latencies, work.model.latencies)


def time_layers_of(
    model: CompressedModel,
    ctx: RunContext,
    *,
    threads: int,
    on_grid: Callable[[int], None] = lambda done: None,
) -> LatencyTable:
    """The times of an uncut model's layers alone, without those of the whole network.

    Args:
        model: with its recipe.
        ctx: stops between layers.
        threads: of the runtime.
        on_grid: told how many different layers are done.
    """
    layers = time_layers(_grids(model), ctx, threads=threads, on_grid=on_grid)
    return LatencyTable(layers=layers, is_integer=_is_integer(model.recipe), threads=threads)


def read_latencies(folder: RunFolder) -> LatencyTable | None:
    """The times that a run has begun with; None where it has none."""
    try:
        return msgspec.json.decode(folder.latencies.read_bytes(), type=LatencyTable)
    except (OSError, msgspec.MsgspecError):
        return None


def tell_latency(work: Work) -> None:
    """Says how much faster the written file is, what was foretold, and whether the goal was missed."""
    artifacts = {artifact.format: artifact.path for artifact in work.folder.read_report().artifacts}
    table, spec, wanted = work.model.latencies, work.recipe.prune, work.recipe.timed_format
    assert table is not None and spec is not None and wanted is not None
    before, after = _medians([_unpruned_file(work), work.folder.root / artifacts[wanted]], work)
    found, foretold = before / after, foretold_ratio(work.model, table)
    told = {"found": f"{found:.2f}", "foretold": f"{foretold:.2f}"}
    times = {"before": f"{before:.3f}", "after": f"{after:.3f}"}
    work.ctx.warn("note_latency", format=wanted.label, **times, **told)
    if abs(foretold / found - 1) > SURPRISE:
        work.ctx.warn("note_latency_off", **told)
    if spec.target_latency is not None and found < spec.target_latency * (1 - MISSED):
        work.ctx.warn("note_latency_missed", found=told["found"], wanted=f"{spec.target_latency:g}")


def foretold_ratio(model: CompressedModel, table: LatencyTable) -> float:
    """How many times faster a model should be than before its cut, by the times of its layers."""
    prices, groups = prices_of(model.captured, model.channels, table), model.channels.groups
    before, after = (
        prices.of_network(kept_without(groups, removed))
        for removed in (frozenset(), frozenset(model.structure.removed))
    )
    return before / after


def _is_integer(recipe: Recipe) -> bool:
    return recipe.timed_format is ExportFormat.ONNX_INT8


def _grids(model: CompressedModel) -> dict[str, LayerGrid]:
    return grids_of(model, is_integer=_is_integer(model.recipe))


def _unpruned_file(work: Work) -> Path:
    """The network without a cut as the kind of file whose time counts; written if it is not there yet."""
    if not _is_integer(work.recipe):
        return baseline_of(work)
    path = work.folder.baseline / UNPRUNED_INTEGERS
    if not path.is_file():
        model = work.inputs.fresh_model(work.ctx)
        model.attach_quantizers()
        model.calibrate(work.calibration_inputs())
        model.finish()
        path.parent.mkdir(exist_ok=True)
        write_onnx(build_onnx(prepare_integer(model), model.captured.example), path)
    return path


def _medians(paths: list[Path], work: Work) -> list[float]:
    """Milliseconds of files, alternating in one process."""
    threads = work.inputs.threads
    sessions = [open_session(path, threads=threads) for path in paths]
    sample = one_sample(work.data).numpy()
    return [latency.p50 for latency in measure_latency(sessions, sample, work.ctx, threads=threads)]
