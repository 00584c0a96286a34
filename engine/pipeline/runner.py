"""Runs a recipe in a folder: stage after stage, with the only try/except of a run."""

import errno
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from engine.context import RunContext, log
from engine.contract.errors import PenjingError, RequestError, RunCancelled, RunError
from engine.contract.events import (
    Outcome,
    RunEvent,
    RunFinished,
    RunResumed,
    RunStarted,
    StageFinished,
    StageStarted,
)
from engine.contract.recipe import Recipe
from engine.contract.recipe_file import read_recipe, write_recipe
from engine.contract.recipe_paths import with_absolute_paths
from engine.contract.report import Report
from engine.contract.run_folder import RunFolder, check_folder_can_be_made, write_record
from engine.contract.source import SourceInfo
from engine.contract.stats import ModelStats
from engine.joint.compressed import CompressedModel
from engine.pipeline.checkpoints import CheckpointStore, Payload, structure_of, unpack_random
from engine.pipeline.latency import read_latencies
from engine.pipeline.lock import hold_folder
from engine.pipeline.machine import prepare_machine
from engine.pipeline.partial import report_best_so_far
from engine.pipeline.recorder import Recorder
from engine.pipeline.stages import StagePlan, plan_stages
from engine.pipeline.training_stage import save_checkpoint
from engine.pipeline.work import Inputs, Work, compressed_model, open_inputs

_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


def run_recipe(recipe: Recipe, folder: Path, ctx: RunContext, *, is_resume: bool) -> Report:
    """Carries out a recipe; everything is opened and checked before the first file is written.

    Raises:
        RequestError: the recipe, its files or the folder are not what they should be; nothing was written.
        RunError: the run began and failed; the folder holds what was done.
        RunCancelled: the user stopped it; the folder holds a report of the best so far.
    """
    check_folder_can_be_made(folder, is_resume=is_resume)
    run_folder = RunFolder(folder)
    if is_resume:
        check_same_recipe(recipe, run_folder)
    threads = prepare_machine(recipe)
    inputs = open_inputs(recipe, ctx, threads=threads)
    model = compressed_model(inputs.loaded, recipe, inputs.samples(ctx))
    if is_resume:
        _check_same_source(inputs, run_folder)
    _make(run_folder)
    try:
        return _run_in_folder(inputs, model, run_folder, ctx)
    except OSError as error:
        raise _unforeseen(error, folder) from error


def _make(folder: RunFolder) -> None:
    """What the system refuses is known only once it is asked: permissions say nothing of some places."""
    try:
        folder.checkpoints.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RequestError("folder_unwritable", path=folder.root, reason=error.strerror or error) from None


def check_same_recipe(recipe: Recipe, folder: RunFolder) -> None:
    """Refuses to go on with another recipe than the run began with (its name aside)."""
    if not folder.recipe.is_file():
        return
    began = with_absolute_paths(read_recipe(folder.recipe), folder.root)
    for field in msgspec.structs.fields(Recipe):
        if field.name != "name" and getattr(recipe, field.name) != getattr(began, field.name):
            raise RequestError("recipe_differs", path=folder.root, key=field.name)


def _check_same_source(inputs: Inputs, folder: RunFolder) -> None:
    try:
        began = msgspec.json.decode(folder.source.read_bytes(), type=SourceInfo)
    except (OSError, msgspec.MsgspecError):
        return
    if began.sha256 != inputs.loaded.info.sha256:
        raise RequestError("source_changed", path=inputs.loaded.info.file)


def _run_in_folder(inputs: Inputs, model: CompressedModel, folder: RunFolder, ctx: RunContext) -> Report:
    with hold_folder(folder.root), _logging_to(folder.log):
        if not folder.recipe.exists():
            write_recipe(inputs.recipe, folder.recipe)
        write_record(folder.source, inputs.loaded.info)
        store = CheckpointStore(folder)
        early: list[RunEvent] = []
        found = store.newest(replace(ctx, emit=early.append))
        recorder = Recorder(folder.events, ctx.emit, offset=0 if found is None else found[0].events_offset)
        work = Work(inputs=inputs, model=model, folder=folder, ctx=replace(ctx, emit=recorder), store=store)
        work.steps_done = 0 if found is None else found[0].step
        try:
            return _attempt(work, None if found is None else found[1], early)
        finally:
            recorder.close()


