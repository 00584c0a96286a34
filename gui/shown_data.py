"""The data that is shown: previewed before a model is open, or that of the model that is open; it knows no page."""

from PySide6.QtCore import QObject, Signal, Slot

from engine.contract.errors import PenjingError
from engine.contract.messages import DataSummary
from engine.contract.recipe import DataSpec
from engine.contract.source import ModelSource
from gui.jobs import Jobs
from gui.session import Session


class ShownData(QObject):
    """What is known of one data source; ``changed`` says that any of its attributes is another now.

    Attributes:
        data: the source, None while none was named.
        model: what predicts its samples, None before a model is open.
        summary: what it holds, None while that is not known.
        error: why it could not be read.
        is_loading: whether the engine reads it.
    """

    changed = Signal()

    def __init__(self, session: Session, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self.data: DataSpec | None = None
        self.model: ModelSource | None = None
        self.summary: DataSummary | None = None
        self.error: PenjingError | None = None
        self.is_loading = False
        session.inspection_changed.connect(self._on_session_inspection_changed)
        jobs.previewed.connect(self._on_jobs_previewed)
        jobs.preview_failed.connect(self._on_jobs_preview_failed)

    def set_data(self, data: DataSpec | None, model: ModelSource | None = None) -> None:
        """Another source; what it holds is asked when :meth:`load` is called."""
        self.cancel()
        self.is_loading = False
        self.data, self.model = data, model
        self.summary = self.error = None
        self.changed.emit()

    def load(self) -> None:
        """Asks what the source holds, unless that is known or on its way."""
        if self.data is None or self.is_loading or self.summary is not None or self.error is not None:
            return
        self.is_loading = True
        self.changed.emit()
        self._jobs.preview(self.data, self.model)

    def load_again(self) -> None:
        """Asks once more, after an error or a cancel."""
        self.summary = self.error = None
        self.load()

    def cancel(self) -> None:
        """Gives up what is on its way."""
        if self.is_loading:
            self._jobs.cancel_preview()

    @Slot()
    def _on_session_inspection_changed(self) -> None:
        opened = self._session.opened
        if opened is not None:
            self.set_data(opened.data, opened.source)

    @Slot(object)
    def _on_jobs_previewed(self, summary: DataSummary) -> None:
        self._settle(summary, None)

    @Slot(object)
    def _on_jobs_preview_failed(self, error: PenjingError) -> None:
        self._settle(None, error)

    def _settle(self, summary: DataSummary | None, error: PenjingError | None) -> None:
        # What was given up for another source has nothing to say any more.
        if self.is_loading:
            self.summary, self.error, self.is_loading = summary, error, False
            self.changed.emit()
