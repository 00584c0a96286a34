"""What the worker can do: one function for each request."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.context import RunContext
from engine.contract.messages import (
    DataSummary,
    Estimate,
    Estimation,
    Export,
    Inspect,
    Job,
    Look,
    Preview,
    Run,
    Sensitivity,
    Verify,
)
from engine.contract.record import Record
from engine.contract.report import Artifact, Report, Verification
from engine.contract.source import FileContents
from engine.contract.stats import Inspection, SensitivityMap
from engine.models.limits import within_limits
from engine.pipeline.estimating import estimate
from engine.pipeline.inspecting import inspect_model
from engine.pipeline.looking import look_at
from engine.pipeline.machine import claim_machine
from engine.pipeline.previewing import preview_data
from engine.pipeline.rereading import export_again
from engine.pipeline.runner import run_recipe
from engine.pipeline.sensing import measure_sensitivity
from engine.pipeline.verifying import verify_file


def _inspect(job: Inspect, ctx: RunContext) -> Inspection:
    claim_machine(job.threads, job.device)
    return inspect_model(job.source, job.data, ctx)


def _look(job: Look, ctx: RunContext) -> FileContents:
    claim_machine(job.threads, job.device)
    with within_limits(job.source.file, ctx) as inner:
        return look_at(job.source, inner)


def _preview(job: Preview, ctx: RunContext) -> DataSummary:
    claim_machine(job.threads, job.device)
    return preview_data(job.data, job.source, ctx)


def _sensitivity(job: Sensitivity, ctx: RunContext) -> SensitivityMap:
    claim_machine(job.threads, job.device)
    return measure_sensitivity(job, ctx)


def _estimate(job: Estimate, ctx: RunContext) -> Estimation:
    return estimate(job.recipe, ctx)


def _run(job: Run, ctx: RunContext) -> Report:
    return run_recipe(job.recipe, Path(job.folder), ctx, is_resume=job.resume)


def _export(job: Export, ctx: RunContext) -> Artifact:
    output = None if job.output is None else Path(job.output)
    return export_again(Path(job.folder), job.format, ctx, output=output, threads=job.threads)


def _verify(job: Verify, ctx: RunContext) -> Verification:
    threads = claim_machine(job.threads, job.device)
    return verify_file(Path(job.path), job.data, ctx, threads=threads)


HANDLERS: dict[type[Any], Callable[[Any, RunContext], Record]] = {
    Inspect: _inspect,
    Look: _look,
    Preview: _preview,
    Sensitivity: _sensitivity,
    Estimate: _estimate,
    Run: _run,
    Export: _export,
    Verify: _verify,
}
"""The function of each request."""


def do_job(job: Job, ctx: RunContext) -> Record:
    """Carries out one request and returns the record that answers it."""
    return HANDLERS[type(job)](job, ctx)