def _attempt(work: Work, payload: Payload | None, early: list[RunEvent]) -> Report:
    """One attempt, from its first event to its RunFinished; what was found before it is told behind its first event."""
    try:
        return _run_or_cancel(work, payload, early)
    except RunCancelled:
        raise
    except Exception as error:
        log.exception("the run failed")
        failure = error if isinstance(error, PenjingError) else _unforeseen(error, work.folder.root)
        work.ctx.emit(
            RunFinished(
                outcome=Outcome.FAILED,
                message=failure.message,
                code=failure.code,
                arguments=failure.arguments,
                time=time.time(),
            )
        )
        raise failure from error


def _run_or_cancel(work: Work, payload: Payload | None, early: list[RunEvent]) -> Report:
    try:
        stages = plan_stages(work)
        _begin(work, stages, payload)
        for event in early:
            work.ctx.emit(event)
        for index in range(work.stage_index, len(stages)):
            _run_stage(work, stages[index], index)
        return _finish_completed(work)
    except RunCancelled as cancelled:
        _finish_cancelled(work, cancelled)
        raise


def _finish_completed(work: Work) -> Report:
    report = msgspec.structs.replace(work.folder.read_report(), seconds=work.seconds)
    write_record(work.folder.report, report)
    work.ctx.emit(RunFinished(outcome=Outcome.COMPLETED, result=report, time=time.time()))
    return report


def _unforeseen(error: Exception, folder: Path) -> PenjingError:
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return RunError("folder_unwritable", path=folder, reason=error.strerror)
    code = "out_of_memory" if _is_memory(error) else "internal"
    return RunError(code, reason=f"{type(error).__name__}: {error}")


def _is_memory(error: Exception) -> bool:
    return (
        isinstance(error, MemoryError)
        or "out of memory" in str(error)
        or "can't allocate memory" in str(error)
    )


def _begin(work: Work, stages: tuple[StagePlan, ...], payload: Payload | None) -> None:
    planned = tuple(stage.planned() for stage in stages)
    name = work.recipe.name
    if payload is None:
        work.ctx.emit(RunStarted(stages=planned, name=name, time=time.time()))
        return
    work.stage_index = payload["stage_index"]
    work.model.restore(structure_of(payload))
    work.model.module.load_state_dict(payload["model"])
    work.lay_out_plainly()
    unpack_random(payload)
    work.model.latencies = read_latencies(work.folder)
    work.resumed = payload
    work.before, work.after = _read_stats(work.folder.before), _read_stats(work.folder.after)
    work.ctx.emit(RunResumed(step=work.steps_done, stages=planned, name=name, time=time.time()))


def _read_stats(path: Path) -> ModelStats | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=ModelStats)
    except (OSError, msgspec.MsgspecError):
        return None


def _run_stage(work: Work, stage: StagePlan, index: int) -> None:
    work.ctx.raise_if_cancelled()
    work.stage_index = index
    begin = time.monotonic()
    work.ctx.emit(StageStarted(stage=stage.stage, steps=stage.steps, index=index, time=time.time()))
    stats = stage.run(work)
    seconds = time.monotonic() - begin
    work.seconds[stage.stage.value] = work.seconds.get(stage.stage.value, 0.0) + seconds
    work.ctx.emit(StageFinished(stage=stage.stage, stats=stats, seconds=seconds, time=time.time()))
    work.stage_index = index + 1
    save_checkpoint(work)


def _finish_cancelled(work: Work, cancelled: RunCancelled) -> None:
    """Saves where the run stands and reports the best so far; then says that it was cancelled."""
    if work.training is not None and work.training.step > 0:
        save_checkpoint(work)
    report = report_best_so_far(work)
    work.ctx.emit(
        RunFinished(
            outcome=Outcome.CANCELLED,
            message=cancelled.message,
            code=cancelled.code,
            result=report,
            time=time.time(),
        )
    )


@contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        handler.close()
