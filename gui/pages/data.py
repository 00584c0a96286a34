"""Data: what a source holds, ten of its samples, and what the model says of them."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from engine.contract.errors import PenjingError, RunCancelled
from engine.contract.messages import DataSummary
from engine.contract.recipe import DataSpec
from gui.figures import shape_text
from gui.pages.data_samples import SampleGrid, class_name
from gui.pages.open_places import place_of
from gui.theme import Space
from gui.translation import error_text, translate_contract
from gui.widgets.busy import BusyStrip
from gui.widgets.buttons import secondary_button
from gui.widgets.cards import Card, EmptyState, StatTile
from gui.widgets.class_bars import ClassBars, ClassCount
from gui.widgets.labels import caption, heading
from gui.widgets.page import Page
from gui.widgets.scrolled import Scrolled

_CLASSES_WIDTH = (230, 320)
_GAP = "\u00a0\u00a0\u00a0·   "


class DataPage(Page):
    """Shows a :class:`DataSummary`.

    ``load_requested`` asks for one once the page is in front, ``again_requested`` for another try,
    ``choose_requested`` for other data.
    """

    load_requested = Signal()
    again_requested = Signal()
    cancel_requested = Signal()
    choose_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data: DataSpec | None = None
        self._summary: DataSummary | None = None
        self._error: PenjingError | None = None
        self._has_model = False
        self._tiles = [StatTile() for _ in range(5)]
        self._grid, self._bars, self._busy = SampleGrid(), ClassBars(), BusyStrip()
        self._samples_title, self._classes_title, self._score = heading(), heading(), caption()
        self._empty = EmptyState("data")
        self._choose = secondary_button("", "open")
        self._score.setWordWrap(False)
        self._stack = QStackedWidget()
        self._lay_out()
        self.shown.connect(self.load_requested)
        self._busy.cancelled.connect(self.cancel_requested)
        self._choose.clicked.connect(self.choose_requested)
        self._empty.clicked.connect(self._on_empty_clicked)
        self.retranslate()

    def _lay_out(self) -> None:
        tiles = QHBoxLayout()
        tiles.setSpacing(Space.M)
        for tile in self._tiles:
            tiles.addWidget(tile, 1)
        columns = QHBoxLayout()
        columns.setSpacing(Space.L)
        columns.addWidget(self._samples_card(), 7)
        columns.addWidget(self._classes_card(), 3)
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        layout.addLayout(tiles)
        layout.addLayout(columns, 1)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(content)
        self._stack.addWidget(QWidget())
        self.toolbar.addWidget(self._choose)
        self.body.addWidget(self._busy)
        self.body.addWidget(self._stack, 1)

    def _samples_card(self) -> Card:
        row = QHBoxLayout()
        row.addWidget(self._samples_title, 1)
        row.addWidget(self._score)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._grid)
        column.addStretch(1)
        card = Card()
        card.body.setSpacing(Space.M)
        card.body.addLayout(row)
        card.body.addWidget(Scrolled(column), 1)
        return card

    def _classes_card(self) -> Card:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, Space.XS, 0)
        column.addWidget(self._bars)
        column.addStretch(1)
        card = Card()
        card.setMinimumWidth(_CLASSES_WIDTH[0])
        card.setMaximumWidth(_CLASSES_WIDTH[1])
        card.body.setSpacing(Space.M)
        card.body.addWidget(self._classes_title)
        card.body.addWidget(Scrolled(column), 1)
        return card

    def set_data(self, data: DataSpec | None, *, has_model: bool) -> None:
        """Another source is shown, of which nothing is known yet; None while none was named."""
        self._data, self._has_model = data, has_model
        self._show(None, None)

    def set_loading(self) -> None:
        """The engine reads the source."""
        self._show(None, None)
        self._stack.setCurrentIndex(2)
        self._busy.tell(lambda: self.tr("Reading the data…"))

    def set_summary(self, summary: DataSummary) -> None:
        """The source holds this."""
        self._show(summary, None)

    def show_error(self, error: PenjingError) -> None:
        """The source could not be read, or its reading was given up."""
        self._show(None, error)

    def _show(self, summary: DataSummary | None, error: PenjingError | None) -> None:
        self._summary, self._error = summary, error
        self._busy.stop()
        self._choose.setVisible(summary is not None)
        self._stack.setCurrentIndex(int(summary is not None))
        if summary is not None:
            self._grid.set_summary(summary)
            self._bars.set_counts(
                [ClassCount(class_name(summary, label), n) for label, n in enumerate(summary.class_counts)]
            )
        self.retranslate()

    def _on_empty_clicked(self) -> None:
        is_stopped = isinstance(self._error, RunCancelled)
        (self.again_requested if is_stopped else self.choose_requested).emit()

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        self.set_heading(self.tr("Data"), self._subtitle_text())
        self._choose.setText(self.tr("Other data…"))
        self._classes_title.setText(self.tr("Samples of each class"))
        self._retranslate_empty()
        if self._summary is not None:
            self._retranslate_summary(self._summary)

    def _subtitle_text(self) -> str:
        if self._data is None:
            return ""
        place = place_of(self._data.source)
        kind = self._summary.kind if self._summary is not None else None
        parts = (
            translate_contract(place.kind.label),
            place.path,
            translate_contract(kind.label) if kind is not None else "",
        )
        return _GAP.join(part for part in parts if part)

    def _retranslate_summary(self, summary: DataSummary) -> None:
        values = (
            (f"{summary.train:,}", self.tr("Training samples")),
            (f"{summary.validation:,}", self.tr("Validation samples")),
            (f"{summary.test:,}", self.tr("Test samples")),
            (f"{summary.classes:,}", self.tr("Classes")),
            (shape_text(summary.sample_shape), self.tr("Shape of a sample")),
        )
        for tile, (value, text) in zip(self._tiles, values, strict=True):
            tile.set_value(value)
            tile.set_caption(text)
        self._tiles[1].setToolTip(self.tr("Taken out of training; chooses the best epoch."))
        self._tiles[2].setToolTip(self.tr("Only ever reported: nothing is chosen by them."))
        count = len(summary.samples)
        self._samples_title.setText(self.tr("{count} test samples").format(count=count))
        self._score.setText(self._score_text(summary))

    def _score_text(self, summary: DataSummary) -> str:
        told = [sample for sample in summary.samples if sample.predicted is not None]
        if not told:
            return "" if self._has_model else self.tr("Open a model to see its answers.")
        right = sum(sample.predicted == sample.label for sample in told)
        return self.tr("The model is right on {right} of {count}").format(right=right, count=len(told))

    def _retranslate_empty(self) -> None:
        if isinstance(self._error, RunCancelled):
            texts = (self.tr("Reading was cancelled"), "", self.tr("Read the data"))
        elif self._error is not None:
            texts = (
                self.tr("The data cannot be shown"),
                error_text(self._error),
                self.tr("Change the data"),
            )
        else:
            texts = (
                self.tr("No data yet"),
                self.tr("Name data where you open a model: here you see what it holds, sample by sample."),
                self.tr("Choose data"),
            )
        self._empty.set_texts(*texts)
