"""The run that is shown, as one object: begun, resumed, followed, steered, and written out; it knows no page."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from engine.contract.errors import PenjingError, RequestError
from engine.contract.events import RunEvent, RunFinished
from engine.contract.methods import ExportFormat
from engine.contract.recipe import Recipe
from engine.contract.recipe_file import read_recipe
from engine.contract.recipe_paths import SAMPLE, with_absolute_paths
from engine.contract.report import Report
from engine.contract.run_folder import RunFolder, RunState
from gui.engine_thread import EngineThread
from gui.following import Following
from gui.jobs import Jobs
from gui.session import OpenRequest, Session
from gui.widgets.rail import PageName


class ShownRun(QObject):
    """A run of ours that goes on, one that another process computes, or one of the past.

    ``begun`` names a run whose events come by ``events_arrived``; ``refused`` says why there will be none;
    ``reported`` says that a run of ours has its report; ``data_missed`` asks for the data of the model that is open.
    """

    page_wanted = Signal(str)
    begun = Signal(str)
    events_arrived = Signal(list)
    resumable_changed = Signal(bool)
    refused = Signal(object)
    reported = Signal()
    data_missed = Signal(object)

    def __init__(self, engine: EngineThread, session: Session, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._engine, self._session, self._jobs = engine, session, jobs
        self._following = Following(self)
        engine.events_arrived.connect(self._on_engine_events_arrived)
        self._following.events_arrived.connect(self.events_arrived)
        self._following.grown.connect(self._on_following_grown)
        self._following.ended.connect(self._on_following_ended)
        jobs.run_ended.connect(self._on_jobs_run_ended)

    def open(self, folder: Path) -> None:
        """Shows a run of the past: its report, or its events and the way to go on.

        Raises:
            RequestError: there is no run in the folder.
        """
        run = RunFolder(folder)
        state = run.state()
        if state is RunState.EMPTY:
            raise RequestError("folder_no_run", path=folder)
        self._show(folder, folder.name)
        if folder == self._jobs.run_folder:
            self.events_arrived.emit(list(run.read_events()))
            return
        self.events_arrived.emit(self._following.start(folder))
        self.resumable_changed.emit(state is not RunState.COMPLETED)
        if run.report.is_file():
            self._session.set_report(run.read_report())
            self.page_wanted.emit(PageName.COMPARE)

    def start(self, recipe: Recipe, folder: Path | None = None) -> None:
        """Runs a recipe into ``folder``, or into a new one of the library."""
        self._session.set_recipe(recipe)
        opened = self._session.opened
        if opened is not None and _lacks_data(opened, recipe):
            self.data_missed.emit(opened)
        elif not self._shows_one_going_on():
            self._show(self._jobs.start_run(recipe, folder), recipe.name)

    def resume(self) -> None:
        """Goes on with an interrupted run."""
        folder = self._session.run_folder
        if folder is None or self._shows_one_going_on():
            return
        try:
            recipe = with_absolute_paths(read_recipe(RunFolder(folder).recipe), folder)
        except PenjingError as error:
            self.refused.emit(error)
            return
        # What happened before stays in sight; how it ended then is no longer true.
        before = [event for event in RunFolder(folder).read_events() if not isinstance(event, RunFinished)]
        self._jobs.resume_run(recipe, folder)
        self._show(folder, recipe.name)
        self.events_arrived.emit(before)

    def _shows_one_going_on(self) -> bool:
        """One run at a time: shows the one that goes on instead of beginning another."""
        folder = self._jobs.run_folder
        if folder is None:
            return False
        if folder == self._session.run_folder:
            self.page_wanted.emit(PageName.RUN)
        else:
            self.open(folder)
        return True

    def _show(self, folder: Path, name: str) -> None:
        self._following.stop()
        self._session.set_run_folder(folder)
        self.page_wanted.emit(PageName.RUN)
        self.begun.emit(name)
        self.resumable_changed.emit(False)

    def pause(self) -> None:
        """Holds it, ours or one that is followed."""
        self._steer("pause", self._engine.pause)

    def go_on(self) -> None:
        """Ends the pause."""
        self._steer("continue", self._engine.resume)

    def cancel(self) -> None:
        """Stops it; its best so far is kept."""
        self._steer("cancel", self._engine.cancel)

    def _steer(self, command: str, order: Callable[[], None]) -> None:
        if self._following.is_alive:
            self._following.send(command)
        elif self._session.run_folder == self._jobs.run_folder:
            order()

    def export(self, kind: ExportFormat) -> None:
        """Writes one more file from it."""
        if self._session.run_folder is not None:
            self._jobs.export(self._session.run_folder, kind)

    def verify(self, path: str) -> None:
        """Re-runs one of its files; ``path`` counts from its folder."""
        if self._session.run_folder is not None:
            self._jobs.verify(self._session.run_folder / path)

    def reveal(self, path: str = "") -> None:
        """Opens its folder, or the one that holds the file at ``path``."""
        if self._session.run_folder is not None:
            target = self._session.run_folder / path
            folder = target.parent if target.is_file() else target
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot(list)
    def _on_engine_events_arrived(self, events: list[RunEvent]) -> None:
        # Another run of the past may be shown meanwhile.
        if self._session.run_folder == self._jobs.run_folder:
            self.events_arrived.emit(events)

    @Slot(object, object, object)
    def _on_jobs_run_ended(self, folder: Path, report: Report | None, error: PenjingError | None) -> None:
        if folder != self._session.run_folder:
            return
        self.resumable_changed.emit(report is None)
        run = RunFolder(folder)
        if report is None and run.report.is_file():
            # A cancelled run answers with its cancellation; the report of its best lies in the folder.
            report = run.read_report()
        if report is not None:
            self._session.set_report(report)
            self.reported.emit()
        if error is not None:
            self.refused.emit(error)

    @Slot(list)
    def _on_following_grown(self, events: list[RunEvent]) -> None:
        """It was taken for interrupted and is alive: its story is told again."""
        if self._session.run_folder is not None:
            self.begun.emit(self._session.run_folder.name)
            self.events_arrived.emit(events)
            self.resumable_changed.emit(False)

    @Slot()
    def _on_following_ended(self) -> None:
        folder = self._session.run_folder
        if folder is not None and RunFolder(folder).report.is_file():
            self._session.set_report(RunFolder(folder).read_report())


def _lacks_data(opened: OpenRequest, recipe: Recipe) -> bool:
    """Nobody named data: the recipe's default, the sample, is for the sample's model alone."""
    return opened.data is None and recipe.data.source == SAMPLE and recipe.model.file != SAMPLE
