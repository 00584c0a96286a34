"""Inspect: sums over the model, its layers as a table, and the selected layer in detail."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.contract.stats import Inspection
from gui.figures import bytes_text, count_text, percent_text, shape_text
from gui.models.layer_table import DETAIL_COLUMNS, LayerTableModel, LayerTableProxy
from gui.pages.inspect_layer import LayerPanel
from gui.theme import Space
from gui.widgets.buttons import primary_button
from gui.widgets.cards import Card, EmptyState, StatTile
from gui.widgets.labels import caption
from gui.widgets.page import Page

_ROW_HEIGHT = 34
_WIDTH_WITH_DETAILS = 580


class _LayerView(QTableView):
    """Where it is narrow, what stands beside it as well gives way to the numbers."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = event.size().width() < _WIDTH_WITH_DETAILS
        for column in DETAIL_COLUMNS:
            self.setColumnHidden(column, is_narrow)


class InspectPage(Page):
    """Shows an :class:`Inspection`."""

    compress_requested = Signal()
    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection: Inspection | None = None
        self._model, self._proxy = LayerTableModel(self), LayerTableProxy(self)
        self._proxy.setSourceModel(self._model)
        self._tiles = [StatTile() for _ in range(5)]
        self._table, self._search, self._found = _LayerView(), QLineEdit(), caption()
        self._panel = LayerPanel()
        self._compress = primary_button("", "compress")
        self._empty = EmptyState("inspect")
        self._stack = QStackedWidget()
        self._set_up_table()
        self._lay_out()
        self._compress.clicked.connect(self.compress_requested)
        self._empty.clicked.connect(self.open_requested)
        self._search.textChanged.connect(self._on_search_changed)
        self.retranslate()
        self.set_inspection(None)

    def _set_up_table(self) -> None:
        table = self._table
        table.setModel(self._proxy)
        table.setSortingEnabled(True)
        table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        table.horizontalHeader().setHighlightSections(False)
        # The last column takes what is left: a long reason must not push the table wider than its card.
        table.horizontalHeader().setSectionResizeMode(
            self._model.columnCount() - 1, QHeaderView.ResizeMode.Stretch
        )
        table.horizontalHeader().sortIndicatorChanged.connect(self._fit_columns)
        table.selectionModel().currentRowChanged.connect(self._on_table_row_changed)

    def _lay_out(self) -> None:
        tiles = QHBoxLayout()
        tiles.setSpacing(Space.M)
        for tile in self._tiles:
            tiles.addWidget(tile)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(Space.L)
        split.setChildrenCollapsible(False)
        split.addWidget(self._table_card())
        split.addWidget(self._panel)
        split.setSizes([730, 274])
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        layout.addLayout(tiles)
        layout.addWidget(split, 1)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(content)
        self.toolbar.addWidget(self._compress)
        self.body.addWidget(self._stack)

    def _table_card(self) -> Card:
        self._search.setClearButtonEnabled(True)
        row = QHBoxLayout()
        row.addWidget(self._search, 1)
        row.addWidget(self._found)
        card = Card(Space.M)
        card.body.addLayout(row)
        card.body.addWidget(self._table, 1)
        return card

    def take_focus(self) -> None:
        """The arrow keys go through the layers at once."""
        self._table.setFocus()

    def set_inspection(self, inspection: Inspection | None) -> None:
        """Shows another model; None while none is open."""
        self._inspection = inspection
        self._model.set_layers(inspection.layers if inspection else ())
        self._stack.setCurrentIndex(int(inspection is not None))
        self._compress.setVisible(inspection is not None)
        self._show_sums()
        if inspection:
            self._fit_columns()
            self._table.selectRow(0)
        # Focus may have made the first row current before, so that its change is not told here.
        self._show_layer(self._table.currentIndex())

    def _fit_columns(self) -> None:
        """As narrow as they can be, so that the last one has room for its reasons: only one has a sort arrow."""
        header = self._table.horizontalHeader()
        header.setSortIndicatorShown(False)
        for column in range(self._model.columnCount() - 1):
            self._table.resizeColumnToContents(column)
        header.setSortIndicatorShown(True)
        self._table.resizeColumnToContents(header.sortIndicatorSection())

    def _show_sums(self) -> None:
        inspection = self._inspection
        self.set_heading(self.tr("Inspect"), self._subtitle_of(inspection) if inspection else "")
        self._show_count()
        if inspection is None:
            return
        totals = inspection.totals
        texts = (
            count_text(totals.parameters),
            bytes_text(totals.parameter_bytes),
            count_text(totals.macs),
            percent_text(totals.sparsity),
            percent_text(inspection.metrics.accuracy),
        )
        for tile, text in zip(self._tiles, texts, strict=True):
            tile.set_value(text)
        self._tiles[-1].setVisible(inspection.metrics.accuracy is not None)

    def _show_count(self) -> None:
        count = self._proxy.rowCount()
        self._found.setText(
            self.tr("1 layer") if count == 1 else self.tr("{count} layers").format(count=count)
        )

    def _subtitle_of(self, inspection: Inspection) -> str:
        source = inspection.source
        name = self.tr("The sample project") if source.file == "sample" else Path(source.file).name
        parts = [name, source.architecture or "", bytes_text(source.size_bytes)]
        if source.input_shape:
            parts.append(self.tr("input {shape}").format(shape=shape_text(source.input_shape)))
        return "\u00a0\u00a0\u00a0·   ".join(part for part in parts if part)

    def _on_table_row_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_layer(current)

    def _show_layer(self, index: QModelIndex) -> None:
        self._panel.set_layer(self._proxy.layer_at(index) if index.isValid() else None)

    def _on_search_changed(self, text: str) -> None:
        self._proxy.set_sought(text)
        self._show_count()

    def retranslate(self) -> None:
        """Sets all texts in the language of now."""
        captions = (
            self.tr("Parameters"),
            self.tr("Size in memory"),
            self.tr("MACs a sample"),
            self.tr("Sparsity"),
            self.tr("Accuracy on the test split"),
        )
        for tile, text in zip(self._tiles, captions, strict=True):
            tile.set_caption(text)
        self._compress.setText(self.tr("Compress"))
        self._search.setPlaceholderText(self.tr("Find a layer"))
        self._empty.set_texts(
            self.tr("Nothing is open yet"),
            self.tr("Open a model to see its layers, their sizes and how their weights are spread."),
            self.tr("Open a model"),
        )
        self._model.retranslate()
        self._panel.retranslate()
        self._show_sums()
