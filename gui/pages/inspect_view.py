"""The table of layers itself: its columns, which give way where it is narrow, and what is selected in it."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from engine.contract.stats import LayerStats
from gui.models.layer_export import tabbed_text
from gui.models.layer_filter import LayerTableProxy
from gui.models.layer_rows import Column
from gui.models.layer_table import LayerTableModel
from gui.pages.inspect_cells import LayerDelegate

_ROW_HEIGHT = 34
_MEASURED_ROWS = 50
_SHARE_WIDTH = 112
_MOST_NAME_WIDTH = 220
OPTIONAL = (Column.RANGE, Column.GROUP)
"""Columns that are hidden until they are asked for."""
YIELDING = (
    Column.SHAPE,
    Column.KIND,
    Column.SPARSITY,
    Column.MACS,
    Column.BEARS,
    Column.PARAMETERS,
)
"""Columns that give way where the table is narrow, the first of them first; the layer's details say them too."""


class LayersView(QTableView):
    """``picked`` carries the layers that are selected, the current one first."""

    picked = Signal(tuple)

    def __init__(self, model: LayerTableModel, proxy: LayerTableProxy, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers, self._proxy = model, proxy
        self._wanted: dict[Column, bool] = dict.fromkeys(OPTIONAL, False)
        self.setModel(proxy)
        self._set_up()
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        copy = QShortcut(QKeySequence.StandardKey.Copy, self, context=Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy)

    def _set_up(self) -> None:
        self.setItemDelegate(LayerDelegate(self))
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        # How wide a thousand rows are takes half a second; names are cut at a length anyway.
        header.setResizeContentsPrecision(_MEASURED_ROWS)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        # The last column takes what is left: a long reason must not push the table wider than its card.
        header.setSectionResizeMode(Column.PRUNABLE, QHeaderView.ResizeMode.Stretch)
        header.sortIndicatorChanged.connect(self.fit_columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook: where it is narrow, what stands beside it as well gives way."""
        super().resizeEvent(event)
        self._hide_columns()

    def fit_columns(self) -> None:
        """As narrow as they can be, so that the last one has room for its reasons: only one has a sort arrow."""
        header = self.horizontalHeader()
        header.setSortIndicatorShown(False)
        for column in Column:
            if column is not Column.PRUNABLE:
                self.resizeColumnToContents(column)
        header.setSortIndicatorShown(True)
        self.resizeColumnToContents(header.sortIndicatorSection())
        self.setColumnWidth(Column.NAME, min(self.columnWidth(Column.NAME), _MOST_NAME_WIDTH))
        self.setColumnWidth(Column.SHARE, max(self.columnWidth(Column.SHARE), _SHARE_WIDTH))
        self._hide_columns()

    def _hide_columns(self) -> None:
        """What the user chose stands; of the rest, as much as there is room for."""
        for column in Column:
            self.setColumnHidden(column, not self._wanted.get(column, True))
        room = self.viewport().width() - self.horizontalHeader().sectionSizeHint(Column.PRUNABLE)
        for column in YIELDING:
            shown = [other for other in Column if not self.isColumnHidden(other)]
            if sum(self.columnWidth(other) for other in shown if other is not Column.PRUNABLE) <= room:
                return
            if column not in self._wanted:
                self.setColumnHidden(column, True)

    def want_column(self, column: Column, is_wanted: bool) -> None:
        """Shows or hides a column, however much room there is."""
        self._wanted[column] = is_wanted
        self.setColumnHidden(column, not is_wanted)
        self.fit_columns()

    def layers(self) -> tuple[LayerStats, ...]:
        """The layers that are selected, the current one first."""
        current = self.currentIndex()
        rows = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row() != current.row())
        return tuple(self._proxy.layer_at(index) for index in rows)

    def select_layers(self, names: tuple[str, ...]) -> None:
        """Selects layers by name; those that the filter hides are left out."""
        numbers = [number for name in names if (number := self._layers.row_of(name)) is not None]
        indexes = [self._proxy.mapFromSource(self._layers.index(number, 0)) for number in numbers]
        selection = QItemSelection()
        for index in indexes:
            selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        model = self.selectionModel()
        if indexes and indexes[0].isValid():
            model.setCurrentIndex(indexes[0], flags.NoUpdate)
        model.select(selection, flags.ClearAndSelect | flags.Rows)
        if indexes and indexes[0].isValid():
            self.scrollTo(indexes[0])

    def copy(self) -> None:
        """Puts the selected rows as they are shown, below the titles, into the clipboard."""
        shown = [column for column in Column if not self.isColumnHidden(column)]
        rows = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        lines = [[self._layers.title(column) for column in shown]]
        for index in rows:
            row = self._proxy.row_at(index)
            lines.append([self._layers.text(row, column) for column in shown])
        QGuiApplication.clipboard().setText(tabbed_text(lines))

    def _on_selection_changed(self) -> None:
        self.picked.emit(self.layers())
