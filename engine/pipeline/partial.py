"""The best so far of a run that has not ended: rebuilt from its checkpoints, measured as far as time allows."""

import contextlib
import time

from engine.context import Control, RunContext
from engine.contract.errors import RequestError, RunCancelled
from engine.contract.events import Outcome
from engine.contract.report import Report
from engine.contract.run_folder import RunFolder
from engine.contract.stats import Metrics
from engine.joint.compressed import CompressedModel
from engine.pipeline.checkpoints import CheckpointStore, structure_of
from engine.pipeline.measure import measure_model
from engine.pipeline.reports import build_report, write_report
from engine.pipeline.work import Inputs, Work, calibration_batches
from engine.tasks.table import Confusion, methods_of

EVALUATION_PATIENCE_S = 3.0


class _Deadline(Control):
    """Stops what it controls when the time is up."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._end = time.monotonic() + seconds

    @property
    def is_cancelled(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self._end


def best_model(inputs: Inputs, folder: RunFolder, ctx: RunContext) -> CompressedModel:
    """The best model of a run's checkpoints, finished: cut, and calibrated where the recipe quantizes.

    Raises:
        RequestError: there is no checkpoint that holds.
    """
    store = CheckpointStore(folder)
    newest, best = store.newest(ctx), store.best(ctx)
    if newest is None:
        raise RequestError("checkpoint_none", path=folder.root)
    # Once a training has ended, what came after it goes on from its best epoch.
    is_over = best is None or newest[0].stage_index > best[0].stage_index
    _, payload = newest if is_over or best is None else best
    model = inputs.fresh_model(ctx)
    model.restore(structure_of(payload))
    model.module.load_state_dict(payload["model"])
    if inputs.recipe.quantize is not None and not model.structure.is_quantized:
        model.finish()
        model.attach_quantizers()
        samples = inputs.recipe.quantize.calibration_samples
        model.calibrate(calibration_batches(inputs.data, samples, seed=inputs.recipe.seed))
    model.finish()
    return model


def report_best_so_far(work: Work) -> Report | None:
    """Writes the report of a cancelled run; None where it was cancelled before its first checkpoint."""
    quiet = RunContext(control=_Deadline(EVALUATION_PATIENCE_S), ask=work.ctx.ask)
    try:
        work.model = best_model(work.inputs, work.folder, RunContext(ask=work.ctx.ask))
    except RequestError:
        return None
    metrics: Metrics = Metrics()
    confusion: Confusion = ()
    with contextlib.suppress(RunCancelled):
        metrics, confusion = methods_of(work.data).evaluate(
            work.model.module, work.data.test, work.data, quiet, batch_size=64
        )
    work.after = measure_model(work.model, metrics, confusion)
    report = build_report(work, Outcome.CANCELLED)
    write_report(work.folder, report)
    return report
