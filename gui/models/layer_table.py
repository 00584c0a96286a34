"""The layers of a model as a table that can be sorted, searched and filtered."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from engine.contract.methods import PruneGranularity
from engine.contract.stats import LayerSensitivity, LayerStats
from gui.figures import UNKNOWN, percent_text
from gui.models.layer_rows import KEYS, NUMBERS, TEXTS, Column, LayerRow, make_rows
from gui.translation import translate_sentence

SORT_ROLE = Qt.ItemDataRole.UserRole
BAR_ROLE = Qt.ItemDataRole.UserRole + 1
"""How long the bar in a cell is, of its whole width; None where there is none."""
MARK_ROLE = Qt.ItemDataRole.UserRole + 2
"""Whether a row is coupled with what is selected."""
BAND_ROLE = Qt.ItemDataRole.UserRole + 3
"""Whether a row stands on the darker of two bands, while groups are shown together."""
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class LayerTableModel(QAbstractTableModel):
    """One row a layer; ``SORT_ROLE`` gives what a column is sorted by."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerStats, ...] = ()
        self._rows: tuple[LayerRow, ...] = ()
        self._sensitivities: dict[str, LayerSensitivity] = {}
        self._granularity = PruneGranularity.CHANNEL
        self._marked: frozenset[int] = frozenset()
        self._bands: dict[int, int] = {}
        self._is_banded = False
        self._largest_share = 0.0

    def set_layers(self, layers: tuple[LayerStats, ...]) -> None:
        """Shows other layers, of whose sensitivity nothing is known but what they carry."""
        self.beginResetModel()
        self._layers, self._sensitivities, self._marked = layers, {}, frozenset()
        self._rows = make_rows(layers, {}, self._granularity)
        self._largest_share = max((layer.size_share for layer in layers), default=0.0)
        places = dict.fromkeys(row.place for row in self._rows)
        self._bands = {place: number % 2 for number, place in enumerate(places)}
        self.endResetModel()

    def set_sensitivities(
        self, sensitivities: dict[str, LayerSensitivity], granularity: PruneGranularity
    ) -> None:
        """Shows what layers bear, in the recipe's granularity."""
        if (sensitivities, granularity) == (self._sensitivities, self._granularity):
            return
        self._sensitivities, self._granularity = sensitivities, granularity
        self._rows = make_rows(self._layers, sensitivities, granularity)
        self._tell_changed(Column.BEARS, Column.BEARS, [])

    def set_marked(self, groups: frozenset[int]) -> None:
        """Marks the rows of these groups."""
        if groups != self._marked:
            self._marked = groups
            self._tell_changed(Column.NAME, Column.PRUNABLE, [MARK_ROLE])

    def set_banded(self, is_banded: bool) -> None:
        """Sets groups off against each other."""
        self._is_banded = is_banded
        self._tell_changed(Column.NAME, Column.PRUNABLE, [BAND_ROLE])

    def _tell_changed(self, first: Column, last: Column, roles: list[int]) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, first), self.index(len(self._rows) - 1, last), roles)

    def retranslate(self) -> None:
        """Has titles and sentences read again in the language of now."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
        self._tell_changed(Column.BEARS, Column.PRUNABLE, [])

    def row(self, number: int) -> LayerRow:
        """What stands in one row."""
        return self._rows[number]

    def layer(self, number: int) -> LayerStats:
        """The layer of one row."""
        return self._layers[number]

    def row_of(self, name: str) -> int | None:
        """In which row a layer stands."""
        return next((row.number for row in self._rows if row.layer.name == name), None)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Qt's hook."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Qt's hook."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's hook."""
        read = _BY_ROLE.get(role)
        if not index.isValid() or read is None:
            return None
        return read(self, self._rows[index.row()], Column(index.column()))

    def text(self, row: LayerRow, column: Column) -> str:
        """What is shown in a cell."""
        if column is Column.BEARS:
            return self._bears_text(row)
        return self._prunable_text(row.layer) if column is Column.PRUNABLE else TEXTS[column](row)

    def _bears_text(self, row: LayerRow) -> str:
        parts = []
        if row.ratio is not None:
            parts.append(percent_text(row.ratio, 0))
        if row.bits is not None:
            parts.append(self.tr("{bits} bit").format(bits=row.bits) if row.bits else self.tr("float"))
        return " · ".join(parts) or UNKNOWN

    def _prunable_text(self, layer: LayerStats) -> str:
        if layer.prunable:
            return self.tr("Yes")
        return translate_sentence(layer.locked_because or "") or self.tr("No")

    def _tip(self, row: LayerRow, column: Column) -> str:
        if column is Column.BEARS and (row.ratio is None and row.bits is None):
            return self.tr("Measure the sensitivity to see what this layer bears.")
        return self.text(row, column)

    def _bar(self, row: LayerRow, column: Column) -> float | None:
        if column is not Column.SHARE or not self._largest_share:
            return None
        return row.layer.size_share / self._largest_share

    def _is_row_marked(self, row: LayerRow, _column: Column) -> bool:
        return row.layer.group is not None and row.layer.group in self._marked

    def _is_row_banded(self, row: LayerRow, _column: Column) -> bool:
        return self._is_banded and bool(self._bands[row.place])

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Qt's hook."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title(Column(section))
        return _alignment(Column(section)) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def title(self, column: Column) -> str:
        """The name of a column in the language of now."""
        return {
            Column.NAME: self.tr("Layer"),
            Column.KIND: self.tr("Type"),
            Column.SHAPE: self.tr("Shape"),
            Column.PARAMETERS: self.tr("Parameters"),
            Column.SHARE: self.tr("Share of size"),
            Column.MACS: self.tr("MACs"),
            Column.SPARSITY: self.tr("Sparsity"),
            Column.RANGE: self.tr("Range"),
            Column.BEARS: self.tr("Bears"),
            Column.GROUP: self.tr("Group"),
            Column.PRUNABLE: self.tr("Prunable"),
        }[column]


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


_BY_ROLE: dict[int, Callable[[LayerTableModel, LayerRow, Column], Any]] = {
    Qt.ItemDataRole.DisplayRole: LayerTableModel.text,
    Qt.ItemDataRole.ToolTipRole: LayerTableModel._tip,
    Qt.ItemDataRole.TextAlignmentRole: lambda _model, _row, column: _alignment(column),
    SORT_ROLE: lambda _model, row, column: KEYS[column](row),
    BAR_ROLE: LayerTableModel._bar,
    MARK_ROLE: LayerTableModel._is_row_marked,
    BAND_ROLE: LayerTableModel._is_row_banded,
}
"""What is said of a cell, by Qt's role."""
