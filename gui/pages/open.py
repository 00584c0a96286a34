"""Open: drop or choose a file, take the sample, or go on with what was there."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.contract.errors import PenjingError
from engine.contract.library import RunEntry
from engine.contract.source import FileContents, ModelSource
from gui.pages.open_drop import DropZone, dropped_path
from gui.pages.open_form import OpenForm
from gui.pages.open_lists import RecentList, RunList
from gui.session import OpenRequest
from gui.theme import Space
from gui.translation import error_text
from gui.widgets.busy import BusyStrip
from gui.widgets.buttons import secondary_button
from gui.widgets.cards import Banner, Card
from gui.widgets.icons import IconLabel
from gui.widgets.labels import caption, heading
from gui.widgets.page import Page


class OpenPage(Page):
    """The first page.

    ``path_chosen`` carries any file or folder: a model, a recipe or a run; or a library's name of a model.
    ``open_requested`` carries an :class:`OpenRequest`, from the form or from the recent models; ``look_requested`` and
    ``preview_requested`` are the form's; ``cancel_requested`` gives up the opening that is under way.
    """

    path_chosen = Signal(str)
    sample_requested = Signal()
    open_requested = Signal(object)
    look_requested = Signal(object)
    preview_requested = Signal(object)
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._banner, self._busy = Banner(), BusyStrip()
        self._is_busy = False
        self.setAcceptDrops(True)
        self._drop, self._recent, self._runs = DropZone(), RecentList(), RunList()
        self._form = OpenForm()
        self._sample_title, self._sample_text = heading(), caption()
        self._sample_button = secondary_button()
        self._stack = QStackedWidget()
        self._welcome = self._make_welcome()
        self._stack.addWidget(self._welcome)
        self._stack.addWidget(self._form)
        self.body.addWidget(self._banner)
        self.body.addWidget(self._busy)
        self.body.addWidget(self._stack, 1)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self._drop.dropped.connect(self.path_chosen)
        self._drop.file_clicked.connect(self.choose_file)
        self._drop.folder_clicked.connect(self._on_drop_folder_clicked)
        self._recent.chosen.connect(self.open_requested)
        self._runs.chosen.connect(self.path_chosen)
        self._sample_button.clicked.connect(self.sample_requested)
        self._form.open_requested.connect(self.open_requested)
        self._form.look_requested.connect(self.look_requested)
        self._form.preview_requested.connect(self.preview_requested)
        self._form.back_requested.connect(self._on_form_back_requested)
        self._busy.cancelled.connect(self.cancel_requested)

    def _make_welcome(self) -> QWidget:
        left = QVBoxLayout()
        left.setSpacing(Space.L)
        left.addWidget(self._drop, 1)
        left.addWidget(self._sample_card())
        right = QVBoxLayout()
        right.setSpacing(Space.L)
        right.addWidget(self._recent, 1)
        right.addWidget(self._runs, 1)
        page = QWidget()
        layout = QHBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        layout.addLayout(left, 3)
        layout.addLayout(right, 2)
        return page

    def _sample_card(self) -> Card:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._sample_title)
        texts.addWidget(self._sample_text)
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        row.addWidget(IconLabel("tree", 32, "accent"))
        row.addLayout(texts, 1)
        row.addWidget(self._sample_button)
        card = Card()
        card.body.addLayout(row)
        return card

    def set_recent(self, requests: tuple[OpenRequest, ...]) -> None:
        """Shows the models that were opened last."""
        self._recent.set_recent(requests)

    def set_runs(self, runs: tuple[RunEntry, ...], going_on: Path | None = None) -> None:
        """Shows the runs of the library; ``going_on`` is the folder of the one that is being computed."""
        self._runs.set_runs(runs, going_on)

    def show_welcome(self) -> None:
        """Shows the first view."""
        self._banner.hide()
        self._stack.setCurrentWidget(self._welcome)

    def show_form(self, request: OpenRequest) -> None:
        """Asks for what ``request`` leaves open."""
        self._banner.hide()
        self._form.set_request(request)
        self._stack.setCurrentWidget(self._form)

    def is_form_shown(self) -> bool:
        """Whether the form is up rather than the first view."""
        return self._stack.currentWidget() is self._form

    def set_busy(self, is_busy: bool) -> None:
        """While the engine reads a file nothing else can be opened."""
        self._is_busy = is_busy
        self._banner.hide()
        self._form.set_busy(is_busy)
        self._welcome.setEnabled(not is_busy)
        if is_busy:
            self._busy.tell(lambda: self.tr("Opening the model…"))
            self._busy.take_focus()
        else:
            self._busy.stop()

    def set_contents(self, source: ModelSource, contents: FileContents) -> None:
        """A file that was looked at is this."""
        self._form.set_contents(source, contents)

    def has_looked(self) -> bool:
        """Whether all that the form knows of its file is shown."""
        return self._form.model.has_looked()

    def look_again(self) -> None:
        """Has the form's file looked at where an opening that failed had come first."""
        if self.is_form_shown():
            self._form.model.look_again()

    def show_look_error(self, source: ModelSource, error: PenjingError) -> None:
        """A file could not be looked at."""
        self._form.show_look_error(source, error)

    def show_error(self, error: PenjingError) -> None:
        """Says what is wrong and what to do: at the field that is to be mended, or over the page."""
        self._banner.hide()
        if not (self.is_form_shown() and self._form.show_error(error)):
            self._banner.tell(lambda: error_text(error))

    def error(self) -> str:
        """What is said to be wrong; empty while nothing is."""
        if self._banner.isVisibleTo(self):
            return self._banner.text()
        return self._form.error() if self.is_form_shown() else ""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt's hook: a model may be dropped anywhere, while none is being opened."""
        if dropped_path(event) is not None and not self._is_busy:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt's hook: says what was dropped."""
        path = dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self.path_chosen.emit(str(path))

    def _on_form_back_requested(self) -> None:
        self.show_welcome()

    def choose_file(self) -> None:
        """Asks for a file, unless one is being opened."""
        if not self._welcome.isEnabled():
            return
        kinds = self.tr(
            "Models and recipes (*.pt *.pth *.th *.tar *.bin *.ckpt *.safetensors *.pt2 "
            "*.onnx *.penjing *.toml);;All files (*)"
        )
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Open a model"), str(Path.home()), kinds)
        if path:
            self.path_chosen.emit(path)

    def _on_drop_folder_clicked(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self.tr("Open a run or a Hugging Face model"))
        if path:
            self.path_chosen.emit(path)

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.set_heading(
            self.tr("Open"), self.tr("Start with a trained PyTorch model; your file is only ever read.")
        )
        self._sample_title.setText(self.tr("The sample project"))
        self._sample_text.setText(
            self.tr(
                "SimpleNet and handwritten digits: prune half the channels, quantize to 8 bits, in about a minute."
            )
        )
        self._sample_button.setText(self.tr("Open the sample"))
        for part in (self._drop, self._recent, self._runs, self._form):
            part.retranslate()
