"""What the user opens, and where it leads; it knows session, jobs and the run that is shown, and no page."""

from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal, Slot

from engine.contract.errors import PenjingError, RequestError, RunCancelled
from engine.contract.recipe import DataSpec, LayerQuantizeSpec, Recipe
from engine.contract.recipe_file import read_recipe
from engine.contract.recipe_paths import SAMPLE, with_absolute_paths
from engine.contract.run_folder import RunFolder, RunState
from engine.contract.source import ModelSource
from engine.contract.stats import Inspection, LayerSensitivity
from gui.engine_thread import EngineThread
from gui.jobs import Jobs
from gui.session import OpenRequest, Session, first_recipe, with_exception
from gui.settings import Settings
from gui.shown_data import ShownData
from gui.shown_run import ShownRun
from gui.shown_sensitivity import ShownSensitivity
from gui.widgets.rail import PageName
from resources import sample_recipe

_RECIPE_SUFFIX = ".toml"
_LIBRARIES = ("torchvision:", "timm:")
_HUGGING_FACE_CONFIG = "config.json"


class Desk(QObject):
    """Where wishes of the pages end up.

    ``page_needed`` has a page built that stays behind. ``suggested`` carries what layers bear, for the recipe, and
    ``suggestions_taken`` a function that says what was taken of it.
    ``exception_wanted`` carries the name of a layer and how it shall be rounded, for the recipe.
    ``file_wanted`` asks for a file, ``form_wanted`` for the form of a model; ``refused`` says why something could not
    be opened.
    """

    page_wanted = Signal(str)
    page_needed = Signal(str)
    suggested = Signal(dict)
    suggestions_taken = Signal(object)
    exception_wanted = Signal(str, object)
    file_wanted = Signal()
    form_wanted = Signal(object)
    refused = Signal(object)
    opening_changed = Signal(bool)
    recent_changed = Signal()

    def __init__(self, engine: EngineThread, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session, self.jobs = Session(self), Jobs(engine, self)
        self.run = ShownRun(engine, self.session, self.jobs, self)
        self.data = ShownData(self.session, self.jobs, self)
        self.sensitivity = ShownSensitivity(engine, self.session, self.jobs, self)
        self.engine, self.settings = engine, settings
        self._is_demo = False
        self._demo_folder: Path | None = None
        self.jobs.inspected.connect(self._on_jobs_inspected)
        self.jobs.inspect_failed.connect(self._on_jobs_inspect_failed)
        self.run.page_wanted.connect(self.page_wanted)
        self.run.reported.connect(self._on_run_reported)
        self.run.data_missed.connect(self._on_run_data_missed)

    def open_path(self, text: str) -> None:
        """Opens a model, a recipe or a run's folder, by what it is; a model of a library by its name."""
        path = Path(text).expanduser().absolute()
        try:
            if text.startswith(_LIBRARIES):
                self._ask_about(text)
            elif path.is_dir() and not _is_model_folder(path):
                self.run.open(path)
            elif path.suffix == _RECIPE_SUFFIX:
                self.open_recipe(path)
            elif path.exists():
                self._ask_about(str(path))
            else:
                raise RequestError("file_missing", path=path)
        except PenjingError as error:
            self._refuse(error)

    def _ask_about(self, file: str) -> None:
        self.page_wanted.emit(PageName.OPEN)
        self.form_wanted.emit(self.known_request(file))

    def ask_for_file(self) -> None:
        """Has the user choose what to open."""
        self.page_wanted.emit(PageName.OPEN)
        self.file_wanted.emit()

    def known_request(self, file: str) -> OpenRequest:
        """A file as it was opened last; with nothing but its path where it is new."""
        known = (request for request in self.settings.recent() if request.source.file == file)
        return next(known, OpenRequest(source=ModelSource(file=file)))

    def open_sample(self) -> None:
        """Opens the sample project."""
        self.open_recipe(sample_recipe())

    def start_demo(self, folder: Path | None = None) -> None:
        """Opens the sample project, runs it at once, into ``folder`` if given, and stays with what came of it."""
        self.open_recipe(sample_recipe())
        self._is_demo, self._demo_folder = True, folder

    def open_recipe(self, path: Path) -> None:
        """Opens the model that a recipe names, with the recipe.

        Raises:
            RequestError: the recipe is missing or not valid.
        """
        self._open_for(with_absolute_paths(read_recipe(path), path.parent))

    def _open_for(self, recipe: Recipe) -> None:
        source = ModelSource(
            file=recipe.model.file,
            architecture=recipe.model.architecture,
            input_shape=recipe.model.input_shape,
            entry=recipe.model.entry,
        )
        self._open(OpenRequest(source=source, data=recipe.data), recipe)

    def open_request(self, request: OpenRequest) -> None:
        """Opens a model as the form or the recent list says."""
        self._open(request, None)

    def _open(self, request: OpenRequest, recipe: Recipe | None) -> None:
        self._is_demo = False
        self.opening_changed.emit(True)
        self.jobs.inspect(request, recipe)

    @Slot(object, object, object)
    def _on_jobs_inspected(self, request: OpenRequest, inspection: Inspection, recipe: Recipe | None) -> None:
        request = msgspec.structs.replace(request, format=inspection.source.format)
        is_sample = request.source.file == SAMPLE
        self.opening_changed.emit(False)
        if not is_sample:
            self.settings.add_recent(request)
            self.recent_changed.emit()
        self.session.set_inspection(request, inspection)
        self.session.set_recipe(recipe or first_recipe(request))
        if self._is_demo and recipe is not None:
            self.run.start(recipe, self._demo_folder)
        else:
            self.page_wanted.emit(PageName.COMPRESS if recipe and not is_sample else PageName.INSPECT)

    @Slot(object)
    def _on_jobs_inspect_failed(self, error: PenjingError) -> None:
        self.opening_changed.emit(False)
        if not isinstance(error, RunCancelled):
            self._refuse(error)

    @Slot()
    def _on_run_reported(self) -> None:
        if self._is_demo:
            self.page_wanted.emit(PageName.COMPARE)

    @Slot(object)
    def _on_run_data_missed(self, opened: OpenRequest) -> None:
        self.page_wanted.emit(PageName.OPEN)
        self.form_wanted.emit(opened)
        self.refused.emit(RequestError("data_needed"))

    def ask_for_data(self) -> None:
        """Has the user say where data lies: of the model that is open, or in the form that is being filled in."""
        error = self.data.error
        self.page_wanted.emit(PageName.OPEN)
        opened = self.session.opened if self.data.model is not None else None
        if opened is not None and opened.source.file != SAMPLE:
            self.form_wanted.emit(opened)
        if error is not None and not isinstance(error, RunCancelled):
            self.refused.emit(error)

    def preview_data(self, data: DataSpec) -> None:
        """Shows what data holds before a model is opened with it."""
        self.data.set_data(data)
        self.data.load()
        self.page_wanted.emit(PageName.DATA)

    def suggest(self, measured: dict[str, LayerSensitivity]) -> None:
        """Has the wizard take what layers bear into the recipe, where it can be undone."""
        self.page_needed.emit(PageName.COMPRESS)
        self.suggested.emit(measured)

    def except_layer(self, layer: str, exception: LayerQuantizeSpec) -> None:
        """Has a layer of the run that is shown rounded differently in the recipe, and goes there.

        A recipe at hand for the same model is gone on with, so that one layer after the other can be spared.
        """
        session = self.session
        if session.report is None or session.run_folder is None:
            return
        recipe = with_absolute_paths(session.report.recipe, session.run_folder)
        at_hand = session.recipe
        if at_hand is not None and at_hand.model == recipe.model and at_hand.quantize is not None:
            recipe = at_hand
        if session.opened is None or session.opened.source.file != recipe.model.file:
            self._open_for(with_exception(recipe, layer, exception))
            return
        self.page_needed.emit(PageName.COMPRESS)
        session.set_recipe(recipe)
        self.page_wanted.emit(PageName.COMPRESS)
        self.exception_wanted.emit(layer, exception)

    def _refuse(self, error: PenjingError) -> None:
        self.page_wanted.emit(PageName.OPEN)
        self.refused.emit(error)


def _is_model_folder(path: Path) -> bool:
    return (path / _HUGGING_FACE_CONFIG).is_file() and RunFolder(path).state() is RunState.EMPTY
