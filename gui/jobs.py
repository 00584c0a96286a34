"""What the window asks of the engine, and what came of it: one method and one signal for each job."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from engine.contract.errors import PenjingError, RequestError, RunCancelled
from engine.contract.library import new_run_folder
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
from engine.contract.methods import ExportFormat, SensitivityKind
from engine.contract.recipe import DataSpec, Recipe
from engine.contract.report import Artifact, Report, Verification
from engine.contract.source import FileContents, ModelSource
from engine.contract.stats import Inspection, SensitivityMap
from gui.engine_thread import EngineThread
from gui.session import OpenRequest


class Jobs(QObject):
    """Turns wishes into jobs, and the engine's answers into one signal for each kind of job.

    ``looked`` and ``look_failed`` carry the source that was looked at; ``previewed`` and ``preview_failed`` tell of the
    newest preview alone, as ``estimated`` and ``estimate_failed`` do of the newest estimate. A job that was withdrawn
    fails with :class:`RunCancelled`.
    ``run_ended`` carries the run's folder, then its report or None, then the error or None. While a run goes on all
    other jobs are refused: it would be long until their turn.
    """

    inspected = Signal(object, object, object)
    inspect_failed = Signal(object)
    looked = Signal(object, object)
    look_failed = Signal(object, object)
    previewed = Signal(object)
    preview_failed = Signal(object)
    sensitivity_measured = Signal(object)
    sensitivity_failed = Signal(object)
    estimated = Signal(object)
    estimate_failed = Signal(object)
    run_ended = Signal(object, object, object)
    exported = Signal(object)
    export_begun = Signal(object)
    export_ended = Signal()
    export_failed = Signal(object)
    verified = Signal(str, object)
    working_changed = Signal(bool)

    def __init__(self, engine: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._opening: tuple[OpenRequest, Recipe | None] | None = None
        self._inspect: Inspect | None = None
        self._look: Look | None = None
        self._next_look: ModelSource | None = None
        self._preview: Preview | None = None
        self._estimate: Estimate | None = None
        self._withdrawn: set[int] = set()
        self._run: Run | None = None
        self._measuring: Sensitivity | None = None
        self._pending = 0
        engine.job_finished.connect(self._on_engine_job_finished)
        engine.job_failed.connect(self._on_engine_job_failed)

    @property
    def is_working(self) -> bool:
        """Whether the engine has something to do."""
        return self._pending > 0

    @property
    def run_folder(self) -> Path | None:
        """The folder of the run that is going on."""
        return Path(self._run.folder) if self._run is not None else None

    def inspect(self, request: OpenRequest, recipe: Recipe | None = None) -> None:
        """Looks into a model; ``recipe`` is what is to be done with it, where that is known already."""
        if self._is_refused(self.inspect_failed):
            return
        self._next_look = None
        self._withdraw(self._look)
        self._opening = (request, recipe)
        self._inspect = Inspect(id=self._engine.next_id(), source=request.source, data=request.data)
        self._submit(self._inspect)

    def cancel_inspect(self) -> None:
        """Gives up the opening that is under way."""
        self._withdraw(self._inspect)

    def look(self, source: ModelSource) -> None:
        """Looks at a file without opening it; of several wishes that come meanwhile, the last one counts."""
        if self._run is not None:
            self.look_failed.emit(source, RequestError("busy"))
        elif self._look is not None:
            self._next_look = source
        else:
            self._look = Look(id=self._engine.next_id(), source=source)
            self._submit(self._look)

    def preview(self, data: DataSpec, source: ModelSource | None = None) -> None:
        """Asks what data holds, and what the model at ``source`` says of it; a preview under way is given up."""
        if self._is_refused(self.preview_failed):
            return
        self._withdraw(self._preview)
        self._preview = Preview(id=self._engine.next_id(), data=data, source=source)
        self._submit(self._preview)

    def cancel_preview(self) -> None:
        """Gives up the preview that is under way."""
        self._withdraw(self._preview)

    def measure_sensitivity(self, opened: OpenRequest, kind: SensitivityKind, samples: int) -> None:
        """Asks how much each layer bears; anything but an estimate that is asked meanwhile ends this."""
        if self._is_refused(self.sensitivity_failed):
            return
        job = Sensitivity(
            id=self._engine.next_id(), source=opened.source, kind=kind, data=opened.data, samples=samples
        )
        self._submit(job)
        self._measuring = job

    def cancel_sensitivity(self) -> None:
        """Gives up the measurement that is under way; what it told so far stands."""
        self._withdraw(self._measuring)

    def estimate(self, recipe: Recipe) -> None:
        """Asks what a recipe would cost and give; an estimate under way is given up."""
        if self._is_refused(self.estimate_failed):
            return
        self._withdraw(self._estimate)
        self._estimate = Estimate(id=self._engine.next_id(), recipe=recipe)
        self._submit(self._estimate)

    def start_run(self, recipe: Recipe, folder: Path | None = None) -> Path:
        """Runs a recipe into ``folder``, or into a new one of the library; returns which."""
        folder = folder or new_run_folder(recipe.name)
        self._begin(Run(id=self._engine.next_id(), recipe=recipe, folder=str(folder)))
        return folder

    def resume_run(self, recipe: Recipe, folder: Path) -> None:
        """Goes on with a run that was interrupted."""
        self._begin(Run(id=self._engine.next_id(), recipe=recipe, folder=str(folder), resume=True))

    def export(self, folder: Path, kind: ExportFormat) -> None:
        """Writes one more file from a run."""
        if self._is_refused(self.export_failed):
            return
        self.export_begun.emit(kind)
        self._submit(Export(id=self._engine.next_id(), folder=str(folder), format=kind))

    def verify(self, path: Path) -> None:
        """Re-opens a file of a run and re-runs it."""
        if not self._is_refused(self.export_failed):
            self._submit(Verify(id=self._engine.next_id(), path=str(path)))

    def _is_refused(self, failed: SignalInstance) -> bool:
        if self._run is not None:
            failed.emit(RequestError("busy"))
        return self._run is not None

    def _withdraw(self, job: Job | None) -> None:
        if job is not None and job.id not in self._withdrawn:
            self._withdrawn.add(job.id)
            self._engine.withdraw(job.id)

    def _begin(self, run: Run) -> None:
        self._run = run
        self._submit(run)

    def _submit(self, job: Job) -> None:
        if not isinstance(job, Estimate):
            self._withdraw(self._measuring)
        self._pending += 1
        self.working_changed.emit(True)
        self._engine.submit(job)

    @Slot(object, object)
    def _on_engine_job_finished(self, job: Job, value: object) -> None:
        if job.id in self._withdrawn:
            # It ended before it heard; the user has moved on all the same.
            self._on_engine_job_failed(job, RunCancelled())
            return
        self._settle(job)
        match value:
            case Inspection():
                if self._opening is not None:
                    self.inspected.emit(self._opening[0], value, self._opening[1])
            case FileContents() if isinstance(job, Look):
                self.looked.emit(job.source, value)
            case DataSummary() if job is self._preview:
                self.previewed.emit(value)
            case SensitivityMap():
                self.sensitivity_measured.emit(value)
            case Estimation():
                self.estimated.emit(value)
            case Report():
                self._end_run(value, None)
            case Artifact():
                self.exported.emit(value)
            case Verification() if isinstance(job, Verify):
                self.verified.emit(job.path, value)

    @Slot(object, object)
    def _on_engine_job_failed(self, job: Job, error: PenjingError) -> None:
        if job.id in self._withdrawn:
            # Whatever the engine says, and were it that it had to be ended: the user wanted it to stop.
            error = RunCancelled()
        self._settle(job)
        if error.code == "trust_required":
            # The sentence names an option of the terminal; here the user has just been asked and said no.
            error = RequestError("trust_refused", path=error.arguments["path"])
        match job:
            case Inspect():
                self.inspect_failed.emit(error)
            case Look():
                self.look_failed.emit(job.source, error)
            case Preview():
                if job is self._preview:
                    self.preview_failed.emit(error)
            case Sensitivity():
                self.sensitivity_failed.emit(error)
            case Estimate():
                if job is self._estimate:
                    self.estimate_failed.emit(error)
            case Run():
                self._end_run(None, None if isinstance(error, RunCancelled) else error)
            case _:
                self.export_failed.emit(error)

    def _end_run(self, report: Report | None, error: PenjingError | None) -> None:
        folder, self._run = self.run_folder, None
        self.run_ended.emit(folder, report, error)

    def _settle(self, job: Job) -> None:
        self._pending -= 1
        if job is self._measuring:
            self._measuring = None
        self._withdrawn.discard(job.id)
        if job is self._look:
            self._look = None
            self._look_again()
        if isinstance(job, Export):
            self.export_ended.emit()
        if not self._pending:
            self.working_changed.emit(False)

    def _look_again(self) -> None:
        source, self._next_look = self._next_look, None
        if source is not None:
            self.look(source)
