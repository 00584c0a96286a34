"""What the user does, as one object: opens, runs, resumes, exports; it knows session and jobs, and no page."""

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
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection
from gui.engine_thread import EngineThread
from gui.following import Following
from gui.jobs import Jobs
from gui.session import OpenRequest, Session, first_recipe
from gui.settings import Settings
from gui.widgets.rail import PageName
from resources import sample_recipe

_RECIPE_SUFFIX = ".toml"


class Desk(QObject):
    """Where wishes of the pages end up.

    ``form_wanted`` asks for the form of a model; ``refused`` says why something could not be opened;
    ``run_begun`` names a run whose events come by ``events_arrived``.
    """

    page_wanted = Signal(str)
    form_wanted = Signal(object)
    refused = Signal(object)
    opening_changed = Signal(bool)
    recent_changed = Signal()
    run_begun = Signal(str)
    events_arrived = Signal(list)
    resumable_changed = Signal(bool)
    run_refused = Signal(object)

    def __init__(self, engine: EngineThread, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session, self.jobs = Session(self), Jobs(engine, self)
        self.engine, self.settings = engine, settings
        self._is_demo = False
        self._following = Following(self)
        engine.events_arrived.connect(self._on_engine_events_arrived)
        self._following.events_arrived.connect(self.events_arrived)
        self._following.grown.connect(self._on_following_grown)
        self._following.ended.connect(self._on_following_ended)
        self.jobs.inspected.connect(self._on_jobs_inspected)
        self.jobs.inspect_failed.connect(self._on_jobs_inspect_failed)
        self.jobs.run_ended.connect(self._on_jobs_run_ended)

    def open_path(self, text: str) -> None:
        """Opens a model, a recipe or a run's folder, by what it is."""
        path = Path(text).absolute()
        try:
            if path.is_dir():
                self.open_run(path)
            elif path.suffix == _RECIPE_SUFFIX:
                self.open_recipe(path)
            else:
                self._ask_about(path)
        except PenjingError as error:
            self._refuse(error)

    def _ask_about(self, path: Path) -> None:
        if not path.is_file():
            raise RequestError("file_missing", path=path)
        self.page_wanted.emit(PageName.OPEN)
        self.form_wanted.emit(self.known_request(path))

    def known_request(self, path: Path) -> OpenRequest:
        """A file as it was opened last; with nothing but its path where it is new."""
        known = (request for request in self.settings.recent() if request.source.file == str(path))
        return next(known, OpenRequest(source=ModelSource(file=str(path))))

    def open_sample(self) -> None:
        """Opens the sample project."""
        self.open_recipe(sample_recipe())

    def start_demo(self) -> None:
        """Opens the sample project, runs it at once, and stays with what came of it."""
        self.open_recipe(sample_recipe())
        self._is_demo = True

    def open_recipe(self, path: Path) -> None:
        """Opens the model that a recipe names, with the recipe.

        Raises:
            RequestError: the recipe is missing or not valid.
        """
        recipe = with_absolute_paths(read_recipe(path), path.parent)
        source = ModelSource(
            file=recipe.model.file,
            architecture=recipe.model.architecture,
            input_shape=recipe.model.input_shape,
        )
        self._open(OpenRequest(source=source, data=recipe.data), recipe)

    def open_request(self, request: OpenRequest) -> None:
        """Opens a model as the form or the recent list says."""
        self._open(request, None)

    def _open(self, request: OpenRequest, recipe: Recipe | None) -> None:
        self._is_demo = False
        self.opening_changed.emit(True)
        self.jobs.inspect(request, recipe)

    def open_run(self, folder: Path) -> None:
        """Shows a run of the past: its report, or its events and the way to go on.

        Raises:
            RequestError: there is no run in the folder.
        """
        run = RunFolder(folder)
        state = run.state()
        if state is RunState.EMPTY:
            raise RequestError("folder_no_run", path=folder)
        self._show_run(folder, folder.name)
        if folder == self.jobs.run_folder:
            self.events_arrived.emit(list(run.read_events()))
            return
        self.events_arrived.emit(self._following.start(folder))
        self.resumable_changed.emit(state is not RunState.COMPLETED)
        if run.report.is_file():
            self.session.set_report(run.read_report())
            self.page_wanted.emit(PageName.COMPARE)

    def start_run(self, recipe: Recipe) -> None:
        """Runs a recipe into a new folder."""
        self.session.set_recipe(recipe)
        opened = self.session.opened
        if opened is not None and _lacks_data(opened, recipe):
            self._ask_for_data(opened)
            return
        if self._shows_run_going_on():
            return
        self._show_run(self.jobs.start_run(recipe), recipe.name)

    def resume_run(self) -> None:
        """Goes on with the run that is shown."""
        folder = self.session.run_folder
        if folder is None or self._shows_run_going_on():
            return
        try:
            recipe = with_absolute_paths(read_recipe(RunFolder(folder).recipe), folder)
        except PenjingError as error:
            self.run_refused.emit(error)
            return
        # What happened before stays in sight; how it ended then is no longer true.
        before = [event for event in RunFolder(folder).read_events() if not isinstance(event, RunFinished)]
        self.jobs.resume_run(recipe, folder)
        self._show_run(folder, recipe.name)
        self.events_arrived.emit(before)

    def _shows_run_going_on(self) -> bool:
        """One run at a time: shows the one that goes on instead of beginning another."""
        folder = self.jobs.run_folder
        if folder is None:
            return False
        if folder == self.session.run_folder:
            self.page_wanted.emit(PageName.RUN)
        else:
            self.open_run(folder)
        return True

    def pause(self) -> None:
        """Holds the run that is shown, ours or one that is followed."""
        self._steer("pause", self.engine.pause)

    def resume(self) -> None:
        """Lets the run that is shown go on."""
        self._steer("continue", self.engine.resume)

    def cancel(self) -> None:
        """Stops the run that is shown; its best so far is kept."""
        self._steer("cancel", self.engine.cancel)

    def _steer(self, command: str, order: Callable[[], None]) -> None:
        if self._following.is_alive:
            self._following.send(command)
        elif self.session.run_folder == self.jobs.run_folder:
            order()

    def _show_run(self, folder: Path, name: str) -> None:
        self._following.stop()
        self.session.set_run_folder(folder)
        self.page_wanted.emit(PageName.RUN)
        self.run_begun.emit(name)
        self.resumable_changed.emit(False)

    def _ask_for_data(self, opened: OpenRequest) -> None:
        self.page_wanted.emit(PageName.OPEN)
        self.form_wanted.emit(opened)
        self.refused.emit(RequestError("data_needed"))

    def export(self, kind: ExportFormat) -> None:
        """Writes one more file from the run that is shown."""
        if self.session.run_folder is not None:
            self.jobs.export(self.session.run_folder, kind)

    def verify(self, path: str) -> None:
        """Re-runs a file of the run that is shown; ``path`` counts from its folder."""
        if self.session.run_folder is not None:
            self.jobs.verify(self.session.run_folder / path)

    def reveal_run(self) -> None:
        """Opens the folder of the run that is shown."""
        self.reveal("")

    def reveal(self, path: str) -> None:
        """Opens the folder that holds a file of the run that is shown."""
        if self.session.run_folder is not None:
            target = self.session.run_folder / path
            folder = target.parent if target.is_file() else target
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot(object, object, object)
    def _on_jobs_inspected(self, request: OpenRequest, inspection: Inspection, recipe: Recipe | None) -> None:
        self.opening_changed.emit(False)
        if request.source.file != SAMPLE:
            self.settings.add_recent(request)
            self.recent_changed.emit()
        self.session.set_inspection(request, inspection)
        self.session.set_recipe(recipe or first_recipe(request))
        if self._is_demo and recipe is not None:
            self.start_run(recipe)
        else:
            self.page_wanted.emit(
                PageName.COMPRESS if recipe and request.source.file != SAMPLE else PageName.INSPECT
            )

    @Slot(object)
    def _on_jobs_inspect_failed(self, error: PenjingError) -> None:
        self.opening_changed.emit(False)
        self._refuse(error)

    @Slot(list)
    def _on_engine_events_arrived(self, events: list[RunEvent]) -> None:
        # Another run of the past may be shown meanwhile.
        if self.session.run_folder == self.jobs.run_folder:
            self.events_arrived.emit(events)

    @Slot(object, object, object)
    def _on_jobs_run_ended(self, folder: Path, report: Report | None, error: PenjingError | None) -> None:
        if folder != self.session.run_folder:
            return
        self.resumable_changed.emit(report is None)
        run = RunFolder(folder)
        if report is None and run.report.is_file():
            # A cancelled run answers with its cancellation; the report of its best lies in the folder.
            report = run.read_report()
        if report is not None:
            self.session.set_report(report)
            if self._is_demo:
                self.page_wanted.emit(PageName.COMPARE)
        if error is not None:
            self.run_refused.emit(error)

    @Slot(list)
    def _on_following_grown(self, events: list[RunEvent]) -> None:
        """It was taken for interrupted and is alive: its story is told again."""
        if self.session.run_folder is not None:
            self.run_begun.emit(self.session.run_folder.name)
            self.events_arrived.emit(events)
            self.resumable_changed.emit(False)

    @Slot()
    def _on_following_ended(self) -> None:
        folder = self.session.run_folder
        if folder is not None and RunFolder(folder).report.is_file():
            self.session.set_report(RunFolder(folder).read_report())

    def _refuse(self, error: PenjingError) -> None:
        self.page_wanted.emit(PageName.OPEN)
        self.refused.emit(error)


def _lacks_data(opened: OpenRequest, recipe: Recipe) -> bool:
    """Nobody named data: the recipe's default, the sample, is for the sample's model alone."""
    return opened.data is None and recipe.data.source == SAMPLE and recipe.model.file != SAMPLE
